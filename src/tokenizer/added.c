// SPDX-License-Identifier: MIT
// Added tokens: how they are read, and where they are in a text.
#include "tokenizer/added.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

// \w of Rust's regular expressions: a letter, mark, digit, connector or joiner.
// \p{Alphabetic} is letters, letter numbers, many marks, and letters in circles and squares.
static const char word_pattern[] = "[\\p{L}\\p{M}\\p{Nd}\\p{Nl}\\p{Pc}\\x{200C}\\x{200D}\\x{24B6}-\\x{24E9}"
                                   "\\x{1F130}-\\x{1F149}\\x{1F150}-\\x{1F169}\\x{1F170}-\\x{1F189}]";

// Takes over token.text. False: out of memory.
static bool append_token(struct carvq_tok_added *added, struct carvq_tok_added_token token)
{
    void *memory = added->tokens;
    if (!carvq_tok_reserve(&memory, &added->capacity, added->count, 1, sizeof *added->tokens))
        return false;
    added->tokens = memory;
    added->tokens[added->count++] = token;
    return true;
}

static int compare(const void *left, const void *right)
{
    const struct carvq_tok_bytes *a = &((const struct carvq_tok_added_token *)left)->text;
    const struct carvq_tok_bytes *b = &((const struct carvq_tok_added_token *)right)->text;
    int order = memcmp(a->data, b->data, a->length < b->length ? a->length : b->length);
    return order != 0 ? order : (a->length > b->length) - (a->length < b->length);
}

// Sorts the tokens. Returns a token that occurs twice, or NULL.
static const struct carvq_tok_added_token *sort_tokens(struct carvq_tok_added *added)
{
    if (added->count > 0)
        qsort(added->tokens, added->count, sizeof *added->tokens, compare);
    size_t at = 0;
    for (size_t byte = 0; byte < 256; byte++) {
        added->first[byte] = at;
        while (at < added->count && (unsigned char)added->tokens[at].text.data[0] == byte)
            at++;
    }
    added->first[256] = at;
    for (size_t i = 1; i < added->count; i++)
        if (compare(&added->tokens[i - 1], &added->tokens[i]) == 0)
            return &added->tokens[i];
    return NULL;
}

// What stays the same while tokens are read, but for next_id.
struct loading {
    const char *place;
    const struct carvq_tok_bpe *bpe;
    const struct carvq_tok_normalizers *normalizers;
    uint32_t next_id;
    struct carvq_tok_added *raw, *normalized;
    struct carvq_error *error;
};

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
static enum carvq_status take_token(struct loading *loading, struct carvq_tok_added_token *token, bool normalized)
{
    enum carvq_status status = CARVQ_OK;
    if (token->text.length > 0) { // an empty one is ignored
        token->id = added_id(loading->bpe, &token->text, &loading->next_id);
        if (normalized)
            status = normalize_text(loading->place, loading->normalizers, &token->text, loading->error);
        if (status == CARVQ_OK && append_token(normalized ? loading->normalized : loading->raw, *token))
            return CARVQ_OK;
        if (status == CARVQ_OK)
            status = carvq_tok_no_memory(loading->place, loading->error);
    }
    free(token->text.data);
    return status;
}

static enum carvq_status load_token(struct loading *loading, struct carvq_json json)
{
    const char *place = loading->place;
    struct carvq_error *error = loading->error;
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
    return take_token(loading, &token, normalized);
}

static enum carvq_status index_tokens(const char *place, struct carvq_tok_added *added, struct carvq_error *error)
{
    const struct carvq_tok_added_token *duplicate = sort_tokens(added);
    if (duplicate == NULL)
        return carvq_tok_pattern_regex(place, word_pattern, sizeof word_pattern - 1, &added->word, error);
    return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: '%.*s' occurs twice", place,
                      (int)(duplicate->text.length < 100 ? duplicate->text.length : 100), duplicate->text.data);
}

enum carvq_status carvq_tok_added_load(const char *path, struct carvq_json json, const struct carvq_tok_bpe *bpe,
                                       const struct carvq_tok_normalizers *normalizers, struct carvq_tok_added *raw_ret,
                                       struct carvq_tok_added *normalized_ret, struct carvq_error *error)
{
    char place[CARVQ_TOK_PLACE_SIZE];
    snprintf(place, sizeof place, "%.380s: added_tokens", path);
    if (!carvq_json_enter(&json, '['))
        return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: not an array", place);
    struct loading loading = {place, bpe, normalizers, (uint32_t)bpe->piece_count, raw_ret, normalized_ret, error};
    enum carvq_status status = CARVQ_OK;
    while (status == CARVQ_OK && carvq_json_next_item(&json)) {
        status = load_token(&loading, json);
        carvq_json_skip(&json);
    }
    if (status == CARVQ_OK)
        status = index_tokens(place, raw_ret, error);
    return status != CARVQ_OK ? status : index_tokens(place, normalized_ret, error);
}

void carvq_tok_added_free(struct carvq_tok_added *added)
{
    for (size_t i = 0; i < added->count; i++)
        free(added->tokens[i].text.data);
    free(added->tokens);
    carvq_tok_pattern_free(&added->word);
}

void carvq_tok_sections_free(struct carvq_tok_sections *sections)
{
    free(sections->data);
    free(sections->scratch.data);
}

