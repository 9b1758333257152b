// SPDX-License-Identifier: MIT
// What the variants of carvq_trellis_forward() share.
#ifndef CARVQ_CODEC_TRELLIS_FORWARD_H
#define CARVQ_CODEC_TRELLIS_FORWARD_H

#include "codec/trellis/trellis.h"

#define CARVQ_TRELLIS_MAX_GROUPS 1024 // S = 12, k = 2

// The high half of the square of x - y, the difference being limited to 16 bits.
CARVQ_TEMPLATE uint32_t carvq_trellis_square(int32_t x, int32_t y)
{
    int32_t difference = x - y;
    difference = difference > INT16_MAX ? INT16_MAX : difference;
    difference = difference < INT16_MIN ? INT16_MIN : difference;
    return (uint32_t)(difference * difference) >> 16;
}

// The same, the difference being multiplied by weight / 2^15, and twice as fine: weights make squares small.
CARVQ_TEMPLATE uint32_t carvq_trellis_weighted_square(int32_t x, int32_t y, int32_t weight)
{
    int32_t difference = x - y;
    difference = difference > INT16_MAX ? INT16_MAX : difference;
    difference = difference < INT16_MIN ? INT16_MIN : difference;
    difference = (difference * weight + (1 << 14)) >> 15;
    return (uint32_t)(difference * difference + (1 << 14)) >> 15;
}

// False for the last step of a row of odd length: zeros take the place of the second values, and the second target is 0.
static inline bool carvq_trellis_has_second(const struct carvq_trellis *trellis, size_t step)
{
    return 2 * step + 1 < trellis->cols;
}

static inline const int16_t *carvq_trellis_second(const struct carvq_trellis *trellis, size_t step)
{
    return carvq_trellis_has_second(trellis, step) ? trellis->table[1] : trellis->zeros;
}

// Before the steps from begin on, the state is known.
static inline void carvq_trellis_start(const struct carvq_trellis *trellis, size_t begin, size_t state)
{
    uint16_t *metrics = trellis->metrics + begin * trellis->groups;
    for (size_t group = 0; group < trellis->groups; group++)
        metrics[group] = UINT16_MAX;
    metrics[state % trellis->groups] = 0;
    trellis->lows[begin] = 0;
}

// From the least distances of states of equal remainder mod width (a power of 2, at least groups), those of the groups after a
// step. Distances of a step are never negative, so that none is below the least one before it.
CARVQ_TEMPLATE void carvq_trellis_settle(const struct carvq_trellis *trellis, size_t step, size_t width, uint16_t *best)
{
    const size_t groups = trellis->groups;
    const uint16_t base = trellis->lows[step];
    uint16_t *metrics = trellis->metrics + (step + 1) * groups, low = UINT16_MAX;
    for (size_t half = width / 2; half >= groups; half /= 2)
        for (size_t i = 0; i < half; i++)
            best[i] = best[i + half] < best[i] ? best[i + half] : best[i];
    for (size_t group = 0; group < groups; group++) {
        uint16_t metric = (uint16_t)(best[group] - base);
        metrics[group] = metric;
        low = metric < low ? metric : low;
    }
    trellis->lows[step + 1] = low;
}

#endif
