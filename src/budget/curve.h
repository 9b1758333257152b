// SPDX-License-Identifier: MIT
// What a codec makes of the rows of a sample at each of its rates.
#ifndef CARVQ_BUDGET_CURVE_H
#define CARVQ_BUDGET_CURVE_H

#include "budget/survey.h"

#define CARVQ_CURVE_POINTS 8

// One rate of the trellis codec.
struct carvq_point {
    unsigned step_bits; // [k]
    double distortion;  // squared error over energy, with the best scale for each row
    double sensitivity; // how much a scale that is off adds to that: times the square of its error in dB
};

// Measures the rates of a state of so many bits, from the least on. Returns their number, 0 if out of memory.
size_t carvq_trellis_curve(const struct carvq_survey *survey, uint32_t cols, unsigned state_bits, unsigned threads,
                           struct carvq_point points_ret[CARVQ_CURVE_POINTS]);

#endif
