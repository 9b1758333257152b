// SPDX-License-Identifier: MIT
#include <inttypes.h>

#include "../base/status.h"
#include "table.h"

// The names in the messages are cut so that carvq_fail() need not allocate.
enum carvq_status carvq_lookup(const struct carvq_table *table, const uint32_t *ids, size_t count, float *rows, size_t row_stride,
                               struct carvq_error *error)
{
    const struct carvq_table_info *info = &table->info;
    if (row_stride < info->cols)
        return carvq_fail(error, CARVQ_ERROR_ARGUMENT, "table '%.300s': a row stride of %zu is less than its %" PRIu32 " columns",
                          info->name, row_stride, info->cols);
    for (size_t i = 0; i < count; i++)
        if (ids[i] >= info->rows)
            return carvq_fail(error, CARVQ_ERROR_RANGE, "table '%.300s': no row %" PRIu32 ", the last is %" PRIu64, info->name,
                              ids[i], info->rows - 1);
    for (size_t i = 0; i < count; i++)
        table->decode_row(table, ids[i], rows + i * row_stride);
    if (info->adaptor_dim > 0)
        carvq_adaptor_add(table, ids, count, rows, row_stride);
    return CARVQ_OK;
}
