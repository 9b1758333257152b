// SPDX-License-Identifier: MIT
// Distances along a row.
#include "codec/additive/forward.h"

#include <string.h>

#include "host/vector.h"
#include "runtime/additive.h"

// u_j of a step, for all j and codes.
CARVQ_TEMPLATE void sum_unary(const struct carvq_additive_tables *tables, const float *restrict targets, uint32_t length,
                              unsigned span, int32_t (*restrict unary)[16])
{
    for (unsigned j = 0; j < span; j++) {
        float sums[16];
        CARVQ_LANE_LOOP
        for (unsigned k = 0; k < 16; k++)
            sums[k] = tables->norms[j][k];
        for (uint32_t f = 0; f < length; f++) {
            CARVQ_LANE_LOOP
            for (unsigned k = 0; k < 16; k++)
                sums[k] += targets[f] * tables->products[j][f][k];
        }
        CARVQ_LANE_LOOP
        for (unsigned k = 0; k < 16; k++)
            unary[j][k] = (int32_t)sums[k];
    }
}

// One step: from the distances of all states before it to those after it, less low. Returns the least.
CARVQ_TEMPLATE int32_t step_forward(const struct carvq_additive_tables *tables, const int32_t (*restrict unary)[16],
                                    const int32_t *restrict next_unary, int32_t low, unsigned span,
                                    const int32_t *restrict before, int32_t *restrict after)
{
    const size_t rests = (size_t)1 << 4 * (span - 2);
    int32_t least[16], first[16][16]; // [b][a] what depends on the newest two codes
    for (size_t b = 0; b < (span > 2 ? 16 : 1); b++) {
        CARVQ_LANE_LOOP
        for (size_t a = 0; a < 16; a++)
            first[b][a] = unary[0][a] + (span > 2 ? tables->second[b][a] : next_unary[a]);
    }
    CARVQ_LANE_LOOP
    for (size_t a = 0; a < 16; a++)
        least[a] = CARVQ_ADDITIVE_FAR;
    for (size_t rest = 0; rest < rests; rest++) {
        const size_t b = rest % 16, c = rest / 16;
        int32_t all = -low;
        if (span == 3)
            all += unary[1][b] + next_unary[b];
        if (span == 4)
            all += unary[1][b] + unary[2][c] + next_unary[c] + tables->scalars[c][b];
        CARVQ_LANE_LOOP
        for (size_t a = 0; a < 16; a++) {
            int32_t best = before[rest] + tables->oldest[0][a];
            CARVQ_UNROLLED
            for (size_t d = 1; d < 16; d++) {
                const int32_t distance = before[d * rests + rest] + tables->oldest[d][a];
                best = distance < best ? distance : best;
            }
            best += first[b][a] + all;
            if (span == 4)
                best += tables->third[c][a];
            best = best < CARVQ_ADDITIVE_FAR ? best : CARVQ_ADDITIVE_FAR;
            least[a] = best < least[a] ? best : least[a];
            after[16 * rest + a] = best;
        }
    }
    int32_t result = least[0];
    for (size_t a = 1; a < 16; a++)
        result = least[a] < result ? least[a] : result;
    return result;
}

CARVQ_TEMPLATE void forward(const struct carvq_additive_search *search, const struct carvq_additive_stretch *stretch,
                            int32_t *distances, unsigned span)
{
    const struct carvq_additive_code *code = search->code;
    const size_t states = (size_t)1 << 4 * (span - 1);
    const uint32_t period = code->info.stride_count;
    int32_t unary[2][CARVQ_MAX_SPAN][16], low = 0;
    const float *targets = stretch->targets;
    uint32_t phase = stretch->begin % period;
    for (size_t i = 0; i < states; i++)
        distances[i] = CARVQ_ADDITIVE_FAR;
    distances[stretch->state] = 0;
    const struct carvq_additive_tables *tables = carvq_additive_step_tables(search, stretch->begin);
    sum_unary(tables, targets, code->info.strides[phase], span, unary[stretch->begin % 2]);
    for (uint32_t t = stretch->begin; t < stretch->end; t++) {
        const struct carvq_additive_tables *next = NULL;
        targets += code->info.strides[phase];
        phase = phase + 1 < period ? phase + 1 : 0;
        if (t + 1 < code->steps) {
            next = carvq_additive_step_tables(search, t + 1);
            sum_unary(next, targets, code->info.strides[phase], span, unary[(t + 1) % 2]);
        } else {
            memset(unary[(t + 1) % 2], 0, sizeof unary[0]);
        }
        low = step_forward(tables, (const int32_t(*)[16])unary[t % 2], unary[(t + 1) % 2][span - 1], low, span, distances,
                           distances + states);
        distances += states;
        tables = next;
    }
}

CARVQ_VECTORIZED(void, carvq_additive_forward,
                 (const struct carvq_additive_search *search, const struct carvq_additive_stretch *stretch, int32_t *distances),
                 (search, stretch, distances))
{
    if (search->code->info.span == 2)
        forward(search, stretch, distances, 2);
    else if (search->code->info.span == 3)
        forward(search, stretch, distances, 3);
    else
        forward(search, stretch, distances, 4);
}
