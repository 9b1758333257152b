// SPDX-License-Identifier: MIT
// Codec "additive", AVX2: rows. See additive_rows.h.
#include "kernels.h"

#ifdef CARVQ_X86_KERNELS

#include <immintrin.h>

#define ROWS __attribute__((target("avx2")))
#define INLINE ROWS __attribute__((always_inline)) static inline

#include "additive_rows.h"

INLINE void split_codes(const struct carvq_segment *segment, uint64_t row, uint64_t next, uint32_t first, uint32_t groups,
                        uint8_t *codes_ret)
{
    const __m256i mask = _mm256_set1_epi8(15);
    uint8_t fours[4 * PASS_GROUPS];
    gather_codes(segment, row, next, first, groups, fours);
    for (uint32_t i = 0; i < groups; i += 8, codes_ret += 64) {
        const __m256i both = _mm256_loadu_si256((const void *)(fours + 4 * i)), even = _mm256_and_si256(both, mask);
        const __m256i odd = _mm256_and_si256(_mm256_srli_epi16(both, 4), mask);
        const __m256i low = _mm256_unpacklo_epi8(even, odd), high = _mm256_unpackhi_epi8(even, odd);
        _mm256_storeu_si256((void *)codes_ret, _mm256_permute2x128_si256(low, high, 0x20));
        _mm256_storeu_si256((void *)(codes_ret + 32), _mm256_permute2x128_si256(low, high, 0x31));
    }
}

INLINE void turn_book(const int8_t *book, unsigned lines, int8_t *codewords_ret, size_t unit)
{
    __m128i a[8], b[8];
    for (unsigned k = 0; k < 8; k++)
        a[k] = k < lines ? _mm_loadu_si128((const void *)(book + 16 * k)) : _mm_setzero_si128();
    for (unsigned times = 0; times < 3; times++) {
        for (unsigned k = 0; k < 4; k++) {
            b[2 * k] = _mm_unpacklo_epi8(a[k], a[k + 4]);
            b[2 * k + 1] = _mm_unpackhi_epi8(a[k], a[k + 4]);
        }
        memcpy(a, b, sizeof a);
    }
    for (unsigned k = 0; k < 8; k++, codewords_ret += 2 * unit) {
        _mm_storel_epi64((void *)codewords_ret, a[k]);
        _mm_storel_epi64((void *)(codewords_ret + unit), _mm_unpackhi_epi64(a[k], a[k]));
    }
}

#define NO (-128)
// For shuffles of two lines: where values of lines 2 k and 2 k + 1 go, in the lower and in the upper half.
static const int8_t places[4][32] = {
    {0,  NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
     NO, 0,  NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO},
    {NO, NO, 0,  NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
     NO, NO, NO, 0,  NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO},
    {NO, NO, NO, NO, 0,  NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
     NO, NO, NO, NO, NO, 0,  NO, NO, NO, NO, NO, NO, NO, NO, NO, NO},
    {NO, NO, NO, NO, NO, NO, 0,  NO, NO, NO, NO, NO, NO, NO, NO, NO,
     NO, NO, NO, NO, NO, NO, NO, 0,  NO, NO, NO, NO, NO, NO, NO, NO},
};
#undef NO

// Values of lines 2 k and 2 k + 1.
INLINE __m256i take_two(const int8_t *book, __m256i codes, unsigned k)
{
    return _mm256_shuffle_epi8(_mm256_loadu_si256((const void *)(book + 32 * k)),
                               _mm256_or_si256(codes, _mm256_loadu_si256((const void *)places[k])));
}

INLINE void take_codeword(const int8_t *book, unsigned lines, uint8_t code, int8_t *codeword_ret)
{
    const __m256i codes = _mm256_set1_epi8((char)code);
    for (unsigned begin = 0; begin < lines; begin += 8, book += 128, codeword_ret += 8) {
        __m256i values = _mm256_or_si256(take_two(book, codes, 0), take_two(book, codes, 1));
        if (lines > 4)
            values = _mm256_or_si256(values, take_two(book, codes, 2));
        if (lines > 6)
            values = _mm256_or_si256(values, take_two(book, codes, 3));
        _mm_storel_epi64((void *)codeword_ret, _mm_or_si128(_mm256_castsi256_si128(values), _mm256_extracti128_si256(values, 1)));
    }
}

INLINE __m256i load_track(const int8_t *track)
{
    return _mm256_cvtepi8_epi16(_mm_loadu_si128((const void *)track));
}

// Sums of 16 columns. span is constant where this is called from.
INLINE __m256i add_16(const struct rows *rows, unsigned span, size_t column)
{
    __m256i sums = _mm256_add_epi16(load_track(rows->tracks[0] + column), load_track(rows->tracks[1] + column));
    if (span > 2)
        sums = _mm256_add_epi16(sums, load_track(rows->tracks[2] + column));
    if (span > 3)
        sums = _mm256_add_epi16(sums, load_track(rows->tracks[3] + column));
    return sums;
}

INLINE __m256 scale_8(__m128i sums, __m256 scale)
{
    return _mm256_mul_ps(_mm256_cvtepi32_ps(_mm256_cvtepi16_epi32(sums)), scale);
}

INLINE void add_columns(const struct rows *rows, unsigned span, size_t first, size_t count, float factor, float *values_ret)
{
    const __m256 scale = _mm256_set1_ps(factor);
    size_t i = 0;
    for (; count - i >= 16; i += 16) {
        const __m256i sums = add_16(rows, span, first + i);
        _mm256_storeu_ps(values_ret + i, scale_8(_mm256_castsi256_si128(sums), scale));
        _mm256_storeu_ps(values_ret + i + 8, scale_8(_mm256_extracti128_si256(sums, 1), scale));
    }
    if (i < count) {
        const __m256i sums = add_16(rows, span, first + i);
        float values[16];
        _mm256_storeu_ps(values, scale_8(_mm256_castsi256_si128(sums), scale));
        _mm256_storeu_ps(values + 8, scale_8(_mm256_extracti128_si256(sums, 1), scale));
        memcpy(values_ret + i, values, (count - i) * sizeof *values);
    }
}

DEFINE_DECODERS

static const char *choose(struct carvq_segment *segment)
{
    carvq_additive_choose(segment);
    segment->decode_rows = choose_decoder(segment);
    return "avx2 additive";
}

void carvq_additive_rows_avx2(struct carvq_kernels *kernels)
{
    kernels->choose[CARVQ_ADDITIVE] = choose;
}

#else
typedef int carvq_additive_rows_avx2_is_empty;
#endif
