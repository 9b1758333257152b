// SPDX-License-Identifier: MIT
// Nearest rows are those that a plain search finds, and recall@10 is counted right.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "eval/neighbours.h"

enum { ROWS = 1500, COLS = 23 };

static uint32_t random_state = 1;

static float random_value(void)
{
    random_state = random_state * 1664525u + 1013904223u;
    return (float)(random_state >> 8) / (1 << 23) - 1;
}

static void fill(float *table, size_t count)
{
    for (size_t i = 0; i < count; i++)
        table[i] = random_value();
}

static struct carvq_neighbours *open_table(const float *table, size_t rows, size_t cols, const uint64_t *counts, unsigned threads)
{
    struct carvq_neighbours *neighbours;
    struct carvq_error error;
    if (carvq_neighbours_open(table, rows, cols, counts, threads, &neighbours, &error) != CARVQ_OK)
        fail_msg("%s", error.message);
    return neighbours;
}

static struct carvq_neighbours_result measure(const struct carvq_neighbours *neighbours, const float *changed)
{
    struct carvq_neighbours_result result;
    struct carvq_error error;
    if (carvq_neighbours_recall(neighbours, changed, &result, &error) != CARVQ_OK)
        fail_msg("%s", error.message);
    return result;
}

static double cosine(const float *a, const float *b, size_t cols)
{
    double product = 0, aa = 0, bb = 0;
    for (size_t c = 0; c < cols; c++) {
        product += (double)a[c] * b[c];
        aa += (double)a[c] * a[c];
        bb += (double)b[c] * b[c];
    }
    return product / sqrt(aa * bb);
}

enum { FEW = 600, SHORT = 7 };

static void all_cosines(const float *table, double (*cosines_ret)[FEW])
{
    for (size_t row = 0; row < FEW; row++)
        for (size_t other = 0; other < FEW; other++)
            cosines_ret[row][other] = cosine(table + row * SHORT, table + other * SHORT, SHORT);
}

// Whether fewer than ten rows are nearer to row than other is.
static bool is_near(const double *cosines, size_t row, size_t other)
{
    size_t nearer = 0;
    for (size_t i = 0; i < FEW; i++)
        nearer += i != row && i != other && cosines[i] > cosines[other];
    return nearer < CARVQ_NEIGHBOURS;
}

// A table small enough for all rows to be looked at, and more than one tile of everything.
static void test_a_plain_search_agrees(void **state)
{
    (void)state;
    static float table[FEW * SHORT], changed[FEW * SHORT];
    static double before[FEW][FEW], after[FEW][FEW];
    fill(table, FEW * SHORT);
    for (size_t i = 0; i < FEW * SHORT; i++)
        changed[i] = table[i] + 0.2f * random_value();
    all_cosines(table, before);
    all_cosines(changed, after);
    size_t found = 0;
    for (size_t row = 0; row < FEW; row++)
        for (size_t other = 0; other < FEW; other++)
            found += other != row && is_near(before[row], row, other) && is_near(after[row], row, other);
    struct carvq_neighbours *neighbours = open_table(table, FEW, SHORT, NULL, 2);
    const struct carvq_neighbours_result result = measure(neighbours, changed);
    assert_int_equal(result.bands[0].sampled, FEW);
    assert_true(result.recall > 0.3 && result.recall < 0.95);
    if (fabs(result.recall - (double)found / (FEW * CARVQ_NEIGHBOURS)) > 4e-4) // rounding may swap a pair
        fail_msg("%.6g is not %.6g", result.recall, (double)found / (FEW * CARVQ_NEIGHBOURS));
    carvq_neighbours_close(neighbours);
}

static void test_same_table_keeps_all(void **state)
{
    (void)state;
    static float table[ROWS * COLS], scaled[ROWS * COLS], other[ROWS * COLS];
    fill(table, ROWS * COLS);
    fill(other, ROWS * COLS);
    for (size_t i = 0; i < ROWS * COLS; i++)
        scaled[i] = table[i] * (float)(1 << i / COLS % 5); // lengths do not matter
    struct carvq_neighbours *neighbours = open_table(table, ROWS, COLS, NULL, 2);
    assert_true(measure(neighbours, table).recall == 1);
    assert_true(measure(neighbours, scaled).recall == 1);
    assert_true(measure(neighbours, other).recall < 0.02); // 10 of 1500 by chance
    assert_int_equal(measure(neighbours, table).bands[0].rows, ROWS);
    assert_int_equal(measure(neighbours, table).bands[0].sampled, CARVQ_NEIGHBOUR_SAMPLE);
    carvq_neighbours_close(neighbours);
}

