// SPDX-License-Identifier: MIT
// The output head, measured: the probabilities of all rows at every token, and the states, added to statistics.
#ifndef CARVQ_LM_MEASURE_H
#define CARVQ_LM_MEASURE_H

#include "lm/model.h"
#include "stats/stats.h"

struct carvq_lm_measure;

// Memory to measure with. Of stats, probability to weighted become sums over tokens: carvq_lm_measure_finish() makes means of
// them.
enum carvq_status carvq_lm_measure_open(struct carvq_lm_batch *batch, struct carvq_stats *stats,
                                        struct carvq_lm_measure **measure_ret, struct carvq_error *error);
void carvq_lm_measure_close(struct carvq_lm_measure *measure);

#define CARVQ_LM_NO_TARGET UINT32_MAX

// Adds count tokens: their states hidden[count][n], and the token that follows each or CARVQ_LM_NO_TARGET. nll_ret[count]: -ln p
// of those that follow, 0 where none does; not finite if what the model gives is not.
enum carvq_status carvq_lm_measure_add(struct carvq_lm_measure *measure, const float *hidden, const uint32_t *targets,
                                       size_t count, double *nll_ret, struct carvq_error *error);

// Of so many tokens.
void carvq_lm_measure_finish(struct carvq_lm_measure *measure, uint64_t tokens);

#endif
