// SPDX-License-Identifier: MIT
// Budgets for tables, counts and callers out of the ordinary.
#include "budget_support.h"

#include <stdio.h>

#include "runtime/half.h"

// Instrumented, a value takes ten times as long.
#ifdef CARVQ_INSTRUMENTED
#define ROWS 100
#else
#define ROWS 500
#endif

// Compresses at several budgets, with counts and with all rows alike; every value that comes out is finite. Returns the SQNR of
// the last one.
static double try_budgets(struct source *source, double least, double most)
{
    double *counts = calloc(source->rows, sizeof *counts), sqnr_db = 0;
    assert_non_null(counts);
    for (uint64_t r = 0; r < source->rows; r += 3)
        counts[r] = (double)(r * r);
    for (double bits = least; bits <= most; bits *= 2.1)
        for (int weighted = 1; weighted >= 0; weighted--) {
            struct carvq_budget budget = budget_of_bits(bits);
            struct carvq_table_info info;
            struct carvq_report report;
            budget.counts = weighted ? counts : NULL;
            if (weighted) // group RVQ takes long to measure
                budget.codecs = 1U << CARVQ_TRELLIS | 1U << CARVQ_RAW;
            struct output output = compress(source, &budget, 2, &report, &info);
            assert_true(bits_of(&info) <= bits);
            sqnr_db = measure_file(source, &output, NULL, NULL);
            if (!nearly(sqnr_db, report.sqnr_db, 1e-3))
                fail_msg("%.3f dB in the file, %.3f reported", sqnr_db, report.sqnr_db);
            output_free(&output);
        }
    free(counts);
    return sqnr_db;
}

static void test_narrow_and_short_tables(void **state)
{
    (void)state;
    const struct {
        uint64_t rows;
        uint32_t cols;
        double least;
    } shapes[] = {{1, 1, 16}, {777, 1, 5}, {1, 777, 3}, {2, 2, 16}, {100, 3, 6}, {257, 31, 2.5}, {65, 129, 2}, {5, 4099, 2}};
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        struct source source = source_gaussian(shapes[i].rows, shapes[i].cols, i);
        try_budgets(&source, shapes[i].least, 16);
        free(source.values);
    }
}

enum kind { ALL_EQUAL, ALL_ZERO, EQUAL_ROWS, MANY_ZERO_ROWS, ONE_ROW_MATTERS, OFFSET, OUTLIERS, TWO_VALUES, KINDS };

static struct source odd_table(enum kind kind)
{
    struct source source = source_gaussian(ROWS, 48, 9);
    for (size_t i = 0; i < ROWS * 48; i++) {
        float *value = &source.values[i];
        const size_t row = i / 48;
        switch (kind) {
        case ALL_EQUAL:
            *value = 0.3f;
            break;
        case ALL_ZERO:
            *value = 0;
            break;
        case EQUAL_ROWS:
            *value = source.values[i % 48];
            break;
        case MANY_ZERO_ROWS:
            *value *= row % 10 == 3;
            break;
        case ONE_ROW_MATTERS:
            *value *= row == 77 ? 1e6f : 1e-6f;
            break;
        case OFFSET:
            *value = 1000 + 0.01f * *value;
            break;
        case OUTLIERS:
            *value *= i % 97 == 0 ? 1e4f : 1e-2f;
            break;
        default:
            *value = *value > 0 ? 0.25f : -0.125f;
            break;
        }
    }
    return source;
}

static void test_odd_tables(void **state)
{
    (void)state;
    const double least_db[KINDS] = {50, INFINITY, 40, 30, 50, 80, 25, 20}; // at 5 bits and more
    for (int kind = 0; kind < KINDS; kind++) {
        struct source source = odd_table((enum kind)kind);
        double sqnr_db = try_budgets(&source, 1.8, 6);
        if (!(sqnr_db >= least_db[kind]))
            fail_msg("table %d: %.2f dB", kind, sqnr_db);
        free(source.values);
    }
}

