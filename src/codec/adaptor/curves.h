// SPDX-License-Identifier: MIT
// The polylines that an adaptor is trained as; see adaptor.h for the idea. Symbols are those of doc/method.md. Matrices are
// row-major, "nodes" being H + m.
#ifndef CARVQ_CODEC_ADAPTOR_CURVES_H
#define CARVQ_CODEC_ADAPTOR_CURVES_H

#include <stddef.h>

// m polylines in R^n. A place on polyline i is a number t: node k lies at t = k, the straight lines at both ends go on.
struct carvq_curves {
    size_t dim;    // m
    size_t cols;   // n
    size_t count;  // nodes: H + m
    size_t *first; // m + 1: polyline i has the nodes first[i] .. first[i + 1] - 1
    float *nodes;  // nodes x n
};

// Nodes of polyline i, and the place of z = 0: what is left of it is reached by units that look left. One unit looks right.
static inline size_t carvq_curve_nodes(const struct carvq_curves *curves, size_t i)
{
    return curves->first[i + 1] - curves->first[i];
}

static inline size_t carvq_curve_pivot(size_t nodes)
{
    return (nodes - 1) / 2;
}

// Weights of the nodes (count x nodes): gamma = weights x nodes. In each row and polyline one or two are not 0; they sum to 1.
void carvq_curves_weights(const struct carvq_curves *curves, const float *positions, size_t count, float *weights_ret);

// Forward and backward, for count rows: error = residual - weights x nodes; and from slopes, the derivatives of a loss by
// -error, those by the weights (count x nodes) and by the nodes (nodes x n; added to what is there).
void carvq_curves_forward(const struct carvq_curves *curves, const float *weights, const float *residual, size_t count,
                          float *error_ret);
void carvq_curves_backward_weights(const struct carvq_curves *curves, const float *slopes, size_t count, float *by_weights_ret);
void carvq_curves_backward_nodes(const struct carvq_curves *curves, const float *weights, const float *slopes, size_t count,
                                 float *by_nodes);
// Derivatives by the positions of one row (m) from those by its weights (nodes).
void carvq_curves_backward_positions(const struct carvq_curves *curves, const float *positions, const float *by_weights,
                                     float *by_positions_ret);

// Moves each position of a row in turn to the best of all places for the others, in the sense of least squares. dots: scalar
// products of the row with the nodes (nodes); gram: those of the nodes among themselves (nodes x nodes); scratch: nodes values.
void carvq_curves_place(const struct carvq_curves *curves, const float *gram, const float *dots, float *positions,
                        unsigned rounds, float *scratch);

// One Newton step for the L1 error of a row: by_positions as above for the loss sum of |error|, mean_error its mean |error|.
// scratch: m (m + 1) values.
void carvq_curves_newton(const struct carvq_curves *curves, const float *gram, const float *by_positions, float mean_error,
                         const float *positions, float *positions_ret, double *scratch);

#endif
