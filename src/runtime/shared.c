// SPDX-License-Identifier: MIT
// What all rows share: row += mean, then row += coefficient_j * direction_j for each j, in the order that doc/format.md fixes.
// Work per row: n additions for the mean, n multiplications and additions for each direction.
#include "half.h"
#include "table.h"

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

void carvq_shared_add(const struct carvq_shared *shared, const uint32_t *ids, size_t count, struct carvq_columns columns,
                      float *values, size_t stride)
{
    const size_t n = shared->cols, first = columns.first;
    for (size_t i = 0; i < count; i++, values += stride) {
        if (shared->mean != NULL)
            carvq_add_scaled(shared->mean_dtype, shared->mean + 2 * first, 1.0f, columns.count, values);
        for (uint32_t k = 0; k < shared->rank; k++)
            carvq_add_scaled(shared->dtype, shared->directions + 2 * (k * n + first),
                             read_coefficient(shared->coefficients, (uint64_t)ids[i] * shared->rank + k, shared->bits),
                             columns.count, values);
    }
}
