// SPDX-License-Identifier: MIT
// Codec "additive": what the kernels for rows have in common.
//
// The codeword of step t ends where that of step t + M begins. So a row is the sum of M lines of bytes, its tracks, which are
// made by writing codewords one after the other, 8 bytes or more at a time: those that are too many, the next one overwrites.
//
//     track 0   |---- step 0 ----|---- step 3 ----|---- ..
//     track 1   0 0 0 |---- step 1 ----|---- step 4 ----|---- ..         M = 3
//     track 2   0 0 0 0 0 |---- step 2 ----|---- step 5 ----|---- ..
//
// If books are by phase, they are first turned round, once for all rows of a call, so that a codeword is a line of its own: a
// step costs 4 loads and a store. By position, a row takes all of the books through the first cache (n = 2048 at 2 bits: 98 KB),
// which is what limits it. Lines of the next row, each of which is in a place of its own, are asked for one by one while this
// row's are read: all at once they would be more than a processor asks for, and it would wait.
//
// The file that includes this has defined INLINE, for functions, and ROWS, what it stands for but for inlining, and defines
//
//     split_codes()    codes of groups of a row, one a byte
//     turn_book()      8 lines of a book [8][16], or as many as there are, to [16][unit]
//     take_codeword()  the codeword of a code out of a book of that many lines
//     add_columns()    columns of the tracks, times the scale
#ifndef CARVQ_RUNTIME_ADDITIVE_ROWS_H
#define CARVQ_RUNTIME_ADDITIVE_ROWS_H

#include "table.h"

#define PASS_GROUPS 32   // whose codes are split at once, at most
#define PASS_COLUMNS 768 // that are summed up at once, at most
#define MAX_CODEWORD (CARVQ_MAX_SPAN * CARVQ_MAX_STRIDE)
#define MAX_ROUND 28 // at least the least common multiple of a number of strides and a span
#define PAD 64       // bytes that may be read and written beyond what is needed

// A round: steps after which tracks and phases begin again.
struct round_step {
    const int8_t *codewords; // by phase: [16][unit]
    int8_t *to;              // in its track, in the first round
    uint32_t book, width;    // by position: where it is among those of the round; values of the codeword
};

// What rows of a call need.
struct rows {
    uint32_t steps, columns, book_bytes; // of a round
    const int8_t *books_end;             // by position
    struct round_step round[MAX_ROUND];
    int8_t tracks[CARVQ_MAX_SPAN][PASS_COLUMNS + 2 * PAD];
    int8_t codewords[CARVQ_ADDITIVE_CLASSES][16 * MAX_CODEWORD];
    uint8_t codes[PASS_GROUPS * CARVQ_GROUP_CODES];
};

INLINE void split_codes(const struct carvq_segment *segment, uint64_t row, uint64_t next, uint32_t first, uint32_t groups,
                        uint8_t *codes_ret);
INLINE void turn_book(const int8_t *book, unsigned lines, int8_t *codewords_ret, size_t unit);
INLINE void take_codeword(const int8_t *book, unsigned lines, uint8_t code, int8_t *codeword_ret);
INLINE void add_columns(const struct rows *rows, unsigned span, size_t first, size_t count, float scale, float *values_ret);

// The four bytes of each group.
INLINE void gather_codes(const struct carvq_segment *segment, uint64_t row, uint64_t next, uint32_t first, uint32_t groups,
                         uint8_t *fours_ret)
{
    const uint8_t *bytes = NULL, *next_bytes = NULL;
    size_t stride = 0, next_stride = 0;
    for (uint32_t i = 0; i < groups; i++, bytes += stride, next_bytes += next_stride, fours_ret += 4) {
        if (i == 0 || (first + i) % CARVQ_BLOCK_GROUPS == 0) {
            bytes = carvq_additive_bytes(segment, row, first + i, &stride);
            next_bytes = carvq_additive_bytes(segment, next, first + i, &next_stride);
        }
        __builtin_prefetch(next_bytes);
        const uint32_t four = (uint32_t)bytes[0] | (uint32_t)bytes[16] << 8 | (uint32_t)bytes[32] << 16 |
                              (uint32_t)bytes[48] << 24;
        memcpy(fours_ret, &four, sizeof four); // vector code is for little-endian machines
    }
}

