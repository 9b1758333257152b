// SPDX-License-Identifier: MIT
// Rivals one by one: they do what their definitions say, and count every byte.

#include "baselines_support.h"

static void test_scalar_by_hand(void **state)
{
    (void)state;
    float values[] = {0, 1, 2, 3, 1.4f, /**/ -1, 2, 0.6f, 0.4f, -1, /**/ 0.1f, 0.2f, 0.4f, 0.35f, 0.1f};
    // The offset of the last row is 0.1 in 16 bits, the step 1639 / 2^14.
    const float offset = 0x1.998p-4f, step = 0x1.99cp-4f;
    const float expected[] = {0,     1, 2, 3, 1, -1, 2, 1, 0, -1, offset, offset + step, offset + 3 * step, offset + 2 * step,
                              offset};
    struct source source = {values, 3, 5, UINT64_MAX};
    float decoded[15];
    struct carvq_baseline baseline = scalar(2, 5);
    assert_int_equal(run(&baseline, &source, 1, decoded), 3 * (2 + 4));
    for (size_t i = 0; i < 15; i++)
        if (decoded[i] != expected[i])
            fail_msg("value %zu is %.9g, but should be %.9g", i, (double)decoded[i], (double)expected[i]);
}

static void test_scalar_groups_by_hand(void **state)
{
    (void)state;
    float values[] = {0, 3, 1, 100, 400, 250, 7};
    struct source source = {values, 1, 7, UINT64_MAX};
    float decoded[7];
    struct carvq_baseline baseline = scalar(2, 3); // the last group has one value
    const float by_group[] = {0, 3, 1, 100, 400, 300, 7};
    assert_int_equal(run(&baseline, &source, 1, decoded), 2 + 3 * 4);
    assert_memory_equal(decoded, by_group, sizeof decoded);
    baseline = scalar(1, 0);
    const float by_table[] = {0, 0, 0, 0, 400, 400, 0};
    assert_int_equal(run(&baseline, &source, 1, decoded), 1 + 4);
    assert_memory_equal(decoded, by_table, sizeof decoded);
}

// Of the ranges that end at 12 i / 32, that of 0, 1, 2 and 3 loses nothing but what lies beyond it.
static void test_fitted_scalar_by_hand(void **state)
{
    (void)state;
    enum { COLS = 400 };
    float values[2 * COLS], decoded[2 * COLS];
    for (size_t i = 0; i < COLS; i++) {
        values[i] = (float)(i % 4);
        values[COLS + i] = -values[i];
    }
    values[COLS - 1] = 12;
    values[2 * COLS - 1] = -12;
    struct source source = {values, 2, COLS, UINT64_MAX};
    struct carvq_baseline baseline = scalar(2, COLS);
    baseline.fitted = true;
    assert_int_equal(run(&baseline, &source, 1, decoded), 2 * (100 + 4));
    for (size_t i = 0; i < 2 * COLS; i++)
        assert_true(decoded[i] == (values[i] > 3 ? 3 : values[i] < -3 ? -3 : values[i]));
}

// Each value repairs what the errors before it did, wherever groups begin.
static void test_feedback_by_hand(void **state)
{
    (void)state;
    float below[] = {/* of 1 to 3 */ 0.5f, 0, -1, /* of 2, 3 */ 0.25f, 0, /* of 3 */ 0}, diagonal[] = {1, 1, 1, 1}, decoded[4];
    const struct carvq_metric metric = {.cols = 4, .diagonal = diagonal, .below = below};
    float values[] = {0.5f, 0, 3, 1.8f};
    struct source source = {values, 1, 4, UINT64_MAX};
    struct carvq_baseline_input input = input_of(&source, 1);
    struct carvq_baseline baseline = scalar(1, 0);
    uint64_t bytes;
    input.metric = &metric;
    baseline.feedback = true;
    // Steps from 0 to 3. 0.5 becomes 0, so 0.25 is wanted of 0, which stays 0; 3 stays; of 1.8, 1.3 is wanted.
    const float by_table[] = {0, 0, 3, 0};
    assert_int_equal(carvq_baseline_run(&baseline, &input, decoded, &bytes, NULL), CARVQ_OK);
    assert_int_equal(bytes, 1 + 4);
    assert_memory_equal(decoded, by_table, sizeof by_table);
    // The first group has the ends 0 and 0.5. The range of the second is that of 3 and 1.8, for there is no error yet.
    baseline = scalar(1, 2);
    baseline.feedback = true;
    values[3] = 1.75f;
    const float by_group[] = {0.5f, 0, 3, 1.75f};
    assert_int_equal(carvq_baseline_run(&baseline, &input, decoded, &bytes, NULL), CARVQ_OK);
    assert_memory_equal(decoded, by_group, sizeof by_group);
    // With three values in the first, 0.25 becomes 0 and 0 stays: the last one is to be 1.75 - 0.25.
    baseline = scalar(1, 3);
    baseline.feedback = true;
    values[0] = 0.25f;
    const float by_three[] = {0, 0, 3, 1.5f};
    assert_int_equal(carvq_baseline_run(&baseline, &input, decoded, &bytes, NULL), CARVQ_OK);
    assert_memory_equal(decoded, by_three, sizeof by_three);
    input.metric = NULL;
    struct carvq_error error;
    assert_int_equal(carvq_baseline_run(&baseline, &input, decoded, &bytes, &error), CARVQ_ERROR_ARGUMENT);
    assert_non_null(strstr(error.message, "needs a metric"));
}

