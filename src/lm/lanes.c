// SPDX-License-Identifier: MIT
// Rows of numbers as loops over lanes.
#include "lm/lanes.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "host/vector.h"

enum { LANES = 8 };

// x from -87 to 88, or NaN.
CARVQ_TEMPLATE float exp_of(float x)
{
    // x = k ln 2 + r, |r| <= ln 2 / 2. 1.5 * 2^23 leaves no bits for a fraction: k stands in the lowest bits of shifted.
    const float shift = 12582912.0f, shifted = x * 1.44269504f + shift, k = shifted - shift;
    const float r = (x - k * 0.693359375f) - k * -2.12194440e-4f;
    float power = 1.0f / 720;
    power = power * r + 1.0f / 120;
    power = power * r + 1.0f / 24;
    power = power * r + 1.0f / 6;
    power = power * r + 0.5f;
    power = power * r + 1.0f;
    power = power * r + 1.0f;
    uint32_t bits;
    float scale;
    memcpy(&bits, &shifted, sizeof bits);
    bits = (bits << 23) + (UINT32_C(127) << 23); // 2^k
    memcpy(&scale, &bits, sizeof scale);
    return power * scale;
}

// Two loops: in one, compilers make the ends of the range cases of their own, and no vectors.
CARVQ_TEMPLATE void exp_lanes(const float *x, size_t count, float *y)
{
    for (size_t i = 0; i < count; i++) {
        const float low = x[i] < -87.0f ? -87.0f : x[i];
        y[i] = low > 88.0f ? 88.0f : low;
    }
    for (size_t i = 0; i < count; i++)
        y[i] = exp_of(y[i]);
}

CARVQ_VECTORIZED(void, carvq_lm_exp, (const float *x, size_t count, float *y), (x, count, y))
{
    exp_lanes(x, count, y);
}

CARVQ_VECTORIZED(void, carvq_lm_silu, (float *gate, const float *up, size_t count), (gate, up, count))
{
    enum { CHUNK = 256 };
    float powers[CHUNK];
    for (size_t first = 0; first < count; first += CHUNK) {
        const size_t width = count - first < CHUNK ? count - first : CHUNK;
        float *x = gate + first;
        for (size_t i = 0; i < width; i++)
            powers[i] = -x[i];
        exp_lanes(powers, width, powers);
        for (size_t i = 0; i < width; i++)
            x[i] = x[i] / (1 + powers[i]) * up[first + i];
    }
}

CARVQ_TEMPLATE double add_lanes(const double *lanes)
{
    double sum = 0;
    for (size_t i = 0; i < LANES; i++)
        sum += lanes[i];
    return sum;
}

CARVQ_VECTORIZED(float, carvq_lm_max, (const float *values, size_t count), (values, count))
{
    float lanes[LANES], max = -INFINITY;
    size_t i = 0;
    for (size_t lane = 0; lane < LANES; lane++)
        lanes[lane] = max;
    for (; count - i >= LANES; i += LANES)
        for (size_t lane = 0; lane < LANES; lane++)
            lanes[lane] = values[i + lane] > lanes[lane] ? values[i + lane] : lanes[lane];
    for (; i < count; i++)
        max = values[i] > max ? values[i] : max;
    for (size_t lane = 0; lane < LANES; lane++)
        max = lanes[lane] > max ? lanes[lane] : max;
    return max;
}

CARVQ_TEMPLATE double sum_of(const float *values, size_t count)
{
    double lanes[LANES] = {0};
    size_t i = 0;
    for (; count - i >= LANES; i += LANES)
        for (size_t lane = 0; lane < LANES; lane++)
            lanes[lane] += (double)values[i + lane];
    for (size_t lane = 0; i < count; i++, lane++)
        lanes[lane] += (double)values[i];
    return add_lanes(lanes);
}

CARVQ_VECTORIZED(double, carvq_lm_gap, (const float *weights, const float *p, const float *q, size_t count),
                 (weights, p, q, count))
{
    double lanes[LANES] = {0};
    size_t i = 0;
    for (; count - i >= LANES; i += LANES)
        for (size_t lane = 0; lane < LANES; lane++)
            lanes[lane] += (double)weights[i + lane] * (double)(p[i + lane] - q[i + lane]);
    for (size_t lane = 0; i < count; i++, lane++)
        lanes[lane] += (double)weights[i] * (double)(p[i] - q[i]);
    return add_lanes(lanes);
}

CARVQ_VECTORIZED(double, carvq_lm_weigh, (const float *values, size_t count, float max, float *weights_ret),
                 (values, count, max, weights_ret))
{
    for (size_t i = 0; i < count; i++)
        weights_ret[i] = values[i] - max;
    exp_lanes(weights_ret, count, weights_ret);
    return sum_of(weights_ret, count);
}

CARVQ_VECTORIZED(double, carvq_lm_spread,
                 (const float *weights, size_t count, float scale, float *restrict p_sums, float *restrict v_sums),
                 (weights, count, scale, p_sums, v_sums))
{
    double lanes[LANES] = {0};
    size_t i = 0;
    for (; count - i >= LANES; i += LANES)
        for (size_t lane = 0; lane < LANES; lane++) {
            const float p = weights[i + lane] * scale, v = p * (1 - p);
            p_sums[i + lane] += p;
            v_sums[i + lane] += v;
            lanes[lane] += (double)v;
        }
    for (size_t lane = 0; i < count; i++, lane++) {
        const float p = weights[i] * scale, v = p * (1 - p);
        p_sums[i] += p;
        v_sums[i] += v;
        lanes[lane] += (double)v;
    }
    return add_lanes(lanes);
}
