// SPDX-License-Identifier: MIT
// Looking at a table before anything is decided.
#include "plan/survey.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "host/parallel.h"
#include "host/matrix.h"
#include "host/random.h"
#include "plan/structure.h"

#define SAMPLE_VALUES (1 << 22)
#define MIN_SAMPLE_ROWS 64
#define CHUNK_VALUES (1 << 16)
#define MAX_DEVIATION (FLT_MAX / 8) // of a row, so that none of the values that a codec may give it overflows

struct pass {
    const struct carvq_matrix *matrix;
    const struct carvq_prediction *prediction;
    struct carvq_survey *survey;
    size_t block_rows;
    float *rows; // [threads][block_rows][n]
};

// One row of each of count stretches of equal length, so that they are read in order; *mean_ret: of these rows.
static enum carvq_status take_sample(const struct carvq_matrix *matrix, uint64_t seed, struct carvq_survey *survey,
                                     double *mean_ret, struct carvq_error *error)
{
    const uint64_t count = survey->sample_count;
    const uint32_t n = matrix->cols;
    struct carvq_random random = carvq_random_stream(seed, 0);
    memset(mean_ret, 0, n * sizeof *mean_ret);
    for (uint64_t i = 0; i < count; i++) {
        uint64_t share = matrix->rows / count, extra = matrix->rows % count;
        uint64_t first = i * share + (i < extra ? i : extra), length = share + (i < extra);
        uint64_t row = first + carvq_random_below(&random, length);
        float *values = survey->sample + i * n;
        enum carvq_status status = matrix->read(matrix->context, row, 1, 0, n, values, error);
        if (status != CARVQ_OK)
            return status;
        for (uint32_t c = 0; c < n; c++) {
            if (!isfinite(values[c]))
                return carvq_matrix_fail_bad_row(matrix, error);
            mean_ret[c] += values[c] / (double)count;
        }
    }
    return CARVQ_OK;
}

static enum carvq_status survey_rows(void *context, struct carvq_chunk *chunk, struct carvq_error *error)
{
    const struct pass *pass = context;
    const struct carvq_matrix *matrix = pass->matrix;
    const struct carvq_structure *structure = pass->prediction->structure;
    const uint32_t n = matrix->cols;
    float *values = pass->rows + (size_t)chunk->thread * n;
    uint8_t unused[1];
    for (uint64_t row = chunk->first; row < chunk->first + chunk->count; row++) {
        enum carvq_status status = matrix->read(matrix->context, row, 1, 0, n, values, error);
        if (status != CARVQ_OK)
            return status;
        pass->survey->row_energies[row] = carvq_energy(values, n);
        if (!isfinite(pass->survey->row_energies[row]))
            return carvq_matrix_fail_bad_row(matrix, error);
        uint8_t *fields = structure->rank > 0 ? pass->prediction->fields + row * structure->rank : unused;
        carvq_structure_subtract(structure, values, fields);
        pass->survey->energies[row] = carvq_energy(values, n);
        if (!(sqrt(pass->survey->energies[row] / n) <= MAX_DEVIATION))
            return carvq_matrix_fail(matrix, error, CARVQ_ERROR_FORMAT, "row %" PRIu64 " holds values that are too large", row);
    }
    return CARVQ_OK;
}

static enum carvq_status survey_residual(void *context, struct carvq_chunk *chunk, struct carvq_error *error)
{
    const struct pass *pass = context;
    const struct carvq_matrix *residual = pass->matrix;
    float *values = pass->rows + (size_t)chunk->thread * pass->block_rows * residual->cols;
    enum carvq_status status = residual->read(residual->context, chunk->first, chunk->count, 0, residual->cols, values, error);
    for (size_t i = 0; i < chunk->count && status == CARVQ_OK; i++)
        pass->survey->energies[chunk->first + i] = carvq_energy(values + i * residual->cols, residual->cols);
    return status;
}

