// SPDX-License-Identifier: MIT
// The rivals do what their definitions say, count every byte, and survive tables without any content.
#include <float.h>
#include <math.h>
#include <stdio.h>

#include "encode_support.h"
#include "eval/baselines/baselines.h"

static const struct shape {
    uint64_t rows;
    uint32_t cols;
} shapes[] = {{1, 1}, {1, 7}, {3, 5}, {17, 25}, {40, 61}, {256, 32}, {260, 135}};

// The settings of a shape. Of the budgets, whose own tests are elsewhere, only the smallest and the largest, with little effort.
static size_t list_settings(uint64_t rows, uint32_t cols, struct carvq_baseline *list_ret)
{
    const size_t all = carvq_baselines(rows, cols, list_ret, CARVQ_BASELINES_MAX);
    size_t count = 0;
    for (size_t i = 0; i < all; i++) {
        const bool is_budget = list_ret[i].kind == CARVQ_BASELINE_BUDGET;
        if (is_budget && list_ret[i - 1].kind == CARVQ_BASELINE_BUDGET && list_ret[i + 1].kind == CARVQ_BASELINE_BUDGET)
            continue;
        list_ret[count] = list_ret[i];
        list_ret[count++].budget.effort = 1;
    }
    return count;
}

static uint64_t run(const struct carvq_baseline *baseline, const struct source *source, unsigned threads, float *decoded)
{
    struct carvq_error error = {0};
    uint64_t bytes = UINT64_MAX;
    enum carvq_status status = carvq_baseline_run(baseline, "model.embed_tokens.weight", source->values, source->rows,
                                                  source->cols, CARVQ_F32, threads, 1, decoded, &bytes, &error);
    assert_string_equal(error.message, "");
    assert_int_equal(status, CARVQ_OK);
    return bytes;
}

static float *decode_with(const struct carvq_baseline *baseline, const struct source *source, uint64_t *bytes_ret)
{
    const size_t values = (size_t)source->rows * source->cols;
    float *decoded = malloc(values * sizeof *decoded);
    assert_non_null(decoded);
    for (size_t i = 0; i < values; i++)
        decoded[i] = NAN; // is written to by every method
    *bytes_ret = run(baseline, source, 1, decoded);
    return decoded;
}

// |x - y| / |x|, Euclidean norms.
static double distance(const struct source *source, const float *decoded)
{
    double energy = 0, noise = 0;
    for (size_t i = 0; i < (size_t)source->rows * source->cols; i++) {
        double x = (double)source->values[i], difference = x - (double)decoded[i];
        energy += x * x;
        noise += difference * difference;
    }
    return sqrt(noise / energy);
}

static double distance_with(const struct carvq_baseline *baseline, const struct source *source, uint64_t *bytes_ret)
{
    float *decoded = decode_with(baseline, source, bytes_ret);
    double result = distance(source, decoded);
    free(decoded);
    return result;
}

static struct carvq_baseline scalar(uint32_t bits, uint32_t group)
{
    return (struct carvq_baseline){.kind = CARVQ_BASELINE_SCALAR, .bits = bits, .group = group, .number = CARVQ_F16};
}

static struct carvq_baseline ranked(enum carvq_baseline_kind kind, uint32_t rank, enum carvq_dtype number)
{
    return (struct carvq_baseline){.kind = kind, .rank = rank, .number = number};
}

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

