// SPDX-License-Identifier: MIT
// Is fine meaning lost? The rows nearest to a row stand for it; recall@10 is the share of its 10 nearest rows that are among its
// 10 nearest after compression.
#ifndef CARVQ_EVAL_NEIGHBOURS_H
#define CARVQ_EVAL_NEIGHBOURS_H

#include <stddef.h>
#include <stdint.h>

#include "carvq.h"

#define CARVQ_NEIGHBOURS 10                   // of each row, by cosine; fewer in a table of fewer rows
#define CARVQ_NEIGHBOUR_BANDS 6               // count 0, 1..9, 10..99, 100..999, 1000..9999, 10000..
#define CARVQ_NEIGHBOUR_SAMPLE ((size_t)1024) // rows of a band that are looked at

// The rows whose token occurs min_count to max_count times.
struct carvq_neighbour_band {
    uint64_t min_count, max_count; // UINT64_MAX: no limit
    uint64_t rows, sampled;        // rows that are all zero have no direction and do not count
    double recall;                 // share of the neighbours that are still among the nearest; NaN where there are none
};

struct carvq_neighbours_result {
    double recall; // of all rows: the mean of the bands, weighted by their rows; NaN if no row has a neighbour
    struct carvq_neighbour_band bands[CARVQ_NEIGHBOUR_BANDS];
};

// A sample of rows of a table and their nearest neighbours among all of its rows.
struct carvq_neighbours;

// table[rows][cols]; counts[rows], or NULL: all rows are in the first band. The sample is spread evenly over the rows of a band,
// so that nothing here is random. threads 0: one per processor. The result is to be given to carvq_neighbours_close().
enum carvq_status carvq_neighbours_open(const float *table, size_t rows, size_t cols, const uint64_t *counts, unsigned threads,
                                        struct carvq_neighbours **neighbours_ret, struct carvq_error *error);
void carvq_neighbours_close(struct carvq_neighbours *neighbours);

// The share of them that are among the nearest in changed, a table of the same shape.
enum carvq_status carvq_neighbours_recall(const struct carvq_neighbours *neighbours, const float *changed,
                                          struct carvq_neighbours_result *result_ret, struct carvq_error *error);

#endif
