// SPDX-License-Identifier: MIT
// What the ids of a text must be, on tokenizers small enough to do by hand. That they are those of the tokenizers library
// on real texts is tested by ecosystem/tokenizer_ids.py.
#include "tokenizer_test.h"

#include "tokenizer/parts.h"

#define LETTERS "'a':0,'b':1,'c':2,'d':3,' ':4"

static void test_lowest_rank_first(void **state)
{
    (void)state;
    struct carvq_tokenizer *tokenizer = tokenizer_open("{'model':{'type':'BPE','vocab':{" LETTERS
                                                       ",'ab':5,'bc':6,'abc':7,'cd':8},'merges':['b c','a b','a bc','c d']}}");
    assert_ids(tokenizer, "abc", "7");
    assert_ids(tokenizer, "abcd", "7 3"); // not ab cd
    assert_ids(tokenizer, "abd", "5 3");
    assert_ids(tokenizer, "bcd", "6 3");
    carvq_tokenizer_close(tokenizer);
}

static void test_leftmost_of_equal_rank_first(void **state)
{
    (void)state;
    struct carvq_tokenizer *tokenizer = tokenizer_open(
        "{'model':{'vocab':{'a':0,'aa':1,'aaa':2},'merges':[['a','a'],['aa','a']]}}");
    assert_ids(tokenizer, "a", "0");
    assert_ids(tokenizer, "aaa", "2");
    assert_ids(tokenizer, "aaaa", "1 1");
    assert_ids(tokenizer, "aaaaa", "1 2");
    assert_ids(tokenizer, "aaaaaaa", "1 1 2");
    carvq_tokenizer_close(tokenizer);
}

static void test_two_merges_with_one_result(void **state)
{
    (void)state;
    struct carvq_tokenizer *tokenizer = tokenizer_open("{'model':{'vocab':{'a':0,'b':1,'c':2,'ab':3,'bc':4,'abc':5},"
                                                       "'merges':['a b','b c','a bc','ab c']}}");
    assert_ids(tokenizer, "abc", "5");
    assert_ids(tokenizer, "aabcc", "0 5 2");
    carvq_tokenizer_close(tokenizer);
}

static void test_later_of_equal_merges_counts(void **state)
{
    (void)state;
    struct carvq_tokenizer *tokenizer = tokenizer_open(
        "{'model':{'vocab':{'a':0,'b':1,'c':2,'ab':3,'bc':4},'merges':['a b','b c','a b']}}");
    assert_ids(tokenizer, "abc", "0 4");
    carvq_tokenizer_close(tokenizer);
}

static void test_merges_with_spaces_and_version_line(void **state)
{
    (void)state;
    struct carvq_tokenizer *tokenizer = tokenizer_open("{'model':{'vocab':{" LETTERS
                                                       ",'a ':5,'a b':6},'merges':[['a',' '],['a ','b']]}}");
    assert_ids(tokenizer, "a b", "6");
    carvq_tokenizer_close(tokenizer);
    tokenizer = tokenizer_open("{'model':{'vocab':{" LETTERS ",'ab':5},'merges':['#version: 0.2','a b']}}");
    const struct carvq_tok_merge *merges = tokenizer->bpe.merges;
    assert_int_equal(tokenizer->bpe.merge_count, 1);
    assert_int_equal(merges[0].left, 0);
    assert_int_equal(merges[0].right, 1);
    assert_int_equal(merges[0].merged, 5);
    assert_int_equal(carvq_tokenizer_id_limit(tokenizer), 6);
    carvq_tokenizer_close(tokenizer);
}

static void test_whole_words_before_merges(void **state)
{
    (void)state;
    static const char *const text = "{'model':{'vocab':{'a':0,'b':1,'ab':2,'ba':3,'aba':4},'merges':['a b'],'ignore_merges':%s}}";
    char json[200];
    snprintf(json, sizeof json, text, "true");
    struct carvq_tokenizer *tokenizer = tokenizer_open(json);
    assert_ids(tokenizer, "aba", "4");
    assert_ids(tokenizer, "abab", "2 2");
    carvq_tokenizer_close(tokenizer);
    snprintf(json, sizeof json, text, "false");
    tokenizer = tokenizer_open(json);
    assert_ids(tokenizer, "aba", "2 0");
    carvq_tokenizer_close(tokenizer);
}

