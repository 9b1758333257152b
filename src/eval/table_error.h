// SPDX-License-Identifier: MIT
// How far a compressed table is from the original.
#ifndef CARVQ_EVAL_TABLE_ERROR_H
#define CARVQ_EVAL_TABLE_ERROR_H

#include "carvq_encode.h"
#include "lm/rows.h"

#define CARVQ_WORST_ROWS 10

struct carvq_row_error {
    uint64_t row;
    double relative; // |x - y| / |x|, Euclidean norms
    double cosine;   // of the angle between x and y; 0 if one of them is zero
};

struct carvq_table_error {
    double sqnr_db;     // 10 log10(sum x^2 / sum (x - y)^2); infinity if all values are equal
    double l1;          // mean of |x - y|
    double max;         // largest |x - y|
    double cosine_mean; // over the rows where neither x nor y is zero
    double cosine_min;
    size_t worst_count;
    struct carvq_row_error worst[CARVQ_WORST_ROWS]; // largest relative error first; rows that are zero have none
    uint64_t zero_rows;                             // of the original ..
    uint64_t zero_rows_kept;                        // .. and those of them that are decoded to zero
};

// Compares every row of decoded with the same row of original (same shape). The result does not depend on the number of
// threads (0: one per processor). progress may be NULL; not 0: stop, CARVQ_ERROR_CANCELLED. Errors: those of original's
// read(), CARVQ_ERROR_MEMORY.
enum carvq_status carvq_table_error(const struct carvq_matrix *original, const struct carvq_lm_rows *decoded, unsigned threads,
                                    int (*progress)(void *context, uint64_t done, uint64_t total), void *progress_context,
                                    struct carvq_table_error *result_ret, struct carvq_error *error);

#endif
