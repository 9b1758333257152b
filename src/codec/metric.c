// SPDX-License-Identifier: MIT
// The metric of a head: its factors, and what they make of errors.
#include "codec/metric.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "host/parallel.h"
#include "host/random.h"
#include "host/vector.h"
#include "runtime/status.h"

#define MAX_GAIN 2.  // of squared errors: with more feedback the codes are overloaded
#define DRAWS 8      // to find out what noise becomes
#define PANEL 32     // columns that are taken out together
#define CHUNK_ROWS 8 // of a panel's update

// A matrix at work: the lower half of W, whose rows become those of A from the last one on.
struct factors {
    uint32_t cols;
    uint32_t begin, end; // of the panel
    double *rows;        // [n][n]
    double *diagonal;    // [n]
};

// values[i] -= factor other[i]
static CARVQ_VECTORIZED(void, subtract, (double factor, const double *other, uint32_t count, double *values),
                        (factor, other, count, values))
{
    for (uint32_t i = 0; i < count; i++)
        values[i] -= factor * other[i];
}

// Takes what row i of A, which is known, explains out of row j.
static void take_out(const struct factors *factors, uint32_t i, uint32_t j)
{
    const double *known = factors->rows + (size_t)i * factors->cols;
    subtract(known[j] * factors->diagonal[i], known, j + 1, factors->rows + (size_t)j * factors->cols);
}

static bool factorize_panel(struct factors *factors)
{
    for (uint32_t i = factors->end; i-- > factors->begin;) {
        double *row = factors->rows + (size_t)i * factors->cols;
        for (uint32_t later = factors->end; later-- > i + 1;)
            take_out(factors, later, i);
        if (!(row[i] > 0))
            return false;
        factors->diagonal[i] = row[i];
        for (uint32_t k = 0; k < i; k++)
            row[k] /= factors->diagonal[i];
    }
    return true;
}

static enum carvq_status update_rows(void *context, struct carvq_chunk *chunk, struct carvq_error *error)
{
    const struct factors *factors = context;
    (void)error;
    for (uint64_t j = chunk->first; j < chunk->first + chunk->count; j++)
        for (uint32_t i = factors->end; i-- > factors->begin;)
            take_out(factors, i, (uint32_t)j);
    return CARVQ_OK;
}

// Written out, for the bytes of a file must not depend on a LAPACK.
static bool factorize(struct factors *factors, unsigned threads)
{
    for (factors->end = factors->cols; factors->end > 0; factors->end = factors->begin) {
        factors->begin = factors->end > PANEL ? factors->end - PANEL : 0;
        if (!factorize_panel(factors))
            return false;
        const struct carvq_work work = {factors->begin, CHUNK_ROWS, 0, threads, NULL, update_rows, factors};
        if (factors->begin > 0)
            (void)carvq_parallel(&work, NULL); // cannot fail
    }
    return true;
}

// False: a value is not finite, or a square negative.
static bool find_trace(const double *moment, uint32_t cols, double *trace_ret)
{
    *trace_ret = 0;
    for (uint64_t i = 0; i < (uint64_t)cols * cols; i++)
        if (!isfinite(moment[i]))
            return false;
    for (uint32_t i = 0; i < cols; i++) {
        const double square = moment[(uint64_t)i * cols + i];
        if (square < 0)
            return false;
        *trace_ret += square;
    }
    return isfinite(*trace_ret);
}

static void fill(const struct factors *factors, struct carvq_metric *metric)
{
    float *at = metric->below;
    metric->largest = 0;
    for (uint32_t j = 0; j < metric->cols; j++) {
        metric->diagonal[j] = (float)factors->diagonal[j];
        metric->largest = fmaxf(metric->largest, metric->diagonal[j]);
        for (uint32_t c = j + 1; c < metric->cols; c++)
            *at++ = (float)factors->rows[(size_t)c * metric->cols + j];
    }
}

static struct carvq_metric *new_metric(uint32_t cols)
{
    const size_t below = (size_t)((uint64_t)cols * (cols - 1) / 2);
    struct carvq_metric *metric = malloc(sizeof *metric + (cols + below) * sizeof(float));
    if (metric == NULL)
        return NULL;
    metric->cols = cols;
    metric->diagonal = (float *)(metric + 1);
    metric->below = metric->diagonal + cols;
    return metric;
}

// Four columns of A at once: what a target loses is added up before it is written.
static CARVQ_VECTORIZED(void, subtract_four,
                        (const float *a, const float *b, const float *c, const float *d, const float *errors, uint32_t count,
                         float *targets),
                        (a, b, c, d, errors, count, targets))
{
    for (uint32_t i = 0; i < count; i++)
        targets[i] -= (errors[0] * a[i] + errors[1] * b[i]) + (errors[2] * c[i] + errors[3] * d[i]);
}

