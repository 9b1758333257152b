// SPDX-License-Identifier: MIT
// UTF-8: what is well-formed, and how code points are written.
#include "utf8.h"

static int in_range(unsigned char byte, unsigned char low, unsigned char high)
{
    return byte >= low && byte <= high;
}

size_t carvq_utf8_length(const char *text, size_t left)
{
    const unsigned char *byte = (const unsigned char *)text;
    if (left >= 1 && byte[0] < 0x80)
        return 1;
    if (left >= 2 && in_range(byte[0], 0xc2, 0xdf) && in_range(byte[1], 0x80, 0xbf))
        return 2;
    if (left >= 3 && in_range(byte[0], 0xe0, 0xef) && in_range(byte[2], 0x80, 0xbf)) {
        unsigned char low = byte[0] == 0xe0 ? 0xa0 : 0x80;  // no overlong forms
        unsigned char high = byte[0] == 0xed ? 0x9f : 0xbf; // no surrogates
        return in_range(byte[1], low, high) ? 3 : 0;
    }
    if (left >= 4 && in_range(byte[0], 0xf0, 0xf4) && in_range(byte[2], 0x80, 0xbf) && in_range(byte[3], 0x80, 0xbf)) {
        unsigned char low = byte[0] == 0xf0 ? 0x90 : 0x80;
        unsigned char high = byte[0] == 0xf4 ? 0x8f : 0xbf; // U+10FFFF is the last
        return in_range(byte[1], low, high) ? 4 : 0;
    }
    return 0;
}

size_t carvq_utf8_encode(unsigned long code_point, char *text)
{
    if (code_point < 0x80) {
        text[0] = (char)code_point;
        return 1;
    }
    size_t length = code_point < 0x800 ? 2 : code_point < 0x10000 ? 3 : 4;
    for (size_t i = length - 1; i > 0; i--, code_point >>= 6)
        text[i] = (char)(0x80 | (code_point & 0x3f));
    static const unsigned char lead[5] = {0, 0, 0xc0, 0xe0, 0xf0};
    text[0] = (char)(lead[length] | code_point);
    return length;
}
