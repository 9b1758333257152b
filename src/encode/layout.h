// SPDX-License-Identifier: MIT
// What a compressed file consists of: its header, and where the tensors lie.
#ifndef CARVQ_ENCODE_LAYOUT_H
#define CARVQ_ENCODE_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/table.h"

struct carvq_layout {
    uint64_t file_bytes;
    size_t header_bytes; // a multiple of 64
    char *header;        // everything before the first tensor
    // By table, part and segment (0 for what belongs to the table as a whole): where the tensor begins, from the beginning of the
    // file. Of tensors that are not there it says nothing of use.
    uint64_t (*offsets)[CARVQ_PARTS][CARVQ_MAX_SEGMENTS];
    size_t memory_bytes; // that this takes
    bool adaptors_last;
};

// For tables described by infos (see carvq_table_sizes() in runtime/table.h), which must have different names. The file is of
// version 1 if that can hold the tables, else of version 2. With adaptors_last, or in version 1, the adaptors are behind
// everything else. The header has at least header_bytes bytes. Give the result to carvq_layout_free().
enum carvq_status carvq_layout_make(const struct carvq_table_info *infos, size_t count, bool adaptors_last, size_t header_bytes,
                                    struct carvq_layout **layout_ret, struct carvq_error *error);
void carvq_layout_free(struct carvq_layout *layout); // NULL is ignored

#endif
