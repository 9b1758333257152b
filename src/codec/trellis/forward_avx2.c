// SPDX-License-Identifier: MIT
// Distances along the trellis with AVX2: 16 states at a time.
#include "codec/trellis/forward.h"

#ifdef CARVQ_HAS_AVX
#include <immintrin.h>
#include <string.h>

// The distances of the groups that states r ... r + 15 come from: numbers r / 2^k and following, each 2^k times.
CARVQ_AVX2 CARVQ_TEMPLATE __m256i spread(const uint16_t *metrics, unsigned k)
{
    if (k == 2) {
        long long four;
        memcpy(&four, metrics, sizeof four);
        return _mm256_shuffle_epi8(_mm256_set1_epi64x(four),
                                   _mm256_setr_epi8(0, 1, 0, 1, 0, 1, 0, 1, 2, 3, 2, 3, 2, 3, 2, 3, // the shuffle stays in a half
                                                    4, 5, 4, 5, 4, 5, 4, 5, 6, 7, 6, 7, 6, 7, 6, 7));
    }
    if (k == 3) {
        int two;
        memcpy(&two, metrics, sizeof two);
        return _mm256_shuffle_epi8(_mm256_set1_epi32(two), _mm256_setr_epi8(0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, //
                                                                            2, 3, 2, 3, 2, 3, 2, 3, 2, 3, 2, 3, 2, 3, 2, 3));
    }
    return _mm256_set1_epi16((short)*metrics);
}

CARVQ_AVX2 CARVQ_TEMPLATE __m256i load(const void *values)
{
    return _mm256_loadu_si256((const __m256i *)values);
}

// Squares of x - y, of two values; their sum has 17 bits if they are weighted.
CARVQ_AVX2 CARVQ_TEMPLATE __m256i squares(__m256i x0, __m256i y0, __m256i x1, __m256i y1, __m256i w0, __m256i w1, bool weighted)
{
    __m256i d0 = _mm256_subs_epi16(x0, y0), d1 = _mm256_subs_epi16(x1, y1);
    if (!weighted)
        return _mm256_add_epi16(_mm256_mulhi_epi16(d0, d0), _mm256_mulhi_epi16(d1, d1));
    d0 = _mm256_mulhrs_epi16(d0, w0);
    d1 = _mm256_mulhrs_epi16(d1, w1);
    return _mm256_adds_epu16(_mm256_mulhrs_epi16(d0, d0), _mm256_mulhrs_epi16(d1, d1));
}

// best[i], i < width: the least distance of all states of remainder i mod width.
CARVQ_AVX2 CARVQ_TEMPLATE void step_forward(const struct carvq_trellis *trellis, size_t step, unsigned k, size_t width,
                                            bool weighted, uint16_t *best)
{
    const size_t states = trellis->states;
    const uint16_t *metrics = trellis->metrics + step * trellis->groups;
    const int16_t *first = trellis->table[0], *second = carvq_trellis_second(trellis, step);
    const __m256i x0 = _mm256_set1_epi16(trellis->targets[2 * step]), x1 = _mm256_set1_epi16(trellis->targets[2 * step + 1]);
    const __m256i w0 = weighted ? _mm256_set1_epi16(trellis->weights[2 * step]) : x0;
    const __m256i w1 = weighted ? _mm256_set1_epi16(trellis->weights[2 * step + 1]) : x1;
    for (size_t i = 0; i < width; i += CARVQ_TRELLIS_LANES) {
        __m256i least = _mm256_set1_epi16(-1);
        for (size_t r = i; r < states; r += width) {
            const __m256i distance = squares(x0, load(first + r), x1, load(second + r), w0, w1, weighted);
            least = _mm256_min_epu16(least, _mm256_adds_epu16(distance, spread(metrics + (r >> k), k)));
        }
        _mm256_storeu_si256((__m256i *)(void *)(best + i), least);
    }
}

// A constant k spares the choice in spread().
CARVQ_AVX2 CARVQ_TEMPLATE void forward(const struct carvq_trellis *trellis, size_t begin, size_t end, unsigned k, bool weighted)
{
    const size_t width = trellis->groups < CARVQ_TRELLIS_LANES ? CARVQ_TRELLIS_LANES : trellis->groups;
    uint16_t best[CARVQ_TRELLIS_MAX_GROUPS];
    for (size_t step = begin; step < end; step++) {
        step_forward(trellis, step, k, width, weighted, best);
        carvq_trellis_settle(trellis, step, width, best);
    }
}

CARVQ_AVX2 CARVQ_TEMPLATE void forward_by_bits(const struct carvq_trellis *trellis, size_t begin, size_t end, bool weighted)
{
    if (trellis->step_bits == 2)
        forward(trellis, begin, end, 2, weighted);
    else if (trellis->step_bits == 3)
        forward(trellis, begin, end, 3, weighted);
    else
        forward(trellis, begin, end, trellis->step_bits < 4 ? 4 : trellis->step_bits, weighted);
}

CARVQ_AVX2 void carvq_trellis_forward_avx2(const struct carvq_trellis *trellis, size_t begin, size_t end, size_t state)
{
    carvq_trellis_start(trellis, begin, state);
    if (trellis->weights == NULL)
        forward_by_bits(trellis, begin, end, false);
    else
        forward_by_bits(trellis, begin, end, true);
}

#endif
