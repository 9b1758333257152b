// SPDX-License-Identifier: MIT
// Tasks written into the tests, with ' for ".
#ifndef CARVQ_TESTS_EVAL_TASK_TEST_H
#define CARVQ_TESTS_EVAL_TASK_TEST_H

#include <math.h>

#include "eval/task.h"
#include "tokenizer_test.h"

static inline void assert_near(double value, double expected, double tolerance)
{
    if (!(fabs(value - expected) <= tolerance))
        fail_msg("%.9g is not within %g of %.9g", value, tolerance, expected);
}

static inline struct carvq_task task_parse(const char *text)
{
    struct carvq_task task;
    struct carvq_error error;
    size_t length;
    char *json = tokenizer_json(text, &length);
    if (carvq_task_parse("FILE", json, length, 0, &task, &error) != CARVQ_OK)
        fail_msg("%s", error.message);
    free(json);
    return task;
}

static inline struct carvq_task_result task_run(const struct carvq_task_model *model, const struct carvq_task *task,
                                                size_t max_new, unsigned threads)
{
    struct carvq_task_result result;
    struct carvq_error error;
    const struct carvq_task_options options = {.max_new = max_new, .threads = threads};
    if (carvq_task_run(model, task, &options, &result, &error) != CARVQ_OK)
        fail_msg("%s", error.message);
    return result;
}

#endif
