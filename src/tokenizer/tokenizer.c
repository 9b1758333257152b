// SPDX-License-Identifier: MIT
// The file by its parts, what its post-processor puts around a text, and a text through all parts.
#include "tokenizer/tokenizer.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/map.h"
#include "runtime/utf8.h"
#include "tokenizer/parts.h"

static void count_id(struct carvq_tokenizer *tokenizer, uint32_t id)
{
    if (id >= tokenizer->id_limit)
        tokenizer->id_limit = (uint64_t)id + 1;
}

// Those of the vocabulary and of added tokens.
static void count_ids(struct carvq_tokenizer *tokenizer)
{
    const struct carvq_tok_added *added[] = {&tokenizer->raw, &tokenizer->normalized};
    for (size_t i = 0; i < tokenizer->bpe.piece_count; i++)
        count_id(tokenizer, tokenizer->bpe.pieces[i].id);
    for (size_t i = 0; i < 2; i++)
        for (size_t j = 0; j < added[i]->count; j++)
            count_id(tokenizer, added[i]->tokens[j].id);
}

// Ids that one post-processor puts around what the ones before it made.
struct around {
    struct carvq_tok_ids before, after;
    bool seen_text;
};

static enum carvq_status add_id(const char *place, struct carvq_tokenizer *tokenizer, struct around *around, uint32_t id,
                                struct carvq_error *error)
{
    count_id(tokenizer, id);
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

// A post-processor, or a sequence of them. context: struct carvq_tokenizer
static enum carvq_status load_post_processor(const char *path, struct carvq_json json, void *context, struct carvq_error *error)
{
    struct carvq_tokenizer *tokenizer = context;
    char place[CARVQ_TOK_PLACE_SIZE], type[64];
    enum carvq_status status = carvq_tok_read_type(path, "post_processor", json, type, sizeof type, place, error);
    if (status != CARVQ_OK)
        return status;
    if (strcmp(type, "Sequence") == 0)
        return carvq_tok_for_each(path, place, "processors", json, tokenizer, load_post_processor, error);
    if (strcmp(type, "ByteLevel") == 0) // changes offsets, not ids
        return CARVQ_OK;
    if (strcmp(type, "TemplateProcessing") != 0)
        return carvq_fail(error, CARVQ_ERROR_UNSUPPORTED, "%s is not supported", place);
    struct around around = {{NULL, 0, 0}, {NULL, 0, 0}, false};
    status = load_template(place, json, tokenizer, &around, error);
    if (status == CARVQ_OK)
        status = put_around(place, &around, tokenizer, error);
    free(around.before.data);
    free(around.after.data);
    return status;
}

static enum carvq_status load(const char *path, struct carvq_json json, struct carvq_tokenizer *tokenizer,
                              struct carvq_error *error)
{
    enum { MODEL, NORMALIZER, PRE_TOKENIZER, POST_PROCESSOR, ADDED_TOKENS, COUNT };
    struct carvq_tok_member members[COUNT] = {[MODEL].key = "model",
                                              [NORMALIZER].key = "normalizer",
                                              [PRE_TOKENIZER].key = "pre_tokenizer",
                                              [POST_PROCESSOR].key = "post_processor",
                                              [ADDED_TOKENS].key = "added_tokens"};
    enum carvq_status status = carvq_tok_members(path, json, members, COUNT, error);
    if (status != CARVQ_OK)
        return status;
    if (!members[MODEL].present)
        return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: 'model' is missing: not a tokenizer.json", path);
    status = carvq_tok_bpe_load(path, members[MODEL].value, true, &tokenizer->bpe, error);
    if (status == CARVQ_OK && members[NORMALIZER].present)
        status = carvq_tok_normalizers_load(path, members[NORMALIZER].value, &tokenizer->normalizers, error);
    if (status == CARVQ_OK && members[PRE_TOKENIZER].present)
        status = carvq_tok_splitters_load(path, members[PRE_TOKENIZER].value, &tokenizer->splitters, error);
    if (status == CARVQ_OK && members[POST_PROCESSOR].present)
        status = load_post_processor(path, members[POST_PROCESSOR].value, tokenizer, error);
    if (status == CARVQ_OK && members[ADDED_TOKENS].present)
        status = carvq_tok_added_load(path, members[ADDED_TOKENS].value, &tokenizer->bpe, &tokenizer->normalizers,
                                      &tokenizer->raw, &tokenizer->normalized, error);
    count_ids(tokenizer);
    return status;
}

enum carvq_status carvq_tokenizer_read(const char *path, const char *data, size_t nbytes, struct carvq_tokenizer **tokenizer_ret,
                                       struct carvq_error *error)
{
    size_t where;
    if (nbytes > UINT32_MAX)
        return carvq_fail(error, CARVQ_ERROR_UNSUPPORTED, "%s: larger than 4 GiB", path);
    const char *problem = carvq_json_check(data, nbytes, &where);
    if (problem != NULL)
        return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: byte %zu: %s", path, where, problem);
    struct carvq_tokenizer *tokenizer = calloc(1, sizeof *tokenizer);
    if (tokenizer == NULL)
        return carvq_tok_no_memory(path, error);
    enum carvq_status status = load(path, (struct carvq_json){data, data + nbytes}, tokenizer, error);
    if (status != CARVQ_OK) {
        carvq_tokenizer_close(tokenizer);
        return status;
    }
    *tokenizer_ret = tokenizer;
    return CARVQ_OK;
}

enum carvq_status carvq_tokenizer_open(const char *path, struct carvq_tokenizer **tokenizer_ret, struct carvq_error *error)
{
    struct carvq_map map;
    enum carvq_status status = carvq_map_open(path, &map, error);
    if (status != CARVQ_OK)
        return status;
    status = carvq_tokenizer_read(path, (const char *)map.data, map.size, tokenizer_ret, error);
    carvq_map_close(&map);
    return status;
}

void carvq_tokenizer_close(struct carvq_tokenizer *tokenizer)
{
    if (tokenizer == NULL)
        return;
    carvq_tok_added_free(&tokenizer->raw);
    carvq_tok_added_free(&tokenizer->normalized);
    carvq_tok_normalizers_free(&tokenizer->normalizers);
    carvq_tok_splitters_free(&tokenizer->splitters);
    carvq_tok_bpe_free(&tokenizer->bpe);
    free(tokenizer->before.data);
    free(tokenizer->after.data);
    free(tokenizer);
}

const uint32_t *carvq_tokenizer_prefix(const struct carvq_tokenizer *tokenizer, size_t *count_ret)
{
    *count_ret = tokenizer->before.length;
    return tokenizer->before.data;
}

uint64_t carvq_tokenizer_id_limit(const struct carvq_tokenizer *tokenizer)
{
    return tokenizer->id_limit;
}

// One call of carvq_tokenizer_encode(): its result, and memory for the steps on the way.
struct encoding {
    const struct carvq_tokenizer *tokenizer;
    const char *name;
    struct carvq_tok_ids ids;
    struct carvq_tok_sections raw, normalized;
    struct carvq_tok_normalize_work normalize;
    struct carvq_tok_split_work split;
    struct carvq_tok_bpe_work bpe;
};

static void free_work(struct encoding *encoding)
{
    carvq_tok_sections_free(&encoding->raw);
    carvq_tok_sections_free(&encoding->normalized);
    carvq_tok_normalize_work_free(&encoding->normalize);
    carvq_tok_split_work_free(&encoding->split);
    carvq_tok_bpe_work_free(&encoding->bpe);
}

static enum carvq_status check_utf8(const char *name, const char *text, size_t nbytes, struct carvq_error *error)
{
    for (size_t at = 0, length; at < nbytes; at += length) {
        length = carvq_utf8_length(text + at, nbytes - at);
        if (length == 0)
            return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: byte %zu (0x%02x) is not UTF-8: save it as UTF-8", name, at,
                              (unsigned)(unsigned char)text[at]);
    }
    return CARVQ_OK;
}

