// SPDX-License-Identifier: MIT
// What a pass over texts gathers is what a plain computation in double precision finds, whatever the vocabulary and the threads.
#define _POSIX_C_SOURCE 200809L
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "calibrate_support.h"
#include "failing_memory.h"

// The states that are to be in the sample: with K of them, number k is token floor((2 k + 1) tokens / 2 K).
struct sample {
    uint64_t tokens, done;
    size_t count;
};

// Adds one window to sums that a reader can follow, from the model's own states and logits. Returns its sum of -ln p.
static double add_window(const struct model *model, const uint32_t *ids, size_t count, struct carvq_stats *sums,
                         struct sample *sample)
{
    const size_t v = model->vocabulary, n = model->n;
    float *hidden = calloc(count * n, sizeof *hidden), *logits = calloc(count * v, sizeof *logits);
    struct carvq_lm_batch *batch;
    struct carvq_error error;
    const struct carvq_lm_sequence sequence = {.first = 0, .count = count};
    double nll = 0;
    assert_true(hidden != NULL && logits != NULL);
    assert_int_equal(carvq_lm_batch_open(model->lm, count < 2 ? 2 : count, 1, 1, &batch, &error), CARVQ_OK);
    assert_int_equal(carvq_lm_extend(batch, NULL, NULL, &sequence, 1, ids, hidden, &error), CARVQ_OK);
    assert_int_equal(carvq_lm_logits(batch, NULL, hidden, count, logits, &error), CARVQ_OK);
    for (size_t t = 0; t < count; t++) {
        const float *h = hidden + t * n, *z = logits + t * v;
        double sum = 0, variance = 0;
        for (size_t i = 0; i < v; i++)
            sum += exp(z[i]);
        for (size_t i = 0; i < v; i++) {
            const double p = exp(z[i]) / sum;
            sums->probability[i] += p;
            sums->variance[i] += p * (1 - p);
            variance += p * (1 - p);
        }
        while (sample->count < CARVQ_STATS_STATES &&
               sample->done == (2 * sample->count + 1) * sample->tokens /
                                   (2 * (sample->tokens < CARVQ_STATS_STATES ? sample->tokens : CARVQ_STATS_STATES))) {
            for (size_t c = 0; c < n; c++)
                sums->states[sample->count * n + c] = (double)h[c];
            sample->count++;
        }
        sample->done++;
        for (size_t a = 0; a < n; a++) {
            sums->mean[a] += (double)h[a];
            for (size_t b = 0; b < n; b++) {
                sums->moment[a * n + b] += (double)h[a] * (double)h[b];
                sums->weighted[a * n + b] += variance * (double)h[a] * (double)h[b];
            }
        }
        sums->counts[ids[t]]++;
        if (t + 1 < count)
            nll += log(sum) - (double)z[ids[t + 1]];
    }
    carvq_lm_batch_close(batch);
    free(hidden);
    free(logits);
    return nll;
}

// The same for texts, in windows; sums->texts are filled.
static struct carvq_stats *expect(const struct model *model, const struct carvq_calibrate_text *texts, size_t count,
                                  size_t window, const char *head)
{
    struct carvq_stats *stats;
    struct carvq_error error;
    assert_int_equal(carvq_stats_make("LlamaForCausalLM", 2, "model.embed_tokens.weight", head, model->vocabulary,
                                      (uint32_t)model->n, &stats, &error),
                     CARVQ_OK);
    struct sample sample = {0, 0, 0};
    for (size_t t = 0; t < count; t++)
        sample.tokens += texts[t].count;
    for (size_t t = 0; t < count; t++) {
        struct carvq_stats_text text = {.tokens = texts[t].count, .window = window};
        for (size_t first = 0; first < texts[t].count; first += window) {
            const size_t some = texts[t].count - first < window ? texts[t].count - first : window;
            text.nll += add_window(model, texts[t].ids + first, some, stats, &sample);
            text.scored += some - 1;
        }
        text.nll = text.scored > 0 ? text.nll / (double)text.scored : 0;
        assert_int_equal(carvq_stats_add_text(stats, texts[t].path, &text, &error), CARVQ_OK);
    }
    assert_int_equal(sample.count, stats->state_count);
    double total = 0;
    for (size_t i = 0; i < model->vocabulary; i++) {
        total += stats->variance[i];
        stats->probability[i] /= (double)stats->tokens;
        stats->variance[i] /= (double)stats->tokens;
    }
    for (size_t i = 0; i < model->n * model->n; i++) {
        stats->moment[i] /= (double)stats->tokens;
        stats->weighted[i] /= total;
    }
    for (size_t c = 0; c < model->n; c++)
        stats->mean[c] /= (double)stats->tokens;
    return stats;
}

