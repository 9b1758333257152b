// SPDX-License-Identifier: MIT
// Codec "additive", AVX2: the head.
//
// A line is two registers of 32 codes each half. One byte shuffle looks 32 entries up; they are added to sums of 16 bits, of even
// rows and of odd ones, which hold four groups: then come the multiplier and sums of 32 bits. Cost of a line (128 codes): 4
// shuffles, 14 additions, shifts and masks.
#include "kernels.h"

#ifdef CARVQ_X86_KERNELS

#include <immintrin.h>

#include "table.h"

#define AVX2 __attribute__((target("avx2")))
#define INLINE AVX2 __attribute__((always_inline)) static inline
#define MANY_TILES 4 // whose codes are split at once for several states

INLINE __m256i load(const void *address)
{
    return _mm256_loadu_si256(address);
}

// Of sums of 16 bits: all of the even rows that wrapped round, with what the odd rows have too much, and the odd rows.
struct sums {
    __m256i even, odd;
};

INLINE void add_entries(struct sums *sums, __m256i a, __m256i b, __m256i c, __m256i d)
{
    const __m256i ab = _mm256_add_epi16(_mm256_srli_epi16(a, 8), _mm256_srli_epi16(b, 8));
    const __m256i cd = _mm256_add_epi16(_mm256_srli_epi16(c, 8), _mm256_srli_epi16(d, 8));
    sums->even = _mm256_add_epi16(sums->even, _mm256_add_epi16(_mm256_add_epi16(a, b), _mm256_add_epi16(c, d)));
    sums->odd = _mm256_add_epi16(sums->odd, _mm256_add_epi16(ab, cd));
}

// Adds sums of 16 rows, in both halves, times the multiplier to 16 sums of 32 bits.
INLINE void multiply(const struct sums *sums, int multiplier, __m256i rows[2])
{
    const __m256i even = _mm256_sub_epi16(sums->even, _mm256_slli_epi16(sums->odd, 8)), factor = _mm256_set1_epi32(multiplier);
    const __m256i low = _mm256_unpacklo_epi16(even, sums->odd), high = _mm256_unpackhi_epi16(even, sums->odd);
    const __m128i a = _mm_add_epi16(_mm256_castsi256_si128(low), _mm256_extracti128_si256(low, 1));
    const __m128i b = _mm_add_epi16(_mm256_castsi256_si128(high), _mm256_extracti128_si256(high, 1));
    rows[0] = _mm256_add_epi32(rows[0], _mm256_madd_epi16(_mm256_cvtepu16_epi32(a), factor));
    rows[1] = _mm256_add_epi32(rows[1], _mm256_madd_epi16(_mm256_cvtepu16_epi32(b), factor));
}

INLINE void store_rows(int32_t *sums, const __m256i rows[2], bool add)
{
    __m256i *to = (__m256i *)(void *)sums;
    _mm256_storeu_si256(to, add ? _mm256_add_epi32(rows[0], load(to)) : rows[0]);
    _mm256_storeu_si256(to + 1, add ? _mm256_add_epi32(rows[1], load(to + 1)) : rows[1]);
}

