// SPDX-License-Identifier: MIT
// The search of codec additive: for each row, the codes that bring the decoder nearest to it (Viterbi).
//
// The squared error of step t, less |x|^2, with the codes k_j of the steps t - j, j < M, is
//
//     sum over j of u_j[k_j] + sum over i < j of P_ij[k_i][k_j]      u_j[k] = |G_j[k]|^2 - 2 x G_j[k],  P_ij[k][l] = 2 G_i[k]
//     G_j[l]
//
// of which the u alone depend on the row. A state is the last M - 1 codes. What depends on the oldest of them only comes with the
// state: u_{M-1}, and P_{j,M-1} for j > 0. So a step is a product, with minimum for sum, of the distances before with one table
// of 16 x 16, and then sums by state.
//
// A state is numbered with the newest code in its lowest 4 bits: the state (rest, a) is reached from the states (d, rest), which
// lie 16^(M-2) apart. Lanes are a.
//
// Distances are 32-bit fixed point: 2^16 is a squared standard deviation of the row. Values beyond CARVQ_ADDITIVE_CLIP standard
// deviations count as if they were that, which keeps every sum within bounds.
//
// With a metric (codec/metric.h) a row is searched in stretches: each some steps further than what is kept of it, in distances
// weighted by D; then the errors made are fed to all values behind. The rows of a batch go through a stretch one after the other,
// while its tables and its columns of A are near.
#ifndef CARVQ_CODEC_ADDITIVE_SEARCH_H
#define CARVQ_CODEC_ADDITIVE_SEARCH_H

#include "codec/additive/code.h"
#include "codec/levels.h"
#include "host/arena.h"

#define CARVQ_ADDITIVE_CLIP 16.f
#define CARVQ_ADDITIVE_BOOK_LIMIT 6.f // standard deviations; what training makes stays below

// What a step needs; steps that need the same share it.
struct carvq_additive_tables {
    int32_t oldest[16][16];                               // [d][a] P_{0,M-1}
    int32_t second[16][16];                               // [b][a] M = 3, 4: P_01, and M = 3: P_12 of the next step
    int32_t third[16][16];                                // [c][a] M = 4: P_02, and P_13 of the next step
    int32_t scalars[16][16];                              // [c][b] M = 4: P_12, and P_23 of the next step
    float norms[CARVQ_MAX_SPAN][16];                      // |G_j[k]|^2
    float products[CARVQ_MAX_SPAN][CARVQ_MAX_STRIDE][16]; // -2 G_j[k], of each value; 0 beyond the row
};

// Tables of a code, for any number of threads.
struct carvq_additive_search {
    const struct carvq_additive_code *code;
    uint32_t keys;                        // number of tables
    struct carvq_additive_tables *tables; // [keys]
    float *weights;                       // [n] with a metric: of the squared error of each value, at most 1
};

// Room to encode CARVQ_BATCH rows; every thread has its own.
struct carvq_additive_path {
    int32_t *distances; // [steps + 1][16^(M-1)] of the best paths to each state after so many steps of a stretch
    float *targets;     // [CARVQ_BATCH][n] the rows in units of the books, less what errors before a value call for
    float *stretch;     // [values + CARVQ_MAX_STRIDE] those of a stretch, within bounds
    float *errors;      // [n] with a metric: of the values of a row that have just been decided
};

// code: with its shape and its metric.
void carvq_additive_search_place(struct carvq_additive_search *search, struct carvq_arena *arena,
                                 const struct carvq_additive_code *code);
void carvq_additive_path_place(struct carvq_additive_path *path, struct carvq_arena *arena,
                               const struct carvq_additive_code *code);

// Computes the tables from the books, which must not change while they are used.
void carvq_additive_search_begin(struct carvq_additive_search *search);

// Finds the codes [T], uint8_t, of up to CARVQ_BATCH rows, whose scale is that of an integer of the books; if it is not above 0,
// they are 0. path->targets then has the values that they were to reach.
void carvq_additive_find(const struct carvq_additive_search *search, const struct carvq_additive_path *path,
                         struct carvq_coded_row *rows, size_t count);

#endif