static void compare(const struct carvq_stats *stats, const struct carvq_stats *expected)
{
    const size_t v = (size_t)stats->rows, n = stats->cols;
    double states = 0;
    for (size_t c = 0; c < n; c++)
        states += expected->moment[c * n + c] / (double)n;
    assert_string_equal(stats->architecture, expected->architecture);
    assert_string_equal(stats->input, expected->input);
    assert_string_equal(stats->head, expected->head);
    assert_true(stats->layers == expected->layers && stats->rows == expected->rows && stats->cols == expected->cols);
    assert_int_equal(stats->tokens, expected->tokens);
    assert_memory_equal(stats->counts, expected->counts, v * sizeof(double));
    assert_close(stats->probability, expected->probability, v, 2e-5, 0, "probability"); // of logits in single precision
    assert_close(stats->variance, expected->variance, v, 2e-5, 1e-7, "variance");
    assert_close(stats->mean, expected->mean, n, 1e-12, sqrt(states), "mean");
    assert_close(stats->moment, expected->moment, n * n, 1e-12, states, "moment");
    assert_close(stats->weighted, expected->weighted, n * n, 1e-5, states, "weighted moment");
    assert_int_equal(stats->state_count, expected->state_count);
    assert_close(stats->states, expected->states, stats->state_count * n, 1e-5, sqrt(states), "state");
    assert_int_equal(stats->text_count, expected->text_count);
    for (size_t i = 0; i < stats->text_count; i++) {
        const struct carvq_stats_text *a = &stats->texts[i], *b = &expected->texts[i];
        assert_string_equal(a->name, b->name);
        assert_true(a->tokens == b->tokens && a->scored == b->scored && a->window == b->window);
        assert_close(&a->nll, &b->nll, 1, 1e-6, 0, "-ln p");
    }
}

static void test_agrees_with_double_precision(void **state)
{
    (void)state;
    static const struct {
        size_t vocabulary, window;
        bool tied;
        double stretch;
    } cases[] = {
        {50, 64, false, 1},   {50, 7, true, 30},       // probabilities of nearly 1
        {1300, 64, false, 5}, {2049, 16, true, 5},     // tiles of the vocabulary, the last of one row
        {700, 2, true, 2},    {262700, 20, true, 1.5}, // two blocks of the head, and fewer tokens at a time
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct model model;
        const bool large = cases[i].vocabulary > 10000;
        uint32_t first[900], second[40]; // more than are taken at a time, and no whole number of windows
        open_model(&model, cases[i].vocabulary, cases[i].tied, cases[i].stretch);
        fill(&model, first, 900, 1);
        fill(&model, second, 40, 2);
        const struct carvq_calibrate_text texts[] = {
            {"first", first, large ? 30 : 900}, {"one", second, 1}, {"second", second, large ? 5 : 39}};
        struct carvq_stats *stats = calibrate(&model, texts, 3, cases[i].window, 2);
        struct carvq_stats *expected = expect(&model, texts, 3, cases[i].window,
                                              cases[i].tied ? "model.embed_tokens.weight" : "lm_head.weight");
        compare(stats, expected);
        carvq_stats_free(stats);
        carvq_stats_free(expected);
        close_model(&model);
    }
}

static void assert_equal(const struct carvq_stats *a, const struct carvq_stats *b)
{
    const size_t v = (size_t)a->rows * sizeof(double), n = a->cols;
    assert_memory_equal(a->counts, b->counts, v);
    assert_true(a->sensitivity == b->sensitivity);
    assert_memory_equal(a->probability, b->probability, v);
    assert_memory_equal(a->variance, b->variance, v);
    assert_memory_equal(a->mean, b->mean, n * sizeof(double));
    assert_memory_equal(a->moment, b->moment, n * n * sizeof(double));
    assert_memory_equal(a->weighted, b->weighted, n * n * sizeof(double));
    assert_memory_equal(a->states, b->states, a->state_count * n * sizeof(double));
    for (size_t i = 0; i < a->text_count; i++)
        assert_true(a->texts[i].nll == b->texts[i].nll);
}

