// SPDX-License-Identifier: MIT
// Codes of all stages chosen together, and codebooks of all stages fitted together: what group RVQ gains beyond k-means stage by
// stage.
#ifndef CARVQ_CODEC_RVQ_REFINE_H
#define CARVQ_CODEC_RVQ_REFINE_H

#include <stdint.h>

#include "host/arena.h"
#include "codec/rvq/kmeans.h"

// Most centroids of all stages of a group [L K] that can be fitted together: the least squares have so many unknowns.
#define CARVQ_REFINE_MAX_ATOMS 1024

// Centroids of all stages are numbered through: centroid k of stage l is atom l K + k.
struct carvq_refine {
    const struct carvq_points *points; // sub-vectors, scaled and centred
    uint32_t stages, centroids, atoms; // [L], [K], L K
    size_t slots;
    float *codebooks; // [L][K][stride] in the units of the points: a point is about the sum of one of each stage
    uint32_t *codes;  // [L][slots]
    float reach;      // half a squared distance; beginnings of codes that are worse by more than this are not followed

    // For the choice of codes, which is done for a block of CARVQ_LANES points at a time.
    float *columns;        // [L][stride][K] the codebooks, transposed
    float *norms;          // [L][K] half squared lengths
    float *products;       // [pairs of stages][K][K] scalar products of centroids
    uint32_t *block_codes; // [CARVQ_LANES][L]
    float *rest;           // [CARVQ_LANES][stride] what is left of the points
    float *scores;         // [CARVQ_LANES][stages of a window][K]
    float *first;          // [K][K] scores of the beginnings of a point's codes
    float *row;            // [4][K] of its endings
    uint32_t *list;        // [1 + K K] beginnings that are followed
    uint32_t *winners;     // [1 + K] the best ones of them

    // For the fit of codebooks, or NULL. Set 0: all points; set 1: those that have all values.
    double *together; // [2][atoms][atoms] number of points that have both atoms; the second one is not before the first
    double *sums;     // [atoms][stride] of what is left of the points that have the atom
    double *moves;    // [atoms][stride] where carvq_refine_fit() would have the centroids go

    uint8_t *candidate; // [L][K][h][2] codebooks to be measured
};

void carvq_refine_place(struct carvq_refine *refine, struct carvq_arena *arena, uint64_t slots, uint32_t dims, uint32_t stages,
                        uint32_t centroids);

// Room for the choice of codes alone.
void carvq_refine_place_choice(struct carvq_refine *refine, struct carvq_arena *arena, uint64_t slots, uint32_t dims,
                               uint32_t stages, uint32_t centroids);

// If choose: finds better codes for the codebooks. No point gets worse. In any case gathers the sums for carvq_refine_fit(), if
// there is room for them.
void carvq_refine_scan(struct carvq_refine *refine, bool choose, bool (*stop)(void *context), void *context);

// Sets moves to those that make the squared error smallest for the codes.
void carvq_refine_fit(struct carvq_refine *refine);

#endif
