// SPDX-License-Identifier: MIT
// The two kinds of passes that train: both begin with where the rows lie on the polylines, and end with the nodes.
#include <cblas.h>
#include <math.h>
#include <string.h>

#include "host/linear.h"
#include "codec/adaptor/train.h"

// While places are chosen anew in every pass, the nodes go further than a Newton step would.
#define PLACE_STEP 1.8
#define REFINE_STEP 1.0
#define NODE_RIDGE 1e-4
// A row's mean |error| counts as at least this share of the table's, lest exact rows outweigh all others.
#define LEAST_ERROR 0.05f
#define SMALLEST_ERROR 1e-6f // for a table that is fitted exactly

// Replaces the errors of a row by the slopes of its L1 error by gamma, minus their signs. Returns the sum of |error|: sixteen
// sums, which compilers can keep in vectors.
static float take_slopes(float *error, size_t n)
{
    enum { LANES = 16 };
    float sums[LANES] = {0}, total = 0;
    size_t c = 0;
    for (; n - c >= LANES; c += LANES) {
        for (size_t k = 0; k < LANES; k++) {
            float value = error[c + k];
            sums[k] += fabsf(value);
            error[c + k] = (float)(value < 0) - (float)(value > 0);
        }
    }
    for (; c < n; c++) {
        float value = error[c];
        total += fabsf(value);
        error[c] = (float)(value < 0) - (float)(value > 0);
    }
    for (size_t k = 0; k < LANES; k++)
        total += sums[k];
    return total;
}

// Adds the rows' gradient by the nodes to product and its curvature to gram. row_error: mean |error| of each row.
static void add_node_step(struct carvq_adaptor_trainer *trainer, struct carvq_adaptor_workspace *workspace,
                          struct carvq_adaptor_lane *lane, size_t nrows)
{
    const struct carvq_curves *curves = &trainer->curves;
    const size_t nodes = curves->count;
    if (nrows == 0)
        return;
    for (size_t r = 0; r < nrows; r++) {
        float error = workspace->row_error[r];
        lane->sums.value[0] += (double)error;
        float weight = 1 / (error > trainer->floor ? error : trainer->floor);
        for (size_t k = 0; k < nodes; k++)
            workspace->weighted[r * nodes + k] = weight * workspace->weights[r * nodes + k];
    }
    carvq_curves_backward_nodes(curves, workspace->weights, workspace->error, nrows, lane->product);
    cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, (int)nodes, (int)nodes, (int)nrows, 1, workspace->weighted, (int)nodes,
                workspace->weights, (int)nodes, 1, lane->gram, (int)nodes);
}

static void place_chunk(struct carvq_adaptor_trainer *trainer, struct carvq_adaptor_workspace *workspace,
                        struct carvq_adaptor_lane *lane, uint64_t row, size_t nrows)
{
    const struct carvq_curves *curves = &trainer->curves;
    const size_t n = curves->cols;
    float *positions = trainer->positions + row * curves->dim;
    carvq_curves_backward_weights(curves, workspace->residual, nrows, workspace->dots);
    for (size_t r = 0; r < nrows; r++)
        carvq_curves_place(curves, trainer->gram, workspace->dots + r * curves->count, positions + r * curves->dim,
                           trainer->rounds, workspace->scratch);
    carvq_curves_weights(curves, positions, nrows, workspace->weights);
    carvq_curves_forward(curves, workspace->weights, workspace->residual, nrows, workspace->error);
    for (size_t r = 0; r < nrows; r++)
        workspace->row_error[r] = take_slopes(workspace->error + r * n, n) / (float)n;
    add_node_step(trainer, workspace, lane, carvq_adaptor_fitted(trainer, row, nrows));
}

