// SPDX-License-Identifier: MIT
// Which rows get how many bits: against every possible assignment, and at the limits. And the directory that says which row is
// where, against the reader's.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>

#include "plan/allocate.h"
#include "encode/tiers.h"
#include "host/random.h"
#include "runtime/table.h"

#define MAX_ROWS 2000

struct problem {
    size_t count;
    struct carvq_candidate candidates[CARVQ_MAX_CANDIDATES];
    uint64_t rows;
    double weights[MAX_ROWS], sums[MAX_ROWS + 1];
};

static int falling(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a < b) - (a > b);
}

static void sort_weights(struct problem *problem)
{
    qsort(problem->weights, problem->rows, sizeof *problem->weights, falling);
    problem->sums[0] = 0;
    for (uint64_t i = 0; i < problem->rows; i++)
        problem->sums[i + 1] = problem->sums[i] + problem->weights[i];
}

// Ways as codecs have them, about 6 dB a bit, some of them off the hull.
static void make_problem(struct problem *problem, uint64_t rows, size_t count, uint64_t seed)
{
    struct carvq_random random = carvq_random_stream(seed, rows);
    problem->rows = rows;
    problem->count = count;
    for (uint64_t i = 0; i < rows; i++)
        problem->weights[i] = exp(8 * carvq_random_unit(&random));
    sort_weights(problem);
    for (size_t w = 0; w < count; w++) {
        uint64_t bits = 10 * (count - w) + carvq_random_below(&random, 10);
        problem->candidates[w] = (struct carvq_candidate){bits, exp2(-0.1 * (double)bits) * (0.5 + carvq_random_unit(&random)),
                                                          carvq_random_below(&random, 40)};
    }
}

static bool allocate(const struct problem *problem, uint64_t bits, struct carvq_allocation *allocation_ret)
{
    return carvq_allocate(problem->candidates, problem->count, problem->weights, problem->sums, problem->rows, bits,
                          allocation_ret);
}

// What an assignment costs; *distortion_ret is what it leaves.
static uint64_t cost(const struct problem *problem, const size_t *assignment, double *distortion_ret)
{
    uint64_t bits = 0, used[CARVQ_MAX_CANDIDATES] = {0};
    size_t segments = 0;
    *distortion_ret = 0;
    for (uint64_t i = 0; i < problem->rows; i++) {
        const struct carvq_candidate *candidate = &problem->candidates[assignment[i]];
        bits += candidate->bits;
        *distortion_ret += problem->weights[i] * candidate->distortion;
        if (used[assignment[i]]++ == 0) {
            bits += candidate->shared_bits;
            segments++;
        }
    }
    return bits + 8 * carvq_tier_bytes(problem->rows, (uint32_t)segments);
}

// An allocation is what it says: all rows have a candidate, in falling order of bits, and sums are right.
static void check_allocation(const struct problem *problem, uint64_t bits, const struct carvq_allocation *allocation)
{
    size_t assignment[MAX_ROWS];
    uint64_t row = 0;
    double distortion;
    for (size_t s = 0; s < allocation->count; s++) {
        assert_true(allocation->candidates[s] < problem->count);
        assert_true(allocation->rows[s] > 0 && allocation->rows[s] <= problem->rows - row);
        assert_true(s == 0 || problem->candidates[allocation->candidates[s]].bits <
                                  problem->candidates[allocation->candidates[s - 1]].bits);
        for (uint64_t i = 0; i < allocation->rows[s]; i++)
            assignment[row++] = allocation->candidates[s];
    }
    assert_int_equal(row, problem->rows);
    assert_int_equal(cost(problem, assignment, &distortion), allocation->bits);
    assert_true(fabs(distortion - allocation->distortion) <= 1e-9 * problem->sums[problem->rows]);
    assert_true(allocation->bits <= bits);
}

