// SPDX-License-Identifier: MIT
// A segment of codec trellis or raw: row by row.
#include "encode/output.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "codec/trellis/scale.h"
#include "host/matrix.h"
#include "host/parallel.h"
#include "runtime/half.h"
#include "runtime/table.h"

#define CHUNK_VALUES (1 << 16)
#define MAX_LEVELS 256
#define NEIGHBOUR_EFFORT 7 // from this effort on the scales next to the nearest one are tried, too

// A segment at work.
struct work {
    const struct carvq_plan *plan;
    struct carvq_residual residual;
    const struct carvq_segment_info *segment;
    uint32_t number; // of the segment
    enum carvq_part part;
    const uint32_t *members; // NULL: all rows
    const struct carvq_output *output;
    uint64_t row_bits;
    float levels[MAX_LEVELS]; // scales
    size_t level_count;
    unsigned reach; // other levels that are tried for each row
    float spread;   // what feedback makes of the scale of rows
    struct carvq_row_errors *errors;
    omp_lock_t write_lock;

    struct carvq_trellis_scales scales;

    // For each thread.
    struct carvq_trellis *trellises;
    float *rows;     // [threads][4][CARVQ_BATCH][n]: original, what is left of it, decoded, spare
    uint16_t *paths; // [threads][2][CARVQ_BATCH][steps]
    uint8_t *codes;  // [threads][chunk_bytes]
    size_t chunk_bytes;
};

static uint32_t member(const struct work *work, uint64_t i)
{
    return work->members == NULL ? (uint32_t)i : work->members[i];
}

static void find_paths(const void *context, struct carvq_coded_row *rows, size_t count)
{
    carvq_trellis_encode_rows(context, rows, count);
}

// A batch of rows, x [count][n] and what is left of them, which become codes from row number first of the chunk on.
static enum carvq_status encode_trellis(const struct work *work, unsigned thread, const uint32_t *ids, size_t first, size_t count,
                                        const float *x, float *residuals, uint8_t *codes, struct carvq_error *error)
{
    const struct carvq_trellis *trellis = &work->trellises[thread];
    const size_t n = work->segment->cols, steps = trellis->steps, batch = CARVQ_BATCH;
    uint16_t *paths = work->paths + 2 * thread * batch * steps;
    size_t numbers[CARVQ_BATCH];
    struct carvq_coded_row rows[CARVQ_BATCH], spare[CARVQ_BATCH];
    const struct carvq_levels levels = {
        work->levels, work->level_count, work->reach, (uint32_t)n, steps * sizeof *work->paths, find_paths, trellis};
    for (size_t i = 0; i < count; i++) {
        float *residual = residuals + i * n;
        memcpy(residual, x + i * n, n * sizeof *residual);
        enum carvq_status status = carvq_residual_subtract(&work->residual, ids[i], 1, 0, (uint32_t)n, residual, error);
        if (status != CARVQ_OK)
            return status;
        const float scale = work->spread * carvq_trellis_row_scale(residual, (uint32_t)n);
        numbers[i] = carvq_trellis_nearest_level(work->levels, work->level_count, scale);
        rows[i] = (struct carvq_coded_row){residual, 0, paths + i * steps, residuals + (batch + i) * n, 0};
        spare[i] = (struct carvq_coded_row){residual, 0, paths + (batch + i) * steps, residuals + (2 * batch + i) * n, 0};
    }
    carvq_levels_encode(&levels, rows, count, numbers, spare);
    for (size_t i = 0; i < count; i++) {
        carvq_trellis_pack(trellis, work->segment->scale_bits, numbers[i], rows[i].codes, codes, (first + i) * work->row_bits);
        carvq_prediction_add(&work->plan->prediction, ids[i], rows[i].decoded);
        carvq_row_measure(work->plan->metric, x + i * n, rows[i].decoded, (uint32_t)n, rows[i].error, &work->errors[ids[i]]);
    }
    return CARVQ_OK;
}

