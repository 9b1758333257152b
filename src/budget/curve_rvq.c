// SPDX-License-Identifier: MIT
#include <string.h>

#include "budget/curve.h"
#include "encode/rvq.h"
#include "table/table.h"

#define CURVE_VALUES (1 << 17) // of the sample that are encoded, at least, if there are so many
#define CURVE_EFFORT 1         // most of what effort can gain is gained

static enum carvq_status read_sample(void *context, uint64_t row, size_t nrows, uint32_t col, uint32_t ncols, float *block_ret,
                                     struct carvq_error *error)
{
    const struct carvq_matrix *sample = context;
    (void)error;
    for (size_t i = 0; i < nrows; i++)
        memcpy(block_ret + i * ncols, (const float *)sample->context + (row + i) * sample->cols + col, ncols * sizeof *block_ret);
    return CARVQ_OK;
}

static enum carvq_status ignore(void *context, enum carvq_part part, uint64_t offset, const void *data, size_t nbytes,
                                struct carvq_error *error)
{
    (void)context, (void)part, (void)offset, (void)data, (void)nbytes, (void)error;
    return CARVQ_OK;
}

uint32_t carvq_rvq_subvector(uint32_t cols)
{
    return cols < 8 ? cols : 8;
}

size_t carvq_rvq_curve(const struct carvq_survey *survey, uint32_t cols, uint64_t seed, unsigned threads,
                       struct carvq_rvq_point points_ret[CARVQ_RVQ_GROUPS * CARVQ_RVQ_STAGES])
{
    static const uint64_t groups[CARVQ_RVQ_GROUPS] = {1024, 4096, 16384};
    const uint32_t h = carvq_rvq_subvector(cols);
    const struct carvq_sink sink = {ignore, NULL};
    size_t count = 0;
    for (unsigned g = 0; g < CARVQ_RVQ_GROUPS; g++)
        for (uint32_t stages = 1; stages <= CARVQ_RVQ_STAGES; stages++) {
            // Whole groups, as far as the sample goes.
            uint64_t values = groups[g] * h > CURVE_VALUES ? groups[g] * h : CURVE_VALUES, rows = (values + cols - 1) / cols;
            struct carvq_matrix sample = {
                "sample", NULL, rows < survey->sample_count ? rows : survey->sample_count, cols, CARVQ_F32, NULL, survey->sample};
            struct carvq_matrix matrix = sample;
            matrix.read = read_sample;
            matrix.context = &sample;
            struct carvq_segment_info segment = {.codec = CARVQ_RVQ,
                                                 .rows = matrix.rows,
                                                 .cols = cols,
                                                 .value_dtype = CARVQ_BF16,
                                                 .subvector = h,
                                                 .group = groups[g],
                                                 .stages = stages,
                                                 .code_bits = 4};
            struct carvq_encode_options options;
            carvq_encode_defaults(&options);
            options.effort = CURVE_EFFORT;
            options.seed = seed;
            struct carvq_ticker ticker = {.progress = NULL};
            struct carvq_sums sums = {0};
            if (!carvq_segment_sizes(&segment) ||
                carvq_rvq_encode(&matrix, &segment, &options, threads, &sink, &ticker, &sums, NULL) != CARVQ_OK)
                return 0;
            points_ret[count++] = (struct carvq_rvq_point){groups[g], stages, sums.energy > 0 ? sums.squares / sums.energy : 0};
        }
    return count;
}
