// SPDX-License-Identifier: MIT
// The values of a group: which they are, what the stages so far leave of them, how far off their sum is.
#include "codec/rvq/group.h"

#include <math.h>
#include <string.h>

#include "runtime/half.h"
#include "host/vector.h"

// No value, and no sum of values of the stages, exceeds this; leaves room for rounding.
#define LARGEST_SUM 0x1.ffp127

uint64_t carvq_subvectors(const struct carvq_segment_info *info)
{
    return carvq_div_up(info->cols, info->subvector);
}

uint64_t carvq_group_capacity(const struct carvq_segment_info *info)
{
    uint64_t most = info->grouping == CARVQ_GROUP_ROWS ? info->rows * carvq_subvectors(info) : info->rows;
    return info->group < most ? info->group : most;
}

uint64_t carvq_group_codebook_bytes(const struct carvq_segment_info *info)
{
    return ((uint64_t)info->stages << info->code_bits) * info->subvector * 2;
}

void carvq_group_place(struct carvq_group *group, struct carvq_arena *arena, const struct carvq_matrix *matrix,
                       const struct carvq_segment_info *info, const struct carvq_rvq_options *options)
{
    uint32_t h = info->subvector, centroids = 1u << info->code_bits;
    uint64_t slots = carvq_slots(carvq_group_capacity(info)), stride = carvq_stride(h);
    group->info = info;
    group->options = options;
    group->matrix = matrix;
    group->subvectors = carvq_subvectors(info);
    group->tail = info->cols % h;
    group->x = carvq_arena_take(arena, slots, h * sizeof *group->x);
    group->y = carvq_arena_take(arena, slots, h * sizeof *group->y);
    group->points.dims = h;
    group->points.stride = (uint32_t)stride;
    group->points.rows = carvq_arena_take(arena, slots, stride * sizeof *group->points.rows);
    group->points.lanes = carvq_arena_take(arena, slots, stride * sizeof *group->points.lanes);
    carvq_kmeans_place(&group->kmeans, arena, slots, h, centroids);
    group->codebooks = carvq_arena_take(arena, (uint64_t)info->stages * centroids, h * sizeof *group->codebooks);
    group->members = carvq_arena_take(arena, centroids, sizeof *group->members);
    group->table = carvq_arena_take(arena, 2 * (uint64_t)centroids, sizeof *group->table);
    if (options->effort > 0)
        carvq_refine_place(&group->refine, arena, slots, h, info->stages, centroids);
}

// Row, sub-vector and count of group number group->index, and the runs of its points.
static void locate(struct carvq_group *group)
{
    uint64_t capacity = group->info->group, C = group->subvectors, left, tails;
    if (group->info->grouping == CARVQ_GROUP_ROWS) {
        uint64_t first = group->index * capacity;
        group->row = first / C;
        group->subvector = first % C;
        left = group->info->rows * C - first;
    } else {
        group->row = group->index / C * capacity;
        group->subvector = group->index % C;
        left = group->info->rows - group->row;
    }
    group->count = (size_t)(left < capacity ? left : capacity);
    if (group->tail == 0)
        tails = 0;
    else if (group->info->grouping == CARVQ_GROUP_ROWS)
        tails = (group->subvector + group->count) / C;
    else
        tails = group->subvector == C - 1 ? group->count : 0;

    struct carvq_points *points = &group->points;
    size_t whole = group->count - (size_t)tails;
    points->run_count = 0;
    if (whole > 0)
        points->runs[points->run_count++] = (struct carvq_run){0, whole, group->info->subvector};
    if (tails > 0) {
        size_t first = (whole + CARVQ_LANES - 1) / CARVQ_LANES * CARVQ_LANES;
        points->runs[points->run_count++] = (struct carvq_run){first, (size_t)tails, group->tail};
    }
}

// The short sub-vector at the end of a row, filled up with zeros.
static enum carvq_status read_tail(struct carvq_group *group, uint64_t row, float *x, struct carvq_error *error)
{
    uint32_t h = group->info->subvector;
    memset(x + group->tail, 0, (h - group->tail) * sizeof *x);
    return group->matrix->read(group->matrix->context, row, 1, group->info->cols - group->tail, group->tail, x, error);
}

// Whole rows at once where they have no short end, else row by row.
static enum carvq_status read_rows(struct carvq_group *group, struct carvq_error *error)
{
    const struct carvq_matrix *matrix = group->matrix;
    uint64_t C = group->subvectors, row = group->row, s = group->subvector;
    uint32_t h = group->info->subvector;
    float *whole = group->x, *tail = group->x + group->points.runs[group->points.run_count - 1].first * h;
    enum carvq_status status = CARVQ_OK;
    for (size_t left = group->count; left > 0 && status == CARVQ_OK; s = 0) {
        size_t rows = group->tail == 0 && s == 0 && left >= C ? left / (size_t)C : 1;
        size_t taken = rows > 1 ? rows * (size_t)C : left < C - s ? left : (size_t)(C - s);
        bool has_tail = group->tail > 0 && s + taken == C;
        size_t count = taken - has_tail;
        if (count > 0)
            status = matrix->read(matrix->context, row, rows, (uint32_t)s * h, (uint32_t)(count / rows) * h, whole, error);
        if (has_tail && status == CARVQ_OK) {
            status = read_tail(group, row, tail, error);
            tail += h;
        }
        whole += count * h;
        row += rows;
        left -= taken;
    }
    return status;
}

