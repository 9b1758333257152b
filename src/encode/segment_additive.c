// SPDX-License-Identifier: MIT
// A segment of codec additive: books from a sample of its rows, then the codes of all of them, a chunk of tiles at a time.
#include "encode/output.h"

#include <stdlib.h>
#include <string.h>

#include "codec/additive/train.h"
#include "codec/bits.h"
#include "codec/trellis/scale.h"
#include "host/matrix.h"
#include "host/parallel.h"
#include "host/random.h"
#include "runtime/half.h"
#include "runtime/table.h"

#define CHUNK_ROWS (CARVQ_CHUNK_TILES * CARVQ_TILE_ROWS)
#define MAX_LEVELS 256
#define SAMPLE_VALUES (192 << 10)  // to train with
#define POSITION_ROWS 8192         // to train books by position with, which see a step of a row ..
#define POSITION_VALUES (16 << 20) // .. but no more than that
#define POSITION_ROUNDS 8
#define NEIGHBOUR_EFFORT 7 // from this effort on the scales next to the nearest one are tried, too

// A segment at work.
struct work {
    const struct carvq_plan *plan;
    struct carvq_residual residual;
    const struct carvq_segment_info *segment;
    uint32_t number;         // of the segment
    const uint32_t *members; // NULL: all rows
    const struct carvq_output *output;
    struct carvq_ticker *ticker;
    unsigned threads, reach; // other levels that are tried for each row
    size_t level_count;
    float levels[MAX_LEVELS]; // scales in the units of the trellis: of root mean squares
    float scales[MAX_LEVELS]; // the same in the units of the books, as stored
    struct carvq_row_errors *errors;
    omp_lock_t write_lock;

    struct carvq_trellis_scales fit;
    float *sample; // [sample_count][n]
    size_t sample_count;
    struct carvq_additive_code code, by_phase; // by position: begins with books by phase
    struct carvq_additive_search search;
    int8_t *books; // as stored
    size_t book_bytes;

    // For each thread.
    struct carvq_additive_path *paths;
    float *rows;    // [threads][4][CARVQ_BATCH][n]: original, what is left of it, decoded, spare
    uint8_t *codes; // [threads][2][CARVQ_BATCH][T]
    uint8_t *lines; // [threads][line_bytes]
    size_t line_bytes;
    uint8_t *scale_codes; // [threads][CHUNK_ROWS]
};

static uint32_t member(const struct work *work, uint64_t i)
{
    return work->members == NULL ? (uint32_t)i : work->members[i];
}

static enum carvq_status read_residual(const struct work *work, uint32_t row, float *x, float *residual,
                                       struct carvq_error *error)
{
    const struct carvq_matrix *matrix = work->plan->matrix;
    enum carvq_status status = matrix->read(matrix->context, row, 1, 0, matrix->cols, x, error);
    if (status != CARVQ_OK)
        return status;
    memmove(residual, x, matrix->cols * sizeof *residual);
    return carvq_residual_subtract(&work->residual, row, 1, 0, matrix->cols, residual, error);
}

// ---- books

static void fit_levels(struct work *work)
{
    const struct carvq_plan *plan = work->plan;
    carvq_trellis_scales_begin(&work->fit);
    for (uint64_t i = 0; i < work->segment->rows; i++) {
        const uint32_t row = member(work, i);
        carvq_trellis_scales_add(&work->fit, carvq_plan_row_scale(plan, row), carvq_plan_weight(plan, row));
    }
    work->level_count = (size_t)1 << work->segment->scale_bits;
    carvq_trellis_scales_fit(&work->fit, work->segment->scale_bits, work->levels);
}

static size_t nearest_level(const struct work *work, const float *residual)
{
    return carvq_trellis_nearest_level(work->levels, work->level_count, carvq_trellis_row_scale(residual, work->segment->cols));
}

static size_t sample_rows(const struct carvq_segment_info *segment, bool by_position)
{
    const uint64_t least = SAMPLE_VALUES / segment->cols + 1, most = POSITION_VALUES / segment->cols + 1;
    uint64_t wanted = least;
    if (by_position)
        wanted = most < least ? least : most < POSITION_ROWS ? most : least > POSITION_ROWS ? least : POSITION_ROWS;
    return (size_t)(wanted < segment->rows ? wanted : segment->rows);
}

