// SPDX-License-Identifier: MIT
// What is cheap to describe is taken out of a table before it is quantized: the mean of its rows and a few directions along which
// they spread.
//
//     row i = mean + sum over j of coefficient(i, j) direction j + what the codes are for
#ifndef CARVQ_CODEC_PREDICTION_STRUCTURE_H
#define CARVQ_CODEC_PREDICTION_STRUCTURE_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

// Scalar product, and the sum of squares: sums of double precision in an order that depends on count alone.
double carvq_dot(const float *a, const float *b, uint32_t count);
double carvq_energy(const float *values, uint32_t count);

// A coefficient in units of its step to the nearest one that so many bits hold.
static inline float carvq_coefficient_round(double coefficient, unsigned bits)
{
    const double max = (double)(1U << (bits - 1)) - 1, rounded = nearbyint(coefficient);
    return (float)(rounded > max ? max : rounded < -max - 1 ? -max - 1 : rounded);
}

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
