// SPDX-License-Identifier: MIT
// Tables that a plan could misjudge: rows of zeros, heavy tails, rows of very different sizes, and budgets at both ends.
#include "budget_support.h"

// A file, what is reported of it, and what its plan had promised, in dB.
static struct output compress_as_planned(struct source *source, const struct carvq_budget *budget,
                                         struct carvq_report *report_ret, double *expected_ret)
{
    struct carvq_matrix matrix = source_matrix(source);
    struct carvq_band bands[CARVQ_BANDS];
    struct carvq_plan *plan = make_plan(&matrix, budget, 2);
    *expected_ret = carvq_plan_expect(plan, bands);
    struct output output = encode_plan(plan, 2, report_ret);
    carvq_plan_free(plan);
    return output;
}

// Padding of a vocabulary is often made of zeros; without a scale of 0 it would decode to noise.
static void test_rows_of_zeros_stay_zeros(void **state)
{
    (void)state;
    const double all_bits[] = {1.15, 1.3, 2};
    struct source source = source_gaussian(1000, 40, 1);
    for (size_t row = 0; row < 1000; row += 3)
        memset(source.values + row * 40, 0, 40 * sizeof *source.values);
    for (size_t b = 0; b < sizeof all_bits / sizeof all_bits[0]; b++) {
        const struct carvq_budget budget = budget_of_bits(all_bits[b]);
        double expected;
        struct output output = compress_as_planned(&source, &budget, NULL, &expected);
        float *decoded = decode_all(&output, source.rows, source.cols);
        for (size_t row = 0; row < 1000; row += 3)
            for (size_t c = 0; c < 40; c++)
                assert_true(decoded[row * 40 + c] == 0);
        assert_true(nearly(measure_file(&source, &output, NULL, NULL), expected, 0.2));
        free(decoded);
        output_free(&output);
    }
    free(source.values);
}

// Student's t with 3 degrees of freedom.
static struct source heavy_tails(uint64_t rows, uint32_t cols)
{
    struct source source = source_make(rows, cols);
    struct carvq_random random = carvq_random_stream(2, 0);
    for (size_t i = 0; i < rows * cols; i++) {
        float a[2], b[2];
        carvq_random_normal(&random, a);
        carvq_random_normal(&random, b);
        source.values[i] = a[0] / sqrtf((a[1] * a[1] + b[0] * b[0] + b[1] * b[1]) / 3);
    }
    return source;
}

// Which codec is the better one is a close call there, and must not be decided otherwise for more effort.
static void test_heavy_tails(void **state)
{
    (void)state;
    const double all_bits[] = {1.3, 2.2};
    const unsigned efforts[] = {1, 4, 7};
    struct source source = heavy_tails(1024, 128);
    for (size_t b = 0; b < sizeof all_bits / sizeof all_bits[0]; b++) {
        double before = 0;
        for (size_t e = 0; e < sizeof efforts / sizeof efforts[0]; e++) {
            struct carvq_budget budget = budget_of_bits(all_bits[b]);
            struct carvq_report report;
            double expected;
            budget.effort = efforts[e];
            struct output output = compress_as_planned(&source, &budget, &report, &expected);
            if (report.sqnr_db < before)
                fail_msg("%.3f bits, effort %u: %.4f dB, less effort: %.4f", all_bits[b], efforts[e], report.sqnr_db, before);
            if (report.sqnr_db < expected - 0.5)
                fail_msg("%.3f bits, effort %u: %.4f dB, expected %.4f", all_bits[b], efforts[e], report.sqnr_db, expected);
            before = report.sqnr_db;
            output_free(&output);
        }
    }
    free(source.values);
}

// What is far below the levels of its tier takes an error of the size of the least of them.
static void test_rows_of_very_different_sizes(void **state)
{
    (void)state;
    struct source source = source_gaussian(512, 64, 3);
    struct carvq_random random = carvq_random_stream(4, 0);
    for (size_t row = 0; row < 512; row++) {
        float scale = expf(2 * (float)carvq_random_unit(&random)) * (row % 2 == 0 ? 1.f : 0.1f);
        for (size_t c = 0; c < 64; c++)
            source.values[row * 64 + c] *= scale;
    }
    for (double bits = 1.3; bits < 3; bits += 0.4) {
        const struct carvq_budget budget = budget_of_bits(bits);
        struct carvq_report report;
        double expected;
        struct output output = compress_as_planned(&source, &budget, &report, &expected);
        if (!nearly(report.sqnr_db, expected, 0.3))
            fail_msg("%.1f bits: %.3f dB, expected %.3f", bits, report.sqnr_db, expected);
        output_free(&output);
    }
    free(source.values);
}

// 16 bits hold a table of 16-bit values exactly; more than that is never stored.
static void test_enough_for_everything(void **state)
{
    (void)state;
    struct source source = source_gaussian(300, 64, 5);
    for (size_t i = 0; i < 300 * 64; i++)
        source.values[i] = roundf(64 * (source.values[i] + 1)) / 64; // exact in F16, and a mean that would be taken out
    for (int ample = 0; ample < 2; ample++) {
        struct carvq_matrix matrix = source_matrix(&source);
        struct carvq_budget budget = budget_of_bits(ample ? 1000 : 16);
        struct carvq_report report;
        matrix.dtype = CARVQ_F16;
        struct carvq_plan *plan = make_plan(&matrix, &budget, 2);
        struct output output = encode_plan(plan, 2, &report);
        assert_true(isinf(report.sqnr_db));
        assert_int_equal(carvq_plan_info(plan)->payload_bytes, 2 * 300 * 64);
        output_free(&output);
        carvq_plan_free(plan);
    }
    free(source.values);
}

// Below 1 bit per value perplexity explodes long before the squared error says so.
static void test_no_row_has_less_than_a_bit(void **state)
{
    (void)state;
    struct source source = source_gaussian(4096, 64, 6);
    struct carvq_matrix matrix = source_matrix(&source);
    struct carvq_error error = {0};
    for (unsigned codec = CARVQ_RVQ; codec <= CARVQ_TRELLIS; codec++) {
        struct carvq_budget budget = budget_of_bits(1.3);
        budget.codecs = 1U << codec;
        struct carvq_plan *plan = make_plan(&matrix, &budget, 2);
        const struct carvq_table_info *info = carvq_plan_info(plan);
        for (uint32_t s = 0; s < info->segment_count; s++)
            assert_true(8 * info->segments[s].code_bytes >= info->segments[s].rows * info->cols);
        carvq_plan_free(plan);
        budget.bits = 0.9;
        assert_int_equal(carvq_plan_by_budget(&matrix, &budget, 2, NULL, NULL, &plan, &error), CARVQ_ERROR_ARGUMENT);
        assert_non_null(strstr(error.message, "the budget is too small: the least is 1.0"));
    }
    free(source.values);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_of_zeros_stay_zeros),     cmocka_unit_test(test_heavy_tails),
        cmocka_unit_test(test_rows_of_very_different_sizes), cmocka_unit_test(test_enough_for_everything),
        cmocka_unit_test(test_no_row_has_less_than_a_bit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
