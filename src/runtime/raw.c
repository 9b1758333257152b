// SPDX-License-Identifier: MIT
// Codec "raw": rows of 16-bit values.
#include "half.h"
#include "table.h"

static void decode(const struct carvq_segment *segment, uint64_t row, float *values_ret)
{
    const struct carvq_segment_info *info = segment->info;
    carvq_widen(info->value_dtype, segment->codes + 2 * (size_t)row * info->cols, info->cols, values_ret);
}

const char *carvq_raw_choose(struct carvq_segment *segment)
{
    segment->row_bits = carvq_segment_row_bits(segment->info);
    segment->decode_row = decode;
    return "scalar raw";
}
