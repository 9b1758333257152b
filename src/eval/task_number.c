// SPDX-License-Identifier: MIT
// The last number of a text, and whether two numbers are equal.
#include "eval/task_number.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/status.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

// Bytes of UTF-8 beyond ASCII count as letters.
static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

static size_t digits_at(const char *text, size_t length, size_t at)
{
    size_t count = 0;
    while (at + count < length && is_digit(text[at + count]))
        count++;
    return count;
}

// A number in a text: its digits with commas, then, if there is a fraction, a point at end and digits.
struct number {
    size_t begin, end, fraction_end;
    bool negative;
};

// The number whose first digit, or point, is at begin.
static struct number measure(const char *text, size_t length, size_t begin)
{
    size_t end = begin + digits_at(text, length, begin), sign = begin;
    while (end > begin && end < length && text[end] == ',' && digits_at(text, length, end + 1) == 3)
        end += 4;
    struct number number = {begin, end, end, false};
    if (end < length && text[end] == '.' && digits_at(text, length, end + 1) > 0)
        number.fraction_end = end + 1 + digits_at(text, length, end + 1);
    if (sign > 0 && text[sign - 1] == '$')
        sign--;
    if (sign > 0 && text[sign - 1] == '-') {
        const char before = sign > 1 ? text[sign - 2] : ' ';
        number.negative = !is_digit(before) && !is_letter(before) && before != ')';
    }
    return number;
}

static bool find_last(const char *text, size_t length, struct number *number_ret)
{
    bool found = false;
    for (size_t at = 0; at < length;) {
        const bool point = text[at] == '.' && at + 1 < length && is_digit(text[at + 1]) && (at == 0 || !is_digit(text[at - 1]));
        if (!is_digit(text[at]) && !point) {
            at++;
            continue;
        }
        *number_ret = measure(text, length, at);
        found = true;
        at = number_ret->fraction_end;
    }
    return found;
}

// Writes a number in its one form.
static void write_number(const char *text, const struct number *number, char *out)
{
    size_t used = 0, begin = number->begin, fraction = number->fraction_end;
    while (begin < number->end && (text[begin] == '0' || text[begin] == ','))
        begin++;
    while (fraction > number->end && (text[fraction - 1] == '0' || text[fraction - 1] == '.'))
        fraction--;
    if (number->negative && (begin < number->end || fraction > number->end))
        out[used++] = '-';
    if (begin == number->end)
        out[used++] = '0';
    for (size_t i = begin; i < fraction; i++)
        if (text[i] != ',')
            out[used++] = text[i];
    out[used] = '\0';
}

enum carvq_status carvq_task_last_number(const char *text, size_t length, char **number_ret, struct carvq_error *error)
{
    struct number number;
    *number_ret = NULL;
    if (!find_last(text, length, &number))
        return CARVQ_OK;
    char *out = malloc(number.fraction_end - number.begin + 3); // a sign, a zero and the end
    if (out == NULL)
        return carvq_fail(error, CARVQ_ERROR_MEMORY, "out of memory");
    write_number(text, &number, out);
    *number_ret = out;
    return CARVQ_OK;
}

size_t carvq_task_answer_length(const char *text, size_t length)
{
    static const char next[] = "Question:";
    bool begun = false;
    for (size_t i = 0; i < length; i++) {
        if (length - i >= sizeof next - 1 && memcmp(text + i, next, sizeof next - 1) == 0)
            return i;
        if (begun && text[i] == '\n') {
            size_t end = i + 1;
            while (end < length && text[end] != '\n' && is_space(text[end]))
                end++;
            if (end < length && text[end] == '\n')
                return i;
        }
        begun = begun || !is_space(text[i]);
    }
    return length;
}
