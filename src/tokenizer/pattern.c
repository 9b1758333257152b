// SPDX-License-Identifier: MIT
// Matching: strings by hand, regular expressions by PCRE2.
#include "tokenizer/pattern.h"

#include <stdlib.h>
#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "runtime/utf8.h"
#include "tokenizer/regex.h"

#define MAX_PATTERN 100000 // bytes

static enum carvq_status compile(const char *place, const struct carvq_tok_bytes *translated,
                                 struct carvq_tok_pattern *pattern_ret, struct carvq_error *error)
{
    pcre2_compile_context *context = pcre2_compile_context_create(NULL);
    if (context == NULL)
        return carvq_tok_no_memory(place, error);
    pcre2_set_newline(context, PCRE2_NEWLINE_LF);
    // Ruby's ^ and $ always match at lines.
    uint32_t options = PCRE2_UTF | PCRE2_UCP | PCRE2_MULTILINE | PCRE2_NEVER_BACKSLASH_C;
    int code;
    size_t where;
    pattern_ret->regex = pcre2_compile((PCRE2_SPTR)translated->data, translated->length, options, &code, &where, context);
    pcre2_compile_context_free(context);
    if (pattern_ret->regex == NULL) {
        char reason[128] = "";
        pcre2_get_error_message(code, (PCRE2_UCHAR *)reason, sizeof reason);
        return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: the pattern is not a regular expression: %s", place, reason);
    }
    pcre2_jit_compile(pattern_ret->regex, PCRE2_JIT_COMPLETE); // if there is no JIT, the interpreter runs
    return CARVQ_OK;
}

enum carvq_status carvq_tok_pattern_regex(const char *place, const char *text, size_t length,
                                          struct carvq_tok_pattern *pattern_ret, struct carvq_error *error)
{
    if (length > MAX_PATTERN)
        return carvq_fail(error, CARVQ_ERROR_UNSUPPORTED, "%s: a pattern of %zu bytes is too long", place, length);
    struct carvq_tok_bytes translated = {NULL, 0, 0};
    enum carvq_status status = carvq_tok_translate(place, text, length, &translated, error);
    if (status == CARVQ_OK)
        status = compile(place, &translated, pattern_ret, error);
    free(translated.data);
    return status;
}

enum carvq_status carvq_tok_pattern_string(const char *place, const char *text, size_t length,
                                           struct carvq_tok_pattern *pattern_ret, struct carvq_error *error)
{
    if (length == 0)
        return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: the pattern is empty", place);
    return carvq_tok_append(&pattern_ret->string, text, length) ? CARVQ_OK : carvq_tok_no_memory(place, error);
}

enum carvq_status carvq_tok_pattern_load(const char *place, const struct carvq_tok_member *member,
                                         struct carvq_tok_pattern *pattern_ret, struct carvq_error *error)
{
    struct carvq_tok_member forms[] = {{.key = "String"}, {.key = "Regex"}};
    if (!member->present)
        return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: 'pattern' is missing", place);
    enum carvq_status status = carvq_tok_members(place, member->value, forms, 2, error);
    if (status != CARVQ_OK)
        return status;
    bool is_regex = forms[1].present;
    if (is_regex && forms[0].present)
        return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: 'pattern' is both a string and a regular expression", place);
    struct carvq_tok_bytes text = {NULL, 0, 0};
    status = carvq_tok_read_text(place, &forms[is_regex], &text, error);
    if (status == CARVQ_OK)
        status = is_regex ? carvq_tok_pattern_regex(place, text.data, text.length, pattern_ret, error)
                          : carvq_tok_pattern_string(place, text.data, text.length, pattern_ret, error);
    free(text.data);
    return status;
}

void carvq_tok_pattern_free(struct carvq_tok_pattern *pattern)
{
    pcre2_code_free(pattern->regex);
    free(pattern->string.data);
}

// Appends a match and what lies between it and the one before it, which ended at *end.
static bool add_match(struct carvq_tok_spans *spans, size_t *end, size_t match_begin, size_t match_end)
{
    if (*end < match_begin && !carvq_tok_append_span(spans, *end, match_begin, false))
        return false;
    *end = match_end;
    return carvq_tok_append_span(spans, match_begin, match_end, true);
}

static bool add_rest(struct carvq_tok_spans *spans, size_t end, size_t length)
{
    return end == length || carvq_tok_append_span(spans, end, length, false);
}

