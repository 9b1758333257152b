// SPDX-License-Identifier: MIT
// Arithmetic on sizes that come from a file: each returns false instead of wrapping round.
#ifndef CARVQ_RUNTIME_SIZE_H
#define CARVQ_RUNTIME_SIZE_H

#include <stdbool.h>
#include <stdint.h>

static inline bool carvq_mul_u64(uint64_t a, uint64_t b, uint64_t *product_ret)
{
    if (a != 0 && b > UINT64_MAX / a)
        return false;
    *product_ret = a * b;
    return true;
}

static inline bool carvq_add_u64(uint64_t a, uint64_t b, uint64_t *sum_ret)
{
    if (b > UINT64_MAX - a)
        return false;
    *sum_ret = a + b;
    return true;
}

static inline uint64_t carvq_div_up(uint64_t a, uint64_t b)
{
    return a / b + (a % b != 0);
}

#endif
