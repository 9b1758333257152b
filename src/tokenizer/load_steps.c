// SPDX-License-Identifier: MIT
// Normalizers and pre-tokenizers: both are a step, or a sequence of steps.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tokenizer/json.h"
#include "tokenizer/load.h"

// Where in the file we are, for messages.
#define PLACE_SIZE 400

// Reads the type of a step into type (cut to size bytes) and writes place: "FILE: normalizer 'Replace'".
static enum carvq_status read_type(const char *path, const char *part, struct carvq_json json, char *type, size_t size,
                                   char *place, struct carvq_error *error)
{
    struct carvq_tok_member member = {.key = "type"};
    struct carvq_tok_bytes text = {NULL, 0, 0};
    snprintf(place, PLACE_SIZE, "%.300s: %s", path, part);
    enum carvq_status status = carvq_tok_members(place, json, &member, 1, error);
    if (status == CARVQ_OK)
        status = carvq_tok_read_text(place, &member, &text, error);
    if (status == CARVQ_OK) {
        snprintf(type, size, "%s", text.data);
        snprintf(place, PLACE_SIZE, "%.300s: %s '%s'", path, part, type);
    }
    free(text.data);
    return status;
}

// {"String": ".."} or {"Regex": ".."}
static enum carvq_status read_pattern(const char *place, struct carvq_tok_member *member, struct carvq_tok_pattern *pattern,
                                      struct carvq_error *error)
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
        status = is_regex ? carvq_tok_pattern_regex(place, text.data, text.length, pattern, error)
                          : carvq_tok_pattern_string(place, text.data, text.length, pattern, error);
    free(text.data);
    return status;
}

// Calls load for every element of the member called key of a Sequence.
static enum carvq_status for_each(const char *path, const char *place, const char *key, struct carvq_json json, void *list,
                                  enum carvq_status (*load)(const char *path, struct carvq_json json, void *list,
                                                            struct carvq_error *error),
                                  struct carvq_error *error)
{
    struct carvq_tok_member member = {.key = key};
    enum carvq_status status = carvq_tok_members(place, json, &member, 1, error);
    if (status != CARVQ_OK)
        return status;
    if (!member.present || !carvq_json_enter(&member.value, '['))
        return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: '%s' is missing or not an array", place, key);
    while (status == CARVQ_OK && carvq_json_next_item(&member.value)) {
        status = load(path, member.value, list, error);
        carvq_json_skip(&member.value);
    }
    return status;
}

static enum carvq_status too_many_steps(const char *place, struct carvq_error *error)
{
    return carvq_fail(error, CARVQ_ERROR_UNSUPPORTED, "%s: more than %d steps", place, CARVQ_TOK_MAX_STEPS);
}

static enum carvq_status load_normalizer(const char *path, struct carvq_json json, void *list, struct carvq_error *error)
{
    return carvq_tok_load_normalizer(path, json, list, error);
}

enum carvq_status carvq_tok_load_normalizer(const char *path, struct carvq_json json, struct carvq_tok_normalizers *normalizers,
                                            struct carvq_error *error)
{
    static const struct {
        const char *name;
        enum carvq_tok_normal_step kind;
    } forms[] = {{"NFC", CARVQ_TOK_NFC}, {"NFD", CARVQ_TOK_NFD}, {"NFKC", CARVQ_TOK_NFKC}, {"NFKD", CARVQ_TOK_NFKD}};
    char place[PLACE_SIZE], type[64];
    enum carvq_status status = read_type(path, "normalizer", json, type, sizeof type, place, error);
    if (status != CARVQ_OK)
        return status;
    if (strcmp(type, "Sequence") == 0)
        return for_each(path, place, "normalizers", json, normalizers, load_normalizer, error);
    if (normalizers->count == CARVQ_TOK_MAX_STEPS)
        return too_many_steps(place, error);
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
        status = read_pattern(place, &members[PATTERN], &step->pattern, error);
        return status != CARVQ_OK ? status : carvq_tok_read_text(place, &members[CONTENT], &step->content, error);
    }
    return carvq_fail(error, CARVQ_ERROR_UNSUPPORTED, "%s is not supported", place);
}

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
        return too_many_steps(place, error);
    struct carvq_tok_bytes behavior = {NULL, 0, 0};
    enum carvq_status status;
    if ((status = carvq_tok_members(place, json, members, COUNT, error)) != CARVQ_OK ||
        (status = read_pattern(place, &members[PATTERN], &step->pattern, error)) != CARVQ_OK ||
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
        return too_many_steps(place, error);
    if (prefix && !carvq_tok_append(&add_step(splitters, CARVQ_TOK_PREFIX)->content, " ", 1))
        return carvq_tok_no_memory(place, error);
    if (use_regex)
        status = carvq_tok_pattern_regex(place, carvq_tok_gpt2_pattern, strlen(carvq_tok_gpt2_pattern),
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
        return too_many_steps(place, error);
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
        return too_many_steps(place, error);
    step->behavior = is_individual ? CARVQ_TOK_ISOLATED : CARVQ_TOK_CONTIGUOUS;
    return carvq_tok_pattern_regex(place, "\\p{N}", 5, &step->pattern, error);
}

static enum carvq_status load_splitter(const char *path, struct carvq_json json, void *list, struct carvq_error *error)
{
    return carvq_tok_load_splitter(path, json, list, error);
}

enum carvq_status carvq_tok_load_splitter(const char *path, struct carvq_json json, struct carvq_tok_splitters *splitters,
                                          struct carvq_error *error)
{
    char place[PLACE_SIZE], type[64];
    enum carvq_status status = read_type(path, "pre_tokenizer", json, type, sizeof type, place, error);
    if (status != CARVQ_OK)
        return status;
    if (strcmp(type, "Sequence") == 0)
        return for_each(path, place, "pretokenizers", json, splitters, load_splitter, error);
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
