// SPDX-License-Identifier: MIT
// Whether an adaptor earns its bits.
#ifndef CARVQ_PLAN_TRIAL_H
#define CARVQ_PLAN_TRIAL_H

#include "plan/plan.h"

// Trains small adaptors on the sample of the plan's survey. If one is worth its bits, trains it on what mean and directions left
// of the whole table, puts it into what is shared, and makes the survey that of what it leaves; plan->trial has the figures.
// max_bits: what mean, directions and adaptor may take. Errors: CARVQ_ERROR_MEMORY, CARVQ_ERROR_CANCELLED, and those of the
// matrix.
enum carvq_status carvq_trial_run(struct carvq_plan *plan, uint64_t max_bits, unsigned threads, struct carvq_ticker *ticker,
                                  struct carvq_error *error);

#endif
