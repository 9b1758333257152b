// SPDX-License-Identifier: MIT
// The tensors of one segment.
#ifndef CARVQ_ENCODE_SEGMENT_H
#define CARVQ_ENCODE_SEGMENT_H

#include "plan/recipe.h"
#include "encode/layout.h"

// Where the tensors of a table go.
struct carvq_output {
    const struct carvq_encode_job *job;
    uint64_t (*offsets)[CARVQ_MAX_SEGMENTS]; // by part, as in struct carvq_layout
};

// The errors of a row.
void carvq_row_measure(const float *x, const float *y, uint32_t count, struct carvq_row_errors *errors_ret);

// Encodes and writes segment number s, whose rows are members[]. errors_ret[V]: those of its rows are filled.
enum carvq_status carvq_segment_encode(const struct carvq_recipe *recipe, uint32_t s, const uint32_t *members,
                                       const struct carvq_output *output, struct carvq_ticker *ticker,
                                       struct carvq_row_errors *errors_ret, struct carvq_error *error);

// The same for a segment of codec rvq.
enum carvq_status carvq_segment_encode_rvq(const struct carvq_recipe *recipe, uint32_t s, const uint32_t *members,
                                           const struct carvq_output *output, struct carvq_ticker *ticker,
                                           struct carvq_row_errors *errors_ret, struct carvq_error *error);

#endif
