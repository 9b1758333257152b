// SPDX-License-Identifier: MIT
// Dot products in a fixed order, scalar: product number i goes to sum i mod 16.
#include "head.h"

// In blocks of a fixed size, which vectorise at -O2 too. The casts round the products where the compiler computes floats in
// double (s390x).
void carvq_dot_add(const float *values, size_t first, size_t count, const float *hidden, float sums[CARVQ_DOT_LANES])
{
    float lanes[CARVQ_DOT_LANES];
    size_t i = 0;
    for (; i < count && (first + i) % CARVQ_DOT_LANES != 0; i++)
        sums[(first + i) % CARVQ_DOT_LANES] += (float)(values[i] * hidden[first + i]);
    memcpy(lanes, sums, sizeof lanes);
    for (; count - i >= CARVQ_DOT_LANES; i += CARVQ_DOT_LANES)
        for (size_t k = 0; k < CARVQ_DOT_LANES; k++)
            lanes[k] += (float)(values[i + k] * hidden[first + i + k]);
    for (size_t k = 0; i < count; i++, k++)
        lanes[k] += (float)(values[i] * hidden[first + i]);
    memcpy(sums, lanes, sizeof lanes);
}