// The least error of all assignments of the rows from the given one on; INFINITY if bits do not hold any. With falling, only
// those that give no row more bits than the one before: no others can be best, for two rows could be exchanged.
static double least_error(const struct problem *problem, uint64_t bits, size_t *assignment, uint64_t row, bool falling_bits)
{
    double least = INFINITY, distortion;
    if (row == problem->rows)
        return cost(problem, assignment, &distortion) <= bits ? distortion : INFINITY;
    for (size_t w = falling_bits && row > 0 ? assignment[row - 1] : 0; w < problem->count; w++) {
        assignment[row] = w;
        least = fmin(least, least_error(problem, bits, assignment, row + 1, falling_bits));
    }
    return least;
}

// No row can make more of a difference than the one with the highest weight.
static double one_row(const struct problem *problem)
{
    double most = 0, least = INFINITY;
    for (size_t w = 0; w < problem->count; w++) {
        most = fmax(most, problem->candidates[w].distortion);
        least = fmin(least, problem->candidates[w].distortion);
    }
    return problem->weights[0] * (most - least);
}

static void compare_with_all(const struct problem *problem, bool falling_bits, unsigned *solved, unsigned *best)
{
    size_t assignment[MAX_ROWS];
    uint64_t least = carvq_allocate_min(problem->candidates, problem->count, problem->rows);
    uint64_t most = 2 * problem->rows * problem->candidates[0].bits;
    for (uint64_t bits = least - 1; bits < most; bits += 1 + (most - least) / 13) {
        struct carvq_allocation allocation;
        double error = least_error(problem, bits, assignment, 0, falling_bits);
        bool found = allocate(problem, bits, &allocation);
        assert_int_equal(found, bits >= least);
        assert_int_equal(found, isfinite(error));
        if (!found)
            continue;
        check_allocation(problem, bits, &allocation);
        assert_true(allocation.distortion >= error * (1 - 1e-9));
        assert_true(allocation.distortion <= error * (1 + 1e-9) + one_row(problem));
        ++*solved;
        *best += allocation.distortion <= error * (1 + 1e-9);
    }
}

static void test_against_all_assignments(void **state)
{
    (void)state;
    static struct problem problem;
    unsigned solved = 0, best = 0;
    for (uint64_t rows = 1; rows <= 6; rows++)
        for (size_t candidates = 1; candidates <= 4; candidates++)
            for (uint64_t seed = 0; seed < 4; seed++) {
                make_problem(&problem, rows, candidates, seed);
                compare_with_all(&problem, false, &solved, &best);
            }
    print_message("%u of %u are the best there is\n", best, solved);
    assert_true(best * 10 >= solved * 8);
}

static void test_against_all_borders(void **state)
{
    (void)state;
    static struct problem problem;
    unsigned solved = 0, best = 0;
    for (uint64_t seed = 0; seed < 8; seed++) {
        make_problem(&problem, 40, 3 + seed % 2, seed);
        compare_with_all(&problem, true, &solved, &best);
    }
    print_message("%u of %u are the best there is\n", best, solved);
    assert_true(solved > 50);
}

static void test_more_bits_are_never_worse(void **state)
{
    (void)state;
    static struct problem problem;
    for (uint64_t seed = 0; seed < 4; seed++) {
        double before = INFINITY;
        make_problem(&problem, 1000, 7, seed);
        uint64_t least = carvq_allocate_min(problem.candidates, problem.count, problem.rows);
        for (uint64_t bits = least; bits < 1000 * problem.candidates[0].bits + 20000; bits += 997) {
            struct carvq_allocation allocation;
            assert_true(allocate(&problem, bits, &allocation));
            check_allocation(&problem, bits, &allocation);
            // Whole rows: what is left over may do more or less.
            assert_true(allocation.distortion <= before + one_row(&problem));
            before = allocation.distortion;
        }
        assert_true(before < 1e-2 * problem.sums[1000]);
    }
}

