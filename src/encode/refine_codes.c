// SPDX-License-Identifier: MIT
// Choice of codes for given codebooks.
//
// Of the stages of a group a window of up to four is looked at, the codes of the others being fixed. The error of a choice i, j,
// k, q of centroids of its stages a, b, c, d is, but for what all choices have in common,
//     first_ij + left_k + last_kq + right_q
//     first_ij = score_a,i + score_b,j + a_i . b_j       score_l,k = |l_k|^2 / 2 - x . l_k
//     left_k   = score_c,k + (a_i + b_j) . c_k
//     last_kq  = c_k . d_q
//     right_q  = score_d,q + (a_i + b_j) . d_q
// All products of centroids come from tables. Of the beginnings (i, j) those are followed that are nearly as good as the best
// one, by first_ij; for each of them the best ending (k, q) is found among all. With K = 16 a row of a table is one vector or
// two, and 512 lane operations find an ending. A window of three stages has no b, one of two no beginning.
#include <float.h>
#include <string.h>

#include "carvq.h"
#include "base/half.h"
#include "encode/refine.h"
#include "base/vector.h"

#define WINDOW 4          // stages, at most
#define WIDE_CENTROIDS 32 // with more of them, windows have two stages

// The caller's stop() is asked after so many points.
#define PART_POINTS 4096

struct window {
    uint32_t begin, count; // stages
    const float *products[WINDOW][WINDOW];
};

// scores[k] = |c_k|^2 / 2 - x . c_k
CARVQ_TEMPLATE void score(const float *restrict x, const float *restrict columns, const float *restrict norms, uint32_t stride,
                          uint32_t count, float *restrict scores)
{
    for (uint32_t k = 0; k < count; k++) {
        float value = norms[k];
        CARVQ_UNROLL
        for (uint32_t d = 0; d < stride; d++)
            value -= x[d] * columns[d * count + k];
        scores[k] = value;
    }
}

// The best ending of beginning p, for each q: winners and best change where it is better than what was found before.
CARVQ_TEMPLATE void follow(const float *restrict last, const float *restrict left, const float *restrict right, float first,
                           uint32_t p, uint32_t count, float *restrict best, uint32_t *restrict winners)
{
    for (uint32_t q = 0; q < count; q++) {
        float least = last[q] + left[0];
        CARVQ_UNROLL
        for (uint32_t k = 1; k < count; k++) {
            float value = last[k * count + q] + left[k];
            least = value < least ? value : least;
        }
        float value = least + right[q] + first;
        uint32_t less = -(uint32_t)(value < best[q]);
        winners[q] ^= (winners[q] ^ p) & less;
        best[q] = value < best[q] ? value : best[q];
    }
}

// left and right of beginning p = i K + j (four stages) or i (three).
CARVQ_TEMPLATE void begin_with(const struct window *window, const float *restrict scores, uint32_t p, uint32_t count,
                               float *restrict left, float *restrict right)
{
    const uint32_t c = window->count - 2, d = window->count - 1;
    const uint32_t i = c == 2 ? p / count : p;
    for (uint32_t k = 0; k < count; k++) {
        left[k] = scores[c * count + k];
        right[k] = scores[d * count + k];
    }
    if (c >= 1)
        for (uint32_t k = 0; k < count; k++) {
            left[k] += window->products[0][c][i * count + k];
            right[k] += window->products[0][d][i * count + k];
        }
    if (c == 2)
        for (uint32_t k = 0; k < count; k++) {
            left[k] += window->products[1][c][p % count * count + k];
            right[k] += window->products[1][d][p % count * count + k];
        }
}

// Integers that are ordered as the values are.
CARVQ_TEMPLATE int32_t ordered(float value)
{
    int32_t bits = (int32_t)carvq_float_bits(value);
    return bits < 0 ? bits ^ INT32_MAX : bits;
}

// Number of the smallest value, the first one of equals. Without branches, which would be guessed wrong.
CARVQ_TEMPLATE uint32_t smallest(const float *restrict values, uint32_t count)
{
    int32_t least = INT32_MAX;
    uint32_t found = count;
    for (uint32_t i = 0; i < count; i++) {
        int32_t value = ordered(values[i]);
        least = value < least ? value : least;
    }
    for (uint32_t i = 0; i < count; i++) {
        uint32_t at = ordered(values[i]) == least ? i : count;
        found = at < found ? at : found;
    }
    return found;
}

