// SPDX-License-Identifier: MIT
// Patterns in tokenizer.json are written for Oniguruma with Ruby's syntax; this turns them into PCRE2's. Where the two
// read the same pattern in different ways, it is rewritten; what cannot be rewritten is refused.
#ifndef CARVQ_TOKENIZER_REGEX_H
#define CARVQ_TOKENIZER_REGEX_H

#include "tokenizer/buffer.h"

// Appends the translation of pattern (UTF-8) to out. place says where in the file the pattern is. Errors:
// CARVQ_ERROR_UNSUPPORTED, _MEMORY.
enum carvq_status carvq_tok_translate(const char *place, const char *pattern, size_t length, struct carvq_tok_bytes *out,
                                      struct carvq_error *error);

#endif
