// SPDX-License-Identifier: MIT
// Where k-means begins.
#include "codec/rvq/kmeans.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "host/random.h"
#include "host/vector.h"

// K of the points, each subset being equally likely.
static void choose_centroids(struct carvq_kmeans *kmeans, const struct carvq_points *points, uint64_t seed)
{
    struct carvq_random random = carvq_random_stream(seed, 0);
    size_t first = points->runs[0].count, all = first + (points->run_count > 1 ? points->runs[1].count : 0);
    for (unsigned r = 0; r < points->run_count; r++)
        memset(kmeans->codes + points->runs[r].first, 0, points->runs[r].count * sizeof *kmeans->codes);
    for (uint32_t k = 0; k < kmeans->centroids_count;) {
        size_t p = (size_t)carvq_random_below(&random, all);
        const struct carvq_run *run = &points->runs[p >= first];
        size_t slot = p < first ? p : run->first + p - first;
        if (kmeans->codes[slot] == 0) {
            kmeans->codes[slot] = 1; // taken
            carvq_kmeans_move(kmeans, k++, points, run, slot);
        }
    }
}

// Each error becomes the squared distance from a centroid where that is less, but stays 0.
// *block_error_ret: their sum.
CARVQ_TEMPLATE void lower_block(const float *restrict x, uint32_t dims, const float *restrict c, float *restrict errors,
                                float *restrict block_error_ret)
{
    float distance[CARVQ_LANES], sums[8] = {0};
    CARVQ_LANE_LOOP
    for (size_t i = 0; i < CARVQ_LANES; i++)
        distance[i] = 0;
    for (uint32_t d = 0; d < dims; d++) {
        const float *restrict y = x + d * CARVQ_LANES;
        CARVQ_LANE_LOOP
        for (size_t i = 0; i < CARVQ_LANES; i++)
            distance[i] += (y[i] - c[d]) * (y[i] - c[d]);
    }
    CARVQ_LANE_LOOP
    for (size_t i = 0; i < CARVQ_LANES; i++)
        errors[i] = distance[i] < errors[i] ? distance[i] : errors[i];
    for (size_t i = 0; i < CARVQ_LANES; i += 8)
        for (size_t lane = 0; lane < 8; lane++)
            sums[lane] += errors[i + lane];
    *block_error_ret = ((sums[0] + sums[4]) + (sums[1] + sums[5])) + ((sums[2] + sums[6]) + (sums[3] + sums[7]));
}

static CARVQ_VECTORIZED(void, lower_blocks,
                        (const float *lanes, size_t blocks, uint32_t stride, uint32_t dims, const float *centroid, float *errors,
                         float *block_errors),
                        (lanes, blocks, stride, dims, centroid, errors, block_errors))
{
    for (size_t b = 0; b < blocks; b++)
        if (dims == 8)
            lower_block(lanes + b * CARVQ_LANES * 8, 8, centroid, errors + b * CARVQ_LANES, block_errors + b);
        else
            lower_block(lanes + b * CARVQ_LANES * stride, dims, centroid, errors + b * CARVQ_LANES, block_errors + b);
}

// Errors are the squared distances from centroids 0 .. k - 1 and become those from 0 .. k. Returns their sum.
static double lower_errors(struct carvq_kmeans *kmeans, const struct carvq_points *points, uint32_t k)
{
    const size_t stride = points->stride;
    double total = 0;
    for (unsigned r = 0; r < points->run_count; r++) {
        const struct carvq_run *run = &points->runs[r];
        const size_t blocks = carvq_run_blocks(run), first_block = run->first / CARVQ_LANES;
        lower_blocks(points->lanes + run->first * stride, blocks, points->stride, run->dims, kmeans->centroids + k * stride,
                     kmeans->errors + run->first, kmeans->block_errors + first_block);
        for (size_t b = 0; b < blocks; b++)
            total += (double)kmeans->block_errors[first_block + b];
    }
    return total;
}

