// SPDX-License-Identifier: MIT
// What follows from a table's description: its sizes, and its tensors, which the reader and the writer take from here. With the
// ranges of the format V n <= 2^56, and no product below wraps round unless it is checked.
#include <inttypes.h>
#include <stdio.h>

#include "additive.h"
#include "half.h"
#include "size.h"
#include "table.h"

static bool rvq_sizes(struct carvq_segment_info *segment)
{
    // V C <= 2^56, V times the bytes of a row of codes <= 2^61.
    uint64_t subvectors = carvq_div_up(segment->cols, segment->subvector);                  // C
    uint64_t values = (uint64_t)segment->stages * segment->subvector << segment->code_bits; // of a group's codebooks
    segment->groups = segment->grouping == CARVQ_GROUP_ROWS ? carvq_div_up(segment->rows * subvectors, segment->group)
                                                            : carvq_div_up(segment->rows, segment->group) * subvectors;
    segment->code_bytes = segment->rows * carvq_div_up(subvectors * segment->stages * segment->code_bits, 8);
    return carvq_mul_u64(segment->groups, 2 * values, &segment->codebook_bytes);
}

uint64_t carvq_segment_row_bits(const struct carvq_segment_info *segment)
{
    if (segment->codec == CARVQ_RAW)
        return (uint64_t)16 * segment->cols;
    return segment->scale_bits + carvq_div_up(segment->cols, 2) * segment->step_bits;
}

bool carvq_segment_sizes(struct carvq_segment_info *segment)
{
    switch (segment->codec) {
    case CARVQ_RVQ:
        return rvq_sizes(segment);
    case CARVQ_TRELLIS: // the bits of a row < 2^27, of all < 2^59
        segment->code_bytes = carvq_div_up(segment->rows * carvq_segment_row_bits(segment), 8) + 3;
        segment->codebook_bytes = (uint64_t)2 << segment->scale_bits;
        return true;
    case CARVQ_RAW:
        segment->code_bytes = segment->rows * carvq_segment_row_bits(segment) / 8;
        segment->codebook_bytes = 0;
        return true;
    case CARVQ_ADDITIVE:
        return carvq_additive_sizes(segment);
    }
    return false;
}

unsigned carvq_tier_bits(uint32_t segment_count)
{
    unsigned bits = 0;
    while ((uint32_t)1 << bits < segment_count)
        bits++;
    return bits;
}

uint64_t carvq_tier_bytes(uint64_t rows, uint32_t segment_count)
{
    const unsigned bits = carvq_tier_bits(segment_count); // t
    const uint64_t tiers = (uint64_t)1 << bits;           // T
    if (bits == 0)
        return 0;
    return carvq_div_up(rows, 64 * tiers) * 4 * tiers + carvq_div_up(rows, 64) * 8 * bits;
}

bool carvq_table_sizes(struct carvq_table_info *info, struct carvq_segment_info *segments)
{
    const uint64_t m = info->adaptor_dim, hidden = info->adaptor_hidden, n = info->cols;
    info->segments = segments;
    info->code_bytes = info->codebook_bytes = 0;
    for (uint32_t i = 0; i < info->segment_count; i++) {
        segments[i].cols = info->cols;
        if (!carvq_segment_sizes(&segments[i]) || !carvq_add_u64(info->code_bytes, segments[i].code_bytes, &info->code_bytes) ||
            !carvq_add_u64(info->codebook_bytes, segments[i].codebook_bytes, &info->codebook_bytes))
            return false;
    }
    info->tier_bytes = carvq_tier_bytes(info->rows, info->segment_count);
    info->mean_bytes = info->mean ? 2 * n : 0;
    info->low_rank_bytes = carvq_div_up(info->rows * info->rank * info->low_rank_bits, 8) + 2 * info->rank * n;
    info->adaptor_bytes = m > 0 ? 2 * (info->rows * m + (m + 1) * hidden + (hidden + 1) * n) : 0;
    info->original_bytes = info->rows * n * carvq_dtype_size(info->dtype);
    info->payload_bytes = info->tier_bytes + info->mean_bytes + info->low_rank_bytes + info->adaptor_bytes;
    return carvq_add_u64(info->payload_bytes, info->code_bytes, &info->payload_bytes) &&
           carvq_add_u64(info->payload_bytes, info->codebook_bytes, &info->payload_bytes);
}

uint32_t carvq_part_lists(const struct carvq_table_info *info, enum carvq_part part)
{
    return part <= CARVQ_PART_LINES ? info->segment_count : 1;
}

// Tensors that are being listed.
struct list {
    struct carvq_part_tensor *tensors;
    size_t count;
    char prefix[24]; // of the names
};

