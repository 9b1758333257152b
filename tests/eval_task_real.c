// SPDX-License-Identifier: MIT
// Answers of a real model to tasks: those of plain passes, whatever the threads, and the same with a table of the same values.
#define _POSIX_C_SOURCE 200809L
#include <unistd.h>

#include "eval_task_test.h"
#include "tokenizer/detokenizer.h"
#include "lm/rows.h"
#include "lm_fixture.h"

#define DEMO CARVQ_EXAMPLES "/demo-llama"

struct real {
    struct carvq_checkpoint *checkpoint;
    struct carvq_lm *lm;
    struct carvq_tokenizer *tokenizer;
    struct carvq_task_model model;
};

static void real_begin(struct real *real)
{
    struct carvq_error error;
    if (carvq_checkpoint_open(DEMO, &real->checkpoint, &error) != CARVQ_OK ||
        carvq_lm_open(real->checkpoint, &real->lm, &error) != CARVQ_OK ||
        carvq_tokenizer_open(DEMO "/tokenizer.json", &real->tokenizer, &error) != CARVQ_OK)
        fail_msg("%s", error.message);
    real->model = (struct carvq_task_model){.lm = real->lm, .tokenizer = real->tokenizer};
}

static void real_end(struct real *real)
{
    carvq_tokenizer_close(real->tokenizer);
    carvq_lm_close(real->lm);
    carvq_checkpoint_close(real->checkpoint);
}

static const char real_items[] =
    "{'context':'It was a dark','choices':['night.','and stormy night, and the rain fell in torrents.','egg'],'label':0}\n"
    "{'context':'Question: what is the capital of France, the country in which the Eiffel tower stands?\\nAnswer:','choices':"
    "['Paris','London, or perhaps some other town'],'label':0}\n"
    "{'question':'How many miles did they walk in 3 hours at 4 miles an hour?','answer':'12'}\n"
    "{'context':'The','choices':['wealth of nations','king'],'label':0}\n"
    "{'question':'She said','answer':'1'}\n"
    "{'context':'\\u00c9t\\u00e9: caf\\u00e9 ','choices':['na\\u00efve','o'],'label':1}\n";

// All logits behind ids, in one pass from the first.
static const float *run_whole(const struct real *real, const uint32_t *ids, size_t count)
{
    static float hidden[256 * 128], logits[256 * 4096];
    struct carvq_lm_batch *batch;
    struct carvq_error error;
    if (carvq_lm_batch_open(real->lm, count, 1, 1, &batch, &error) != CARVQ_OK ||
        carvq_lm_hidden(batch, NULL, ids, 1, hidden, &error) != CARVQ_OK ||
        carvq_lm_logits(batch, NULL, hidden, count, logits, &error) != CARVQ_OK)
        fail_msg("%s", error.message);
    carvq_lm_batch_close(batch);
    return logits;
}

static size_t encode(const struct real *real, const char *text, uint32_t ids_ret[256])
{
    uint32_t *ids;
    size_t count;
    assert_int_equal(carvq_tokenizer_encode(real->tokenizer, "text", text, strlen(text), true, &ids, &count, NULL), CARVQ_OK);
    assert_true(count < 256);
    memcpy(ids_ret, ids, count * sizeof *ids);
    free(ids);
    return count;
}

static double reference_score(const struct real *real, const char *context, const char *choice)
{
    char text[512];
    uint32_t ids[256];
    snprintf(text, sizeof text, "%s", context);
    while (text[strlen(text) - 1] == ' ')
        text[strlen(text) - 1] = '\0';
    const size_t split = encode(real, text, ids);
    snprintf(text, sizeof text, "%s %s", context, choice);
    const size_t count = encode(real, text, ids);
    const float *logits = run_whole(real, ids, count);
    double score = 0;
    for (size_t i = split; i < count; i++) {
        double sum = 0;
        for (size_t v = 0; v < 4096; v++)
            sum += exp(logits[(i - 1) * 4096 + v]);
        score += logits[(i - 1) * 4096 + ids[i]] - log(sum);
    }
    return score;
}

static void compare_text(const struct real *real, const char *question, const char *text, size_t tokens)
{
    char prompt[512];
    uint32_t ids[256];
    struct carvq_detokenizer *detokenizer;
    struct carvq_tok_bytes expected = {NULL, 0, 0};
    assert_int_equal(carvq_detokenizer_open(real->tokenizer, &detokenizer, NULL), CARVQ_OK);
    snprintf(prompt, sizeof prompt, "Question: %s\nAnswer:", question);
    size_t count = encode(real, prompt, ids);
    for (size_t i = 0; i < tokens; i++) {
        const float *last = run_whole(real, ids, count) + (count - 1) * 4096;
        uint32_t top = 0;
        for (uint32_t v = 1; v < 4096; v++)
            top = last[v] > last[top] ? v : top;
        ids[count++] = top;
        assert_true(carvq_detokenizer_append(detokenizer, top, &expected));
    }
    assert_int_equal(strlen(text), expected.length);
    assert_memory_equal(text, expected.data, expected.length);
    free(expected.data);
    carvq_detokenizer_close(detokenizer);
}

