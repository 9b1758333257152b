// SPDX-License-Identifier: MIT
// What all rows share: row += mean, then row += coefficient_j * direction_j for each j, in the order that doc/format.md fixes.
// Work per row: n additions for the mean, n multiplications and additions for each direction.
#include "half.h"
#include "table.h"

#define TERMS 16 // at once

// The w-bit field number index less 2^(w-1). Reads only bytes in which the field lies.
static float read_coefficient(const uint8_t *fields, uint64_t index, unsigned bits)
{
    const uint8_t *byte = fields + index * bits / 8;
    const unsigned shift = (unsigned)(index * bits % 8);
    unsigned window = byte[0];
    if (shift + bits > 8)
        window |= (unsigned)byte[1] << 8;
    return (float)((int)(window >> shift & ((1U << bits) - 1)) - (1 << (bits - 1)));
}

float carvq_read_coefficient(const struct carvq_shared *shared, uint32_t id, uint32_t direction)
{
    return read_coefficient(shared->coefficients, (uint64_t)id * shared->rank + direction, shared->bits);
}

void carvq_shared_add_terms(carvq_add_terms *add_terms, const struct carvq_shared *shared, const uint32_t *ids, size_t count,
                            struct carvq_columns columns, float *values, size_t stride)
{
    struct carvq_term terms[TERMS];
    for (size_t i = 0; i < count; i++, values += stride) {
        size_t held = 0;
        if (shared->mean != NULL)
            terms[held++] = (struct carvq_term){shared->mean + 2 * columns.first, 1};
        if (held > 0 && (shared->rank == 0 || shared->dtype != shared->mean_dtype)) {
            add_terms(shared->mean_dtype, terms, 1, columns.count, values);
            held = 0;
        }
        for (uint32_t k = 0; k < shared->rank; k++) {
            terms[held++] = (struct carvq_term){shared->directions + 2 * ((size_t)k * shared->cols + columns.first),
                                                carvq_read_coefficient(shared, ids[i], k)};
            if (held == TERMS || k + 1 == shared->rank) {
                add_terms(shared->dtype, terms, held, columns.count, values);
                held = 0;
            }
        }
    }
}

static void add_terms_in_turn(enum carvq_dtype dtype, const struct carvq_term *terms, size_t count, size_t width, float *values)
{
    for (size_t i = 0; i < count; i++)
        carvq_add_scaled(dtype, terms[i].data, terms[i].scale, width, values);
}

void carvq_shared_add(const struct carvq_shared *shared, const uint32_t *ids, size_t count, struct carvq_columns columns,
                      float *values, size_t stride)
{
    carvq_shared_add_terms(add_terms_in_turn, shared, ids, count, columns, values, stride);
}
