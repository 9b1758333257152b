// SPDX-License-Identifier: MIT
// The small dense linear algebra of the training, in double precision, row-major: by hand and not LAPACK's, for the bytes of all
// adaptors would change. With dsyevd they do for every model tried (signs of eigenvectors are anyone's choice); with dpotrf and
// dpotrs, for a table of 12000 x 1024 (the last digits of sums).
#ifndef CARVQ_CODEC_ADAPTOR_LINEAR_H
#define CARVQ_CODEC_ADAPTOR_LINEAR_H

#include <stddef.h>

// Replaces the lower triangle of the positive semi-definite n x n matrix, after adding ridge times its mean diagonal element
// to the diagonal, by its Cholesky factor. A matrix of zeros becomes the unit matrix.
void carvq_cholesky(double *matrix, size_t n, double ridge);

// Solves factor factor^T x = right for one right-hand side, in place.
void carvq_cholesky_solve(const double *factor, size_t n, double *right);

// The same for right-hand sides that are the columns of right (n x count).
void carvq_cholesky_solve_columns(const double *factor, size_t n, double *right, size_t count);

// Eigenvalues, largest first, and eigenvectors (the rows of vectors_ret) of a symmetric n x n matrix, which is destroyed.
// Jacobi's method.
void carvq_eigen(double *matrix, size_t n, double *values_ret, double *vectors_ret);

// Makes the rows of the count x n matrix orthonormal (Gram and Schmidt, twice); rows that depend on others become zero.
void carvq_orthonormalise(float *rows, size_t count, size_t n);

#endif
