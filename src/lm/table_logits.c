// SPDX-License-Identifier: MIT
// Logits of a compressed head as a device has them: by carvq_logits(), split over the threads.
#include <stdlib.h>

#include "host/parallel.h"
#include "runtime/status.h"
#include "lm/model.h"

#define PART_STATES 8 // as many as the library takes at once

struct work {
    const struct carvq_lm_rows *head;
    const float *hidden;
    size_t count;
    uint32_t row_parts;
    unsigned char *workspaces; // [threads][room]
    size_t room;
    float *logits;
};

// A part of the rows for some of the states.
static enum carvq_status multiply(void *context, struct carvq_chunk *chunk, struct carvq_error *error)
{
    const struct work *work = context;
    const struct carvq_table_info *info = carvq_info(work->head->head);
    const size_t first = (size_t)(chunk->first / work->row_parts) * PART_STATES, rows = (size_t)info->rows;
    const size_t count = work->count - first < PART_STATES ? work->count - first : PART_STATES;
    const struct carvq_logits_part part = {.part = (uint32_t)(chunk->first % work->row_parts), .parts = work->row_parts};
    return carvq_logits(work->head->head, work->hidden + first * info->cols, count, info->cols, work->logits + first * rows, rows,
                        &part, work->workspaces + chunk->thread * work->room, work->room, error);
}

enum carvq_status carvq_lm_table_logits(const struct carvq_lm_rows *head, const float *hidden, size_t count, unsigned threads,
                                        float *logits_ret, struct carvq_error *error)
{
    const size_t state_parts = (count + PART_STATES - 1) / PART_STATES, room = carvq_logits_workspace(head->head, PART_STATES);
    struct work work = {head, hidden, count, state_parts < threads ? threads : 1, NULL, room, logits_ret};
    if (room <= SIZE_MAX / threads)
        work.workspaces = malloc(room * threads);
    if (work.workspaces == NULL)
        return carvq_fail(error, CARVQ_ERROR_MEMORY, "out of memory for logits");
    const struct carvq_work parts = {state_parts * work.row_parts, 1, 0, threads, NULL, multiply, &work};
    enum carvq_status status = carvq_parallel(&parts, error);
    free(work.workspaces);
    return status;
}
