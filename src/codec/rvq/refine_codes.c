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
#include "codec/rvq/refine.h"
#include "host/vector.h"
#include "runtime/half.h"

#define WIDE_CENTROIDS 32 // with more of them, windows have two stages
// The caller's stop() is asked after so many points.
#define PART_POINTS 4096

// Stages whose codes are chosen together, the others' being fixed. products: of the centroids of two of its stages a < b.
#define WINDOW_STAGES 4
struct window {
    uint32_t begin, count; // stages
    const float *products[WINDOW_STAGES][WINDOW_STAGES];
};

// rest = what the stages outside begin .. end - 1 leave of the points x.
CARVQ_TEMPLATE void leave(const struct carvq_refine *refine, const float *restrict x, uint32_t begin, uint32_t end, size_t points,
                          uint32_t stride)
{
    const uint32_t *codes = refine->block_codes;
    float *restrict rest = refine->rest;
    memcpy(rest, x, points * stride * sizeof *rest);
    for (size_t i = 0; i < points; i++, rest += stride, codes += refine->stages)
        for (uint32_t l = begin > 0 ? 0 : end; l < refine->stages; l = l + 1 == begin ? end : l + 1) {
            const float *restrict c = refine->codebooks + ((size_t)l * refine->centroids + codes[l]) * stride;
            for (uint32_t d = 0; d < stride; d++)
                rest[d] -= c[d];
        }
}

static CARVQ_VECTORIZED(void, leave_block,
                        (const struct carvq_refine *refine, size_t slot, uint32_t begin, uint32_t end, size_t points),
                        (refine, slot, begin, end, points))
{
    const uint32_t stride = refine->points->stride;
    if (stride == 8)
        leave(refine, refine->points->rows + slot * 8, begin, end, points, 8);
    else
        leave(refine, refine->points->rows + slot * stride, begin, end, points, stride);
}

// scores_k = norm_k - x . column_k, over dims values.
CARVQ_TEMPLATE void score(const float *restrict x, const float *restrict columns, const float *restrict norms, uint32_t dims,
                          uint32_t count, float *restrict scores)
{
    for (uint32_t k = 0; k < count; k++)
        scores[k] = norms[k];
    for (uint32_t d = 0; d < dims; d++) {
        const float value = x[d];
        CARVQ_ROLLED
        for (uint32_t k = 0; k < count; k++)
            scores[k] -= value * columns[d * count + k];
    }
}

// The same with few constant dims.
CARVQ_TEMPLATE void score_short(const float *restrict x, const float *restrict columns, const float *restrict norms,
                                uint32_t dims, uint32_t count, float *restrict scores)
{
    for (uint32_t k = 0; k < count; k++) {
        float value = norms[k];
        CARVQ_UNROLLED
        for (uint32_t d = 0; d < dims; d++)
            value -= x[d] * columns[d * count + k];
        scores[k] = value;
    }
}

static CARVQ_VECTORIZED(void, score_block,
                        (const struct carvq_refine *refine, const struct window *window, size_t points, uint32_t dims),
                        (refine, window, points, dims))
{
    const uint32_t stride = refine->points->stride, count = refine->centroids;
    float *scores = refine->scores;
    for (size_t i = 0; i < points; i++)
        for (size_t l = window->begin; l < window->begin + window->count; l++, scores += count) {
            const float *x = refine->rest + i * stride, *columns = refine->columns + l * stride * count;
            if (dims == 8 && stride == 8 && count == 16)
                score_short(x, columns, refine->norms + l * 16, 8, 16, scores);
            else
                score(x, columns, refine->norms + l * count, dims, count, scores);
        }
}

// Sums for the fit, over points that have dims values.
CARVQ_TEMPLATE void gather(const struct carvq_refine *refine, size_t points, uint32_t stride, uint32_t dims,
                           double *restrict together)
{
    const uint32_t *codes = refine->block_codes;
    const float *restrict rest = refine->rest;
    for (size_t i = 0; i < points; i++, rest += stride, codes += refine->stages)
        for (uint32_t l = 0; l < refine->stages; l++) {
            const size_t atom = (size_t)l * refine->centroids + codes[l];
            double *restrict sum = refine->sums + atom * stride, *restrict row = together + atom * refine->atoms;
            for (uint32_t d = 0; d < dims; d++)
                sum[d] += (double)rest[d];
            for (uint32_t m = l; m < refine->stages; m++)
                row[(size_t)m * refine->centroids + codes[m]] += 1;
        }
}

static CARVQ_VECTORIZED(void, gather_block, (const struct carvq_refine *refine, size_t points, uint32_t dims),
                        (refine, points, dims))
{
    const size_t square = (size_t)refine->atoms * refine->atoms;
    double *together = refine->together + (dims < refine->points->dims ? 0 : square);
    if (dims == 8 && refine->points->stride == 8)
        gather(refine, points, 8, 8, together);
    else
        gather(refine, points, refine->points->stride, dims, together);
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
CARVQ_TEMPLATE void begin_with(const struct window *window, const float *scores, uint32_t p, uint32_t stages, uint32_t count,
                               float *left, float *right)
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
CARVQ_TEMPLATE void choose(const struct carvq_refine *refine, const struct window *window, const float *scores, uint32_t stages,
                           uint32_t count, uint32_t *codes)
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

CARVQ_TEMPLATE void choose_all(const struct carvq_refine *refine, const struct window *window, size_t points, uint32_t stages,
                               uint32_t count)
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

static CARVQ_VECTORIZED(void, choose_block, (const struct carvq_refine *refine, const struct window *window, size_t points),
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

static void scan_block(struct carvq_refine *refine, size_t slot, size_t points, uint32_t dims, const struct window *windows,
                       size_t window_count)
{
    const uint32_t stages = refine->stages;
    for (size_t i = 0; i < points; i++)
        for (uint32_t l = 0; l < stages; l++)
            refine->block_codes[i * stages + l] = refine->codes[l * refine->slots + slot + i];
    for (const struct window *window = windows; window < windows + window_count; window++) {
        leave_block(refine, slot, window->begin, window->begin + window->count, points);
        score_block(refine, window, points, dims);
        choose_block(refine, window, points);
    }
    if (refine->together != NULL) {
        leave_block(refine, slot, 0, 0, points);
        gather_block(refine, points, dims);
    }
    for (size_t i = 0; i < points; i++)
        for (uint32_t l = 0; l < stages; l++)
            refine->codes[l * refine->slots + slot + i] = refine->block_codes[i * stages + l];
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
    const uint32_t stages = refine->stages, most = refine->centroids <= WIDE_CENTROIDS ? WINDOW_STAGES : 2;
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
    const size_t count = choose ? place_windows(refine, windows) : 0;
    if (refine->together != NULL) {
        memset(refine->sums, 0, (size_t)refine->atoms * refine->points->stride * sizeof *refine->sums);
        memset(refine->together, 0, 2 * square * sizeof *refine->together);
    }
    for (unsigned r = 0; r < refine->points->run_count; r++) {
        const struct carvq_run *run = &refine->points->runs[r];
        prepare_tables(refine, run->dims);
        for (size_t done = 0; done < run->count; done += CARVQ_LANES) {
            if (done % PART_POINTS == 0 && stop(context))
                return;
            size_t points = run->count - done < CARVQ_LANES ? run->count - done : CARVQ_LANES;
            scan_block(refine, run->first + done, points, run->dims, windows, count);
        }
    }
    for (size_t v = 0; v < square && refine->together != NULL; v++)
        refine->together[v] += refine->together[square + v];
}
