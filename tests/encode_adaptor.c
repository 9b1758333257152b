// SPDX-License-Identifier: MIT
// Files with an adaptor: complete, readable by the runtime, with the values that were reported; and without it where it is of
// no use.
#include "encode_support.h"

#include <math.h>
#include <stdio.h>

#include "runtime/table.h"

// A mean, three directions and noise: an adaptor gains much, above all if it comes first.
static struct source structured(uint64_t rows, uint32_t cols)
{
    struct source source = source_gaussian(rows, cols, 7);
    struct source basis = source_gaussian(4, cols, 8), factors = source_gaussian(rows, 3, 9);
    for (uint64_t r = 0; r < rows; r++)
        for (uint32_t c = 0; c < cols; c++) {
            float *value = &source.values[r * cols + c];
            *value = 0.5f * *value + basis.values[3 * cols + c];
            for (uint32_t k = 0; k < 3; k++)
                *value += factors.values[r * 3 + k] * basis.values[k * cols + c];
        }
    free(basis.values);
    free(factors.values);
    return source;
}

static struct carvq_settings some_options(void)
{
    struct carvq_settings options;
    carvq_settings_init(&options, sizeof options);
    options.stages = 1;
    options.iterations = 5;
    options.adaptor = 1;
    options.adaptor_dim = 2;
    options.adaptor_hidden = 8;
    return options;
}

struct result {
    struct output output;
    uint64_t file_bytes;
    struct carvq_report report;
};

static struct result encode(struct source *source, const struct carvq_settings *options, unsigned threads)
{
    struct carvq_matrix matrix = source_matrix(source);
    struct carvq_error error = {0};
    struct result result = {.file_bytes = 0};
    uint64_t planned = 0;
    assert_int_equal(size_settings(&matrix, options, 1, &planned, &error), CARVQ_OK);
    result.output = output_make((size_t)planned);
    struct carvq_job job = output_job(&result.output, threads);
    job.file_bytes_ret = &result.file_bytes;
    enum carvq_status status = encode_settings(&matrix, options, 1, &job, &result.report, &error);
    assert_string_equal(error.message, "");
    assert_int_equal(status, CARVQ_OK);
    assert_int_equal(result.output.size, result.file_bytes);
    for (size_t i = 0; i < result.output.size; i++)
        assert_true(result.output.written[i] > 0);
    return result;
}

// The file says what the report says.
static void check_report(struct result *result, const struct source *source)
{
    const size_t values = (size_t)source->rows * source->cols;
    float *decoded = decode_all(&result->output, source->rows, source->cols);
    double energy = 0, squares = 0, errors = 0;
    for (size_t i = 0; i < values; i++) {
        double x = (double)source->values[i], difference = x - (double)decoded[i];
        energy += x * x;
        squares += difference * difference;
        errors += fabs(difference);
    }
    assert_true(fabs(errors / (double)values - result->report.l1) <= 1e-5 * result->report.l1);
    assert_true(fabs(10 * log10(energy / squares) - result->report.sqnr_db) < 1e-4);
    free(decoded);
}

static void test_file_says_what_the_report_says(void **state)
{
    (void)state;
    struct source source = structured(700, 43);
    for (int variant = 0; variant < 8; variant++) {
        struct carvq_settings options = some_options();
        options.grouping = (enum carvq_grouping)(variant % 2);
        options.codebook_dtype = variant / 2 % 2 ? CARVQ_F16 : CARVQ_BF16;
        options.rounds = variant / 4 ? 3 : 1;
        struct result result = encode(&source, &options, 2);
        const struct carvq_report *report = &result.report;
        print_message("variant %d: L1 %.4f, codes alone %.4f, adaptor's bits on codes %.4f (groups of %u)\n", variant, report->l1,
                      report->codes_l1, report->traded_l1, (unsigned)report->traded_group);
        assert_int_equal(report->left_out, 0);
        check_report(&result, &source);
        assert_true(report->l1 < 0.95 * report->codes_l1);
        assert_true(report->codes_sqnr_db < report->sqnr_db);
        assert_true(report->traded_l1 < report->codes_l1 && report->traded_group < options.group);
        output_free(&result.output);
    }
    free(source.values);
}

