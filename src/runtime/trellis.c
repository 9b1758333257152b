// SPDX-License-Identifier: MIT
// Codec "trellis", scalar: this decoder is the specification that every other one is compared with.
//
// A row is the number of its scale (b bits) and its path: k bits for each step of two values. The state of a step is a window of
// S bits that ends where the step's bits end, with zeros before the path: no step depends on another.
//
//     row  | b bits |  k  |  k  |  k  |  k  | ..           S = 12, k = 4:
//                    0 0 0 [  state of step 0 ]  window    state_j = (path << S - k) >> j k & 2^S - 1
//                         [  state of step 1  ]
//
// One 64-bit load gives the windows of GROUP steps. Their values go through a buffer as bytes, and from there to floats, which
// compilers turn into vector code. Cost of a row of n = 2048 at k = 4: reads 512 bytes of codes and 2 KiB of a table that stays
// in the cache, 1024 times a shift, a mask, a load and a store of 2 bytes, and writes 8 KiB.
#include <string.h>

#include "half.h"
#include "table.h"
#include "trellis_tables.h"

#include "trellis_tables.inc"

#define CHUNK 32 // groups of steps in the buffer

// What a decoder needs at every step, in registers: through a pointer it would be read again after every byte that is written.
struct reader {
    const int8_t (*table)[2];
    const uint8_t *codes;
    uint64_t nbytes; // of codes
    uint64_t mask;   // S ones
};

// The bytes from number byte of the tensor to its end, fewer than 8.
static uint64_t load_tail(const uint8_t *codes, uint64_t byte, uint64_t nbytes)
{
    uint64_t bits = 0;
    for (unsigned shift = 0; byte < nbytes; byte++, shift += 8)
        bits |= (uint64_t)codes[byte] << shift;
    return bits;
}

// At least 57 bits from bit number position of the tensor on, with zeros beyond its end.
static inline uint64_t load_bits(struct reader reader, uint64_t position)
{
    const uint64_t byte = position / 8;
    const uint64_t bits = reader.nbytes - byte >= 8 ? carvq_load_u64(reader.codes + byte)
                                                    : load_tail(reader.codes, byte, reader.nbytes);
    return bits >> position % 8;
}

// The values of a state; shift: where its window begins.
static inline void take_step(struct reader reader, uint64_t windows, unsigned shift, int8_t *values_ret)
{
    memcpy(values_ret, reader.table[windows >> shift & reader.mask], 2);
}

// So many steps can be taken from one load, which has 57 bits of use: as many as have their windows there.
#define GROUP(k) ((k) <= 6 ? 8 : (k) == 7 ? 7 : (k) == 8 ? 6 : 5)

