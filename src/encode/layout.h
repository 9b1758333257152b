// SPDX-License-Identifier: MIT
// What a compressed file consists of: its header, and where the tensors lie.
#ifndef CARVQ_ENCODE_LAYOUT_H
#define CARVQ_ENCODE_LAYOUT_H

#include <stddef.h>
#include <stdint.h>

#include "carvq.h"

// The tensors of a table, see doc/format.md. In the file, all tables' tensors of the first part come first, and so on. The
// adaptors are last: one that turns out to be of no use is left out, and nothing moves.
enum carvq_part {
    CARVQ_PART_CODEBOOKS,
    CARVQ_PART_CODES,
    CARVQ_PART_ADAPTOR, // five tensors, of size 0 if there is none
    CARVQ_PARTS         // how many there are
};

struct carvq_layout {
    uint64_t file_bytes;
    size_t header_bytes;              // a multiple of 64
    char *header;                     // everything before the first tensor
    uint64_t (*offsets)[CARVQ_PARTS]; // of each table's tensors, from the beginning of the file
    size_t memory_bytes;              // that this takes
};

// For tables described by infos, which must have different names. The header has at least header_bytes bytes. Give the result to
// carvq_layout_free().
enum carvq_status carvq_layout_make(const struct carvq_table_info *infos, size_t count, size_t header_bytes,
                                    struct carvq_layout **layout_ret, struct carvq_error *error);
void carvq_layout_free(struct carvq_layout *layout); // NULL is ignored

#endif