// first of all beginnings; lists the one of the present codes, then all others that are to be followed. Returns their number.
CARVQ_TEMPLATE uint32_t list_beginnings(const struct carvq_refine *refine, const struct window *window, uint32_t present,
                                        uint32_t count)
{
    const float *restrict scores = refine->scores;
    float *restrict first = refine->first, *restrict least = refine->row;
    uint32_t *restrict list = refine->list, *restrict columns = refine->winners;
    const uint32_t rows = window->count == 4 ? count : 1;
    uint32_t listed = 1, used = 0;
    list[0] = present;
    if (window->count == 2) {
        first[0] = 0;
        return 1;
    }
    if (window->count == 3) {
        memcpy(first, scores, count * sizeof *first);
        memcpy(least, scores, count * sizeof *least);
    } else {
        const float *restrict products = window->products[0][1];
        for (uint32_t j = 0; j < count; j++)
            least[j] = FLT_MAX;
        for (uint32_t i = 0; i < count; i++)
            for (uint32_t j = 0; j < count; j++) {
                float value = products[i * count + j] + scores[i] + scores[count + j];
                first[i * count + j] = value;
                least[j] = value < least[j] ? value : least[j];
            }
    }
    const float limit = least[smallest(least, count)] + refine->reach;
    for (uint32_t j = 0; j < count; j++) {
        columns[used] = j;
        used += least[j] <= limit;
    }
    for (uint32_t c = 0; c < used; c++)
        for (uint32_t i = 0; i < rows; i++) {
            uint32_t p = i * count + columns[c];
            list[listed] = p;
            listed += first[p] <= limit && p != present;
        }
    return listed;
}

// The best codes of a window for a point. codes: those of its first stage.
CARVQ_TEMPLATE void choose(const struct carvq_refine *refine, const struct window *window, uint32_t *codes, uint32_t count)
{
    const uint32_t c = window->count - 2, d = window->count - 1;
    const size_t slots = refine->slots;
    float *restrict left = refine->row, *restrict right = left + count, *restrict best = right + count;
    const float *restrict products = window->products[c][d], *restrict scores = refine->scores;
    uint32_t present = c == 2 ? codes[0] * count + codes[slots] : c == 1 ? codes[0] : 0;
    uint32_t listed = list_beginnings(refine, window, present, count);
    for (uint32_t q = 0; q < count; q++) {
        best[q] = FLT_MAX;
        refine->winners[q] = present;
    }
    for (uint32_t l = 0; l < listed; l++) {
        begin_with(window, scores, refine->list[l], count, left, right);
        follow(products, left, right, refine->first[refine->list[l]], refine->list[l], count, best, refine->winners);
    }
    uint32_t q = smallest(best, count), p = refine->winners[q];
    begin_with(window, scores, p, count, left, right);
    for (uint32_t k = 0; k < count; k++)
        left[k] += products[k * count + q];
    if (c == 2) {
        codes[0] = p / count;
        codes[slots] = p % count;
    } else if (c == 1) {
        codes[0] = p;
    }
    codes[c * slots] = smallest(left, count);
    codes[d * slots] = q;
}

// rest += sign times the centroids of the stages of a window. codes: those of its first stage.
CARVQ_TEMPLATE void add_centroids(const struct carvq_refine *refine, const struct window *window, const uint32_t *codes,
                                  uint32_t stride, float sign, float *restrict rest)
{
    for (uint32_t l = 0; l < window->count; l++) {
        const float *restrict c = refine->codebooks +
                                  ((size_t)(window->begin + l) * refine->centroids + codes[l * refine->slots]) * stride;
        for (uint32_t d = 0; d < stride; d++)
            rest[d] += sign * c[d];
    }
}

// A sum for the fit.
CARVQ_TEMPLATE void gather(const struct carvq_refine *refine, const uint32_t *codes, uint32_t stride, uint32_t dims,
                           const float *restrict rest, double *restrict together)
{
    for (uint32_t l = 0; l < refine->stages; l++) {
        const size_t atom = (size_t)l * refine->centroids + codes[l * refine->slots];
        double *restrict sum = refine->sums + atom * stride, *restrict row = together + atom * refine->atoms;
        for (uint32_t d = 0; d < dims; d++)
            sum[d] += (double)rest[d];
        for (uint32_t m = l; m < refine->stages; m++)
            row[(size_t)m * refine->centroids + codes[m * refine->slots]] += 1;
    }
}

