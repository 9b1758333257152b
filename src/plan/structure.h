// SPDX-License-Identifier: MIT
// What is cheap to describe is taken out of a table before it is quantized: the mean of its rows and a few directions along which
// they spread. Each part has to earn its bits.
//
//     row i = mean + sum over k of coefficient(i, k) direction k + what the codes are for
#ifndef CARVQ_PLAN_STRUCTURE_H
#define CARVQ_PLAN_STRUCTURE_H

#include <stdbool.h>

#include "carvq_encode.h"

#define CARVQ_STRUCTURE_MAX_RANK \
    8 // a direction costs a lookup as much as widening a row does: later ones bring less than that is worth

struct carvq_structure {
    uint32_t cols; // [n]
    uint32_t rank; // directions
    uint32_t bits; // of a coefficient
    float *mean;   // [n], as stored; zeros if there is none
    bool has_mean;
    float *directions;                      // [rank][n], as stored
    double norms[CARVQ_STRUCTURE_MAX_RANK]; // squared length of each direction
};

// Fits the structure of a table of V rows to sample[count][n], some of them, which is left as the residual; mean[n] is that of
// these rows. The result is to be given to free(). Errors: CARVQ_ERROR_MEMORY.
enum carvq_status carvq_structure_fit(float *sample, size_t count, const double *mean, uint64_t rows, uint32_t cols,
                                      uint64_t most_bits, struct carvq_structure **structure_ret, struct carvq_error *error);

// The sum of squares.
double carvq_energy(const float *values, uint32_t count);

// Turns a row into what the codes are for; fields_ret[rank]: its coefficients as stored, unsigned.
void carvq_structure_subtract(const struct carvq_structure *structure, float *row, uint8_t *fields_ret);

// The same for columns col .. col + ncols - 1 of a row whose fields are known.
void carvq_structure_subtract_part(const struct carvq_structure *structure, const uint8_t *fields, uint32_t col, uint32_t ncols,
                                   float *values);

// The inverse, as a reader does it.
void carvq_structure_add(const struct carvq_structure *structure, const uint8_t *fields, float *row);

// Bits of the mean, directions and coefficients of V rows, whole bytes each.
uint64_t carvq_structure_bits(const struct carvq_structure *structure, uint64_t rows);

#endif
