// SPDX-License-Identifier: MIT
// What is added to rows, AVX2: what all rows share, and the adaptor.
//
// 64 columns stay in registers while all terms are added to them. A term and 8 columns cost a product, a sum and a conversion:
// BF16 at odd columns by a mask, at even ones by a shift, which sorts columns by that for the while. With m = 16, H = 240, n =
// 2048 and half of the hidden units active that is 31 000 times 3 instructions, and 480 KiB of W1, which lie in the second cache
// at best: both take about 10 us.
#include "kernels.h"

#ifdef CARVQ_X86_KERNELS

#include <immintrin.h>

#define KERNEL __attribute__((target("avx2,f16c")))
#define INLINE KERNEL __attribute__((always_inline)) static inline
#define LANES 8
#define WIDE 64

typedef __m256 vector;

INLINE vector load_floats(const float *values)
{
    return _mm256_loadu_ps(values);
}

INLINE void store_floats(float *values_ret, vector values)
{
    _mm256_storeu_ps(values_ret, values);
}

INLINE vector load_halves(enum carvq_dtype dtype, const uint8_t *data)
{
    const __m128i halves = _mm_loadu_si128((const void *)data);
    if (dtype == CARVQ_F16)
        return _mm256_cvtph_ps(halves);
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(halves), 16));
}

INLINE vector fill(float value)
{
    return _mm256_set1_ps(value);
}

INLINE void add_product(vector *sums, vector a, vector b)
{
    *sums = _mm256_add_ps(*sums, _mm256_mul_ps(a, b));
}

INLINE vector at_least_0(vector values)
{
    return _mm256_max_ps(values, _mm256_setzero_ps()); // of two one of which is NaN the second
}

#include "shared_rows.h"

// Columns of BF16 from the first of the terms on: in registers 2 k and 2 k + 1 are the even and the odd ones of 16.
INLINE void add_bf16(const struct carvq_term *terms, size_t count, size_t column, float *values)
{
    const __m256i mask = _mm256_set1_epi32((int)0xffff0000);
    vector sums[WIDE / LANES];
    for (unsigned k = 0; k < WIDE / LANES; k += 2) {
        const vector a = load_floats(values + LANES * k), b = load_floats(values + LANES * (k + 1));
        const vector low = _mm256_permute2f128_ps(a, b, 0x20), high = _mm256_permute2f128_ps(a, b, 0x31);
        sums[k] = _mm256_shuffle_ps(low, high, 0x88);
        sums[k + 1] = _mm256_shuffle_ps(low, high, 0xdd);
    }
    for (size_t i = 0; i < count; i++) {
        const vector scale = fill(terms[i].scale);
        for (unsigned k = 0; k < WIDE / LANES; k += 2) {
            const __m256i pairs = _mm256_loadu_si256((const void *)(terms[i].data + 2 * column + 2 * LANES * k));
            add_product(&sums[k], scale, _mm256_castsi256_ps(_mm256_slli_epi32(pairs, 16)));
            add_product(&sums[k + 1], scale, _mm256_castsi256_ps(_mm256_and_si256(pairs, mask)));
        }
    }
    for (unsigned k = 0; k < WIDE / LANES; k += 2) {
        const vector low = _mm256_unpacklo_ps(sums[k], sums[k + 1]), high = _mm256_unpackhi_ps(sums[k], sums[k + 1]);
        store_floats(values + LANES * k, _mm256_permute2f128_ps(low, high, 0x20));
        store_floats(values + LANES * (k + 1), _mm256_permute2f128_ps(low, high, 0x31));
    }
}

INLINE void add_wide(enum carvq_dtype dtype, const struct carvq_term *terms, size_t count, size_t column, float *values)
{
    if (dtype == CARVQ_BF16)
        add_bf16(terms, count, column, values);
    else
        add_columns(dtype, terms, count, column, WIDE, values);
}

void carvq_shared_avx2(struct carvq_kernels *kernels)
{
    kernels->add_shared = add_shared;
    kernels->add_adaptor = add_adaptor;
    kernels->make_units = make_units;
}

#else
typedef int carvq_shared_avx2_is_empty;
#endif
