// SPDX-License-Identifier: MIT
#include "codec/rvq/group.h"

#include <math.h>
#include <string.h>

#include "runtime/half.h"
#include "host/random.h"
#include "host/vector.h"

// No value, and no sum of values of the stages, exceeds this; leaves room for rounding.
#define LARGEST_SUM 0x1.ffp127

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

// A value that is left to code, in the units of the table.
static float residual(const struct carvq_group *group, size_t slot, uint32_t d)
{
    size_t v = slot * group->points.dims + d;
    return group->x[v] - group->y[v];
}

// Bits that are equal where two points count as one: if ignore_sign, +0 and -0 are the same.
static uint32_t residual_key(const struct carvq_group *group, size_t slot, uint32_t d, bool ignore_sign)
{
    float value = residual(group, slot, d);
    return ignore_sign && value == 0 ? 0 : carvq_float_bits(value);
}

// Number of the member that equals the point at slot, or first free place in the table: *place_ret.
static bool find_member(const struct carvq_group *group, size_t slot, uint32_t dims, bool ignore_sign, uint32_t *place_ret)
{
    uint64_t hash = 0;
    uint32_t mask = 2 * group->kmeans.centroids_count - 1, d;
    for (d = 0; d < dims; d++)
        hash = carvq_random_stream(hash, residual_key(group, slot, d, ignore_sign)).state;
    for (uint32_t place = (uint32_t)hash & mask;; place = (place + 1) & mask) {
        *place_ret = place;
        if (group->table[place] == 0)
            return false;
        size_t member = group->members[group->table[place] - 1];
        for (d = 0; d < dims; d++)
            if (residual_key(group, slot, d, ignore_sign) != residual_key(group, member, d, ignore_sign))
                break;
        if (d == dims)
            return true;
    }
}

// Lists the points that differ from each other in group->members and sets the codes to numbers in that list. Returns their
// number, or K + 1 once there are more than K. Points of the two runs always differ.
static uint32_t find_distinct(struct carvq_group *group, bool ignore_sign)
{
    uint32_t centroids = group->kmeans.centroids_count, found = 0;
    for (unsigned r = 0; r < group->points.run_count; r++) {
        const struct carvq_run *run = &group->points.runs[r];
        memset(group->table, 0, 2 * (size_t)centroids * sizeof *group->table);
        for (size_t slot = run->first; slot < run->first + run->count; slot++) {
            uint32_t place;
            if (!find_member(group, slot, run->dims, ignore_sign, &place)) {
                if (found == centroids)
                    return found + 1;
                group->members[found] = slot;
                group->table[place] = ++found;
            }
            group->kmeans.codes[slot] = group->table[place] - 1;
        }
    }
    return found;
}

// If no more than K different points are left, each becomes a centroid as it is. Signs of zeros are kept if that is possible.
static bool code_exactly(struct carvq_group *group, uint8_t *codebook_ret)
{
    uint32_t centroids = group->kmeans.centroids_count, h = group->points.dims;
    uint32_t found = find_distinct(group, false);
    if (found > centroids)
        found = find_distinct(group, true);
    if (found > centroids)
        return false;
    for (uint32_t k = 0; k < centroids; k++) {
        const struct carvq_run *run = &group->points.runs[group->points.run_count - 1];
        if (k < found && group->members[k] < run->first)
            run = &group->points.runs[0];
        for (uint32_t d = 0; d < h; d++)
            carvq_group_store(group, k, d, k < found && d < run->dims ? (double)residual(group, group->members[k], d) : 0,
                              codebook_ret);
    }
    return true;
}

// The stored values as k-means sees them.
static void use_stored_centroids(struct carvq_group *group)
{
    uint32_t h = group->points.dims, stride = group->points.stride;
    for (uint32_t k = 0; k < group->kmeans.centroids_count; k++)
        for (uint32_t d = 0; d < h; d++)
            group->kmeans.centroids[k * (size_t)stride + d] = group->codebook[k * (size_t)h + d] * group->scale +
                                                              group->kmeans.origin[d];
}

static void code_by_kmeans(struct carvq_group *group, uint64_t seed, uint8_t *codebook_ret, bool (*stop)(void *context),
                           void *context)
{
    uint32_t h = group->points.dims;
    carvq_group_prepare(group);
    carvq_kmeans_start(&group->kmeans, &group->points, group->info->stages == 1, seed, stop, context);
    carvq_kmeans_fit(&group->kmeans, &group->points, group->options->iterations, stop, context);
    for (uint32_t k = 0; k < group->kmeans.centroids_count; k++)
        for (uint32_t d = 0; d < h; d++) {
            double value = (double)group->kmeans.centroids[k * (size_t)group->points.stride + d] + group->mean[d];
            carvq_group_store(group, k, d, value * (double)group->unscale, codebook_ret);
        }
    use_stored_centroids(group);
    carvq_kmeans_assign(&group->kmeans, &group->points, stop, context);
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

void carvq_group_encode(struct carvq_group *group, uint64_t seed, uint16_t *codes_ret, uint8_t *codebooks_ret,
                        struct carvq_sums *sums_ret, bool (*stop)(void *context), void *context)
{
    size_t values = (size_t)group->kmeans.centroids_count * group->points.dims;
    carvq_group_start(group);
    for (uint32_t stage = 0; stage < group->info->stages; stage++) {
        uint8_t *codebook_ret = codebooks_ret + 2 * stage * values;
        group->codebook = group->codebooks + stage * values;
        if (!code_exactly(group, codebook_ret))
            code_by_kmeans(group, carvq_random_stream(seed, stage).state, codebook_ret, stop, context);
        carvq_group_use_headroom(group);
        carvq_group_add_stage(group, group->kmeans.codes, stage == 0);
        carvq_group_put_codes(group, stage, group->kmeans.codes, codes_ret);
        if (group->options->effort > 0)
            carvq_refine_take_codes(&group->refine, stage, group->kmeans.codes);
    }
    carvq_group_measure(group, sums_ret);
    if (group->options->effort > 0)
        carvq_group_refine(group, codes_ret, codebooks_ret, sums_ret, stop, context);
}
