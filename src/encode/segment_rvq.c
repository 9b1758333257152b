// SPDX-License-Identifier: MIT
// A segment of codec rvq: encoded into memory, so that its rows can be decoded and compared before it is written.
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "host/rows.h"
#include "encode/segment.h"
#include "host/matrix.h"
#include "codec/rvq/rvq.h"
#include "runtime/table.h"

// What is left of the rows of the segment, as a matrix; and what they became.
struct work {
    const struct carvq_recipe *recipe;
    struct carvq_matrix rest; // of all rows
    const uint32_t *members;
    uint8_t *codes, *codebooks;
    struct carvq_segment segment;
    float *rows; // [threads][2][n]
    struct carvq_row_errors *errors;
};

static enum carvq_status read_rest(void *context, uint64_t row, size_t nrows, uint32_t col, uint32_t ncols, float *block_ret,
                                   struct carvq_error *error)
{
    const struct work *work = context;
    for (size_t i = 0; i < nrows; i++) {
        enum carvq_status status = work->rest.read(work->rest.context, work->members[row + i], 1, col, ncols,
                                                   block_ret + i * ncols, error);
        if (status != CARVQ_OK)
            return status;
    }
    return CARVQ_OK;
}

static enum carvq_status keep(void *context, enum carvq_part part, uint64_t offset, const void *data, size_t nbytes,
                              struct carvq_error *error)
{
    const struct work *work = context;
    (void)error;
    memcpy((part == CARVQ_PART_CODES ? work->codes : work->codebooks) + offset, data, nbytes);
    return CARVQ_OK;
}

static enum carvq_status compare_rows(void *context, unsigned thread, uint64_t first, size_t count, struct carvq_error *error)
{
    const struct work *work = context;
    const struct carvq_recipe *recipe = work->recipe;
    const uint32_t n = recipe->info.cols;
    float *x = work->rows + (size_t)thread * 2 * n, *y = x + n;
    for (uint64_t i = first; i < first + count; i++) {
        const uint64_t row = work->members[i];
        enum carvq_status status = recipe->matrix->read(recipe->matrix->context, row, 1, 0, n, x, error);
        if (status != CARVQ_OK)
            return status;
        carvq_decode_row(&work->segment, i, y);
        carvq_rest_add(&recipe->survey.rest, row, y);
        carvq_row_measure(x, y, n, &work->errors[row]);
    }
    return CARVQ_OK;
}

static enum carvq_status encode(struct work *work, uint32_t s, const struct carvq_output *output, struct carvq_ticker *ticker,
                                struct carvq_error *error)
{
    const struct carvq_recipe *recipe = work->recipe;
    const struct carvq_segment_info *info = &recipe->segments[s];
    const struct carvq_encode_job *job = output->job;
    const unsigned threads = carvq_rows_threads(job->threads);
    const struct carvq_matrix rest = {
        recipe->matrix->name, recipe->matrix->file, info->rows, info->cols, CARVQ_F32, read_rest, work};
    const struct carvq_sink sink = {keep, work};
    // At 5 about as long as the trellis takes; never less than what the curve was measured with.
    static const uint32_t efforts[CARVQ_MAX_EFFORT + 1] = {0, 1, 1, 1, 1, 2, 3, 4, 6, 9};
    struct carvq_encode_options options;
    struct carvq_sums sums;
    struct carvq_ticker quiet = {.progress = NULL};
    carvq_encode_defaults(&options);
    options.effort = efforts[recipe->budget.effort];
    options.seed = recipe->budget.seed;
    enum carvq_status status = carvq_rvq_encode(&rest, info, &options, threads, &sink, ticker, &sums, error);
    work->segment = (struct carvq_segment){.info = info, .codes = work->codes, .codebooks = work->codebooks};
    carvq_rvq_choose(&work->segment);
    if (status == CARVQ_OK)
        status = carvq_rows_each(info->rows, 64, info->cols, threads, &quiet, compare_rows, work, error);
    if (status == CARVQ_OK)
        status = job->write(job->write_context, output->offsets[CARVQ_PART_CODES][s], work->codes, (size_t)info->code_bytes,
                            error);
    if (status == CARVQ_OK)
        status = job->write(job->write_context, output->offsets[CARVQ_PART_CODEBOOKS][s], work->codebooks,
                            (size_t)info->codebook_bytes, error);
    return status;
}

enum carvq_status carvq_segment_encode_rvq(const struct carvq_recipe *recipe, uint32_t s, const uint32_t *members,
                                           const struct carvq_output *output, struct carvq_ticker *ticker,
                                           struct carvq_row_errors *errors_ret, struct carvq_error *error)
{
    const struct carvq_segment_info *info = &recipe->segments[s];
    const size_t row_values = 2 * (size_t)info->cols * carvq_rows_threads(output->job->threads);
    struct work work = {
        .recipe = recipe,
        .rest = carvq_rest_matrix(&recipe->survey.rest),
        .members = members,
        .codes = malloc(info->code_bytes),
        .codebooks = malloc(info->codebook_bytes),
        .rows = malloc(row_values * sizeof(float)),
        .errors = errors_ret,
    };
    enum carvq_status status;
    if (work.codes == NULL || work.codebooks == NULL || work.rows == NULL)
        status = carvq_matrix_fail(recipe->matrix, error, CARVQ_ERROR_MEMORY, "out of memory for %" PRIu64 " bytes of codes",
                                   info->code_bytes);
    else
        status = encode(&work, s, output, ticker, error);
    free(work.codes);
    free(work.codebooks);
    free(work.rows);
    return status;
}
