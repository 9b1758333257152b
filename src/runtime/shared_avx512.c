// SPDX-License-Identifier: MIT
// What is added to rows, AVX-512: what all rows share, and the adaptor. As shared_avx2.c does it, in half as many instructions:
// BF16 takes three quarters of the time even where registers are two halves inside (Zen 4). F16 and the activations take a tenth
// more there.
#include "kernels.h"

#ifdef CARVQ_X86_KERNELS

#include <immintrin.h>

#define KERNEL __attribute__((target("avx2,f16c,avx512f,avx512bw,avx512dq,avx512vl")))
#define INLINE KERNEL __attribute__((always_inline)) static inline
#define LANES 16
#define WIDE 128

typedef __m512 vector;

INLINE vector load_floats(const float *values)
{
    return _mm512_loadu_ps(values);
}

INLINE void store_floats(float *values_ret, vector values)
{
    _mm512_storeu_ps(values_ret, values);
}

INLINE vector load_halves(enum carvq_dtype dtype, const uint8_t *data)
{
    const __m256i halves = _mm256_loadu_si256((const void *)data);
    if (dtype == CARVQ_F16)
        return _mm512_cvtph_ps(halves);
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(halves), 16));
}

INLINE vector fill(float value)
{
    return _mm512_set1_ps(value);
}

// A product that names its rounding is not made one instruction with the sum: AVX-512 has those, and gcc without -std=c11 would.
INLINE void add_product(vector *sums, vector a, vector b)
{
    *sums = _mm512_add_ps(*sums, _mm512_mul_round_ps(a, b, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
}

INLINE vector at_least_0(vector values)
{
    return _mm512_max_ps(values, _mm512_setzero_ps()); // of two one of which is NaN the second
}

#include "shared_rows.h"

// Columns of BF16 from the first of the terms on: in registers 2 k and 2 k + 1 are the even and the odd ones of 32.
INLINE void add_bf16(const struct carvq_term *terms, size_t count, size_t column, float *values)
{
    const __m512i mask = _mm512_set1_epi32((int)0xffff0000);
    const __m512i even = _mm512_set_epi32(30, 28, 26, 24, 22, 20, 18, 16, 14, 12, 10, 8, 6, 4, 2, 0);
    const __m512i odd = _mm512_set_epi32(31, 29, 27, 25, 23, 21, 19, 17, 15, 13, 11, 9, 7, 5, 3, 1);
    const __m512i low = _mm512_set_epi32(23, 7, 22, 6, 21, 5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
    const __m512i high = _mm512_set_epi32(31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8);
    vector sums[WIDE / LANES];
    for (unsigned k = 0; k < WIDE / LANES; k += 2) {
        const vector a = load_floats(values + LANES * k), b = load_floats(values + LANES * (k + 1));
        sums[k] = _mm512_permutex2var_ps(a, even, b);
        sums[k + 1] = _mm512_permutex2var_ps(a, odd, b);
    }
    for (size_t i = 0; i < count; i++) {
        const vector scale = fill(terms[i].scale);
        for (unsigned k = 0; k < WIDE / LANES; k += 2) {
            const __m512i pairs = _mm512_loadu_si512((const void *)(terms[i].data + 2 * column + 2 * LANES * k));
            add_product(&sums[k], scale, _mm512_castsi512_ps(_mm512_slli_epi32(pairs, 16)));
            add_product(&sums[k + 1], scale, _mm512_castsi512_ps(_mm512_and_si512(pairs, mask)));
        }
    }
    for (unsigned k = 0; k < WIDE / LANES; k += 2) {
        store_floats(values + LANES * k, _mm512_permutex2var_ps(sums[k], low, sums[k + 1]));
        store_floats(values + LANES * (k + 1), _mm512_permutex2var_ps(sums[k], high, sums[k + 1]));
    }
}

INLINE void add_wide(enum carvq_dtype dtype, const struct carvq_term *terms, size_t count, size_t column, float *values)
{
    if (dtype == CARVQ_BF16)
        add_bf16(terms, count, column, values);
    else
        add_columns(dtype, terms, count, column, WIDE, values);
}

void carvq_shared_avx512(struct carvq_kernels *kernels)
{
    kernels->add_shared = add_shared;
    kernels->add_adaptor = add_adaptor;
    kernels->make_units = make_units;
}

#else
typedef int carvq_shared_avx512_is_empty;
#endif
