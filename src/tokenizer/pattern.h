// SPDX-License-Identifier: MIT
// What a normalizer replaces and a pre-tokenizer splits at: a string or a regular expression.
#ifndef CARVQ_TOKENIZER_PATTERN_H
#define CARVQ_TOKENIZER_PATTERN_H

#include "tokenizer/json.h"

// Exactly one of the two is set; neither in a pattern that was not made. Neither changes while matching.
struct carvq_tok_pattern {
    struct pcre2_real_code_8 *regex;
    struct carvq_tok_bytes string;
};

// place (file and part) is for messages. Errors: CARVQ_ERROR_FORMAT (not a regular expression, empty string),
// _UNSUPPORTED, _MEMORY.
enum carvq_status carvq_tok_pattern_regex(const char *place, const char *text, size_t length,
                                          struct carvq_tok_pattern *pattern_ret, struct carvq_error *error);
enum carvq_status carvq_tok_pattern_string(const char *place, const char *text, size_t length,
                                           struct carvq_tok_pattern *pattern_ret, struct carvq_error *error);
// Reads {"String": ".."} or {"Regex": ".."}. Errors: see tokenizer/json.h.
enum carvq_status carvq_tok_pattern_load(const char *place, const struct carvq_tok_member *member,
                                         struct carvq_tok_pattern *pattern_ret, struct carvq_error *error);
void carvq_tok_pattern_free(struct carvq_tok_pattern *pattern);

// Cuts text (well-formed UTF-8) into spans that match and spans between matches (not empty), replacing what is in spans.
// Errors: CARVQ_ERROR_UNSUPPORTED (too many steps), _MEMORY.
enum carvq_status carvq_tok_pattern_cut(const struct carvq_tok_pattern *pattern, const char *name, const char *text,
                                        size_t length, struct carvq_tok_spans *spans, struct carvq_error *error);

// Appends text to out, every match replaced by content. spans is scratch memory. Errors: as above.
enum carvq_status carvq_tok_pattern_replace(const struct carvq_tok_pattern *pattern, const char *name, const char *text,
                                            size_t length, const struct carvq_tok_bytes *content, struct carvq_tok_spans *spans,
                                            struct carvq_tok_bytes *out, struct carvq_error *error);

#endif
