// SPDX-License-Identifier: MIT
// How a group is encoded: stage by stage, then all stages together in rounds.
#include <math.h>
#include <string.h>

#include "codec/rvq/group.h"
#include "host/random.h"
#include "runtime/half.h"

// In the first round of a level centroids go 1 + OVERSHOOT times the way to where they should be, then less from round to round,
// and exactly there in the last two. As in k-means, going too far makes up for points that are about to change their codes, and
// shakes a solution out of poor places.
#define OVERSHOOT 3

// What each effort adds to the one below, from the solution that it ended with. The best solution of all rounds counts, so that
// more effort is never worse.
static const struct level {
    uint32_t rounds;
    double reach; // in mean errors
} levels[CARVQ_MAX_EFFORT] = {{2, 3}, {4, 4}, {6, 4}, {8, 4}, {8, 6}, {12, 6}, {16, 8}, {24, 8}, {32, 12}};

// A value that is left to code, in the units of the table.
static float residual(const struct carvq_group *group, size_t slot, uint32_t d)
{
    size_t v = slot * group->points.dims + d;
    return group->x[v] - group->y[v];
}

// Bits that are equal where two points count as one: if ignore_sign, +0 and -0 are the same.
static uint32_t residual_key(const struct carvq_group *group, size_t slot, uint32_t d, bool ignore_sign)
{
    float value = residual(group, slot, d);
    return ignore_sign && value == 0 ? 0 : carvq_float_bits(value);
}

// Number of the member that equals the point at slot, or first free place in the table: *place_ret.
static bool find_member(const struct carvq_group *group, size_t slot, uint32_t dims, bool ignore_sign, uint32_t *place_ret)
{
    uint64_t hash = 0;
    uint32_t mask = 2 * group->kmeans.centroids_count - 1, d;
    for (d = 0; d < dims; d++)
        hash = carvq_random_stream(hash, residual_key(group, slot, d, ignore_sign)).state;
    for (uint32_t place = (uint32_t)hash & mask;; place = (place + 1) & mask) {
        *place_ret = place;
        if (group->table[place] == 0)
            return false;
        size_t member = group->members[group->table[place] - 1];
        for (d = 0; d < dims; d++)
            if (residual_key(group, slot, d, ignore_sign) != residual_key(group, member, d, ignore_sign))
                break;
        if (d == dims)
            return true;
    }
}

// Lists the points that differ from each other in group->members and sets the codes to numbers in that list. Returns their
// number, or K + 1 once there are more than K. Points of the two runs always differ.
static uint32_t find_distinct(struct carvq_group *group, bool ignore_sign)
{
    uint32_t centroids = group->kmeans.centroids_count, found = 0;
    for (unsigned r = 0; r < group->points.run_count; r++) {
        const struct carvq_run *run = &group->points.runs[r];
        memset(group->table, 0, 2 * (size_t)centroids * sizeof *group->table);
        for (size_t slot = run->first; slot < run->first + run->count; slot++) {
            uint32_t place;
            if (!find_member(group, slot, run->dims, ignore_sign, &place)) {
                if (found == centroids)
                    return found + 1;
                group->members[found] = slot;
                group->table[place] = ++found;
            }
            group->kmeans.codes[slot] = group->table[place] - 1;
        }
    }
    return found;
}

// If no more than K different points are left, each becomes a centroid as it is. Signs of zeros are kept if that is possible.
static bool code_exactly(struct carvq_group *group, uint8_t *codebook_ret)
{
    uint32_t centroids = group->kmeans.centroids_count, h = group->points.dims;
    uint32_t found = find_distinct(group, false);
    if (found > centroids)
        found = find_distinct(group, true);
    if (found > centroids)
        return false;
    for (uint32_t k = 0; k < centroids; k++) {
        const struct carvq_run *run = &group->points.runs[group->points.run_count - 1];
        if (k < found && group->members[k] < run->first)
            run = &group->points.runs[0];
        for (uint32_t d = 0; d < h; d++)
            carvq_group_store(group, k, d, k < found && d < run->dims ? (double)residual(group, group->members[k], d) : 0,
                              codebook_ret);
    }
    return true;
}

// The stored values as k-means sees them.
static void use_stored_centroids(struct carvq_group *group)
{
    uint32_t h = group->points.dims, stride = group->points.stride;
    for (uint32_t k = 0; k < group->kmeans.centroids_count; k++)
        for (uint32_t d = 0; d < h; d++)
            group->kmeans.centroids[k * (size_t)stride + d] = group->codebook[k * (size_t)h + d] * group->scale +
                                                              group->kmeans.origin[d];
}

static void code_by_kmeans(struct carvq_group *group, uint64_t seed, uint8_t *codebook_ret, bool (*stop)(void *context),
                           void *context)
{
    uint32_t h = group->points.dims;
    carvq_group_prepare(group);
    carvq_kmeans_start(&group->kmeans, &group->points, group->info->stages == 1, seed, stop, context);
    carvq_kmeans_fit(&group->kmeans, &group->points, group->options->iterations, stop, context);
    for (uint32_t k = 0; k < group->kmeans.centroids_count; k++)
        for (uint32_t d = 0; d < h; d++) {
            double value = (double)group->kmeans.centroids[k * (size_t)group->points.stride + d] + group->mean[d];
            carvq_group_store(group, k, d, value * (double)group->unscale, codebook_ret);
        }
    use_stored_centroids(group);
    carvq_kmeans_assign(&group->kmeans, &group->points, stop, context);
}

