// SPDX-License-Identifier: MIT
// Round to nearest: codes 0 .. 2^bits - 1 stand for equal steps from the smallest value of a group to the largest; fitted, from
// ends that are nearer to 0, where the few values beyond them lose less than all the others gain.
#include <float.h>
#include <math.h>

#include "host/vector.h"

#include "eval/baselines/method.h"

struct range {
    float low, high;
};

struct scalar {
    float offset, scale, last; // value = offset + scale * code; last: the largest code
};

static struct range range_of(const float *values, size_t count)
{
    struct range range = {values[0], values[0]};
    for (size_t i = 1; i < count; i++) {
        range.low = values[i] < range.low ? values[i] : range.low;
        range.high = values[i] > range.high ? values[i] : range.high;
    }
    return range;
}

static struct scalar fit(struct range range, const struct carvq_baseline *baseline)
{
    struct scalar scalar = {carvq_baseline_round(baseline->number, range.low), 0, (float)((1u << baseline->bits) - 1)};
    if (range.high > scalar.offset)
        scalar.scale = carvq_baseline_round(baseline->number, (range.high - scalar.offset) / scalar.last);
    return scalar;
}

CARVQ_TEMPLATE float decoded(float value, struct scalar scalar)
{
    float code = rintf((value - scalar.offset) / scalar.scale);
    code = code < 0 ? 0 : code > scalar.last ? scalar.last : code;
    return scalar.offset + scalar.scale * code;
}

static CARVQ_VECTORIZED(void, decode_values,
                        (struct scalar scalar, const float *restrict values, size_t count, float *restrict decoded_ret),
                        (scalar, values, count, decoded_ret))
{
    for (size_t i = 0; i < count; i++)
        decoded_ret[i] = decoded(values[i], scalar);
}

// Sum of squares: eight interleaved sums, whose order depends on count alone.
static CARVQ_VECTORIZED(double, squared_error, (struct scalar scalar, const float *restrict values, size_t count),
                        (scalar, values, count))
{
    double sums[8] = {0}, sum = 0;
    for (size_t i = 0; i < count / 8 * 8; i += 8)
        for (size_t lane = 0; lane < 8; lane++) {
            double error = (double)values[i + lane] - (double)decoded(values[i + lane], scalar);
            sums[lane] += error * error;
        }
    for (size_t i = count / 8 * 8; i < count; i++) {
        double error = (double)values[i] - (double)decoded(values[i], scalar);
        sum += error * error;
    }
    for (size_t lane = 0; lane < 8; lane++)
        sum += sums[lane];
    return sum;
}

static void decode(struct scalar scalar, const float *values, size_t count, float *decoded_ret)
{
    if (scalar.scale > 0)
        decode_values(scalar, values, count, decoded_ret);
    else
        for (size_t i = 0; i < count; i++)
            decoded_ret[i] = scalar.offset;
}

// The best of RANGES ranges: both ends go 1, 2 .. steps towards 0, but not past each other.
static struct scalar fit_well(struct range range, const struct carvq_baseline *baseline, const float *values, size_t count)
{
    enum { RANGES = 32 };
    struct scalar best = fit(range, baseline);
    double least = best.scale > 0 ? squared_error(best, values, count) : 0;
    for (int i = 1; i < RANGES && least > 0; i++) {
        float factor = (float)(RANGES - i) / RANGES;
        struct range shrunk = {range.low < 0 ? range.low * factor : range.low, range.high > 0 ? range.high * factor : range.high};
        if (shrunk.high <= shrunk.low)
            break;
        struct scalar scalar = fit(shrunk, baseline);
        double error = scalar.scale > 0 ? squared_error(scalar, values, count) : DBL_MAX;
        if (error < least) {
            least = error;
            best = scalar;
        }
    }
    return best;
}

static struct range range_of_table(const struct carvq_baseline_input *input)
{
    float low = input->values[0], high = low;
#pragma omp parallel for num_threads(input->threads) reduction(min : low) reduction(max : high)
    for (uint64_t row = 0; row < input->rows; row++) {
        struct range range = range_of(input->values + row * input->cols, input->cols);
        low = range.low < low ? range.low : low;
        high = range.high > high ? range.high : high;
    }
    return (struct range){low, high};
}

enum carvq_status carvq_baseline_scalar(const struct carvq_baseline *baseline, const struct carvq_baseline_input *input,
                                        float *decoded_ret, uint64_t *bytes_ret, struct carvq_error *error)
{
    if (baseline->bits < 1 || baseline->bits > 8)
        return carvq_fail(error, CARVQ_ERROR_ARGUMENT, "a scalar code must have 1 to 8 bits");
    const size_t cols = input->cols, group = baseline->group == 0 ? cols : baseline->group;
    const struct scalar all = baseline->group == 0 ? fit(range_of_table(input), baseline) : (struct scalar){0, 0, 0};
#pragma omp parallel for num_threads(input->threads)
    for (uint64_t row = 0; row < input->rows; row++)
        for (size_t first = 0; first < cols; first += group) {
            const float *values = input->values + row * cols + first;
            size_t count = cols - first < group ? cols - first : group;
            struct scalar own = all;
            if (baseline->group > 0)
                own = baseline->fitted ? fit_well(range_of(values, count), baseline, values, count)
                                       : fit(range_of(values, count), baseline);
            decode(own, values, count, decoded_ret + row * cols + first);
        }
    uint64_t groups = baseline->group == 0 ? 1 : input->rows * carvq_div_up(cols, group);
    *bytes_ret = input->rows * carvq_div_up((uint64_t)cols * baseline->bits, 8) + groups * 2 * carvq_dtype_size(baseline->number);
    return CARVQ_OK;
}
