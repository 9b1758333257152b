// SPDX-License-Identifier: MIT
// The rate-distortion curve of the trellis.
#include "plan/curve.h"

#include <math.h>
#include <stdlib.h>

#include "host/parallel.h"
#include "codec/trellis/scale.h"
#include "runtime/trellis_tables.h"

#define CURVE_VALUES (1 << 17) // of the sample that are encoded at each rate
#define OFF_STRIDE 4           // with scales that are off, a quarter of them
#define MAX_WEIGHT 8           // a row counts by its energy, but no more than so many rows of mean energy

// Scales that are off when their worth is measured, in dB.
const double carvq_off_scales_db[CARVQ_OFF_SCALES] = {-6, -3, 0, 3, 6, 12};

// The rows of the sample that are encoded, and their relative errors: with the right scale, and some with others. What was not
// measured is NAN.
struct trial {
    const struct carvq_survey *survey;
    uint32_t cols;
    size_t count;
    struct carvq_trellis *workers; // one for each thread
    uint16_t *paths;               // [threads][steps]
    double *errors;                // [count][CARVQ_OFF_SCALES]
    double *energies;              // [count]
};

// One row in OFF_STRIDE, in no order that a table may have.
bool carvq_with_other_scales(uint64_t i)
{
    return ((uint32_t)i * 2654435761U >> 16) % OFF_STRIDE == 0;
}

static enum carvq_status try_rows(void *context, struct carvq_chunk *chunk, struct carvq_error *error)
{
    struct trial *trial = context;
    const struct carvq_trellis *worker = &trial->workers[chunk->thread];
    (void)error;
    for (uint64_t i = chunk->first; i < chunk->first + chunk->count; i++) {
        const float *row = trial->survey->sample + i * trial->survey->sample_count / trial->count * trial->cols;
        double energy = carvq_energy(row, trial->cols);
        trial->energies[i] = energy;
        for (unsigned o = 0; o < CARVQ_OFF_SCALES; o++) {
            double *relative = &trial->errors[CARVQ_OFF_SCALES * i + o];
            *relative = NAN;
            if (energy == 0 || (o != CARVQ_RIGHT_SCALE && !carvq_with_other_scales(i)))
                continue;
            float scale = (float)sqrt(energy / trial->cols * pow(10, carvq_off_scales_db[o] / 10)) / CARVQ_TRELLIS_TABLE_UNIT;
            *relative = carvq_trellis_encode(worker, row, scale, trial->paths + chunk->thread * worker->steps) / energy;
        }
    }
    return CARVQ_OK;
}

static void place(struct trial *trial, struct carvq_arena *arena, unsigned threads, unsigned state_bits, unsigned step_bits)
{
    struct carvq_trellis scratch;
    trial->workers = carvq_arena_take(arena, threads, sizeof *trial->workers);
    for (unsigned t = 0; t < threads; t++)
        carvq_trellis_place(trial->workers == NULL ? &scratch : &trial->workers[t], arena, state_bits, step_bits, trial->cols);
    trial->paths = carvq_arena_take(arena, threads * (((uint64_t)trial->cols + 1) / 2), sizeof *trial->paths);
    trial->errors = carvq_arena_take(arena, trial->count, CARVQ_OFF_SCALES * sizeof *trial->errors);
    trial->energies = carvq_arena_take(arena, trial->count, sizeof *trial->energies);
}

// The mean errors of one rate. Where values have heavy tails, the rows that hold the energy are those that suit the trellis
// least.
struct carvq_point carvq_point_average(const double *errors, const double *energies, size_t count)
{
    double total = 0, weights = 0, sum = 0, sums[CARVQ_OFF_SCALES] = {0};
    for (size_t i = 0; i < count; i++)
        total += energies[i];
    for (size_t i = 0; i < count; i++, errors += CARVQ_OFF_SCALES) {
        const double max = MAX_WEIGHT * total / (double)count, weight = energies[i] < max ? energies[i] : max;
        if (isnan(errors[CARVQ_RIGHT_SCALE]))
            continue;
        sum += weight * errors[CARVQ_RIGHT_SCALE];
        weights += weight;
        for (unsigned o = 0; o < CARVQ_OFF_SCALES && !isnan(errors[0]); o++)
            sums[o] += weight * errors[o];
    }
    struct carvq_point point = {.distortion = weights > 0 ? sum / weights : 0};
    for (unsigned o = 0; o < CARVQ_OFF_SCALES; o++)
        if (sums[o] > 0 && sums[CARVQ_RIGHT_SCALE] > 0)
            point.logs[o] = log10(sums[o] / sums[CARVQ_RIGHT_SCALE]);
    return point;
}

// Between the scales that were measured, a straight line of logarithms. A scale that is far too large leaves an error of its own
// size; one that is far too small leaves the row as it was.
double carvq_point_distortion(const struct carvq_point *point, double off_db)
{
    const unsigned last = CARVQ_OFF_SCALES - 1;
    unsigned o = 0;
    while (o + 2 < CARVQ_OFF_SCALES && off_db > carvq_off_scales_db[o + 1])
        o++;
    if (off_db > carvq_off_scales_db[last])
        return point->distortion * pow(10, point->logs[last] + (off_db - carvq_off_scales_db[last]) / 10);
    double part = (off_db - carvq_off_scales_db[o]) / (carvq_off_scales_db[o + 1] - carvq_off_scales_db[o]);
    double distortion = point->distortion * pow(10, point->logs[o] + part * (point->logs[o + 1] - point->logs[o]));
    return off_db < carvq_off_scales_db[0] && distortion > 1 ? 1 : distortion;
}

// False: out of memory.
static bool measure(struct trial *trial, unsigned threads, unsigned state_bits, unsigned step_bits, struct carvq_point *point_ret)
{
    struct carvq_arena arena = {NULL, 0};
    place(trial, &arena, threads, state_bits, step_bits);
    void *memory = aligned_alloc(CARVQ_ARENA_ALIGNMENT, (size_t)arena.used);
    if (memory == NULL)
        return false;
    arena = (struct carvq_arena){memory, 0};
    place(trial, &arena, threads, state_bits, step_bits);
    for (unsigned t = 0; t < threads; t++)
        carvq_trellis_begin(&trial->workers[t]);
    const struct carvq_work work = {trial->count, 1, 0, threads, NULL, try_rows, trial};
    carvq_parallel(&work, NULL);
    *point_ret = carvq_point_average(trial->errors, trial->energies, trial->count);
    point_ret->state_bits = state_bits;
    point_ret->step_bits = step_bits;
    free(memory);
    return true;
}

bool carvq_trellis_measure(const struct carvq_survey *survey, uint32_t cols, unsigned state_bits, unsigned threads,
                           struct carvq_trellis_curve *curve_ret)
{
    const size_t wanted = CURVE_VALUES / cols + 1;
    struct trial trial = {.survey = survey, .cols = cols, .count = wanted < survey->sample_count ? wanted : survey->sample_count};
    curve_ret->count = 0;
    for (unsigned k = CARVQ_TRELLIS_MIN_STEP_BITS; k <= CARVQ_TRELLIS_MAX_STEP_BITS && curve_ret->count < CARVQ_CURVE_POINTS; k++)
        if (carvq_trellis_table(state_bits, k) != NULL &&
            !measure(&trial, threads, state_bits, k, &curve_ret->items[curve_ret->count++]))
            return false;
    return true;
}
