// SPDX-License-Identifier: MIT
// Perplexity and the rest are right, do not depend on threads, and bad input is refused with one clear line.
#define _POSIX_C_SOURCE 200809L
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "runtime/half.h"
#include "eval/eval.h"
#include "eval/sums.h"
#include "tokenizer/tokens.h"
#include "lm_fixture.h"

#define DEMO CARVQ_EXAMPLES "/demo-llama"
#define SAMPLE DEMO "/sample.tokens.u16"
#define TABLE "model.embed_tokens.weight"

static void assert_near(double value, double expected, double tolerance)
{
    if (!(fabs(value - expected) <= tolerance))
        fail_msg("%.12g is not within %g of %.12g", value, tolerance, expected);
}

struct model {
    struct carvq_checkpoint *checkpoint;
    struct carvq_lm *lm;
    uint32_t *ids;
    size_t count;
};

static struct model open_model(const char *path, const char *tokens)
{
    struct carvq_error error;
    struct model model = {.count = 0};
    if (carvq_checkpoint_open(path, &model.checkpoint, &error) != CARVQ_OK ||
        carvq_lm_open(model.checkpoint, &model.lm, &error) != CARVQ_OK ||
        carvq_tokens_read(tokens, 0, carvq_lm_config(model.lm)->vocabulary, &model.ids, &model.count, &error) != CARVQ_OK)
        fail_msg("%s", error.message);
    return model;
}

static void close_model(struct model *model)
{
    carvq_lm_close(model->lm);
    carvq_checkpoint_close(model->checkpoint);
    free(model->ids);
}

// A compressed file with the rows of the demo's table, row i being the model's row i + shift: a shift makes a bad table.
static struct carvq_file *make_table(const struct model *model, size_t shift)
{
    char path[] = "/tmp/carvq-test-XXXXXX";
    struct carvq_file *file = NULL;
    struct carvq_error error;
    const struct carvq_tensor *tensor = carvq_checkpoint_find(model->checkpoint, TABLE);
    const size_t rows = (size_t)tensor->shape[0], cols = (size_t)tensor->shape[1], row_bytes = 2 * cols;
    uint8_t *data = malloc(rows * row_bytes);
    for (size_t i = 0; i < rows; i++)
        memcpy(data + i * row_bytes, tensor->data + (i + shift) % rows * row_bytes, row_bytes);
    const int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    close(descriptor);
    fixture_write_identity(path, TABLE, rows, cols, data);
    if (carvq_open(path, &file, &error) != CARVQ_OK)
        fail_msg("%s", error.message);
    unlink(path);
    free(data);
    return file;
}

// Runs the model with the table of file, or alone if that is NULL.
static enum carvq_status try_table(const struct model *model, struct carvq_file *file, enum carvq_eval_apply apply,
                                   const struct carvq_eval_options *options, struct carvq_eval_result *result_ret,
                                   struct carvq_error *error)
{
    const struct carvq_table *input = NULL, *head = NULL;
    struct carvq_lm_rows input_rows, head_rows;
    struct carvq_eval_variant variant = {.name = "FILE"};
    enum carvq_status status = CARVQ_OK;
    if (file != NULL)
        status = carvq_eval_find_tables(model->lm, &(struct carvq_eval_file){file, "FILE"}, file != NULL, apply, &input, &head,
                                        error);
    if (status == CARVQ_OK && input != NULL) {
        input_rows = carvq_lm_rows_of_table(input);
        variant.input = &input_rows;
    }
    if (status == CARVQ_OK && head != NULL) {
        head_rows = carvq_lm_rows_of_table(head);
        variant.head = &head_rows;
    }
    if (status == CARVQ_OK)
        status = carvq_eval(model->lm, &variant, file != NULL, model->ids, model->count, "TEXT", options, result_ret, error);
    return status;
}

static struct carvq_eval_result evaluate(const struct model *model, struct carvq_file *file, enum carvq_eval_apply apply,
                                         const struct carvq_eval_options *options)
{
    struct carvq_eval_result result;
    struct carvq_error error;
    if (try_table(model, file, apply, options, &result, &error) != CARVQ_OK)
        fail_msg("%s", error.message);
    return result;
}

static json_t *load_reference(const char *directory)
{
    char path[512];
    snprintf(path, sizeof path, "%s/reference.json", directory);
    json_t *reference = json_load_file(path, 0, NULL);
    if (reference == NULL) {
        print_message("skipped: %s is not there\n", path);
        skip();
    }
    return reference;
}