// What is left over is less than one more row would take; rows of the same weight are no exception.
static void test_all_is_spent(void **state)
{
    (void)state;
    static struct problem problem;
    for (int alike = 0; alike < 2; alike++) {
        make_problem(&problem, 1500, 6, 3);
        for (uint64_t i = 0; alike && i < problem.rows; i++)
            problem.weights[i] = 2.5;
        for (size_t w = 0; w < problem.count; w++) // on the hull
            problem.candidates[w] = (struct carvq_candidate){60 - 10 * w, exp2(-0.2 * (double)(60 - 10 * w)), 16};
        sort_weights(&problem);
        for (uint64_t bits = 16 * 1500; bits < 50 * 1500; bits += 1313) {
            struct carvq_allocation allocation;
            assert_true(allocate(&problem, bits, &allocation));
            check_allocation(&problem, bits, &allocation);
            uint64_t step = 0;
            for (size_t s = 1; s < allocation.count; s++) {
                uint64_t bits_less = problem.candidates[allocation.candidates[s - 1]].bits -
                                     problem.candidates[allocation.candidates[s]].bits;
                step = bits_less > step ? bits_less : step;
            }
            if (allocation.count > 1 && bits - allocation.bits >= step)
                fail_msg("%d bits are left of %d", (int)(bits - allocation.bits), (int)bits);
        }
    }
}

// Rows of unit length without counts all have one weight, and counts of many rows are 0: with any lambda all of them go the same
// candidate, and what a budget has beyond that would be left unspent.
static void test_rows_of_one_weight_share_the_bits(void **state)
{
    (void)state;
    static struct problem problem;
    const uint64_t most = 60, least = 10;
    for (int common = 1; common <= 2; common++) { // all rows, or a third of them on either side
        make_problem(&problem, 1500, 6, 3);
        for (uint64_t i = 0; i < problem.rows; i++)
            problem.weights[i] = common == 1 || i % 3 == 0 ? 2.5 : problem.weights[i];
        for (size_t w = 0; w < problem.count; w++) // on the hull
            problem.candidates[w] = (struct carvq_candidate){most - 10 * w, exp2(-0.2 * (double)(most - 10 * w)), 16};
        sort_weights(&problem);
        for (uint64_t bits = (least + 1) * problem.rows; bits < most * problem.rows; bits += 1313) {
            struct carvq_allocation allocation;
            assert_true(allocate(&problem, bits, &allocation));
            check_allocation(&problem, bits, &allocation);
            // One row more of another candidate costs no more than this, with a directory that says which one it is.
            const uint64_t another = 8 * carvq_tier_bytes(problem.rows, 2) + 16 + 10;
            if (bits - allocation.bits >= another)
                fail_msg("%d bits are left of %d", (int)(bits - allocation.bits), (int)bits);
        }
    }
}

static void test_zero_weights(void **state)
{
    (void)state;
    static struct problem problem;
    struct carvq_allocation allocation;
    make_problem(&problem, 300, 5, 1);
    memset(problem.weights, 0, sizeof problem.weights);
    sort_weights(&problem);
    uint64_t least = carvq_allocate_min(problem.candidates, problem.count, problem.rows);
    for (uint64_t bits = least; bits < 20000; bits += 1500) {
        assert_true(allocate(&problem, bits, &allocation));
        check_allocation(&problem, bits, &allocation);
        assert_true(allocation.distortion == 0);
    }
    // One row that matters among many that do not gets the most that there is.
    problem.weights[0] = 1e-30;
    sort_weights(&problem);
    assert_true(allocate(&problem, 20000, &allocation));
    check_allocation(&problem, 20000, &allocation);
    assert_true(allocation.distortion <= 1e-30 * problem.candidates[0].distortion * 1.01);
}

