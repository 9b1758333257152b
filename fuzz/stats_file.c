// SPDX-License-Identifier: MIT
// A file of statistics from a stranger: what is taken is in range, and written again it reads as the same.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "stats/stats.h"

// What is written, in one piece.
struct piece {
    uint8_t *data;
    size_t size;
};

static void demand(int condition)
{
    if (!condition)
        abort();
}

static enum carvq_status take(void *context, uint64_t offset, const void *data, size_t nbytes, struct carvq_error *error)
{
    struct piece *piece = context;
    (void)error;
    demand(offset == piece->size);
    piece->data = realloc(piece->data, piece->size + nbytes + 1);
    demand(piece->data != NULL);
    memcpy(piece->data + piece->size, data, nbytes);
    piece->size += nbytes;
    return CARVQ_OK;
}

static void check_ranges(const struct carvq_stats *stats)
{
    double tokens = 0;
    for (uint64_t i = 0; i < stats->rows; i++) {
        demand(stats->probability[i] >= 0 && stats->probability[i] <= 1 && stats->variance[i] >= 0 && stats->variance[i] <= 0.25);
        demand(stats->counts[i] >= 0 && stats->counts[i] == floor(stats->counts[i]));
        tokens += stats->counts[i];
    }
    demand(stats->sensitivity >= 0 && isfinite(stats->sensitivity));
    demand(tokens == (double)stats->tokens && stats->text_count > 0);
    demand(stats->state_count > 0 && stats->state_count <= CARVQ_STATS_STATES);
    for (uint64_t i = 0; i < (uint64_t)stats->cols * stats->cols; i++)
        demand(isfinite(stats->moment[i]) && isfinite(stats->weighted[i]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct carvq_stats *stats, *again;
    struct carvq_error error;
    if (carvq_stats_read_memory("fuzz", data, size, &stats, &error) != CARVQ_OK) {
        demand(memchr(error.message, 0, sizeof error.message) != NULL && strpbrk(error.message, "\n\r\033") == NULL);
        return 0;
    }
    struct piece first = {NULL, 0}, second = {NULL, 0};
    check_ranges(stats);
    demand(carvq_stats_write(stats, take, &first, &error) == CARVQ_OK);
    demand(carvq_stats_read_memory("again", first.data, first.size, &again, &error) == CARVQ_OK);
    demand(carvq_stats_write(again, take, &second, &error) == CARVQ_OK);
    demand(first.size == second.size && memcmp(first.data, second.data, first.size) == 0);
    if (stats->tokens < UINT64_C(1) << 52)
        demand(carvq_stats_merge(stats, again, "again", &error) == CARVQ_OK);
    free(first.data);
    free(second.data);
    carvq_stats_free(stats);
    carvq_stats_free(again);
    return 0;
}
