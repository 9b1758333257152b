// SPDX-License-Identifier: MIT
// How well a few levels suit the scales of rows.
#include "plan/scales.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LEAST_DB -16. // the first bin and what is below it
#define BIN_DB 0.5
#define STRETCHES 3 // a usual number of tiers

static void count_rows(const struct carvq_plan *plan, const struct carvq_weighted_row *order, uint64_t count, const float *levels,
                       unsigned bits, double *sums)
{
    for (uint64_t i = 0; i < count; i++) {
        float scale = carvq_plan_row_scale(plan, order[i].row);
        float level = levels[carvq_trellis_nearest_level(levels, (size_t)1 << bits, scale)];
        if (!(scale > 0 && level > 0))
            continue;
        double bin = round((20 * log10((double)level / (double)scale) - LEAST_DB) / BIN_DB);
        sums[bin < 0 ? 0 : bin > CARVQ_SCALES_BINS - 1 ? CARVQ_SCALES_BINS - 1 : (unsigned)bin] += order[i].weight;
    }
}

static void gather_levels(struct carvq_scales *scales, const struct carvq_plan *plan, const struct carvq_weighted_row *order,
                          uint64_t count)
{
    carvq_trellis_scales_begin(&scales->levels);
    for (uint64_t i = 0; i < count; i++)
        carvq_trellis_scales_add(&scales->levels, carvq_plan_row_scale(plan, order[i].row),
                                 carvq_plan_weight(plan, order[i].row));
}

static void count_with_levels(const struct carvq_scales *scales, const struct carvq_plan *plan,
                              const struct carvq_weighted_row *order, uint64_t count, unsigned bits, double *sums)
{
    float values[1 << CARVQ_SCALES_MAX_BITS];
    carvq_trellis_scales_fit(&scales->levels, bits, values);
    count_rows(plan, order, count, values, bits, sums);
}

bool carvq_scales_survey(const struct carvq_plan *plan, const struct carvq_weighted_row *order, struct carvq_scales *scales_ret)
{
    const uint64_t rows = plan->info.rows;
    struct carvq_arena arena = {NULL, 0};
    memset(scales_ret, 0, sizeof *scales_ret);
    carvq_trellis_scales_place(&scales_ret->levels, &arena);
    scales_ret->memory = aligned_alloc(CARVQ_ARENA_ALIGNMENT, (size_t)arena.used);
    if (scales_ret->memory == NULL)
        return false;
    arena = (struct carvq_arena){scales_ret->memory, 0};
    carvq_trellis_scales_place(&scales_ret->levels, &arena);
    for (uint64_t s = 0; s < STRETCHES; s++) {
        uint64_t first = rows * s / STRETCHES, count = rows * (s + 1) / STRETCHES - first;
        gather_levels(scales_ret, plan, order + first, count);
        for (unsigned bits = 0; bits <= CARVQ_SCALES_MAX_BITS; bits++)
            count_with_levels(scales_ret, plan, order + first, count, bits, scales_ret->weights[bits]);
        scales_ret->zeros |= scales_ret->levels.zeros;
    }
    return true;
}

void carvq_scales_free(struct carvq_scales *scales)
{
    free(scales->memory);
}

static double mean_distortion(const double *sums, const struct carvq_point *point)
{
    double distortion = 0, total = 0;
    for (unsigned bin = 0; bin < CARVQ_SCALES_BINS; bin++)
        if (sums[bin] > 0) {
            distortion += sums[bin] * carvq_point_distortion(point, LEAST_DB + BIN_DB * bin);
            total += sums[bin];
        }
    return total > 0 ? distortion / total : 0;
}

double carvq_scales_distortion(const struct carvq_scales *scales, unsigned scale_bits, const struct carvq_point *point)
{
    return mean_distortion(scales->weights[scale_bits], point);
}

double carvq_scales_tier_distortion(struct carvq_scales *scales, const struct carvq_plan *plan,
                                    const struct carvq_weighted_row *order, uint64_t count, unsigned scale_bits,
                                    const struct carvq_point *point)
{
    double sums[CARVQ_SCALES_BINS] = {0};
    gather_levels(scales, plan, order, count);
    count_with_levels(scales, plan, order, count, scale_bits, sums);
    return mean_distortion(sums, point);
}
