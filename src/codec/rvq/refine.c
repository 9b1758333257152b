// SPDX-License-Identifier: MIT
#include "codec/rvq/refine.h"

#include <math.h>
#include <string.h>

#include "codec/rvq/group.h"

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

void carvq_refine_place(struct carvq_refine *refine, struct carvq_arena *arena, uint64_t slots, uint32_t dims, uint32_t stages,
                        uint32_t centroids)
{
    const uint64_t stride = carvq_stride(dims), atoms = (uint64_t)stages * centroids, values = atoms * stride;
    const uint64_t square = (uint64_t)centroids * centroids;
    refine->stages = stages;
    refine->centroids = centroids;
    refine->atoms = (uint32_t)atoms;
    refine->slots = (size_t)slots;
    refine->codebooks = carvq_arena_take(arena, values, sizeof *refine->codebooks);
    refine->codes = carvq_arena_take(arena, stages * slots, sizeof *refine->codes);
    refine->columns = carvq_arena_take(arena, values, sizeof *refine->columns);
    refine->norms = carvq_arena_take(arena, atoms, sizeof *refine->norms);
    refine->products = carvq_arena_take(arena, (uint64_t)stages * (stages - 1) / 2, square * sizeof *refine->products);
    refine->block_codes = carvq_arena_take(arena, CARVQ_LANES * (uint64_t)stages, sizeof *refine->block_codes);
    refine->rest = carvq_arena_take(arena, CARVQ_LANES * stride, sizeof *refine->rest);
    refine->scores = carvq_arena_take(arena, CARVQ_LANES * atoms, sizeof *refine->scores);
    refine->first = carvq_arena_take(arena, square, sizeof *refine->first);
    refine->row = carvq_arena_take(arena, 4 * (uint64_t)centroids, sizeof *refine->row);
    refine->list = carvq_arena_take(arena, 1 + square, sizeof *refine->list);
    refine->winners = carvq_arena_take(arena, 1 + (uint64_t)centroids, sizeof *refine->winners);
    refine->together = carvq_arena_take(arena, 2 * atoms, atoms * sizeof *refine->together);
    refine->sums = carvq_arena_take(arena, values, sizeof *refine->sums);
    refine->moves = carvq_arena_take(arena, values, sizeof *refine->moves);
    refine->candidate = carvq_arena_take(arena, atoms, dims * 2);
}

void carvq_refine_take_codes(struct carvq_refine *refine, uint32_t stage, const uint32_t *codes)
{
    memcpy(refine->codes + stage * refine->slots, codes, refine->slots * sizeof *codes);
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

void carvq_group_refine(struct carvq_group *group, uint16_t *codes_ret, uint8_t *codebooks_ret, struct carvq_sums *sums_ret,
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
