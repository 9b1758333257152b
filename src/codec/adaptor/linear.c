// SPDX-License-Identifier: MIT
// Cholesky, Jacobi, Gram and Schmidt.
#include "codec/adaptor/linear.h"

#include <cblas.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

void carvq_cholesky(double *matrix, size_t n, double ridge)
{
    double mean = 0;
    for (size_t i = 0; i < n; i++)
        mean += matrix[i * n + i] / (double)n;
    double added = mean > 0 ? ridge * mean : 1;
    for (size_t i = 0; i < n; i++)
        matrix[i * n + i] += added;
    for (size_t i = 0; i < n; i++) {
        double *row = matrix + i * n;
        for (size_t j = 0; j < i; j++)
            row[j] = (row[j] - cblas_ddot((int)j, row, 1, matrix + j * n, 1)) / matrix[j * n + j];
        // At least what was added, but for rounding.
        double pivot = row[i] - cblas_ddot((int)i, row, 1, row, 1);
        row[i] = sqrt(pivot > 0.5 * added ? pivot : 0.5 * added);
    }
}

void carvq_cholesky_solve(const double *factor, size_t n, double *right)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < i; j++)
            right[i] -= factor[i * n + j] * right[j];
        right[i] /= factor[i * n + i];
    }
    for (size_t i = n; i-- > 0;) {
        for (size_t j = i + 1; j < n; j++)
            right[i] -= factor[j * n + i] * right[j];
        right[i] /= factor[i * n + i];
    }
}

void carvq_cholesky_solve_columns(const double *factor, size_t n, double *right, size_t count)
{
    const int rows = (int)n, columns = (int)count;
    cblas_dtrsm(CblasRowMajor, CblasLeft, CblasLower, CblasNoTrans, CblasNonUnit, rows, columns, 1.0, factor, rows, right,
                columns);
    cblas_dtrsm(CblasRowMajor, CblasLeft, CblasLower, CblasTrans, CblasNonUnit, rows, columns, 1.0, factor, rows, right, columns);
}

// Turns the plane of rows p and q of a (n columns) by an angle of the given cosine and sine.
static void turn_rows(double *a, size_t n, size_t p, size_t q, double cosine, double sine)
{
    for (size_t k = 0; k < n; k++) {
        double x = a[p * n + k], y = a[q * n + k];
        a[p * n + k] = cosine * x - sine * y;
        a[q * n + k] = sine * x + cosine * y;
    }
}

static void turn_columns(double *a, size_t n, size_t p, size_t q, double cosine, double sine)
{
    for (size_t k = 0; k < n; k++) {
        double x = a[k * n + p], y = a[k * n + q];
        a[k * n + p] = cosine * x - sine * y;
        a[k * n + q] = sine * x + cosine * y;
    }
}

// One round over all pairs; returns the sum of squares that was left beside the diagonal.
static double jacobi_round(double *a, size_t n, double *vectors)
{
    double left = 0;
    for (size_t p = 0; p < n; p++) {
        for (size_t q = p + 1; q < n; q++) {
            double apq = a[p * n + q];
            left += apq * apq;
            if (apq == 0)
                continue;
            double ratio = (a[q * n + q] - a[p * n + p]) / (2 * apq);
            double tangent = (ratio >= 0 ? 1 : -1) / (fabs(ratio) + sqrt(ratio * ratio + 1));
            double cosine = 1 / sqrt(tangent * tangent + 1), sine = tangent * cosine;
            turn_rows(a, n, p, q, cosine, sine);
            turn_columns(a, n, p, q, cosine, sine);
            turn_rows(vectors, n, p, q, cosine, sine);
        }
    }
    return left;
}

void carvq_eigen(double *matrix, size_t n, double *values_ret, double *vectors_ret)
{
    double energy = 0;
    memset(vectors_ret, 0, n * n * sizeof *vectors_ret);
    for (size_t i = 0; i < n; i++) {
        vectors_ret[i * n + i] = 1;
        for (size_t j = 0; j < n; j++)
            energy += matrix[i * n + j] * matrix[i * n + j];
    }
    for (unsigned round = 0; round < 50; round++)
        if (!(jacobi_round(matrix, n, vectors_ret) > 1e-24 * energy))
            break;
    for (size_t i = 0; i < n; i++)
        values_ret[i] = matrix[i * n + i];
    for (size_t i = 0; i < n; i++) {
        size_t largest = i;
        for (size_t j = i + 1; j < n; j++)
            if (values_ret[j] > values_ret[largest])
                largest = j;
        double value = values_ret[i];
        values_ret[i] = values_ret[largest];
        values_ret[largest] = value;
        if (largest != i)
            cblas_dswap((int)n, vectors_ret + i * n, 1, vectors_ret + largest * n, 1);
    }
}

void carvq_orthonormalise(float *rows, size_t count, size_t n)
{
    for (size_t i = 0; i < count; i++) {
        float *row = rows + i * n;
        double before = cblas_dsdot((int)n, row, 1, row, 1);
        for (unsigned twice = 0; twice < 2; twice++)
            for (size_t j = 0; j < i; j++)
                cblas_saxpy((int)n, -(float)cblas_dsdot((int)n, row, 1, rows + j * n, 1), rows + j * n, 1, row, 1);
        double after = cblas_dsdot((int)n, row, 1, row, 1);
        bool depends = !(after > 1e-10 * before);
        float factor = depends ? 0 : (float)(1 / sqrt(after));
        for (size_t k = 0; k < n; k++)
            row[k] *= factor;
    }
}
