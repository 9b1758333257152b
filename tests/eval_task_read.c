// SPDX-License-Identifier: MIT
// Task files: what is read, what is refused and with which words, and what counts as an answer.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "eval/task.h"
#include "eval/task_number.h"

#define CHOICE "{\"context\": \"a\", \"choices\": [\"b\", \"c d\"], \"label\": 1}\n"
#define NUMBER "{\"question\": \"q\", \"answer\": \"so #### 1,234.50\"}"

static void test_both_kinds_are_read(void **state)
{
    (void)state;
    struct carvq_task task;
    struct carvq_error error;
    const char text[] = CHOICE "\r\n \t\n" NUMBER "\r\n" CHOICE
                               "{\"choices\": [\"x\", \"y\", \"z\"], \"context\": \"\", \"label\": 0}";
    if (carvq_task_parse("FILE", text, sizeof text - 1, 0, &task, &error) != CARVQ_OK)
        fail_msg("%s", error.message);
    assert_string_equal(task.path, "FILE");
    assert_int_equal(task.count, 4);
    assert_int_equal(task.choices, 7);
    assert_int_equal(task.items[0].kind, CARVQ_TASK_CHOICE);
    assert_string_equal(task.items[0].text, "a");
    assert_string_equal(carvq_task_choice(&task.items[0], 1), "c d");
    assert_int_equal(task.items[0].label, 1);
    assert_int_equal(task.items[1].kind, CARVQ_TASK_NUMBER);
    assert_int_equal(task.items[1].line, 4);
    assert_string_equal(task.items[1].text, "q");
    assert_string_equal(task.items[1].answer, "1234.5");
    assert_int_equal(task.items[2].line, 5);
    assert_int_equal(task.items[2].first, 2);
    assert_int_equal(task.items[3].first, 4);
    carvq_task_free(&task);
    assert_int_equal(carvq_task_parse("FILE", text, sizeof text - 1, 2, &task, &error), CARVQ_OK);
    assert_int_equal(task.count, 2);
    carvq_task_free(&task);
}

// Each with a good line before it. The message is one line that names file, line and cause.
static void test_bad_lines_are_named(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"{", "FILE: line 2: "},
        {"[1]", "FILE: line 2: not a JSON object"},
        {"nonsense", "FILE: line 2: '[' or '{' expected near 'nonsense'"},
        {CHOICE "}", "FILE: line 3: "},
        {"{\"label\": 1, \"label\": 1}", "FILE: line 2: duplicate object key"},
        {"{\"context\": \"a\xff\"}", "FILE: line 2: unable to decode byte 0xff"},
        {"{\"context\": \"a\\u0000b\", \"choices\": [\"x\", \"y\"], \"label\": 0}", "FILE: line 2: \\u0000"},
        {"{}", "FILE: line 2: neither 'choices' nor 'question'"},
        {"{\"context\": \"a\"}", "FILE: line 2: neither 'choices' nor 'question'"},
        {"{\"choices\": [\"x\", \"y\"], \"label\": 0}", "FILE: line 2: 'context' is missing"},
        {"{\"context\": 1, \"choices\": [\"x\", \"y\"], \"label\": 0}", "FILE: line 2: 'context' is not a string"},
        {"{\"context\": \"a\", \"choices\": {\"x\": 1, \"y\": 2}, \"label\": 0}", "FILE: line 2: 'choices' is not a list"},
        {"{\"context\": \"a\", \"choices\": [], \"label\": 0}", "FILE: line 2: 'choices' has less than two entries"},
        {"{\"context\": \"a\", \"choices\": [\"x\"], \"label\": 0}", "FILE: line 2: 'choices' has less than two entries"},
        {"{\"context\": \"a\", \"choices\": [\"x\", \"\"], \"label\": 0}", "FILE: line 2: choice 1 is empty"},
        {"{\"context\": \"a\", \"choices\": [2, \"y\"], \"label\": 0}", "FILE: line 2: choice 0 is not a string"},
        {"{\"context\": \"a\", \"choices\": [\"x\", \"y\"]}", "FILE: line 2: 'label' is missing"},
        {"{\"context\": \"a\", \"choices\": [\"x\", \"y\"], \"label\": \"0\"}", "FILE: line 2: 'label' is not a whole number"},
        {"{\"context\": \"a\", \"choices\": [\"x\", \"y\"], \"label\": 1.0}", "FILE: line 2: 'label' is not a whole number"},
        {"{\"context\": \"a\", \"choices\": [\"x\", \"y\"], \"label\": 2}",
         "FILE: line 2: 'label' is 2, but the 2 choices count from 0"},
        {"{\"context\": \"a\", \"choices\": [\"x\", \"y\"], \"label\": -1}", "FILE: line 2: 'label' is -1"},
        {"{\"context\": \"a\", \"choices\": [\"x\", \"y\"], \"label\": 99999999999999999999}", "FILE: line 2: too big integer"},
        {"{\"question\": \"q\"}", "FILE: line 2: 'answer' is missing"},
        {"{\"question\": \"q\", \"answer\": 4}", "FILE: line 2: 'answer' is not a string"},
        {"{\"question\": [\"q\"], \"answer\": \"4\"}", "FILE: line 2: 'question' is not a string"},
        {"{\"question\": \"q\", \"answer\": \"four\"}", "FILE: line 2: 'answer' has no number"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[512];
        struct carvq_task task;
        struct carvq_error error;
        const int length = snprintf(text, sizeof text, "%s%s", CHOICE, cases[i][0]);
        assert_int_equal(carvq_task_parse("FILE", text, (size_t)length, 0, &task, &error), CARVQ_ERROR_FORMAT);
        if (strncmp(error.message, cases[i][1], strlen(cases[i][1])) != 0 || strpbrk(error.message, "\n\r") != NULL)
            fail_msg("%s\ngives     %s\nbut not   %s", cases[i][0], error.message, cases[i][1]);
    }
}