// All points of a run, which have dims values.
CARVQ_TEMPLATE void scan(const struct carvq_refine *refine, const struct carvq_run *run, const struct window *windows,
                         size_t window_count, uint32_t stride, uint32_t dims, uint32_t count)
{
    const struct window all = {.begin = 0, .count = refine->stages};
    double *together = refine->together + (dims < refine->points->dims ? 0 : (size_t)refine->atoms * refine->atoms);
    for (size_t slot = run->first; slot < run->first + run->count; slot++) {
        float *restrict rest = refine->rest;
        memcpy(rest, refine->points->rows + slot * stride, stride * sizeof *rest);
        add_centroids(refine, &all, refine->codes + slot, stride, -1, rest);
        for (size_t w = 0; w < window_count; w++) {
            const struct window *window = &windows[w];
            uint32_t *codes = refine->codes + window->begin * refine->slots + slot;
            add_centroids(refine, window, codes, stride, 1, rest);
            for (uint32_t d = dims; d < stride; d++)
                rest[d] = 0;
            for (uint32_t l = 0; l < window->count; l++) {
                size_t stage = window->begin + l;
                score(rest, refine->columns + stage * stride * count, refine->norms + stage * count, stride, count,
                      refine->scores + l * count);
            }
            if (window->count == 1)
                codes[0] = smallest(refine->scores, count);
            else
                choose(refine, window, codes, count);
            add_centroids(refine, window, codes, stride, -1, rest);
        }
        gather(refine, refine->codes + slot, stride, dims, rest, together);
    }
}

CARVQ_VECTORIZED static void carvq_refine_run(const struct carvq_refine *refine, const struct carvq_run *run,
                                              const struct window *windows, size_t count)
{
    if (run->dims == 8 && refine->points->stride == 8 && refine->centroids == 16)
        scan(refine, run, windows, count, 8, 8, 16);
    else if (refine->centroids == 16)
        scan(refine, run, windows, count, refine->points->stride, run->dims, 16);
    else
        scan(refine, run, windows, count, refine->points->stride, run->dims, refine->centroids);
}

static float product(const float *a, const float *b, uint32_t dims)
{
    double sum = 0;
    for (uint32_t d = 0; d < dims; d++)
        sum += (double)a[d] * (double)b[d];
    return (float)sum;
}

// Tables over the values that the points of a run have.
static void prepare_tables(struct carvq_refine *refine, uint32_t dims)
{
    const uint32_t stride = refine->points->stride, count = refine->centroids;
    float *products = refine->products;
    for (uint32_t l = 0; l < refine->stages; l++)
        for (uint32_t k = 0; k < count; k++) {
            const float *c = refine->codebooks + ((size_t)l * count + k) * stride;
            refine->norms[l * count + k] = product(c, c, dims) / 2;
            for (uint32_t d = 0; d < stride; d++)
                refine->columns[((size_t)l * stride + d) * count + k] = c[d];
        }
    for (uint32_t a = 0; a < refine->stages; a++)
        for (uint32_t b = a + 1; b < refine->stages; b++)
            for (uint32_t i = 0; i < count; i++)
                for (uint32_t j = 0; j < count; j++)
                    *products++ = product(refine->codebooks + ((size_t)a * count + i) * stride,
                                          refine->codebooks + ((size_t)b * count + j) * stride, dims);
}

// Each window begins half a window after the one before. Returns their number.
static size_t place_windows(const struct carvq_refine *refine, struct window *windows)
{
    const uint32_t stages = refine->stages, most = refine->centroids <= WIDE_CENTROIDS ? WINDOW : 2;
    const uint32_t size = stages < most ? stages : most, step = most / 2;
    const size_t table = (size_t)refine->centroids * refine->centroids;
    for (size_t count = 0, begin = 0;;) {
        struct window *window = &windows[count++];
        *window = (struct window){.begin = (uint32_t)begin, .count = size};
        for (size_t a = begin; a < begin + size; a++)
            for (size_t b = a + 1; b < begin + size; b++) {
                size_t pair = a * stages - a * (a + 1) / 2 + b - a - 1;
                window->products[a - begin][b - begin] = refine->products + pair * table;
            }
        if (begin + size == stages)
            return count;
        begin = begin + step + size <= stages ? begin + step : stages - size;
    }
}

void carvq_refine_scan(struct carvq_refine *refine, bool choose, bool (*stop)(void *context), void *context)
{
    const size_t square = (size_t)refine->atoms * refine->atoms;
    struct window windows[CARVQ_MAX_STAGES];
    size_t count = choose ? place_windows(refine, windows) : 0;
    memset(refine->sums, 0, (size_t)refine->atoms * refine->points->stride * sizeof *refine->sums);
    memset(refine->together, 0, 2 * square * sizeof *refine->together);
    for (unsigned r = 0; r < refine->points->run_count; r++) {
        struct carvq_run part = refine->points->runs[r];
        size_t end = part.first + part.count;
        prepare_tables(refine, part.dims);
        for (; part.first < end && !stop(context); part.first += part.count) {
            part.count = end - part.first < PART_POINTS ? end - part.first : PART_POINTS;
            carvq_refine_run(refine, &part, windows, count);
        }
    }
    for (size_t v = 0; v < square; v++)
        refine->together[v] += refine->together[square + v];
}
