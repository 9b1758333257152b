// SPDX-License-Identifier: MIT
// The forward pass gives the right numbers, whatever the table comes from and however the work is cut.
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
#include "runtime/map.h"
#include "lm/lanes.h"
#include "lm_fixture.h"

static void assert_near(double value, double expected, double tolerance)
{
    if (!(fabs(value - expected) <= tolerance))
        fail_msg("%.9g is not within %g of %.9g", value, tolerance, expected);
}

// An open model and what a run over it needs.
struct model {
    struct carvq_checkpoint *checkpoint;
    struct carvq_lm *lm;
    size_t length, windows, n, vocabulary;
    uint32_t *ids;
    float *hidden, *logits;
    struct carvq_lm_score *scores;
};

static void open_model(struct model *model, const char *path, size_t length, size_t windows)
{
    struct carvq_error error;
    *model = (struct model){.length = length, .windows = windows};
    if (carvq_checkpoint_open(path, &model->checkpoint, &error) != CARVQ_OK ||
        carvq_lm_open(model->checkpoint, &model->lm, &error) != CARVQ_OK)
        fail_msg("%s", error.message);
    model->n = carvq_lm_config(model->lm)->hidden;
    model->vocabulary = carvq_lm_config(model->lm)->vocabulary;
    const size_t tokens = length * windows;
    model->ids = calloc(tokens, sizeof *model->ids);
    model->hidden = calloc(tokens * model->n, sizeof *model->hidden);
    model->logits = calloc(tokens * model->vocabulary, sizeof *model->logits);
    model->scores = calloc(2 * tokens, sizeof *model->scores); // of two variants
    for (size_t i = 0; i < tokens; i++)
        model->ids[i] = (uint32_t)(i * i * 7919 + i) % (uint32_t)model->vocabulary;
}

static void close_model(struct model *model)
{
    carvq_lm_close(model->lm);
    carvq_checkpoint_close(model->checkpoint);
    free(model->ids);
    free(model->hidden);
    free(model->logits);
    free(model->scores);
}

static void run(struct model *model, const struct carvq_lm_rows *input, const struct carvq_lm_rows *head, unsigned threads)
{
    struct carvq_lm_batch *batch;
    struct carvq_error error;
    if (carvq_lm_batch_open(model->lm, model->length, model->windows, threads, &batch, &error) != CARVQ_OK)
        fail_msg("%s", error.message);
    const struct carvq_lm_variant variant = {model->hidden, head};
    assert_int_equal(carvq_lm_hidden(batch, input, model->ids, model->windows, model->hidden, &error), CARVQ_OK);
    assert_int_equal(carvq_lm_logits(batch, head, model->hidden, model->length * model->windows, model->logits, &error),
                     CARVQ_OK);
    assert_int_equal(carvq_lm_score(batch, &variant, 1, model->ids, model->windows, model->scores, &error), CARVQ_OK);
    carvq_lm_batch_close(batch);
}

static double log_sum_exp(const float *logits, size_t count)
{
    double max = -INFINITY, sum = 0;
    for (size_t i = 0; i < count; i++)
        max = fmax(max, logits[i]);
    for (size_t i = 0; i < count; i++)
        sum += exp(logits[i] - max);
    return max + log(sum);
}

static void read_tokens(struct model *model, const char *directory, const char *name)
{
    char path[512];
    struct carvq_map map;
    struct carvq_error error;
    snprintf(path, sizeof path, "%s/%s", directory, name);
    assert_int_equal(carvq_map_open(path, &map, &error), CARVQ_OK);
    for (size_t i = 0; i < model->length * model->windows; i++)
        model->ids[i] = carvq_load_u16(map.data + 2 * i);
    carvq_map_close(&map);
}

