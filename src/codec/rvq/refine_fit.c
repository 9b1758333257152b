// SPDX-License-Identifier: MIT
// Codebooks of all stages by least squares.
//
// With what is left of point p, e_p, and the atoms of its codes, the moves d of the centroids that make
// sum |e_p - sum of d over its atoms|^2 smallest solve (T + ridge I) d = s: T_ab is the number of points that have the atoms
// a and b, s_a the sum of e_p over the points that have atom a. Without the ridge T would be singular: what is added to all
// centroids of one stage can be taken from those of another. It also keeps a centroid that no point has where it is.
#include <math.h>
#include <string.h>

#include "codec/rvq/refine.h"
#include "host/vector.h"

#define RIDGE 1e-3 // points

// Takes factor times the values of from off those of to.
CARVQ_TEMPLATE void subtract_scaled(double *restrict to, const double *restrict from, double factor, size_t count)
{
    for (size_t i = 0; i < count; i++)
        to[i] -= factor * from[i];
}

// Upper triangle of a becomes U with U^T U = a + ridge I. a: [n][n].
static CARVQ_VECTORIZED(void, factorise, (double *a, size_t n), (a, n))
{
    for (size_t i = 0; i < n; i++)
        a[i * n + i] += RIDGE;
    for (size_t j = 0; j < n; j++) {
        double *row = a + j * n, inverse = 1 / sqrt(row[j]);
        for (size_t k = j; k < n; k++)
            row[k] *= inverse;
        for (size_t i = j + 1; i < n; i++)
            if (row[i] != 0)
                subtract_scaled(a + i * n + i, row + i, row[i], n - i);
    }
}

// Solves U^T U x = x for count columns of x: [n][stride].
static CARVQ_VECTORIZED(void, solve, (const double *u, size_t n, double *x, size_t count, size_t stride),
                        (u, n, x, count, stride))
{
    for (size_t j = 0; j < n; j++) {
        for (size_t d = 0; d < count; d++)
            x[j * stride + d] /= u[j * n + j];
        for (size_t i = j + 1; i < n; i++)
            subtract_scaled(x + i * stride, x + j * stride, u[j * n + i], count);
    }
    for (size_t j = n; j-- > 0;) {
        for (size_t i = j + 1; i < n; i++)
            subtract_scaled(x + j * stride, x + i * stride, u[j * n + i], count);
        for (size_t d = 0; d < count; d++)
            x[j * stride + d] /= u[j * n + j];
    }
}

void carvq_refine_fit(struct carvq_refine *refine)
{
    const struct carvq_points *points = refine->points;
    const size_t n = refine->atoms, stride = points->stride, values = n * stride;
    const uint32_t dims = points->dims, shared = points->runs[points->run_count - 1].dims; // values that all points have
    memcpy(refine->moves, refine->sums, values * sizeof *refine->moves);
    factorise(refine->together, n);
    solve(refine->together, n, refine->moves, shared, stride);
    if (shared < dims && points->run_count > 1) {
        factorise(refine->together + n * n, n);
        solve(refine->together + n * n, n, refine->moves + shared, dims - shared, stride);
    }
}
