// SPDX-License-Identifier: MIT
// Error messages, which are harmless to terminals, and the version.
#include "status.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "utf8.h"

const char *carvq_version(void)
{
    return CARVQ_VERSION_STRING;
}

// C1 control characters, U+0080 to U+009F, are as dangerous to some terminals as C0, and U+202A to U+202E and U+2066 to
// U+2069 turn the direction of text round.
static int is_printable(const char *text, size_t length)
{
    const unsigned char *byte = (const unsigned char *)text;
    if (length == 1)
        return byte[0] >= 0x20 && byte[0] != 0x7f;
    if (length == 3 && byte[0] == 0xe2)
        return !(byte[1] == 0x80 && byte[2] >= 0xaa && byte[2] <= 0xae) &&
               !(byte[1] == 0x81 && byte[2] >= 0xa6 && byte[2] <= 0xa9);
    return !(length == 2 && byte[0] == 0xc2 && byte[1] < 0xa0);
}

char *carvq_escape(char *buffer, size_t size, const char *text)
{
    size_t left = strlen(text), used = 0;
    while (left > 0) {
        size_t length = carvq_utf8_length(text, left);
        if (length > 0 && is_printable(text, length)) {
            if (used + length >= size)
                break;
            memcpy(buffer + used, text, length);
            used += length;
        } else {
            length = 1;
            if (used + 4 >= size)
                break;
            snprintf(buffer + used, 5, "\\x%02x", (unsigned)(unsigned char)text[0]);
            used += 4;
        }
        text += length;
        left -= length;
    }
    buffer[used] = '\0';
    return buffer;
}

// Cuts text to its beginning and its end with ... between, size - 1 bytes in all: the cause of an error stands behind names
// of files, which may be long.
static void cut_middle(char *text, size_t length, size_t size)
{
    size_t tail = size * 2 / 3, head = size - 1 - 3 - tail;
    const char *end = text + length - tail;
    while (head > 0 && ((unsigned char)text[head] & 0xc0) == 0x80)
        head--; // not within a UTF-8 sequence
    while (((unsigned char)*end & 0xc0) == 0x80)
        end++;
    memcpy(text + head, "...", 3);
    memmove(text + head + 3, end, strlen(end) + 1);
}

enum carvq_status carvq_fail(struct carvq_error *error, enum carvq_status status, const char *format, ...)
{
    if (error == NULL)
        return status;
    char raw[sizeof error->message], *text = raw;
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(raw, sizeof raw, format, arguments);
    va_end(arguments);
    if (length >= (int)sizeof raw && (text = malloc((size_t)length + 1)) != NULL) {
        va_start(arguments, format);
        vsnprintf(text, (size_t)length + 1, format, arguments);
        va_end(arguments);
        cut_middle(text, (size_t)length, sizeof error->message);
    }
    carvq_escape(error->message, sizeof error->message, text != NULL ? text : raw);
    error->status = status;
    if (text != raw)
        free(text);
    return status;
}
