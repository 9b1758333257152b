// SPDX-License-Identifier: MIT
// What books by position gain over books by phase.
#include <math.h>
#include <stdlib.h>

#include "codec/additive/train.h"
#include "host/parallel.h"
#include "plan/curve.h"
#include "runtime/status.h"

#define MIN_ROWS 2048          // of a table: with fewer, books by position cost too much
#define TRAIN_VALUES (1 << 20) // of rows that books by position are trained on
#define TRY_VALUES (1 << 18)   // of other rows, which they are tried on
#define PHASE_VALUES (1 << 15) // of the first of the former, which books by phase are trained on
#define PHASE_ROUNDS 12
#define ROUNDS 6          // of books by position, and half as many for those by phase to be as well trained
#define SEGMENT_ROWS 8192 // that a segment trains books by position on, if it has so many
#define HOPE_DB 0.02      // that there has to be after the first round
#define PRIME 7919        // rows are taken in an order that no table has

struct trial {
    struct carvq_segment_info by_phase, by_position;
    struct carvq_additive_code phase, position;
    struct carvq_additive_sample train, test, first;
    float *rows; // [train.count + test.count][n]
    unsigned threads;
    struct carvq_ticker *ticker;
};

static void place(struct trial *trial, struct carvq_arena *arena)
{
    const uint64_t values = ((uint64_t)trial->train.count + trial->test.count) * trial->by_phase.cols;
    carvq_additive_code_init(&trial->phase, &trial->by_phase,
                             carvq_arena_take(arena, carvq_additive_book_values(&trial->by_phase), sizeof(float)));
    carvq_additive_code_init(&trial->position, &trial->by_position,
                             carvq_arena_take(arena, carvq_additive_book_values(&trial->by_position), sizeof(float)));
    trial->rows = carvq_arena_take(arena, values, sizeof *trial->rows);
}

// Up to count rows of the sample that are not zeros, each over its root mean square: of all those that leave a remainder when
// their numbers are divided.
static size_t take_rows(const struct carvq_survey *survey, uint32_t cols, size_t divisor, size_t remainder, size_t count,
                        float *rows_ret)
{
    const size_t all = survey->sample_count / divisor;
    size_t taken = 0;
    for (size_t i = 0; i < count; i++) {
        const float *row = survey->sample + (divisor * (i * PRIME % all) + remainder) * cols;
        const double scale = sqrt(carvq_energy(row, cols) / cols);
        float *x = rows_ret + taken * cols;
        for (uint32_t c = 0; c < cols && scale > 0; c++)
            x[c] = fmaxf(-CARVQ_ADDITIVE_CLIP, fminf(CARVQ_ADDITIVE_CLIP, (float)(row[c] / scale)));
        taken += scale > 0;
    }
    return taken;
}

static enum carvq_status train(const struct trial *trial, const struct carvq_additive_code *code,
                               const struct carvq_additive_sample *sample, unsigned rounds, struct carvq_error *error)
{
    const struct carvq_additive_training training = {rounds, trial->threads, trial->ticker};
    return carvq_additive_train(code, sample, &training, error);
}

static enum carvq_status try_code(const struct trial *trial, const struct carvq_additive_code *code, double *squares_ret,
                                  struct carvq_error *error)
{
    return carvq_additive_try(code, &trial->test, trial->threads, trial->ticker, squares_ret, error);
}