static void test_feedback_lowers_what_errors_cost(void **state)
{
    (void)state;
    static const struct {
        uint32_t cols, group;
    } cases[] = {{135, 135}, {135, 32}, {135, 50}, {64, 0}, {160, 7}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const uint32_t n = cases[i].cols;
        struct source source = source_gaussian(60, n, i);
        struct carvq_baseline baseline = scalar(4, cases[i].group);
        double *moment = make_moment(n), costs[2] = {0};
        uint64_t bytes[2];
        for (unsigned with = 0; with < 2; with++) {
            baseline.feedback = with;
            float *decoded = decode_with(&baseline, &source, &bytes[with]);
            for (size_t row = 0; row < 60; row++)
                for (uint32_t a = 0; a < n; a++)
                    for (uint32_t b = 0; b < n; b++)
                        costs[with] += moment[a * n + b] * (double)(decoded[row * n + a] - source.values[row * n + a]) *
                                       (double)(decoded[row * n + b] - source.values[row * n + b]);
            free(decoded);
        }
        print_message("%u columns, groups of %u: %.3f of the cost\n", (unsigned)n, (unsigned)cases[i].group, costs[1] / costs[0]);
        assert_int_equal(bytes[0], bytes[1]);
        assert_true(costs[1] < 0.5 * costs[0]);
        free(moment);
        free(source.values);
    }
}

static void test_nf4_by_hand(void **state)
{
    (void)state;
    struct source source = source_make(2, 67);
    float *values = source.values, *decoded = calloc(2 * 67, sizeof *decoded);
    assert_non_null(decoded);
    values[0] = -2;
    values[1] = 1.9f;
    values[2] = 0.079f;  // just below half of the way from 0 to 0.0796 * 2
    values[3] = 0.08f;   // just above
    values[64] = 0.5f;   // a block of three values
    values[65] = 0.26f;  // 0.52 of 0.5: nearer to 0.5626 than to 0.4407
    values[66] = -0.01f; // -0.02 of 0.5: nearer to 0 than to -0.0911
    struct carvq_baseline baseline = {.kind = CARVQ_BASELINE_NF4, .number = CARVQ_F16};
    assert_int_equal(run(&baseline, &source, 1, decoded), 2 * (34 + 2 * 2));
    const float first[] = {-2, 2, 0, 2 * 0.07958029955625534f, 0}, last[] = {0.5f, 0.5f * 0.5626170039176941f, 0};
    assert_memory_equal(decoded, first, sizeof first);
    assert_memory_equal(decoded + 64, last, sizeof last);
    for (size_t i = 67; i < 2 * 67; i++)
        assert_true(decoded[i] == 0);
    free(decoded);
    free(source.values);
}

static const struct shape {
    uint64_t rows;
    uint32_t cols;
} shapes[] = {{1, 1}, {1, 7}, {3, 5}, {17, 25}, {40, 61}, {256, 32}, {260, 135}};

static void test_low_rank_is_exact_at_full_rank(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        struct source source = source_gaussian(shapes[i].rows, shapes[i].cols, i);
        struct carvq_baseline baseline = ranked(CARVQ_BASELINE_LOW_RANK, 1000, CARVQ_F32);
        uint64_t bytes, full = source.rows < source.cols ? source.rows : source.cols;
        assert_true(distance_with(&baseline, &source, &bytes) < 1e-5);
        assert_int_equal(bytes, (source.rows + source.cols) * full * 4);
        free(source.values);
    }
}

static void test_low_rank_with_a_cache(void **state)
{
    (void)state;
    struct source source = source_gaussian(60, 30, 8);
    struct carvq_baseline_cache cache = {NULL};
    struct carvq_baseline_input input = input_of(&source, 1);
    static float kept[60 * 30], own[60 * 30];
    input.cache = &cache;
    for (uint32_t rank = 1; rank <= 30; rank += 7) {
        struct carvq_baseline baseline = ranked(CARVQ_BASELINE_LOW_RANK, rank, CARVQ_F16);
        uint64_t bytes;
        assert_int_equal(carvq_baseline_run(&baseline, &input, kept, &bytes, NULL), CARVQ_OK);
        assert_int_equal(run(&baseline, &source, 1, own), bytes);
        assert_memory_equal(kept, own, sizeof own);
    }
    carvq_baseline_cache_clear(&cache);
    free(source.values);
}

