// SPDX-License-Identifier: MIT
// What all rows share: row += mean, then row += coefficient_j * direction_j for each j, in the order that doc/format.md fixes.
// Work per row: n additions for the mean, n multiplications and additions for each direction.
#include "half.h"
#include "table.h"

#define TERMS 16 // at once

// Fields of w bits less 2^(w-1). Reads only bytes in which they lie.
void carvq_read_coefficients(const struct carvq_shared *shared, uint32_t id, float coefficients_ret[CARVQ_MAX_RANK])
{
    const uint64_t bit = (uint64_t)id * shared->rank * shared->bits;
    const uint8_t *byte = shared->coefficients + bit / 8;
    const unsigned bits = shared->bits;
    unsigned held = 8 - (unsigned)(bit % 8), window = (unsigned)*byte >> bit % 8;
    for (uint32_t k = 0; k < shared->rank; k++) {
        if (held < bits) { // a field has at most 8 bits
            window |= (unsigned)*++byte << held;
            held += 8;
        }
        coefficients_ret[k] = (float)((int)(window & ((1U << bits) - 1)) - (1 << (bits - 1)));
        window >>= bits;
        held -= bits;
    }
}

void carvq_shared_add_terms(carvq_add_terms *add_terms, const struct carvq_shared *shared, const uint32_t *ids, size_t count,
                            struct carvq_columns columns, float *values, size_t stride)
{
    struct carvq_term terms[TERMS];
    float coefficients[CARVQ_MAX_RANK];
    for (size_t i = 0; i < count; i++, values += stride) {
        size_t held = 0;
        if (shared->mean != NULL)
            terms[held++] = (struct carvq_term){shared->mean + 2 * columns.first, 1};
        if (held > 0 && (shared->rank == 0 || shared->dtype != shared->mean_dtype)) {
            add_terms(shared->mean_dtype, terms, 1, columns.count, values);
            held = 0;
        }
        if (shared->rank > 0)
            carvq_read_coefficients(shared, ids[i], coefficients);
        for (uint32_t k = 0; k < shared->rank; k++) {
            terms[held++] = (struct carvq_term){shared->directions + 2 * ((size_t)k * shared->cols + columns.first),
                                                coefficients[k]};
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
