// SPDX-License-Identifier: MIT
// Codec "additive", AVX2: rows whose books are by phase.
//
// Steps a pattern apart have the same books: codes are sorted by their phase, and a byte shuffle looks a value of 16 of them up.
// A value takes M of these, its sums of 16 bits are put into the order of columns and become floats. The first steps, which have
// books of their own, are left to the scalar decoder.
#include "kernels.h"

#ifdef CARVQ_X86_KERNELS

#include <immintrin.h>

#include "table.h"

#define AVX2 __attribute__((target("avx2")))
#define INLINE AVX2 __attribute__((always_inline)) static inline
#define MAX_STEPS 2048 // of a row that is decoded here
#define LANES 16       // periods of the pattern at once
#define BLOCK_CODES (CARVQ_BLOCK_GROUPS * CARVQ_GROUP_CODES)
#define BEFORE 4     // periods before the first that codewords come from, and one more
#define MAX_WIDTH 16 // columns of a pattern that is decoded here: what is on the stack

// Where the codes of each phase are: of period k at codes[k].
struct phases {
    uint8_t bytes[MAX_STEPS + CARVQ_MAX_STRIDES * (BEFORE + 2 * LANES)];
    uint8_t *codes[CARVQ_MAX_STRIDES];
};

// What is added to a column of the pattern: a table of 16 values, and the codes of the first period.
struct term {
    const int8_t *table;
    const uint8_t *codes;
};

// The codes of a row in a block of groups, one a byte; groups that do not exist give anything.
INLINE void split_block(const struct carvq_segment *segment, uint64_t row, uint32_t block, uint8_t codes_ret[BLOCK_CODES])
{
    const __m256i mask = _mm256_set1_epi8(15);
    uint32_t fours[CARVQ_BLOCK_GROUPS] = {0};
    size_t stride;
    const uint8_t *bytes = carvq_additive_bytes(segment, row, block * CARVQ_BLOCK_GROUPS, &stride);
    for (uint32_t g = block * CARVQ_BLOCK_GROUPS, i = 0; i < CARVQ_BLOCK_GROUPS && g < segment->additive.groups;
         g++, i++, bytes += stride)
        fours[i] = (uint32_t)bytes[0] | (uint32_t)bytes[16] << 8 | (uint32_t)bytes[32] << 16 | (uint32_t)bytes[48] << 24;
    for (size_t half = 0; half < 2; half++, codes_ret += 64) {
        const __m256i both = _mm256_loadu_si256((const void *)(fours + 8 * half)), even = _mm256_and_si256(both, mask);
        const __m256i odd = _mm256_and_si256(_mm256_srli_epi16(both, 4), mask);
        const __m256i low = _mm256_unpacklo_epi8(even, odd), high = _mm256_unpackhi_epi8(even, odd);
        _mm256_storeu_si256((void *)codes_ret, _mm256_permute2x128_si256(low, high, 0x20));
        _mm256_storeu_si256((void *)(codes_ret + 32), _mm256_permute2x128_si256(low, high, 0x31));
    }
}

// The codes of a row from period first - BEFORE on, as far as they are there, up to that number of periods from first on.
INLINE void sort_codes(const struct carvq_segment *segment, uint64_t row, uint64_t first, size_t periods,
                       struct phases *phases_ret)
{
    const uint32_t count = segment->info->stride_count, steps = segment->additive.steps;
    const size_t room = BEFORE + (periods + LANES - 1) / LANES * LANES;
    const uint64_t wanted = (first + periods) * count, end = wanted < steps ? wanted : steps;
    uint64_t step = first < BEFORE ? 0 : (first - BEFORE) * count;
    uint8_t codes[BLOCK_CODES];
    for (uint32_t p = 0; p < count; p++) {
        phases_ret->codes[p] = phases_ret->bytes + p * room + BEFORE;
        memset(phases_ret->bytes + p * room, 0, room);
    }
    uint32_t phase = 0;
    int64_t period = first < BEFORE ? -(int64_t)first : -BEFORE;
    while (step < end) {
        const uint64_t block = step / BLOCK_CODES, limit = (block + 1) * BLOCK_CODES < end ? (block + 1) * BLOCK_CODES : end;
        split_block(segment, row, (uint32_t)block, codes);
        if (count == 1) {
            memcpy(phases_ret->codes[0] + period, codes + step % BLOCK_CODES, (size_t)(limit - step));
            period += (int64_t)(limit - step);
            step = limit;
        }
        for (; step < limit; step++) {
            phases_ret->codes[phase][period] = codes[step % BLOCK_CODES];
            phase = phase + 1 < count ? phase + 1 : 0;
            period += phase == 0;
        }
    }
}

// The terms of the columns of a pattern: [column][span].
static void list_terms(const struct carvq_segment *segment, const struct phases *phases, struct term *terms_ret)
{
    const struct carvq_segment_info *info = segment->info;
    const uint32_t span = info->span, count = info->stride_count;
    for (uint32_t phase = 0; phase < count; phase++)
        for (uint32_t f = 0; f < info->strides[phase]; f++) {
            size_t value = f; // of the codeword
            for (uint32_t j = 0, p = phase, back = 0; j < span; j++) {
                *terms_ret++ = (struct term){(const int8_t *)segment->books + segment->additive.books[span - 1 + p] + 16 * value,
                                             phases->codes[p] - back};
                back += p == 0;
                p = p > 0 ? p - 1 : count - 1;
                value += info->strides[p];
            }
        }
}