static enum carvq_status take_pre_token(void *context, const char *text, size_t length, struct carvq_error *error)
{
    struct encoding *encoding = context;
    return carvq_tok_bpe_encode(&encoding->tokenizer->bpe, &encoding->bpe, encoding->name, text, length, &encoding->ids, error);
}

// Text between added tokens that are looked for in the text as it comes. at_start: it is the beginning of the text.
static enum carvq_status encode_section(struct encoding *encoding, const char *text, size_t length, bool at_start,
                                        struct carvq_error *error)
{
    const struct carvq_tokenizer *tokenizer = encoding->tokenizer;
    enum carvq_status status = carvq_tok_normalize(&tokenizer->normalizers, &encoding->normalize, encoding->name, text, length,
                                                   &text, &length, error);
    if (status != CARVQ_OK)
        return status;
    status = carvq_tok_added_cut(&tokenizer->normalized, encoding->name, text, length, &encoding->normalized, error);
    for (size_t i = 0; i < encoding->normalized.length && status == CARVQ_OK; i++) {
        struct carvq_tok_section section = encoding->normalized.data[i];
        if (!section.is_token)
            status = carvq_tok_split(&tokenizer->splitters, &encoding->split, encoding->name, text + section.begin,
                                     section.end - section.begin, at_start && section.begin == 0,
                                     (struct carvq_tok_sink){take_pre_token, encoding}, error);
        else if (!carvq_tok_append_id(&encoding->ids, section.id))
            status = carvq_tok_no_memory(encoding->name, error);
    }
    return status;
}

