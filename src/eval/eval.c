// SPDX-License-Identifier: MIT
// Runs the model and its variants over a text, batch by batch.
#include "eval/eval.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/status.h"
#include "eval/sums.h"

#define DEFAULT_WINDOW 256

// What a run needs from beginning to end.
struct run {
    const struct carvq_lm *lm;
    const struct carvq_eval_variant *variants;
    size_t count;
    const struct carvq_eval_options *options;
    const uint32_t *ids;
    const char *text_path;
    size_t window, batch_windows;
    size_t step;         // tokens of the text from one window to the next
    size_t first_scored; // in a window
    uint64_t total_windows;
    struct carvq_lm_batch *batch;
    float *hidden[CARVQ_LM_MAX_VARIANTS]; // [batch_windows * window][n] of the original, then of the variants with other inputs
    uint32_t *with_front;                 // [batch_windows][window] the windows, if something is put in front of each
    struct carvq_lm_span *spans;          // [batch_windows] what is scored
    struct carvq_lm_score *scores;        // [1 + count][batch_windows][window - first_scored]
    struct carvq_eval_sums sums[CARVQ_LM_MAX_VARIANTS]; // of each variant, or the first of the original alone
};

// The table of that name in the first of the files that has one; NULL if none has.
static const struct carvq_table *find_table(const struct carvq_eval_file *files, size_t count, const char *name,
                                            const char **path_ret)
{
    const struct carvq_table *table = NULL;
    for (size_t i = 0; table == NULL && i < count; i++) {
        table = carvq_find(files[i].file, name);
        *path_ret = files[i].path;
    }
    return table;
}

static enum carvq_status require_table(const struct carvq_lm *lm, const struct carvq_eval_file *files, size_t count,
                                       const char *name, const char *what, const struct carvq_table **table_ret,
                                       struct carvq_error *error)
{
    const char *path;
    *table_ret = find_table(files, count, name, &path);
    if (*table_ret != NULL)
        return carvq_lm_check_table(lm, *table_ret, path, error);
    return carvq_fail(error, CARVQ_ERROR_NOT_FOUND, "%s: has no table '%s', the %s of this model; it holds '%s'%s", files[0].path,
                      name, what, carvq_info(carvq_table_at(files[0].file, 0))->name,
                      carvq_table_count(files[0].file) > 1 ? " and others" : "");
}

enum carvq_eval_apply carvq_eval_place(const struct carvq_lm *lm, enum carvq_eval_apply apply)
{
    if (apply != CARVQ_EVAL_AUTO)
        return apply;
    return carvq_lm_is_tied(lm) ? CARVQ_EVAL_BOTH : CARVQ_EVAL_INPUT;
}

enum carvq_status carvq_eval_find_tables(const struct carvq_lm *lm, const struct carvq_eval_file *files, size_t count,
                                         enum carvq_eval_apply apply, const struct carvq_table **input_ret,
                                         const struct carvq_table **head_ret, struct carvq_error *error)
{
    enum carvq_status status = CARVQ_OK;
    const char *input = carvq_lm_input_name(lm), *head = carvq_lm_head_name(lm), *path;
    *input_ret = *head_ret = NULL;
    if (count == 0)
        return CARVQ_OK;
    if (apply == CARVQ_EVAL_AUTO && !carvq_lm_is_tied(lm)) { // whatever there is
        const bool has_input = find_table(files, count, input, &path) != NULL;
        const bool has_head = find_table(files, count, head, &path) != NULL;
        apply = !has_head ? CARVQ_EVAL_INPUT : has_input ? CARVQ_EVAL_BOTH : CARVQ_EVAL_HEAD;
    }
    apply = carvq_eval_place(lm, apply);
    if (apply != CARVQ_EVAL_HEAD)
        status = require_table(lm, files, count, input, "input table", input_ret, error);
    if (status == CARVQ_OK && apply != CARVQ_EVAL_INPUT)
        status = require_table(lm, files, count, head, "output head", head_ret, error);
    return status;
}

// The first of the original (0) and the variants (1 ..) that has the same input.
static size_t same_input(const struct run *run, size_t number)
{
    const struct carvq_lm_rows *input = number > 0 ? run->variants[number - 1].input : NULL;
    size_t first = 0;
    if (input != NULL)
        for (first = 1; run->variants[first - 1].input != input; first++)
            ;
    return first;
}

static enum carvq_status fail_memory(const struct run *run, struct carvq_error *error)
{
    return carvq_fail(error, CARVQ_ERROR_MEMORY, "out of memory for %zu windows of %zu tokens", run->batch_windows, run->window);
}