INLINE void begin_rows(struct rows *rows, const struct carvq_segment *segment, size_t unit)
{
    const struct carvq_segment_info *info = segment->info;
    const uint32_t phases = info->stride_count, span = info->span, ends = span - 1;
    for (rows->steps = span; rows->steps % phases != 0;)
        rows->steps += span;
    while (2 * rows->steps <= MAX_ROUND) // for loops that are not too short
        rows->steps *= 2;
    rows->columns = rows->book_bytes = 0;
    rows->books_end = (const int8_t *)segment->books +
                      (info->position_books ? carvq_additive_book(info, segment->additive.steps) : 0);
    for (uint32_t s = 0, phase = 0; s < rows->steps; s++) {
        rows->round[s] = (struct round_step){rows->codewords[ends + phase], rows->tracks[s % span] + rows->columns,
                                             rows->book_bytes, segment->additive.widths[phase]};
        rows->columns += info->strides[phase];
        rows->book_bytes += 16 * rows->round[s].width;
        phase = phase + 1 < phases ? phase + 1 : 0;
    }
    for (uint32_t c = 0; c < ends + phases && !info->position_books; c++) {
        const uint32_t phase = c < ends ? c % phases : c - ends, width = segment->additive.widths[phase];
        const bool is_there = c < ends ? c < segment->additive.steps
                                       : ends + (phase + phases - ends % phases) % phases <
                                             segment->additive.steps; // a book that is read
        for (uint32_t k = 0; k < width && is_there; k += 8)
            turn_book((const int8_t *)segment->books + segment->additive.books[c] + 16 * k, width - k < 8 ? width - k : 8,
                      rows->codewords[c] + k, unit);
    }
}

// Writes the codewords of steps from .. to - 1 of a round of books by phase.
INLINE void copy_codewords(struct rows *rows, const uint8_t *codes, uint32_t from, uint32_t to, size_t column, size_t unit)
{
    for (uint32_t s = from; s < to; s++)
        memcpy(rows->round[s].to + column, rows->round[s].codewords + unit * codes[s], unit);
}

// The same of books by position, as far as lines may be read.
INLINE void take_codewords(struct rows *rows, const uint8_t *codes, const int8_t *books, const int8_t *end, uint32_t count,
                           size_t column, unsigned lines)
{
    for (uint32_t s = 0; s < count; s++) {
        const int8_t *book = books + rows->round[s].book;
        int8_t *to = rows->round[s].to + column;
        if (end - book >= (ptrdiff_t)(16 * lines))
            take_codeword(book, lines, codes[s], to);
        else
            for (uint32_t k = 0; k < rows->round[s].width; k++)
                to[k] = book[16 * k + codes[s]];
    }
}

// Writes the codewords of steps from the first of a round on.
INLINE void fill_tracks(struct rows *rows, const struct carvq_segment *segment, uint32_t first, uint32_t count, unsigned lines,
                        size_t unit)
{
    const uint8_t *codes = rows->codes + first % CARVQ_GROUP_CODES;
    const bool by_position = lines > 0;
    const int8_t *books = (const int8_t *)segment->books + (by_position ? (size_t)(first / rows->steps) * rows->book_bytes : 0);
    size_t column = 0;
    uint32_t done = 0;
    if (first == 0 && !by_position) { // steps that have classes of their own, then the rest of the round
        const uint32_t end = count < rows->steps ? count : rows->steps;
        for (; done < segment->info->span - 1 && done < end; done++)
            memcpy(rows->round[done].to, rows->codewords[done] + unit * codes[done], unit);
        copy_codewords(rows, codes, done, end, 0, unit);
        column = rows->columns;
        done = end;
    }
    for (; done < count; done += rows->steps, column += rows->columns, books += rows->book_bytes) {
        const uint32_t steps = count - done < rows->steps ? count - done : rows->steps;
        if (by_position)
            take_codewords(rows, codes + done, books, rows->books_end, steps, column, lines);
        else
            copy_codewords(rows, codes + done, 0, steps, column, unit);
    }
}

