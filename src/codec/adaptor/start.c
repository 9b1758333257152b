// SPDX-License-Identifier: MIT
// Where the training starts: straight lines through the mean row along the leading singular vectors of what is left
// without it, found by a randomised range finder with power iterations (Halko, Martinsson, Tropp, SIAM Review 2011). Rows
// are weighted by 1 / their length, for a row's share of the L1 error grows with its length and not with its square.
#include <cblas.h>
#include <math.h>
#include <string.h>

#include "host/linear.h"
#include "codec/adaptor/train.h"
#include "host/matrix.h"
#include "host/random.h"

// A matrix with a mean |value| below this counts as 0: its inverse must be a float.
#define TINY 1e-30

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
    nrows = carvq_adaptor_fitted(trainer, row, nrows);
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
    nrows = carvq_adaptor_fitted(trainer, row, nrows);
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

enum carvq_status carvq_adaptor_start(struct carvq_adaptor_trainer *trainer)
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