// A 0 ends the shape.
static void add(struct list *list, const char *name, enum carvq_st_dtype dtype, uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
    struct carvq_part_tensor *tensor = &list->tensors[list->count++];
    *tensor = (struct carvq_part_tensor){
        .dtype = dtype, .shape = {a, b, c, d}, .nbytes = dtype == CARVQ_ST_U8 || dtype == CARVQ_ST_I8 ? 1 : 2};
    snprintf(tensor->suffix, sizeof tensor->suffix, "%s.%s", list->prefix, name);
    for (; tensor->dims < 4 && tensor->shape[tensor->dims] > 0; tensor->dims++)
        tensor->nbytes *= tensor->shape[tensor->dims];
}

static enum carvq_st_dtype half(enum carvq_dtype dtype)
{
    return dtype == CARVQ_F16 ? CARVQ_ST_F16 : CARVQ_ST_BF16;
}

static void add_additive(struct list *list, const struct carvq_segment_info *segment, enum carvq_part part,
                         enum carvq_st_dtype value)
{
    const uint64_t scales = (uint64_t)1 << segment->scale_bits, scale_codes = carvq_additive_scale_code_bytes(segment);
    if (part == CARVQ_PART_LINES)
        add(list, "codes", CARVQ_ST_U8, segment->code_bytes - scale_codes, 0, 0, 0);
    else if (part == CARVQ_PART_CODEBOOKS)
        add(list, "scales", value, scales, 0, 0, 0);
    if (part != CARVQ_PART_CODES)
        return;
    add(list, "books", CARVQ_ST_I8, segment->codebook_bytes - 2 * scales, 0, 0, 0);
    if (scale_codes > 0)
        add(list, "scale_codes", CARVQ_ST_U8, scale_codes, 0, 0, 0);
}

static void add_segment(struct list *list, const struct carvq_segment_info *segment, enum carvq_part part)
{
    const enum carvq_st_dtype value = half(segment->value_dtype);
    const uint64_t centroids = (uint64_t)1 << segment->code_bits, scales = (uint64_t)1 << segment->scale_bits;
    switch (segment->codec) {
    case CARVQ_RVQ:
        if (part == CARVQ_PART_CODEBOOKS)
            add(list, "codebooks", value, segment->groups, segment->stages, centroids, segment->subvector);
        else if (part == CARVQ_PART_CODES)
            add(list, "codes", CARVQ_ST_U8, segment->rows, segment->code_bytes / segment->rows, 0, 0);
        break;
    case CARVQ_TRELLIS:
        if (part == CARVQ_PART_CODEBOOKS)
            add(list, "scales", value, scales, 0, 0, 0);
        else if (part == CARVQ_PART_CODES)
            add(list, "codes", CARVQ_ST_U8, segment->code_bytes, 0, 0, 0);
        break;
    case CARVQ_RAW:
        if (part == CARVQ_PART_VALUES)
            add(list, "values", value, segment->rows, segment->cols, 0, 0);
        break;
    case CARVQ_ADDITIVE:
        add_additive(list, segment, part, value);
    }
}

static void add_adaptor(struct list *list, const struct carvq_table_info *info)
{
    const enum carvq_st_dtype dtype = half(info->adaptor_dtype);
    const uint64_t m = info->adaptor_dim, hidden = info->adaptor_hidden, n = info->cols;
    add(list, "adaptor.table", dtype, info->rows, m, 0, 0);
    add(list, "adaptor.0.weight", dtype, m, hidden, 0, 0);
    add(list, "adaptor.0.bias", dtype, hidden, 0, 0, 0);
    add(list, "adaptor.1.weight", dtype, hidden, n, 0, 0);
    add(list, "adaptor.1.bias", dtype, n, 0, 0, 0);
}

size_t carvq_table_tensors(const struct carvq_table_info *info, bool plain_names, enum carvq_part part, uint32_t segment,
                           struct carvq_part_tensor tensors_ret[CARVQ_PART_TENSORS])
{
    struct list list = {tensors_ret, 0, ""};
    const uint64_t n = info->cols;
    switch (part) {
    case CARVQ_PART_ADAPTOR:
        if (info->adaptor_dim > 0)
            add_adaptor(&list, info);
        break;
    case CARVQ_PART_MEAN:
        if (info->mean)
            add(&list, "mean", half(info->mean_dtype), n, 0, 0, 0);
        break;
    case CARVQ_PART_DIRECTIONS:
        if (info->rank > 0)
            add(&list, "low_rank.directions", half(info->low_rank_dtype), info->rank, n, 0, 0);
        break;
    case CARVQ_PART_COEFFICIENTS:
        if (info->rank > 0)
            add(&list, "low_rank.coefficients", CARVQ_ST_U8, info->low_rank_bytes - 2 * info->rank * n, 0, 0, 0);
        break;
    case CARVQ_PART_TIERS:
        if (info->segment_count > 1)
            add(&list, "tiers", CARVQ_ST_U8, info->tier_bytes, 0, 0, 0);
        break;
    default:
        if (!plain_names)
            snprintf(list.prefix, sizeof list.prefix, ".segments.%" PRIu32, segment);
        add_segment(&list, &info->segments[segment], part);
    }
    return list.count;
}
