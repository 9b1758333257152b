// SPDX-License-Identifier: MIT
// How patterns written for Oniguruma are turned into PCRE2's: what is rewritten, and what is refused because the two
// would match different texts.
#include "tokenizer_test.h"

#include "tokenizer/regex.h"

static enum carvq_status translate(const char *pattern, char out[2000], struct carvq_error *error)
{
    struct carvq_tok_bytes bytes = {NULL, 0, 0};
    size_t length = strlen(pattern);
    char *copy = malloc(length > 0 ? length : 1);
    assert_non_null(copy);
    memcpy(copy, pattern, length);
    enum carvq_status status = carvq_tok_translate("place", copy, length, &bytes, error);
    snprintf(out, 2000, "%.*s", (int)bytes.length, bytes.length > 0 ? bytes.data : "");
    free(bytes.data);
    free(copy);
    return status;
}

#define SPACE "\\t-\\r \\x{85}\\x{2028}\\x{2029}\\p{Zs}"
#define OTHER_NUMBER "\\x{1D2C0}-\\x{1D2D3}\\p{No}"

static void test_rewritten(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"", ""},
        {"a|b", "a|b"},
        {"'s|'t", "'s|'t"},
        {"\\s+(?!\\S)", "[" SPACE "]+(?![^" SPACE "])"},
        {"[^\\s-]", "[^" SPACE "-]"},
        {"\\p{No}", "[" OTHER_NUMBER "]"},
        {"\\P{No}", "[^" OTHER_NUMBER "]"},
        {"\\p{^No}", "[^" OTHER_NUMBER "]"},
        {"\\P{^No}", "[" OTHER_NUMBER "]"},
        {"[a\\p{No}-]", "[a" OTHER_NUMBER "-]"},
        {"\\p{Lt}", "[\\p{Lt}]"},
        {"[^\\r\\n]?+x++", "[^\\r\\n]?+x++"}, // possessive on both sides
        {"a{1,3}+", "(?:a{1,3})+"},           // only in PCRE2
        {"(a|b){2}+c", "(?:(a|b){2})+c"},
        {"x(?:[ab]{2,}+)", "x(?:(?:[ab]{2,})+)"},
        {"a{1,3}?b", "a{1,3}?b"},
        {"\\u00e9\\x{1F600}\\x41", "\\x{00e9}\\x{1F600}\\x{41}"},
        {"(?i:'s|[sdmt]|ll)", "(?i:'s|[sdmt]|ll)"},
        {"(?i)ab", "(?i)ab"},
        {"(?i:a)st", "(?i:a)st"},
        {"(?<=a)b(?<!c)(?>d)(?=e)", "(?<=a)b(?<!c)(?>d)(?=e)"},
        {"\\{\\[\\.\\/\\-", "\\{\\[\\.\\/\\-"},
        {"\xe4\xb8\x80-\xe9\xbe\xa5", "\xe4\xb8\x80-\xe9\xbe\xa5"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char out[2000];
        struct carvq_error error = {0};
        if (translate(cases[i][0], out, &error) != CARVQ_OK)
            fail_msg("%s: %s", cases[i][0], error.message);
        assert_string_equal(out, cases[i][1]);
    }
}

static void test_refused(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "\\w",          "\\b",     "\\h",         "\\v",           "\\R",      "\\X",      "\\K",     "\\A",     "\\z",
        "\\1",          "\\k<a>",  "\\",          "[\\S]",         "[\\P{L}]", "\\p{Han}", "\\p{C}",  "\\p{L",   "\\p",
        "\\pL",         "[]a]",    "[[:alpha:]]", "[a&&b]",        "[a[b]]",   "(?m:a)",   "(?#a)",   "(?<n>a)", "a(?i)b",
        "(?-i:a)",      "(*UCP)a", "a{,2}",       "a{2}?",         "a{x}",     "a{2",      "a{1}{2}", "a**",     "a+++",
        "*a",           "^*",      "(?:*a)",      "\\xe9",         "\\x{}",    "\\u12",    "\\x4",    "(?i:ss)", "(?i:STa)",
        "(?i:a(?:fi))", "(?i)ff",  "(?i:\\x73)",  "(?i:\xc3\x9f)", "a|*",      "\\Q.\\E",
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char out[2000];
        struct carvq_error error = {0};
        if (translate(cases[i], out, &error) != CARVQ_ERROR_UNSUPPORTED)
            fail_msg("'%s' is not refused: '%s'", cases[i], out);
        assert_non_null(strstr(error.message, "place: '"));
        assert_non_null(strstr(error.message, "not supported"));
    }
}

static void test_unbalanced(void **state)
{
    (void)state;
    static const char *const cases[] = {"(a", "a)", "[a", "[^a", "(?:a))", "[a\\]", "((a)"};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char out[2000];
        if (translate(cases[i], out, NULL) != CARVQ_ERROR_FORMAT)
            fail_msg("'%s' is not refused", cases[i]);
    }
}

static void test_deep_nesting(void **state)
{
    (void)state;
    char pattern[402], out[2000];
    memset(pattern, '(', 200);
    memset(pattern + 200, ')', 200);
    pattern[400] = '\0';
    assert_int_equal(translate(pattern, out, NULL), CARVQ_ERROR_UNSUPPORTED);
    pattern[300] = '\0';
    assert_int_equal(translate(pattern + 100, out, NULL), CARVQ_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rewritten),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_unbalanced),
        cmocka_unit_test(test_deep_nesting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