static enum carvq_status allocate(struct run *run, struct carvq_error *error)
{
    const size_t vocabulary = carvq_lm_config(run->lm)->vocabulary;
    run->batch_windows = carvq_lm_batch_windows(run->lm, run->window);
    if (run->batch_windows > run->total_windows)
        run->batch_windows = (size_t)run->total_windows;
    enum carvq_status status = carvq_lm_batch_open(run->lm, run->window, run->batch_windows, run->options->threads, &run->batch,
                                                   error);
    for (size_t i = 0; status == CARVQ_OK && (i == 0 || i < run->count); i++)
        status = carvq_eval_sums_open(&run->sums[i], run->total_windows, run->window - run->first_scored + 1, vocabulary, error);
    const size_t tokens = run->batch_windows * run->window;
    for (size_t i = 0; status == CARVQ_OK && i <= run->count; i++) {
        if (same_input(run, i) != i)
            continue;
        run->hidden[i] = calloc(tokens * carvq_lm_config(run->lm)->hidden, sizeof *run->hidden[i]);
        if (run->hidden[i] == NULL)
            status = fail_memory(run, error);
    }
    run->scores = calloc(tokens * (1 + run->count), sizeof *run->scores);
    run->spans = calloc(run->batch_windows, sizeof *run->spans);
    run->with_front = run->options->front != NULL ? calloc(tokens, sizeof *run->with_front) : NULL;
    const bool good = run->scores != NULL && run->spans != NULL && (run->with_front != NULL || run->options->front == NULL);
    return status == CARVQ_OK && !good ? fail_memory(run, error) : status;
}

static void release(struct run *run)
{
    carvq_lm_batch_close(run->batch);
    for (size_t i = 0; i < CARVQ_LM_MAX_VARIANTS; i++) {
        carvq_eval_sums_close(&run->sums[i]);
        free(run->hidden[i]);
    }
    free(run->scores);
    free(run->spans);
    free(run->with_front);
}

// The ids of windows from number first on, one behind the other.
static const uint32_t *lay_out(struct run *run, uint64_t first, size_t windows)
{
    const uint32_t *text = run->ids + first * run->step, *front = run->options->front;
    if (front == NULL)
        return text;
    for (size_t i = 0; i < windows; i++) {
        uint32_t *window = run->with_front + i * run->window;
        const uint32_t *rest = text + i * run->step + (run->options->front_replaces ? 1 : 0);
        window[0] = *front;
        memcpy(window + 1, rest, (run->window - 1) * sizeof *window);
    }
    return run->with_front;
}

static enum carvq_status score(struct run *run, const uint32_t *ids, size_t windows, struct carvq_error *error)
{
    struct carvq_lm_variant variants[CARVQ_LM_MAX_VARIANTS];
    for (size_t i = 0; i <= run->count; i++) {
        const size_t same = same_input(run, i);
        const struct carvq_eval_variant *variant = i > 0 ? &run->variants[i - 1] : NULL;
        variants[i] = (struct carvq_lm_variant){run->hidden[same], variant != NULL ? variant->head : NULL};
        enum carvq_status status = CARVQ_OK;
        if (same == i)
            status = carvq_lm_hidden(run->batch, variant != NULL ? variant->input : NULL, ids, windows, run->hidden[i], error);
        if (status != CARVQ_OK)
            return status;
    }
    for (size_t i = 0; i < windows; i++) {
        const size_t target = i * run->window + run->first_scored;
        run->spans[i] = (struct carvq_lm_span){target - 1, run->window - run->first_scored, ids + target};
    }
    return carvq_lm_score_spans(run->batch, variants, 1 + run->count, run->spans, windows, run->scores, error);
}

// Adds window number i of a batch to the sums of one variant, if the model gave numbers at all.
static enum carvq_status add(struct run *run, size_t variant, const uint32_t *ids, size_t i, size_t windows,
                             struct carvq_error *error)
{
    const size_t scored = run->window - run->first_scored;
    struct carvq_eval_sums *sums = &run->sums[variant];
    const struct carvq_lm_score *original = run->scores + i * scored;
    carvq_eval_sums_add(sums, original, run->count > 0 ? original + (1 + variant) * windows * scored : NULL,
                        ids + i * run->window + run->first_scored - 1);
    const struct carvq_eval_window *window = &sums->by_window[sums->windows - 1];
    const unsigned long long number = (unsigned long long)(sums->windows - 1);
    if (!isfinite(window->original))
        return carvq_fail(error, CARVQ_ERROR_FORMAT, "window %llu of %s: the output of the model as it is is not finite", number,
                          run->text_path);
    if (!isfinite(window->changed) || !isfinite(window->kl))
        return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: with this table the model's output is not finite (window %llu of %s)",
                          run->variants[variant].name, number, run->text_path);
    return CARVQ_OK;
}