static void encode_raw(const struct work *work, uint32_t row, uint64_t bit, const float *x, float *decoded, uint8_t *codes)
{
    const uint32_t n = work->segment->cols;
    carvq_narrow(work->segment->value_dtype, x, n, codes + bit / 8);
    carvq_widen(work->segment->value_dtype, codes + bit / 8, n, decoded);
    carvq_row_measure(work->plan->metric, x, decoded, n, -1, &work->errors[row]);
}

// Rows first to first + count - 1 of a chunk.
static enum carvq_status encode_batch(const struct work *work, const struct carvq_chunk *chunk, size_t first, size_t count,
                                      uint8_t *codes, struct carvq_error *error)
{
    const struct carvq_matrix *matrix = work->plan->matrix;
    const size_t n = matrix->cols;
    float *x = work->rows + (size_t)chunk->thread * 4 * CARVQ_BATCH * n, *residuals = x + CARVQ_BATCH * n;
    uint32_t ids[CARVQ_BATCH];
    for (size_t i = 0; i < count; i++) {
        ids[i] = member(work, chunk->first + first + i);
        enum carvq_status status = matrix->read(matrix->context, ids[i], 1, 0, matrix->cols, x + i * n, error);
        if (status != CARVQ_OK)
            return status;
        if (work->segment->codec == CARVQ_RAW)
            encode_raw(work, ids[i], (first + i) * work->row_bits, x + i * n, residuals, codes);
    }
    return work->segment->codec == CARVQ_RAW ? CARVQ_OK
                                             : encode_trellis(work, chunk->thread, ids, first, count, x, residuals, codes, error);
}

// Rows of the segment, beginning at a multiple of 8, so that their codes begin on a byte.
static enum carvq_status encode_rows(void *context, struct carvq_chunk *chunk, struct carvq_error *error)
{
    struct work *work = context;
    uint8_t *codes = work->codes + chunk->thread * work->chunk_bytes;
    memset(codes, 0, work->chunk_bytes);
    for (size_t i = 0; i < chunk->count; i += CARVQ_BATCH) {
        const size_t count = chunk->count - i < CARVQ_BATCH ? chunk->count - i : CARVQ_BATCH;
        enum carvq_status status = encode_batch(work, chunk, i, count, codes, error);
        if (status != CARVQ_OK)
            return status;
    }
    size_t nbytes = (size_t)((chunk->count * work->row_bits + 7) / 8);
    if (chunk->first + chunk->count == work->segment->rows && work->segment->codec == CARVQ_TRELLIS)
        nbytes += 3; // see doc/format.md
    omp_set_lock(&work->write_lock);
    enum carvq_status status = carvq_output_write(work->output, work->part, work->number, chunk->first * work->row_bits / 8,
                                                  codes, nbytes, error);
    omp_unset_lock(&work->write_lock);
    return status;
}

// The scales that suit the rows best, and their tensor.
static enum carvq_status make_levels(struct work *work, struct carvq_error *error)
{
    const struct carvq_segment_info *segment = work->segment;
    uint8_t stored[2 * MAX_LEVELS];
    carvq_trellis_scales_begin(&work->scales);
    for (uint64_t i = 0; i < segment->rows; i++) {
        uint32_t row = member(work, i);
        carvq_trellis_scales_add(&work->scales, work->spread * carvq_plan_row_scale(work->plan, row),
                                 carvq_plan_weight(work->plan, row));
    }
    work->level_count = (size_t)1 << segment->scale_bits;
    carvq_trellis_scales_fit(&work->scales, segment->scale_bits, work->levels);
    carvq_narrow(segment->value_dtype, work->levels, work->level_count, stored);
    return carvq_output_write(work->output, CARVQ_PART_CODEBOOKS, work->number, 0, stored, 2 * work->level_count, error);
}

