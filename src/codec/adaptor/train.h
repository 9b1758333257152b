// SPDX-License-Identifier: MIT
// Inside of the adaptor's training; see adaptor.h for the idea. Symbols are those of doc/method.md. Matrices
// are row-major, "nodes" being H + m, "chunk" the rows of a chunk, "products" product_max. All values are in units of the
// residual's mean |value|.
#ifndef CARVQ_CODEC_ADAPTOR_TRAIN_H
#define CARVQ_CODEC_ADAPTOR_TRAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codec/adaptor/adaptor.h"
#include "host/arena.h"

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

// ---- Passes over the matrix ----------------------------------------------------------------------------------------

// What the chunks of a pass add up.
struct carvq_adaptor_sums {
    double value[4];
};

// A share of a pass's chunks, summed in order; there are as many as the shape says, whatever the number of threads.
struct carvq_adaptor_lane {
    float *product; // products x n
    float *gram;    // products x products
    struct carvq_adaptor_sums sums;
};

// Buffers of one thread.
struct carvq_adaptor_workspace {
    float *residual, *error;          // chunk x n
    float *weights, *weighted, *dots; // chunk x products
    float *positions;                 // chunk x m
    float *row_error;                 // chunk
    float *scratch;                   // products
    double *matrix;                   // m (m + 1)
};

struct carvq_adaptor_trainer {
    const struct carvq_matrix *matrix;
    const struct carvq_adaptor_options *options;
    struct carvq_error *error;
    size_t threads;
    size_t chunk_rows;
    size_t lane_count;
    size_t lane_chunks; // chunks that a lane takes before lanes are added up
    size_t vectors;     // rows of basis: m + 8, at most n
    size_t product_max; // the larger of vectors and nodes

    struct carvq_curves curves;
    float *positions;     // V x m
    float *gram;          // nodes x nodes, scalar products
    float *mean;          // n
    float *basis;         // vectors x n
    double *eigenvectors; // vectors x vectors

    struct carvq_adaptor_lane *lanes;
    struct carvq_adaptor_workspace *workspaces;
    // Totals of the last pass.
    double *product;    // products x n
    double *total_gram; // products x products
    struct carvq_adaptor_sums sums;

    float scale;                                 // mean |value| of the matrix
    float floor;                                 // a row's mean |error| counts as at least this when rows are weighted
    unsigned rounds;                             // of carvq_curves_place()
    const struct carvq_adaptor_network *network; // while it is measured
    float *layers;                               // its W0, b0, W1, b1
    struct carvq_adaptor_progress progress;
};

// Adds nrows rows, already in workspace->residual, to lane.
typedef void carvq_adaptor_chunk(struct carvq_adaptor_trainer *trainer, struct carvq_adaptor_workspace *workspace,
                                 struct carvq_adaptor_lane *lane, uint64_t row, size_t nrows);

// Reads the matrix once, divided by scale, and gives every chunk to add. Leaves the sums in product (products x n), total_gram
// (products x products) and sums.
enum carvq_status carvq_adaptor_pass(struct carvq_adaptor_trainer *trainer, const char *phase, size_t products,
                                     carvq_adaptor_chunk *add);

// ---- The parts of the training -------------------------------------------------------------------------------------

// Epochs at the end of so many in which positions make Newton steps.
static inline uint32_t carvq_adaptor_refining(uint32_t epochs)
{
    return (epochs + 1) / 3;
}

// Finds scale, mean and the leading directions, lays the polylines along them, and fits positions and nodes options->epochs
// times. Reads the matrix 3 + power_passes + epochs times. A matrix of zeros has scale 0, and no polylines.
enum carvq_status carvq_adaptor_fit(struct carvq_adaptor_trainer *trainer);

// Writes curves and positions down as a network, and measures it, which reads the matrix once.
enum carvq_status carvq_adaptor_store(struct carvq_adaptor_trainer *trainer, struct carvq_adaptor_network *network);

#endif
