// SPDX-License-Identifier: MIT
// TensorGPT (Xu, Xu, Mandic, arXiv 2307.00526): each row of n = I_1 I_2 .. I_d values is taken as a tensor of order d, and stored
// in the tensor-train format: cores of r_k-1 x I_k x r_k values with r_0 = r_d = 1, found by d - 1 successive singular value
// decompositions (Oseledets, "Tensor-train decomposition", SIAM J. Sci. Comput. 33, 2011). A cap limits all ranks r_k.
//
// All values of all cores are counted, which with higher ranks are more than the row has.
#include <cblas.h>
#include <inttypes.h>
#include <omp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "eval/baselines/eigen.h"
#include "eval/baselines/method.h"
#include "host/arena.h"

// What a thread needs for a row.
struct workspace {
    double *now, *next; // [size] what is still to be decomposed, or is recomposed so far
    double *basis;      // [side][side]
    double *cores;      // one after the other; core k is [r_k][r_k-1 I_k] but for the last, which is [r_d-1][I_d]
    struct carvq_eigen eigen;
};

static double stored(enum carvq_dtype number, double value)
{
    return (double)carvq_baseline_round(number, (float)value);
}

static void swap(double **one, double **other)
{
    double *old = *one;
    *one = *other;
    *other = old;
}

// The eigenvectors of the rank largest eigenvalues, the largest first, as stored. eigenvectors: [n][n]; leading: [rank][n].
static void take_leading(const double *eigenvectors, int n, int rank, enum carvq_dtype number, double *leading)
{
    for (int k = 0; k < rank; k++)
        for (int i = 0; i < n; i++)
            leading[k * n + i] = stored(number, eigenvectors[(n - 1 - k) * n + i]);
}

// Splits now [side][cols] into a core [rank][side] and the next now [rank][cols]: the leading left singular vectors and what they
// leave, or, where that takes less time, the leading right ones and what they have to be multiplied by. False if they cannot be
// found.
static bool split(int side, int cols, int rank, enum carvq_dtype number, struct workspace *work, double *core)
{
    const bool left = side <= cols;
    const int n = left ? side : cols;
    cblas_dgemm(CblasRowMajor, left ? CblasNoTrans : CblasTrans, left ? CblasTrans : CblasNoTrans, n, n, left ? cols : side, 1,
                work->now, cols, work->now, cols, 0, work->basis, n);
    if (!carvq_eigen_find(&work->eigen, work->basis, (uint32_t)n))
        return false;
    if (left) {
        take_leading(work->basis, n, rank, number, core);
        cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, rank, cols, side, 1, core, side, work->now, cols, 0, work->next,
                    cols);
    } else {
        take_leading(work->basis, n, rank, number, work->next);
        cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, rank, side, cols, 1, work->next, cols, work->now, cols, 0, core,
                    side);
        for (int i = 0; i < rank * side; i++)
            core[i] = stored(number, core[i]);
    }
    swap(&work->now, &work->next);
    return true;
}

// work->now: the row as [1][size].
static bool decompose(const struct carvq_tensor_train *train, enum carvq_dtype number, struct workspace *work)
{
    uint64_t cols = train->size; // now is [r_k-1 I_k][cols] once cols has been divided by I_k
    double *core = work->cores;
    for (unsigned k = 0; k + 1 < train->order; k++) {
        const int side = (int)(train->ranks[k] * train->factors[k]), rank = (int)train->ranks[k + 1];
        cols /= train->factors[k];
        if (!split(side, (int)cols, rank, number, work, core))
            return false;
        core += rank * side;
    }
    for (uint64_t i = 0; i < train->ranks[train->order - 1] * cols; i++)
        core[i] = stored(number, work->now[i]);
    return true;
}

// The row as [1][size] to work->now.
static void recompose(const struct carvq_tensor_train *train, struct workspace *work)
{
    const unsigned last = train->order - 1;
    uint64_t cols = train->factors[last];
    const double *core = work->cores + train->values - train->ranks[last] * cols;
    memcpy(work->now, core, (size_t)(train->ranks[last] * cols) * sizeof *core);
    for (unsigned k = last; k-- > 0; cols *= train->factors[k]) {
        const int side = (int)(train->ranks[k] * train->factors[k]), rank = (int)train->ranks[k + 1];
        core -= rank * side;
        cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, side, (int)cols, rank, 1, core, side, work->now, (int)cols, 0,
                    work->next, (int)cols);
        swap(&work->now, &work->next);
    }
}

static void place(const struct carvq_tensor_train *train, struct carvq_arena *arena, struct workspace *work)
{
    work->now = carvq_arena_take(arena, train->size, sizeof *work->now);
    work->next = carvq_arena_take(arena, train->size, sizeof *work->next);
    work->basis = carvq_arena_take(arena, train->side * train->side, sizeof *work->basis);
    work->cores = carvq_arena_take(arena, train->values, sizeof *work->cores);
    carvq_eigen_place(&work->eigen, arena, (uint32_t)train->side);
}

static bool code_row(const struct carvq_tensor_train *train, enum carvq_dtype number, struct workspace *work, const float *values,
                     uint32_t cols, float *decoded_ret)
{
    for (uint64_t i = 0; i < train->size; i++)
        work->now[i] = i < cols ? (double)values[i] : 0;
    if (!decompose(train, number, work))
        return false;
    recompose(train, work);
    for (uint32_t i = 0; i < cols; i++)
        decoded_ret[i] = (float)work->now[i];
    return true;
}

enum carvq_status carvq_baseline_tensor_train(const struct carvq_baseline *baseline, const struct carvq_baseline_input *input,
                                              float *decoded_ret, uint64_t *bytes_ret, struct carvq_error *error)
{
    const struct carvq_tensor_train train = carvq_tensor_train_plan(input->cols, baseline->factors, baseline->rank);
    struct workspace work;
    struct carvq_arena arena = {NULL, 0};
    place(&train, &arena, &work);
    const uint64_t own_bytes = arena.used;
    unsigned char *memory = own_bytes <= SIZE_MAX / (size_t)input->threads ? malloc((size_t)own_bytes * (size_t)input->threads)
                                                                           : NULL;
    if (memory == NULL)
        return carvq_fail(error, CARVQ_ERROR_MEMORY, "out of memory for tensor trains of rank %" PRIu32, baseline->rank);
    bool found = true;
#pragma omp parallel num_threads(input->threads) private(work, arena) reduction(&& : found)
    {
        arena = (struct carvq_arena){memory + (size_t)omp_get_thread_num() * own_bytes, 0};
        place(&train, &arena, &work);
#pragma omp for schedule(static, 64)
        for (uint64_t row = 0; row < input->rows; row++)
            found = code_row(&train, baseline->number, &work, input->values + row * input->cols, input->cols,
                             decoded_ret + row * input->cols) &&
                    found;
    }
    free(memory);
    if (!found)
        return carvq_fail(error, CARVQ_ERROR_ARGUMENT, "the singular vectors of a row cannot be found");
    *bytes_ret = input->rows * train.values * carvq_dtype_size(baseline->number);
    return CARVQ_OK;
}
