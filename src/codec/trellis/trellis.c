// SPDX-License-Identifier: MIT
// The encoder of a row: fixed point, the way back along the best path, bits.
#include "codec/trellis/trellis.h"

#include <math.h>
#include <string.h>

#include "codec/bits.h"
#include "codec/trellis/forward.h"

#define FRACTION 256.0f // fixed point: from units of the table to those of targets

// With a metric.
#define AHEAD 8            // steps that are searched for the sake of those before them
#define LEAST_WEIGHT 0.25f // of a difference, beside the one that weighs most: distances are integers

void carvq_trellis_place(struct carvq_trellis *trellis, struct carvq_arena *arena, unsigned state_bits, unsigned step_bits,
                         uint32_t cols)
{
    *trellis = (struct carvq_trellis){.state_bits = state_bits, .step_bits = step_bits, .cols = cols};
    trellis->steps = ((size_t)cols + 1) / 2;
    trellis->states = (size_t)1 << state_bits;
    trellis->groups = trellis->states >> step_bits;
    trellis->table[0] = carvq_arena_take(arena, trellis->states, sizeof *trellis->table[0]);
    trellis->table[1] = carvq_arena_take(arena, trellis->states, sizeof *trellis->table[1]);
    trellis->branches[0] = carvq_arena_take(arena, trellis->states, sizeof *trellis->branches[0]);
    trellis->branches[1] = carvq_arena_take(arena, trellis->states, sizeof *trellis->branches[1]);
    trellis->zeros = carvq_arena_take(arena, trellis->states, sizeof *trellis->zeros);
    trellis->targets = carvq_arena_take(arena, 2 * (uint64_t)trellis->steps, sizeof *trellis->targets);
    trellis->metrics = carvq_arena_take(arena, ((uint64_t)trellis->steps + 1) * trellis->groups, sizeof *trellis->metrics);
    trellis->lows = carvq_arena_take(arena, (uint64_t)trellis->steps + 1, sizeof *trellis->lows);
    trellis->forward = carvq_trellis_forward;
#ifdef CARVQ_HAS_AVX
    if (carvq_vector_level() >= CARVQ_LEVEL_AVX2)
        trellis->forward = carvq_trellis_forward_avx2;
#endif
}

void carvq_trellis_place_metric(struct carvq_trellis *trellis, struct carvq_arena *arena, const struct carvq_metric *metric)
{
    trellis->metric = metric;
    trellis->weights = carvq_arena_take(arena, 2 * (uint64_t)trellis->steps, sizeof *trellis->weights);
    trellis->wanted = carvq_arena_take(arena, (uint64_t)trellis->cols * CARVQ_BATCH, sizeof *trellis->wanted);
    trellis->errors = carvq_arena_take(arena, trellis->cols, sizeof *trellis->errors);
}

static size_t reversed(size_t value, unsigned bits)
{
    size_t result = 0;
    for (unsigned i = 0; i < bits; i++)
        result |= (value >> i & 1) << (bits - 1 - i);
    return result;
}

// To the nearest integer of 16 bits.
static int16_t fixed_point(float value)
{
    const float limit = 32767;
    value = value < limit ? value : limit;
    value = value > -limit ? value : -limit;
    return (int16_t)(value + (value < 0 ? -0.5f : 0.5f));
}

static void set_value(struct carvq_trellis *trellis, size_t r, unsigned which, float value)
{
    const size_t group = r % trellis->groups, branch = r / trellis->groups;
    trellis->table[which][r] = fixed_point(FRACTION * value);
    trellis->branches[which][(group << trellis->step_bits) + branch] = trellis->table[which][r];
}

void carvq_trellis_set_table(struct carvq_trellis *trellis, const float (*values)[2])
{
    for (size_t r = 0; r < trellis->states; r++)
        for (unsigned i = 0; i < 2; i++)
            set_value(trellis, r, i, values[reversed(r, trellis->state_bits)][i]);
}

static void set_weights(struct carvq_trellis *trellis)
{
    trellis->weights[2 * trellis->steps - 1] = 0; // the last step may have one value
    for (uint32_t c = 0; c < trellis->cols; c++)
        trellis->weights[c] = (int16_t)(INT16_MAX * fmaxf(LEAST_WEIGHT, sqrtf(carvq_metric_weight(trellis->metric, c))));
}

