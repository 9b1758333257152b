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

static inline enum carvq_status output_view(void *context, uint64_t nbytes, const uint8_t **data_ret, struct carvq_error *error)
{
    struct output *output = context;
    (void)error;
    if (nbytes > output->room)
        abort();
    *data_ret = output->data;
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

static inline struct carvq_encode_job output_job(struct output *output, unsigned threads)
{
    return (struct carvq_encode_job){
        .write = output_write, .write_context = output, .threads = threads, .view = output_view, .view_context = output};
}

// Encodes one table, and checks that the file is complete and of the size that was promised.
static inline struct output encode_one(struct source *source, const struct carvq_encode_options *options, unsigned threads,
                                       struct carvq_encode_report *report_ret)
{
    struct carvq_matrix matrix = source_matrix(source);
    struct carvq_error error = {0};
    uint64_t size = 0;
    enum carvq_status status = carvq_encode_file_size(&matrix, options, 1, &size, &error);
    assert_string_equal(error.message, "");
    assert_int_equal(status, CARVQ_OK);
    struct output output = output_make((size_t)size);
    struct carvq_encode_job job = output_job(&output, threads);
    status = carvq_encode(&matrix, options, 1, &job, report_ret, &error);
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
