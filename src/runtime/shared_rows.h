// SPDX-License-Identifier: MIT
// What is added to rows, for vectors of any length: what all rows share, and the adaptor.
//
// WIDE columns stay in registers while all terms are added to them. Of the adaptor that is W1 once for each row, where units are
// active. It lies in the second cache at best: n = 2048, H = 240: 480 KiB if half of them are. Widening it once for all rows of a
// batch, into the first cache, was 15 % faster at most, for 8 rows. The file that includes this has defined LANES, of a vector,
// WIDE, INLINE, for functions, and KERNEL, what it stands for but for inlining, the type vector and
//
//     load_floats(), store_floats()    at any address
//     load_halves()                    16-bit values, widened
//     fill()                           all lanes the same
//     add_product()                    product and sum, both rounded
//     at_least_0()                     what is not above 0 becomes 0, NaN, too
#ifndef CARVQ_RUNTIME_SHARED_ROWS_H
#define CARVQ_RUNTIME_SHARED_ROWS_H

#include "half.h"
#include "table.h"

#define CONTRACTED 64 // values of a row that are widened at once
#define ROWS 4        // whose activations are made together

// Adds terms to WIDE columns.
INLINE void add_wide(enum carvq_dtype dtype, const struct carvq_term *terms, size_t count, size_t column, float *values);

// width is constant where this is called from.
INLINE void add_columns(enum carvq_dtype dtype, const struct carvq_term *terms, size_t count, size_t column, size_t width,
                        float *values)
{
    vector sums[WIDE / LANES];
    for (unsigned k = 0; k < width / LANES; k++)
        sums[k] = load_floats(values + LANES * k);
    for (size_t i = 0; i < count; i++) {
        const vector scale = fill(terms[i].scale);
        for (unsigned k = 0; k < width / LANES; k++)
            add_product(&sums[k], scale, load_halves(dtype, terms[i].data + 2 * column + 2 * LANES * k));
    }
    for (unsigned k = 0; k < width / LANES; k++)
        store_floats(values + LANES * k, sums[k]);
}

// dtype is constant where this is called from.
INLINE void add_all(enum carvq_dtype dtype, const struct carvq_term *terms, size_t count, size_t width, float *values)
{
    size_t c = 0;
    for (; width - c >= WIDE; c += WIDE)
        add_wide(dtype, terms, count, c, values + c);
    for (; width - c >= LANES; c += LANES)
        add_columns(dtype, terms, count, c, LANES, values + c);
    for (size_t i = 0; i < count && c < width; i++)
        carvq_add_scaled(dtype, terms[i].data + 2 * c, terms[i].scale, width - c, values + c);
}

KERNEL static void add_terms(enum carvq_dtype dtype, const struct carvq_term *terms, size_t count, size_t width, float *values)
{
    if (dtype == CARVQ_BF16)
        add_all(CARVQ_BF16, terms, count, width, values);
    else
        add_all(CARVQ_F16, terms, count, width, values);
}

static void add_shared(const struct carvq_shared *shared, const uint32_t *ids, size_t count, struct carvq_columns columns,
                       float *values, size_t stride)
{
    carvq_shared_add_terms(add_terms, shared, ids, count, columns, values, stride);
}

// Adds to width activations, of so many rows, what some contracted values give. rows and width are constant where this is called
// from.
INLINE void multiply(enum carvq_dtype dtype, const uint8_t *weights, size_t stride, float (*contracted)[CONTRACTED], size_t count,
                     unsigned rows, unsigned width, float *activations)
{
    vector sums[ROWS][2];
    for (unsigned r = 0; r < rows; r++)
        for (unsigned k = 0; k < width / LANES; k++)
            sums[r][k] = load_floats(activations + r * CARVQ_ADAPTOR_UNITS + LANES * k);
    for (size_t i = 0; i < count; i++, weights += stride) {
        vector values[2];
        for (unsigned k = 0; k < width / LANES; k++)
            values[k] = load_halves(dtype, weights + 2 * LANES * k);
        for (unsigned r = 0; r < rows; r++)
            for (unsigned k = 0; k < width / LANES; k++)
                add_product(&sums[r][k], fill(contracted[r][i]), values[k]);
    }
    for (unsigned r = 0; r < rows; r++)
        for (unsigned k = 0; k < width / LANES; k++)
            store_floats(activations + r * CARVQ_ADAPTOR_UNITS + LANES * k, sums[r][k]);
}

