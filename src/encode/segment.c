// SPDX-License-Identifier: MIT
#include "encode/segment.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/half.h"
#include "host/rows.h"
#include "host/matrix.h"
#include "codec/trellis/scale.h"
#include "runtime/table.h"

#define CHUNK_VALUES (1 << 16)
#define MAX_LEVELS 256
#define NEIGHBOUR_EFFORT 7 // from this effort on the scales next to the nearest one are tried, too

// A segment at work.
struct work {
    const struct carvq_recipe *recipe;
    const struct carvq_segment_info *segment;
    const uint32_t *members;
    const struct carvq_output *output;
    uint64_t offset; // of the codes in the file
    uint64_t row_bits;
    float levels[MAX_LEVELS]; // scales
    size_t level_count;
    unsigned reach; // other levels that are tried for each row
    struct carvq_row_errors *errors;
    omp_lock_t write_lock;

    struct carvq_trellis_scales scales;

    // For each thread.
    struct carvq_trellis *trellises;
    float *rows;     // [threads][3][n]: original, what is left of it, decoded
    uint16_t *paths; // [threads][2][steps]
    uint8_t *codes;  // [threads][chunk_bytes]
    size_t chunk_bytes;
};

void carvq_row_measure(const float *x, const float *y, uint32_t count, struct carvq_row_errors *errors_ret)
{
    double squares = 0, l1 = 0;
    for (uint32_t c = 0; c < count; c++) {
        double difference = (double)x[c] - y[c];
        squares += difference * difference;
        l1 += fabs(difference);
    }
    *errors_ret = (struct carvq_row_errors){squares, l1};
}

static enum carvq_status encode_trellis(const struct work *work, unsigned thread, uint32_t row, uint64_t bit, const float *x,
                                        float *rest, float *decoded, uint8_t *codes, struct carvq_error *error)
{
    const struct carvq_trellis *trellis = &work->trellises[thread];
    const uint32_t n = work->segment->cols;
    uint16_t *path = work->paths + 2 * thread * trellis->steps;
    size_t level;
    memcpy(rest, x, n * sizeof *rest);
    enum carvq_status status = carvq_rest_subtract(&work->recipe->survey.rest, row, rest, error);
    if (status != CARVQ_OK)
        return status;
    carvq_trellis_encode_best(trellis, rest, work->levels, work->level_count, work->reach, &level, path, decoded,
                              path + trellis->steps);
    carvq_trellis_pack(trellis, work->segment->scale_bits, level, path, codes, bit);
    carvq_rest_add(&work->recipe->survey.rest, row, decoded);
    carvq_row_measure(x, decoded, n, &work->errors[row]);
    return CARVQ_OK;
}

static void encode_raw(const struct work *work, uint32_t row, uint64_t bit, const float *x, float *decoded, uint8_t *codes)
{
    const uint32_t n = work->segment->cols;
    carvq_narrow(work->segment->value_dtype, x, n, codes + bit / 8);
    carvq_widen(work->segment->value_dtype, codes + bit / 8, n, decoded);
    carvq_row_measure(x, decoded, n, &work->errors[row]);
}

// Rows of the segment, beginning at a multiple of 8, so that their codes begin on a byte.
static enum carvq_status encode_rows(void *context, unsigned thread, uint64_t first, size_t count, struct carvq_error *error)
{
    struct work *work = context;
    const struct carvq_matrix *matrix = work->recipe->matrix;
    const uint32_t n = matrix->cols;
    float *x = work->rows + (size_t)thread * 3 * n;
    uint8_t *codes = work->codes + thread * work->chunk_bytes;
    memset(codes, 0, work->chunk_bytes);
    for (size_t i = 0; i < count; i++) {
        uint32_t row = work->members[first + i];
        enum carvq_status status = matrix->read(matrix->context, row, 1, 0, n, x, error);
        if (status == CARVQ_OK && work->segment->codec == CARVQ_RAW)
            encode_raw(work, row, i * work->row_bits, x, x + n, codes);
        else if (status == CARVQ_OK)
            status = encode_trellis(work, thread, row, i * work->row_bits, x, x + n, x + 2 * n, codes, error);
        if (status != CARVQ_OK)
            return status;
    }
    size_t nbytes = (size_t)((count * work->row_bits + 7) / 8);
    if (first + count == work->segment->rows && work->segment->codec == CARVQ_TRELLIS)
        nbytes += 3; // see doc/format.md
    omp_set_lock(&work->write_lock);
    enum carvq_status status = work->output->job->write(work->output->job->write_context,
                                                        work->offset + first * work->row_bits / 8, codes, nbytes, error);
    omp_unset_lock(&work->write_lock);
    return status;
}

