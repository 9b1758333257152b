// SPDX-License-Identifier: MIT
// The sums that the measures are made of, in double precision and in the order of the text.
#ifndef CARVQ_EVAL_SUMS_H
#define CARVQ_EVAL_SUMS_H

#include "eval/eval.h"

// Over a window.
struct carvq_eval_window {
    double original, changed, kl;
};

// Over the occurrences of an id.
struct carvq_eval_type {
    uint64_t count;
    double original, changed;
};

struct carvq_eval_sums {
    uint64_t windows;
    size_t scored; // tokens of a window
    struct carvq_eval_window total;
    uint64_t correct[2], top1_agreement;
    struct carvq_eval_window *by_window;
    struct carvq_eval_type *by_id; // [V]
    float *kls;                    // [scored tokens]
};

enum carvq_status carvq_eval_sums_open(struct carvq_eval_sums *sums_ret, uint64_t max_windows, size_t window, size_t vocabulary,
                                       struct carvq_error *error);
void carvq_eval_sums_close(struct carvq_eval_sums *sums);

// Adds the scores of the next window; those are of ids[1] and what follows. changed: of the variant, or NULL.
void carvq_eval_sums_add(struct carvq_eval_sums *sums, const struct carvq_lm_score *original,
                         const struct carvq_lm_score *changed, const uint32_t *ids);

// Fills in what follows from the sums.
void carvq_eval_sums_finish(const struct carvq_eval_sums *sums, size_t vocabulary, bool has_changed,
                            struct carvq_eval_result *result);

// exp of the mean over the windows so far.
double carvq_eval_perplexity(const struct carvq_eval_sums *sums, double nll);

#endif
