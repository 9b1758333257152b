// SPDX-License-Identifier: MIT
// TensorGPT (Xu, Xu, Mandic, arXiv 2307.00526): each row of n = I_1 I_2 .. I_d values is taken as a tensor of order d, and stored
// in the tensor-train format: cores of r_k-1 x I_k x r_k values with r_0 = r_d = 1, found by d - 1 successive singular value
// decompositions (Oseledets, "Tensor-train decomposition", SIAM J. Sci. Comput. 33, 2011). A cap limits all ranks r_k.
//
// The factors are the primes of n: the finest tensor that n allows, 2 x 2 x .. x 2 where n is a power of two. Where n has a prime
// above 7, rows are filled up with zeros to the next size that has none. All values of all cores are counted, which with higher
// ranks are more than the row has.
#include <cblas.h>
#include <inttypes.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "blas/blas.h"
#include "encode/adaptor_linear.h"
#include "encode/arena.h"
#include "eval/baselines/method.h"

#define MAX_ORDER 26 // 2^25 is more than any size

struct tensor_train {
    uint64_t size;                 // values of a row, and the zeros after them
    unsigned order;                // [d]
    uint32_t factors[MAX_ORDER];   // [I_k]
    uint32_t ranks[MAX_ORDER + 1]; // [r_k]
    uint64_t values;               // of all cores
    uint64_t side;                 // largest r_k-1 I_k
};

// What a thread needs for a row.
struct workspace {
    double *now, *next;   // [size] what is still to be decomposed, or is recomposed so far
    double *gram, *basis; // [side][side]
    double *values;       // [side]
    double *cores;        // one after the other; core k is [r_k][r_k-1 I_k] but for the last, which is [r_d-1][I_d]
};

static uint64_t without_small_primes(uint64_t size)
{
    for (uint64_t prime = 2; prime <= 7; prime++)
        while (size % prime == 0)
            size /= prime;
    return size;
}

static struct tensor_train plan(uint32_t cols, uint32_t rank)
{
    struct tensor_train train = {.size = cols, .ranks = {1}};
    while (without_small_primes(train.size) != 1)
        train.size++;
    uint64_t left = train.size;
    for (uint32_t prime = 2; prime <= 7; prime++)
        for (; left % prime == 0; left /= prime)
            train.factors[train.order++] = prime;
    if (train.order == 0)
        train.factors[train.order++] = 1;
    left = train.size;
    for (unsigned k = 0; k < train.order; k++) {
        uint64_t side = (uint64_t)train.ranks[k] * train.factors[k], most = rank;
        left /= train.factors[k];
        most = side < most ? side : most;
        most = left < most ? left : most;
        train.ranks[k + 1] = (uint32_t)most;
        train.values += side * most;
        train.side = side > train.side ? side : train.side;
    }
    return train;
}

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

// work->now: the row as [1][size].
static void decompose(const struct tensor_train *train, enum carvq_dtype number, struct workspace *work)
{
    uint64_t cols = train->size; // now is [r_k-1 I_k][cols] once cols has been divided by I_k
    double *core = work->cores;
    for (unsigned k = 0; k + 1 < train->order; k++) {
        const int side = (int)(train->ranks[k] * train->factors[k]), rank = (int)train->ranks[k + 1];
        cols /= train->factors[k];
        cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, side, side, (int)cols, 1, work->now, (int)cols, work->now, (int)cols,
                    0, work->gram, side);
        carvq_eigen(work->gram, (size_t)side, work->values, work->basis);
        for (int i = 0; i < rank * side; i++)
            core[i] = stored(number, work->basis[i]);
        cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, rank, (int)cols, side, 1, core, side, work->now, (int)cols, 0,
                    work->next, (int)cols);
        swap(&work->now, &work->next);
        core += rank * side;
    }
    for (uint64_t i = 0; i < train->ranks[train->order - 1] * cols; i++)
        core[i] = stored(number, work->now[i]);
}

// The row as [1][size] to work->now.
static void recompose(const struct tensor_train *train, struct workspace *work)
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

uint64_t carvq_tensor_train_values(uint32_t cols, uint32_t rank)
{
    return plan(cols, rank).values;
}

static void place(const struct tensor_train *train, struct carvq_arena *arena, struct workspace *work)
{
    work->now = carvq_arena_take(arena, train->size, sizeof *work->now);
    work->next = carvq_arena_take(arena, train->size, sizeof *work->next);
    work->gram = carvq_arena_take(arena, train->side * train->side, sizeof *work->gram);
    work->basis = carvq_arena_take(arena, train->side * train->side, sizeof *work->basis);
    work->values = carvq_arena_take(arena, train->side, sizeof *work->values);
    work->cores = carvq_arena_take(arena, train->values, sizeof *work->cores);
}

static void code_row(const struct tensor_train *train, enum carvq_dtype number, struct workspace *work, const float *values,
                     uint32_t cols, float *decoded_ret)
{
    for (uint64_t i = 0; i < train->size; i++)
        work->now[i] = i < cols ? (double)values[i] : 0;
    decompose(train, number, work);
    recompose(train, work);
    for (uint32_t i = 0; i < cols; i++)
        decoded_ret[i] = (float)work->now[i];
}

enum carvq_status carvq_baseline_tensor_train(const struct carvq_baseline *baseline, const struct carvq_baseline_input *input,
                                              float *decoded_ret, uint64_t *bytes_ret, struct carvq_error *error)
{
    const struct tensor_train train = plan(input->cols, baseline->rank);
    struct workspace work;
    struct carvq_arena arena = {NULL, 0};
    place(&train, &arena, &work);
    const uint64_t own_bytes = arena.used;
    unsigned char *memory = own_bytes <= SIZE_MAX / (size_t)input->threads ? malloc((size_t)own_bytes * (size_t)input->threads)
                                                                           : NULL;
    if (memory == NULL)
        return carvq_fail(error, CARVQ_ERROR_MEMORY, "out of memory for tensor trains of rank %" PRIu32, baseline->rank);
    carvq_blas_single_thread();
#pragma omp parallel num_threads(input->threads) private(work, arena)
    {
        arena = (struct carvq_arena){memory + (size_t)omp_get_thread_num() * own_bytes, 0};
        place(&train, &arena, &work);
#pragma omp for schedule(static, 64)
        for (uint64_t row = 0; row < input->rows; row++)
            code_row(&train, baseline->number, &work, input->values + row * input->cols, input->cols,
                     decoded_ret + row * input->cols);
    }
    free(memory);
    *bytes_ret = input->rows * train.values * carvq_dtype_size(baseline->number);
    return CARVQ_OK;
}
