// SPDX-License-Identifier: MIT
// All rivals at all settings: in order, the same for any number of threads, and alive after tables without any content.
#include <float.h>

#include "baselines_support.h"

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

// What these methods decode to and count is what carvq writes to a file.
static void test_encoder_is_that_of_files(void **state)
{
    (void)state;
    struct source source = source_gaussian(300, 160, 1);
    struct carvq_baseline list[CARVQ_BASELINES_MAX];
    size_t count = carvq_baselines(300, 160, list, CARVQ_BASELINES_MAX), seen = 0;
    for (size_t i = 0; i < count; i++) {
        if (list[i].kind != CARVQ_BASELINE_SETTINGS || list[i].settings.adaptor)
            continue;
        struct carvq_matrix matrix = source_matrix(&source);
        list[i].settings.seed = 1;
        struct planned plan;
        assert_int_equal(plan_settings(&matrix, &list[i].settings, 1, &plan, NULL), CARVQ_OK);
        struct output output = output_make((size_t)plan.info.payload_bytes + 65536);
        struct carvq_job job = output_job(&output, 1);
        assert_int_equal(encode_settings(&matrix, &list[i].settings, 1, &job, NULL, NULL), CARVQ_OK);
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
        uint64_t bytes, h = list[i].settings.subvector, b = list[i].settings.code_bits, blocks = (30 + h - 1) / h;
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
        const struct carvq_baseline_input input = input_of(&source, 1);
        struct carvq_error error;
        uint64_t bytes;
        if (list[i].kind == CARVQ_BASELINE_SETTINGS) {
            assert_true(distance_with(&list[i], &source, &bytes) < 0.9);
            continue;
        }
        assert_int_equal(carvq_baseline_run(&list[i], &input, decoded, &bytes, &error), CARVQ_ERROR_ARGUMENT);
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
    struct carvq_baseline_input input = {"table", values, 3, 2, CARVQ_F32, 1, 0, NULL, NULL};
    struct carvq_error error = {0};
    uint64_t bytes;
    struct carvq_baseline baseline = scalar(3, 2);
    assert_int_equal(carvq_baseline_run(&baseline, &input, decoded, &bytes, &error), CARVQ_ERROR_FORMAT);
    assert_non_null(strstr(error.message, "row 2"));
    values[4] = -INFINITY;
    assert_int_equal(carvq_baseline_run(&baseline, &input, decoded, &bytes, NULL), CARVQ_ERROR_FORMAT);
    values[4] = 5;
    baseline.bits = 9;
    assert_int_equal(carvq_baseline_run(&baseline, &input, decoded, &bytes, &error), CARVQ_ERROR_ARGUMENT);
    baseline = ranked(CARVQ_BASELINE_LOW_RANK, 0, CARVQ_F16);
    assert_int_equal(carvq_baseline_run(&baseline, &input, decoded, &bytes, &error), CARVQ_ERROR_ARGUMENT);
    baseline.rank = 1;
    input.rows = 0;
    assert_int_equal(carvq_baseline_run(&baseline, &input, decoded, &bytes, &error), CARVQ_ERROR_ARGUMENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
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
