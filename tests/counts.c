// SPDX-License-Identifier: MIT
// How often rows are used: damaged files of counts, tokens that are no rows, and the guess from a tokenizer.
#define _POSIX_C_SOURCE 200809L
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tokenizer/counts.h"

// Reads text as a file of counts of so many rows.
static enum carvq_status read_counts(const char *text, size_t length, double *counts_ret, uint64_t rows,
                                     struct carvq_error *error)
{
    char path[] = "/tmp/carvq-counts-XXXXXX";
    int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    assert_int_equal(write(descriptor, text, length), length);
    close(descriptor);
    enum carvq_status status = carvq_counts_read(path, counts_ret, rows, error);
    if (status != CARVQ_OK)
        assert_memory_equal(error->message, path, strlen(path));
    unlink(path);
    return status;
}

static void test_sound_files(void **state)
{
    (void)state;
    static const char *const texts[] = {"3\n0\n9007199254740992\n", "3\n0\n9007199254740992", "3\r\n0\r\n9007199254740992\r\n",
                                        "3\r\n0\n9007199254740992\r", "003\n0\n9007199254740992\n"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct carvq_error error = {0};
        double counts[4] = {-1, -1, -1, -1};
        read_counts(texts[i], strlen(texts[i]), counts, 3, &error);
        assert_string_equal(error.message, "");
        assert_true(counts[0] == 3 && counts[1] == 0 && counts[2] == 9007199254740992. && counts[3] == -1);
    }
}

static void test_damaged_files(void **state)
{
    (void)state;
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"1\n2\n", "has 2 lines, but the table has 3 rows"},
        {"1\n", "has 1 line, but"},
        {"1\n2\n3\n4\n", "more lines than the table has rows, 3"},
        {"1\n2\n3\n\n", "more lines"},
        {"\n1\n2\n", "line 1 is not a count"},
        {"1\n-2\n3\n", "line 2 is not a count"},
        {"1\n+2\n3\n", "line 2 is not a count"},
        {"1\n2.5\n3\n", "line 2 is not a count"},
        {"1\n2e3\n3\n", "line 2 is not a count"},
        {"1\n 2\n3\n", "line 2 is not a count"},
        {"1\n2 \n3\n", "line 2 is not a count"},
        {"1\r2\r3\r", "line 1 is not a count"},
        {"1\n2\nthe\n", "line 3 is not a count"},
        {"1\n2\n9007199254740993\n", "line 3 is not a count"},
        {"1\n2\n18446744073709551617\n", "line 3 is not a count"},
        {"1\n2\n99999999999999999999999999999999999999999\n", "line 3 is not a count"},
        {"0,1\n1,2\n2,3\n", "line 1 is not a count"},
        {"\xef\xbb\xbf"
         "1\n2\n3\n",
         "line 1 is not a count"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct carvq_error error = {0};
        double counts[3];
        assert_int_equal(read_counts(cases[i].text, strlen(cases[i].text), counts, 3, &error), CARVQ_ERROR_FORMAT);
        if (strstr(error.message, cases[i].message) == NULL)
            fail_msg("'%s': no '%s' in '%s'", cases[i].text, cases[i].message, error.message);
    }
    struct carvq_error error = {0};
    double counts[3];
    assert_true(read_counts("", 0, counts, 3, &error) != CARVQ_OK);
    assert_int_equal(read_counts("1\n\0\n3\n", 6, counts, 3, &error), CARVQ_ERROR_FORMAT);
    assert_int_equal(carvq_counts_read("/nowhere/counts", counts, 3, &error), CARVQ_ERROR_IO);
}

static void test_tokens(void **state)
{
    (void)state;
    const uint32_t ids[] = {2, 0, 2, 2, 4, 2};
    double counts[5] = {0, 10, 0, 0, 0};
    struct carvq_error error = {0};
    assert_int_equal(carvq_counts_add(ids, 6, "tokens", counts, 5, &error), CARVQ_OK);
    assert_true(counts[0] == 1 && counts[1] == 10 && counts[2] == 4 && counts[3] == 0 && counts[4] == 1);
    assert_int_equal(carvq_counts_add(ids, 6, "tokens", counts, 4, &error), CARVQ_ERROR_RANGE);
    assert_string_equal(error.message, "tokens: token 4 has the id 4, but the table has 4 rows");
    assert_true(counts[2] == 4); // nothing was added
    assert_int_equal(carvq_counts_add(NULL, 0, "tokens", counts, 5, &error), CARVQ_OK);
}