static double number(const json_t *object, const char *key)
{
    assert_non_null(json_object_get(object, key));
    return json_number_value(json_object_get(object, key));
}

// Perplexity of the first 16 windows, relative error at most 1e-4 (it is far less).
static void compare_with_reference(const char *directory)
{
    char tokens[512];
    json_t *reference = load_reference(directory);
    snprintf(tokens, sizeof tokens, "%s/eval.tokens.u16", directory);
    struct model model = open_model(directory, tokens);
    const struct carvq_eval_options options = {.max_windows = 16};
    const struct carvq_eval_result result = evaluate(&model, NULL, CARVQ_EVAL_AUTO, &options);
    const json_t *prefix = json_array_get(json_object_get(reference, "prefix"), 2);
    assert_int_equal(result.tokens, json_integer_value(json_object_get(prefix, "scored_tokens")));
    assert_near(result.original.perplexity / number(prefix, "perplexity"), 1, 1e-6);
    assert_near((double)result.original.correct, number(prefix, "top1_correct"), 1);
    assert_int_equal(result.dropped_tokens, 0);
    assert_true(result.changed.perplexity == 0 && result.increase == 0);
    json_decref(reference);
    close_model(&model);
}

static void test_demo_llama_agrees(void **state)
{
    (void)state;
    compare_with_reference(CARVQ_TEST_DATA "/models/demo-llama");
}

static void test_stories_agrees(void **state)
{
    (void)state;
    compare_with_reference(CARVQ_TEST_DATA "/models/stories260K");
}

// The whole sample, whose figures are in the repository.
static void test_sample_agrees(void **state)
{
    (void)state;
    json_t *reference = load_reference(DEMO);
    struct model model = open_model(DEMO, SAMPLE);
    const struct carvq_eval_options options = {.window = 0};
    const struct carvq_eval_result result = evaluate(&model, NULL, CARVQ_EVAL_AUTO, &options);
    const json_t *sample = json_object_get(reference, "sample");
    assert_int_equal(result.windows, 96);
    assert_int_equal(result.window, 256);
    assert_near(result.original.perplexity / number(sample, "perplexity"), 1, 1e-6);
    json_decref(reference);
    close_model(&model);
}

static void test_partial_window_is_dropped(void **state)
{
    (void)state;
    struct model model = open_model(DEMO, SAMPLE);
    struct carvq_eval_options options = {.window = 100};
    model.count = 350;
    struct carvq_eval_result result = evaluate(&model, NULL, CARVQ_EVAL_AUTO, &options);
    assert_int_equal(result.windows, 3);
    assert_int_equal(result.tokens, 3 * 99);
    assert_int_equal(result.dropped_tokens, 50);
    uint64_t types = 0, tokens = 0;
    double nll = 0;
    for (size_t i = 0; i < CARVQ_EVAL_BANDS; i++) {
        types += result.bands[i].types;
        tokens += result.bands[i].tokens;
        nll += result.bands[i].original * (double)result.bands[i].tokens;
    }
    assert_int_equal(tokens, 297);
    assert_true(types > 50 && types < 297);
    assert_near(nll, result.original.nll, 1e-9 * nll);
    close_model(&model);
}

static void test_identity_table_changes_nothing(void **state)
{
    (void)state;
    struct model model = open_model(DEMO, SAMPLE);
    struct carvq_file *file = make_table(&model, 0);
    for (enum carvq_eval_apply apply = CARVQ_EVAL_AUTO; apply <= CARVQ_EVAL_BOTH; apply++) {
        const struct carvq_eval_options options = {.max_windows = 3};
        const struct carvq_eval_result result = evaluate(&model, file, apply, &options);
        assert_true(result.changed.nll == result.original.nll && result.increase == 0 && result.increase_error == 0);
        assert_true(result.kl == 0 && result.kl_error == 0 && result.top1_agreement == 1);
    }
    carvq_close(file);
    close_model(&model);
}

