// SPDX-License-Identifier: MIT
// Runs a task and counts its answers.
#include "eval/task.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "eval/task_work.h"
#include "runtime/status.h"

// Whether two answers differ by a measure, and whether one is right.
static bool differ(const struct carvq_task_answer *a, const struct carvq_task_answer *b, enum carvq_task_measure measure)
{
    if (measure == CARVQ_TASK_ACCURACY)
        return a->choice != b->choice;
    if (measure == CARVQ_TASK_NORMALIZED)
        return a->normalized_choice != b->normalized_choice;
    return a->number == NULL || b->number == NULL ? a->number != b->number : strcmp(a->number, b->number) != 0;
}

static bool is_right(const struct carvq_task_item *item, const struct carvq_task_answer *answer, enum carvq_task_measure measure)
{
    if (measure == CARVQ_TASK_EXACT)
        return answer->number != NULL && strcmp(answer->number, item->answer) == 0;
    return (measure == CARVQ_TASK_ACCURACY ? answer->choice : answer->normalized_choice) == item->label;
}

static void finish_accuracy(struct carvq_task_accuracy *accuracy, double items)
{
    accuracy->value = (double)accuracy->correct / items;
    accuracy->error = sqrt(accuracy->value * (1 - accuracy->value) / (items - 1));
}

static struct carvq_task_figures sum_up(const struct carvq_task_work *work, enum carvq_task_measure measure)
{
    const enum carvq_task_kind kind = measure == CARVQ_TASK_EXACT ? CARVQ_TASK_NUMBER : CARVQ_TASK_CHOICE;
    struct carvq_task_figures figures = {.items = 0};
    for (size_t i = 0; i < work->task->count; i++) {
        const struct carvq_task_item *item = &work->task->items[i];
        const struct carvq_task_outcome *outcome = &work->result->outcomes[i];
        if (item->kind != kind)
            continue;
        const bool before = is_right(item, &outcome->original, measure), after = is_right(item, &outcome->changed, measure);
        figures.items++;
        figures.cut += outcome->cut;
        figures.original.correct += before;
        figures.changed.correct += after;
        figures.moved += differ(&outcome->original, &outcome->changed, measure);
        figures.lost += before && !after;
        figures.gained += !before && after;
    }
    const double items = (double)figures.items, lost = (double)figures.lost, gained = (double)figures.gained;
    finish_accuracy(&figures.original, items);
    if (!carvq_task_has_table(work))
        return (struct carvq_task_figures){.items = figures.items, .cut = figures.cut, .original = figures.original};
    finish_accuracy(&figures.changed, items);
    figures.difference = (gained - lost) / items;
    figures.difference_error = sqrt((gained + lost - (gained - lost) * figures.difference) / (items - 1) / items);
    return figures;
}

static enum carvq_status allocate(const struct carvq_task_work *work, struct carvq_error *error)
{
    const struct carvq_task *task = work->task;
    struct carvq_task_result *result = work->result;
    result->outcomes = calloc(task->count, sizeof *result->outcomes);
    result->log_probabilities = calloc(task->choices + 1, sizeof *result->log_probabilities);
    result->changed_log_probabilities = calloc(task->choices + 1, sizeof *result->changed_log_probabilities);
    if (result->outcomes != NULL && result->log_probabilities != NULL && result->changed_log_probabilities != NULL)
        return CARVQ_OK;
    return carvq_task_no_memory(work, error);
}

enum carvq_status carvq_task_run(const struct carvq_task_model *model, const struct carvq_task *task,
                                 const struct carvq_task_options *options, struct carvq_task_result *result_ret,
                                 struct carvq_error *error)
{
    struct carvq_task_work work = {.model = model, .task = task, .options = options, .result = result_ret};
    *result_ret = (struct carvq_task_result){.outcomes = NULL};
    size_t numbers = 0;
    for (size_t i = 0; i < task->count; i++)
        numbers += task->items[i].kind == CARVQ_TASK_NUMBER;
    work.total = task->choices + numbers * (carvq_task_has_table(&work) ? 2 : 1);
    enum carvq_status status = allocate(&work, error);
    if (status == CARVQ_OK)
        status = carvq_task_report(&work, 0, error); // the clock starts
    if (status == CARVQ_OK && numbers < task->count)
        status = carvq_task_run_choices(&work, error);
    if (status == CARVQ_OK && numbers > 0)
        status = carvq_task_run_numbers(&work, error);
    if (status != CARVQ_OK) {
        carvq_task_result_free(result_ret, task->count);
        return status;
    }
    for (enum carvq_task_measure measure = 0; measure < CARVQ_TASK_MEASURES; measure++)
        result_ret->figures[measure] = sum_up(&work, measure);
    return CARVQ_OK;
}

void carvq_task_result_free(struct carvq_task_result *result, size_t items)
{
    for (size_t i = 0; i < items && result->outcomes != NULL; i++) {
        free(result->outcomes[i].original.text);
        free(result->outcomes[i].original.number);
        free(result->outcomes[i].changed.text);
        free(result->outcomes[i].changed.number);
    }
    free(result->outcomes);
    free(result->log_probabilities);
    free(result->changed_log_probabilities);
    *result = (struct carvq_task_result){.outcomes = NULL};
}
