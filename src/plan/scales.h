// SPDX-License-Identifier: MIT
// How well a few levels suit the scales of rows.
#ifndef CARVQ_PLAN_SCALES_H
#define CARVQ_PLAN_SCALES_H

#include "plan/plan.h"
#include "codec/trellis/scale.h"

#define CARVQ_SCALES_MAX_BITS 6 // in a budget

// By how much the nearest of 2^b levels is larger than the row's own scale: for b = 0 to CARVQ_SCALES_MAX_BITS, the weight
// of the rows that lie in each bin. Every tier has its own levels; tiers not being known yet, each of a few stretches of
// the rows, by weight, stands for one.
#define CARVQ_SCALES_BINS 128
struct carvq_scales {
    double weights[CARVQ_SCALES_MAX_BITS + 1][CARVQ_SCALES_BINS];
    bool zeros; // there are rows of zeros
    void *memory;
    struct carvq_trellis_scales levels; // to fit levels with
};

// order[V]: the rows by falling weight. Give the result to carvq_scales_free(). False: out of memory.
bool carvq_scales_survey(const struct carvq_plan *plan, const struct carvq_weighted_row *order, struct carvq_scales *scales_ret);
void carvq_scales_free(struct carvq_scales *scales);

// Squared error over energy of all rows at a rate, with scales of so many bits.
double carvq_scales_distortion(const struct carvq_scales *scales, unsigned scale_bits, const struct carvq_point *point);

// The same for a tier that is known: order[count].
double carvq_scales_tier_distortion(struct carvq_scales *scales, const struct carvq_plan *plan,
                                    const struct carvq_weighted_row *order, uint64_t count, unsigned scale_bits,
                                    const struct carvq_point *point);

#endif
