// SPDX-License-Identifier: MIT
// 16-bit floating point: F16 is IEEE 754 binary16, BF16 the upper half of binary32.
// Widening is exact; narrowing rounds to nearest, ties to even, overflows to infinity and keeps NaN a NaN.
#ifndef CARVQ_RUNTIME_HALF_H
#define CARVQ_RUNTIME_HALF_H

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

// With masks instead of branches, so that loops over it become vector code. Subnormal values are never subnormal floats on the
// way: processors may be set to take those for 0.
static inline float carvq_f16_to_f32(uint16_t half)
{
    const uint32_t magnitude = half & 0x7fff, shifted = magnitude << 13, bias = (uint32_t)112 << 23; // 127 - 15
    const uint32_t is_small = 0 - (uint32_t)(magnitude < 0x400), is_huge = 0 - (uint32_t)(magnitude >= 0x7c00);
    const uint32_t small = carvq_float_bits(carvq_float_from_bits(shifted + ((uint32_t)113 << 23)) - 0x1p-14f);
    const uint32_t bits = (small & is_small) | ((shifted + bias + (bias & is_huge)) & ~is_small);
    return carvq_float_from_bits(bits | (uint32_t)(half & 0x8000) << 16);
}

// The same way back; NaN becomes quiet.
static inline uint16_t carvq_f32_to_bf16(float value)
{
    const uint32_t bits = carvq_float_bits(value), is_nan = 0 - (uint32_t)((bits & 0x7fffffff) > 0x7f800000);
    const uint32_t rounded = (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
    return (uint16_t)((rounded & ~is_nan) | ((bits >> 16 | 0x40) & is_nan));
}

// Adding 0.5 to what will be subnormal lets the processor round it at bit 2^-24.
static inline uint16_t carvq_f32_to_f16(float value)
{
    const uint32_t bits = carvq_float_bits(value), magnitude = bits & 0x7fffffff;
    const uint32_t is_small = 0 - (uint32_t)(magnitude < 0x38800000), is_huge = 0 - (uint32_t)(magnitude >= 0x477ff000);
    const uint32_t is_nan = 0 - (uint32_t)(magnitude > 0x7f800000);
    const float shifted = carvq_float_from_bits(magnitude & is_small) + 0.5f;
    const uint32_t small = carvq_float_bits(shifted) - 0x3f000000;
    const uint32_t rounded = (magnitude - 0x38000000 + 0xfff + (magnitude >> 13 & 1)) >> 13;
    const uint32_t half = (small & is_small) | (rounded & ~is_small & ~is_huge) | (0x7c00 & is_huge);
    return (uint16_t)((bits >> 16 & 0x8000) | half | ((0x200 | (magnitude >> 13 & 0x3ff)) & is_nan));
}

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define CARVQ_LITTLE_ENDIAN 1
#else
#define CARVQ_LITTLE_ENDIAN 0 // or not known
#endif

// Little-endian numbers at any address, which compilers turn into one access, or into vector code, where the machine is
// little-endian.
static inline uint16_t carvq_load_u16(const uint8_t *data)
{
    uint16_t value;
    memcpy(&value, data, sizeof value);
    return CARVQ_LITTLE_ENDIAN ? value : (uint16_t)(data[0] | data[1] << 8);
}

static inline uint32_t carvq_load_u32(const uint8_t *data)
{
    return (uint32_t)data[0] | (uint32_t)data[1] << 8 | (uint32_t)data[2] << 16 | (uint32_t)data[3] << 24;
}

static inline uint64_t carvq_load_u64(const uint8_t *data)
{
    return carvq_load_u32(data) | (uint64_t)carvq_load_u32(data + 4) << 32;
}

static inline void carvq_store_u16(uint8_t *data, uint16_t value)
{
    const uint8_t bytes[2] = {(uint8_t)value, (uint8_t)(value >> 8)};
    memcpy(data, CARVQ_LITTLE_ENDIAN ? (const void *)&value : bytes, sizeof value);
}

// A stored value of a 16-bit type.
static inline float carvq_half_to_f32(enum carvq_dtype dtype, const uint8_t *data)
{
    const uint16_t half = carvq_load_u16(data);
    return dtype == CARVQ_BF16 ? carvq_bf16_to_f32(half) : carvq_f16_to_f32(half);
}

// Bytes of one value: 4, 2, 2.
size_t carvq_dtype_size(enum carvq_dtype dtype);

// "F32", "F16", "BF16".
const char *carvq_dtype_name(enum carvq_dtype dtype);

// count values of any type, at data without alignment, to floats; and back, rounding as above.
void carvq_widen(enum carvq_dtype dtype, const uint8_t *data, size_t count, float *values_ret);
void carvq_narrow(enum carvq_dtype dtype, const float *values, size_t count, uint8_t *data_ret);

// values += scale * data, which are of a 16-bit type. The product is rounded where the compiler computes floats in double
// (s390x).
void carvq_add_scaled(enum carvq_dtype dtype, const uint8_t *data, float scale, size_t count, float *values);

#endif
