// SPDX-License-Identifier: MIT
// Tables in memory for the tests of the encoder, and a file in memory that notices what is written twice or not at all.
#ifndef CARVQ_TESTS_ENCODE_SUPPORT_H
#define CARVQ_TESTS_ENCODE_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "carvq_encode.h"
#include "host/random.h"

struct source {
    float *values; // rows x cols
    uint64_t rows;
    uint32_t cols;
    uint64_t fails_at_row; // reading this row is an error; UINT64_MAX: none
};

struct output {
    uint8_t *data;
    uint8_t *written; // how often each byte was
    size_t size, room;
    size_t calls, fails_at_call; // SIZE_MAX: never
};

static inline enum carvq_status source_read(void *context, uint64_t row, size_t nrows, uint32_t col, uint32_t ncols,
                                            float *block_ret, struct carvq_error *error)
{
    const struct source *source = context;
    if (nrows == 0 || ncols == 0 || row >= source->rows || nrows > source->rows - row || col >= source->cols ||
        ncols > source->cols - col)
        abort(); // the encoder asks for what is not there
    if (source->fails_at_row >= row && source->fails_at_row - row < nrows) {
        memset(error, 0, sizeof *error);
        error->status = CARVQ_ERROR_IO;
        strcpy(error->message, "the disk is gone");
        return CARVQ_ERROR_IO;
    }
    for (size_t r = 0; r < nrows; r++)
        memcpy(block_ret + r * ncols, source->values + (row + r) * source->cols + col, ncols * sizeof *block_ret);
    return CARVQ_OK;
}

static inline enum carvq_status output_write(void *context, uint64_t offset, const void *data, size_t nbytes,
                                             struct carvq_error *error)
{
    struct output *output = context;
    if (output->calls++ == output->fails_at_call) {
        memset(error, 0, sizeof *error);
        error->status = CARVQ_ERROR_IO;
        strcpy(error->message, "no space left");
        return CARVQ_ERROR_IO;
    }
    if (offset + nbytes > output->room)
        abort(); // beyond the size that was promised
    memcpy(output->data + offset, data, nbytes);
    for (size_t i = 0; i < nbytes; i++)
        output->written[offset + i]++;
    output->size = offset + nbytes > output->size ? (size_t)offset + nbytes : output->size;
    return CARVQ_OK;
}

static inline struct source source_make(uint64_t rows, uint32_t cols)
{
    struct source source = {calloc(rows * cols, sizeof(float)), rows, cols, UINT64_MAX};
    assert_non_null(source.values);
    return source;
}

static inline struct source source_gaussian(uint64_t rows, uint32_t cols, uint64_t seed)
{
    struct source source = source_make(rows, cols);
    struct carvq_random random = carvq_random_stream(seed, 0);
    for (size_t i = 0; i < rows * cols; i++) {
        float pair[2];
        carvq_random_normal(&random, pair);
        source.values[i] = pair[0];
    }
    return source;
}

static inline struct carvq_matrix source_matrix(struct source *source)
{
    return (struct carvq_matrix){
        "model.embed_tokens.weight", "model.safetensors", source->rows, source->cols, CARVQ_F32, source_read, source};
}

static inline struct output output_make(size_t room)
{
    struct output output = {malloc(room), calloc(room, 1), 0, room, 0, SIZE_MAX};
    assert_non_null(output.data);
    assert_non_null(output.written);
    return output;
}

static inline void output_free(struct output *output)
{
    free(output->data);
    free(output->written);
}

static inline struct carvq_job output_job(struct output *output, unsigned threads)
{
    struct carvq_job job;
    carvq_job_init(&job, sizeof job);
    job.write = output_write;
    job.write_context = output;
    job.threads = threads;
    return job;
}

// Carries plans out. reports_ret: NULL or count reports.
static inline enum carvq_status encode_plans(struct carvq_plan *const *plans, size_t count, const struct carvq_job *job,
                                             struct carvq_report *reports_ret, struct carvq_error *error)
{
    carvq_blas_single_thread();
    enum carvq_status status = carvq_encode(plans, count, job, error);
    for (size_t i = 0; i < count && reports_ret != NULL; i++)
        reports_ret[i] = *carvq_plan_report(plans[i]);
    return status;
}

// What is to be known of a plan.
struct planned {
    struct carvq_table_info info;
    struct carvq_segment_info segments[CARVQ_MAX_SEGMENTS];
    uint64_t working_bytes;
    double training_products;
};