// Products of such rows are infinite, or zero, as floats.
static void test_huge_and_tiny_values(void **state)
{
    (void)state;
    static float table[ROWS * COLS], scaled[ROWS * COLS];
    const float factors[] = {1e37f, 1e-37f, 3e38f, 1};
    fill(table, ROWS * COLS);
    for (size_t i = 0; i < ROWS * COLS; i++)
        scaled[i] = table[i] * factors[i / COLS % 4];
    struct carvq_neighbours *neighbours = open_table(table, ROWS, COLS, NULL, 2);
    assert_true(measure(neighbours, scaled).recall > 0.999); // rounding may swap a pair
    carvq_neighbours_close(neighbours);
}

// Rows of one band are damaged; that band alone loses its neighbours, and the mean is weighted by rows.
static void test_bands_by_count(void **state)
{
    (void)state;
    static float table[ROWS * COLS], changed[ROWS * COLS];
    static uint64_t counts[ROWS];
    fill(table, ROWS * COLS);
    memcpy(changed, table, sizeof table);
    for (size_t row = 0; row < ROWS; row++)
        counts[row] = row < 1200 ? 0 : row < 1400 ? 9 : row < 1450 ? 10 : 123456;
    fill(changed + 1450 * COLS, 50 * COLS);
    memset(table + 1449 * COLS, 0, COLS * sizeof *table); // a row without a direction
    struct carvq_neighbours *neighbours = open_table(table, ROWS, COLS, counts, 2);
    const struct carvq_neighbours_result result = measure(neighbours, changed);
    const uint64_t rows[] = {1200, 200, 49, 0, 0, 50}, sampled[] = {1024, 200, 49, 0, 0, 50};
    double mean = 0;
    for (size_t i = 0; i < CARVQ_NEIGHBOUR_BANDS; i++) {
        assert_int_equal(result.bands[i].rows, rows[i]);
        assert_int_equal(result.bands[i].sampled, sampled[i]);
        assert_true(isnan(result.bands[i].recall) == (rows[i] == 0));
        mean += rows[i] > 0 ? result.bands[i].recall * (double)rows[i] / 1499 : 0;
    }
    assert_true(fabs(mean - result.recall) < 1e-12);
    assert_true(result.bands[0].recall > 0.9 && result.bands[1].recall > 0.9 && result.bands[2].recall > 0.9);
    assert_true(result.bands[5].recall < 0.1);
    assert_true(result.bands[1].min_count == 1 && result.bands[1].max_count == 9 && result.bands[5].min_count == 10000);
    assert_true(result.bands[0].max_count == 0 && result.bands[5].max_count == UINT64_MAX);
    carvq_neighbours_close(neighbours);
}

static void test_threads_agree(void **state)
{
    (void)state;
    static float table[ROWS * COLS], changed[ROWS * COLS];
    fill(table, ROWS * COLS);
    for (size_t i = 0; i < ROWS * COLS; i++)
        changed[i] = table[i] + random_value();
    struct carvq_neighbours *one = open_table(table, ROWS, COLS, NULL, 1), *three = open_table(table, ROWS, COLS, NULL, 3);
    assert_true(measure(one, changed).recall == measure(three, changed).recall);
    carvq_neighbours_close(one);
    carvq_neighbours_close(three);
}

static void test_tiny_tables(void **state)
{
    (void)state;
    const float table[] = {1, 2, 3, 4, 5, 7}, zeros[6] = {0};
    struct carvq_neighbours *neighbours = open_table(table, 3, 2, NULL, 2); // two neighbours each
    assert_true(measure(neighbours, table).recall == 1 && measure(neighbours, zeros).recall == 1);
    carvq_neighbours_close(neighbours);
    neighbours = open_table(table, 1, 6, NULL, 1);
    assert_true(isnan(measure(neighbours, table).recall)); // a row alone has none
    carvq_neighbours_close(neighbours);
    neighbours = open_table(zeros, 3, 2, NULL, 1);
    assert_true(isnan(measure(neighbours, table).recall) && measure(neighbours, table).bands[0].rows == 0);
    carvq_neighbours_close(neighbours);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_plain_search_agrees), cmocka_unit_test(test_same_table_keeps_all),
        cmocka_unit_test(test_bands_by_count),        cmocka_unit_test(test_threads_agree),
        cmocka_unit_test(test_tiny_tables),           cmocka_unit_test(test_huge_and_tiny_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