// The stored codebooks in the units of the points, of which the mean has been taken.
static void use_stored(struct carvq_group *group)
{
    struct carvq_refine *refine = &group->refine;
    const size_t h = group->points.dims, stride = group->points.stride;
    for (size_t atom = 0; atom < refine->atoms; atom++)
        for (size_t d = 0; d < stride; d++) {
            float value = d < h ? group->codebooks[atom * h + d] * group->scale : 0;
            refine->codebooks[atom * stride + d] = atom < refine->centroids ? value - (float)group->mean[d] : value;
        }
}

// Codebooks after step times their moves, rounded to what is stored: in group->codebooks, and as bytes in refine->candidate.
static void store_moved(struct carvq_group *group, double step)
{
    const struct carvq_refine *refine = &group->refine;
    const uint32_t h = group->points.dims, stride = group->points.stride, count = refine->centroids;
    for (uint32_t stage = 0; stage < refine->stages; stage++) {
        const size_t first = (size_t)stage * count;
        group->codebook = group->codebooks + first * h;
        for (uint32_t k = 0; k < count; k++)
            for (uint32_t d = 0; d < h; d++) {
                size_t v = (first + k) * stride + d;
                double value = (double)refine->codebooks[v] + step * refine->moves[v] + (stage == 0 ? group->mean[d] : 0);
                carvq_group_store(group, k, d, value * (double)group->unscale, refine->candidate + 2 * first * h);
            }
        carvq_group_use_headroom(group);
    }
}

// The errors of the stored codebooks and the codes.
static void measure(struct carvq_group *group, struct carvq_sums *sums_ret)
{
    const struct carvq_refine *refine = &group->refine;
    for (uint32_t stage = 0; stage < refine->stages; stage++) {
        group->codebook = group->codebooks + (size_t)stage * refine->centroids * group->points.dims;
        carvq_group_add_stage(group, refine->codes + stage * refine->slots, stage == 0);
    }
    carvq_group_measure(group, sums_ret);
}

// One round: codebooks for the codes, then codes for the stored codebooks.
static void refine_once(struct carvq_group *group, double step, struct carvq_sums *sums_ret, bool (*stop)(void *context),
                        void *context)
{
    carvq_refine_fit(&group->refine);
    carvq_group_start(group);
    store_moved(group, step);
    use_stored(group);
    carvq_refine_scan(&group->refine, true, stop, context);
    measure(group, sums_ret);
}

// Puts the present solution into the results.
static void keep(const struct carvq_group *group, uint16_t *codes_ret, uint8_t *codebooks_ret)
{
    const struct carvq_refine *refine = &group->refine;
    memcpy(codebooks_ret, refine->candidate, (size_t)carvq_group_codebook_bytes(group->info));
    for (uint32_t stage = 0; stage < refine->stages; stage++)
        carvq_group_put_codes(group, stage, refine->codes + stage * refine->slots, codes_ret);
}

// Improves the solution in group->codebooks and refine.codes, and what was returned for it, by options->effort.
static void improve(struct carvq_group *group, uint16_t *codes_ret, uint8_t *codebooks_ret, struct carvq_sums *sums_ret,
                    bool (*stop)(void *context), void *context)
{
    struct carvq_refine *refine = &group->refine;
    const double scale = (double)group->scale;
    refine->points = &group->points;
    carvq_group_start(group);
    carvq_group_prepare(group);
    use_stored(group);
    carvq_refine_scan(refine, false, stop, context);
    for (uint32_t effort = 0; effort < group->options->effort; effort++) {
        const struct level *level = &levels[effort];
        for (uint32_t round = 0; round < level->rounds && sums_ret->squares > 0 && !stop(context); round++) {
            double cooling = (round + 1.0) / (level->rounds - 1.0);
            struct carvq_sums sums;
            refine->reach = (float)(level->reach * sums_ret->squares * scale * scale / (double)group->count / 2);
            refine_once(group, 1 + (cooling < 1 ? OVERSHOOT * sqrt(1 - cooling) : 0), &sums, stop, context);
            if (sums.squares < sums_ret->squares) {
                *sums_ret = sums;
                keep(group, codes_ret, codebooks_ret);
            }
        }
    }
}

void carvq_group_encode(struct carvq_group *group, uint64_t seed, uint16_t *codes_ret, uint8_t *codebooks_ret,
                        struct carvq_sums *sums_ret, bool (*stop)(void *context), void *context)
{
    size_t values = (size_t)group->kmeans.centroids_count * group->points.dims;
    carvq_group_start(group);
    for (uint32_t stage = 0; stage < group->info->stages; stage++) {
        uint8_t *codebook_ret = codebooks_ret + 2 * stage * values;
        group->codebook = group->codebooks + stage * values;
        if (!code_exactly(group, codebook_ret))
            code_by_kmeans(group, carvq_random_stream(seed, stage).state, codebook_ret, stop, context);
        carvq_group_use_headroom(group);
        carvq_group_add_stage(group, group->kmeans.codes, stage == 0);
        carvq_group_put_codes(group, stage, group->kmeans.codes, codes_ret);
        if (group->options->effort > 0)
            memcpy(group->refine.codes + stage * group->refine.slots, group->kmeans.codes,
                   group->refine.slots * sizeof *group->refine.codes);
    }
    carvq_group_measure(group, sums_ret);
    if (group->options->effort > 0)
        improve(group, codes_ret, codebooks_ret, sums_ret, stop, context);
}
