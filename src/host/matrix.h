// SPDX-License-Identifier: MIT
// Rows from somewhere: struct carvq_matrix is the one interface to the rows of a table, whatever they come from, in blocks. Here
// are matrices in memory, and views that change what another matrix gives; views can be stacked. A codec that takes something out
// of the rows has its view in src/codec.
#ifndef CARVQ_HOST_MATRIX_H
#define CARVQ_HOST_MATRIX_H

#include "carvq_encode.h"
#include "runtime/status.h"

// As carvq_fail(); the message begins with the matrix's file, if it has one, and name.
enum carvq_status carvq_matrix_fail(const struct carvq_matrix *matrix, struct carvq_error *error, enum carvq_status status,
                                    const char *format, ...) CARVQ_PRINTF(4, 5);

// For a matrix of which a value is known to be NaN or infinite: an error that names the first such row.
enum carvq_status carvq_matrix_fail_bad_row(const struct carvq_matrix *matrix, struct carvq_error *error);

// A view of all rows and columns of a matrix: same name and shape, F32. read gets view as its context.
struct carvq_matrix carvq_matrix_view(const struct carvq_matrix *matrix,
                                      enum carvq_status (*read)(void *context, uint64_t row, size_t nrows, uint32_t col,
                                                                uint32_t ncols, float *block_ret, struct carvq_error *error),
                                      const void *view);

// A matrix of floats in memory: read is carvq_floats_read, context a struct carvq_floats *.
struct carvq_floats {
    const float *values; // [rows][cols]
    uint32_t cols;
};
enum carvq_status carvq_floats_read(void *context, uint64_t row, size_t nrows, uint32_t col, uint32_t ncols, float *block_ret,
                                    struct carvq_error *error);

// Some rows of a matrix, in any order: row i is row rows[i] of the matrix.
struct carvq_subset {
    const struct carvq_matrix *matrix;
    const uint32_t *rows; // [count]
};

// subset must live as long as the result.
struct carvq_matrix carvq_subset_matrix(const struct carvq_subset *subset, uint64_t count);

// The columns of a matrix in another order, and scaled: column c is scales[c] times column columns[c] of the matrix. Reads whole
// rows; CARVQ_ERROR_MEMORY if there is no room for one.
struct carvq_column_view {
    const struct carvq_matrix *matrix;
    const uint32_t *columns; // [n], NULL: as they are
    const float *scales;     // [n], NULL: 1
};

// columns must live as long as the result.
struct carvq_matrix carvq_column_view_matrix(const struct carvq_column_view *columns);

#endif