static void test_rounds_pay_where_structure_is_strong(void **state)
{
    (void)state;
    struct source source = structured(2000, 40);
    struct carvq_settings options = some_options();
    struct result one = encode(&source, &options, 2);
    options.rounds = 2;
    struct result two = encode(&source, &options, 2);
    options.rounds = 4;
    struct result four = encode(&source, &options, 2);
    print_message("L1 %.4f, %.4f, %.4f\n", one.report.l1, two.report.l1, four.report.l1);
    assert_true(two.report.l1 < 0.95 * one.report.l1);
    assert_true(four.report.l1 <= two.report.l1);
    assert_true(one.report.codes_l1 == four.report.codes_l1);
    output_free(&one.output);
    output_free(&two.output);
    output_free(&four.output);
    free(source.values);
}

// A table that the codes hold exactly: nothing is left to correct, and the file is that of codes alone but for its header.
static void test_useless_adaptor_is_left_out(void **state)
{
    (void)state;
    for (uint32_t rounds = 1; rounds <= 3; rounds++) {
        struct source source = source_make(300, 16);
        for (size_t i = 0; i < 300 * 16; i++)
            source.values[i] = (float)(i / 16 % 3);
        struct carvq_settings options = some_options();
        options.rounds = rounds;
        struct result with = encode(&source, &options, 2);
        assert_int_equal(with.report.left_out, 1);
        assert_true(with.report.l1 == 0 && with.report.codes_l1 == 0);
        options.adaptor = 0;
        struct result without = encode(&source, &options, 2);
        float *a = decode_all(&with.output, 300, 16), *b = decode_all(&without.output, 300, 16);
        assert_memory_equal(a, b, 300 * 16 * sizeof *a);
        free(a);
        free(b);
        output_free(&with.output);
        output_free(&without.output);
        free(source.values);
    }
}

// What the codes leave of the largest numbers is larger than any; rows are wider than any fixed buffer. And with F16, no
// network can hold what millions need.
static void test_extreme_values(void **state)
{
    (void)state;
    for (int variant = 0; variant < 4; variant++) {
        struct source source = structured(60, 1500);
        for (size_t i = 0; i < 60 * 1500; i++)
            source.values[i] = variant % 2 ? 1e7f * source.values[i] : source.values[i] > 0 ? 3.3e38f : -2.6e38f;
        struct carvq_settings options = some_options();
        options.code_bits = 2;
        options.codebook_dtype = variant % 2 ? CARVQ_F16 : CARVQ_BF16;
        options.rounds = variant / 2 ? 3 : 1;
        struct result result = encode(&source, &options, 2);
        float *decoded = decode_all(&result.output, 60, 1500);
        for (size_t i = 0; i < 60 * 1500; i++)
            assert_true(isfinite(decoded[i]));
        assert_true(result.report.l1 <= result.report.codes_l1);
        free(decoded);
        output_free(&result.output);
        free(source.values);
    }
}

static void test_threads_agree_on_the_file(void **state)
{
    (void)state;
    struct source source = structured(3000, 24);
    struct carvq_settings options = some_options();
    options.rounds = 2;
    options.adaptor_epochs = 4;
    struct result one = encode(&source, &options, 1);
    for (unsigned threads = 2; threads <= 3; threads++) {
        struct result more = encode(&source, &options, threads);
        assert_int_equal(more.output.size, one.output.size);
        assert_memory_equal(more.output.data, one.output.data, one.output.size);
        output_free(&more.output);
    }
    output_free(&one.output);
    free(source.values);
}

// Two tables with adaptors, of which one turns out to be of no use.
static void test_one_of_two_adaptors_is_left_out(void **state)
{
    (void)state;
    for (int useless = 0; useless < 2; useless++) {
        struct source sources[2] = {structured(500, 21), structured(400, 21)};
        memset(sources[useless].values, 0, (size_t)sources[useless].rows * 21 * sizeof(float));
        struct carvq_matrix matrices[2] = {source_matrix(&sources[0]), source_matrix(&sources[1])};
        matrices[0].name = "first";
        matrices[1].name = "second";
        const struct carvq_settings options[2] = {some_options(), some_options()};
        struct carvq_report reports[2];
        struct carvq_error error = {0};
        uint64_t planned, file_bytes;
        assert_int_equal(size_settings(matrices, options, 2, &planned, &error), CARVQ_OK);
        struct output output = output_make((size_t)planned);
        struct carvq_job job = output_job(&output, 2);
        job.file_bytes_ret = &file_bytes;
        assert_int_equal(encode_settings(matrices, options, 2, &job, reports, &error), CARVQ_OK);
        assert_true(file_bytes < planned && output.size == file_bytes);
        assert_int_equal(reports[useless].left_out, 1);
        assert_int_equal(reports[!useless].left_out, 0);
        struct carvq_file *file;
        assert_int_equal(carvq_open_memory(output.data, output.size, &file, &error), CARVQ_OK);
        assert_int_equal(carvq_info(carvq_table_at(file, (size_t)useless))->adaptor_dim, 0);
        assert_int_equal(carvq_info(carvq_table_at(file, (size_t)!useless))->adaptor_dim, 2);
        carvq_close(file);
        output_free(&output);
        free(sources[0].values);
        free(sources[1].values);
    }
}

