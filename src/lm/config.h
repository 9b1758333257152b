// SPDX-License-Identifier: MIT
// What a transformer looks like: its architecture and the numbers in its config.json.
#ifndef CARVQ_LM_CONFIG_H
#define CARVQ_LM_CONFIG_H

#include "checkpoint/checkpoint.h"
#include "lm/architecture.h"
#include "lm/awq.h"
#include "lm/lanes.h"
#include "lm/rope.h"

#define CARVQ_LM_MAX_ROPES 2

// What one layer differs in from another.
struct carvq_lm_layer_kind {
    size_t window; // tokens that attention sees at most, with the one itself; 0: all
    size_t rope;   // which of the ropes; CARVQ_LM_MAX_ROPES: none, it has no positions
};

struct carvq_lm_config {
    const struct carvq_lm_architecture *architecture;
    const struct carvq_lm_stem *stems; // CARVQ_LM_MAX_PARTS of them, the last ones empty
    const char *name;                  // of the class, as config.json has it; borrowed
    bool wrapped;
    size_t vocabulary;   // V
    size_t hidden;       // n
    size_t intermediate; // of the mlp
    size_t layers;
    size_t heads;
    size_t kv_heads; // keys and values, each shared by heads / kv_heads heads
    size_t head_dim;
    size_t max_window; // tokens that positions are good for
    double epsilon;    // of norms
    enum carvq_lm_activation activation;
    bool biases[CARVQ_LM_LINEARS];
    bool parallel;
    const char *norms[CARVQ_LM_NORMS];                                   // those of the architecture that there are
    float embedding_scale, residual_scale, attention_scale, state_scale; // state_scale: of what the head multiplies
    float attention_cap, logit_cap;                                      // 0: none
    struct carvq_lm_rope ropes[CARVQ_LM_MAX_ROPES];
    struct carvq_lm_layer_kind *kinds; // [layers]
    struct carvq_lm_awq awq;
};

// Reads config.json. Errors: what is missing, wrong or not supported, naming the file and the key. On success give the result
// to carvq_lm_config_free().
enum carvq_status carvq_lm_config_read(const struct carvq_checkpoint *checkpoint, struct carvq_lm_config *config_ret,
                                       struct carvq_error *error);
void carvq_lm_config_free(struct carvq_lm_config *config);

// Which layers slide and which are turned (layers.c): fills in config->kinds. keys: those of the language model.
enum carvq_status carvq_lm_kinds_read(const struct carvq_lm_keys *keys, struct carvq_lm_config *config,
                                      struct carvq_error *error);

#endif
