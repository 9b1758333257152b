// SPDX-License-Identifier: MIT
// K-means by Lloyd's algorithm with long steps: what the stages of group RVQ are made of.
#ifndef CARVQ_CODEC_RVQ_KMEANS_H
#define CARVQ_CODEC_RVQ_KMEANS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host/arena.h"

#define CARVQ_LANES 64 // points in a block

// Points of which only the first dims values are there. A run begins on a block.
struct carvq_run {
    size_t first, count;
    uint32_t dims;
};

// The points to be clustered. Values are at most about 8 in magnitude, so that squares are safe in single precision.
// The first run has all values; a second one holds the ends of rows that are no multiple of h. Values that are not there
// (dims and beyond) are 0, and have no influence.
struct carvq_points {
    uint32_t dims;   // [h]
    uint32_t stride; // h rounded up to a multiple of 4; zeros fill the difference here and in centroids
    unsigned run_count;
    struct carvq_run runs[2];
    float *rows;  // [slots][stride]
    float *lanes; // [slots / CARVQ_LANES][stride][CARVQ_LANES]; slots after the end of a run repeat its last point
};

struct carvq_kmeans {
    uint32_t centroids_count; // [K]
    float *centroids;         // [K][stride]
    float *origin;            // [stride]: the value of a centroid where no point has one
    uint32_t *codes;          // [slots]: number of the centroid of each point
    float *norms;             // [K] half squared length of the centroids
    float *sums;              // [sum sets][K][stride]
    double *totals;           // [K][stride]
    uint64_t *counts;         // [2][K] points of each run
    float *errors;            // [slots] squared distance, when needed
    float *block_errors;      // [slots / CARVQ_LANES] sums of them
};

static inline size_t carvq_run_blocks(const struct carvq_run *run)
{
    return (run->count + CARVQ_LANES - 1) / CARVQ_LANES;
}

static inline uint32_t carvq_stride(uint32_t dims)
{
    return (dims + 3) / 4 * 4;
}

// Slots that hold count points in two runs of any sizes.
static inline uint64_t carvq_slots(uint64_t count)
{
    return (count + 2 * (CARVQ_LANES - 1)) / CARVQ_LANES * CARVQ_LANES;
}

void carvq_kmeans_place(struct carvq_kmeans *kmeans, struct carvq_arena *arena, uint64_t slots, uint32_t dims,
                        uint32_t centroids);

// Fills points->lanes from points->rows.
void carvq_points_transpose(const struct carvq_points *points);

// Sets codes to the nearest centroid of each point, the first one of equals. True if any code changed. Ends early when
// stop(context), which is asked now and then, says so.
bool carvq_kmeans_assign(struct carvq_kmeans *kmeans, const struct carvq_points *points, bool (*stop)(void *context),
                         void *context);

// Fills centroids with random points: all subsets of the points are equally likely, or (spread) points that are far from each
// other are. The latter costs as much as a round, ends better where points lie in clusters, and on a line does without chance.
// There must be at least K points. The result depends on points and seed alone. Stops early when stop(context)
// says so.
void carvq_kmeans_start(struct carvq_kmeans *kmeans, const struct carvq_points *points, bool spread, uint64_t seed,
                        bool (*stop)(void *context), void *context);

// Improves centroids by at most rounds rounds, fewer if no code changes. Clusters that become empty move to the points that are
// farthest from their centroids. Stops early when stop(context), which is asked now and then, says so.
void carvq_kmeans_fit(struct carvq_kmeans *kmeans, const struct carvq_points *points, uint32_t rounds,
                      bool (*stop)(void *context), void *context);

// Puts centroid k where a point is.
void carvq_kmeans_move(struct carvq_kmeans *kmeans, uint32_t k, const struct carvq_points *points, const struct carvq_run *run,
                       size_t slot);

#endif
