// SPDX-License-Identifier: MIT
// What the errors of a row's columns cost together, and noise feedback, which spends them where they cost least.
//
// A row that is multiplied with states f, as in an output head, pays for an error e with e' F e, F being the mean of f f'. F is
// far from round. With the metric
//
//     W = n F / trace F + share I = (I + A)' D (I + A)        A strictly lower, D diagonal
//
// e' W e = sum over columns c of D_c (e_c + sum over j < c of A_cj e_j)^2. So a column is coded as if its value were
// x_c - sum over j < c of A_cj e_j, the errors of the columns before it being known: what they did is repaired as far as F
// allows. The identity stands for what a row is used for besides: a lookup has no direction that counts more than others.
//
// Any codec that decides a row's columns in blocks, from left to right, can be fed so, its format staying as it is:
//
//     targets = x, a copy
//     for each block of columns begin .. end - 1
//         values = what the codec makes of targets[begin .. end - 1], whatever scale it stores with them
//         errors[begin .. end - 1] = values - x[begin .. end - 1]
//         sum += carvq_metric_settle(metric, begin, end, values, errors, targets)
//
// sum becomes e' W e. The finer the blocks, the better; a codec that is able to decides single values inside of a block by what
// those before it did, as eval/baselines/scalar.c does.
#ifndef CARVQ_CODEC_METRIC_H
#define CARVQ_CODEC_METRIC_H

#include "carvq.h"

#define CARVQ_METRIC_SHARE 0.3 // of a head whose rows are looked up, too: see doc/method.md

struct carvq_metric {
    uint32_t cols; // [n]
    double share;  // of the identity
    double mean;   // trace F / n: e' F e = mean (e' W e - share e' e)
    // If codes miss their targets by white noise, decided by stretches: e' e and e' F e over the square of what they miss.
    double square_gain, moment_gain;
    float *diagonal; // [n] D
    float largest;   // of them
    float *below;    // A by columns, packed: see carvq_metric_below()
};

// moment: [n][n] F, symmetric; share: more than 0, the least: it is doubled until errors do not grow too much. Gives *metric_ret
// = NULL if F is 0: then there is no metric. Give the result to carvq_metric_free(). The same on any number of threads. Errors:
// CARVQ_ERROR_ARGUMENT if F is no second moment (not finite, or with a negative square), CARVQ_ERROR_MEMORY.
enum carvq_status carvq_metric_make(const double *moment, uint32_t cols, double share, unsigned threads,
                                    struct carvq_metric **metric_ret, struct carvq_error *error);
void carvq_metric_free(struct carvq_metric *metric);

// Column j of A: of rows c > j, at [c - j - 1].
static inline const float *carvq_metric_below(const struct carvq_metric *metric, uint32_t j)
{
    return metric->below + (uint64_t)j * (2 * (uint64_t)metric->cols - j - 1) / 2;
}

// Columns that should at least be decided together: fewer bring nothing more, and each time costs a search ahead.
static inline uint32_t carvq_metric_stretch(const struct carvq_metric *metric)
{
    const uint32_t part = metric->cols / 16;
    return part < 8 ? 8 : part > 32 ? 32 : part;
}

// What the square of a column's miss weighs beside that which weighs most.
static inline float carvq_metric_weight(const struct carvq_metric *metric, uint32_t c)
{
    return metric->diagonal[c] / metric->largest;
}

// Columns begin to end - 1 of a row are decided: they have values [end - begin], which are errors [n] away from the row's own and
// were to be its targets [n]. Feeds the errors to the targets of all columns from end on, and returns what they add to e' W e.
double carvq_metric_settle(const struct carvq_metric *metric, uint32_t begin, uint32_t end, const float *values,
                           const float *errors, float *targets);

// e' F e by e' W e and e' e.
static inline double carvq_metric_moment(const struct carvq_metric *metric, double by_metric, double squares)
{
    const double rest = by_metric - metric->share * squares;
    return rest > 0 ? metric->mean * rest : 0;
}

#endif
