// SPDX-License-Identifier: MIT
// A small strict JSON reader: a text is checked once, then walked.
#include "json.h"

#include <string.h>

#include "utf8.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static void skip_space(struct carvq_json *json)
{
    while (json->at < json->end && (*json->at == ' ' || *json->at == '\t' || *json->at == '\n' || *json->at == '\r'))
        json->at++;
}

static bool accept(struct carvq_json *json, char c)
{
    if (json->at == json->end || *json->at != c)
        return false;
    json->at++;
    return true;
}

// Four hexadecimal digits, or -1.
static long hex4(const char *text, const char *end)
{
    if (end - text < 4)
        return -1;
    long value = 0;
    for (int i = 0; i < 4; i++) {
        char c = text[i];
        int digit = is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
        if (digit < 0)
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

// The code point of the escape \uXXXX or \uXXXX\uXXXX that begins at text, or -1; *length_ret is its length.
static long unicode_escape(const char *text, const char *end, size_t *length_ret)
{
    long high = hex4(text + 2, end);
    *length_ret = 6;
    if (high < 0xd800 || high > 0xdfff)
        return high;
    if (high > 0xdbff || end - text < 12 || text[6] != '\\' || text[7] != 'u')
        return -1;
    long low = hex4(text + 8, end);
    if (low < 0xdc00 || low > 0xdfff)
        return -1;
    *length_ret = 12;
    return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
}

// The simple escapes and what they stand for.
static const char escape_letters[] = "\"\\/bfnrt", escape_values[] = "\"\\/\b\f\n\r\t";

static const char *check_string(struct carvq_json *json)
{
    json->at++;
    while (json->at < json->end) {
        char c = *json->at;
        size_t length = carvq_utf8_length(json->at, (size_t)(json->end - json->at));
        if (c == '"') {
            json->at++;
            return NULL;
        }
        if (length == 0)
            return "not UTF-8";
        if ((unsigned char)c < 0x20)
            return "control character in a string";
        if (c == '\\') {
            if (json->end - json->at < 2)
                break;
            length = 2;
            if (json->at[1] == 'u' && unicode_escape(json->at, json->end, &length) < 0)
                return "bad \\u escape";
            if (json->at[1] != 'u' && (json->at[1] == '\0' || strchr(escape_letters, json->at[1]) == NULL))
                return "bad escape";
        }
        json->at += length;
    }
    return "unterminated string";
}

static void skip_digits(struct carvq_json *json)
{
    while (json->at < json->end && is_digit(*json->at))
        json->at++;
}

static const char *check_number(struct carvq_json *json)
{
    accept(json, '-');
    if (json->at == json->end || !is_digit(*json->at))
        return "not a JSON value";
    if (!accept(json, '0'))
        skip_digits(json);
    if (accept(json, '.')) {
        if (json->at == json->end || !is_digit(*json->at))
            return "bad number";
        skip_digits(json);
    }
    if (accept(json, 'e') || accept(json, 'E')) {
        if (!accept(json, '+'))
            accept(json, '-');
        if (json->at == json->end || !is_digit(*json->at))
            return "bad number";
        skip_digits(json);
    }
    return NULL;
}

static const char *check_scalar(struct carvq_json *json)
{
    static const char *const words[] = {"true", "false", "null"};
    if (json->at < json->end && *json->at == '"')
        return check_string(json);
    for (int i = 0; i < 3; i++) {
        size_t length = strlen(words[i]);
        if ((size_t)(json->end - json->at) >= length && memcmp(json->at, words[i], length) == 0) {
            json->at += length;
            return NULL;
        }
    }
    return check_number(json);
}

static const char *check_key(struct carvq_json *json)
{
    skip_space(json);
    if (json->at == json->end || *json->at != '"')
        return "expected a string as key";
    const char *problem = check_string(json);
    if (problem != NULL)
        return problem;
    skip_space(json);
    return accept(json, ':') ? NULL : "expected ':'";
}

// One value and the white space behind it. The stack holds the closing bracket of every open object or array.
static const char *check_value(struct carvq_json *json)
{
    char closing[CARVQ_JSON_MAX_DEPTH];
    unsigned depth = 0;
    const char *problem;
    for (;;) {
        skip_space(json);
        char bracket = json->at < json->end ? *json->at : '\0';
        if (bracket == '{' || bracket == '[') {
            if (depth == CARVQ_JSON_MAX_DEPTH)
                return "nested too deeply";
            closing[depth++] = bracket == '{' ? '}' : ']';
            json->at++;
            skip_space(json);
            if (!accept(json, closing[depth - 1])) {
                if (bracket == '{' && (problem = check_key(json)) != NULL)
                    return problem;
                continue;
            }
            depth--;
        } else if ((problem = check_scalar(json)) != NULL) {
            return problem;
        }
        // A value is complete: close what ends with it, then go on to the next value, if there is one.
        for (;; depth--) {
            skip_space(json);
            if (depth == 0)
                return NULL;
            if (!accept(json, closing[depth - 1]))
                break;
        }
        if (!accept(json, ','))
            return "expected ',' or a closing bracket";
        if (closing[depth - 1] == '}' && (problem = check_key(json)) != NULL)
            return problem;
    }
}

const char *carvq_json_check(const char *text, size_t length, size_t *where_ret)
{
    struct carvq_json json = {text, text + length};
    const char *problem = check_value(&json);
    if (problem == NULL && json.at != json.end)
        problem = "something follows the JSON value";
    *where_ret = (size_t)(json.at - text);
    return problem;
}

char carvq_json_type(struct carvq_json *json)
{
    skip_space(json);
    return is_digit(*json->at) || *json->at == '-' ? '0' : *json->at;
}

bool carvq_json_enter(struct carvq_json *json, char bracket)
{
    skip_space(json);
    return accept(json, bracket);
}

// Stands before the next member or element: false at the closing bracket, which is stepped over.
static bool next(struct carvq_json *json, char closing)
{
    skip_space(json);
    if (accept(json, closing))
        return false;
    accept(json, ',');
    skip_space(json);
    return true;
}

bool carvq_json_next_key(struct carvq_json *json, struct carvq_json_string *key_ret)
{
    if (!next(json, '}'))
        return false;
    carvq_json_read_string(json, key_ret);
    skip_space(json);
    return accept(json, ':');
}

bool carvq_json_next_item(struct carvq_json *json)
{
    return next(json, ']');
}

void carvq_json_skip(struct carvq_json *json)
{
    check_value(json);
}

bool carvq_json_read_string(struct carvq_json *json, struct carvq_json_string *string_ret)
{
    skip_space(json);
    if (*json->at != '"')
        return false;
    const char *begin = json->at + 1;
    check_string(json);
    *string_ret = (struct carvq_json_string){begin, (size_t)(json->at - 1 - begin)};
    return true;
}

bool carvq_json_read_u64(struct carvq_json *json, uint64_t *value_ret)
{
    skip_space(json);
    const char *begin = json->at;
    uint64_t value = 0;
    if (carvq_json_type(json) != '0' || check_number(json) != NULL)
        return false;
    for (const char *digit = begin; digit < json->at; digit++) {
        if (!is_digit(*digit))
            return false;
        unsigned add = (unsigned)(*digit - '0');
        if (value > (UINT64_MAX - add) / 10)
            return false;
        value = value * 10 + add;
    }
    *value_ret = value;
    return true;
}

// Undoes one escape, or copies one byte, of the string text at *at; returns the number of bytes, at most 4.
static size_t unescape_one(const char **at, const char *end, char bytes[4])
{
    size_t written = 1, length = 1;
    bytes[0] = **at;
    if (**at == '\\' && (*at)[1] == 'u') {
        written = carvq_utf8_encode((unsigned long)unicode_escape(*at, end, &length), bytes);
    } else if (**at == '\\') {
        bytes[0] = escape_values[strchr(escape_letters, (*at)[1]) - escape_letters];
        length = 2;
    }
    *at += length;
    return written;
}

size_t carvq_json_unescape(struct carvq_json_string string, char *out)
{
    const char *at = string.text, *end = string.text + string.length;
    size_t used = 0;
    while (at < end) {
        char bytes[4];
        size_t written = unescape_one(&at, end, bytes);
        if (out != NULL)
            memcpy(out + used, bytes, written);
        used += written;
    }
    return used;
}

bool carvq_json_equals(struct carvq_json_string string, const char *text)
{
    const char *at = string.text, *end = string.text + string.length;
    while (at < end) {
        char bytes[4];
        size_t written = unescape_one(&at, end, bytes);
        if (*text == '\0' || strncmp(bytes, text, written) != 0) // an escaped NUL must not match the end of text
            return false;
        text += written;
    }
    return *text == '\0';
}
