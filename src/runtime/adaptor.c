// SPDX-License-Identifier: MIT
// The adaptor's forward pass: row += W1 max(0, W0 z + b0) + b1, in the order that doc/format.md fixes.
//
// Rows go through in batches and hidden units in chunks, so that a row of W1 is widened once per batch and no buffer grows
// with H or n. The order of the sums of each row does not depend on the batch. Work per row: m H + (active units) n
// multiplications and additions; with m = 16, H = 240, n = 2048 that is at most 495 360, and reading W1 is 983 040 bytes.
#include "half.h"
#include "table.h"

#define BATCH 8  // rows
#define CHUNK 64 // hidden units
#define TILE 256 // columns

// values[0 .. count-1] += scale * weights; in blocks of a fixed size, which vectorise at -O2 too. The casts round the products
// where the compiler computes floats in double (s390x).
static void add_scaled(float *restrict values, const float *restrict weights, float scale, size_t count)
{
    enum { BLOCK = 16 };
    size_t c = 0;
    for (; count - c >= BLOCK; c += BLOCK)
        for (size_t k = 0; k < BLOCK; k++)
            values[c + k] += (float)(scale * weights[c + k]);
    for (; c < count; c++)
        values[c] += (float)(scale * weights[c]);
}

// The activations of the hidden units first .. first + count - 1 for one row.
static void hidden_chunk(const struct carvq_adaptor *adaptor, const struct carvq_table_info *info, uint64_t row, size_t first,
                         size_t count, float *activations_ret)
{
    const size_t m = info->adaptor_dim, hidden = info->adaptor_hidden;
    float weights[CHUNK], contracted;
    carvq_widen(adaptor->dtype, adaptor->bias_0 + 2 * first, count, activations_ret);
    for (size_t i = 0; i < m; i++) {
        carvq_widen(adaptor->dtype, adaptor->table + 2 * (row * m + i), 1, &contracted);
        carvq_widen(adaptor->dtype, adaptor->weight_0 + 2 * (i * hidden + first), count, weights);
        add_scaled(activations_ret, weights, contracted, count);
    }
}

// Adds what one chunk of hidden units gives to columns column .. column + width - 1 of the batch.
static void output_tile(const struct carvq_adaptor *adaptor, size_t n, size_t first, size_t count, float (*activations)[CHUNK],
                        size_t rows_in_batch, size_t column, size_t width, float *rows, size_t row_stride)
{
    float weights[TILE];
    for (size_t j = 0; j < count; j++) {
        bool widened = false;
        for (size_t r = 0; r < rows_in_batch; r++) {
            if (!(activations[r][j] > 0))
                continue;
            if (!widened)
                carvq_widen(adaptor->dtype, adaptor->weight_1 + 2 * ((first + j) * n + column), width, weights);
            widened = true;
            add_scaled(rows + r * row_stride + column, weights, activations[r][j], width);
        }
    }
}

static void add_bias(const struct carvq_adaptor *adaptor, size_t n, size_t rows_in_batch, float *rows, size_t row_stride)
{
    float bias[TILE];
    for (size_t column = 0; column < n; column += TILE) {
        size_t width = n - column < TILE ? n - column : TILE;
        carvq_widen(adaptor->dtype, adaptor->bias_1 + 2 * column, width, bias);
        for (size_t r = 0; r < rows_in_batch; r++)
            add_scaled(rows + r * row_stride + column, bias, 1.0f, width);
    }
}

static void add_batch(const struct carvq_table *table, const uint32_t *ids, size_t count, float *rows, size_t row_stride)
{
    const struct carvq_adaptor *adaptor = &table->adaptor;
    const size_t n = table->info.cols, hidden = table->info.adaptor_hidden;
    float activations[BATCH][CHUNK];
    add_bias(adaptor, n, count, rows, row_stride);
    for (size_t first = 0; first < hidden; first += CHUNK) {
        size_t chunk = hidden - first < CHUNK ? hidden - first : CHUNK;
        for (size_t r = 0; r < count; r++)
            hidden_chunk(adaptor, &table->info, ids[r], first, chunk, activations[r]);
        for (size_t column = 0; column < n; column += TILE)
            output_tile(adaptor, n, first, chunk, activations, count, column, n - column < TILE ? n - column : TILE, rows,
                        row_stride);
    }
}

void carvq_adaptor_add(const struct carvq_table *table, const uint32_t *ids, size_t count, float *rows, size_t row_stride)
{
    for (size_t i = 0; i < count; i += BATCH)
        add_batch(table, ids + i, count - i < BATCH ? count - i : BATCH, rows + i * row_stride, row_stride);
}
