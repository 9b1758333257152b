// SPDX-License-Identifier: MIT
// What all rows of a table share: adding it, and matrices that do without it.
#include "codec/prediction/prediction.h"

#include <float.h>
#include <stdlib.h>
#include <string.h>

#include "host/matrix.h"
#include "runtime/table.h"

void carvq_prediction_free(struct carvq_prediction *prediction)
{
    free(prediction->structure);
    free(prediction->fields);
    free(prediction->network);
    *prediction = (struct carvq_prediction){.structure = NULL};
}

// Adds gamma as a reader does it.
static void add_gamma(const struct carvq_adaptor_network *network, uint64_t first, size_t count, float *rows)
{
    uint32_t ids[CARVQ_RESIDUAL_ROWS];
    for (size_t i = 0; i < count; i++)
        ids[i] = (uint32_t)(first + i);
    carvq_adaptor_add(&network->stored, ids, count, (struct carvq_columns){0, network->stored.cols}, rows, network->stored.cols);
}

static const uint8_t *fields_of(const struct carvq_prediction *prediction, uint64_t row)
{
    return prediction->fields == NULL ? NULL : prediction->fields + row * prediction->structure->rank;
}

void carvq_prediction_add(const struct carvq_prediction *prediction, uint64_t row, float *values)
{
    if (prediction->structure != NULL)
        carvq_structure_add(prediction->structure, fields_of(prediction, row), values);
    if (prediction->network != NULL)
        add_gamma(prediction->network, row, 1, values);
}

uint64_t carvq_prediction_bits(const struct carvq_prediction *prediction, uint64_t rows, uint32_t cols)
{
    const uint64_t structure = prediction->structure == NULL ? 0 : carvq_structure_bits(prediction->structure, rows);
    return structure + 8 * carvq_adaptor_bytes(rows, cols, prediction->widths);
}

// The difference of two numbers that are nearly too large is too large.
static float saturate(float value)
{
    return value > FLT_MAX ? FLT_MAX : value < -FLT_MAX ? -FLT_MAX : value;
}

size_t carvq_layers_count(const struct carvq_adaptor_network *network)
{
    return (network->stored.dim + 1 + (size_t)network->stored.cols) * network->stored.hidden + network->stored.cols;
}

// The same by the BLAS.
static enum carvq_status subtract_layers(const struct carvq_residual *residual, uint64_t row, size_t nrows, uint32_t col,
                                         uint32_t ncols, float *block, struct carvq_error *error)
{
    const struct carvq_adaptor_network *network = residual->prediction->network;
    const size_t m = network->stored.dim, hidden = network->stored.hidden;
    float *contracted = malloc(CARVQ_RESIDUAL_ROWS * (m + hidden) * sizeof *contracted);
    if (contracted == NULL)
        return carvq_matrix_fail(residual->matrix, error, CARVQ_ERROR_MEMORY, "out of memory for rows of the adaptor");
    for (size_t first = 0; first < nrows; first += CARVQ_RESIDUAL_ROWS) {
        const size_t count = nrows - first < CARVQ_RESIDUAL_ROWS ? nrows - first : CARVQ_RESIDUAL_ROWS;
        carvq_adaptor_subtract(network, residual->layers, row + first, count, col, ncols, contracted,
                               contracted + CARVQ_RESIDUAL_ROWS * m, block + first * ncols);
    }
    for (size_t i = 0; i < nrows * ncols; i++)
        block[i] = saturate(block[i]);
    free(contracted);
    return CARVQ_OK;
}

static enum carvq_status subtract_gamma(const struct carvq_residual *residual, uint64_t row, size_t nrows, uint32_t col,
                                        uint32_t ncols, float *block, struct carvq_error *error)
{
    const struct carvq_adaptor_network *network = residual->prediction->network;
    const size_t n = network->stored.cols;
    float *gamma = malloc((nrows < CARVQ_RESIDUAL_ROWS ? nrows : CARVQ_RESIDUAL_ROWS) * n * sizeof *gamma);
    if (gamma == NULL)
        return carvq_matrix_fail(residual->matrix, error, CARVQ_ERROR_MEMORY, "out of memory for rows of the adaptor");
    for (size_t first = 0; first < nrows; first += CARVQ_RESIDUAL_ROWS) {
        const size_t count = nrows - first < CARVQ_RESIDUAL_ROWS ? nrows - first : CARVQ_RESIDUAL_ROWS;
        memset(gamma, 0, count * n * sizeof *gamma);
        add_gamma(network, row + first, count, gamma);
        for (size_t i = 0; i < count; i++)
            for (uint32_t c = 0; c < ncols; c++) {
                float *value = &block[(first + i) * ncols + c];
                *value = saturate(*value - gamma[i * n + col + c]);
            }
    }
    free(gamma);
    return CARVQ_OK;
}

enum carvq_status carvq_residual_subtract(const struct carvq_residual *residual, uint64_t row, size_t nrows, uint32_t col,
                                          uint32_t ncols, float *block, struct carvq_error *error)
{
    const struct carvq_prediction *prediction = residual->prediction;
    for (size_t i = 0; i < nrows && prediction->structure != NULL; i++)
        carvq_structure_subtract_part(prediction->structure, fields_of(prediction, row + i), col, ncols, block + i * ncols);
    if (prediction->network == NULL)
        return CARVQ_OK;
    return residual->layers == NULL ? subtract_gamma(residual, row, nrows, col, ncols, block, error)
                                    : subtract_layers(residual, row, nrows, col, ncols, block, error);
}

static enum carvq_status read_residual(void *context, uint64_t row, size_t nrows, uint32_t col, uint32_t ncols, float *block_ret,
                                       struct carvq_error *error)
{
    const struct carvq_residual *residual = context;
    const struct carvq_matrix *matrix = residual->matrix;
    enum carvq_status status = matrix->read(matrix->context, row, nrows, col, ncols, block_ret, error);
    return status == CARVQ_OK ? carvq_residual_subtract(residual, row, nrows, col, ncols, block_ret, error) : status;
}

struct carvq_matrix carvq_residual_matrix(const struct carvq_residual *residual)
{
    return carvq_matrix_view(residual->matrix, read_residual, residual);
}

static enum carvq_status read_less_codes(void *context, uint64_t row, size_t nrows, uint32_t col, uint32_t ncols,
                                         float *block_ret, struct carvq_error *error)
{
    const struct carvq_less_codes *less = context;
    const struct carvq_matrix *matrix = less->matrix;
    enum carvq_status status = matrix->read(matrix->context, row, nrows, col, ncols, block_ret, error);
    if (status != CARVQ_OK)
        return status;
    float *decoded = malloc(matrix->cols * sizeof *decoded);
    if (decoded == NULL)
        return carvq_matrix_fail(matrix, error, CARVQ_ERROR_MEMORY, "out of memory for a row");
    for (size_t i = 0; i < nrows; i++) {
        carvq_decode_row(less->codes, row + i, decoded);
        for (uint32_t c = 0; c < ncols; c++)
            block_ret[i * ncols + c] = saturate(block_ret[i * ncols + c] - decoded[col + c]);
    }
    free(decoded);
    return CARVQ_OK;
}

struct carvq_matrix carvq_less_codes_matrix(const struct carvq_less_codes *less)
{
    return carvq_matrix_view(less->matrix, read_less_codes, less);
}
