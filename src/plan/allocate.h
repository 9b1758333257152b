// SPDX-License-Identifier: MIT
// Which rows get how many bits: the allocation with the least weighted error that a number of bits can buy.
#ifndef CARVQ_PLAN_ALLOCATE_H
#define CARVQ_PLAN_ALLOCATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CARVQ_MAX_CANDIDATES 16

// How a row may be stored.
struct carvq_candidate {
    uint64_t bits;        // of a row
    double distortion;    // squared error over energy, 0 to 1
    uint64_t shared_bits; // once, if any row is stored so
};

// The candidates that are used, the one with the most bits first, and the number of rows of each. Rows are taken in the order of
// falling weight: a row of higher weight never has fewer bits.
struct carvq_allocation {
    size_t count;
    size_t candidates[CARVQ_MAX_CANDIDATES];
    uint64_t rows[CARVQ_MAX_CANDIDATES];
    double distortion; // sum of weight times distortion
    uint64_t bits;     // of all rows, shared bits, and the directory that says which row is where
};

// The smallest number of bits that any allocation takes.
uint64_t carvq_allocate_min(const struct carvq_candidate *candidates, size_t count, uint64_t rows);

// Chooses among all sets of candidates. weights[rows]: from the largest to the smallest; sums[rows + 1]: sums[i] is that of the
// first i weights; candidates: by falling bits. False if bits do not hold any allocation.
bool carvq_allocate(const struct carvq_candidate *candidates, size_t count, const double *weights, const double *sums,
                    uint64_t rows, uint64_t bits, struct carvq_allocation *allocation_ret);

#endif
