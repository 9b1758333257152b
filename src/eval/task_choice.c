// SPDX-License-Identifier: MIT
// Multiple choice. Choices of similar length are run together; what the model makes of one does not depend on the others.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/status.h"
#include "eval/task_work.h"

// A choice behind its context. The model sees all tokens but the last.
struct request {
    uint32_t *memory; // what ids lies in
    const uint32_t *ids;
    size_t count, split; // ids[split] is the first that is scored
    size_t item, choice;
};

struct scoring {
    struct carvq_task_work *work;
    struct request *requests;
    size_t count, length, capacity; // length: tokens that the model sees of the longest; capacity: those of a batch
    struct carvq_lm_batch *batch;
    struct carvq_lm_sequence *sequences;
    struct carvq_lm_span *spans;
    uint32_t *ids;
    float *hidden, *changed_hidden; // [capacity][n]; the second only if the input is compressed
    struct carvq_lm_score *scores;  // [variants][scored tokens of a batch]
};

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

// Leaves the tokens that the window holds: the model need not see the last one.
static enum carvq_status fit(const struct scoring *scoring, struct request *request, struct carvq_error *error)
{
    const struct carvq_task *task = scoring->work->task;
    const size_t window = carvq_lm_config(scoring->work->model->lm)->max_window, line = task->items[request->item].line;
    if (request->split == 0)
        return carvq_fail(error, CARVQ_ERROR_FORMAT,
                          "%s: line %zu: nothing stands before the choices: 'context' is empty, and the tokenizer puts no token "
                          "in front",
                          task->path, line);
    if (request->count - request->split > window)
        return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: line %zu: choice %zu has %zu tokens, but the model's window only %zu",
                          task->path, line, request->choice, request->count - request->split, window);
    const size_t excess = request->count - 1 > window ? request->count - 1 - window : 0;
    request->ids = request->memory + excess;
    request->count -= excess;
    request->split -= excess;
    if (excess > 0)
        scoring->work->result->outcomes[request->item].cut = true;
    return CARVQ_OK;
}

// text has room for the context, a space, the longest choice and a NUL.
static enum carvq_status add_item(struct scoring *scoring, size_t number, char *text, struct carvq_error *error)
{
    const struct carvq_task_item *item = &scoring->work->task->items[number];
    const size_t context = strlen(item->text);
    size_t stripped = context, context_count;
    uint32_t *context_ids;
    while (stripped > 0 && is_space(item->text[stripped - 1]))
        stripped--;
    enum carvq_status status = carvq_task_encode(scoring->work, item, item->text, stripped, &context_ids, &context_count, error);
    if (status != CARVQ_OK)
        return status;
    free(context_ids);
    memcpy(text, item->text, context);
    text[context] = ' ';
    for (size_t i = 0; i < item->choice_count && status == CARVQ_OK; i++) {
        const char *choice = carvq_task_choice(item, i);
        const size_t length = strlen(choice);
        struct request *request = &scoring->requests[scoring->count];
        memcpy(text + context + 1, choice, length);
        *request = (struct request){.item = number, .choice = i};
        status = carvq_task_encode(scoring->work, item, text, context + 1 + length, &request->memory, &request->count, error);
        if (status != CARVQ_OK)
            return status;
        scoring->count++;
        request->split = context_count < request->count ? context_count : request->count - 1;
        status = fit(scoring, request, error);
    }
    return status;
}

// Bytes of an item's context with its longest choice.
static size_t text_bytes(const struct carvq_task_item *item)
{
    size_t longest = 0;
    for (size_t i = 0; i < item->choice_count; i++) {
        const size_t length = strlen(carvq_task_choice(item, i));
        longest = length > longest ? length : longest;
    }
    return strlen(item->text) + 1 + longest + 1;
}

