// SPDX-License-Identifier: MIT
// Logits of a compressed head as a device has them: by carvq_logits(), split over the threads.
#include <omp.h>
#include <stdlib.h>

#include "runtime/status.h"
#include "lm/model.h"

#define PART_STATES 8 // as many as the library takes at once

struct split {
    size_t state_parts;
    uint32_t row_parts;
    size_t room; // bytes of a thread's workspace
};

static enum carvq_status run_part(const struct carvq_lm_rows *head, const float *hidden, size_t count, size_t number,
                                  const struct split *split, void *workspace, float *logits_ret, struct carvq_error *error)
{
    const struct carvq_table_info *info = carvq_info(head->head);
    const size_t first = number / split->row_parts * PART_STATES, rows = (size_t)info->rows;
    const struct carvq_logits_part part = {.part = (uint32_t)(number % split->row_parts), .parts = split->row_parts};
    return carvq_logits(head->head, hidden + first * info->cols, count - first < PART_STATES ? count - first : PART_STATES,
                        info->cols, logits_ret + first * rows, rows, &part, workspace, split->room, error);
}

enum carvq_status carvq_lm_table_logits(const struct carvq_lm_rows *head, const float *hidden, size_t count, unsigned threads,
                                        float *logits_ret, struct carvq_error *error)
{
    struct split split = {(count + PART_STATES - 1) / PART_STATES, 1, carvq_logits_workspace(head->head, PART_STATES)};
    if (split.state_parts < threads)
        split.row_parts = threads;
    const size_t parts = split.state_parts * split.row_parts;
    unsigned char *workspaces = split.room > SIZE_MAX / threads ? NULL : malloc(split.room * threads);
    enum carvq_status result = CARVQ_OK;
    if (workspaces == NULL)
        return carvq_fail(error, CARVQ_ERROR_MEMORY, "out of memory for logits");
#pragma omp parallel for num_threads((int)threads) schedule(dynamic)
    for (size_t i = 0; i < parts; i++) {
        struct carvq_error own;
        const enum carvq_status status = run_part(head, hidden, count, i, &split,
                                                  workspaces + split.room * (size_t)omp_get_thread_num(), logits_ret, &own);
#pragma omp critical
        if (status != CARVQ_OK && result == CARVQ_OK) {
            result = status;
            if (error != NULL)
                *error = own;
        }
    }
    free(workspaces);
    return result;
}
