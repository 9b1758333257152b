// SPDX-License-Identifier: MIT
// Codec "additive": where everything is in a segment, for the reader and the writer. See doc/format.md.
//
// A row is T steps of one 4-bit code each. Step t begins at column o_t and goes on by a stride, of which there are P in turn; its
// codeword has the values of M steps: o_t .. o_{t+M} - 1. A value is the sum of the codewords that cover it.
//
//     columns   | step 0 | step 1 | step 2 | step 3 | ..        M = 3
//     codewords |------- of step 0 ----------|
//                        |------- of step 1 ---------- ..
//
// Codes lie in lines of 64 bytes: 16 rows (a tile) by 8 codes (a group), [4 byte columns][16 rows], even step in the low nibble.
#ifndef CARVQ_RUNTIME_ADDITIVE_H
#define CARVQ_RUNTIME_ADDITIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "carvq.h"

#define CARVQ_TILE_ROWS 16
#define CARVQ_GROUP_CODES 8
#define CARVQ_CHUNK_TILES 32                                            // tiles whose lines lie together
#define CARVQ_BLOCK_GROUPS 16                                           // groups whose lines lie together within a chunk
#define CARVQ_ADDITIVE_CLASSES (CARVQ_MAX_SPAN - 1 + CARVQ_MAX_STRIDES) // of books by phase, at most

// T: steps of a row, or CARVQ_MAX_STEPS + 1 if they are more than that.
uint32_t carvq_additive_steps(const struct carvq_segment_info *info);

// o_t, for any t.
uint64_t carvq_additive_column(const struct carvq_segment_info *info, uint64_t step);

// w: values of a codeword of this step, those beyond the row among them. At most CARVQ_MAX_SPAN * CARVQ_MAX_STRIDE.
uint32_t carvq_additive_width(const struct carvq_segment_info *info, uint32_t step);

// Where the book of this step is in the tensor of books: [w][16] bytes.
uint64_t carvq_additive_book(const struct carvq_segment_info *info, uint32_t step);

// Where the line of this tile of rows and group of codes is in the tensor of codes.
uint64_t carvq_additive_line(const struct carvq_segment_info *info, uint64_t tile, uint32_t group);

// G: groups of a row, and tiles of the segment.
static inline uint32_t carvq_additive_groups(const struct carvq_segment_info *info)
{
    return (carvq_additive_steps(info) + CARVQ_GROUP_CODES - 1) / CARVQ_GROUP_CODES;
}

static inline uint64_t carvq_additive_tiles(const struct carvq_segment_info *info)
{
    return (info->rows + CARVQ_TILE_ROWS - 1) / CARVQ_TILE_ROWS;
}

// Bytes of the tensor of the numbers of scales, 0 if there is none.
uint64_t carvq_additive_scale_code_bytes(const struct carvq_segment_info *info);

// Sets code_bytes and codebook_bytes. False if the segment is none that the format allows: it may come from a file.
bool carvq_additive_sizes(struct carvq_segment_info *info);

#endif
