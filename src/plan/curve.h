// SPDX-License-Identifier: MIT
// Rate-distortion curves: what the codecs make of the rows of a sample at each of their rates.
#ifndef CARVQ_PLAN_CURVE_H
#define CARVQ_PLAN_CURVE_H

#include "plan/survey.h"

#define CARVQ_CURVE_POINTS 8

#define CARVQ_OFF_SCALES 6 // too small, right, and too large: see curve.c

// One rate of the trellis codec.
struct carvq_point {
    unsigned state_bits;           // [S]
    unsigned step_bits;            // [k]
    double distortion;             // squared error over energy, each row with its own scale
    double logs[CARVQ_OFF_SCALES]; // what scales that are off make of that: decimal logarithm of a factor
};

// The curve of the trellis: rates, from the lowest on.
struct carvq_trellis_curve {
    size_t count;
    struct carvq_point items[CARVQ_CURVE_POINTS];
};

// Measures the rates of a state of so many bits. False: out of memory.
bool carvq_trellis_measure(const struct carvq_survey *survey, uint32_t cols, unsigned state_bits, unsigned threads,
                           struct carvq_trellis_curve *curve_ret);

// What the codecs with scales have in common. errors[count][CARVQ_OFF_SCALES]: relative errors of rows of these energies, with
// scales that are so many dB off; what was not measured is NAN. Which rows are tried with other scales than their own, [i].
#define CARVQ_RIGHT_SCALE 2
extern const double carvq_off_scales_db[CARVQ_OFF_SCALES];
bool carvq_with_other_scales(uint64_t i);
struct carvq_point carvq_point_average(const double *errors, const double *energies, size_t count);

// Squared error over energy of a row whose scale is so many dB larger than its own.
double carvq_point_distortion(const struct carvq_point *point, double off_db);

#define CARVQ_ADDITIVE_RATES 9
#define CARVQ_ADDITIVE_LEAST_RATE 0.5 // bits per value
#define CARVQ_ADDITIVE_CURVE_SPAN 3   // with which they are measured

// One rate of the codec additive.
struct carvq_additive_point {
    struct carvq_point point; // no bits
    double rate;              // bits per value
    uint8_t strides[CARVQ_MAX_STRIDES];
    uint32_t stride_count;
};

// Rates, from the lowest on.
struct carvq_additive_curve {
    size_t count;
    struct carvq_additive_point items[CARVQ_ADDITIVE_RATES];
};

// Measures them with books trained on the sample. CARVQ_ERROR_MEMORY, CARVQ_ERROR_CANCELLED.
enum carvq_status carvq_additive_measure(const struct carvq_survey *survey, uint32_t cols, uint64_t seed, unsigned threads,
                                         struct carvq_ticker *ticker, struct carvq_additive_curve *curve_ret,
                                         struct carvq_error *error);

// The same with books by position, from what that gains at 2 bits in rows that were not trained on; empty if it gains nothing, or
// if the table has too few rows. Errors: as above.
enum carvq_status carvq_additive_measure_positions(const struct carvq_survey *survey, uint64_t rows, uint32_t cols, uint64_t seed,
                                                   unsigned threads, struct carvq_ticker *ticker,
                                                   const struct carvq_additive_curve *curve,
                                                   struct carvq_additive_curve *curve_ret, struct carvq_error *error);

#define CARVQ_RVQ_GROUPS 3
#define CARVQ_RVQ_STAGES 8
#define CARVQ_RVQ_CODE_BITS 4
#define CARVQ_RVQ_AHEAD_DB 0.3 // that it has to promise more than the trellis, to be considered

// What group RVQ makes of the sample with one size of groups; [h] is 8 (or n), [kappa] 4.
struct carvq_rvq_curve {
    uint64_t group;                      // [g]
    uint32_t count;                      // 1 to CARVQ_RVQ_STAGES
    double distortion[CARVQ_RVQ_STAGES]; // with l + 1 stages: squared error over energy
};

// Sub-vectors in these settings [h].
uint32_t carvq_rvq_subvector(uint32_t cols);

// For a table of rows x cols [V n]. Measures groups of several sizes, smaller ones first, with more and more stages until they
// have fallen behind the curve of the trellis; all of them if that has no points. *worth_ret: some are ahead of it by
// CARVQ_RVQ_AHEAD_DB, or it has none. False: out of memory.
bool carvq_rvq_measure(const struct carvq_survey *survey, uint64_t rows, uint32_t cols, const struct carvq_trellis_curve *trellis,
                       uint64_t seed, unsigned threads, struct carvq_rvq_curve curves_ret[CARVQ_RVQ_GROUPS], bool *worth_ret);

#endif
