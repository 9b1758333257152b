// SPDX-License-Identifier: MIT
// Numbers, by greedy generation. Prompts of similar length are run together, each in a slot of the cache of keys and values.
// A step always has a token for every slot, so that what the BLAS does with one does not depend on how many still go on.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/status.h"
#include "eval/task_number.h"
#include "eval/task_work.h"
#include "tokenizer/detokenizer.h"

#define DEFAULT_NEW 256
#define MAX_SLOTS 32

struct prompt {
    uint32_t *memory; // what ids lies in
    const uint32_t *ids;
    size_t count, limit, item; // limit: tokens that may be generated
};

// What becomes of the prompt in a slot.
struct slot {
    const struct prompt *prompt; // NULL: none
    size_t past, made;           // tokens in the cache, and generated ones
    bool done;
    struct carvq_tok_bytes text;
};

struct generation {
    struct carvq_task_work *work;
    struct prompt *prompts;
    size_t count, length, slot_count, capacity; // capacity: tokens of a batch
    struct carvq_detokenizer *detokenizer;
    struct carvq_lm_batch *batch;
    struct carvq_lm_cache *cache;
    struct slot slots[MAX_SLOTS];
    float *hidden; // [capacity][n]
    float *last;   // [slots][n] the state of the last token of each
    uint32_t *ids; // [capacity]
    bool changed;  // which variant runs
};

static enum carvq_status add_prompt(struct generation *generation, size_t number, struct carvq_error *error)
{
    static const char before[] = "Question: ", after[] = "\nAnswer:";
    const struct carvq_task_item *item = &generation->work->task->items[number];
    const size_t window = carvq_lm_config(generation->work->model->lm)->max_window;
    const size_t wanted = generation->work->options->max_new > 0 ? generation->work->options->max_new : DEFAULT_NEW;
    const size_t kept = window - (wanted < window / 2 ? wanted : window / 2); // a prompt leaves room, at most half the window
    const size_t length = strlen(item->text), whole = sizeof before - 1 + length + sizeof after - 1;
    struct prompt *prompt = &generation->prompts[generation->count];
    char *text = malloc(whole);
    if (text == NULL)
        return carvq_task_no_memory(generation->work, error);
    memcpy(text, before, sizeof before - 1);
    memcpy(text + sizeof before - 1, item->text, length);
    memcpy(text + sizeof before - 1 + length, after, sizeof after - 1);
    *prompt = (struct prompt){.item = number};
    enum carvq_status status = carvq_task_encode(generation->work, item, text, whole, &prompt->memory, &prompt->count, error);
    free(text);
    if (status != CARVQ_OK)
        return status;
    generation->count++;
    if (prompt->count == 0)
        return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: line %zu: the tokenizer makes no tokens of the question",
                          generation->work->task->path, item->line);
    const size_t excess = prompt->count > kept ? prompt->count - kept : 0;
    prompt->ids = prompt->memory + excess;
    prompt->count -= excess;
    prompt->limit = wanted < window - prompt->count ? wanted : window - prompt->count;
    generation->work->result->outcomes[number].cut = excess > 0;
    if (prompt->count + prompt->limit > generation->length)
        generation->length = prompt->count + prompt->limit;
    return CARVQ_OK;
}

// The longest first, else in the order of the file.
static int compare_prompts(const void *a, const void *b)
{
    const struct prompt *left = a, *right = b;
    if (left->count != right->count)
        return left->count > right->count ? -1 : 1;
    return left->item < right->item ? -1 : left->item > right->item;
}

static enum carvq_status add_prompts(struct generation *generation, struct carvq_error *error)
{
    const struct carvq_task *task = generation->work->task;
    enum carvq_status status = CARVQ_OK;
    generation->prompts = calloc(task->count, sizeof *generation->prompts);
    if (generation->prompts == NULL)
        return carvq_task_no_memory(generation->work, error);
    for (size_t i = 0; i < task->count && status == CARVQ_OK; i++)
        if (task->items[i].kind == CARVQ_TASK_NUMBER)
            status = add_prompt(generation, i, error);
    qsort(generation->prompts, generation->count, sizeof *generation->prompts, compare_prompts);
    return status;
}

