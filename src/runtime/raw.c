// SPDX-License-Identifier: MIT
// Codec "raw": rows of 16-bit values.
#include "half.h"
#include "table.h"

static inline void decode_row(const struct carvq_segment *segment, uint64_t row, struct carvq_columns columns, float *values_ret)
{
    const struct carvq_segment_info *info = segment->info;
    carvq_widen(info->value_dtype, segment->codes + 2 * ((size_t)row * info->cols + columns.first), columns.count, values_ret);
}

CARVQ_DECODE_ROWS(decode_rows, decode_row(segment, row, columns, values_ret))

const char *carvq_raw_choose(struct carvq_segment *segment)
{
    segment->row_bits = carvq_segment_row_bits(segment->info);
    segment->column_step = 1;
    segment->decode_rows = decode_rows;
    return "scalar raw";
}
