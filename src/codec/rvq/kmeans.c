// SPDX-License-Identifier: MIT
// Rounds of k-means, and where the time of encoding goes: the nearest centroid of each point.
#include "codec/rvq/kmeans.h"

#include <float.h>
#include <string.h>

#include "host/vector.h"

// Sums are kept in four interleaved sets (a point adds to set number p mod 4), because an addition to a cluster that was
// just added to has to wait for it.
#define SUM_SETS 4
// In the first round a centroid goes 1 + OVERSHOOT times the way to the mean of its points, then less from round to round, and
// in the end exactly there. Going too far makes up for points that are about to change their cluster (Lee, Baek and Sung,
// "Modified K-means algorithm for vector quantizer design", IEEE Signal Processing Letters 4, 1997), and going much too far
// shakes clusters out of poor places. It costs nothing, and 25 rounds end 0.13 dB above any number of Lloyd's own (Gaussian
// values, h 8, g 1024, L 3).
#define OVERSHOOT 1.5
// Single precision sums of so many points go into the double precision totals.
#define SUM_POINTS 4096
// The caller's stop() is asked after so many distances.
#define ASSIGN_DISTANCES ((size_t)1 << 24)

void carvq_kmeans_place(struct carvq_kmeans *kmeans, struct carvq_arena *arena, uint64_t slots, uint32_t dims, uint32_t centroids)
{
    uint64_t stride = carvq_stride(dims), values = centroids * stride;
    kmeans->centroids_count = centroids;
    kmeans->centroids = carvq_arena_take(arena, values, sizeof *kmeans->centroids);
    kmeans->origin = carvq_arena_take(arena, stride, sizeof *kmeans->origin);
    kmeans->codes = carvq_arena_take(arena, slots, sizeof *kmeans->codes);
    kmeans->norms = carvq_arena_take(arena, centroids, sizeof *kmeans->norms);
    kmeans->sums = carvq_arena_take(arena, SUM_SETS * values, sizeof *kmeans->sums);
    kmeans->totals = carvq_arena_take(arena, values, sizeof *kmeans->totals);
    kmeans->counts = carvq_arena_take(arena, 2 * (uint64_t)centroids, sizeof *kmeans->counts);
    kmeans->errors = carvq_arena_take(arena, slots, sizeof *kmeans->errors);
    kmeans->block_errors = carvq_arena_take(arena, slots / CARVQ_LANES, sizeof *kmeans->block_errors);
}

// block: [stride][CARVQ_LANES] from rows[CARVQ_LANES][stride].
CARVQ_TEMPLATE void transpose_block(const float *restrict rows, uint32_t stride, float *restrict block)
{
    for (uint32_t d = 0; d < stride; d++)
        for (size_t i = 0; i < CARVQ_LANES; i++)
            block[d * CARVQ_LANES + i] = rows[i * stride + d];
}

static CARVQ_VECTORIZED(void, transpose_blocks, (const float *rows, size_t blocks, uint32_t stride, float *lanes),
                        (rows, blocks, stride, lanes))
{
    for (size_t b = 0; b < blocks; b++) {
        size_t offset = b * CARVQ_LANES * stride;
        if (stride == 8)
            transpose_block(rows + offset, 8, lanes + offset);
        else
            transpose_block(rows + offset, stride, lanes + offset);
    }
}

void carvq_points_transpose(const struct carvq_points *points)
{
    size_t stride = points->stride;
    for (unsigned r = 0; r < points->run_count; r++) {
        const struct carvq_run *run = &points->runs[r];
        float *rows = points->rows + run->first * stride;
        for (size_t i = run->count; i < carvq_run_blocks(run) * CARVQ_LANES; i++)
            memcpy(rows + i * stride, rows + (run->count - 1) * stride, stride * sizeof *rows);
        transpose_blocks(rows, carvq_run_blocks(run), points->stride, points->lanes + run->first * stride);
    }
}

