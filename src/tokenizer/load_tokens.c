// SPDX-License-Identifier: MIT
// Added tokens, and the tokens that the post-processor puts around a text.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tokenizer/json.h"
#include "tokenizer/load.h"

#define PLACE_SIZE 400

// An added token may be known to the vocabulary; else it gets the next number behind it. The id in the file is not used,
// as in the tokenizers library, where it can only differ if someone edited the file.
static uint32_t added_id(const struct carvq_tok_bpe *bpe, const struct carvq_tok_bytes *text, uint32_t *next_id)
{
    uint32_t id;
    return carvq_tok_bpe_find(bpe, text->data, text->length, &id) ? id : (*next_id)++;
}

static enum carvq_status normalize_text(const char *place, const struct carvq_tok_normalizers *normalizers,
                                        struct carvq_tok_bytes *text, struct carvq_error *error)
{
    struct carvq_tok_normalize_work work = {0};
    const char *result;
    size_t length;
    enum carvq_status status = carvq_tok_normalize(normalizers, &work, place, text->data, text->length, &result, &length, error);
    struct carvq_tok_bytes normalized = {NULL, 0, 0};
    if (status == CARVQ_OK && length == 0)
        status = carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: nothing is left of '%.100s' after normalization", place, text->data);
    else if (status == CARVQ_OK && !carvq_tok_append(&normalized, result, length))
        status = carvq_tok_no_memory(place, error);
    carvq_tok_normalize_work_free(&work);
    free(text->data);
    *text = normalized;
    return status;
}

// Takes over token->text, on errors too.
static enum carvq_status add_token(const char *place, struct carvq_tok_added_token *token, bool normalized, uint32_t *next_id,
                                   struct carvq_tokenizer *tokenizer, struct carvq_error *error)
{
    enum carvq_status status = CARVQ_OK;
    if (token->text.length > 0) { // an empty one is ignored
        token->id = added_id(&tokenizer->bpe, &token->text, next_id);
        if (token->id >= tokenizer->id_limit)
            tokenizer->id_limit = (uint64_t)token->id + 1;
        if (normalized)
            status = normalize_text(place, &tokenizer->normalizers, &token->text, error);
        if (status == CARVQ_OK && carvq_tok_added_append(normalized ? &tokenizer->normalized : &tokenizer->raw, *token))
            return CARVQ_OK;
        if (status == CARVQ_OK)
            status = carvq_tok_no_memory(place, error);
    }
    free(token->text.data);
    return status;
}

static enum carvq_status load_token(const char *place, struct carvq_json json, uint32_t *next_id,
                                    struct carvq_tokenizer *tokenizer, struct carvq_error *error)
{
    enum { CONTENT, SINGLE_WORD, LSTRIP, RSTRIP, NORMALIZED, SPECIAL, COUNT };
    struct carvq_tok_member members[COUNT] = {
        [CONTENT].key = "content", [SINGLE_WORD].key = "single_word", [LSTRIP].key = "lstrip",
        [RSTRIP].key = "rstrip",   [NORMALIZED].key = "normalized",   [SPECIAL].key = "special"};
    struct carvq_tok_added_token token = {.id = 0};
    bool normalized;
    enum carvq_status status;
    if ((status = carvq_tok_members(place, json, members, COUNT, error)) != CARVQ_OK ||
        (status = carvq_tok_read_bool(place, &members[SINGLE_WORD], &token.single_word, error)) != CARVQ_OK ||
        (status = carvq_tok_read_bool(place, &members[LSTRIP], &token.strip_left, error)) != CARVQ_OK ||
        (status = carvq_tok_read_bool(place, &members[RSTRIP], &token.strip_right, error)) != CARVQ_OK ||
        (status = carvq_tok_read_bool(place, &members[NORMALIZED], &normalized, error)) != CARVQ_OK ||
        (status = carvq_tok_read_optional_bool(place, &members[SPECIAL], &token.special, error)) != CARVQ_OK ||
        (status = carvq_tok_read_text(place, &members[CONTENT], &token.text, error)) != CARVQ_OK) {
        free(token.text.data);
        return status;
    }
    return add_token(place, &token, normalized, next_id, tokenizer, error);
}

