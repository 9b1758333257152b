// SPDX-License-Identifier: MIT
// LAPACK's eigenvectors.
#include "eval/baselines/eigen.h"

// Divide and conquer. The last two arguments are the lengths of the first two, as Fortran compilers pass them.
void dsyevd_(const char *jobz, const char *uplo, const int *n, double *a, const int *lda, double *w, double *work,
             const int *lwork, int *iwork, const int *liwork, int *info, size_t jobz_length, size_t uplo_length);

void carvq_eigen_place(struct carvq_eigen *eigen, struct carvq_arena *arena, uint32_t n)
{
    const int size = (int)n, query = -1;
    double nothing = 0, work_size;
    int info;
    dsyevd_("V", "U", &size, &nothing, &size, &nothing, &work_size, &query, &eigen->integer_size, &query, &info, 1, 1);
    eigen->work_size = (int)work_size;
    eigen->values = carvq_arena_take(arena, n, sizeof *eigen->values);
    eigen->work = carvq_arena_take(arena, (uint64_t)eigen->work_size, sizeof *eigen->work);
    eigen->integers = carvq_arena_take(arena, (uint64_t)eigen->integer_size, sizeof *eigen->integers);
}

bool carvq_eigen_find(struct carvq_eigen *eigen, double *matrix, uint32_t n)
{
    const int size = (int)n;
    int info;
    // The lower triangle of a row-major matrix is the upper one to LAPACK, and its columns are rows.
    dsyevd_("V", "U", &size, matrix, &size, eigen->values, eigen->work, &eigen->work_size, eigen->integers, &eigen->integer_size,
            &info, 1, 1);
    return info == 0;
}
