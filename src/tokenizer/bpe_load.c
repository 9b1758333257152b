// SPDX-License-Identifier: MIT
// The model of tokenizer.json: vocabulary, merges and options of byte pair encoding.
#include "tokenizer/bpe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum carvq_status add_piece(const char *place, struct carvq_tok_bpe *bpe, size_t *capacity, struct carvq_json_string text,
                                   uint64_t id, struct carvq_error *error)
{
    void *memory = bpe->pieces;
    if (!carvq_tok_reserve(&memory, capacity, bpe->piece_count, 1, sizeof *bpe->pieces))
        return carvq_tok_no_memory(place, error);
    bpe->pieces = memory;
    size_t offset = bpe->arena.length;
    if (!carvq_tok_append_string(&bpe->arena, text))
        return carvq_tok_no_memory(place, error);
    // The file, and with it the arena, is smaller than 4 GiB.
    bpe->pieces[bpe->piece_count++] = (struct carvq_tok_piece){(uint32_t)offset, (uint32_t)(bpe->arena.length - offset),
                                                               (uint32_t)id};
    return CARVQ_OK;
}

static enum carvq_status load_vocabulary(const char *place, struct carvq_json json, struct carvq_tok_bpe *bpe,
                                         struct carvq_error *error)
{
    if (!carvq_json_enter(&json, '{'))
        return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: 'vocab' is not an object", place);
    struct carvq_json_string text;
    size_t capacity = 0;
    while (carvq_json_next_key(&json, &text)) {
        uint64_t id = 0;
        if (!carvq_json_read_u64(&json, &id) || id > UINT32_MAX)
            return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: the id of piece '%.*s' is not an integer from 0 to 4294967295",
                              place, (int)(text.length < 100 ? text.length : 100), text.text);
        enum carvq_status status = add_piece(place, bpe, &capacity, text, id, error);
        if (status != CARVQ_OK)
            return status;
    }
    size_t duplicate;
    if (carvq_tok_bpe_index_pieces(bpe, &duplicate))
        return CARVQ_OK;
    if (duplicate == bpe->piece_count)
        return carvq_tok_no_memory(place, error);
    const struct carvq_tok_piece *piece = &bpe->pieces[duplicate];
    return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: piece '%.*s' occurs twice in 'vocab'", place,
                      (int)(piece->length < 100 ? piece->length : 100), bpe->arena.data + piece->offset);
}

// The two pieces of a merge, one behind the other in text; the left one has left_length bytes.
struct merge_text {
    struct carvq_tok_bytes text;
    size_t left_length;
};

// "left right"
static enum carvq_status read_merge_string(const char *place, size_t number, struct carvq_json_string string,
                                           struct merge_text *merge, struct carvq_error *error)
{
    if (!carvq_tok_append_string(&merge->text, string))
        return carvq_tok_no_memory(place, error);
    char *space = memchr(merge->text.data, ' ', merge->text.length);
    char *end = merge->text.data + merge->text.length;
    if (space == NULL || memchr(space + 1, ' ', (size_t)(end - space - 1)) != NULL)
        return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: merge %zu, '%.100s', is not two pieces with a space between", place,
                          number, merge->text.data);
    merge->left_length = (size_t)(space - merge->text.data);
    memmove(space, space + 1, (size_t)(end - space)); // with the NUL
    merge->text.length--;
    return CARVQ_OK;
}

// ["left", "right"]
static enum carvq_status read_merge_pair(const char *place, size_t number, struct carvq_json json, struct merge_text *merge,
                                         struct carvq_error *error)
{
    struct carvq_json_string left, right;
    if (!carvq_json_enter(&json, '[') || !carvq_json_next_item(&json) || !carvq_json_read_string(&json, &left) ||
        !carvq_json_next_item(&json) || !carvq_json_read_string(&json, &right) || carvq_json_next_item(&json))
        return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: merge %zu is not a pair of strings", place, number);
    if (!carvq_tok_append_string(&merge->text, left))
        return carvq_tok_no_memory(place, error);
    merge->left_length = merge->text.length;
    return carvq_tok_append_string(&merge->text, right) ? CARVQ_OK : carvq_tok_no_memory(place, error);
}

