// SPDX-License-Identifier: MIT
// Residual vector quantization of one group of sub-vectors, and what a thread needs for it.
#ifndef CARVQ_CODEC_RVQ_GROUP_H
#define CARVQ_CODEC_RVQ_GROUP_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "carvq_encode.h"
#include "host/arena.h"
#include "codec/rvq/kmeans.h"
#include "codec/rvq/refine.h"

#define CARVQ_RVQ_ITERATIONS 25 // a usual number

struct carvq_rvq_options {
    uint32_t iterations; // rounds of k-means at each stage
    uint32_t effort;     // 0: k-means stage by stage; 1 to CARVQ_MAX_EFFORT: then all stages together
    uint64_t seed;
};

// Sums over the values of a table, for a report.
struct carvq_sums {
    double energy;  // of x^2
    double squares; // of (x - y)^2
    double errors;  // of |x - y|
};

// Signal over noise in dB (infinity if there is none), and mean |error|.
static inline void carvq_sums_take(const struct carvq_sums *sums, double values, double *sqnr_db_ret, double *l1_ret)
{
    *sqnr_db_ret = sums->squares > 0 ? 10 * log10(sums->energy / sums->squares) : INFINITY;
    *l1_ret = sums->errors / values;
}

// Sub-vectors with all h values and those at the end of a row that have fewer lie in separate runs of slots; see struct
// carvq_points. x and y are in the units of the table, points are scaled by a power of two and centred.
struct carvq_group {
    const struct carvq_segment_info *info;
    const struct carvq_rvq_options *options;
    const struct carvq_matrix *matrix;
    uint64_t subvectors;     // [C] in a row
    uint32_t tail;           // values of the last sub-vector of a row if they are fewer than h, else 0
    uint64_t index;          // number of the group
    uint64_t row, subvector; // of its first sub-vector
    size_t count;            // its sub-vectors
    float *x;                // [slots][h] original values
    float *y;                // [slots][h] sum of the stages so far, exactly as a reader will compute it
    struct carvq_points points;
    struct carvq_kmeans kmeans;
    double mean[256];           // of the points before centring
    float scale, unscale;       // powers of two, x * scale is at most 4 in magnitude
    float *codebooks;           // [L][K][h] as stored
    float *codebook;            // [K][h] those of this stage
    double headroom;            // what a stored value may be at most, so that no sum of stages overflows
    size_t *members;            // [K] slots of points that differ from each other
    uint32_t *table;            // hash table of 2 K numbers of members + 1, 0: free
    struct carvq_refine refine; // only if options->effort > 0
};

// Sub-vectors of a row, the most that a group can have, and the bytes of a group's codebooks.
uint64_t carvq_subvectors(const struct carvq_segment_info *info);
uint64_t carvq_group_capacity(const struct carvq_segment_info *info);
uint64_t carvq_group_codebook_bytes(const struct carvq_segment_info *info);

// The memory of a group, reused for one group after the other.
void carvq_group_place(struct carvq_group *group, struct carvq_arena *arena, const struct carvq_matrix *matrix,
                       const struct carvq_segment_info *info, const struct carvq_rvq_options *options);

// Reads the values of group number index. *finite_ret: none is NaN or infinite.
enum carvq_status carvq_group_read(struct carvq_group *group, uint64_t index, bool *finite_ret, struct carvq_error *error);

// Encodes what was read; random choices follow from seed. codes_ret: [count][L] in the order of the sub-vectors;
// codebooks_ret: [L][K][h] as stored. Stops early, with useless results, when stop(context) says so.
void carvq_group_encode(struct carvq_group *group, uint64_t seed, uint16_t *codes_ret, uint8_t *codebooks_ret,
                        struct carvq_sums *sums_ret, bool (*stop)(void *context), void *context);

// What encoding a group is made of; for group_encode.c.

// Before the first stage of a solution: all headroom, y = 0.
void carvq_group_start(struct carvq_group *group);

// Points: what the stages so far have left, scaled and centred.
void carvq_group_prepare(struct carvq_group *group);

// Stores value d of centroid k of this stage: rounded to nearest even, but never beyond the headroom.
void carvq_group_store(struct carvq_group *group, uint32_t k, uint32_t d, double value, uint8_t *codebook_ret);

// Once this stage is stored.
void carvq_group_use_headroom(struct carvq_group *group);

// Adds this stage to y. The sum over the stages begins with the first value, so that -0 stays -0. codes: [slots].
void carvq_group_add_stage(struct carvq_group *group, const uint32_t *codes, bool first);

// The codes of a stage in the order of the sub-vectors.
void carvq_group_put_codes(const struct carvq_group *group, uint32_t stage, const uint32_t *codes, uint16_t *codes_ret);

// Errors of y.
void carvq_group_measure(const struct carvq_group *group, struct carvq_sums *sums_ret);

#endif