// The scales that suit the rows best, and their tensor.
static enum carvq_status make_levels(struct work *work, uint32_t s, struct carvq_error *error)
{
    const struct carvq_segment_info *segment = work->segment;
    uint8_t stored[2 * MAX_LEVELS];
    carvq_trellis_scales_begin(&work->scales);
    for (uint64_t i = 0; i < segment->rows; i++) {
        uint32_t row = work->members[i];
        carvq_trellis_scales_add(&work->scales, carvq_recipe_row_scale(work->recipe, row),
                                 carvq_recipe_factor(work->recipe, row));
    }
    work->level_count = (size_t)1 << segment->scale_bits;
    carvq_trellis_scales_fit(&work->scales, segment->scale_bits, work->levels);
    carvq_narrow(segment->value_dtype, work->levels, work->level_count, stored);
    return work->output->job->write(work->output->job->write_context, work->output->offsets[CARVQ_PART_CODEBOOKS][s], stored,
                                    2 * work->level_count, error);
}

static void place(struct work *work, struct carvq_arena *arena, unsigned threads, size_t chunk)
{
    const struct carvq_segment_info *segment = work->segment;
    struct carvq_trellis scratch;
    work->chunk_bytes = (size_t)((chunk * work->row_bits + 7) / 8 + 3);
    work->rows = carvq_arena_take(arena, (uint64_t)threads * 3 * segment->cols, sizeof *work->rows);
    work->codes = carvq_arena_take(arena, threads, work->chunk_bytes);
    if (segment->codec != CARVQ_TRELLIS)
        return;
    work->paths = carvq_arena_take(arena, (uint64_t)threads * (((uint64_t)segment->cols + 1) / 2 * 2), sizeof *work->paths);
    carvq_trellis_scales_place(&work->scales, arena);
    work->trellises = carvq_arena_take(arena, threads, sizeof *work->trellises);
    for (unsigned t = 0; t < threads; t++)
        carvq_trellis_place(work->trellises == NULL ? &scratch : &work->trellises[t], arena, segment->state_bits,
                            segment->step_bits, segment->cols);
}

static enum carvq_status run(struct work *work, uint32_t s, struct carvq_ticker *ticker, struct carvq_error *error)
{
    const struct carvq_segment_info *segment = work->segment;
    const unsigned threads = carvq_rows_threads(work->output->job->threads);
    const size_t chunk = (CHUNK_VALUES / segment->cols / 8 + 1) * 8;
    struct carvq_arena arena = {NULL, 0};
    place(work, &arena, threads, chunk);
    void *memory = arena.used > SIZE_MAX ? NULL : aligned_alloc(CARVQ_ARENA_ALIGNMENT, (size_t)arena.used);
    if (memory == NULL)
        return carvq_matrix_fail(work->recipe->matrix, error, CARVQ_ERROR_MEMORY, "out of memory for the codes");
    arena = (struct carvq_arena){memory, 0};
    place(work, &arena, threads, chunk);
    enum carvq_status status = CARVQ_OK;
    if (segment->codec == CARVQ_TRELLIS) {
        for (unsigned t = 0; t < threads; t++)
            carvq_trellis_begin(&work->trellises[t]);
        status = make_levels(work, s, error);
    }
    omp_init_lock(&work->write_lock);
    if (status == CARVQ_OK)
        status = carvq_rows_each(segment->rows, chunk, segment->cols, threads, ticker, encode_rows, work, error);
    omp_destroy_lock(&work->write_lock);
    free(memory);
    return status;
}

enum carvq_status carvq_segment_encode(const struct carvq_recipe *recipe, uint32_t s, const uint32_t *members,
                                       const struct carvq_output *output, struct carvq_ticker *ticker,
                                       struct carvq_row_errors *errors_ret, struct carvq_error *error)
{
    const struct carvq_segment_info *segment = &recipe->segments[s];
    if (segment->codec == CARVQ_RVQ)
        return carvq_segment_encode_rvq(recipe, s, members, output, ticker, errors_ret, error);
    enum carvq_part part = segment->codec == CARVQ_RAW ? CARVQ_PART_VALUES : CARVQ_PART_CODES;
    struct work work = {
        .recipe = recipe,
        .segment = segment,
        .members = members,
        .output = output,
        .offset = output->offsets[part][s],
        .row_bits = carvq_segment_row_bits(segment),
        .reach = recipe->budget.effort < NEIGHBOUR_EFFORT ? 0 : 1,
        .errors = errors_ret,
    };
    return run(&work, s, ticker, error);
}