// Passes of whole rounds, from the last one on that begins before all steps that are needed.
INLINE void decode_row(struct rows *rows, const struct carvq_segment *segment, uint64_t row, uint64_t next,
                       struct carvq_columns columns, unsigned lines, size_t unit, float *values_ret)
{
    const unsigned span = segment->info->span;
    const uint32_t phases = segment->info->stride_count, steps = segment->additive.steps;
    const uint64_t needed = (uint64_t)(columns.first / segment->column_step) * phases;
    const uint64_t wanted = (columns.first + columns.count + segment->column_step - 1) / segment->column_step * phases;
    const uint32_t end = wanted < steps ? (uint32_t)wanted : steps;
    const uint32_t by_columns = PASS_COLUMNS / rows->columns, by_codes = (PASS_GROUPS - 1) * CARVQ_GROUP_CODES / rows->steps;
    const uint32_t rounds = by_columns < by_codes ? by_columns : by_codes;
    const float scale = carvq_additive_scale(segment, row);
    uint32_t step = needed < span - 1 ? 0 : (uint32_t)(needed - (span - 1)) / rows->steps * rows->steps;
    size_t skip = columns.first - (size_t)(step / rows->steps) * rows->columns;
    for (unsigned t = 0; t < span; t++)
        memset(rows->tracks[t], 0, MAX_CODEWORD);
    for (size_t done = 0; done < columns.count;) {
        const uint32_t count = end - step < rounds * rows->steps ? end - step : rounds * rows->steps;
        const size_t made = (size_t)rounds * rows->columns, left = columns.count - done, from = skip < made ? skip : made;
        const size_t here = made - from < left ? made - from : left;
        split_codes(segment, row, next, step / CARVQ_GROUP_CODES, (step % CARVQ_GROUP_CODES + count + 7) / CARVQ_GROUP_CODES,
                    rows->codes);
        fill_tracks(rows, segment, step, count, lines, unit);
        if (span == 2)
            add_columns(rows, 2, from, here, scale, values_ret + done);
        else if (span == 3)
            add_columns(rows, 3, from, here, scale, values_ret + done);
        else
            add_columns(rows, 4, from, here, scale, values_ret + done);
        for (unsigned t = 0; t < span; t++)
            memcpy(rows->tracks[t], rows->tracks[t] + made, MAX_CODEWORD);
        done += here;
        skip -= from;
        step += count;
    }
}

// lines: 0 if books are by phase.
#define DECODE(name, lines, unit)                                                                                               \
    ROWS static void name(const struct carvq_segment *segment, const uint64_t *ids, size_t count, struct carvq_columns columns, \
                          float *values_ret, size_t stride)                                                                     \
    {                                                                                                                           \
        struct rows rows;                                                                                                       \
        begin_rows(&rows, segment, unit);                                                                                       \
        for (size_t i = 0; i < count; i++, values_ret += stride) {                                                              \
            decode_row(&rows, segment, ids[i], ids[i + 1 < count ? i + 1 : i], columns, lines, unit, values_ret);               \
        }                                                                                                                       \
    }
#define DEFINE_DECODERS                                                                           \
    DECODE(decode_phase_8, 0, 8)                                                                  \
    DECODE(decode_phase_16, 0, 16)                                                                \
    DECODE(decode_phase_32, 0, 32)                                                                \
    DECODE(decode_position_4, 4, 8)                                                               \
    DECODE(decode_position_6, 6, 8)                                                               \
    DECODE(decode_position_8, 8, 8)                                                               \
    DECODE(decode_position_16, 16, 16)                                                            \
    DECODE(decode_position_32, 32, 32)                                                            \
                                                                                                  \
    static carvq_decode_rows *choose_decoder(const struct carvq_segment *segment)                 \
    {                                                                                             \
        uint32_t width = 0; /* of the longest codewords */                                        \
        for (uint32_t p = 0; p < segment->info->stride_count; p++)                                \
            width = segment->additive.widths[p] > width ? segment->additive.widths[p] : width;    \
        if (!segment->info->position_books)                                                       \
            return width <= 8 ? decode_phase_8 : width <= 16 ? decode_phase_16 : decode_phase_32; \
        return width <= 4    ? decode_position_4                                                  \
               : width <= 6  ? decode_position_6                                                  \
               : width <= 8  ? decode_position_8                                                  \
               : width <= 16 ? decode_position_16                                                 \
                             : decode_position_32;                                                \
    }

#endif