static enum carvq_status add_items(struct scoring *scoring, struct carvq_error *error)
{
    const struct carvq_task *task = scoring->work->task;
    scoring->requests = calloc(task->choices, sizeof *scoring->requests);
    if (scoring->requests == NULL)
        return carvq_task_no_memory(scoring->work, error);
    for (size_t i = 0; i < task->count; i++) {
        if (task->items[i].kind != CARVQ_TASK_CHOICE)
            continue;
        char *text = malloc(text_bytes(&task->items[i]));
        if (text == NULL)
            return carvq_task_no_memory(scoring->work, error);
        enum carvq_status status = add_item(scoring, i, text, error);
        free(text);
        if (status != CARVQ_OK)
            return status;
    }
    return CARVQ_OK;
}

// The longest first, else in the order of the file.
static int compare_requests(const void *a, const void *b)
{
    const struct request *left = a, *right = b;
    if (left->count != right->count)
        return left->count > right->count ? -1 : 1;
    if (left->item != right->item)
        return left->item < right->item ? -1 : 1;
    return left->choice < right->choice ? -1 : left->choice > right->choice;
}

static enum carvq_status allocate(struct scoring *scoring, struct carvq_error *error)
{
    const struct carvq_lm *lm = scoring->work->model->lm;
    const size_t longest = scoring->requests[0].count - 1, n = carvq_lm_config(lm)->hidden;
    scoring->length = longest < 2 ? 2 : longest;
    const size_t windows = carvq_lm_batch_windows(lm, scoring->length);
    scoring->capacity = windows * scoring->length;
    enum carvq_status status = carvq_lm_batch_open(lm, scoring->length, windows, scoring->work->options->threads, &scoring->batch,
                                                   error);
    if (status != CARVQ_OK)
        return status;
    scoring->sequences = calloc(scoring->capacity, sizeof *scoring->sequences);
    scoring->spans = calloc(scoring->capacity, sizeof *scoring->spans);
    scoring->ids = calloc(scoring->capacity, sizeof *scoring->ids);
    scoring->scores = calloc(2 * scoring->capacity, sizeof *scoring->scores);
    scoring->hidden = calloc(scoring->capacity * n, sizeof *scoring->hidden);
    if (scoring->work->model->variant.input != NULL)
        scoring->changed_hidden = calloc(scoring->capacity * n, sizeof *scoring->changed_hidden);
    if (scoring->sequences == NULL || scoring->spans == NULL || scoring->ids == NULL || scoring->scores == NULL ||
        scoring->hidden == NULL || (scoring->work->model->variant.input != NULL && scoring->changed_hidden == NULL))
        return carvq_task_no_memory(scoring->work, error);
    return CARVQ_OK;
}

static enum carvq_status run_model(struct scoring *scoring, size_t count, struct carvq_error *error)
{
    const struct carvq_eval_variant *changed = &scoring->work->model->variant;
    const struct carvq_lm_variant variants[2] = {
        {scoring->hidden, NULL},
        {changed->input != NULL ? scoring->changed_hidden : scoring->hidden, changed->head},
    };
    enum carvq_status status = carvq_lm_extend(scoring->batch, NULL, NULL, scoring->sequences, count, scoring->ids,
                                               scoring->hidden, error);
    if (status == CARVQ_OK && changed->input != NULL)
        status = carvq_lm_extend(scoring->batch, changed->input, NULL, scoring->sequences, count, scoring->ids,
                                 scoring->changed_hidden, error);
    if (status == CARVQ_OK)
        status = carvq_lm_score_spans(scoring->batch, variants, carvq_task_has_table(scoring->work) ? 2 : 1, scoring->spans,
                                      count, scoring->scores, error);
    return status;
}

