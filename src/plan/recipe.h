// SPDX-License-Identifier: MIT
// A recipe: everything that is decided about a table before its codes are made.
#ifndef CARVQ_PLAN_RECIPE_H
#define CARVQ_PLAN_RECIPE_H

#include "plan/allocate.h"
#include "plan/curve.h"
#include "plan/survey.h"
#include "carvq_budget.h"

struct carvq_recipe {
    const struct carvq_matrix *matrix;
    struct carvq_budget budget;
    struct carvq_survey survey;
    struct carvq_adaptor_trial trial;
    struct carvq_trellis_curve points;               // what the trellis makes of the sample
    struct carvq_trellis_curve short_points;         // the same with states of 10 bits, whatever the effort
    struct carvq_rvq_curve curves[CARVQ_RVQ_GROUPS]; // and what group RVQ makes of it
    size_t curve_count;
    struct carvq_table_info info;
    struct carvq_segment_info segments[CARVQ_MAX_SEGMENTS];
    double distortion[CARVQ_MAX_SEGMENTS]; // expected, of a row of the segment: squared error over what is left of its energy
    uint8_t *tiers;                        // [V] segment of each row
};

// A row, and how much its relative error counts.
struct carvq_weighted_row {
    double weight;
    uint32_t row;
};

// Errors of a row as a reader decodes it.
struct carvq_row_errors {
    double squares; // sum of (x - y)^2
    double l1;      // of |x - y|
};

// The bands of a recipe with these errors[V], or with the expected ones if errors is NULL. Returns the SQNR of all rows.
double carvq_recipe_bands(const struct carvq_recipe *recipe, const struct carvq_row_errors *errors,
                          struct carvq_band bands_ret[CARVQ_BANDS]);

// How much the squared error of a row counts: (count + 1)^a.
double carvq_recipe_factor(const struct carvq_recipe *recipe, uint64_t row);

// Squared error over energy of raw rows of a table of this type.
static inline double carvq_raw_distortion(enum carvq_dtype dtype)
{
    return dtype == CARVQ_F32 ? 2.8e-6 : 0; // BF16: 55.6 dB
}

// The scale that suits what is left of a row, in the units of the trellis tables.
float carvq_recipe_row_scale(const struct carvq_recipe *recipe, uint64_t row);

#endif
