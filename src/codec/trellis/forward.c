// SPDX-License-Identifier: MIT
// Distances along the trellis: the specification.
#include "codec/trellis/forward.h"

// best[i], i < width: the least distance of all states of remainder i mod width.
CARVQ_TEMPLATE void step_forward(const struct carvq_trellis *trellis, size_t step, size_t width, bool weighted,
                                 uint16_t *restrict best)
{
    const size_t states = trellis->states;
    const unsigned k = trellis->step_bits;
    const uint16_t *restrict metrics = trellis->metrics + step * trellis->groups;
    const int16_t *restrict first = trellis->table[0], *restrict second = carvq_trellis_second(trellis, step);
    const int32_t x0 = trellis->targets[2 * step], x1 = trellis->targets[2 * step + 1];
    const int32_t w0 = weighted ? trellis->weights[2 * step] : 0, w1 = weighted ? trellis->weights[2 * step + 1] : 0;
    for (size_t i = 0; i < width; i++)
        best[i] = UINT16_MAX;
    for (size_t base = 0; base < states; base += width)
        for (size_t i = 0; i < width; i += CARVQ_TRELLIS_LANES) {
            uint32_t from[CARVQ_TRELLIS_LANES];
            for (size_t lane = 0; lane < CARVQ_TRELLIS_LANES; lane++)
                from[lane] = metrics[(base + i + lane) >> k];
            CARVQ_LANE_LOOP
            for (size_t lane = 0; lane < CARVQ_TRELLIS_LANES; lane++) {
                const uint32_t before = best[i + lane];
                const int32_t y0 = first[base + i + lane], y1 = second[base + i + lane];
                const uint32_t distance = from[lane] +
                                          (weighted ? carvq_trellis_weighted_square(x0, y0, w0) : carvq_trellis_square(x0, y0)) +
                                          (weighted ? carvq_trellis_weighted_square(x1, y1, w1) : carvq_trellis_square(x1, y1));
                best[i + lane] = (uint16_t)(distance < before ? distance : before);
            }
        }
}

void carvq_trellis_forward(const struct carvq_trellis *trellis, size_t begin, size_t end, size_t state)
{
    const size_t width = trellis->groups < CARVQ_TRELLIS_LANES ? CARVQ_TRELLIS_LANES : trellis->groups;
    uint16_t best[CARVQ_TRELLIS_MAX_GROUPS];
    carvq_trellis_start(trellis, begin, state);
    for (size_t step = begin; step < end; step++) {
        if (trellis->weights == NULL)
            step_forward(trellis, step, width, false, best);
        else
            step_forward(trellis, step, width, true, best);
        carvq_trellis_settle(trellis, step, width, best);
    }
}
