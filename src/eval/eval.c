// SPDX-License-Identifier: MIT
#include "eval/eval.h"

#include <math.h>
#include <stdlib.h>

#include "base/status.h"
#include "eval/sums.h"

#define DEFAULT_WINDOW 256

// What a run needs from beginning to end.
struct run {
    const struct carvq_lm *lm;
    const struct carvq_eval_options *options;
    const struct carvq_table *input, *head; // compressed, or NULL
    size_t window, batch_windows;
    uint64_t total_windows;
    struct carvq_lm_batch *batch;
    float *hidden, *changed_hidden; // [batch_windows * window][n]; the second only if the input is compressed
    struct carvq_lm_score *scores;  // [batch_windows][window - 1]
    struct carvq_eval_sums sums;
};

static bool has_table(const struct run *run)
{
    return run->input != NULL || run->head != NULL;
}

static enum carvq_status find_table(const struct carvq_lm *lm, const struct carvq_file *file, const char *file_path,
                                    const char *name, const char *what, const struct carvq_table **table_ret,
                                    struct carvq_error *error)
{
    *table_ret = carvq_find(file, name);
    if (*table_ret == NULL)
        return carvq_fail(error, CARVQ_ERROR_NOT_FOUND, "%s: has no table '%s', the %s of this model", file_path, name, what);
    return carvq_lm_check_table(lm, *table_ret, file_path, error);
}

enum carvq_status carvq_eval_find_tables(const struct carvq_lm *lm, const struct carvq_file *file, const char *file_path,
                                         enum carvq_eval_apply apply, const struct carvq_table **input_ret,
                                         const struct carvq_table **head_ret, struct carvq_error *error)
{
    enum carvq_status status = CARVQ_OK;
    const char *head = carvq_lm_is_tied(lm) ? CARVQ_LM_EMBEDDING ".weight" : CARVQ_LM_HEAD ".weight";
    *input_ret = *head_ret = NULL;
    if (apply == CARVQ_EVAL_AUTO)
        apply = carvq_lm_is_tied(lm) ? CARVQ_EVAL_BOTH : CARVQ_EVAL_INPUT;
    if (file != NULL && apply != CARVQ_EVAL_HEAD)
        status = find_table(lm, file, file_path, CARVQ_LM_EMBEDDING ".weight", "input table", input_ret, error);
    if (status == CARVQ_OK && file != NULL && apply != CARVQ_EVAL_INPUT)
        status = find_table(lm, file, file_path, head, "output head", head_ret, error);
    return status;
}

static enum carvq_status allocate(struct run *run, struct carvq_error *error)
{
    run->batch_windows = carvq_lm_batch_windows(run->lm, run->window);
    if (run->batch_windows > run->total_windows)
        run->batch_windows = (size_t)run->total_windows;
    enum carvq_status status = carvq_lm_batch_open(run->lm, run->window, run->batch_windows, run->options->threads, &run->batch,
                                                   error);
    if (status == CARVQ_OK)
        status = carvq_eval_sums_open(&run->sums, run->total_windows, run->window, carvq_lm_config(run->lm)->vocabulary, error);
    if (status != CARVQ_OK)
        return status;
    const size_t tokens = run->batch_windows * run->window, values = tokens * carvq_lm_config(run->lm)->hidden;
    run->hidden = calloc(values, sizeof *run->hidden);
    run->changed_hidden = run->input != NULL ? calloc(values, sizeof *run->changed_hidden) : NULL;
    run->scores = calloc(tokens, sizeof *run->scores);
    if (run->hidden == NULL || run->scores == NULL || (run->input != NULL && run->changed_hidden == NULL))
        return carvq_fail(error, CARVQ_ERROR_MEMORY, "out of memory for %zu windows of %zu tokens", run->batch_windows,
                          run->window);
    return CARVQ_OK;
}

static void release(struct run *run)
{
    carvq_lm_batch_close(run->batch);
    carvq_eval_sums_close(&run->sums);
    free(run->hidden);
    free(run->changed_hidden);
    free(run->scores);
}

static enum carvq_status score(struct run *run, const uint32_t *ids, size_t windows, struct carvq_error *error)
{
    const struct carvq_lm_variant original = {run->hidden, NULL};
    const struct carvq_lm_variant changed = {run->input != NULL ? run->changed_hidden : run->hidden, run->head};
    enum carvq_status status = carvq_lm_hidden(run->batch, NULL, ids, windows, run->hidden, error);
    if (status == CARVQ_OK && run->input != NULL)
        status = carvq_lm_hidden(run->batch, run->input, ids, windows, run->changed_hidden, error);
    if (status == CARVQ_OK)
        status = carvq_lm_score(run->batch, &original, has_table(run) ? &changed : NULL, ids, windows, run->scores, error);
    return status;
}

