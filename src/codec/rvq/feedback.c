// SPDX-License-Identifier: MIT
// Rows are coded again from left to right, a sub-vector at a time.
//
// What a sub-vector costs in the metric, those before it being decided, is the square of a vector's length: component c is
//     sqrt D_c (v_c - t_c + sum over j < c of A_cj (v_j - x_j))        j, c: columns of the sub-vector
// with values v, which are sums of centroids, and targets t. So centroids are replaced by what the lower triangular matrix
// sqrt D (I + A) makes of them, points likewise, and then codes are chosen as always.
#include "codec/rvq/feedback.h"

#include <math.h>
#include <string.h>

#include "codec/bits.h"
#include "codec/rvq/group.h"
#include "runtime/half.h"

#define REACH 6       // in expected errors: see struct carvq_refine
#define LIMIT 0x1p20f // of points
#define NO_GROUP UINT64_MAX

void carvq_rvq_feedback_place(struct carvq_rvq_feedback *feedback, struct carvq_arena *arena)
{
    const struct carvq_segment_info *info = feedback->info;
    const uint64_t h = info->subvector, stages = info->stages, centroids = (uint64_t)1 << info->code_bits;
    const uint64_t rows = CARVQ_RVQ_FEEDBACK_ROWS, values = rows * info->cols;
    feedback->subvectors = carvq_subvectors(info);
    feedback->group = NO_GROUP;
    feedback->points.dims = (uint32_t)h;
    feedback->points.stride = carvq_stride((uint32_t)h);
    feedback->points.rows = carvq_arena_take(arena, rows, feedback->points.stride * sizeof *feedback->points.rows);
    carvq_refine_place_choice(&feedback->refine, arena, rows, (uint32_t)h, (uint32_t)stages, (uint32_t)centroids);
    feedback->books = carvq_arena_take(arena, stages * centroids, h * sizeof *feedback->books);
    feedback->mean = carvq_arena_take(arena, h, sizeof *feedback->mean);
    feedback->shape = carvq_arena_take(arena, h, h * sizeof *feedback->shape);
    feedback->codes = carvq_arena_take(arena, rows * feedback->subvectors, stages * sizeof *feedback->codes);
    feedback->targets = carvq_arena_take(arena, values, sizeof *feedback->targets);
    feedback->errors = carvq_arena_take(arena, info->cols, sizeof *feedback->errors);
    feedback->values = carvq_arena_take(arena, h, sizeof *feedback->values);
}

// ---- a group

static uint64_t group_of(const struct carvq_rvq_feedback *feedback, uint64_t row, uint64_t subvector)
{
    const struct carvq_segment_info *info = feedback->info;
    return info->grouping == CARVQ_GROUP_ROWS ? (row * feedback->subvectors + subvector) / info->group
                                              : row / info->group * feedback->subvectors + subvector;
}

// Differences from the mean are exact where the values of a group differ little from each other.
static void use_group(struct carvq_rvq_feedback *feedback, const uint8_t *codebooks, uint64_t group)
{
    const struct carvq_refine *refine = &feedback->refine;
    const size_t h = feedback->points.dims, values = refine->atoms * h;
    uint32_t largest = 0;
    if (group == feedback->group)
        return;
    feedback->group = group;
    carvq_widen(feedback->info->value_dtype, codebooks + 2 * group * values, values, feedback->books);
    for (size_t v = 0; v < values; v++) {
        const uint32_t magnitude = carvq_float_bits(feedback->books[v]) & 0x7fffffff;
        largest = magnitude > largest ? magnitude : largest;
    }
    const uint32_t exponent = largest >> 23; // biased; the scale must be a normal number
    feedback->scale = carvq_float_from_bits((254 - (exponent < 1 ? 1 : exponent > 253 ? 253 : exponent)) << 23);
    for (size_t d = 0; d < h; d++) {
        double sum = 0;
        for (size_t k = 0; k < refine->centroids; k++)
            sum += (double)feedback->books[k * h + d];
        feedback->mean[d] = (float)(sum / refine->centroids);
    }
}

// ---- a sub-vector

// Columns begin to begin + dims - 1. Returns the trace of what the shape squared is, but for A.
static double use_columns(struct carvq_rvq_feedback *feedback, uint32_t begin, uint32_t dims)
{
    const struct carvq_metric *metric = feedback->metric;
    double trace = 0;
    for (uint32_t d = 0; d < dims; d++) {
        float *row = feedback->shape + d * feedback->points.dims;
        row[d] = sqrtf(metric->diagonal[begin + d]);
        for (uint32_t j = 0; j < d; j++)
            row[j] = row[d] * carvq_metric_below(metric, begin + j)[d - j - 1];
        trace += (double)metric->diagonal[begin + d];
    }
    return trace;
}

static void use_books(struct carvq_rvq_feedback *feedback, uint32_t dims)
{
    const struct carvq_refine *refine = &feedback->refine;
    const size_t h = feedback->points.dims, stride = feedback->points.stride;
    memset(refine->codebooks, 0, refine->atoms * stride * sizeof *refine->codebooks);
    for (size_t atom = 0; atom < refine->atoms; atom++)
        for (size_t d = 0; d < dims; d++) {
            const float *row = feedback->shape + d * h, *book = feedback->books + atom * h;
            float sum = 0;
            for (size_t j = 0; j <= d; j++)
                sum += row[j] * ((book[j] - (atom < refine->centroids ? feedback->mean[j] : 0)) * feedback->scale);
            refine->codebooks[atom * stride + d] = sum;
        }
}

