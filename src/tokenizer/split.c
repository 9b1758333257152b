// SPDX-License-Identifier: MIT
#include "tokenizer/split.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/utf8.h"

const char carvq_tok_gpt2_pattern[] = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

void carvq_tok_splitters_free(struct carvq_tok_splitters *splitters)
{
    for (size_t i = 0; i < splitters->count; i++) {
        carvq_tok_pattern_free(&splitters->steps[i].pattern);
        free(splitters->steps[i].content.data);
    }
}

void carvq_tok_split_work_free(struct carvq_tok_split_work *work)
{
    for (size_t i = 0; i < CARVQ_TOK_MAX_STEPS; i++) {
        free(work->spans[i].data);
        free(work->text[i].data);
    }
}

// Merges spans from the first to the last: a span joins the one before it if join(what matched, what matched before).
static void merge_forwards(struct carvq_tok_spans *spans, bool contiguous)
{
    size_t kept = 0;
    bool before = false;
    for (size_t i = 0; i < spans->length; i++) {
        struct carvq_tok_span span = spans->data[i];
        bool join = contiguous ? span.matched == before : span.matched && !before;
        before = span.matched;
        if (join && kept > 0)
            spans->data[kept - 1].end = span.end;
        else
            spans->data[kept++] = span;
    }
    spans->length = kept;
}

// The same from the last to the first, for a match that joins what follows it.
static void merge_backwards(struct carvq_tok_spans *spans)
{
    size_t kept = spans->length;
    bool before = false;
    for (size_t i = spans->length; i-- > 0;) {
        struct carvq_tok_span span = spans->data[i];
        bool join = span.matched && !before;
        before = span.matched;
        if (join && kept < spans->length)
            spans->data[kept].begin = span.begin;
        else
            spans->data[--kept] = span;
    }
    memmove(spans->data, spans->data + kept, (spans->length - kept) * sizeof *spans->data);
    spans->length -= kept;
}

// Leaves the parts; only of removed ones, matched stays set.
static void apply_behavior(enum carvq_tok_behavior behavior, struct carvq_tok_spans *spans)
{
    if (behavior == CARVQ_TOK_REMOVED || spans->length == 0)
        return;
    if (behavior == CARVQ_TOK_MERGED_WITH_NEXT)
        merge_backwards(spans);
    else if (behavior != CARVQ_TOK_ISOLATED)
        merge_forwards(spans, behavior == CARVQ_TOK_CONTIGUOUS);
    for (size_t i = 0; i < spans->length; i++)
        spans->data[i].matched = false;
}

// The byte itself if it can be printed (of Latin-1), else U+0100 and following.
unsigned long carvq_tok_byte_character(unsigned char byte)
{
    if (byte >= 0xae || (byte >= '!' && byte <= '~') || (byte >= 0xa1 && byte <= 0xac))
        return byte;
    return byte <= ' ' ? 0x100ul + byte : byte <= 0xa0 ? 0x121ul + byte - 0x7f : 0x143; // 0x143 is for 0xad
}

static bool append_byte_characters(const char *text, size_t length, struct carvq_tok_bytes *out)
{
    for (size_t i = 0; i < length; i++) {
        char character[4];
        size_t size = carvq_utf8_encode(carvq_tok_byte_character((unsigned char)text[i]), character);
        if (!carvq_tok_append(out, character, size))
            return false;
    }
    return true;
}

static bool has_prefix(const char *text, size_t length, const struct carvq_tok_bytes *prefix)
{
    return length >= prefix->length && memcmp(text, prefix->data, prefix->length) == 0;
}

// Everything that stays the same while a text is cut.
struct cutting {
    const struct carvq_tok_splitters *splitters;
    struct carvq_tok_split_work *work;
    const char *name;
    struct carvq_tok_sink sink;
    struct carvq_error *error;
};

// Writes what a step other than a split makes of text to the step's scratch memory.
static enum carvq_status rewrite(const struct cutting *cutting, size_t index, const char *text, size_t length, bool at_start)
{
    const struct carvq_tok_splitter *step = &cutting->splitters->steps[index];
    struct carvq_tok_bytes *out = &cutting->work->text[index];
    bool done = true;
    out->length = 0;
    if (step->kind == CARVQ_TOK_SUBSTITUTE)
        return carvq_tok_pattern_replace(&step->pattern, cutting->name, text, length, &step->content,
                                         &cutting->work->spans[index], out, cutting->error);
    if (step->kind == CARVQ_TOK_BYTES) {
        done = append_byte_characters(text, length, out);
    } else {
        if (!has_prefix(text, length, &step->content) && (at_start || !step->first_only))
            done = carvq_tok_append(out, step->content.data, step->content.length);
        done = done && carvq_tok_append(out, text, length);
    }
    return done ? CARVQ_OK : carvq_tok_no_memory(cutting->name, cutting->error);
}

// Runs the steps from number index on. Depth first gives the same order as step by step, with less memory.
static enum carvq_status cut(const struct cutting *cutting, size_t index, const char *text, size_t length, bool at_start)
{
    if (index == cutting->splitters->count)
        return cutting->sink.take(cutting->sink.context, text, length, cutting->error);
    const struct carvq_tok_splitter *step = &cutting->splitters->steps[index];
    enum carvq_status status;
    if (step->kind != CARVQ_TOK_SPLIT) {
        status = rewrite(cutting, index, text, length, at_start);
        const struct carvq_tok_bytes *out = &cutting->work->text[index];
        return status != CARVQ_OK || out->length == 0 ? status : cut(cutting, index + 1, out->data, out->length, at_start);
    }
    struct carvq_tok_spans *spans = &cutting->work->spans[index];
    status = carvq_tok_pattern_cut(&step->pattern, cutting->name, text, length, spans, cutting->error);
    if (status != CARVQ_OK)
        return status;
    for (size_t i = 0; step->invert && i < spans->length; i++)
        spans->data[i].matched = !spans->data[i].matched;
    apply_behavior(step->behavior, spans);
    for (size_t i = 0; i < spans->length && status == CARVQ_OK; i++) {
        struct carvq_tok_span span = spans->data[i];
        if (!span.matched && span.begin < span.end)
            status = cut(cutting, index + 1, text + span.begin, span.end - span.begin, at_start && span.begin == 0);
    }
    return status;
}

enum carvq_status carvq_tok_split(const struct carvq_tok_splitters *splitters, struct carvq_tok_split_work *work,
                                  const char *name, const char *text, size_t length, bool at_start, struct carvq_tok_sink sink,
                                  struct carvq_error *error)
{
    struct cutting cutting = {splitters, work, name, sink, error};
    return length == 0 ? CARVQ_OK : cut(&cutting, 0, text, length, at_start);
}
