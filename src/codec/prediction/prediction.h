// SPDX-License-Identifier: MIT
// What is stored once for all rows of a table, or in the same way for each, and not in segments: mean, directions, adaptor.
#ifndef CARVQ_CODEC_PREDICTION_PREDICTION_H
#define CARVQ_CODEC_PREDICTION_PREDICTION_H

#include "codec/adaptor/adaptor.h"
#include "codec/prediction/structure.h"

// Each part is NULL if there is none. Whoever puts them here frees them with carvq_prediction_free().
struct carvq_prediction {
    struct carvq_structure *structure;     // mean and directions
    uint8_t *fields;                       // [V][rank] coefficients as stored
    struct carvq_adaptor_widths widths;    // of the adaptor; it may be planned and not yet be there
    struct carvq_adaptor_network *network; // the adaptor
};

void carvq_prediction_free(struct carvq_prediction *prediction);

// Rows of the adaptor that reading a residual takes memory for, in each thread.
#define CARVQ_RESIDUAL_ROWS 16

// Adds all that to a row, as a reader does it.
void carvq_prediction_add(const struct carvq_prediction *prediction, uint64_t row, float *values);

// Bits of mean, directions and adaptor of a table of this shape, whole bytes each.
uint64_t carvq_prediction_bits(const struct carvq_prediction *prediction, uint64_t rows, uint32_t cols);

// A matrix less what is shared: the residual that codes are made of. To be read from any number of threads. Reading it may fail
// with CARVQ_ERROR_MEMORY.
struct carvq_residual {
    const struct carvq_matrix *matrix;
    const struct carvq_prediction *prediction;
    // NULL: the adaptor is subtracted as a reader adds it. Else W0, b0, W1 and b1 of the adaptor as floats: it is subtracted by
    // the BLAS, many times faster, and the same but for the order of sums.
    const float *layers;
};

// Floats of an adaptor's layers.
size_t carvq_layers_count(const struct carvq_adaptor_network *network);

// residual must live as long as the result.
struct carvq_matrix carvq_residual_matrix(const struct carvq_residual *residual);

// Turns rows of the matrix that have been read, columns col .. col + ncols - 1, into those of the residual.
enum carvq_status carvq_residual_subtract(const struct carvq_residual *residual, uint64_t row, size_t nrows, uint32_t col,
                                          uint32_t ncols, float *block, struct carvq_error *error);

// A matrix less what codes decode to. To be read in any number of threads; the codes must stay as they are.
struct carvq_less_codes {
    const struct carvq_matrix *matrix;
    const struct carvq_segment *codes; // of all rows
};

struct carvq_matrix carvq_less_codes_matrix(const struct carvq_less_codes *less);

#endif
