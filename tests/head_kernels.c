// SPDX-License-Identifier: MIT
// Codec additive value by value, and every kernel of this machine for it and for the head beside the scalar one, bit for bit.
#include "random_segment.h"

#include "runtime/head.h"

static const struct shape {
    size_t rows, cols;
    const char *strides;
    unsigned span;
    bool position;
    unsigned scale_bits;
} shapes[] = {
    {1, 1, "1", 2, false, 0},      {16, 8, "1", 3, true, 4},
    {17, 9, "8", 4, false, 3},     {33, 100, "323", 3, false, 4},
    {15, 65, "21212", 2, true, 8}, {530, 130, "2", 3, false, 4},
    {513, 259, "2", 4, true, 5},   {1041, 40, "112", 3, false, 4},
    {48, 1100, "4", 3, true, 0},   {100, 515, "87654321", 4, false, 1},
    {31, 300, "1", 3, false, 4},   {511, 127, "3", 2, true, 6},
    {64, 3000, "565", 3, true, 4}, {3, 20, "12345678", 4, false, 2},
    {2000, 17, "18", 3, true, 7},
};
#define SHAPES (sizeof shapes / sizeof *shapes)

// The numbers of the scalar decoder, from what the format says.
static void test_values(void **state)
{
    uint64_t random = 7;
    struct carvq_kernels kernels;
    (void)state;
    carvq_kernels_choose(CARVQ_LEVEL_SCALAR, &kernels);
    for (size_t i = 0; i < SHAPES; i++) {
        const struct shape *shape = &shapes[i];
        struct random_segment s;
        make_segment(&s, shape->rows, shape->cols, shape->strides, shape->span, shape->position, shape->scale_bits, &kernels,
                     &random);
        float *row = malloc(shape->cols * sizeof *row);
        int32_t *sums = malloc((shape->cols + 64) * sizeof *sums);
        for (uint64_t r = 0; r < shape->rows; r += 1 + shape->rows / 20) {
            memset(sums, 0, (shape->cols + 64) * sizeof *sums);
            for (uint32_t t = 0; t < carvq_additive_steps(&s.info); t++) {
                const uint8_t *line = s.codes + carvq_additive_line(&s.info, r / 16, t / 8);
                const unsigned code = line[t % 8 / 2 * 16 + r % 16] >> t % 2 * 4 & 15;
                for (uint32_t k = 0; k < carvq_additive_width(&s.info, t); k++)
                    sums[carvq_additive_column(&s.info, t) + k] += (int8_t)
                                                                       s.books[carvq_additive_book(&s.info, t) + 16 * k + code];
            }
            carvq_decode_row(&s.segment, r, row);
            for (size_t c = 0; c < shape->cols; c++)
                assert_true(row[c] == (float)sums[c] * carvq_additive_scale(&s.segment, r));
        }
        free(sums);
        free(row);
        free_segment(&s);
    }
}

static struct carvq_head_tables make_room(const struct carvq_segment *segment)
{
    struct carvq_head_tables tables = {aligned_alloc(64, (size_t)segment->additive.groups * CARVQ_TABLE_BYTES),
                                       malloc((segment->additive.groups + 3) / 4), 0, 0};
    assert_non_null(tables.entries);
    assert_non_null(tables.multipliers);
    return tables;
}

static void check_tables(const struct carvq_kernels *kernels, const char *level, const struct carvq_segment *segment,
                         const float *hidden, struct carvq_head_tables *right)
{
    const size_t groups = segment->additive.groups;
    float *products = malloc(segment->additive.steps * 17 * sizeof *products);
    struct carvq_head_tables tables = make_room(segment);
    carvq_additive_tables(segment, hidden, products, right);
    kernels->make_tables(segment, hidden, products, &tables);
    if (memcmp(tables.entries, right->entries, groups * CARVQ_TABLE_BYTES) != 0 ||
        memcmp(tables.multipliers, right->multipliers, (groups + 3) / 4) != 0 || tables.unit != right->unit ||
        memcmp(&tables.offset, &right->offset, sizeof tables.offset) != 0)
        fail_msg("%s: tables of %u columns, %u steps", level, (unsigned)segment->info->cols, (unsigned)segment->additive.steps);
    free(tables.entries);
    free(tables.multipliers);
    free(products);
}

