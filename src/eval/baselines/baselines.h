// SPDX-License-Identifier: MIT
// Rivals: other ways to make a table smaller, each with honest bits. They exist to be compared with, so nothing here writes a
// file: a method compresses a table in memory, decodes it again, and says how many bytes it would have stored.
//
// What is counted: every byte that differs from table to table, at the size at which it would be stored. Codes are packed, each
// row beginning on a byte, so that a row can be read alone. Numbers are stored in 16 bits, and were rounded before they were
// used. Not counted are shapes and settings, which are a few bytes in a header.
#ifndef CARVQ_EVAL_BASELINES_BASELINES_H
#define CARVQ_EVAL_BASELINES_BASELINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "carvq_encode.h"
#include "codec/metric.h"

enum carvq_baseline_kind {
    CARVQ_BASELINE_SCALAR,      // 2^bits equal steps from the smallest value to the largest
    CARVQ_BASELINE_NF4,         // 16 quantiles of the normal distribution, times the largest magnitude of 64 values
    CARVQ_BASELINE_SETTINGS,    // carvq's own encoder: CARVQ, group RVQ, and product quantization
    CARVQ_BASELINE_BUDGET,      // carvq's own: a number of bits, spent as well as it knows
    CARVQ_BASELINE_LOW_RANK,    // the leading singular vectors of the table
    CARVQ_BASELINE_TENSOR_TRAIN // each row as a tensor, in the tensor-train format
};

// One setting of one method.
struct carvq_baseline {
    const char *name;   // of the method, to be chosen by: "scalar-row"
    const char *method; // of the method, for readers: "scalar, row"
    char setting[48];   // "INT3"
    enum carvq_baseline_kind kind;
    uint32_t bits;                  // scalar: of a code, 1 to 8
    uint32_t group;                 // scalar: values of a row that share scale and offset; 0: all values of the table do
    bool fitted;                    // scalar: a group's range is the best of several
    bool feedback;                  // scalar: errors go where they cost a head least; needs a metric
    uint32_t rank;                  // low rank, tensor train: at least 1; more than there can be means all
    uint32_t factors;               // tensor train: at most so many; 0: as many as there can be
    enum carvq_dtype number;        // of stored numbers, but for the encoder's; CARVQ_F32 is for tests of what rounding leaves
    struct carvq_settings settings; // settings
    struct carvq_budget budget;     // budget; what is known of the rows may be filled in
};

// Enough for all settings of any shape.
#define CARVQ_BASELINES_MAX 96

// Fills list_ret with all settings that are worth a point for a table of rows x cols [V n]: method by method, and within a
// method in the order of their size. Returns how many there are, and writes no more than capacity of them.
size_t carvq_baselines(uint64_t rows, uint32_t cols, struct carvq_baseline *list_ret, size_t capacity);

// What settings that are run one after the other on the same table need not compute again. Begin with {NULL}.
struct carvq_baseline_cache {
    double *eigenvectors; // low rank: [n][n], those of M^T M
};

void carvq_baseline_cache_clear(struct carvq_baseline_cache *cache);

struct carvq_baseline_input {
    const char *name;    // of the tensor, on which the lots of the encoder depend
    const float *values; // [rows][cols]
    uint64_t rows;
    uint32_t cols;
    enum carvq_dtype dtype; // of the original values
    int threads;            // 0: one per processor
    uint64_t seed;
    struct carvq_baseline_cache *cache; // may be NULL
    const struct carvq_metric *metric;  // of the table as a head (codec/metric.h); NULL: not known
};

// Compresses the table and decodes it to decoded_ret, of the same shape. *bytes_ret: what would have been stored. The result
// depends on the table, the setting and the seed alone. Where numbers are stored as F16 and the values of the table are too large
// or too small for it, they are stored as BF16. Errors: CARVQ_ERROR_FORMAT if a value is NaN or infinite, CARVQ_ERROR_ARGUMENT,
// also if values are too large for stored numbers or a setting has feedback and there is no metric, CARVQ_ERROR_MEMORY.
enum carvq_status carvq_baseline_run(const struct carvq_baseline *baseline, const struct carvq_baseline_input *input,
                                     float *decoded_ret, uint64_t *bytes_ret, struct carvq_error *error);

#endif
