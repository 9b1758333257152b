// SPDX-License-Identifier: MIT
// Normalizers: how they are read, and what they do to a text.
#include "tokenizer/normalize.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#define MAX_MARKS 1000 // utf8proc sorts them in quadratic time

// What matters to normalization (combining marks, characters with a decomposition) but came after Unicode 9, by which the
// tokenizers library normalizes (unicode-normalization-alignments 0.1). To that these are unassigned: they stay as they are, and
// nothing is reordered or composed across them. Found by comparing the library with utf8proc on every code point.
static const uint32_t unknown_to_normalizer[][2] = {
    {0x7fd, 0x7fd},     {0x898, 0x89f},     {0x8ca, 0x8d3},     {0x9fe, 0x9fe},     {0xc3c, 0xc3c},     {0xd3b, 0xd3c},
    {0xeba, 0xeba},     {0x1715, 0x1715},   {0x1abf, 0x1ace},   {0x1df6, 0x1dfa},   {0x32ff, 0x32ff},   {0xa7f2, 0xa7f4},
    {0xa82c, 0xa82c},   {0xab69, 0xab69},   {0x10781, 0x10785}, {0x10787, 0x107b0}, {0x107b2, 0x107ba}, {0x10d24, 0x10d27},
    {0x10eab, 0x10eac}, {0x10efd, 0x10eff}, {0x10f46, 0x10f50}, {0x10f82, 0x10f85}, {0x11070, 0x11070}, {0x1133b, 0x1133b},
    {0x1145e, 0x1145e}, {0x11839, 0x1183a}, {0x11930, 0x11930}, {0x11938, 0x11938}, {0x1193d, 0x1193e}, {0x11943, 0x11943},
    {0x119e0, 0x119e0}, {0x11a34, 0x11a34}, {0x11a47, 0x11a47}, {0x11a99, 0x11a99}, {0x11d42, 0x11d42}, {0x11d44, 0x11d45},
    {0x11d97, 0x11d97}, {0x11f41, 0x11f42}, {0x16ff0, 0x16ff1}, {0x1e030, 0x1e06d}, {0x1e08f, 0x1e08f}, {0x1e130, 0x1e136},
    {0x1e2ae, 0x1e2ae}, {0x1e2ec, 0x1e2ef}, {0x1e4ec, 0x1e4ef}, {0x1f16c, 0x1f16c}, {0x1fbf0, 0x1fbf9},
};

static bool is_unknown_to_normalizer(uint32_t code_point)
{
    size_t low = 0, high = sizeof unknown_to_normalizer / sizeof unknown_to_normalizer[0];
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (code_point > unknown_to_normalizer[middle][1])
            low = middle + 1;
        else
            high = middle;
    }
    return low < sizeof unknown_to_normalizer / sizeof unknown_to_normalizer[0] && code_point >= unknown_to_normalizer[low][0];
}

// context: struct carvq_tok_normalizers
static enum carvq_status load_step(const char *path, struct carvq_json json, void *context, struct carvq_error *error)
{
    static const struct {
        const char *name;
        enum carvq_tok_normal_step kind;
    } forms[] = {{"NFC", CARVQ_TOK_NFC}, {"NFD", CARVQ_TOK_NFD}, {"NFKC", CARVQ_TOK_NFKC}, {"NFKD", CARVQ_TOK_NFKD}};
    struct carvq_tok_normalizers *normalizers = context;
    char place[CARVQ_TOK_PLACE_SIZE], type[64];
    enum carvq_status status = carvq_tok_read_type(path, "normalizer", json, type, sizeof type, place, error);
    if (status != CARVQ_OK)
        return status;
    if (strcmp(type, "Sequence") == 0)
        return carvq_tok_for_each(path, place, "normalizers", json, normalizers, load_step, error);
    if (normalizers->count == CARVQ_TOK_MAX_STEPS)
        return carvq_tok_too_many_steps(place, error);
    struct carvq_tok_normalizer *step = &normalizers->steps[normalizers->count++];
    enum { PREPEND, PATTERN, CONTENT, COUNT };
    struct carvq_tok_member members[COUNT] = {[PREPEND].key = "prepend", [PATTERN].key = "pattern", [CONTENT].key = "content"};
    if ((status = carvq_tok_members(place, json, members, COUNT, error)) != CARVQ_OK)
        return status;
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        if (strcmp(type, forms[i].name) != 0)
            continue;
        step->kind = forms[i].kind;
        return CARVQ_OK;
    }
    if (strcmp(type, "Prepend") == 0) {
        step->kind = CARVQ_TOK_PREPEND;
        return carvq_tok_read_text(place, &members[PREPEND], &step->content, error);
    }
    if (strcmp(type, "Replace") == 0) {
        step->kind = CARVQ_TOK_REPLACE;
        status = carvq_tok_pattern_load(place, &members[PATTERN], &step->pattern, error);
        return status != CARVQ_OK ? status : carvq_tok_read_text(place, &members[CONTENT], &step->content, error);
    }
    return carvq_fail(error, CARVQ_ERROR_UNSUPPORTED, "%s is not supported", place);
}

enum carvq_status carvq_tok_normalizers_load(const char *path, struct carvq_json json, struct carvq_tok_normalizers *normalizers,
                                             struct carvq_error *error)
{
    return load_step(path, json, normalizers, error);
}

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
        if (size == 1 || !is_unknown_to_normalizer((uint32_t)c))
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