// *factor_ret: the squared error by position over that by phase.
static enum carvq_status compare(const struct trial *trial, uint64_t seed, double *factor_ret, struct carvq_error *error)
{
    double before = 0, after = 0;
    carvq_additive_start(&trial->phase, seed);
    enum carvq_status status = train(trial, &trial->phase, &trial->first, PHASE_ROUNDS, error);
    if (status == CARVQ_OK)
        status = train(trial, &trial->phase, &trial->train, ROUNDS / 2, error);
    if (status == CARVQ_OK)
        status = try_code(trial, &trial->phase, &before, error);
    carvq_additive_spread(&trial->position, &trial->phase);
    if (status == CARVQ_OK)
        status = train(trial, &trial->position, &trial->train, 1, error);
    if (status == CARVQ_OK)
        status = try_code(trial, &trial->position, &after, error);
    if (status == CARVQ_OK && 10 * log10(before / after) > HOPE_DB)
        status = train(trial, &trial->position, &trial->train, ROUNDS, error);
    if (status == CARVQ_OK)
        status = try_code(trial, &trial->position, &after, error);
    *factor_ret = before > 0 ? after / before : 1;
    return status;
}

static size_t at_most(size_t values, uint32_t cols, size_t max)
{
    return values / cols + 1 < max ? values / cols + 1 : max;
}

static enum carvq_status find_factor(const struct carvq_survey *survey, uint64_t rows, uint32_t cols, uint64_t seed,
                                     unsigned threads, struct carvq_ticker *ticker, double *factor_ret, struct carvq_error *error)
{
    struct trial trial = {.threads = threads, .ticker = ticker};
    struct carvq_arena arena = {NULL, 0};
    trial.by_phase = (struct carvq_segment_info){
        .codec = CARVQ_ADDITIVE, .cols = cols, .strides = {2}, .stride_count = 1, .span = CARVQ_ADDITIVE_CURVE_SPAN};
    trial.by_position = trial.by_phase;
    trial.by_position.position_books = true;
    // A segment of few rows trains on all of them: then books are tried on those that they were trained on.
    const bool few = rows <= SEGMENT_ROWS && rows * cols <= TRAIN_VALUES && survey->sample_count == rows;
    trial.train.count = few ? survey->sample_count : at_most(TRAIN_VALUES, cols, survey->sample_count / 2);
    trial.test.count = few ? 0 : at_most(TRY_VALUES, cols, survey->sample_count / 2);
    place(&trial, &arena);
    void *memory = arena.used > SIZE_MAX ? NULL : aligned_alloc(CARVQ_ARENA_ALIGNMENT, (size_t)arena.used);
    if (memory == NULL)
        return carvq_fail(error, CARVQ_ERROR_MEMORY, "out of memory for a sample of rows");
    arena = (struct carvq_arena){memory, 0};
    place(&trial, &arena);
    trial.train.rows = trial.rows;
    trial.train.count = take_rows(survey, cols, few ? 1 : 2, 0, trial.train.count, trial.rows);
    float *rest = trial.rows + trial.train.count * cols;
    trial.test.count = take_rows(survey, cols, 2, 1, trial.test.count, rest);
    trial.test.rows = rest;
    if (few)
        trial.test = trial.train;
    trial.first = (struct carvq_additive_sample){trial.rows, at_most(PHASE_VALUES, cols, trial.train.count)};
    enum carvq_status status = CARVQ_OK;
    *factor_ret = 1;
    if (trial.train.count > 0 && trial.test.count > 0)
        status = compare(&trial, seed, factor_ret, error);
    free(memory);
    return status;
}

enum carvq_status carvq_additive_measure_positions(const struct carvq_survey *survey, uint64_t rows, uint32_t cols, uint64_t seed,
                                                   unsigned threads, struct carvq_ticker *ticker,
                                                   const struct carvq_additive_curve *curve,
                                                   struct carvq_additive_curve *curve_ret, struct carvq_error *error)
{
    double factor = 1;
    enum carvq_status status = CARVQ_OK;
    if (rows >= MIN_ROWS && survey->sample_count > 1)
        status = find_factor(survey, rows, cols, seed, threads, ticker, &factor, error);
    *curve_ret = *curve;
    curve_ret->count = factor < 1 ? curve->count : 0;
    for (size_t i = 0; i < curve_ret->count; i++)
        curve_ret->items[i].point.distortion *= factor;
    return status;
}
