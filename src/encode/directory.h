// SPDX-License-Identifier: MIT
#ifndef CARVQ_ENCODE_DIRECTORY_H
#define CARVQ_ENCODE_DIRECTORY_H

#include <stdint.h>

// Writes the rank directory (tensor NAME.tiers, see doc/format.md) for the segment numbers tiers[rows], of which there are
// count: carvq_tier_bytes() bytes.
void carvq_directory_write(const uint8_t *tiers, uint64_t rows, unsigned count, uint8_t *bytes_ret);

#endif
