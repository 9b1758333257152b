// SPDX-License-Identifier: MIT
// Codec "additive", NEON: the head.
//
// A line is four registers, one for each byte column of its 16 rows. One table look-up gives 16 entries, which are added to sums
// of 16 bits; four groups later come the multiplier and sums of 32 bits. Cost of a line (128 codes): 8 look-ups, 8 masks and
// shifts, 16 widening additions.
#include "kernels.h"

#ifdef CARVQ_NEON_KERNELS

#include <arm_neon.h>

#include "table.h"

#define INLINE __attribute__((always_inline)) static inline

INLINE uint32_t min_u32(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

// A block of groups of 1 or 2 tiles, whose lines alternate.
INLINE void sum_tiles(const uint8_t *lines, uint32_t count, unsigned tiles, const uint8_t *entries, const uint8_t *multipliers,
                      bool add, int32_t *sums_ret)
{
    const uint8x16_t mask = vdupq_n_u8(15);
    uint32x4_t rows[2][4];
    for (unsigned t = 0; t < 2; t++)
        for (unsigned k = 0; k < 4; k++)
            rows[t][k] = vdupq_n_u32(0);
    for (uint32_t first = 0; first < count; first += CARVQ_MULTIPLIER_GROUPS) {
        const uint32_t end = min_u32(count, first + CARVQ_MULTIPLIER_GROUPS);
        const uint16_t multiplier = multipliers[first / CARVQ_MULTIPLIER_GROUPS];
        uint16x8_t low[2] = {vdupq_n_u16(0), vdupq_n_u16(0)}, high[2] = {vdupq_n_u16(0), vdupq_n_u16(0)};
        for (uint32_t g = first; g < end; g++, entries += CARVQ_TABLE_BYTES)
            for (unsigned t = 0; t < tiles; t++, lines += 64)
                for (unsigned c = 0; c < 4; c++) {
                    const uint8x16_t codes = vld1q_u8(lines + 16 * c);
                    const uint8x16_t a = vqtbl1q_u8(vld1q_u8(entries + 16 * c), vandq_u8(codes, mask));
                    const uint8x16_t b = vqtbl1q_u8(vld1q_u8(entries + 64 + 16 * c), vshrq_n_u8(codes, 4));
                    low[t] = vaddw_u8(vaddw_u8(low[t], vget_low_u8(a)), vget_low_u8(b));
                    high[t] = vaddw_high_u8(vaddw_high_u8(high[t], a), b);
                }
        for (unsigned t = 0; t < tiles; t++) {
            rows[t][0] = vmlal_n_u16(rows[t][0], vget_low_u16(low[t]), multiplier);
            rows[t][1] = vmlal_high_n_u16(rows[t][1], low[t], multiplier);
            rows[t][2] = vmlal_n_u16(rows[t][2], vget_low_u16(high[t]), multiplier);
            rows[t][3] = vmlal_high_n_u16(rows[t][3], high[t], multiplier);
        }
    }
    for (unsigned t = 0; t < tiles; t++)
        for (unsigned k = 0; k < 4; k++) {
            int32_t *to = sums_ret + t * CARVQ_TILE_ROWS + 4 * k;
            const int32x4_t sums = vreinterpretq_s32_u32(rows[t][k]);
            vst1q_s32(to, add ? vaddq_s32(vld1q_s32(to), sums) : sums);
        }
}

// The lines of two tiles, at most 2 KiB, stay in the cache for all states.
static void sum_lines(const uint8_t *lines, uint32_t groups, uint32_t tiles, const struct carvq_head_tables *tables,
                      size_t states, int32_t (*sums_ret)[CARVQ_CHUNK_ROWS])
{
    for (uint32_t block = 0; block < groups; block += CARVQ_BLOCK_GROUPS) {
        const uint32_t count = min_u32(groups - block, CARVQ_BLOCK_GROUPS);
        for (uint32_t t = 0; t < tiles; t += 2) {
            for (size_t i = 0; i < states; i++) {
                const uint8_t *entries = tables[i].entries + (size_t)block * CARVQ_TABLE_BYTES;
                const uint8_t *multipliers = tables[i].multipliers + block / CARVQ_MULTIPLIER_GROUPS;
                int32_t *sums = sums_ret[i] + t * CARVQ_TILE_ROWS;
                if (t + 2 <= tiles)
                    sum_tiles(lines, count, 2, entries, multipliers, block > 0, sums);
                else
                    sum_tiles(lines, count, 1, entries, multipliers, block > 0, sums);
            }
            lines += (size_t)64 * count * (tiles - t < 2 ? 1 : 2);
        }
    }
}

// Adds a column of a book, for all codes, times a value.
INLINE void add_column(const int8_t *book, float value, float32x4_t sums[4])
{
    const int8x16_t bytes = vld1q_s8(book);
    const int16x8_t low = vmovl_s8(vget_low_s8(bytes)), high = vmovl_high_s8(bytes);
    const int32x4_t quarters[4] = {vmovl_s16(vget_low_s16(low)), vmovl_high_s16(low), vmovl_s16(vget_low_s16(high)),
                                   vmovl_high_s16(high)};
    for (unsigned k = 0; k < 4; k++)
        sums[k] = vaddq_f32(sums[k], vmulq_n_f32(vcvtq_f32_s32(quarters[k]), value));
}

static void make_tables(const struct carvq_segment *segment, const float *hidden, float *products,
                        struct carvq_head_tables *tables)
{
    const uint32_t steps = segment->additive.steps, n = segment->info->cols;
    float *ranges = products + 16 * (size_t)steps;
    carvq_no_tables(segment, tables);
    for (struct carvq_step step = carvq_additive_step(segment, 0); step.number < steps; carvq_additive_go_on(segment, &step)) {
        const size_t left = n - step.column, count = left < step.width ? left : step.width;
        float32x4_t sums[4] = {vdupq_n_f32(0), vdupq_n_f32(0), vdupq_n_f32(0), vdupq_n_f32(0)};
        for (size_t i = 0; i < count; i++)
            add_column(step.book + 16 * i, hidden[step.column + i], sums);
        const float least = vminvq_f32(vminq_f32(vminq_f32(sums[0], sums[1]), vminq_f32(sums[2], sums[3])));
        const float most = vmaxvq_f32(vmaxq_f32(vmaxq_f32(sums[0], sums[1]), vmaxq_f32(sums[2], sums[3])));
        ranges[step.number] = most - least;
        tables->offset += least;
        for (unsigned k = 0; k < 4; k++)
            vst1q_f32(products + 16 * (size_t)step.number + 4 * k, vsubq_f32(sums[k], vdupq_n_f32(least)));
    }
    carvq_choose_multipliers(ranges, steps, tables);
    for (uint32_t t = 0; t < steps; t++, products += 16) {
        const float scale = carvq_entry_scale(tables, t);
        uint32x4_t entries[4];
        for (unsigned k = 0; k < 4; k++)
            entries[k] = vcvtnq_u32_f32(vmulq_n_f32(vld1q_f32(products + 4 * k), scale));
        const uint16x8_t low = vcombine_u16(vqmovn_u32(entries[0]), vqmovn_u32(entries[1]));
        const uint16x8_t high = vcombine_u16(vqmovn_u32(entries[2]), vqmovn_u32(entries[3]));
        vst1q_u8(carvq_entries(tables, t), vcombine_u8(vqmovn_u16(low), vqmovn_u16(high)));
    }
}

void carvq_additive_neon(struct carvq_kernels *kernels)
{
    kernels->make_tables = make_tables;
    kernels->sum_lines = sum_lines;
    kernels->head = "neon";
}

#else
typedef int carvq_additive_neon_is_empty;
#endif
