// SPDX-License-Identifier: MIT
// Budgets are kept and spent; what is promised and reported is what the file decodes to; the same bytes with any number of
// threads; more effort is never worse.
#include "budget_support.h"

#include <stdio.h>

// Rows as trained tables have them: a shift, a strong direction, energies and counts that fall as Zipf's law has it.
static struct source trained_table(uint64_t rows, uint32_t cols, double **counts_ret)
{
    struct source source = source_gaussian(rows, cols, 77);
    struct carvq_random random = carvq_random_stream(78, 0);
    *counts_ret = malloc(rows * sizeof **counts_ret);
    assert_non_null(*counts_ret);
    for (uint64_t r = 0; r < rows; r++) {
        float pair[2], scale = expf(0.5f * (float)carvq_random_unit(&random));
        carvq_random_normal(&random, pair);
        for (uint32_t c = 0; c < cols; c++) {
            float *value = &source.values[r * cols + c];
            *value = scale * *value + 0.5f + 2 * pair[0] * (c % 3 == 0 ? 1.f : -0.5f);
        }
        (*counts_ret)[r] = floor(100000 / (1 + (double)carvq_random_below(&random, rows)) * carvq_random_unit(&random));
    }
    return source;
}

static void test_budget_is_kept_and_spent(void **state)
{
    (void)state;
    const double all_bits[] = {1.1, 1.655, 2, 3.155, 6};
    double *counts;
    struct source tables[2] = {source_gaussian(8192, 128, 1), trained_table(8192, 128, &counts)};
    for (int t = 0; t < 2; t++)
        for (int weighted = 0; weighted < 2; weighted++) {
            struct carvq_matrix matrix = source_matrix(&tables[t]);
            struct carvq_budget budget = budget_of_bits(6);
            struct carvq_error error = {0};
            double before = 0;
            budget.effort = 1;
            if (t == weighted) // group RVQ takes long to measure
                budget.codecs = 1U << CARVQ_TRELLIS | 1U << CARVQ_RAW;
            budget.counts = weighted ? counts : NULL;
            struct carvq_plan *plan = make_plan(&matrix, &budget, 2);
            for (size_t b = 0; b < sizeof all_bits / sizeof all_bits[0]; b++) {
                struct carvq_band bands[CARVQ_BANDS];
                const double bits = all_bits[b], values = 8192 * 128;
                assert_int_equal(carvq_plan_change(plan, bits, 0, &error), CARVQ_OK);
                const struct carvq_table_info *info = carvq_plan_info(plan);
                assert_true(bits_of(info) <= bits);
                if (bits_of(info) <= bits - 0.01)
                    fail_msg("table %d, %.3f bits: only %.4f are used", t, bits, bits_of(info));
                double sqnr_db = carvq_plan_expect(plan, bands);
                assert_true(weighted || sqnr_db > before);
                before = sqnr_db;
                if (b == 2) {
                    assert_int_equal(carvq_plan_change(plan, 0, (uint64_t)(bits * values / 8), &error), CARVQ_OK);
                    assert_true(nearly(sqnr_db, carvq_plan_expect(plan, bands), 1e-12));
                }
            }
            carvq_plan_free(plan);
        }
    free(counts);
    free(tables[0].values);
    free(tables[1].values);
}

// The last group of a segment need not be full, so that what a number of rows takes is only known when they are counted.
static void test_groups_spend_the_budget(void **state)
{
    (void)state;
    const double all_bits[] = {1.1, 1.3, 1.5, 2, 2.7};
    double *counts;
    struct source table = trained_table(8192, 128, &counts);
    struct carvq_matrix matrix = source_matrix(&table);
    struct carvq_budget budget = budget_of_bits(2.7);
    struct carvq_error error = {0};
    budget.codecs = 1U << CARVQ_RVQ;
    struct carvq_plan *plan = make_plan(&matrix, &budget, 2);
    for (size_t b = 0; b < sizeof all_bits / sizeof all_bits[0]; b++) {
        assert_int_equal(carvq_plan_change(plan, all_bits[b], 0, &error), CARVQ_OK);
        double used = bits_of(carvq_plan_info(plan));
        if (used > all_bits[b] || used <= all_bits[b] - 0.01)
            fail_msg("%.3f bits: %.4f are used", all_bits[b], used);
    }
    carvq_plan_free(plan);
    free(counts);
    free(table.values);
}

// The number behind a word in a message.
static double number_after(const char *text, const char *word)
{
    const char *at = strstr(text, word);
    assert_non_null(at);
    return strtod(at + strlen(word), NULL);
}

