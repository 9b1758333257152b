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
#include <string.h>

#include "carvq.h"
#include "codec/rvq/refine.h"
#include "host/vector.h"

#define WIDE_CENTROIDS 32 // with more of them, windows have two stages
// The caller's stop() is asked after so many points.
#define PART_POINTS 4096

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
                        (const struct carvq_refine *refine, const struct carvq_window *window, size_t points, uint32_t dims),
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

static void scan_block(struct carvq_refine *refine, size_t slot, size_t points, uint32_t dims, const struct carvq_window *windows,
                       size_t window_count)
{
    const uint32_t stages = refine->stages;
    for (size_t i = 0; i < points; i++)
        for (uint32_t l = 0; l < stages; l++)
            refine->block_codes[i * stages + l] = refine->codes[l * refine->slots + slot + i];
    for (const struct carvq_window *window = windows; window < windows + window_count; window++) {
        leave_block(refine, slot, window->begin, window->begin + window->count, points);
        score_block(refine, window, points, dims);
        carvq_refine_choose(refine, window, points);
    }
    leave_block(refine, slot, 0, 0, points);
    gather_block(refine, points, dims);
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
static size_t place_windows(const struct carvq_refine *refine, struct carvq_window *windows)
{
    const uint32_t stages = refine->stages, most = refine->centroids <= WIDE_CENTROIDS ? CARVQ_WINDOW : 2;
    const uint32_t size = stages < most ? stages : most, step = most / 2;
    const size_t table = (size_t)refine->centroids * refine->centroids;
    for (size_t count = 0, begin = 0;;) {
        struct carvq_window *window = &windows[count++];
        *window = (struct carvq_window){.begin = (uint32_t)begin, .count = size};
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
    struct carvq_window windows[CARVQ_MAX_STAGES];
    const size_t count = choose ? place_windows(refine, windows) : 0;
    memset(refine->sums, 0, (size_t)refine->atoms * refine->points->stride * sizeof *refine->sums);
    memset(refine->together, 0, 2 * square * sizeof *refine->together);
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
    for (size_t v = 0; v < square; v++)
        refine->together[v] += refine->together[square + v];
}
