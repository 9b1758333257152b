// SPDX-License-Identifier: MIT
#include "tokenizer/normalize.h"

#include <stdlib.h>
#include <utf8proc.h>

#include "tokenizer/unicode.h"

#define MAX_MARKS 1000 // utf8proc sorts them in quadratic time

void carvq_tok_normalizers_free(struct carvq_tok_normalizers *normalizers)
{
    for (size_t i = 0; i < normalizers->count; i++) {
        carvq_tok_pattern_free(&normalizers->steps[i].pattern);
        free(normalizers->steps[i].content.data);
    }
}

void carvq_tok_normalize_work_free(struct carvq_tok_normalize_work *work)
{
    free(work->text[0].data);
    free(work->text[1].data);
    free(work->spans.data);
}

static bool append_normalized(utf8proc_option_t form, const char *text, size_t length, struct carvq_tok_bytes *out)
{
    if (length == 0)
        return true;
    utf8proc_uint8_t *result = NULL;
    utf8proc_ssize_t size = utf8proc_map((const utf8proc_uint8_t *)text, (utf8proc_ssize_t)length, &result, form);
    bool done = size >= 0 && carvq_tok_append(out, (const char *)result, (size_t)size);
    free(result);
    return done;
}

static enum carvq_status normalize_unicode(utf8proc_option_t form, const char *name, const char *text, size_t length,
                                           struct carvq_tok_bytes *out, struct carvq_error *error)
{
    size_t begin = 0, marks = 0;
    bool done = true;
    for (size_t at = 0, size; at < length && done; at += size) {
        utf8proc_int32_t c;
        size = (size_t)utf8proc_iterate((const utf8proc_uint8_t *)text + at, (utf8proc_ssize_t)(length - at), &c);
        marks = utf8proc_get_property(c)->combining_class != 0 ? marks + 1 : 0;
        if (marks > MAX_MARKS)
            return carvq_fail(error, CARVQ_ERROR_UNSUPPORTED, "%s: more than %d combining marks in a row", name, MAX_MARKS);
        if (size == 1 || !carvq_tok_is_unknown_to_normalizer((uint32_t)c))
            continue;
        done = append_normalized(form, text + begin, at - begin, out) && carvq_tok_append(out, text + at, size);
        begin = at + size;
    }
    done = done && append_normalized(form, text + begin, length - begin, out);
    return done ? CARVQ_OK : carvq_tok_no_memory(name, error);
}

static enum carvq_status run(const struct carvq_tok_normalizer *step, struct carvq_tok_spans *spans, const char *name,
                             const char *text, size_t length, struct carvq_tok_bytes *out, struct carvq_error *error)
{
    out->length = 0;
    switch (step->kind) {
    case CARVQ_TOK_REPLACE:
        return carvq_tok_pattern_replace(&step->pattern, name, text, length, &step->content, spans, out, error);
    case CARVQ_TOK_NFC:
        return normalize_unicode(UTF8PROC_STABLE | UTF8PROC_COMPOSE, name, text, length, out, error);
    case CARVQ_TOK_NFD:
        return normalize_unicode(UTF8PROC_STABLE | UTF8PROC_DECOMPOSE, name, text, length, out, error);
    case CARVQ_TOK_NFKC:
        return normalize_unicode(UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_COMPOSE, name, text, length, out, error);
    case CARVQ_TOK_NFKD:
        return normalize_unicode(UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE, name, text, length, out, error);
    case CARVQ_TOK_PREPEND:
        break;
    }
    bool done = length == 0 || carvq_tok_append(out, step->content.data, step->content.length);
    return done && carvq_tok_append(out, text, length) ? CARVQ_OK : carvq_tok_no_memory(name, error);
}

enum carvq_status carvq_tok_normalize(const struct carvq_tok_normalizers *normalizers, struct carvq_tok_normalize_work *work,
                                      const char *name, const char *text, size_t length, const char **result_ret,
                                      size_t *result_length_ret, struct carvq_error *error)
{
    for (size_t i = 0; i < normalizers->count; i++) {
        struct carvq_tok_bytes *out = &work->text[i % 2];
        enum carvq_status status = run(&normalizers->steps[i], &work->spans, name, text, length, out, error);
        if (status != CARVQ_OK)
            return status;
        text = out->data;
        length = out->length;
    }
    *result_ret = length == 0 ? "" : text;
    *result_length_ret = length;
    return CARVQ_OK;
}