// The log-probability of a request, from the scores of its tokens.
static enum carvq_status add_up(const struct scoring *scoring, const struct request *request, const struct carvq_lm_score *scores,
                                bool changed, struct carvq_error *error)
{
    const struct carvq_task_item *item = &scoring->work->task->items[request->item];
    struct carvq_task_result *result = scoring->work->result;
    double sum = 0;
    for (size_t i = 0; i < request->count - request->split; i++)
        sum -= scores[i].nll;
    if (!isfinite(sum))
        return carvq_task_not_finite(scoring->work, item, changed, error);
    (changed ? result->changed_log_probabilities : result->log_probabilities)[item->first + request->choice] = sum;
    return CARVQ_OK;
}

// Runs as many requests as a batch holds, and counts them in *done.
static enum carvq_status run_batch(struct scoring *scoring, size_t *done, struct carvq_error *error)
{
    const struct request *requests = scoring->requests + *done;
    size_t count = 0, used = 0;
    for (; *done + count < scoring->count && requests[count].count - 1 <= scoring->capacity - used; count++) {
        const struct request *request = &requests[count];
        const size_t seen = request->count - 1;
        memcpy(scoring->ids + used, request->ids, seen * sizeof *scoring->ids);
        scoring->sequences[count] = (struct carvq_lm_sequence){.first = used, .count = seen};
        scoring->spans[count] = (struct carvq_lm_span){used + request->split - 1, request->count - request->split,
                                                       request->ids + request->split};
        used += seen;
    }
    enum carvq_status status = run_model(scoring, count, error);
    const struct carvq_lm_score *scores = scoring->scores;
    for (unsigned variant = 0; variant < (carvq_task_has_table(scoring->work) ? 2 : 1); variant++)
        for (size_t i = 0; i < count && status == CARVQ_OK; scores += scoring->spans[i++].count)
            status = add_up(scoring, &requests[i], scores, variant > 0, error);
    *done += count;
    return status == CARVQ_OK ? carvq_task_report(scoring->work, count, error) : status;
}

// The choice with the highest log-probability, or the highest per byte; of equal ones the first.
static size_t best(const struct carvq_task_item *item, const double *log_probabilities, bool per_byte)
{
    size_t best = 0;
    double highest = -INFINITY;
    for (size_t i = 0; i < item->choice_count; i++) {
        const double score = log_probabilities[i] / (per_byte ? (double)strlen(carvq_task_choice(item, i)) : 1);
        if (score > highest) {
            highest = score;
            best = i;
        }
    }
    return best;
}

static void choose(const struct carvq_task_item *item, const double *log_probabilities, struct carvq_task_answer *answer)
{
    answer->choice = best(item, log_probabilities + item->first, false);
    answer->normalized_choice = best(item, log_probabilities + item->first, true);
}

static void release(struct scoring *scoring)
{
    for (size_t i = 0; i < scoring->count; i++)
        free(scoring->requests[i].memory);
    carvq_lm_batch_close(scoring->batch);
    free(scoring->requests);
    free(scoring->sequences);
    free(scoring->spans);
    free(scoring->ids);
    free(scoring->hidden);
    free(scoring->changed_hidden);
    free(scoring->scores);
}

enum carvq_status carvq_task_run_choices(struct carvq_task_work *work, struct carvq_error *error)
{
    struct scoring scoring = {.work = work};
    const struct carvq_task *task = work->task;
    enum carvq_status status = add_items(&scoring, error);
    if (status == CARVQ_OK) {
        qsort(scoring.requests, scoring.count, sizeof *scoring.requests, compare_requests);
        status = allocate(&scoring, error);
    }
    for (size_t done = 0; status == CARVQ_OK && done < scoring.count;)
        status = run_batch(&scoring, &done, error);
    release(&scoring);
    for (size_t i = 0; i < task->count && status == CARVQ_OK; i++)
        if (task->items[i].kind == CARVQ_TASK_CHOICE) {
            choose(&task->items[i], work->result->log_probabilities, &work->result->outcomes[i].original);
            choose(&task->items[i], work->result->changed_log_probabilities, &work->result->outcomes[i].changed);
        }
    return status;
}
