// SPDX-License-Identifier: MIT
// Tables compressed by the codec additive.
#include "budget_support.h"

static struct carvq_budget additive_budget(double bits)
{
    struct carvq_budget budget = budget_of_bits(bits);
    budget.codecs = 1U << CARVQ_ADDITIVE | 1U << CARVQ_RAW;
    budget.adaptor = false;
    return budget;
}

// What is reported is what a reader decodes, and the budget is kept.
static double check_plan(struct source *source, const struct carvq_budget *budget, struct carvq_plan *plan)
{
    struct carvq_report report;
    struct output output = encode_plan(plan, 2, &report);
    const double sqnr_db = measure_file(source, &output, NULL, NULL);
    assert_true(bits_of(carvq_plan_info(plan)) <= budget->bits);
    if (!nearly(sqnr_db, report.sqnr_db, 1e-3))
        fail_msg("%.3f dB in the file, %.3f reported", sqnr_db, report.sqnr_db);
    output_free(&output);
    carvq_plan_free(plan);
    return sqnr_db;
}

static double check(struct source *source, const struct carvq_budget *budget)
{
    struct carvq_matrix matrix = source_matrix(source);
    return check_plan(source, budget, make_plan(&matrix, budget, 2));
}

static void test_normal_tables(void **state)
{
    (void)state;
    static const struct {
        double bits, least_db;
    } rates[] = {{0.6, 2.4}, {1.5, 7.3}, {2.5, 12.8}, {4, 20}, {6, 21}};
    struct source source = source_gaussian(600, 256, 3);
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
        const struct carvq_budget budget = additive_budget(rates[i].bits + 0.08);
        const double sqnr_db = check(&source, &budget);
        if (sqnr_db < rates[i].least_db)
            fail_msg("%g bits: %.2f dB", rates[i].bits, sqnr_db);
    }
    free(source.values);
}

// Tiers by counts, and higher effort.
static void test_tiers(void **state)
{
    (void)state;
    struct source source = source_gaussian(400, 32, 4);
    double counts[400];
    for (size_t i = 0; i < 400; i++)
        counts[i] = i % 7 == 0 ? 1000 : (double)(i % 5);
    for (unsigned effort = 1; effort <= CARVQ_MAX_EFFORT; effort += 4) {
        struct carvq_budget budget = additive_budget(3.2);
        budget.counts = counts;
        budget.effort = effort;
        assert_true(check(&source, &budget) > 8);
    }
    free(source.values);
}

static void test_threads_agree(void **state)
{
    (void)state;
    struct source source = source_gaussian(1300, 51, 5);
    double counts[1300];
    for (size_t i = 0; i < 1300; i++)
        counts[i] = (double)(i % 3 * i);
    struct carvq_budget budget = additive_budget(2.4);
    budget.counts = counts;
    struct output first = compress(&source, &budget, 1, NULL, NULL), second = compress(&source, &budget, 3, NULL, NULL);
    assert_int_equal(first.size, second.size);
    assert_memory_equal(first.data, second.data, first.size);
    output_free(&first);
    output_free(&second);
    free(source.values);
}

// Where columns are unlike each other, books by position are worth their bits; where they are alike, not.
static void test_books_by_position(void **state)
{
    (void)state;
    for (int unlike = 0; unlike < 2; unlike++) {
        struct source source = source_gaussian(6000, 24, 8);
        struct carvq_budget budget = additive_budget(2.5);
        for (size_t i = 0; i < source.rows * source.cols && unlike; i++)
            source.values[i] *= i % 24 % 5 == 0 ? 4 : i % 3 == 0 ? 0.3f : 1;
        struct carvq_matrix matrix = source_matrix(&source);
        struct carvq_plan *plan = make_plan(&matrix, &budget, 2);
        assert_int_equal(carvq_plan_info(plan)->segments[0].position_books, unlike);
        check_plan(&source, &budget, plan);
        free(source.values);
    }
}

