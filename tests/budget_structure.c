// SPDX-License-Identifier: MIT
// What is taken out of a table before it is quantized: put back as a reader does it, and only where it earns its bits.
#include "encode_support.h"

#include <math.h>

#include "plan/structure.h"
#include "runtime/half.h"

static struct carvq_structure *fit(const struct source *source)
{
    struct carvq_structure *structure = NULL;
    struct carvq_error error = {0};
    const size_t values = (size_t)source->rows * source->cols;
    float *sample = malloc(values * sizeof *sample);
    double *mean = calloc(source->cols, sizeof *mean);
    assert_non_null(sample);
    assert_non_null(mean);
    memcpy(sample, source->values, values * sizeof *sample);
    for (size_t i = 0; i < values; i++)
        mean[i % source->cols] += source->values[i] / (double)source->rows;
    assert_int_equal(
        carvq_structure_fit(sample, (size_t)source->rows, mean, source->rows, source->cols, UINT64_MAX, &structure, &error),
        CARVQ_OK);
    // What is left in the sample is what subtracting leaves of the rows.
    for (uint64_t r = 0; r < source->rows; r++) {
        uint8_t fields[CARVQ_STRUCTURE_MAX_RANK];
        float *row = source->values + r * source->cols, copy[1024];
        memcpy(copy, row, source->cols * sizeof *copy);
        carvq_structure_subtract(structure, copy, fields);
        assert_memory_equal(copy, sample + r * source->cols, source->cols * sizeof *copy);
    }
    free(sample);
    free(mean);
    return structure;
}

// By how many dB the structure lowers the energy of a table, per 6.02 dB of the bits that it takes: above 1 it is worth them.
static double worth(const struct source *source, const struct carvq_structure *structure)
{
    const uint32_t n = source->cols;
    double before = 0, after = 0;
    float *copy = malloc(n * sizeof *copy);
    assert_non_null(copy);
    for (uint64_t r = 0; r < source->rows; r++) {
        uint8_t fields[CARVQ_STRUCTURE_MAX_RANK];
        memcpy(copy, source->values + r * n, n * sizeof *copy);
        carvq_structure_subtract(structure, copy, fields);
        for (uint32_t c = 0; c < n; c++) {
            before += (double)source->values[r * n + c] * source->values[r * n + c];
            after += (double)copy[c] * copy[c];
        }
    }
    free(copy);
    double bits = (double)carvq_structure_bits(structure, source->rows) / ((double)source->rows * n);
    return log2(before / after) / 2 / bits;
}

// A table of given rank beside noise, and a shift.
static struct source make_table(uint64_t rows, uint32_t cols, uint32_t rank, float strength, float shift)
{
    struct source source = source_gaussian(rows, cols, rank + 1);
    struct carvq_random random = carvq_random_stream(11, rank);
    for (uint32_t k = 0; k < rank; k++) {
        float direction[1024], pair[2];
        for (uint32_t c = 0; c < cols; c++) {
            carvq_random_normal(&random, pair);
            direction[c] = pair[0];
        }
        for (uint64_t r = 0; r < rows; r++) {
            carvq_random_normal(&random, pair);
            for (uint32_t c = 0; c < cols; c++)
                source.values[r * cols + c] += strength * pair[0] * direction[c];
        }
    }
    for (size_t i = 0; i < rows * cols; i++)
        source.values[i] += shift * (float)(1 + i % cols % 3);
    return source;
}

static void test_nothing_in_noise(void **state)
{
    (void)state;
    struct source source = make_table(2000, 64, 0, 0, 0);
    struct carvq_structure *structure = fit(&source);
    assert_false(structure->has_mean);
    assert_int_equal(structure->rank, 0);
    assert_int_equal(carvq_structure_bits(structure, 2000), 0);
    free(structure);
    free(source.values);
}

static void test_mean_of_a_shifted_table(void **state)
{
    (void)state;
    struct source source = make_table(2000, 64, 0, 0, 0.4f);
    struct carvq_structure *structure = fit(&source);
    assert_true(structure->has_mean);
    assert_int_equal(structure->rank, 0);
    assert_int_equal(carvq_structure_bits(structure, 2000), 16 * 64);
    assert_true(worth(&source, structure) > 10);
    free(structure);
    // Not worth it where it is spread over few rows.
    source.rows = 8;
    structure = fit(&source);
    assert_false(structure->has_mean);
    free(structure);
    free(source.values);
}

static void test_directions_of_a_low_rank(void **state)
{
    (void)state;
    for (uint32_t rank = 1; rank <= 4; rank++) {
        struct source source = make_table(2000, 128, rank, 1, 0);
        struct carvq_structure *structure = fit(&source);
        assert_int_equal(structure->rank, rank);
        assert_true(structure->bits >= 2 && structure->bits <= 8);
        assert_true(worth(&source, structure) > 3);
        free(structure);
        free(source.values);
    }
    // A direction that is too weak for its bits is left in.
    struct source source = make_table(2000, 128, 1, 0.05f, 0);
    struct carvq_structure *structure = fit(&source);
    assert_int_equal(structure->rank, 0);
    free(structure);
    free(source.values);
}

