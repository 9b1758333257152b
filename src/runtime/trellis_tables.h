// SPDX-License-Identifier: MIT
// The tables of the codec trellis: what a state stands for. They are a part of the file format and never change.
#ifndef CARVQ_RUNTIME_TRELLIS_TABLES_H
#define CARVQ_RUNTIME_TRELLIS_TABLES_H

#include <stdint.h>

#define CARVQ_TRELLIS_MIN_STEP_BITS 2
#define CARVQ_TRELLIS_MAX_STEP_BITS 10

// The values of a row are taken two at a time, and such a step takes k = step_bits bits. The last S = state_bits bits of the path
// are the state, the newest being the most significant; entry number state of the table, [2^S][2], holds the two values, in units
// of 1/32 of the standard deviation of the row. Magnitudes are at most 127. NULL for anything but S = 10 with
// k = 2 to 8, and S = 12 with k = 2 to 8 or 10. A build with CARVQ_NO_TRELLIS_10 or CARVQ_NO_TRELLIS_12 has none with that S.
const int8_t (*carvq_trellis_table(unsigned state_bits, unsigned step_bits))[2];

#endif
