// SPDX-License-Identifier: MIT
#include "budget/curve.h"

#include <math.h>
#include <stdlib.h>

#include "budget/rows.h"
#include "encode/trellis_scale.h"
#include "table/trellis_tables.h"

#define CURVE_VALUES (1 << 18) // of the sample that are encoded at each rate
#define OFF_DB 2.5             // by which scales are off when the sensitivity is measured

// The rows of the sample that are encoded, and their relative errors: with the right scale, and with two that are off.
struct trial {
    const struct carvq_survey *survey;
    uint32_t cols;
    size_t count;
    struct carvq_trellis *workers; // one for each thread
    uint16_t *paths;               // [threads][steps]
    double *errors;                // [count][3]
};

static enum carvq_status try_rows(void *context, unsigned thread, uint64_t first, size_t count, struct carvq_error *error)
{
    static const double off[3] = {0, -OFF_DB, OFF_DB};
    struct trial *trial = context;
    const struct carvq_trellis *worker = &trial->workers[thread];
    (void)error;
    for (uint64_t i = first; i < first + count; i++) {
        const float *row = trial->survey->sample + i * trial->survey->sample_count / trial->count * trial->cols;
        double energy = carvq_energy(row, trial->cols);
        for (unsigned o = 0; o < 3; o++) {
            float scale = (float)sqrt(energy / trial->cols * pow(10, off[o] / 10)) / CARVQ_TRELLIS_TABLE_UNIT;
            double squares = carvq_trellis_encode(worker, row, scale, trial->paths + thread * worker->steps);
            trial->errors[3 * i + o] = energy > 0 ? squares / energy : NAN; // a row of zeros does not count
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
    trial->errors = carvq_arena_take(arena, trial->count, 3 * sizeof *trial->errors);
}

// The mean errors of one rate. False: out of memory.
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
    struct carvq_ticker ticker = {.progress = NULL};
    carvq_rows_each(trial->count, 1, 1, threads, &ticker, try_rows, trial, NULL);
    double sums[3] = {0}, count = 0;
    for (size_t i = 0; i < trial->count; i++) {
        if (isnan(trial->errors[3 * i]))
            continue;
        for (unsigned o = 0; o < 3; o++)
            sums[o] += trial->errors[3 * i + o];
        count++;
    }
    free(memory);
    double worse = sums[0] > 0 ? ((sums[1] + sums[2]) / 2 / sums[0] - 1) / (OFF_DB * OFF_DB) : 0;
    *point_ret = (struct carvq_point){state_bits, step_bits, count > 0 ? sums[0] / count : 0, worse > 0 ? worse : 0};
    return true;
}

size_t carvq_trellis_curve(const struct carvq_survey *survey, uint32_t cols, unsigned state_bits, unsigned threads,
                           struct carvq_point points_ret[CARVQ_CURVE_POINTS])
{
    size_t wanted = CURVE_VALUES / cols + 1, count = 0;
    struct trial trial = {survey, cols, wanted < survey->sample_count ? wanted : survey->sample_count, NULL, NULL, NULL};
    for (unsigned k = CARVQ_TRELLIS_MIN_STEP_BITS; k <= CARVQ_TRELLIS_MAX_STEP_BITS && count < CARVQ_CURVE_POINTS; k++)
        if (carvq_trellis_table(state_bits, k) != NULL && !measure(&trial, threads, state_bits, k, &points_ret[count++]))
            return 0;
    return count;
}