static enum carvq_status index_tokens(const char *place, struct carvq_tok_added *added, struct carvq_error *error)
{
    const struct carvq_tok_added_token *duplicate = carvq_tok_added_index(added);
    if (duplicate == NULL)
        return carvq_tok_pattern_regex(place, carvq_tok_word_pattern, strlen(carvq_tok_word_pattern), &added->word, error);
    return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: '%.*s' occurs twice", place,
                      (int)(duplicate->text.length < 100 ? duplicate->text.length : 100), duplicate->text.data);
}

enum carvq_status carvq_tok_load_added(const char *path, struct carvq_json json, struct carvq_tokenizer *tokenizer,
                                       struct carvq_error *error)
{
    char place[PLACE_SIZE];
    snprintf(place, sizeof place, "%.380s: added_tokens", path);
    if (!carvq_json_enter(&json, '['))
        return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: not an array", place);
    uint32_t next_id = (uint32_t)tokenizer->bpe.piece_count;
    enum carvq_status status = CARVQ_OK;
    while (status == CARVQ_OK && carvq_json_next_item(&json)) {
        status = load_token(place, json, &next_id, tokenizer, error);
        carvq_json_skip(&json);
    }
    if (status == CARVQ_OK)
        status = index_tokens(place, &tokenizer->raw, error);
    return status != CARVQ_OK ? status : index_tokens(place, &tokenizer->normalized, error);
}

// Ids that one post-processor puts around what the ones before it made.
struct around {
    struct carvq_tok_ids before, after;
    bool seen_text;
};

static enum carvq_status add_id(const char *place, struct carvq_tokenizer *tokenizer, struct around *around, uint32_t id,
                                struct carvq_error *error)
{
    if (id >= tokenizer->id_limit)
        tokenizer->id_limit = (uint64_t)id + 1;
    return carvq_tok_append_id(around->seen_text ? &around->after : &around->before, id) ? CARVQ_OK
                                                                                         : carvq_tok_no_memory(place, error);
}

// Appends the ids of the special token called name: special_tokens[name].ids.
static enum carvq_status add_special(const char *place, struct carvq_tokenizer *tokenizer, struct carvq_json specials,
                                     const char *name, struct around *around, struct carvq_error *error)
{
    struct carvq_tok_member special = {.key = name}, ids = {.key = "ids"};
    enum carvq_status status = carvq_tok_members(place, specials, &special, 1, error);
    if (status == CARVQ_OK && !special.present)
        return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: '%.100s' is not in 'special_tokens'", place, name);
    if (status == CARVQ_OK)
        status = carvq_tok_members(place, special.value, &ids, 1, error);
    if (status != CARVQ_OK)
        return status;
    if (!ids.present || !carvq_json_enter(&ids.value, '['))
        return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: 'ids' of '%.100s' is missing or not an array", place, name);
    while (status == CARVQ_OK && carvq_json_next_item(&ids.value)) {
        uint64_t id;
        if (!carvq_json_read_u64(&ids.value, &id) || id > UINT32_MAX)
            return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: an id of '%.100s' is not an integer from 0 to 4294967295", place,
                              name);
        status = add_id(place, tokenizer, around, (uint32_t)id, error);
    }
    return status;
}

// An item of a template: {"SpecialToken": {"id": "<s>"}} or {"Sequence": {"id": "A"}}.
static enum carvq_status add_item(const char *place, struct carvq_tokenizer *tokenizer, struct carvq_json item,
                                  struct carvq_json specials, struct around *around, struct carvq_error *error)
{
    struct carvq_tok_member forms[] = {{.key = "SpecialToken"}, {.key = "Sequence"}}, id = {.key = "id"};
    struct carvq_tok_bytes name = {NULL, 0, 0};
    enum carvq_status status = carvq_tok_members(place, item, forms, 2, error);
    if (status != CARVQ_OK)
        return status;
    if (forms[0].present == forms[1].present)
        return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: an item of 'single' is not either a special token or a sequence",
                          place);
    bool is_text = forms[1].present;
    if ((status = carvq_tok_members(place, forms[is_text].value, &id, 1, error)) == CARVQ_OK)
        status = carvq_tok_read_text(place, &id, &name, error);
    if (status == CARVQ_OK && !is_text)
        status = add_special(place, tokenizer, specials, name.data, around, error);
    else if (status == CARVQ_OK && (strcmp(name.data, "A") != 0 || around->seen_text))
        status = carvq_fail(error, CARVQ_ERROR_UNSUPPORTED, "%s: 'single' has other sequences than one A", place);
    around->seen_text = around->seen_text || is_text;
    free(name.data);
    return status;
}

