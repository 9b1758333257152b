// SPDX-License-Identifier: MIT
#include <math.h>
#include <stdlib.h>

#include "budget/curve.h"
#include "encode/matrix.h"
#include "encode/rvq.h"
#include "table/table.h"

#define CURVE_VALUES (1 << 17) // of the sample that are encoded, at least, if there are so many
#define CURVE_EFFORT 1         // most of what effort can gain is gained

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

// Up to count rows of the sample that are not 0, each scaled to length 1: rows of very different lengths lie in different tiers,
// and codebooks that have little to do for most of a group would promise too much. NULL: out of memory.
static float *take_rows(const struct carvq_survey *survey, uint32_t cols, size_t count, size_t *count_ret)
{
    float *rows = malloc(count * cols * sizeof *rows);
    size_t taken = 0;
    for (size_t i = 0; rows != NULL && i < survey->sample_count && taken < count; i++) {
        const float *row = survey->sample + i * cols;
        const double energy = carvq_energy(row, cols);
        if (!(energy > 0))
            continue;
        for (uint32_t c = 0; c < cols; c++)
            rows[taken * cols + c] = (float)(row[c] / sqrt(energy));
        taken++;
    }
    *count_ret = taken;
    return rows;
}

size_t carvq_rvq_curve(const struct carvq_survey *survey, uint32_t cols, uint64_t seed, unsigned threads,
                       struct carvq_rvq_point points_ret[CARVQ_RVQ_GROUPS * CARVQ_RVQ_STAGES])
{
    static const uint64_t groups[CARVQ_RVQ_GROUPS] = {1024, 4096, 16384};
    const uint32_t h = carvq_rvq_subvector(cols);
    const uint64_t most = groups[CARVQ_RVQ_GROUPS - 1] * h / cols + 1;
    const struct carvq_sink sink = {ignore, NULL};
    size_t count = 0, taken;
    float *rows = take_rows(survey, cols, (size_t)(most < survey->sample_count ? most : survey->sample_count), &taken);
    struct carvq_floats floats = {rows, cols};
    bool good = rows != NULL;
    for (unsigned g = 0; g < CARVQ_RVQ_GROUPS && good; g++)
        for (uint32_t stages = 1; stages <= CARVQ_RVQ_STAGES && good; stages++) {
            // Whole groups, as far as the sample goes.
            uint64_t values = groups[g] * h > CURVE_VALUES ? groups[g] * h : CURVE_VALUES, wanted = (values + cols - 1) / cols;
            const struct carvq_matrix matrix = {"sample",          NULL,   wanted < taken ? wanted : taken, cols, CARVQ_F32,
                                                carvq_floats_read, &floats};
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
            good = taken == 0 || (carvq_segment_sizes(&segment) && carvq_rvq_encode(&matrix, &segment, &options, threads, &sink,
                                                                                    &ticker, &sums, NULL) == CARVQ_OK);
            points_ret[count++] = (struct carvq_rvq_point){groups[g], stages, sums.energy > 0 ? sums.squares / sums.energy : 0};
        }
    free(rows);
    return good ? count : 0;
}