static void check_least(struct source *source, unsigned codecs)
{
    struct carvq_matrix matrix = source_matrix(source);
    struct carvq_budget budget = budget_of_bits(1e-6);
    struct carvq_plan *plan = NULL;
    struct carvq_error error = {0};
    struct carvq_table_info info;
    budget.codecs = codecs;
    assert_int_equal(carvq_plan_by_budget(&matrix, &budget, 2, NULL, NULL, &plan, &error), CARVQ_ERROR_ARGUMENT);
    budget.bits = number_after(error.message, "the least is ");
    double bytes = number_after(error.message, "bits per parameter, ");
    struct output output = compress(source, &budget, 2, NULL, &info);
    assert_true(bits_of(&info) <= budget.bits);
    assert_true((double)info.payload_bytes <= bytes);
    output_free(&output);
    budget.bits = 0;
    budget.bytes = (uint64_t)bytes;
    output = compress(source, &budget, 2, NULL, &info);
    assert_true((double)info.payload_bytes <= bytes);
    output_free(&output);
    budget.bytes = (uint64_t)(bytes * 0.9) - 1;
    assert_int_equal(carvq_plan_by_budget(&matrix, &budget, 2, NULL, NULL, &plan, &error), CARVQ_ERROR_ARGUMENT);
    budget.bytes = UINT64_MAX; // and the most that can be said
    output = compress(source, &budget, 2, NULL, &info);
    output_free(&output);
    budget.bits = 1e300;
    output = compress(source, &budget, 2, NULL, &info);
    output_free(&output);
}

static void test_least_budget_is_named(void **state)
{
    (void)state;
    const struct {
        uint64_t rows;
        uint32_t cols;
    } shapes[] = {{400, 64}, {500, 1}, {1, 500}, {1, 1}, {3, 7}, {300, 5}, {64, 201}};
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        double *counts;
        struct source source = source_gaussian(shapes[i].rows, shapes[i].cols, i);
        check_least(&source, 1U << CARVQ_TRELLIS | 1U << CARVQ_RAW);
        free(source.values);
        source = trained_table(shapes[i].rows, shapes[i].cols, &counts);
        check_least(&source, i % 3 == 0   ? 1U << CARVQ_RVQ
                             : i % 3 == 1 ? 1U << CARVQ_TRELLIS
                                          : 1U << CARVQ_RVQ | 1U << CARVQ_TRELLIS | 1U << CARVQ_RAW);
        free(source.values);
        free(counts);
    }
}

// Reports are of the file, not of hopes; and hopes are not far from them.
static void check_report(struct source *source, const double *counts, double bits, double tolerance)
{
    struct carvq_matrix matrix = source_matrix(source);
    struct carvq_budget budget = budget_of_bits(bits);
    struct carvq_report report;
    struct carvq_band expected[CARVQ_BANDS];
    double l1, rows = 0, share = 0, row_bits = 0;
    budget.counts = counts;
    struct carvq_plan *plan = make_plan(&matrix, &budget, 2);
    double expected_db = carvq_plan_expect(plan, expected);
    struct output output = encode_plan(plan, 2, &report);
    double sqnr_db = measure_file(source, &output, NULL, &l1);
    assert_true(nearly(report.sqnr_db, sqnr_db, 1e-4));
    assert_true(nearly(report.l1, l1, 1e-6 * l1));
    if (!nearly(report.sqnr_db, expected_db, tolerance))
        fail_msg("%.2f bits: %.3f dB, expected %.3f", bits, report.sqnr_db, expected_db);
    for (unsigned b = 0; b < CARVQ_BANDS; b++) {
        const struct carvq_band *band = &report.bands[b];
        bool *chosen = calloc(source->rows, sizeof *chosen);
        uint64_t members = 0;
        assert_non_null(chosen);
        for (uint64_t r = 0; r < source->rows; r++) {
            double count = counts == NULL ? 0 : counts[r];
            chosen[r] = count >= band->min_count && (isinf(band->max_count) || count < band->max_count + 1);
            members += chosen[r];
        }
        assert_int_equal(band->rows, members);
        assert_int_equal(band->rows, expected[b].rows);
        if (members > 0)
            assert_true(nearly(band->sqnr_db, measure_file(source, &output, chosen, NULL), 1e-4));
        if (members > 100)
            assert_true(nearly(band->sqnr_db, expected[b].sqnr_db, 3 * tolerance));
        rows += (double)band->rows;
        share += band->share;
        row_bits += (double)band->rows * band->bits;
        free(chosen);
    }
    const struct carvq_table_info *info = carvq_plan_info(plan);
    assert_true(rows == (double)source->rows && nearly(share, 1, 1e-9));
    assert_true(nearly(row_bits / rows, 8 * (double)(info->code_bytes + info->codebook_bytes) / (rows * source->cols), 1e-9));
    output_free(&output);
    carvq_plan_free(plan);
}