static void test_preset_on_the_paper_shape_is_exact(void **state)
{
    (void)state;
    const double bits[3] = {1.655, 2.405, 3.155};
    for (uint32_t stages = 2; stages <= 4; stages++) {
        struct carvq_matrix matrix = {.name = "t", .rows = 128256, .cols = 2048, .dtype = CARVQ_BF16};
        struct carvq_settings options;
        struct planned plan;
        struct carvq_error error;
        carvq_settings_init(&options, sizeof options);
        options.stages = stages;
        options.adaptor = 1;
        assert_int_equal(plan_settings(&matrix, &options, 2, &plan, &error), CARVQ_OK);
        assert_int_equal(plan.info.adaptor_dim, 16);
        assert_int_equal(plan.info.adaptor_hidden, 240);
        double got = 8 * (double)plan.info.payload_bytes / (128256.0 * 2048);
        print_message("L %u: %.5f bits, working memory %.0f MiB\n", stages, got, (double)plan.working_bytes / (1 << 20));
        assert_true(fabs(got - bits[stages - 2]) < 0.0005);
        assert_true(plan.working_bytes < 250 << 20);
    }
}

static void test_narrow_table_has_codes_alone(void **state)
{
    (void)state;
    struct carvq_matrix matrix = {.name = "t", .rows = 512, .cols = 64, .dtype = CARVQ_F32};
    struct carvq_settings options;
    struct planned plan;
    struct carvq_error error;
    carvq_settings_init(&options, sizeof options);
    options.adaptor = 1;
    assert_int_equal(plan_settings(&matrix, &options, 2, &plan, &error), CARVQ_OK);
    assert_true(plan.info.adaptor_dim == 0 && plan.info.adaptor_bytes == 0);
    options.adaptor_dim = 1;
    assert_int_equal(plan_settings(&matrix, &options, 2, &plan, &error), CARVQ_OK);
    assert_true(plan.info.adaptor_dim == 1 && plan.info.adaptor_hidden == 1 &&
                plan.info.adaptor_bytes == 2 * (512 + 2 + 64 + 64));
}

static int count_down(void *context, const struct carvq_progress *progress)
{
    int *left = context;
    assert_true(progress->done <= progress->total && isfinite(progress->loss));
    return (*left)-- == 0;
}

static void test_cancel_in_every_phase(void **state)
{
    (void)state;
    struct source source = structured(100, 20);
    struct carvq_matrix matrix = source_matrix(&source);
    struct carvq_settings options = some_options();
    options.rounds = 2;
    enum carvq_status status;
    int calls = 0, left;
    do {
        struct carvq_error error = {0};
        struct output output = output_make(1 << 20);
        struct carvq_job job = output_job(&output, 2);
        job.progress = count_down;
        job.progress_context = &left;
        left = calls++;
        status = encode_settings(&matrix, &options, 1, &job, NULL, &error);
        assert_true(status == CARVQ_OK || status == CARVQ_ERROR_CANCELLED);
        output_free(&output);
    } while (status != CARVQ_OK);
    free(source.values);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_file_says_what_the_report_says),
        cmocka_unit_test(test_rounds_pay_where_structure_is_strong),
        cmocka_unit_test(test_useless_adaptor_is_left_out),
        cmocka_unit_test(test_threads_agree_on_the_file),
        cmocka_unit_test(test_one_of_two_adaptors_is_left_out),
        cmocka_unit_test(test_preset_on_the_paper_shape_is_exact),
        cmocka_unit_test(test_narrow_table_has_codes_alone),
        cmocka_unit_test(test_cancel_in_every_phase),
        cmocka_unit_test(test_extreme_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
