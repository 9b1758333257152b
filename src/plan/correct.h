// SPDX-License-Identifier: MIT
// Whether an adaptor earns its bits.
#ifndef CARVQ_PLAN_CORRECT_H
#define CARVQ_PLAN_CORRECT_H

#include "plan/survey.h"
#include "carvq_budget.h"

// Trains small adaptors on the sample of the survey. If one is worth its bits, trains it on what mean and directions left of the
// whole table, and makes the survey that of what the adaptor leaves; *trial_ret has the figures. most_bits: what mean, directions
// and adaptor may take. Errors: CARVQ_ERROR_MEMORY, CARVQ_ERROR_CANCELLED, and those of the matrix.
enum carvq_status carvq_correct(struct carvq_survey *survey, const struct carvq_budget *budget, uint64_t most_bits,
                                unsigned threads, struct carvq_ticker *ticker, struct carvq_adaptor_trial *trial_ret,
                                struct carvq_error *error);

#endif
