// SPDX-License-Identifier: MIT
// Polylines in n dimensions: where rows lie on them, and what moves them nearer.
#include <cblas.h>
#include <math.h>
#include <string.h>

#include "codec/adaptor/curves.h"
#include "codec/adaptor/linear.h"

// How far a row may lie beyond the last node of a polyline, in units of the last segment.
#define BEYOND 16.0f

// t, moved to where a row may lie on a polyline of so many nodes.
static float clamp(size_t nodes, float t)
{
    if (nodes == 1)
        return 0;
    float least = carvq_curve_pivot(nodes) == 0 ? 0 : -BEYOND, most = (float)(nodes - 1) + BEYOND;
    return t < least ? least : t > most ? most : t;
}

// The segment of t (its left node) and how far along it t lies; nodes is at least 2.
static size_t find_segment(size_t nodes, float t, float *along_ret)
{
    size_t segment = t <= 0 ? 0 : (size_t)t < nodes - 2 ? (size_t)t : nodes - 2;
    *along_ret = t - (float)segment;
    return segment;
}

void carvq_curves_weights(const struct carvq_curves *curves, const float *positions, size_t count, float *weights_ret)
{
    memset(weights_ret, 0, count * curves->count * sizeof *weights_ret);
    for (size_t r = 0; r < count; r++) {
        float *weights = weights_ret + r * curves->count;
        for (size_t i = 0; i < curves->dim; i++) {
            size_t nodes = carvq_curve_nodes(curves, i), first = curves->first[i];
            if (nodes == 1) {
                weights[first] = 1;
                continue;
            }
            float along;
            size_t segment = first + find_segment(nodes, positions[r * curves->dim + i], &along);
            weights[segment] = 1 - along;
            weights[segment + 1] = along;
        }
    }
}

void carvq_curves_forward(const struct carvq_curves *curves, const float *weights, const float *residual, size_t count,
                          float *error_ret)
{
    const int n = (int)curves->cols, nodes = (int)curves->count;
    if (error_ret != residual)
        memcpy(error_ret, residual, count * curves->cols * sizeof *error_ret);
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)count, n, nodes, -1, weights, nodes, curves->nodes, n, 1,
                error_ret, n);
}

void carvq_curves_backward_weights(const struct carvq_curves *curves, const float *slopes, size_t count, float *by_weights_ret)
{
    const int n = (int)curves->cols, nodes = (int)curves->count;
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)count, nodes, n, 1, slopes, n, curves->nodes, n, 0, by_weights_ret,
                nodes);
}

void carvq_curves_backward_nodes(const struct carvq_curves *curves, const float *weights, const float *slopes, size_t count,
                                 float *by_nodes)
{
    const int n = (int)curves->cols, nodes = (int)curves->count;
    cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, nodes, n, (int)count, 1, weights, nodes, slopes, n, 1, by_nodes, n);
}

void carvq_curves_backward_positions(const struct carvq_curves *curves, const float *positions, const float *by_weights,
                                     float *by_positions_ret)
{
    for (size_t i = 0; i < curves->dim; i++) {
        size_t nodes = carvq_curve_nodes(curves, i);
        float along;
        by_positions_ret[i] = 0;
        if (nodes > 1) {
            size_t left = curves->first[i] + find_segment(nodes, positions[i], &along);
            by_positions_ret[i] = by_weights[left + 1] - by_weights[left];
        }
    }
}

// The best t for a vector x on a polyline: dots[k] = x . node k, gram[k stride + j] = node k . node j.
static float best_place(size_t nodes, const float *gram, size_t stride, const float *dots)
{
    float best = 0, best_error = INFINITY;
    for (size_t k = 0; k + 1 < nodes; k++) {
        // |x - node k - s (node k+1 - node k)|^2 = |x|^2 + at_node - 2 s slope + s^2 length
        float here = gram[k * stride + k], next = gram[(k + 1) * stride + k + 1], across = gram[k * stride + k + 1];
        float at_node = here - 2 * dots[k], slope = dots[k + 1] - dots[k] - (across - here), length = here + next - 2 * across;
        float s = length > 1e-6f * (here + next) ? slope / length : 0;
        if (k > 0 && s < 0)
            s = 0;
        if (k + 2 < nodes && s > 1)
            s = 1;
        float t = clamp(nodes, (float)k + s);
        s = t - (float)k;
        float error = at_node - 2 * s * slope + s * s * length;
        if (error < best_error) {
            best_error = error;
            best = t;
        }
    }
    return best;
}

// values += factor (gamma of polyline i at t, expressed as scalar products with all nodes)
static void add_products(const struct carvq_curves *curves, const float *gram, size_t i, float t, float factor, float *values)
{
    float along = 0;
    size_t nodes = carvq_curve_nodes(curves, i), count = curves->count;
    size_t left = curves->first[i] + (nodes > 1 ? find_segment(nodes, t, &along) : 0);
    const float *here = gram + left * count, *next = nodes > 1 ? here + count : here;
    float here_factor = factor * (1 - along), next_factor = factor * along;
    for (size_t k = 0; k < count; k++)
        values[k] += here_factor * here[k] + next_factor * next[k];
}

void carvq_curves_place(const struct carvq_curves *curves, const float *gram, const float *dots, float *positions,
                        unsigned rounds, float *scratch)
{
    // scratch: scalar products of what the other polylines leave of the row with all nodes.
    memcpy(scratch, dots, curves->count * sizeof *scratch);
    for (size_t i = 0; i < curves->dim; i++)
        add_products(curves, gram, i, positions[i], -1, scratch);
    for (unsigned round = 0; round < rounds; round++) {
        for (size_t i = 0; i < curves->dim; i++) {
            size_t nodes = carvq_curve_nodes(curves, i), first = curves->first[i];
            if (nodes == 1)
                continue;
            add_products(curves, gram, i, positions[i], 1, scratch);
            positions[i] = best_place(nodes, gram + first * curves->count + first, curves->count, scratch + first);
            add_products(curves, gram, i, positions[i], -1, scratch);
        }
    }
}

void carvq_curves_newton(const struct carvq_curves *curves, const float *gram, const float *by_positions, float mean_error,
                         const float *positions, float *positions_ret, double *scratch)
{
    // The density of the errors at 0, which makes the curvature of the L1 error, is near 1 / (2 mean |error|).
    const double ridge = 1e-3;
    const size_t dim = curves->dim, count = curves->count;
    double *matrix = scratch, *step = scratch + dim * dim;
    for (size_t i = 0; i < dim; i++) {
        size_t nodes_i = carvq_curve_nodes(curves, i);
        float along;
        const float *here = nodes_i > 1 ? gram + (curves->first[i] + find_segment(nodes_i, positions[i], &along)) * count : NULL;
        for (size_t j = 0; j <= i; j++) {
            size_t nodes_j = carvq_curve_nodes(curves, j);
            matrix[i * dim + j] = 0;
            if (here == NULL || nodes_j == 1)
                continue;
            size_t left = curves->first[j] + find_segment(nodes_j, positions[j], &along);
            matrix[i * dim + j] = (double)here[count + left + 1] - here[count + left] - here[left + 1] + here[left];
        }
        step[i] = by_positions[i];
    }
    carvq_cholesky(matrix, dim, ridge);
    carvq_cholesky_solve(matrix, dim, step);
    for (size_t i = 0; i < dim; i++) {
        float change = -mean_error * (float)step[i];
        change = change < -1 ? -1 : change > 1 ? 1 : change;
        positions_ret[i] = clamp(carvq_curve_nodes(curves, i), positions[i] + change);
    }
}
