// SPDX-License-Identifier: MIT
// Tables of the search, and the way back along the best path.
#include "codec/additive/search.h"

#include <math.h>
#include <string.h>

#include "codec/additive/forward.h"
#include "runtime/additive.h"

#define ONE 65536.f          // a squared standard deviation
#define LEAST_KEPT 4         // with a metric: steps that are at least decided together ..
#define AHEAD 8              // .. and those that are searched for their sake
#define LEAST_WEIGHT 0.0625f // of a value, beside the one that weighs most: distances are integers

// By phase, tables are the same for steps of a phase but for the first M - 1, which have fewer parts, and the last two: the last
// step may be cut, and has none after it.
static uint32_t table_keys(const struct carvq_additive_code *code)
{
    const uint32_t by_phase = code->info.span - 1 + code->info.stride_count + 2;
    return code->info.position_books || code->metric != NULL || code->steps < by_phase ? code->steps : by_phase;
}

static uint32_t key_of(const struct carvq_additive_search *search, uint32_t step)
{
    const struct carvq_additive_code *code = search->code;
    const uint32_t start = code->info.span - 1, from_end = code->steps - 1 - step;
    if (search->keys == code->steps || step < start)
        return step;
    return from_end < 2 ? search->keys - 1 - from_end : start + step % code->info.stride_count;
}

const struct carvq_additive_tables *carvq_additive_step_tables(const struct carvq_additive_search *search, uint32_t step)
{
    return &search->tables[key_of(search, step)];
}

void carvq_additive_search_place(struct carvq_additive_search *search, struct carvq_arena *arena,
                                 const struct carvq_additive_code *code)
{
    search->code = code;
    search->keys = table_keys(code);
    search->tables = carvq_arena_take(arena, search->keys, sizeof *search->tables);
    search->weights = code->metric == NULL ? NULL : carvq_arena_take(arena, code->info.cols, sizeof *search->weights);
}

// Steps of a stretch that are kept.
static uint32_t kept_steps(const struct carvq_additive_code *code)
{
    const uint32_t steps = carvq_metric_stretch(code->metric) * code->info.stride_count /
                           (uint32_t)carvq_additive_column(&code->info, code->info.stride_count);
    return steps < LEAST_KEPT ? LEAST_KEPT : steps;
}

void carvq_additive_path_place(struct carvq_additive_path *path, struct carvq_arena *arena,
                               const struct carvq_additive_code *code)
{
    const uint64_t stretch = code->metric == NULL ? code->steps : kept_steps(code) + AHEAD;
    const uint64_t steps = stretch < code->steps ? stretch : code->steps;
    const uint64_t most = steps * CARVQ_MAX_STRIDE, values = most < code->info.cols ? most : code->info.cols;
    path->distances = carvq_arena_take(arena, steps + 1, sizeof *path->distances << 4 * (code->info.span - 1));
    path->targets = carvq_arena_take(arena, (uint64_t)code->info.cols * CARVQ_BATCH, sizeof *path->targets);
    path->stretch = carvq_arena_take(arena, values + 2 * CARVQ_MAX_STRIDE, sizeof *path->stretch);
    path->errors = carvq_arena_take(arena, code->metric == NULL ? 0 : code->info.cols, sizeof *path->errors);
}

// Of the values of a step.
static const float *step_weights(const struct carvq_additive_search *search, uint32_t step)
{
    static const float alike[CARVQ_MAX_STRIDE] = {1, 1, 1, 1, 1, 1, 1, 1};
    return search->weights == NULL ? alike : search->weights + carvq_additive_column(&search->code->info, step);
}

// P_ij of a step, [k][l]; 0 after the last step.
static float pair(const struct carvq_additive_search *search, uint32_t step, unsigned i, unsigned k, unsigned j, unsigned l)
{
    const struct carvq_additive_code *code = search->code;
    if (step >= code->steps)
        return 0;
    const float *weights = step_weights(search, step);
    const uint32_t class = carvq_additive_class(&code->info, step), length = carvq_additive_length(code, step);
    const float *left = carvq_additive_part(code, class, i) + k, *right = carvq_additive_part(code, class, j) + l;
    float sum = 0;
    for (uint32_t f = 0; f < length; f++)
        sum += weights[f] * (left[f * CARVQ_ADDITIVE_CODES] * right[f * CARVQ_ADDITIVE_CODES]);
    return 2 * sum;
}