// Squares of single precision have no room for these.
static void test_huge_and_tiny_values(void **state)
{
    (void)state;
    const float scales[] = {1e-34f, 1e-25f, 1e18f, 1e22f, 1e30f, 5e36f};
    for (size_t s = 0; s < sizeof scales / sizeof scales[0]; s++) {
        struct source source = source_gaussian(300, 48, 10);
        for (size_t i = 0; i < 300 * 48; i++)
            source.values[i] *= scales[s];
        double sqnr_db = try_budgets(&source, 3, 4);
        if (sqnr_db < 15)
            fail_msg("scale %g: %.2f dB", (double)scales[s], sqnr_db);
        free(source.values);
    }
}

// With 16 bits, tables of 16-bit values are as they were.
static void test_types_of_source(void **state)
{
    (void)state;
    for (int type = CARVQ_F32; type <= CARVQ_BF16; type++) {
        struct source source = source_gaussian(ROWS, 50, 12);
        struct carvq_matrix matrix = source_matrix(&source);
        matrix.dtype = (enum carvq_dtype)type;
        for (size_t i = 0; i < ROWS * 50; i++)
            if (type != CARVQ_F32)
                source.values[i] = type == CARVQ_F16 ? carvq_f16_to_f32(carvq_f32_to_f16(source.values[i]))
                                                     : carvq_bf16_to_f32(carvq_f32_to_bf16(source.values[i]));
        for (double bits = 2; bits <= 16; bits *= 2) {
            struct carvq_budget budget = budget_of_bits(bits);
            struct carvq_plan *plan = make_plan(&matrix, &budget, 2);
            const struct carvq_table_info *info = carvq_plan_info(plan);
            assert_int_equal(info->dtype, type);
            assert_int_equal(info->original_bytes, ROWS * 50 * (type == CARVQ_F32 ? 4 : 2));
            assert_true(bits_of(info) <= bits);
            struct output output = encode_plan(plan, 2, NULL);
            double sqnr_db = measure_file(&source, &output, NULL, NULL);
            assert_true(sqnr_db > 5 * fmin(bits, 4) - 4);
            assert_true(bits < 16 || isinf(sqnr_db) || (type == CARVQ_F32 && sqnr_db > 45));
            output_free(&output);
            carvq_plan_free(plan);
        }
        free(source.values);
    }
}

static void test_odd_counts(void **state)
{
    (void)state;
    struct source source = source_gaussian(300, 32, 13);
    struct carvq_matrix matrix = source_matrix(&source);
    struct carvq_budget budget = budget_of_bits(2.5);
    double counts[300] = {0};
    struct output zeros, alike;
    budget.counts = counts;
    zeros = compress(&source, &budget, 2, NULL, NULL);
    budget.counts = NULL;
    alike = compress(&source, &budget, 2, NULL, NULL);
    assert_int_equal(zeros.size, alike.size); // no counts are all alike
    assert_memory_equal(zeros.data, alike.data, alike.size);
    output_free(&zeros);
    output_free(&alike);

    budget.counts = counts;
    const double huge[] = {9007199254740992., 1e30, 1e300, 1.7e308};
    for (size_t i = 0; i < 4; i++) {
        struct carvq_report report;
        counts[200] = huge[i];
        struct output output = compress(&source, &budget, 2, &report, NULL);
        assert_true(report.bands[5].rows == 1 && report.bands[5].share > 0.99);
        assert_true(report.bands[5].sqnr_db > report.bands[0].sqnr_db + 10);
        output_free(&output);
    }

    const double bad[] = {-1, NAN, INFINITY};
    for (size_t i = 0; i < 3; i++) {
        struct carvq_plan *plan = NULL;
        struct carvq_error error = {0};
        counts[200] = bad[i];
        assert_int_equal(carvq_plan_by_budget(&matrix, &budget, 2, NULL, NULL, &plan, &error), CARVQ_ERROR_ARGUMENT);
        assert_non_null(strstr(error.message, "row 200"));
    }
    free(source.values);
}

