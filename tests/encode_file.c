// SPDX-License-Identifier: MIT
// The encoder's file: complete, of the promised size, readable by the runtime, with the values that were reported.
#include "encode_support.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "runtime/half.h"
#include "runtime/table.h"

// Encodes, decodes with the runtime, and compares plan, file and report with each other.
static void round_trip(uint64_t rows, uint32_t cols, const struct carvq_settings *options, double least_sqnr)
{
    struct source source = source_gaussian(rows, cols, rows * cols);
    struct carvq_matrix matrix = source_matrix(&source);
    struct carvq_report report = {0};
    struct planned plan;
    struct carvq_error error = {0};
    print_message("%" PRIu64 " x %" PRIu32 " h %" PRIu32 " g %" PRIu64 " L %" PRIu32 " kappa %" PRIu32 " %s\n", rows, cols,
                  options->subvector, options->group, options->stages, options->code_bits,
                  options->grouping == CARVQ_GROUP_ROWS ? "rows" : "columns");
    assert_int_equal(plan_settings(&matrix, options, 2, &plan, &error), CARVQ_OK);
    struct output output = encode_one(&source, options, 2, &report);

    struct carvq_file *file = NULL;
    assert_int_equal(carvq_open_memory(output.data, output.size, &file, &error), CARVQ_OK);
    const struct carvq_table_info *info = carvq_info(carvq_find(file, NULL));
    assert_int_equal(info->rows, rows);
    assert_int_equal(info->cols, cols);
    assert_int_equal(info->segments[0].groups, plan.info.segments[0].groups);
    assert_int_equal(info->code_bytes, plan.info.code_bytes);
    assert_int_equal(info->codebook_bytes, plan.info.codebook_bytes);
    assert_int_equal(info->payload_bytes, plan.info.payload_bytes);
    uint64_t header = 0;
    for (int i = 0; i < 8; i++)
        header |= (uint64_t)output.data[i] << 8 * i;
    assert_int_equal((8 + header) % 64, 0);
    assert_int_equal(output.size, 8 + header + info->payload_bytes);
    carvq_close(file);

    float *decoded = decode_all(&output, rows, cols);
    double energy = 0, squares = 0, errors = 0;
    for (size_t i = 0; i < rows * cols; i++) {
        double x = (double)source.values[i], difference = x - (double)decoded[i];
        energy += x * x;
        squares += difference * difference;
        errors += fabs(difference);
    }
    double sqnr = 10 * log10(energy / squares);
    assert_true(squares == 0 ? isinf(report.sqnr_db) : fabs(sqnr - report.sqnr_db) < 1e-9);
    assert_true(fabs(errors / (double)(rows * cols) - report.l1) <= 1e-12 * report.l1);
    if (report.sqnr_db < least_sqnr)
        fail_msg("SQNR %.2f dB, expected %.2f", report.sqnr_db, least_sqnr);
    free(decoded);
    output_free(&output);
    free(source.values);
}

static struct carvq_settings make_options(uint32_t h, uint64_t g, uint32_t stages, uint32_t code_bits)
{
    struct carvq_settings options;
    carvq_settings_init(&options, sizeof options);
    options.subvector = h;
    options.group = g;
    options.stages = stages;
    options.code_bits = code_bits;
    return options;
}

// Groups begin and end within rows; the last one is short.
static void test_group_straddles_rows(void **state)
{
    (void)state;
    struct carvq_settings options = make_options(8, 100, 3, 4);
    round_trip(75, 64, &options, 7.5);
    options = make_options(8, 7, 2, 2);
    round_trip(11, 104, &options, 5);
    options = make_options(8, 1000000, 3, 4);
    round_trip(33, 64, &options, 7.5);
}

// n is no multiple of h: a seventh of the places in the last sub-vectors are padding, or all but one.
static void test_padding(void **state)
{
    (void)state;
    const uint32_t subvectors[] = {3, 7, 8, 20, 24, 25, 26, 64, 256};
    for (size_t i = 0; i < sizeof subvectors / sizeof subvectors[0]; i++)
        for (int grouping = 0; grouping < 2; grouping++) {
            struct carvq_settings options = make_options(subvectors[i], 150, 3, 4);
            options.grouping = (enum carvq_grouping)grouping;
            round_trip(300, 25, &options, 1.5);
        }
}

static void test_columns(void **state)
{
    (void)state;
    const uint64_t groups[] = {1, 100, 299, 300, 301, (uint64_t)1 << 48};
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++) {
        struct carvq_settings options = make_options(8, groups[i], 3, 4);
        options.grouping = CARVQ_GROUP_COLUMNS;
        round_trip(300, 40, &options, 7.5);
    }
}

