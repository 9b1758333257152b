// SPDX-License-Identifier: MIT
// What is added to rows, NEON: what all rows share, and the adaptor. See shared_rows.h. A term and 4
// columns cost a product, a sum and a conversion.
#include "kernels.h"

#ifdef CARVQ_NEON_KERNELS

#include <arm_neon.h>

#define KERNEL
#define INLINE __attribute__((always_inline)) static inline
#define LANES 4
#define WIDE 32

typedef float32x4_t vector;

INLINE vector load_floats(const float *values)
{
    return vld1q_f32(values);
}

INLINE void store_floats(float *values_ret, vector values)
{
    vst1q_f32(values_ret, values);
}

INLINE vector load_halves(enum carvq_dtype dtype, const uint8_t *data)
{
    const uint16x4_t halves = vreinterpret_u16_u8(vld1_u8(data));
    if (dtype == CARVQ_F16)
        return vcvt_f32_f16(vreinterpret_f16_u16(halves));
    return vreinterpretq_f32_u32(vshll_n_u16(halves, 16));
}

INLINE vector fill(float value)
{
    return vdupq_n_f32(value);
}

INLINE void add_product(vector *sums, vector a, vector b)
{
    *sums = vaddq_f32(*sums, vmulq_f32(a, b));
}

INLINE vector at_least_0(vector values)
{
    return vmaxnmq_f32(values, vdupq_n_f32(0)); // of two one of which is NaN the other
}

#include "shared_rows.h"

INLINE void add_wide(enum carvq_dtype dtype, const struct carvq_term *terms, size_t count, size_t column, float *values)
{
    add_columns(dtype, terms, count, column, WIDE, values);
}

void carvq_shared_neon(struct carvq_kernels *kernels)
{
    kernels->add_shared = add_shared;
    kernels->add_adaptor = add_adaptor;
    kernels->make_units = make_units;
}

#else
typedef int carvq_shared_neon_is_empty;
#endif