// Adds the scores of a batch, if the model gave numbers at all.
static enum carvq_status add(struct run *run, const uint32_t *ids, size_t windows, const char *text_path, const char *file_path,
                             struct carvq_error *error)
{
    const size_t scored = run->window - 1;
    for (size_t i = 0; i < windows; i++) {
        carvq_eval_sums_add(&run->sums, run->scores + i * scored, ids + i * run->window);
        const struct carvq_eval_window *window = &run->sums.by_window[run->sums.windows - 1];
        const unsigned long long number = (unsigned long long)(run->sums.windows - 1);
        if (!isfinite(window->original))
            return carvq_fail(error, CARVQ_ERROR_FORMAT, "window %llu of %s: the output of the model as it is is not finite",
                              number, text_path);
        if (!isfinite(window->changed) || !isfinite(window->kl))
            return carvq_fail(error, CARVQ_ERROR_FORMAT,
                              "%s: with this table the model's output is not finite (window %llu of %s)", file_path, number,
                              text_path);
    }
    return CARVQ_OK;
}

static enum carvq_status report(const struct run *run, struct carvq_error *error)
{
    const struct carvq_eval_progress progress = {
        .tokens = run->sums.windows * run->window,
        .total_tokens = run->total_windows * run->window,
        .original = carvq_eval_perplexity(&run->sums, run->sums.total.original),
        .changed = has_table(run) ? carvq_eval_perplexity(&run->sums, run->sums.total.changed) : 0,
    };
    if (run->options->progress != NULL && run->options->progress(run->options->progress_context, &progress) != 0)
        return carvq_fail(error, CARVQ_ERROR_CANCELLED, "cancelled");
    return CARVQ_OK;
}

static enum carvq_status run_all(struct run *run, const uint32_t *ids, const char *text_path, const char *file_path,
                                 struct carvq_error *error)
{
    enum carvq_status status = allocate(run, error);
    if (status == CARVQ_OK)
        status = report(run, error); // the clock starts
    for (uint64_t done = 0; status == CARVQ_OK && done < run->total_windows;) {
        const uint64_t left = run->total_windows - done;
        const size_t windows = left < run->batch_windows ? (size_t)left : run->batch_windows;
        const uint32_t *batch_ids = ids + done * run->window;
        status = score(run, batch_ids, windows, error);
        if (status == CARVQ_OK)
            status = add(run, batch_ids, windows, text_path, file_path, error);
        if (status == CARVQ_OK)
            status = report(run, error);
        done += windows;
    }
    return status;
}

static enum carvq_status check_text(const struct run *run, const uint32_t *ids, size_t count, const char *path,
                                    struct carvq_error *error)
{
    const size_t vocabulary = carvq_lm_config(run->lm)->vocabulary;
    if (count < run->window)
        return carvq_fail(error, CARVQ_ERROR_ARGUMENT, "%s: the text has %zu tokens, less than one window of %zu", path, count,
                          run->window);
    for (size_t i = 0; i < count; i++)
        if (ids[i] >= vocabulary)
            return carvq_fail(error, CARVQ_ERROR_RANGE, "%s: token %zu is %lu, but the model has only ids below %zu", path, i,
                              (unsigned long)ids[i], vocabulary);
    return CARVQ_OK;
}

enum carvq_status carvq_eval(const struct carvq_lm *lm, const struct carvq_file *file, const char *file_path, const uint32_t *ids,
                             size_t count, const char *text_path, const struct carvq_eval_options *options,
                             struct carvq_eval_result *result_ret, struct carvq_error *error)
{
    const struct carvq_lm_config *config = carvq_lm_config(lm);
    struct run run = {.lm = lm, .options = options, .window = options->window};
    if (run.window == 0)
        run.window = config->max_window < DEFAULT_WINDOW ? config->max_window : DEFAULT_WINDOW;
    enum carvq_status status = check_text(&run, ids, count, text_path, error);
    if (status != CARVQ_OK)
        return status;
    const uint64_t windows = count / run.window;
    const bool all = options->max_windows == 0 || options->max_windows >= windows;
    run.total_windows = all ? windows : options->max_windows;
    status = carvq_eval_find_tables(lm, file, file_path, options->apply, &run.input, &run.head, error);
    if (status == CARVQ_OK)
        status = run_all(&run, ids, text_path, file_path, error);
    if (status == CARVQ_OK) {
        *result_ret = (struct carvq_eval_result){
            .window = run.window, .dropped_tokens = all ? count % run.window : 0, .input = run.input, .head = run.head};
        carvq_eval_sums_finish(&run.sums, config->vocabulary, has_table(&run), result_ret);
    }
    release(&run);
    return status;
}
