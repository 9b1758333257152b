// SPDX-License-Identifier: MIT
// Lookups: where rows are, and what is done to them one after the other.
#include <inttypes.h>

#include "half.h"
#include "status.h"
#include "table.h"

#define BATCH 8  // rows; as many as the adaptor takes at once
#define TILE 512 // columns that are floats before they become 16-bit values: 2 KiB; two of the longest sub-vectors

// Where the rows of a batch are. Of a raw segment: nothing is added.
struct places {
    const struct carvq_segment *segments[BATCH];
    uint64_t rows[BATCH]; // of the segment
};

// The names in the messages are cut so that carvq_fail() need not allocate.
static enum carvq_status find_rows(const struct carvq_table *table, const uint32_t *ids, size_t count, struct places *places_ret,
                                   struct carvq_error *error)
{
    for (size_t i = 0; i < count; i++) {
        places_ret->segments[i] = table->segments;
        places_ret->rows[i] = ids[i];
        if (table->tiers != NULL && !carvq_tier_find(table, ids[i], &places_ret->segments[i], &places_ret->rows[i]))
            return carvq_fail(error, CARVQ_ERROR_FORMAT, "table '%.300s': damaged: its tiers do not say where row %" PRIu32 " is",
                              table->info.name, ids[i]);
    }
    return CARVQ_OK;
}

// Adds the adaptor's correction to each run of rows that are not raw.
static void add_adaptor(const struct carvq_table *table, const struct places *places, const uint32_t *ids, size_t count,
                        struct carvq_columns columns, float *values, size_t stride)
{
    for (size_t first = 0, end; first < count; first = end + 1) {
        for (end = first; end < count && places->segments[end]->info->codec != CARVQ_RAW; end++)
            continue;
        table->kernels->add_adaptor(&table->adaptor, ids + first, end - first, columns, values + first * stride, stride);
    }
}

// Each run of rows of one segment is decoded in one go.
static void decode(const struct carvq_table *table, const struct places *places, const uint32_t *ids, size_t count,
                   struct carvq_columns columns, float *values, size_t stride)
{
    for (size_t first = 0, end; first < count; first = end) {
        const struct carvq_segment *segment = places->segments[first];
        for (end = first + 1; end < count && places->segments[end] == segment; end++)
            continue;
        if (end < count)
            carvq_prefetch_row(places->segments[end], places->rows[end]);
        segment->decode_rows(segment, places->rows + first, end - first, columns, values + first * stride, stride);
        if (segment->info->codec != CARVQ_RAW)
            table->kernels->add_shared(&table->shared, ids + first, end - first, columns, values + first * stride, stride);
    }
    if (table->info.adaptor_dim > 0)
        add_adaptor(table, places, ids, count, columns, values, stride);
}

// One row by tiles of columns, which begin where a decoder can.
static void decode_narrow(const struct carvq_table *table, const struct places *places, size_t i, uint32_t id,
                          enum carvq_dtype dtype, uint16_t *row_ret)
{
    const struct places place = {{places->segments[i]}, {places->rows[i]}};
    const size_t n = table->info.cols, step = place.segments[0]->column_step, tile = TILE / step * step;
    float values[TILE];
    for (size_t column = 0; column < n; column += tile) {
        const struct carvq_columns columns = {column, n - column < tile ? n - column : tile};
        decode(table, &place, &id, 1, columns, values, 0);
        table->kernels->narrow(dtype, values, columns.count, (uint8_t *)(row_ret + column));
        for (size_t c = 0; c < columns.count && !CARVQ_LITTLE_ENDIAN; c++)
            row_ret[column + c] = carvq_load_u16((const uint8_t *)(row_ret + column + c));
    }
}

enum carvq_status carvq_lookup_as(const struct carvq_table *table, const uint32_t *ids, size_t count, enum carvq_dtype dtype,
                                  void *rows, size_t row_stride, struct carvq_error *error)
{
    const struct carvq_table_info *info = &table->info;
    const struct carvq_columns all = {0, info->cols};
    if (dtype != CARVQ_F32 && dtype != CARVQ_F16 && dtype != CARVQ_BF16)
        return carvq_fail(error, CARVQ_ERROR_ARGUMENT, "table '%.300s': no rows of type %d", info->name, (int)dtype);
    if (row_stride < info->cols)
        return carvq_fail(error, CARVQ_ERROR_ARGUMENT, "table '%.300s': a row stride of %zu is less than its %" PRIu32 " columns",
                          info->name, row_stride, info->cols);
    for (size_t i = 0; i < count; i++)
        if (ids[i] >= info->rows)
            return carvq_fail(error, CARVQ_ERROR_RANGE, "table '%.300s': no row %" PRIu32 ", the last is %" PRIu64, info->name,
                              ids[i], info->rows - 1);
    for (size_t first = 0; first < count; first += BATCH) {
        const size_t batch = count - first < BATCH ? count - first : BATCH;
        struct places places;
        enum carvq_status status = find_rows(table, ids + first, batch, &places, error);
        if (status != CARVQ_OK)
            return status;
        carvq_prefetch_row(places.segments[0], places.rows[0]);
        if (dtype == CARVQ_F32)
            decode(table, &places, ids + first, batch, all, (float *)rows + first * row_stride, row_stride);
        for (size_t i = 0; i < batch && dtype != CARVQ_F32; i++) {
            if (i + 1 < batch)
                carvq_prefetch_row(places.segments[i + 1], places.rows[i + 1]);
            decode_narrow(table, &places, i, ids[first + i], dtype, (uint16_t *)rows + (first + i) * row_stride);
        }
    }
    return CARVQ_OK;
}

enum carvq_status carvq_lookup(const struct carvq_table *table, const uint32_t *ids, size_t count, float *rows, size_t row_stride,
                               struct carvq_error *error)
{
    return carvq_lookup_as(table, ids, count, CARVQ_F32, rows, row_stride, error);
}

uint32_t carvq_row_segment(const struct carvq_table *table, uint32_t id)
{
    struct places places;
    if (id >= table->info.rows || find_rows(table, &id, 1, &places, NULL) != CARVQ_OK)
        return UINT32_MAX;
    return (uint32_t)(places.segments[0] - table->segments);
}
