// SPDX-License-Identifier: MIT
// The strict JSON reader: what it takes, what it refuses and where, and walking a text that it took.
#include <stdarg.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "runtime/json.h"

// Checks a copy of exactly length bytes, so that a sanitizer sees a read past its end.
static const char *check(const char *text, size_t length, size_t *where_ret)
{
    char *copy = malloc(length + (length == 0));
    memcpy(copy, text, length);
    const char *problem = carvq_json_check(copy, length, where_ret);
    free(copy);
    assert_true(*where_ret <= length);
    return problem;
}

static void test_json_valid(void **state)
{
    (void)state;
    static const char *const valid[] = {"0",
                                        "-0",
                                        "-1",
                                        "10",
                                        "1.5",
                                        "0.0",
                                        "1e5",
                                        "1E+05",
                                        "1e-5",
                                        "-0.1e1",
                                        "123456789012345678901234567890",
                                        "true",
                                        "false",
                                        "null",
                                        "\"\"",
                                        "\"a\"",
                                        "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
                                        "\"\\u0041\\uD834\\uDd1e\\u0000\"",
                                        "\"\x7f\xc3\xa9\xf0\x9f\x98\x80\"",
                                        "[]",
                                        "[ ]",
                                        "[1]",
                                        "[1,2]",
                                        "[[],[[]]]",
                                        "{}",
                                        "{ }",
                                        "{\"a\":1}",
                                        "{\"a\":{\"b\":[{},{}]},\"a\":2}",
                                        " \t\r\n{ \"a\" : [ 1 , 2 ] }\n ",
                                        "[1,\"}\",{\"]\":null}]",
                                        "\"{[\"",
                                        "{\"\":0}"};
    for (size_t i = 0; i < sizeof valid / sizeof *valid; i++) {
        size_t where;
        const char *problem = check(valid[i], strlen(valid[i]), &where);
        if (problem != NULL)
            fail_msg("%s: %s", valid[i], problem);
    }
}

static void test_json_invalid(void **state)
{
    (void)state;
    static const char *const invalid[] = {"",
                                          " ",
                                          "tru",
                                          "True",
                                          "nul",
                                          "truefalse",
                                          "nan",
                                          "NaN",
                                          "Infinity",
                                          "-Infinity",
                                          "+1",
                                          "-",
                                          "01",
                                          "-01",
                                          "1.",
                                          ".5",
                                          "1.e5",
                                          "1e",
                                          "1e+",
                                          "0x10",
                                          "1 2",
                                          "1,",
                                          "'a'",
                                          "\"",
                                          "\"a",
                                          "\"\\\"",
                                          "\"\\",
                                          "\"\\a\"",
                                          "\"\\x41\"",
                                          "\"\\u\"",
                                          "\"\\u004\"",
                                          "\"\\u004g\"",
                                          "\"\\ud800\"",
                                          "\"\\ud800a\"",
                                          "\"\\ud800\\n\"",
                                          "\"\\ud800\\u0041\"",
                                          "\"\\udc00\"",
                                          "\"\\ud800\\ud800\"",
                                          "\"\\ud834\\u\"",
                                          "\"\x01\"",
                                          "\"\t\"",
                                          "\"\n\"",
                                          "\"\x80\"",
                                          "\"\xc3\"",
                                          "\"\xed\xa0\x80\"",
                                          "\"\xff\"",
                                          "[",
                                          "]",
                                          "[1",
                                          "[1,",
                                          "[1,]",
                                          "[,1]",
                                          "[1 2]",
                                          "[1}",
                                          "{",
                                          "}",
                                          "{]",
                                          "{\"a\"",
                                          "{\"a\":",
                                          "{\"a\":1",
                                          "{\"a\":1,",
                                          "{\"a\":1,}",
                                          "{,}",
                                          "{\"a\" 1}",
                                          "{a:1}",
                                          "{1:1}",
                                          "{\"a\":}",
                                          "{\"a\"::1}",
                                          "{\"a\":1}}",
                                          "[]]",
                                          "{}{}",
                                          "[1]x",
                                          "\xef\xbb\xbf{}",
                                          "// c\n1",
                                          "[1,/**/2]",
                                          "\v1",
                                          "\xa0\x31",
                                          "[\"a\",",
                                          "{\"a\",1}"};
    for (size_t i = 0; i < sizeof invalid / sizeof *invalid; i++) {
        size_t where;
        if (check(invalid[i], strlen(invalid[i]), &where) == NULL)
            fail_msg("taken for JSON: %s", invalid[i]);
    }
    size_t where;
    assert_non_null(check("1\0", 2, &where)); // a NUL byte is no white space, and no end
    assert_non_null(check("\"a\0b\"", 5, &where));
    assert_non_null(check("\"\\\0\"", 4, &where));
}

static void test_json_says_where(void **state)
{
    (void)state;
    size_t where;
    check("{\"a\": [1, x]}", 13, &where);
    assert_int_equal(where, 10);
    check("{} {}", 5, &where);
    assert_int_equal(where, 3);
}

