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

void carvq_adaptor_hidden(const struct carvq_adaptor *adaptor, uint64_t row, size_t first, size_t count, float *activations_ret)
{
    const size_t m = adaptor->dim, hidden = adaptor->hidden;
    float weights[CHUNK], contracted;
    carvq_widen(adaptor->dtype, adaptor->bias_0 + 2 * first, count, activations_ret);
    for (size_t i = 0; i < m; i++) {
        carvq_widen(adaptor->dtype, adaptor->table + 2 * (row * m + i), 1, &contracted);
        carvq_widen(adaptor->dtype, adaptor->weight_0 + 2 * (i * hidden + first), count, weights);
        add_scaled(activations_ret, weights, contracted, count);
    }
}

// Adds what one chunk of hidden units gives to columns column .. column + width - 1, the first of which stand at values, of the
// batch.
static void output_tile(const struct carvq_adaptor *adaptor, size_t first, size_t count, float (*activations)[CHUNK],
                        size_t rows_in_batch, size_t column, size_t width, float *values, size_t stride)
{
    float weights[TILE];
    for (size_t j = 0; j < count; j++) {
        bool widened = false;
        for (size_t r = 0; r < rows_in_batch; r++) {
            if (!(activations[r][j] > 0))
                continue;
            if (!widened)
                carvq_widen(adaptor->dtype, adaptor->weight_1 + 2 * ((first + j) * adaptor->cols + column), width, weights);
            widened = true;
            add_scaled(values + r * stride, weights, activations[r][j], width);
        }
    }
}

static void add_batch(const struct carvq_adaptor *adaptor, const uint32_t *ids, size_t count, struct carvq_columns columns,
                      float *values, size_t stride)
{
    float activations[BATCH][CHUNK];
    for (size_t r = 0; r < count; r++)
        carvq_add_scaled(adaptor->dtype, adaptor->bias_1 + 2 * columns.first, 1.0f, columns.count, values + r * stride);
    for (size_t first = 0; first < adaptor->hidden; first += CHUNK) {
        size_t chunk = adaptor->hidden - first < CHUNK ? adaptor->hidden - first : CHUNK;
        for (size_t r = 0; r < count; r++)
            carvq_adaptor_hidden(adaptor, ids[r], first, chunk, activations[r]);
        for (size_t c = 0; c < columns.count; c += TILE)
            output_tile(adaptor, first, chunk, activations, count, columns.first + c,
                        columns.count - c < TILE ? columns.count - c : TILE, values + c, stride);
    }
}

void carvq_adaptor_add(const struct carvq_adaptor *adaptor, const uint32_t *ids, size_t count, struct carvq_columns columns,
                       float *values, size_t stride)
{
    for (size_t i = 0; i < count; i += BATCH)
        add_batch(adaptor, ids + i, count - i < BATCH ? count - i : BATCH, columns, values + i * stride, stride);
}
