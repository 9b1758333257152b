// SPDX-License-Identifier: MIT
#ifndef CARVQ_LM_ATTENTION_H
#define CARVQ_LM_ATTENTION_H

#include "lm/config.h"

// Floats that each thread needs for windows of length tokens.
size_t carvq_lm_attention_values(size_t length);

// Causal attention within each of several windows of length tokens. The queries, keys and values of token i, with positions
// already turned in, lie one after the other at qkv[i * qkv_stride]; its result, heads x head_dim values, goes to
// out[i][heads * head_dim]. scratch has scratch_values floats for
// each thread, at least carvq_lm_attention_values().
void carvq_lm_attention(const struct carvq_lm_config *config, const float *qkv, size_t qkv_stride, size_t windows, size_t length,
                        float *out, float *scratch, size_t scratch_values, unsigned threads);

#endif
