// SPDX-License-Identifier: MIT
// Codec "rvq" with vectors of 8 floats: h = 8, kappa = 4, L = 1 to 4, groups by rows. What the files of AVX2 and NEON share.
//
// As the scalar decoder does, but with everything constant that is: a book is widened to [L][16][8] floats, and the codes of
// eight sub-vectors are 4 L whole bytes, which are loaded as one word or two. A centroid is one vector with AVX2, two with NEON.
//
// Cost of a row of n = 2048: widens 128 L values; for each of 256 sub-vectors L times two instructions that make an address of a
// code, a load of 8 floats, and an addition but for the first; one store. With AVX2, at two loads a cycle, that is 128 L cycles
// at least; measured, with everything: 360, 510, 780, 920 on Zen 4. AVX-512 (two sub-vectors a register) needs as many loads: -6
// to +14 % of the time of AVX2 on Zen 4, so there is no file of it. On aarch64 a row takes 2200, 4200, 6500, 8600 instructions
// for L = 1 to 4; the scalar decoder 5500, 10500, 15200, 19600 with gcc -O3, and 6 to 7 times as many as this with -O2.
//
// A file includes this once, after INLINE, find_centroid() and, of the type eight, which is 8 floats, load_eight(), add_eight(),
// store_eight() and widen_eight(), which stores 8 BF16 values as floats.
#ifndef CARVQ_RUNTIME_RVQ_ROWS_H
#define CARVQ_RUNTIME_RVQ_ROWS_H

#include "half.h"
#include "table.h"

#define H 8
#define K 16
#define MAX_STAGES 4
#define BLOCK 8      // sub-vectors whose codes are loaded together
#define MIN_GROUP 32 // sub-vectors; to widen books for fewer does not pay

INLINE void widen_books(enum carvq_dtype dtype, const uint8_t *stored, unsigned stages, float *books_ret)
{
    const size_t count = (size_t)stages * K * H;
    if (dtype != CARVQ_BF16)
        carvq_widen(dtype, stored, count, books_ret);
    else
        for (size_t i = 0; i < count; i += 8)
            widen_eight(stored + 2 * i, books_ret + i);
}

INLINE eight load_centroid(const float *books, unsigned stage, uint64_t word, unsigned position)
{
    return load_eight(find_centroid(books + stage * K * H, word, position + 4 * stage));
}

// The sum of the centroids of a sub-vector, whose codes begin at bit number position of a word. (Compilers need not unroll.)
INLINE eight sum_centroids(const float *books, uint64_t word, unsigned position, unsigned stages)
{
    eight sum = load_centroid(books, 0, word, position);
    if (stages > 1)
        sum = add_eight(sum, load_centroid(books, 1, word, position));
    if (stages > 2)
        sum = add_eight(sum, load_centroid(books, 2, word, position));
    if (stages > 3)
        sum = add_eight(sum, load_centroid(books, 3, word, position));
    return sum;
}

// Any sub-vector of a row of codes. Reads only bytes in which its fields lie.
INLINE eight decode_one(const uint8_t *codes, uint64_t subvector, const float *books, unsigned stages)
{
    uint64_t word = 0;
    for (unsigned l = 0; l < stages; l++) {
        const uint64_t field = subvector * stages + l;
        word |= (uint64_t)(codes[field / 2] >> field % 2 * 4 & 15) << 4 * l;
    }
    return sum_centroids(books, word, 0, stages);
}

INLINE void decode_four(uint64_t word, unsigned position, const float *books, unsigned stages, float *values_ret)
{
    store_eight(values_ret, sum_centroids(books, word, position, stages));
    store_eight(values_ret + H, sum_centroids(books, word, position + 4 * stages, stages));
    store_eight(values_ret + 2 * H, sum_centroids(books, word, position + 8 * stages, stages));
    store_eight(values_ret + 3 * H, sum_centroids(books, word, position + 12 * stages, stages));
}

// Reads the 4 L bytes of a block's codes, and none of those behind them: in one load or in two, which may overlap.
INLINE void decode_block(const uint8_t *codes, const float *books, unsigned stages, float *values_ret)
{
    const unsigned second = stages < 3 ? 0 : 4 * stages - 8; // byte
    const uint64_t low = stages == 1 ? carvq_load_u32(codes) : carvq_load_u64(codes);
    const uint64_t high = stages < 3 ? low : carvq_load_u64(codes + second);
    decode_four(low, 0, books, stages, values_ret);
    decode_four(high, 16 * stages - 8 * second, books, stages, values_ret + BLOCK / 2 * H);
}

