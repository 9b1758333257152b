// SPDX-License-Identifier: MIT
// Noise feedback for group RVQ: other codes for the codebooks that there are, by a metric (codec/metric.h).
#ifndef CARVQ_CODEC_RVQ_FEEDBACK_H
#define CARVQ_CODEC_RVQ_FEEDBACK_H

#include "codec/metric.h"
#include "codec/rvq/refine.h"
#include "runtime/table.h"

#define CARVQ_RVQ_FEEDBACK_ROWS CARVQ_LANES // most rows at a time

// What a thread needs for it.
struct carvq_rvq_feedback {
    const struct carvq_segment_info *info;
    const struct carvq_metric *metric;
    double noise;        // mean squared error of a value that is expected
    uint64_t subvectors; // [C] in a row
    struct carvq_points points;
    struct carvq_refine refine;

    // The group whose codebooks are in use.
    uint64_t group;
    float *books; // [L][K][h] as stored
    float *mean;  // [h] of the first stage
    float scale;  // a power of two: centroids times scale are at most 4 in magnitude

    float *shape;    // [h][h] lower triangle: lengths in it are those in the metric
    uint16_t *codes; // [rows][C][L]
    float *targets;  // [rows][n]
    float *errors;   // [n] of a row
    float *values;   // [h]
};

// Sets what is above, info, metric and noise being there, but for arrays without memory.
void carvq_rvq_feedback_place(struct carvq_rvq_feedback *feedback, struct carvq_arena *arena);

// Replaces the codes of rows first to first + count - 1 [x: count][n]; codes and codebooks: of the whole segment. Bytes of other
// rows are not touched. by_metric_ret[count]: e' W e of their errors.
void carvq_rvq_feed(struct carvq_rvq_feedback *feedback, uint8_t *codes, const uint8_t *codebooks, uint64_t first, size_t count,
                    const float *x, double *by_metric_ret);

#endif
