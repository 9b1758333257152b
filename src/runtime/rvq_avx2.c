// SPDX-License-Identifier: MIT
// Codec "rvq", AVX2: h = 8, kappa = 4, L = 1 to 4, groups by rows.
#include "kernels.h"

#ifdef CARVQ_X86_KERNELS

#include <immintrin.h>

#define AVX2 __attribute__((target("avx2,bmi,bmi2")))
#define INLINE AVX2 __attribute__((always_inline)) static inline
#define CENTROID_SHIFT 5 // a centroid has 2^5 bytes

typedef __m256 eight;

INLINE eight load_eight(const float *values)
{
    return _mm256_load_ps(values);
}

INLINE eight add_eight(eight a, eight b)
{
    return _mm256_add_ps(a, b);
}

INLINE void store_eight(float *values_ret, eight values)
{
    _mm256_storeu_ps(values_ret, values);
}

INLINE void widen_eight(const uint8_t *halves, float *values_ret)
{
    const __m256i words = _mm256_cvtepu16_epi32(_mm_loadu_si128((const void *)halves));
    _mm256_storeu_si256((void *)values_ret, _mm256_slli_epi32(words, 16));
}

// The centroid of the code at bit number position of a word. A rotation, which is one instruction, puts the code where it counts
// centroids.
INLINE const float *find_centroid(const float *book, uint64_t word, unsigned position)
{
    const unsigned left = (64 + CENTROID_SHIFT - position) % 64;
    const uint64_t rotated = word << left | word >> (64 - left) % 64;
    return (const float *)(const void *)((const char *)book + (rotated & 15 << CENTROID_SHIFT));
}

#include "rvq_rows.h"

DEFINE_DECODERS(AVX2, "avx2")

void carvq_rvq_avx2(struct carvq_kernels *kernels)
{
    kernels->choose[CARVQ_RVQ] = choose;
}

#else
typedef int carvq_rvq_avx2_is_empty;
#endif
