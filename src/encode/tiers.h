// SPDX-License-Identifier: MIT
// The directory that says which row is in which segment.
#ifndef CARVQ_ENCODE_TIERS_H
#define CARVQ_ENCODE_TIERS_H

#include <stdint.h>

// Writes the rank directory (tensor NAME.tiers, see doc/format.md) for the segment numbers tiers[rows], of which there are
// count: carvq_tier_bytes() bytes.
void carvq_tiers_write(const uint8_t *tiers, uint64_t rows, unsigned count, uint8_t *bytes_ret);

#endif
