// SPDX-License-Identifier: MIT
// A table less what a reader would decode from codes, or from an adaptor: matrices that are computed as they are read.
#ifndef CARVQ_CODEC_ADAPTOR_DIFFERENCE_H
#define CARVQ_CODEC_ADAPTOR_DIFFERENCE_H

#include "carvq_encode.h"
#include "codec/adaptor/adaptor.h"
#include "host/arena.h"
#include "runtime/table.h"

struct carvq_difference {
    const struct carvq_matrix *matrix;
    const struct carvq_segment *codes;           // to subtract, or NULL
    const struct carvq_adaptor_network *network; // to subtract, or NULL
    size_t threads;                              // that may read at once, as OpenMP counts them
    size_t scratch_size;                         // floats for each thread
    float *scratch;                              // [threads][scratch_size]
    float *layers;                               // W0, b0, W1, b1
};

// Hands out the arena's memory for a table of this many columns and adaptors of these widths, or measures it.
void carvq_difference_place(struct carvq_difference *difference, struct carvq_arena *arena, uint32_t cols,
                            struct carvq_adaptor_widths widths, size_t threads);

// The matrix less what codes decode to; is to be read in whole rows. codes must stay as it is.
struct carvq_matrix carvq_difference_from_codes(struct carvq_difference *difference, const struct carvq_matrix *matrix,
                                                const struct carvq_segment *codes);

// The matrix less gamma, but for the order of gamma's sums.
struct carvq_matrix carvq_difference_from_adaptor(struct carvq_difference *difference, const struct carvq_matrix *matrix,
                                                  const struct carvq_adaptor_network *network);

#endif