// A head whose rows have moved up by one gives each token the probability of the one after it.
static void test_wrong_head_is_noticed(void **state)
{
    (void)state;
    struct model model = open_model(DEMO, SAMPLE);
    struct carvq_file *file = make_table(&model, 1);
    struct carvq_eval_options options = {.max_windows = 2};
    const struct carvq_eval_result head = evaluate(&model, file, CARVQ_EVAL_HEAD, &options);
    assert_true(head.top1_agreement == 0 && head.kl > 1 && head.increase > 1000);
    assert_near(head.increase, head.changed.perplexity - head.original.perplexity, 1e-9);
    const struct carvq_eval_result input = evaluate(&model, file, CARVQ_EVAL_INPUT, &options);
    assert_true(input.kl > 0.1 && input.changed.nll != head.changed.nll);
    for (size_t i = 0; i + 1 < model.count; i++) // tokens of the shifted vocabulary, so that both shifts cancel
        model.ids[i] = (model.ids[i] + 4095) % 4096;
    const struct carvq_eval_result both = evaluate(&model, file, CARVQ_EVAL_BOTH, &options);
    assert_near(both.changed.perplexity / head.original.perplexity, 1, 1e-6);
    carvq_close(file);
    close_model(&model);
}

static void test_threads_agree(void **state)
{
    (void)state;
    struct model model = open_model(DEMO, SAMPLE);
    struct carvq_file *file = make_table(&model, 3);
    struct carvq_eval_options options = {.max_windows = 11, .window = 130, .threads = 1};
    const struct carvq_eval_result one = evaluate(&model, file, CARVQ_EVAL_AUTO, &options);
    options.threads = 3;
    const struct carvq_eval_result three = evaluate(&model, file, CARVQ_EVAL_AUTO, &options);
    assert_true(one.original.nll == three.original.nll && one.changed.nll == three.changed.nll && one.kl == three.kl);
    assert_true(one.increase_error == three.increase_error && one.top1_agreement == three.top1_agreement);
    carvq_close(file);
    close_model(&model);
}

// Variants that run together, on the same input or not, come to what each comes to alone.
static void test_variants_do_not_mix(void **state)
{
    (void)state;
    struct model model = open_model(DEMO, SAMPLE);
    struct carvq_error error;
    const struct carvq_eval_options options = {.max_windows = 9, .threads = 2};
    float *values[2];
    struct carvq_lm_rows rows[2];
    for (size_t i = 0; i < 2; i++) {
        values[i] = calloc((size_t)4096 * 128, sizeof *values[i]);
        const struct carvq_tensor *tensor = carvq_checkpoint_find(model.checkpoint, TABLE);
        carvq_widen(CARVQ_F16, tensor->data, (size_t)4096 * 128, values[i]);
        for (size_t k = i; k < (size_t)4096 * 128; k += 3 + i)
            values[i][k] *= 1.5f;
        rows[i] = carvq_lm_rows_of_floats(values[i], 128);
    }
    const struct carvq_eval_variant variants[] = {
        {&rows[0], NULL, "a"}, {&rows[1], &rows[1], "b"}, {&rows[0], &rows[0], "c"}, {NULL, &rows[1], "d"}, {NULL, NULL, "e"}};
    struct carvq_eval_result together[5], alone;
    assert_int_equal(carvq_eval(model.lm, variants, 5, model.ids, model.count, "TEXT", &options, together, &error), CARVQ_OK);
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(carvq_eval(model.lm, &variants[i], 1, model.ids, model.count, "TEXT", &options, &alone, &error),
                         CARVQ_OK);
        assert_true(alone.changed.nll == together[i].changed.nll && alone.original.nll == together[i].original.nll);
        assert_true(alone.kl == together[i].kl && alone.increase_error == together[i].increase_error);
        assert_true(alone.top1_agreement == together[i].top1_agreement && alone.bands[0].changed == together[i].bands[0].changed);
        assert_true(i == 4 ? alone.kl == 0 : alone.kl > 0);
    }
    free(values[0]);
    free(values[1]);
    close_model(&model);
}

static void test_too_many_variants(void **state)
{
    (void)state;
    struct model model = open_model(DEMO, SAMPLE);
    struct carvq_eval_variant variants[CARVQ_EVAL_MAX_VARIANTS + 1] = {{.input = NULL}};
    struct carvq_eval_result results[CARVQ_EVAL_MAX_VARIANTS + 1];
    const struct carvq_eval_options options = {.max_windows = 1, .window = 8};
    struct carvq_error error;
    assert_int_equal(
        carvq_eval(model.lm, variants, CARVQ_EVAL_MAX_VARIANTS, model.ids, model.count, "TEXT", &options, results, &error),
        CARVQ_OK);
    assert_true(results[CARVQ_EVAL_MAX_VARIANTS - 1].changed.nll == results[0].original.nll);
    assert_int_equal(
        carvq_eval(model.lm, variants, CARVQ_EVAL_MAX_VARIANTS + 1, model.ids, model.count, "TEXT", &options, results, &error),
        CARVQ_ERROR_ARGUMENT);
    close_model(&model);
}

