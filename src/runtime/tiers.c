// SPDX-License-Identifier: MIT
// Where a row is: the tier directory, see doc/format.md.
//
//     superblock of 64 T rows | T counters of 32 bits | block 0: t planes of 64 bits | .. | block T-1 |
//
// A row's rank in its segment is the counter of its tier plus how many rows of the tier come before it in the superblock: at
// most T blocks, whose bits are counted together.
#include "half.h"
#include "table.h"

// Bytes of the sum: how many bits are set in each byte of word.
static inline uint64_t count_by_byte(uint64_t word)
{
    word -= word >> 1 & 0x5555555555555555;
    word = (word & 0x3333333333333333) + (word >> 2 & 0x3333333333333333);
    return (word + (word >> 4)) & 0x0f0f0f0f0f0f0f0f;
}

// The sum of the bytes, each at most 128.
static inline uint32_t sum_bytes(uint64_t bytes)
{
    bytes = (bytes & 0x00ff00ff00ff00ff) + (bytes >> 8 & 0x00ff00ff00ff00ff);
    return (uint32_t)(bytes * 0x0001000100010001 >> 48);
}

// The rows of a block that are in this tier, as bits.
static inline uint64_t rows_of_tier(const uint8_t *planes, unsigned bits, unsigned tier)
{
    uint64_t rows = UINT64_MAX;
    for (unsigned p = 0; p < bits; p++)
        rows &= carvq_load_u64(planes + 8 * p) ^ ((tier >> p & 1) - (uint64_t)1);
    return rows;
}

static inline bool find(const struct carvq_table *table, uint64_t row, unsigned bits, const struct carvq_segment **segment_ret,
                        uint64_t *segment_row_ret)
{
    const size_t tiers = (size_t)1 << bits, block_bytes = 8 * bits;
    const uint8_t *counters = table->tiers + (size_t)(row / (64 * tiers)) * tiers * (4 + block_bytes);
    const uint8_t *planes = counters + 4 * tiers, *block = planes + row / 64 % tiers * block_bytes;
    unsigned tier = 0;
    for (unsigned p = 0; p < bits; p++)
        tier |= ((unsigned)block[8 * p + row % 64 / 8] >> row % 8 & 1U) << p;
    uint64_t counts = count_by_byte(rows_of_tier(block, bits, tier) & (((uint64_t)1 << row % 64) - 1));
    for (; planes < block; planes += block_bytes)
        counts += count_by_byte(rows_of_tier(planes, bits, tier));
    const uint64_t rank = (uint64_t)carvq_load_u32(counters + 4 * tier) + sum_bytes(counts);
    if (tier >= table->info.segment_count || rank >= table->info.segments[tier].rows)
        return false;
    *segment_ret = &table->segments[tier];
    *segment_row_ret = rank;
    return true;
}

bool carvq_tier_find(const struct carvq_table *table, uint64_t row, const struct carvq_segment **segment_ret,
                     uint64_t *segment_row_ret)
{
    switch (carvq_tier_bits(table->info.segment_count)) {
    case 1:
        return find(table, row, 1, segment_ret, segment_row_ret);
    case 2:
        return find(table, row, 2, segment_ret, segment_row_ret);
    case 3:
        return find(table, row, 3, segment_ret, segment_row_ret);
    default:
        return find(table, row, 4, segment_ret, segment_row_ret);
    }
}

// The counter of a tier at the beginning of a superblock, and the planes of a block.
static const uint8_t *find_superblock(const struct carvq_tier_walk *walk, unsigned bits, uint64_t superblock)
{
    return walk->table->tiers + (size_t)superblock * ((size_t)(4 + 8 * bits) << bits);
}

static uint32_t read_counter(const struct carvq_tier_walk *walk, unsigned bits, uint64_t superblock)
{
    return carvq_load_u32(find_superblock(walk, bits, superblock) + 4 * walk->tier);
}

static uint64_t rows_of_block(const struct carvq_tier_walk *walk, unsigned bits)
{
    const uint64_t left = walk->table->info.rows - 64 * walk->block;
    const uint8_t *superblock = find_superblock(walk, bits, walk->block >> bits);
    const uint8_t *planes = superblock + ((size_t)4 << bits) + (walk->block & ((1U << bits) - 1)) * 8 * bits;
    return rows_of_tier(planes, bits, walk->tier) & (left < 64 ? ((uint64_t)1 << left) - 1 : UINT64_MAX);
}

static unsigned count_bits(uint64_t word)
{
    return (unsigned)sum_bytes(count_by_byte(word));
}

// The number of the lowest bit that is set.
static unsigned lowest_bit(uint64_t word)
{
#if defined(__GNUC__)
    return (unsigned)__builtin_ctzll(word);
#else
    return count_bits((word & (0 - word)) - 1);
#endif
}

// Goes on to the next block that has rows of the tier.
static bool find_block(struct carvq_tier_walk *walk, unsigned bits)
{
    const uint64_t blocks = (walk->table->info.rows + 63) / 64;
    while (walk->rows == 0) {
        if (++walk->block >= blocks)
            return false;
        if ((walk->block & ((1U << bits) - 1)) == 0 && read_counter(walk, bits, walk->block >> bits) != (uint32_t)walk->rank)
            return false;
        walk->rows = rows_of_block(walk, bits);
    }
    return true;
}

bool carvq_tier_walk_begin(const struct carvq_table *table, unsigned tier, uint64_t rank, struct carvq_tier_walk *walk_ret)
{
    const unsigned bits = carvq_tier_bits(table->info.segment_count);
    uint64_t first = 0, end = ((table->info.rows + 63) / 64 + ((uint64_t)1 << bits) - 1) >> bits; // superblocks
    *walk_ret = (struct carvq_tier_walk){table, tier, 0, 0, 0};
    while (end - first > 1) { // the last superblock whose counter is at most rank
        const uint64_t middle = first + (end - first) / 2;
        if (read_counter(walk_ret, bits, middle) <= rank)
            first = middle;
        else
            end = middle;
    }
    walk_ret->block = first << bits;
    walk_ret->rank = read_counter(walk_ret, bits, first);
    if (walk_ret->rank > rank)
        return false;
    walk_ret->rows = rows_of_block(walk_ret, bits);
    while (walk_ret->rank < rank) {
        const unsigned here = count_bits(walk_ret->rows);
        if (walk_ret->rank + here > rank)
            break;
        walk_ret->rank += here;
        walk_ret->rows = 0;
        if (walk_ret->rank < rank && !find_block(walk_ret, bits))
            return false;
    }
    for (; walk_ret->rank < rank; walk_ret->rank++)
        walk_ret->rows &= walk_ret->rows - 1;
    return true;
}

bool carvq_tier_walk_next(struct carvq_tier_walk *walk, size_t count, uint32_t *ids_ret)
{
    const unsigned bits = carvq_tier_bits(walk->table->info.segment_count);
    for (size_t i = 0; i < count; i++, walk->rank++, walk->rows &= walk->rows - 1) {
        if (walk->rows == 0 && !find_block(walk, bits))
            return false;
        ids_ret[i] = (uint32_t)(64 * walk->block + lowest_bit(walk->rows));
    }
    return true;
}
