// SPDX-License-Identifier: MIT
// Memory that runs out at every point of a task in turn: an error, nothing lost (the leak check of the address sanitizer), no
// crash. Linked with --wrap, so that our allocations come here; those inside jansson and the BLAS do not.
#include "eval/task.h"
#include "failing_memory.h"
#include "tokenizer_test.h"

static const char items[] = "{'context':'a','choices':['b','c'],'label':0}\n{'question':'1','answer':'2'}\n";

static enum carvq_status read_and_run(const struct carvq_task_model *model, const char *json, size_t length,
                                      struct carvq_error *error)
{
    struct carvq_task task;
    struct carvq_task_result result;
    const struct carvq_task_options options = {.max_new = 2, .threads = 1};
    enum carvq_status status = carvq_task_parse("FILE", json, length, 0, &task, error);
    if (status != CARVQ_OK)
        return status;
    status = carvq_task_run(model, &task, &options, &result, error);
    if (status == CARVQ_OK)
        carvq_task_result_free(&result, task.count);
    carvq_task_free(&task);
    return status;
}

static void test_memory_runs_out(void **state)
{
    (void)state;
    struct carvq_checkpoint *checkpoint;
    struct carvq_lm *lm;
    struct carvq_tokenizer *tokenizer;
    size_t length, failures = 0;
    char *json = tokenizer_json(items, &length);
    assert_int_equal(carvq_checkpoint_open(CARVQ_EXAMPLES "/demo-llama", &checkpoint, NULL), CARVQ_OK);
    assert_int_equal(carvq_lm_open(checkpoint, &lm, NULL), CARVQ_OK);
    assert_int_equal(carvq_tokenizer_open(CARVQ_EXAMPLES "/demo-llama/tokenizer.json", &tokenizer, NULL), CARVQ_OK);
    const struct carvq_task_model model = {.lm = lm, .tokenizer = tokenizer};
    enum carvq_status status = CARVQ_ERROR_MEMORY;
    for (; status != CARVQ_OK; failures++) {
        struct carvq_error error = {0};
        allocations_left = failures;
        status = read_and_run(&model, json, length, &error);
        allocations_left = SIZE_MAX;
        if (status != CARVQ_OK && (status != CARVQ_ERROR_MEMORY || strstr(error.message, "out of memory") == NULL))
            fail_msg("after %zu allocations: %s", failures, error.message);
    }
    print_message("%zu allocations\n", failures);
    assert_true(failures > 50); // else the wrapping does not work
    carvq_tokenizer_close(tokenizer);
    carvq_lm_close(lm);
    carvq_checkpoint_close(checkpoint);
    free(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_memory_runs_out)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
