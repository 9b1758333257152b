// SPDX-License-Identifier: MIT
// The metric of a head: its factors are those of W, what is fed and what it counts are what the formulas say.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "codec/metric.h"
#include "host/random.h"

#define MAX_COLS 150

// The second moment [n][n] of states of which some columns are large, and some go with others.
static double *make_moment(uint32_t n, uint64_t seed)
{
    struct carvq_random random = carvq_random_stream(seed, 0);
    double *moment = calloc((size_t)n * n, sizeof *moment);
    assert_non_null(moment);
    for (uint32_t state = 0; state < 2 * n; state++) {
        double h[MAX_COLS + 1];
        for (uint32_t c = 0; c < n; c += 2) {
            float pair[2];
            carvq_random_normal(&random, pair);
            h[c] = (c % 5 == 0 ? 3 : 1) * (double)pair[0];
            h[c + 1] = (double)pair[1] + 0.8 * h[c / 2];
        }
        for (uint32_t i = 0; i < n; i++)
            for (uint32_t j = 0; j < n; j++)
                moment[i * n + j] += h[i] * h[j] / (2 * n);
    }
    return moment;
}

static struct carvq_metric *make_metric(const double *moment, uint32_t n, double share, unsigned threads)
{
    struct carvq_metric *metric = NULL;
    assert_int_equal(carvq_metric_make(moment, n, share, threads, &metric, NULL), CARVQ_OK);
    assert_non_null(metric);
    return metric;
}

static double by_moment(const double *moment, uint32_t n, const float *e)
{
    double sum = 0;
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t j = 0; j < n; j++)
            sum += (double)e[i] * moment[i * n + j] * (double)e[j];
    return sum;
}

// Values that miss their targets by what misses says, some columns at a time.
static void test_errors_count_what_they_cost(void **state)
{
    (void)state;
    const uint32_t sizes[] = {1, 2, 7, 33, 100, 150};
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
        for (uint32_t step = 1; step < 40; step += 6) {
            const uint32_t n = sizes[s];
            const double share = step % 2 == 0 ? 0.3 : 0.05;
            double *moment = make_moment(n, s), trace = 0, squares = 0, sum = 0;
            struct carvq_metric *metric = make_metric(moment, n, share, 1);
            float x[MAX_COLS] = {0}, targets[MAX_COLS] = {0}, values[MAX_COLS], errors[MAX_COLS];
            struct carvq_random random = carvq_random_stream(step, 7);
            for (uint32_t c = 0; c < n; c++) {
                float pair[2];
                carvq_random_normal(&random, pair);
                x[c] = targets[c] = pair[0];
                trace += moment[c * n + c];
            }
            for (uint32_t begin = 0; begin < n; begin += step) {
                const uint32_t end = n - begin < step ? n : begin + step;
                for (uint32_t c = begin; c < end; c++) {
                    values[c] = rintf(targets[c]);
                    errors[c] = values[c] - x[c];
                    squares += (double)errors[c] * (double)errors[c];
                }
                sum += carvq_metric_settle(metric, begin, end, values + begin, errors, targets);
            }
            const double truth = by_moment(moment, n, errors), wanted = n / trace * truth + share * squares;
            if (fabs(sum - wanted) > 1e-4 * wanted)
                fail_msg("%u columns by %u: %g, not %g", n, step, sum, wanted);
            assert_true(fabs(carvq_metric_moment(metric, sum, squares) - truth) <= 1e-3 * truth + 1e-4 * trace / n * squares);
            carvq_metric_free(metric);
            free(moment);
        }
}

// Against the columns one by one: each error moves all targets behind by its column of A, whose factors make up W.
static void test_factors_are_those_of_the_metric(void **state)
{
    (void)state;
    const uint32_t n = 70;
    double *moment = make_moment(n, 3), trace = 0, worst = 0;
    struct carvq_metric *metric = make_metric(moment, n, 0.2, 2);
    for (uint32_t c = 0; c < n; c++)
        trace += moment[c * n + c];
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t j = 0; j <= i; j++) {
            double sum = 0; // of (I + A)' D (I + A)
            for (uint32_t c = i; c < n; c++) {
                const double left = c == i ? 1 : (double)carvq_metric_below(metric, i)[c - i - 1];
                const double right = c == j ? 1 : (double)carvq_metric_below(metric, j)[c - j - 1];
                sum += left * right * (double)metric->diagonal[c];
            }
            worst = fmax(worst, fabs(sum - (n / trace * moment[i * n + j] + (i == j ? 0.2 : 0))));
        }
    assert_true(worst < 1e-5);
    carvq_metric_free(metric);
    free(moment);
}

static void test_threads_agree(void **state)
{
    (void)state;
    const uint32_t n = 150;
    double *moment = make_moment(n, 4);
    struct carvq_metric *one = make_metric(moment, n, 0.1, 1), *three = make_metric(moment, n, 0.1, 3);
    assert_memory_equal(one->diagonal, three->diagonal, n * sizeof *one->diagonal);
    assert_memory_equal(one->below, three->below, n * (n - 1) / 2 * sizeof *one->below);
    carvq_metric_free(one);
    carvq_metric_free(three);
    free(moment);
}

// White misses become errors that are larger and cost less; with a round F nothing changes.
static void test_gains(void **state)
{
    (void)state;
    const uint32_t n = 100;
    double *moment = make_moment(n, 5);
    struct carvq_metric *metric = make_metric(moment, n, 0.1, 1);
    assert_true(metric->square_gain > 1.02 && metric->square_gain < 3);
    assert_true(metric->moment_gain > 0 && metric->moment_gain < 0.8 * metric->mean);
    carvq_metric_free(metric);
    for (uint32_t i = 0; i < n * n; i++)
        moment[i] = i % (n + 1) == 0 ? 4 : 0;
    metric = make_metric(moment, n, 0.1, 1);
    assert_true(fabs(metric->mean - 4) < 1e-12 && fabs(metric->square_gain - 1) < 1e-6 && fabs(metric->moment_gain - 4) < 1e-5);
    carvq_metric_free(metric);
    free(moment);
}

static void test_what_is_no_second_moment(void **state)
{
    (void)state;
    const struct {
        double moment[4];
        enum carvq_status status;
    } cases[] = {
        {{1, 0, 0, NAN}, CARVQ_ERROR_ARGUMENT},
        {{1, INFINITY, INFINITY, 1}, CARVQ_ERROR_ARGUMENT},
        {{-1, 0, 0, 2}, CARVQ_ERROR_ARGUMENT},
        {{1, 3, 3, 1}, CARVQ_ERROR_ARGUMENT},
        {{0, 0, 0, 0}, CARVQ_OK},
        {{1e308, 0, 0, 1e308}, CARVQ_ERROR_ARGUMENT},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct carvq_metric *metric = NULL;
        assert_int_equal(carvq_metric_make(cases[i].moment, 2, 0.1, 1, &metric, NULL), cases[i].status);
        assert_null(metric);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_errors_count_what_they_cost),
        cmocka_unit_test(test_factors_are_those_of_the_metric),
        cmocka_unit_test(test_threads_agree),
        cmocka_unit_test(test_gains),
        cmocka_unit_test(test_what_is_no_second_moment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