static void test_all_code_bits(void **state)
{
    (void)state;
    for (uint32_t code_bits = 1; code_bits <= 12; code_bits++)
        for (int grouping = 0; grouping < 2; grouping++) {
            struct carvq_settings options = make_options(4, 5000, 3, code_bits);
            options.grouping = (enum carvq_grouping)grouping;
            options.iterations = 4;
            round_trip(code_bits < 11 ? 701 : 1501, 20, &options, 2.5 * code_bits);
        }
}

static void test_tiny_tables(void **state)
{
    (void)state;
    const struct {
        uint64_t rows;
        uint32_t cols;
    } shapes[] = {{1, 1}, {1, 8}, {1, 9}, {2, 1}, {17, 1}, {1, 2048}, {5, 7}};
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++)
        for (uint32_t stages = 1; stages <= 16; stages += 15) {
            struct carvq_settings options = make_options(8, 1024, stages, 4);
            round_trip(shapes[i].rows, shapes[i].cols, &options, 2.5);
            options.grouping = CARVQ_GROUP_COLUMNS;
            round_trip(shapes[i].rows, shapes[i].cols, &options, 2.5);
        }
}

// Exactly the bits of doc/method.md, from the shape alone.
static void test_bits_of_the_paper(void **state)
{
    (void)state;
    for (uint32_t stages = 2; stages <= 4; stages++) {
        struct carvq_matrix matrix = {"t", NULL, 4096, 2048, CARVQ_BF16, NULL, NULL};
        struct carvq_settings options = make_options(8, 1024, stages, 4);
        struct planned plan;
        assert_int_equal(plan_settings(&matrix, &options, 0, &plan, NULL), CARVQ_OK);
        assert_int_equal(plan.info.payload_bytes * 8 * 4, (uint64_t)4096 * 2048 * 3 * stages); // 0.75 L bits
    }
}

// Every name that can stand in a safetensors file comes back, and tables of one file do not mix.
static void test_several_tables_with_odd_names(void **state)
{
    (void)state;
    const char *names[] = {"a", "b.\"quoted\"\\", "tab\there", "caf\xc3\xa9 \xf0\x9f\x98\x80", "a.codes", ""};
    enum { COUNT = sizeof names / sizeof names[0] };
    struct source sources[COUNT];
    struct carvq_matrix matrices[COUNT];
    struct carvq_settings options[COUNT];
    struct carvq_report reports[COUNT];
    struct carvq_error error = {0};
    uint64_t size;
    for (uint32_t i = 0; i < COUNT; i++) {
        sources[i] = source_gaussian(20 + i, 16 + i, i);
        matrices[i] = source_matrix(&sources[i]);
        matrices[i].name = names[i];
        options[i] = make_options(8, 10 + i, 1 + i % 3, 3);
        options[i].codebook_dtype = i % 2 == 0 ? CARVQ_BF16 : CARVQ_F16;
    }
    assert_int_equal(size_settings(matrices, options, COUNT, &size, &error), CARVQ_OK);
    struct output output = output_make((size_t)size);
    struct carvq_job job = output_job(&output, 2);
    assert_int_equal(encode_settings(matrices, options, COUNT, &job, reports, &error), CARVQ_OK);
    assert_int_equal(output.size, size);
    struct carvq_file *file = NULL;
    enum carvq_status status = carvq_open_memory(output.data, output.size, &file, &error);
    assert_string_equal(error.message, "");
    assert_int_equal(status, CARVQ_OK);
    assert_int_equal(carvq_table_count(file), COUNT);
    for (uint32_t i = 0; i < COUNT; i++) {
        const struct carvq_table *table = carvq_find(file, names[i]);
        assert_non_null(table);
        assert_int_equal((uintptr_t)table->segments->codebooks % 2,
                         (uintptr_t)output.data % 2); // elements are aligned in the file
        double energy = 0, squares = 0;
        for (uint32_t row = 0; row < 20 + i; row++) {
            float values[32];
            assert_int_equal(carvq_lookup(table, &row, 1, values, 32, &error), CARVQ_OK);
            for (uint32_t c = 0; c < 16 + i; c++) {
                double x = (double)sources[i].values[row * (16 + i) + c];
                energy += x * x;
                squares += (x - (double)values[c]) * (x - (double)values[c]);
            }
        }
        assert_true(fabs(10 * log10(energy / squares) - reports[i].sqnr_db) < 1e-9);
        free(sources[i].values);
    }
    carvq_close(file);
    output_free(&output);
}

static void test_same_name_twice(void **state)
{
    (void)state;
    struct source source = source_gaussian(4, 8, 1);
    struct carvq_matrix matrices[2] = {source_matrix(&source), source_matrix(&source)};
    struct carvq_settings options[2];
    struct carvq_error error = {0};
    struct output output = output_make(1);
    struct carvq_job job = output_job(&output, 1);
    carvq_settings_init(&options[0], sizeof options[0]);
    carvq_settings_init(&options[1], sizeof options[1]);
    assert_int_equal(encode_settings(matrices, options, 2, &job, NULL, &error), CARVQ_ERROR_ARGUMENT);
    assert_non_null(strstr(error.message, "model.embed_tokens.weight"));
    assert_int_equal(output.calls, 0);
    output_free(&output);
    free(source.values);
}

