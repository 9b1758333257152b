// SPDX-License-Identifier: MIT
// The training: where it starts, and the two kinds of passes that fit.
//
// It starts from straight lines through the mean row along the leading singular vectors of what is left without it, found by a
// randomised range finder with power iterations (Halko, Martinsson, Tropp, SIAM Review 2011). Rows are weighted by 1 / their
// length, for a row's share of the L1 error grows with its length and not with its square. Then come passes that begin with
// where the rows lie on the polylines, and end with the nodes.
#include <cblas.h>
#include <math.h>
#include <string.h>

#include "codec/adaptor/linear.h"
#include "codec/adaptor/train.h"
#include "host/matrix.h"
#include "host/random.h"

// A matrix with a mean |value| below this counts as 0: its inverse must be a float.
#define TINY 1e-30

// While places are chosen anew in every pass, the nodes go further than a Newton step would.
#define PLACE_STEP 1.8
#define REFINE_STEP 1.0
#define NODE_RIDGE 1e-4
// A row's mean |error| counts as at least this share of the table's, lest exact rows outweigh all others.
#define LEAST_ERROR 0.05f
#define SMALLEST_ERROR 1e-6f // for a table that is fitted exactly

// The first polylines, which lie along the longest directions, have one unit more than the others if H is no multiple of m.
static void share_units(struct carvq_curves *curves)
{
    const size_t units = curves->count - curves->dim;
    curves->first[0] = 0;
    for (size_t i = 0; i < curves->dim; i++)
        curves->first[i + 1] = curves->first[i] + 1 + units / curves->dim + (i < units % curves->dim);
}

// How many of nrows rows the nodes are fitted to.
static size_t fitted(const struct carvq_adaptor_trainer *trainer, uint64_t row, size_t nrows)
{
    uint64_t rows = trainer->options->fitted_rows;
    if (rows == 0)
        return nrows;
    return row >= rows ? 0 : rows - row < nrows ? (size_t)(rows - row) : nrows;
}

static void add_size(struct carvq_adaptor_trainer *trainer, struct carvq_adaptor_workspace *workspace,
                     struct carvq_adaptor_lane *lane, uint64_t row, size_t nrows)
{
    (void)row;
    for (size_t i = 0; i < nrows * trainer->matrix->cols; i++)
        lane->sums.value[0] += fabs((double)workspace->residual[i]);
}

// 1 / the length of each row; a row shorter than a twentieth of the usual counts as that long.
static double row_weights(const struct carvq_adaptor_trainer *trainer, const float *rows, size_t nrows, float *weights_ret)
{
    const size_t n = trainer->matrix->cols;
    double sum = 0, least = 0.05 * sqrt((double)n);
    for (size_t r = 0; r < nrows; r++) {
        double length = cblas_snrm2((int)n, rows + r * n, 1);
        weights_ret[r] = (float)(1 / (length > least ? length : least));
        sum += (double)weights_ret[r];
    }
    return sum;
}

static void add_mean(struct carvq_adaptor_trainer *trainer, struct carvq_adaptor_workspace *workspace,
                     struct carvq_adaptor_lane *lane, uint64_t row, size_t nrows)
{
    nrows = fitted(trainer, row, nrows);
    if (nrows == 0)
        return;
    const int n = (int)trainer->matrix->cols, count = (int)nrows;
    lane->sums.value[0] += row_weights(trainer, workspace->residual, nrows, workspace->row_error);
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, 1, n, count, 1, workspace->row_error, count, workspace->residual, n, 1,
                lane->product, n);
}

// With X the rows less their mean, W their weights and Q the basis: adds (W X Q')' X to product, (W X Q')' (X Q') to gram.
static void add_directions(struct carvq_adaptor_trainer *trainer, struct carvq_adaptor_workspace *workspace,
                           struct carvq_adaptor_lane *lane, uint64_t row, size_t nrows)
{
    nrows = fitted(trainer, row, nrows);
    if (nrows == 0)
        return;
    const int n = (int)trainer->matrix->cols, count = (int)nrows, vectors = (int)trainer->vectors;
    const size_t cols = trainer->matrix->cols;
    float *x = workspace->residual;
    for (size_t r = 0; r < nrows; r++)
        for (size_t c = 0; c < cols; c++)
            x[r * cols + c] -= trainer->mean[c];
    lane->sums.value[0] += row_weights(trainer, x, nrows, workspace->row_error);
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, count, vectors, n, 1, x, n, trainer->basis, n, 0, workspace->dots,
                vectors);
    for (size_t r = 0; r < nrows; r++)
        for (size_t k = 0; k < trainer->vectors; k++)
            workspace->weighted[r * trainer->vectors + k] = workspace->row_error[r] * workspace->dots[r * trainer->vectors + k];
    cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, vectors, n, count, 1, workspace->weighted, vectors, x, n, 1,
                lane->product, n);
    cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, vectors, vectors, count, 1, workspace->weighted, vectors,
                workspace->dots, vectors, 1, lane->gram, vectors);
}