// The nearest of K centroids c for each of the points x of a block, by the smallest |c|^2/2 - x.c.
//
// This is where the time goes. A value of a point costs 2 K operations, and a point 5 K more to compare and select: with
// h = 8 and K = 16 that is 42 lane operations per value, or 1.3 cycles where two vectors of 8 lanes can be computed at a time
// (AVX2), against 4 bytes that come from the first or second level cache. So the points stay in blocks, and the codes in 32 bits.
// The selections are written with masks: as conditions, gcc 12 makes them branches around masked stores.
CARVQ_TEMPLATE uint32_t nearest_in_block(const float *restrict x, uint32_t stride, uint32_t count, const float *restrict c,
                                         const float *restrict norms, uint32_t *restrict codes)
{
    float distance[CARVQ_LANES], best[CARVQ_LANES];
    uint32_t code[CARVQ_LANES], changed = 0;
    CARVQ_LANE_LOOP
    for (size_t i = 0; i < CARVQ_LANES; i++) {
        best[i] = FLT_MAX;
        code[i] = 0;
    }
    for (uint32_t k = 0; k < count; k++, c += stride) {
        CARVQ_LANE_LOOP
        for (size_t i = 0; i < CARVQ_LANES; i++)
            distance[i] = norms[k];
        for (uint32_t d = 0; d < stride; d += 4) {
            const float *restrict y = x + d * CARVQ_LANES;
            const float c0 = c[d], c1 = c[d + 1], c2 = c[d + 2], c3 = c[d + 3];
            CARVQ_LANE_LOOP
            for (size_t i = 0; i < CARVQ_LANES; i++)
                distance[i] = distance[i] - y[i] * c0 - y[CARVQ_LANES + i] * c1 - y[2 * CARVQ_LANES + i] * c2 -
                              y[3 * CARVQ_LANES + i] * c3;
        }
        CARVQ_LANE_LOOP
        for (size_t i = 0; i < CARVQ_LANES; i++) {
            uint32_t less = -(uint32_t)(distance[i] < best[i]);
            code[i] ^= (code[i] ^ k) & less;
            best[i] = distance[i] < best[i] ? distance[i] : best[i];
        }
    }
    CARVQ_LANE_LOOP
    for (size_t i = 0; i < CARVQ_LANES; i++) {
        changed |= codes[i] ^ code[i];
        codes[i] = code[i];
    }
    return changed;
}

static CARVQ_VECTORIZED(uint32_t, nearest_in_blocks,
                        (const float *lanes, size_t blocks, uint32_t stride, uint32_t count, const float *centroids,
                         const float *norms, uint32_t *codes),
                        (lanes, blocks, stride, count, centroids, norms, codes))
{
    uint32_t changed = 0;
    for (size_t b = 0; b < blocks; b++) {
        const float *x = lanes + b * CARVQ_LANES * stride;
        if (stride == 8)
            changed |= nearest_in_block(x, 8, count, centroids, norms, codes + b * CARVQ_LANES);
        else
            changed |= nearest_in_block(x, stride, count, centroids, norms, codes + b * CARVQ_LANES);
    }
    return changed;
}

bool carvq_kmeans_assign(struct carvq_kmeans *kmeans, const struct carvq_points *points, bool (*stop)(void *context),
                         void *context)
{
    uint32_t changed = 0, stride = points->stride;
    const size_t piece = ASSIGN_DISTANCES / CARVQ_LANES / kmeans->centroids_count; // blocks
    for (unsigned r = 0; r < points->run_count; r++) {
        const struct carvq_run *run = &points->runs[r];
        for (uint32_t k = 0; k < kmeans->centroids_count; k++) {
            const float *c = kmeans->centroids + (size_t)k * stride;
            float norm = 0;
            for (uint32_t d = 0; d < run->dims; d++)
                norm += c[d] * c[d];
            kmeans->norms[k] = norm / 2;
        }
        for (size_t done = 0, blocks; done < carvq_run_blocks(run) && !stop(context); done += blocks) {
            size_t first = run->first + done * CARVQ_LANES;
            blocks = carvq_run_blocks(run) - done < piece ? carvq_run_blocks(run) - done : piece;
            changed |= nearest_in_blocks(points->lanes + first * stride, blocks, stride, kmeans->centroids_count,
                                         kmeans->centroids, kmeans->norms, kmeans->codes + first);
        }
    }
    return changed != 0;
}

// width values at a time, all loaded before any is stored: then gcc makes a vector of them.
CARVQ_TEMPLATE void add_points(const float *restrict rows, const uint32_t *restrict codes, size_t count, uint32_t stride,
                               uint32_t width, uint32_t centroids, float *restrict sums, uint64_t *restrict counts)
{
    for (size_t i = 0; i < count; i++) {
        const float *restrict x = rows + i * stride;
        float *restrict sum = sums + (i % SUM_SETS * centroids + codes[i]) * stride;
        for (uint32_t d = 0; d < stride; d += width) {
            float next[8];
            for (uint32_t j = 0; j < width; j++)
                next[j] = sum[d + j] + x[d + j];
            for (uint32_t j = 0; j < width; j++)
                sum[d + j] = next[j];
        }
        counts[codes[i]]++;
    }
}

static CARVQ_VECTORIZED(void, add_piece,
                        (const float *rows, const uint32_t *codes, size_t count, uint32_t stride, uint32_t centroids, float *sums,
                         uint64_t *counts),
                        (rows, codes, count, stride, centroids, sums, counts))
{
    if (stride == 8)
        add_points(rows, codes, count, 8, 8, centroids, sums, counts);
    else
        add_points(rows, codes, count, stride, 4, centroids, sums, counts);
}

