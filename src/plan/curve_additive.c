// SPDX-License-Identifier: MIT
// The rate-distortion curve of additive codes.
#include "plan/curve.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "codec/additive/train.h"
#include "host/parallel.h"
#include "runtime/status.h"

#define TRAIN_VALUES (1 << 16) // of the sample that books are trained on
#define TRAIN_ROUNDS 12
#define CURVE_VALUES (1 << 16) // of the sample that are encoded at each rate

// Patterns of strides. Their order matters a little; these are the best that were tried.
static const struct pattern {
    uint8_t strides[CARVQ_MAX_STRIDES];
    uint32_t count;
} patterns[CARVQ_ADDITIVE_RATES] = {
    {{8}, 1}, {{5, 6, 5}, 3}, {{4}, 1}, {{3}, 1}, {{3, 2, 3}, 3}, {{2}, 1}, {{2, 1, 2, 1, 2}, 5}, {{1, 1, 2}, 3}, {{1}, 1},
};

struct trial {
    const struct carvq_survey *survey;
    uint32_t cols;
    size_t count, train_count; // rows that are encoded, and rows that are trained on
    struct carvq_additive_code code;
    struct carvq_additive_search search;
    float *train;     // [train_count][n]
    double *errors;   // [count][CARVQ_OFF_SCALES]
    double *energies; // [count]

    // For each thread.
    struct carvq_additive_path *paths;
    uint8_t *codes; // [threads][T]
    float *decoded; // [threads][n]
};

static void place(struct trial *trial, struct carvq_arena *arena, const struct carvq_segment_info *info, unsigned threads)
{
    struct carvq_additive_path scratch;
    carvq_additive_code_init(&trial->code, info,
                             carvq_arena_take(arena, carvq_additive_book_values(info), sizeof *trial->code.books));
    carvq_additive_search_place(&trial->search, arena, &trial->code);
    trial->train = carvq_arena_take(arena, (uint64_t)trial->train_count * trial->cols, sizeof *trial->train);
    trial->errors = carvq_arena_take(arena, trial->count, CARVQ_OFF_SCALES * sizeof *trial->errors);
    trial->energies = carvq_arena_take(arena, trial->count, sizeof *trial->energies);
    trial->codes = carvq_arena_take(arena, threads, trial->code.steps);
    trial->decoded = carvq_arena_take(arena, (uint64_t)threads * trial->cols, sizeof *trial->decoded);
    trial->paths = carvq_arena_take(arena, threads, sizeof *trial->paths);
    for (unsigned t = 0; t < threads; t++)
        carvq_additive_path_place(trial->paths == NULL ? &scratch : &trial->paths[t], arena, &trial->code);
}

// The rows to train on that are not zeros, each over its root mean square. Returns their number. If there are enough rows, they
// are others than those that are encoded.
static size_t take_rows(const struct trial *trial)
{
    const struct carvq_survey *survey = trial->survey;
    size_t taken = 0;
    for (size_t i = 0; i < trial->train_count; i++) {
        const size_t middle = (2 * i + 1) * survey->sample_count / (2 * trial->train_count);
        const float *row = survey->sample + middle * trial->cols;
        const double scale = sqrt(carvq_energy(row, trial->cols) / trial->cols);
        float *x = trial->train + taken * trial->cols;
        for (uint32_t c = 0; c < trial->cols && scale > 0; c++)
            x[c] = fmaxf(-CARVQ_ADDITIVE_CLIP, fminf(CARVQ_ADDITIVE_CLIP, (float)(row[c] / scale)));
        taken += scale > 0;
    }
    return taken;
}

static double encode(const struct trial *trial, unsigned thread, const float *row, float scale)
{
    uint8_t *codes = trial->codes + (size_t)thread * trial->code.steps;
    float *decoded = trial->decoded + (size_t)thread * trial->cols;
    double error = 0;
    carvq_additive_find(&trial->search, &trial->paths[thread], row, scale, codes);
    carvq_additive_decode(&trial->code, codes, scale, decoded);
    for (uint32_t c = 0; c < trial->cols; c++) {
        const double difference = (double)row[c] - (double)decoded[c];
        error += difference * difference;
    }
    return error;
}

