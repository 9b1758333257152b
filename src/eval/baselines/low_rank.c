// SPDX-License-Identifier: MIT
// Low rank: M is stored as C D, with C [V][r] the coefficients of the rows and D [r][n] the r leading right singular vectors.
// They are the leading eigenvectors of M^T M, which has room in memory whatever V is.
#include <cblas.h>
#include <inttypes.h>
#include <omp.h>
#include <stdlib.h>

#include "eval/baselines/eigen.h"
#include "eval/baselines/method.h"

enum { BLOCK_ROWS = 256, TILE_COLS = 128 };

// Adds the lower triangle of M^T M to gram [n][n]. Each tile is summed by one thread in the order of the rows, so that the
// sums do not depend on the number of threads. block: room for [BLOCK_ROWS][n].
static void multiply(const struct carvq_baseline_input *input, double *block, double *gram)
{
    const int n = (int)input->cols, tiles = (n + TILE_COLS - 1) / TILE_COLS;
    for (uint64_t row = 0; row < input->rows; row += BLOCK_ROWS) {
        const size_t count = input->rows - row < BLOCK_ROWS ? (size_t)(input->rows - row) : BLOCK_ROWS;
        const float *values = input->values + row * input->cols;
#pragma omp parallel num_threads(input->threads)
        {
#pragma omp for
            for (size_t i = 0; i < count * input->cols; i++)
                block[i] = (double)values[i];
#pragma omp for schedule(dynamic)
            for (int tile = tiles - 1; tile >= 0; tile--) {
                int first = tile * TILE_COLS, end = n - first < TILE_COLS ? n : first + TILE_COLS;
                cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, end - first, end, (int)count, 1, block + first, n, block, n,
                            1, gram + (size_t)first * (size_t)n, n);
            }
        }
    }
}

// Replaces the lower triangle of matrix [n][n] by its eigenvectors, one in each row, those of the largest eigenvalues last.
static enum carvq_status eigenvectors(double *matrix, uint32_t cols, struct carvq_error *error)
{
    struct carvq_eigen eigen;
    struct carvq_arena arena = {NULL, 0};
    enum carvq_status status = CARVQ_OK;
    carvq_eigen_place(&eigen, &arena, cols);
    arena = (struct carvq_arena){aligned_alloc(CARVQ_ARENA_ALIGNMENT, (size_t)arena.used), 0};
    if (arena.memory == NULL)
        return carvq_fail(error, CARVQ_ERROR_MEMORY, "out of memory for the singular vectors");
    carvq_eigen_place(&eigen, &arena, cols);
    if (!carvq_eigen_find(&eigen, matrix, cols))
        status = carvq_fail(error, CARVQ_ERROR_ARGUMENT, "the singular vectors of the table cannot be found");
    free(arena.memory);
    return status;
}

// directions: [rank][n], as stored. coefficients: room for [threads][BLOCK_ROWS][rank].
static void project(const struct carvq_baseline_input *input, const float *directions, uint32_t rank, enum carvq_dtype number,
                    float *coefficients, float *decoded_ret)
{
    const int n = (int)input->cols, r = (int)rank;
#pragma omp parallel for num_threads(input->threads)
    for (uint64_t block = 0; block < carvq_div_up(input->rows, BLOCK_ROWS); block++) {
        const uint64_t row = block * BLOCK_ROWS;
        const int count = input->rows - row < BLOCK_ROWS ? (int)(input->rows - row) : BLOCK_ROWS;
        float *own = coefficients + (size_t)omp_get_thread_num() * BLOCK_ROWS * rank;
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, count, r, n, 1, input->values + row * input->cols, n, directions, n,
                    0, own, r);
        for (size_t i = 0; i < (size_t)count * rank; i++)
            own[i] = carvq_baseline_round(number, own[i]);
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, count, n, r, 1, own, r, directions, n, 0,
                    decoded_ret + row * input->cols, n);
    }
}

// cache->eigenvectors, if they are not there yet.
static enum carvq_status find_eigenvectors(const struct carvq_baseline_input *input, struct carvq_baseline_cache *cache,
                                           struct carvq_error *error)
{
    const uint64_t n = input->cols;
    if (cache->eigenvectors != NULL)
        return CARVQ_OK;
    double *gram = calloc(n * n, sizeof *gram), *block = malloc(BLOCK_ROWS * n * sizeof *block);
    enum carvq_status status = CARVQ_OK;
    if (gram == NULL || block == NULL)
        status = carvq_fail(error, CARVQ_ERROR_MEMORY, "out of memory for a product of %" PRIu64 " x %" PRIu64 " values", n, n);
    if (status == CARVQ_OK) {
        multiply(input, block, gram);
        status = eigenvectors(gram, input->cols, error);
    }
    free(block);
    if (status == CARVQ_OK)
        cache->eigenvectors = gram;
    else
        free(gram);
    return status;
}

void carvq_baseline_cache_clear(struct carvq_baseline_cache *cache)
{
    free(cache->eigenvectors);
    cache->eigenvectors = NULL;
}

enum carvq_status carvq_baseline_low_rank(const struct carvq_baseline *baseline, const struct carvq_baseline_input *input,
                                          float *decoded_ret, uint64_t *bytes_ret, struct carvq_error *error)
{
    const uint64_t n = input->cols, full = n < input->rows ? n : input->rows;
    const uint32_t rank = baseline->rank < full ? baseline->rank : (uint32_t)full;
    struct carvq_baseline_cache own = {NULL}, *cache = input->cache != NULL ? input->cache : &own;
    if (n > CARVQ_LOW_RANK_MAX_COLS)
        return carvq_fail(error, CARVQ_ERROR_ARGUMENT, "low rank takes at most %d columns", CARVQ_LOW_RANK_MAX_COLS);
    float *directions = malloc(rank * n * sizeof *directions);
    float *coefficients = malloc((size_t)input->threads * BLOCK_ROWS * rank * sizeof *coefficients);
    enum carvq_status status = CARVQ_OK;
    if (directions == NULL || coefficients == NULL)
        status = carvq_fail(error, CARVQ_ERROR_MEMORY, "out of memory for rank %" PRIu32, rank);
    if (status == CARVQ_OK)
        status = find_eigenvectors(input, cache, error);
    if (status == CARVQ_OK) {
        for (size_t i = 0; i < rank * n; i++)
            directions[i] = carvq_baseline_round(baseline->number, (float)cache->eigenvectors[(n - rank) * n + i]);
        project(input, directions, rank, baseline->number, coefficients, decoded_ret);
        *bytes_ret = (input->rows + n) * rank * carvq_dtype_size(baseline->number);
    }
    free(coefficients);
    free(directions);
    carvq_baseline_cache_clear(&own);
    return status;
}
