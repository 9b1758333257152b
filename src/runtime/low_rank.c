// SPDX-License-Identifier: MIT
// What all rows share: row += mean, then row += coefficient_k * direction_k for each k, in the order that doc/format.md fixes.
// Work per row: n additions for the mean, n multiplications and additions for each direction.
#include "half.h"
#include "table.h"

// The b-bit field number index less 2^(b-1). Reads only bytes in which the field lies.
static float read_coefficient(const uint8_t *fields, uint64_t index, unsigned bits)
{
    const uint8_t *byte = fields + index * bits / 8;
    const unsigned shift = (unsigned)(index * bits % 8);
    unsigned window = byte[0];
    if (shift + bits > 8)
        window |= (unsigned)byte[1] << 8;
    return (float)((int)(window >> shift & ((1U << bits) - 1)) - (1 << (bits - 1)));
}

static inline float widen(enum carvq_dtype dtype, const uint8_t *data)
{
    const uint16_t half = carvq_load_u16(data);
    return dtype == CARVQ_BF16 ? carvq_bf16_to_f32(half) : carvq_f16_to_f32(half);
}

// row[0 .. count-1] += scale * values; in blocks of a fixed size, which vectorise at -O2 too. dtype is constant where this is
// called.
static inline void add_halves(enum carvq_dtype dtype, const uint8_t *restrict values, float scale, size_t count,
                              float *restrict row)
{
    enum { BLOCK = 16 };
    size_t c = 0;
    for (; count - c >= BLOCK; c += BLOCK)
        for (size_t k = 0; k < BLOCK; k++)
            row[c + k] += scale * widen(dtype, values + 2 * (c + k));
    for (; c < count; c++)
        row[c] += scale * widen(dtype, values + 2 * c);
}

static void add(enum carvq_dtype dtype, const uint8_t *values, float scale, size_t count, float *row)
{
    if (dtype == CARVQ_BF16)
        add_halves(CARVQ_BF16, values, scale, count, row);
    else
        add_halves(CARVQ_F16, values, scale, count, row);
}

void carvq_low_rank_add(const struct carvq_table *table, uint64_t id, float *row)
{
    const struct carvq_table_info *info = &table->info;
    const size_t n = info->cols;
    if (info->mean)
        add(info->mean_dtype, table->mean, 1.0f, n, row);
    for (uint32_t k = 0; k < info->rank; k++)
        add(info->low_rank_dtype, table->directions + 2 * k * n,
            read_coefficient(table->coefficients, id * info->rank + k, info->low_rank_bits), n, row);
}
