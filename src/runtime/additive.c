// SPDX-License-Identifier: MIT
// Codec "additive", scalar: where everything is, and the decoder of rows that every other one is compared with.
//
// Cost of a row of n = 2048 at 2 bits (stride 2, span 3): reads 4 bytes of each of 128 lines, adds 1024 codewords of 6 values to
// sums of 16 bits and writes 8 KiB.
#include "additive.h"

#include <string.h>

#include "half.h"
#include "size.h"
#include "table.h"

#define MAX_WIDTH (CARVQ_MAX_SPAN * CARVQ_MAX_STRIDE)
#define CHUNK 256 // columns whose sums are in the buffer

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
static void set_class(const struct carvq_segment *segment, struct carvq_step *step)
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

void carvq_additive_go_on(const struct carvq_segment *segment, struct carvq_step *step)
{
    step->number++;
    step->column += segment->info->strides[step->phase];
    step->phase = step->phase + 1 < segment->info->stride_count ? step->phase + 1 : 0;
    step->book += 16 * step->width; // by position
    set_class(segment, step);
}

// The row's bytes of a group: columns of its line.
static const uint8_t *find_bytes(const struct carvq_segment *segment, uint64_t row, uint32_t group)
{
    return segment->codes + carvq_additive_line(segment->info, row / CARVQ_TILE_ROWS, group) + row % CARVQ_TILE_ROWS;
}

// Codewords are added to a buffer, the first of which stands for column base. What begins in columns that are wanted has added to
// those behind them when these are given out; that moves to the front.
static void decode_row(const struct carvq_segment *segment, uint64_t row, struct carvq_columns columns, float *values_ret)
{
    const uint32_t ends = segment->info->span - 1, steps = segment->additive.steps;
    const uint32_t first = (uint32_t)(columns.first / segment->column_step) * segment->info->stride_count;
    const float scale = carvq_additive_scale(segment, row);
    struct carvq_step at = carvq_additive_step(segment, first < ends ? 0 : first - ends);
    const uint8_t *bytes = find_bytes(segment, row, at.number / CARVQ_GROUP_CODES);
    int16_t sums[CHUNK + 2 * MAX_WIDTH] = {0};
    size_t base = at.column;
    for (size_t done = 0, width; done < columns.count; done += width) {
        const size_t column = columns.first + done;
        width = columns.count - done < CHUNK ? columns.count - done : CHUNK;
        while (at.number < steps && at.column < column + width) {
            const uint32_t step = at.number;
            const unsigned code = bytes[step % CARVQ_GROUP_CODES / 2 * CARVQ_TILE_ROWS] >> step % 2 * 4 & 15;
            int16_t *restrict to = sums + (at.column - base);
            for (uint32_t i = 0; i < at.width; i++)
                to[i] = (int16_t)(to[i] + at.book[16 * i + code]);
            carvq_additive_go_on(segment, &at);
            if (at.number % CARVQ_GROUP_CODES == 0 && at.number < steps)
                bytes = find_bytes(segment, row, at.number / CARVQ_GROUP_CODES);
        }
        for (size_t i = 0; i < width; i++)
            values_ret[done + i] = (float)sums[column - base + i] * scale;
        memmove(sums, sums + (column + width - base), MAX_WIDTH * sizeof *sums);
        memset(sums + MAX_WIDTH, 0, sizeof sums - MAX_WIDTH * sizeof *sums);
        base = column + width;
    }
}

CARVQ_DECODE_ROWS(decode_rows, decode_row(segment, row, columns, values_ret))

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
    segment->decode_rows = decode_rows;
    return "scalar additive";
}
