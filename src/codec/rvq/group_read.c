// SPDX-License-Identifier: MIT
// Which values belong to a group, and where they go.
#include <string.h>

#include "runtime/half.h"
#include "codec/rvq/group.h"
#include "host/vector.h"

uint64_t carvq_subvectors(const struct carvq_segment_info *info)
{
    return carvq_div_up(info->cols, info->subvector);
}

uint64_t carvq_group_capacity(const struct carvq_segment_info *info)
{
    uint64_t most = info->grouping == CARVQ_GROUP_ROWS ? info->rows * carvq_subvectors(info) : info->rows;
    return info->group < most ? info->group : most;
}

// Row, sub-vector and count of group number group->index, and the runs of its points.
static void locate(struct carvq_group *group)
{
    uint64_t capacity = group->info->group, S = group->subvectors, left, tails;
    if (group->info->grouping == CARVQ_GROUP_ROWS) {
        uint64_t first = group->index * capacity;
        group->row = first / S;
        group->subvector = first % S;
        left = group->info->rows * S - first;
    } else {
        group->row = group->index / S * capacity;
        group->subvector = group->index % S;
        left = group->info->rows - group->row;
    }
    group->count = (size_t)(left < capacity ? left : capacity);
    if (group->tail == 0)
        tails = 0;
    else if (group->info->grouping == CARVQ_GROUP_ROWS)
        tails = (group->subvector + group->count) / S;
    else
        tails = group->subvector == S - 1 ? group->count : 0;

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
    uint64_t S = group->subvectors, row = group->row, s = group->subvector;
    uint32_t h = group->info->subvector;
    float *whole = group->x, *tail = group->x + group->points.runs[group->points.run_count - 1].first * h;
    enum carvq_status status = CARVQ_OK;
    for (size_t left = group->count; left > 0 && status == CARVQ_OK; s = 0) {
        size_t rows = group->tail == 0 && s == 0 && left >= S ? left / (size_t)S : 1;
        size_t taken = rows > 1 ? rows * (size_t)S : left < S - s ? left : (size_t)(S - s);
        bool has_tail = group->tail > 0 && s + taken == S;
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