// Totals over all points; the order of additions depends on nothing but their number.
static void sum_clusters(struct carvq_kmeans *kmeans, const struct carvq_points *points)
{
    uint32_t centroids = kmeans->centroids_count;
    size_t stride = points->stride, values = centroids * stride;
    memset(kmeans->totals, 0, values * sizeof *kmeans->totals);
    memset(kmeans->counts, 0, 2 * (size_t)centroids * sizeof *kmeans->counts);
    for (unsigned r = 0; r < points->run_count; r++) {
        const struct carvq_run *run = &points->runs[r];
        for (size_t done = 0; done < run->count; done += SUM_POINTS) {
            size_t first = run->first + done, count = run->count - done < SUM_POINTS ? run->count - done : SUM_POINTS;
            memset(kmeans->sums, 0, SUM_SETS * values * sizeof *kmeans->sums);
            add_piece(points->rows + first * stride, kmeans->codes + first, count, points->stride, centroids, kmeans->sums,
                      kmeans->counts + (size_t)r * centroids);
            for (size_t v = 0; v < values; v++)
                for (size_t set = 0; set < SUM_SETS; set++)
                    kmeans->totals[v] += (double)kmeans->sums[set * values + v];
        }
    }
}

void carvq_kmeans_move(struct carvq_kmeans *kmeans, uint32_t k, const struct carvq_points *points, const struct carvq_run *run,
                       size_t slot)
{
    float *c = kmeans->centroids + (size_t)k * points->stride;
    const float *x = points->rows + slot * points->stride;
    for (uint32_t d = 0; d < points->stride; d++)
        c[d] = d < run->dims ? x[d] : kmeans->origin[d];
}

static void measure_errors(struct carvq_kmeans *kmeans, const struct carvq_points *points)
{
    for (unsigned r = 0; r < points->run_count; r++)
        for (size_t i = points->runs[r].first; i < points->runs[r].first + points->runs[r].count; i++) {
            const float *x = points->rows + i * points->stride;
            const float *c = kmeans->centroids + (size_t)kmeans->codes[i] * points->stride;
            float error = 0;
            for (uint32_t d = 0; d < points->runs[r].dims; d++)
                error += (x[d] - c[d]) * (x[d] - c[d]);
            kmeans->errors[i] = error;
        }
}

// Moves centroid k to the point of the largest error, whose error is 0 from then on. If all are 0, nothing is left to gain.
static void reseed(struct carvq_kmeans *kmeans, uint32_t k, const struct carvq_points *points)
{
    float worst = 0;
    size_t worst_slot = 0;
    const struct carvq_run *worst_run = NULL;
    for (unsigned r = 0; r < points->run_count; r++)
        for (size_t i = points->runs[r].first; i < points->runs[r].first + points->runs[r].count; i++)
            if (kmeans->errors[i] > worst) {
                worst = kmeans->errors[i];
                worst_slot = i;
                worst_run = &points->runs[r];
            }
    if (worst_run != NULL) {
        carvq_kmeans_move(kmeans, k, points, worst_run, worst_slot);
        kmeans->errors[worst_slot] = 0;
    }
}

// Centroids move towards the means of their points, and beyond them if step > 1. True if a cluster was empty.
static bool update(struct carvq_kmeans *kmeans, const struct carvq_points *points, double step)
{
    uint32_t centroids = kmeans->centroids_count, stride = points->stride;
    bool empty = false;
    sum_clusters(kmeans, points);
    for (uint32_t k = 0; k < centroids; k++)
        if (kmeans->counts[k] + kmeans->counts[centroids + k] == 0) {
            if (!empty)
                measure_errors(kmeans, points); // to the old centroids, to which the codes belong
            empty = true;
        }
    for (uint32_t k = 0; k < centroids; k++) {
        uint64_t count[2] = {kmeans->counts[k], kmeans->counts[centroids + k]};
        if (count[0] + count[1] == 0) {
            reseed(kmeans, k, points);
            continue;
        }
        for (uint32_t d = 0; d < stride; d++) {
            uint64_t n = (d < points->runs[0].dims ? count[0] : 0) +
                         (points->run_count > 1 && d < points->runs[1].dims ? count[1] : 0);
            size_t v = (size_t)k * stride + d;
            double old = (double)kmeans->centroids[v];
            kmeans->centroids[v] = n > 0 ? (float)(old + step * (kmeans->totals[v] / (double)n - old)) : kmeans->origin[d];
        }
    }
    return empty;
}

static void clear_codes(struct carvq_kmeans *kmeans, const struct carvq_points *points)
{
    for (unsigned r = 0; r < points->run_count; r++)
        memset(kmeans->codes + points->runs[r].first, 0,
               carvq_run_blocks(&points->runs[r]) * CARVQ_LANES * sizeof *kmeans->codes);
}

void carvq_kmeans_fit(struct carvq_kmeans *kmeans, const struct carvq_points *points, uint32_t rounds,
                      bool (*stop)(void *context), void *context)
{
    bool settled = false; // all centroids are the means of their points
    clear_codes(kmeans, points);
    for (uint32_t round = 0; round < rounds && !stop(context); round++) {
        bool changed = carvq_kmeans_assign(kmeans, points, stop, context);
        if (!changed && settled)
            break;
        bool calm = !changed || round + 2 >= rounds;
        double step = calm ? 1 : 1 + OVERSHOOT * (1 - (round + 1.0) / (rounds - 1.0));
        settled = !update(kmeans, points, step) && calm;
    }
}