// h, g, codes: each sub-vector is a centroid of its own, in F16, so that an F16 table comes back bit for bit.
static void test_identity(void **state)
{
    (void)state;
    struct source source = source_gaussian(50, 24, 5);
    for (size_t i = 0; i < 50 * 24; i++)
        source.values[i] = carvq_f16_to_f32(carvq_f32_to_f16(source.values[i]));
    source.values[3] = -0.0f;
    source.values[8 * 3 + 1] = 0.0f;
    source.values[100] = 0x1p-24f;
    source.values[101] = -65504;
    struct carvq_settings options = make_options(8, 16, 1, 4);
    options.codebook_dtype = CARVQ_F16;
    for (int grouping = 0; grouping < 2; grouping++) {
        struct carvq_report report;
        options.grouping = (enum carvq_grouping)grouping;
        struct output output = encode_one(&source, &options, 2, &report);
        float *decoded = decode_all(&output, 50, 24);
        assert_memory_equal(decoded, source.values, 50 * 24 * sizeof *decoded);
        assert_true(isinf(report.sqnr_db) && report.sqnr_db > 0);
        assert_true(report.l1 == 0);
        free(decoded);
        output_free(&output);
    }
    free(source.values);
}

static double distance(const float *x, const float *y, uint32_t count)
{
    double sum = 0;
    for (uint32_t i = 0; i < count; i++)
        sum += ((double)x[i] - (double)y[i]) * ((double)x[i] - (double)y[i]);
    return sum;
}

// No other stored centroid is nearer to what there is of a sub-vector: not in the padding, and not where all values lie close
// together far from 0.
static void test_codes_are_nearest(void **state)
{
    (void)state;
    for (int variant = 0; variant < 4; variant++) {
        struct source source = source_gaussian(600, 29, 3);
        for (size_t i = 0; i < 600 * 29; i++)
            source.values[i] += variant < 2 ? 0.5f : 1000;
        struct carvq_settings options = make_options(8, 300, 1, 4);
        options.codebook_dtype = CARVQ_F16;
        options.grouping = (enum carvq_grouping)(variant % 2);
        struct output output = encode_one(&source, &options, 2, NULL);
        float *decoded = decode_all(&output, 600, 29);
        struct carvq_file *file = NULL;
        assert_int_equal(carvq_open_memory(output.data, output.size, &file, NULL), CARVQ_OK);
        const uint8_t *codebooks = carvq_find(file, NULL)->segments->codebooks;
        for (size_t row = 0; row < 600; row++)
            for (size_t s = 0; s < 4; s++) {
                size_t group = variant % 2 == 0 ? (row * 4 + s) / 300 : row / 300 * 4 + s, at = row * 29 + s * 8;
                uint32_t dims = s < 3 ? 8 : 5;
                double chosen = distance(source.values + at, decoded + at, dims);
                for (size_t k = 0; k < 16; k++) {
                    float centroid[8];
                    carvq_widen(CARVQ_F16, codebooks + (group * 16 + k) * 16, 8, centroid);
                    if (distance(source.values + at, centroid, dims) < chosen * (1 - 1e-4))
                        fail_msg("row %zu, sub-vector %zu: centroid %zu is nearer", row, s, k);
                }
            }
        carvq_close(file);
        free(decoded);
        output_free(&output);
        free(source.values);
    }
}

// No more different sub-vectors than centroids: exact, however often each occurs.
static void test_few_distinct(void **state)
{
    (void)state;
    const uint32_t cols[] = {16, 19};
    for (int i = 0; i < 2; i++) {
        struct source source = source_make(500, cols[i]);
        struct carvq_random random = carvq_random_stream(1, 0);
        for (size_t row = 0; row < 500; row++) {
            uint64_t kind = carvq_random_below(&random, 5);
            for (uint32_t c = 0; c < cols[i]; c++)
                source.values[row * cols[i] + c] = (float)kind * (float)(c + 1);
        }
        struct carvq_settings options = make_options(8, 4096, 1, 4);
        struct carvq_report report;
        struct output output = encode_one(&source, &options, 2, &report);
        assert_true(isinf(report.sqnr_db));
        output_free(&output);
        free(source.values);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_group_straddles_rows),
        cmocka_unit_test(test_padding),
        cmocka_unit_test(test_columns),
        cmocka_unit_test(test_all_code_bits),
        cmocka_unit_test(test_tiny_tables),
        cmocka_unit_test(test_bits_of_the_paper),
        cmocka_unit_test(test_several_tables_with_odd_names),
        cmocka_unit_test(test_same_name_twice),
        cmocka_unit_test(test_identity),
        cmocka_unit_test(test_codes_are_nearest),
        cmocka_unit_test(test_few_distinct),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
