// SPDX-License-Identifier: MIT
// Levels of scales, and which of them suits a row.
#include "codec/trellis/scale.h"

#include <math.h>
#include <string.h>

#include "runtime/half.h"

#define BINS 0x8000 // upper halves of floats that are not negative
#define ROUNDS 100

void carvq_trellis_scales_place(struct carvq_trellis_scales *scales, struct carvq_arena *arena)
{
    scales->weights = carvq_arena_take(arena, BINS, sizeof *scales->weights);
    scales->logs = carvq_arena_take(arena, BINS, sizeof *scales->logs);
}

void carvq_trellis_scales_begin(struct carvq_trellis_scales *scales)
{
    memset(scales->weights, 0, BINS * sizeof *scales->weights);
    memset(scales->logs, 0, BINS * sizeof *scales->logs);
    scales->zeros = false;
}

float carvq_trellis_row_scale(const float *x, uint32_t cols)
{
    double energy = 0;
    for (size_t i = 0; i < cols; i++)
        energy += (double)x[i] * (double)x[i];
    return (float)sqrt(energy / cols) / CARVQ_TRELLIS_TABLE_UNIT;
}

void carvq_trellis_scales_add(struct carvq_trellis_scales *scales, float scale, double weight)
{
    if (!(scale > 0)) {
        scales->zeros = true;
        return;
    }
    double energy = weight * (double)scale * (double)scale;
    size_t bin = carvq_float_bits(scale) >> 16;
    scales->weights[bin] += energy;
    scales->logs[bin] += energy * log((double)scale);
}

// The bins that hold rows lie in [first, end).
struct span {
    size_t first, end;
};

static struct span find_span(const struct carvq_trellis_scales *scales)
{
    struct span span = {0, BINS};
    while (span.first < span.end && !(scales->weights[span.first] > 0))
        span.first++;
    while (span.end > span.first && !(scales->weights[span.end - 1] > 0))
        span.end--;
    return span;
}

// The quantizer of many levels that has the least squared error has a density of levels that goes with the cube root of that of
// the values (Panter and Dite); so the levels begin at equal parts of the sum of cube roots.
static void spread_levels(const struct carvq_trellis_scales *scales, struct span span, size_t count, double *centers)
{
    double total = 0, sum = 0, last = 0;
    size_t next = 0;
    for (size_t bin = span.first; bin < span.end; bin++)
        total += cbrt(scales->weights[bin]);
    for (size_t bin = span.first; bin < span.end && next < count; bin++) {
        if (!(scales->weights[bin] > 0))
            continue;
        sum += cbrt(scales->weights[bin]);
        last = scales->logs[bin] / scales->weights[bin];
        while (next < count && sum >= total * ((double)next + 0.5) / (double)count)
            centers[next++] = last;
    }
    while (next < count)
        centers[next++] = last;
}

static bool move_center(double *center, double weight, double logs)
{
    const double before = *center;
    if (weight > 0)
        *center = logs / weight;
    return *center != before;
}

// A round of Lloyd's over bins; centers ascend, and so do the borders between them. False if none has moved.
static bool move_levels(const struct carvq_trellis_scales *scales, struct span span, size_t count, double *centers)
{
    double weight = 0, logs = 0;
    size_t level = 0;
    bool moved = false;
    for (size_t bin = span.first; bin < span.end; bin++) {
        if (!(scales->weights[bin] > 0))
            continue;
        double value = scales->logs[bin] / scales->weights[bin];
        while (level + 1 < count && value > (centers[level] + centers[level + 1]) / 2) {
            moved |= move_center(&centers[level++], weight, logs);
            weight = logs = 0;
        }
        weight += scales->weights[bin];
        logs += scales->logs[bin];
    }
    return move_center(&centers[level], weight, logs) || moved;
}

void carvq_trellis_scales_fit(const struct carvq_trellis_scales *scales, unsigned scale_bits, float *levels_ret)
{
    double centers[1 << CARVQ_TRELLIS_MAX_SCALE_BITS];
    size_t count = (size_t)1 << scale_bits;
    const struct span span = find_span(scales);
    if (span.first == span.end) {
        memset(levels_ret, 0, count * sizeof *levels_ret);
        return;
    }
    if (scales->zeros && count > 1) {
        *levels_ret++ = 0;
        count--;
    }
    spread_levels(scales, span, count, centers);
    for (int round = 0; round < ROUNDS && move_levels(scales, span, count, centers); round++)
        ;
    for (size_t i = 0; i < count; i++)
        levels_ret[i] = carvq_bf16_to_f32(carvq_f32_to_bf16((float)exp(centers[i])));
}

size_t carvq_trellis_nearest_level(const float *levels, size_t count, float scale)
{
    size_t above = 0;
    while (above < count && levels[above] < scale)
        above++;
    if (above == count)
        return count - 1;
    if (above == 0 || (double)levels[above] * (double)levels[above - 1] <= (double)scale * (double)scale)
        return above;
    return above - 1;
}