static void test_adding_undoes_subtracting(void **state)
{
    (void)state;
    for (uint32_t rank = 0; rank <= 4; rank += 2)
        for (int shifted = 0; shifted < 2; shifted++) {
            struct source source = make_table(1000, 101, rank, 1, shifted ? 2.f : 0);
            struct carvq_structure *structure = fit(&source);
            assert_int_equal(structure->rank, rank);
            assert_int_equal(structure->has_mean, shifted);
            for (uint64_t r = 0; r < source.rows; r++) {
                uint8_t fields[CARVQ_STRUCTURE_MAX_RANK];
                float row[101];
                memcpy(row, source.values + r * 101, sizeof row);
                carvq_structure_subtract(structure, row, fields);
                for (uint32_t k = 0; k < rank; k++)
                    assert_true(fields[k] < 1U << structure->bits);
                carvq_structure_add(structure, fields, row);
                for (uint32_t c = 0; c < 101; c++)
                    assert_true(fabsf(row[c] - source.values[r * 101 + c]) < 1e-5f);
            }
            free(structure);
            free(source.values);
        }
}

// Of a table of so many rows, of which these are a sample, in so many bits.
static struct carvq_structure *fit_sample(const struct source *sample, uint64_t rows, uint64_t most_bits)
{
    struct carvq_structure *structure = NULL;
    struct carvq_error error = {0};
    const size_t values = (size_t)sample->rows * sample->cols;
    float *copy = malloc(values * sizeof *copy);
    double *mean = calloc(sample->cols, sizeof *mean);
    assert_non_null(copy);
    assert_non_null(mean);
    memcpy(copy, sample->values, values * sizeof *copy);
    for (size_t i = 0; i < values; i++)
        mean[i % sample->cols] += copy[i] / (double)sample->rows;
    assert_int_equal(carvq_structure_fit(copy, (size_t)sample->rows, mean, rows, sample->cols, most_bits, &structure, &error),
                     CARVQ_OK);
    free(copy);
    free(mean);
    return structure;
}

// Any few rows have a mean, and a direction that they lie along. In a large table either costs next to nothing, so that what
// suits the sample by chance would be taken, and make all other rows worse.
static void test_chance_in_a_sample_is_not_structure(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 20; seed++) {
        struct source sample = source_gaussian(64, 256, 100 + seed);
        struct carvq_structure *structure = fit_sample(&sample, 1000000, UINT64_MAX);
        assert_false(structure->has_mean);
        assert_int_equal(structure->rank, 0);
        free(structure);
        free(sample.values);
        // What the table does have is seen in as few rows.
        sample = make_table(64, 256, (uint32_t)seed % 3, 1, 0.2f);
        structure = fit_sample(&sample, 1000000, UINT64_MAX);
        assert_true(structure->has_mean);
        assert_int_equal(structure->rank, seed % 3);
        free(structure);
        free(sample.values);
    }
}

static void check_bf16(const float *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        assert_true(carvq_bf16_to_f32(carvq_f32_to_bf16(values[i])) == values[i]);
}

// What is taken out is what a reader puts back: values of 16 bits, and no more of them than there is room for.
static void test_structure_fits_what_is_stored(void **state)
{
    (void)state;
    struct source source = make_table(500, 100, 3, 1, 0.5f);
    const uint64_t mean = 16 * 100, direction = mean + 500 * 2; // at least
    const uint64_t rooms[] = {0, mean - 1, mean, mean + direction, mean + 2 * direction, mean + 3 * direction, 10 * direction};
    for (size_t i = 0; i < sizeof rooms / sizeof rooms[0]; i++) {
        struct carvq_structure *structure = fit_sample(&source, 500, rooms[i]);
        assert_true(carvq_structure_bits(structure, 500) <= rooms[i]);
        assert_int_equal(structure->has_mean, rooms[i] >= mean);
        check_bf16(structure->mean, 100);
        check_bf16(structure->directions, 100 * (size_t)structure->rank);
        free(structure);
    }
    free(source.values);
}

static void test_tables_without_noise(void **state)
{
    (void)state;
    struct source zero = source_make(300, 40), constant = source_make(300, 40), one = source_make(1, 1);
    for (size_t i = 0; i < 300 * 40; i++)
        constant.values[i] = -0.75f;
    one.values[0] = 3;
    struct carvq_structure *structure = fit(&zero);
    assert_false(structure->has_mean);
    assert_int_equal(structure->rank, 0);
    free(structure);
    structure = fit(&constant);
    assert_true(structure->has_mean);
    assert_true(structure->mean[39] == -0.75f);
    assert_int_equal(structure->rank, 0);
    free(structure);
    structure = fit(&one);
    free(structure);
    free(zero.values);
    free(constant.values);
    free(one.values);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_in_noise),
        cmocka_unit_test(test_mean_of_a_shifted_table),
        cmocka_unit_test(test_directions_of_a_low_rank),
        cmocka_unit_test(test_adding_undoes_subtracting),
        cmocka_unit_test(test_chance_in_a_sample_is_not_structure),
        cmocka_unit_test(test_structure_fits_what_is_stored),
        cmocka_unit_test(test_tables_without_noise),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
