// SPDX-License-Identifier: MIT
// Files that are damaged, contradict themselves or ask for what is not supported, and texts that are not texts: one clear
// message each, no crash, no wrong ids.
#include "tokenizer_test.h"

#define MODEL "'model':{'type':'BPE','vocab':{'a':0,'b':1,'ab':2},'merges':['a b']}"
#define PRE(text) "{'pre_tokenizer':" text "," MODEL "}"
#define NORMAL(text) "{'normalizer':" text "," MODEL "}"
#define POST(text) "{'post_processor':" text "," MODEL "}"
#define TOKEN(content) "{'content':'" content "','lstrip':false,'rstrip':false,'single_word':false,'normalized':false}"
#define TEMPLATE(single) POST("{'type':'TemplateProcessing','single':[" single "],'special_tokens':{'<s>':{'ids':[0]},'x':{}}}")

static const struct {
    const char *json;
    enum carvq_status status;
    const char *message; // what stands in it
} refused[] = {
    {"", CARVQ_ERROR_FORMAT, "byte 0"},
    {"[]", CARVQ_ERROR_FORMAT, "is not an object"},
    {"{}", CARVQ_ERROR_FORMAT, "'model' is missing"},
    {"{'model':null}", CARVQ_ERROR_FORMAT, "'model' is missing"},
    {"{'model':[]}", CARVQ_ERROR_FORMAT, "model: is not an object"},
    {"{" MODEL "," MODEL "}", CARVQ_ERROR_FORMAT, "'model' occurs twice"},
    {"{" MODEL "} x", CARVQ_ERROR_FORMAT, "something follows"},
    {"{'model':{'vocab':{}}}", CARVQ_ERROR_FORMAT, "'merges' is missing"},
    {"{'model':{'vocab':[],'merges':[]}}", CARVQ_ERROR_FORMAT, "'vocab' is not an object"},
    {"{'model':{'vocab':{},'merges':{}}}", CARVQ_ERROR_FORMAT, "'merges' is not an array"},
    {"{'model':{'vocab':{'a':-1},'merges':[]}}", CARVQ_ERROR_FORMAT, "the id of piece 'a'"},
    {"{'model':{'vocab':{'a':4294967296},'merges':[]}}", CARVQ_ERROR_FORMAT, "the id of piece 'a'"},
    {"{'model':{'vocab':{'a':1.0},'merges':[]}}", CARVQ_ERROR_FORMAT, "the id of piece 'a'"},
    {"{'model':{'vocab':{'a':'1'},'merges':[]}}", CARVQ_ERROR_FORMAT, "the id of piece 'a'"},
    {"{'model':{'vocab':{'a':1,'b':2,'a':3},'merges':[]}}", CARVQ_ERROR_FORMAT, "piece 'a' occurs twice"},
    {"{'model':{'vocab':{'a':1,'b':2},'merges':['a b']}}", CARVQ_ERROR_FORMAT, "merge 0, 'a' and 'b': the result is not"},
    {"{'model':{'vocab':{'a':1,'ab':2},'merges':['a b']}}", CARVQ_ERROR_FORMAT, "the right piece is not"},
    {"{'model':{'vocab':{'b':1,'ab':2},'merges':[['a','b']]}}", CARVQ_ERROR_FORMAT, "the left piece is not"},
    {"{'model':{'vocab':{'a':1,'aa':2},'merges':['a a','aa']}}", CARVQ_ERROR_FORMAT, "merge 1, 'aa', is not two pieces"},
    {"{'model':{'vocab':{'a':1},'merges':['a a a']}}", CARVQ_ERROR_FORMAT, "merge 0, 'a a a', is not two pieces"},
    {"{'model':{'vocab':{'a':1,'aa':2},'merges':['a a',['a','a']]}}", CARVQ_ERROR_FORMAT, "merge 1 is not of the same form"},
    {"{'model':{'vocab':{'a':1},'merges':[['a']]}}", CARVQ_ERROR_FORMAT, "merge 0 is not a pair"},
    {"{'model':{'vocab':{'a':1},'merges':[['a','a','a']]}}", CARVQ_ERROR_FORMAT, "merge 0 is not a pair"},
    {"{'model':{'vocab':{'a':1},'merges':[7]}}", CARVQ_ERROR_FORMAT, "merge 0 is not a pair"},
    {"{'model':{'vocab':{'a':1},'merges':[],'fuse_unk':1}}", CARVQ_ERROR_FORMAT, "'fuse_unk' is not true or false"},
    {"{'model':{'vocab':{'a':1},'merges':[],'unk_token':1}}", CARVQ_ERROR_FORMAT, "'unk_token' is not a string"},
    {"{'model':{'vocab':{'a':1},'merges':[],'dropout':'x'}}", CARVQ_ERROR_FORMAT, "'dropout' is not a number"},
    {"{'model':{'type':'Unigram','vocab':[]}}", CARVQ_ERROR_UNSUPPORTED, "type 'Unigram' is not supported"},
    {"{'model':{'vocab':{'a':1},'merges':[],'dropout':0.1}}", CARVQ_ERROR_UNSUPPORTED, "'dropout' is not supported"},
    {"{'model':{'vocab':{},'merges':[],'end_of_word_suffix':'</w>'}}", CARVQ_ERROR_UNSUPPORTED, "'end_of_word_suffix' is not"},
    {"{'model':{'vocab':{},'merges':[],'continuing_subword_prefix':'##'}}", CARVQ_ERROR_UNSUPPORTED, "'continuing_subword_pr"},
    {NORMAL("7"), CARVQ_ERROR_FORMAT, "normalizer: is not an object"},
    {NORMAL("{}"), CARVQ_ERROR_FORMAT, "normalizer: 'type' is missing"},
    {NORMAL("{'type':'Lowercase'}"), CARVQ_ERROR_UNSUPPORTED, "normalizer 'Lowercase' is not supported"},
    {NORMAL("{'type':'Sequence'}"), CARVQ_ERROR_FORMAT, "'normalizers' is missing"},
    {NORMAL("{'type':'Sequence','normalizers':[{'type':'Strip'}]}"), CARVQ_ERROR_UNSUPPORTED, "normalizer 'Strip' is not"},
    {NORMAL("{'type':'Prepend'}"), CARVQ_ERROR_FORMAT, "'prepend' is missing"},
    {NORMAL("{'type':'Replace','content':''}"), CARVQ_ERROR_FORMAT, "'pattern' is missing"},
    {NORMAL("{'type':'Replace','pattern':{'String':''},'content':''}"), CARVQ_ERROR_FORMAT, "the pattern is empty"},
    {NORMAL("{'type':'Replace','pattern':{'String':'a','Regex':'a'},'content':''}"), CARVQ_ERROR_FORMAT, "both a string and"},
    {PRE("{'type':'BertPreTokenizer'}"), CARVQ_ERROR_UNSUPPORTED, "pre_tokenizer 'BertPreTokenizer' is not supported"},
    {PRE("{'type':'ByteLevel'}"), CARVQ_ERROR_FORMAT, "'add_prefix_space' is missing"},
    {PRE("{'type':'Split','pattern':{'Regex':'a'},'invert':false}"), CARVQ_ERROR_FORMAT, "'behavior' is missing"},
    {PRE("{'type':'Split','pattern':{'Regex':'a'},'behavior':'Removed'}"), CARVQ_ERROR_FORMAT, "'invert' is missing"},
    {PRE("{'type':'Split','pattern':{'Regex':'a'},'behavior':'x','invert':false}"), CARVQ_ERROR_FORMAT, "no behavior 'x'"},
    {PRE("{'type':'Split','pattern':{'Regex':'(a'},'behavior':'Removed','invert':false}"), CARVQ_ERROR_FORMAT, "is not closed"},
    {PRE("{'type':'Split','pattern':{'Regex':'[b-a]'},'behavior':'Removed','invert':false}"), CARVQ_ERROR_FORMAT, "not a regul"},
    {PRE("{'type':'Split','pattern':{'Regex':'\\\\w'},'behavior':'Removed','invert':false}"), CARVQ_ERROR_UNSUPPORTED, "'\\w'"},
    {PRE("{'type':'Metaspace'}"), CARVQ_ERROR_FORMAT, "'replacement' is missing"},
    {PRE("{'type':'Metaspace','replacement':''}"), CARVQ_ERROR_FORMAT, "'replacement' is empty"},
    {PRE("{'type':'Metaspace','replacement':'_','prepend_scheme':'often'}"), CARVQ_ERROR_FORMAT, "is not always, first or never"},
    {PRE("{'type':'Metaspace','replacement':'_','add_prefix_space':false}"), CARVQ_ERROR_FORMAT, "contradicts"},
    {PRE("{'type':'Digits'}"), CARVQ_ERROR_FORMAT, "'individual_digits' is missing"},
    {POST("{'type':'BertProcessing'}"), CARVQ_ERROR_UNSUPPORTED, "post_processor 'BertProcessing' is not supported"},
    {POST("{'type':'TemplateProcessing'}"), CARVQ_ERROR_FORMAT, "'single' or 'special_tokens' is missing"},
    {POST("{'type':'Sequence'}"), CARVQ_ERROR_FORMAT, "'processors' is missing"},
    {TEMPLATE(""), CARVQ_ERROR_UNSUPPORTED, "leaves the text out"},
    {TEMPLATE("{'Sequence':{'id':'B'}}"), CARVQ_ERROR_UNSUPPORTED, "other sequences than one A"},
    {TEMPLATE("{'Sequence':{'id':'A'}},{'Sequence':{'id':'A'}}"), CARVQ_ERROR_UNSUPPORTED, "other sequences than one A"},
    {TEMPLATE("{'SpecialToken':{'id':'z'}}"), CARVQ_ERROR_FORMAT, "'z' is not in 'special_tokens'"},
    {TEMPLATE("{'SpecialToken':{'id':'x'}}"), CARVQ_ERROR_FORMAT, "'ids' of 'x' is missing"},
    {TEMPLATE("{}"), CARVQ_ERROR_FORMAT, "not either a special token or a sequence"},
    {"{'added_tokens':{}," MODEL "}", CARVQ_ERROR_FORMAT, "added_tokens: not an array"},
    {"{'added_tokens':[{'content':'x'}]," MODEL "}", CARVQ_ERROR_FORMAT, "added_tokens: 'single_word' is missing"},
    {"{'added_tokens':[" TOKEN("x") "," TOKEN("x") "]," MODEL "}", CARVQ_ERROR_FORMAT, "'x' occurs twice"},
    {"{'normalizer':{'type':'Replace','pattern':{'String':'x'},'content':''},'added_tokens':[{'content':'xx',"
     "'lstrip':false,'rstrip':false,"
     "'single_word':false,'normalized':true}]," MODEL "}",
     CARVQ_ERROR_FORMAT, "nothing is left of 'xx'"},
};

