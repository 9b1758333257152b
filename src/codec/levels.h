// SPDX-License-Identifier: MIT
// Rows to be encoded together, and the search for the best of the scales that a segment has.
#ifndef CARVQ_CODEC_LEVELS_H
#define CARVQ_CODEC_LEVELS_H

#include <stddef.h>
#include <stdint.h>

#define CARVQ_BATCH 16 // rows that are encoded together

// A row to be encoded.
struct carvq_coded_row {
    const float *x; // [n]
    float scale;    // of what codes decode to; if it is not above 0, that is 0
    void *codes;    // filled in
    float *decoded; // [n] what a reader makes of them, filled in
    double error;   // the same: squared, or by the metric
};

// Encodes up to CARVQ_BATCH rows with the scales that they have.
typedef void carvq_encode_rows_function(const void *context, struct carvq_coded_row *rows, size_t count);

struct carvq_levels {
    const float *scales; // in ascending order
    size_t count;
    unsigned reach; // other levels that are tried for each row
    uint32_t cols;  // [n]
    size_t code_bytes;
    carvq_encode_rows_function *encode;
    const void *context;
};

// Encodes up to CARVQ_BATCH rows with the level of numbers[i], and then with up to reach others below and above it, for as long
// as the error gets less; numbers[i] becomes the best, and the rows have its result. spare: codes and decoded of as many rows.
void carvq_levels_encode(const struct carvq_levels *levels, struct carvq_coded_row *rows, size_t count, size_t *numbers,
                         const struct carvq_coded_row *spare);

#endif
