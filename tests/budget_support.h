// SPDX-License-Identifier: MIT
// Tables compressed to a budget, in memory.
#ifndef CARVQ_TESTS_BUDGET_SUPPORT_H
#define CARVQ_TESTS_BUDGET_SUPPORT_H

#include "encode_support.h"

#include <math.h>

#include "carvq_encode.h"

static inline struct carvq_budget budget_of_bits(double bits)
{
    struct carvq_budget budget;
    carvq_budget_init(&budget, sizeof budget);
    budget.bits = bits;
    budget.effort = 2; // for the sake of time
    return budget;
}

static inline struct carvq_plan *make_plan(const struct carvq_matrix *matrix, const struct carvq_budget *budget, unsigned threads)
{
    struct carvq_plan *plan = NULL;
    struct carvq_error error = {0};
    enum carvq_status status = carvq_plan_by_budget(matrix, budget, threads, NULL, NULL, &plan, &error);
    assert_string_equal(error.message, "");
    assert_int_equal(status, CARVQ_OK);
    return plan;
}

// Carries a plan out, and checks that the file is complete and of the size that was promised.
static inline struct output encode_plan(struct carvq_plan *plan, unsigned threads, struct carvq_report *report_ret)
{
    struct carvq_error error = {0};
    uint64_t size = 0, file_bytes = 0;
    assert_int_equal(carvq_encode_file_size(&plan, 1, &size, &error), CARVQ_OK);
    struct output output = output_make((size_t)size);
    struct carvq_job job = output_job(&output, threads);
    job.file_bytes_ret = &file_bytes;
    enum carvq_status status = encode_plans(&plan, 1, &job, report_ret, &error);
    assert_string_equal(error.message, "");
    assert_int_equal(status, CARVQ_OK);
    assert_int_equal(output.size, size);
    assert_int_equal(file_bytes, size);
    for (size_t i = 0; i < output.size; i++)
        if (output.written[i] != 1)
            fail_msg("byte %zu was written %d times", i, output.written[i]);
    return output;
}

// Both. *info_ret has no segments.
static inline struct output compress(struct source *source, const struct carvq_budget *budget, unsigned threads,
                                     struct carvq_report *report_ret, struct carvq_table_info *info_ret)
{
    struct carvq_matrix matrix = source_matrix(source);
    struct carvq_plan *plan = make_plan(&matrix, budget, threads);
    struct output output = encode_plan(plan, threads, report_ret);
    if (info_ret != NULL) {
        *info_ret = *carvq_plan_info(plan);
        info_ret->segments = NULL;
        info_ret->name = NULL;
    }
    carvq_plan_free(plan);
    return output;
}

static inline double bits_of(const struct carvq_table_info *info)
{
    return 8 * (double)info->payload_bytes / ((double)info->rows * info->cols);
}

// SQNR in dB of what a file decodes to, over the rows that are chosen (NULL: all); *l1_ret unless NULL.
static inline double measure_file(const struct source *source, const struct output *output, const bool *chosen, double *l1_ret)
{
    float *decoded = decode_all(output, source->rows, source->cols);
    double energy = 0, squares = 0, l1 = 0;
    for (size_t i = 0; i < source->rows * source->cols; i++) {
        if (chosen != NULL && !chosen[i / source->cols])
            continue;
        assert_true(isfinite(decoded[i]));
        double difference = (double)source->values[i] - (double)decoded[i];
        energy += (double)source->values[i] * (double)source->values[i];
        squares += difference * difference;
        l1 += fabs(difference);
    }
    free(decoded);
    if (l1_ret != NULL)
        *l1_ret = l1 / ((double)source->rows * source->cols);
    return squares > 0 ? 10 * log10(energy / squares) : INFINITY;
}

static inline bool nearly(double a, double b, double difference)
{
    return a == b || fabs(a - b) <= difference;
}

#endif