// As some editors write UTF-8.
static void test_byte_order_mark(void **state)
{
    (void)state;
    static const char text[] = "\xEF\xBB\xBF" CHOICE;
    struct carvq_task task;
    struct carvq_error error;
    assert_int_equal(carvq_task_parse("FILE", text, sizeof text - 1, 0, &task, &error), CARVQ_ERROR_FORMAT);
    assert_string_equal(error.message, "FILE: begins with a byte order mark, which JSON has none of");
}

static void test_no_items_is_an_error(void **state)
{
    (void)state;
    struct carvq_task task;
    struct carvq_error error;
    assert_int_equal(carvq_task_parse("FILE", "\n \n", 3, 0, &task, &error), CARVQ_ERROR_FORMAT);
    assert_string_equal(error.message, "FILE: no items");
    assert_int_equal(carvq_task_parse("FILE", "", 0, 0, &task, &error), CARVQ_ERROR_FORMAT);
    assert_int_equal(carvq_task_read("/nonexistent/file", 0, &task, &error), CARVQ_ERROR_IO);
}

// Nothing behind the end is looked at: the text lies at the end of its allocation, for a sanitizer to see.
static void test_every_prefix(void **state)
{
    (void)state;
    static const char text[] = CHOICE NUMBER;
    size_t good = 0;
    for (size_t length = 0; length < sizeof text; length++) {
        struct carvq_task task;
        struct carvq_error error;
        char *copy = malloc(length > 0 ? length : 1);
        memcpy(copy, text, length);
        if (carvq_task_parse("FILE", copy, length, 0, &task, &error) == CARVQ_OK) {
            good++;
            carvq_task_free(&task);
        }
        free(copy);
    }
    assert_int_equal(good, 3); // the first line without and with its end, and all
}

static void test_last_number(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"42", "42"},
        {"The answer is 18.", "18"},
        {"18 + 24 = 42 apples", "42"},
        {"1,234,567", "1234567"},
        {"1,234,5", "5"},
        {"3, 400", "400"},
        {"1,2345", "2345"},
        {"$1,000.00.", "1000"},
        {"18.00", "18"},
        {"3.50", "3.5"},
        {"0.050", "0.05"},
        {".5", "0.5"},
        {"007", "7"},
        {"000", "0"},
        {"-5", "-5"},
        {"-$5.10", "-5.1"},
        {"5-3", "3"},
        {"x-3", "3"},
        {"(4)-3", "3"},
        {"is -3", "-3"},
        {"--3", "-3"},
        {"- 3", "3"},
        {"-0", "0"},
        {"-0.0", "0"},
        {"-.5", "-0.5"},
        {"50%", "50"},
        {"1/2", "2"},
        {"0,001", "1"},
        {"12.", "12"},
        {"1.2.3", "3"},
        {"123456789012345678901234567890.10", "123456789012345678901234567890.1"},
        {"none", NULL},
        {".", NULL},
        {"-,.$", NULL},
        {"", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *number, *copy = malloc(strlen(cases[i][0]) + 1); // without the NUL
        struct carvq_error error;
        memcpy(copy, cases[i][0], strlen(cases[i][0]));
        assert_int_equal(carvq_task_last_number(copy, strlen(cases[i][0]), &number, &error), CARVQ_OK);
        if ((number == NULL) != (cases[i][1] == NULL) || (number != NULL && strcmp(number, cases[i][1]) != 0))
            fail_msg("'%s' gives %s", cases[i][0], number != NULL ? number : "nothing");
        free(number);
        free(copy);
    }
}

static void test_where_an_answer_ends(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t length;
    } cases[] = {
        {"", 0},
        {" 42", 3},
        {" 42\n", 4},
        {" 42\n\nmore", 3},
        {" 42\n \t\r\nmore", 3},
        {"\n\n 42", 5},
        {"\n\n 42\n\n", 5},
        {"a\nb\nc", 5},
        {"Question:", 0},
        {" 4\nQuestion: 5", 3},
        {" 4 Question", 11},
        {"4\n  5", 5},
        {"Question 4: Question:", 12},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (carvq_task_answer_length(cases[i].text, strlen(cases[i].text)) != cases[i].length)
            fail_msg("'%s' ends at %zu", cases[i].text, carvq_task_answer_length(cases[i].text, strlen(cases[i].text)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_both_kinds_are_read),  cmocka_unit_test(test_bad_lines_are_named),
        cmocka_unit_test(test_byte_order_mark),      cmocka_unit_test(test_no_items_is_an_error),
        cmocka_unit_test(test_every_prefix),         cmocka_unit_test(test_last_number),
        cmocka_unit_test(test_where_an_answer_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