void carvq_trellis_begin(struct carvq_trellis *trellis)
{
    const int8_t(*table)[2] = carvq_trellis_table(trellis->state_bits, trellis->step_bits);
    memset(trellis->zeros, 0, trellis->states * sizeof *trellis->zeros);
    if (trellis->metric != NULL)
        set_weights(trellis);
    for (size_t bits = 0; bits < (size_t)1 << trellis->step_bits; bits++)
        trellis->reversed_bits[bits] = (uint16_t)reversed(bits, trellis->step_bits);
    for (size_t r = 0; r < trellis->states; r++)
        for (unsigned i = 0; i < 2; i++)
            set_value(trellis, r, i, table[reversed(r, trellis->state_bits)][i]);
}

// Number of the best of the states that lead to the given group after a step: the first of equals. Which one it is was not noted
// on the way forward, because finding one again in every step is cheaper than keeping the best one of every group.
CARVQ_TEMPLATE size_t best_branch(const struct carvq_trellis *trellis, size_t step, size_t group, bool weighted)
{
    const unsigned k = trellis->step_bits;
    const size_t reached = (step + 1) * k < trellis->state_bits ? (size_t)1 << (step + 1) * k : trellis->states; // from state 0
    const int32_t w0 = weighted ? trellis->weights[2 * step] : 0, w1 = weighted ? trellis->weights[2 * step + 1] : 0;
    const size_t count = reached > trellis->groups ? reached / trellis->groups : 1;
    const uint16_t *metrics = trellis->metrics + step * trellis->groups;
    const int16_t *first = trellis->branches[0] + (group << k);
    const int16_t *second = carvq_trellis_has_second(trellis, step) ? trellis->branches[1] + (group << k) : trellis->zeros;
    const int32_t x0 = trellis->targets[2 * step], x1 = trellis->targets[2 * step + 1];
    uint32_t distances[1 << CARVQ_TRELLIS_MAX_STEP_BITS], best = UINT32_MAX;
    for (size_t branch = 0; branch < count; branch++)
        distances[branch] = metrics[(branch * trellis->groups + group) >> k];
    for (size_t branch = 0; branch < count; branch++) {
        uint32_t distance = distances[branch]; // 18 bits in the end
        distance += weighted ? carvq_trellis_weighted_square(x0, first[branch], w0) : carvq_trellis_square(x0, first[branch]);
        distance += weighted ? carvq_trellis_weighted_square(x1, second[branch], w1) : carvq_trellis_square(x1, second[branch]);
        uint32_t numbered = distance << k | (uint32_t)branch;
        best = numbered < best ? numbered : best;
    }
    return best & (((uint32_t)1 << k) - 1);
}

CARVQ_TEMPLATE void trace_back_steps(const struct carvq_trellis *trellis, size_t begin, size_t end, bool weighted,
                                     uint16_t *path_ret)
{
    const unsigned k = trellis->step_bits;
    const size_t mask = ((size_t)1 << k) - 1;
    const uint16_t *metrics = trellis->metrics + end * trellis->groups;
    size_t group = 0;
    while (metrics[group] != trellis->lows[end])
        group++;
    for (size_t step = end; step-- > begin;) {
        size_t r = best_branch(trellis, step, group, weighted) * trellis->groups + group;
        path_ret[step] = trellis->reversed_bits[r & mask];
        group = r >> k;
    }
}

// Follows the best path back from the end of some steps.
static CARVQ_VECTORIZED(void, trace_back, (const struct carvq_trellis *trellis, size_t begin, size_t end, uint16_t *path_ret),
                        (trellis, begin, end, path_ret))
{
    if (trellis->weights == NULL)
        trace_back_steps(trellis, begin, end, false, path_ret);
    else
        trace_back_steps(trellis, begin, end, true, path_ret);
}

// The next state on a path.
static inline size_t follow(const struct carvq_trellis *trellis, size_t r, uint16_t bits)
{
    return (r << trellis->step_bits | trellis->reversed_bits[bits]) & (trellis->states - 1);
}

static inline float decode_value(const struct carvq_trellis *trellis, unsigned which, size_t r, float scale)
{
    return scale * ((float)trellis->table[which][r] / FRACTION);
}

static double measure_error(const struct carvq_trellis *trellis, const float *x, float scale, const uint16_t *path)
{
    double error = 0;
    for (size_t i = 0, r = 0; i < trellis->cols; i++) {
        if (i % 2 == 0)
            r = follow(trellis, r, path[i / 2]);
        double difference = (double)x[i] - (double)decode_value(trellis, i % 2, r, scale);
        error += difference * difference;
    }
    return error;
}