static const char tokenizer_text
    [] = "{'version':'1.0','added_tokens':[],'normalizer':null,'pre_tokenizer':null,'post_processor':null,'decoder':null,"
         "'model':{'type':'BPE','vocab':{'a':0,'b':1,'c':2,'aab':3,'ab':4,'bc':5,'abc':6},"
         "'merges':[['a','b'],['b','c'],['a','ab'],['ab','c'],['a','bc']]}}";

static void prior(const char *json, double *counts_ret, uint64_t rows, struct carvq_guess *guess_ret)
{
    struct carvq_error error = {0};
    carvq_counts_prior("tokenizer.json", json, strlen(json), counts_ret, rows, guess_ret, &error);
    assert_string_equal(error.message, "");
}

static void test_guess_falls_with_the_rank_of_merges(void **state)
{
    (void)state;
    char json[sizeof tokenizer_text];
    double counts[20] = {0};
    struct carvq_guess guess;
    for (size_t i = 0; i < sizeof json; i++)
        json[i] = (char)(tokenizer_text[i] == '\'' ? '"' : tokenizer_text[i]);
    prior(json, counts, 9, &guess);
    assert_true(guess.ids == 7 && guess.ignored == 0);
    assert_string_equal(guess.basis, "the order of the tokenizer's merges");
    assert_true(counts[4] > counts[5] && counts[5] > counts[3] && counts[3] > counts[6]); // the order of merges
    assert_true(counts[6] == 10. * 9 / (3 + 50));                                         // the first of two that make it
    assert_true(counts[0] == counts[2] && counts[0] == 10. * 9 / 300 && counts[7] == 0);
    assert_true(counts[9] == 0);
    double few[4] = {-1, -1, -1, -1}; // a table of fewer rows than pieces
    prior(json, few, 3, &guess);
    assert_true(few[0] > 0 && few[2] > 0 && few[3] == -1);
    assert_int_equal(guess.ignored, 4);
}

// Text with ' for ".
static void prior_of(const char *text, double *counts_ret, uint64_t rows, struct carvq_guess *guess_ret)
{
    char json[1024];
    assert_true(strlen(text) < sizeof json);
    for (size_t i = 0; i <= strlen(text); i++)
        json[i] = (char)(text[i] == '\'' ? '"' : text[i]);
    prior(json, counts_ret, rows, guess_ret);
}

// What cuts texts, and what we do not cut with, does not matter; nor do added tokens that are no rows, but they are counted.
static void test_guess_needs_only_the_vocabulary(void **state)
{
    (void)state;
    struct carvq_guess guess;
    double counts[4];
    prior_of("{'added_tokens':[{'id':4,'content':'<pad>'},{'id':5,'content':'<x>'},{'id':0,'content':'a'}],'pre_tokenizer':{'"
             "type':'New'},"
             "'normalizer':{'type':'Odd'},'decoder':3,'model':{'type':'BPE','dropout':0.1,'end_of_word_suffix':'</w>',"
             "'vocab':{'a':0,'b':1,'ab':2,'aab':3},'merges':['a b','a ab']}}",
             counts, 4, &guess);
    assert_true(guess.ids == 6 && guess.ignored == 2);
    assert_true(counts[2] == 10. * 4 / 50 && counts[3] == 10. * 4 / 51 && counts[0] == 10. * 4 / 300);
}