static void test_refused_with_reason(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        struct carvq_tokenizer *tokenizer = NULL;
        struct carvq_error error = {0};
        enum carvq_status status = tokenizer_try(refused[i].json, &tokenizer, &error);
        bool named = strncmp(error.message, "tokenizer.json: ", 16) == 0;
        if (status != refused[i].status || !named || strstr(error.message, refused[i].message) == NULL)
            fail_msg("%s: status %d, '%s'; expected status %d, '%s'", refused[i].json, (int)status, error.message,
                     (int)refused[i].status, refused[i].message);
        assert_null(tokenizer);
        assert_int_equal(tokenizer_try(refused[i].json, &tokenizer, NULL), refused[i].status);
    }
}

// Everything at once.
static const char whole[] = "{'version':'1.0','truncation':null,'added_tokens':[" TOKEN(
    "<s>") ",{'content':'b a','lstrip':true,'rstrip':true,"
           "'single_word':true,'normalized':true}],'normalizer':{'type':'Sequence','normalizers':[{'type':'NFC'},{'type':'"
           "Prepend',"
           "'prepend':'_'},{'type':'Replace','pattern':{'Regex':'[ "
           "]{2,3}+'},'content':'\\u005f'}]},'pre_tokenizer':{'type':'Sequence',"
           "'pretokenizers':[{'type':'Split','pattern':{'Regex':'(?i:b)|\\\\p{N}'},'behavior':'Contiguous','invert':true},"
           "{'type':'Metaspace',"
           "'replacement':'_','prepend_scheme':'first','split':true},{'type':'Digits','individual_digits':true},{'type':'"
           "ByteLevel',"
           "'add_prefix_space':true,'trim_offsets':true,'use_regex':true}]},'post_processor':{'type':'TemplateProcessing','"
           "single':["
           "{'SpecialToken':{'id':'<s>','type_id':0}},{'Sequence':{'id':'A','type_id':0}}],'special_tokens':{'<s>':{'id':'<s>',"
           "'ids':[3]}}},"
           "'model':{'type':'BPE','dropout':0.0,'unk_token':'b','fuse_unk':true,'byte_fallback':true,'ignore_merges':true,"
           "'vocab':{'a':0,'b':1,'ab':2,'<0x41>':3},'merges':[['a','b']]}}";