static void test_threads_agree(void **state)
{
    (void)state;
    struct model model;
    uint32_t ids[700];
    open_model(&model, 1300, true, 5);
    fill(&model, ids, 700, 3);
    const struct carvq_calibrate_text text = {"t", ids, 700};
    struct carvq_stats *one = calibrate(&model, &text, 1, 64, 1);
    for (unsigned threads = 2; threads <= 3; threads++) {
        struct carvq_stats *stats = calibrate(&model, &text, 1, 64, threads);
        assert_equal(stats, one);
        carvq_stats_free(stats);
    }
    carvq_stats_free(one);
    close_model(&model);
}

static void test_merge_is_one_run(void **state)
{
    (void)state;
    struct model model;
    struct carvq_error error;
    uint32_t first[100], second[333];
    open_model(&model, 600, false, 5);
    fill(&model, first, 100, 4);
    fill(&model, second, 333, 5);
    const struct carvq_calibrate_text texts[] = {{"a/first", first, 100}, {"second", second, 333}};
    struct carvq_stats *both = calibrate(&model, texts, 2, 0, 2), *a = calibrate(&model, texts, 1, 0, 2),
                       *b = calibrate(&model, texts + 1, 1, 0, 2);
    assert_int_equal(carvq_stats_merge(a, b, "b", &error), CARVQ_OK);
    const size_t v = 600, n = FIXTURE_N;
    assert_string_equal(both->texts[0].name, "first"); // no folders
    assert_int_equal(both->texts[0].window, 64);       // what the model takes
    assert_int_equal(a->tokens, both->tokens);
    assert_memory_equal(a->counts, both->counts, v * sizeof(double));
    assert_close(a->probability, both->probability, v, 1e-12, 0, "probability");
    assert_close(a->variance, both->variance, v, 1e-12, 0, "variance");
    assert_close(a->mean, both->mean, n, 1e-12, 1, "mean");
    assert_close(a->moment, both->moment, n * n, 1e-12, 1, "moment");
    assert_close(a->weighted, both->weighted, n * n, 1e-7, 1, "weighted moment"); // its sums of variances are rounded elsewhere
    carvq_stats_free(a);
    carvq_stats_free(b);
    carvq_stats_free(both);
    close_model(&model);
}

static void refuse(const struct model *model, const uint32_t *ids, size_t count, size_t window, enum carvq_status expected,
                   const char *message)
{
    struct carvq_stats *stats = NULL;
    struct carvq_error error;
    const struct carvq_calibrate_text text = {"dir/text", ids, count};
    const struct carvq_calibrate_options options = {.window = window, .threads = 2};
    assert_int_equal(carvq_lm_calibrate(model->lm, &text, 1, &options, &stats, &error), expected);
    if (strstr(error.message, message) == NULL)
        fail_msg("no '%s' in '%s'", message, error.message);
}

static void test_refusals(void **state)
{
    (void)state;
    struct model model;
    uint32_t ids[100];
    open_model(&model, 50, true, 1);
    fill(&model, ids, 100, 6);
    refuse(&model, ids, 0, 0, CARVQ_ERROR_ARGUMENT, "dir/text: the text has no tokens");
    refuse(&model, ids, 100, 65, CARVQ_ERROR_ARGUMENT, "a window of 65 tokens is too long");
    ids[99] = 50;
    refuse(&model, ids, 100, 0, CARVQ_ERROR_RANGE, "dir/text: token 99 is 50, but the model has only ids below 50");
    close_model(&model);
    open_model(&model, 50, true, INFINITY);
    refuse(&model, ids, 1, 0, CARVQ_ERROR_FORMAT, "token 0 of dir/text: the output of the model is not finite");
    refuse(&model, ids, 20, 0, CARVQ_ERROR_FORMAT, "token 0 of dir/text: the output of the model is not finite");
    close_model(&model);
}

struct calls {
    uint64_t tokens;
    int count, stop;
};

static int count_calls(void *context, const struct carvq_calibrate_progress *progress)
{
    struct calls *calls = context;
    assert_true(progress->tokens >= calls->tokens && progress->tokens <= progress->total_tokens);
    assert_int_equal(progress->total_tokens, 5000);
    assert_true(progress->tokens == 0 ? isnan(progress->perplexity) : progress->perplexity > 1);
    calls->tokens = progress->tokens;
    return ++calls->count == calls->stop;
}

