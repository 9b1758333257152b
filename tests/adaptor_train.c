// SPDX-License-Identifier: MIT
// The trained adaptor: what it must reach, and that nothing about a table makes it fail, differ or lie.
#include "encode_support.h"

#include <float.h>
#include <math.h>
#include <stdio.h>

#include "runtime/half.h"
#include "codec/adaptor/adaptor.h"
#include "codec/adaptor/linear.h"
#include "runtime/table.h"

static struct carvq_adaptor_options some_options(uint32_t dim, uint32_t hidden)
{
    struct carvq_adaptor_options options;
    carvq_adaptor_defaults(1, 1, &options);
    options.widths = (struct carvq_adaptor_widths){dim, hidden};
    options.threads = 2;
    return options;
}

static struct carvq_adaptor_network *train(struct source *source, const struct carvq_adaptor_options *options)
{
    struct carvq_matrix matrix = source_matrix(source);
    struct carvq_adaptor_network *network = NULL;
    struct carvq_error error = {0};
    enum carvq_status status = carvq_adaptor_train(&matrix, options, &network, &error);
    assert_string_equal(error.message, "");
    assert_int_equal(status, CARVQ_OK);
    return network;
}

// rank directions of falling length, a mean and noise.
static struct source structured(uint64_t rows, uint32_t cols, uint32_t rank, float noise)
{
    struct source source = source_gaussian(rows, cols, 7);
    struct source basis = source_gaussian(rank + 1, cols, 8), factors = source_gaussian(rows, rank, 9);
    for (uint64_t r = 0; r < rows; r++)
        for (uint32_t c = 0; c < cols; c++) {
            float *value = &source.values[r * cols + c];
            *value = noise * *value + 0.3f * basis.values[(size_t)rank * cols + c];
            for (uint32_t k = 0; k < rank; k++)
                *value += factors.values[r * rank + k] * basis.values[(size_t)k * cols + c] / (float)(k + 1);
        }
    free(basis.values);
    free(factors.values);
    return source;
}

// Sum of |error| of the best affine map of rank m in the sense of least squares.
static double l1_of_rank(const struct source *source, size_t m)
{
    const size_t n = source->cols, rows = (size_t)source->rows;
    double *mean = calloc(n, sizeof *mean), *gram = calloc(n * n, sizeof *gram), *values = malloc(n * sizeof *values);
    double *vectors = malloc(n * n * sizeof *vectors), l1 = 0;
    for (size_t i = 0; i < rows * n; i++)
        mean[i % n] += (double)source->values[i] / (double)rows;
    for (size_t r = 0; r < rows; r++)
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < n; j++)
                gram[i * n + j] += ((double)source->values[r * n + i] - mean[i]) * ((double)source->values[r * n + j] - mean[j]);
    carvq_eigen(gram, n, values, vectors);
    for (size_t r = 0; r < rows; r++) {
        for (size_t c = 0; c < n; c++)
            values[c] = (double)source->values[r * n + c] - mean[c];
        for (size_t k = 0; k < m; k++) {
            double dot = 0;
            for (size_t c = 0; c < n; c++)
                dot += values[c] * vectors[k * n + c];
            for (size_t c = 0; c < n; c++)
                values[c] -= dot * vectors[k * n + c];
        }
        for (size_t c = 0; c < n; c++)
            l1 += fabs(values[c]);
    }
    free(mean);
    free(gram);
    free(values);
    free(vectors);
    return l1;
}

static void test_beats_the_best_linear_map(void **state)
{
    (void)state;
    struct source source = structured(3000, 48, 5, 0.5f);
    const struct {
        uint32_t dim, hidden;
        double share;
    } cases[] = {{1, 1, 1.001}, {1, 6, 1}, {3, 6, 1}, {4, 60, 0.97}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct carvq_adaptor_options options = some_options(cases[i].dim, cases[i].hidden);
        struct carvq_adaptor_network *network = train(&source, &options);
        double linear = l1_of_rank(&source, cases[i].dim);
        print_message("m %u H %u: L1 %.4f of what there was, best linear map %.4f\n", cases[i].dim, cases[i].hidden,
                      network->l1_after / network->l1_before, linear / network->l1_before);
        assert_true(network->l1_after < cases[i].share * linear);
        free(network);
    }
    free(source.values);
}

