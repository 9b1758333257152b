// SPDX-License-Identifier: MIT
// Little-endian numbers at any address, which compilers turn into one load where the machine is little-endian.
#ifndef CARVQ_RUNTIME_BITS_H
#define CARVQ_RUNTIME_BITS_H

#include <stdint.h>

static inline uint32_t carvq_load_u32(const uint8_t *data)
{
    return (uint32_t)data[0] | (uint32_t)data[1] << 8 | (uint32_t)data[2] << 16 | (uint32_t)data[3] << 24;
}

static inline uint64_t carvq_load_u64(const uint8_t *data)
{
    return (uint64_t)data[0] | (uint64_t)data[1] << 8 | (uint64_t)data[2] << 16 | (uint64_t)data[3] << 24 |
           (uint64_t)data[4] << 32 | (uint64_t)data[5] << 40 | (uint64_t)data[6] << 48 | (uint64_t)data[7] << 56;
}

#endif
