// SPDX-License-Identifier: MIT
// Tables that are sick or extreme, callbacks that fail, callers who change their mind.
#include "encode_support.h"

#include <float.h>
#include <math.h>
#include <stdio.h>

static struct carvq_settings make_options(int grouping)
{
    struct carvq_settings options;
    carvq_settings_init(&options, sizeof options);
    options.group = 50;
    options.grouping = (enum carvq_grouping)grouping;
    return options;
}

static enum carvq_status encode_to(struct output *output, struct source *source, const struct carvq_settings *options,
                                   unsigned threads, struct carvq_error *error)
{
    struct carvq_matrix matrix = source_matrix(source);
    struct carvq_job job = output_job(output, threads);
    memset(error, 0, sizeof *error);
    return encode_settings(&matrix, options, 1, &job, NULL, error);
}

static void expect_bad_row(struct source *source, const char *message)
{
    for (int grouping = 0; grouping < 2; grouping++)
        for (unsigned threads = 1; threads <= 4; threads++) {
            struct carvq_settings options = make_options(grouping);
            struct output output = output_make(1 << 20);
            struct carvq_error error;
            assert_int_equal(encode_to(&output, source, &options, threads, &error), CARVQ_ERROR_FORMAT);
            assert_string_equal(error.message, message);
            output_free(&output);
        }
}

// Whatever the threads and the grouping: the first row of the table, not the first that some thread came to.
static void test_first_bad_row_is_named(void **state)
{
    (void)state;
    struct source source = source_gaussian(2000, 30, 1);
    source.values[1999 * 30 + 29] = NAN;
    expect_bad_row(&source, "model.safetensors: tensor 'model.embed_tokens.weight': row 1999 holds NaN");
    source.values[1500 * 30] = -INFINITY;
    expect_bad_row(&source, "model.safetensors: tensor 'model.embed_tokens.weight': row 1500 holds Inf");
    source.values[1490 * 30 + 28] = -NAN;
    expect_bad_row(&source, "model.safetensors: tensor 'model.embed_tokens.weight': row 1490 holds NaN");
    source.values[0] = INFINITY;
    expect_bad_row(&source, "model.safetensors: tensor 'model.embed_tokens.weight': row 0 holds Inf");
    free(source.values);
}

static void expect_finite(struct source *source, double least_sqnr)
{
    for (int variant = 0; variant < 4; variant++) {
        struct carvq_settings options = make_options(variant % 2);
        struct carvq_report report;
        options.codebook_dtype = variant < 2 ? CARVQ_BF16 : CARVQ_F16;
        options.stages = 4;
        struct output output = encode_one(source, &options, 2, &report);
        float *decoded = decode_all(&output, source->rows, source->cols);
        for (size_t i = 0; i < source->rows * source->cols; i++)
            if (!isfinite(decoded[i]))
                fail_msg("value %zu is not finite", i);
        assert_false(isnan(report.sqnr_db) || isnan(report.l1));
        if (variant < 2 && report.sqnr_db < least_sqnr)
            fail_msg("SQNR %.2f dB, expected %.2f", report.sqnr_db, least_sqnr);
        free(decoded);
        output_free(&output);
    }
}

// Squares, sums of centroids and rounding up must not overflow.
static void test_huge_values(void **state)
{
    (void)state;
    struct source source = source_gaussian(400, 28, 2);
    for (size_t i = 0; i < 400 * 28; i++)
        source.values[i] = source.values[i] > 0 ? FLT_MAX : -FLT_MAX;
    expect_finite(&source, 3);
    for (size_t i = 0; i < 400 * 28; i++)
        source.values[i] *= (float)((i * 7919) % 1000) / 1000;
    expect_finite(&source, 3);
    for (size_t i = 0; i < 400 * 28; i++)
        source.values[i] *= 0x1p-20f;
    expect_finite(&source, 9);
    free(source.values);
}