static enum carvq_status report(const struct run *run, struct carvq_error *error)
{
    const struct carvq_eval_sums *sums = &run->sums[0];
    const struct carvq_eval_progress progress = {
        .tokens = sums->windows * run->window,
        .total_tokens = run->total_windows * run->window,
        .original = carvq_eval_perplexity(sums, sums->total.original),
        .changed = run->count > 0 ? carvq_eval_perplexity(sums, sums->total.changed) : 0,
    };
    if (run->options->progress != NULL && run->options->progress(run->options->progress_context, &progress) != 0)
        return carvq_fail(error, CARVQ_ERROR_CANCELLED, "cancelled");
    return CARVQ_OK;
}

static enum carvq_status run_all(struct run *run, struct carvq_error *error)
{
    enum carvq_status status = allocate(run, error);
    if (status == CARVQ_OK)
        status = report(run, error); // the clock starts
    for (uint64_t done = 0; status == CARVQ_OK && done < run->total_windows;) {
        const uint64_t left = run->total_windows - done;
        const size_t windows = left < run->batch_windows ? (size_t)left : run->batch_windows;
        const uint32_t *ids = lay_out(run, done, windows);
        status = score(run, ids, windows, error);
        for (size_t variant = 0; variant == 0 || variant < run->count; variant++)
            for (size_t i = 0; status == CARVQ_OK && i < windows; i++)
                status = add(run, variant, ids, i, windows, error);
        if (status == CARVQ_OK)
            status = report(run, error);
        done += windows;
    }
    return status;
}

static enum carvq_status check_text(const struct run *run, size_t count, struct carvq_error *error)
{
    const size_t vocabulary = carvq_lm_config(run->lm)->vocabulary;
    if (run->options->first_scored > 0 && run->first_scored >= run->window)
        return carvq_fail(error, CARVQ_ERROR_ARGUMENT, "a window of %zu tokens has none that are scored", run->window);
    if (run->options->front != NULL && *run->options->front >= vocabulary)
        return carvq_fail(error, CARVQ_ERROR_RANGE, "token %lu, to be put in front, is not below the %zu of the model",
                          (unsigned long)*run->options->front, vocabulary);
    if (count < run->step)
        return carvq_fail(error, CARVQ_ERROR_ARGUMENT,
                          "%s: the text has %zu tokens, less than one window of %zu: give more text or a smaller "
                          "--window",
                          run->text_path, count, run->window);
    for (size_t i = 0; i < count; i++)
        if (run->ids[i] >= vocabulary)
            return carvq_fail(error, CARVQ_ERROR_RANGE,
                              "%s: token %zu is %lu, but the model has only ids below %zu: is it a token that was "
                              "added to the tokenizer and not to the table?",
                              run->text_path, i, (unsigned long)run->ids[i], vocabulary);
    return CARVQ_OK;
}

enum carvq_status carvq_eval(const struct carvq_lm *lm, const struct carvq_eval_variant *variants, size_t count,
                             const uint32_t *ids, size_t id_count, const char *text_path,
                             const struct carvq_eval_options *options, struct carvq_eval_result *results_ret,
                             struct carvq_error *error)
{
    const struct carvq_lm_config *config = carvq_lm_config(lm);
    struct run run = {.lm = lm, .variants = variants, .count = count, .options = options, .ids = ids, .text_path = text_path};
    if (count > CARVQ_EVAL_MAX_VARIANTS)
        return carvq_fail(error, CARVQ_ERROR_ARGUMENT, "%zu variants are more than can run together", count);
    run.window = options->window;
    if (run.window == 0)
        run.window = config->max_window < DEFAULT_WINDOW ? config->max_window : DEFAULT_WINDOW;
    run.step = run.window - (options->front != NULL && !options->front_replaces && run.window > 1 ? 1 : 0);
    run.first_scored = options->first_scored > 0 ? options->first_scored : 1;
    enum carvq_status status = check_text(&run, id_count, error);
    if (status != CARVQ_OK)
        return status;
    const uint64_t windows = id_count / run.step;
    const bool all = options->max_windows == 0 || options->max_windows >= windows;
    run.total_windows = all ? windows : options->max_windows;
    status = run_all(&run, error);
    for (size_t i = 0; status == CARVQ_OK && (i == 0 || i < count); i++) {
        results_ret[i] = (struct carvq_eval_result){
            .window = run.window, .first_scored = run.first_scored, .dropped_tokens = all ? id_count % run.step : 0};
        carvq_eval_sums_finish(&run.sums[i], config->vocabulary, count > 0, &results_ret[i]);
    }
    release(&run);
    return status;
}