// Takes over new positions of the rows, in workspace->positions, where they make the error smaller. Their errors are in
// workspace->residual, and their weights in workspace->weighted.
static void accept_better(struct carvq_adaptor_trainer *trainer, struct carvq_adaptor_workspace *workspace, float *positions,
                          size_t nrows)
{
    const size_t n = trainer->curves.cols, dim = trainer->curves.dim, nodes = trainer->curves.count;
    for (size_t r = 0; r < nrows; r++) {
        float *slopes = workspace->residual + r * n;
        float error = take_slopes(slopes, n) / (float)n;
        if (!(error < workspace->row_error[r]))
            continue;
        workspace->row_error[r] = error;
        memcpy(positions + r * dim, workspace->positions + r * dim, dim * sizeof *positions);
        memcpy(workspace->weights + r * nodes, workspace->weighted + r * nodes, nodes * sizeof *workspace->weights);
        memcpy(workspace->error + r * n, slopes, n * sizeof *slopes);
    }
}

static void refine_chunk(struct carvq_adaptor_trainer *trainer, struct carvq_adaptor_workspace *workspace,
                         struct carvq_adaptor_lane *lane, uint64_t row, size_t nrows)
{
    const struct carvq_curves *curves = &trainer->curves;
    const size_t n = curves->cols, dim = curves->dim;
    float *positions = trainer->positions + row * dim;
    carvq_curves_weights(curves, positions, nrows, workspace->weights);
    carvq_curves_forward(curves, workspace->weights, workspace->residual, nrows, workspace->error);
    for (size_t r = 0; r < nrows; r++)
        workspace->row_error[r] = take_slopes(workspace->error + r * n, n) / (float)n;
    carvq_curves_backward_weights(curves, workspace->error, nrows, workspace->dots);
    for (size_t r = 0; r < nrows; r++) {
        carvq_curves_backward_positions(curves, positions + r * dim, workspace->dots + r * curves->count, workspace->scratch);
        carvq_curves_newton(curves, trainer->gram, workspace->scratch, workspace->row_error[r], positions + r * dim,
                            workspace->positions + r * dim, workspace->matrix);
    }
    carvq_curves_weights(curves, workspace->positions, nrows, workspace->weighted);
    carvq_curves_forward(curves, workspace->weighted, workspace->residual, nrows, workspace->residual);
    accept_better(trainer, workspace, positions, nrows);
    add_node_step(trainer, workspace, lane, carvq_adaptor_fitted(trainer, row, nrows));
}

// Moves the nodes against the gradient (product) over the curvature (total_gram).
static void step_nodes(struct carvq_adaptor_trainer *trainer, double length)
{
    struct carvq_curves *curves = &trainer->curves;
    carvq_cholesky(trainer->total_gram, curves->count, NODE_RIDGE);
    carvq_cholesky_solve_columns(trainer->total_gram, curves->count, trainer->product, curves->cols);
    for (size_t i = 0; i < curves->count * curves->cols; i++)
        curves->nodes[i] -= (float)(length * trainer->product[i]);
}

enum carvq_status carvq_adaptor_fit(struct carvq_adaptor_trainer *trainer)
{
    const struct carvq_curves *curves = &trainer->curves;
    const uint32_t epochs = trainer->options->epochs, refine = carvq_adaptor_refining(epochs);
    const int nodes = (int)curves->count, n = (int)curves->cols;
    trainer->floor = LEAST_ERROR;
    for (uint32_t epoch = 0; epoch < epochs; epoch++) {
        bool placing = epoch < epochs - refine;
        trainer->rounds = epoch == 0 ? 2 : 1; // at first no polyline knows where the others are
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, nodes, nodes, n, 1, curves->nodes, n, curves->nodes, n, 0,
                    trainer->gram, nodes);
        enum carvq_status status = carvq_adaptor_pass(trainer, placing ? "place" : "refine", curves->count,
                                                      placing ? place_chunk : refine_chunk);
        if (status != CARVQ_OK)
            return status;
        double loss = trainer->sums.value[0] / (double)carvq_adaptor_fitted(trainer, 0, (size_t)trainer->matrix->rows);
        trainer->floor = fmaxf(LEAST_ERROR * (float)loss, SMALLEST_ERROR);
        trainer->progress.loss = loss * (double)trainer->scale;
        step_nodes(trainer, placing ? PLACE_STEP : REFINE_STEP);
    }
    return CARVQ_OK;
}
