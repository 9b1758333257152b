// SPDX-License-Identifier: MIT
// Codec "additive", scalar: where everything is, and the decoder of rows that every other one is compared with.
//
// Cost of a row of n = 2048 at 2 bits (stride 2, span 3): reads 4 bytes of each of 128 lines, makes 2048 sums of three bytes each
// and writes 8 KiB.
#include "additive.h"

#include <string.h>

#include "half.h"
#include "size.h"
#include "table.h"

#define BLOCK_CODES (CARVQ_BLOCK_GROUPS * CARVQ_GROUP_CODES)
#define CHUNK 256    // columns whose sums are in the buffer
#define PREFETCH 256 // lines of a row, at most

// The columns that the pattern covers.
static uint32_t pattern_width(const struct carvq_segment_info *info)
{
    uint32_t width = 0;
    for (uint32_t i = 0; i < info->stride_count; i++)
        width += info->strides[i];
    return width;
}

uint32_t carvq_additive_steps(const struct carvq_segment_info *info)
{
    const uint32_t width = pattern_width(info);
    uint64_t steps = (uint64_t)(info->cols / width) * info->stride_count;
    uint32_t left = info->cols % width;
    for (uint32_t i = 0; left > 0; steps++, i++)
        left = left > info->strides[i] ? left - info->strides[i] : 0;
    return steps > CARVQ_MAX_STEPS ? CARVQ_MAX_STEPS + 1 : (uint32_t)steps;
}

uint64_t carvq_additive_column(const struct carvq_segment_info *info, uint64_t step)
{
    uint64_t column = step / info->stride_count * pattern_width(info);
    for (uint32_t i = 0; i < step % info->stride_count; i++)
        column += info->strides[i];
    return column;
}

uint32_t carvq_additive_width(const struct carvq_segment_info *info, uint32_t step)
{
    uint32_t width = 0;
    for (uint32_t j = 0; j < info->span; j++)
        width += info->strides[(step + j) % info->stride_count];
    return width;
}

// Where the books of the classes from span - 1 on are, if they are by phase.
static uint64_t phase_book(const struct carvq_segment_info *info, uint32_t phase)
{
    const uint32_t steps = carvq_additive_steps(info), ends = info->span - 1, count = info->stride_count;
    uint64_t values = 0;
    for (uint32_t t = 0; t < ends && t < steps; t++)
        values += carvq_additive_width(info, t);
    for (uint32_t p = 0; p < phase; p++) {
        const uint32_t first = ends + (p + count - ends % count) % count; // the first step of the class
        values += first < steps ? carvq_additive_width(info, p) : 0;
    }
    return 16 * values;
}

// By position: the widths of the steps before add up to the columns o_t .. o_{t+M-1} less o_0 .. o_{M-1}.
uint64_t carvq_additive_book(const struct carvq_segment_info *info, uint32_t step)
{
    uint64_t values = 0;
    if (!info->position_books && step >= info->span - 1)
        return phase_book(info, step % info->stride_count);
    for (uint32_t j = 0; j < info->span; j++)
        values += carvq_additive_column(info, (uint64_t)step + j) - carvq_additive_column(info, j);
    return 16 * values;
}

uint64_t carvq_additive_line(const struct carvq_segment_info *info, uint64_t tile, uint32_t group)
{
    const uint32_t groups = carvq_additive_groups(info), before = group / CARVQ_BLOCK_GROUPS * CARVQ_BLOCK_GROUPS;
    const uint32_t in_block = groups - before < CARVQ_BLOCK_GROUPS ? groups - before : CARVQ_BLOCK_GROUPS;
    const uint64_t chunk = tile / CARVQ_CHUNK_TILES * CARVQ_CHUNK_TILES, left = carvq_additive_tiles(info) - chunk;
    const uint64_t tiles = left < CARVQ_CHUNK_TILES ? left : CARVQ_CHUNK_TILES, pair = (tile - chunk) / 2 * 2;
    const bool alone = pair + 1 == tiles;
    return 64 * (chunk * groups + before * tiles + pair * in_block + (uint64_t)(group - before) * (alone ? 1 : 2) +
                 (tile - chunk - pair));
}

uint64_t carvq_additive_scale_code_bytes(const struct carvq_segment_info *info)
{
    return carvq_div_up(info->rows * info->scale_bits, 8);
}