static void expect_refusal(const struct carvq_matrix *matrix, const struct carvq_budget *budget, enum carvq_status expected,
                           const char *message)
{
    struct carvq_plan *plan = NULL;
    struct carvq_error error = {0};
    assert_int_equal(carvq_plan_by_budget(matrix, budget, 2, NULL, NULL, &plan, &error), expected);
    assert_int_equal(error.status, expected);
    if (strstr(error.message, message) == NULL)
        fail_msg("no '%s' in '%s'", message, error.message);
    if (expected != CARVQ_ERROR_IO) // that is the callback's
        assert_int_equal(carvq_plan_by_budget(matrix, budget, 2, NULL, NULL, &plan, NULL), expected);
}

static void test_values_that_are_no_numbers(void **state)
{
    (void)state;
    const uint64_t rows[] = {0, 5, 299};
    struct carvq_budget budget = budget_of_bits(2);
    for (size_t i = 0; i < 3; i++) {
        struct source source = source_gaussian(300, 32, 14);
        struct carvq_matrix matrix = source_matrix(&source);
        char message[64];
        source.values[rows[i] * 32 + i * 15] = i == 1 ? INFINITY : NAN;
        snprintf(message, sizeof message, "row %d holds %s", (int)rows[i], i == 1 ? "Inf" : "NaN");
        expect_refusal(&matrix, &budget, CARVQ_ERROR_FORMAT, message);
        free(source.values);
    }
}

static void test_impossible_budgets(void **state)
{
    (void)state;
    struct source source = source_gaussian(30, 32, 15);
    struct carvq_matrix matrix = source_matrix(&source);
    const double bits[] = {0, -1, NAN, INFINITY};
    for (size_t i = 0; i < 4; i++) {
        struct carvq_budget budget = budget_of_bits(bits[i]);
        expect_refusal(&matrix, &budget, CARVQ_ERROR_ARGUMENT, "more than 0");
    }
    struct carvq_budget budget = budget_of_bits(2);
    budget.effort = 0;
    expect_refusal(&matrix, &budget, CARVQ_ERROR_ARGUMENT, "effort is 0");
    budget.effort = CARVQ_MAX_EFFORT + 1;
    expect_refusal(&matrix, &budget, CARVQ_ERROR_ARGUMENT, "effort is 10");
    budget.effort = 5;
    matrix.rows = 0;
    expect_refusal(&matrix, &budget, CARVQ_ERROR_ARGUMENT, "0 x 32");
    matrix.rows = 30;
    matrix.cols = 0;
    expect_refusal(&matrix, &budget, CARVQ_ERROR_ARGUMENT, "30 x 0");
    free(source.values);
}

// Stops at the given call.
static int stop(void *context, const struct carvq_progress *progress)
{
    int *calls = context;
    assert_true(progress->done <= progress->total);
    return --*calls <= 0;
}

static void test_cancelled(void **state)
{
    (void)state;
    struct source source = source_gaussian(4 * ROWS, 128, 16);
    struct carvq_matrix matrix = source_matrix(&source);
    struct carvq_budget budget = budget_of_bits(2);
    struct carvq_error error = {0};
    struct carvq_plan *plan = NULL;
    int calls = 1;
    assert_int_equal(carvq_plan_by_budget(&matrix, &budget, 2, stop, &calls, &plan, &error), CARVQ_ERROR_CANCELLED);
    plan = make_plan(&matrix, &budget, 2);
    uint64_t size;
    assert_int_equal(carvq_encode_file_size(&plan, 1, &size, &error), CARVQ_OK);
    struct output output = output_make((size_t)size);
    struct carvq_job job = output_job(&output, 2);
    calls = 1;
    job.progress = stop;
    job.progress_context = &calls;
    assert_int_equal(encode_plans(&plan, 1, &job, NULL, &error), CARVQ_ERROR_CANCELLED);
    output_free(&output);
    output = encode_plan(plan, 2, NULL); // nothing of it stays
    output_free(&output);
    carvq_plan_free(plan);
    free(source.values);
}

