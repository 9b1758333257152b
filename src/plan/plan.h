// SPDX-License-Identifier: MIT
// A plan: everything that is decided about a table before its codes are made, whoever decided it.
#ifndef CARVQ_PLAN_PLAN_H
#define CARVQ_PLAN_PLAN_H

#include "codec/metric.h"
#include "codec/rvq/group.h"
#include "codec/prediction/prediction.h"
#include "plan/curve.h"
#include "plan/survey.h"

struct carvq_plan {
    const struct carvq_matrix *matrix;
    struct carvq_table_info info;
    struct carvq_segment_info segments[CARVQ_MAX_SEGMENTS];
    struct carvq_prediction prediction; // an adaptor of a plan by settings is not there yet: it is fitted together with the codes
    uint8_t *tiers;                     // [V] segment of each row; NULL if there is one segment
    struct carvq_plan_cost cost;
    struct carvq_report report;

    bool by_settings; // which of the two counts
    struct carvq_settings settings;
    struct carvq_budget budget;

    // What a plan by a budget goes by.
    struct carvq_metric *metric;          // in which rows are to be near; NULL: all columns alike
    double variance_floor, variance_unit; // see carvq_plan_weight()
    struct carvq_divergence divergence;
    struct carvq_survey survey;
    struct carvq_adaptor_trial trial;
    struct carvq_head_trial head;
    struct carvq_trellis_curve trellis;           // what the trellis makes of the sample
    struct carvq_trellis_curve short_trellis;     // the same with states of 10 bits, whatever the effort
    struct carvq_additive_curve additive;         // and additive codes
    struct carvq_additive_curve positions;        // with books by position
    struct carvq_rvq_curve rvq[CARVQ_RVQ_GROUPS]; // and what group RVQ makes of it
    size_t rvq_count;
    double distortion[CARVQ_MAX_SEGMENTS]; // expected, of a row of the segment: squared error over energy of its residual
};

// A plan for a matrix with nothing decided: info has its shape. NULL: out of memory.
struct carvq_plan *carvq_plan_new(const struct carvq_matrix *matrix);

// CARVQ_ERROR_ARGUMENT if name or shape of a matrix are impossible.
enum carvq_status carvq_plan_check_matrix(const struct carvq_matrix *matrix, struct carvq_error *error);

// CARVQ_ERROR_ARGUMENT, naming what, if a number is not 1 to max.
enum carvq_status carvq_plan_check_range(const struct carvq_matrix *matrix, const char *what, uint64_t value, uint64_t max,
                                         struct carvq_error *error);

// How the training of an adaptor follows from the settings of a plan; widths are those of info.
struct carvq_adaptor_options carvq_plan_training(const struct carvq_plan *plan, unsigned threads);

// The codec of a plan by settings with smaller groups, whose codebooks take the adaptor's bits as well.
struct carvq_segment_info carvq_plan_traded(const struct carvq_plan *plan);

// How codes of codec rvq are made.
struct carvq_rvq_options carvq_plan_rvq_options(const struct carvq_plan *plan);

// A row, and how much its relative error counts.
struct carvq_weighted_row {
    double weight;
    uint32_t row;
};

// Says what plan->budget.variance makes of weights, before the first one is asked for.
void carvq_plan_use_variance(struct carvq_plan *plan);

// How much the squared error of a row counts: (count + 1)^a, or v^a, which is scaled so that the sum of all rows stays that of v.
double carvq_plan_weight(const struct carvq_plan *plan, uint64_t row);

// The scale that suits the residual of a row, in the units of the trellis tables.
float carvq_plan_row_scale(const struct carvq_plan *plan, uint64_t row);

// Squared error over energy of raw rows of a table of this type.
static inline double carvq_raw_distortion(enum carvq_dtype dtype)
{
    return dtype == CARVQ_F32 ? 2.8e-6 : 0; // BF16: 55.6 dB
}

// Errors of a row as a reader decodes it.
struct carvq_row_errors {
    double squares; // sum of (x - y)^2
    double l1;      // of |x - y|
    double moment;  // e' F e, with a metric
};

// The bands of a plan by a budget with these errors[V], or with the expected ones if errors is NULL. Returns the SQNR of all
// rows.
// Squared error of a row by errors[V], or the expected one if that is NULL.
double carvq_plan_squares(const struct carvq_plan *plan, const struct carvq_row_errors *errors, uint64_t row);

// Fills plan->divergence, with these errors[V] or with the expected ones.
void carvq_plan_predict(struct carvq_plan *plan, const struct carvq_row_errors *errors);

double carvq_plan_bands(const struct carvq_plan *plan, const struct carvq_row_errors *errors,
                        struct carvq_band bands_ret[CARVQ_BANDS]);

#endif