// The measured errors must be those of a reader of the file: the runtime's.
static void test_runtime_agrees(void **state)
{
    (void)state;
    struct source source = structured(600, 37, 5, 0.5f);
    for (int f16 = 0; f16 < 2; f16++) {
        struct carvq_adaptor_options options = some_options(2, 90);
        options.dtype = f16 ? CARVQ_F16 : CARVQ_BF16;
        struct carvq_adaptor_network *network = train(&source, &options);
        assert_int_equal(network->nbytes, carvq_adaptor_bytes(source.rows, source.cols, options.widths));
        assert_int_equal(network->nbytes, 2 * (600 * 2 + 2 * 90 + 90 + 90 * 37 + 37));
        const struct carvq_adaptor adaptor = {2,
                                              90,
                                              (uint32_t)source.cols,
                                              options.dtype,
                                              network->stored.table,
                                              network->stored.weight_0,
                                              network->stored.bias_0,
                                              network->stored.weight_1,
                                              network->stored.bias_1};
        double l1 = 0, square = 0;
        for (uint32_t r = 0; r < source.rows; r++) {
            float row[37] = {0};
            carvq_adaptor_add(&adaptor, &r, 1, (struct carvq_columns){0, 37}, row, 37);
            for (uint32_t c = 0; c < 37; c++) {
                double error = (double)source.values[r * 37 + c] - (double)row[c];
                l1 += fabs(error);
                square += error * error;
            }
        }
        assert_true(fabs(l1 - network->l1_after) < 1e-5 * l1);
        assert_true(fabs(square - network->square_after) < 1e-5 * square);
        free(network);
    }
    free(source.values);
}

static double last_loss;

static int remember_loss(void *context, const struct carvq_adaptor_progress *progress)
{
    (void)context;
    assert_true(progress->done <= progress->total && progress->pass <= progress->passes);
    last_loss = progress->loss;
    return 0;
}

// After training in floats the loss is that of the last pass; what 16 bits do to it must be next to nothing.
static void test_rounding_costs_little(void **state)
{
    (void)state;
    struct source source = structured(3000, 48, 5, 0.5f);
    const uint32_t hidden[2] = {6, 250};
    const double least[2] = {0.998, 0.97}; // with 250 units, 8 values of z are left for each
    for (size_t i = 0; i < 2; i++) {
        struct carvq_adaptor_options options = some_options(1, hidden[i]);
        options.progress = remember_loss;
        struct carvq_adaptor_network *network = train(&source, &options);
        double gain = network->l1_before - last_loss * 3000 * 48;
        print_message("H %u: gain %.4f of L1, after rounding %.4f\n", hidden[i], gain / network->l1_before,
                      1 - network->l1_after / network->l1_before);
        assert_true(network->l1_before - network->l1_after > least[i] * gain);
        free(network);
    }
    free(source.values);
}

static void test_threads_agree(void **state)
{
    (void)state;
    struct source source = structured(70000, 5, 3, 0.5f); // more chunks than all lanes take at once
    struct carvq_adaptor_options options = some_options(2, 7);
    options.epochs = 4;
    options.threads = 1;
    struct carvq_adaptor_network *one = train(&source, &options);
    for (options.threads = 2; options.threads <= 3; options.threads++) {
        struct carvq_adaptor_network *more = train(&source, &options);
        assert_memory_equal(more->stored.table, one->stored.table, one->nbytes);
        assert_true(more->l1_after == one->l1_after);
        free(more);
    }
    options.seed = 1;
    struct carvq_adaptor_network *other = train(&source, &options);
    assert_memory_not_equal(other->stored.table, one->stored.table, one->nbytes);
    free(other);
    free(one);
    free(source.values);
}

static void assert_finite(const struct carvq_adaptor_network *network)
{
    for (size_t i = 0; i < network->nbytes; i += 2) {
        float value;
        carvq_widen(network->stored.dtype, network->stored.table + i, 1, &value);
        assert_true(isfinite(value));
    }
    assert_true(isfinite(network->l1_after) && isfinite(network->square_after));
}

static void test_tiny_shapes(void **state)
{
    (void)state;
    for (uint32_t rows = 1; rows <= 3; rows++)
        for (uint32_t cols = 1; cols <= 3; cols++)
            for (uint32_t dim = 1; dim <= 4; dim++)
                for (uint32_t hidden = 1; hidden <= 5; hidden++) {
                    struct source source = source_gaussian(rows, cols, rows + 10 * cols);
                    struct carvq_adaptor_options options = some_options(dim, hidden);
                    options.epochs = hidden;
                    struct carvq_adaptor_network *network = train(&source, &options);
                    assert_finite(network);
                    assert_true(network->l1_after <= 1.05 * network->l1_before);
                    free(network);
                    free(source.values);
                }
}