static void random_basis(struct carvq_adaptor_trainer *trainer)
{
    const size_t size = trainer->vectors * trainer->matrix->cols;
    struct carvq_random random = carvq_random_stream(trainer->options->seed, 0);
    for (size_t i = 0; i < size; i++) {
        float pair[2];
        carvq_random_normal(&random, pair);
        trainer->basis[i] = pair[0];
    }
    carvq_orthonormalise(trainer->basis, trainer->vectors, trainer->matrix->cols);
}

// Distance from the mean of node k of so many, in standard deviations: equal shares of a normal distribution. A single unit
// looks to the right, and begins where few rows lie.
static double node_quantile(size_t nodes, size_t k)
{
    if (nodes <= 2)
        return nodes == 1 ? 0 : k == 0 ? -2 : 0;
    double share = ((double)k + 0.5) / (double)nodes;
    return log(share / (1 - share)) / 1.702;
}

// Lays polyline i along the direction of the eigenvector of total_gram that has this number.
static void lay_line(struct carvq_adaptor_trainer *trainer, size_t i, const double *eigenvector, double deviation)
{
    struct carvq_curves *curves = &trainer->curves;
    const size_t n = curves->cols, nodes = carvq_curve_nodes(curves, i);
    float *line = curves->nodes + curves->first[i] * n;
    memset(line, 0, nodes * n * sizeof *line);
    for (size_t k = 0; eigenvector != NULL && k < trainer->vectors; k++)
        cblas_saxpy((int)n, (float)eigenvector[k], trainer->basis + k * n, 1, line, 1);
    for (size_t k = nodes; k-- > 0;) {
        float at = (float)(deviation * node_quantile(nodes, k));
        for (size_t c = 0; c < n; c++)
            line[k * n + c] = trainer->mean[c] / (float)curves->dim + at * line[c];
    }
}

static void lay_lines(struct carvq_adaptor_trainer *trainer)
{
    struct carvq_curves *curves = &trainer->curves;
    // product is free now, and large enough: vectors is at most n.
    double *values = trainer->product, *eigenvectors = trainer->eigenvectors;
    carvq_eigen(trainer->total_gram, trainer->vectors, values, eigenvectors);
    for (size_t i = 0; i < curves->dim; i++) {
        bool found = i < trainer->vectors && values[i] > 0;
        double deviation = found ? sqrt(values[i] / trainer->sums.value[0]) : 0;
        lay_line(trainer, i, found ? eigenvectors + i * trainer->vectors : NULL, deviation);
    }
    for (uint64_t r = 0; r < trainer->matrix->rows; r++)
        for (size_t i = 0; i < curves->dim; i++)
            trainer->positions[r * curves->dim + i] = 0.5f * (float)(carvq_curve_nodes(curves, i) - 1);
}

static enum carvq_status start(struct carvq_adaptor_trainer *trainer)
{
    const size_t n = trainer->matrix->cols;
    trainer->scale = 1;
    enum carvq_status status = carvq_adaptor_pass(trainer, "start", 0, add_size);
    if (status != CARVQ_OK)
        return status;
    double mean = trainer->sums.value[0] / (double)trainer->matrix->rows / (double)n;
    if (!isfinite(mean))
        return carvq_matrix_fail_bad_row(trainer->matrix, trainer->error);
    trainer->progress.loss = mean;
    trainer->scale = mean < TINY ? 0 : (float)mean;
    if (trainer->scale == 0)
        return CARVQ_OK;
    status = carvq_adaptor_pass(trainer, "start", 1, add_mean);
    for (size_t c = 0; c < n; c++)
        trainer->mean[c] = (float)(trainer->product[c] / trainer->sums.value[0]);
    random_basis(trainer);
    for (uint32_t pass = 0; pass <= trainer->options->power_passes && status == CARVQ_OK; pass++) {
        status = carvq_adaptor_pass(trainer, "start", trainer->vectors, add_directions);
        if (pass == trainer->options->power_passes)
            break;
        for (size_t i = 0; i < trainer->vectors * n; i++)
            trainer->basis[i] = (float)trainer->product[i];
        carvq_orthonormalise(trainer->basis, trainer->vectors, n);
    }
    if (status == CARVQ_OK)
        lay_lines(trainer);
    return status;
}

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
    add_node_step(trainer, workspace, lane, fitted(trainer, row, nrows));
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
    add_node_step(trainer, workspace, lane, fitted(trainer, row, nrows));
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

static enum carvq_status fit(struct carvq_adaptor_trainer *trainer)
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
        double loss = trainer->sums.value[0] / (double)fitted(trainer, 0, (size_t)trainer->matrix->rows);
        trainer->floor = fmaxf(LEAST_ERROR * (float)loss, SMALLEST_ERROR);
        trainer->progress.loss = loss * (double)trainer->scale;
        step_nodes(trainer, placing ? PLACE_STEP : REFINE_STEP);
    }
    return CARVQ_OK;
}

enum carvq_status carvq_adaptor_fit(struct carvq_adaptor_trainer *trainer)
{
    share_units(&trainer->curves);
    enum carvq_status status = start(trainer);
    return status == CARVQ_OK && trainer->scale != 0 ? fit(trainer) : status;
}
