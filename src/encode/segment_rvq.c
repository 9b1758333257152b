// SPDX-License-Identifier: MIT
// A segment of codec rvq: encoded into memory if its rows are to be decoded and compared, else straight into the file.
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "codec/rvq/feedback.h"
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
    struct carvq_row_errors *errors;

    // For each thread.
    float *rows;                          // [threads][2][CHUNK_ROWS][n]: original, and what is left of it or decoded
    struct carvq_rvq_feedback *feedbacks; // with a metric
};

#define CHUNK_ROWS CARVQ_RVQ_FEEDBACK_ROWS

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

static uint32_t member(const struct work *work, uint64_t i)
{
    return work->members == NULL ? (uint32_t)i : work->members[i];
}

// Gives rows codes by the metric. by_metric_ret: as carvq_row_measure() has it. residuals: room.
static enum carvq_status feed(const struct work *work, const struct carvq_chunk *chunk, const float *x, float *residuals,
                              double *by_metric_ret, struct carvq_error *error)
{
    const struct carvq_matrix *matrix = work->plan->matrix;
    const struct carvq_residual residual = {matrix, &work->plan->prediction, NULL};
    const uint32_t n = matrix->cols;
    memcpy(residuals, x, chunk->count * n * sizeof *residuals);
    for (size_t i = 0; i < chunk->count; i++) {
        enum carvq_status status = carvq_residual_subtract(&residual, member(work, chunk->first + i), 1, 0, n, residuals + i * n,
                                                           error);
        if (status != CARVQ_OK)
            return status;
    }
    carvq_rvq_feed(&work->feedbacks[chunk->thread], work->memory.codes, work->memory.codebooks, chunk->first, chunk->count,
                   residuals, by_metric_ret);
    return CARVQ_OK;
}

static enum carvq_status finish_rows(void *context, struct carvq_chunk *chunk, struct carvq_error *error)
{
    const struct work *work = context;
    const struct carvq_matrix *matrix = work->plan->matrix;
    const uint32_t n = matrix->cols;
    float *x = work->rows + (size_t)chunk->thread * 2 * CHUNK_ROWS * n, *y = x + (size_t)CHUNK_ROWS * n;
    double by_metric[CHUNK_ROWS] = {0};
    enum carvq_status status = CARVQ_OK;
    for (size_t i = 0; i < chunk->count && status == CARVQ_OK; i++)
        status = matrix->read(matrix->context, member(work, chunk->first + i), 1, 0, n, x + i * n, error);
    if (status == CARVQ_OK && work->plan->metric != NULL)
        status = feed(work, chunk, x, y, by_metric, error);
    for (size_t i = 0; i < chunk->count && status == CARVQ_OK; i++) {
        const uint32_t row = member(work, chunk->first + i);
        carvq_decode_row(&work->memory.segment, chunk->first + i, y);
        carvq_prediction_add(&work->plan->prediction, row, y);
        carvq_row_measure(work->plan->metric, x + i * n, y, n, by_metric[i], &work->errors[row]);
    }
    return status;
}

// squares: that the codes have before feedback.
static void place(struct work *work, struct carvq_arena *arena, unsigned threads, double squares)
{
    const struct carvq_segment_info *info = &work->plan->segments[work->number];
    work->rows = carvq_arena_take(arena, (uint64_t)threads * 2 * CHUNK_ROWS, info->cols * sizeof *work->rows);
    if (work->plan->metric == NULL)
        return;
    const struct carvq_rvq_feedback start = {
        .info = info, .metric = work->plan->metric, .noise = squares / ((double)info->rows * info->cols)};
    work->feedbacks = carvq_arena_take(arena, threads, sizeof *work->feedbacks);
    for (unsigned t = 0; t < threads; t++) {
        struct carvq_rvq_feedback scratch = start, *feedback = work->feedbacks == NULL ? &scratch : &work->feedbacks[t];
        *feedback = start;
        carvq_rvq_feedback_place(feedback, arena);
    }
}

// Feeds errors back, if there is a metric, and compares the rows with what they are to be.
static enum carvq_status finish(struct work *work, double squares, struct carvq_error *error)
{
    const struct carvq_segment_info *info = &work->plan->segments[work->number];
    const uint64_t chunks = carvq_div_up(info->rows, CHUNK_ROWS);
    unsigned threads = carvq_threads(work->output->job->threads);
    threads = chunks < threads ? (unsigned)chunks : threads;
    const struct carvq_work rows = {info->rows, CHUNK_ROWS, 0, threads, work->ticker, finish_rows, work};
    struct carvq_arena arena = {NULL, 0};
    place(work, &arena, threads, squares);
    void *memory = arena.used > SIZE_MAX ? NULL : aligned_alloc(CARVQ_ARENA_ALIGNMENT, (size_t)arena.used);
    if (memory == NULL)
        return carvq_matrix_fail(work->plan->matrix, error, CARVQ_ERROR_MEMORY, "out of memory for the codes");
    arena = (struct carvq_arena){memory, 0};
    place(work, &arena, threads, squares);
    enum carvq_status status = carvq_parallel(&rows, error);
    free(memory);
    return status;
}

static enum carvq_status encode_and_finish(struct work *work, struct carvq_sums *sums_ret, struct carvq_error *error)
{
    const struct carvq_sink sink = carvq_memory_sink(&work->memory);
    enum carvq_status status = encode(work, &sink, sums_ret, error);
    if (status == CARVQ_OK)
        status = finish(work, sums_ret->squares, error);
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
    const bool made = carvq_memory_make(info, &work.memory);
    enum carvq_status status;
    if (!made)
        status = carvq_matrix_fail(plan->matrix, error, CARVQ_ERROR_MEMORY, "out of memory for %" PRIu64 " bytes of codes",
                                   info->code_bytes);
    else
        status = encode_and_finish(&work, sums_ret, error);
    carvq_memory_free(&work.memory);
    return status;
}