// Of the sorted tokens low .. high - 1, which agree in their first depth bytes and are longer than that, the first one
// whose next byte is at least byte, or high.
static size_t lower_bound(const struct carvq_tok_added *added, size_t low, size_t high, size_t depth, unsigned byte)
{
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if ((unsigned char)added->tokens[middle].text.data[depth] < byte)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

// The longest token with which text begins, or NULL.
static const struct carvq_tok_added_token *longest_prefix(const struct carvq_tok_added *added, const char *text, size_t length)
{
    const struct carvq_tok_added_token *longest = NULL;
    size_t low = added->first[(unsigned char)text[0]], high = added->first[(unsigned char)text[0] + 1];
    for (size_t depth = 1; low < high; depth++) {
        if (added->tokens[low].text.length == depth)
            longest = &added->tokens[low++];
        if (depth == length)
            break;
        unsigned byte = (unsigned char)text[depth];
        low = lower_bound(added, low, high, depth, byte);
        high = lower_bound(added, low, high, depth, byte + 1);
    }
    return longest;
}

static bool is_space(utf8proc_int32_t c)
{
    return (c >= 9 && c <= 13) || c == ' ' || c == 0x85 || c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) ||
           c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000;
}

// The character that begins at text[at], or -1 at the end; *size_ret is its bytes.
static utf8proc_int32_t character_at(const char *text, size_t length, size_t at, size_t *size_ret)
{
    utf8proc_int32_t c = -1;
    *size_ret = 0;
    if (at < length)
        *size_ret = (size_t)utf8proc_iterate((const utf8proc_uint8_t *)text + at, (utf8proc_ssize_t)(length - at), &c);
    return c;
}

// The character that ends before text[at], or -1 at the beginning.
static utf8proc_int32_t character_before(const char *text, size_t at, size_t *size_ret)
{
    size_t begin = at;
    while (begin > 0 && ((unsigned char)text[--begin] & 0xc0) == 0x80)
        ;
    return character_at(text, at, begin, size_ret);
}

static size_t skip_space_left(const char *text, size_t at)
{
    for (size_t size; is_space(character_before(text, at, &size)); at -= size)
        ;
    return at;
}

static size_t skip_space_right(const char *text, size_t length, size_t at)
{
    for (size_t size; is_space(character_at(text, length, at, &size)); at += size)
        ;
    return at;
}

// What stays the same while a text is cut.
struct cutting {
    const struct carvq_tok_added *added;
    const char *name, *text;
    size_t length;
    size_t done; // end of the last section
    struct carvq_tok_sections *sections;
    struct carvq_error *error;
};

static enum carvq_status append(struct cutting *cutting, struct carvq_tok_section section)
{
    struct carvq_tok_sections *sections = cutting->sections;
    void *memory = sections->data;
    if (!carvq_tok_reserve(&memory, &sections->capacity, sections->length, 1, sizeof *sections->data))
        return carvq_tok_no_memory(cutting->name, cutting->error);
    sections->data = memory;
    sections->data[sections->length++] = section;
    return CARVQ_OK;
}

// Whether the character of size bytes at text[at] is part of a word; size 0 is the end of the text.
static enum carvq_status is_word(struct cutting *cutting, size_t at, size_t size, bool *is_word_ret)
{
    struct carvq_tok_spans *spans = &cutting->sections->scratch;
    enum carvq_status status = carvq_tok_pattern_cut(&cutting->added->word, cutting->name, cutting->text + at, size, spans,
                                                     cutting->error);
    *is_word_ret = status == CARVQ_OK && spans->length > 0 && spans->data[0].matched;
    return status;
}

static enum carvq_status is_single_word(struct cutting *cutting, size_t begin, size_t end, bool *single_ret)
{
    size_t before, after;
    bool word_before, word_after;
    character_before(cutting->text, begin, &before);
    character_at(cutting->text, cutting->length, end, &after);
    enum carvq_status status = is_word(cutting, begin - before, before, &word_before);
    if (status == CARVQ_OK)
        status = is_word(cutting, end, after, &word_after);
    *single_ret = status == CARVQ_OK && !word_before && !word_after;
    return status;
}

// Appends a token that was found at begin, and the text between it and the last section.
static enum carvq_status add_token(struct cutting *cutting, const struct carvq_tok_added_token *token, size_t begin)
{
    size_t end = begin + token->text.length;
    bool single = true;
    enum carvq_status status = token->single_word ? is_single_word(cutting, begin, end, &single) : CARVQ_OK;
    if (status != CARVQ_OK || !single)
        return status;
    if (token->strip_left)
        begin = skip_space_left(cutting->text, begin);
    if (token->strip_right)
        end = skip_space_right(cutting->text, cutting->length, end);
    if (cutting->done < begin) // else the token before took the white space
        status = append(cutting, (struct carvq_tok_section){cutting->done, begin, false, 0});
    cutting->done = end;
    return status != CARVQ_OK ? status : append(cutting, (struct carvq_tok_section){begin, end, true, token->id});
}

enum carvq_status carvq_tok_added_cut(const struct carvq_tok_added *added, const char *name, const char *text, size_t length,
                                      struct carvq_tok_sections *sections, struct carvq_error *error)
{
    struct cutting cutting = {added, name, text, length, 0, sections, error};
    sections->length = 0;
    for (size_t at = 0; added->count > 0 && at < length;) {
        const struct carvq_tok_added_token *token = longest_prefix(added, text + at, length - at);
        if (token == NULL) {
            at++;
            continue;
        }
        enum carvq_status status = add_token(&cutting, token, at);
        if (status != CARVQ_OK)
            return status;
        at += token->text.length; // a token in the white space that this one took is found, too
    }
    return cutting.done == length ? CARVQ_OK : append(&cutting, (struct carvq_tok_section){cutting.done, length, false, 0});
}
