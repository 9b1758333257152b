// SPDX-License-Identifier: MIT
// Random hidden states for tests of the head.
#ifndef CARVQ_TESTS_RANDOM_STATES_H
#define CARVQ_TESTS_RANDOM_STATES_H

#include "table_files.h"

static inline uint32_t next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*state >> 32);
}

// Of about a normal distribution, with an outlier now and then.
static inline float next_float(uint64_t *state)
{
    float sum = 0;
    for (int i = 0; i < 4; i++)
        sum += (float)(next_random(state) >> 8) * 0x1p-24f - 0.5f;
    return next_random(state) % 50 == 0 ? 20 * sum : sum;
}

static inline float *random_states(size_t count, size_t stride, uint64_t seed)
{
    float *states = malloc(count * stride * sizeof *states);
    assert_non_null(states);
    for (size_t i = 0; i < count * stride; i++)
        states[i] = next_float(&seed);
    return states;
}

#endif