static void test_unknown_characters(void **state)
{
    (void)state;
    static const char *const model = "{'model':{'vocab':{'a':0,'?':1,'<0xC3>':2,'<0xA4>':3,'<0xE2>':4},'merges':[],%s}}";
    static const struct {
        const char *options, *ids;
    } cases[] = {
        {"'unk_token':null", "0 0"},
        {"'unk_token':'?'", "0 1 1 1 0"},
        {"'unk_token':'?','fuse_unk':true", "0 1 0"},
        {"'unk_token':'?','byte_fallback':true", "0 2 3 1 1 0"},
        {"'unk_token':'?','byte_fallback':true,'fuse_unk':true", "0 2 3 1 0"},
        {"'byte_fallback':true", "0 2 3 0"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char json[300];
        snprintf(json, sizeof json, model, cases[i].options);
        struct carvq_tokenizer *tokenizer = tokenizer_open(json);
        assert_ids(tokenizer, "a\xc3\xa4\xe2\x82\xacza", cases[i].ids); // a, a umlaut, euro, z, a
        carvq_tokenizer_close(tokenizer);
    }
}

static void test_unknown_token_that_is_no_piece(void **state)
{
    (void)state;
    struct carvq_tokenizer *tokenizer = tokenizer_open("{'model':{'vocab':{'a':0},'merges':[],'unk_token':'?'}}");
    struct carvq_error error;
    uint32_t *ids;
    size_t count;
    assert_ids(tokenizer, "aa", "0 0");
    assert_int_equal(carvq_tokenizer_encode(tokenizer, "book.txt", "ab", 2, false, &ids, &count, &error), CARVQ_ERROR_FORMAT);
    assert_string_equal(error.message, "book.txt: 'b' is not in the tokenizer's vocabulary, nor is its unk_token");
    carvq_tokenizer_close(tokenizer);
}

#define BYTES                                                                                                         \
    "'model':{'vocab':{'a':0,'b':1,'\u0120':2,'\u010a':3,'\u00c3':4,'\u00a9':5,'1':6,'\u0120a':7,'b\u0120':8,'aa':9," \
    "'\u0100':10,'\u0143':11,'\u0121':12,'s':13,'!':14},'merges':[['\u0120','a'],['b','\u0120'],['a','a']]}}"

static void test_byte_level(void **state)
{
    (void)state;
    struct carvq_tokenizer *tokenizer = tokenizer_open(
        "{'pre_tokenizer':{'type':'ByteLevel','add_prefix_space':false,'trim_offsets':true}," BYTES);
    assert_ids(tokenizer, "a a", "0 7");
    assert_ids(tokenizer, "b a", "1 7");    // the space belongs to the second word, although b and space would merge
    assert_ids(tokenizer, "b  a", "1 2 7"); // .. and the first of two stands alone
    assert_ids(tokenizer, "\xc3\xa9\n", "4 5 3");
    char ids[1000];
    tokenizer_encode(tokenizer, "a\0a\x7f", 4, false, ids);
    assert_string_equal(ids, "0 10 0 12");
    tokenizer_encode(tokenizer, "\xc3\xad", 2, false, ids);
    assert_string_equal(ids, "4 11"); // 0xad has the last of the characters that stand for bytes
    carvq_tokenizer_close(tokenizer);
    tokenizer = tokenizer_open(
        "{'pre_tokenizer':{'type':'ByteLevel','add_prefix_space':true,'trim_offsets':true,'use_regex':false}," BYTES);
    assert_ids(tokenizer, "aaab a", "7 9 1 7");
    assert_ids(tokenizer, " a", "7");
    carvq_tokenizer_close(tokenizer);
}

static void test_sentencepiece_style(void **state)
{
    (void)state;
    struct carvq_tokenizer *tokenizer = tokenizer_open(
        "{'normalizer':{'type':'Sequence','normalizers':[{'type':'Prepend','prepend':'_'},"
        "{'type':'Replace','pattern':{'String':' '},'content':'_'}]},"
        "'model':{'vocab':{'a':0,'_':1,'_a':2,'__':3,'a_':4},'merges':['_ a','_ _','a _']}}");
    assert_ids(tokenizer, "a", "2");
    assert_ids(tokenizer, "a a", "2 2");
    assert_ids(tokenizer, "  a", "3 2");
    assert_ids(tokenizer, "a ", "2 1");
    assert_ids(tokenizer, "", "");
    carvq_tokenizer_close(tokenizer);
}

static void test_metaspace(void **state)
{
    (void)state;
    static const struct {
        const char *options, *text, *ids;
    } cases[] = {
        {"", "aa a", "2 0 2"},
        {"", " a", "2"}, // has its prefix
        {",'prepend_scheme':'never'", "aa a", "0 0 2"},
        {",'prepend_scheme':'first'", "a<>a", "2 5 0"},
        {",'prepend_scheme':'always'", "a<>a", "2 5 2"},
        {",'split':false", "a a", "4"},
        {",'add_prefix_space':true", "a", "2"},
        {",'add_prefix_space':false,'prepend_scheme':'never'", "a", "0"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char json[500];
        snprintf(json, sizeof json,
                 "{'added_tokens':[{'id':5,'content':'<>','single_word':false,'lstrip':false,'rstrip':false,'normalized':false,"
                 "'special':true}],'pre_tokenizer':{'type':'Metaspace','replacement':'_'%s},"
                 "'model':{'vocab':{'a':0,'_':1,'_a':2,'a_':3,'_a_a':4},'merges':['_ a','_a _a']}}",
                 cases[i].options);
        struct carvq_tokenizer *tokenizer = tokenizer_open(json);
        assert_ids(tokenizer, cases[i].text, cases[i].ids);
        carvq_tokenizer_close(tokenizer);
    }
}

// Every pre-token is one unknown token, so that the number of ids is that of the pre-tokens.
static void test_split_behaviors(void **state)
{
    (void)state;
    static const struct {
        const char *behavior, *text, *ids;
    } cases[] = {
        {"Removed", "the-final--countdown", "0 0 0"},
        {"Isolated", "the-final--countdown", "0 0 0 0 0 0"},
        {"MergedWithPrevious", "the-final--countdown", "0 0 0 0"}, // the- final- - countdown
        {"MergedWithNext", "the-final--countdown", "0 0 0 0"},     // the -final - -countdown
        {"Contiguous", "the-final--countdown", "0 0 0 0 0"},
        {"MergedWithPrevious", "-a", "0 0"},
        {"MergedWithNext", "-a", "0"},
        {"MergedWithNext", "a-", "0 0"},
        {"Removed", "---", ""},
        {"Contiguous", "---", "0"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (int regex = 0; regex < 2; regex++) {
            char json[300];
            snprintf(json, sizeof json,
                     "{'pre_tokenizer':{'type':'Split','pattern':{'%s':'-'},'behavior':'%s','invert':false},"
                     "'model':{'vocab':{'?':0},'merges':[],'unk_token':'?','fuse_unk':true}}",
                     regex ? "Regex" : "String", cases[i].behavior);
            struct carvq_tokenizer *tokenizer = tokenizer_open(json);
            assert_ids(tokenizer, cases[i].text, cases[i].ids);
            carvq_tokenizer_close(tokenizer);
        }
    }
}

#define ADDED(content, left, right, single, normalized) \
    "{'id':0,'content':'" content "','lstrip':" left ",'rstrip':" right ",'single_word':" single ",'normalized':" normalized "}"
#define YES "true"
#define NO "false"

static void test_added_tokens(void **state)
{
    (void)state;
    struct carvq_tokenizer *tokenizer = tokenizer_open(
        "{'added_tokens':[" ADDED("<x>", NO, NO, NO, NO) "," ADDED("<x><y>", NO, NO, NO, NO) "," ADDED(
            "<l>", YES, NO, NO, NO) "," ADDED("<r>", NO, YES, NO,
                                              NO) "," ADDED("word", NO, NO, YES,
                                                            NO) "," ADDED("b", NO, NO, NO,
                                                                          NO) "],"
                                                                              "'model':{'vocab':{'a':0,'b':1,' "
                                                                              "':2,'w':3,'o':4,'r':5,'d':6,'<':7},'merges':[]}}");
    assert_ids(tokenizer, "a<x>a", "0 8 0");
    assert_ids(tokenizer, "<x><y><x>", "9 8"); // the longest
    assert_ids(tokenizer, "<x<x>", "7 8");     // x is no piece
    assert_ids(tokenizer, "a  <l>  a", "0 10 2 2 0");
    assert_ids(tokenizer, "a  <r>  a", "0 2 2 11 0");
    assert_ids(tokenizer, "<r> \t\n\xe3\x80\x80<l>", "11 10");
    assert_ids(tokenizer, "a word a", "0 2 12 2 0");
    assert_ids(tokenizer, "word", "12");
    assert_ids(tokenizer, "aword", "0 3 4 5 6");
    assert_ids(tokenizer, "word\xcc\x81", "3 4 5 6"); // a combining mark is part of a word
    assert_ids(tokenizer, "b", "1");                  // keeps its id
    assert_int_equal(carvq_tokenizer_id_limit(tokenizer), 13);
    carvq_tokenizer_close(tokenizer);
}

static void test_added_tokens_in_normalized_text(void **state)
{
    (void)state;
    struct carvq_tokenizer *tokenizer = tokenizer_open("{'added_tokens':[" ADDED("b b", NO, NO, NO, YES) "," ADDED(
        "c c", NO, NO, NO, NO) "],"
                               "'normalizer':{'type':'Replace','pattern':{'Regex':'[ _]'},'content':'-'},"
                               "'model':{'vocab':{'a':0,'-':1,'b':2,'c':3},'merges':[]}}");
    assert_ids(tokenizer, "ab_ba", "0 4 0");
    assert_ids(tokenizer, "ab ba", "0 4 0");
    assert_ids(tokenizer, "ac ca", "0 5 0");
    assert_ids(tokenizer, "ac_ca", "0 3 1 3 0");
    carvq_tokenizer_close(tokenizer);
}

static void test_nfc(void **state)
{
    (void)state;
    struct carvq_tokenizer *tokenizer = tokenizer_open(
        "{'normalizer':{'type':'NFC'},'model':{'vocab':{'\u00e9':0,'e':1,'\u0301':2,'\uac01':3,'\u0323':4,'q':5},"
        "'merges':[]}}");
    assert_ids(tokenizer, "e\xcc\x81", "0");
    assert_ids(tokenizer, "\xe1\x84\x80\xe1\x85\xa1\xe1\x86\xa8", "3"); // Hangul
    assert_ids(tokenizer, "q\xcc\x81\xcc\xa3", "5 4 2");                // marks in order of their class
    carvq_tokenizer_close(tokenizer);
}

static void test_post_processor(void **state)
{
    (void)state;
    struct carvq_tokenizer *tokenizer = tokenizer_open(
        "{'post_processor':{'type':'Sequence','processors':[{'type':'ByteLevel','add_prefix_space':true,'trim_offsets':false},"
        "{'type':'TemplateProcessing','single':[{'SpecialToken':{'id':'<s>','type_id':0}},{'Sequence':{'id':'A','type_id':0}},"
        "{'SpecialToken':{'id':'</s>','type_id':0}}],'pair':[],'special_tokens':{'<s>':{'id':'<s>','ids':[7,8],'tokens':['x',"
        "'y']},"
        "'</s>':{'id':'</s>','ids':[9],'tokens':['z']}}},"
        "{'type':'TemplateProcessing','single':[{'SpecialToken':{'id':'o','type_id':0}},{'Sequence':{'id':'A','type_id':0}},"
        "{'SpecialToken':{'id':'o','type_id':0}}],'pair':[],'special_tokens':{'o':{'id':'o','ids':[5],'tokens':['o']}}}]},"
        "'model':{'vocab':{'a':0},'merges':[]}}");
    char ids[1000];
    tokenizer_encode(tokenizer, "a", 1, true, ids);
    assert_string_equal(ids, "5 7 8 0 9 5");
    tokenizer_encode(tokenizer, "", 0, true, ids);
    assert_string_equal(ids, "5 7 8 9 5");
    tokenizer_encode(tokenizer, "a", 1, false, ids);
    assert_string_equal(ids, "0");
    assert_int_equal(carvq_tokenizer_id_limit(tokenizer), 10);
    carvq_tokenizer_close(tokenizer);
}

static void test_empty_text(void **state)
{
    (void)state;
    struct carvq_tokenizer *tokenizer = tokenizer_open("{'model':{'vocab':{'a':0},'merges':[]}}");
    uint32_t *ids = NULL;
    size_t count = 1;
    assert_int_equal(carvq_tokenizer_encode(tokenizer, "text", "", 0, true, &ids, &count, NULL), CARVQ_OK);
    assert_int_equal(count, 0);
    assert_non_null(ids);
    free(ids);
    carvq_tokenizer_close(tokenizer);
    carvq_tokenizer_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lowest_rank_first),
        cmocka_unit_test(test_leftmost_of_equal_rank_first),
        cmocka_unit_test(test_two_merges_with_one_result),
        cmocka_unit_test(test_later_of_equal_merges_counts),
        cmocka_unit_test(test_merges_with_spaces_and_version_line),
        cmocka_unit_test(test_whole_words_before_merges),
        cmocka_unit_test(test_unknown_characters),
        cmocka_unit_test(test_unknown_token_that_is_no_piece),
        cmocka_unit_test(test_byte_level),
        cmocka_unit_test(test_sentencepiece_style),
        cmocka_unit_test(test_metaspace),
        cmocka_unit_test(test_split_behaviors),
        cmocka_unit_test(test_added_tokens),
        cmocka_unit_test(test_added_tokens_in_normalized_text),
        cmocka_unit_test(test_nfc),
        cmocka_unit_test(test_post_processor),
        cmocka_unit_test(test_empty_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
