// SPDX-License-Identifier: MIT
// Codec "trellis", scalar: this decoder is the specification that every other one is compared with.
//
// A row is the number of its scale (b bits) and its path: k bits for each step of two values. The state of a step is a window of
// S bits that ends where the step's bits end, with zeros before the path: no step depends on another.
//
//     row  | b bits |  k  |  k  |  k  |  k  | ..           S = 12, k = 4:
//                    0 0 0 [  state of step 0 ]  window    state_t = (path << S - k) >> t k & 2^S - 1
//                         [  state of step 1  ]
//
// One 64-bit load gives the windows of GROUP steps. Their values go through a buffer as bytes, and from there to floats, which
// compilers turn into vector code. Cost of a row of n = 2048 at k = 4: reads 512 bytes of codes and 2 KiB of a table that stays
// in the cache, 1024 times a shift, a mask, a load and a store of 2 bytes, and writes 8 KiB.
#include <string.h>

#include "../base/half.h"
#include "bits.h"
#include "table.h"
#include "trellis_tables.h"

#define CHUNK 256 // steps in the buffer

// At least 57 bits from bit number position of the tensor on, with zeros beyond its end.
static inline uint64_t load_bits(const struct carvq_segment *segment, uint64_t position)
{
    const uint8_t *codes = segment->codes + position / 8;
    const uint64_t left = segment->info->code_bytes - position / 8;
    if (left >= 8)
        return carvq_load_u64(codes) >> position % 8;
    uint64_t bits = 0;
    for (uint64_t i = 0; i < left; i++)
        bits |= (uint64_t)codes[i] << 8 * i;
    return bits >> position % 8;
}

// The values of a state; shift: where its window begins.
static inline void take_step(const int8_t (*table)[2], uint64_t windows, unsigned shift, uint64_t mask, int8_t *values_ret)
{
    memcpy(values_ret, table[windows >> shift & mask], 2);
}

static inline void take_4_steps(const int8_t (*table)[2], uint64_t windows, unsigned k, uint64_t mask, int8_t *values_ret)
{
    take_step(table, windows, 0, mask, values_ret);
    take_step(table, windows, k, mask, values_ret + 2);
    take_step(table, windows, 2 * k, mask, values_ret + 4);
    take_step(table, windows, 3 * k, mask, values_ret + 6);
}

// So many steps can be taken from one load: the bits of their windows, and up to 7 before them, are not more than 64.
#define GROUP(k) ((k) <= 6 ? 8 : 4)

static inline void take_group(const struct carvq_segment *segment, uint64_t windows, unsigned k, int8_t *values_ret)
{
    const uint64_t mask = ((uint64_t)1 << segment->info->state_bits) - 1;
    take_4_steps(segment->trellis, windows, k, mask, values_ret);
    if (GROUP(k) == 8)
        take_4_steps(segment->trellis, windows >> 4 * k, k, mask, values_ret + 8);
}

static inline void scale_values(const int8_t *restrict values, float scale, size_t count, float *restrict values_ret)
{
    enum { BLOCK = 16 };
    size_t i = 0;
    for (; count - i >= BLOCK; i += BLOCK)
        for (size_t j = 0; j < BLOCK; j++)
            values_ret[i + j] = scale * (float)values[i + j];
    for (; i < count; i++)
        values_ret[i] = scale * (float)values[i];
}

// k is constant where this is called from, so that shifts are, too.
static inline void decode_row(const struct carvq_segment *segment, uint64_t row, unsigned k, float *values_ret)
{
    const struct carvq_segment_info *info = segment->info;
    const uint64_t begin = row * segment->row_bits, path = begin + info->scale_bits;
    const uint64_t code = load_bits(segment, begin) & (((uint64_t)1 << info->scale_bits) - 1);
    const unsigned before = info->state_bits - k; // bits of the first window that lie before the path, and are 0
    int8_t values[2 * CHUNK];
    float scale;
    carvq_widen(info->value_dtype, segment->codebooks + 2 * code, 1, &scale);
    take_group(segment, load_bits(segment, path) << before, k, values);
    uint64_t position = path - before + GROUP(k) * k;
    for (size_t column = 0, filled = GROUP(k); column < info->cols; column += 2 * CHUNK, filled = 0) {
        const size_t width = info->cols - column < 2 * CHUNK ? info->cols - column : 2 * CHUNK;
        for (; 2 * filled < width; filled += GROUP(k), position += GROUP(k) * k)
            take_group(segment, load_bits(segment, position), k, values + 2 * filled);
        scale_values(values, scale, width, values_ret + column);
    }
}

#define DECODER(k)                                                                                \
    static void decode_k##k(const struct carvq_segment *segment, uint64_t row, float *values_ret) \
    {                                                                                             \
        decode_row(segment, row, k, values_ret);                                                  \
    }

DECODER(2)
DECODER(3)
DECODER(4)
DECODER(5)
DECODER(6)
DECODER(7)
DECODER(8)
DECODER(10)

const char *carvq_trellis_choose(struct carvq_segment *segment)
{
    static const struct {
        void (*decode_row)(const struct carvq_segment *segment, uint64_t row, float *values_ret);
        const char *name;
    } decoders[CARVQ_MAX_STATE_BITS + 1] = {
        [2] = {decode_k2, "scalar k2"}, [3] = {decode_k3, "scalar k3"},    [4] = {decode_k4, "scalar k4"},
        [5] = {decode_k5, "scalar k5"}, [6] = {decode_k6, "scalar k6"},    [7] = {decode_k7, "scalar k7"},
        [8] = {decode_k8, "scalar k8"}, [10] = {decode_k10, "scalar k10"},
    };
    const struct carvq_segment_info *info = segment->info;
    segment->trellis = carvq_trellis_table(info->state_bits, info->step_bits);
    segment->row_bits = info->scale_bits + (uint64_t)info->step_bits * ((info->cols - 1) / 2 + 1);
    segment->decode_row = decoders[info->step_bits].decode_row;
    return segment->trellis != NULL ? decoders[info->step_bits].name : NULL;
}
