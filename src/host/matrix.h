// SPDX-License-Identifier: MIT
#ifndef CARVQ_HOST_MATRIX_H
#define CARVQ_HOST_MATRIX_H

#include "runtime/status.h"
#include "carvq_encode.h"

// As carvq_fail(); the message begins with the matrix's file, if it has one, and name.
enum carvq_status carvq_matrix_fail(const struct carvq_matrix *matrix, struct carvq_error *error, enum carvq_status status,
                                    const char *format, ...) CARVQ_PRINTF(4, 5);

// For a matrix of which a value is known to be NaN or infinite: an error that names the first such row.
enum carvq_status carvq_matrix_fail_bad_row(const struct carvq_matrix *matrix, struct carvq_error *error);

// A matrix of floats in memory: read is carvq_floats_read, context a struct carvq_floats *.
struct carvq_floats {
    const float *values; // [rows][cols]
    uint32_t cols;
};
enum carvq_status carvq_floats_read(void *context, uint64_t row, size_t nrows, uint32_t col, uint32_t ncols, float *block_ret,
                                    struct carvq_error *error);

#endif
