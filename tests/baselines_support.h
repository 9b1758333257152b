// SPDX-License-Identifier: MIT
// Running one setting of a rival.
#ifndef CARVQ_TESTS_BASELINES_SUPPORT_H
#define CARVQ_TESTS_BASELINES_SUPPORT_H

#include <math.h>

#include "encode_support.h"
#include "eval/baselines/baselines.h"

static inline struct carvq_baseline_input input_of(const struct source *source, int threads)
{
    return (struct carvq_baseline_input){
        "model.embed_tokens.weight", source->values, source->rows, source->cols, CARVQ_F32, threads, 1, NULL, NULL};
}

// Of states whose columns go with their neighbours. To be given to free().
static inline double *make_moment(uint32_t cols)
{
    double *moment = malloc((size_t)cols * cols * sizeof *moment);
    assert_non_null(moment);
    for (uint32_t i = 0; i < cols; i++)
        for (uint32_t j = 0; j < cols; j++)
            moment[(size_t)i * cols + j] = pow(0.9, i < j ? j - i : i - j) * (1 + i % 3) * (1 + j % 3);
    return moment;
}

static inline struct carvq_metric *make_metric(uint32_t cols)
{
    double *moment = make_moment(cols);
    struct carvq_metric *metric;
    assert_int_equal(carvq_metric_make(moment, cols, CARVQ_METRIC_SHARE, 1, &metric, NULL), CARVQ_OK);
    free(moment);
    return metric;
}

static inline uint64_t run(const struct carvq_baseline *baseline, const struct source *source, int threads, float *decoded)
{
    struct carvq_baseline_input input = input_of(source, threads);
    struct carvq_metric *metric = baseline->feedback ? make_metric(source->cols) : NULL;
    input.metric = metric;
    struct carvq_error error = {0};
    uint64_t bytes = UINT64_MAX;
    enum carvq_status status = carvq_baseline_run(baseline, &input, decoded, &bytes, &error);
    carvq_metric_free(metric);
    assert_string_equal(error.message, "");
    assert_int_equal(status, CARVQ_OK);
    return bytes;
}

static inline float *decode_with(const struct carvq_baseline *baseline, const struct source *source, uint64_t *bytes_ret)
{
    const size_t values = (size_t)source->rows * source->cols;
    float *decoded = malloc(values * sizeof *decoded);
    assert_non_null(decoded);
    for (size_t i = 0; i < values; i++)
        decoded[i] = NAN; // is written to by every method
    *bytes_ret = run(baseline, source, 1, decoded);
    return decoded;
}

// |x - y| / |x|, Euclidean norms.
static inline double distance(const struct source *source, const float *decoded)
{
    double energy = 0, noise = 0;
    for (size_t i = 0; i < (size_t)source->rows * source->cols; i++) {
        double x = (double)source->values[i], difference = x - (double)decoded[i];
        energy += x * x;
        noise += difference * difference;
    }
    return sqrt(noise / energy);
}

static inline double distance_with(const struct carvq_baseline *baseline, const struct source *source, uint64_t *bytes_ret)
{
    float *decoded = decode_with(baseline, source, bytes_ret);
    double result = distance(source, decoded);
    free(decoded);
    return result;
}

static inline struct carvq_baseline scalar(uint32_t bits, uint32_t group)
{
    return (struct carvq_baseline){.kind = CARVQ_BASELINE_SCALAR, .bits = bits, .group = group, .number = CARVQ_F16};
}

static inline struct carvq_baseline ranked(enum carvq_baseline_kind kind, uint32_t rank, enum carvq_dtype number)
{
    return (struct carvq_baseline){.kind = kind, .rank = rank, .number = number};
}

#endif
