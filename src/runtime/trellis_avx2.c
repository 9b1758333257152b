// SPDX-License-Identifier: MIT
// Codec "trellis", AVX2 and BMI: all tables.
//
// Eight steps have k whole bytes of the path, so that all groups of eight begin at the same bit of a byte. Two loads of 64 bits
// give the windows of four steps each: from the group's first byte on, and from k / 2 bytes later, which is shifted by half a
// byte if k is odd. So the same four places hold for both.
//
// A step is two instructions: one extracts the state, one loads its two values and puts them beside those of the steps before.
// Cost of a row of n = 2048: reads 128 k bytes of codes, and up to 8 KiB of a table that stays in the cache, and writes 8 KiB.
// For each of 128 groups that is 8 times these two; twice a widening, conversion, multiplication and store; 7 for the loads and
// the loop: 31, of which 10 are shuffles and 10 loads. At two shuffles a cycle that takes 640 cycles; measured: 860. Zen 4's
// gathers, of 8 steps or 16 with AVX-512, take twice as long, and wider conversions change nothing: there is no file of AVX-512.
#include "kernels.h"

#ifdef CARVQ_X86_KERNELS

#include <immintrin.h>

#include "half.h"
#include "table.h"
#include "trellis_tables.h"

#define AVX2 __attribute__((target("avx2,bmi,bmi2")))
#define INLINE AVX2 __attribute__((always_inline)) static inline
#define STEPS 8    // of a group
#define COLUMNS 16 // of a group

// What is needed at every step, in registers.
struct reader {
    const int8_t (*table)[2];
    uint64_t states[4]; // where in a load the states of four steps are: the first bit, and 256 times S
    unsigned k;
};

INLINE int16_t take_step(struct reader reader, uint64_t windows, unsigned step)
{
    int16_t values;
    memcpy(&values, reader.table[__builtin_ia32_bextr_u64(windows, reader.states[step])], sizeof values);
    return values;
}

INLINE void take_four(struct reader reader, uint64_t windows, __m256 scale, float *values_ret)
{
    __asm__("" : "+r"(windows)); // lest gcc loads them again for each step
    __m128i bytes = _mm_insert_epi16(_mm_setzero_si128(), take_step(reader, windows, 0), 0);
    bytes = _mm_insert_epi16(bytes, take_step(reader, windows, 1), 1);
    bytes = _mm_insert_epi16(bytes, take_step(reader, windows, 2), 2);
    bytes = _mm_insert_epi16(bytes, take_step(reader, windows, 3), 3);
    _mm256_storeu_ps(values_ret, _mm256_mul_ps(scale, _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(bytes))));
}

INLINE uint64_t load_second(struct reader reader, const uint8_t *codes)
{
    return carvq_load_u64(codes) >> 4 * reader.k % 8;
}

INLINE void take_group(struct reader reader, const uint8_t *codes, __m256 scale, float *values_ret)
{
    take_four(reader, carvq_load_u64(codes), scale, values_ret);
    take_four(reader, load_second(reader, codes + reader.k / 2), scale, values_ret + COLUMNS / 2);
}

// The group at the row's beginning: before the path, which begins at a bit of the tensor, there are zeros. bit is where windows
// begin in loads, next the byte where those of the next group begin.
INLINE void take_first(struct reader reader, const struct carvq_segment *segment, uint64_t path, unsigned before, unsigned bit,
                       uint64_t next, __m256 scale, float *values_ret)
{
    const unsigned k = reader.k;
    const uint64_t windows = carvq_load_u64(segment->codes + path / 8) >> path % 8 << before;
    take_four(reader, windows << bit, scale, values_ret);
    if (k <= 6) // there are 57 bits of the path, of which these steps have up to 48
        take_four(reader, windows >> 4 * k << bit, scale, values_ret + COLUMNS / 2);
    else
        take_four(reader, load_second(reader, segment->codes + (next - (k + 1) / 2)), scale, values_ret + COLUMNS / 2);
}

INLINE float read_scale(const struct carvq_segment *segment, uint64_t position)
{
    const struct carvq_segment_info *info = segment->info;
    const unsigned field = carvq_load_u32(segment->codes + position / 8) >> position % 8 & ((1u << info->scale_bits) - 1);
    return carvq_half_to_f32(info->value_dtype, segment->codebooks + 2 * field);
}

// A row whose loads would go beyond the tensor's end, which are the last ones, is left to the scalar decoder.
INLINE void decode_row(const struct carvq_segment *segment, uint64_t row, struct carvq_columns columns, float *values_ret)
{
    const struct carvq_segment_info *info = segment->info;
    const unsigned k = info->step_bits, before = info->state_bits - k; // bits of the first window that lie before the path
    const uint64_t path = row * segment->row_bits + info->scale_bits;
    const uint64_t windows = path + STEPS * k - before, second = windows / 8; // of group 1
    const size_t group = columns.first / COLUMNS, whole = columns.count / COLUMNS, rest = columns.count % COLUMNS;
    const uint64_t end = second + (group + whole + (rest > 0)) * k + k / 2 + 8; // of the last group's load, and 2 k bytes more
    struct reader reader = {segment->trellis, {0}, k};
    float values[COLUMNS];
    size_t i = 0;
    if (info->code_bytes < path / 8 + 8 || info->code_bytes + 2 * k < end) {
        carvq_trellis_decode_row(segment, row, columns, values_ret);
        return;
    }
    const __m256 scale = _mm256_set1_ps(read_scale(segment, path - info->scale_bits));
    for (unsigned step = 0; step < 4; step++)
        reader.states[step] = (windows % 8 + step * k) | info->state_bits << 8;
    if (group == 0) {
        take_first(reader, segment, path, before, windows % 8, second, scale, whole > 0 ? values_ret : values);
        i = 1;
    }
    const uint8_t *codes = segment->codes + second + (group + i) * k - k;
    for (; i < whole; i++, codes += k)
        take_group(reader, codes, scale, values_ret + i * COLUMNS);
    if (i == whole && rest > 0)
        take_group(reader, codes, scale, values);
    if (rest > 0)
        memcpy(values_ret + whole * COLUMNS, values, rest * sizeof *values);
}

AVX2 static void decode_rows(const struct carvq_segment *segment, const uint64_t *rows, size_t count,
                             struct carvq_columns columns, float *values_ret, size_t stride)
{
    for (size_t i = 0; i < count; i++, values_ret += stride) {
        if (i + 1 < count)
            carvq_prefetch_row(segment, rows[i + 1]);
        decode_row(segment, rows[i], columns, values_ret);
    }
}

static const char *choose(struct carvq_segment *segment)
{
    static const char *const names[CARVQ_TRELLIS_MAX_STEP_BITS + 1] = {
        [2] = "avx2 trellis k2", [3] = "avx2 trellis k3", [4] = "avx2 trellis k4", [5] = "avx2 trellis k5",
        [6] = "avx2 trellis k6", [7] = "avx2 trellis k7", [8] = "avx2 trellis k8", [10] = "avx2 trellis k10",
    };
    const char *name = carvq_trellis_choose(segment);
    if (name == NULL)
        return NULL;
    segment->decode_rows = decode_rows;
    return names[segment->info->step_bits];
}

void carvq_trellis_avx2(struct carvq_kernels *kernels)
{
    kernels->choose[CARVQ_TRELLIS] = choose;
}

#else
typedef int carvq_trellis_avx2_is_empty;
#endif