static enum carvq_status add_merge(const char *place, size_t number, const struct merge_text *merge, struct carvq_tok_bpe *bpe,
                                   size_t *capacity, struct carvq_error *error)
{
    const char *left = merge->text.data, *right = left + merge->left_length;
    size_t left_length = merge->left_length, right_length = merge->text.length - left_length;
    struct carvq_tok_merge ids = {0, 0, 0};
    const char *unknown = !carvq_tok_bpe_find(bpe, left, left_length, &ids.left)                    ? "the left piece"
                          : !carvq_tok_bpe_find(bpe, right, right_length, &ids.right)               ? "the right piece"
                          : !carvq_tok_bpe_find(bpe, left, left_length + right_length, &ids.merged) ? "the result"
                                                                                                    : NULL;
    if (unknown != NULL)
        return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: merge %zu, '%.*s' and '%.*s': %s is not in the vocabulary", place,
                          number, (int)(left_length < 100 ? left_length : 100), left,
                          (int)(right_length < 100 ? right_length : 100), right, unknown);
    void *memory = bpe->merges;
    if (!carvq_tok_reserve(&memory, capacity, bpe->merge_count, 1, sizeof *bpe->merges))
        return carvq_tok_no_memory(place, error);
    bpe->merges = memory;
    bpe->merges[bpe->merge_count++] = ids;
    return CARVQ_OK;
}

// A line "#version: 0.2" of an old merges.txt may have come along as the first string.
static bool is_version_line(struct carvq_json_string string)
{
    return string.length >= 8 && memcmp(string.text, "#version", 8) == 0;
}

static enum carvq_status load_merges(const char *place, struct carvq_json json, struct carvq_tok_bpe *bpe,
                                     struct carvq_error *error)
{
    if (!carvq_json_enter(&json, '['))
        return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: 'merges' is not an array", place);
    struct merge_text merge = {{NULL, 0, 0}, 0};
    size_t capacity = 0;
    char form = '\0';
    enum carvq_status status = CARVQ_OK;
    for (size_t number = 0; status == CARVQ_OK && carvq_json_next_item(&json); number++) {
        char type = carvq_json_type(&json);
        if (form != '\0' && type != form) {
            status = carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: merge %zu is not of the same form as the others", place, number);
            break;
        }
        form = type;
        merge.text.length = 0;
        struct carvq_json_string string;
        struct carvq_json item = json;
        if (carvq_json_read_string(&item, &string)) {
            status = is_version_line(string) ? CARVQ_OK : read_merge_string(place, number, string, &merge, error);
            if (status == CARVQ_OK && !is_version_line(string))
                status = add_merge(place, number, &merge, bpe, &capacity, error);
        } else {
            status = read_merge_pair(place, number, item, &merge, error);
            if (status == CARVQ_OK)
                status = add_merge(place, number, &merge, bpe, &capacity, error);
        }
        carvq_json_skip(&json);
    }
    free(merge.text.data);
    if (status == CARVQ_OK && !carvq_tok_bpe_index_merges(bpe))
        return carvq_tok_no_memory(place, error);
    return status;
}

// Absent and "" are the same.
static enum carvq_status refuse_affix(const char *place, struct carvq_tok_member *member, struct carvq_error *error)
{
    if (!member->present)
        return CARVQ_OK;
    struct carvq_tok_bytes text = {NULL, 0, 0};
    enum carvq_status status = carvq_tok_read_text(place, member, &text, error);
    if (status == CARVQ_OK && text.length > 0)
        status = carvq_fail(error, CARVQ_ERROR_UNSUPPORTED, "%s: '%s' is not supported", place, member->key);
    free(text.data);
    return status;
}

// Absent, 0 and 0.0 are the same.
static enum carvq_status refuse_dropout(const char *place, struct carvq_tok_member *member, struct carvq_error *error)
{
    if (!member->present)
        return CARVQ_OK;
    if (carvq_json_type(&member->value) != '0')
        return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: 'dropout' is not a number", place);
    struct carvq_json end = member->value;
    carvq_json_skip(&end);
    for (const char *at = member->value.at; at < end.at && *at != 'e' && *at != 'E'; at++)
        if (*at >= '1' && *at <= '9')
            return carvq_fail(error, CARVQ_ERROR_UNSUPPORTED, "%s: 'dropout' is not supported: ids would be random", place);
    return CARVQ_OK;
}

static enum carvq_status load_unknown(const char *place, struct carvq_tok_member *member, struct carvq_tok_bpe *bpe,
                                      struct carvq_error *error)
{
    if (!member->present)
        return CARVQ_OK;
    struct carvq_tok_bytes text = {NULL, 0, 0};
    enum carvq_status status = carvq_tok_read_text(place, member, &text, error);
    if (status == CARVQ_OK) {
        bpe->has_unknown_text = true;
        bpe->has_unknown = carvq_tok_bpe_find(bpe, text.data, text.length, &bpe->unknown);
    }
    free(text.data);
    return status;
}

