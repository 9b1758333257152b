// SPDX-License-Identifier: MIT
// What the codec additive makes of a large table of independent normal values, everything stored counted.
#include "budget_support.h"

static void check(struct source *source, double bits, double least_db, unsigned effort)
{
    struct carvq_budget budget = budget_of_bits(bits);
    struct carvq_table_info info;
    struct carvq_report report;
    budget.codecs = 1U << CARVQ_ADDITIVE | 1U << CARVQ_RAW;
    budget.adaptor = false;
    budget.effort = effort;
    struct output output = compress(source, &budget, 2, &report, &info);
    assert_true(bits_of(&info) <= bits);
    const double sqnr_db = measure_file(source, &output, NULL, NULL);
    if (sqnr_db < least_db)
        fail_msg("%g bits: %.3f dB", bits, sqnr_db);
    print_message("%g bits, effort %u: %.3f dB\n", bits, effort, sqnr_db);
    output_free(&output);
}

static void test_default_effort(void **state)
{
    (void)state;
    struct source source = source_gaussian(4096, 1024, 1);
    check(&source, 1.5, 7.6, 5);
    check(&source, 2, 10.5, 5);
    check(&source, 2.5, 13.0, 5);
    check(&source, 3, 15.7, 5);
    free(source.values);
}

static void test_high_effort(void **state)
{
    (void)state;
    struct source source = source_gaussian(512, 1024, 1);
    check(&source, 2.1, 10.9, 7);
    free(source.values);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_default_effort), cmocka_unit_test(test_high_effort)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