// Whole sub-vectors of one group.
INLINE void decode_stretch(const uint8_t *codes, uint64_t first, size_t count, const float *books, unsigned stages,
                           float *values_ret)
{
    size_t i = 0;
    if (count > 0 && first * stages % 2 != 0) { // so that blocks begin at bytes
        store_eight(values_ret, decode_one(codes, first, books, stages));
        i = 1;
    }
    for (; count - i >= BLOCK; i += BLOCK)
        decode_block(codes + (first + i) * stages / 2, books, stages, values_ret + i * H);
    for (; i < count; i++)
        store_eight(values_ret + i * H, decode_one(codes, first + i, books, stages));
}

INLINE const uint8_t *find_books(const struct carvq_segment *segment, uint64_t group, unsigned stages)
{
    return segment->codebooks + 2 * group * stages * K * H;
}

INLINE void decode_row(const struct carvq_segment *segment, uint64_t row, struct carvq_columns columns, unsigned stages,
                       float *values_ret)
{
    const struct carvq_segment_info *info = segment->info;
    const uint8_t *codes = segment->codes + row * segment->row_bits / 8;
    const uint64_t position = row * segment->row_subvectors; // of the row's first sub-vector in the table
    const uint64_t end = columns.first + columns.count, whole_end = end / H;
    _Alignas(32) float books[MAX_STAGES * K * H];
    for (uint64_t s = columns.first / H; s * H < end;) {
        const uint64_t group = (position + s) / info->group, group_end = (group + 1) * info->group - position;
        const uint64_t stop = whole_end < group_end ? whole_end : group_end;
        widen_books(info->value_dtype, find_books(segment, group, stages), stages, books);
        decode_stretch(codes, s, (size_t)(stop - s), books, stages, values_ret);
        values_ret += (stop - s) * H;
        s = stop;
        if (s < group_end && s * H < end) { // a part of a sub-vector
            float values[H];
            store_eight(values, decode_one(codes, s, books, stages));
            memcpy(values_ret, values, (size_t)(end - s * H) * sizeof *values);
            s++;
        }
    }
}

// Asks the memory for the books of a row's first group: random rows have random books.
INLINE void prefetch_books(const struct carvq_segment *segment, uint64_t row, unsigned stages)
{
    const uint64_t group = row * segment->row_subvectors / segment->info->group;
    const uint8_t *books = find_books(segment, group, stages);
    for (size_t i = 0; i < 2 * stages * K * H; i += 64)
        __builtin_prefetch(books + i);
}

INLINE void decode_rows(const struct carvq_segment *segment, const uint64_t *rows, size_t count, struct carvq_columns columns,
                        unsigned stages, float *values_ret, size_t stride)
{
    if (count > 0)
        prefetch_books(segment, rows[0], stages);
    for (size_t i = 0; i < count; i++, values_ret += stride) {
        if (i + 1 < count) {
            carvq_prefetch_row(segment, rows[i + 1]);
            prefetch_books(segment, rows[i + 1], stages);
        }
        decode_row(segment, rows[i], columns, stages, values_ret);
    }
}

// Defines a decode_rows for a number of stages.
#define DECODE(attribute, name, stages)                                                                 \
    attribute static void name(const struct carvq_segment *segment, const uint64_t *rows, size_t count, \
                               struct carvq_columns columns, float *values_ret, size_t stride)          \
    {                                                                                                   \
        decode_rows(segment, rows, count, columns, stages, values_ret, stride);                         \
    }

// Defines them for 1 to 4 stages, and choose(). level is what their names begin with.
#define DEFINE_DECODERS(attribute, level)                                                                        \
    DECODE(attribute, decode_l1, 1)                                                                              \
    DECODE(attribute, decode_l2, 2)                                                                              \
    DECODE(attribute, decode_l3, 3)                                                                              \
    DECODE(attribute, decode_l4, 4)                                                                              \
                                                                                                                 \
    static const char *choose(struct carvq_segment *segment)                                                     \
    {                                                                                                            \
        static carvq_decode_rows *const decoders[] = {decode_l1, decode_l2, decode_l3, decode_l4};               \
        static const char *const names[] = {level " h8 kappa4 L1", level " h8 kappa4 L2", level " h8 kappa4 L3", \
                                            level " h8 kappa4 L4"};                                              \
        const char *name = carvq_rvq_choose(segment);                                                            \
        if (!is_taken(segment->info))                                                                            \
            return name;                                                                                         \
        segment->decode_rows = decoders[segment->info->stages - 1];                                              \
        return names[segment->info->stages - 1];                                                                 \
    }

// Whether there are decoders for a segment here.
static inline bool is_taken(const struct carvq_segment_info *info)
{
    return info->subvector == H && info->code_bits == 4 && info->stages <= MAX_STAGES && info->grouping == CARVQ_GROUP_ROWS &&
           info->group >= MIN_GROUP;
}

#endif
