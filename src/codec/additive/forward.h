// SPDX-License-Identifier: MIT
// One step of the search of codec additive, for the level of the processor.
#ifndef CARVQ_CODEC_ADDITIVE_FORWARD_H
#define CARVQ_CODEC_ADDITIVE_FORWARD_H

#include "codec/additive/search.h"

#define CARVQ_ADDITIVE_FAR (1 << 29) // no distance is longer

// The tables of a step.
const struct carvq_additive_tables *carvq_additive_step_tables(const struct carvq_additive_search *search, uint32_t step);

// Fills the distances of a path whose targets are set.
void carvq_additive_forward(const struct carvq_additive_search *search, const struct carvq_additive_path *path);

#endif
