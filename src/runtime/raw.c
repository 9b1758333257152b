// SPDX-License-Identifier: MIT
// Codec "raw": rows of 16-bit values.
#include "half.h"
#include "table.h"

static void decode_rows(const struct carvq_segment *segment, const uint64_t *rows, size_t count, struct carvq_columns columns,
                        float *values_ret, size_t stride)
{
    const struct carvq_segment_info *info = segment->info;
    for (size_t i = 0; i < count; i++) {
        if (i + 1 < count)
            carvq_prefetch_row(segment, rows[i + 1]);
        carvq_widen(info->value_dtype, segment->codes + 2 * ((size_t)rows[i] * info->cols + columns.first), columns.count,
                    values_ret + i * stride);
    }
}

const char *carvq_raw_choose(struct carvq_segment *segment)
{
    segment->row_bits = carvq_segment_row_bits(segment->info);
    segment->column_step = 1;
    segment->decode_rows = decode_rows;
    return "scalar raw";
}
