// SPDX-License-Identifier: MIT
// Rows of 16-bit and 32-bit floating-point values, widened and narrowed.
#include "half.h"

size_t carvq_dtype_size(enum carvq_dtype dtype)
{
    return dtype == CARVQ_F32 ? 4 : 2;
}

const char *carvq_dtype_name(enum carvq_dtype dtype)
{
    return dtype == CARVQ_F32 ? "F32" : dtype == CARVQ_F16 ? "F16" : "BF16";
}

// In blocks of a fixed size, which compilers turn into vector code even at -O2. dtype is constant where this is called.
static inline void widen_halves(enum carvq_dtype dtype, const uint8_t *restrict data, size_t count, float *restrict values_ret)
{
    enum { BLOCK = 16 };
    size_t i = 0;
    for (; count - i >= BLOCK; i += BLOCK)
        for (size_t k = 0; k < BLOCK; k++)
            values_ret[i + k] = carvq_half_to_f32(dtype, data + 2 * (i + k));
    for (; i < count; i++)
        values_ret[i] = carvq_half_to_f32(dtype, data + 2 * i);
}

void carvq_widen(enum carvq_dtype dtype, const uint8_t *data, size_t count, float *values_ret)
{
    if (dtype == CARVQ_BF16)
        widen_halves(CARVQ_BF16, data, count, values_ret);
    else if (dtype == CARVQ_F16)
        widen_halves(CARVQ_F16, data, count, values_ret);
    else
        for (size_t i = 0; i < count; i++)
            values_ret[i] = carvq_float_from_bits(carvq_load_u32(data + 4 * i));
}

static inline void add_halves(enum carvq_dtype dtype, const uint8_t *restrict data, float scale, size_t count,
                              float *restrict values)
{
    enum { BLOCK = 16 };
    size_t i = 0;
    for (; count - i >= BLOCK; i += BLOCK)
        for (size_t k = 0; k < BLOCK; k++)
            values[i + k] += (float)(scale * carvq_half_to_f32(dtype, data + 2 * (i + k)));
    for (; i < count; i++)
        values[i] += (float)(scale * carvq_half_to_f32(dtype, data + 2 * i));
}

void carvq_add_scaled(enum carvq_dtype dtype, const uint8_t *data, float scale, size_t count, float *values)
{
    if (dtype == CARVQ_BF16)
        add_halves(CARVQ_BF16, data, scale, count, values);
    else
        add_halves(CARVQ_F16, data, scale, count, values);
}

static inline void narrow(enum carvq_dtype dtype, float value, uint8_t *data)
{
    carvq_store_u16(data, dtype == CARVQ_BF16 ? carvq_f32_to_bf16(value) : carvq_f32_to_f16(value));
}

static inline void narrow_halves(enum carvq_dtype dtype, const float *restrict values, size_t count, uint8_t *restrict data_ret)
{
    enum { BLOCK = 16 };
    size_t i = 0;
    for (; count - i >= BLOCK; i += BLOCK)
        for (size_t k = 0; k < BLOCK; k++)
            narrow(dtype, values[i + k], data_ret + 2 * (i + k));
    for (; i < count; i++)
        narrow(dtype, values[i], data_ret + 2 * i);
}

void carvq_narrow(enum carvq_dtype dtype, const float *values, size_t count, uint8_t *data_ret)
{
    if (dtype == CARVQ_BF16)
        narrow_halves(CARVQ_BF16, values, count, data_ret);
    else if (dtype == CARVQ_F16)
        narrow_halves(CARVQ_F16, values, count, data_ret);
    else
        for (size_t i = 0; i < count; i++) {
            carvq_store_u16(data_ret + 4 * i, (uint16_t)carvq_float_bits(values[i]));
            carvq_store_u16(data_ret + 4 * i + 2, (uint16_t)(carvq_float_bits(values[i]) >> 16));
        }
}