// Some of the rows that are not zeros, evenly spread, each over its scale.
static enum carvq_status take_sample(struct work *work, size_t room, struct carvq_error *error)
{
    const uint32_t n = work->segment->cols;
    uint64_t all = 0, seen = 0, taken = 0;
    work->sample_count = 0;
    for (uint64_t i = 0; i < work->segment->rows; i++)
        all += work->plan->survey.energies[member(work, i)] > 0;
    for (uint64_t i = 0; i < work->segment->rows && work->sample_count < room; i++) {
        const uint32_t row = member(work, i);
        float *x = work->sample + work->sample_count * n;
        if (!(work->plan->survey.energies[row] > 0) || seen++ != taken * (all > room ? all : room) / room)
            continue;
        taken++;
        enum carvq_status status = read_residual(work, row, x, x, error);
        if (status != CARVQ_OK)
            return status;
        const float scale = work->levels[nearest_level(work, x)] * CARVQ_TRELLIS_TABLE_UNIT;
        for (uint32_t c = 0; c < n && scale > 0; c++) {
            const float value = x[c] / scale;
            x[c] = value > CARVQ_ADDITIVE_CLIP    ? CARVQ_ADDITIVE_CLIP
                   : value < -CARVQ_ADDITIVE_CLIP ? -CARVQ_ADDITIVE_CLIP
                                                  : value;
        }
        work->sample_count += scale > 0;
    }
    return CARVQ_OK;
}

// Tables of one file get random numbers of their own, and so do the segments of a table.
static uint64_t segment_seed(const struct work *work)
{
    uint64_t seed = carvq_random_stream(work->plan->budget.seed, work->number).state;
    for (const char *name = work->plan->matrix->name; *name != '\0'; name++)
        seed = carvq_random_stream(seed, (unsigned char)*name).state;
    return seed;
}

static enum carvq_status train_code(struct work *work, const struct carvq_additive_code *code, unsigned rounds,
                                    struct carvq_error *error)
{
    const struct carvq_additive_training training = {rounds, work->threads, work->ticker};
    enum carvq_status status = take_sample(work, sample_rows(work->segment, code->info.position_books), error);
    const struct carvq_additive_sample sample = {work->sample, work->sample_count};
    if (status == CARVQ_OK && sample.count > 0)
        status = carvq_additive_train(code, &sample, &training, error);
    return status;
}

static enum carvq_status train(struct work *work, struct carvq_error *error)
{
    static const unsigned rounds[CARVQ_MAX_EFFORT + 1] = {0, 10, 10, 20, 30, 30, 40, 30, 40, 60};
    carvq_additive_start(&work->by_phase, segment_seed(work));
    enum carvq_status status = train_code(work, &work->by_phase, rounds[work->plan->budget.effort], error);
    if (status == CARVQ_OK && work->segment->position_books) {
        carvq_additive_spread(&work->code, &work->by_phase);
        status = train_code(work, &work->code, POSITION_ROUNDS, error);
    }
    carvq_additive_round(&work->code);
    return status;
}

// Writes books and scales.
static enum carvq_status write_books(struct work *work, struct carvq_error *error)
{
    uint8_t stored[2 * MAX_LEVELS];
    for (size_t i = 0; i < work->level_count; i++)
        work->scales[i] = work->levels[i] * (CARVQ_TRELLIS_TABLE_UNIT / work->code.unit);
    carvq_narrow(work->segment->value_dtype, work->scales, work->level_count, stored);
    carvq_widen(work->segment->value_dtype, stored, work->level_count, work->scales);
    carvq_additive_store(&work->code, work->books);
    enum carvq_status status = carvq_output_write(work->output, CARVQ_PART_CODEBOOKS, work->number, 0, stored,
                                                  2 * work->level_count, error);
    if (status == CARVQ_OK)
        status = carvq_output_write(work->output, CARVQ_PART_CODES, work->number, 0, work->books, work->book_bytes, error);
    return status;
}

// ---- codes

struct encoder {
    const struct carvq_additive_search *search;
    const struct carvq_additive_path *path;
};

static void find_codes(const void *context, struct carvq_coded_row *rows, size_t count)
{
    const struct encoder *encoder = context;
    carvq_additive_find(encoder->search, encoder->path, rows, count);
}