static void test_errors_of_callbacks(void **state)
{
    (void)state;
    struct source source = source_gaussian(300, 40, 17);
    struct carvq_matrix matrix = source_matrix(&source);
    struct carvq_budget budget = budget_of_bits(2.2);
    for (source.fails_at_row = 0; source.fails_at_row < 300; source.fails_at_row += 99)
        expect_refusal(&matrix, &budget, CARVQ_ERROR_IO, "the disk is gone");
    source.fails_at_row = UINT64_MAX;
    struct carvq_plan *plan = make_plan(&matrix, &budget, 2);
    struct output output = encode_plan(plan, 2, NULL);
    size_t calls = output.calls;
    for (output.fails_at_call = 0; output.fails_at_call < calls; output.fails_at_call++) {
        struct carvq_job job = output_job(&output, 2);
        struct carvq_error error = {0};
        output.calls = 0;
        assert_int_equal(encode_plans(&plan, 1, &job, NULL, &error), CARVQ_ERROR_IO);
        assert_string_equal(error.message, "no space left");
    }
    source.fails_at_row = 123;
    output.fails_at_call = SIZE_MAX;
    struct carvq_job job = output_job(&output, 2);
    struct carvq_error error = {0};
    assert_int_equal(encode_plans(&plan, 1, &job, NULL, &error), CARVQ_ERROR_IO);
    assert_string_equal(error.message, "the disk is gone");
    output_free(&output);
    carvq_plan_free(plan);
    free(source.values);
}

// Two tables in one file, and two of the same name, which cannot be.
static void test_several_tables(void **state)
{
    (void)state;
    struct source sources[2] = {source_gaussian(200, 32, 18), source_gaussian(100, 48, 19)};
    struct carvq_matrix matrices[2] = {source_matrix(&sources[0]), source_matrix(&sources[1])};
    struct carvq_budget budget = budget_of_bits(2.5);
    struct carvq_plan *plans[2];
    struct carvq_error error = {0};
    struct carvq_report reports[2];
    uint64_t size;
    plans[0] = make_plan(&matrices[0], &budget, 2);
    plans[1] = make_plan(&matrices[1], &budget, 2);
    assert_int_equal(carvq_encode_file_size(plans, 2, &size, &error), CARVQ_ERROR_ARGUMENT);
    carvq_plan_free(plans[1]);
    matrices[1].name = "lm_head.weight";
    plans[1] = make_plan(&matrices[1], &budget, 2);
    assert_int_equal(carvq_encode_file_size(plans, 2, &size, &error), CARVQ_OK);
    struct output output = output_make((size_t)size);
    struct carvq_job job = output_job(&output, 2);
    assert_int_equal(encode_plans(plans, 2, &job, reports, &error), CARVQ_OK);
    struct carvq_file *file;
    assert_int_equal(carvq_open_memory(output.data, output.size, &file, &error), CARVQ_OK);
    assert_int_equal(carvq_info(carvq_find(file, "model.embed_tokens.weight"))->rows, 200);
    assert_int_equal(carvq_info(carvq_find(file, "lm_head.weight"))->cols, 48);
    assert_true(reports[0].sqnr_db > 9 && reports[1].sqnr_db > 9);
    carvq_close(file);
    output_free(&output);
    for (int i = 0; i < 2; i++) {
        carvq_plan_free(plans[i]);
        free(sources[i].values);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_narrow_and_short_tables),
        cmocka_unit_test(test_odd_tables),
        cmocka_unit_test(test_huge_and_tiny_values),
        cmocka_unit_test(test_types_of_source),
        cmocka_unit_test(test_odd_counts),
        cmocka_unit_test(test_values_that_are_no_numbers),
        cmocka_unit_test(test_impossible_budgets),
        cmocka_unit_test(test_cancelled),
        cmocka_unit_test(test_errors_of_callbacks),
        cmocka_unit_test(test_several_tables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
