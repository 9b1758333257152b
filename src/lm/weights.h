// SPDX-License-Identifier: MIT
// The tensors of a model, where they lie in the files.
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

#endif