// Rows i to i + count - 1 of the segment, a batch.
static enum carvq_status encode_batch(const struct work *work, unsigned thread, uint64_t i, size_t count, uint8_t *lines,
                                      uint8_t *scale_codes, struct carvq_error *error)
{
    const struct carvq_segment_info *segment = work->segment;
    const size_t n = segment->cols, batch = CARVQ_BATCH, steps = work->code.steps;
    float *x = work->rows + thread * 4 * batch * n, *residuals = x + batch * n;
    uint8_t *codes = work->codes + thread * 2 * batch * steps;
    size_t numbers[CARVQ_BATCH];
    struct carvq_coded_row rows[CARVQ_BATCH], spare[CARVQ_BATCH];
    for (size_t k = 0; k < count; k++) {
        float *residual = residuals + k * n;
        enum carvq_status status = read_residual(work, member(work, i + k), x + k * n, residual, error);
        if (status != CARVQ_OK)
            return status;
        numbers[k] = nearest_level(work, residual);
        rows[k] = (struct carvq_coded_row){residual, 0, codes + k * steps, residuals + (batch + k) * n, 0};
        spare[k] = (struct carvq_coded_row){residual, 0, codes + (batch + k) * steps, residuals + (2 * batch + k) * n, 0};
    }
    const struct encoder encoder = {&work->search, &work->paths[thread]};
    const struct carvq_levels levels = {work->scales, work->level_count, work->reach, segment->cols, steps, find_codes, &encoder};
    carvq_levels_encode(&levels, rows, count, numbers, spare);
    for (size_t k = 0; k < count; k++) {
        const uint32_t row = member(work, i + k);
        carvq_additive_pack(segment, i / CHUNK_ROWS * CARVQ_CHUNK_TILES, i + k, rows[k].codes, lines);
        carvq_put_bits(scale_codes, (i + k) % CHUNK_ROWS * segment->scale_bits, numbers[k]);
        carvq_prediction_add(&work->plan->prediction, row, rows[k].decoded);
        carvq_row_measure(work->plan->metric, x + k * n, rows[k].decoded, segment->cols, rows[k].error, &work->errors[row]);
    }
    return CARVQ_OK;
}

static enum carvq_status write_chunk(struct work *work, const struct carvq_chunk *chunk, const uint8_t *lines,
                                     const uint8_t *scale_codes, struct carvq_error *error)
{
    const struct carvq_segment_info *segment = work->segment;
    const uint64_t offset = carvq_additive_line(segment, chunk->first / CARVQ_TILE_ROWS, 0);
    const uint64_t tiles = (chunk->count + CARVQ_TILE_ROWS - 1) / CARVQ_TILE_ROWS;
    const uint64_t line_bytes = tiles * carvq_additive_groups(segment) * 64, scale_bits = chunk->count * segment->scale_bits;
    omp_set_lock(&work->write_lock);
    enum carvq_status status = carvq_output_write(work->output, CARVQ_PART_LINES, work->number, offset, lines, line_bytes, error);
    if (status == CARVQ_OK && scale_bits > 0)
        status = carvq_output_write(work->output, CARVQ_PART_CODES, work->number,
                                    work->book_bytes + chunk->first * segment->scale_bits / 8, scale_codes, (scale_bits + 7) / 8,
                                    error);
    omp_unset_lock(&work->write_lock);
    return status;
}

static enum carvq_status encode_rows(void *context, struct carvq_chunk *chunk, struct carvq_error *error)
{
    struct work *work = context;
    uint8_t *lines = work->lines + chunk->thread * work->line_bytes,
            *scale_codes = work->scale_codes + chunk->thread * CHUNK_ROWS;
    memset(lines, 0, work->line_bytes);
    memset(scale_codes, 0, CHUNK_ROWS);
    const uint64_t end = chunk->first + chunk->count;
    for (uint64_t i = chunk->first; i < end; i += CARVQ_BATCH) {
        if (carvq_chunk_stop(chunk))
            return CARVQ_OK;
        const size_t count = end - i < CARVQ_BATCH ? (size_t)(end - i) : CARVQ_BATCH;
        enum carvq_status status = encode_batch(work, chunk->thread, i, count, lines, scale_codes, error);
        if (status != CARVQ_OK)
            return status;
    }
    return write_chunk(work, chunk, lines, scale_codes, error);
}