// What these methods decode to and count is what carvq writes to a file.
static void test_encoder_is_that_of_files(void **state)
{
    (void)state;
    struct source source = source_gaussian(300, 160, 1);
    struct carvq_baseline list[CARVQ_BASELINES_MAX];
    size_t count = carvq_baselines(300, 160, list, CARVQ_BASELINES_MAX), seen = 0;
    for (size_t i = 0; i < count; i++) {
        if (list[i].kind != CARVQ_BASELINE_ENCODER || list[i].encode.adaptor)
            continue;
        struct carvq_matrix matrix = source_matrix(&source);
        list[i].encode.seed = 1;
        struct carvq_encode_plan plan;
        assert_int_equal(carvq_encode_plan(&matrix, &list[i].encode, 1, &plan, NULL), CARVQ_OK);
        struct output output = output_make((size_t)plan.info.payload_bytes + 65536);
        struct carvq_encode_job job = output_job(&output, 1);
        assert_int_equal(carvq_encode(&matrix, &list[i].encode, 1, &job, NULL, NULL), CARVQ_OK);
        float *expected = decode_all(&output, 300, 160);
        uint64_t bytes;
        float *decoded = decode_with(&list[i], &source, &bytes);
        assert_memory_equal(decoded, expected, 300 * 160 * sizeof *decoded);
        assert_int_equal(bytes, plan.info.payload_bytes);
        free(decoded);
        free(expected);
        output_free(&output);
        seen++;
    }
    assert_true(seen >= 6);
    free(source.values);
}

static void test_product_quantization_counts_codebooks(void **state)
{
    (void)state;
    struct source source = source_gaussian(5000, 30, 2);
    struct carvq_baseline list[CARVQ_BASELINES_MAX];
    size_t count = carvq_baselines(5000, 30, list, CARVQ_BASELINES_MAX), seen = 0;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(list[i].name, "pq") != 0)
            continue;
        uint64_t bytes, h = list[i].encode.subvector, b = list[i].encode.code_bits, blocks = (30 + h - 1) / h;
        distance_with(&list[i], &source, &bytes);
        assert_int_equal(bytes, 5000 * ((blocks * b + 7) / 8) + blocks * ((uint64_t)1 << b) * h * 2);
        seen++;
    }
    assert_true(seen >= 4);
    free(source.values);
}

// More bytes, fewer errors: settings of a method are in order, and each is worth its bytes on a table without structure.
static void test_settings_are_in_order(void **state)
{
    (void)state;
    for (size_t s = 3; s < sizeof shapes / sizeof shapes[0]; s++) {
        struct source source = source_gaussian(shapes[s].rows, shapes[s].cols, s);
        struct carvq_baseline list[CARVQ_BASELINES_MAX];
        size_t count = list_settings(source.rows, source.cols, list);
        uint64_t bytes = 0, bytes_before = 0;
        double error = 0, error_before = 0;
        for (size_t i = 0; i < count; i++, bytes_before = bytes, error_before = error) {
            error = distance_with(&list[i], &source, &bytes);
            if (i > 0 && strcmp(list[i].name, list[i - 1].name) == 0 && (bytes <= bytes_before || error >= error_before))
                fail_msg("%zu x %u, %s %s: %zu bytes, error %g, after %zu bytes, error %g", (size_t)source.rows, source.cols,
                         list[i].method, list[i].setting, (size_t)bytes, error, (size_t)bytes_before, error_before);
        }
        free(source.values);
    }
}

static void fill(struct source *source, float value)
{
    for (size_t i = 0; i < (size_t)source->rows * source->cols; i++)
        source->values[i] = value;
}

static void test_tables_without_content(void **state)
{
    (void)state;
    for (size_t s = 0; s < sizeof shapes / sizeof shapes[0]; s++) {
        struct source source = source_make(shapes[s].rows, shapes[s].cols);
        struct carvq_baseline list[CARVQ_BASELINES_MAX];
        size_t count = list_settings(source.rows, source.cols, list), values = source.rows * source.cols;
        for (size_t i = 0; i < count; i++) {
            uint64_t bytes;
            fill(&source, 0);
            float *decoded = decode_with(&list[i], &source, &bytes);
            assert_true(bytes > 0);
            for (size_t v = 0; v < values; v++)
                assert_true(decoded[v] == 0);
            free(decoded);
            fill(&source, 0.3f);
            double error = distance_with(&list[i], &source, &bytes);
            // The zeros that follow 61 values are no tensor of rank 1.
            if (!(error < (source.cols == 61 && list[i].kind == CARVQ_BASELINE_TENSOR_TRAIN ? 0.2 : 0.004)))
                fail_msg("%zu x %u, %s %s: error %g", (size_t)source.rows, source.cols, list[i].method, list[i].setting, error);
        }
        free(source.values);
    }
}

