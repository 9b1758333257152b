// SPDX-License-Identifier: MIT
// Writes the directory that says which row is in which segment.
#include "encode/tiers.h"

#include "runtime/table.h"

static uint8_t *put(uint8_t *at, uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        *at++ = (uint8_t)(value >> 8 * i);
    return at;
}

void carvq_tiers_write(const uint8_t *tiers, uint64_t rows, unsigned count, uint8_t *bytes_ret)
{
    uint64_t counters[CARVQ_MAX_SEGMENTS] = {0};
    const unsigned tier_bits = carvq_tier_bits(count);
    for (uint64_t row = 0; row < rows; row += 64) {
        uint64_t planes[4] = {0};
        if (row % ((uint64_t)64 << tier_bits) == 0)
            for (unsigned tier = 0; tier < 1U << tier_bits; tier++)
                bytes_ret = put(bytes_ret, counters[tier], 4);
        for (unsigned i = 0; i < 64 && row + i < rows; i++) {
            unsigned tier = tiers[row + i];
            counters[tier]++;
            for (unsigned plane = 0; plane < tier_bits; plane++)
                planes[plane] |= (uint64_t)(tier >> plane & 1) << i;
        }
        for (unsigned plane = 0; plane < tier_bits; plane++)
            bytes_ret = put(bytes_ret, planes[plane], 8);
    }
}
