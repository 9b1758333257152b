// SPDX-License-Identifier: MIT
// What the errors of a plan cost the model, as far as that is known: see doc/method.md.
#include "plan/plan.h"

static double expected_squares(const struct carvq_plan *plan, uint64_t row)
{
    const uint8_t tier = plan->tiers[row];
    if (plan->segments[tier].codec == CARVQ_RAW)
        return plan->survey.row_energies[row] * carvq_raw_distortion(plan->matrix->dtype);
    const double squares = plan->survey.energies[row] * plan->distortion[tier];
    return plan->metric == NULL ? squares : plan->metric->square_gain * squares;
}

static double expected_moment(const struct carvq_plan *plan, uint64_t row)
{
    const uint8_t tier = plan->tiers[row];
    if (plan->segments[tier].codec == CARVQ_RAW)
        return plan->metric->mean * expected_squares(plan, row);
    return plan->metric->moment_gain * plan->survey.energies[row] * plan->distortion[tier];
}

double carvq_plan_squares(const struct carvq_plan *plan, const struct carvq_row_errors *errors, uint64_t row)
{
    return errors == NULL ? expected_squares(plan, row) : errors[row].squares;
}

void carvq_plan_predict(struct carvq_plan *plan, const struct carvq_row_errors *errors)
{
    const struct carvq_budget *budget = &plan->budget;
    struct carvq_divergence *divergence = &plan->divergence;
    double head = 0, input = 0, weights = 0;
    *divergence = (struct carvq_divergence){.head = 0};
    if (budget->variance == NULL)
        return;
    for (uint64_t row = 0; row < plan->info.rows; row++) {
        const double weight = carvq_plan_weight(plan, row), energy = plan->survey.row_energies[row];
        if (plan->metric != NULL)
            head += weight * (errors == NULL ? expected_moment(plan, row) : errors[row].moment);
        if (energy > 0)
            input += weight * carvq_plan_squares(plan, errors, row) / energy;
        weights += weight;
    }
    divergence->head = head / 2;
    divergence->input = weights > 0 ? budget->sensitivity * input / weights : 0;
}
