// SPDX-License-Identifier: MIT
// 4-bit NormalFloat: each value is the nearest of 16 fixed levels, times the largest magnitude of its block (Dettmers, Pagnoni,
// Holtzman, Zettlemoyer, "QLoRA", arXiv 2305.14314, appendix E lists the levels). Blocks lie along the row here, so that a row
// can be read alone; a block's magnitude is stored in 16 bits.
#include <math.h>

#include "eval/baselines/method.h"

enum { BLOCK = 64, LEVELS = 16 };

static const float levels[LEVELS] = {
    -1.0f,
    -0.6961928009986877f,
    -0.5250730514526367f,
    -0.39491748809814453f,
    -0.28444138169288635f,
    -0.18477343022823334f,
    -0.09105003625154495f,
    0.0f,
    0.07958029955625534f,
    0.16093020141124725f,
    0.24611230194568634f,
    0.33791524171829224f,
    0.44070982933044434f,
    0.5626170039176941f,
    0.7229568362236023f,
    1.0f,
};

static float nearest_level(float value)
{
    unsigned code = 0;
    while (code + 1 < LEVELS && value > (levels[code] + levels[code + 1]) / 2)
        code++;
    return levels[code];
}

static void code_block(const float *values, size_t count, enum carvq_dtype number, float *decoded_ret)
{
    float largest = 0;
    for (size_t i = 0; i < count; i++)
        largest = fabsf(values[i]) > largest ? fabsf(values[i]) : largest;
    const float scale = carvq_baseline_round(number, largest);
    for (size_t i = 0; i < count; i++)
        decoded_ret[i] = scale > 0 ? scale * nearest_level(values[i] / scale) : 0;
}

enum carvq_status carvq_baseline_nf4(const struct carvq_baseline *baseline, const struct carvq_baseline_input *input,
                                     float *decoded_ret, uint64_t *bytes_ret, struct carvq_error *error)
{
    (void)error;
    const size_t cols = input->cols;
#pragma omp parallel for num_threads(input->threads)
    for (uint64_t row = 0; row < input->rows; row++)
        for (size_t first = 0; first < cols; first += BLOCK)
            code_block(input->values + row * cols + first, cols - first < BLOCK ? cols - first : BLOCK, baseline->number,
                       decoded_ret + row * cols + first);
    *bytes_ret = input->rows * (carvq_div_up(cols, 2) + carvq_div_up(cols, BLOCK) * carvq_dtype_size(baseline->number));
    return CARVQ_OK;
}
