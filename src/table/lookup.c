// SPDX-License-Identifier: MIT
#include <inttypes.h>

#include "../base/status.h"
#include "table.h"

#define BATCH CARVQ_ADD_ROWS

// Where a row of the table is.
struct place {
    const struct carvq_segment *segment;
    uint64_t row; // of the segment
};

// The names in the messages are cut so that carvq_fail() need not allocate.
static enum carvq_status find_rows(const struct carvq_table *table, const uint32_t *ids, size_t count, struct place *places_ret,
                                   struct carvq_error *error)
{
    for (size_t i = 0; i < count; i++) {
        places_ret[i] = (struct place){table->segments, ids[i]};
        if (table->tiers != NULL && !carvq_tier_find(table, ids[i], &places_ret[i].segment, &places_ret[i].row))
            return carvq_fail(error, CARVQ_ERROR_FORMAT, "table '%.300s': damaged: its tiers do not say where row %" PRIu32 " is",
                              table->info.name, ids[i]);
    }
    return CARVQ_OK;
}

// Adds what the table's rows have in common, to each run of rows that are not raw.
static void add_shared(const struct carvq_table *table, const struct place *places, const uint32_t *ids, size_t count,
                       float *rows, size_t row_stride)
{
    const struct carvq_table_info *info = &table->info;
    for (size_t first = 0, end; first < count; first = end + 1) {
        for (end = first; end < count && places[end].segment->info->codec != CARVQ_RAW; end++)
            continue;
        if (info->mean || info->rank > 0)
            carvq_low_rank_add(table, ids + first, end - first, rows + first * row_stride, row_stride);
        if (info->adaptor_dim > 0)
            carvq_adaptor_add(table, ids + first, end - first, rows + first * row_stride, row_stride);
    }
}

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
    for (size_t first = 0; first < count; first += BATCH) {
        const size_t batch = count - first < BATCH ? count - first : BATCH;
        struct place places[BATCH];
        enum carvq_status status = find_rows(table, ids + first, batch, places, error);
        if (status != CARVQ_OK)
            return status;
        for (size_t i = 0; i < batch; i++)
            places[i].segment->decode_row(places[i].segment, places[i].row, rows + (first + i) * row_stride);
        add_shared(table, places, ids + first, batch, rows + first * row_stride, row_stride);
    }
    return CARVQ_OK;
}