static inline void take_group(struct reader reader, uint64_t windows, unsigned k, int8_t *values_ret)
{
    take_step(reader, windows, 0, values_ret);
    take_step(reader, windows, k, values_ret + 2);
    take_step(reader, windows, 2 * k, values_ret + 4);
    take_step(reader, windows, 3 * k, values_ret + 6);
    take_step(reader, windows, 4 * k, values_ret + 8);
    if (GROUP(k) > 5)
        take_step(reader, windows, 5 * k, values_ret + 10);
    if (GROUP(k) > 6)
        take_step(reader, windows, 6 * k, values_ret + 12);
    if (GROUP(k) > 7)
        take_step(reader, windows, 7 * k, values_ret + 14);
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

// k is constant where this is called from, so that shifts are, too. What does not begin at the row's beginning begins behind the
// first group of steps, and its windows hold nothing but the path.
static inline void decode_row(const struct carvq_segment *segment, uint64_t row, struct carvq_columns columns, unsigned k,
                              float *values_ret)
{
    const struct carvq_segment_info *info = segment->info;
    const struct reader reader = {segment->trellis, segment->codes, info->code_bytes, ((uint64_t)1 << info->state_bits) - 1};
    const uint64_t begin = row * segment->row_bits, path = begin + info->scale_bits;
    const uint64_t code = load_bits(reader, begin) & (((uint64_t)1 << info->scale_bits) - 1);
    const unsigned before = info->state_bits - k; // bits of the first window that lie before the path, and are 0
    const size_t chunk = 2 * CHUNK * GROUP(k);
    int8_t values[2 * CHUNK * GROUP(2)];
    float scale;
    uint64_t position = path - before + columns.first / 2 * k;
    size_t filled = 0;
    carvq_widen(info->value_dtype, segment->codebooks + 2 * code, 1, &scale);
    if (columns.first == 0) {
        take_group(reader, load_bits(reader, path) << before, k, values);
        filled = GROUP(k);
        position += GROUP(k) * k;
    }
    for (size_t column = 0; column < columns.count; column += chunk, filled = 0) {
        const size_t width = columns.count - column < chunk ? columns.count - column : chunk;
        for (; 2 * filled < width; filled += GROUP(k), position += GROUP(k) * k)
            take_group(reader, load_bits(reader, position), k, values + 2 * filled);
        scale_values(values, scale, width, values_ret + column);
    }
}

CARVQ_DECODE_ROWS(decode_k2, decode_row(segment, row, columns, 2, values_ret))
CARVQ_DECODE_ROWS(decode_k3, decode_row(segment, row, columns, 3, values_ret))
CARVQ_DECODE_ROWS(decode_k4, decode_row(segment, row, columns, 4, values_ret))
CARVQ_DECODE_ROWS(decode_k5, decode_row(segment, row, columns, 5, values_ret))
CARVQ_DECODE_ROWS(decode_k6, decode_row(segment, row, columns, 6, values_ret))
CARVQ_DECODE_ROWS(decode_k7, decode_row(segment, row, columns, 7, values_ret))
CARVQ_DECODE_ROWS(decode_k8, decode_row(segment, row, columns, 8, values_ret))
CARVQ_DECODE_ROWS(decode_k10, decode_row(segment, row, columns, 10, values_ret))

static const struct {
    carvq_decode_rows *decode_rows;
    const char *name;
} decoders[] = {
    {decode_k2, "scalar trellis k2"},   {decode_k3, "scalar trellis k3"},
    {decode_k4, "scalar trellis k4"},   {decode_k5, "scalar trellis k5"},
    {decode_k6, "scalar trellis k6"},   {decode_k7, "scalar trellis k7"},
    {decode_k8, "scalar trellis k8"},   {NULL, NULL},
    {decode_k10, "scalar trellis k10"},
};

void carvq_trellis_decode_row(const struct carvq_segment *segment, uint64_t row, struct carvq_columns columns, float *values_ret)
{
    decoders[segment->info->step_bits - CARVQ_TRELLIS_MIN_STEP_BITS].decode_rows(segment, &row, 1, columns, values_ret, 0);
}

const char *carvq_trellis_choose(struct carvq_segment *segment)
{
    const struct carvq_segment_info *info = segment->info;
    segment->trellis = carvq_trellis_table(info->state_bits, info->step_bits);
    segment->row_bits = carvq_segment_row_bits(info);
    segment->column_step = 2 * GROUP(2);
    if (segment->trellis == NULL)
        return NULL;
    segment->decode_rows = decoders[info->step_bits - CARVQ_TRELLIS_MIN_STEP_BITS].decode_rows;
    return decoders[info->step_bits - CARVQ_TRELLIS_MIN_STEP_BITS].name;
}

const int8_t (*carvq_trellis_table(unsigned state_bits, unsigned step_bits))[2]
{
    static const int8_t *const tables[2][CARVQ_TRELLIS_MAX_STEP_BITS + 1] = {
#ifdef CARVQ_NO_TRELLIS_10
        {NULL},
#else
        {NULL, NULL, table_10_2, table_10_3, table_10_4, table_10_5, table_10_6, table_10_7, table_10_8, NULL, NULL},
#endif
#ifdef CARVQ_NO_TRELLIS_12
        {NULL},
#else
        {NULL, NULL, table_12_2, table_12_3, table_12_4, table_12_5, table_12_6, table_12_7, table_12_8, NULL, table_12_10},
#endif
    };
    if ((state_bits != 10 && state_bits != 12) || step_bits > CARVQ_TRELLIS_MAX_STEP_BITS)
        return NULL;
    return (const int8_t(*)[2])tables[state_bits == 12][step_bits];
}
