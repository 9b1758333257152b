// SPDX-License-Identifier: MIT
// The errors of a decoded table, row by row.
#include "eval/table_error.h"

#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/status.h"

// Rows are compared in waves of blocks: the blocks of a wave in parallel, their results added in order.
enum { BLOCK_ROWS = 32, WAVE_BLOCKS = 64 };

struct row_sums {
    double signal, noise, product, decoded, absolute, max; // sums of x^2, (x-y)^2, x y, y^2, |x-y|; max |x-y|
};

struct totals {
    double signal, noise, absolute, cosine;
    uint64_t cosine_rows;
};

static struct row_sums compare_row(const float *original, const float *decoded, size_t cols)
{
    struct row_sums sums = {0};
    for (size_t c = 0; c < cols; c++) {
        double x = (double)original[c], y = (double)decoded[c], difference = fabs(x - y);
        sums.signal += x * x;
        sums.decoded += y * y;
        sums.product += x * y;
        sums.noise += difference * difference;
        sums.absolute += difference;
        if (!(difference <= sums.max))
            sums.max = difference;
    }
    return sums;
}

static enum carvq_status compare_block(const struct carvq_matrix *original, const struct carvq_lm_rows *decoded, uint64_t first,
                                       size_t count, float *values, struct row_sums *sums_ret, struct carvq_error *error)
{
    const uint32_t cols = original->cols;
    float *y = values + (size_t)BLOCK_ROWS * cols;
    uint32_t ids[BLOCK_ROWS];
    for (size_t i = 0; i < count; i++)
        ids[i] = (uint32_t)(first + i);
    enum carvq_status status = original->read(original->context, first, count, 0, cols, values, error);
    if (status == CARVQ_OK)
        status = decoded->read(decoded, ids, count, y, error);
    for (size_t i = 0; i < count && status == CARVQ_OK; i++)
        sums_ret[i] = compare_row(values + i * cols, y + i * cols, cols);
    return status;
}

// Keeps the worst rows sorted; of equal rows the first.
static void note_row(struct carvq_table_error *result, struct carvq_row_error row)
{
    size_t place = result->worst_count;
    while (place > 0 && row.relative > result->worst[place - 1].relative)
        place--;
    if (place == CARVQ_WORST_ROWS)
        return;
    size_t last = result->worst_count < CARVQ_WORST_ROWS ? result->worst_count++ : CARVQ_WORST_ROWS - 1;
    memmove(&result->worst[place + 1], &result->worst[place], (last - place) * sizeof row);
    result->worst[place] = row;
}

static void add_row(struct carvq_table_error *result, struct totals *totals, uint64_t row, const struct row_sums *sums)
{
    double norms = sqrt(sums->signal) * sqrt(sums->decoded);
    double cosine = norms > 0 ? sums->product / norms : 0;
    double relative = sums->noise > 0 ? sqrt(sums->noise) / sqrt(sums->signal) : 0;
    if (sums->signal == 0) {
        result->zero_rows++;
        result->zero_rows_kept += sums->decoded == 0;
    } else {
        note_row(result, (struct carvq_row_error){row, relative, cosine});
    }
    totals->signal += sums->signal;
    totals->noise += sums->noise;
    totals->absolute += sums->absolute;
    if (sums->max > result->max)
        result->max = sums->max;
    if (norms > 0) {
        totals->cosine += cosine;
        totals->cosine_rows++;
        if (cosine < result->cosine_min)
            result->cosine_min = cosine;
    }
}

static enum carvq_status compare_wave(const struct carvq_matrix *original, const struct carvq_lm_rows *decoded, uint64_t first,
                                      size_t rows, int threads, float *values, struct row_sums *sums_ret,
                                      struct carvq_error *error)
{
    const size_t blocks = (rows + BLOCK_ROWS - 1) / BLOCK_ROWS;
    enum carvq_status status = CARVQ_OK;
#pragma omp parallel for num_threads(threads) schedule(dynamic)
    for (size_t block = 0; block < blocks; block++) {
        size_t begin = block * BLOCK_ROWS, count = rows - begin < BLOCK_ROWS ? rows - begin : BLOCK_ROWS;
        float *own = values + (size_t)omp_get_thread_num() * 2 * BLOCK_ROWS * original->cols;
        struct carvq_error own_error;
        enum carvq_status own_status = compare_block(original, decoded, first + begin, count, own, sums_ret + begin, &own_error);
        if (own_status != CARVQ_OK) {
#pragma omp critical(carvq_table_error)
            {
                status = own_status;
                if (error != NULL)
                    *error = own_error;
            }
        }
    }
    return status;
}

static enum carvq_status compare_all(const struct carvq_matrix *original, const struct carvq_lm_rows *decoded, int threads,
                                     float *values, int (*progress)(void *context, uint64_t done, uint64_t total),
                                     void *progress_context, struct carvq_table_error *result, struct totals *totals,
                                     struct carvq_error *error)
{
    enum { WAVE = BLOCK_ROWS * WAVE_BLOCKS };
    struct row_sums sums[WAVE];
    for (uint64_t first = 0; first < original->rows; first += WAVE) {
        size_t rows = original->rows - first < WAVE ? (size_t)(original->rows - first) : WAVE;
        if (progress != NULL && progress(progress_context, first * original->cols, original->rows * original->cols) != 0)
            return carvq_fail(error, CARVQ_ERROR_CANCELLED, "cancelled");
        enum carvq_status status = compare_wave(original, decoded, first, rows, threads, values, sums, error);
        if (status != CARVQ_OK)
            return status;
        for (size_t i = 0; i < rows; i++)
            add_row(result, totals, first + i, &sums[i]);
    }
    return CARVQ_OK;
}

enum carvq_status carvq_table_error(const struct carvq_matrix *original, const struct carvq_lm_rows *decoded, unsigned threads,
                                    int (*progress)(void *context, uint64_t done, uint64_t total), void *progress_context,
                                    struct carvq_table_error *result_ret, struct carvq_error *error)
{
    int team = threads > 0 ? (int)threads : omp_get_num_procs();
    struct totals totals = {0};
    float *values = malloc((size_t)team * 2 * BLOCK_ROWS * original->cols * sizeof *values);
    if (values == NULL)
        return carvq_fail(error, CARVQ_ERROR_MEMORY, "out of memory");
    *result_ret = (struct carvq_table_error){.cosine_min = 1};
    enum carvq_status status = compare_all(original, decoded, team, values, progress, progress_context, result_ret, &totals,
                                           error);
    free(values);
    if (status != CARVQ_OK)
        return status;
    result_ret->sqnr_db = 10 * log10(totals.signal / totals.noise);
    if (totals.noise == 0)
        result_ret->sqnr_db = INFINITY;
    result_ret->l1 = totals.absolute / ((double)original->rows * original->cols);
    result_ret->cosine_mean = totals.cosine_rows > 0 ? totals.cosine / (double)totals.cosine_rows : 0;
    if (totals.cosine_rows == 0)
        result_ret->cosine_min = 0;
    return CARVQ_OK;
}
