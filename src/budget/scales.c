// SPDX-License-Identifier: MIT
#include "budget/scales.h"

#include <math.h>
#include <stdlib.h>

#include "encode/trellis_scale.h"

#define LEAST_DB -16. // the first bin and what is below it
#define BIN_DB 0.5

static void count_rows(const struct carvq_recipe *recipe, const float *levels, unsigned bits, double *shares_ret)
{
    double total = 0;
    for (unsigned bin = 0; bin < CARVQ_SCALES_BINS; bin++)
        shares_ret[bin] = 0;
    for (uint64_t row = 0; row < recipe->info.rows; row++) {
        float scale = carvq_recipe_row_scale(recipe, row);
        float level = levels[carvq_trellis_nearest_level(levels, (size_t)1 << bits, scale)];
        if (!(scale > 0 && level > 0))
            continue;
        double bin = round((20 * log10((double)level / (double)scale) - LEAST_DB) / BIN_DB);
        double weight = carvq_recipe_factor(recipe, row) * recipe->survey.energies[row];
        shares_ret[bin < 0 ? 0 : bin > CARVQ_SCALES_BINS - 1 ? CARVQ_SCALES_BINS - 1 : (unsigned)bin] += weight;
        total += weight;
    }
    for (unsigned bin = 0; bin < CARVQ_SCALES_BINS && total > 0; bin++)
        shares_ret[bin] /= total;
}

bool carvq_scales_survey(const struct carvq_recipe *recipe, struct carvq_scales *scales_ret)
{
    struct carvq_arena arena = {NULL, 0};
    struct carvq_trellis_scales scales;
    carvq_trellis_scales_place(&scales, &arena);
    void *memory = aligned_alloc(CARVQ_ARENA_ALIGNMENT, (size_t)arena.used);
    if (memory == NULL)
        return false;
    arena = (struct carvq_arena){memory, 0};
    carvq_trellis_scales_place(&scales, &arena);
    carvq_trellis_scales_begin(&scales);
    for (uint64_t row = 0; row < recipe->info.rows; row++)
        carvq_trellis_scales_add(&scales, carvq_recipe_row_scale(recipe, row), carvq_recipe_factor(recipe, row));
    for (unsigned bits = 0; bits <= CARVQ_SCALES_MAX_BITS; bits++) {
        float levels[1 << CARVQ_SCALES_MAX_BITS];
        carvq_trellis_scales_fit(&scales, bits, levels);
        count_rows(recipe, levels, bits, scales_ret->shares[bits]);
    }
    scales_ret->zeros = scales.zeros;
    free(memory);
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
