// SPDX-License-Identifier: MIT
// UTF-8, checked and written.
#ifndef CARVQ_RUNTIME_UTF8_H
#define CARVQ_RUNTIME_UTF8_H

#include <stddef.h>

// Bytes of the well-formed UTF-8 sequence at text (1 to 4), or 0 if there is none within the next left bytes.
// Overlong forms, surrogates and code points beyond U+10FFFF are not well-formed.
size_t carvq_utf8_length(const char *text, size_t left);

// Writes a code point (no surrogate, at most U+10FFFF) as 1 to 4 bytes and returns how many.
size_t carvq_utf8_encode(unsigned long code_point, char *text);

#endif