static void test_one_row_among_zeros(void **state)
{
    (void)state;
    struct source source = source_make(40, 61);
    struct carvq_baseline list[CARVQ_BASELINES_MAX];
    size_t count = list_settings(40, 61, list);
    for (size_t i = 0; i < 61; i++)
        source.values[7 * 61 + i] = i % 3 == 0 ? 1 : -1;
    for (size_t i = 0; i < count; i++) {
        uint64_t bytes;
        double error = distance_with(&list[i], &source, &bytes);
        // Steps from -1 to 1 that the whole table shares need not hit 0.
        if (!(error < (strcmp(list[i].name, "scalar-tensor") == 0 ? 2.1 : 1.01)))
            fail_msg("%s %s: error %g", list[i].method, list[i].setting, error);
    }
    free(source.values);
}

static void test_values_beyond_half_precision(void **state)
{
    (void)state;
    static const float sizes[] = {1e-30f, 1e-5f, 1, 1e5f, 1e36f};
    struct source unit = source_gaussian(40, 160, 4), source = source_make(40, 160);
    struct carvq_baseline list[CARVQ_BASELINES_MAX];
    size_t count = list_settings(40, 160, list);
    for (size_t i = 0; i < count; i++) {
        uint64_t bytes;
        double expected = distance_with(&list[i], &unit, &bytes);
        for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
            for (size_t v = 0; v < 40 * 160; v++)
                source.values[v] = unit.values[v] * sizes[s];
            double error = distance_with(&list[i], &source, &bytes);
            if (!(error < 1.05 * expected + 0.005))
                fail_msg("%s %s, values of %g: error %g instead of %g", list[i].method, list[i].setting, (double)sizes[s], error,
                         expected);
        }
    }
    free(source.values);
    free(unit.values);
}

// Methods that store numbers say so where these cannot be stored; carvq's own encoder can do it.
static void test_values_beyond_single_precision(void **state)
{
    (void)state;
    struct source source = source_make(40, 160);
    struct carvq_baseline list[CARVQ_BASELINES_MAX];
    size_t count = list_settings(40, 160, list);
    static float decoded[40 * 160];
    for (size_t i = 0; i < 40 * 160; i++)
        source.values[i] = i % 3 == 0 ? -FLT_MAX : FLT_MAX;
    for (size_t i = 0; i < count; i++) {
        struct carvq_error error;
        uint64_t bytes;
        if (list[i].kind == CARVQ_BASELINE_ENCODER) {
            assert_true(distance_with(&list[i], &source, &bytes) < 0.9);
            continue;
        }
        assert_int_equal(carvq_baseline_run(&list[i], "table", source.values, 40, 160, CARVQ_F32, 1, 0, decoded, &bytes, &error),
                         CARVQ_ERROR_ARGUMENT);
        assert_non_null(strstr(error.message, list[i].method));
        assert_non_null(strstr(error.message, "as large as 3.40282e+38"));
    }
    free(source.values);
}

static void test_threads_agree(void **state)
{
    (void)state;
    struct source source = source_gaussian(260, 135, 6);
    struct carvq_baseline list[CARVQ_BASELINES_MAX];
    size_t count = list_settings(260, 135, list);
    static float one[260 * 135], three[260 * 135];
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(run(&list[i], &source, 1, one), run(&list[i], &source, 3, three));
        if (memcmp(one, three, sizeof one) != 0)
            fail_msg("%s %s: three threads give other values than one", list[i].method, list[i].setting);
    }
    free(source.values);
}

