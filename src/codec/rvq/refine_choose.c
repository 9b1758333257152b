// SPDX-License-Identifier: MIT
// The best codes of a window of stages. The loops over K = 16 centroids become one vector or two: an ending takes 512 lane
// operations.
#include <float.h>
#include <string.h>

#include "runtime/half.h"
#include "codec/rvq/refine.h"
#include "host/vector.h"

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
    CARVQ_ROLLED
    for (uint32_t i = 0; i < count; i++) {
        int32_t value = ordered(values[i]);
        least = value < least ? value : least;
    }
    CARVQ_ROLLED
    for (uint32_t i = 0; i < count; i++) {
        uint32_t at = ordered(values[i]) == least ? i : count;
        found = at < found ? at : found;
    }
    return found;
}

// Scores of pairs of centroids, and the least of each column.
CARVQ_TEMPLATE void score_pairs(const float *restrict products, const float *restrict a, const float *restrict b, uint32_t count,
                                float *restrict pairs, float *restrict least)
{
    CARVQ_ROLLED
    for (uint32_t j = 0; j < count; j++)
        least[j] = FLT_MAX;
    for (uint32_t i = 0; i < count; i++) {
        const float score = a[i];
        CARVQ_ROLLED
        for (uint32_t j = 0; j < count; j++) {
            float value = products[i * count + j] + b[j] + score;
            pairs[i * count + j] = value;
            least[j] = value < least[j] ? value : least[j];
        }
    }
}

// Lists the present beginning, then all others that are within the limit. first: [rows][count]; least: of each column.
CARVQ_TEMPLATE uint32_t list_beginnings(const float *restrict first, const float *restrict least, float limit, uint32_t present,
                                        uint32_t rows, uint32_t count, uint32_t *restrict columns, uint32_t *restrict list)
{
    uint32_t used = 0, listed = 1;
    list[0] = present;
    for (uint32_t j = 0; j < count; j++) {
        columns[used] = j;
        used += least[j] <= limit;
    }
    for (uint32_t c = 0; c < used; c++)
        for (uint32_t i = 0, p = columns[c]; i < rows; i++, p += count) {
            list[listed] = p;
            listed += (first[p] <= limit) & (p != present);
        }
    return listed;
}

// sum = a + b + c, or without c if that is NULL.
CARVQ_TEMPLATE void add_rows(const float *restrict a, const float *restrict b, const float *restrict c, uint32_t count,
                             float *restrict sum)
{
    CARVQ_ROLLED
    for (uint32_t k = 0; k < count; k++)
        sum[k] = c == NULL ? a[k] + b[k] : a[k] + b[k] + c[k];
}

// left and right for the codes that beginning p stands for.
CARVQ_TEMPLATE void begin_with(const struct carvq_window *window, const float *scores, uint32_t p, uint32_t stages,
                               uint32_t count, float *left, float *right)
{
    const uint32_t c = stages - 2, d = stages - 1, i = stages == 4 ? p / count : p, j = p % count;
    const float *score_c = scores + c * count, *score_d = scores + d * count;
    if (stages == 4) {
        add_rows(score_c, window->products[0][c] + i * count, window->products[1][c] + j * count, count, left);
        add_rows(score_d, window->products[0][d] + i * count, window->products[1][d] + j * count, count, right);
    } else if (stages == 3) {
        add_rows(score_c, window->products[0][c] + i * count, NULL, count, left);
        add_rows(score_d, window->products[0][d] + i * count, NULL, count, right);
    } else {
        memcpy(left, score_c, count * sizeof *left);
        memcpy(right, score_d, count * sizeof *right);
    }
}

// least_q = the smallest last_kq + left_k. K = 16: each vector of q stays in a register.
CARVQ_TEMPLATE void best_endings(const float *restrict last, const float *restrict left, uint32_t count, float *restrict least)
{
    if (count == 16) {
        for (uint32_t q = 0; q < 16; q++) {
            float found = last[q] + left[0];
            CARVQ_UNROLLED
            for (uint32_t k = 1; k < 16; k++) {
                float value = last[k * 16 + q] + left[k];
                found = value < found ? value : found;
            }
            least[q] = found;
        }
        return;
    }
    for (uint32_t q = 0; q < count; q++)
        least[q] = FLT_MAX;
    for (uint32_t k = 0; k < count; k++)
        for (uint32_t q = 0; q < count; q++) {
            float value = last[k * count + q] + left[k];
            least[q] = value < least[q] ? value : least[q];
        }
}

