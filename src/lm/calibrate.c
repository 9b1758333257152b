// SPDX-License-Identifier: MIT
// Runs a model over texts, batch by batch, and has its output measured.
#include "lm/calibrate.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/status.h"
#include "lm/measure.h"
#include "lm/model.h"
#include "lm/sensitivity.h"

#define DEFAULT_WINDOW 256

// What a run needs from beginning to end.
struct run {
    const struct carvq_lm *lm;
    const struct carvq_calibrate_options *options;
    size_t window, batch_windows;
    uint64_t done, total; // tokens
    uint64_t predicted;   // of all texts: tokens that are not the first of a window
    struct carvq_stats *stats;
    struct carvq_lm_batch *batch;
    struct carvq_lm_measure *measure;
    struct carvq_lm_sensitivity *sensitivity;
    struct carvq_lm_sequence *sequences; // [batch_windows]
    float *hidden;                       // [batch_windows * window][n]
    uint32_t *targets;                   // [batch_windows * window]
    double *nll;                         // likewise
    double nll_sum;                      // of all texts so far
    uint64_t scored;                     // likewise
};

// Tokens that are put in front of the windows of a text.
static size_t added(const struct run *run, size_t count)
{
    const size_t step = run->window - 1;
    return run->options->front != NULL && step > 0 ? (count + step - 1) / step : 0;
}

static enum carvq_status check_texts(struct run *run, const struct carvq_calibrate_text *texts, size_t count,
                                     struct carvq_error *error)
{
    const size_t vocabulary = carvq_lm_config(run->lm)->vocabulary;
    for (size_t t = 0; t < count; t++) {
        const struct carvq_calibrate_text *text = &texts[t];
        if (text->count == 0)
            return carvq_fail(error, CARVQ_ERROR_ARGUMENT, "%s: the text has no tokens", text->path);
        for (size_t i = 0; i < text->count; i++)
            if (text->ids[i] >= vocabulary)
                return carvq_fail(error, CARVQ_ERROR_RANGE, "%s: token %zu is %" PRIu32 ", but the model has only ids below %zu",
                                  text->path, i, text->ids[i], vocabulary);
        const size_t tokens = text->count + added(run, text->count);
        run->total += tokens;
        run->predicted += tokens - (tokens + run->window - 1) / run->window;
    }
    if (run->options->front != NULL && *run->options->front >= vocabulary)
        return carvq_fail(error, CARVQ_ERROR_RANGE, "token %" PRIu32 ", to be put in front, is not below the %zu of the model",
                          *run->options->front, vocabulary);
    return run->total > 0 ? CARVQ_OK : carvq_fail(error, CARVQ_ERROR_ARGUMENT, "no text to calibrate with");
}

static enum carvq_status allocate(struct run *run, struct carvq_error *error)
{
    const struct carvq_lm_config *config = carvq_lm_config(run->lm);
    const uint64_t windows = (run->total + run->window - 1) / run->window;
    run->batch_windows = carvq_lm_batch_windows(run->lm, run->window);
    if (run->batch_windows > windows)
        run->batch_windows = (size_t)windows;
    enum carvq_status status = carvq_lm_batch_open(run->lm, run->window, run->batch_windows, run->options->threads, &run->batch,
                                                   error);
    if (status == CARVQ_OK)
        status = carvq_stats_make(config->name, config->layers, carvq_lm_input_name(run->lm), carvq_lm_head_name(run->lm),
                                  config->vocabulary, (uint32_t)config->hidden, &run->stats, error);
    if (status == CARVQ_OK)
        status = carvq_lm_measure_open(run->batch, run->stats, &run->measure, error);
    if (status == CARVQ_OK)
        status = carvq_lm_sensitivity_open(run->batch, run->predicted, &run->sensitivity, error);
    if (status != CARVQ_OK)
        return status;
    const size_t tokens = run->batch_windows * run->window;
    run->sequences = calloc(run->batch_windows, sizeof *run->sequences);
    run->hidden = calloc(tokens * config->hidden, sizeof *run->hidden);
    run->targets = calloc(tokens, sizeof *run->targets);
    run->nll = calloc(tokens, sizeof *run->nll);
    if (run->sequences == NULL || run->hidden == NULL || run->targets == NULL || run->nll == NULL)
        return carvq_fail(error, CARVQ_ERROR_MEMORY, "out of memory for %zu windows of %zu tokens", run->batch_windows,
                          run->window);
    return CARVQ_OK;
}

static void release(struct run *run)
{
    carvq_lm_measure_close(run->measure);
    carvq_lm_sensitivity_close(run->sensitivity);
    carvq_lm_batch_close(run->batch);
    free(run->sequences);
    free(run->hidden);
    free(run->targets);
    free(run->nll);
}

static enum carvq_status report(const struct run *run, struct carvq_error *error)
{
    const struct carvq_calibrate_progress progress = {run->done, run->total,
                                                      run->scored > 0 ? exp(run->nll_sum / (double)run->scored) : NAN};
    if (run->options->progress != NULL && run->options->progress(run->options->progress_context, &progress) != 0)
        return carvq_fail(error, CARVQ_ERROR_CANCELLED, "cancelled");
    return CARVQ_OK;
}

// Cuts tokens into windows, with the targets of each. Returns how many windows.
static size_t cut(struct run *run, const uint32_t *ids, size_t count)
{
    size_t windows = 0;
    for (size_t first = 0; first < count; first += run->window, windows++) {
        const size_t length = count - first < run->window ? count - first : run->window;
        run->sequences[windows] = (struct carvq_lm_sequence){.first = first, .count = length};
        for (size_t i = 0; i < length; i++)
            run->targets[first + i] = i + 1 < length ? ids[first + i + 1] : CARVQ_LM_NO_TARGET;
    }
    return windows;
}

