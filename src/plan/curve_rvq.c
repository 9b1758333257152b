// SPDX-License-Identifier: MIT
// The rate-distortion curve of group RVQ.
#include <math.h>
#include <stdlib.h>

#include "plan/curve.h"
#include "host/matrix.h"
#include "codec/rvq/rvq.h"
#include "runtime/table.h"

#define CURVE_VALUES (1 << 16) // of the sample that are encoded, at least, if there are so many
#define CURVE_EFFORT 1         // most of what effort can gain is gained
#define FEW_STAGES 3           // are always measured ..
#define BEHIND_DB 1.5          // .. and more only if they are not so far behind the trellis

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

// Squared error over energy of the rows with the given setting. Negative: out of memory.
static double measure(const struct carvq_matrix *rows, uint64_t group, uint32_t stages, uint64_t seed, unsigned threads)
{
    struct carvq_segment_info segment = {.codec = CARVQ_RVQ,
                                         .rows = rows->rows,
                                         .cols = rows->cols,
                                         .value_dtype = CARVQ_BF16,
                                         .subvector = carvq_rvq_subvector(rows->cols),
                                         .group = group,
                                         .stages = stages,
                                         .code_bits = CARVQ_RVQ_CODE_BITS};
    const struct carvq_rvq_options options = {CARVQ_RVQ_ITERATIONS, CURVE_EFFORT, seed};
    struct carvq_sums sums = {0};
    if (!carvq_segment_sizes(&segment) ||
        carvq_rvq_encode(rows, &segment, &options, threads, &carvq_sink_discard, NULL, &sums, NULL) != CARVQ_OK)
        return -1;
    return sums.energy > 0 ? sums.squares / sums.energy : 0;
}

// By how many dB the trellis is better at the rate of so many stages in a table of so many sub-vectors; from one of its rates to
// another a bit brings 6.02 dB.
static double find_lead(const struct carvq_trellis_curve *trellis, uint32_t h, const struct carvq_rvq_curve *curve,
                        uint64_t subvectors)
{
    const double group = (double)(curve->group < subvectors ? curve->group : subvectors);
    const double rate = curve->count * (CARVQ_RVQ_CODE_BITS / (double)h + (double)(16 << CARVQ_RVQ_CODE_BITS) / group);
    const double distortion = curve->distortion[curve->count - 1];
    const struct carvq_point *points = trellis->items, *nearest = &points[0];
    for (size_t i = 1; i < trellis->count; i++)
        if (fabs(points[i].step_bits / 2. - rate) < fabs(nearest->step_bits / 2. - rate))
            nearest = &points[i];
    if (!(distortion > 0))
        return nearest->distortion > 0 ? -INFINITY : 0;
    return 10 * log10(distortion / (nearest->distortion * exp2(nearest->step_bits - 2 * rate)));
}

bool carvq_rvq_measure(const struct carvq_survey *survey, uint64_t rows_in_table, uint32_t cols,
                       const struct carvq_trellis_curve *trellis, uint64_t seed, unsigned threads,
                       struct carvq_rvq_curve curves_ret[CARVQ_RVQ_GROUPS], bool *worth_ret)
{
    static const uint64_t groups[CARVQ_RVQ_GROUPS] = {1024, 4096, 16384};
    const uint32_t h = carvq_rvq_subvector(cols);
    const uint64_t max = groups[CARVQ_RVQ_GROUPS - 1] * h / cols + 1;
    const uint64_t subvectors = rows_in_table * ((cols + h - 1) / h);
    size_t taken;
    float *rows = take_rows(survey, cols, (size_t)(max < survey->sample_count ? max : survey->sample_count), &taken);
    struct carvq_floats floats = {rows, cols};
    bool good = rows != NULL;
    *worth_ret = trellis->count == 0;
    for (unsigned g = 0; g < CARVQ_RVQ_GROUPS && good; g++) {
        // Whole groups, as far as the sample goes.
        const uint64_t values = groups[g] * h > CURVE_VALUES ? groups[g] * h : CURVE_VALUES, wanted = (values + cols - 1) / cols;
        const struct carvq_matrix matrix = {"sample",          NULL,   wanted < taken ? wanted : taken, cols, CARVQ_F32,
                                            carvq_floats_read, &floats};
        struct carvq_rvq_curve *curve = &curves_ret[g];
        *curve = (struct carvq_rvq_curve){.group = groups[g]};
        while (good && curve->count < CARVQ_RVQ_STAGES) {
            uint32_t stages = ++curve->count;
            double distortion = taken > 0 ? measure(&matrix, groups[g], stages, seed, threads) : 0;
            good = distortion >= 0;
            curve->distortion[stages - 1] = distortion;
            double lead = good && trellis->count > 0 ? find_lead(trellis, h, curve, subvectors) : 0;
            *worth_ret |= lead < -CARVQ_RVQ_AHEAD_DB;
            if (stages >= FEW_STAGES && lead > BEHIND_DB)
                break;
        }
    }
    free(rows);
    return good;
}
