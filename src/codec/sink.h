// SPDX-License-Identifier: MIT
// Where encoders write.
#ifndef CARVQ_CODEC_SINK_H
#define CARVQ_CODEC_SINK_H

#include <stddef.h>
#include <stdint.h>

#include "runtime/table.h"

// Where the tensors of a table go: nbytes at offset from the beginning of one of them, every byte exactly once.
struct carvq_sink {
    enum carvq_status (*write)(void *context, enum carvq_part part, uint64_t offset, const void *data, size_t nbytes,
                               struct carvq_error *error);
    void *context;
};

// Takes everything and keeps nothing.
extern const struct carvq_sink carvq_sink_discard;

#endif
