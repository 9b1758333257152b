// SPDX-License-Identifier: MIT
#include <inttypes.h>

#include "status.h"
#include "table.h"

#define BATCH 8           // rows; as many as the adaptor takes at once
#define LINE 64           // bytes of the cache
#define MAX_PREFETCH 1024 // bytes of a row; what follows, the processor fetches by itself

#if defined(__GNUC__)
#define PREFETCH(address) __builtin_prefetch(address)
#else
#define PREFETCH(address) ((void)(address))
#endif

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

// Asks for the codes of a row, which a random row's are not in the cache: all at once, while there is something else to do.
static void prefetch(struct place place)
{
    const uint64_t bits = place.segment->row_bits, begin = place.row * bits / 8;
    const uint64_t nbytes = bits / 8 < MAX_PREFETCH ? bits / 8 : MAX_PREFETCH;
    for (uint64_t i = 0; i <= nbytes; i += LINE)
        PREFETCH(place.segment->codes + begin + i);
}

// Adds the adaptor's correction to each run of rows that are not raw.
static void add_adaptor(const struct carvq_table *table, const struct place *places, const uint32_t *ids, size_t count,
                        float *rows, size_t row_stride)
{
    for (size_t first = 0, end; first < count; first = end + 1) {
        for (end = first; end < count && places[end].segment->info->codec != CARVQ_RAW; end++)
            continue;
        carvq_adaptor_add(table, ids + first, end - first, rows + first * row_stride, row_stride);
    }
}

static void decode_rows(const struct carvq_table *table, const struct place *places, const uint32_t *ids, size_t count,
                        float *rows, size_t row_stride)
{
    prefetch(places[0]);
    for (size_t i = 0; i < count; i++) {
        const struct carvq_segment *segment = places[i].segment;
        if (i + 1 < count)
            prefetch(places[i + 1]);
        segment->decode_row(segment, places[i].row, rows + i * row_stride);
        if (segment->info->codec != CARVQ_RAW)
            carvq_low_rank_add(table, ids[i], rows + i * row_stride);
    }
    if (table->info.adaptor_dim > 0)
        add_adaptor(table, places, ids, count, rows, row_stride);
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
        decode_rows(table, places, ids + first, batch, rows + first * row_stride, row_stride);
    }
    return CARVQ_OK;
}

uint32_t carvq_row_segment(const struct carvq_table *table, uint32_t id)
{
    struct place place;
    if (id >= table->info.rows || find_rows(table, &id, 1, &place, NULL) != CARVQ_OK)
        return UINT32_MAX;
    return (uint32_t)(place.segment - table->segments);
}
