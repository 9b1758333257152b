// SPDX-License-Identifier: MIT
// The head: products of rows with hidden states. Sums of floats have a fixed order, see doc/format.md.
#ifndef CARVQ_RUNTIME_HEAD_H
#define CARVQ_RUNTIME_HEAD_H

#include "additive.h"
#include "half.h"

#define CARVQ_HEAD_STATES 8       // at once
#define CARVQ_DOT_LANES 16        // sums of a dot product
#define CARVQ_TABLE_BYTES 128     // tables of a group: [half of the byte][byte column 0..3][16]
#define CARVQ_MULTIPLIER_GROUPS 4 // groups that share a multiplier
#define CARVQ_CHUNK_ROWS (CARVQ_CHUNK_TILES * CARVQ_TILE_ROWS)

// Of a segment of codec additive and a hidden state: 16 products of each step, rounded to 8 bits. The product of a row and the
// state is unit times the sum, over the groups, of multiplier times entries, and offset.
struct carvq_head_tables {
    uint8_t *entries;     // [G][CARVQ_TABLE_BYTES], at a multiple of 64
    uint8_t *multipliers; // [ceil(G / CARVQ_MULTIPLIER_GROUPS)], 1 to 127
    float unit, offset;
};

struct carvq_segment;

// Makes tables whose sums are 0.
void carvq_no_tables(const struct carvq_segment *segment, struct carvq_head_tables *tables);

// Sets unit and multipliers by the ranges of the products of each step.
void carvq_choose_multipliers(const float *ranges, uint32_t steps, struct carvq_head_tables *tables);

// What products of a step are multiplied with before they are rounded.
static inline float carvq_entry_scale(const struct carvq_head_tables *tables, uint32_t step)
{
    const unsigned multiplier = tables->multipliers[step / (CARVQ_GROUP_CODES * CARVQ_MULTIPLIER_GROUPS)];
    return tables->unit > 0 ? 1 / (float)(tables->unit * (float)(int)multiplier) : 0;
}

// Where the 16 entries of a step are.
static inline uint8_t *carvq_entries(const struct carvq_head_tables *tables, uint32_t step)
{
    return tables->entries + (size_t)(step / CARVQ_GROUP_CODES) * CARVQ_TABLE_BYTES + step % 2 * 64 +
           step % CARVQ_GROUP_CODES / 2 * 16;
}

// Makes the tables of a hidden state. products: room for 17 floats for each step.
typedef void carvq_make_tables(const struct carvq_segment *segment, const float *hidden, float *products,
                               struct carvq_head_tables *tables);

// The sums of the rows of a chunk of tiles, whose lines are given: those of state i go to sums_ret[i].
typedef void carvq_sum_lines(const uint8_t *lines, uint32_t groups, uint32_t tiles, const struct carvq_head_tables *tables,
                             size_t states, int32_t (*sums_ret)[CARVQ_CHUNK_ROWS]);

// Adds products to a dot product's sums: of values in these columns, the first of which stands at values, and a state.
typedef void carvq_add_dot(const float *values, size_t first, size_t count, const float *hidden, float sums[CARVQ_DOT_LANES]);

static inline float carvq_dot_end(const float sums[CARVQ_DOT_LANES])
{
    float all[CARVQ_DOT_LANES];
    memcpy(all, sums, sizeof all);
    for (unsigned half = CARVQ_DOT_LANES / 2; half > 0; half /= 2)
        for (unsigned i = 0; i < half; i++)
            all[i] += all[i + half];
    return all[0];
}

// The scalar ones.
carvq_make_tables carvq_additive_tables;
carvq_sum_lines carvq_additive_sum_lines;
carvq_add_dot carvq_dot_add;

#endif
