// SPDX-License-Identifier: MIT
// Rows of 16-bit values, NEON: F16 widened, all narrowed, and codec "raw" of F16. BF16 is widened by the scalar code, which
// compilers make vector code of.
#include "kernels.h"

#ifdef CARVQ_NEON_KERNELS

#include <arm_neon.h>

#include "half.h"

#define KERNEL
#define LEVEL "neon"
#define INLINE __attribute__((always_inline)) static inline

INLINE uint16x8_t load_8(const uint8_t *data)
{
    return vreinterpretq_u16_u8(vld1q_u8(data));
}

// The processor makes NaN quiet, which is a change of bits: blocks with NaN are left to the scalar code.
INLINE void widen_f16(const uint8_t *data, size_t count, float *values_ret)
{
    size_t i = 0;
    for (; count - i >= 8; i += 8) {
        const uint16x8_t bits = load_8(data + 2 * i);
        const float16x8_t halves = vreinterpretq_f16_u16(bits);
        vst1q_f32(values_ret + i, vcvt_f32_f16(vget_low_f16(halves)));
        vst1q_f32(values_ret + i + 4, vcvt_high_f32_f16(halves));
        if (vmaxvq_u16(vandq_u16(bits, vdupq_n_u16(0x7fff))) > 0x7c00)
            carvq_widen(CARVQ_F16, data + 2 * i, 8, values_ret + i);
    }
    carvq_widen(CARVQ_F16, data + 2 * i, count - i, values_ret + i);
}

// The upper halves of 4 floats, rounded.
INLINE uint16x4_t round_4(const float *values)
{
    const float32x4_t four = vld1q_f32(values);
    const uint32x4_t bits = vreinterpretq_u32_f32(four), odd = vandq_u32(vshrq_n_u32(bits, 16), vdupq_n_u32(1));
    const uint32x4_t rounded = vaddq_u32(vaddq_u32(bits, vdupq_n_u32(0x7fff)), odd);
    return vshrn_n_u32(vbslq_u32(vceqq_f32(four, four), rounded, vorrq_u32(bits, vdupq_n_u32(0x400000))), 16);
}

INLINE void narrow_bf16(const float *values, size_t count, uint8_t *data_ret)
{
    size_t i = 0;
    for (; count - i >= 8; i += 8)
        vst1q_u8(data_ret + 2 * i, vreinterpretq_u8_u16(vcombine_u16(round_4(values + i), round_4(values + i + 4))));
    carvq_narrow(CARVQ_BF16, values + i, count - i, data_ret + 2 * i);
}

INLINE void narrow_f16(const float *values, size_t count, uint8_t *data_ret)
{
    size_t i = 0;
    for (; count - i >= 8; i += 8) {
        const float16x4_t low = vcvt_f16_f32(vld1q_f32(values + i));
        vst1q_u8(data_ret + 2 * i, vreinterpretq_u8_f16(vcvt_high_f16_f32(low, vld1q_f32(values + i + 4))));
    }
    carvq_narrow(CARVQ_F16, values + i, count - i, data_ret + 2 * i);
}

#include "half_rows.h"

void carvq_half_neon(struct carvq_kernels *kernels)
{
    install(kernels);
}

#else
typedef int carvq_half_neon_is_empty;
#endif
