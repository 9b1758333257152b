// SPDX-License-Identifier: MIT
// Round to nearest: codes 0 .. 2^bits - 1 stand for equal steps from the smallest value of a group to the largest; fitted, from
// ends that are nearer to 0, where the few values beyond them lose less than all the others gain. With feedback, a group's range
// is that of what its values are to be by then, and each value knows the errors before it.
#include <float.h>
#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "host/vector.h"

#include "eval/baselines/method.h"

#define BLOCK 32 // columns that are settled together

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

static struct scalar choose(const struct carvq_baseline *baseline, const float *values, size_t count)
{
    const struct range range = range_of(values, count);
    return baseline->fitted ? fit_well(range, baseline, values, count) : fit(range, baseline);
}

// Columns begin to end - 1, whose scale is decided, one after the other. x, targets, errors, decoded_ret: of the row.
static void feed(const struct carvq_metric *metric, struct scalar scalar, uint32_t begin, uint32_t end, const float *x,
                 float *targets, float *errors, float *decoded_ret)
{
    for (uint32_t c = begin; c < end; c++) {
        float target = targets[c];
        for (uint32_t j = begin; j < c; j++)
            target -= carvq_metric_below(metric, j)[c - j - 1] * errors[j];
        decoded_ret[c] = scalar.scale > 0 ? decoded(target, scalar) : scalar.offset;
        errors[c] = decoded_ret[c] - x[c];
    }
    (void)carvq_metric_settle(metric, begin, end, decoded_ret + begin, errors, targets);
}

// memory: [2][n]. all: the scale of the table, if groups have none of their own.
static void code_row_by_metric(const struct carvq_baseline *baseline, const struct carvq_metric *metric, struct scalar all,
                               const float *x, float *memory, float *decoded_ret)
{
    const uint32_t n = metric->cols, group = baseline->group == 0 ? n : baseline->group;
    float *targets = memory, *errors = memory + n;
    memcpy(targets, x, n * sizeof *targets);
    for (uint32_t first = 0, end; first < n; first = end) {
        end = n - first < group ? n : first + group;
        const struct scalar own = baseline->group == 0 ? all : choose(baseline, targets + first, end - first);
        for (uint32_t begin = first; begin < end; begin += BLOCK)
            feed(metric, own, begin, end - begin < BLOCK ? end : begin + BLOCK, x, targets, errors, decoded_ret);
    }
}

static enum carvq_status code_by_metric(const struct carvq_baseline *baseline, const struct carvq_baseline_input *input,
                                        struct scalar all, float *decoded_ret, struct carvq_error *error)
{
    const size_t n = input->cols;
    if (input->metric == NULL)
        return carvq_fail(error, CARVQ_ERROR_ARGUMENT, "%s: needs a metric of the table as a head", baseline->method);
    float *memory = malloc((size_t)input->threads * 2 * n * sizeof *memory);
    if (memory == NULL)
        return carvq_fail(error, CARVQ_ERROR_MEMORY, "out of memory");
#pragma omp parallel for num_threads(input->threads)
    for (uint64_t row = 0; row < input->rows; row++)
        code_row_by_metric(baseline, input->metric, all, input->values + row * n, memory + (size_t)omp_get_thread_num() * 2 * n,
                           decoded_ret + row * n);
    free(memory);
    return CARVQ_OK;
}

static void code(const struct carvq_baseline *baseline, const struct carvq_baseline_input *input, struct scalar all,
                 float *decoded_ret)
{
    const size_t cols = input->cols, group = baseline->group == 0 ? cols : baseline->group;
#pragma omp parallel for num_threads(input->threads)
    for (uint64_t row = 0; row < input->rows; row++)
        for (size_t first = 0; first < cols; first += group) {
            const float *values = input->values + row * cols + first;
            const size_t count = cols - first < group ? cols - first : group;
            decode(baseline->group == 0 ? all : choose(baseline, values, count), values, count, decoded_ret + row * cols + first);
        }
}

enum carvq_status carvq_baseline_scalar(const struct carvq_baseline *baseline, const struct carvq_baseline_input *input,
                                        float *decoded_ret, uint64_t *bytes_ret, struct carvq_error *error)
{
    if (baseline->bits < 1 || baseline->bits > 8)
        return carvq_fail(error, CARVQ_ERROR_ARGUMENT, "a scalar code must have 1 to 8 bits");
    const size_t cols = input->cols, group = baseline->group == 0 ? cols : baseline->group;
    const struct scalar all = baseline->group == 0 ? fit(range_of_table(input), baseline) : (struct scalar){0, 0, 0};
    enum carvq_status status = CARVQ_OK;
    if (baseline->feedback)
        status = code_by_metric(baseline, input, all, decoded_ret, error);
    else
        code(baseline, input, all, decoded_ret);
    uint64_t groups = baseline->group == 0 ? 1 : input->rows * carvq_div_up(cols, group);
    *bytes_ret = input->rows * carvq_div_up((uint64_t)cols * baseline->bits, 8) + groups * 2 * carvq_dtype_size(baseline->number);
    return status;
}