// What is checked here: the description's reader, and a plan of the encoder, see to the ranges of what they set.
bool carvq_additive_sizes(struct carvq_segment_info *info)
{
    bool good = info->span >= 2 && info->span <= CARVQ_MAX_SPAN && info->stride_count >= 1 &&
                info->stride_count <= CARVQ_MAX_STRIDES && info->scale_bits <= CARVQ_MAX_SCALE_BITS;
    for (uint32_t i = 0; good && i < info->stride_count; i++)
        good = info->strides[i] >= 1 && info->strides[i] <= CARVQ_MAX_STRIDE;
    if (!good || carvq_additive_steps(info) > CARVQ_MAX_STEPS)
        return false;
    // Tiles <= 2^28, groups <= 2^13.
    info->code_bytes = 64 * carvq_additive_tiles(info) * carvq_additive_groups(info) + carvq_additive_scale_code_bytes(info);
    info->codebook_bytes = ((uint64_t)2 << info->scale_bits) + (info->position_books
                                                                    ? carvq_additive_book(info, carvq_additive_steps(info))
                                                                    : phase_book(info, info->stride_count));
    return true;
}

float carvq_additive_scale(const struct carvq_segment *segment, uint64_t row)
{
    const unsigned bits = segment->info->scale_bits;
    unsigned code = 0;
    float scale;
    if (bits > 0) {
        const uint8_t *byte = segment->scale_codes + row * bits / 8;
        const unsigned shift = (unsigned)(row * bits % 8);
        code = byte[0];
        if (shift + bits > 8)
            code |= (unsigned)byte[1] << 8;
        code = code >> shift & ((1U << bits) - 1);
    }
    carvq_widen(segment->info->value_dtype, segment->codebooks + 2 * (size_t)code, 1, &scale);
    return scale;
}

// The book of a step of known number and phase, if it is by phase.
static inline void set_class(const struct carvq_segment *segment, struct carvq_step *step)
{
    const struct carvq_additive *shape = &segment->additive;
    const uint32_t ends = segment->info->span - 1;
    step->width = shape->widths[step->phase];
    if (!segment->info->position_books)
        step->book = (const int8_t *)segment->books + shape->books[step->number < ends ? step->number : ends + step->phase];
}

struct carvq_step carvq_additive_step(const struct carvq_segment *segment, uint32_t number)
{
    const struct carvq_segment_info *info = segment->info;
    struct carvq_step step = {.number = number, .phase = number % info->stride_count};
    step.column = (size_t)carvq_additive_column(info, number);
    step.book = (const int8_t *)segment->books + carvq_additive_book(info, number);
    step.width = segment->additive.widths[step.phase];
    return step;
}

static inline void go_on(const struct carvq_segment *segment, struct carvq_step *step)
{
    step->number++;
    step->column += segment->info->strides[step->phase];
    step->phase = step->phase + 1 < segment->info->stride_count ? step->phase + 1 : 0;
    step->book += 16 * step->width; // by position
    set_class(segment, step);
}

void carvq_additive_go_on(const struct carvq_segment *segment, struct carvq_step *step)
{
    go_on(segment, step);
}

const uint8_t *carvq_additive_bytes(const struct carvq_segment *segment, uint64_t row, uint32_t first, size_t *stride_ret)
{
    const uint64_t tile = row / CARVQ_TILE_ROWS;
    const bool alone = tile % 2 == 0 && tile + 1 == carvq_additive_tiles(segment->info);
    *stride_ret = alone ? 64 : 128;
    return segment->codes + carvq_additive_line(segment->info, tile, first) + row % CARVQ_TILE_ROWS;
}

void carvq_additive_prefetch(const struct carvq_segment *segment, uint64_t row)
{
#if defined(__GNUC__)
    const uint32_t groups = segment->additive.groups < PREFETCH ? segment->additive.groups : PREFETCH;
    const uint8_t *bytes = NULL;
    size_t stride = 0;
    for (uint32_t g = 0; g < groups; g++, bytes += stride) {
        if (g % CARVQ_BLOCK_GROUPS == 0)
            bytes = carvq_additive_bytes(segment, row, g, &stride);
        __builtin_prefetch(bytes);
    }
#else
    (void)segment;
    (void)row;
#endif
}

// The codes of a block, one a byte.
static void split_block(const struct carvq_segment *segment, uint64_t row, uint32_t block, uint8_t *codes_ret)
{
    const uint32_t first = block * CARVQ_BLOCK_GROUPS;
    const uint32_t left = segment->additive.groups - first, count = left < CARVQ_BLOCK_GROUPS ? left : CARVQ_BLOCK_GROUPS;
    size_t stride;
    const uint8_t *bytes = carvq_additive_bytes(segment, row, first, &stride);
    for (uint32_t g = 0; g < count; g++, bytes += stride)
        for (unsigned c = 0; c < 4; c++, codes_ret += 2) {
            codes_ret[0] = bytes[CARVQ_TILE_ROWS * c] & 15;
            codes_ret[1] = bytes[CARVQ_TILE_ROWS * c] >> 4;
        }
}

// A codeword of nothing, for steps before the first.
static const int8_t no_codeword[16 * CARVQ_MAX_SPAN * CARVQ_MAX_STRIDE];

