// SPDX-License-Identifier: MIT
// The tensors of a model, found by the names of its architecture, with the shapes that config.json implies.
#ifndef CARVQ_LM_WEIGHTS_H
#define CARVQ_LM_WEIGHTS_H

#include "lm/config.h"

// A matrix where it lies in the map.
struct carvq_lm_matrix {
    const uint8_t *data; // rows x cols values, without alignment; NULL if packed
    enum carvq_tensor_type type;
    size_t rows, cols;
    struct carvq_lm_packed packed; // only in linear layers, which are read in blocks
};

// y = W x + b, where W and b are stacked from the rows of several tensors.
struct carvq_lm_linear {
    struct carvq_lm_matrix parts[CARVQ_LM_MAX_PARTS];
    size_t count;
    const float *bias; // one value for each row of W, or NULL
};

struct carvq_lm_layer {
    const float *attention_norm, *mlp_norm; // [n]
    struct carvq_lm_linear qkv, output, gate_up, down;
};

struct carvq_lm_weights {
    struct carvq_lm_matrix embedding, head; // V x n; the same data if tied
    bool tied;
    const float *final_norm; // [n]
    struct carvq_lm_layer *layers;
    float *vectors; // what norms and biases lie in: the only weights that are copied
};

// Errors: a tensor is missing, has another shape or a type that is no float, or is none that this architecture uses (a
// result without it would be wrong). The checkpoint must outlive the result; give that to carvq_lm_weights_free().
enum carvq_status carvq_lm_weights_find(const struct carvq_checkpoint *checkpoint, const struct carvq_lm_config *config,
                                        struct carvq_lm_weights *weights_ret, struct carvq_error *error);
void carvq_lm_weights_free(struct carvq_lm_weights *weights);

#endif
