// SPDX-License-Identifier: MIT
// Codec "additive", NEON: rows. See additive_rows.h.
#include "kernels.h"

#ifdef CARVQ_NEON_KERNELS

#include <arm_neon.h>

#define ROWS
#define INLINE __attribute__((always_inline)) static inline

#include "additive_rows.h"

INLINE void split_codes(const struct carvq_segment *segment, uint64_t row, uint64_t next, uint32_t first, uint32_t groups,
                        uint8_t *codes_ret)
{
    uint8_t fours[4 * PASS_GROUPS];
    gather_codes(segment, row, next, first, groups, fours);
    for (uint32_t i = 0; i < groups; i += 4, codes_ret += 32) {
        const uint8x16_t both = vld1q_u8(fours + 4 * i), even = vandq_u8(both, vdupq_n_u8(15)), odd = vshrq_n_u8(both, 4);
        vst1q_u8(codes_ret, vzip1q_u8(even, odd));
        vst1q_u8(codes_ret + 16, vzip2q_u8(even, odd));
    }
}

INLINE void turn_book(const int8_t *book, unsigned lines, int8_t *codewords_ret, size_t unit)
{
    int8x16_t a[8], b[8];
    for (unsigned k = 0; k < 8; k++)
        a[k] = k < lines ? vld1q_s8(book + 16 * k) : vdupq_n_s8(0);
    for (unsigned times = 0; times < 3; times++) {
        for (unsigned k = 0; k < 4; k++) {
            b[2 * k] = vzip1q_s8(a[k], a[k + 4]);
            b[2 * k + 1] = vzip2q_s8(a[k], a[k + 4]);
        }
        memcpy(a, b, sizeof a);
    }
    for (unsigned k = 0; k < 8; k++, codewords_ret += 2 * unit) {
        vst1_s8(codewords_ret, vget_low_s8(a[k]));
        vst1_s8(codewords_ret + unit, vget_high_s8(a[k]));
    }
}

// Of two lines, for the values to which they belong; other indices give 0.
INLINE uint8x8_t take_two(const int8_t *book, uint8_t code, unsigned k)
{
    static const uint8_t places[4][8] = {{0, 16, 64, 64, 64, 64, 64, 64},
                                         {64, 64, 0, 16, 64, 64, 64, 64},
                                         {64, 64, 64, 64, 0, 16, 64, 64},
                                         {64, 64, 64, 64, 64, 64, 0, 16}};
    return vqtbl2_u8(vld1q_u8_x2((const uint8_t *)book + 32 * k), vadd_u8(vld1_u8(places[k]), vdup_n_u8(code)));
}

INLINE void take_codeword(const int8_t *book, unsigned lines, uint8_t code, int8_t *codeword_ret)
{
    for (unsigned begin = 0; begin < lines; begin += 8, book += 128, codeword_ret += 8) {
        uint8x8_t values = vorr_u8(take_two(book, code, 0), take_two(book, code, 1));
        if (lines > 4)
            values = vorr_u8(values, take_two(book, code, 2));
        if (lines > 6)
            values = vorr_u8(values, take_two(book, code, 3));
        vst1_s8(codeword_ret, vreinterpret_s8_u8(values));
    }
}

// Values of 8 columns. span is constant where this is called from.
INLINE void add_8(const struct rows *rows, unsigned span, size_t column, float scale, float *values_ret)
{
    int16x8_t sums = vaddl_s8(vld1_s8(rows->tracks[0] + column), vld1_s8(rows->tracks[1] + column));
    if (span > 2)
        sums = vaddw_s8(sums, vld1_s8(rows->tracks[2] + column));
    if (span > 3)
        sums = vaddw_s8(sums, vld1_s8(rows->tracks[3] + column));
    vst1q_f32(values_ret, vmulq_n_f32(vcvtq_f32_s32(vmovl_s16(vget_low_s16(sums))), scale));
    vst1q_f32(values_ret + 4, vmulq_n_f32(vcvtq_f32_s32(vmovl_high_s16(sums)), scale));
}

INLINE void add_columns(const struct rows *rows, unsigned span, size_t first, size_t count, float scale, float *values_ret)
{
    size_t i = 0;
    for (; count - i >= 8; i += 8)
        add_8(rows, span, first + i, scale, values_ret + i);
    if (i < count) {
        float values[8];
        add_8(rows, span, first + i, scale, values);
        memcpy(values_ret + i, values, (count - i) * sizeof *values);
    }
}

DEFINE_DECODERS

static const char *choose(struct carvq_segment *segment)
{
    carvq_additive_choose(segment);
    segment->decode_rows = choose_decoder(segment);
    return "neon additive";
}

void carvq_additive_rows_neon(struct carvq_kernels *kernels)
{
    kernels->choose[CARVQ_ADDITIVE] = choose;
}

#else
typedef int carvq_additive_rows_neon_is_empty;
#endif
