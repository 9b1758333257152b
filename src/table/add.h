// SPDX-License-Identifier: MIT
#ifndef CARVQ_TABLE_ADD_H
#define CARVQ_TABLE_ADD_H

#include <stddef.h>

// values[0 .. count-1] += scale * weights; in blocks of a fixed size, which vectorise at -O2 too.
static inline void carvq_add_scaled(float *restrict values, const float *restrict weights, float scale, size_t count)
{
    enum { BLOCK = 16 };
    size_t c = 0;
    for (; count - c >= BLOCK; c += BLOCK)
        for (size_t k = 0; k < BLOCK; k++)
            values[c + k] += scale * weights[c + k];
    for (; c < count; c++)
        values[c] += scale * weights[c];
}

#endif