// x, targets: of the columns.
static void make_point(const struct carvq_rvq_feedback *feedback, const float *x, const float *targets, uint32_t dims,
                       float *point)
{
    for (uint32_t d = 0; d < dims; d++) {
        const float *row = feedback->shape + d * feedback->points.dims, *mean = feedback->mean;
        float sum = row[d] * ((targets[d] - mean[d]) * feedback->scale);
        for (uint32_t j = 0; j < d; j++)
            sum += row[j] * ((x[j] - mean[j]) * feedback->scale);
        point[d] = fmaxf(-LIMIT, fminf(LIMIT, sum)); // LIMIT if errors were so large that it is no number
    }
}

// Values as a reader computes them.
static void decode(const struct carvq_rvq_feedback *feedback, const uint16_t *codes, uint32_t dims)
{
    const struct carvq_refine *refine = &feedback->refine;
    for (uint32_t l = 0; l < refine->stages; l++) {
        const float *book = feedback->books + ((size_t)l * refine->centroids + codes[l]) * feedback->points.dims;
        for (uint32_t d = 0; d < dims; d++)
            feedback->values[d] = l == 0 ? book[d] : feedback->values[d] + book[d];
    }
}

static bool never(void *context)
{
    (void)context;
    return false;
}

// Sub-vector s of some rows, which share codebooks. x, targets, errors: of the first of them.
static void feed_subvector(struct carvq_rvq_feedback *feedback, uint64_t s, size_t first, size_t count, const float *x,
                           double *by_metric)
{
    struct carvq_refine *refine = &feedback->refine;
    const uint32_t n = feedback->info->cols, h = feedback->points.dims, stride = feedback->points.stride;
    const uint32_t begin = (uint32_t)s * h, dims = n - begin < h ? n - begin : h, stages = refine->stages;
    const double scale = (double)feedback->scale;
    const double trace = use_columns(feedback, begin, dims);
    use_books(feedback, dims);
    feedback->points.run_count = 1;
    feedback->points.runs[0] = (struct carvq_run){0, count, dims};
    refine->points = &feedback->points;
    refine->reach = (float)fmin(LIMIT, REACH * feedback->noise * scale * scale * trace / 2);
    memset(feedback->points.rows, 0, count * stride * sizeof *feedback->points.rows);
    for (size_t i = 0; i < count; i++) {
        const size_t row = first + i;
        make_point(feedback, x + row * n + begin, feedback->targets + row * n + begin, dims, feedback->points.rows + i * stride);
        for (uint32_t l = 0; l < stages; l++)
            refine->codes[l * refine->slots + i] = feedback->codes[(row * feedback->subvectors + s) * stages + l];
    }
    carvq_refine_scan(refine, true, never, NULL);
    for (size_t i = 0; i < count; i++) {
        const size_t row = first + i;
        uint16_t *codes = feedback->codes + (row * feedback->subvectors + s) * stages;
        float *errors = feedback->errors;
        for (uint32_t l = 0; l < stages; l++)
            codes[l] = (uint16_t)refine->codes[l * refine->slots + i];
        decode(feedback, codes, dims);
        for (uint32_t d = 0; d < dims; d++)
            errors[begin + d] = feedback->values[d] - x[row * n + begin + d];
        by_metric[row] += carvq_metric_settle(feedback->metric, begin, begin + dims, feedback->values, errors,
                                              feedback->targets + row * n);
    }
}

// ---- rows

// The codes of a row, one after the other.
static void unpack(const uint8_t *row, size_t count, unsigned code_bits, uint16_t *codes_ret)
{
    uint32_t pending = 0;
    unsigned bits = 0;
    for (size_t i = 0; i < count; i++) {
        for (; bits < code_bits; bits += 8)
            pending |= (uint32_t)*row++ << bits;
        codes_ret[i] = (uint16_t)(pending & ((1U << code_bits) - 1));
        pending >>= code_bits;
        bits -= code_bits;
    }
}

void carvq_rvq_feed(struct carvq_rvq_feedback *feedback, uint8_t *codes, const uint8_t *codebooks, uint64_t first, size_t count,
                    const float *x, double *by_metric_ret)
{
    const struct carvq_segment_info *info = feedback->info;
    const size_t row_bytes = (size_t)(info->code_bytes / info->rows), row_codes = (size_t)feedback->subvectors * info->stages;
    codes += first * row_bytes;
    memcpy(feedback->targets, x, count * info->cols * sizeof *x);
    for (size_t i = 0; i < count; i++) {
        unpack(codes + i * row_bytes, row_codes, info->code_bits, feedback->codes + i * row_codes);
        by_metric_ret[i] = 0;
    }
    for (uint64_t s = 0; s < feedback->subvectors; s++)
        for (size_t begin = 0, end = 0; begin < count; begin = end) {
            const uint64_t group = group_of(feedback, first + begin, s);
            while (end < count && group_of(feedback, first + end, s) == group)
                end++;
            use_group(feedback, codebooks, group);
            feed_subvector(feedback, s, begin, end - begin, x, by_metric_ret);
        }
    memset(codes, 0, count * row_bytes);
    for (size_t i = 0; i < count * row_codes; i++)
        carvq_put_bits(codes + i / row_codes * row_bytes, i % row_codes * info->code_bits, feedback->codes[i]);
}
