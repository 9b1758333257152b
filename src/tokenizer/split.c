// SPDX-License-Identifier: MIT
// Pre-tokenizers: how they are read, and where they cut.
#include "tokenizer/split.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/utf8.h"

// Built into a ByteLevel pre-tokenizer.
static const char gpt2_pattern[] = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

// The next step of a pre-tokenizer, or NULL if there are too many.
static struct carvq_tok_splitter *add_step(struct carvq_tok_splitters *splitters, enum carvq_tok_split_step kind)
{
    if (splitters->count == CARVQ_TOK_MAX_STEPS)
        return NULL;
    struct carvq_tok_splitter *step = &splitters->steps[splitters->count++];
    step->kind = kind;
    step->behavior = CARVQ_TOK_ISOLATED;
    return step;
}

static enum carvq_status load_split(const char *place, struct carvq_json json, struct carvq_tok_splitters *splitters,
                                    struct carvq_error *error)
{
    enum { PATTERN, BEHAVIOR, INVERT, COUNT };
    static const char *const names[] = {"Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"};
    struct carvq_tok_member members[COUNT] = {[PATTERN].key = "pattern", [BEHAVIOR].key = "behavior", [INVERT].key = "invert"};
    struct carvq_tok_splitter *step = add_step(splitters, CARVQ_TOK_SPLIT);
    if (step == NULL)
        return carvq_tok_too_many_steps(place, error);
    struct carvq_tok_bytes behavior = {NULL, 0, 0};
    enum carvq_status status;
    if ((status = carvq_tok_members(place, json, members, COUNT, error)) != CARVQ_OK ||
        (status = carvq_tok_pattern_load(place, &members[PATTERN], &step->pattern, error)) != CARVQ_OK ||
        (status = carvq_tok_read_bool(place, &members[INVERT], &step->invert, error)) != CARVQ_OK ||
        (status = carvq_tok_read_text(place, &members[BEHAVIOR], &behavior, error)) != CARVQ_OK) {
        free(behavior.data);
        return status;
    }
    bool known = false;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(behavior.data, names[i]) != 0)
            continue;
        step->behavior = (enum carvq_tok_behavior)i;
        known = true;
    }
    if (!known)
        status = carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: there is no behavior '%.100s'", place, behavior.data);
    free(behavior.data);
    return status;
}

static enum carvq_status load_byte_level(const char *place, struct carvq_json json, struct carvq_tok_splitters *splitters,
                                         struct carvq_error *error)
{
    enum { PREFIX, USE_REGEX, COUNT };
    struct carvq_tok_member members[COUNT] = {[PREFIX].key = "add_prefix_space", [USE_REGEX].key = "use_regex"};
    bool prefix = false, use_regex = true;
    enum carvq_status status;
    if ((status = carvq_tok_members(place, json, members, COUNT, error)) != CARVQ_OK ||
        (status = carvq_tok_read_bool(place, &members[PREFIX], &prefix, error)) != CARVQ_OK ||
        (status = carvq_tok_read_optional_bool(place, &members[USE_REGEX], &use_regex, error)) != CARVQ_OK)
        return status;
    if (splitters->count + 3 > CARVQ_TOK_MAX_STEPS)
        return carvq_tok_too_many_steps(place, error);
    if (prefix && !carvq_tok_append(&add_step(splitters, CARVQ_TOK_PREFIX)->content, " ", 1))
        return carvq_tok_no_memory(place, error);
    if (use_regex)
        status = carvq_tok_pattern_regex(place, gpt2_pattern, sizeof gpt2_pattern - 1,
                                         &add_step(splitters, CARVQ_TOK_SPLIT)->pattern, error);
    add_step(splitters, CARVQ_TOK_BYTES);
    return status;
}

// Metaspace's members: replacement (one character), when to put it in front, whether to split at it.
struct metaspace {
    struct carvq_tok_bytes replacement;
    enum { ALWAYS, FIRST, NEVER } scheme;
    bool split;
};

static enum carvq_status read_metaspace(const char *place, struct carvq_json json, struct metaspace *metaspace,
                                        struct carvq_error *error)
{
    enum { REPLACEMENT, SCHEME, LEGACY, SPLIT, COUNT };
    static const char *const names[] = {"always", "first", "never"};
    struct carvq_tok_member members[COUNT] = {[REPLACEMENT].key = "replacement",
                                              [SCHEME].key = "prepend_scheme",
                                              [LEGACY].key = "add_prefix_space",
                                              [SPLIT].key = "split"};
    bool legacy = true;
    enum carvq_status status;
    if ((status = carvq_tok_members(place, json, members, COUNT, error)) != CARVQ_OK ||
        (status = carvq_tok_read_text(place, &members[REPLACEMENT], &metaspace->replacement, error)) != CARVQ_OK ||
        (status = carvq_tok_read_optional_bool(place, &members[SPLIT], &metaspace->split, error)) != CARVQ_OK ||
        (status = carvq_tok_read_optional_bool(place, &members[LEGACY], &legacy, error)) != CARVQ_OK)
        return status;
    bool known = !members[SCHEME].present;
    struct carvq_json value = members[SCHEME].value;
    struct carvq_json_string scheme;
    if (members[SCHEME].present && carvq_json_read_string(&value, &scheme))
        for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
            if (carvq_json_equals(scheme, names[i])) {
                metaspace->scheme = i == 0 ? ALWAYS : i == 1 ? FIRST : NEVER;
                known = true;
            }
    if (!known)
        return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: 'prepend_scheme' is not always, first or never", place);
    if (!legacy && metaspace->scheme != NEVER)
        return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: 'add_prefix_space' contradicts 'prepend_scheme'", place);
    if (metaspace->replacement.length == 0)
        return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: 'replacement' is empty", place);
    return CARVQ_OK;
}