static void test_low_rank_finds_the_rank(void **state)
{
    (void)state;
    struct source source = source_make(700, 40), factors = source_gaussian(2, 740, 3);
    for (size_t row = 0; row < 700; row++)
        for (size_t col = 0; col < 40; col++)
            for (size_t k = 0; k < 2; k++)
                source.values[row * 40 + col] += factors.values[k * 740 + row] * factors.values[k * 740 + 700 + col];
    struct carvq_baseline one = ranked(CARVQ_BASELINE_LOW_RANK, 1, CARVQ_F16), two = one;
    two.rank = 2;
    uint64_t bytes;
    assert_true(distance_with(&one, &source, &bytes) > 0.2);
    assert_int_equal(bytes, 740 * 2);
    assert_true(distance_with(&two, &source, &bytes) < 1e-3); // 16 bits
    assert_int_equal(bytes, 740 * 2 * 2);
    free(factors.values);
    free(source.values);
}

static void test_tensor_train_is_exact_at_full_rank(void **state)
{
    (void)state;
    static const uint32_t cols[] = {1, 2, 11, 25, 61, 64, 128, 360, 2048};
    for (size_t i = 0; i < 4 * (sizeof cols / sizeof cols[0]); i++) {
        const uint32_t n = cols[i / 4], factors = i % 4;
        struct source source = source_gaussian(5, n, i);
        struct carvq_baseline baseline = ranked(CARVQ_BASELINE_TENSOR_TRAIN, UINT32_MAX, CARVQ_F32);
        baseline.factors = factors;
        uint64_t bytes;
        double error = distance_with(&baseline, &source, &bytes);
        if (!(error < 1e-5))
            fail_msg("%u columns, %u factors: relative error %g", n, factors, error);
        baseline.number = CARVQ_F16;
        error = distance_with(&baseline, &source, &bytes);
        if (!(error < 2e-3 && error > 1e-5))
            fail_msg("%u columns, %u factors, 16 bits: relative error %g", n, factors, error);
        free(source.values);
    }
}

// Rows of 2 x 2 x .. x 2 = 128 values that are products of 7 pairs.
static void test_tensor_train_finds_the_rank(void **state)
{
    (void)state;
    struct source source = source_make(9, 128), pairs = source_gaussian(9, 14, 5);
    for (size_t row = 0; row < 9; row++)
        for (size_t col = 0; col < 128; col++) {
            source.values[row * 128 + col] = 1;
            for (size_t k = 0; k < 7; k++)
                source.values[row * 128 + col] *= pairs.values[row * 14 + 2 * k + (col >> (6 - k) & 1)];
        }
    struct carvq_baseline baseline = ranked(CARVQ_BASELINE_TENSOR_TRAIN, 1, CARVQ_F32);
    uint64_t bytes;
    assert_true(distance_with(&baseline, &source, &bytes) < 1e-5);
    assert_int_equal(bytes, 9 * 14 * 4);
    free(pairs.values);
    free(source.values);
}

static void test_tensor_train_counts_all_cores(void **state)
{
    (void)state;
    // Cores of 2 x 2 x .. x 2 with ranks 2 3 3 3 3 2; of 5 x 5; of 3 x 3 x 7, filled up from 61; of 16 x 8, 8 x 4 x 4 and 9 x 7.
    static const struct {
        uint32_t cols, rank, factors, values;
    } cases[] = {{128, 1, 0, 14}, {128, 2, 0, 48}, {128, 3, 0, 86}, {128, 100, 0, 296}, {25, 1, 0, 10},   {25, 5, 0, 50},
                 {61, 1, 0, 13},  {61, 7, 0, 121}, {128, 2, 2, 48}, {128, 2, 3, 40},    {128, 9, 3, 208}, {61, 2, 2, 32}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct source source = source_gaussian(3, cases[i].cols, i);
        struct carvq_baseline baseline = ranked(CARVQ_BASELINE_TENSOR_TRAIN, cases[i].rank, CARVQ_F16);
        baseline.factors = cases[i].factors;
        uint64_t bytes;
        distance_with(&baseline, &source, &bytes);
        assert_int_equal(bytes, 3 * cases[i].values * 2);
        free(source.values);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scalar_by_hand),
        cmocka_unit_test(test_scalar_groups_by_hand),
        cmocka_unit_test(test_fitted_scalar_by_hand),
        cmocka_unit_test(test_feedback_by_hand),
        cmocka_unit_test(test_feedback_lowers_what_errors_cost),
        cmocka_unit_test(test_nf4_by_hand),
        cmocka_unit_test(test_low_rank_is_exact_at_full_rank),
        cmocka_unit_test(test_low_rank_with_a_cache),
        cmocka_unit_test(test_low_rank_finds_the_rank),
        cmocka_unit_test(test_tensor_train_is_exact_at_full_rank),
        cmocka_unit_test(test_tensor_train_finds_the_rank),
        cmocka_unit_test(test_tensor_train_counts_all_cores),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