INLINE uint32_t min_u32(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

// A block of groups of 1 or 2 tiles, whose lines alternate.
INLINE void sum_tiles(const uint8_t *lines, uint32_t count, unsigned tiles, const uint8_t *entries, const uint8_t *multipliers,
                      bool add, int32_t *sums_ret)
{
    const __m256i mask = _mm256_set1_epi8(15);
    __m256i rows[2][2] = {{_mm256_setzero_si256(), _mm256_setzero_si256()}, {_mm256_setzero_si256(), _mm256_setzero_si256()}};
    for (uint32_t first = 0; first < count; first += CARVQ_MULTIPLIER_GROUPS) {
        const uint32_t end = min_u32(count, first + CARVQ_MULTIPLIER_GROUPS);
        struct sums sums[2] = {{_mm256_setzero_si256(), _mm256_setzero_si256()},
                               {_mm256_setzero_si256(), _mm256_setzero_si256()}};
        for (uint32_t g = first; g < end; g++, entries += CARVQ_TABLE_BYTES)
            for (unsigned t = 0; t < tiles; t++, lines += 64) {
                const __m256i a = load(lines), b = load(lines + 32);
                const __m256i a_high = _mm256_and_si256(_mm256_srli_epi16(a, 4), mask);
                const __m256i b_high = _mm256_and_si256(_mm256_srli_epi16(b, 4), mask);
                add_entries(&sums[t], _mm256_shuffle_epi8(load(entries), _mm256_and_si256(a, mask)),
                            _mm256_shuffle_epi8(load(entries + 32), _mm256_and_si256(b, mask)),
                            _mm256_shuffle_epi8(load(entries + 64), a_high), _mm256_shuffle_epi8(load(entries + 96), b_high));
            }
        for (unsigned t = 0; t < tiles; t++)
            multiply(&sums[t], multipliers[first / CARVQ_MULTIPLIER_GROUPS], rows[t]);
    }
    for (unsigned t = 0; t < tiles; t++)
        store_rows(sums_ret + t * CARVQ_TILE_ROWS, rows[t], add);
}

// Codes of a block of tiles, one to a byte: [group][tile][columns 0 1, 2 3, of low halves; of high halves]. 1, 2 or 4 tiles.
INLINE void split(const uint8_t *lines, uint32_t count, unsigned tiles, __m256i *codes_ret)
{
    const __m256i mask = _mm256_set1_epi8(15);
    for (uint32_t g = 0; g < count; g++)
        for (unsigned t = 0; t < tiles; t++, codes_ret += 4) {
            const uint8_t *line = lines + 64 * (tiles == 1 ? g : t / 2 * 2 * count + 2 * g + t % 2);
            const __m256i a = load(line), b = load(line + 32);
            _mm_prefetch((const char *)(line + (size_t)64 * count * tiles), _MM_HINT_T0);
            codes_ret[0] = _mm256_and_si256(a, mask);
            codes_ret[1] = _mm256_and_si256(b, mask);
            codes_ret[2] = _mm256_and_si256(_mm256_srli_epi16(a, 4), mask);
            codes_ret[3] = _mm256_and_si256(_mm256_srli_epi16(b, 4), mask);
        }
}

INLINE void sum_split(const __m256i *codes, uint32_t count, unsigned tiles, const uint8_t *entries, const uint8_t *multipliers,
                      bool add, int32_t *sums_ret)
{
    __m256i rows[MANY_TILES][2];
    for (unsigned t = 0; t < tiles; t++)
        rows[t][0] = rows[t][1] = _mm256_setzero_si256();
    for (uint32_t first = 0; first < count; first += CARVQ_MULTIPLIER_GROUPS) {
        const uint32_t end = min_u32(count, first + CARVQ_MULTIPLIER_GROUPS);
        struct sums sums[MANY_TILES];
        for (unsigned t = 0; t < tiles; t++)
            sums[t].even = sums[t].odd = _mm256_setzero_si256();
        for (uint32_t g = first; g < end; g++, entries += CARVQ_TABLE_BYTES) {
            const __m256i a = load(entries), b = load(entries + 32), c = load(entries + 64), d = load(entries + 96);
            for (unsigned t = 0; t < tiles; t++, codes += 4)
                add_entries(&sums[t], _mm256_shuffle_epi8(a, codes[0]), _mm256_shuffle_epi8(b, codes[1]),
                            _mm256_shuffle_epi8(c, codes[2]), _mm256_shuffle_epi8(d, codes[3]));
        }
        for (unsigned t = 0; t < tiles; t++)
            multiply(&sums[t], multipliers[first / CARVQ_MULTIPLIER_GROUPS], rows[t]);
    }
    for (unsigned t = 0; t < tiles; t++)
        store_rows(sums_ret + t * CARVQ_TILE_ROWS, rows[t], add);
}

// Tiles from number t on of a block for all states.
INLINE void sum_block(const uint8_t *lines, uint32_t count, unsigned tiles, uint32_t t, uint32_t block,
                      const struct carvq_head_tables *tables, size_t states, int32_t (*sums_ret)[CARVQ_CHUNK_ROWS])
{
    __m256i codes[CARVQ_BLOCK_GROUPS * MANY_TILES * 4];
    split(lines, count, tiles, codes);
    for (size_t i = 0; i < states; i++)
        sum_split(codes, count, tiles, tables[i].entries + (size_t)block * CARVQ_TABLE_BYTES,
                  tables[i].multipliers + block / CARVQ_MULTIPLIER_GROUPS, block > 0, sums_ret[i] + t * CARVQ_TILE_ROWS);
}

AVX2 static void sum_lines(const uint8_t *lines, uint32_t groups, uint32_t tiles, const struct carvq_head_tables *tables,
                           size_t states, int32_t (*sums_ret)[CARVQ_CHUNK_ROWS])
{
    for (uint32_t block = 0; block < groups; block += CARVQ_BLOCK_GROUPS) {
        const uint32_t count = min_u32(groups - block, CARVQ_BLOCK_GROUPS);
        const uint8_t *entries = tables->entries + (size_t)block * CARVQ_TABLE_BYTES;
        const uint8_t *multipliers = tables->multipliers + block / CARVQ_MULTIPLIER_GROUPS;
        uint32_t t = 0;
        for (; states > 1 && t + MANY_TILES <= tiles; t += MANY_TILES, lines += (size_t)64 * MANY_TILES * count)
            sum_block(lines, count, MANY_TILES, t, block, tables, states, sums_ret);
        for (; states > 1 && t + 2 <= tiles; t += 2, lines += (size_t)128 * count)
            sum_block(lines, count, 2, t, block, tables, states, sums_ret);
        for (; states > 1 && t < tiles; t++, lines += (size_t)64 * count)
            sum_block(lines, count, 1, t, block, tables, states, sums_ret);
        for (; t + 2 <= tiles; t += 2, lines += (size_t)128 * count)
            sum_tiles(lines, count, 2, entries, multipliers, block > 0, sums_ret[0] + t * CARVQ_TILE_ROWS);
        for (; t < tiles; t++, lines += (size_t)64 * count)
            sum_tiles(lines, count, 1, entries, multipliers, block > 0, sums_ret[0] + t * CARVQ_TILE_ROWS);
    }
}

INLINE float least_of(__m256 values)
{
    __m128 four = _mm_min_ps(_mm256_castps256_ps128(values), _mm256_extractf128_ps(values, 1));
    four = _mm_min_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_min_ss(four, _mm_movehdup_ps(four)));
}