static void test_zero_gives_zero(void **state)
{
    (void)state;
    struct source source = source_make(100, 9);
    struct carvq_adaptor_options options = some_options(2, 5);
    struct carvq_adaptor_network *network = train(&source, &options);
    for (size_t i = 0; i < network->nbytes; i++)
        assert_int_equal(network->stored.table[i], 0);
    assert_true(network->l1_before == 0 && network->l1_after == 0);
    free(network);
    free(source.values);
}

// Rows that are equal, rows that are zero, one value that is larger than all others together, values near both ends of float.
static void test_odd_tables(void **state)
{
    (void)state;
    for (int kind = 0; kind < 6; kind++) {
        struct source source = source_gaussian(500, 12, 3);
        for (size_t i = 0; i < 500 * 12; i++) {
            if (kind == 0)
                source.values[i] = (float)(i % 12);
            else if (kind == 1 && i / 12 % 2 == 0)
                source.values[i] = 0;
            else if (kind == 3)
                source.values[i] *= 1e-28f;
            else if (kind == 4)
                source.values[i] *= 1e28f;
            else if (kind == 5)
                source.values[i] = i < 12 ? 1 : 0;
        }
        if (kind == 2)
            source.values[1234] = 1e30f;
        struct carvq_adaptor_options options = some_options(2, 9);
        struct carvq_adaptor_network *network = train(&source, &options);
        print_message("kind %d: L1 %g -> %g\n", kind, network->l1_before, network->l1_after);
        assert_finite(network);
        assert_true(network->l1_after <= network->l1_before);
        if (kind == 0)
            assert_true(network->l1_after < 0.01 * network->l1_before);
        free(network);
        free(source.values);
    }
}

static void test_nan_is_named(void **state)
{
    (void)state;
    for (int infinite = 0; infinite < 2; infinite++) {
        struct source source = source_gaussian(500, 12, 3);
        source.values[321 * 12 + 5] = infinite ? -INFINITY : NAN;
        struct carvq_matrix matrix = source_matrix(&source);
        struct carvq_adaptor_options options = some_options(2, 9);
        struct carvq_adaptor_network *network = NULL;
        struct carvq_error error = {0};
        assert_int_equal(carvq_adaptor_train(&matrix, &options, &network, &error), CARVQ_ERROR_FORMAT);
        assert_non_null(strstr(error.message, "321"));
        assert_null(network);
        free(source.values);
    }
}

static void test_read_error_is_passed_on(void **state)
{
    (void)state;
    struct source source = source_gaussian(500, 12, 3);
    source.fails_at_row = 499;
    struct carvq_matrix matrix = source_matrix(&source);
    struct carvq_adaptor_options options = some_options(2, 9);
    struct carvq_adaptor_network *network = NULL;
    struct carvq_error error = {0};
    assert_int_equal(carvq_adaptor_train(&matrix, &options, &network, &error), CARVQ_ERROR_IO);
    assert_string_equal(error.message, "the disk is gone");
    assert_null(network);
    free(source.values);
}

static int count_down(void *context, const struct carvq_adaptor_progress *progress)
{
    (void)progress;
    int *left = context;
    return (*left)-- == 0;
}

static void test_cancel_at_any_time(void **state)
{
    (void)state;
    struct source source = source_gaussian(50, 12, 3);
    struct carvq_matrix matrix = source_matrix(&source);
    struct carvq_adaptor_options options = some_options(2, 9);
    options.progress = count_down;
    int calls = 0, left;
    enum carvq_status status;
    do {
        struct carvq_adaptor_network *network = NULL;
        struct carvq_error error = {0};
        left = calls++;
        options.progress_context = &left;
        status = carvq_adaptor_train(&matrix, &options, &network, &error);
        assert_true(status == CARVQ_OK || status == CARVQ_ERROR_CANCELLED);
        assert_true((network != NULL) == (status == CARVQ_OK));
        free(network);
    } while (status != CARVQ_OK);
    assert_int_equal(calls - 1, 4 + options.power_passes + options.epochs);
    free(source.values);
}

