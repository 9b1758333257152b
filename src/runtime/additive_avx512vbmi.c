// SPDX-License-Identifier: MIT
// Codec "additive", AVX-512 with VBMI and VNNI: the head.
//
// One byte permutation puts the four bytes of a row of a line side by side, another looks all 64 entries of half a line up in the
// tables of its four columns, and a product of four bytes with the multiplier adds them to a row's sum of 32 bits.
// Cost of a line (128 codes): 8 instructions.
#include "kernels.h"

#ifdef CARVQ_X86_KERNELS

#include <immintrin.h>

#include "table.h"

#define VBMI __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vbmi,avx512vnni")))
#define INLINE VBMI __attribute__((always_inline)) static inline

INLINE uint32_t min_u32(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

// Which byte of a line goes where: row by row.
static const uint8_t by_rows[64] = {0,  16, 32, 48, 1,  17, 33, 49, 2,  18, 34, 50, 3,  19, 35, 51, 4,  20, 36, 52, 5,  21,
                                    37, 53, 6,  22, 38, 54, 7,  23, 39, 55, 8,  24, 40, 56, 9,  25, 41, 57, 10, 26, 42, 58,
                                    11, 27, 43, 59, 12, 28, 44, 60, 13, 29, 45, 61, 14, 30, 46, 62, 15, 31, 47, 63};

// A block of groups of 1 or 2 tiles, whose lines alternate, for so many states, which is constant where this is called from.
INLINE void sum_tiles(const uint8_t *lines, uint32_t count, unsigned tiles, uint32_t block,
                      const struct carvq_head_tables *tables, unsigned states, uint32_t row,
                      int32_t (*sums_ret)[CARVQ_CHUNK_ROWS])
{
    const __m512i order = _mm512_loadu_si512(by_rows), mask = _mm512_set1_epi8(15), columns = _mm512_set1_epi32(0x30201000);
    __m512i sums[2][CARVQ_HEAD_STATES];
    for (unsigned t = 0; t < tiles; t++)
        for (unsigned i = 0; i < states; i++)
            sums[t][i] = _mm512_setzero_si512();
    for (uint32_t g = 0; g < count; g++) {
        __m512i low[2], high[2];
        for (unsigned t = 0; t < tiles; t++, lines += 64) {
            if (states > 1)
                _mm_prefetch((const char *)(lines + (size_t)64 * count * tiles), _MM_HINT_T0);
            const __m512i codes = _mm512_permutexvar_epi8(order, _mm512_loadu_si512(lines));
            low[t] = _mm512_ternarylogic_epi64(codes, mask, columns, 0xea); // codes & mask | columns
            high[t] = _mm512_ternarylogic_epi64(_mm512_srli_epi16(codes, 4), mask, columns, 0xea);
        }
        for (unsigned i = 0; i < states; i++) {
            const uint8_t *entries = tables[i].entries + (size_t)(block + g) * CARVQ_TABLE_BYTES;
            __m512i a = _mm512_loadu_si512(entries), b = _mm512_loadu_si512(entries + 64);
            const __m512i factor = _mm512_set1_epi8((char)tables[i].multipliers[(block + g) / CARVQ_MULTIPLIER_GROUPS]);
            __asm__("" : "+v"(a), "+v"(b)); // keeps them in registers for both tiles
            for (unsigned t = 0; t < tiles; t++) {
                sums[t][i] = _mm512_dpbusd_epi32(sums[t][i], _mm512_permutexvar_epi8(low[t], a), factor);
                sums[t][i] = _mm512_dpbusd_epi32(sums[t][i], _mm512_permutexvar_epi8(high[t], b), factor);
            }
        }
    }
    for (unsigned i = 0; i < states; i++)
        for (unsigned t = 0; t < tiles; t++) {
            int32_t *to = sums_ret[i] + row + t * CARVQ_TILE_ROWS;
            _mm512_storeu_si512(to, block > 0 ? _mm512_add_epi32(_mm512_loadu_si512(to), sums[t][i]) : sums[t][i]);
        }
}

INLINE void sum_states(const uint8_t *lines, uint32_t groups, uint32_t tiles, const struct carvq_head_tables *tables,
                       unsigned states, int32_t (*sums_ret)[CARVQ_CHUNK_ROWS])
{
    for (uint32_t block = 0; block < groups; block += CARVQ_BLOCK_GROUPS) {
        const uint32_t count = min_u32(groups - block, CARVQ_BLOCK_GROUPS);
        uint32_t t = 0;
        for (; t + 2 <= tiles; t += 2, lines += (size_t)128 * count)
            sum_tiles(lines, count, 2, block, tables, states, t * CARVQ_TILE_ROWS, sums_ret);
        if (t < tiles)
            sum_tiles(lines, count, 1, block, tables, states, t * CARVQ_TILE_ROWS, sums_ret);
        lines += t < tiles ? (size_t)64 * count : 0;
    }
}

// Eight, four, two states or one at a time, each a loop of its own, whose sums are registers.
VBMI static void sum_lines(const uint8_t *lines, uint32_t groups, uint32_t tiles, const struct carvq_head_tables *tables,
                           size_t states, int32_t (*sums_ret)[CARVQ_CHUNK_ROWS])
{
    for (size_t i = 0; i < states;) {
        if (states - i >= 8) {
            sum_states(lines, groups, tiles, tables + i, 8, sums_ret + i);
            i += 8;
        } else if (states - i >= 4) {
            sum_states(lines, groups, tiles, tables + i, 4, sums_ret + i);
            i += 4;
        } else if (states - i >= 2) {
            sum_states(lines, groups, tiles, tables + i, 2, sums_ret + i);
            i += 2;
        } else {
            sum_states(lines, groups, tiles, tables + i, 1, sums_ret + i);
            i++;
        }
    }
}

void carvq_additive_avx512vbmi(struct carvq_kernels *kernels)
{
    kernels->sum_lines = sum_lines;
    kernels->head = "avx512vbmi";
}

#else
typedef int carvq_additive_avx512vbmi_is_empty;
#endif