static void place(struct work *work, struct carvq_arena *arena, unsigned threads, size_t chunk)
{
    const struct carvq_segment_info *segment = work->segment;
    struct carvq_trellis scratch;
    work->chunk_bytes = (size_t)((chunk * work->row_bits + 7) / 8 + 3);
    work->rows = carvq_arena_take(arena, (uint64_t)threads * 4 * CARVQ_BATCH * segment->cols, sizeof *work->rows);
    work->codes = carvq_arena_take(arena, threads, work->chunk_bytes);
    if (segment->codec != CARVQ_TRELLIS)
        return;
    work->paths = carvq_arena_take(arena, (uint64_t)threads * 2 * CARVQ_BATCH, (segment->cols + 1) / 2 * sizeof *work->paths);
    carvq_trellis_scales_place(&work->scales, arena);
    work->trellises = carvq_arena_take(arena, threads, sizeof *work->trellises);
    for (unsigned t = 0; t < threads; t++) {
        struct carvq_trellis *trellis = work->trellises == NULL ? &scratch : &work->trellises[t];
        carvq_trellis_place(trellis, arena, segment->state_bits, segment->step_bits, segment->cols);
        if (work->plan->metric != NULL)
            carvq_trellis_place_metric(trellis, arena, work->plan->metric);
    }
}

static enum carvq_status run(struct work *work, struct carvq_ticker *ticker, struct carvq_error *error)
{
    const struct carvq_segment_info *segment = work->segment;
    const unsigned threads = carvq_threads(work->output->job->threads);
    const size_t chunk = (CHUNK_VALUES / segment->cols / 8 + 1) * 8;
    struct carvq_arena arena = {NULL, 0};
    place(work, &arena, threads, chunk);
    void *memory = arena.used > SIZE_MAX ? NULL : aligned_alloc(CARVQ_ARENA_ALIGNMENT, (size_t)arena.used);
    if (memory == NULL)
        return carvq_matrix_fail(work->plan->matrix, error, CARVQ_ERROR_MEMORY, "out of memory for the codes");
    arena = (struct carvq_arena){memory, 0};
    place(work, &arena, threads, chunk);
    enum carvq_status status = CARVQ_OK;
    if (segment->codec == CARVQ_TRELLIS) {
        for (unsigned t = 0; t < threads; t++)
            carvq_trellis_begin(&work->trellises[t]);
        status = make_levels(work, error);
    }
    omp_init_lock(&work->write_lock);
    const struct carvq_work rows = {segment->rows, chunk, segment->cols, threads, ticker, encode_rows, work};
    if (status == CARVQ_OK)
        status = carvq_parallel(&rows, error);
    omp_destroy_lock(&work->write_lock);
    free(memory);
    return status;
}

// The values that codes are to reach have the errors before them taken out of them, which makes them larger.
static float spread_of(const struct carvq_plan *plan, uint32_t s)
{
    return plan->metric == NULL ? 1 : (float)sqrt(1 + plan->distortion[s] * (plan->metric->square_gain - 1));
}

enum carvq_status carvq_segment_encode(const struct carvq_plan *plan, uint32_t s, const uint32_t *members,
                                       const struct carvq_output *output, struct carvq_ticker *ticker,
                                       struct carvq_row_errors *errors_ret, struct carvq_sums *sums_ret,
                                       struct carvq_error *error)
{
    const struct carvq_segment_info *segment = &plan->segments[s];
    if (segment->codec == CARVQ_RVQ)
        return carvq_segment_encode_rvq(plan, s, members, output, ticker, errors_ret, sums_ret, error);
    if (segment->codec == CARVQ_ADDITIVE)
        return carvq_segment_encode_additive(plan, s, members, output, ticker, errors_ret, error);
    struct work work = {
        .plan = plan,
        .residual = {plan->matrix, &plan->prediction, NULL},
        .segment = segment,
        .number = s,
        .part = segment->codec == CARVQ_RAW ? CARVQ_PART_VALUES : CARVQ_PART_CODES,
        .members = members,
        .output = output,
        .row_bits = carvq_segment_row_bits(segment),
        .reach = plan->budget.effort < NEIGHBOUR_EFFORT ? 0 : 1,
        .spread = spread_of(plan, s),
        .errors = errors_ret,
    };
    return run(&work, ticker, error);
}