static void use(const char *json, size_t length)
{
    struct carvq_tokenizer *tokenizer;
    struct carvq_error error = {0};
    static const char text[] = "ab  A b a<s>ba \xc3\xa9 12 b\n";
    if (carvq_tokenizer_read("tokenizer.json", json, length, &tokenizer, &error) != CARVQ_OK) {
        assert_true(error.message[0] != '\0');
        return;
    }
    uint32_t *ids;
    size_t count;
    if (carvq_tokenizer_encode(tokenizer, "text", text, sizeof text - 1, true, &ids, &count, &error) == CARVQ_OK) {
        for (size_t i = 0; i < count; i++)
            assert_true(ids[i] < carvq_tokenizer_id_limit(tokenizer));
        free(ids);
    }
    carvq_tokenizer_close(tokenizer);
}

static void test_truncated_file(void **state)
{
    (void)state;
    struct carvq_tokenizer *tokenizer = tokenizer_open(whole);
    carvq_tokenizer_close(tokenizer);
    size_t length;
    char *json = tokenizer_json(whole, &length);
    for (size_t cut = 0; cut < length; cut++) {
        char *part = malloc(cut > 0 ? cut : 1);
        assert_non_null(part);
        memcpy(part, json, cut);
        assert_int_equal(carvq_tokenizer_read("tokenizer.json", part, cut, &tokenizer, NULL), CARVQ_ERROR_FORMAT);
        free(part);
    }
    free(json);
}

