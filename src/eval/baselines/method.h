// SPDX-License-Identifier: MIT
// What the methods have in common.
#ifndef CARVQ_EVAL_BASELINES_METHOD_H
#define CARVQ_EVAL_BASELINES_METHOD_H

#include "runtime/half.h"
#include "runtime/size.h"
#include "runtime/status.h"
#include "eval/baselines/baselines.h"

// A number as it is stored.
static inline float carvq_baseline_round(enum carvq_dtype number, float value)
{
    if (number == CARVQ_F16)
        return carvq_f16_to_f32(carvq_f32_to_f16(value));
    return number == CARVQ_BF16 ? carvq_bf16_to_f32(carvq_f32_to_bf16(value)) : value;
}

// Each compresses a table of finite values with at least one thread, decodes to decoded_ret, and says how many bytes it stored.
enum carvq_status carvq_baseline_scalar(const struct carvq_baseline *baseline, const struct carvq_baseline_input *input,
                                        float *decoded_ret, uint64_t *bytes_ret, struct carvq_error *error);
enum carvq_status carvq_baseline_nf4(const struct carvq_baseline *baseline, const struct carvq_baseline_input *input,
                                     float *decoded_ret, uint64_t *bytes_ret, struct carvq_error *error);
enum carvq_status carvq_baseline_encoder(const struct carvq_baseline *baseline, const struct carvq_baseline_input *input,
                                         float *decoded_ret, uint64_t *bytes_ret, struct carvq_error *error);
enum carvq_status carvq_baseline_low_rank(const struct carvq_baseline *baseline, const struct carvq_baseline_input *input,
                                          float *decoded_ret, uint64_t *bytes_ret, struct carvq_error *error);
enum carvq_status carvq_baseline_tensor_train(const struct carvq_baseline *baseline, const struct carvq_baseline_input *input,
                                              float *decoded_ret, uint64_t *bytes_ret, struct carvq_error *error);

// The work of LAPACK, and an int for its size, end here.
#define CARVQ_LOW_RANK_MAX_COLS 16384

#define CARVQ_TENSOR_MAX_ORDER 26 // 2^25 is more than any size

struct carvq_tensor_train {
    uint64_t size;                              // values of a row, and the zeros after them
    unsigned order;                             // [d]
    uint32_t factors[CARVQ_TENSOR_MAX_ORDER];   // [I_k]
    uint32_t ranks[CARVQ_TENSOR_MAX_ORDER + 1]; // [r_k]
    uint64_t values;                            // of all cores of a row
    uint64_t side;                              // largest r_k-1 I_k
};

// factors, rank: as in struct carvq_baseline.
struct carvq_tensor_train carvq_tensor_train_plan(uint32_t cols, uint32_t factors, uint32_t rank);
void carvq_tensor_train_name(const struct carvq_tensor_train *train, char *buffer, size_t size);

#endif