static enum carvq_status try_rows(void *context, struct carvq_chunk *chunk, struct carvq_error *error)
{
    struct trial *trial = context;
    (void)error;
    for (uint64_t i = chunk->first; i < chunk->first + chunk->count; i++) {
        const float *row = trial->survey->sample + i * trial->survey->sample_count / trial->count * trial->cols;
        const double energy = carvq_energy(row, trial->cols);
        trial->energies[i] = energy;
        for (unsigned o = 0; o < CARVQ_OFF_SCALES; o++) {
            double *relative = &trial->errors[CARVQ_OFF_SCALES * i + o];
            *relative = NAN;
            if (energy == 0 || (o != CARVQ_RIGHT_SCALE && !carvq_with_other_scales(i)))
                continue;
            const double scale = sqrt(energy / trial->cols * pow(10, carvq_off_scales_db[o] / 10)) / (double)trial->code.unit;
            *relative = encode(trial, chunk->thread, row, (float)scale) / energy;
        }
    }
    return CARVQ_OK;
}

static enum carvq_status measure(struct trial *trial, uint64_t seed, unsigned threads, struct carvq_ticker *ticker,
                                 struct carvq_error *error)
{
    const struct carvq_additive_sample sample = {trial->train, take_rows(trial)};
    const struct carvq_additive_training training = {TRAIN_ROUNDS, threads, ticker};
    enum carvq_status status = CARVQ_OK;
    carvq_additive_start(&trial->code, seed);
    if (sample.count > 0)
        status = carvq_additive_train(&trial->code, &sample, &training, error);
    if (status != CARVQ_OK)
        return status;
    carvq_additive_round(&trial->code);
    carvq_additive_search_begin(&trial->search);
    const struct carvq_work work = {trial->count, 1, 0, threads, ticker, try_rows, trial};
    return carvq_parallel(&work, error);
}

static enum carvq_status measure_pattern(struct trial *trial, const struct pattern *pattern, uint64_t seed, unsigned threads,
                                         struct carvq_ticker *ticker, struct carvq_additive_point *point_ret,
                                         struct carvq_error *error)
{
    struct carvq_segment_info info = {.codec = CARVQ_ADDITIVE,
                                      .rows = 1,
                                      .cols = trial->cols,
                                      .span = CARVQ_ADDITIVE_CURVE_SPAN,
                                      .stride_count = pattern->count};
    struct carvq_arena arena = {NULL, 0};
    memcpy(info.strides, pattern->strides, sizeof info.strides);
    place(trial, &arena, &info, threads);
    void *memory = arena.used > SIZE_MAX ? NULL : aligned_alloc(CARVQ_ARENA_ALIGNMENT, (size_t)arena.used);
    if (memory == NULL)
        return carvq_fail(error, CARVQ_ERROR_MEMORY, "out of memory for a sample of rows");
    arena = (struct carvq_arena){memory, 0};
    place(trial, &arena, &info, threads);
    enum carvq_status status = measure(trial, seed, threads, ticker, error);
    *point_ret = (struct carvq_additive_point){.stride_count = pattern->count};
    memcpy(point_ret->strides, pattern->strides, sizeof point_ret->strides);
    unsigned width = 0;
    for (uint32_t i = 0; i < pattern->count; i++)
        width += pattern->strides[i];
    point_ret->rate = 4. * pattern->count / width;
    if (status == CARVQ_OK)
        point_ret->point = carvq_point_average(trial->errors, trial->energies, trial->count);
    free(memory);
    return status;
}

static size_t rows_of(size_t values, const struct carvq_survey *survey, uint32_t cols)
{
    const size_t wanted = values / cols + 1;
    return wanted < survey->sample_count ? wanted : survey->sample_count;
}

enum carvq_status carvq_additive_measure(const struct carvq_survey *survey, uint32_t cols, uint64_t seed, unsigned threads,
                                         struct carvq_ticker *ticker, struct carvq_additive_curve *curve_ret,
                                         struct carvq_error *error)
{
    struct trial trial = {.survey = survey, .cols = cols};
    trial.count = rows_of(CURVE_VALUES, survey, cols);
    trial.train_count = rows_of(TRAIN_VALUES, survey, cols);
    enum carvq_status status = CARVQ_OK;
    for (curve_ret->count = 0; curve_ret->count < CARVQ_ADDITIVE_RATES && status == CARVQ_OK; curve_ret->count++)
        status = measure_pattern(&trial, &patterns[curve_ret->count], seed, threads, ticker, &curve_ret->items[curve_ret->count],
                                 error);
    return status;
}
