// SPDX-License-Identifier: MIT
// Rows of 16-bit values, AVX2: F16 widened, all narrowed, and codec "raw" of F16. What limits them is memory: a row of n = 2048
// reads 4 KiB and writes 8 KiB, or the other way round. Of BF16 the scalar code does that as fast: it is vector code as compiled.
#include "kernels.h"

#ifdef CARVQ_X86_KERNELS

#include <immintrin.h>

#include "half.h"

#define KERNEL __attribute__((target("avx2,f16c")))
#define LEVEL "avx2"
#define INLINE KERNEL __attribute__((always_inline)) static inline

// The processor makes NaN quiet, which is a change of bits: blocks with NaN are left to the scalar code.
INLINE void widen_f16(const uint8_t *data, size_t count, float *values_ret)
{
    size_t i = 0;
    for (; count - i >= 16; i += 16) {
        const __m256 low = _mm256_cvtph_ps(_mm_loadu_si128((const void *)(data + 2 * i)));
        const __m256 high = _mm256_cvtph_ps(_mm_loadu_si128((const void *)(data + 2 * i + 16)));
        _mm256_storeu_ps(values_ret + i, low);
        _mm256_storeu_ps(values_ret + i + 8, high);
        if (_mm256_movemask_ps(_mm256_cmp_ps(low, high, _CMP_UNORD_Q)) != 0)
            carvq_widen(CARVQ_F16, data + 2 * i, 16, values_ret + i);
    }
    carvq_widen(CARVQ_F16, data + 2 * i, count - i, values_ret + i);
}

// The upper halves of 8 floats, rounded, as numbers of 32 bits.
INLINE __m256i round_8(const float *values)
{
    const __m256i bits = _mm256_loadu_si256((const void *)values), upper = _mm256_srli_epi32(bits, 16);
    const __m256i odd = _mm256_and_si256(upper, _mm256_set1_epi32(1));
    const __m256i rounded = _mm256_add_epi32(_mm256_add_epi32(bits, _mm256_set1_epi32(0x7fff)), odd);
    const __m256i is_nan = _mm256_castps_si256(_mm256_cmp_ps(_mm256_castsi256_ps(bits), _mm256_castsi256_ps(bits), _CMP_UNORD_Q));
    return _mm256_blendv_epi8(_mm256_srli_epi32(rounded, 16), _mm256_or_si256(upper, _mm256_set1_epi32(0x40)), is_nan);
}

INLINE void narrow_bf16(const float *values, size_t count, uint8_t *data_ret)
{
    size_t i = 0;
    for (; count - i >= 16; i += 16) {
        const __m256i both = _mm256_packus_epi32(round_8(values + i), round_8(values + i + 8));
        _mm256_storeu_si256((void *)(data_ret + 2 * i), _mm256_permute4x64_epi64(both, 0xd8));
    }
    carvq_narrow(CARVQ_BF16, values + i, count - i, data_ret + 2 * i);
}

INLINE void narrow_f16(const float *values, size_t count, uint8_t *data_ret)
{
    size_t i = 0;
    for (; count - i >= 8; i += 8)
        _mm_storeu_si128((void *)(data_ret + 2 * i), _mm256_cvtps_ph(_mm256_loadu_ps(values + i), _MM_FROUND_TO_NEAREST_INT));
    carvq_narrow(CARVQ_F16, values + i, count - i, data_ret + 2 * i);
}

#include "half_rows.h"

void carvq_half_avx2(struct carvq_kernels *kernels)
{
    install(kernels);
}

#else
typedef int carvq_half_avx2_is_empty;
#endif