INLINE __m256i look_up(struct term term, size_t period)
{
    const __m128i codes = _mm_loadu_si128((const void *)(term.codes + period));
    return _mm256_cvtepi8_epi16(_mm_shuffle_epi8(_mm_loadu_si128((const void *)term.table), codes));
}

// Columns of LANES periods in their order.
INLINE void make_columns(const struct term *terms, unsigned span, size_t width, size_t period, int16_t *columns_ret)
{
    int16_t sums[MAX_WIDTH][LANES];
    for (size_t q = 0; q < width; q++, terms += span) {
        __m256i sum = _mm256_add_epi16(look_up(terms[0], period), look_up(terms[1], period));
        if (span > 2)
            sum = _mm256_add_epi16(sum, look_up(terms[2], period));
        if (span > 3)
            sum = _mm256_add_epi16(sum, look_up(terms[3], period));
        _mm256_storeu_si256((void *)sums[q], sum);
    }
    if (width == 2) {
        const __m256i a = _mm256_loadu_si256((const void *)sums[0]), b = _mm256_loadu_si256((const void *)sums[1]);
        const __m256i low = _mm256_unpacklo_epi16(a, b), high = _mm256_unpackhi_epi16(a, b);
        _mm256_storeu_si256((void *)columns_ret, _mm256_permute2x128_si256(low, high, 0x20));
        _mm256_storeu_si256((void *)(columns_ret + 16), _mm256_permute2x128_si256(low, high, 0x31));
        return;
    }
    for (size_t q = 0; q < width; q++)
        for (size_t k = 0; k < LANES; k++)
            columns_ret[k * width + q] = sums[q][k];
}

INLINE void scale_columns(const int16_t *columns, float scale, size_t count, float *values_ret)
{
    const __m256 factor = _mm256_set1_ps(scale);
    size_t i = 0;
    for (; count - i >= 8; i += 8) {
        const __m256i sums = _mm256_cvtepi16_epi32(_mm_loadu_si128((const void *)(columns + i)));
        _mm256_storeu_ps(values_ret + i, _mm256_mul_ps(_mm256_cvtepi32_ps(sums), factor));
    }
    for (; i < count; i++)
        values_ret[i] = (float)columns[i] * scale;
}

INLINE void decode_row(const struct carvq_segment *segment, uint64_t row, struct carvq_columns columns, unsigned span,
                       float *values_ret)
{
    const size_t width = segment->column_step, strides = segment->info->stride_count;
    const size_t own = (2 * span - 2 + strides - 1) / strides; // periods of steps with terms of the first classes
    struct phases phases;
    struct term terms[MAX_WIDTH * CARVQ_MAX_SPAN];
    int16_t sums[MAX_WIDTH * LANES];
    if (columns.first < own * width) {
        const size_t left = own * width - columns.first, count = left < columns.count ? left : columns.count;
        carvq_additive_decode(segment, row, (struct carvq_columns){columns.first, count}, values_ret);
        columns.first += count;
        columns.count -= count;
        values_ret += count;
    }
    if (columns.count == 0)
        return;
    const size_t first = columns.first / width, periods = (columns.count + width - 1) / width;
    const float scale = carvq_additive_scale(segment, row);
    sort_codes(segment, row, first, periods, &phases);
    list_terms(segment, &phases, terms);
    for (size_t k = 0; k < periods; k += LANES) {
        const size_t left = columns.count - k * width, count = left < LANES * width ? left : LANES * width;
        make_columns(terms, span, width, k, sums);
        scale_columns(sums, scale, count, values_ret + k * width);
    }
}

#define DECODE(name, span)                                                                                                       \
    AVX2 static void name(const struct carvq_segment *segment, const uint64_t *rows, size_t count, struct carvq_columns columns, \
                          float *values_ret, size_t stride)                                                                      \
    {                                                                                                                            \
        for (size_t i = 0; i < count; i++, values_ret += stride) {                                                               \
            if (i + 1 < count)                                                                                                   \
                carvq_prefetch_row(segment, rows[i + 1]);                                                                        \
            decode_row(segment, rows[i], columns, span, values_ret);                                                             \
        }                                                                                                                        \
    }
DECODE(decode_2, 2)
DECODE(decode_3, 3)
DECODE(decode_4, 4)

static const char *choose(struct carvq_segment *segment)
{
    const char *name = carvq_additive_choose(segment);
    if (segment->info->position_books || segment->additive.steps > MAX_STEPS || segment->column_step > MAX_WIDTH)
        return name;
    segment->decode_rows = segment->info->span == 2 ? decode_2 : segment->info->span == 3 ? decode_3 : decode_4;
    return "avx2 additive";
}

void carvq_additive_rows_avx2(struct carvq_kernels *kernels)
{
    kernels->choose[CARVQ_ADDITIVE] = choose;
}

#else
typedef int carvq_additive_rows_avx2_is_empty;
#endif