static enum carvq_status read_columns(struct carvq_group *group, struct carvq_error *error)
{
    const struct carvq_matrix *matrix = group->matrix;
    uint32_t h = group->info->subvector;
    if (group->points.runs[0].dims == h)
        return matrix->read(matrix->context, group->row, group->count, (uint32_t)group->subvector * h, h, group->x, error);
    for (size_t i = 0; i < group->count; i++) {
        enum carvq_status status = read_tail(group, group->row + i, group->x + i * h, error);
        if (status != CARVQ_OK)
            return status;
    }
    return CARVQ_OK;
}

// The largest magnitude as bits, which are ordered as the magnitudes are; infinities and NaN come last.
static CARVQ_VECTORIZED(uint32_t, largest_magnitude, (const float *values, size_t count), (values, count))
{
    uint32_t largest = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t magnitude = carvq_float_bits(values[i]) & 0x7fffffff;
        largest = magnitude > largest ? magnitude : largest;
    }
    return largest;
}

enum carvq_status carvq_group_read(struct carvq_group *group, uint64_t index, bool *finite_ret, struct carvq_error *error)
{
    uint32_t largest = 0;
    group->index = index;
    locate(group);
    enum carvq_status status = group->info->grouping == CARVQ_GROUP_ROWS ? read_rows(group, error) : read_columns(group, error);
    if (status != CARVQ_OK)
        return status;
    for (unsigned r = 0; r < group->points.run_count; r++) {
        const struct carvq_run *run = &group->points.runs[r];
        size_t h = group->info->subvector;
        uint32_t magnitude = largest_magnitude(group->x + run->first * h, run->count * h);
        largest = magnitude > largest ? magnitude : largest;
    }
    *finite_ret = largest < 0x7f800000;
    uint32_t exponent = largest >> 23; // biased; scale and unscale must be normal numbers
    exponent = exponent < 1 ? 1 : exponent > 253 ? 253 : exponent;
    group->scale = carvq_float_from_bits((254 - exponent) << 23);
    group->unscale = carvq_float_from_bits(exponent << 23);
    return CARVQ_OK;
}

// rows = x * scale - y * scale for count points, zeros from dims on; adds them to sums[stride].
CARVQ_TEMPLATE void residual_points(const float *restrict x, const float *restrict y, size_t count, uint32_t h, uint32_t dims,
                                    uint32_t stride, float scale, float *restrict rows, double *restrict sums)
{
    for (size_t i = 0; i < count; i++, x += h, y += h, rows += stride) {
        for (uint32_t d = 0; d < dims; d++)
            rows[d] = x[d] * scale - y[d] * scale;
        for (uint32_t d = dims; d < stride; d++)
            rows[d] = 0;
        for (uint32_t d = 0; d < dims; d++)
            sums[d] += (double)rows[d];
    }
}

static CARVQ_VECTORIZED(void, take_residuals,
                        (const float *x, const float *y, size_t count, uint32_t h, uint32_t dims, float scale, float *rows,
                         double *sums),
                        (x, y, count, h, dims, scale, rows, sums))
{
    if (h == 8 && dims == 8)
        residual_points(x, y, count, 8, 8, 8, scale, rows, sums);
    else
        residual_points(x, y, count, h, dims, carvq_stride(h), scale, rows, sums);
}

static CARVQ_VECTORIZED(void, centre,
                        (float *restrict rows, size_t count, uint32_t stride, uint32_t dims, const float *restrict mean),
                        (rows, count, stride, dims, mean))
{
    for (size_t i = 0; i < count; i++, rows += stride)
        for (uint32_t d = 0; d < dims; d++)
            rows[d] -= mean[d];
}

// Subtracting the mean keeps distances exact where the values of a group differ little from each other; where a centroid has
// no value, it is what 0 becomes.
void carvq_group_prepare(struct carvq_group *group)
{
    struct carvq_points *points = &group->points;
    uint32_t h = points->dims, stride = points->stride;
    double sums[256] = {0};
    float mean[256];
    for (unsigned r = 0; r < points->run_count; r++) {
        const struct carvq_run *run = &points->runs[r];
        take_residuals(group->x + run->first * h, group->y + run->first * h, run->count, h, run->dims, group->scale,
                       points->rows + run->first * stride, sums);
    }
    for (uint32_t d = 0; d < stride; d++) {
        size_t n = 0;
        for (unsigned r = 0; r < points->run_count; r++)
            n += d < points->runs[r].dims ? points->runs[r].count : 0;
        mean[d] = n > 0 ? (float)(sums[d] / (double)n) : 0;
        group->mean[d] = (double)mean[d];
        group->kmeans.origin[d] = -mean[d];
    }
    for (unsigned r = 0; r < points->run_count; r++) {
        const struct carvq_run *run = &points->runs[r];
        centre(points->rows + run->first * stride, run->count, stride, run->dims, mean);
    }
    carvq_points_transpose(points);
}