static void test_changed_bytes(void **state)
{
    (void)state;
    static const char changes[] = "\"{}[],:0ax\\ \xff";
    size_t length;
    char *json = tokenizer_json(whole, &length);
    for (size_t i = 0; i < length; i++) {
        char before = json[i];
        for (size_t change = 0; change < sizeof changes; change++) { // with the NUL
            json[i] = changes[change];
            use(json, length);
        }
        json[i] = before;
    }
    free(json);
}

static void test_text_that_is_not_utf8(void **state)
{
    (void)state;
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"\xff", "book.txt: byte 0 (0xff) is not UTF-8: save it as UTF-8"},
        {"ab\xc0\xaf", "book.txt: byte 2 (0xc0) is not UTF-8: save it as UTF-8"},        // overlong
        {"a\xed\xa0\x80", "book.txt: byte 1 (0xed) is not UTF-8: save it as UTF-8"},     // surrogate
        {"a\xf4\x90\x80\x80", "book.txt: byte 1 (0xf4) is not UTF-8: save it as UTF-8"}, // beyond U+10FFFF
        {"abc\xe4\xb8", "book.txt: byte 3 (0xe4) is not UTF-8: save it as UTF-8"},       // cut
    };
    struct carvq_tokenizer *tokenizer = tokenizer_open("{" MODEL "}");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct carvq_error error;
        uint32_t *ids;
        size_t count;
        size_t length = strlen(cases[i].text);
        assert_int_equal(carvq_tokenizer_encode(tokenizer, "book.txt", cases[i].text, length, true, &ids, &count, &error),
                         CARVQ_ERROR_FORMAT);
        assert_string_equal(error.message, cases[i].message);
    }
    carvq_tokenizer_close(tokenizer);
}

static void test_pattern_that_explodes(void **state)
{
    (void)state;
    struct carvq_tokenizer *tokenizer = tokenizer_open(PRE("{'type':'Split','pattern':{'Regex':'(?:a|a)+(?:a|a)+(?:a|a)+c'},"
                                                           "'behavior':'Isolated','invert':false}"));
    char text[102];
    struct carvq_error error;
    uint32_t *ids;
    size_t count;
    memset(text, 'a', 100);
    text[100] = 'b';
    text[101] = 'c'; // without it PCRE2 would not even try
    assert_int_equal(carvq_tokenizer_encode(tokenizer, "text", text, 102, true, &ids, &count, &error), CARVQ_ERROR_UNSUPPORTED);
    assert_non_null(strstr(error.message, "match limit"));
    carvq_tokenizer_close(tokenizer);
}