static void test_progress_and_cancelling(void **state)
{
    (void)state;
    struct model model;
    static uint32_t ids[5000];
    struct carvq_error error;
    struct carvq_stats *stats = NULL;
    open_model(&model, 50, true, 1);
    fill(&model, ids, 5000, 7);
    const struct carvq_calibrate_text text = {"t", ids, 5000};
    for (int stop = 3; stop >= 0; stop--) {
        struct calls calls = {.stop = stop};
        const struct carvq_calibrate_options options = {
            .window = 64, .threads = 2, .progress = count_calls, .progress_context = &calls};
        const enum carvq_status status = carvq_lm_calibrate(model.lm, &text, 1, &options, &stats, &error);
        assert_int_equal(status, stop > 0 ? CARVQ_ERROR_CANCELLED : CARVQ_OK);
        assert_int_equal(calls.count, stop > 0 ? stop : 4); // 0, 2048, 4096, 5000 tokens
    }
    assert_int_equal(stats->tokens, 5000);
    carvq_stats_free(stats);
    close_model(&model);
}

static void test_out_of_memory(void **state)
{
    (void)state;
    struct model model;
    struct carvq_error error;
    struct carvq_stats *stats = NULL;
    uint32_t ids[40];
    open_model(&model, 50, false, 1);
    fill(&model, ids, 40, 8);
    const struct carvq_calibrate_text texts[] = {{"a", ids, 20}, {"b", ids + 20, 20}};
    const struct carvq_calibrate_options options = {.window = 8, .threads = 1};
    enum carvq_status status = CARVQ_ERROR_MEMORY;
    size_t allocations = 0;
    for (; status != CARVQ_OK; allocations++) {
        allocations_left = allocations;
        status = carvq_lm_calibrate(model.lm, texts, 2, &options, &stats, &error);
        allocations_left = SIZE_MAX;
        assert_true(status == CARVQ_OK || status == CARVQ_ERROR_MEMORY);
    }
    assert_true(allocations > 30);
    carvq_stats_free(stats);
    close_model(&model);
}

// A token in front of each window: as if the text had it there.
static void test_something_in_front(void **state)
{
    (void)state;
    enum { WINDOW = 8, COUNT = 3 * (WINDOW - 1) + 2 };
    struct model model;
    struct carvq_error error;
    uint32_t ids[COUNT], by_hand[COUNT + 4];
    const uint32_t front = 5, too_large = (uint32_t)FIXTURE_V;
    open_model(&model, FIXTURE_V, false, 1);
    fill(&model, ids, COUNT, 1);
    for (size_t i = 0; i < COUNT + 4; i++)
        by_hand[i] = i % WINDOW == 0 ? front : ids[i / WINDOW * (WINDOW - 1) + i % WINDOW - 1];
    const struct carvq_calibrate_text text = {"a", ids, COUNT}, longer = {"a", by_hand, COUNT + 4};
    struct carvq_calibrate_options options = {.window = WINDOW, .threads = 2, .front = &front};
    struct carvq_stats *put = NULL, *right = calibrate(&model, &longer, 1, WINDOW, 2);
    assert_int_equal(carvq_lm_calibrate(model.lm, &text, 1, &options, &put, &error), CARVQ_OK);
    assert_int_equal(put->texts[0].tokens, COUNT + 4);
    assert_memory_equal(put->counts, right->counts, FIXTURE_V * sizeof *put->counts);
    assert_memory_equal(put->probability, right->probability, FIXTURE_V * sizeof *put->probability);
    assert_memory_equal(put->moment, right->moment, FIXTURE_N * FIXTURE_N * sizeof *put->moment);
    assert_memory_equal(put->states, right->states, (COUNT + 4) * FIXTURE_N * sizeof *put->states);
    assert_true(put->texts[0].nll == right->texts[0].nll);
    carvq_stats_free(put);
    carvq_stats_free(right);
    options.front = &too_large;
    assert_int_equal(carvq_lm_calibrate(model.lm, &text, 1, &options, &put, &error), CARVQ_ERROR_RANGE);
    assert_non_null(strstr(error.message, "to be put in front"));
    close_model(&model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_something_in_front), cmocka_unit_test(test_agrees_with_double_precision),
        cmocka_unit_test(test_threads_agree),      cmocka_unit_test(test_merge_is_one_run),
        cmocka_unit_test(test_refusals),           cmocka_unit_test(test_progress_and_cancelling),
        cmocka_unit_test(test_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