static void test_json_nesting_is_limited(void **state)
{
    (void)state;
    char text[2 * CARVQ_JSON_MAX_DEPTH + 2];
    for (size_t depth = CARVQ_JSON_MAX_DEPTH; depth <= CARVQ_JSON_MAX_DEPTH + 1; depth++) {
        size_t where;
        memset(text, '[', depth);
        memset(text + depth, ']', depth);
        assert_int_equal(check(text, 2 * depth, &where) == NULL, depth == CARVQ_JSON_MAX_DEPTH);
    }
}

static struct carvq_json cursor(const char *text)
{
    size_t where;
    assert_null(carvq_json_check(text, strlen(text), &where));
    return (struct carvq_json){text, text + strlen(text)};
}

static void test_json_walk(void **state)
{
    (void)state;
    struct carvq_json json = cursor(
        " {\"skip\": {\"a\": [1, {\"b\": \"]}\"}]}, \"list\" : [ 7 , 8 ] , \"te\\u0078t\":\"a\\\"b\", \"none\":[] } ");
    struct carvq_json_string key, text;
    uint64_t number = 0;
    char buffer[16];
    assert_int_equal(carvq_json_type(&json), '{');
    assert_false(carvq_json_enter(&json, '['));
    assert_true(carvq_json_enter(&json, '{'));
    assert_true(carvq_json_next_key(&json, &key) && carvq_json_equals(key, "skip"));
    assert_false(carvq_json_read_string(&json, &text));
    carvq_json_skip(&json);
    assert_true(carvq_json_next_key(&json, &key) && carvq_json_equals(key, "list"));
    assert_true(carvq_json_enter(&json, '['));
    assert_true(carvq_json_next_item(&json) && carvq_json_read_u64(&json, &number) && number == 7);
    assert_true(carvq_json_next_item(&json) && carvq_json_read_u64(&json, &number) && number == 8);
    assert_false(carvq_json_next_item(&json));
    assert_true(carvq_json_next_key(&json, &key) && carvq_json_equals(key, "text"));
    assert_true(carvq_json_read_string(&json, &text));
    assert_int_equal(carvq_json_unescape(text, buffer), 3);
    assert_memory_equal(buffer, "a\"b", 3);
    assert_true(carvq_json_next_key(&json, &key) && carvq_json_equals(key, "none"));
    assert_true(carvq_json_enter(&json, '[') && !carvq_json_next_item(&json));
    assert_false(carvq_json_next_key(&json, &key));
}

static void test_json_integers(void **state)
{
    (void)state;
    static const char *const none[] = {
        "-1",    "-0",   "1.0", "1e2", "18446744073709551616", "28446744073709551615", "99999999999999999999999",
        "\"1\"", "true", "[1]"};
    uint64_t value = 0;
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        struct carvq_json json = cursor(none[i]);
        if (carvq_json_read_u64(&json, &value))
            fail_msg("%s was read as %llu", none[i], (unsigned long long)value);
    }
    struct carvq_json json = cursor("18446744073709551615"), zero = cursor("0");
    assert_true(carvq_json_read_u64(&json, &value) && value == UINT64_MAX);
    assert_true(carvq_json_read_u64(&zero, &value) && value == 0);
}

static void test_json_escapes(void **state)
{
    (void)state;
    struct carvq_json json = cursor("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\u20AC\\ud83d\\ude00\\u0000x\"");
    static const char expected[] = "\"\\/\b\f\n\r\t\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\0x";
    struct carvq_json_string string;
    char buffer[64];
    assert_true(carvq_json_read_string(&json, &string));
    assert_int_equal(carvq_json_unescape(string, NULL), sizeof expected - 1);
    assert_int_equal(carvq_json_unescape(string, buffer), sizeof expected - 1);
    assert_memory_equal(buffer, expected, sizeof expected - 1);
}

static bool json_equals(const char *quoted, const char *text)
{
    struct carvq_json json = cursor(quoted);
    struct carvq_json_string string;
    char *copy = malloc(strlen(text) + 1); // exactly as long as it is
    strcpy(copy, text);
    bool equal = carvq_json_read_string(&json, &string) && carvq_json_equals(string, copy);
    free(copy);
    return equal;
}

// An escaped NUL once matched the end of the other text, and the comparison went on behind it.
static void test_json_equals_stops_at_the_end(void **state)
{
    (void)state;
    assert_true(json_equals("\"dtype\"", "dtype"));
    assert_true(json_equals("\"d\\u0074ype\"", "dtype"));
    assert_true(json_equals("\"\"", ""));
    assert_false(json_equals("\"dtype\\u0000\"", "dtype"));
    assert_false(json_equals("\"dtype\\u0000\\u0000\"", "dtype"));
    assert_false(json_equals("\"dtypes\"", "dtype"));
    assert_false(json_equals("\"dtyp\"", "dtype"));
    assert_false(json_equals("\"\\u20ac\"", "\xe2\x82"));
    assert_false(json_equals("\"\\u0000\"", ""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_json_valid),      cmocka_unit_test(test_json_invalid),
        cmocka_unit_test(test_json_says_where), cmocka_unit_test(test_json_nesting_is_limited),
        cmocka_unit_test(test_json_walk),       cmocka_unit_test(test_json_integers),
        cmocka_unit_test(test_json_escapes),    cmocka_unit_test(test_json_equals_stops_at_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