// Two windows of two scored tokens, worked out by hand.
static void test_sums_by_hand(void **state)
{
    (void)state;
    struct carvq_eval_sums sums;
    struct carvq_error error;
    struct carvq_eval_result result = {.window = 3};
    const uint32_t ids[2][3] = {{0, 1, 1}, {0, 1, 2}};
    const struct carvq_lm_score original[2][2] = {{{1, 1, 0}, {2, 5, 0}}, {{3, 1, 0}, {2, 2, 0}}};
    const struct carvq_lm_score changed[2][2] = {{{2, 1, 0.1}, {2, 6, 0.3}}, {{5, 1, 0.5}, {3, 1, 0.7}}};
    assert_int_equal(carvq_eval_sums_open(&sums, 2, 3, 8, &error), CARVQ_OK);
    carvq_eval_sums_add(&sums, original[0], changed[0], ids[0]);
    carvq_eval_sums_add(&sums, original[1], changed[1], ids[1]);
    carvq_eval_sums_finish(&sums, 8, true, &result);
    carvq_eval_sums_close(&sums);
    assert_int_equal(result.tokens, 4);
    const double p = exp(2), q = exp(3);
    assert_near(result.original.perplexity, p, 1e-12);
    assert_near(result.increase, q - p, 1e-12);
    // Windows: mean a 1.5 and 2.5, mean b 2 and 4; z = q b - p a. Standard error of two values: half their distance.
    assert_near(result.increase_error, fabs((q * 4 - p * 2.5) - (q * 2 - p * 1.5)) / 2, 1e-12);
    assert_near(result.kl, 0.4, 1e-12);
    assert_near(result.kl_error, 0.2, 1e-12);
    assert_near(result.kl_median, 0.4, 1e-7); // 0.1, 0.3, 0.5, 0.7
    assert_near(result.kl_99, 0.5 + 0.97 * 0.2, 1e-7);
    assert_int_equal(result.original.correct, 3);
    assert_int_equal(result.changed.correct, 2);
    assert_near(result.top1_agreement, 0.5, 0);
    assert_int_equal(result.bands[0].types, 2);
    assert_int_equal(result.bands[0].tokens, 4);
    assert_near(result.bands[0].changed, 3, 1e-12);
}

// The windows of a text with an id in front of each are windows of a text that has it there already.
static void test_something_in_front(void **state)
{
    (void)state;
    enum { WINDOW = 20, WINDOWS = 6 };
    struct model model = open_model(DEMO, SAMPLE);
    struct carvq_file *file = make_table(&model, 1);
    uint32_t *text = model.ids, by_hand[WINDOW * WINDOWS], replaced[WINDOW * WINDOWS];
    const size_t count = model.count;
    const uint32_t front = 7;
    for (size_t i = 0; i < WINDOW * WINDOWS; i++) {
        by_hand[i] = i % WINDOW == 0 ? front : text[i / WINDOW * (WINDOW - 1) + i % WINDOW - 1];
        replaced[i] = i % WINDOW == 0 ? front : text[i];
    }
    struct carvq_eval_options options = {.window = WINDOW, .max_windows = WINDOWS, .front = &front};
    const struct carvq_eval_result put = evaluate(&model, file, CARVQ_EVAL_AUTO, &options);
    options.front_replaces = true;
    const struct carvq_eval_result replacing = evaluate(&model, file, CARVQ_EVAL_AUTO, &options);
    options = (struct carvq_eval_options){.window = WINDOW, .max_windows = WINDOWS};
    model.ids = by_hand;
    model.count = WINDOW * WINDOWS;
    const struct carvq_eval_result right = evaluate(&model, file, CARVQ_EVAL_AUTO, &options);
    model.ids = replaced;
    const struct carvq_eval_result right_replaced = evaluate(&model, file, CARVQ_EVAL_AUTO, &options);
    model.ids = text;
    model.count = count;
    assert_true(put.original.nll == right.original.nll && put.kl == right.kl && put.tokens == right.tokens);
    assert_true(replacing.original.nll == right_replaced.original.nll && replacing.kl == right_replaced.kl);
    assert_true(put.original.nll != replacing.original.nll);
    options = (struct carvq_eval_options){.window = WINDOW, .front = &front};
    assert_int_equal(evaluate(&model, NULL, CARVQ_EVAL_AUTO, &options).dropped_tokens, model.count % (WINDOW - 1));
    carvq_close(file);
    close_model(&model);
}