// Multiples of the smallest number there is, and tables of nothing.
static void test_tiny_values(void **state)
{
    (void)state;
    struct source source = source_gaussian(400, 28, 3);
    for (size_t i = 0; i < 400 * 28; i++)
        source.values[i] *= 0x1p-130f;
    expect_finite(&source, -1000);
    for (size_t i = 0; i < 400 * 28; i++)
        source.values[i] *= 0x1p100f;
    expect_finite(&source, 9);
    for (size_t i = 0; i < 400 * 28; i++)
        source.values[i] = i % 3 == 0 ? -0.0f : 0.0f;
    expect_finite(&source, INFINITY);
    free(source.values);
}

// One huge value among ordinary ones, and groups of which the values differ by far less than they are.
static void test_uneven_values(void **state)
{
    (void)state;
    struct source source = source_gaussian(400, 28, 4);
    source.values[77] = 3e38f;
    expect_finite(&source, 20);
    for (size_t i = 0; i < 400 * 28; i++)
        source.values[i] = i == 77 ? 1000 : 1000 + source.values[i] * 0.01f;
    expect_finite(&source, 100);
    free(source.values);
}

static void test_source_fails(void **state)
{
    (void)state;
    struct source source = source_gaussian(300, 30, 1);
    for (source.fails_at_row = 0; source.fails_at_row < 300; source.fails_at_row += 23) {
        struct carvq_settings options = make_options((int)(source.fails_at_row % 2));
        struct output output = output_make(1 << 20);
        struct carvq_error error;
        assert_int_equal(encode_to(&output, &source, &options, 2, &error), CARVQ_ERROR_IO);
        assert_string_equal(error.message, "the disk is gone");
        output_free(&output);
    }
    free(source.values);
}

// Each write in turn is the one that fails; nothing is written after it, and nothing leaks.
static void test_write_fails(void **state)
{
    (void)state;
    struct source source = source_gaussian(1500, 1000, 1);
    struct carvq_settings options = make_options(1);
    options.iterations = 1;
    size_t calls = 1;
    for (size_t call = 0; call < calls; call += 3) {
        struct output output = output_make(1 << 24);
        struct carvq_error error;
        calls = (size_t)-1;
        output.fails_at_call = call;
        enum carvq_status status = encode_to(&output, &source, &options, 2, &error);
        if (status == CARVQ_OK)
            calls = output.calls;
        else {
            assert_int_equal(status, CARVQ_ERROR_IO);
            assert_string_equal(error.message, "no space left");
            assert_int_equal(output.calls, call + 1);
        }
        output_free(&output);
        if (status == CARVQ_OK)
            assert_true(call >= 6); // there were writes to fail at
    }
    free(source.values);
}

struct patience {
    int left;
    uint64_t done, total;
};

static int count_down(void *context, const struct carvq_progress *progress)
{
    struct patience *patience = context;
    assert_string_equal(progress->table, "model.embed_tokens.weight");
    assert_int_equal(progress->phase, CARVQ_PHASE_CODES);
    assert_true(progress->done >= patience->done && progress->done <= progress->total);
    patience->done = progress->done;
    patience->total = progress->total;
    return patience->left-- == 0;
}

static void test_cancel(void **state)
{
    (void)state;
    struct source source = source_gaussian(3000, 64, 1);
    struct carvq_matrix matrix = source_matrix(&source);
    struct carvq_settings options = make_options(0);
    for (int left = 0; left < 2; left++) {
        struct patience patience = {left, 0, 0};
        struct output output = output_make(1 << 20);
        struct carvq_error error;
        struct carvq_job job = output_job(&output, 2);
        job.progress = count_down;
        job.progress_context = &patience;
        assert_int_equal(encode_settings(&matrix, &options, 1, &job, NULL, &error), CARVQ_ERROR_CANCELLED);
        assert_int_equal(patience.left, -1); // not asked again
        output_free(&output);
    }
    struct patience patience = {1000000, 0, 0};
    struct output output = output_make(1 << 20);
    struct carvq_error error;
    struct carvq_job job = output_job(&output, 2);
    job.progress = count_down;
    job.progress_context = &patience;
    assert_int_equal(encode_settings(&matrix, &options, 1, &job, NULL, &error), CARVQ_OK);
    assert_int_equal(patience.done, 3000 * 64); // begins at 0, ends complete
    assert_int_equal(patience.total, 3000 * 64);
    output_free(&output);
    free(source.values);
}