// ---- the segment

// room: rows of the sample.
static void place(struct work *work, struct carvq_arena *arena, size_t room)
{
    const struct carvq_segment_info *segment = work->segment;
    struct carvq_additive_path scratch;
    const uint64_t tiles = carvq_additive_tiles(segment), n = segment->cols;
    carvq_additive_code_init(&work->code, segment,
                             carvq_arena_take(arena, carvq_additive_book_values(segment), sizeof *work->code.books));
    work->code.metric = work->plan->metric;
    struct carvq_segment_info by_phase = *segment;
    by_phase.position_books = false;
    carvq_additive_code_init(&work->by_phase, &by_phase,
                             segment->position_books
                                 ? carvq_arena_take(arena, carvq_additive_book_values(&by_phase), sizeof *work->code.books)
                                 : work->code.books);
    work->by_phase.metric = work->plan->metric;
    work->book_bytes = (size_t)carvq_additive_book_bytes(segment);
    work->books = carvq_arena_take(arena, work->book_bytes, 1);
    work->line_bytes = (size_t)((tiles < CARVQ_CHUNK_TILES ? tiles : CARVQ_CHUNK_TILES) * carvq_additive_groups(segment) * 64);
    carvq_trellis_scales_place(&work->fit, arena);
    work->sample = carvq_arena_take(arena, room * n, sizeof *work->sample);
    carvq_additive_search_place(&work->search, arena, &work->code);
    work->rows = carvq_arena_take(arena, (uint64_t)work->threads * 4 * CARVQ_BATCH * n, sizeof *work->rows);
    work->codes = carvq_arena_take(arena, (uint64_t)work->threads * 2 * CARVQ_BATCH, work->code.steps);
    work->lines = carvq_arena_take(arena, work->threads, work->line_bytes);
    work->scale_codes = carvq_arena_take(arena, work->threads, CHUNK_ROWS);
    work->paths = carvq_arena_take(arena, work->threads, sizeof *work->paths);
    for (unsigned t = 0; t < work->threads; t++)
        carvq_additive_path_place(work->paths == NULL ? &scratch : &work->paths[t], arena, &work->code);
}

static enum carvq_status encode(struct work *work, struct carvq_error *error)
{
    const struct carvq_segment_info *segment = work->segment;
    fit_levels(work);
    enum carvq_status status = train(work, error);
    if (status == CARVQ_OK)
        status = write_books(work, error);
    if (status != CARVQ_OK)
        return status;
    carvq_additive_search_begin(&work->search);
    omp_init_lock(&work->write_lock);
    const struct carvq_work rows = {segment->rows, CHUNK_ROWS, segment->cols, work->threads, work->ticker, encode_rows, work};
    status = carvq_parallel(&rows, error);
    omp_destroy_lock(&work->write_lock);
    return status;
}

enum carvq_status carvq_segment_encode_additive(const struct carvq_plan *plan, uint32_t s, const uint32_t *members,
                                                const struct carvq_output *output, struct carvq_ticker *ticker,
                                                struct carvq_row_errors *errors_ret, struct carvq_error *error)
{
    const struct carvq_segment_info *segment = &plan->segments[s];
    struct work work = {
        .plan = plan,
        .residual = {plan->matrix, &plan->prediction, NULL},
        .segment = segment,
        .number = s,
        .members = members,
        .output = output,
        .ticker = ticker,
        .threads = carvq_threads(output->job->threads),
        .reach = plan->budget.effort < NEIGHBOUR_EFFORT ? 0 : 1,
        .errors = errors_ret,
    };
    const size_t room = sample_rows(segment, segment->position_books);
    struct carvq_arena arena = {NULL, 0};
    place(&work, &arena, room);
    void *memory = arena.used > SIZE_MAX ? NULL : aligned_alloc(CARVQ_ARENA_ALIGNMENT, (size_t)arena.used);
    if (memory == NULL)
        return carvq_matrix_fail(plan->matrix, error, CARVQ_ERROR_MEMORY, "out of memory for the codes");
    arena = (struct carvq_arena){memory, 0};
    place(&work, &arena, room);
    enum carvq_status status = encode(&work, error);
    free(memory);
    return status;
}