static inline enum carvq_status plan_settings(const struct carvq_matrix *matrix, const struct carvq_settings *settings,
                                              unsigned threads, struct planned *planned_ret, struct carvq_error *error)
{
    struct carvq_plan *plan;
    *planned_ret = (struct planned){.working_bytes = 0};
    enum carvq_status status = carvq_plan_by_settings(matrix, settings, threads, &plan, error);
    if (status != CARVQ_OK)
        return status;
    planned_ret->info = *carvq_plan_info(plan);
    memcpy(planned_ret->segments, planned_ret->info.segments, planned_ret->info.segment_count * sizeof *planned_ret->segments);
    planned_ret->info.segments = planned_ret->segments;
    planned_ret->working_bytes = carvq_plan_get_cost(plan)->working_bytes;
    planned_ret->training_products = carvq_plan_get_cost(plan)->training_products;
    carvq_plan_free(plan);
    return CARVQ_OK;
}

// What to do with plans by settings of count tables.
struct settings_use {
    const struct carvq_job *job; // NULL: only the size of the file
    struct carvq_report *reports;
    uint64_t *nbytes;
};

static inline enum carvq_status use_settings(const struct carvq_matrix *matrices, const struct carvq_settings *settings,
                                             size_t count, const struct settings_use *use, struct carvq_error *error)
{
    struct carvq_plan *plans[8] = {NULL};
    enum carvq_status status = CARVQ_OK;
    assert_true(count <= 8);
    if (use->reports != NULL)
        memset(use->reports, 0, count * sizeof *use->reports);
    for (size_t i = 0; i < count && status == CARVQ_OK; i++)
        status = carvq_plan_by_settings(&matrices[i], &settings[i], use->job != NULL ? use->job->threads : 1, &plans[i], error);
    if (status == CARVQ_OK)
        status = use->job != NULL ? encode_plans(plans, count, use->job, use->reports, error)
                                  : carvq_encode_file_size(plans, count, use->nbytes, error);
    for (size_t i = 0; i < count; i++)
        carvq_plan_free(plans[i]);
    return status;
}

static inline enum carvq_status encode_settings(const struct carvq_matrix *matrices, const struct carvq_settings *settings,
                                                size_t count, const struct carvq_job *job, struct carvq_report *reports_ret,
                                                struct carvq_error *error)
{
    return use_settings(matrices, settings, count, &(struct settings_use){job, reports_ret, NULL}, error);
}

static inline enum carvq_status size_settings(const struct carvq_matrix *matrices, const struct carvq_settings *settings,
                                              size_t count, uint64_t *nbytes_ret, struct carvq_error *error)
{
    return use_settings(matrices, settings, count, &(struct settings_use){NULL, NULL, nbytes_ret}, error);
}

// Encodes one table, and checks that the file is complete and of the size that was promised.
static inline struct output encode_one(struct source *source, const struct carvq_settings *options, unsigned threads,
                                       struct carvq_report *report_ret)
{
    struct carvq_matrix matrix = source_matrix(source);
    struct carvq_error error = {0};
    uint64_t size = 0;
    enum carvq_status status = size_settings(&matrix, options, 1, &size, &error);
    assert_string_equal(error.message, "");
    assert_int_equal(status, CARVQ_OK);
    struct output output = output_make((size_t)size);
    struct carvq_job job = output_job(&output, threads);
    status = encode_settings(&matrix, options, 1, &job, report_ret, &error);
    assert_string_equal(error.message, "");
    assert_int_equal(status, CARVQ_OK);
    assert_int_equal(output.size, size);
    for (size_t i = 0; i < output.size; i++)
        if (output.written[i] != 1)
            fail_msg("byte %zu was written %d times", i, output.written[i]);
    return output;
}

// All rows of the only table of a file.
static inline float *decode_all(const struct output *output, uint64_t rows, uint32_t cols)
{
    struct carvq_file *file = NULL;
    struct carvq_error error = {0};
    enum carvq_status status = carvq_open_memory(output->data, output->size, &file, &error);
    assert_string_equal(error.message, "");
    assert_int_equal(status, CARVQ_OK);
    float *values = malloc(rows * cols * sizeof *values);
    uint32_t *ids = malloc(rows * sizeof *ids);
    assert_non_null(values);
    assert_non_null(ids);
    for (uint64_t r = 0; r < rows; r++)
        ids[r] = (uint32_t)r;
    status = carvq_lookup(carvq_find(file, NULL), ids, (size_t)rows, values, cols, &error);
    assert_int_equal(status, CARVQ_OK);
    free(ids);
    carvq_close(file);
    return values;
}

#endif
