// SPDX-License-Identifier: MIT
// Codec "rvq", NEON: h = 8, kappa = 4, L = 1 to 4, groups by rows.
#include "kernels.h"

#ifdef CARVQ_NEON_KERNELS

#include <arm_neon.h>

#define INLINE __attribute__((always_inline)) static inline

typedef float32x4x2_t eight;

INLINE eight load_eight(const float *values)
{
    return (eight){{vld1q_f32(values), vld1q_f32(values + 4)}};
}

INLINE eight add_eight(eight a, eight b)
{
    return (eight){{vaddq_f32(a.val[0], b.val[0]), vaddq_f32(a.val[1], b.val[1])}};
}

INLINE void store_eight(float *values_ret, eight values)
{
    vst1q_f32(values_ret, values.val[0]);
    vst1q_f32(values_ret + 4, values.val[1]);
}

INLINE void widen_eight(const uint8_t *halves, float *values_ret)
{
    const uint16x8_t words = vreinterpretq_u16_u8(vld1q_u8(halves));
    vst1q_f32(values_ret, vreinterpretq_f32_u32(vshll_n_u16(vget_low_u16(words), 16)));
    vst1q_f32(values_ret + 4, vreinterpretq_f32_u32(vshll_n_u16(vget_high_u16(words), 16)));
}

// The centroid of the code at bit number position of a word.
INLINE const float *find_centroid(const float *book, uint64_t word, unsigned position)
{
    return book + 8 * (word >> position & 15);
}

#include "rvq_rows.h"

DEFINE_DECODERS(, "neon")

void carvq_rvq_neon(struct carvq_kernels *kernels)
{
    kernels->choose[CARVQ_RVQ] = choose;
}

#else
typedef int carvq_rvq_neon_is_empty;
#endif