// Scoring a later part of each window only: what is left out of the sums is what windows that end earlier score.
static void test_later_tokens(void **state)
{
    (void)state;
    struct model model = open_model(DEMO, SAMPLE);
    struct carvq_eval_options options = {.window = 64, .max_windows = 1};
    const struct carvq_eval_result all = evaluate(&model, NULL, CARVQ_EVAL_AUTO, &options);
    options.first_scored = 33;
    const struct carvq_eval_result late = evaluate(&model, NULL, CARVQ_EVAL_AUTO, &options);
    options = (struct carvq_eval_options){.window = 33, .max_windows = 1};
    const struct carvq_eval_result early = evaluate(&model, NULL, CARVQ_EVAL_AUTO, &options);
    assert_int_equal(late.tokens, 31);
    assert_near(late.original.nll + early.original.nll, all.original.nll, 1e-3);
    assert_int_equal(late.original.correct + early.original.correct, all.original.correct);
    close_model(&model);
}

static void test_one_window_has_no_standard_error(void **state)
{
    (void)state;
    struct model model = open_model(DEMO, SAMPLE);
    struct carvq_file *file = make_table(&model, 1);
    const struct carvq_eval_options options = {.max_windows = 1};
    const struct carvq_eval_result result = evaluate(&model, file, CARVQ_EVAL_AUTO, &options);
    assert_true(isnan(result.increase_error) && isnan(result.kl_error) && isfinite(result.increase));
    carvq_close(file);
    close_model(&model);
}

static void refuse(const struct model *model, struct carvq_file *file, enum carvq_eval_apply apply,
                   const struct carvq_eval_options *options, enum carvq_status expected, const char *message)
{
    struct carvq_eval_result result;
    struct carvq_error error;
    assert_int_equal(try_table(model, file, apply, options, &result, &error), expected);
    if (strstr(error.message, message) == NULL)
        fail_msg("expected '%s', got '%s'", message, error.message);
}

static int stop_at_once(void *context, const struct carvq_eval_progress *progress)
{
    ++*(int *)context;
    return progress->tokens > 0;
}

static void test_bad_text(void **state)
{
    (void)state;
    struct model model = open_model(DEMO, SAMPLE);
    struct carvq_eval_options options = {.max_windows = 1};
    model.count = 255;
    refuse(&model, NULL, CARVQ_EVAL_AUTO, &options, CARVQ_ERROR_ARGUMENT,
           "TEXT: the text has 255 tokens, less than one window of 256");
    model.count = 300;
    model.ids[299] = 4096;
    refuse(&model, NULL, CARVQ_EVAL_AUTO, &options, CARVQ_ERROR_RANGE,
           "TEXT: token 299 is 4096, but the model has only ids below 4096");
    model.ids[299] = 0;
    options.window = 257;
    refuse(&model, NULL, CARVQ_EVAL_AUTO, &options, CARVQ_ERROR_ARGUMENT, "config.json: a window of 257 tokens is too long");
    options.window = 1;
    refuse(&model, NULL, CARVQ_EVAL_AUTO, &options, CARVQ_ERROR_ARGUMENT, "a window of 1 tokens is too short");
    int calls = 0;
    options = (struct carvq_eval_options){.window = 8, .progress = stop_at_once, .progress_context = &calls};
    refuse(&model, NULL, CARVQ_EVAL_AUTO, &options, CARVQ_ERROR_CANCELLED, "cancelled");
    assert_int_equal(calls, 2); // before the first batch, and after it
    close_model(&model);
}

