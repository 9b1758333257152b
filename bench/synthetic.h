// SPDX-License-Identifier: MIT
// A table with the structure that embedding tables have, made from a seed:
//     row r = mean + scale_r (sum_k lambda_k u_rk B_k + noise)
// where B is rank x n, u and the noise are normal, scale_r is log-normal, and lambda_k^2 falls as 1/k.
#ifndef CARVQ_BENCH_SYNTHETIC_H
#define CARVQ_BENCH_SYNTHETIC_H

#include <stdint.h>

#include "carvq.h"

struct synthetic {
    uint64_t seed;
    uint64_t rows;       // V
    uint32_t cols;       // n
    uint32_t rank;       // of the low-rank part
    double low_rank;     // its share of the energy, 0 to 1; the noise has the rest
    double mean;         // length of the mean row over the root mean square length of the rest
    double scale_spread; // standard deviation of ln scale_r
    float *basis;        // rank x cols: lambda_k B_k; made by synthetic_init()
    float *mean_row;     // cols
    float noise;         // standard deviation, before scale_r
    uint16_t *stored;    // rows x cols, BF16, or NULL
};

// Fills in a table like those of language models (rank 32, 30 % of the energy, a mean of 0.2, spread 0.3); elements have a
// standard deviation near 0.02. Returns 0, or -1 if there is no memory.
int synthetic_init(struct synthetic *table_ret, uint64_t seed, uint64_t rows, uint32_t cols);
void synthetic_free(struct synthetic *table);

// Makes a block; has the form of carvq_matrix.read (carvq_encode.h), context being a struct synthetic *. The values are
// made anew at each call (20 ns each), and then are not rounded, or read from what synthetic_store() made.
enum carvq_status synthetic_read(void *context, uint64_t row, size_t nrows, uint32_t col, uint32_t ncols, float *block_ret,
                                 struct carvq_error *error);

// Keeps the whole table in memory as BF16. Uses all processors. Returns 0, or -1 if there is no memory.
int synthetic_store(struct synthetic *table);

#endif
