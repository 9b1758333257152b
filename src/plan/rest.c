// SPDX-License-Identifier: MIT
#include "plan/rest.h"

#include <stdlib.h>

#include "host/matrix.h"
#include "runtime/table.h"

#define BATCH 8 // rows that go through the adaptor at once

// Adds gamma as a reader does it.
static void add_gamma(const struct carvq_adaptor_network *network, uint64_t first, size_t count, float *rows)
{
    const struct carvq_adaptor adaptor = {
        .dim = network->widths.dim,
        .hidden = network->widths.hidden,
        .cols = network->cols,
        .dtype = network->dtype,
        .table = network->table,
        .weight_0 = network->weight_0,
        .bias_0 = network->bias_0,
        .weight_1 = network->weight_1,
        .bias_1 = network->bias_1,
    };
    uint32_t ids[BATCH];
    for (size_t i = 0; i < count; i++)
        ids[i] = (uint32_t)(first + i);
    carvq_adaptor_add(&adaptor, ids, count, (struct carvq_columns){0, network->cols}, rows, network->cols);
}

static enum carvq_status subtract_gamma(const struct carvq_rest *rest, uint64_t row, size_t nrows, uint32_t col, uint32_t ncols,
                                        float *block, struct carvq_error *error)
{
    const size_t n = rest->network->cols;
    float *gamma = malloc((nrows < BATCH ? nrows : BATCH) * n * sizeof *gamma);
    if (gamma == NULL)
        return carvq_matrix_fail(rest->matrix, error, CARVQ_ERROR_MEMORY, "out of memory for rows of the adaptor");
    for (size_t first = 0; first < nrows; first += BATCH) {
        size_t count = nrows - first < BATCH ? nrows - first : BATCH;
        for (size_t i = 0; i < count * n; i++)
            gamma[i] = 0;
        add_gamma(rest->network, row + first, count, gamma);
        for (size_t i = 0; i < count; i++)
            for (uint32_t c = 0; c < ncols; c++)
                block[(first + i) * ncols + c] -= gamma[i * n + col + c];
    }
    free(gamma);
    return CARVQ_OK;
}

static const uint8_t *fields_of(const struct carvq_rest *rest, uint64_t row)
{
    return rest->fields == NULL ? NULL : rest->fields + row * rest->structure->rank;
}

static enum carvq_status subtract(const struct carvq_rest *rest, uint64_t row, size_t nrows, uint32_t col, uint32_t ncols,
                                  float *block, struct carvq_error *error)
{
    for (size_t i = 0; i < nrows; i++)
        carvq_structure_subtract_part(rest->structure, fields_of(rest, row + i), col, ncols, block + i * ncols);
    return rest->network == NULL ? CARVQ_OK : subtract_gamma(rest, row, nrows, col, ncols, block, error);
}

static enum carvq_status read_rest(void *context, uint64_t row, size_t nrows, uint32_t col, uint32_t ncols, float *block_ret,
                                   struct carvq_error *error)
{
    const struct carvq_rest *rest = context;
    enum carvq_status status = rest->matrix->read(rest->matrix->context, row, nrows, col, ncols, block_ret, error);
    return status == CARVQ_OK ? subtract(rest, row, nrows, col, ncols, block_ret, error) : status;
}

enum carvq_status carvq_rest_subtract(const struct carvq_rest *rest, uint64_t row, float *values, struct carvq_error *error)
{
    return subtract(rest, row, 1, 0, rest->matrix->cols, values, error);
}

struct carvq_matrix carvq_rest_matrix(const struct carvq_rest *rest)
{
    struct carvq_matrix matrix = *rest->matrix;
    matrix.dtype = CARVQ_F32;
    matrix.read = read_rest;
    matrix.context = (void *)rest;
    return matrix;
}

void carvq_rest_add(const struct carvq_rest *rest, uint64_t row, float *values)
{
    carvq_structure_add(rest->structure, fields_of(rest, row), values);
    if (rest->network != NULL)
        add_gamma(rest->network, row, 1, values);
}

uint64_t carvq_rest_bits(const struct carvq_rest *rest)
{
    const struct carvq_matrix *matrix = rest->matrix;
    return carvq_structure_bits(rest->structure, matrix->rows) +
           8 * carvq_adaptor_bytes(matrix->rows, matrix->cols, rest->widths);
}