// Where a row is being decoded: the codewords of the steps that a value is the sum of, the last first, from that value on.
struct row {
    struct carvq_step step; // the next one
    const int8_t *codewords[CARVQ_MAX_SPAN];
};

// Makes sums of whole steps until there are at least so many, or the codes of the block end. span is constant where this is
// called from. Returns how many.
static inline size_t sum_steps(const struct carvq_segment *segment, struct row *row, const uint8_t *codes, uint32_t end,
                               unsigned span, size_t wanted, int16_t *sums_ret)
{
    const uint8_t *strides = segment->info->strides;
    const int8_t *a = row->codewords[0], *b = row->codewords[1], *c = row->codewords[2], *d = row->codewords[3];
    struct carvq_step step = row->step;
    size_t count = 0;
    while (count < wanted && step.number < end) {
        const size_t stride = strides[step.phase];
        d = c, c = b, b = a, a = step.book + codes[step.number % BLOCK_CODES];
        for (size_t i = 0; i < stride; i++)
            sums_ret[count + i] = (int16_t)(a[16 * i] + b[16 * i] + (span > 2 ? c[16 * i] : 0) + (span > 3 ? d[16 * i] : 0));
        a += 16 * stride, b += 16 * stride, c += 16 * stride;
        count += stride;
        go_on(segment, &step);
    }
    row->step = step;
    row->codewords[0] = a, row->codewords[1] = b, row->codewords[2] = c, row->codewords[3] = d;
    return count;
}

static void scale_sums(const int16_t *restrict sums, float scale, size_t count, float *restrict values_ret)
{
    enum { BLOCK = 16 };
    size_t i = 0;
    for (; count - i >= BLOCK; i += BLOCK)
        for (size_t k = 0; k < BLOCK; k++)
            values_ret[i + k] = (float)sums[i + k] * scale;
    for (; i < count; i++)
        values_ret[i] = (float)sums[i] * scale;
}

// The first steps that are taken are before the columns that are wanted.
static inline void decode_row(const struct carvq_segment *segment, uint64_t number, struct carvq_columns columns, unsigned span,
                              float *values_ret)
{
    const uint32_t first = (uint32_t)(columns.first / segment->column_step) * segment->info->stride_count;
    const float scale = carvq_additive_scale(segment, number);
    struct row row = {carvq_additive_step(segment, first < span - 1 ? 0 : first - (span - 1)),
                      {no_codeword, no_codeword, no_codeword, no_codeword}};
    uint8_t codes[BLOCK_CODES];
    int16_t sums[CHUNK + CARVQ_MAX_STRIDE];
    size_t skip = columns.first - row.step.column;
    for (size_t done = 0; done < columns.count;) {
        const uint32_t block = row.step.number / BLOCK_CODES * BLOCK_CODES, steps = segment->additive.steps;
        const uint32_t end = steps - block < BLOCK_CODES ? steps : block + BLOCK_CODES;
        split_block(segment, number, block / BLOCK_CODES, codes);
        while (row.step.number < end && done < columns.count) {
            const size_t left = columns.count - done + skip, wanted = left < CHUNK ? left : CHUNK;
            size_t count = sum_steps(segment, &row, codes, end, span, wanted, sums);
            const size_t from = count < skip ? count : skip;
            count = (count < left ? count : left) - from;
            scale_sums(sums + from, scale, count, values_ret + done);
            skip -= from;
            done += count;
        }
    }
}

CARVQ_DECODE_ROWS(decode_2, decode_row(segment, row, columns, 2, values_ret))
CARVQ_DECODE_ROWS(decode_3, decode_row(segment, row, columns, 3, values_ret))
CARVQ_DECODE_ROWS(decode_4, decode_row(segment, row, columns, 4, values_ret))

void carvq_additive_decode(const struct carvq_segment *segment, uint64_t row, struct carvq_columns columns, float *values_ret)
{
    carvq_decode_rows *const decoders[] = {decode_2, decode_3, decode_4};
    decoders[segment->info->span - 2](segment, &row, 1, columns, values_ret, 0);
}

const char *carvq_additive_choose(struct carvq_segment *segment)
{
    const struct carvq_segment_info *info = segment->info;
    struct carvq_additive *shape = &segment->additive;
    const uint32_t ends = info->span - 1;
    *shape = (struct carvq_additive){carvq_additive_steps(info), carvq_additive_groups(info), {0}, {0}};
    for (uint32_t p = 0; p < info->stride_count; p++) {
        shape->widths[p] = (uint8_t)carvq_additive_width(info, p);
        shape->books[ends + p] = (uint32_t)phase_book(info, p);
    }
    for (uint32_t t = 0; t < ends; t++)
        shape->books[t] = (uint32_t)carvq_additive_book(info, t);
    segment->column_step = pattern_width(info);
    segment->decode_rows = info->span == 2 ? decode_2 : info->span == 3 ? decode_3 : decode_4;
    return "scalar additive";
}
