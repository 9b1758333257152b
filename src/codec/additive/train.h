// SPDX-License-Identifier: MIT
// Training of codec additive: search and least squares in turn.
#ifndef CARVQ_CODEC_ADDITIVE_TRAIN_H
#define CARVQ_CODEC_ADDITIVE_TRAIN_H

#include "codec/additive/search.h"
#include "host/progress.h"

// Rows to learn from, each over its scale: root mean squares are about 1.
struct carvq_additive_sample {
    const float *rows; // [count][n]
    size_t count;      // at least 1
};

struct carvq_additive_training {
    unsigned rounds;
    unsigned threads;
    struct carvq_ticker *ticker; // only asked whether to stop; may be NULL
};

// Books to begin with: normal, from the seed.
void carvq_additive_start(const struct carvq_additive_code *code, uint64_t seed);

// Turns the books, whose unit is 1, into better ones. The same for any number of threads. Errors: CARVQ_ERROR_MEMORY,
// CARVQ_ERROR_CANCELLED.
enum carvq_status carvq_additive_train(const struct carvq_additive_code *code, const struct carvq_additive_sample *sample,
                                       const struct carvq_additive_training *training, struct carvq_error *error);

// Books by position to begin with: those by phase of a code of the same shape.
void carvq_additive_spread(const struct carvq_additive_code *code, const struct carvq_additive_code *by_phase);

// The squared error of a sample, whose rows are encoded. Errors: as above.
enum carvq_status carvq_additive_try(const struct carvq_additive_code *code, const struct carvq_additive_sample *sample,
                                     unsigned threads, struct carvq_ticker *ticker, double *squares_ret,
                                     struct carvq_error *error);

// The books of a class that are best for these codes [count][T]: least squares.
void carvq_additive_fit(const struct carvq_additive_code *code, const struct carvq_additive_sample *sample, const uint8_t *codes,
                        uint32_t class);

#endif
