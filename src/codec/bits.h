// SPDX-License-Identifier: MIT
// Codes to bits, least significant bits first.
#ifndef CARVQ_CODEC_BITS_H
#define CARVQ_CODEC_BITS_H

#include <stdint.h>

// Puts a value's bits from the given bit of bytes on, where there are zeros.
static inline void carvq_put_bits(uint8_t *bytes, uint64_t bit, uint64_t value)
{
    uint8_t *byte = bytes + bit / 8;
    for (value <<= bit % 8; value != 0; value >>= 8)
        *byte++ |= (uint8_t)value;
}

#endif
