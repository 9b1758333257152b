// SPDX-License-Identifier: MIT
// Memory that runs out at every point in turn: an error, nothing lost (the leak check of the address sanitizer), no crash.
// Linked with --wrap, so that the tokenizer's allocations come here; those inside PCRE2 and utf8proc do not.
#include "failing_memory.h"
#include "tokenizer_test.h"

#define TOKEN(content, normalized) \
    "{'content':'" content "','lstrip':true,'rstrip':true,'single_word':true,'normalized':" normalized "}"

static const char json[] = "{'added_tokens':[" TOKEN("<s>", "false") "," TOKEN(
    "e",
    "true") "],'normalizer':{'type':'Sequence',"
            "'normalizers':[{'type':'NFC'},"
            "{'type':'Prepend','prepend':'_'},{'type':'Replace','pattern':{'Regex':'x{2,3}+'},'content':'y'}]},'pre_tokenizer':{"
            "'type':'Sequence','pretokenizers':[{'type':'Split','pattern':{'Regex':'b+'},'behavior':'MergedWithNext','invert':"
            "true},"
            "{'type':'Metaspace','replacement':'_','prepend_scheme':'first','split':true},{'type':'Digits','individual_digits':"
            "true},"
            "{'type':'ByteLevel','add_prefix_space':true,'trim_offsets':true,'use_regex':true}]},'post_processor':{'type':'"
            "Sequence',"
            "'processors':[{'type':'TemplateProcessing','single':[{'SpecialToken':{'id':'<s>'}},{'Sequence':{'id':'A'}},"
            "{'SpecialToken':{'id':'<s>'}}],'special_tokens':{'<s>':{'ids':[3]}}},{'type':'TemplateProcessing','single':["
            "{'SpecialToken':{'id':'<s>'}},{'Sequence':{'id':'A'}},{'SpecialToken':{'id':'<s>'}}],"
            "'special_tokens':{'<s>':{'ids':[3]}}}]},"
            "'model':{'type':'BPE','unk_token':'b','fuse_unk':true,'byte_fallback':true,'vocab':{'a':0,'b':1,'ab':2,'<0x41>':3},"
            "'merges':[['a','b']]}}";

static enum carvq_status read_and_encode(const char *data, size_t length, struct carvq_error *error)
{
    static const char text[] = "ab <s>xx e e\xcc\x81 ab12 bbab e";
    struct carvq_tokenizer *tokenizer;
    enum carvq_status status = carvq_tokenizer_read("tokenizer.json", data, length, &tokenizer, error);
    if (status != CARVQ_OK)
        return status;
    uint32_t *ids;
    size_t count;
    status = carvq_tokenizer_encode(tokenizer, "text", text, sizeof text - 1, true, &ids, &count, error);
    if (status == CARVQ_OK)
        free(ids);
    carvq_tokenizer_close(tokenizer);
    return status;
}

static void test_memory_runs_out(void **state)
{
    (void)state;
    size_t length, failures = 0;
    char *data = tokenizer_json(json, &length);
    enum carvq_status status = CARVQ_ERROR_MEMORY;
    for (; status != CARVQ_OK; failures++) {
        struct carvq_error error = {0};
        allocations_left = failures;
        status = read_and_encode(data, length, &error);
        allocations_left = SIZE_MAX;
        if (status != CARVQ_OK && (status != CARVQ_ERROR_MEMORY || strstr(error.message, "out of memory") == NULL))
            fail_msg("after %zu allocations: %s", failures, error.message);
    }
    assert_true(failures > 50); // else the wrapping does not work
    free(data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memory_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
