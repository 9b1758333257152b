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
    // Rows that do not lie one behind the other: after each run of them as many are left out as make it step. 0: all are one run.
    size_t run, step;
    size_t stored_rows; // if stored transposed, [cols][stored_rows]; else 0. Only in linear layers, like those that are
    struct carvq_lm_packed packed; // packed: these are read in blocks
};

// y = W x + b, where W and b are stacked from the rows of several tensors.
struct carvq_lm_linear {
    struct carvq_lm_matrix parts[CARVQ_LM_MAX_PARTS];
    size_t count;
    const float *bias; // one value for each row of W, or NULL
};

struct carvq_lm_norm {
    const float *weight, *bias; // weight NULL: there is no norm; bias NULL: it has none
};

struct carvq_lm_layer {
    struct carvq_lm_norm norms[CARVQ_LM_NORMS];
    struct carvq_lm_linear linears[CARVQ_LM_LINEARS];
};

struct carvq_lm_weights {
    struct carvq_lm_matrix embedding, head; // V x n; the same data if tied
    struct carvq_lm_matrix positions;       // max_window x n; data NULL: there is none
    bool tied;
    char input_name[128], head_name[128]; // of the tensors of embedding and head
    const float *head_bias;               // [V], or NULL
    struct carvq_lm_norm final_norm;
    struct carvq_lm_layer *layers;
    float *vectors; // what norms and biases lie in: the only weights that are copied
};

// Finds and checks all tensors. Errors: one is missing, of another shape or type, or there is one that nobody asked for. Give
// the weights to carvq_lm_weights_close() in any case.
enum carvq_status carvq_lm_weights_open(const struct carvq_checkpoint *checkpoint, const struct carvq_lm_config *config,
                                        struct carvq_lm_weights *weights_ret, struct carvq_error *error);
void carvq_lm_weights_close(struct carvq_lm_weights *weights);

#endif
