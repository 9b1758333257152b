// SPDX-License-Identifier: MIT
// The adaptor of a budget: used where it earns its bits, and nowhere else.
#include "budget_support.h"

#include <math.h>

#include "codec/adaptor/adaptor.h"

#define CLUSTERS 48
#define DIMENSIONS 288

// Rows around one of many centres: more than directions can tell apart, few enough for a polyline.
static struct source source_noisy_clusters(uint64_t rows, float noise, uint64_t seed)
{
    struct source source = source_gaussian(rows, DIMENSIONS, seed);
    struct source centres = source_gaussian(CLUSTERS, DIMENSIONS, seed + 1);
    struct carvq_random random = carvq_random_stream(seed, 1);
    for (uint64_t row = 0; row < rows; row++) {
        const float *centre = centres.values + carvq_random_below(&random, CLUSTERS) * DIMENSIONS;
        for (uint32_t c = 0; c < DIMENSIONS; c++)
            source.values[row * DIMENSIONS + c] = noise * source.values[row * DIMENSIONS + c] + centre[c];
    }
    free(centres.values);
    return source;
}

static struct source source_clusters(uint64_t rows, uint64_t seed)
{
    return source_noisy_clusters(rows, 0.5f, seed);
}

static struct carvq_budget fast_budget(double bits)
{
    struct carvq_budget budget = budget_of_bits(bits);
    budget.effort = 1;
    budget.codecs = 1U << CARVQ_TRELLIS | 1U << CARVQ_RAW;
    return budget;
}

// A plan alone is made without training on the whole table, and cannot be carried out.
static void check_plan(struct source *source, struct carvq_budget budget, const struct carvq_table_info *info, double sqnr_db)
{
    struct carvq_matrix matrix = source_matrix(source);
    struct carvq_band bands[CARVQ_BANDS];
    struct carvq_error error;
    uint64_t size;
    budget.plan_only = true;
    struct carvq_plan *plan = make_plan(&matrix, &budget, 2);
    assert_true(carvq_plan_trial(plan)->used);
    assert_int_equal(carvq_plan_info(plan)->adaptor_bytes, info->adaptor_bytes);
    assert_true(nearly(carvq_plan_expect(plan, bands), sqnr_db, 0.5));
    assert_int_equal(carvq_encode_file_size(&plan, 1, &size, &error), CARVQ_OK);
    struct output output = output_make((size_t)size);
    struct carvq_job job = output_job(&output, 2);
    assert_int_equal(encode_plans(&plan, 1, &job, NULL, &error), CARVQ_ERROR_ARGUMENT);
    assert_non_null(strstr(error.message, "plan_only"));
    output_free(&output);
    carvq_plan_free(plan);
}

static void test_adaptor_that_would_pay_is_used(void **state)
{
    (void)state;
    struct source source = source_clusters(16384, 1);
    struct carvq_budget with = fast_budget(2.2), without = with;
    without.adaptor = false;
    struct carvq_report with_report, without_report;
    struct carvq_table_info with_info, without_info;
    struct output with_output = compress(&source, &with, 2, &with_report, &with_info);
    struct output without_output = compress(&source, &without, 2, &without_report, &without_info);
    assert_true(with_info.adaptor_dim > 0);
    assert_int_equal(without_info.adaptor_dim, 0);
    assert_true(with_report.sqnr_db > without_report.sqnr_db + 1);
    assert_true(bits_of(&with_info) <= 2.2 && bits_of(&with_info) > 2.19);
    // What a reader sees, bit for bit in the same order of sums.
    double l1, sqnr_db = measure_file(&source, &with_output, NULL, &l1);
    assert_true(nearly(sqnr_db, with_report.sqnr_db, 1e-9));
    assert_true(nearly(l1, with_report.l1, 1e-9 * l1));
    check_plan(&source, with, &with_info, sqnr_db);
    output_free(&with_output);
    output_free(&without_output);
    free(source.values);
}

static void test_threads_do_not_change_a_byte(void **state)
{
    (void)state;
    struct source source = source_clusters(4096, 2);
    struct carvq_budget budget = fast_budget(1.8);
    struct carvq_table_info info;
    struct output one = compress(&source, &budget, 1, NULL, &info), three = compress(&source, &budget, 3, NULL, NULL);
    assert_true(info.adaptor_dim > 0);
    assert_int_equal(one.size, three.size);
    assert_memory_equal(one.data, three.data, one.size);
    output_free(&one);
    output_free(&three);
    free(source.values);
}

// Raw rows get no adaptor, and rvq reads parts of rows.
static void test_other_codecs_beside_an_adaptor(void **state)
{
    (void)state;
    struct source source = source_clusters(4096, 3);
    double *counts = calloc(source.rows, sizeof *counts);
    assert_non_null(counts);
    for (uint64_t row = 0; row < 16; row++)
        counts[250 * row] = 1e9;
    for (int rvq = 0; rvq < 2; rvq++) {
        struct carvq_budget budget = fast_budget(2.2);
        struct carvq_report report;
        struct carvq_table_info info;
        budget.counts = rvq ? NULL : counts;
        if (rvq)
            budget.codecs = 1U << CARVQ_RVQ;
        struct output output = compress(&source, &budget, 2, &report, &info);
        assert_true(info.adaptor_dim > 0);
        assert_true(nearly(measure_file(&source, &output, NULL, NULL), report.sqnr_db, 1e-9));
        if (!rvq) {
            bool *chosen = calloc(source.rows, sizeof *chosen);
            assert_non_null(chosen);
            chosen[250] = chosen[1250] = true;
            assert_true(measure_file(&source, &output, chosen, NULL) > 45); // raw, in BF16
            free(chosen);
        }
        output_free(&output);
    }
    free(counts);
    free(source.values);
}