// best and winners change for each q where the best ending of beginning p is better than what was found before.
CARVQ_TEMPLATE void compare(const float *restrict least, const float *restrict right, float first, uint32_t p, uint32_t count,
                            float *restrict best, uint32_t *restrict winners)
{
    for (uint32_t q = 0; q < count; q++) {
        float value = least[q] + right[q] + first;
        uint32_t less = -(uint32_t)(value < best[q]);
        winners[q] ^= (winners[q] ^ p) & less;
        best[q] = value < best[q] ? value : best[q];
    }
}

// codes: [stages] of a point.
CARVQ_TEMPLATE void choose(const struct carvq_refine *refine, const struct carvq_window *window, const float *scores,
                           uint32_t stages, uint32_t count, uint32_t *codes)
{
    const float *last = window->products[stages - 2][stages - 1];
    float *left = refine->row, *right = left + count, *best = right + count, *least = best + count;
    float *first = refine->first;
    uint32_t listed = 1, present = stages == 4 ? codes[0] * count + codes[1] : stages == 3 ? codes[0] : 0;
    if (stages == 4)
        score_pairs(window->products[0][1], scores, scores + count, count, first, best);
    if (stages == 3)
        memcpy(first, scores, count * sizeof *first);
    if (stages == 3)
        memcpy(best, scores, count * sizeof *best);
    if (stages > 2)
        listed = list_beginnings(first, best, best[smallest(best, count)] + refine->reach, present, stages == 4 ? count : 1,
                                 count, refine->winners, refine->list);
    CARVQ_ROLLED
    for (uint32_t q = 0; q < count; q++) {
        best[q] = FLT_MAX;
        refine->winners[q] = present;
    }
    for (uint32_t l = 0; l < listed; l++) {
        const uint32_t p = stages > 2 ? refine->list[l] : 0;
        begin_with(window, scores, p, stages, count, left, right);
        best_endings(last, left, count, least);
        compare(least, right, stages > 2 ? first[p] : 0, p, count, best, refine->winners);
    }
    const uint32_t q = smallest(best, count), p = refine->winners[q];
    begin_with(window, scores, p, stages, count, left, right);
    for (uint32_t k = 0; k < count; k++)
        left[k] += last[k * count + q];
    if (stages > 2)
        codes[0] = stages == 4 ? p / count : p;
    if (stages == 4)
        codes[1] = p % count;
    codes[stages - 2] = smallest(left, count);
    codes[stages - 1] = q;
}

CARVQ_TEMPLATE void choose_all(const struct carvq_refine *refine, const struct carvq_window *window, size_t points,
                               uint32_t stages, uint32_t count)
{
    const float *scores = refine->scores;
    uint32_t *codes = refine->block_codes + window->begin;
    for (size_t i = 0; i < points; i++, scores += stages * count, codes += refine->stages) {
        if (stages > 1)
            choose(refine, window, scores, stages, count, codes);
        else
            codes[0] = smallest(scores, count);
    }
}

static CARVQ_VECTORIZED(void, choose_block, (const struct carvq_refine *refine, const struct carvq_window *window, size_t points),
                        (refine, window, points))
{
    const uint32_t count = refine->centroids;
    if (count == 16 && window->count == 4)
        choose_all(refine, window, points, 4, 16);
    else if (count == 16 && window->count == 3)
        choose_all(refine, window, points, 3, 16);
    else if (count == 16 && window->count == 2)
        choose_all(refine, window, points, 2, 16);
    else
        choose_all(refine, window, points, window->count, count);
}

// Functions that are compiled several times are static: clang 14 loses others.
void carvq_refine_choose(const struct carvq_refine *refine, const struct carvq_window *window, size_t points)
{
    choose_block(refine, window, points);
}
