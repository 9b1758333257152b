// SPDX-License-Identifier: MIT
// What a budget goes by: the energy of each row and of its residual, and a sample of residuals.
#ifndef CARVQ_PLAN_SURVEY_H
#define CARVQ_PLAN_SURVEY_H

#include "codec/prediction/prediction.h"
#include "host/progress.h"

struct carvq_survey {
    double *row_energies; // [V] sum of squares of a row
    double *energies;     // [V] and of what is left of it
    float *sample;        // [sample_count][n] of what is left, in the order of the table
    size_t sample_count;  // at least 1
};

// Fits mean and directions of at most max_bits to a sample of rows, and reads the table once. They go to *prediction_ret, which
// is empty before. ticker->state.done grows by V n. Give both results to their functions to free them, also after an error.
// Errors: CARVQ_ERROR_FORMAT if a value is NaN or infinite, CARVQ_ERROR_MEMORY, CARVQ_ERROR_CANCELLED, and those of the matrix.
enum carvq_status carvq_survey_make(const struct carvq_matrix *matrix, uint64_t max_bits, uint64_t seed, unsigned threads,
                                    struct carvq_ticker *ticker, struct carvq_prediction *prediction_ret,
                                    struct carvq_survey *survey_ret, struct carvq_error *error);

// Reads the residual again, after something else was put into what is shared. Errors: as above.
enum carvq_status carvq_survey_again(const struct carvq_residual *residual, uint64_t seed, unsigned threads,
                                     struct carvq_ticker *ticker, struct carvq_survey *survey, struct carvq_error *error);
void carvq_survey_free(struct carvq_survey *survey);

#endif
