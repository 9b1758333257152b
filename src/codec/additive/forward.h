// SPDX-License-Identifier: MIT
// One step of the search of codec additive, for the level of the processor.
#ifndef CARVQ_CODEC_ADDITIVE_FORWARD_H
#define CARVQ_CODEC_ADDITIVE_FORWARD_H

#include "codec/additive/search.h"

#define CARVQ_ADDITIVE_FAR (1 << 29) // no distance is longer

// The tables of a step.
const struct carvq_additive_tables *carvq_additive_step_tables(const struct carvq_additive_search *search, uint32_t step);

// Steps that are searched together, from a state that is known on.
struct carvq_additive_stretch {
    uint32_t begin, end;
    size_t state;
    const float *targets; // of their values and CARVQ_MAX_STRIDE more
};

// Fills the distances [end - begin + 1][16^(M-1)].
void carvq_additive_forward(const struct carvq_additive_search *search, const struct carvq_additive_stretch *stretch,
                            int32_t *distances);

#endif