// A head gets additive codes where they cost little beside the trellis, and says what: both are carried out here.
static void test_heads(void **state)
{
    (void)state;
    static const struct {
        uint64_t rows;
        uint32_t cols;
        double bits;
        bool tried, used;
    } cases[] = {{900, 128, 2, true, true}, {900, 128, 5, true, false}, {60, 24, 4.2, false, false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct source source = source_gaussian(cases[i].rows, cases[i].cols, 9);
        struct carvq_budget budget = budget_of_bits(cases[i].bits), other;
        budget.head = true;
        budget.effort = 5;
        budget.codecs |= 1U << CARVQ_ADDITIVE;
        struct carvq_matrix matrix = source_matrix(&source);
        struct carvq_plan *plan = make_plan(&matrix, &budget, 2);
        const struct carvq_head_trial trial = *carvq_plan_head(plan);
        const enum carvq_codec codec = carvq_plan_info(plan)->segments[carvq_plan_info(plan)->segment_count - 1].codec;
        assert_int_equal(trial.tried, cases[i].tried);
        assert_int_equal(trial.used, cases[i].used);
        assert_int_equal(codec == CARVQ_ADDITIVE, trial.used);
        other = budget;
        other.codecs = budget.codecs ^ (trial.used ? 1U << CARVQ_ADDITIVE : 1U << CARVQ_TRELLIS | 1U << CARVQ_RVQ);
        const double loss_db = (trial.used ? -1 : 1) * (check_plan(&source, &budget, plan) - check(&source, &other));
        if (trial.tried && (trial.used ? !nearly(loss_db, trial.loss_db, 0.4) : loss_db < trial.limit_db))
            fail_msg("%g bits: %.2f dB, the plan says %.2f", cases[i].bits, loss_db, trial.loss_db);
        free(source.values);
    }
}

static void test_narrow_and_short_tables(void **state)
{
    (void)state;
    static const struct {
        uint64_t rows;
        uint32_t cols;
        double bits;
    } shapes[] = {{1, 1, 16}, {777, 1, 34}, {1, 777, 16}, {2, 2, 16}, {100, 3, 16}, {257, 31, 3}, {65, 129, 5}, {5, 4099, 9}};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        struct source source = source_gaussian(shapes[i].rows, shapes[i].cols, i);
        struct carvq_budget budget = additive_budget(shapes[i].bits);
        check(&source, &budget);
        free(source.values);
    }
    // Where no row may be raw.
    struct source source = source_gaussian(64, 9, 1);
    struct carvq_budget budget = additive_budget(9);
    budget.codecs = 1U << CARVQ_ADDITIVE;
    assert_true(check(&source, &budget) > 14);
    free(source.values);
}

enum kind { ALL_EQUAL, ALL_ZERO, EQUAL_ROWS, MANY_ZERO_ROWS, ONE_ROW_MATTERS, OUTLIERS, HUGE_VALUES, TINY_VALUES, KINDS };

static void make_odd(struct source *source, enum kind kind)
{
    for (size_t i = 0; i < source->rows * source->cols; i++) {
        float *value = &source->values[i];
        const size_t row = i / source->cols;
        switch (kind) {
        case ALL_EQUAL:
            *value = 0.3f;
            break;
        case ALL_ZERO:
            *value = 0;
            break;
        case EQUAL_ROWS:
            *value = source->values[i % source->cols];
            break;
        case MANY_ZERO_ROWS:
            *value *= row % 10 == 3;
            break;
        case ONE_ROW_MATTERS:
            *value *= row == 77 ? 1e6f : 1e-6f;
            break;
        case OUTLIERS:
            *value *= i % 97 == 0 ? 1e4f : 1e-2f;
            break;
        case HUGE_VALUES:
            *value *= 1e18f;
            break;
        default:
            *value *= 1e-37f;
            break;
        }
    }
}

static void test_odd_tables(void **state)
{
    (void)state;
    static const double least_db[KINDS] = {100, INFINITY, 100, 15, 100, 20, 11, 11};
    for (int kind = 0; kind < KINDS; kind++) {
        struct source source = source_gaussian(300, 48, 9);
        struct carvq_budget budget = additive_budget(2.9);
        make_odd(&source, (enum kind)kind);
        budget.codecs = kind % 2 == 0 ? 1U << CARVQ_ADDITIVE : budget.codecs;
        const double sqnr_db = check(&source, &budget);
        if (sqnr_db < least_db[kind])
            fail_msg("kind %d: %.2f dB", kind, sqnr_db);
        free(source.values);
    }
}

static int stop_at(void *context, const struct carvq_progress *progress)
{
    int *left = context;
    (void)progress;
    return (*left)-- == 0;
}

static void test_cancel(void **state)
{
    (void)state;
    struct source source = source_gaussian(2000, 64, 7);
    struct carvq_matrix matrix = source_matrix(&source);
    struct carvq_budget budget = additive_budget(2.2);
    struct carvq_plan *plan = NULL;
    struct carvq_error error;
    int left = 0;
    assert_int_equal(carvq_plan_by_budget(&matrix, &budget, 2, stop_at, &left, &plan, &error), CARVQ_ERROR_CANCELLED);
    plan = make_plan(&matrix, &budget, 2);
    uint64_t size;
    assert_int_equal(carvq_encode_file_size(&plan, 1, &size, &error), CARVQ_OK);
    struct output output = output_make((size_t)size);
    struct carvq_job job = output_job(&output, 2);
    left = 0;
    job.progress = stop_at;
    job.progress_context = &left;
    assert_int_equal(carvq_encode(&plan, 1, &job, &error), CARVQ_ERROR_CANCELLED);
    output_free(&output);
    carvq_plan_free(plan);
    free(source.values);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_normal_tables),
        cmocka_unit_test(test_tiers),
        cmocka_unit_test(test_threads_agree),
        cmocka_unit_test(test_heads),
        cmocka_unit_test(test_narrow_and_short_tables),
        cmocka_unit_test(test_books_by_position),
        cmocka_unit_test(test_odd_tables),
        cmocka_unit_test(test_cancel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
