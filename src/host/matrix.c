// SPDX-License-Identifier: MIT
#include "host/matrix.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
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