static void test_noise_gets_no_adaptor(void **state)
{
    (void)state;
    struct source source = source_gaussian(16384, DIMENSIONS, 4);
    struct carvq_matrix matrix = source_matrix(&source);
    struct carvq_budget budget = fast_budget(2.2);
    budget.codecs = 1U << CARVQ_TRELLIS;
    struct carvq_plan *plan = make_plan(&matrix, &budget, 2);
    const struct carvq_adaptor_trial *trial = carvq_plan_trial(plan);
    assert_true(trial->dim > 0 && !trial->used);
    assert_true(trial->gain_db < trial->cost_db);
    assert_int_equal(carvq_plan_info(plan)->adaptor_bytes, 0);
    carvq_plan_free(plan);
    free(source.values);
}

// Between once and twice its cost lies what a sample may promise and a table not keep, and what is not worth a lookup that takes
// many times as long.
static void test_adaptor_that_would_hardly_pay_is_left_out(void **state)
{
    (void)state;
    struct source source = source_noisy_clusters(4096, 0.9f, 3);
    struct carvq_matrix matrix = source_matrix(&source);
    struct carvq_budget budget = fast_budget(2.2);
    budget.plan_only = true; // the trial alone
    struct carvq_plan *plan = make_plan(&matrix, &budget, 2);
    const struct carvq_adaptor_trial *trial = carvq_plan_trial(plan);
    if (trial->gain_db < 1.15 * trial->cost_db || trial->gain_db > 1.75 * trial->cost_db)
        fail_msg("%.3f dB for %.3f dB: this test needs a table with more or less noise", trial->gain_db, trial->cost_db);
    assert_false(trial->used);
    assert_int_equal(carvq_plan_info(plan)->adaptor_bytes, 0);
    carvq_plan_free(plan);
    free(source.values);
}

// A network that is measured on the rows it was fitted to knows them by heart.
static void test_held_out_rows_see_through_what_is_learned_by_heart(void **state)
{
    (void)state;
    struct source source = source_gaussian(512, 64, 5);
    struct carvq_matrix matrix = source_matrix(&source);
    double gains[2];
    for (int held = 0; held < 2; held++) {
        struct carvq_adaptor_options options;
        struct carvq_adaptor_network *network;
        struct carvq_error error;
        carvq_adaptor_defaults(matrix.rows, matrix.cols, &options);
        options.widths = (struct carvq_adaptor_widths){1, 64};
        options.fitted_rows = held ? 256 : 0;
        assert_int_equal(carvq_adaptor_train(&matrix, &options, &network, &error), CARVQ_OK);
        gains[held] = 10 * log10(network->square_before / network->square_after);
        free(network);
    }
    assert_true(gains[0] > 1.0);
    assert_true(gains[1] < 0.6 * gains[0]);
    free(source.values);
}

static void test_budget_without_room_for_an_adaptor(void **state)
{
    (void)state;
    struct source source = source_clusters(2048, 7);
    struct carvq_matrix matrix = source_matrix(&source);
    static const double bits[] = {1.06, 2.0, 14};
    for (size_t i = 0; i < sizeof bits / sizeof bits[0]; i++) {
        struct carvq_budget budget = fast_budget(bits[i]);
        struct carvq_plan *plan = make_plan(&matrix, &budget, 2);
        assert_true(bits_of(carvq_plan_info(plan)) <= bits[i]);
        if (i != 1)
            assert_int_equal(carvq_plan_trial(plan)->dim, 0);
        carvq_plan_free(plan);
    }
    free(source.values);
}

static int stop_at_adaptor(void *context, const struct carvq_progress *progress)
{
    int *left = context;
    return progress->phase == CARVQ_PHASE_ADAPTOR && (*left)-- == 0;
}

static void test_training_can_be_stopped(void **state)
{
    (void)state;
    struct source source = source_clusters(4096, 8);
    struct carvq_matrix matrix = source_matrix(&source);
    struct carvq_budget budget = fast_budget(2.2);
    struct carvq_plan *plan;
    struct carvq_error error;
    int left = 2;
    assert_int_equal(carvq_plan_by_budget(&matrix, &budget, 2, stop_at_adaptor, &left, &plan, &error), CARVQ_ERROR_CANCELLED);
    free(source.values);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_adaptor_that_would_pay_is_used),
        cmocka_unit_test(test_threads_do_not_change_a_byte),
        cmocka_unit_test(test_other_codecs_beside_an_adaptor),
        cmocka_unit_test(test_noise_gets_no_adaptor),
        cmocka_unit_test(test_adaptor_that_would_hardly_pay_is_left_out),
        cmocka_unit_test(test_held_out_rows_see_through_what_is_learned_by_heart),
        cmocka_unit_test(test_budget_without_room_for_an_adaptor),
        cmocka_unit_test(test_training_can_be_stopped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
