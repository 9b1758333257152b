// SPDX-License-Identifier: MIT
// The arithmetic of a recipe: from energies, counts and curves to tiers.
#ifndef CARVQ_PLAN_PLAN_H
#define CARVQ_PLAN_PLAN_H

#include "plan/recipe.h"

// Bytes of the payload that the budget allows.
uint64_t carvq_plan_bytes(const struct carvq_recipe *recipe);

// Fills info, segments, distortion and tiers of a recipe that has its survey and its points. Errors: CARVQ_ERROR_ARGUMENT if the
// budget is too small, CARVQ_ERROR_MEMORY.
enum carvq_status carvq_plan_make(struct carvq_recipe *recipe, struct carvq_error *error);

#endif