// Counts to the power of a half, times energies, at the ends of what doubles hold.
static void test_extreme_weights(void **state)
{
    (void)state;
    static struct problem problem;
    const double scales[] = {1e-250, 1e-40, 1e120, 1e250};
    struct carvq_allocation normal, scaled;
    make_problem(&problem, 500, 5, 2);
    assert_true(allocate(&problem, 15000, &normal));
    for (size_t s = 0; s < sizeof scales / sizeof scales[0]; s++) {
        make_problem(&problem, 500, 5, 2);
        for (uint64_t i = 0; i < problem.rows; i++)
            problem.weights[i] *= scales[s];
        sort_weights(&problem);
        assert_true(allocate(&problem, 15000, &scaled));
        assert_int_equal(scaled.count, normal.count);
        for (size_t i = 0; i < normal.count; i++)
            assert_int_equal(scaled.rows[i], normal.rows[i]);
    }
}

static void test_least_and_less(void **state)
{
    (void)state;
    static struct problem problem;
    for (uint64_t seed = 0; seed < 50; seed++) {
        struct carvq_allocation allocation;
        make_problem(&problem, 1 + seed * 7, 1 + seed % 6, seed);
        uint64_t least = carvq_allocate_min(problem.candidates, problem.count, problem.rows);
        assert_false(allocate(&problem, least - 1, &allocation));
        assert_false(allocate(&problem, 0, &allocation));
        assert_true(allocate(&problem, least, &allocation));
        assert_int_equal(allocation.bits, least);
        assert_int_equal(allocation.count, 1);
    }
}

// ---- the directory

// Reads a directory as a lookup does, and compares with what was meant.
static void check_directory(uint64_t rows, unsigned count, const uint8_t *tiers)
{
    struct carvq_segment segments[CARVQ_MAX_SEGMENTS] = {0};
    struct carvq_segment_info infos[CARVQ_MAX_SEGMENTS] = {0};
    uint64_t ranks[CARVQ_MAX_SEGMENTS] = {0}, nbytes = carvq_tier_bytes(rows, count);
    uint8_t *bytes = malloc(nbytes);
    assert_non_null(bytes);
    carvq_tiers_write(tiers, rows, count, bytes);
    for (uint64_t row = 0; row < rows; row++)
        infos[tiers[row]].rows++;
    struct carvq_table table = {.segments = segments, .tiers = bytes};
    table.info.rows = rows;
    table.info.segment_count = count;
    table.info.segments = infos;
    for (uint64_t row = 0; row < rows; row++) {
        const struct carvq_segment *segment;
        uint64_t rank;
        assert_true(carvq_tier_find(&table, row, &segment, &rank));
        assert_int_equal(segment - table.segments, tiers[row]);
        assert_int_equal(rank, ranks[tiers[row]]++);
    }
    free(bytes);
}

static void test_directory_is_read_back(void **state)
{
    (void)state;
    static const uint64_t all_rows[] = {1,   2,   63,  64,  65,   127,  128,  129,  255, 256,
                                        257, 511, 512, 513, 1023, 1024, 1025, 4096, 9999};
    static uint8_t tiers[10000];
    struct carvq_random random = carvq_random_stream(4, 4);
    for (unsigned count = 2; count <= CARVQ_MAX_SEGMENTS; count++)
        for (size_t r = 0; r < sizeof all_rows / sizeof all_rows[0]; r++)
            for (int kind = 0; kind < 3; kind++) { // at random, in order, all in the last one
                for (uint64_t row = 0; row < all_rows[r]; row++)
                    tiers[row] = (uint8_t)(kind == 0   ? carvq_random_below(&random, count)
                                           : kind == 1 ? row * count / all_rows[r]
                                                       : count - 1);
                check_directory(all_rows[r], count, tiers);
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_all_assignments),
        cmocka_unit_test(test_against_all_borders),
        cmocka_unit_test(test_more_bits_are_never_worse),
        cmocka_unit_test(test_all_is_spent),
        cmocka_unit_test(test_rows_of_one_weight_share_the_bits),
        cmocka_unit_test(test_zero_weights),
        cmocka_unit_test(test_extreme_weights),
        cmocka_unit_test(test_least_and_less),
        cmocka_unit_test(test_directory_is_read_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
