// SPDX-License-Identifier: MIT
// What all rows share: row += mean, then row += coefficient_k * direction_k for each k, in the order that doc/format.md fixes.
//
// Rows go through in batches and columns in tiles, so that what is shared is widened once per batch. Work per row: n additions
// and r n multiplications and additions.
#include "../base/half.h"
#include "add.h"
#include "bits.h"
#include "table.h"

#define TILE 256 // columns

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

void carvq_low_rank_add(const struct carvq_table *table, const uint32_t *ids, size_t count, float *rows, size_t row_stride)
{
    const struct carvq_table_info *info = &table->info;
    const size_t n = info->cols, rank = info->rank;
    float coefficients[CARVQ_ADD_ROWS][CARVQ_MAX_RANK], weights[TILE];
    for (size_t r = 0; r < count; r++)
        for (size_t k = 0; k < rank; k++)
            coefficients[r][k] = read_coefficient(table->coefficients, (uint64_t)ids[r] * rank + k, info->low_rank_bits);
    for (size_t column = 0; column < n; column += TILE) {
        const size_t width = n - column < TILE ? n - column : TILE;
        if (info->mean) {
            carvq_widen(info->mean_dtype, table->mean + 2 * column, width, weights);
            for (size_t r = 0; r < count; r++)
                carvq_add_scaled(rows + r * row_stride + column, weights, 1.0f, width);
        }
        for (size_t k = 0; k < rank; k++) {
            carvq_widen(info->low_rank_dtype, table->directions + 2 * (k * n + column), width, weights);
            for (size_t r = 0; r < count; r++)
                carvq_add_scaled(rows + r * row_stride + column, weights, coefficients[r][k], width);
        }
    }
}
