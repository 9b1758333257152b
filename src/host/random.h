// SPDX-License-Identifier: MIT
// Random numbers that depend on nothing but a seed and the number of a stream: give every row, group or epoch a stream
// of its own, and the result does not depend on the order in which threads take them. SplitMix64 (Steele, Lea, Flood,
// "Fast splittable pseudorandom number generators", OOPSLA 2014).
#ifndef CARVQ_HOST_RANDOM_H
#define CARVQ_HOST_RANDOM_H

#include <math.h>
#include <stdint.h>

struct carvq_random {
    uint64_t state;
};

static inline uint64_t carvq_random_u64(struct carvq_random *random)
{
    uint64_t z = random->state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

static inline struct carvq_random carvq_random_stream(uint64_t seed, uint64_t stream)
{
    struct carvq_random random = {seed};
    random.state = carvq_random_u64(&random) ^ stream;
    random.state = carvq_random_u64(&random);
    return random;
}

// Uniform in 0 .. bound - 1; bound is at least 1. Values below 2^64 mod bound come up too often and are drawn again.
static inline uint64_t carvq_random_below(struct carvq_random *random, uint64_t bound)
{
    uint64_t value;
    do {
        value = carvq_random_u64(random);
    } while (value < (0 - bound) % bound);
    return value % bound;
}

// Uniform in [0, 1), 53 bits.
static inline double carvq_random_unit(struct carvq_random *random)
{
    return (double)(carvq_random_u64(random) >> 11) * 0x1p-53;
}

// Two independent values of mean 0 and variance 1 (Box and Muller).
static inline void carvq_random_normal(struct carvq_random *random, float pair_ret[2])
{
    const float two_pi = 6.283185307f;
    float radius = sqrtf(-2.0f * logf(1.0f - (float)(carvq_random_u64(random) >> 40) * 0x1p-24f));
    float angle = two_pi * ((float)(carvq_random_u64(random) >> 40) * 0x1p-24f);
    pair_ret[0] = radius * cosf(angle);
    pair_ret[1] = radius * sinf(angle);
}

#endif
