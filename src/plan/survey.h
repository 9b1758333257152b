// SPDX-License-Identifier: MIT
// What the optimiser knows of a table: its structure, the energy of each row without it, and a sample of such rows.
#ifndef CARVQ_PLAN_SURVEY_H
#define CARVQ_PLAN_SURVEY_H

#include "plan/rest.h"
#include "host/progress.h"

struct carvq_survey {
    struct carvq_rest rest;
    double *row_energies; // [V] sum of squares of a row
    double *energies;     // [V] and of what is left of it
    float *sample;        // [sample_count][n] of what is left, in the order of the table
    size_t sample_count;  // at least 1
};

// Reads the table once, and a sample of its rows before that. The structure takes at most most_bits. ticker->state.done grows by
// V n. Give the result to carvq_survey_free(), also after an error. Errors: CARVQ_ERROR_FORMAT if a value is NaN or infinite,
// CARVQ_ERROR_MEMORY, CARVQ_ERROR_CANCELLED, and those of the matrix.
enum carvq_status carvq_survey_make(const struct carvq_matrix *matrix, uint64_t most_bits, uint64_t seed, unsigned threads,
                                    struct carvq_ticker *ticker, struct carvq_survey *survey_ret, struct carvq_error *error);

// Reads what is left of the table again, after survey->rest.network has changed. Errors: as above.
enum carvq_status carvq_survey_again(uint64_t seed, unsigned threads, struct carvq_ticker *ticker, struct carvq_survey *survey,
                                     struct carvq_error *error);
void carvq_survey_free(struct carvq_survey *survey);

#endif
