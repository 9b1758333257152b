// SPDX-License-Identifier: MIT
// Attention of a layer over the tokens of windows.
#ifndef CARVQ_LM_ATTENTION_H
#define CARVQ_LM_ATTENTION_H

#include "lm/lm.h"

// Floats that each thread needs for sequences of length tokens.
size_t carvq_lm_attention_values(size_t length);

// Of a token, its keys and values: floats.
size_t carvq_lm_kv_values(const struct carvq_lm_config *config);

struct carvq_lm_attention_job {
    const struct carvq_lm_config *config;
    size_t window; // tokens that one sees at most, with itself; 0: all
    const struct carvq_lm_sequence *sequences;
    size_t sequence_count;
    const float *qkv; // queries, keys and values of token i lie one after the other at qkv[i * qkv_stride], positions turned in
    size_t qkv_stride;
    float *cache; // [slots][cache_length][keys and values of a token] of this layer, or NULL
    size_t cache_length;
    float *out;     // [tokens][heads * head_dim]
    float *scratch; // scratch_values floats for each thread, at least carvq_lm_attention_values()
    size_t scratch_values;
    unsigned threads;
};

// Causal attention within each sequence. New keys and values are put into the cache, if there is one.
void carvq_lm_attention(const struct carvq_lm_attention_job *job);

#endif
