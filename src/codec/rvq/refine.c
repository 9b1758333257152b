// SPDX-License-Identifier: MIT
// Codebooks of all stages by least squares.
//
// The moves of the centroids that make the squares of what is left of all points, less the moves of the atoms of their codes,
// smallest solve (together + ridge) moves = sums: together_ab is the number of points that have the atoms a and b, sums_a what is
// left of the points that have atom a, added up. Without the ridge the matrix would be singular: what is added to all centroids
// of one stage can be taken from those of another. It also keeps a centroid that no point has where it is.
//
// By hand and not LAPACK's: files without an adaptor are the same bytes on every machine, whatever its BLAS.
#include "codec/rvq/refine.h"

#include <math.h>
#include <string.h>

#include "host/vector.h"

#define RIDGE 1e-3 // points

void carvq_refine_place_choice(struct carvq_refine *refine, struct carvq_arena *arena, uint64_t slots, uint32_t dims,
                               uint32_t stages, uint32_t centroids)
{
    const uint64_t stride = carvq_stride(dims), atoms = (uint64_t)stages * centroids, values = atoms * stride;
    const uint64_t square = (uint64_t)centroids * centroids;
    refine->stages = stages;
    refine->centroids = centroids;
    refine->atoms = (uint32_t)atoms;
    refine->slots = (size_t)slots;
    refine->codebooks = carvq_arena_take(arena, values, sizeof *refine->codebooks);
    refine->codes = carvq_arena_take(arena, stages * slots, sizeof *refine->codes);
    refine->columns = carvq_arena_take(arena, values, sizeof *refine->columns);
    refine->norms = carvq_arena_take(arena, atoms, sizeof *refine->norms);
    refine->products = carvq_arena_take(arena, (uint64_t)stages * (stages - 1) / 2, square * sizeof *refine->products);
    refine->block_codes = carvq_arena_take(arena, CARVQ_LANES * (uint64_t)stages, sizeof *refine->block_codes);
    refine->rest = carvq_arena_take(arena, CARVQ_LANES * stride, sizeof *refine->rest);
    refine->scores = carvq_arena_take(arena, CARVQ_LANES * atoms, sizeof *refine->scores);
    refine->first = carvq_arena_take(arena, square, sizeof *refine->first);
    refine->row = carvq_arena_take(arena, 4 * (uint64_t)centroids, sizeof *refine->row);
    refine->list = carvq_arena_take(arena, 1 + square, sizeof *refine->list);
    refine->winners = carvq_arena_take(arena, 1 + (uint64_t)centroids, sizeof *refine->winners);
    refine->together = NULL;
}

void carvq_refine_place(struct carvq_refine *refine, struct carvq_arena *arena, uint64_t slots, uint32_t dims, uint32_t stages,
                        uint32_t centroids)
{
    const uint64_t atoms = (uint64_t)stages * centroids, values = atoms * carvq_stride(dims);
    carvq_refine_place_choice(refine, arena, slots, dims, stages, centroids);
    refine->together = carvq_arena_take(arena, 2 * atoms, atoms * sizeof *refine->together);
    refine->sums = carvq_arena_take(arena, values, sizeof *refine->sums);
    refine->moves = carvq_arena_take(arena, values, sizeof *refine->moves);
    refine->candidate = carvq_arena_take(arena, atoms, dims * 2);
}

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
