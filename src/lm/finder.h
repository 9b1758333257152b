// SPDX-License-Identifier: MIT
// Single tensors of a model, found by name and checked against what config.json implies.
#ifndef CARVQ_LM_FINDER_H
#define CARVQ_LM_FINDER_H

#include "lm/weights.h"

struct carvq_lm_finder {
    const struct carvq_checkpoint *checkpoint;
    const struct carvq_lm_config *config;
    const struct carvq_lm_stem *stem;
    bool *found;    // [tensors of the checkpoint] those that were
    float *vectors; // where the next norm or bias goes
    struct carvq_error *error;
};

// A matrix of floats, NAME.weight.
enum carvq_status carvq_lm_find_matrix(const struct carvq_lm_finder *finder, const char *name, size_t rows, size_t cols,
                                       struct carvq_lm_matrix *matrix_ret);

// A matrix of a linear layer, which may be packed or stored transposed.
enum carvq_status carvq_lm_find_linear(const struct carvq_lm_finder *finder, const char *name, size_t rows, size_t cols,
                                       struct carvq_lm_matrix *matrix_ret);

// The norm or bias NAME.KIND, not copied yet: a matrix of one row.
enum carvq_status carvq_lm_find_vector(const struct carvq_lm_finder *finder, const char *name, const char *kind, size_t length,
                                       struct carvq_lm_matrix *vector_ret);

// Copies count values of a vector, from number first on, to the next place among the vectors. Returns that place.
float *carvq_lm_copy_vector(struct carvq_lm_finder *finder, const struct carvq_lm_matrix *vector, size_t first, size_t count);

#endif