static void test_too_many_marks(void **state)
{
    (void)state;
    struct carvq_tokenizer *tokenizer = tokenizer_open(NORMAL("{'type':'NFC'}"));
    struct carvq_error error;
    uint32_t *ids;
    size_t count;
    char text[2 * 1001 + 1] = "a";
    for (size_t i = 0; i < 1001; i++)
        memcpy(text + 1 + 2 * i, i % 2 ? "\xcc\x81" : "\xcc\xa3", 2);
    assert_int_equal(carvq_tokenizer_encode(tokenizer, "text", text, 1 + 2 * 1000, true, &ids, &count, &error), CARVQ_OK);
    free(ids);
    assert_int_equal(carvq_tokenizer_encode(tokenizer, "text", text, 1 + 2 * 1001, true, &ids, &count, &error),
                     CARVQ_ERROR_UNSUPPORTED);
    assert_non_null(strstr(error.message, "combining marks"));
    carvq_tokenizer_close(tokenizer);
}

// Instrumented, a character takes ten times as long.
#ifdef CARVQ_INSTRUMENTED
#define LENGTH 200000
#else
#define LENGTH 1000000
#endif

// In quadratic time each of these takes hours, and the test its limit of time.
static void test_long_runs_take_linear_time(void **state)
{
    (void)state;
    static const char *const units[] = {" ", "\n", " \n", "a", "b ", "1", "ab", "\t", "'", "e\xcc\x81", "<", "\xe2\x80\xa8 "};
    struct carvq_tokenizer *tokenizer = tokenizer_open("{'added_tokens':[" TOKEN(
        "<s>") ",{'content':'<<<<<<<<s',"
               "'lstrip':true,'rstrip':true,'single_word':true,'normalized':true}],"
               "'normalizer':{'type':'NFC'},'pre_tokenizer':{'type':'Sequence','pretokenizers':[{'type':'Split','pattern':{'"
               "Regex':"
               "'(?i:\\u0027s|\\u0027t)|[^\\\\r\\\\n\\\\p{L}\\\\p{N}]?\\\\p{L}+|\\\\p{N}{1,3}| "
               "?[^\\\\s\\\\p{L}\\\\p{N}]+[\\\\r\\\\n]*|"
               "\\\\s*[\\\\r\\\\n]+|\\\\s+(?!\\\\S)|\\\\s+'},'behavior':'Isolated','invert':false},{'type':'ByteLevel',"
               "'add_prefix_space':false,"
               "'use_regex':false}]},'model':{'unk_token':'a','vocab':{'a':0,'b':1,'ab':2,'\u0120':3,'aa':4,'aaaa':5},"
               "'merges':['a b','a a','aa aa']}}");
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        size_t unit = strlen(units[i]), length = LENGTH / unit * unit;
        char *text = malloc(length + 1);
        assert_non_null(text);
        for (size_t at = 0; at < length; at += unit)
            memcpy(text + at, units[i], unit);
        text[length] = 'b';
        uint32_t *ids;
        size_t count;
        assert_int_equal(carvq_tokenizer_encode(tokenizer, "text", text, length + 1, true, &ids, &count, NULL), CARVQ_OK);
        assert_true(count > 0 && count <= length + 1);
        free(ids);
        free(text);
    }
    carvq_tokenizer_close(tokenizer);
}

static void test_missing_file(void **state)
{
    (void)state;
    struct carvq_tokenizer *tokenizer;
    struct carvq_error error;
    assert_int_equal(carvq_tokenizer_open("/nonexistent/tokenizer.json", &tokenizer, &error), CARVQ_ERROR_IO);
    assert_non_null(strstr(error.message, "/nonexistent/tokenizer.json: "));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refused_with_reason),
        cmocka_unit_test(test_truncated_file),
        cmocka_unit_test(test_changed_bytes),
        cmocka_unit_test(test_text_that_is_not_utf8),
        cmocka_unit_test(test_pattern_that_explodes),
        cmocka_unit_test(test_too_many_marks),
        cmocka_unit_test(test_long_runs_take_linear_time),
        cmocka_unit_test(test_missing_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
