// SPDX-License-Identifier: MIT
// Ids give back the text that they came from, for both kinds of vocabularies.
#include "tokenizer/detokenizer.h"
#include "tokenizer_test.h"

static void decode(const struct carvq_tokenizer *tokenizer, const uint32_t *ids, size_t count, char text_ret[200])
{
    struct carvq_detokenizer *detokenizer;
    struct carvq_tok_bytes text = {NULL, 0, 0};
    assert_int_equal(carvq_detokenizer_open(tokenizer, &detokenizer, NULL), CARVQ_OK);
    for (size_t i = 0; i < count; i++)
        assert_true(carvq_detokenizer_append(detokenizer, ids[i], &text));
    assert_true(text.length < 200);
    memcpy(text_ret, text.data != NULL ? text.data : "", text.length);
    text_ret[text.length] = '\0';
    carvq_detokenizer_close(detokenizer);
    free(text.data);
}

static void assert_text(const struct carvq_tokenizer *tokenizer, const uint32_t *ids, size_t count, const char *expected)
{
    char text[200];
    decode(tokenizer, ids, count, text);
    assert_string_equal(text, expected);
}

// Encoded and decoded, with front before it.
static void assert_round_trip(const struct carvq_tokenizer *tokenizer, const char *text, const char *front)
{
    uint32_t *ids;
    size_t count;
    char expected[200];
    assert_int_equal(carvq_tokenizer_encode(tokenizer, "text", text, strlen(text), true, &ids, &count, NULL), CARVQ_OK);
    snprintf(expected, sizeof expected, "%s%s", front, text);
    assert_text(tokenizer, ids, count, expected);
    free(ids);
}

static struct carvq_tokenizer *open_file(const char *path)
{
    struct carvq_tokenizer *tokenizer;
    if (carvq_tokenizer_open(path, &tokenizer, NULL) != CARVQ_OK) {
        print_message("skipped: %s is not there\n", path);
        skip();
    }
    return tokenizer;
}

static const char *const texts[] = {"",
                                    "Once upon a time",
                                    "  two  spaces, a tab\tand\nlines\r\n\n",
                                    "caf\xc3\xa9 na\xc3\xafve \xe4\xb8\xad\xe6\x96\x87 \xf0\x9f\x91\x8d",
                                    "\x01\x7f 12,345.60 $%&~",
                                    "\xc2\xa0\xc2\xad\xc4\xa0\xc5\x83"};

static void test_byte_level(void **state)
{
    (void)state;
    struct carvq_tokenizer *tokenizer = open_file(CARVQ_EXAMPLES "/demo-llama/tokenizer.json");
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_round_trip(tokenizer, texts[i], "");
    carvq_tokenizer_close(tokenizer);
}

// Special tokens and ids that do not exist are no text; other added tokens are, as they stand.
static void test_added_tokens(void **state)
{
    (void)state;
    struct carvq_tokenizer *tokenizer = tokenizer_open(
        "{'added_tokens':[{'content':'<s>','single_word':false,'lstrip':false,'rstrip':false,'normalized':false,'special':true},"
        "{'content':'<0x41>','single_word':false,'lstrip':false,'rstrip':false,'normalized':false,'special':false},"
        "{'content':'\u0120','single_word':false,'lstrip':false,'rstrip':false,'normalized':false}],"
        "'pre_tokenizer':{'type':'ByteLevel','add_prefix_space':false,'use_regex':false},"
        "'model':{'type':'BPE','vocab':{'a':0,'\u0120b':1,'<s>':2,'\u4e2d':3,'<0x42>':4},'merges':[]}}");
    assert_text(tokenizer, (const uint32_t[]){0, 2, 1, 5, 6, 3, 4, 7, UINT32_MAX}, 9, "a b<0x41>\xc4\xa0\xe4\xb8\xad<0x42>");
    carvq_tokenizer_close(tokenizer);
    for (int fallback = 0; fallback < 2; fallback++) {
        char json[200];
        snprintf(json, sizeof json,
                 "{'model':{'type':'BPE','byte_fallback':%s,'vocab':{'\u2581a':0,'<0x42>':1,'<0xZZ>':2},'merges':[]}}",
                 fallback ? "true" : "false");
        tokenizer = tokenizer_open(json);
        assert_text(tokenizer, (const uint32_t[]){0, 1, 0, 2}, 4, fallback ? " aB a<0xZZ>" : " a<0x42> a<0xZZ>");
        carvq_tokenizer_close(tokenizer);
    }
}

static void test_sentencepiece(void **state)
{
    (void)state;
    struct carvq_tokenizer *tokenizer = open_file(CARVQ_TEST_DATA "/models/stories260K/tokenizer.json");
    for (size_t i = 1; i < sizeof texts / sizeof *texts; i++)
        assert_round_trip(tokenizer, texts[i], " "); // the space that the tokenizer puts in front
    carvq_tokenizer_close(tokenizer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_byte_level), cmocka_unit_test(test_added_tokens),
                                       cmocka_unit_test(test_sentencepiece)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
