// SPDX-License-Identifier: MIT
// Codec "additive", scalar: products with a hidden state through tables of 16.
//
// Cost of a state with n = 2048 and span 3: 16 x 3 x 2048 multiplications and additions for the tables, whatever the strides;
// then for each code of each row one byte of a table, times a multiplier. Nothing is a float until the sum of a row is there.
#include "head.h"
#include "table.h"

#define MIN_RANGE 0x1p-100f // of the products of a state: less than that is 0

// The products of a codeword's columns and the state for all 16 codes: values lie [columns][16].
static void multiply_step(const int8_t *book, const float *hidden, size_t count, float *restrict products_ret)
{
    float sums[16] = {0};
    for (size_t i = 0; i < count; i++)
        for (size_t a = 0; a < 16; a++)
            sums[a] += (float)((float)book[16 * i + a] * hidden[i]);
    memcpy(products_ret, sums, sizeof sums);
}

// Makes the least of 16 products 0. Returns it, and the largest.
static float lower(float products[16], float *range_ret)
{
    float least = products[0], most = products[0];
    for (unsigned a = 1; a < 16; a++) {
        least = products[a] < least ? products[a] : least;
        most = products[a] > most ? products[a] : most;
    }
    for (unsigned a = 0; a < 16; a++)
        products[a] -= least;
    *range_ret = most - least;
    return least;
}

// To the nearest integer, ties to even, of 0 to 255.
static uint8_t round_entry(float value)
{
    unsigned integer = (unsigned)(int)value;
    const float rest = value - (float)(int)integer;
    integer += rest > 0.5f || (rest == 0.5f && integer % 2 == 1);
    return (uint8_t)(integer < 255 ? integer : 255);
}

static uint8_t round_multiplier(float range, float all)
{
    const float ratio = (float)(127 * range) / all;
    int multiplier = (int)ratio;
    multiplier += (float)multiplier < ratio;
    return (uint8_t)(multiplier < 1 ? 1 : multiplier > 127 ? 127 : multiplier);
}

void carvq_choose_multipliers(const float *ranges, uint32_t steps, struct carvq_head_tables *tables)
{
    const uint32_t block = CARVQ_GROUP_CODES * CARVQ_MULTIPLIER_GROUPS;
    float all = 0;
    for (uint32_t t = 0; t < steps; t++)
        all = ranges[t] > all ? ranges[t] : all;
    const bool flat = !(all >= MIN_RANGE);
    tables->unit = flat ? 0 : all / (255 * 127);
    for (uint32_t first = 0; first < steps; first += block) {
        const uint32_t end = steps - first < block ? steps : first + block;
        float range = 0;
        for (uint32_t t = first; t < end; t++)
            range = ranges[t] > range ? ranges[t] : range;
        tables->multipliers[first / block] = flat ? 1 : round_multiplier(range, all);
    }
}

void carvq_no_tables(const struct carvq_segment *segment, struct carvq_head_tables *tables)
{
    memset(tables->entries, 0, (size_t)segment->additive.groups * CARVQ_TABLE_BYTES);
    memset(tables->multipliers, 1, (segment->additive.groups + CARVQ_MULTIPLIER_GROUPS - 1) / CARVQ_MULTIPLIER_GROUPS);
    tables->unit = tables->offset = 0;
}

void carvq_additive_tables(const struct carvq_segment *segment, const float *hidden, float *products,
                           struct carvq_head_tables *tables)
{
    const struct carvq_segment_info *info = segment->info;
    const uint32_t steps = segment->additive.steps;
    float *ranges = products + 16 * (size_t)steps;
    struct carvq_step step = carvq_additive_step(segment, 0);
    carvq_no_tables(segment, tables);
    for (; step.number < steps; carvq_additive_go_on(segment, &step)) {
        const size_t left = info->cols - step.column, count = left < step.width ? left : step.width;
        float *to = products + 16 * (size_t)step.number;
        multiply_step(step.book, hidden + step.column, count, to);
        tables->offset += lower(to, &ranges[step.number]);
    }
    carvq_choose_multipliers(ranges, steps, tables);
    for (uint32_t t = 0; t < steps; t++) {
        const float scale = carvq_entry_scale(tables, t);
        for (size_t a = 0; a < 16; a++)
            carvq_entries(tables, t)[a] = round_entry(products[16 * (size_t)t + a] * scale);
    }
}

// A tile, of whose lines one in step belongs to it.
static void sum_tile(const uint8_t *line, size_t step, uint32_t groups, const uint8_t *entries, const uint8_t *multipliers,
                     int32_t sums[CARVQ_TILE_ROWS])
{
    for (uint32_t g = 0; g < groups; g++, line += 64 * step, entries += CARVQ_TABLE_BYTES) {
        const int32_t multiplier = multipliers[g / CARVQ_MULTIPLIER_GROUPS];
        for (unsigned c = 0; c < 4; c++)
            for (unsigned r = 0; r < CARVQ_TILE_ROWS; r++) {
                const unsigned byte = line[16 * c + r];
                sums[r] += multiplier * (entries[16 * c + (byte & 15)] + entries[64 + 16 * c + (byte >> 4)]);
            }
    }
}

void carvq_additive_sum_lines(const uint8_t *lines, uint32_t groups, uint32_t tiles, const struct carvq_head_tables *tables,
                              size_t states, int32_t (*sums_ret)[CARVQ_CHUNK_ROWS])
{
    for (size_t i = 0; i < states; i++)
        memset(sums_ret[i], 0, tiles * CARVQ_TILE_ROWS * sizeof **sums_ret);
    for (uint32_t block = 0; block < groups; block += CARVQ_BLOCK_GROUPS) {
        const uint32_t count = groups - block < CARVQ_BLOCK_GROUPS ? groups - block : CARVQ_BLOCK_GROUPS;
        for (uint32_t t = 0; t < tiles; t++) {
            const uint8_t *line = lines + 64 * ((size_t)(t / 2 * 2) * count + t % 2);
            for (size_t i = 0; i < states; i++)
                sum_tile(line, t == tiles - 1 && t % 2 == 0 ? 1 : 2, count, tables[i].entries + (size_t)block * CARVQ_TABLE_BYTES,
                         tables[i].multipliers + block / CARVQ_MULTIPLIER_GROUPS, sums_ret[i] + t * CARVQ_TILE_ROWS);
        }
        lines += 64 * (size_t)tiles * count;
    }
}
