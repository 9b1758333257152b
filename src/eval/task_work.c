// SPDX-License-Identifier: MIT
// What the files that put tasks to a model share: texts to tokens, progress, and what goes wrong.
#include "eval/task_work.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/status.h"

bool carvq_task_has_table(const struct carvq_task_work *work)
{
    return work->model->variant.input != NULL || work->model->variant.head != NULL;
}

enum carvq_status carvq_task_no_memory(const struct carvq_task_work *work, struct carvq_error *error)
{
    return carvq_fail(error, CARVQ_ERROR_MEMORY, "%s: out of memory", work->task->path);
}

enum carvq_status carvq_task_not_finite(const struct carvq_task_work *work, const struct carvq_task_item *item, bool changed,
                                        struct carvq_error *error)
{
    if (changed)
        return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: with this table the model's output is not finite (%s: line %zu)",
                          work->model->variant.name, work->task->path, item->line);
    return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: line %zu: the output of the model as it is is not finite", work->task->path,
                      item->line);
}

enum carvq_status carvq_task_report(struct carvq_task_work *work, size_t texts, struct carvq_error *error)
{
    work->done += texts;
    if (work->options->progress != NULL && work->options->progress(work->options->progress_context, work->done, work->total) != 0)
        return carvq_fail(error, CARVQ_ERROR_CANCELLED, "cancelled");
    return CARVQ_OK;
}

// The model may have fewer rows than the tokenizer has tokens.
static enum carvq_status check_ids(const struct carvq_task_work *work, const struct carvq_task_item *item, const uint32_t *ids,
                                   size_t count, struct carvq_error *error)
{
    const size_t vocabulary = carvq_lm_config(work->model->lm)->vocabulary;
    for (size_t i = 0; i < count; i++)
        if (ids[i] >= vocabulary)
            return carvq_fail(error, CARVQ_ERROR_RANGE, "%s: line %zu: a token is %lu, but the model has only ids below %zu",
                              work->task->path, item->line, (unsigned long)ids[i], vocabulary);
    return CARVQ_OK;
}

enum carvq_status carvq_task_encode(const struct carvq_task_work *work, const struct carvq_task_item *item, const char *text,
                                    size_t length, uint32_t **ids_ret, size_t *count_ret, struct carvq_error *error)
{
    char name[400];
    size_t prefix_count, text_count;
    uint32_t *text_ids;
    const uint32_t *prefix = carvq_tokenizer_prefix(work->model->tokenizer, &prefix_count);
    snprintf(name, sizeof name, "%.300s: line %zu", work->task->path, item->line);
    enum carvq_status status = carvq_tokenizer_encode(work->model->tokenizer, name, text, length, false, &text_ids, &text_count,
                                                      error);
    if (status != CARVQ_OK)
        return status;
    uint32_t *ids = calloc(prefix_count + text_count + 1, sizeof *ids);
    if (ids == NULL) {
        free(text_ids);
        return carvq_task_no_memory(work, error);
    }
    for (size_t i = 0; i < prefix_count; i++)
        ids[i] = prefix[i];
    memcpy(ids + prefix_count, text_ids, text_count * sizeof *ids);
    free(text_ids);
    *ids_ret = ids;
    *count_ret = prefix_count + text_count;
    status = check_ids(work, item, ids, *count_ret, error);
    if (status != CARVQ_OK)
        free(ids);
    return status;
}