static void test_table_of_another_model(void **state)
{
    (void)state;
    struct fixture fixture;
    struct carvq_error error;
    struct carvq_eval_options options = {.window = 8};
    struct model demo = open_model(DEMO, SAMPLE);
    struct carvq_file *file = make_table(&demo, 0);
    close_model(&demo);
    fixture_begin(&fixture);
    fixture_write(&fixture);
    struct model tiny = {.count = 0};
    uint32_t ids[32] = {1, 2, 3};
    assert_int_equal(carvq_checkpoint_open(fixture.directory, &tiny.checkpoint, &error), CARVQ_OK);
    assert_int_equal(carvq_lm_open(tiny.checkpoint, &tiny.lm, &error), CARVQ_OK);
    tiny.ids = ids;
    tiny.count = 32;
    refuse(&tiny, file, CARVQ_EVAL_AUTO, &options, CARVQ_ERROR_ARGUMENT,
           "FILE: table 'model.embed_tokens.weight' is of another model: it has 4096 rows of 128");
    refuse(&tiny, file, CARVQ_EVAL_HEAD, &options, CARVQ_ERROR_NOT_FOUND,
           "FILE: has no table 'lm_head.weight', the output head of this model");
    tiny.ids = NULL;
    close_model(&tiny);
    carvq_close(file);
    fixture_end(&fixture);
}

// Without --apply, the table of an untied model goes to the input alone, and a file without the head's table will do.
static void test_untied_model(void **state)
{
    (void)state;
    struct fixture fixture;
    struct carvq_error error;
    struct carvq_file *file;
    char path[128];
    static uint8_t data[FIXTURE_V * FIXTURE_N * 2];
    for (size_t i = 0; i < FIXTURE_V * FIXTURE_N; i++)
        data[2 * i + 1] = (uint8_t)(0x38 + i % 3); // 0.5, 0.625 or 0.75 or so
    fixture_begin(&fixture);
    fixture_write(&fixture);
    snprintf(path, sizeof path, "%s/table.carvq.safetensors", fixture.directory);
    fixture_write_identity(path, TABLE, FIXTURE_V, FIXTURE_N, data);
    assert_int_equal(carvq_open(path, &file, &error), CARVQ_OK);
    uint32_t ids[32] = {1, 2, 3};
    struct model tiny = {.ids = ids, .count = 32};
    assert_int_equal(carvq_checkpoint_open(fixture.directory, &tiny.checkpoint, &error), CARVQ_OK);
    assert_int_equal(carvq_lm_open(tiny.checkpoint, &tiny.lm, &error), CARVQ_OK);
    const struct carvq_eval_options options = {.window = 8};
    const struct carvq_eval_result result = evaluate(&tiny, file, CARVQ_EVAL_AUTO, &options);
    assert_true(result.kl > 0);
    assert_int_equal(carvq_eval_place(tiny.lm, CARVQ_EVAL_AUTO), CARVQ_EVAL_INPUT);
    tiny.ids = NULL;
    close_model(&tiny);
    carvq_close(file);
    fixture_end(&fixture);
}

// Weights with infinities would give a perplexity of NaN.
static void test_output_that_is_no_number(void **state)
{
    (void)state;
    struct model model = open_model(DEMO, SAMPLE);
    const struct carvq_eval_options options = {.max_windows = 1};
    char path[] = "/tmp/carvq-test-XXXXXX";
    struct carvq_file *file = NULL;
    const int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    close(descriptor);
    uint8_t *data = malloc(4096 * 256);
    for (size_t i = 0; i < 4096 * 128; i++) {
        data[2 * i] = 0;
        data[2 * i + 1] = 0x7c; // infinity
    }
    fixture_write_identity(path, TABLE, 4096, 128, data);
    if (carvq_open(path, &file, NULL) == CARVQ_OK) // a reader may refuse such codebooks
        refuse(&model, file, CARVQ_EVAL_AUTO, &options, CARVQ_ERROR_FORMAT,
               "FILE: with this table the model's output is not finite (window 0 of TEXT)");
    carvq_close(file);
    unlink(path);
    free(data);
    close_model(&model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_demo_llama_agrees),
        cmocka_unit_test(test_stories_agrees),
        cmocka_unit_test(test_sample_agrees),
        cmocka_unit_test(test_partial_window_is_dropped),
        cmocka_unit_test(test_identity_table_changes_nothing),
        cmocka_unit_test(test_wrong_head_is_noticed),
        cmocka_unit_test(test_threads_agree),
        cmocka_unit_test(test_variants_do_not_mix),
        cmocka_unit_test(test_too_many_variants),
        cmocka_unit_test(test_sums_by_hand),
        cmocka_unit_test(test_something_in_front),
        cmocka_unit_test(test_later_tokens),
        cmocka_unit_test(test_one_window_has_no_standard_error),
        cmocka_unit_test(test_bad_text),
        cmocka_unit_test(test_table_of_another_model),
        cmocka_unit_test(test_untied_model),
        cmocka_unit_test(test_output_that_is_no_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