static enum carvq_status append_ids(struct encoding *encoding, const struct carvq_tok_ids *ids, struct carvq_error *error)
{
    for (size_t i = 0; i < ids->length; i++)
        if (!carvq_tok_append_id(&encoding->ids, ids->data[i]))
            return carvq_tok_no_memory(encoding->name, error);
    return CARVQ_OK;
}

static enum carvq_status encode(struct encoding *encoding, const char *text, size_t nbytes, struct carvq_error *error)
{
    enum carvq_status status = check_utf8(encoding->name, text, nbytes, error);
    if (status != CARVQ_OK)
        return status;
    status = carvq_tok_added_cut(&encoding->tokenizer->raw, encoding->name, text, nbytes, &encoding->raw, error);
    for (size_t i = 0; i < encoding->raw.length && status == CARVQ_OK; i++) {
        struct carvq_tok_section section = encoding->raw.data[i];
        if (!section.is_token)
            status = encode_section(encoding, text + section.begin, section.end - section.begin, section.begin == 0, error);
        else if (!carvq_tok_append_id(&encoding->ids, section.id))
            status = carvq_tok_no_memory(encoding->name, error);
    }
    return status;
}

enum carvq_status carvq_tokenizer_encode(const struct carvq_tokenizer *tokenizer, const char *name, const char *text,
                                         size_t nbytes, bool add_special, uint32_t **ids_ret, size_t *count_ret,
                                         struct carvq_error *error)
{
    struct encoding *encoding = calloc(1, sizeof *encoding);
    if (encoding == NULL)
        return carvq_tok_no_memory(name, error);
    encoding->tokenizer = tokenizer;
    encoding->name = name;
    enum carvq_status status = CARVQ_OK;
    if (add_special)
        status = append_ids(encoding, &tokenizer->before, error);
    if (status == CARVQ_OK)
        status = encode(encoding, text, nbytes, error);
    if (status == CARVQ_OK && add_special)
        status = append_ids(encoding, &tokenizer->after, error);
    if (status == CARVQ_OK && encoding->ids.data == NULL && (encoding->ids.data = malloc(sizeof *encoding->ids.data)) == NULL)
        status = carvq_tok_no_memory(name, error);
    free_work(encoding);
    if (status == CARVQ_OK) {
        *ids_ret = encoding->ids.data;
        *count_ret = encoding->ids.length;
    } else {
        free(encoding->ids.data);
    }
    free(encoding);
    return status;
}
