// SPDX-License-Identifier: MIT
#include "codec/adaptor/difference.h"

#include <float.h>
#include <omp.h>
#include <string.h>

#include "runtime/half.h"

#define BATCH 16 // rows that go through the adaptor at once

void carvq_difference_place(struct carvq_difference *difference, struct carvq_arena *arena, uint32_t cols,
                            struct carvq_adaptor_widths widths, size_t threads)
{
    const uint64_t m = widths.dim, hidden = widths.hidden, batch = BATCH * (m + hidden);
    difference->threads = threads;
    difference->scratch_size = (size_t)(batch > cols ? batch : cols);
    difference->scratch = carvq_arena_take(arena, (uint64_t)threads * difference->scratch_size, sizeof(float));
    difference->layers = carvq_arena_take(arena, (m + 1 + cols) * hidden + cols, sizeof(float));
}

static void subtract_codes(const struct carvq_difference *difference, float *scratch, uint64_t row, size_t nrows, size_t col,
                           size_t ncols, float *block)
{
    for (size_t r = 0; r < nrows; r++) {
        carvq_decode_row(difference->codes, row + r, scratch);
        for (size_t c = 0; c < ncols; c++)
            block[r * ncols + c] -= scratch[col + c];
    }
}

// The difference of two numbers that are nearly too large is too large.
static void saturate(float *block, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        float value = block[i] > FLT_MAX ? FLT_MAX : block[i];
        block[i] = value < -FLT_MAX ? -FLT_MAX : value;
    }
}

// Subtracts columns col .. col + ncols - 1 of gamma from at most BATCH rows.
static void subtract_gamma(const struct carvq_difference *difference, float *scratch, uint64_t row, size_t nrows, size_t col,
                           size_t ncols, float *block)
{
    carvq_adaptor_subtract(difference->network, difference->layers, row, nrows, col, ncols, scratch,
                           scratch + BATCH * difference->network->widths.dim, block);
}

static enum carvq_status read_difference(void *context, uint64_t row, size_t nrows, uint32_t col, uint32_t ncols,
                                         float *block_ret, struct carvq_error *error)
{
    const struct carvq_difference *difference = context;
    const struct carvq_matrix *matrix = difference->matrix;
    float *scratch = difference->scratch + (size_t)omp_get_thread_num() * difference->scratch_size;
    enum carvq_status status = matrix->read(matrix->context, row, nrows, col, ncols, block_ret, error);
    if (status != CARVQ_OK)
        return status;
    if (difference->codes != NULL)
        subtract_codes(difference, scratch, row, nrows, col, ncols, block_ret);
    for (size_t r = 0; r < nrows && difference->network != NULL; r += BATCH)
        subtract_gamma(difference, scratch, row + r, nrows - r < BATCH ? nrows - r : BATCH, col, ncols, block_ret + r * ncols);
    saturate(block_ret, nrows * ncols);
    return CARVQ_OK;
}

static struct carvq_matrix as_matrix(struct carvq_difference *difference, const struct carvq_matrix *matrix)
{
    struct carvq_matrix result = *matrix;
    difference->matrix = matrix;
    result.read = read_difference;
    result.context = difference;
    return result;
}

struct carvq_matrix carvq_difference_from_codes(struct carvq_difference *difference, const struct carvq_matrix *matrix,
                                                const struct carvq_segment *codes)
{
    difference->codes = codes;
    difference->network = NULL;
    return as_matrix(difference, matrix);
}

struct carvq_matrix carvq_difference_from_adaptor(struct carvq_difference *difference, const struct carvq_matrix *matrix,
                                                  const struct carvq_adaptor_network *network)
{
    const size_t hidden = network->widths.hidden;
    difference->codes = NULL;
    difference->network = network;
    carvq_widen(network->dtype, network->weight_0, (network->widths.dim + 1 + (size_t)network->cols) * hidden + network->cols,
                difference->layers);
    return as_matrix(difference, matrix);
}
