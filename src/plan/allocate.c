// SPDX-License-Identifier: MIT
// Which rows get how many bits: Lagrangian allocation on the convex hull.
//
// For a given lambda, a row takes the candidate with the least weight times distortion plus lambda times bits. On the lower
// convex hull of the candidates that is a matter of comparing its weight with one threshold between each candidate and the next;
// so with the rows in the order of their weights, an allocation is a list of places where one candidate ends and the next begins,
// and is found by bisection. Lambda is what makes the bits fit: found by bisection again. Every set of candidates is tried, for
// each one costs a tier.
#include "plan/allocate.h"

#include <math.h>

#include "runtime/table.h"

// The candidates of one set that lie on their convex hull, by falling bits.
struct hull {
    size_t count;
    size_t candidates[CARVQ_MAX_CANDIDATES];
    uint64_t bits[CARVQ_MAX_CANDIDATES];
    double distortion[CARVQ_MAX_CANDIDATES];
};

struct search {
    const struct carvq_candidate *candidates;
    const double *weights, *sums;
    uint64_t rows;
};

uint64_t carvq_allocate_min(const struct carvq_candidate *candidates, size_t count, uint64_t rows)
{
    uint64_t min = UINT64_MAX;
    for (size_t i = 0; i < count; i++)
        if (rows * candidates[i].bits + candidates[i].shared_bits < min)
            min = rows * candidates[i].bits + candidates[i].shared_bits;
    return min;
}

// Slope between two candidates: error that a bit removes.
static double slope(const struct carvq_candidate *many, const struct carvq_candidate *few)
{
    return (few->distortion - many->distortion) / (double)(many->bits - few->bits);
}

// False if a candidate of the set is of no use in it.
static bool make_hull(const struct carvq_candidate *candidates, size_t count, unsigned set, struct hull *hull_ret)
{
    struct hull hull = {.count = 0};
    for (size_t i = 0; i < count; i++) {
        if (!(set >> i & 1))
            continue;
        size_t c = hull.count;
        if (c > 0 && (candidates[i].bits >= candidates[hull.candidates[c - 1]].bits ||
                      candidates[i].distortion <= candidates[hull.candidates[c - 1]].distortion))
            return false;
        if (c > 1 && slope(&candidates[hull.candidates[c - 2]], &candidates[hull.candidates[c - 1]]) >=
                         slope(&candidates[hull.candidates[c - 1]], &candidates[i]))
            return false;
        hull.candidates[c] = i;
        hull.bits[c] = candidates[i].bits;
        hull.distortion[c] = candidates[i].distortion;
        hull.count++;
    }
    *hull_ret = hull;
    return hull.count > 0;
}

// Number of rows whose weight is at least threshold.
static uint64_t rows_above(const struct search *search, double threshold)
{
    uint64_t low = 0, high = search->rows;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (search->weights[middle] >= threshold)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

// ends_ret[i]: where candidate i of the hull ends, with this lambda. Returns the bits of the rows.
static uint64_t find_ends(const struct search *search, const struct hull *hull, double lambda, uint64_t *ends_ret)
{
    uint64_t bits = 0, begin = 0;
    for (size_t i = 0; i < hull->count; i++) {
        uint64_t end = search->rows;
        if (i + 1 < hull->count)
            end = rows_above(search, lambda * (double)(hull->bits[i] - hull->bits[i + 1]) /
                                         (hull->distortion[i + 1] - hull->distortion[i]));
        if (end < begin) // thresholds are rounded
            end = begin;
        ends_ret[i] = end;
        bits += (end - begin) * hull->bits[i];
        begin = end;
    }
    return bits;
}

// Spends what lambda has left over: rows of one weight change their candidate all together, but need not.
static void spend_rest(const struct search *search, const struct hull *hull, uint64_t rest, uint64_t *ends)
{
    bool moved[CARVQ_MAX_CANDIDATES] = {false};
    for (size_t round = 0; round + 1 < hull->count; round++) {
        size_t best = hull->count;
        double best_gain = -1;
        for (size_t i = 0; i + 1 < hull->count; i++) {
            if (moved[i] || ends[i] == ends[i + 1])
                continue;
            double gain = search->weights[ends[i]] * (hull->distortion[i + 1] - hull->distortion[i]) /
                          (double)(hull->bits[i] - hull->bits[i + 1]);
            if (gain > best_gain) {
                best = i;
                best_gain = gain;
            }
        }
        if (best == hull->count)
            return;
        uint64_t step = hull->bits[best] - hull->bits[best + 1], room = ends[best + 1] - ends[best];
        uint64_t count = rest / step < room ? rest / step : room;
        ends[best] += count;
        rest -= count * step;
        moved[best] = true;
    }
}

// The best allocation with a set of candidates; false if the bits do not hold it.
static bool try_set(const struct search *search, const struct hull *hull, uint64_t bits, struct carvq_allocation *allocation_ret)
{
    uint64_t fixed = 8 * carvq_tier_bytes(search->rows, (uint32_t)hull->count), ends[CARVQ_MAX_CANDIDATES], begin = 0;
    for (size_t i = 0; i < hull->count; i++)
        fixed += search->candidates[hull->candidates[i]].shared_bits;
    if (fixed > bits || search->rows * hull->bits[hull->count - 1] > bits - fixed)
        return false;
    // With a lambda of 2^high all rows take the candidate with the fewest bits, whatever the unit of weights.
    double low = -1000, high = 1000;
    for (int i = 0; i < 80; i++) {
        double middle = (low + high) / 2;
        if (find_ends(search, hull, exp2(middle), ends) <= bits - fixed)
            high = middle;
        else
            low = middle;
    }
    uint64_t used = find_ends(search, hull, exp2(high), ends);
    spend_rest(search, hull, bits - fixed - used, ends);
    struct carvq_allocation allocation = {.bits = fixed};
    for (size_t i = 0; i < hull->count; i++) {
        if (ends[i] == begin)
            return false; // a smaller set does the same for less
        allocation.candidates[i] = hull->candidates[i];
        allocation.rows[i] = ends[i] - begin;
        allocation.bits += allocation.rows[i] * hull->bits[i];
        allocation.distortion += (search->sums[ends[i]] - search->sums[begin]) * hull->distortion[i];
        begin = ends[i];
    }
    allocation.count = hull->count;
    *allocation_ret = allocation;
    return true;
}

bool carvq_allocate(const struct carvq_candidate *candidates, size_t count, const double *weights, const double *sums,
                    uint64_t rows, uint64_t bits, struct carvq_allocation *allocation_ret)
{
    const struct search search = {candidates, weights, sums, rows};
    bool found = false;
    for (unsigned set = 1; set < 1U << count; set++) {
        struct hull hull;
        struct carvq_allocation allocation;
        if (!make_hull(candidates, count, set, &hull) || !try_set(&search, &hull, bits, &allocation))
            continue;
        if (!found || allocation.distortion < allocation_ret->distortion) {
            *allocation_ret = allocation;
            found = true;
        }
    }
    return found;
}
