// SPDX-License-Identifier: MIT
#include "status.h"

#include <stdio.h>
#include <string.h>

#include "utf8.h"

const char *carvq_version(void)
{
    return CARVQ_VERSION_STRING;
}

// C1 control characters, U+0080 to U+009F, are as dangerous to some terminals as C0.
static int is_printable(const char *text, size_t length)
{
    const unsigned char *byte = (const unsigned char *)text;
    if (length == 1)
        return byte[0] >= 0x20 && byte[0] != 0x7f;
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

enum carvq_status carvq_fail(struct carvq_error *error, enum carvq_status status, const char *format, ...)
{
    if (error == NULL)
        return status;
    char raw[sizeof error->message];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(raw, sizeof raw, format, arguments);
    va_end(arguments);
    carvq_escape(error->message, sizeof error->message, raw);
    error->status = status;
    return status;
}
