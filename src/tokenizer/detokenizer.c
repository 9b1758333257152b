// SPDX-License-Identifier: MIT
// Ids to text, for two kinds of vocabularies: byte-level ones, whose characters stand for bytes, and those of SentencePiece, with
// U+2581 for a space and <0xNN> for a byte.
#include "tokenizer/detokenizer.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/utf8.h"
#include "tokenizer/parts.h"

struct entry {
    uint32_t id;
    bool added, special;
    const char *text;
    size_t length;
};

struct carvq_detokenizer {
    bool byte_level, byte_fallback;
    int bytes[CARVQ_TOK_BYTE_CHARACTERS]; // the byte that a character stands for, or -1
    size_t count;
    struct entry entries[]; // by id; an added token before a piece
};

static int compare_entries(const void *a, const void *b)
{
    const struct entry *left = a, *right = b;
    if (left->id != right->id)
        return left->id < right->id ? -1 : 1;
    return (int)right->added - (int)left->added;
}

static void add_tokens(const struct carvq_tok_added *added, struct carvq_detokenizer *detokenizer)
{
    for (size_t i = 0; i < added->count; i++) {
        const struct carvq_tok_added_token *token = &added->tokens[i];
        detokenizer->entries[detokenizer->count++] = (struct entry){token->id, true, token->special, token->text.data,
                                                                    token->text.length};
    }
}

enum carvq_status carvq_detokenizer_open(const struct carvq_tokenizer *tokenizer, struct carvq_detokenizer **detokenizer_ret,
                                         struct carvq_error *error)
{
    const struct carvq_tok_bpe *bpe = &tokenizer->bpe;
    const size_t count = bpe->piece_count + tokenizer->raw.count + tokenizer->normalized.count;
    struct carvq_detokenizer *detokenizer = calloc(1, sizeof *detokenizer + count * sizeof *detokenizer->entries);
    if (detokenizer == NULL)
        return carvq_fail(error, CARVQ_ERROR_MEMORY, "out of memory for a vocabulary of %zu pieces", count);
    add_tokens(&tokenizer->raw, detokenizer);
    add_tokens(&tokenizer->normalized, detokenizer);
    for (size_t i = 0; i < bpe->piece_count; i++)
        detokenizer->entries[detokenizer->count++] = (struct entry){
            .id = bpe->pieces[i].id, .text = bpe->arena.data + bpe->pieces[i].offset, .length = bpe->pieces[i].length};
    qsort(detokenizer->entries, detokenizer->count, sizeof *detokenizer->entries, compare_entries);
    detokenizer->byte_fallback = bpe->byte_fallback;
    for (size_t i = 0; i < tokenizer->splitters.count; i++)
        detokenizer->byte_level = detokenizer->byte_level || tokenizer->splitters.steps[i].kind == CARVQ_TOK_BYTES;
    for (size_t i = 0; i < CARVQ_TOK_BYTE_CHARACTERS; i++)
        detokenizer->bytes[i] = -1;
    for (int byte = 0; byte < 256; byte++)
        detokenizer->bytes[carvq_tok_byte_character((unsigned char)byte)] = byte;
    *detokenizer_ret = detokenizer;
    return CARVQ_OK;
}

void carvq_detokenizer_close(struct carvq_detokenizer *detokenizer)
{
    free(detokenizer);
}

// The first entry of an id, or NULL.
static const struct entry *find(const struct carvq_detokenizer *detokenizer, uint32_t id)
{
    size_t low = 0, high = detokenizer->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (detokenizer->entries[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < detokenizer->count && detokenizer->entries[low].id == id ? &detokenizer->entries[low] : NULL;
}

// A character that stands for no byte is kept.
static bool append_byte_level(const struct carvq_detokenizer *detokenizer, const struct entry *entry,
                              struct carvq_tok_bytes *text)
{
    for (size_t at = 0, size; at < entry->length; at += size) {
        const unsigned char *character = (const unsigned char *)entry->text + at;
        size = carvq_utf8_length(entry->text + at, entry->length - at);
        const unsigned point = size == 1 ? character[0] : size == 2 ? (character[0] & 31u) << 6 | (character[1] & 63u) : 0xffff;
        const int byte = point < CARVQ_TOK_BYTE_CHARACTERS ? detokenizer->bytes[point] : -1;
        const char decoded = (char)byte;
        if (!carvq_tok_append(text, byte >= 0 ? &decoded : entry->text + at, byte >= 0 ? 1 : size))
            return false;
    }
    return true;
}

static int hex_digit(char digit)
{
    return digit >= '0' && digit <= '9' ? digit - '0' : digit >= 'A' && digit <= 'F' ? digit - 'A' + 10 : -1;
}

// The byte of a piece <0xNN>, or -1.
static int fallback_byte(const struct entry *entry)
{
    if (entry->length != 6 || memcmp(entry->text, "<0x", 3) != 0 || entry->text[5] != '>')
        return -1;
    const int high = hex_digit(entry->text[3]), low = hex_digit(entry->text[4]);
    return high >= 0 && low >= 0 ? high << 4 | low : -1;
}

static bool append_sentencepiece(const struct carvq_detokenizer *detokenizer, const struct entry *entry,
                                 struct carvq_tok_bytes *text)
{
    static const char space[] = "\xe2\x96\x81";
    const int byte = detokenizer->byte_fallback && !entry->added ? fallback_byte(entry) : -1;
    const char decoded = (char)byte;
    if (byte >= 0)
        return carvq_tok_append(text, &decoded, 1);
    for (size_t at = 0, size; at < entry->length; at += size) {
        const bool is_space = entry->length - at >= 3 && memcmp(entry->text + at, space, 3) == 0;
        size = is_space ? 3 : 1;
        if (!carvq_tok_append(text, is_space ? " " : entry->text + at, 1))
            return false;
    }
    return true;
}

bool carvq_detokenizer_append(const struct carvq_detokenizer *detokenizer, uint32_t id, struct carvq_tok_bytes *text)
{
    const struct entry *entry = find(detokenizer, id);
    if (entry == NULL || entry->special)
        return true;
    if (!detokenizer->byte_level)
        return append_sentencepiece(detokenizer, entry, text);
    return entry->added ? carvq_tok_append(text, entry->text, entry->length) : append_byte_level(detokenizer, entry, text);
}