static enum carvq_status check_type(const char *place, struct carvq_tok_member *member, struct carvq_error *error)
{
    if (!member->present) // in old files
        return CARVQ_OK;
    struct carvq_tok_bytes type = {NULL, 0, 0};
    enum carvq_status status = carvq_tok_read_text(place, member, &type, error);
    if (status == CARVQ_OK && strcmp(type.data, "BPE") != 0)
        status = carvq_fail(error, CARVQ_ERROR_UNSUPPORTED, "%s: type '%.100s' is not supported, only BPE is", place, type.data);
    free(type.data);
    return status;
}

enum carvq_status carvq_tok_bpe_load(const char *path, struct carvq_json json, bool cuts, struct carvq_tok_bpe *bpe,
                                     struct carvq_error *error)
{
    enum { TYPE, VOCAB, MERGES, UNKNOWN, DROPOUT, PREFIX, SUFFIX, FUSE, BYTE_FALLBACK, IGNORE_MERGES, COUNT };
    struct carvq_tok_member members[COUNT] = {[TYPE].key = "type",
                                              [VOCAB].key = "vocab",
                                              [MERGES].key = "merges",
                                              [UNKNOWN].key = "unk_token",
                                              [DROPOUT].key = "dropout",
                                              [PREFIX].key = "continuing_subword_prefix",
                                              [SUFFIX].key = "end_of_word_suffix",
                                              [FUSE].key = "fuse_unk",
                                              [BYTE_FALLBACK].key = "byte_fallback",
                                              [IGNORE_MERGES].key = "ignore_merges"};
    char place[CARVQ_TOK_PLACE_SIZE];
    snprintf(place, sizeof place, "%.380s: model", path);
    enum carvq_status status;
    if ((status = carvq_tok_members(place, json, members, COUNT, error)) != CARVQ_OK ||
        (status = check_type(place, &members[TYPE], error)) != CARVQ_OK ||
        (cuts && (status = refuse_affix(place, &members[PREFIX], error)) != CARVQ_OK) ||
        (cuts && (status = refuse_affix(place, &members[SUFFIX], error)) != CARVQ_OK) ||
        (cuts && (status = refuse_dropout(place, &members[DROPOUT], error)) != CARVQ_OK) ||
        (status = carvq_tok_read_optional_bool(place, &members[FUSE], &bpe->fuse_unknown, error)) != CARVQ_OK ||
        (status = carvq_tok_read_optional_bool(place, &members[BYTE_FALLBACK], &bpe->byte_fallback, error)) != CARVQ_OK ||
        (status = carvq_tok_read_optional_bool(place, &members[IGNORE_MERGES], &bpe->ignore_merges, error)) != CARVQ_OK)
        return status;
    if (!members[VOCAB].present || !members[MERGES].present)
        return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: 'vocab' or 'merges' is missing", place);
    if ((status = load_vocabulary(place, members[VOCAB].value, bpe, error)) != CARVQ_OK ||
        (status = load_merges(place, members[MERGES].value, bpe, error)) != CARVQ_OK)
        return status;
    return load_unknown(place, &members[UNKNOWN], bpe, error);
}

enum carvq_status carvq_tok_bpe_load_files(const char *vocab_path, struct carvq_json vocab, const char *merges_path,
                                           const char *merges, size_t nbytes, struct carvq_tok_bpe *bpe,
                                           struct carvq_error *error)
{
    struct merge_text merge = {{NULL, 0, 0}, 0};
    size_t capacity = 0, number = 0;
    enum carvq_status status = load_vocabulary(vocab_path, vocab, bpe, error);
    for (const char *end = merges + nbytes, *line = merges, *next; status == CARVQ_OK && line < end; line = next) {
        const char *newline = memchr(line, '\n', (size_t)(end - line));
        next = newline != NULL ? newline + 1 : end;
        size_t length = (size_t)((newline != NULL ? newline : end) - line);
        length -= length > 0 && line[length - 1] == '\r';
        const char *space = memchr(line, ' ', length);
        if (length == 0 ||
            (number == 0 && line[0] == '#' && space != NULL && is_version_line((struct carvq_json_string){line, length})))
            continue;
        if (space == NULL || memchr(space + 1, ' ', (size_t)(line + length - space - 1)) != NULL)
            status = carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: merge %zu is not two pieces with a space between", merges_path,
                                number);
        merge.text.length = 0;
        merge.left_length = space != NULL ? (size_t)(space - line) : 0;
        if (status == CARVQ_OK && (!carvq_tok_append(&merge.text, line, merge.left_length) ||
                                   !carvq_tok_append(&merge.text, space + 1, length - merge.left_length - 1)))
            status = carvq_tok_no_memory(merges_path, error);
        if (status == CARVQ_OK)
            status = add_merge(merges_path, number++, &merge, bpe, &capacity, error);
    }
    free(merge.text.data);
    return status;
}
