// SPDX-License-Identifier: MIT
// How much a model's predictions change when the rows that it looks up have errors: its sensitivity, which is KL(p || p') / s in
// nats a token. p are the probabilities of the model as it is; p' are those where each row of the input table has an error of s
// times its own squared length. s is 0.01, so small that KL is nearly proportional to it.
//
// An error is the same wherever its row is looked up, as it is with a compressed table: normal values from a stream that the
// row's id gives, scaled to the exact length. The head is the original, in a tied model, too.
//
// Measured on at most 16 windows, and at most an eighth of all positions if there are enough for one window.
#ifndef CARVQ_LM_SENSITIVITY_H
#define CARVQ_LM_SENSITIVITY_H

#include "lm/model.h"

struct carvq_lm_sensitivity;

// Takes windows of batch's model, of at most its length. predicted: positions with a prediction that is scored, of all windows
// that will be offered; the measured windows are evenly spread over them.
enum carvq_status carvq_lm_sensitivity_open(struct carvq_lm_batch *batch, uint64_t predicted,
                                            struct carvq_lm_sensitivity **sensitivity_ret, struct carvq_error *error);
void carvq_lm_sensitivity_close(struct carvq_lm_sensitivity *sensitivity);

// Offers the next window: ids[count] and their states hidden[count][n]. It is copied if it is one of those to be measured.
enum carvq_status carvq_lm_sensitivity_offer(struct carvq_lm_sensitivity *sensitivity, const uint32_t *ids, size_t count,
                                             const float *hidden, struct carvq_error *error);

// The sensitivity; 0 if it is not known, because no window has two tokens or what the model gives is not finite.
enum carvq_status carvq_lm_sensitivity_finish(struct carvq_lm_sensitivity *sensitivity, double *sensitivity_ret,
                                              struct carvq_error *error);

#endif
