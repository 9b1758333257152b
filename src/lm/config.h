// SPDX-License-Identifier: MIT
// What a transformer looks like: its architecture and the numbers in its config.json.
//
// All that we run are of one kind: x = embedding; then in each layer x += attention(norm(x)) and x += mlp(norm(x)); then
// logits = head norm(x). Norms are root mean square, positions rotary, the mlp is down(silu(gate(x)) * up(x)). They
// differ in which matrices are stored together, in biases, and in whether attention may look back without limit.
#ifndef CARVQ_LM_CONFIG_H
#define CARVQ_LM_CONFIG_H

#include "checkpoint/checkpoint.h"
#include "lm/awq.h"
#include "lm/rope.h"

#define CARVQ_LM_MAX_PARTS 3

// Whether an architecture has something: never, always, or as a key of config.json says.
enum carvq_lm_flag { CARVQ_LM_NO, CARVQ_LM_YES, CARVQ_LM_BY_CONFIG };

struct carvq_lm_architecture {
    const char *name;                        // the entry of "architectures"
    const char *qkv[CARVQ_LM_MAX_PARTS];     // tensors of a layer whose rows, stacked, give queries, keys and values
    const char *gate_up[CARVQ_LM_MAX_PARTS]; // the same for gate and up
    enum carvq_lm_flag qkv_bias;             // by config: attention_bias
    enum carvq_lm_flag output_bias;          // by config: attention_bias
    enum carvq_lm_flag mlp_bias;             // by config: mlp_bias
    enum carvq_lm_flag sliding_window;       // by config: use_sliding_window. YES and true: the key sliding_window holds
    size_t default_sliding_window;           // where that key is missing; 0: none
};

// Names that all of them share. Those of a layer stand after "model.layers.NUMBER."; weights and biases are these names
// followed by ".weight" and ".bias".
#define CARVQ_LM_EMBEDDING "model.embed_tokens"
#define CARVQ_LM_FINAL_NORM "model.norm"
#define CARVQ_LM_HEAD "lm_head"
#define CARVQ_LM_LAYERS "model.layers."
#define CARVQ_LM_ATTENTION_NORM "input_layernorm"
#define CARVQ_LM_OUTPUT "self_attn.o_proj"
#define CARVQ_LM_MLP_NORM "post_attention_layernorm"
#define CARVQ_LM_DOWN "mlp.down_proj"

struct carvq_lm_config {
    const struct carvq_lm_architecture *architecture;
    size_t vocabulary;   // V, vocab_size
    size_t hidden;       // n, hidden_size
    size_t intermediate; // intermediate_size
    size_t layers;       // num_hidden_layers
    size_t heads;        // num_attention_heads
    size_t kv_heads;     // num_key_value_heads: keys and values, each shared by heads / kv_heads heads
    size_t head_dim;
    size_t max_window; // tokens: max_position_embeddings, or what a sliding window leaves of it
    double epsilon;    // rms_norm_eps
    bool qkv_bias, output_bias, mlp_bias;
    struct carvq_lm_rope rope;
    struct carvq_lm_awq awq;
};

// Reads config.json. Errors: what is missing, wrong or not supported, naming the file and the key. On success give the result
// to carvq_lm_config_free().
enum carvq_status carvq_lm_config_read(const struct carvq_checkpoint *checkpoint, struct carvq_lm_config *config_ret,
                                       struct carvq_error *error);
void carvq_lm_config_free(struct carvq_lm_config *config);

#endif
