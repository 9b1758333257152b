// SPDX-License-Identifier: MIT
// The rows by how often they are used, and what becomes of them.
#include <math.h>
#include <string.h>

#include "plan/plan.h"

static const double band_limits[CARVQ_BANDS + 1] = {0, 1, 10, 100, 1000, 10000, INFINITY};

static unsigned find_band(const struct carvq_plan *plan, uint64_t row)
{
    unsigned band = 0;
    if (plan->budget.counts != NULL)
        while (plan->budget.counts[row] >= band_limits[band + 1])
            band++;
    return band;
}

static void count_rows(const struct carvq_plan *plan, struct carvq_band bands_ret[CARVQ_BANDS])
{
    const uint32_t n = plan->info.cols;
    double total = 0;
    for (unsigned b = 0; b < CARVQ_BANDS; b++)
        bands_ret[b] = (struct carvq_band){.min_count = band_limits[b],
                                           .max_count = isinf(band_limits[b + 1]) ? INFINITY : band_limits[b + 1] - 1};
    for (uint64_t row = 0; row < plan->info.rows; row++) {
        struct carvq_band *band = &bands_ret[find_band(plan, row)];
        const struct carvq_segment_info *segment = &plan->segments[plan->tiers[row]];
        double count = plan->budget.counts == NULL ? 1 : plan->budget.counts[row];
        band->rows++;
        band->share += count;
        total += count;
        band->bits += 8 * (double)(segment->code_bytes + segment->codebook_bytes) / ((double)segment->rows * n);
    }
    for (unsigned b = 0; b < CARVQ_BANDS; b++) {
        bands_ret[b].share = total > 0 ? bands_ret[b].share / total : 0;
        bands_ret[b].bits = bands_ret[b].rows > 0 ? bands_ret[b].bits / (double)bands_ret[b].rows : 0;
    }
}

double carvq_plan_bands(const struct carvq_plan *plan, const struct carvq_row_errors *errors,
                        struct carvq_band bands_ret[CARVQ_BANDS])
{
    double energy[CARVQ_BANDS] = {0}, squares[CARVQ_BANDS] = {0}, all_energy = 0, all_squares = 0;
    count_rows(plan, bands_ret);
    for (uint64_t row = 0; row < plan->info.rows; row++) {
        unsigned band = find_band(plan, row);
        energy[band] += plan->survey.row_energies[row];
        squares[band] += carvq_plan_squares(plan, errors, row);
    }
    for (unsigned b = 0; b < CARVQ_BANDS; b++) {
        bands_ret[b].sqnr_db = squares[b] > 0 ? 10 * log10(energy[b] / squares[b]) : INFINITY;
        all_energy += energy[b];
        all_squares += squares[b];
    }
    return all_squares > 0 ? 10 * log10(all_energy / all_squares) : INFINITY;
}

double carvq_plan_expect(const struct carvq_plan *plan, struct carvq_band bands_ret[CARVQ_BANDS])
{
    if (!plan->by_settings)
        return carvq_plan_bands(plan, NULL, bands_ret);
    memset(bands_ret, 0, CARVQ_BANDS * sizeof *bands_ret);
    return NAN;
}
