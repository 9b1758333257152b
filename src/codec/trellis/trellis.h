// SPDX-License-Identifier: MIT
// The encoder of the codec trellis: for each row, the best of all paths (Viterbi).
//
// A path takes k = step_bits bits for each step of two values, and the state after a step is its last S = state_bits bits. The
// decoder looks the two values up in a fixed table (runtime/trellis_tables.h) and multiplies them by the scale of the row.
//
// Inside the encoder states are numbered by their bits reversed: a state goes to (state 2^k + branch) mod 2^S. Then the 2^k
// states that lead to a state are 2^(S-k) apart, the best of them is found lane by lane, and all states of a block of 2^k come
// from the same ones.
#ifndef CARVQ_CODEC_TRELLIS_TRELLIS_H
#define CARVQ_CODEC_TRELLIS_TRELLIS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codec/levels.h"
#include "codec/metric.h"
#include "host/arena.h"
#include "host/vector.h"
#include "runtime/trellis_tables.h"

#define CARVQ_TRELLIS_LANES 16 // states in a block

// Room to encode one row at a time; every thread has its own.
//
// Distances are 16-bit fixed point, which is twice as fast as single precision and loses nothing that could be measured: with
// values in 1/256 of the table's unit (1/8192 of the standard deviation of a row), the high halves of squares. Sums saturate.
struct carvq_trellis {
    unsigned state_bits, step_bits; // [S, k]
    uint32_t cols;                  // [n]
    size_t steps;                   // ceil(n / 2)
    size_t states, groups;          // 2^S; 2^(S-k) groups of states that go to the same states
    int16_t *table[2];              // [2^S] first and second values of states
    int16_t *branches[2];           // [groups][2^k] the same: a branch of a group is state branch groups + group
    int16_t *zeros;                 // [2^S] for the second value of the last step, if it is not there
    int16_t *targets;               // [steps][2] the row over its scale
    uint16_t *metrics;              // [steps + 1][groups] distances of the best paths that end in each group after so many steps
    uint16_t *lows;                 // [steps + 1] the least of those; the distances of the next step do without it
    uint16_t reversed_bits[1 << CARVQ_TRELLIS_MAX_STEP_BITS];
    // Fills metrics and lows of some steps, from the state [r] before them on: for the level here.
    void (*forward)(const struct carvq_trellis *trellis, size_t begin, size_t end, size_t state);

    // With a metric, by which rows are near to each other: see carvq_trellis_place_metric().
    const struct carvq_metric *metric;
    int16_t *weights; // [steps][2] by which differences are multiplied, of 2^15: roots of D over the largest, bounded below
    float *wanted;    // [CARVQ_BATCH][n] values that are to be reached: rows, less what the errors before a value call for
    float *errors;    // [n] of those of a row that have just been decided
};

// For rows of n columns (1 or more). S and k are such that there is a table.
void carvq_trellis_place(struct carvq_trellis *trellis, struct carvq_arena *arena, unsigned state_bits, unsigned step_bits,
                         uint32_t cols);

// Room for a metric, which must live as long; to be called after the other.
void carvq_trellis_place_metric(struct carvq_trellis *trellis, struct carvq_arena *arena, const struct carvq_metric *metric);

// After the memory is there, once.
void carvq_trellis_begin(struct carvq_trellis *trellis);

// Replaces the table of the format by values [2^S][2] in its units. For fitting it.
void carvq_trellis_set_table(struct carvq_trellis *trellis, const float (*values)[2]);

// Finds the path [steps], k bits of each element, that brings the decoder nearest to the row x [n] (finite values) with the given
// scale, and returns the squared error. If scale is not above 0, the path is 0.
double carvq_trellis_encode(const struct carvq_trellis *trellis, const float *x, float scale, uint16_t *path_ret);

// Finds the paths, uint16_t [steps], of up to CARVQ_BATCH rows: by the metric, if there is one, and then in stretches, each some
// steps further than what is kept of it.
void carvq_trellis_encode_rows(const struct carvq_trellis *trellis, struct carvq_coded_row *rows, size_t count);

// What the decoder makes of a path: a row [n].
void carvq_trellis_decode(const struct carvq_trellis *trellis, const uint16_t *path, float scale, float *decoded_ret);

// Writes scale code and path of a row (scale_bits + steps k bits) from the given bit of codes on, where there are zeros. Rows
// share bytes, so rows that are written at the same time must be a multiple of 8 rows apart at their beginnings.
void carvq_trellis_pack(const struct carvq_trellis *trellis, unsigned scale_bits, size_t level, const uint16_t *path,
                        uint8_t *codes, uint64_t bit);

// Fills metrics and lows. The first is the specification; all give the same.
void carvq_trellis_forward(const struct carvq_trellis *trellis, size_t begin, size_t end, size_t state);
#ifdef CARVQ_HAS_AVX
void carvq_trellis_forward_avx2(const struct carvq_trellis *trellis, size_t begin, size_t end, size_t state);
#endif

#endif
