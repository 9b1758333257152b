// SPDX-License-Identifier: MIT
#include "budget/scales.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "encode/trellis_scale.h"

#define LEAST_DB -16. // the first bin and what is below it
#define BIN_DB 0.5
#define STRETCHES 3 // a usual number of tiers

static void count_rows(const struct carvq_recipe *recipe, const struct carvq_weighted_row *order, uint64_t count,
                       const float *levels, unsigned bits, double *sums)
{
    for (uint64_t i = 0; i < count; i++) {
        float scale = carvq_recipe_row_scale(recipe, order[i].row);
        float level = levels[carvq_trellis_nearest_level(levels, (size_t)1 << bits, scale)];
        if (!(scale > 0 && level > 0))
            continue;
        double bin = round((20 * log10((double)level / (double)scale) - LEAST_DB) / BIN_DB);
        sums[bin < 0 ? 0 : bin > CARVQ_SCALES_BINS - 1 ? CARVQ_SCALES_BINS - 1 : (unsigned)bin] += order[i].weight;
    }
}

static void survey_stretch(const struct carvq_recipe *recipe, const struct carvq_weighted_row *order, uint64_t count,
                           struct carvq_trellis_scales *levels, struct carvq_scales *scales)
{
    carvq_trellis_scales_begin(levels);
    for (uint64_t i = 0; i < count; i++)
        carvq_trellis_scales_add(levels, carvq_recipe_row_scale(recipe, order[i].row), carvq_recipe_factor(recipe, order[i].row));
    for (unsigned bits = 0; bits <= CARVQ_SCALES_MAX_BITS; bits++) {
        float values[1 << CARVQ_SCALES_MAX_BITS];
        carvq_trellis_scales_fit(levels, bits, values);
        count_rows(recipe, order, count, values, bits, scales->shares[bits]);
    }
    scales->zeros |= levels->zeros;
}

bool carvq_scales_survey(const struct carvq_recipe *recipe, const struct carvq_weighted_row *order,
                         struct carvq_scales *scales_ret)
{
    const uint64_t rows = recipe->info.rows;
    struct carvq_arena arena = {NULL, 0};
    struct carvq_trellis_scales levels;
    carvq_trellis_scales_place(&levels, &arena);
    void *memory = aligned_alloc(CARVQ_ARENA_ALIGNMENT, (size_t)arena.used);
    if (memory == NULL)
        return false;
    arena = (struct carvq_arena){memory, 0};
    carvq_trellis_scales_place(&levels, &arena);
    memset(scales_ret, 0, sizeof *scales_ret);
    for (uint64_t s = 0; s < STRETCHES; s++) {
        uint64_t first = rows * s / STRETCHES;
        survey_stretch(recipe, order + first, rows * (s + 1) / STRETCHES - first, &levels, scales_ret);
    }
    free(memory);
    for (unsigned bits = 0; bits <= CARVQ_SCALES_MAX_BITS; bits++) {
        double total = 0;
        for (unsigned bin = 0; bin < CARVQ_SCALES_BINS; bin++)
            total += scales_ret->shares[bits][bin];
        for (unsigned bin = 0; bin < CARVQ_SCALES_BINS && total > 0; bin++)
            scales_ret->shares[bits][bin] /= total;
    }
    return true;
}

double carvq_scales_distortion(const struct carvq_scales *scales, unsigned scale_bits, const struct carvq_point *point)
{
    double distortion = 0;
    for (unsigned bin = 0; bin < CARVQ_SCALES_BINS; bin++)
        if (scales->shares[scale_bits][bin] > 0)
            distortion += scales->shares[scale_bits][bin] * carvq_point_distortion(point, LEAST_DB + BIN_DB * bin);
    return distortion;
}
