// SPDX-License-Identifier: MIT
// Codes to bits: rows of fields of kappa bits, least significant bits first, each row beginning on a byte.
#ifndef CARVQ_CODEC_RVQ_PACK_H
#define CARVQ_CODEC_RVQ_PACK_H

#include <stddef.h>
#include <stdint.h>

#include "carvq.h"
#include "host/arena.h"
#include "codec/bits.h"
#include "codec/sink.h"

struct carvq_packer {
    const struct carvq_segment_info *info;
    const struct carvq_sink *sink;
    uint64_t row_bytes, subvectors; // of a row [C]
    uint64_t subvector;             // grouping rows: the next one of its row
    uint64_t pending;               // grouping rows: bits of the row that are not yet in the buffer
    unsigned pending_bits;
    uint8_t *buffer;
    size_t capacity, used;
    uint64_t offset; // of the buffer in the tensor
};

void carvq_packer_place(struct carvq_packer *packer, struct carvq_arena *arena, const struct carvq_segment_info *info);

// Before the first group.
void carvq_packer_begin(struct carvq_packer *packer, const struct carvq_sink *sink);

// Packs the codes [count][L] of group number index. Groups come in order, from one thread at a time.
enum carvq_status carvq_pack_group(struct carvq_packer *packer, uint64_t index, const uint16_t *codes, size_t count,
                                   struct carvq_error *error);

// Writes what is left in the buffer, after the last group.
enum carvq_status carvq_packer_flush(struct carvq_packer *packer, struct carvq_error *error);

#endif
