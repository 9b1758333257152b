// SPDX-License-Identifier: MIT
// The scales of rows of the codec trellis: a row has the number of one of 2^b levels, which are fitted to all rows of a segment.
#ifndef CARVQ_CODEC_TRELLIS_SCALE_H
#define CARVQ_CODEC_TRELLIS_SCALE_H

#include "codec/trellis/trellis.h"

#define CARVQ_TRELLIS_MAX_SCALE_BITS 8
#define CARVQ_TRELLIS_TABLE_UNIT 32.0f // the tables are made for values whose standard deviation is so many of their units

// What is known of the scales of rows: their energies, by the upper halves of their scales as floats.
struct carvq_trellis_scales {
    double *weights; // energy of the rows in a bin, and
    double *logs;    // the sum of energy times logarithm of scale
    bool zeros;      // there are rows of zeros
};

void carvq_trellis_scales_place(struct carvq_trellis_scales *scales, struct carvq_arena *arena);

// Forgets all rows.
void carvq_trellis_scales_begin(struct carvq_trellis_scales *scales);

// The scale that suits the values of a row [n] if they are normal: root mean square over the unit of the tables.
float carvq_trellis_row_scale(const float *x, uint32_t cols);

// Adds a row of the given scale; its error counts weight times. The order of rows changes the last digits of the sums.
void carvq_trellis_scales_add(struct carvq_trellis_scales *scales, float scale, double weight);

// 2^scale_bits levels for these rows, in ascending order, each rounded to BF16: Lloyd's quantizer of the logarithm. If there are
// rows of zeros, and more than one level, the first one is 0.
void carvq_trellis_scales_fit(const struct carvq_trellis_scales *scales, unsigned scale_bits, float *levels_ret);

// Number of the level that is nearest to a scale, by ratio. Levels are as above, of any number.
size_t carvq_trellis_nearest_level(const float *levels, size_t count, float scale);

#endif