static void test_reports_are_of_the_file(void **state)
{
    (void)state;
    double *counts;
    struct source source = trained_table(3000, 96, &counts), gaussian = source_gaussian(3000, 64, 3);
    for (double bits = 1.2; bits < 4; bits *= 1.5) {
        check_report(&source, NULL, bits, 0.15);
        check_report(&source, counts, bits, 0.15);
        check_report(&gaussian, counts, bits, 0.15);
    }
    free(counts);
    free(source.values);
    free(gaussian.values);
}

static void test_threads_agree(void **state)
{
    (void)state;
    double *counts;
    struct source source = trained_table(1500, 100, &counts);
    struct carvq_budget budget = budget_of_bits(2.3);
    budget.counts = counts;
    struct output first = compress(&source, &budget, 1, NULL, NULL);
    for (unsigned threads = 2; threads <= 3; threads++) {
        struct output output = compress(&source, &budget, threads, NULL, NULL);
        assert_int_equal(output.size, first.size);
        assert_memory_equal(output.data, first.data, first.size);
        output_free(&output);
    }
    output_free(&first);
    free(counts);
    free(source.values);
}

static struct source few_values(void)
{
    struct source source = source_gaussian(256, 64, 5);
    for (size_t i = 0; i < 256 * 64; i++)
        source.values[i] = 0.5f * roundf(source.values[i]);
    return source;
}

static void test_effort_is_never_worse(void **state)
{
    (void)state;
    double *counts;
    struct source tables[] = {source_gaussian(256, 64, 4), trained_table(256, 64, &counts), few_values()};
    const double all_bits[] = {1.25, 1.655, 3.155};
    const unsigned efforts[] = {1, 3, 4, 6, 7, 9};
    for (size_t t = 0; t < 3; t++)
        for (size_t b = 0; b < sizeof all_bits / sizeof all_bits[0]; b++) {
            struct carvq_budget budget = budget_of_bits(all_bits[b]);
            double before = 0;
            if (b != t) // group RVQ takes long to measure
                budget.codecs = 1U << CARVQ_TRELLIS | 1U << CARVQ_RAW;
            for (size_t e = 0; e < sizeof efforts / sizeof efforts[0]; e++) {
                budget.effort = efforts[e];
                struct output output = compress(&tables[t], &budget, 2, NULL, NULL);
                double sqnr_db = measure_file(&tables[t], &output, NULL, NULL);
                if (sqnr_db < before)
                    fail_msg("table %zu, %.3f bits, effort %u: %.4f dB, one less: %.4f dB", t, all_bits[b], budget.effort,
                             sqnr_db, before);
                before = sqnr_db;
                output_free(&output);
            }
        }
    free(counts);
    for (size_t t = 0; t < 3; t++)
        free(tables[t].values);
}

// Rows that are used more are stored better, and all sum up to a lower weighted error than without counts.
static void test_counts_matter(void **state)
{
    (void)state;
    double *counts;
    struct source source = trained_table(3000, 64, &counts);
    struct carvq_budget budget = budget_of_bits(2);
    struct carvq_report uniform, counted;
    struct output output = compress(&source, &budget, 2, &uniform, NULL);
    output_free(&output);
    budget.counts = counts;
    output = compress(&source, &budget, 2, &counted, NULL);
    output_free(&output);
    assert_true(counted.sqnr_db < uniform.sqnr_db);
    assert_true(counted.bands[3].sqnr_db > counted.bands[0].sqnr_db + 3);
    assert_true(counted.bands[3].bits > counted.bands[0].bits + 0.4);
    free(counts);
    free(source.values);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_budget_is_kept_and_spent),
        cmocka_unit_test(test_groups_spend_the_budget),
        cmocka_unit_test(test_least_budget_is_named),
        cmocka_unit_test(test_reports_are_of_the_file),
        cmocka_unit_test(test_threads_agree),
        cmocka_unit_test(test_effort_is_never_worse),
        cmocka_unit_test(test_counts_matter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