static enum carvq_status allocate(struct generation *generation, struct carvq_error *error)
{
    const struct carvq_task_model *model = generation->work->model;
    const size_t length = generation->length, n = carvq_lm_config(model->lm)->hidden;
    generation->slot_count = carvq_lm_cache_slots(model->lm, length, MAX_SLOTS);
    size_t windows = carvq_lm_batch_windows(model->lm, length);
    while (windows * length < generation->slot_count) // a step has a token for every slot
        windows++;
    generation->capacity = windows * length;
    enum carvq_status status = carvq_detokenizer_open(model->tokenizer, &generation->detokenizer, error);
    if (status == CARVQ_OK)
        status = carvq_lm_batch_open(model->lm, length, windows, generation->work->options->threads, &generation->batch, error);
    if (status == CARVQ_OK)
        status = carvq_lm_cache_open(model->lm, generation->slot_count, length, &generation->cache, error);
    if (status != CARVQ_OK)
        return status;
    generation->hidden = calloc(generation->capacity * n, sizeof *generation->hidden);
    generation->last = calloc(generation->slot_count * n, sizeof *generation->last);
    generation->ids = calloc(generation->capacity, sizeof *generation->ids);
    if (generation->hidden == NULL || generation->last == NULL || generation->ids == NULL)
        return carvq_task_no_memory(generation->work, error);
    return CARVQ_OK;
}

static enum carvq_status extend(struct generation *generation, const struct carvq_lm_sequence *sequences, size_t count,
                                float *hidden, struct carvq_error *error)
{
    return carvq_lm_extend(generation->batch, generation->changed ? generation->work->model->variant.input : NULL,
                           generation->cache, sequences, count, generation->ids, hidden, error);
}

// Runs the prompts of all slots, as many at a time as a batch holds.
static enum carvq_status run_prompts(struct generation *generation, struct carvq_error *error)
{
    const size_t n = carvq_lm_config(generation->work->model->lm)->hidden;
    for (size_t first = 0; first < generation->slot_count && generation->slots[first].prompt != NULL;) {
        struct carvq_lm_sequence sequences[MAX_SLOTS];
        size_t count = 0, used = 0;
        for (; first + count < generation->slot_count && generation->slots[first + count].prompt != NULL; count++) {
            const struct prompt *prompt = generation->slots[first + count].prompt;
            if (prompt->count > generation->capacity - used)
                break;
            memcpy(generation->ids + used, prompt->ids, prompt->count * sizeof *prompt->ids);
            sequences[count] = (struct carvq_lm_sequence){.first = used, .count = prompt->count, .slot = first + count};
            used += prompt->count;
        }
        enum carvq_status status = extend(generation, sequences, count, generation->hidden, error);
        if (status != CARVQ_OK)
            return status;
        for (size_t i = 0; i < count; i++) {
            const float *state = generation->hidden + (sequences[i].first + sequences[i].count - 1) * n;
            memcpy(generation->last + (first + i) * n, state, n * sizeof *state);
            generation->slots[first + i].past = sequences[i].count;
        }
        first += count;
    }
    return CARVQ_OK;
}

// Takes the next token of a slot.
static enum carvq_status take(struct generation *generation, struct slot *slot, uint32_t id, struct carvq_error *error)
{
    slot->made++;
    slot->done = carvq_lm_is_end(generation->work->model->lm, id) || slot->made == slot->prompt->limit;
    if (!carvq_lm_is_end(generation->work->model->lm, id) && !carvq_detokenizer_append(generation->detokenizer, id, &slot->text))
        return carvq_task_no_memory(generation->work, error);
    const size_t length = carvq_task_answer_length(slot->text.data, slot->text.length);
    slot->done = slot->done || length < slot->text.length;
    slot->text.length = length;
    return CARVQ_OK;
}

// Finds the next token of all slots that go on; *going_ret is how many still do then.
static enum carvq_status choose_tokens(struct generation *generation, size_t *going_ret, struct carvq_error *error)
{
    const struct carvq_lm_variant variant = {generation->last,
                                             generation->changed ? generation->work->model->variant.head : NULL};
    const struct carvq_lm_span all = {0, generation->slot_count, generation->ids}; // any targets: only the top tokens count
    struct carvq_lm_score scores[MAX_SLOTS];
    enum carvq_status status = carvq_lm_score_spans(generation->batch, &variant, 1, &all, 1, scores, error);
    *going_ret = 0;
    for (size_t i = 0; i < generation->slot_count && status == CARVQ_OK; i++) {
        struct slot *slot = &generation->slots[i];
        if (slot->done)
            continue;
        if (!isfinite(scores[i].nll))
            return carvq_task_not_finite(generation->work, &generation->work->task->items[slot->prompt->item],
                                         generation->changed, error);
        generation->ids[i] = scores[i].top;
        status = take(generation, slot, scores[i].top, error);
        *going_ret += !slot->done;
    }
    return status;
}