static enum carvq_status survey_table(const struct carvq_matrix *matrix, unsigned threads, struct carvq_ticker *ticker,
                                      struct carvq_prediction *prediction, struct carvq_survey *survey, struct carvq_error *error)
{
    const uint32_t n = matrix->cols, rank = prediction->structure->rank;
    struct pass pass = {matrix, prediction, survey, 1, malloc((size_t)threads * n * sizeof(float))};
    const struct carvq_work work = {matrix->rows, CHUNK_VALUES / n + 1, n, threads, ticker, survey_rows, &pass};
    survey->row_energies = malloc(matrix->rows * sizeof *survey->row_energies);
    survey->energies = malloc(matrix->rows * sizeof *survey->energies);
    if (rank > 0)
        prediction->fields = malloc(matrix->rows * rank);
    enum carvq_status status;
    if (pass.rows == NULL || survey->row_energies == NULL || survey->energies == NULL || (rank > 0 && prediction->fields == NULL))
        status = carvq_matrix_fail(matrix, error, CARVQ_ERROR_MEMORY, "out of memory for %" PRIu64 " rows", matrix->rows);
    else
        status = carvq_parallel(&work, error);
    free(pass.rows);
    return status;
}

enum carvq_status carvq_survey_make(const struct carvq_matrix *matrix, uint64_t max_bits, uint64_t seed, unsigned threads,
                                    struct carvq_ticker *ticker, struct carvq_prediction *prediction_ret,
                                    struct carvq_survey *survey_ret, struct carvq_error *error)
{
    const uint32_t n = matrix->cols;
    uint64_t wanted = SAMPLE_VALUES / n > MIN_SAMPLE_ROWS ? SAMPLE_VALUES / n : MIN_SAMPLE_ROWS;
    *survey_ret = (struct carvq_survey){.sample_count = (size_t)(wanted < matrix->rows ? wanted : matrix->rows)};
    double *mean = malloc(n * sizeof *mean);
    survey_ret->sample = malloc(survey_ret->sample_count * n * sizeof *survey_ret->sample);
    enum carvq_status status = CARVQ_OK;
    if (mean == NULL || survey_ret->sample == NULL)
        status = carvq_matrix_fail(matrix, error, CARVQ_ERROR_MEMORY, "out of memory for a sample of %zu rows",
                                   survey_ret->sample_count);
    if (status == CARVQ_OK)
        status = take_sample(matrix, seed, survey_ret, mean, error);
    if (status == CARVQ_OK)
        status = carvq_structure_fit(survey_ret->sample, survey_ret->sample_count, mean, matrix->rows, n, max_bits,
                                     &prediction_ret->structure, error);
    free(mean);
    if (status == CARVQ_OK)
        status = survey_table(matrix, carvq_threads(threads), ticker, prediction_ret, survey_ret, error);
    return status;
}

enum carvq_status carvq_survey_again(const struct carvq_residual *residual, uint64_t seed, unsigned threads,
                                     struct carvq_ticker *ticker, struct carvq_survey *survey, struct carvq_error *error)
{
    const struct carvq_matrix matrix = carvq_residual_matrix(residual);
    const uint32_t n = matrix.cols;
    const size_t chunk = CHUNK_VALUES / n + 1;
    threads = carvq_threads(threads);
    struct pass pass = {&matrix, residual->prediction, survey, chunk, malloc((size_t)threads * chunk * n * sizeof(float))};
    const struct carvq_work work = {matrix.rows, chunk, n, threads, ticker, survey_residual, &pass};
    double *mean = malloc(n * sizeof *mean);
    enum carvq_status status;
    if (pass.rows == NULL || mean == NULL)
        status = carvq_matrix_fail(&matrix, error, CARVQ_ERROR_MEMORY, "out of memory for %" PRIu64 " rows", matrix.rows);
    else
        status = take_sample(&matrix, seed, survey, mean, error);
    if (status == CARVQ_OK)
        status = carvq_parallel(&work, error);
    free(pass.rows);
    free(mean);
    return status;
}

void carvq_survey_free(struct carvq_survey *survey)
{
    free(survey->row_energies);
    free(survey->energies);
    free(survey->sample);
    *survey = (struct carvq_survey){.sample = NULL};
}