static void test_list_fits(void **state)
{
    (void)state;
    static const struct shape more[] = {
        {128256, 2048}, {1, 1}, {(uint64_t)1 << 32, (uint32_t)1 << 24}, {151936, 3584}, {4096, 97}};
    for (size_t s = 0; s < sizeof more / sizeof more[0]; s++) {
        struct carvq_baseline list[CARVQ_BASELINES_MAX], first = {.name = "untouched"};
        size_t count = carvq_baselines(more[s].rows, more[s].cols, list, CARVQ_BASELINES_MAX);
        assert_in_range(count, 1, CARVQ_BASELINES_MAX);
        for (size_t i = 1; i < count; i++)
            if (strcmp(list[i].method, list[i - 1].method) == 0 && strcmp(list[i].setting, list[i - 1].setting) == 0)
                fail_msg("%s %s is twice in the list", list[i].method, list[i].setting);
        assert_int_equal(carvq_baselines(more[s].rows, more[s].cols, &first, 0), count);
        assert_string_equal(first.name, "untouched");
    }
}

static void test_bad_arguments(void **state)
{
    (void)state;
    float values[6] = {1, 2, 3, 4, NAN, 6}, decoded[6];
    struct carvq_error error = {0};
    uint64_t bytes;
    struct carvq_baseline baseline = scalar(3, 2);
    assert_int_equal(carvq_baseline_run(&baseline, "table", values, 3, 2, CARVQ_F32, 1, 0, decoded, &bytes, &error),
                     CARVQ_ERROR_FORMAT);
    assert_non_null(strstr(error.message, "row 2"));
    values[4] = -INFINITY;
    assert_int_equal(carvq_baseline_run(&baseline, "table", values, 3, 2, CARVQ_F32, 1, 0, decoded, &bytes, NULL),
                     CARVQ_ERROR_FORMAT);
    values[4] = 5;
    baseline.bits = 9;
    assert_int_equal(carvq_baseline_run(&baseline, "table", values, 3, 2, CARVQ_F32, 1, 0, decoded, &bytes, &error),
                     CARVQ_ERROR_ARGUMENT);
    baseline = ranked(CARVQ_BASELINE_LOW_RANK, 0, CARVQ_F16);
    assert_int_equal(carvq_baseline_run(&baseline, "table", values, 3, 2, CARVQ_F32, 1, 0, decoded, &bytes, &error),
                     CARVQ_ERROR_ARGUMENT);
    baseline.rank = 1;
    assert_int_equal(carvq_baseline_run(&baseline, "table", values, 0, 2, CARVQ_F32, 1, 0, decoded, &bytes, &error),
                     CARVQ_ERROR_ARGUMENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scalar_by_hand),
        cmocka_unit_test(test_scalar_groups_by_hand),
        cmocka_unit_test(test_fitted_scalar_by_hand),
        cmocka_unit_test(test_nf4_by_hand),
        cmocka_unit_test(test_low_rank_is_exact_at_full_rank),
        cmocka_unit_test(test_low_rank_finds_the_rank),
        cmocka_unit_test(test_tensor_train_is_exact_at_full_rank),
        cmocka_unit_test(test_tensor_train_finds_the_rank),
        cmocka_unit_test(test_tensor_train_counts_all_cores),
        cmocka_unit_test(test_encoder_is_that_of_files),
        cmocka_unit_test(test_product_quantization_counts_codebooks),
        cmocka_unit_test(test_settings_are_in_order),
        cmocka_unit_test(test_tables_without_content),
        cmocka_unit_test(test_one_row_among_zeros),
        cmocka_unit_test(test_values_beyond_half_precision),
        cmocka_unit_test(test_values_beyond_single_precision),
        cmocka_unit_test(test_threads_agree),
        cmocka_unit_test(test_list_fits),
        cmocka_unit_test(test_bad_arguments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
