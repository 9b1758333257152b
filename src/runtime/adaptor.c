// SPDX-License-Identifier: MIT
// The adaptor's forward pass: row += W1 max(0, W0 z + b0) + b1, in the order that doc/format.md fixes.
//
// Rows go through in batches and hidden units in chunks, so that a row of W1 is widened once per batch and no buffer grows
// with H or n. The order of the sums of each row does not depend on the batch. Work per row: m H + (active units) n
// multiplications and additions; with m = 16, H = 240, n = 2048 that is at most 495 360, and reading W1 is 983 040 bytes.
#include "half.h"
#include "table.h"

#define BATCH CARVQ_ADAPTOR_ROWS
#define CHUNK CARVQ_ADAPTOR_UNITS
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

void carvq_adaptor_units(const struct carvq_adaptor *adaptor, const uint32_t *ids, size_t count, size_t first, size_t width,
                         float (*activations_ret)[CHUNK])
{
    const size_t m = adaptor->dim, hidden = adaptor->hidden;
    float weights[CHUNK], contracted;
    for (size_t r = 0; r < count; r++)
        carvq_widen(adaptor->dtype, adaptor->bias_0 + 2 * first, width, activations_ret[r]);
    for (size_t i = 0; i < m; i++) {
        carvq_widen(adaptor->dtype, adaptor->weight_0 + 2 * (i * hidden + first), width, weights);
        for (size_t r = 0; r < count; r++) {
            carvq_widen(adaptor->dtype, adaptor->table + 2 * (ids[r] * m + i), 1, &contracted);
            add_scaled(activations_ret[r], weights, contracted, width);
        }
    }
    for (size_t r = 0; r < count; r++)
        for (size_t j = 0; j < width; j++)
            activations_ret[r][j] = activations_ret[r][j] > 0 ? activations_ret[r][j] : 0;
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
        carvq_adaptor_units(adaptor, ids, count, first, chunk, activations);
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

// The terms of a row are those of its active units.
static void add_units(carvq_add_terms *add_terms, const struct carvq_adaptor *adaptor, const float *activations, size_t first,
                      size_t width, struct carvq_columns columns, float *values)
{
    struct carvq_term terms[CHUNK];
    size_t count = 0;
    for (size_t j = 0; j < width; j++)
        if (activations[j] > 0)
            terms[count++] = (struct carvq_term){adaptor->weight_1 + 2 * ((first + j) * adaptor->cols + columns.first),
                                                 activations[j]};
    add_terms(adaptor->dtype, terms, count, columns.count, values);
}

void carvq_adaptor_add_terms(carvq_add_terms *add_terms, carvq_make_units *make_units, const struct carvq_adaptor *adaptor,
                             const uint32_t *ids, size_t count, struct carvq_columns columns, float *values, size_t stride)
{
    const struct carvq_term bias = {adaptor->bias_1 + 2 * columns.first, 1};
    float activations[BATCH][CHUNK];
    for (size_t i = 0; i < count; i += BATCH, ids += BATCH, values += BATCH * stride) {
        const size_t batch = count - i < BATCH ? count - i : BATCH;
        for (size_t r = 0; r < batch; r++)
            add_terms(adaptor->dtype, &bias, 1, columns.count, values + r * stride);
        for (size_t first = 0; first < adaptor->hidden; first += CHUNK) {
            const size_t width = adaptor->hidden - first < CHUNK ? adaptor->hidden - first : CHUNK;
            make_units(adaptor, ids, batch, first, width, activations);
            for (size_t r = 0; r < batch; r++)
                add_units(add_terms, adaptor, activations[r], first, width, columns, values + r * stride);
        }
    }
}