static void test_widths_fill_the_budget(void **state)
{
    (void)state;
    const struct {
        uint64_t rows;
        uint32_t cols;
    } shapes[] = {
        {128256, 2048}, {4096, 128}, {4096, 384}, {32000, 4096}, {151936, 3584}, {100352, 5120}, {262144, 8960},
    };
    struct carvq_adaptor_widths widths = carvq_adaptor_widths(128256, 2048, 0, 0);
    assert_int_equal(widths.dim, 16);
    assert_int_equal(widths.hidden, 240);
    assert_true(fabs(8.0 * (double)carvq_adaptor_bytes(128256, 2048, widths) / (128256.0 * 2048) - 0.1553) < 0.00005);
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        double values = (double)shapes[i].rows * shapes[i].cols;
        widths = carvq_adaptor_widths(shapes[i].rows, shapes[i].cols, 0, 0);
        print_message("%7.0f x %u: %u-%u\n", (double)shapes[i].rows, shapes[i].cols, widths.dim, widths.hidden);
        assert_true(widths.dim >= 1 && widths.dim <= shapes[i].cols / 128 && widths.hidden >= widths.dim);
        assert_true(8.0 * (double)carvq_adaptor_bytes(shapes[i].rows, shapes[i].cols, widths) / values <= 0.1554);
        widths.hidden++;
        assert_true(8.0 * (double)carvq_adaptor_bytes(shapes[i].rows, shapes[i].cols, widths) / values > 0.1554);
    }
}

static void test_widths_of_narrow_and_huge_tables(void **state)
{
    (void)state;
    const struct {
        uint64_t rows;
        uint32_t cols;
    } none[] = {{1, 1}, {512, 64}, {100000000, 102}, {10, 4096}};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        struct carvq_adaptor_widths widths = carvq_adaptor_widths(none[i].rows, none[i].cols, 0, 0);
        assert_true(widths.dim == 0 && widths.hidden == 0);
        assert_int_equal(carvq_adaptor_bytes(none[i].rows, none[i].cols, widths), 0);
    }
    struct carvq_adaptor_widths widths = carvq_adaptor_widths(320001536, 160, 0, 0);
    assert_true(widths.dim == 1 && widths.hidden == CARVQ_ADAPTOR_MAX_UNITS);
    widths = carvq_adaptor_widths((uint64_t)1 << 32, 1 << 24, 0, 0);
    assert_true(widths.dim == 65536 && widths.hidden > 0);
    widths = carvq_adaptor_widths(512, 64, 1, 0);
    assert_true(widths.dim == 1 && widths.hidden == 1);
    widths = carvq_adaptor_widths(512, 64, 0, 9);
    assert_true(widths.dim == 1 && widths.hidden == 9);
    widths = carvq_adaptor_widths(128256, 2048, 8, 100);
    assert_true(widths.dim == 8 && widths.hidden == 100);
}

static void test_impossible_options(void **state)
{
    (void)state;
    struct source source = source_gaussian(5, 5, 3);
    for (int kind = 0; kind < 6; kind++) {
        struct carvq_matrix matrix = source_matrix(&source);
        struct carvq_adaptor_options options = some_options(2, 9);
        struct carvq_adaptor_network *network = NULL;
        struct carvq_error error = {0};
        options.widths.dim = kind == 0 ? 0 : kind == 1 ? 65537 : 2;
        options.widths.hidden = kind == 2 ? 0 : kind == 3 ? 513 : 9;
        options.epochs = kind == 4 ? 0 : 1;
        options.dtype = kind == 5 ? CARVQ_F32 : CARVQ_BF16;
        assert_int_equal(carvq_adaptor_train(&matrix, &options, &network, &error), CARVQ_ERROR_ARGUMENT);
        assert_null(network);
        print_message("%s\n", error.message);
    }
    free(source.values);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_beats_the_best_linear_map),
        cmocka_unit_test(test_runtime_agrees),
        cmocka_unit_test(test_rounding_costs_little),
        cmocka_unit_test(test_threads_agree),
        cmocka_unit_test(test_tiny_shapes),
        cmocka_unit_test(test_zero_gives_zero),
        cmocka_unit_test(test_odd_tables),
        cmocka_unit_test(test_nan_is_named),
        cmocka_unit_test(test_read_error_is_passed_on),
        cmocka_unit_test(test_cancel_at_any_time),
        cmocka_unit_test(test_widths_fill_the_budget),
        cmocka_unit_test(test_widths_of_narrow_and_huge_tables),
        cmocka_unit_test(test_impossible_options),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
