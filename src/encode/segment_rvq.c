// SPDX-License-Identifier: MIT
// A segment of codec rvq: encoded into memory if its rows are to be decoded and compared, else straight into the file.
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "codec/rvq/rvq.h"
#include "encode/output.h"
#include "host/matrix.h"
#include "host/parallel.h"

// ---- codes in memory

bool carvq_memory_make(const struct carvq_segment_info *info, struct carvq_memory *memory_ret)
{
    *memory_ret = (struct carvq_memory){malloc(info->code_bytes), malloc(info->codebook_bytes), {.info = info}};
    memory_ret->segment.codes = memory_ret->codes;
    memory_ret->segment.codebooks = memory_ret->codebooks;
    carvq_rvq_choose(&memory_ret->segment);
    return memory_ret->codes != NULL && memory_ret->codebooks != NULL;
}

void carvq_memory_free(struct carvq_memory *memory)
{
    free(memory->codes);
    free(memory->codebooks);
}

static enum carvq_status keep(void *context, enum carvq_part part, uint64_t offset, const void *data, size_t nbytes,
                              struct carvq_error *error)
{
    const struct carvq_memory *memory = context;
    (void)error;
    memcpy((part == CARVQ_PART_CODES ? memory->codes : memory->codebooks) + offset, data, nbytes);
    return CARVQ_OK;
}

struct carvq_sink carvq_memory_sink(struct carvq_memory *memory)
{
    return (struct carvq_sink){keep, memory};
}

enum carvq_status carvq_memory_write(const struct carvq_memory *memory, const struct carvq_output *output, uint32_t segment,
                                     struct carvq_error *error)
{
    const struct carvq_segment_info *info = memory->segment.info;
    enum carvq_status status = carvq_output_write(output, CARVQ_PART_CODES, segment, 0, memory->codes, info->code_bytes, error);
    if (status == CARVQ_OK)
        status = carvq_output_write(output, CARVQ_PART_CODEBOOKS, segment, 0, memory->codebooks, info->codebook_bytes, error);
    return status;
}

// ---- a segment

struct work {
    const struct carvq_plan *plan;
    uint32_t number;         // of the segment
    const uint32_t *members; // NULL: all rows
    const struct carvq_output *output;
    struct carvq_ticker *ticker;
    struct carvq_memory memory;
    float *rows; // [threads][2][n]
    struct carvq_row_errors *errors;
};

// Makes the codes of the residual of the segment's rows.
static enum carvq_status encode(const struct work *work, const struct carvq_sink *sink, struct carvq_sums *sums_ret,
                                struct carvq_error *error)
{
    const struct carvq_plan *plan = work->plan;
    const struct carvq_segment_info *info = &plan->segments[work->number];
    const struct carvq_rvq_options options = carvq_plan_rvq_options(plan);
    const struct carvq_residual residual = {plan->matrix, &plan->prediction, NULL};
    const struct carvq_matrix rows = carvq_residual_matrix(&residual);
    const struct carvq_subset subset = {&rows, work->members};
    const struct carvq_matrix chosen = work->members == NULL ? rows : carvq_subset_matrix(&subset, info->rows);
    return carvq_rvq_encode(&chosen, info, &options, work->output->job->threads, sink, work->ticker, sums_ret, error);
}

static enum carvq_status write_file(void *context, enum carvq_part part, uint64_t offset, const void *data, size_t nbytes,
                                    struct carvq_error *error)
{
    const struct work *work = context;
    return carvq_output_write(work->output, part, work->number, offset, data, nbytes, error);
}

static enum carvq_status compare_rows(void *context, struct carvq_chunk *chunk, struct carvq_error *error)
{
    const struct work *work = context;
    const struct carvq_matrix *matrix = work->plan->matrix;
    const uint32_t n = matrix->cols;
    float *x = work->rows + (size_t)chunk->thread * 2 * n, *y = x + n;
    for (uint64_t i = chunk->first; i < chunk->first + chunk->count; i++) {
        const uint64_t row = work->members == NULL ? i : work->members[i];
        enum carvq_status status = matrix->read(matrix->context, row, 1, 0, n, x, error);
        if (status != CARVQ_OK)
            return status;
        carvq_decode_row(&work->memory.segment, i, y);
        carvq_prediction_add(&work->plan->prediction, row, y);
        carvq_row_measure(work->plan->metric, x, y, n, -1, &work->errors[row]);
    }
    return CARVQ_OK;
}

static enum carvq_status encode_and_compare(struct work *work, struct carvq_sums *sums_ret, struct carvq_error *error)
{
    const struct carvq_segment_info *info = &work->plan->segments[work->number];
    const unsigned threads = carvq_threads(work->output->job->threads);
    const struct carvq_work rows = {info->rows, 64, info->cols, threads, NULL, compare_rows, work};
    const struct carvq_sink sink = carvq_memory_sink(&work->memory);
    enum carvq_status status = encode(work, &sink, sums_ret, error);
    if (status == CARVQ_OK)
        status = carvq_parallel(&rows, error);
    if (status == CARVQ_OK)
        status = carvq_memory_write(&work->memory, work->output, work->number, error);
    return status;
}

enum carvq_status carvq_segment_encode_rvq(const struct carvq_plan *plan, uint32_t s, const uint32_t *members,
                                           const struct carvq_output *output, struct carvq_ticker *ticker,
                                           struct carvq_row_errors *errors_ret, struct carvq_sums *sums_ret,
                                           struct carvq_error *error)
{
    const struct carvq_segment_info *info = &plan->segments[s];
    struct work work = {.plan = plan, .number = s, .members = members, .output = output, .ticker = ticker, .errors = errors_ret};
    if (errors_ret == NULL) {
        const struct carvq_sink sink = {write_file, &work};
        return encode(&work, &sink, sums_ret, error);
    }
    const size_t row_values = 2 * (size_t)info->cols * carvq_threads(output->job->threads);
    const bool made = carvq_memory_make(info, &work.memory);
    work.rows = malloc(row_values * sizeof(float));
    enum carvq_status status;
    if (!made || work.rows == NULL)
        status = carvq_matrix_fail(plan->matrix, error, CARVQ_ERROR_MEMORY, "out of memory for %" PRIu64 " bytes of codes",
                                   info->code_bytes);
    else
        status = encode_and_compare(&work, sums_ret, error);
    carvq_memory_free(&work.memory);
    free(work.rows);
    return status;
}
