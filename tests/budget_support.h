// SPDX-License-Identifier: MIT
// Tables compressed to a budget, in memory.
#ifndef CARVQ_TESTS_BUDGET_SUPPORT_H
#define CARVQ_TESTS_BUDGET_SUPPORT_H

#include "encode_support.h"

#include <math.h>

#include "carvq_budget.h"

static inline struct carvq_budget budget_of_bits(double bits)
{
    struct carvq_budget budget;
    carvq_budget_defaults(&budget);
    budget.bits = bits;
    budget.effort = 2; // for the sake of time
    return budget;
}

static inline struct carvq_recipe *make_recipe(const struct carvq_matrix *matrix, const struct carvq_budget *budget,
                                               unsigned threads)
{
    struct carvq_recipe *recipe = NULL;
    struct carvq_error error = {0};
    enum carvq_status status = carvq_recipe_make(matrix, budget, threads, NULL, NULL, &recipe, &error);
    assert_string_equal(error.message, "");
    assert_int_equal(status, CARVQ_OK);
    return recipe;
}

// Carries a recipe out, and checks that the file is complete and of the size that was promised.
static inline struct output encode_recipe(struct carvq_recipe *recipe, unsigned threads, struct carvq_recipe_report *report_ret)
{
    struct carvq_error error = {0};
    uint64_t size = 0, file_bytes = 0;
    assert_int_equal(carvq_recipe_file_size(&recipe, 1, &size, &error), CARVQ_OK);
    struct output output = output_make((size_t)size);
    struct carvq_encode_job job = output_job(&output, threads);
    job.file_bytes_ret = &file_bytes;
    enum carvq_status status = carvq_recipe_encode(&recipe, 1, &job, report_ret, &error);
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
                                     struct carvq_recipe_report *report_ret, struct carvq_table_info *info_ret)
{
    struct carvq_matrix matrix = source_matrix(source);
    struct carvq_recipe *recipe = make_recipe(&matrix, budget, threads);
    struct output output = encode_recipe(recipe, threads, report_ret);
    if (info_ret != NULL) {
        *info_ret = *carvq_recipe_info(recipe);
        info_ret->segments = NULL;
        info_ret->name = NULL;
    }
    carvq_recipe_free(recipe);
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
