// SPDX-License-Identifier: MIT
// Inside of the runtime: validated views of an open file and the row decoders.
#ifndef CARVQ_RUNTIME_TABLE_H
#define CARVQ_RUNTIME_TABLE_H

#include <stdbool.h>

#include "safetensors.h"
#include "carvq.h"

// The tensors of an adaptor, see doc/format.md. All of type dtype, without alignment.
struct carvq_adaptor {
    enum carvq_dtype dtype;
    const uint8_t *table;    // [V, m]
    const uint8_t *weight_0; // [m, H]
    const uint8_t *bias_0;   // [H]
    const uint8_t *weight_1; // [H, n]
    const uint8_t *bias_1;   // [n]
};

struct carvq_segment {
    const struct carvq_segment_info *info;
    const uint8_t *codes;     // rvq [rows, row_bytes], trellis [code_bytes], raw [rows, n] 16-bit values
    const uint8_t *codebooks; // rvq [G, L, K, h], trellis [2^b] scales; 16-bit values without alignment
    // The rest is set by the function below that chooses the decoder.
    uint64_t row_bits;          // of codes, or of raw's values
    uint32_t row_subvectors;    // rvq: S = ceil(n / h)
    const int8_t (*trellis)[2]; // trellis: the values of a step by state
    // Decodes one row: the only thing that another codec or instruction set replaces. Chosen when the file is opened.
    void (*decode_row)(const struct carvq_segment *segment, uint64_t row, float *values_ret);
};

struct carvq_table {
    struct carvq_table_info info;
    const struct carvq_segment *segments;
    const uint8_t *tiers;        // the directory, NULL if there is one segment
    const uint8_t *mean;         // [n]
    const uint8_t *coefficients; // [V, r] fields
    const uint8_t *directions;   // [r, n]
    struct carvq_adaptor adaptor;
};

// The tensors of a table, see doc/format.md. In the file, all tables' tensors of one part come first, then those of another, and
// so on: the 16-bit ones, for the sake of alignment, then the rest. In a file of version 1 the adaptors are last: one that turns
// out to be of no use is left out, and nothing moves.
enum carvq_part {
    CARVQ_PART_CODEBOOKS,    // of a segment: rvq's codebooks, trellis' scales
    CARVQ_PART_CODES,        // of a segment: rvq's and trellis' codes
    CARVQ_PART_VALUES,       // of a segment: raw's rows
    CARVQ_PART_ADAPTOR,      // of the table, as all that follow: five tensors, one after the other
    CARVQ_PART_MEAN,         // one tensor each
    CARVQ_PART_DIRECTIONS,   //
    CARVQ_PART_COEFFICIENTS, //
    CARVQ_PART_TIERS,        //
    CARVQ_PARTS              // how many there are
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

// Set decode_row and what it needs, from info and the views. Return the decoder's name, NULL if there is none.
const char *carvq_rvq_choose(struct carvq_segment *segment);
const char *carvq_trellis_choose(struct carvq_segment *segment);
const char *carvq_raw_choose(struct carvq_segment *segment);

// Which segment a row of a table with several is in, and which of its rows it is. False if the directory is damaged.
bool carvq_tier_find(const struct carvq_table *table, uint64_t row, const struct carvq_segment **segment_ret,
                     uint64_t *segment_row_ret);

// Adds the mean and the low-rank part to row number id.
void carvq_low_rank_add(const struct carvq_table *table, uint64_t id, float *row);

// Adds the adaptor's correction to count rows, ids[i] being the number of the row at rows + i * row_stride.
void carvq_adaptor_add(const struct carvq_table *table, const uint32_t *ids, size_t count, float *rows, size_t row_stride);

#endif