// The place where the sums of values that are not negative pass at: never that of a 0, unless all are.
static size_t find_sum(const float *values, size_t count, double *at)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++)
        if (values[i] > 0) {
            found = i;
            if (*at < (double)values[i])
                break;
            *at -= (double)values[i];
        }
    return found;
}

// Centroids that lie apart: after the first, each is a point that is drawn with a probability proportional to its squared
// distance from those before it (Arthur, Vassilvitskii, "k-means++: the advantages of careful seeding", SODA 2007). Once all
// distances are 0, nothing is left to gain, and the others stay where they are.
static void spread_centroids(struct carvq_kmeans *kmeans, const struct carvq_points *points, uint64_t seed,
                             bool (*stop)(void *context), void *context)
{
    struct carvq_random random = carvq_random_stream(seed, 1);
    const struct carvq_run *last = &points->runs[points->run_count - 1];
    const size_t blocks = last->first / CARVQ_LANES + carvq_run_blocks(last);
    for (size_t slot = 0; slot < blocks * CARVQ_LANES; slot++)
        kmeans->errors[slot] = 0; // of slots that hold no point, for ever
    for (unsigned r = 0; r < points->run_count; r++)
        for (size_t i = 0; i < points->runs[r].count; i++)
            kmeans->errors[points->runs[r].first + i] = FLT_MAX;
    for (uint32_t k = 1; k < kmeans->centroids_count && !stop(context); k++) {
        double total = lower_errors(kmeans, points, k - 1), at = carvq_random_unit(&random) * total;
        if (total == 0)
            break;
        size_t block = find_sum(kmeans->block_errors, blocks, &at) * CARVQ_LANES;
        size_t slot = block + find_sum(kmeans->errors + block, CARVQ_LANES, &at);
        carvq_kmeans_move(kmeans, k, points, slot < last->first ? &points->runs[0] : last, slot);
    }
}

static int compare_values(const void *a, const void *b)
{
    const float *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

// What a gap between neighbours on a line adds to the integral of the cube root of the density, which is 1 / gap there.
static double gap_part(const float *sorted, size_t i)
{
    double gap = (double)sorted[i + 1] - (double)sorted[i];
    return cbrt(gap * gap);
}

// Centroids on a line, as dense as the cube root of the density of the points, which is best where there are many (Panter, Dite,
// "Quantization distortion in pulse-count modulation with nonuniform spacing of levels", Proc. IRE 39, 1951).
static void space_centroids(struct carvq_kmeans *kmeans, const struct carvq_points *points)
{
    const struct carvq_run *run = &points->runs[0];
    const size_t stride = points->stride;
    float *sorted = kmeans->errors;
    double total = 0, sum = 0;
    for (size_t i = 0; i < run->count; i++)
        sorted[i] = points->rows[(run->first + i) * stride];
    qsort(sorted, run->count, sizeof *sorted, compare_values);
    for (size_t i = 0; i + 1 < run->count; i++)
        total += gap_part(sorted, i);
    const double step = total / kmeans->centroids_count;
    uint32_t k = 0;
    for (size_t i = 0; i + 1 < run->count; i++) {
        double part = gap_part(sorted, i);
        for (; k < kmeans->centroids_count && (k + 0.5) * step < sum + part; k++)
            kmeans->centroids[k * stride] = sorted[i] + (sorted[i + 1] - sorted[i]) * (float)(((k + 0.5) * step - sum) / part);
        sum += part;
    }
}

void carvq_kmeans_start(struct carvq_kmeans *kmeans, const struct carvq_points *points, bool spread, uint64_t seed,
                        bool (*stop)(void *context), void *context)
{
    choose_centroids(kmeans, points, seed);
    if (spread && points->dims == 1)
        space_centroids(kmeans, points);
    else if (spread)
        spread_centroids(kmeans, points, seed, stop, context);
}