static void expect_refused(struct carvq_matrix matrix, struct carvq_settings options, const char *word)
{
    struct planned plan;
    struct carvq_error error = {0};
    assert_int_equal(plan_settings(&matrix, &options, 0, &plan, &error), CARVQ_ERROR_ARGUMENT);
    if (strstr(error.message, word) == NULL)
        fail_msg("'%s' does not name '%s'", error.message, word);
}

static void test_impossible_options(void **state)
{
    (void)state;
    const struct carvq_matrix matrix = {"t", "f", 100, 100, CARVQ_F32, source_read, NULL};
    struct carvq_matrix m;
    struct carvq_settings options, o;
    carvq_settings_init(&options, sizeof options);
#define REFUSED(change, word) (m = matrix, o = options, change, expect_refused(m, o, word))
    REFUSED(m.rows = 0, "rows");
    REFUSED(m.rows = ((uint64_t)1 << 32) + 1, "rows");
    REFUSED(m.cols = 0, "cols");
    REFUSED(m.cols = ((uint32_t)1 << 24) + 1, "cols");
    REFUSED(m.dtype = (enum carvq_dtype)17, "dtype");
    REFUSED(m.name = NULL, "name");
    REFUSED(m.name = "\xc3(", "UTF-8");
    REFUSED(o.subvector = 0, "subvector");
    REFUSED(o.subvector = 257, "subvector");
    REFUSED(o.group = 0, "group");
    REFUSED(o.group = ((uint64_t)1 << 48) + 1, "group");
    REFUSED(o.stages = 0, "stages");
    REFUSED(o.stages = 17, "stages");
    REFUSED(o.code_bits = 0, "code_bits");
    REFUSED(o.code_bits = 13, "code_bits");
    REFUSED(o.iterations = 0, "iterations");
    REFUSED(o.iterations = 1001, "iterations");
    REFUSED(o.codebook_dtype = CARVQ_F32, "codebook_dtype");
    REFUSED(o.grouping = (enum carvq_grouping)2, "grouping");
    REFUSED((m.rows = (uint64_t)1 << 32, m.cols = 1 << 24, o.group = 1, o.stages = 16, o.code_bits = 12), "larger than a file");
    assert_int_equal(encode_settings(&matrix, &options, 0, NULL, NULL, NULL), CARVQ_ERROR_ARGUMENT);
}

// Sizes that no machine has: a plan, and then an error, not a crash.
static void test_more_memory_than_there_is(void **state)
{
    (void)state;
    struct carvq_matrix matrix = {"t", NULL, (uint64_t)1 << 32, 1 << 24, CARVQ_F32, source_read, NULL};
    struct carvq_settings options;
    struct planned plan;
    struct carvq_error error = {0};
    carvq_settings_init(&options, sizeof options);
    options.group = (uint64_t)1 << 48;
    assert_int_equal(plan_settings(&matrix, &options, 1, &plan, &error), CARVQ_OK);
    assert_true(plan.working_bytes > (uint64_t)1 << 50);
    struct output output = output_make(4096);
    struct carvq_job job = output_job(&output, 1);
    assert_int_equal(encode_settings(&matrix, &options, 1, &job, NULL, &error), CARVQ_ERROR_MEMORY);
    assert_non_null(strstr(error.message, "out of memory"));
    output_free(&output);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first_bad_row_is_named),
        cmocka_unit_test(test_huge_values),
        cmocka_unit_test(test_tiny_values),
        cmocka_unit_test(test_uneven_values),
        cmocka_unit_test(test_source_fails),
        cmocka_unit_test(test_write_fails),
        cmocka_unit_test(test_cancel),
        cmocka_unit_test(test_impossible_options),
        cmocka_unit_test(test_more_memory_than_there_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
