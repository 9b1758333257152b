// SPDX-License-Identifier: MIT
// What the files that put tasks to a model share.
#ifndef CARVQ_EVAL_TASK_WORK_H
#define CARVQ_EVAL_TASK_WORK_H

#include "eval/task.h"

struct carvq_task_work {
    const struct carvq_task_model *model;
    const struct carvq_task *task;
    const struct carvq_task_options *options;
    struct carvq_task_result *result;
    size_t done, total; // texts: scored or generated
};

bool carvq_task_has_table(const struct carvq_task_work *work);

// The tokens of a text of an item behind what the tokenizer puts in front; *ids_ret is to be given to free(). Errors name the
// item's line.
enum carvq_status carvq_task_encode(const struct carvq_task_work *work, const struct carvq_task_item *item, const char *text,
                                    size_t length, uint32_t **ids_ret, size_t *count_ret, struct carvq_error *error);

// Counts texts as done and tells the caller.
enum carvq_status carvq_task_report(struct carvq_task_work *work, size_t texts, struct carvq_error *error);

enum carvq_status carvq_task_no_memory(const struct carvq_task_work *work, struct carvq_error *error);
// The model's output for an item is not finite.
enum carvq_status carvq_task_not_finite(const struct carvq_task_work *work, const struct carvq_task_item *item, bool changed,
                                        struct carvq_error *error);

// Fill in the log-probabilities and choices, and the generated texts and numbers, of all items of the kind.
enum carvq_status carvq_task_run_choices(struct carvq_task_work *work, struct carvq_error *error);
enum carvq_status carvq_task_run_numbers(struct carvq_task_work *work, struct carvq_error *error);

#endif