// Against passes over whole texts, one at a time, and sums over all logits.
static void test_real_model_agrees_with_plain_passes(void **state)
{
    (void)state;
    struct real real;
    real_begin(&real);
    struct carvq_task task = task_parse(real_items);
    struct carvq_task_result result = task_run(&real.model, &task, 20, 2);
    for (size_t i = 0; i < task.count; i++) {
        const struct carvq_task_item *item = &task.items[i];
        for (size_t k = 0; k < item->choice_count; k++)
            assert_near(result.log_probabilities[item->first + k], reference_score(&real, item->text, carvq_task_choice(item, k)),
                        1e-4);
        if (item->kind == CARVQ_TASK_NUMBER)
            compare_text(&real, item->text, result.outcomes[i].original.text, 20);
    }
    carvq_task_result_free(&result, task.count);
    carvq_task_free(&task);
    real_end(&real);
}

// Neither threads nor what else is in the file change a bit of a score.
static void test_threads_and_neighbours_change_nothing(void **state)
{
    (void)state;
    struct real real;
    real_begin(&real);
    struct carvq_task task = task_parse(real_items);
    struct carvq_task_result three = task_run(&real.model, &task, 20, 3);
    size_t length;
    char *json = tokenizer_json(real_items, &length);
    const char *line = json;
    for (size_t i = 0; i < task.count; i++) {
        struct carvq_task one;
        const char *end = strchr(line, '\n');
        assert_int_equal(carvq_task_parse("ONE", line, (size_t)(end - line), 0, &one, NULL), CARVQ_OK);
        struct carvq_task_result alone = task_run(&real.model, &one, 20, 1);
        assert_memory_equal(alone.log_probabilities, three.log_probabilities + task.items[i].first, one.choices * sizeof(double));
        if (one.items[0].kind == CARVQ_TASK_NUMBER)
            assert_string_equal(alone.outcomes[0].original.text, three.outcomes[i].original.text);
        carvq_task_result_free(&alone, 1);
        carvq_task_free(&one);
        line = end + 1;
    }
    free(json);
    carvq_task_result_free(&three, task.count);
    carvq_task_free(&task);
    real_end(&real);
}

// A table with the model's own values changes no answer, and no bit of a score, of any item of the data pack.
static void test_identity_table_changes_no_answer(void **state)
{
    (void)state;
    static const char *const names[] = {"arc-challenge", "arc-easy", "boolq", "gsm8k", "piqa", "winogrande"};
    char path[] = "/tmp/carvq-test-XXXXXX";
    struct carvq_file *file;
    struct real real;
    real_begin(&real);
    const struct carvq_tensor *tensor = carvq_checkpoint_find(real.checkpoint, "model.embed_tokens.weight");
    const int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    close(descriptor);
    fixture_write_identity(path, "model.embed_tokens.weight", 4096, 128, tensor->data);
    assert_int_equal(carvq_open(path, &file, NULL), CARVQ_OK);
    unlink(path);
    const struct carvq_lm_rows rows = carvq_lm_rows_of_table(carvq_find(file, NULL));
    real.model.variant = (struct carvq_eval_variant){&rows, &rows, "TABLE"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char name[512];
        struct carvq_task task;
        snprintf(name, sizeof name, CARVQ_TEST_DATA "/text/tasks/%s.jsonl", names[i]);
        if (carvq_task_read(name, 0, &task, NULL) != CARVQ_OK) {
            print_message("skipped: %s is not there\n", name);
            continue;
        }
        assert_int_equal(task.count, 300);
        struct carvq_task_result result = task_run(&real.model, &task, 4, 0);
        assert_memory_equal(result.log_probabilities, result.changed_log_probabilities, task.choices * sizeof(double));
        for (size_t measure = 0; measure < CARVQ_TASK_MEASURES; measure++) {
            const struct carvq_task_figures *figures = &result.figures[measure];
            assert_int_equal(figures->items, (measure == CARVQ_TASK_EXACT) == (strcmp(names[i], "gsm8k") == 0) ? 300 : 0);
            assert_true(figures->moved == 0 && figures->lost == 0 && figures->gained == 0);
            assert_true(figures->items == 0 || (figures->difference == 0 && figures->difference_error == 0));
        }
        for (size_t k = 0; k < task.count && task.items[k].kind == CARVQ_TASK_NUMBER; k++)
            assert_string_equal(result.outcomes[k].original.text, result.outcomes[k].changed.text);
        carvq_task_result_free(&result, task.count);
        carvq_task_free(&task);
    }
    carvq_close(file);
    real_end(&real);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_real_model_agrees_with_plain_passes),
        cmocka_unit_test(test_threads_and_neighbours_change_nothing),
        cmocka_unit_test(test_identity_table_changes_no_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
