// SPDX-License-Identifier: MIT
// 16-bit floating point: F16 is IEEE 754 binary16, BF16 the upper half of binary32.
// Widening is exact; narrowing rounds to nearest, ties to even, overflows to infinity and keeps NaN a NaN.
#ifndef CARVQ_BASE_HALF_H
#define CARVQ_BASE_HALF_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "carvq.h"

static inline uint32_t carvq_float_bits(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static inline float carvq_float_from_bits(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static inline float carvq_bf16_to_f32(uint16_t half)
{
    return carvq_float_from_bits((uint32_t)half << 16);
}

static inline uint16_t carvq_f32_to_bf16(float value)
{
    uint32_t bits = carvq_float_bits(value);
    if ((bits & 0x7fffffff) > 0x7f800000)
        return (uint16_t)(bits >> 16 | 0x40); // quiet
    return (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

float carvq_f16_to_f32(uint16_t half);
uint16_t carvq_f32_to_f16(float value);

// An unaligned little-endian 16-bit value.
static inline uint16_t carvq_load_u16(const uint8_t *data)
{
    return (uint16_t)(data[0] | data[1] << 8);
}

// Bytes of one value: 4, 2, 2.
size_t carvq_dtype_size(enum carvq_dtype dtype);

// "F32", "F16", "BF16".
const char *carvq_dtype_name(enum carvq_dtype dtype);

// count values of any type, at data without alignment, to floats; and back, rounding as above.
void carvq_widen(enum carvq_dtype dtype, const uint8_t *data, size_t count, float *values_ret);
void carvq_narrow(enum carvq_dtype dtype, const float *values, size_t count, uint8_t *data_ret);

#endif