static enum carvq_status cut_at_string(const struct carvq_tok_bytes *string, const char *name, const char *text, size_t length,
                                       struct carvq_tok_spans *spans, struct carvq_error *error)
{
    size_t end = 0;
    for (size_t at = 0; length - at >= string->length;) {
        const char *found = memchr(text + at, string->data[0], length - at - string->length + 1);
        if (found == NULL)
            break;
        at = (size_t)(found - text);
        if (memcmp(found, string->data, string->length) != 0) {
            at++;
            continue;
        }
        if (!add_match(spans, &end, at, at + string->length))
            return carvq_tok_no_memory(name, error);
        at += string->length;
    }
    return add_rest(spans, end, length) ? CARVQ_OK : carvq_tok_no_memory(name, error);
}

// The next match at or behind from: 1 found, 0 none, negative a PCRE2 error.
static int find(const pcre2_code *regex, const char *text, size_t length, size_t from, pcre2_match_data *match)
{
    // The text was checked once; checking it for every match would take quadratic time.
    uint32_t options = PCRE2_NO_UTF_CHECK;
    int found = pcre2_match(regex, (PCRE2_SPTR)text, length, from, options, match, NULL);
    if (found == PCRE2_ERROR_JIT_STACKLIMIT) // the JIT has 32 KiB of stack, the interpreter uses the heap
        found = pcre2_match(regex, (PCRE2_SPTR)text, length, from, options | PCRE2_NO_JIT, match, NULL);
    return found == PCRE2_ERROR_NOMATCH ? 0 : found < 0 ? found : 1;
}

static enum carvq_status cut_at_regex(const pcre2_code *regex, const char *name, const char *text, size_t length,
                                      pcre2_match_data *match, struct carvq_tok_spans *spans, struct carvq_error *error)
{
    const size_t *bounds = pcre2_get_ovector_pointer(match);
    size_t from = 0, end = 0;
    bool any = false;
    int found = 0;
    while (from <= length && (found = find(regex, text, length, from, match)) > 0) {
        if (bounds[0] == bounds[1] && any && bounds[1] == end) { // an empty match right behind another match does not count
            from += from < length ? carvq_utf8_length(text + from, length - from) : 1;
            continue;
        }
        if (!add_match(spans, &end, bounds[0], bounds[1]))
            return carvq_tok_no_memory(name, error);
        any = true;
        from = end;
    }
    if (found < 0) {
        char reason[128] = "";
        pcre2_get_error_message(found, (PCRE2_UCHAR *)reason, sizeof reason);
        return carvq_fail(error, CARVQ_ERROR_UNSUPPORTED, "%s: the tokenizer's pattern fails after byte %zu of a part: %s", name,
                          from, reason);
    }
    return add_rest(spans, end, length) ? CARVQ_OK : carvq_tok_no_memory(name, error);
}

enum carvq_status carvq_tok_pattern_cut(const struct carvq_tok_pattern *pattern, const char *name, const char *text,
                                        size_t length, struct carvq_tok_spans *spans, struct carvq_error *error)
{
    spans->length = 0;
    if (pattern->regex == NULL)
        return cut_at_string(&pattern->string, name, text, length, spans, error);
    pcre2_match_data *match = pcre2_match_data_create_from_pattern(pattern->regex, NULL);
    if (match == NULL)
        return carvq_tok_no_memory(name, error);
    enum carvq_status status = cut_at_regex(pattern->regex, name, text, length, match, spans, error);
    pcre2_match_data_free(match);
    return status;
}

enum carvq_status carvq_tok_pattern_replace(const struct carvq_tok_pattern *pattern, const char *name, const char *text,
                                            size_t length, const struct carvq_tok_bytes *content, struct carvq_tok_spans *spans,
                                            struct carvq_tok_bytes *out, struct carvq_error *error)
{
    enum carvq_status status = carvq_tok_pattern_cut(pattern, name, text, length, spans, error);
    if (status != CARVQ_OK)
        return status;
    for (size_t i = 0; i < spans->length; i++) {
        const struct carvq_tok_span *span = &spans->data[i];
        if (!(span->matched ? carvq_tok_append(out, content->data, content->length)
                            : carvq_tok_append(out, text + span->begin, span->end - span->begin)))
            return carvq_tok_no_memory(name, error);
    }
    return CARVQ_OK;
}
