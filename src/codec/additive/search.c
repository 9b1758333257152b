// SPDX-License-Identifier: MIT
// Tables of the search, and the way back along the best path.
#include "codec/additive/search.h"

#include <math.h>
#include <string.h>

#include "codec/additive/forward.h"
#include "runtime/additive.h"

#define ONE 65536.f // a squared standard deviation

// By phase, tables are the same for steps of a phase but for the first M - 1, which have fewer parts, and the last two: the last
// step may be cut, and has none after it.
static uint32_t table_keys(const struct carvq_additive_code *code)
{
    const uint32_t by_phase = code->info.span - 1 + code->info.stride_count + 2;
    return code->info.position_books || code->steps < by_phase ? code->steps : by_phase;
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
}

void carvq_additive_path_place(struct carvq_additive_path *path, struct carvq_arena *arena,
                               const struct carvq_additive_code *code)
{
    path->distances = carvq_arena_take(arena, (uint64_t)code->steps + 1, sizeof *path->distances << 4 * (code->info.span - 1));
    path->targets = carvq_arena_take(arena, (uint64_t)code->info.cols + CARVQ_MAX_STRIDE, sizeof *path->targets);
}

// P_ij of a step, [k][l]; 0 after the last step.
static float pair(const struct carvq_additive_code *code, uint32_t step, unsigned i, unsigned k, unsigned j, unsigned l)
{
    if (step >= code->steps)
        return 0;
    const uint32_t class = carvq_additive_class(&code->info, step), length = carvq_additive_length(code, step);
    const float *left = carvq_additive_part(code, class, i) + k, *right = carvq_additive_part(code, class, j) + l;
    float sum = 0;
    for (uint32_t f = 0; f < length; f++)
        sum += left[f * CARVQ_ADDITIVE_CODES] * right[f * CARVQ_ADDITIVE_CODES];
    return 2 * sum;
}

static void make_pairs(const struct carvq_additive_code *code, uint32_t step, struct carvq_additive_tables *tables)
{
    const unsigned span = code->info.span;
    const float factor = ONE / (code->unit * code->unit);
    for (unsigned k = 0; k < 16; k++)
        for (unsigned l = 0; l < 16; l++) { // l: the newer code
            tables->oldest[k][l] = (int32_t)lrintf(factor * pair(code, step, 0, l, span - 1, k));
            if (span > 2)
                tables->second[k][l] = (int32_t)lrintf(
                    factor * (pair(code, step, 0, l, 1, k) + (span == 3 ? pair(code, step + 1, 1, l, 2, k) : 0)));
            if (span > 3) {
                tables->third[k][l] = (int32_t)lrintf(factor * (pair(code, step, 0, l, 2, k) + pair(code, step + 1, 1, l, 3, k)));
                tables->scalars[k][l] = (int32_t)lrintf(factor *
                                                        (pair(code, step, 1, l, 2, k) + pair(code, step + 1, 2, l, 3, k)));
            }
        }
}

static void make_unary(const struct carvq_additive_code *code, uint32_t step, struct carvq_additive_tables *tables)
{
    const uint32_t class = carvq_additive_class(&code->info, step), length = carvq_additive_length(code, step);
    const float factor = ONE / (code->unit * code->unit);
    for (unsigned j = 0; j < code->info.span; j++) {
        const float *part = carvq_additive_part(code, class, j);
        for (unsigned f = 0; f < length; f++)
            for (unsigned k = 0; k < 16; k++) {
                const float value = part[f * CARVQ_ADDITIVE_CODES + k];
                tables->norms[j][k] += factor * value * value;
                tables->products[j][f][k] = -2 * factor * value;
            }
    }
}

void carvq_additive_search_begin(struct carvq_additive_search *search)
{
    const struct carvq_additive_code *code = search->code;
    uint32_t made = 0;
    memset(search->tables, 0, search->keys * sizeof *search->tables);
    for (uint32_t step = 0; step < code->steps && made < search->keys; step++) {
        // Every key has a first step among the first ones and the last two.
        if (made == search->keys - 2 && search->keys < code->steps)
            step = step < code->steps - 2 ? code->steps - 2 : step;
        const uint32_t key = key_of(search, step);
        make_pairs(code, step, &search->tables[key]);
        make_unary(code, step, &search->tables[key]);
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

static void trace_back(const struct carvq_additive_search *search, const int32_t *distances, uint8_t *codes_ret)
{
    const unsigned span = search->code->info.span;
    const size_t states = (size_t)1 << 4 * (span - 1), rests = states / 16;
    uint32_t step = search->code->steps;
    distances += step * states;
    for (size_t state = best_end(distances, states); step-- > 0;) {
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

void carvq_additive_find(const struct carvq_additive_search *search, const struct carvq_additive_path *path, const float *x,
                         float scale, uint8_t *codes_ret)
{
    const struct carvq_additive_code *code = search->code;
    const float limit = CARVQ_ADDITIVE_CLIP * code->unit;
    if (!(scale > 0)) {
        memset(codes_ret, 0, code->steps);
        return;
    }
    for (uint32_t i = 0; i < code->info.cols; i++) {
        const float value = x[i] / scale;
        path->targets[i] = value > limit ? limit : value < -limit ? -limit : value;
    }
    memset(path->targets + code->info.cols, 0, CARVQ_MAX_STRIDE * sizeof *path->targets);
    carvq_additive_forward(search, path);
    trace_back(search, path->distances, codes_ret);
}

static double find_error(const struct carvq_additive_search *search, const struct carvq_additive_path *path, const float *x,
                         float scale, uint8_t *codes_ret, float *decoded_ret)
{
    double error = 0;
    carvq_additive_find(search, path, x, scale, codes_ret);
    carvq_additive_code_decode(search->code, codes_ret, scale, decoded_ret);
    for (uint32_t i = 0; i < search->code->info.cols; i++) {
        const double difference = (double)x[i] - (double)decoded_ret[i];
        error += difference * difference;
    }
    return error;
}

double carvq_additive_find_best(const struct carvq_additive_search *search, const struct carvq_additive_path *path,
                                const float *x, const float *levels, size_t count, size_t begin, unsigned reach,
                                size_t *level_ret, uint8_t *codes_ret, float *decoded_ret,
                                const struct carvq_additive_spare *spare)
{
    double least = find_error(search, path, x, levels[begin], codes_ret, decoded_ret);
    *level_ret = begin;
    for (int up = 0; up < 2; up++)
        for (size_t i = 1, level; i <= reach && i <= (up ? count - 1 - begin : begin); i++) {
            level = up ? begin + i : begin - i;
            const double error = find_error(search, path, x, levels[level], spare->codes, spare->decoded);
            if (error >= least)
                break;
            least = error;
            *level_ret = level;
            memcpy(codes_ret, spare->codes, search->code->steps);
            memcpy(decoded_ret, spare->decoded, search->code->info.cols * sizeof *decoded_ret);
        }
    return least;
}
