// SPDX-License-Identifier: MIT
// The rate-distortion curve of additive codes.
#include "plan/curve.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "codec/additive/train.h"
#include "host/parallel.h"
#include "runtime/status.h"

#define TRAIN_VALUES (1 << 15) // of the sample that books are trained on
#define CURVE_VALUES (1 << 15) // of the sample that are encoded at each rate
#define TRAINED_BETTER \
    0.965 // of the squared error is left by books of a tier's own, from six times as many values: 0.1 to 0.3 dB

// Patterns of strides. Their order matters a little; these are the best that were tried.
static const struct pattern {
    uint8_t strides[CARVQ_MAX_STRIDES];
    uint32_t count;
} patterns[CARVQ_ADDITIVE_RATES] = {
    {{8}, 1}, {{5, 6, 5}, 3}, {{4}, 1}, {{3}, 1}, {{3, 2, 3}, 3}, {{2}, 1}, {{2, 1, 2, 1, 2}, 5}, {{1, 1, 2}, 3}, {{1}, 1},
};

// What is shared by all rates, of which each is measured by one thread.
struct measurement {
    const struct carvq_survey *survey;
    uint32_t cols;
    size_t count, train_count; // rows that are encoded, and rows that are trained on
    uint64_t seed;
    struct carvq_additive_curve *curve;
    unsigned char *memory; // [threads][nbytes]
    size_t nbytes;
};

// One rate.
struct trial {
    const struct measurement *all;
    struct carvq_additive_code code;
    struct carvq_additive_search search;
    struct carvq_additive_path path;
    float *train;     // [train_count][n]
    float *decoded;   // [n]
    uint8_t *codes;   // [train_count][T]
    double *errors;   // [count][CARVQ_OFF_SCALES]
    double *energies; // [count]
};

static struct carvq_segment_info pattern_info(const struct pattern *pattern, uint32_t cols)
{
    struct carvq_segment_info info = {
        .codec = CARVQ_ADDITIVE, .rows = 1, .cols = cols, .span = CARVQ_ADDITIVE_CURVE_SPAN, .stride_count = pattern->count};
    memcpy(info.strides, pattern->strides, sizeof info.strides);
    return info;
}

static void place(struct trial *trial, struct carvq_arena *arena, const struct carvq_segment_info *info)
{
    const struct measurement *all = trial->all;
    carvq_additive_code_init(&trial->code, info,
                             carvq_arena_take(arena, carvq_additive_book_values(info), sizeof *trial->code.books));
    carvq_additive_search_place(&trial->search, arena, &trial->code);
    carvq_additive_path_place(&trial->path, arena, &trial->code);
    trial->train = carvq_arena_take(arena, (uint64_t)all->train_count * all->cols, sizeof *trial->train);
    trial->decoded = carvq_arena_take(arena, all->cols, sizeof *trial->decoded);
    trial->codes = carvq_arena_take(arena, all->train_count, trial->code.steps);
    trial->errors = carvq_arena_take(arena, all->count, CARVQ_OFF_SCALES * sizeof *trial->errors);
    trial->energies = carvq_arena_take(arena, all->count, sizeof *trial->energies);
}

// The rows to train on that are not zeros, each over its root mean square. Returns their number. If there are enough rows, they
// are others than those that are encoded.
static size_t take_rows(const struct trial *trial)
{
    const struct measurement *all = trial->all;
    size_t taken = 0;
    for (size_t i = 0; i < all->train_count; i++) {
        const size_t middle = (2 * i + 1) * all->survey->sample_count / (2 * all->train_count);
        const float *row = all->survey->sample + middle * all->cols;
        const double scale = sqrt(carvq_energy(row, all->cols) / all->cols);
        float *x = trial->train + taken * all->cols;
        for (uint32_t c = 0; c < all->cols && scale > 0; c++)
            x[c] = fmaxf(-CARVQ_ADDITIVE_CLIP, fminf(CARVQ_ADDITIVE_CLIP, (float)(row[c] / scale)));
        taken += scale > 0;
    }
    return taken;
}

// The more bits, the more rounds it takes.
static unsigned train_rounds(const struct carvq_segment_info *info)
{
    unsigned width = 0;
    for (uint32_t i = 0; i < info->stride_count; i++)
        width += info->strides[i];
    return width > 2 * info->stride_count ? 18 : width > info->stride_count ? 24 : 30;
}

static double encode(const struct trial *trial, const float *row, float scale, uint8_t *codes)
{
    struct carvq_coded_row result = {row, scale, codes, trial->decoded, 0};
    carvq_additive_find(&trial->search, &trial->path, &result, 1);
    return result.error;
}

