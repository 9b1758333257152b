// SPDX-License-Identifier: MIT
// The sizes that follow from a table's description. With the ranges of the format V n <= 2^56, and no product below wraps
// round unless it is checked.
#include "size.h"

#include "half.h"
#include "table.h"

static bool rvq_sizes(struct carvq_segment_info *segment)
{
    // V S <= 2^56, V times the bytes of a row of codes <= 2^61.
    uint64_t subvectors = carvq_div_up(segment->cols, segment->subvector);                  // S
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
