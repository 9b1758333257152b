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

enum { CHUNK = 256 }; // values whose exponentials are kept

// x / (1 + exp(-z)), z being x or a polynomial of it. gelu's approximation is 0.5 x (1 + tanh(z / 2)), which is the same.
CARVQ_TEMPLATE void sigmoid_lanes(float *x, size_t count, float linear, float cubic)
{
    float powers[CHUNK];
    for (size_t i = 0; i < count; i++)
        powers[i] = -x[i] * (linear + cubic * (x[i] * x[i]));
    exp_lanes(powers, count, powers);
    for (size_t i = 0; i < count; i++)
        x[i] = x[i] / (1 + powers[i]);
}

// gelu(x) = max(x, 0) - |x| / 2 erfc(|x| / sqrt(2)), without cancellation. erfc(z) exp(z^2) by the polynomial 7.1.26 of
// Abramowitz and Stegun, whose error is below 1.5e-7.
CARVQ_TEMPLATE void gelu_lanes(float *x, size_t count)
{
    float powers[CHUNK];
    for (size_t i = 0; i < count; i++)
        powers[i] = -0.5f * (x[i] * x[i]);
    exp_lanes(powers, count, powers);
    for (size_t i = 0; i < count; i++) {
        const float size = x[i] < 0 ? -x[i] : x[i], t = 1 / (1 + 0.3275911f * 0.70710678f * size);
        float sum = 1.061405429f;
        sum = sum * t - 1.453152027f;
        sum = sum * t + 1.421413741f;
        sum = sum * t - 0.284496736f;
        sum = sum * t + 0.254829592f;
        x[i] = 0.5f * (x[i] + size) - 0.5f * size * (sum * t * powers[i]);
    }
}

CARVQ_TEMPLATE void relu2_lanes(float *x, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const float above = x[i] < 0 ? 0 : x[i];
        x[i] = above * above;
    }
}

CARVQ_VECTORIZED(void, carvq_lm_activate, (enum carvq_lm_activation activation, float *x, size_t count), (activation, x, count))
{
    const float root = 1.59576912f; // 2 sqrt(2 / pi)
    for (size_t first = 0; first < count; first += CHUNK) {
        const size_t width = count - first < CHUNK ? count - first : CHUNK;
        if (activation == CARVQ_LM_SILU)
            sigmoid_lanes(x + first, width, 1, 0);
        else if (activation == CARVQ_LM_GELU_TANH)
            sigmoid_lanes(x + first, width, root, root * 0.044715f);
        else if (activation == CARVQ_LM_GELU)
            gelu_lanes(x + first, width);
        else
            relu2_lanes(x + first, width);
    }
}

CARVQ_VECTORIZED(void, carvq_lm_multiply, (float *x, const float *y, size_t count), (x, y, count))
{
    for (size_t i = 0; i < count; i++)
        x[i] *= y[i];
}

CARVQ_VECTORIZED(void, carvq_lm_cap, (float cap, float *x, size_t count), (cap, x, count))
{
    float powers[CHUNK];
    for (size_t first = 0; first < count; first += CHUNK) {
        const size_t width = count - first < CHUNK ? count - first : CHUNK;
        for (size_t i = 0; i < width; i++)
            powers[i] = -2 * (x[first + i] / cap);
        exp_lanes(powers, width, powers);
        for (size_t i = 0; i < width; i++)
            x[first + i] = cap * ((1 - powers[i]) / (1 + powers[i]));
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