static void make_pairs(const struct carvq_additive_search *search, uint32_t step, struct carvq_additive_tables *tables)
{
    const struct carvq_additive_code *code = search->code;
    const unsigned span = code->info.span;
    const float factor = ONE / (code->unit * code->unit);
    for (unsigned k = 0; k < 16; k++)
        for (unsigned l = 0; l < 16; l++) { // l: the newer code
            tables->oldest[k][l] = (int32_t)lrintf(factor * pair(search, step, 0, l, span - 1, k));
            if (span > 2)
                tables->second[k][l] = (int32_t)lrintf(
                    factor * (pair(search, step, 0, l, 1, k) + (span == 3 ? pair(search, step + 1, 1, l, 2, k) : 0)));
            if (span > 3) {
                tables->third[k][l] = (int32_t)lrintf(factor *
                                                      (pair(search, step, 0, l, 2, k) + pair(search, step + 1, 1, l, 3, k)));
                tables->scalars[k][l] = (int32_t)lrintf(factor *
                                                        (pair(search, step, 1, l, 2, k) + pair(search, step + 1, 2, l, 3, k)));
            }
        }
}

static void make_unary(const struct carvq_additive_search *search, uint32_t step, struct carvq_additive_tables *tables)
{
    const struct carvq_additive_code *code = search->code;
    const float *weights = step_weights(search, step);
    const uint32_t class = carvq_additive_class(&code->info, step), length = carvq_additive_length(code, step);
    const float factor = ONE / (code->unit * code->unit);
    for (unsigned j = 0; j < code->info.span; j++) {
        const float *part = carvq_additive_part(code, class, j);
        for (unsigned f = 0; f < length; f++)
            for (unsigned k = 0; k < 16; k++) {
                const float value = part[f * CARVQ_ADDITIVE_CODES + k];
                tables->norms[j][k] += weights[f] * (factor * value * value);
                tables->products[j][f][k] = weights[f] * (-2 * factor * value);
            }
    }
}

void carvq_additive_search_begin(struct carvq_additive_search *search)
{
    const struct carvq_additive_code *code = search->code;
    uint32_t made = 0;
    for (uint32_t c = 0; code->metric != NULL && c < code->info.cols; c++)
        search->weights[c] = fmaxf(LEAST_WEIGHT, carvq_metric_weight(code->metric, c));
    memset(search->tables, 0, search->keys * sizeof *search->tables);
    for (uint32_t step = 0; step < code->steps && made < search->keys; step++) {
        // Every key has a first step among the first ones and the last two.
        if (made == search->keys - 2 && search->keys < code->steps)
            step = step < code->steps - 2 ? code->steps - 2 : step;
        const uint32_t key = key_of(search, step);
        make_pairs(search, step, &search->tables[key]);
        make_unary(search, step, &search->tables[key]);
        made++;
    }
}

// The first of the least distances.
static size_t best_end(const int32_t *distances, size_t states)
{
    size_t best = 0;
    for (size_t i = 1; i < states; i++)
        if (distances[i] < distances[best])
            best = i;
    return best;
}

static void trace_back(const struct carvq_additive_search *search, const struct carvq_additive_stretch *stretch,
                       const int32_t *distances, uint8_t *codes_ret)
{
    const unsigned span = search->code->info.span;
    const size_t states = (size_t)1 << 4 * (span - 1), rests = states / 16;
    uint32_t step = stretch->end;
    distances += (step - stretch->begin) * states;
    for (size_t state = best_end(distances, states); step-- > stretch->begin;) {
        const struct carvq_additive_tables *tables = carvq_additive_step_tables(search, step);
        const size_t a = state % 16, rest = state / 16;
        size_t oldest = 0;
        distances -= states;
        for (size_t d = 1; d < 16; d++)
            if (distances[d * rests + rest] + tables->oldest[d][a] < distances[oldest * rests + rest] + tables->oldest[oldest][a])
                oldest = d;
        codes_ret[step] = (uint8_t)a;
        state = oldest * rests + rest;
    }
}

