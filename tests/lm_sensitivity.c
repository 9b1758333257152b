// SPDX-License-Identifier: MIT
// The sensitivity to errors of the input table is what two plain passes over the same windows say, whichever windows those are.
#define _POSIX_C_SOURCE 200809L
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "host/random.h"
#include "lm/model.h"
#include "lm/sensitivity.h"
#include "calibrate_support.h"

// The input table with an error of a hundredth of each row's squared length, [V][n].
static float *make_changed(const struct model *model)
{
    const size_t v = model->vocabulary, n = model->n;
    uint32_t *ids = calloc(v, sizeof *ids);
    float *rows = calloc(v * n, sizeof *rows), *errors = calloc(n + 1, sizeof *errors);
    assert_true(ids != NULL && rows != NULL && errors != NULL);
    for (size_t i = 0; i < v; i++)
        ids[i] = (uint32_t)i;
    assert_int_equal(carvq_lm_gather(&model->lm->weights.embedding, NULL, ids, v, rows, 1, NULL), CARVQ_OK);
    for (size_t i = 0; i < v; i++) {
        struct carvq_random random = carvq_random_stream(0x53454e53, i);
        double row = 0, error = 0;
        for (size_t c = 0; c < n; c += 2)
            carvq_random_normal(&random, errors + c);
        for (size_t c = 0; c < n; c++) {
            row += pow((double)rows[i * n + c], 2);
            error += pow((double)errors[c], 2);
        }
        for (size_t c = 0; c < n; c++)
            rows[i * n + c] += (float)(sqrt(0.01 * row / error) * (double)errors[c]);
    }
    free(ids);
    free(errors);
    return rows;
}

// Sum of KL(p || p') of a window's positions, all but the last, changed being the rows of p'.
static double window_kl(const struct model *model, const float *changed, const uint32_t *ids, size_t count)
{
    const size_t v = model->vocabulary, n = model->n;
    const struct carvq_lm_rows rows = carvq_lm_rows_of_floats(changed, n);
    const struct carvq_lm_sequence sequence = {.first = 0, .count = count};
    float *hidden = calloc(count * n, sizeof *hidden), *logits = calloc(2 * count * v, sizeof *logits);
    struct carvq_lm_batch *batch;
    struct carvq_error error;
    double kl = 0;
    assert_true(hidden != NULL && logits != NULL);
    assert_int_equal(carvq_lm_batch_open(model->lm, count, 1, 1, &batch, &error), CARVQ_OK);
    for (size_t side = 0; side < 2; side++) {
        assert_int_equal(carvq_lm_extend(batch, side == 0 ? NULL : &rows, NULL, &sequence, 1, ids, hidden, &error), CARVQ_OK);
        assert_int_equal(carvq_lm_logits(batch, NULL, hidden, count, logits + side * count * v, &error), CARVQ_OK);
    }
    for (size_t t = 0; t + 1 < count; t++) {
        const float *z = logits + t * v, *changed_z = z + count * v;
        double sum = 0, changed_sum = 0, gap = 0;
        for (size_t i = 0; i < v; i++) {
            sum += exp(z[i]);
            changed_sum += exp(changed_z[i]);
            gap += exp(z[i]) * ((double)z[i] - (double)changed_z[i]);
        }
        kl += gap / sum + log(changed_sum) - log(sum);
    }
    carvq_lm_batch_close(batch);
    free(hidden);
    free(logits);
    return kl;
}

// KL over s, of the windows that the positions number floor((k + 1/2) positions / windows) lie in.
static double expect_sensitivity(const struct model *model, const struct carvq_calibrate_text *texts, size_t count, size_t window)
{
    float *changed = make_changed(model);
    size_t positions = 0, seen = 0, taken = 0, measured = 0;
    double kl = 0;
    for (size_t t = 0; t < count; t++)
        positions += texts[t].count - (texts[t].count + window - 1) / window;
    const size_t eighth = positions / 8 / window, windows = eighth > 16 ? 16 : eighth < 1 ? 1 : eighth;
    for (size_t t = 0; t < count; t++)
        for (size_t first = 0; first < texts[t].count; first += window) {
            const size_t some = texts[t].count - first < window ? texts[t].count - first : window;
            seen += some - 1;
            if (taken == windows || (2 * taken + 1) * positions / (2 * windows) >= seen)
                continue;
            kl += window_kl(model, changed, texts[t].ids + first, some);
            measured += some - 1;
            taken++;
        }
    assert_int_equal(taken, positions > 0 ? windows : 0);
    free(changed);
    assert_true(positions == 0 || kl > 0);
    return measured > 0 ? kl / (double)measured / 0.01 : 0; // not known
}

