// SPDX-License-Identifier: MIT
// Inside of the runtime: validated views of an open file, and what a table consists of.
#ifndef CARVQ_RUNTIME_TABLE_H
#define CARVQ_RUNTIME_TABLE_H

#include <stdbool.h>

#include "additive.h"
#include "kernels.h"
#include "safetensors.h"

// Decodes these columns of count rows: those of rows[i] to values_ret + i * stride.
typedef void carvq_decode_rows(const struct carvq_segment *segment, const uint64_t *rows, size_t count,
                               struct carvq_columns columns, float *values_ret, size_t stride);

// What follows from a segment of codec additive, see additive.h.
struct carvq_additive {
    uint32_t steps, groups;                 // T, G
    uint8_t widths[CARVQ_MAX_STRIDES];      // w, by phase
    uint32_t books[CARVQ_ADDITIVE_CLASSES]; // by class: where its book is, if they are by phase
};

struct carvq_segment {
    const struct carvq_segment_info *info;
    const uint8_t *codes;       // rvq [rows, row_bytes], trellis [code_bytes], additive lines, raw [rows, n] 16-bit values
    const uint8_t *codebooks;   // rvq [G, L, K, h], trellis and additive [2^b] scales; 16-bit values without alignment
    const uint8_t *books;       // additive: 8-bit values, see additive.h
    const uint8_t *scale_codes; // additive: [rows] fields of b bits, NULL if b is 0
    // The rest is set by the function that chooses the decoder.
    uint64_t row_bits;          // of codes, or of raw's values; additive: 0, a row's codes do not lie together
    uint32_t row_subvectors;    // rvq: C = ceil(n / h)
    uint32_t column_step;       // what a decoder begins with is 0 or a multiple of this, which is at most CARVQ_MAX_SUBVECTOR
    const int8_t (*trellis)[2]; // trellis: the values of a step by state
    struct carvq_additive additive;
    carvq_decode_rows *decode_rows;
};

// A step of codec additive: where its codeword begins, its book [width][16].
struct carvq_step {
    uint32_t number, phase, width;
    size_t column;
    const int8_t *book;
};

// A step by its number, and the step after it. Beyond the last one the book is not to be read.
struct carvq_step carvq_additive_step(const struct carvq_segment *segment, uint32_t number);
void carvq_additive_go_on(const struct carvq_segment *segment, struct carvq_step *step);

// The row's first byte of the first group of a block, and how far the next group's is from it. Its other three bytes are
// CARVQ_TILE_ROWS from each other.
const uint8_t *carvq_additive_bytes(const struct carvq_segment *segment, uint64_t row, uint32_t first, size_t *stride_ret);

// Decodes these columns of a row of codec additive, scalar.
void carvq_additive_decode_row(const struct carvq_segment *segment, uint64_t row, struct carvq_columns columns,
                               float *values_ret);

// The same of a row of codec trellis.
void carvq_trellis_decode_row(const struct carvq_segment *segment, uint64_t row, struct carvq_columns columns, float *values_ret);

// The scale of a row of codec additive.
float carvq_additive_scale(const struct carvq_segment *segment, uint64_t row);

// Decodes a whole row.
static inline void carvq_decode_row(const struct carvq_segment *segment, uint64_t row, float *values_ret)
{
    segment->decode_rows(segment, &row, 1, (struct carvq_columns){0, segment->info->cols}, values_ret, 0);
}

void carvq_additive_prefetch(const struct carvq_segment *segment, uint64_t row);

// Asks the memory for the codes of a row, which a random row's are not in the cache: all at once, while there is something else
// to do. What follows the first KiB, the processor fetches by itself.
static inline void carvq_prefetch_row(const struct carvq_segment *segment, uint64_t row)
{
    if (CARVQ_HAS_ADDITIVE && segment->info->codec == CARVQ_ADDITIVE) {
        carvq_additive_prefetch(segment, row);
        return;
    }
#if defined(__GNUC__)
    const uint64_t nbytes = segment->row_bits / 8 < 1024 ? segment->row_bits / 8 : 1024;
    for (uint64_t i = 0; i <= nbytes; i += 64)
        __builtin_prefetch(segment->codes + row * segment->row_bits / 8 + i);
#else
    (void)segment;
    (void)row;
#endif
}

// Defines a decode_rows: decode is an expression of segment, row, columns and values_ret that decodes one row.
#define CARVQ_DECODE_ROWS(name, decode)                                                                                     \
    static void name(const struct carvq_segment *segment, const uint64_t *rows, size_t count, struct carvq_columns columns, \
                     float *values_ret, size_t stride)                                                                      \
    {                                                                                                                       \
        for (size_t i = 0; i < count; i++, values_ret += stride) {                                                          \
            const uint64_t row = rows[i];                                                                                   \
            if (i + 1 < count)                                                                                              \
                carvq_prefetch_row(segment, rows[i + 1]);                                                                   \
            decode;                                                                                                         \
        }                                                                                                                   \
    }

// What all rows share, see doc/format.md: 16-bit values without alignment.
struct carvq_shared {
    uint32_t cols, rank;
    uint32_t bits; // of a coefficient
    enum carvq_dtype mean_dtype, dtype;
    const uint8_t *mean;         // [n], or NULL
    const uint8_t *directions;   // [R, n]
    const uint8_t *coefficients; // [V, R] fields
};

