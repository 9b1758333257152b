// SPDX-License-Identifier: MIT
#include "half.h"

uint16_t carvq_f32_to_f16(float value)
{
    uint32_t bits = carvq_float_bits(value);
    uint32_t sign = bits >> 16 & 0x8000, magnitude = bits & 0x7fffffff;
    if (magnitude > 0x7f800000)
        return (uint16_t)(sign | 0x7e00 | (magnitude >> 13 & 0x3ff));
    if (magnitude >= 0x477ff000) // 65520 and above round to infinity
        return (uint16_t)(sign | 0x7c00);
    if (magnitude < 0x38800000) { // below 2^-14: subnormal; adding 0.5 lets the hardware round at bit 2^-24
        float shifted = carvq_float_from_bits(magnitude) + 0.5f;
        return (uint16_t)(sign | (carvq_float_bits(shifted) - 0x3f000000));
    }
    uint32_t rounded = magnitude - 0x38000000 + 0xfff + (magnitude >> 13 & 1);
    return (uint16_t)(sign | rounded >> 13);
}

size_t carvq_dtype_size(enum carvq_dtype dtype)
{
    return dtype == CARVQ_F32 ? 4 : 2;
}

const char *carvq_dtype_name(enum carvq_dtype dtype)
{
    return dtype == CARVQ_F32 ? "F32" : dtype == CARVQ_F16 ? "F16" : "BF16";
}

static uint32_t load_u32(const uint8_t *data)
{
    return (uint32_t)carvq_load_u16(data) | (uint32_t)carvq_load_u16(data + 2) << 16;
}

static void store_u16(uint8_t *data, uint32_t value)
{
    data[0] = (uint8_t)value;
    data[1] = (uint8_t)(value >> 8);
}

static inline float widen_half(enum carvq_dtype dtype, const uint8_t *data)
{
    const uint16_t half = carvq_load_u16(data);
    return dtype == CARVQ_BF16 ? carvq_bf16_to_f32(half) : carvq_f16_to_f32(half);
}

// In blocks of a fixed size, which compilers turn into vector code even at -O2. dtype is constant where this is called.
static inline void widen_halves(enum carvq_dtype dtype, const uint8_t *restrict data, size_t count, float *restrict values_ret)
{
    enum { BLOCK = 16 };
    size_t i = 0;
    for (; count - i >= BLOCK; i += BLOCK)
        for (size_t k = 0; k < BLOCK; k++)
            values_ret[i + k] = widen_half(dtype, data + 2 * (i + k));
    for (; i < count; i++)
        values_ret[i] = widen_half(dtype, data + 2 * i);
}

void carvq_widen(enum carvq_dtype dtype, const uint8_t *data, size_t count, float *values_ret)
{
    if (dtype == CARVQ_BF16)
        widen_halves(CARVQ_BF16, data, count, values_ret);
    else if (dtype == CARVQ_F16)
        widen_halves(CARVQ_F16, data, count, values_ret);
    else
        for (size_t i = 0; i < count; i++)
            values_ret[i] = carvq_float_from_bits(load_u32(data + 4 * i));
}

void carvq_narrow(enum carvq_dtype dtype, const float *values, size_t count, uint8_t *data_ret)
{
    if (dtype == CARVQ_BF16)
        for (size_t i = 0; i < count; i++)
            store_u16(data_ret + 2 * i, carvq_f32_to_bf16(values[i]));
    else if (dtype == CARVQ_F16)
        for (size_t i = 0; i < count; i++)
            store_u16(data_ret + 2 * i, carvq_f32_to_f16(values[i]));
    else
        for (size_t i = 0; i < count; i++) {
            uint32_t bits = carvq_float_bits(values[i]);
            store_u16(data_ret + 4 * i, bits);
            store_u16(data_ret + 4 * i + 2, bits >> 16);
        }
}