// One more token in every slot. Those that are done get one too, always at the same place, which nothing looks at.
static enum carvq_status step(struct generation *generation, struct carvq_error *error)
{
    struct carvq_lm_sequence sequences[MAX_SLOTS];
    for (size_t i = 0; i < generation->slot_count; i++) {
        struct slot *slot = &generation->slots[i];
        sequences[i] = (struct carvq_lm_sequence){.first = i, .count = 1, .slot = i, .past = slot->past};
        if (!slot->done)
            slot->past++;
    }
    return extend(generation, sequences, generation->slot_count, generation->last, error);
}

// Takes the text of a slot, always as a string, and its number as the answer to the item.
static enum carvq_status finish(struct generation *generation, struct slot *slot, struct carvq_error *error)
{
    struct carvq_task_outcome *outcome = &generation->work->result->outcomes[slot->prompt->item];
    struct carvq_task_answer *answer = generation->changed ? &outcome->changed : &outcome->original;
    enum carvq_status status = carvq_task_last_number(slot->text.data, slot->text.length, &answer->number, error);
    if (status == CARVQ_OK && !carvq_tok_append(&slot->text, "", 1))
        status = carvq_task_no_memory(generation->work, error);
    if (status == CARVQ_OK) {
        answer->text = slot->text.data;
        slot->text = (struct carvq_tok_bytes){NULL, 0, 0};
    }
    return status;
}

// Generates from the prompts first .. first + count - 1.
static enum carvq_status run_group(struct generation *generation, size_t first, size_t count, struct carvq_error *error)
{
    for (size_t i = 0; i < generation->slot_count; i++) {
        generation->slots[i] = (struct slot){.prompt = i < count ? &generation->prompts[first + i] : NULL, .done = i >= count};
        generation->ids[i] = 0;
    }
    size_t going = count;
    enum carvq_status status = run_prompts(generation, error);
    if (status == CARVQ_OK)
        status = choose_tokens(generation, &going, error);
    while (status == CARVQ_OK && going > 0) {
        status = step(generation, error);
        if (status == CARVQ_OK)
            status = choose_tokens(generation, &going, error);
        if (status == CARVQ_OK)
            status = carvq_task_report(generation->work, 0, error);
    }
    for (size_t i = 0; i < count; i++) {
        if (status == CARVQ_OK)
            status = finish(generation, &generation->slots[i], error);
        free(generation->slots[i].text.data);
    }
    return status == CARVQ_OK ? carvq_task_report(generation->work, count, error) : status;
}

static enum carvq_status run_all(struct generation *generation, struct carvq_error *error)
{
    enum carvq_status status = CARVQ_OK;
    for (size_t done = 0; status == CARVQ_OK && done < generation->count; done += generation->slot_count) {
        const size_t left = generation->count - done;
        status = run_group(generation, done, left < generation->slot_count ? left : generation->slot_count, error);
    }
    return status;
}

static void release(struct generation *generation)
{
    for (size_t i = 0; i < generation->count; i++)
        free(generation->prompts[i].memory);
    carvq_detokenizer_close(generation->detokenizer);
    carvq_lm_batch_close(generation->batch);
    carvq_lm_cache_close(generation->cache);
    free(generation->prompts);
    free(generation->hidden);
    free(generation->last);
    free(generation->ids);
}

enum carvq_status carvq_task_run_numbers(struct carvq_task_work *work, struct carvq_error *error)
{
    struct generation generation = {.work = work};
    enum carvq_status status = add_prompts(&generation, error);
    if (status == CARVQ_OK)
        status = allocate(&generation, error);
    if (status == CARVQ_OK)
        status = run_all(&generation, error);
    if (status == CARVQ_OK && carvq_task_has_table(work)) {
        generation.changed = true;
        status = run_all(&generation, error);
    }
    release(&generation);
    return status;
}