INLINE float most_of(__m256 values)
{
    __m128 four = _mm_max_ps(_mm256_castps256_ps128(values), _mm256_extractf128_ps(values, 1));
    four = _mm_max_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_max_ss(four, _mm_movehdup_ps(four)));
}

// Adds a column of a book, for all codes, times a value.
INLINE void add_column(const int8_t *book, float value, __m256 sums[2])
{
    const __m128i bytes = _mm_loadu_si128((const void *)book);
    const __m256 factor = _mm256_set1_ps(value);
    const __m256 low = _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(bytes));
    const __m256 high = _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_srli_si128(bytes, 8)));
    sums[0] = _mm256_add_ps(sums[0], _mm256_mul_ps(low, factor));
    sums[1] = _mm256_add_ps(sums[1], _mm256_mul_ps(high, factor));
}

AVX2 static void make_tables(const struct carvq_segment *segment, const float *hidden, float *products,
                             struct carvq_head_tables *tables)
{
    const uint32_t steps = segment->additive.steps, n = segment->info->cols;
    float *ranges = products + 16 * (size_t)steps;
    carvq_no_tables(segment, tables);
    for (struct carvq_step step = carvq_additive_step(segment, 0); step.number < steps; carvq_additive_go_on(segment, &step)) {
        const size_t left = n - step.column, count = left < step.width ? left : step.width;
        __m256 sums[2] = {_mm256_setzero_ps(), _mm256_setzero_ps()};
        for (size_t i = 0; i < count; i++)
            add_column(step.book + 16 * i, hidden[step.column + i], sums);
        const float least = least_of(_mm256_min_ps(sums[0], sums[1]));
        const __m256 all_least = _mm256_set1_ps(least);
        ranges[step.number] = most_of(_mm256_max_ps(sums[0], sums[1])) - least;
        tables->offset += least;
        _mm256_storeu_ps(products + 16 * (size_t)step.number, _mm256_sub_ps(sums[0], all_least));
        _mm256_storeu_ps(products + 16 * (size_t)step.number + 8, _mm256_sub_ps(sums[1], all_least));
    }
    carvq_choose_multipliers(ranges, steps, tables);
    for (uint32_t t = 0; t < steps; t++, products += 16) {
        const __m256 scale = _mm256_set1_ps(carvq_entry_scale(tables, t));
        const __m256i low = _mm256_cvtps_epi32(_mm256_mul_ps(_mm256_loadu_ps(products), scale));
        const __m256i high = _mm256_cvtps_epi32(_mm256_mul_ps(_mm256_loadu_ps(products + 8), scale));
        const __m256i words = _mm256_permute4x64_epi64(_mm256_packus_epi32(low, high), 0xd8);
        const __m128i least = _mm_min_epu16(_mm256_castsi256_si128(words), _mm_set1_epi16(255));
        const __m128i most = _mm_min_epu16(_mm256_extracti128_si256(words, 1), _mm_set1_epi16(255));
        _mm_storeu_si128((void *)carvq_entries(tables, t), _mm_packus_epi16(least, most));
    }
}

AVX2 static void add_dot(const float *values, size_t first, size_t count, const float *hidden, float sums[CARVQ_DOT_LANES])
{
    size_t i = 0;
    hidden += first;
    for (; i < count && (first + i) % CARVQ_DOT_LANES != 0; i++)
        sums[(first + i) % CARVQ_DOT_LANES] += values[i] * hidden[i];
    __m256 low = _mm256_loadu_ps(sums), high = _mm256_loadu_ps(sums + 8);
    for (; count - i >= CARVQ_DOT_LANES; i += CARVQ_DOT_LANES) {
        low = _mm256_add_ps(low, _mm256_mul_ps(_mm256_loadu_ps(values + i), _mm256_loadu_ps(hidden + i)));
        high = _mm256_add_ps(high, _mm256_mul_ps(_mm256_loadu_ps(values + i + 8), _mm256_loadu_ps(hidden + i + 8)));
    }
    _mm256_storeu_ps(sums, low);
    _mm256_storeu_ps(sums + 8, high);
    for (size_t k = 0; i < count; i++, k++)
        sums[k] += values[i] * hidden[i];
}

void carvq_additive_avx2(struct carvq_kernels *kernels)
{
    kernels->make_tables = make_tables;
    kernels->sum_lines = sum_lines;
    kernels->head = "avx2";
    kernels->add_dot = add_dot;
}

#else
typedef int carvq_additive_avx2_is_empty;
#endif