static void compare(const struct model *model, const struct carvq_calibrate_text *texts, size_t count, size_t window)
{
    struct carvq_stats *stats = calibrate(model, texts, count, window, 2);
    const double expected = expect_sensitivity(model, texts, count, window);
    assert_close(&stats->sensitivity, &expected, 1, 2e-4, 0, "sensitivity"); // of differences of logits in single precision
    carvq_stats_free(stats);
}

static void test_models(void **state)
{
    (void)state;
    static const struct {
        size_t vocabulary;
        bool tied;
        double stretch;
    } cases[] = {
        {50, false, 1}, {51, true, 20}, {1300, false, 5}, {2049, true, 5}, {262700, true, 1.5}}; // two blocks of the head
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct model model;
        uint32_t ids[600];
        open_model(&model, cases[i].vocabulary, cases[i].tied, cases[i].stretch);
        fill(&model, ids, 600, 1);
        const struct carvq_calibrate_text text = {"t", ids, cases[i].vocabulary > 10000 ? 30 : 600};
        compare(&model, &text, 1, 20);
        close_model(&model);
    }
}

// Of one text, measured with batches of so many windows.
static double measure(const struct model *model, const uint32_t *ids, size_t count, size_t window, size_t batch_windows)
{
    struct carvq_lm_batch *batch;
    struct carvq_lm_sensitivity *sensitivity;
    struct carvq_error error;
    float *hidden = calloc(window * model->n, sizeof *hidden);
    double value = -1;
    assert_non_null(hidden);
    assert_int_equal(carvq_lm_batch_open(model->lm, window, batch_windows, 2, &batch, &error), CARVQ_OK);
    assert_int_equal(carvq_lm_sensitivity_open(batch, count - (count + window - 1) / window, &sensitivity, &error), CARVQ_OK);
    for (size_t first = 0; first < count; first += window) {
        const struct carvq_lm_sequence sequence = {.first = 0, .count = count - first < window ? count - first : window};
        assert_int_equal(carvq_lm_extend(batch, NULL, NULL, &sequence, 1, ids + first, hidden, &error), CARVQ_OK);
        assert_int_equal(carvq_lm_sensitivity_offer(sensitivity, ids + first, sequence.count, hidden, &error), CARVQ_OK);
    }
    assert_int_equal(carvq_lm_sensitivity_finish(sensitivity, &value, &error), CARVQ_OK);
    carvq_lm_sensitivity_close(sensitivity);
    carvq_lm_batch_close(batch);
    free(hidden);
    return value;
}

// Windows wait until a batch is full, whichever its size.
static void test_batches_of_any_size(void **state)
{
    (void)state;
    struct model model;
    uint32_t ids[1205];
    open_model(&model, 60, false, 3);
    fill(&model, ids, 1205, 1);
    const struct carvq_calibrate_text text = {"t", ids, 1205};
    const double whole = measure(&model, ids, 1205, 10, 16), expected = expect_sensitivity(&model, &text, 1, 10);
    assert_close(&whole, &expected, 1, 2e-4, 0, "sensitivity"); // 13 windows
    for (size_t windows = 1; windows < 14; windows++)
        assert_true(measure(&model, ids, 1205, 10, windows) == whole);
    close_model(&model);
}

// As many windows are measured as there is text for.
static void test_texts_of_any_length(void **state)
{
    (void)state;
    static const struct {
        size_t counts[3], window;
    } cases[] = {
        {{1, 1, 1}, 64},     {{1, 2, 1}, 64},       {{2, 65, 1}, 64},     {{33, 1, 1}, 2},       {{40, 1, 40}, 3},
        {{1100, 70, 1}, 64}, {{9000, 130, 70}, 64}, {{3, 5000, 900}, 33}, {{1, 5000, 5000}, 64},
    };
    struct model model;
    static uint32_t ids[10100];
    open_model(&model, 60, true, 2);
    fill(&model, ids, 10100, 9);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const size_t *counts = cases[i].counts;
        const struct carvq_calibrate_text texts[] = {
            {"a", ids, counts[0]}, {"b", ids + counts[0], counts[1]}, {"c", ids + counts[0] + counts[1], counts[2]}};
        compare(&model, texts, 3, cases[i].window);
    }
    close_model(&model);
}

// Logits so large that KL over s is none that a file takes.
static void test_not_known_beyond_floats(void **state)
{
    (void)state;
    struct model model;
    uint32_t ids[40];
    open_model(&model, 50, false, 5e37);
    fill(&model, ids, 40, 1);
    const struct carvq_calibrate_text text = {"t", ids, 40};
    struct carvq_stats *stats = calibrate(&model, &text, 1, 20, 2);
    assert_true(stats->sensitivity == 0);
    carvq_stats_free(stats);
    close_model(&model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_models),
        cmocka_unit_test(test_batches_of_any_size),
        cmocka_unit_test(test_texts_of_any_length),
        cmocka_unit_test(test_not_known_beyond_floats),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
