// SPDX-License-Identifier: MIT
// One budget for several tables: what one more bit takes off the predicted divergence is to be the same in each.
#include <math.h>
#include <stdlib.h>

#include "plan/choose.h"
#include "runtime/status.h"

#define RATES 13       // that are tried for each table ..
#define RATE_STEP 0.25 // .. as powers of 2 ..
#define LOWEST_RATE -6 // .. around the mean: from so many steps below it on
#define MAX_RATE 16.   // bits per parameter

// What a table loses at a size.
struct point {
    uint64_t bytes;
    double divergence;
};

// Those of a table that are best for some price of a byte: by rising size, and by falling gain of a byte.
struct curve {
    size_t count, at; // at: where spending stands
    struct point points[RATES];
};

static double divergence_of(const struct carvq_plan *plan)
{
    return plan->divergence.head + plan->divergence.input;
}

// What a byte gains from one point to another.
static double gain(const struct point *from, const struct point *to)
{
    return (from->divergence - to->divergence) / (double)(to->bytes - from->bytes);
}

static void add_point(struct curve *curve, struct point point)
{
    if (curve->count > 0 && point.bytes <= curve->points[curve->count - 1].bytes)
        return;
    while (curve->count > 1 && gain(&curve->points[curve->count - 2], &curve->points[curve->count - 1]) <=
                                   gain(&curve->points[curve->count - 1], &point))
        curve->count--;
    if (curve->count == 0 || point.divergence < curve->points[curve->count - 1].divergence)
        curve->points[curve->count++] = point;
}

// Tries rates around a mean. A rate that is too low for the table is left out.
static enum carvq_status try_rates(struct carvq_plan *plan, double bits, struct curve *curve_ret, struct carvq_error *error)
{
    *curve_ret = (struct curve){.count = 0};
    for (int i = 0; i < RATES; i++) {
        const double rate = bits * exp2(RATE_STEP * (LOWEST_RATE + i));
        if (rate > MAX_RATE)
            break;
        enum carvq_status status = carvq_plan_change(plan, rate, 0, error);
        if (status == CARVQ_OK)
            add_point(curve_ret, (struct point){plan->info.payload_bytes, divergence_of(plan)});
        else if (status != CARVQ_ERROR_ARGUMENT)
            return status;
    }
    return curve_ret->count > 0 ? CARVQ_OK : CARVQ_ERROR_ARGUMENT; // the last rate's message
}

// Spends total bytes: where the next one gains most. sizes_ret[count]; false if the smallest sizes are more.
static bool spend(struct curve *curves, size_t count, uint64_t total, uint64_t *sizes_ret)
{
    uint64_t used = 0;
    for (size_t i = 0; i < count; i++)
        used += sizes_ret[i] = curves[i].points[0].bytes;
    while (used < total) {
        size_t best = count;
        double most = 0;
        for (size_t i = 0; i < count; i++) {
            const struct point *points = curves[i].points + curves[i].at;
            if (curves[i].at + 1 < curves[i].count && gain(points, points + 1) > most) {
                most = gain(points, points + 1);
                best = i;
            }
        }
        if (best == count)
            break;
        const uint64_t step = curves[best].points[++curves[best].at].bytes - sizes_ret[best], left = total - used;
        sizes_ret[best] += step < left ? step : left;
        used += step < left ? step : left;
    }
    return used <= total;
}

static bool all_predicted(struct carvq_plan *const *plans, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!(divergence_of(plans[i]) > 0))
            return false;
    return true;
}

static enum carvq_status change_all(struct carvq_plan *const *plans, size_t count, double bits, const uint64_t *sizes,
                                    struct carvq_error *error)
{
    enum carvq_status status = CARVQ_OK;
    for (size_t i = 0; i < count && status == CARVQ_OK; i++)
        status = carvq_plan_change(plans[i], sizes == NULL ? bits : 0, sizes == NULL ? 0 : sizes[i], error);
    return status;
}

enum carvq_status carvq_plans_share(struct carvq_plan *const *plans, size_t count, double bits, struct carvq_error *error)
{
    enum carvq_status status = change_all(plans, count, bits, NULL, error);
    if (status != CARVQ_OK || count < 2 || !all_predicted(plans, count))
        return status;
    struct curve *curves = calloc(count, sizeof *curves);
    uint64_t *sizes = calloc(count, sizeof *sizes), total = 0;
    if (curves == NULL || sizes == NULL)
        status = carvq_fail(error, CARVQ_ERROR_MEMORY, "out of memory for a budget of %zu tables", count);
    for (size_t i = 0; i < count && status == CARVQ_OK; i++) {
        total += carvq_plan_bytes(plans[i]);
        status = try_rates(plans[i], bits, &curves[i], error);
    }
    if (status == CARVQ_OK)
        status = change_all(plans, count, bits, spend(curves, count, total, sizes) ? sizes : NULL, error);
    free(curves);
    free(sizes);
    return status;
}