// The same for any width.
INLINE void multiply_all(enum carvq_dtype dtype, const uint8_t *weights, size_t stride, float (*contracted)[CONTRACTED],
                         size_t count, unsigned rows, size_t width, float *activations)
{
    size_t j = 0;
    for (; width - j >= 2 * LANES; j += 2 * LANES)
        multiply(dtype, weights + 2 * j, stride, contracted, count, rows, 2 * LANES, activations + j);
    for (; width - j >= LANES; j += LANES)
        multiply(dtype, weights + 2 * j, stride, contracted, count, rows, LANES, activations + j);
    for (size_t i = 0; i < count && j < width; i++, weights += stride)
        for (unsigned r = 0; r < rows; r++)
            carvq_add_scaled(dtype, weights + 2 * j, contracted[r][i], width - j, activations + r * CARVQ_ADAPTOR_UNITS + j);
}

// rows and dtype are constant where this is called from.
INLINE void make_rows(const struct carvq_adaptor *adaptor, enum carvq_dtype dtype, const uint32_t *ids, unsigned rows,
                      size_t first, size_t width, float (*activations_ret)[CARVQ_ADAPTOR_UNITS])
{
    const size_t m = adaptor->dim, stride = 2 * (size_t)adaptor->hidden;
    float contracted[ROWS][CONTRACTED];
    for (unsigned r = 0; r < rows; r++)
        carvq_widen(dtype, adaptor->bias_0 + 2 * first, width, activations_ret[r]);
    for (size_t i = 0; i < m; i += CONTRACTED) {
        const size_t count = m - i < CONTRACTED ? m - i : CONTRACTED;
        for (unsigned r = 0; r < rows; r++)
            carvq_widen(dtype, adaptor->table + 2 * (ids[r] * m + i), count, contracted[r]);
        multiply_all(dtype, adaptor->weight_0 + i * stride + 2 * first, stride, contracted, count, rows, width,
                     activations_ret[0]);
    }
    for (unsigned r = 0; r < rows; r++) {
        size_t j = 0;
        for (; width - j >= LANES; j += LANES) // what is no number becomes 0, too
            store_floats(activations_ret[r] + j, at_least_0(load_floats(activations_ret[r] + j)));
        for (; j < width; j++)
            activations_ret[r][j] = activations_ret[r][j] > 0 ? activations_ret[r][j] : 0;
    }
}

INLINE void make_all(const struct carvq_adaptor *adaptor, enum carvq_dtype dtype, const uint32_t *ids, size_t count, size_t first,
                     size_t width, float (*activations_ret)[CARVQ_ADAPTOR_UNITS])
{
    size_t r = 0;
    for (; count - r >= ROWS; r += ROWS)
        make_rows(adaptor, dtype, ids + r, ROWS, first, width, activations_ret + r);
    for (; r < count; r++)
        make_rows(adaptor, dtype, ids + r, 1, first, width, activations_ret + r);
}

KERNEL static void make_units(const struct carvq_adaptor *adaptor, const uint32_t *ids, size_t count, size_t first, size_t width,
                              float (*activations_ret)[CARVQ_ADAPTOR_UNITS])
{
    if (adaptor->dtype == CARVQ_BF16)
        make_all(adaptor, CARVQ_BF16, ids, count, first, width, activations_ret);
    else
        make_all(adaptor, CARVQ_F16, ids, count, first, width, activations_ret);
}

static void add_adaptor(const struct carvq_adaptor *adaptor, const uint32_t *ids, size_t count, struct carvq_columns columns,
                        float *values, size_t stride)
{
    carvq_adaptor_add_terms(add_terms, make_units, adaptor, ids, count, columns, values, stride);
}

#endif