// The state after the codes of the steps before.
static size_t state_before(const struct carvq_additive_code *code, uint32_t step, const uint8_t *codes)
{
    size_t state = 0;
    for (unsigned j = code->info.span - 1; j >= 1; j--)
        state = state << 4 | (j <= step ? codes[step - j] : 0);
    return state;
}

// Finds the codes of some steps, to targets [n].
static void find_stretch(const struct carvq_additive_search *search, const struct carvq_additive_path *path, uint32_t begin,
                         uint32_t end, const float *targets, uint8_t *codes)
{
    const struct carvq_additive_code *code = search->code;
    const struct carvq_additive_stretch stretch = {begin, end, state_before(code, begin, codes), path->stretch};
    const uint32_t n = code->info.cols, first = (uint32_t)carvq_additive_column(&code->info, begin);
    const float limit = CARVQ_ADDITIVE_CLIP * code->unit;
    const uint64_t last = carvq_additive_column(&code->info, end) + CARVQ_MAX_STRIDE;
    for (uint64_t c = first; c < last; c++) {
        const float value = c < n ? targets[c] : 0;
        path->stretch[c - first] = fmaxf(-limit, fminf(limit, value)); // limit if errors were so large that it is no number
    }
    carvq_additive_forward(search, &stretch, path->distances);
    trace_back(search, &stretch, path->distances, codes);
}

// Decodes steps that are decided, and feeds their errors to the values behind.
static void settle(const struct carvq_additive_search *search, uint32_t begin, uint32_t end, struct carvq_coded_row *row,
                   float *targets, float *errors)
{
    const struct carvq_additive_code *code = search->code;
    const uint32_t first = (uint32_t)carvq_additive_column(&code->info, begin);
    float *values = row->decoded + first;
    uint32_t count = 0;
    for (uint32_t t = begin; t < end; t++)
        count += carvq_additive_step_values(code, row->codes, t, values + count);
    for (uint32_t f = 0; f < count; f++)
        errors[first + f] = values[f] - row->x[first + f] / row->scale;
    row->error += carvq_metric_settle(code->metric, first, first + count, values, errors, targets);
}

static void find_with_feedback(const struct carvq_additive_search *search, const struct carvq_additive_path *path,
                               struct carvq_coded_row *rows, size_t count)
{
    const uint32_t steps = search->code->steps, n = search->code->info.cols, step = kept_steps(search->code);
    for (uint32_t begin = 0; begin < steps; begin += step) {
        const uint32_t kept = steps - begin > step ? begin + step : steps;
        const uint32_t end = steps - kept > AHEAD ? kept + AHEAD : steps;
        for (size_t i = 0; i < count; i++) {
            if (!(rows[i].scale > 0))
                continue;
            find_stretch(search, path, begin, end, path->targets + i * n, rows[i].codes);
            settle(search, begin, kept, &rows[i], path->targets + i * n, path->errors);
        }
    }
}

static double squared_error(const float *x, const float *y, uint32_t count)
{
    double error = 0;
    for (uint32_t i = 0; i < count; i++) {
        const double difference = (double)x[i] - (double)y[i];
        error += difference * difference;
    }
    return error;
}

void carvq_additive_find(const struct carvq_additive_search *search, const struct carvq_additive_path *path,
                         struct carvq_coded_row *rows, size_t count)
{
    const struct carvq_additive_code *code = search->code;
    const uint32_t n = code->info.cols;
    for (size_t i = 0; i < count; i++) {
        float *targets = path->targets + i * n;
        rows[i].error = 0;
        for (uint32_t c = 0; c < n; c++)
            targets[c] = rows[i].scale > 0 ? rows[i].x[c] / rows[i].scale : 0;
        if (!(rows[i].scale > 0))
            memset(rows[i].codes, 0, code->steps);
        else if (code->metric == NULL)
            find_stretch(search, path, 0, code->steps, targets, rows[i].codes);
    }
    if (code->metric != NULL)
        find_with_feedback(search, path, rows, count);
    for (size_t i = 0; i < count; i++) {
        carvq_additive_code_decode(code, rows[i].codes, rows[i].scale, rows[i].decoded);
        if (code->metric == NULL || !(rows[i].scale > 0))
            rows[i].error = squared_error(rows[i].x, rows[i].decoded, n);
        else
            rows[i].error *= (double)rows[i].scale * (double)rows[i].scale;
    }
}