static void check_sums(const struct carvq_kernels *kernels, const char *level, const struct carvq_segment *segment,
                       const struct carvq_head_tables tables[CARVQ_HEAD_STATES])
{
    static int32_t right[CARVQ_HEAD_STATES][CARVQ_CHUNK_ROWS], sums[CARVQ_HEAD_STATES][CARVQ_CHUNK_ROWS];
    for (uint64_t first = 0; first < segment->info->rows; first += CARVQ_CHUNK_ROWS) {
        const uint64_t left = segment->info->rows - first, rows = left < CARVQ_CHUNK_ROWS ? left : CARVQ_CHUNK_ROWS;
        const uint8_t *lines = segment->codes + carvq_additive_line(segment->info, first / 16, 0);
        const uint32_t tiles = (uint32_t)(rows + 15) / 16;
        carvq_additive_sum_lines(lines, segment->additive.groups, tiles, tables, CARVQ_HEAD_STATES, right);
        for (size_t states = 1; states <= CARVQ_HEAD_STATES; states++) {
            memset(sums, 0x55, sizeof sums);
            kernels->sum_lines(lines, segment->additive.groups, tiles, tables, states, sums);
            for (size_t i = 0; i < states; i++)
                if (memcmp(sums[i], right[i], tiles * 16 * sizeof **sums) != 0)
                    fail_msg("%s: sums of %u tiles, %u groups, state %zu of %zu", level, (unsigned)tiles,
                             (unsigned)segment->additive.groups, i, states);
        }
    }
}

static void check_dots(const struct carvq_kernels *kernels, const char *level, uint64_t *random)
{
    for (size_t i = 0; i < 300; i++) {
        const size_t first = next_random(random) % 40, count = next_random(random) % 130;
        float *values = random_states(1, count + 1, i), *hidden = random_states(1, first + count + 1, i + 1000);
        float sums[2][CARVQ_DOT_LANES];
        for (size_t k = 0; k < CARVQ_DOT_LANES; k++)
            sums[0][k] = sums[1][k] = next_float(random);
        carvq_dot_add(values, first, count, hidden, sums[0]);
        kernels->add_dot(values, first, count, hidden, sums[1]);
        if (memcmp(sums[0], sums[1], sizeof sums[0]) != 0)
            fail_msg("%s: a dot product of %zu columns from %zu on", level, count, first);
        free(values);
        free(hidden);
    }
}

static void check_rows(const struct carvq_segment *scalar, const struct carvq_segment *segment, const char *level,
                       uint64_t *random)
{
    const size_t n = segment->info->cols;
    float *right = malloc(n * sizeof *right), *row = malloc(n * sizeof *row);
    for (size_t i = 0; i < 20; i++) {
        const uint64_t r = next_random(random) % segment->info->rows;
        const size_t step = segment->column_step, first = i < 4 ? 0 : next_random(random) % ((n - 1) / step + 1) * step;
        const struct carvq_columns columns = {first, i < 4 ? n : 1 + next_random(random) % (n - first)};
        scalar->decode_rows(scalar, &r, 1, columns, right, 0);
        segment->decode_rows(segment, &r, 1, columns, row, 0);
        if (memcmp(right, row, columns.count * sizeof *row) != 0)
            fail_msg("%s: row %u of %u columns, %zu from %zu on", level, (unsigned)r, (unsigned)n, columns.count, columns.first);
    }
    free(right);
    free(row);
}

static void test_kernels(void **state)
{
    uint64_t random = 8;
    struct carvq_kernels scalar;
    (void)state;
    carvq_kernels_choose(CARVQ_LEVEL_SCALAR, &scalar);
    for (int level = 0; level <= (int)carvq_level_here(NULL); level++) {
        struct carvq_kernels kernels;
        const char *name = carvq_level_name((enum carvq_level)level);
        carvq_kernels_choose((enum carvq_level)level, &kernels);
        check_dots(&kernels, name, &random);
        for (size_t i = 0; i < SHAPES; i++) {
            const struct shape *shape = &shapes[i];
            struct random_segment s;
            struct carvq_head_tables tables[CARVQ_HEAD_STATES];
            make_segment(&s, shape->rows, shape->cols, shape->strides, shape->span, shape->position, shape->scale_bits, &kernels,
                         &random);
            struct carvq_segment plain = s.segment;
            scalar.choose[CARVQ_ADDITIVE](&plain);
            check_rows(&plain, &s.segment, name, &random);
            for (size_t k = 0; k < CARVQ_HEAD_STATES; k++) {
                float *hidden = random_states(1, shape->cols, i * CARVQ_HEAD_STATES + k);
                if (k == 7)
                    memset(hidden, 0, shape->cols * sizeof *hidden);
                tables[k] = make_room(&s.segment);
                check_tables(&kernels, name, &s.segment, hidden, &tables[k]);
                if (k == 6) { // the largest sums
                    memset(tables[k].entries, 255, (size_t)s.segment.additive.groups * CARVQ_TABLE_BYTES);
                    memset(tables[k].multipliers, 127, (s.segment.additive.groups + 3) / 4);
                }
                free(hidden);
            }
            check_sums(&kernels, name, &s.segment, tables);
            for (size_t k = 0; k < CARVQ_HEAD_STATES; k++) {
                free(tables[k].entries);
                free(tables[k].multipliers);
            }
            free_segment(&s);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_kernels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
