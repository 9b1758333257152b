// SPDX-License-Identifier: MIT
// Added tokens: strings that become one id wherever they occur, whatever the rest of the tokenizer would make of them.
#ifndef CARVQ_TOKENIZER_ADDED_H
#define CARVQ_TOKENIZER_ADDED_H

#include "tokenizer/bpe.h"
#include "tokenizer/normalize.h"

struct carvq_tok_added_token {
    struct carvq_tok_bytes text; // what is looked for; not empty
    uint32_t id;
    bool single_word;             // not beside a letter or digit
    bool strip_left, strip_right; // the token takes the white space around it
    bool special;                 // steers the model and is no text
};

// Tokens that are looked for at the same time.
struct carvq_tok_added {
    struct carvq_tok_added_token *tokens; // sorted by text
    size_t count, capacity;
    size_t first[257];             // tokens that begin with byte b: first[b] .. first[b + 1] - 1
    struct carvq_tok_pattern word; // matches a character beside which no single word can be
};

// Reads the added tokens of tokenizer.json, once model and normalizer are there: those that are looked for in the text as it
// comes, and in normalized text. Errors: see tokenizer/json.h.
enum carvq_status carvq_tok_added_load(const char *path, struct carvq_json json, const struct carvq_tok_bpe *bpe,
                                       const struct carvq_tok_normalizers *normalizers, struct carvq_tok_added *raw_ret,
                                       struct carvq_tok_added *normalized_ret, struct carvq_error *error);
void carvq_tok_added_free(struct carvq_tok_added *added);

// A part of a text: an added token, or text between them.
struct carvq_tok_section {
    size_t begin, end;
    bool is_token;
    uint32_t id;
};

struct carvq_tok_sections {
    struct carvq_tok_section *data;
    size_t length, capacity;
    struct carvq_tok_spans scratch;
};
void carvq_tok_sections_free(struct carvq_tok_sections *sections);

// Cuts text (well-formed UTF-8) at the leftmost, there the longest, tokens, replacing what is in sections. Errors:
// CARVQ_ERROR_MEMORY.
enum carvq_status carvq_tok_added_cut(const struct carvq_tok_added *added, const char *name, const char *text, size_t length,
                                      struct carvq_tok_sections *sections, struct carvq_error *error);

#endif