// Of row id of the table and all directions; there must be one.
void carvq_read_coefficients(const struct carvq_shared *shared, uint32_t id, float coefficients_ret[CARVQ_MAX_RANK]);

// The tensors of an adaptor, see doc/format.md: 16-bit values without alignment.
struct carvq_adaptor {
    uint32_t dim, hidden, cols; // m, H, n
    enum carvq_dtype dtype;
    const uint8_t *table;    // [V, m]
    const uint8_t *weight_0; // [m, H]
    const uint8_t *bias_0;   // [H]
    const uint8_t *weight_1; // [H, n]
    const uint8_t *bias_1;   // [n]
};

struct carvq_table {
    struct carvq_table_info info;
    const struct carvq_segment *segments;
    const uint8_t *tiers; // the directory, NULL if there is one segment
    struct carvq_shared shared;
    struct carvq_adaptor adaptor;
    const struct carvq_kernels *kernels;
};

// What the metadata say about a table.
struct carvq_description {
    struct carvq_table_info info; // but for name and kernel
    struct carvq_segment_info segments[CARVQ_MAX_SEGMENTS];
    bool plain_names; // the tensors of the only segment are NAME.codes and NAME.codebooks, as in version 1
};

// Reads the description of a table (the value of the metadata key carvq.table.NAME) of a file of this version and computes
// the sizes that follow from it. Types of 16-bit tensors other than raw rows stay open.
enum carvq_status carvq_table_describe(const char *path, const char *name, const char *text, unsigned version,
                                       struct carvq_description *description_ret, struct carvq_error *error);

// Computes the parts of info that follow from its other members and from its segments: groups and bytes. Sets info->segments to
// segments. False if a size does not fit 64 bits.
bool carvq_table_sizes(struct carvq_table_info *info, struct carvq_segment_info *segments);

// The same for one segment; cols must be set.
bool carvq_segment_sizes(struct carvq_segment_info *segment);

// Bits of a row of codec trellis or raw.
uint64_t carvq_segment_row_bits(const struct carvq_segment_info *segment);

// Bits of a tier number [t], and bytes of the directory.
unsigned carvq_tier_bits(uint32_t segment_count);
uint64_t carvq_tier_bytes(uint64_t rows, uint32_t segment_count);

// The tensors of a table, see doc/format.md. In the file, all tables' tensors of one part come first, then those of another, and
// so on: additive's codes and the 16-bit ones, for the sake of alignment, then the rest. In a file of version 1 the adaptors are
// last: one that turns out to be of no use is left out, and nothing moves.
enum carvq_part {
    CARVQ_PART_CODES,        // of a segment: rvq's and trellis' codes, additive's books and numbers of scales
    CARVQ_PART_CODEBOOKS,    // of a segment: rvq's codebooks, trellis' and additive's scales
    CARVQ_PART_VALUES,       // of a segment: raw's rows
    CARVQ_PART_LINES,        // of a segment: additive's codes, lines of 64 bytes: first in the file, for the sake of alignment
    CARVQ_PART_ADAPTOR,      // of the table, as all that follow: five tensors, one after the other
    CARVQ_PART_MEAN,         // one tensor each
    CARVQ_PART_DIRECTIONS,   //
    CARVQ_PART_COEFFICIENTS, //
    CARVQ_PART_TIERS,        //
    CARVQ_PARTS              // how many there are
};

#define CARVQ_PART_TENSORS 5 // of a part, at most

struct carvq_part_tensor {
    char suffix[40]; // of its name, which begins with the table's
    enum carvq_st_dtype dtype;
    unsigned dims;
    uint64_t shape[4], nbytes;
};

// The tensors of a part of segment number segment, or of the table (segment is 0), in the order of the file. Returns how many
// there are. The sizes of info must have been computed.
size_t carvq_table_tensors(const struct carvq_table_info *info, bool plain_names, enum carvq_part part, uint32_t segment,
                           struct carvq_part_tensor tensors_ret[CARVQ_PART_TENSORS]);

// How many such lists a part has: one for each segment, or one for the table.
uint32_t carvq_part_lists(const struct carvq_table_info *info, enum carvq_part part);

// Which segment a row of a table with several is in, and which of its rows it is. False if the directory is damaged.
bool carvq_tier_find(const struct carvq_table *table, uint64_t row, const struct carvq_segment **segment_ret,
                     uint64_t *segment_row_ret);

// The way back: walks over the rows of a tier, in the order of their numbers in the segment, which is that of the table.
struct carvq_tier_walk {
    const struct carvq_table *table;
    unsigned tier;
    uint64_t block; // of 64 rows
    uint64_t rows;  // of it that are still to come, as bits
    uint64_t rank;  // of the first of them
};

// Begins with row rank of the tier. False if the directory is damaged, as far as that is seen here.
bool carvq_tier_walk_begin(const struct carvq_table *table, unsigned tier, uint64_t rank, struct carvq_tier_walk *walk_ret);

// The numbers of the next count rows in the table. False if the directory is damaged: it has not so many.
bool carvq_tier_walk_next(struct carvq_tier_walk *walk, size_t count, uint32_t *ids_ret);

#endif