// Takes those of the batch's states into the sample that lie evenly spread over all texts.
static void keep_states(struct run *run, size_t count)
{
    const size_t n = run->stats->cols, states = run->total < CARVQ_STATS_STATES ? (size_t)run->total : CARVQ_STATS_STATES;
    for (size_t i = 0; i < states; i++) {
        const uint64_t token = carvq_stats_spread(i, states, run->total);
        for (size_t c = 0; token >= run->done && token - run->done < count && c < n; c++)
            run->stats->states[i * n + c] = (double)run->hidden[(token - run->done) * n + c];
    }
}

// Offers the windows of a batch.
static enum carvq_status offer(struct run *run, const uint32_t *ids, size_t windows, struct carvq_error *error)
{
    enum carvq_status status = CARVQ_OK;
    for (size_t i = 0; status == CARVQ_OK && i < windows; i++) {
        const struct carvq_lm_sequence *window = &run->sequences[i];
        status = carvq_lm_sensitivity_offer(run->sensitivity, ids + window->first, window->count,
                                            run->hidden + window->first * run->stats->cols, error);
    }
    return status;
}

// Takes up to a batch of tokens, which begin at token number first of the text.
static enum carvq_status run_batch(struct run *run, const struct carvq_calibrate_text *text, size_t first, size_t count,
                                   struct carvq_stats_text *sums, struct carvq_error *error)
{
    const uint32_t *ids = text->ids + first;
    const size_t windows = cut(run, ids, count);
    enum carvq_status status = carvq_lm_extend(run->batch, NULL, NULL, run->sequences, windows, ids, run->hidden, error);
    if (status == CARVQ_OK)
        status = carvq_lm_measure_add(run->measure, run->hidden, run->targets, count, run->nll, error);
    if (status != CARVQ_OK)
        return status;
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(run->nll[i]))
            return carvq_fail(error, CARVQ_ERROR_FORMAT, "token %zu of %s: the output of the model is not finite", first + i,
                              text->path);
        sums->nll += run->nll[i];
        run->nll_sum += run->nll[i];
        run->stats->counts[ids[i]]++;
    }
    keep_states(run, count);
    sums->scored += count - windows;
    run->scored += count - windows;
    run->done += count;
    status = offer(run, ids, windows, error);
    return status == CARVQ_OK ? report(run, error) : status;
}

// The last part of a path.
static const char *name_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL && slash[1] != '\0' ? slash + 1 : path;
}

static enum carvq_status run_ids(struct run *run, const struct carvq_calibrate_text *text, struct carvq_error *error)
{
    const size_t batch = run->batch_windows * run->window;
    struct carvq_stats_text sums = {.tokens = text->count, .window = run->window};
    enum carvq_status status = CARVQ_OK;
    for (size_t first = 0; status == CARVQ_OK && first < text->count; first += batch)
        status = run_batch(run, text, first, text->count - first < batch ? text->count - first : batch, &sums, error);
    if (sums.scored > 0)
        sums.nll /= (double)sums.scored;
    if (status == CARVQ_OK)
        status = carvq_stats_add_text(run->stats, name_of(text->path), &sums, error);
    return status;
}

// A text, or what it becomes with something in front of each window.
static enum carvq_status run_text(struct run *run, const struct carvq_calibrate_text *text, struct carvq_error *error)
{
    const size_t windows = added(run, text->count), step = run->window - 1;
    if (windows == 0)
        return run_ids(run, text, error);
    uint32_t *ids = calloc(text->count + windows, sizeof *ids);
    if (ids == NULL)
        return carvq_fail(error, CARVQ_ERROR_MEMORY, "%s: out of memory", text->path);
    for (size_t i = 0; i < windows; i++) {
        const size_t first = i * step, left = text->count - first;
        ids[i * run->window] = *run->options->front;
        memcpy(ids + i * run->window + 1, text->ids + first, (left < step ? left : step) * sizeof *ids);
    }
    const struct carvq_calibrate_text longer = {text->path, ids, text->count + windows};
    enum carvq_status status = run_ids(run, &longer, error);
    free(ids);
    return status;
}

enum carvq_status carvq_lm_calibrate(const struct carvq_lm *lm, const struct carvq_calibrate_text *texts, size_t count,
                                     const struct carvq_calibrate_options *options, struct carvq_stats **stats_ret,
                                     struct carvq_error *error)
{
    const size_t max_window = carvq_lm_config(lm)->max_window;
    struct run run = {.lm = lm, .options = options, .window = options->window};
    if (run.window == 0)
        run.window = max_window < DEFAULT_WINDOW ? max_window : DEFAULT_WINDOW;
    enum carvq_status status = check_texts(&run, texts, count, error);
    if (status == CARVQ_OK)
        status = allocate(&run, error);
    if (status == CARVQ_OK)
        status = report(&run, error); // the clock starts
    for (size_t i = 0; status == CARVQ_OK && i < count; i++)
        status = run_text(&run, &texts[i], error);
    if (status == CARVQ_OK)
        status = carvq_lm_sensitivity_finish(run.sensitivity, &run.stats->sensitivity, error);
    if (status == CARVQ_OK)
        carvq_lm_measure_finish(run.measure, run.total);
    release(&run);
    if (status != CARVQ_OK) {
        carvq_stats_free(run.stats);
        return status;
    }
    *stats_ret = run.stats;
    return CARVQ_OK;
}