static enum carvq_status add_metaspace(const char *place, const struct metaspace *metaspace,
                                       struct carvq_tok_splitters *splitters, struct carvq_error *error)
{
    const char *text = metaspace->replacement.data;
    size_t length = metaspace->replacement.length;
    if (splitters->count + 3 > CARVQ_TOK_MAX_STEPS)
        return carvq_tok_too_many_steps(place, error);
    struct carvq_tok_splitter *step = add_step(splitters, CARVQ_TOK_SUBSTITUTE);
    enum carvq_status status = carvq_tok_pattern_string(place, " ", 1, &step->pattern, error);
    if (status != CARVQ_OK)
        return status;
    if (!carvq_tok_append(&step->content, text, length))
        return carvq_tok_no_memory(place, error);
    if (metaspace->scheme != NEVER) {
        step = add_step(splitters, CARVQ_TOK_PREFIX);
        step->first_only = metaspace->scheme == FIRST;
        if (!carvq_tok_append(&step->content, text, length))
            return carvq_tok_no_memory(place, error);
    }
    if (!metaspace->split)
        return CARVQ_OK;
    step = add_step(splitters, CARVQ_TOK_SPLIT);
    step->behavior = CARVQ_TOK_MERGED_WITH_NEXT;
    return carvq_tok_pattern_string(place, text, length, &step->pattern, error);
}

static enum carvq_status load_metaspace(const char *place, struct carvq_json json, struct carvq_tok_splitters *splitters,
                                        struct carvq_error *error)
{
    struct metaspace metaspace = {{NULL, 0, 0}, ALWAYS, true};
    enum carvq_status status = read_metaspace(place, json, &metaspace, error);
    if (status == CARVQ_OK)
        status = add_metaspace(place, &metaspace, splitters, error);
    free(metaspace.replacement.data);
    return status;
}

static enum carvq_status load_digits(const char *place, struct carvq_json json, struct carvq_tok_splitters *splitters,
                                     struct carvq_error *error)
{
    struct carvq_tok_member individual = {.key = "individual_digits"};
    bool is_individual = false;
    enum carvq_status status;
    if ((status = carvq_tok_members(place, json, &individual, 1, error)) != CARVQ_OK ||
        (status = carvq_tok_read_bool(place, &individual, &is_individual, error)) != CARVQ_OK)
        return status;
    struct carvq_tok_splitter *step = add_step(splitters, CARVQ_TOK_SPLIT);
    if (step == NULL)
        return carvq_tok_too_many_steps(place, error);
    step->behavior = is_individual ? CARVQ_TOK_ISOLATED : CARVQ_TOK_CONTIGUOUS;
    return carvq_tok_pattern_regex(place, "\\p{N}", 5, &step->pattern, error);
}

// context: struct carvq_tok_splitters
static enum carvq_status load_step(const char *path, struct carvq_json json, void *context, struct carvq_error *error)
{
    struct carvq_tok_splitters *splitters = context;
    char place[CARVQ_TOK_PLACE_SIZE], type[64];
    enum carvq_status status = carvq_tok_read_type(path, "pre_tokenizer", json, type, sizeof type, place, error);
    if (status != CARVQ_OK)
        return status;
    if (strcmp(type, "Sequence") == 0)
        return carvq_tok_for_each(path, place, "pretokenizers", json, splitters, load_step, error);
    if (strcmp(type, "Split") == 0)
        return load_split(place, json, splitters, error);
    if (strcmp(type, "ByteLevel") == 0)
        return load_byte_level(place, json, splitters, error);
    if (strcmp(type, "Metaspace") == 0)
        return load_metaspace(place, json, splitters, error);
    if (strcmp(type, "Digits") == 0)
        return load_digits(place, json, splitters, error);
    return carvq_fail(error, CARVQ_ERROR_UNSUPPORTED, "%s is not supported", place);
}

enum carvq_status carvq_tok_splitters_load(const char *path, struct carvq_json json, struct carvq_tok_splitters *splitters,
                                           struct carvq_error *error)
{
    return load_step(path, json, splitters, error);
}

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