static void test_guess_by_scores_and_words(void **state)
{
    (void)state;
    struct carvq_guess guess;
    double counts[6];
    // Special pieces have the score 0, and one of the added tokens has another.
    prior_of("{'added_tokens':[{'id':4}],'model':{'type':'Unigram','vocab':[['<s>',0.0],['lo',-9.5],['the',-2],['a',-3e0],['<m>',"
             "-1]]}}",
             counts, 6, &guess);
    assert_string_equal(guess.basis, "the scores of the tokenizer's pieces");
    assert_true(counts[2] == 10. * 6 / 50 && counts[3] == 10. * 6 / 51 && counts[1] == 10. * 6 / 52);
    assert_true(counts[0] == 10. * 6 / 300 && counts[4] == counts[0] && counts[5] == 0);
    prior_of("{'model':{'type':'WordPiece','vocab':{'[PAD]':0,'x':1,'##y':2,'the':3,'##ing':4}}}", counts, 5, &guess);
    assert_string_equal(guess.basis, "the order of the tokenizer's words");
    assert_true(counts[3] == 10. * 5 / 50 && counts[4] == 10. * 5 / 51);
    assert_true(counts[0] == 10. * 5 / 300 && counts[1] == counts[0] && counts[2] == counts[0]);
}

static void test_guess_that_is_none(void **state)
{
    (void)state;
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"version https://git-lfs.github.com/spec/v1", "byte 0"},
        {"{}", "'model' is missing"},
        {"{\"model\":{\"type\":\"Unigram\"}}", "'vocab' is missing"},
        {"{\"model\":{\"type\":\"Unigram\",\"vocab\":[[\"a\"]]}}", "piece 0 has no score"},
        {"{\"model\":{\"type\":\"Unigram\",\"vocab\":[3]}}", "piece 0 is not a text and a score"},
        {"{\"model\":{\"type\":\"WordPiece\",\"vocab\":{\"a\":-1}}}", "id of a piece is not an integer"},
        {"{\"model\":{\"type\":\"New\",\"vocab\":{}}}", "type 'New' is not supported"},
        {"{\"model\":{\"type\":\"WordPiece\",\"vocab\":{\"a\":5000}}}", "the tokenizer has 5001 ids, the table 3 rows"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct carvq_error error = {0};
        struct carvq_guess guess;
        double counts[3];
        assert_int_not_equal(carvq_counts_prior("T", cases[i].text, strlen(cases[i].text), counts, 3, &guess, &error), CARVQ_OK);
        if (strstr(error.message, cases[i].message) == NULL || error.message[0] != 'T')
            fail_msg("no '%s' in '%s'", cases[i].message, error.message);
    }
}

static void put(const char *folder, const char *name, const char *text)
{
    char path[200];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

// The two files that come before tokenizer.json.
static void test_guess_from_vocabulary_and_merges(void **state)
{
    (void)state;
    char folder[] = "/tmp/carvq-guess-XXXXXX", path[200];
    struct carvq_guess guess;
    struct carvq_error error = {0};
    double counts[5];
    assert_non_null(mkdtemp(folder));
    assert_int_equal(carvq_counts_guess(folder, counts, 5, &guess, &error), CARVQ_ERROR_IO);
    assert_non_null(strstr(error.message, "tokenizer.json: No such file"));
    put(folder, "vocab.json", "{\"a\":0,\"#\":1,\"a#\":2,\"aa\":3}");
    put(folder, "merges.txt", "#version: 0.2\na a\r\na #\n");
    assert_int_equal(carvq_counts_guess(folder, counts, 5, &guess, &error), CARVQ_OK);
    assert_true(counts[3] == 1 && counts[2] == 10. * 5 / 51 && counts[0] == 10. * 5 / 300 && counts[4] == 0);
    put(folder, "merges.txt", "a a a\n");
    assert_int_equal(carvq_counts_guess(folder, counts, 5, &guess, &error), CARVQ_ERROR_FORMAT);
    assert_non_null(strstr(error.message, "merges.txt: merge 0 is not two pieces"));
    for (const char *name = "vocab.json"; name != NULL; name = name[0] == 'v' ? "merges.txt" : NULL) {
        snprintf(path, sizeof path, "%s/%s", folder, name);
        unlink(path);
    }
    rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sound_files),
        cmocka_unit_test(test_damaged_files),
        cmocka_unit_test(test_tokens),
        cmocka_unit_test(test_guess_falls_with_the_rank_of_merges),
        cmocka_unit_test(test_guess_needs_only_the_vocabulary),
        cmocka_unit_test(test_guess_by_scores_and_words),
        cmocka_unit_test(test_guess_that_is_none),
        cmocka_unit_test(test_guess_from_vocabulary_and_merges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