// Logits of window 0 and the -ln p of the first four windows, against figures computed in double precision by others.
static void compare_with_reference(const char *directory)
{
    char path[512];
    struct model model;
    snprintf(path, sizeof path, "%s/reference.json", directory);
    json_t *reference = json_load_file(path, 0, NULL);
    if (reference == NULL) {
        print_message("skipped: %s is not there\n", path);
        skip();
    }
    open_model(&model, directory, 256, 4);
    read_tokens(&model, directory, "eval.tokens.u16");
    run(&model, NULL, NULL, 2);
    const char *position;
    json_t *values;
    size_t compared = 0;
    json_object_foreach (json_object_get(reference, "logits_window0_first16"), position, values) {
        const float *logits = model.logits + strtoul(position, NULL, 10) * model.vocabulary;
        for (size_t i = 0; i < json_array_size(values); i++, compared++)
            assert_near(logits[i], json_number_value(json_array_get(values, i)), 1e-4);
        assert_near(log_sum_exp(logits, model.vocabulary),
                    json_number_value(json_object_get(json_object_get(reference, "logits_window0_logsumexp"), position)), 1e-4);
    }
    assert_int_equal(compared, 48);
    double nll = 0;
    for (size_t i = 0; i < 4 * 255; i++)
        nll += model.scores[i].nll;
    const json_t *four = json_array_get(json_object_get(reference, "prefix"), 1);
    assert_int_equal(json_integer_value(json_object_get(four, "windows")), 4);
    assert_near(nll / json_number_value(json_object_get(four, "sum_nll_nats")), 1, 1e-6);
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

// The repository's own copy of the model, with figures for its own sample.
static void test_sample_agrees(void **state)
{
    (void)state;
    struct model model;
    json_t *reference = json_load_file(CARVQ_EXAMPLES "/demo-llama/reference.json", 0, NULL);
    assert_non_null(reference);
    const json_t *windows = json_object_get(json_object_get(reference, "sample"), "window_nll_nats");
    open_model(&model, CARVQ_EXAMPLES "/demo-llama", 256, 3);
    read_tokens(&model, CARVQ_EXAMPLES "/demo-llama", "sample.tokens.u16");
    run(&model, NULL, NULL, 2);
    for (size_t window = 0; window < 3; window++) {
        double nll = 0;
        for (size_t i = 0; i < 255; i++)
            nll += model.scores[window * 255 + i].nll;
        assert_near(nll / json_number_value(json_array_get(windows, window)), 1, 1e-6);
    }
    json_decref(reference);
    close_model(&model);
}

// Tiles and blocks are cut by size alone, so every bit stays.
static void test_threads_agree(void **state)
{
    (void)state;
    struct model one, three;
    open_model(&one, CARVQ_EXAMPLES "/demo-llama", 200, 7);
    open_model(&three, CARVQ_EXAMPLES "/demo-llama", 200, 7);
    run(&one, NULL, NULL, 1);
    run(&three, NULL, NULL, 3);
    assert_memory_equal(one.logits, three.logits, 1400 * one.vocabulary * sizeof *one.logits);
    for (size_t i = 0; i < 7 * 199; i++) { // by members: what lies between them is left to the compiler
        assert_memory_equal(&one.scores[i].nll, &three.scores[i].nll, sizeof(double));
        assert_int_equal(one.scores[i].top, three.scores[i].top);
    }
    close_model(&one);
    close_model(&three);
}

// A table that has exactly the model's values must not change a bit, in any place where it is used.
static void compare_identity(const char *directory, const char *table_path, const char *input_name, const char *head_name)
{
    struct model model;
    struct carvq_file *input, *head;
    struct carvq_error error;
    open_model(&model, directory, 40, 3);
    const struct carvq_tensor *tensor = carvq_checkpoint_find(model.checkpoint, input_name);
    fixture_write_identity(table_path, input_name, model.vocabulary, model.n, tensor->data);
    if (carvq_open(table_path, &input, &error) != CARVQ_OK)
        fail_msg("%s", error.message);
    unlink(table_path);
    tensor = carvq_checkpoint_find(model.checkpoint, head_name);
    fixture_write_identity(table_path, head_name, model.vocabulary, model.n, tensor->data);
    assert_int_equal(carvq_open(table_path, &head, &error), CARVQ_OK);
    const size_t count = 120 * model.vocabulary;
    float *plain = calloc(count, sizeof *plain);
    run(&model, NULL, NULL, 2);
    memcpy(plain, model.logits, count * sizeof *plain);
    const struct carvq_lm_rows input_rows = carvq_lm_rows_of_table(carvq_find(input, NULL));
    const struct carvq_lm_rows head_rows = carvq_lm_rows_of_table(carvq_find(head, NULL));
    for (unsigned places = 1; places < 4; places++) {
        memset(model.logits, 0, count * sizeof *plain);
        run(&model, places & 1 ? &input_rows : NULL, places & 2 ? &head_rows : NULL, 2);
        assert_memory_equal(model.logits, plain, count * sizeof *plain);
    }
    free(plain);
    carvq_close(input);
    carvq_close(head);
    close_model(&model);
}

static void test_identity_table_changes_nothing(void **state)
{
    (void)state;
    char directory[] = "/tmp/carvq-test-XXXXXX", path[64];
    assert_non_null(mkdtemp(directory));
    snprintf(path, sizeof path, "%s/table", directory);
    compare_identity(CARVQ_EXAMPLES "/demo-llama", path, "model.embed_tokens.weight", "model.embed_tokens.weight");
    unlink(path);
    rmdir(directory);
}

static void test_identity_table_of_an_untied_model(void **state)
{
    (void)state;
    struct fixture fixture;
    char path[128];
    fixture_begin(&fixture);
    fixture_find(&fixture, "model.embed_tokens.weight")->half = 1;
    fixture_find(&fixture, "lm_head.weight")->half = 1;
    fixture_write(&fixture);
    snprintf(path, sizeof path, "%s/table.carvq.safetensors", fixture.directory);
    compare_identity(fixture.directory, path, "model.embed_tokens.weight", "lm_head.weight");
    fixture_end(&fixture);
}

// Divergence, -ln p and most likely token from running sums over blocks, against all logits at once.
static void compare_scores_with_logits(const char *directory)
{
    struct model p, q;
    struct carvq_lm_batch *batch;
    struct carvq_error error;
    open_model(&p, directory, 50, 2);
    open_model(&q, directory, 50, 2);
    run(&p, NULL, NULL, 2);
    run(&q, NULL, NULL, 2);
    for (size_t i = 0; i < 100 * q.n; i++)
        q.hidden[i] *= 0.9f + 0.02f * (float)(i % 10); // the second variant: other states, same head
    assert_int_equal(carvq_lm_batch_open(p.lm, 50, 2, 2, &batch, &error), CARVQ_OK);
    assert_int_equal(carvq_lm_logits(batch, NULL, q.hidden, 100, q.logits, &error), CARVQ_OK);
    const struct carvq_lm_variant variants[2] = {{p.hidden, NULL}, {q.hidden, NULL}}, same[2] = {variants[0], variants[0]};
    const struct carvq_lm_score *changed = p.scores + 98;
    assert_int_equal(carvq_lm_score(batch, variants, 2, p.ids, 2, p.scores, &error), CARVQ_OK);
    for (size_t i = 0; i < 98; i++) {
        const size_t token = i / 49 * 50 + i % 49;
        const float *lp = p.logits + token * p.vocabulary, *lq = q.logits + token * p.vocabulary;
        const double zp = log_sum_exp(lp, p.vocabulary), zq = log_sum_exp(lq, p.vocabulary);
        double kl = 0;
        size_t top = 0;
        for (size_t v = 0; v < p.vocabulary; v++) {
            kl += exp(lp[v] - zp) * ((lp[v] - zp) - (lq[v] - zq));
            top = lq[v] > lq[top] ? v : top;
        }
        assert_true(kl > 1e-5);
        assert_near(changed[i].kl, kl, 1e-6);
        assert_near(p.scores[i].nll, zp - lp[p.ids[token + 1]], 1e-5);
        assert_near(changed[i].nll, zq - lq[p.ids[token + 1]], 1e-5);
        assert_int_equal(changed[i].top, top);
    }
    assert_int_equal(carvq_lm_score(batch, same, 2, p.ids, 2, p.scores, &error), CARVQ_OK);
    for (size_t i = 0; i < 98; i++)
        assert_true(changed[i].kl == 0 && p.scores[i].nll == changed[i].nll);
    carvq_lm_batch_close(batch);
    close_model(&p);
    close_model(&q);
}

static void test_exp(void **state)
{
    (void)state;
    enum { COUNT = 100001 };
    static float x[COUNT], y[COUNT];
    for (size_t i = 0; i < COUNT; i++)
        x[i] = -87 + 175.0f / (COUNT - 1) * (float)i;
    carvq_lm_exp(x, COUNT, y);
    for (size_t i = 0; i < COUNT; i++)
        assert_near((double)y[i] / exp((double)x[i]), 1, 3e-7);
    float ends[] = {0, -INFINITY, INFINITY, NAN, -1e30f};
    carvq_lm_exp(ends, 5, ends);
    assert_true(ends[0] == 1 && ends[1] < 1e-37f && ends[2] > 1e38f && isnan(ends[3]) && ends[4] < 1e-37f);
}

static double exact(enum carvq_lm_activation activation, double x)
{
    switch (activation) {
    case CARVQ_LM_SILU:
        return x / (1 + exp(-x));
    case CARVQ_LM_GELU:
        return 0.5 * x * erfc(-x / sqrt(2));
    case CARVQ_LM_GELU_TANH:
        return 0.5 * x * (1 + tanh(sqrt(2 / acos(-1)) * (x + 0.044715 * x * x * x)));
    default:
        return x > 0 ? x * x : 0;
    }
}

static void test_activations(void **state)
{
    (void)state;
    enum { COUNT = 4001 }; // more than are taken at once
    static float x[COUNT], y[COUNT];
    for (int activation = CARVQ_LM_SILU; activation <= CARVQ_LM_RELU2; activation++) {
        for (size_t i = 0; i < COUNT; i++)
            y[i] = x[i] = (float)i / 100 - 20;
        carvq_lm_activate((enum carvq_lm_activation)activation, y, COUNT);
        for (size_t i = 0; i < COUNT; i++) {
            const double right = exact((enum carvq_lm_activation)activation, (double)x[i]);
            assert_near((double)y[i], right, 3e-7 * (1 + fabs((double)x[i]) + fabs(right)));
        }
        float odd[] = {0, NAN, 1e18f, -1e18f};
        carvq_lm_activate((enum carvq_lm_activation)activation, odd, 4);
        assert_true(odd[0] == 0 && isnan(odd[1]) && odd[2] >= 1e18f && fabsf(odd[3]) < 1e-15f);
    }
    for (size_t i = 0; i < COUNT; i++)
        y[i] = x[i];
    carvq_lm_cap(3, y, COUNT);
    carvq_lm_multiply(y, x, COUNT);
    for (size_t i = 0; i < COUNT; i++)
        assert_near((double)y[i], 3 * tanh((double)x[i] / 3) * (double)x[i], 5e-7 * (1 + fabs((double)x[i])));
}

// Every remainder of the number of lanes, and the largest value in each place.
static void test_lanes(void **state)
{
    (void)state;
    float values[40], weights[40], other[40];
    for (size_t count = 1; count <= 40; count++)
        for (size_t top = 0; top < count; top++) {
            double sum = 0, gap = 0;
            for (size_t i = 0; i < count; i++) {
                values[i] = i == top ? 2 : -(float)i / 8;
                other[i] = (float)(i * i % 7);
                sum += exp((double)values[i] - 2);
                gap += exp((double)values[i] - 2) * ((double)values[i] - other[i]);
            }
            assert_true(carvq_lm_max(values, count) == 2);
            assert_near(carvq_lm_weigh(values, count, 2, weights), sum, 1e-6);
            assert_near(carvq_lm_gap(weights, values, other, count), gap, 1e-5);
        }
}

static void test_scores_follow_from_logits(void **state)
{
    (void)state;
    compare_scores_with_logits(CARVQ_EXAMPLES "/demo-llama");
}

// Logits that are capped, and products of states and a table as a device has them, which are capped like others.
static void test_capped_logits(void **state)
{
    (void)state;
    struct fixture fixture;
    struct model plain, model;
    struct carvq_file *file;
    char path[128];
    fixture_begin(&fixture);
    fixture_gemma2(&fixture);
    fixture_find(&fixture, "lm_head.weight")->half = 1;
    fixture_write(&fixture);
    compare_scores_with_logits(fixture.directory);
    open_model(&plain, fixture.directory, 40, 3);
    open_model(&model, fixture.directory, 40, 3);
    snprintf(path, sizeof path, "%s/table.carvq.safetensors", fixture.directory);
    fixture_write_identity(path, "lm_head.weight", FIXTURE_V, FIXTURE_N,
                           carvq_checkpoint_find(model.checkpoint, "lm_head.weight")->data);
    assert_int_equal(carvq_open(path, &file, NULL), CARVQ_OK);
    struct carvq_lm_rows head = carvq_lm_rows_of_table(carvq_find(file, NULL));
    head.head = carvq_find(file, NULL);
    run(&plain, NULL, NULL, 2);
    run(&model, NULL, &head, 2);
    double largest = 0;
    for (size_t i = 0; i < 120 * FIXTURE_V; i++) {
        assert_near((double)model.logits[i], (double)plain.logits[i], 1e-5);
        largest = fmax(largest, fabs((double)model.logits[i]));
    }
    assert_true(largest > 1.5 && largest < 2); // the cap is 2, and is felt
    for (size_t i = 0; i < 117; i++)
        assert_near(model.scores[i].nll, plain.scores[i].nll, 1e-5);
    carvq_close(file);
    close_model(&plain);
    close_model(&model);
    fixture_end(&fixture);
}

// A vocabulary of more than one block of rows, the last of which is short.
static void test_large_vocabulary(void **state)
{
    (void)state;
    const size_t vocabulary = 270001;
    struct fixture fixture;
    fixture_begin(&fixture);
    json_object_set_new(fixture.config, "vocab_size", json_integer((json_int_t)vocabulary));
    fixture_find(&fixture, "model.embed_tokens.weight")->rows = vocabulary;
    fixture_find(&fixture, "lm_head.weight")->rows = vocabulary;
    fixture_find(&fixture, "lm_head.weight")->half = 1;
    fixture_write(&fixture);
    compare_scores_with_logits(fixture.directory);
    fixture_end(&fixture);
}

// Of tokens that are equally likely, the first is the top one.
static void test_ties_have_a_rule(void **state)
{
    (void)state;
    struct fixture fixture;
    struct model model;
    struct carvq_file *head;
    char path[128];
    static const uint8_t zeros[FIXTURE_V * FIXTURE_N * 2];
    fixture_begin(&fixture);
    fixture_write(&fixture);
    snprintf(path, sizeof path, "%s/table.carvq.safetensors", fixture.directory);
    fixture_write_identity(path, "lm_head.weight", FIXTURE_V, FIXTURE_N, zeros);
    assert_int_equal(carvq_open(path, &head, NULL), CARVQ_OK);
    open_model(&model, fixture.directory, 8, 1);
    const struct carvq_lm_rows rows = carvq_lm_rows_of_table(carvq_find(head, NULL));
    run(&model, NULL, &rows, 2);
    for (size_t i = 0; i < 7; i++) {
        assert_int_equal(model.scores[i].top, 0);
        assert_near(model.scores[i].nll, log(FIXTURE_V), 1e-6);
    }
    close_model(&model);
    carvq_close(head);
    fixture_end(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_demo_llama_agrees),
        cmocka_unit_test(test_stories_agrees),
        cmocka_unit_test(test_sample_agrees),
        cmocka_unit_test(test_threads_agree),
        cmocka_unit_test(test_identity_table_changes_nothing),
        cmocka_unit_test(test_identity_table_of_an_untied_model),
        cmocka_unit_test(test_exp),
        cmocka_unit_test(test_activations),
        cmocka_unit_test(test_lanes),
        cmocka_unit_test(test_scores_follow_from_logits),
        cmocka_unit_test(test_capped_logits),
        cmocka_unit_test(test_large_vocabulary),
        cmocka_unit_test(test_ties_have_a_rule),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