// Finds the path of some steps of a row from the state [r] before them on, to what is wanted of its values [n].
static void find_stretch(const struct carvq_trellis *trellis, size_t begin, size_t end, size_t state, float scale,
                         const float *wanted, uint16_t *path)
{
    const float factor = FRACTION / scale;
    for (size_t c = 2 * begin; c < 2 * end; c++)
        trellis->targets[c] = c < trellis->cols ? fixed_point(wanted[c] * factor) : 0;
    trellis->forward(trellis, begin, end, state);
    trace_back(trellis, begin, end, path);
}

double carvq_trellis_encode(const struct carvq_trellis *trellis, const float *x, float scale, uint16_t *path_ret)
{
    if (!(scale > 0)) {
        double error = 0;
        for (size_t i = 0; i < trellis->cols; i++)
            error += (double)x[i] * (double)x[i];
        memset(path_ret, 0, trellis->steps * sizeof *path_ret);
        return error;
    }
    find_stretch(trellis, 0, trellis->steps, 0, scale, x, path_ret);
    return measure_error(trellis, x, scale, path_ret);
}

// Decodes steps that are decided, and feeds their errors to the values behind. Returns the state after them.
static size_t settle(const struct carvq_trellis *trellis, size_t begin, size_t end, size_t state, struct carvq_coded_row *row,
                     float *wanted, float *errors)
{
    const uint16_t *path = row->codes;
    const size_t last = 2 * end < trellis->cols ? 2 * end : trellis->cols;
    for (size_t c = 2 * begin; c < last; c++) {
        if (c % 2 == 0)
            state = follow(trellis, state, path[c / 2]);
        row->decoded[c] = decode_value(trellis, c % 2, state, row->scale);
        errors[c] = row->decoded[c] - row->x[c];
    }
    row->error += carvq_metric_settle(trellis->metric, (uint32_t)(2 * begin), (uint32_t)last, row->decoded + 2 * begin, errors,
                                      wanted);
    return state;
}

static void encode_by_metric(const struct carvq_trellis *trellis, struct carvq_coded_row *rows, size_t count)
{
    const size_t n = trellis->cols;
    size_t states[CARVQ_BATCH] = {0};
    for (size_t i = 0; i < count; i++) {
        memcpy(trellis->wanted + i * n, rows[i].x, n * sizeof *rows[i].x);
        rows[i].error = 0;
    }
    const size_t step = carvq_metric_stretch(trellis->metric) / 2;
    for (size_t begin = 0; begin < trellis->steps; begin += step) {
        const size_t kept = trellis->steps - begin > step ? begin + step : trellis->steps;
        const size_t end = trellis->steps - kept > AHEAD ? kept + AHEAD : trellis->steps;
        for (size_t i = 0; i < count; i++) {
            float *wanted = trellis->wanted + i * n;
            if (rows[i].scale > 0)
                find_stretch(trellis, begin, end, states[i], rows[i].scale, wanted, rows[i].codes);
            else
                memset((uint16_t *)rows[i].codes + begin, 0, (kept - begin) * sizeof(uint16_t));
            states[i] = settle(trellis, begin, kept, states[i], &rows[i], wanted, trellis->errors);
        }
    }
}

void carvq_trellis_encode_rows(const struct carvq_trellis *trellis, struct carvq_coded_row *rows, size_t count)
{
    if (trellis->metric != NULL) {
        encode_by_metric(trellis, rows, count);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        rows[i].error = carvq_trellis_encode(trellis, rows[i].x, rows[i].scale, rows[i].codes);
        carvq_trellis_decode(trellis, rows[i].codes, rows[i].scale, rows[i].decoded);
    }
}

void carvq_trellis_decode(const struct carvq_trellis *trellis, const uint16_t *path, float scale, float *decoded_ret)
{
    for (size_t i = 0, r = 0; i < trellis->cols; i++) {
        if (i % 2 == 0)
            r = follow(trellis, r, path[i / 2]);
        decoded_ret[i] = decode_value(trellis, i % 2, r, scale);
    }
}

void carvq_trellis_pack(const struct carvq_trellis *trellis, unsigned scale_bits, size_t level, const uint16_t *path,
                        uint8_t *codes, uint64_t bit)
{
    carvq_put_bits(codes, bit, level);
    bit += scale_bits;
    for (size_t step = 0; step < trellis->steps; step++, bit += trellis->step_bits)
        carvq_put_bits(codes, bit, path[step]);
}
