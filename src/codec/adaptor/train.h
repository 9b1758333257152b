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
#include "codec/adaptor/curves.h"
#include "host/arena.h"

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