static CARVQ_VECTORIZED(void, subtract_one, (float error, const float *a, uint32_t count, float *targets),
                        (error, a, count, targets))
{
    for (uint32_t i = 0; i < count; i++)
        targets[i] -= error * a[i];
}

// Takes errors out of the targets of all columns from end on.
static void feed(const struct carvq_metric *metric, uint32_t begin, uint32_t end, const float *errors, float *targets)
{
    const uint32_t count = metric->cols - end;
    uint32_t j = begin;
    if (count == 0)
        return;
    for (; j + 4 <= end; j += 4) {
        const float *columns[4];
        for (uint32_t i = 0; i < 4; i++)
            columns[i] = carvq_metric_below(metric, j + i) + (end - (j + i) - 1);
        subtract_four(columns[0], columns[1], columns[2], columns[3], errors + j, count, targets + end);
    }
    for (; j < end; j++)
        subtract_one(errors[j], carvq_metric_below(metric, j) + (end - j - 1), count, targets + end);
}

double carvq_metric_settle(const struct carvq_metric *metric, uint32_t begin, uint32_t end, const float *values,
                           const float *errors, float *targets)
{
    double sum = 0;
    for (uint32_t c = begin; c < end; c++) {
        double miss = (double)values[c - begin] - (double)targets[c];
        for (uint32_t j = begin; j < c; j++) // of which the targets do not know
            miss += (double)carvq_metric_below(metric, j)[c - j - 1] * (double)errors[j];
        sum += (double)metric->diagonal[c] * miss * miss;
    }
    feed(metric, begin, end, errors, targets);
    return sum;
}

// What errors come out of misses of +1 and -1: a few of them, drawn. memory: [2][n].
static void find_gains(struct carvq_metric *metric, float *memory)
{
    const uint32_t n = metric->cols, step = carvq_metric_stretch(metric);
    float *errors = memory, *targets = memory + n, values[32];
    struct carvq_random random = carvq_random_stream(0, n);
    double squares = 0, sum = 0;
    for (unsigned i = 0; i < DRAWS; i++) {
        memset(targets, 0, n * sizeof *targets);
        for (uint32_t begin = 0; begin < n; begin += step) {
            const uint32_t end = n - begin < step ? n : begin + step;
            for (uint32_t c = begin; c < end; c++) {
                errors[c] = values[c - begin] = targets[c] + (carvq_random_below(&random, 2) > 0 ? 1.f : -1.f);
                squares += (double)errors[c] * (double)errors[c];
            }
            sum += carvq_metric_settle(metric, begin, end, values, errors, targets);
        }
    }
    metric->square_gain = squares / DRAWS / n;
    metric->moment_gain = carvq_metric_moment(metric, sum / DRAWS / n, metric->square_gain);
}

static enum carvq_status try_share(struct factors *factors, const double *moment, double share, unsigned threads,
                                   struct carvq_metric *metric, struct carvq_error *error)
{
    const size_t cols = metric->cols;
    metric->share = share;
    for (size_t i = 0; i < cols * cols; i++)
        factors->rows[i] = moment[i] / metric->mean + (i % (cols + 1) == 0 ? share : 0);
    if (!factorize(factors, threads))
        return carvq_fail(error, CARVQ_ERROR_ARGUMENT, "the second moment is not one: some direction has a negative square");
    fill(factors, metric);
    find_gains(metric, (float *)factors->rows); // which are of no use any more, and of twice the size
    return CARVQ_OK;
}

enum carvq_status carvq_metric_make(const double *moment, uint32_t cols, double share, unsigned threads,
                                    struct carvq_metric **metric_ret, struct carvq_error *error)
{
    double trace;
    *metric_ret = NULL;
    if (!find_trace(moment, cols, &trace))
        return carvq_fail(error, CARVQ_ERROR_ARGUMENT, "the second moment has a value that it cannot have");
    if (trace == 0)
        return CARVQ_OK;
    struct factors factors = {.cols = cols};
    struct carvq_metric *metric = new_metric(cols);
    factors.rows = malloc((size_t)cols * cols * sizeof *factors.rows);
    factors.diagonal = malloc(cols * sizeof *factors.diagonal);
    enum carvq_status status = CARVQ_OK;
    if (metric == NULL || factors.rows == NULL || factors.diagonal == NULL) {
        status = carvq_fail(error, CARVQ_ERROR_MEMORY, "out of memory for a metric of %u columns", (unsigned)cols);
    } else {
        metric->mean = trace / cols;
        do
            status = try_share(&factors, moment, share, threads, metric, error);
        while (status == CARVQ_OK && metric->square_gain > MAX_GAIN && (share *= 2) > 0);
    }
    free(factors.rows);
    free(factors.diagonal);
    if (status == CARVQ_OK)
        *metric_ret = metric;
    else
        free(metric);
    return status;
}

void carvq_metric_free(struct carvq_metric *metric)
{
    free(metric);
}
