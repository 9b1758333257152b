// SPDX-License-Identifier: MIT
// Unicode is not one thing: the tokenizers library splits by Unicode 16 (Oniguruma 6.9.10), normalizes by Unicode 9
// (unicode-normalization-alignments 0.1), and we have the versions of PCRE2 and utf8proc that happen to be installed.
// What these tables hold was found by comparing the two sides on every code point.
#ifndef CARVQ_TOKENIZER_UNICODE_H
#define CARVQ_TOKENIZER_UNICODE_H

#include <stdbool.h>
#include <stdint.h>

// Characters that came into a general category after Unicode 14 (PCRE2 10.40), as ranges for a PCRE2 class. The name of
// the last entry is NULL. Categories that are not listed did not grow.
struct carvq_tok_category {
    const char *name, *ranges;
};
extern const struct carvq_tok_category carvq_tok_new_characters[];

// Whether a character matters to normalization (a combining mark, or one with a decomposition) but came after Unicode 9.
// To the tokenizers library it is an unassigned character: it stays as it is, and nothing is reordered or composed
// across it.
bool carvq_tok_is_unknown_to_normalizer(uint32_t code_point);

#endif
