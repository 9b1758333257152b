// SPDX-License-Identifier: MIT
// The arithmetic of a budget: from energies, counts and rate-distortion curves to tiers.
#ifndef CARVQ_PLAN_CHOOSE_H
#define CARVQ_PLAN_CHOOSE_H

#include "plan/plan.h"

// Bytes of the payload that the budget allows.
uint64_t carvq_plan_bytes(const struct carvq_plan *plan);

// Fills info, segments, distortion and tiers of a plan that has its survey and its curves. Errors: CARVQ_ERROR_ARGUMENT if the
// budget is too small, CARVQ_ERROR_MEMORY.
enum carvq_status carvq_plan_choose(struct carvq_plan *plan, struct carvq_error *error);

#endif
