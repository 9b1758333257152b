// SPDX-License-Identifier: MIT
// The part of a comparison that is carvq's own: tables that fill a budget of bits.
#ifndef CARVQ_EVAL_COMPARE_BUDGET_H
#define CARVQ_EVAL_COMPARE_BUDGET_H

#include "eval/compare.h"

// Makes one recipe for all settings that have a budget, *recipe_ret, or NULL if none has; to be given to carvq_recipe_free().
// Settings whose budget the table cannot meet are taken out, and *count is lowered.
enum carvq_status carvq_compare_recipe(const struct carvq_matrix *matrix, const struct carvq_compare_options *options,
                                       struct carvq_compare_setting *settings, size_t *count, struct carvq_recipe **recipe_ret,
                                       struct carvq_error *error);

// Compresses the table by the recipe for this budget, and decodes it: decoded_ret[V][n]. *bytes_ret: its payload.
enum carvq_status carvq_compare_fill(struct carvq_recipe *recipe, double bits, unsigned threads, float *decoded_ret,
                                     uint64_t *bytes_ret, struct carvq_error *error);

#endif
