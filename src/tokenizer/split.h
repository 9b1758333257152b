// SPDX-License-Identifier: MIT
// The second part of a tokenizer, which cuts the normalized text into pre-tokens: no merge crosses their bounds. The
// pre-tokenizers of tokenizer.json are made of a few simple steps; each runs on every part that the step before left.
#ifndef CARVQ_TOKENIZER_SPLIT_H
#define CARVQ_TOKENIZER_SPLIT_H

#include "tokenizer/pattern.h"

// What happens to the parts that match.
enum carvq_tok_behavior {
    CARVQ_TOK_REMOVED,
    CARVQ_TOK_ISOLATED,
    CARVQ_TOK_MERGED_WITH_PREVIOUS,
    CARVQ_TOK_MERGED_WITH_NEXT,
    CARVQ_TOK_CONTIGUOUS // isolated, but a run of matches is one part
};

enum carvq_tok_split_step {
    CARVQ_TOK_SPLIT,
    CARVQ_TOK_SUBSTITUTE, // every match of pattern by content
    CARVQ_TOK_PREFIX,     // content in front, unless it is there
    CARVQ_TOK_BYTES       // every byte by the character that stands for it in byte-level vocabularies
};

struct carvq_tok_splitter {
    enum carvq_tok_split_step kind;
    struct carvq_tok_pattern pattern;
    enum carvq_tok_behavior behavior;
    bool invert;     // what does not match is what matches
    bool first_only; // prefix only the part with which the text begins
    struct carvq_tok_bytes content;
};

struct carvq_tok_splitters {
    struct carvq_tok_splitter steps[CARVQ_TOK_MAX_STEPS];
    size_t count;
};

// The character that stands for a byte in byte-level vocabularies: below CARVQ_TOK_BYTE_CHARACTERS.
#define CARVQ_TOK_BYTE_CHARACTERS 0x144
unsigned long carvq_tok_byte_character(unsigned char byte);

// Reads the pre-tokenizer of tokenizer.json, appending its steps. Errors: see tokenizer/json.h.
enum carvq_status carvq_tok_splitters_load(const char *path, struct carvq_json json, struct carvq_tok_splitters *splitters,
                                           struct carvq_error *error);
void carvq_tok_splitters_free(struct carvq_tok_splitters *splitters);

// Scratch memory, one per step. Begin with all zero.
struct carvq_tok_split_work {
    struct carvq_tok_spans spans[CARVQ_TOK_MAX_STEPS];
    struct carvq_tok_bytes text[CARVQ_TOK_MAX_STEPS];
};
void carvq_tok_split_work_free(struct carvq_tok_split_work *work);

// Where the pre-tokens go, in order.
struct carvq_tok_sink {
    enum carvq_status (*take)(void *context, const char *text, size_t length, struct carvq_error *error);
    void *context;
};

// Cuts text (well-formed UTF-8). at_start: it begins where the whole text begins. Errors: CARVQ_ERROR_UNSUPPORTED (a
// pattern needs too many steps), _MEMORY, and those of take.
enum carvq_status carvq_tok_split(const struct carvq_tok_splitters *splitters, struct carvq_tok_split_work *work,
                                  const char *name, const char *text, size_t length, bool at_start, struct carvq_tok_sink sink,
                                  struct carvq_error *error);

#endif
