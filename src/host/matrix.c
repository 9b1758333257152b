// SPDX-License-Identifier: MIT
// Matrices in memory, and views of matrices.
#include "host/matrix.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum carvq_status carvq_matrix_fail(const struct carvq_matrix *matrix, struct carvq_error *error, enum carvq_status status,
                                    const char *format, ...)
{
    char cause[256];
    const char *file = matrix->file == NULL ? "" : matrix->file;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(cause, sizeof cause, format, arguments);
    va_end(arguments);
    return carvq_fail(error, status, "%s%stensor '%s': %s", file, file[0] == '\0' ? "" : ": ", matrix->name, cause);
}

enum carvq_status carvq_matrix_fail_bad_row(const struct carvq_matrix *matrix, struct carvq_error *error)
{
    float values[1024];
    for (uint64_t row = 0; row < matrix->rows; row++)
        for (uint32_t col = 0; col < matrix->cols; col += 1024) {
            uint32_t count = matrix->cols - col < 1024 ? matrix->cols - col : 1024;
            enum carvq_status status = matrix->read(matrix->context, row, 1, col, count, values, error);
            if (status != CARVQ_OK)
                return status;
            for (uint32_t i = 0; i < count; i++)
                if (!isfinite(values[i]))
                    return carvq_matrix_fail(matrix, error, CARVQ_ERROR_FORMAT, "row %" PRIu64 " holds %s", row,
                                             isnan(values[i]) ? "NaN" : "Inf");
        }
    return carvq_matrix_fail(matrix, error, CARVQ_ERROR_FORMAT, "holds NaN or Inf"); // no longer: the source is changing
}

enum carvq_status carvq_floats_read(void *context, uint64_t row, size_t nrows, uint32_t col, uint32_t ncols, float *block_ret,
                                    struct carvq_error *error)
{
    const struct carvq_floats *floats = context;
    (void)error;
    for (size_t i = 0; i < nrows; i++)
        memcpy(block_ret + i * ncols, floats->values + (row + i) * floats->cols + col, ncols * sizeof *block_ret);
    return CARVQ_OK;
}

struct carvq_matrix carvq_matrix_view(const struct carvq_matrix *matrix,
                                      enum carvq_status (*read)(void *context, uint64_t row, size_t nrows, uint32_t col,
                                                                uint32_t ncols, float *block_ret, struct carvq_error *error),
                                      const void *view)
{
    struct carvq_matrix result = *matrix;
    result.dtype = CARVQ_F32;
    result.read = read;
    result.context = (void *)view;
    return result;
}

static enum carvq_status read_subset(void *context, uint64_t row, size_t nrows, uint32_t col, uint32_t ncols, float *block_ret,
                                     struct carvq_error *error)
{
    const struct carvq_subset *subset = context;
    const struct carvq_matrix *matrix = subset->matrix;
    enum carvq_status status = CARVQ_OK;
    for (size_t i = 0; i < nrows && status == CARVQ_OK; i++)
        status = matrix->read(matrix->context, subset->rows[row + i], 1, col, ncols, block_ret + i * ncols, error);
    return status;
}

struct carvq_matrix carvq_subset_matrix(const struct carvq_subset *subset, uint64_t count)
{
    struct carvq_matrix result = carvq_matrix_view(subset->matrix, read_subset, subset);
    result.rows = count;
    return result;
}

static enum carvq_status read_columns(void *context, uint64_t row, size_t nrows, uint32_t col, uint32_t ncols, float *block_ret,
                                      struct carvq_error *error)
{
    const struct carvq_column_view *view = context;
    const struct carvq_matrix *matrix = view->matrix;
    float *values = malloc(matrix->cols * sizeof *values);
    enum carvq_status status = CARVQ_OK;
    if (values == NULL)
        return carvq_matrix_fail(matrix, error, CARVQ_ERROR_MEMORY, "out of memory for a row");
    for (size_t i = 0; i < nrows && status == CARVQ_OK; i++) {
        status = matrix->read(matrix->context, row + i, 1, 0, matrix->cols, values, error);
        for (uint32_t c = 0; c < ncols && status == CARVQ_OK; c++) {
            const float value = values[view->columns == NULL ? col + c : view->columns[col + c]];
            block_ret[i * ncols + c] = view->scales == NULL ? value : view->scales[col + c] * value;
        }
    }
    free(values);
    return status;
}

struct carvq_matrix carvq_column_view_matrix(const struct carvq_column_view *columns)
{
    return carvq_matrix_view(columns->matrix, read_columns, columns);
}
