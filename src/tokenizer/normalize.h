// SPDX-License-Identifier: MIT
// The first part of a tokenizer: rewrites the text between added tokens.
#ifndef CARVQ_TOKENIZER_NORMALIZE_H
#define CARVQ_TOKENIZER_NORMALIZE_H

#include "tokenizer/pattern.h"

enum carvq_tok_normal_step {
    CARVQ_TOK_PREPEND, // content in front of a text that is not empty
    CARVQ_TOK_REPLACE, // every match of pattern by content
    CARVQ_TOK_NFC,     // Unicode's normalization forms
    CARVQ_TOK_NFD,
    CARVQ_TOK_NFKC,
    CARVQ_TOK_NFKD
};

struct carvq_tok_normalizer {
    enum carvq_tok_normal_step kind;
    struct carvq_tok_pattern pattern;
    struct carvq_tok_bytes content;
};

struct carvq_tok_normalizers {
    struct carvq_tok_normalizer steps[CARVQ_TOK_MAX_STEPS];
    size_t count;
};

// Reads the normalizer of tokenizer.json, appending its steps. Errors: see tokenizer/json.h.
enum carvq_status carvq_tok_normalizers_load(const char *path, struct carvq_json json, struct carvq_tok_normalizers *normalizers,
                                             struct carvq_error *error);
void carvq_tok_normalizers_free(struct carvq_tok_normalizers *normalizers);

// Scratch memory. Begin with all zero.
struct carvq_tok_normalize_work {
    struct carvq_tok_bytes text[2];
    struct carvq_tok_spans spans;
};
void carvq_tok_normalize_work_free(struct carvq_tok_normalize_work *work);

// Runs all steps on text (well-formed UTF-8). *result_ret is text itself or lies in work. Errors:
// CARVQ_ERROR_UNSUPPORTED (a pattern needs too many steps, too many combining marks in a row), _MEMORY.
enum carvq_status carvq_tok_normalize(const struct carvq_tok_normalizers *normalizers, struct carvq_tok_normalize_work *work,
                                      const char *name, const char *text, size_t length, const char **result_ret,
                                      size_t *result_length_ret, struct carvq_error *error);

#endif
