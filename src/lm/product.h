// SPDX-License-Identifier: MIT
// Products with matrices that lie in a mapped file, a block of rows at a time.
//
// The BLAS runs in the calling thread; our threads share the tiles of the result. Tiles do not depend on the number of
// threads, so that it does not change a bit of it.
#ifndef CARVQ_LM_PRODUCT_H
#define CARVQ_LM_PRODUCT_H

#include "lm/rows.h"
#include "lm/weights.h"

// Rows of a block: as many as are converted at a time, and the floats that they take at most.
size_t carvq_lm_block_rows(size_t cols);
size_t carvq_lm_block_values(size_t cols);

// Rows of matrix, or those of others in its place if that is not NULL, as floats. Errors: those of reading the others.
//
// Any rows, to rows_ret[count][cols]; ids are below the number of rows:
enum carvq_status carvq_lm_gather(const struct carvq_lm_matrix *matrix, const struct carvq_lm_rows *others, const uint32_t *ids,
                                  size_t count, float *rows_ret, unsigned threads, struct carvq_error *error);
// A block, rows first .. first + count - 1: *rows_ret is buffer, or points into the map if they are floats already:
enum carvq_status carvq_lm_block(const struct carvq_lm_matrix *matrix, const struct carvq_lm_rows *others, size_t first,
                                 size_t count, float *buffer, unsigned threads, const float **rows_ret,
                                 struct carvq_error *error);

// Vectors that the BLAS is given at a time; what it makes of one can depend, in the last bit, on how many there are.
#define CARVQ_LM_TILE_VECTORS 256
struct carvq_lm_tile {
    size_t first, count;
};

// y = W x + b, or y = y + W x + b, for the vectors x of all tiles; vector i begins at x[i * x_stride], y likewise.
void carvq_lm_apply(const struct carvq_lm_linear *linear, const float *x, size_t x_stride, const struct carvq_lm_tile *tiles,
                    size_t tile_count, bool add, float *y, size_t y_stride, float *buffer, unsigned threads);

#endif
