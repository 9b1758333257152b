// SPDX-License-Identifier: MIT
// Runs a method on a table, and measures what it decodes.
#include <inttypes.h>
#include <math.h>
#include <omp.h>

#include "eval/baselines/method.h"

// F16 is exact to 1 part in 2048 from 2^-14 to 65504, and the numbers that the methods store are up to 2^8 times smaller and
// sqrt(n) times larger than the values of the table.
#define SMALLEST 0x1p-8f
#define LARGEST 65504.0f
// Larger ones, differences of two of them, and their sums over a row may be no finite BF16.
#define LARGEST_OF_ALL 0x1p126f

// The largest magnitude of the table; the number of the first row with a value that is not finite, else rows.
static float largest_value(const struct carvq_baseline_input *input, uint64_t *bad_row_ret)
{
    float largest = 0;
    uint64_t bad_row = input->rows;
#pragma omp parallel for num_threads(input->threads) reduction(max : largest) reduction(min : bad_row)
    for (uint64_t row = 0; row < input->rows; row++)
        for (uint32_t col = 0; col < input->cols; col++) {
            float magnitude = fabsf(input->values[row * input->cols + col]);
            largest = magnitude > largest ? magnitude : largest;
            if (!isfinite(magnitude) && row < bad_row)
                bad_row = row;
        }
    *bad_row_ret = bad_row;
    return largest;
}

enum carvq_status carvq_baseline_run(const struct carvq_baseline *baseline, const struct carvq_baseline_input *given,
                                     float *decoded_ret, uint64_t *bytes_ret, struct carvq_error *error)
{
    enum carvq_status (*const methods[])(const struct carvq_baseline *, const struct carvq_baseline_input *, float *, uint64_t *,
                                         struct carvq_error *) = {
        [CARVQ_BASELINE_SCALAR] = carvq_baseline_scalar,     [CARVQ_BASELINE_NF4] = carvq_baseline_nf4,
        [CARVQ_BASELINE_SETTINGS] = carvq_baseline_encoder,  [CARVQ_BASELINE_BUDGET] = carvq_baseline_encoder,
        [CARVQ_BASELINE_LOW_RANK] = carvq_baseline_low_rank, [CARVQ_BASELINE_TENSOR_TRAIN] = carvq_baseline_tensor_train,
    };
    struct carvq_baseline_input input = *given;
    input.threads = input.threads > 0 ? input.threads : omp_get_num_procs();
    uint64_t bad_row;
    if (input.rows == 0 || input.cols == 0)
        return carvq_fail(error, CARVQ_ERROR_ARGUMENT, "a table needs at least one row and one column");
    if (baseline->rank == 0 && (baseline->kind == CARVQ_BASELINE_LOW_RANK || baseline->kind == CARVQ_BASELINE_TENSOR_TRAIN))
        return carvq_fail(error, CARVQ_ERROR_ARGUMENT, "a rank must be at least 1");
    const float largest = largest_value(&input, &bad_row);
    if (bad_row < input.rows)
        return carvq_fail(error, CARVQ_ERROR_FORMAT, "row %" PRIu64 " has a value that is NaN or infinite", bad_row);
    const bool stores_numbers = baseline->kind != CARVQ_BASELINE_SETTINGS && baseline->kind != CARVQ_BASELINE_BUDGET;
    if (stores_numbers && largest > LARGEST_OF_ALL / sqrtf((float)input.cols))
        return carvq_fail(error, CARVQ_ERROR_ARGUMENT,
                          "%s: values as large as %g are too large for the 16-bit numbers that it stores", baseline->method,
                          (double)largest);
    struct carvq_baseline used = *baseline;
    if (used.number == CARVQ_F16 && (largest < SMALLEST || largest * sqrtf((float)input.cols) > LARGEST))
        used.number = CARVQ_BF16;
    return methods[used.kind](&used, &input, decoded_ret, bytes_ret, error);
}