static enum carvq_status load_template(const char *place, struct carvq_json json, struct carvq_tokenizer *tokenizer,
                                       struct around *around, struct carvq_error *error)
{
    struct carvq_tok_member members[] = {{.key = "single"}, {.key = "special_tokens"}};
    enum carvq_status status = carvq_tok_members(place, json, members, 2, error);
    if (status != CARVQ_OK)
        return status;
    if (!members[0].present || !members[1].present || !carvq_json_enter(&members[0].value, '['))
        return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: 'single' or 'special_tokens' is missing", place);
    while (status == CARVQ_OK && carvq_json_next_item(&members[0].value)) {
        status = add_item(place, tokenizer, members[0].value, members[1].value, around, error);
        carvq_json_skip(&members[0].value);
    }
    if (status == CARVQ_OK && !around->seen_text)
        status = carvq_fail(error, CARVQ_ERROR_UNSUPPORTED, "%s: 'single' leaves the text out", place);
    return status;
}

// The ids of around go outside those that are there: they see the result of the post-processors before theirs.
static enum carvq_status put_around(const char *place, struct around *around, struct carvq_tokenizer *tokenizer,
                                    struct carvq_error *error)
{
    for (size_t i = 0; i < tokenizer->before.length; i++)
        if (!carvq_tok_append_id(&around->before, tokenizer->before.data[i]))
            return carvq_tok_no_memory(place, error);
    for (size_t i = 0; i < around->after.length; i++)
        if (!carvq_tok_append_id(&tokenizer->after, around->after.data[i]))
            return carvq_tok_no_memory(place, error);
    struct carvq_tok_ids before = tokenizer->before;
    tokenizer->before = around->before;
    around->before = before;
    return CARVQ_OK;
}

static enum carvq_status load_sequence(const char *path, const char *place, struct carvq_json json,
                                       struct carvq_tokenizer *tokenizer, struct carvq_error *error)
{
    struct carvq_tok_member processors = {.key = "processors"};
    enum carvq_status status = carvq_tok_members(place, json, &processors, 1, error);
    if (status != CARVQ_OK)
        return status;
    if (!processors.present || !carvq_json_enter(&processors.value, '['))
        return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: 'processors' is missing or not an array", place);
    while (status == CARVQ_OK && carvq_json_next_item(&processors.value)) {
        status = carvq_tok_load_post_processor(path, processors.value, tokenizer, error);
        carvq_json_skip(&processors.value);
    }
    return status;
}

enum carvq_status carvq_tok_load_post_processor(const char *path, struct carvq_json json, struct carvq_tokenizer *tokenizer,
                                                struct carvq_error *error)
{
    char place[PLACE_SIZE];
    snprintf(place, sizeof place, "%.300s: post_processor", path);
    struct carvq_tok_member type = {.key = "type"};
    struct carvq_tok_bytes name = {NULL, 0, 0};
    enum carvq_status status = carvq_tok_members(place, json, &type, 1, error);
    if (status == CARVQ_OK)
        status = carvq_tok_read_text(place, &type, &name, error);
    if (status == CARVQ_OK)
        snprintf(place, sizeof place, "%.300s: post_processor '%.64s'", path, name.data);
    if (status == CARVQ_OK && strcmp(name.data, "Sequence") == 0) {
        status = load_sequence(path, place, json, tokenizer, error);
    } else if (status == CARVQ_OK && strcmp(name.data, "TemplateProcessing") == 0) {
        struct around around = {{NULL, 0, 0}, {NULL, 0, 0}, false};
        status = load_template(place, json, tokenizer, &around, error);
        if (status == CARVQ_OK)
            status = put_around(place, &around, tokenizer, error);
        free(around.before.data);
        free(around.after.data);
    } else if (status == CARVQ_OK && strcmp(name.data, "ByteLevel") != 0) { // ByteLevel changes offsets, not ids
        status = carvq_fail(error, CARVQ_ERROR_UNSUPPORTED, "%s is not supported", place);
    }
    free(name.data);
    return status;
}
