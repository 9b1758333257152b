// SPDX-License-Identifier: MIT
// Synthetic tables, made on the fly.
#include "synthetic.h"

#include <math.h>
#include <stdlib.h>

#include "runtime/half.h"
#include "host/random.h"

// Streams of random numbers beside those of the rows, which are numbered from 0.
enum { STREAM_MEAN = -1, STREAM_BASIS = -2 };

static void fill_normal(struct carvq_random *random, float scale, float *values, size_t count)
{
    for (size_t i = 0; i < count; i += 2) {
        float pair[2];
        carvq_random_normal(random, pair);
        values[i] = scale * pair[0];
        if (i + 1 < count)
            values[i + 1] = scale * pair[1];
    }
}

int synthetic_init(struct synthetic *table_ret, uint64_t seed, uint64_t rows, uint32_t cols)
{
    struct synthetic table = {
        .seed = seed, .rows = rows, .cols = cols, .rank = 32, .low_rank = 0.3, .mean = 0.2, .scale_spread = 0.3};
    const double deviation = 0.02;
    table.basis = malloc((size_t)table.rank * cols * sizeof *table.basis);
    table.mean_row = malloc(cols * sizeof *table.mean_row);
    if (table.basis == NULL || table.mean_row == NULL) {
        synthetic_free(&table);
        return -1;
    }
    struct carvq_random random = carvq_random_stream(seed, (uint64_t)STREAM_MEAN);
    fill_normal(&random, (float)(table.mean * deviation), table.mean_row, cols);
    double sum = 0;
    for (uint32_t k = 0; k < table.rank; k++)
        sum += 1.0 / (k + 1);
    random = carvq_random_stream(seed, (uint64_t)STREAM_BASIS);
    for (uint32_t k = 0; k < table.rank; k++)
        fill_normal(&random, (float)(deviation * sqrt(table.low_rank / sum / (k + 1))), table.basis + (size_t)k * cols, cols);
    table.noise = (float)(deviation * sqrt(1 - table.low_rank));
    *table_ret = table;
    return 0;
}

void synthetic_free(struct synthetic *table)
{
    free(table->basis);
    free(table->mean_row);
    free(table->stored);
}

static void make_row(const struct synthetic *table, uint64_t row, uint32_t col, uint32_t ncols, float *values)
{
    struct carvq_random random = carvq_random_stream(table->seed, row);
    float pair[2];
    carvq_random_normal(&random, pair);
    float scale = expf((float)table->scale_spread * pair[0]);
    for (uint32_t c = 0; c < col + ncols; c++) {
        if (c % 2 == 0)
            carvq_random_normal(&random, pair);
        if (c >= col)
            values[c - col] = table->noise * pair[c % 2];
    }
    random = carvq_random_stream(~table->seed, row);
    for (uint32_t k = 0; k < table->rank; k++) {
        carvq_random_normal(&random, pair);
        const float *direction = table->basis + (size_t)k * table->cols + col;
        for (uint32_t c = 0; c < ncols; c++)
            values[c] += pair[0] * direction[c];
    }
    for (uint32_t c = 0; c < ncols; c++)
        values[c] = table->mean_row[col + c] + scale * values[c];
}

enum carvq_status synthetic_read(void *context, uint64_t row, size_t nrows, uint32_t col, uint32_t ncols, float *block_ret,
                                 struct carvq_error *error)
{
    (void)error;
    const struct synthetic *table = context;
    for (size_t r = 0; r < nrows; r++) {
        if (table->stored == NULL) {
            make_row(table, row + r, col, ncols, block_ret + r * ncols);
            continue;
        }
        const uint16_t *stored = table->stored + (row + r) * table->cols + col;
        for (uint32_t c = 0; c < ncols; c++)
            block_ret[r * ncols + c] = carvq_bf16_to_f32(stored[c]);
    }
    return CARVQ_OK;
}

int synthetic_store(struct synthetic *table)
{
    uint16_t *stored = malloc((size_t)table->rows * table->cols * sizeof *stored);
    int failed = stored == NULL;
#pragma omp parallel
    {
        float *row = malloc(table->cols * sizeof *row);
#pragma omp for
        for (uint64_t r = 0; r < table->rows; r++) {
            if (row == NULL || stored == NULL) {
#pragma omp atomic write
                failed = 1;
                continue;
            }
            make_row(table, r, 0, table->cols, row);
            for (uint32_t c = 0; c < table->cols; c++)
                stored[r * table->cols + c] = carvq_f32_to_bf16(row[c]);
        }
        free(row);
    }
    if (failed) {
        free(stored);
        return -1;
    }
    table->stored = stored;
    return 0;
}
