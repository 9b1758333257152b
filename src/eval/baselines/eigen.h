// SPDX-License-Identifier: MIT
// Eigenvectors of symmetric matrices, by LAPACK. Nothing of what the encoder stores depends on it.
#ifndef CARVQ_EVAL_BASELINES_EIGEN_H
#define CARVQ_EVAL_BASELINES_EIGEN_H

#include <stdbool.h>
#include <stdint.h>

#include "host/arena.h"

// Room for matrices of at most some size.
struct carvq_eigen {
    double *values; // [n] the eigenvalues that were found last, in rising order
    double *work;
    int *integers;
    int work_size, integer_size;
};

// Hands out the arena's memory for matrices of at most n x n, or measures it.
void carvq_eigen_place(struct carvq_eigen *eigen, struct carvq_arena *arena, uint32_t n);

// Replaces the matrix [n][n], of which the lower triangle is read, by its eigenvectors, one in each row, those of the largest
// eigenvalues last. False if they cannot be found.
bool carvq_eigen_find(struct carvq_eigen *eigen, double *matrix, uint32_t n);

#endif
