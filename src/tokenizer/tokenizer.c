// SPDX-License-Identifier: MIT
#include "tokenizer/tokenizer.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/map.h"
#include "runtime/utf8.h"
#include "tokenizer/json.h"
#include "tokenizer/load.h"

static void set_id_limit(struct carvq_tokenizer *tokenizer)
{
    for (size_t i = 0; i < tokenizer->bpe.piece_count; i++)
        if (tokenizer->bpe.pieces[i].id >= tokenizer->id_limit)
            tokenizer->id_limit = (uint64_t)tokenizer->bpe.pieces[i].id + 1;
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
    status = carvq_tok_load_model(path, members[MODEL].value, &tokenizer->bpe, error);
    set_id_limit(tokenizer);
    if (status == CARVQ_OK && members[NORMALIZER].present)
        status = carvq_tok_load_normalizer(path, members[NORMALIZER].value, &tokenizer->normalizers, error);
    if (status == CARVQ_OK && members[PRE_TOKENIZER].present)
        status = carvq_tok_load_splitter(path, members[PRE_TOKENIZER].value, &tokenizer->splitters, error);
    if (status == CARVQ_OK && members[POST_PROCESSOR].present)
        status = carvq_tok_load_post_processor(path, members[POST_PROCESSOR].value, tokenizer, error);
    if (status == CARVQ_OK && members[ADDED_TOKENS].present)
        status = carvq_tok_load_added(path, members[ADDED_TOKENS].value, tokenizer, error);
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

const struct carvq_tokenizer_merge *carvq_tokenizer_merges(const struct carvq_tokenizer *tokenizer, size_t *count_ret)
{
    *count_ret = tokenizer->bpe.merge_count;
    return tokenizer->bpe.merges;
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
            return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: byte %zu (0x%02x) is not UTF-8", name, at,
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
