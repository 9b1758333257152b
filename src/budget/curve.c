// SPDX-License-Identifier: MIT
#include "budget/curve.h"

#include <math.h>
#include <stdlib.h>

#include "budget/rows.h"
#include "encode/trellis_scale.h"
#include "table/trellis_tables.h"

#define CURVE_VALUES (1 << 17) // of the sample that are encoded at each rate
#define OFF_DB 2.5             // by which scales are off when the sensitivity is measured ..
#define OFF_STRIDE 4           // .. on every fourth row

// The rows of the sample that are encoded, and their relative errors: with the right scale, and some with two that are off. What
// was not measured is NAN.
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
            trial->errors[3 * i + o] = NAN;
            if (energy == 0 || (o > 0 && i % OFF_STRIDE != 0))
                continue;
            float scale = (float)sqrt(energy / trial->cols * pow(10, off[o] / 10)) / CARVQ_TRELLIS_TABLE_UNIT;
            double squares = carvq_trellis_encode(worker, row, scale, trial->paths + thread * worker->steps);
            trial->errors[3 * i + o] = squares / energy;
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
    double sum = 0, count = 0, right = 0, off = 0; // right and off: of the rows that have both
    for (size_t i = 0; i < trial->count; i++) {
        const double *errors = trial->errors + 3 * i;
        if (isnan(errors[0]))
            continue;
        sum += errors[0];
        count++;
        if (!isnan(errors[1])) {
            right += errors[0];
            off += (errors[1] + errors[2]) / 2;
        }
    }
    free(memory);
    double worse = right > 0 ? (off / right - 1) / (OFF_DB * OFF_DB) : 0;
    *point_ret = (struct carvq_point){state_bits, step_bits, count > 0 ? sum / count : 0, worse > 0 ? worse : 0};
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
