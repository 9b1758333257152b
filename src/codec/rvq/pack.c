// SPDX-License-Identifier: MIT
// Codes to bits.
#include "codec/rvq/pack.h"

#include <string.h>

// With grouping rows the codes leave in pieces of this size; with columns, as soon as a group of rows is complete.
#define PIECE_BYTES 65536
// More than a sub-vector and the end of a row can take: 16 stages of 12 bits.
#define SUBVECTOR_BYTES 40

void carvq_packer_place(struct carvq_packer *packer, struct carvq_arena *arena, const struct carvq_segment_info *info)
{
    uint64_t capacity = PIECE_BYTES, row_bytes = info->code_bytes / info->rows;
    if (info->grouping == CARVQ_GROUP_COLUMNS)
        capacity = row_bytes * (info->group < info->rows ? info->group : info->rows);
    *packer = (struct carvq_packer){.info = info, .row_bytes = row_bytes, .capacity = (size_t)capacity};
    packer->subvectors = carvq_div_up(info->cols, info->subvector);
    packer->buffer = carvq_arena_take(arena, capacity, 1);
}

void carvq_packer_begin(struct carvq_packer *packer, const struct carvq_sink *sink)
{
    packer->sink = sink;
    if (packer->info->grouping == CARVQ_GROUP_COLUMNS)
        memset(packer->buffer, 0, packer->capacity);
}

enum carvq_status carvq_packer_flush(struct carvq_packer *packer, struct carvq_error *error)
{
    if (packer->used == 0)
        return CARVQ_OK;
    enum carvq_status status = packer->sink->write(packer->sink->context, CARVQ_PART_CODES, packer->offset, packer->buffer,
                                                   packer->used, error);
    packer->offset += packer->used;
    packer->used = 0;
    return status;
}

// Groups follow each other as the sub-vectors of the table do, so the fields are one stream, which pauses at the ends of rows.
static enum carvq_status pack_rows(struct carvq_packer *packer, const uint16_t *codes, size_t count, struct carvq_error *error)
{
    const uint32_t stages = packer->info->stages, code_bits = packer->info->code_bits;
    for (size_t p = 0; p < count; p++) {
        if (packer->capacity - packer->used < SUBVECTOR_BYTES) {
            enum carvq_status status = carvq_packer_flush(packer, error);
            if (status != CARVQ_OK)
                return status;
        }
        uint8_t *out = packer->buffer + packer->used;
        uint64_t pending = packer->pending;
        unsigned bits = packer->pending_bits;
        for (uint32_t stage = 0; stage < stages; stage++) {
            pending |= (uint64_t)*codes++ << bits;
            for (bits += code_bits; bits >= 8; bits -= 8, pending >>= 8)
                *out++ = (uint8_t)pending;
        }
        if (++packer->subvector == packer->subvectors) {
            packer->subvector = 0;
            if (bits > 0)
                *out++ = (uint8_t)pending;
            bits = 0;
            pending = 0;
        }
        packer->pending = pending;
        packer->pending_bits = bits;
        packer->used = (size_t)(out - packer->buffer);
    }
    return CARVQ_OK;
}

// A group holds one sub-vector of each of its rows; the buffer holds these rows until the last sub-vector has come.
static enum carvq_status pack_columns(struct carvq_packer *packer, uint64_t index, const uint16_t *codes, size_t count,
                                      struct carvq_error *error)
{
    const uint32_t stages = packer->info->stages, code_bits = packer->info->code_bits;
    uint64_t subvector = index % packer->subvectors;
    for (size_t row = 0; row < count; row++)
        for (uint32_t stage = 0; stage < stages; stage++) {
            uint64_t bit = (subvector * stages + stage) * code_bits;
            uint8_t *out = packer->buffer + row * packer->row_bytes + bit / 8;
            for (uint32_t field = (uint32_t)*codes++ << bit % 8; field > 0; field >>= 8)
                *out++ |= (uint8_t)field;
        }
    if (subvector + 1 < packer->subvectors)
        return CARVQ_OK;
    packer->used = count * (size_t)packer->row_bytes;
    enum carvq_status status = carvq_packer_flush(packer, error);
    memset(packer->buffer, 0, packer->capacity);
    return status;
}

enum carvq_status carvq_pack_group(struct carvq_packer *packer, uint64_t index, const uint16_t *codes, size_t count,
                                   struct carvq_error *error)
{
    if (packer->info->grouping == CARVQ_GROUP_ROWS)
        return pack_rows(packer, codes, count, error);
    return pack_columns(packer, index, codes, count, error);
}