void carvq_group_store(struct carvq_group *group, uint32_t k, uint32_t d, double value, uint8_t *codebook_ret)
{
    size_t v = (size_t)k * group->points.dims + d;
    double limit = group->headroom;
    float clamped = (float)(value > limit ? limit : value < -limit ? -limit : value);
    bool is_f16 = group->info->value_dtype == CARVQ_F16;
    uint16_t half = is_f16 ? carvq_f32_to_f16(clamped) : carvq_f32_to_bf16(clamped);
    float stored = is_f16 ? carvq_f16_to_f32(half) : carvq_bf16_to_f32(half);
    if (fabs((double)stored) > limit || isinf(stored)) {
        half--; // the next value towards zero
        stored = is_f16 ? carvq_f16_to_f32(half) : carvq_bf16_to_f32(half);
    }
    group->codebook[v] = stored;
    codebook_ret[2 * v] = (uint8_t)half;
    codebook_ret[2 * v + 1] = (uint8_t)(half >> 8);
}

CARVQ_TEMPLATE void add_codewords(float *restrict y, const float *restrict codebook, const uint32_t *restrict codes, size_t count,
                                  uint32_t h, bool first)
{
    for (size_t i = 0; i < count; i++, y += h) {
        const float *restrict c = codebook + (size_t)codes[i] * h;
        for (uint32_t d = 0; d < h; d++)
            y[d] = first ? c[d] : y[d] + c[d];
    }
}

void carvq_group_use_headroom(struct carvq_group *group)
{
    double largest = 0;
    for (size_t v = 0; v < (size_t)group->kmeans.centroids_count * group->points.dims; v++)
        largest = fmax(largest, fabs((double)group->codebook[v]));
    group->headroom -= largest;
}

void carvq_group_add_stage(struct carvq_group *group, const uint32_t *codes, bool first)
{
    uint32_t h = group->points.dims;
    for (unsigned r = 0; r < group->points.run_count; r++) {
        const struct carvq_run *run = &group->points.runs[r];
        float *y = group->y + run->first * h;
        if (h == 8)
            add_codewords(y, group->codebook, codes + run->first, run->count, 8, first);
        else
            add_codewords(y, group->codebook, codes + run->first, run->count, h, first);
    }
}

void carvq_group_put_codes(const struct carvq_group *group, uint32_t stage, const uint32_t *codes, uint16_t *codes_ret)
{
    const struct carvq_points *points = &group->points;
    bool is_rows = group->info->grouping == CARVQ_GROUP_ROWS;
    size_t whole = 0, tail = points->runs[points->run_count - 1].first;
    uint64_t s = group->subvector, last = group->subvectors - 1;
    for (size_t p = 0; p < group->count; p++) {
        size_t slot = group->tail > 0 && s == last ? tail++ : whole++;
        codes_ret[p * group->info->stages + stage] = (uint16_t)codes[slot];
        if (is_rows)
            s = s == last ? 0 : s + 1;
    }
}

// Eight interleaved sums each, in an order that depends on count alone.
static CARVQ_VECTORIZED(void, add_errors,
                        (const float *restrict x, const float *restrict y, size_t count, struct carvq_sums *sums),
                        (x, y, count, sums))
{
    double energy[8] = {0}, squares[8] = {0}, errors[8] = {0};
    for (size_t i = 0; i < count / 8 * 8; i += 8)
        for (size_t lane = 0; lane < 8; lane++) {
            double value = (double)x[i + lane], error = value - (double)y[i + lane];
            energy[lane] += value * value;
            squares[lane] += error * error;
            errors[lane] += fabs(error);
        }
    for (size_t i = count / 8 * 8; i < count; i++) {
        double value = (double)x[i], error = value - (double)y[i];
        energy[0] += value * value;
        squares[0] += error * error;
        errors[0] += fabs(error);
    }
    for (size_t lane = 0; lane < 8; lane++) {
        sums->energy += energy[lane];
        sums->squares += squares[lane];
        sums->errors += errors[lane];
    }
}

void carvq_group_measure(const struct carvq_group *group, struct carvq_sums *sums_ret)
{
    uint32_t h = group->points.dims;
    *sums_ret = (struct carvq_sums){0};
    for (unsigned r = 0; r < group->points.run_count; r++) {
        const struct carvq_run *run = &group->points.runs[r];
        const float *x = group->x + run->first * h, *y = group->y + run->first * h;
        if (run->dims == h)
            add_errors(x, y, run->count * h, sums_ret);
        else
            for (size_t i = 0; i < run->count; i++)
                add_errors(x + i * h, y + i * h, run->dims, sums_ret);
    }
}

void carvq_group_start(struct carvq_group *group)
{
    uint32_t h = group->points.dims;
    group->headroom = LARGEST_SUM;
    for (unsigned r = 0; r < group->points.run_count; r++)
        memset(group->y + group->points.runs[r].first * h, 0, group->points.runs[r].count * h * sizeof *group->y);
}
