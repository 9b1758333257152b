// SPDX-License-Identifier: MIT
// The constants of codec "trellis": part of the file format, never to be changed.
#ifndef CARVQ_TABLE_TRELLIS_TABLES_H
#define CARVQ_TABLE_TRELLIS_TABLES_H

#include <stdint.h>

// The two values of a step for each of the 2^state_bits states [S], where a step takes step_bits [k]: small integers, to be
// multiplied with the scale of the row. NULL if the format knows no such table, or if this build was made without it.
const int8_t (*carvq_trellis_table(unsigned state_bits, unsigned step_bits))[2];

#endif