static void train(struct trial *trial)
{
    const size_t taken = take_rows(trial);
    const unsigned rounds = train_rounds(&trial->code.info);
    for (unsigned round = 0; round < rounds && taken > 0; round++) {
        const struct carvq_additive_sample sample = {trial->train, round < rounds / 2 ? (taken + 3) / 4 : taken};
        carvq_additive_search_begin(&trial->search);
        for (size_t r = 0; r < sample.count; r++)
            (void)encode(trial, sample.rows + r * trial->all->cols, 1, trial->codes + r * trial->code.steps);
        for (uint32_t class = 0; class < trial->code.classes; class ++)
            carvq_additive_fit(&trial->code, &sample, trial->codes, class);
    }
}

static void try_row(const struct trial *trial, size_t i)
{
    const struct measurement *all = trial->all;
    const float *row = all->survey->sample + i * all->survey->sample_count / all->count * all->cols;
    const double energy = carvq_energy(row, all->cols);
    trial->energies[i] = energy;
    for (unsigned o = 0; o < CARVQ_OFF_SCALES; o++) {
        double *relative = &trial->errors[CARVQ_OFF_SCALES * i + o];
        *relative = NAN;
        if (energy == 0 || (o != CARVQ_RIGHT_SCALE && !carvq_with_other_scales(i)))
            continue;
        const double scale = sqrt(energy / all->cols * pow(10, carvq_off_scales_db[o] / 10)) / (double)trial->code.unit;
        *relative = TRAINED_BETTER * encode(trial, row, (float)scale, trial->codes) / energy;
    }
}

static void measure(const struct measurement *all, const struct pattern *pattern, unsigned char *memory,
                    struct carvq_additive_point *point_ret)
{
    const struct carvq_segment_info info = pattern_info(pattern, all->cols);
    struct carvq_arena arena = {memory, 0};
    struct trial trial = {.all = all};
    uint32_t width = 0;
    place(&trial, &arena, &info);
    carvq_additive_start(&trial.code, all->seed);
    train(&trial);
    carvq_additive_round(&trial.code);
    carvq_additive_search_begin(&trial.search);
    for (size_t i = 0; i < all->count; i++)
        try_row(&trial, i);
    for (uint32_t i = 0; i < pattern->count; i++)
        width += pattern->strides[i];
    *point_ret = (struct carvq_additive_point){.rate = 4. * pattern->count / width, .stride_count = pattern->count};
    point_ret->point = carvq_point_average(trial.errors, trial.energies, all->count);
    memcpy(point_ret->strides, pattern->strides, sizeof point_ret->strides);
}

static enum carvq_status measure_rates(void *context, struct carvq_chunk *chunk, struct carvq_error *error)
{
    const struct measurement *all = context;
    (void)error;
    for (uint64_t i = chunk->first; i < chunk->first + chunk->count; i++) // the highest rates take longest
        measure(all, &patterns[CARVQ_ADDITIVE_RATES - 1 - i], all->memory + chunk->thread * all->nbytes,
                &all->curve->items[CARVQ_ADDITIVE_RATES - 1 - i]);
    return CARVQ_OK;
}

// Bytes that the rate takes that takes most.
static uint64_t memory_bytes(const struct measurement *all)
{
    uint64_t max = 0;
    for (unsigned i = 0; i < CARVQ_ADDITIVE_RATES; i++) {
        const struct carvq_segment_info info = pattern_info(&patterns[i], all->cols);
        struct trial trial = {.all = all};
        struct carvq_arena arena = {NULL, 0};
        place(&trial, &arena, &info);
        max = arena.used > max ? arena.used : max;
    }
    return max;
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
    struct measurement all = {.survey = survey, .cols = cols, .seed = seed, .curve = curve_ret};
    all.count = rows_of(CURVE_VALUES, survey, cols);
    all.train_count = rows_of(TRAIN_VALUES, survey, cols);
    const uint64_t nbytes = memory_bytes(&all);
    if (nbytes <= SIZE_MAX / threads)
        all.memory = aligned_alloc(CARVQ_ARENA_ALIGNMENT, (size_t)nbytes * threads);
    if (all.memory == NULL)
        return carvq_fail(error, CARVQ_ERROR_MEMORY, "out of memory for a sample of rows");
    all.nbytes = (size_t)nbytes;
    curve_ret->count = CARVQ_ADDITIVE_RATES;
    const struct carvq_work work = {CARVQ_ADDITIVE_RATES, 1, 0, threads, ticker, measure_rates, &all};
    enum carvq_status status = carvq_parallel(&work, error);
    free(all.memory);
    return status;
}
