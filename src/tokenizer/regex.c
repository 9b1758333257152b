// SPDX-License-Identifier: MIT
// From Oniguruma's patterns to PCRE2's, item by item.
//
// Oniguruma itself (6.9.8 was tried; it has Unicode 14, as PCRE2 has) gives the same ids in less than half the lines. But the new
// characters below would go into a table that it keeps for the whole process; none of its limits ends [a-z]+[0-9] in 100 KB of a
// (18 s; PCRE2 no time); and it takes some 30 bytes of stack for every character that the \s+ of \s+(?!\S) steps over.
#include "tokenizer/regex.h"

#include <string.h>

#include "runtime/utf8.h"

#define MAX_GROUPS 100 // nested
#define NO_ITEM SIZE_MAX
#define NEVER SIZE_MAX

// Ruby's \s, as members of a class; PCRE2's also has U+180E. It ends with a property, so that a '-' behind it in a
// class can only be a literal.
#define SPACE "\\t-\\r \\x{85}\\x{2028}\\x{2029}\\p{Zs}"

// Characters that came into a general category after Unicode 14 (PCRE2 10.40), as ranges for a class: the tokenizers library
// splits by Unicode 16 (Oniguruma 6.9.10). Categories that are not listed did not grow. Found by comparing the two sides on every
// code point.
static const struct {
    const char *name, *ranges;
} new_characters[] = {
    {"Lu", "\\x{1C89}\\x{A7CB}-\\x{A7CC}\\x{A7DA}\\x{A7DC}\\x{10D50}-\\x{10D65}"},
    {"Ll", "\\x{1C8A}\\x{A7CD}\\x{A7DB}\\x{10D70}-\\x{10D85}\\x{1DF25}-\\x{1DF2A}"},
    {"Lm", "\\x{10D4E}\\x{10D6F}\\x{16D40}-\\x{16D42}\\x{16D6B}-\\x{16D6C}\\x{1E030}-\\x{1E06D}\\x{1E4EB}"},
    {"Lo", "\\x{105C0}-\\x{105F3}\\x{10D4A}-\\x{10D4D}\\x{10D4F}\\x{10EC2}-\\x{10EC4}\\x{1123F}-\\x{11240}"
           "\\x{11380}-\\x{11389}\\x{1138B}\\x{1138E}\\x{11390}-\\x{113B5}\\x{113B7}\\x{113D1}\\x{113D3}"
           "\\x{11BC0}-\\x{11BE0}\\x{11F02}\\x{11F04}-\\x{11F10}\\x{11F12}-\\x{11F33}\\x{1342F}\\x{13441}-\\x{13446}"
           "\\x{13460}-\\x{143FA}\\x{16100}-\\x{1611D}\\x{16D43}-\\x{16D6A}\\x{18CFF}\\x{1B132}\\x{1B155}"
           "\\x{1E4D0}-\\x{1E4EA}\\x{1E5D0}-\\x{1E5ED}\\x{1E5F0}\\x{2B739}\\x{2EBF0}-\\x{2EE5D}\\x{31350}-\\x{323AF}"},
    {"Mn", "\\x{897}\\x{ECE}\\x{10D69}-\\x{10D6D}\\x{10EFC}-\\x{10EFF}\\x{11241}\\x{113BB}-\\x{113C0}\\x{113CE}"
           "\\x{113D0}\\x{113D2}\\x{113E1}-\\x{113E2}\\x{11F00}-\\x{11F01}\\x{11F36}-\\x{11F3A}\\x{11F40}\\x{11F42}"
           "\\x{11F5A}\\x{13440}\\x{13447}-\\x{13455}\\x{1611E}-\\x{16129}\\x{1612D}-\\x{1612F}\\x{1E08F}"
           "\\x{1E4EC}-\\x{1E4EF}\\x{1E5EE}-\\x{1E5EF}"},
    {"Mc", "\\x{CF3}\\x{113B8}-\\x{113BA}\\x{113C2}\\x{113C5}\\x{113C7}-\\x{113CA}\\x{113CC}-\\x{113CD}\\x{113CF}"
           "\\x{1171E}\\x{11F03}\\x{11F34}-\\x{11F35}\\x{11F3E}-\\x{11F3F}\\x{11F41}\\x{1612A}-\\x{1612C}"},
    {"Nd", "\\x{10D40}-\\x{10D49}\\x{116D0}-\\x{116E3}\\x{11BF0}-\\x{11BF9}\\x{11F50}-\\x{11F59}\\x{16130}-\\x{16139}"
           "\\x{16D70}-\\x{16D79}\\x{1CCF0}-\\x{1CCF9}\\x{1E4F0}-\\x{1E4F9}\\x{1E5F1}-\\x{1E5FA}"},
    {"No", "\\x{1D2C0}-\\x{1D2D3}"},
    {"Pd", "\\x{10D6E}"},
    {"Po", "\\x{1B4E}-\\x{1B4F}\\x{1B7F}\\x{113D4}-\\x{113D5}\\x{113D7}-\\x{113D8}\\x{11B00}-\\x{11B09}\\x{11BE1}"
           "\\x{11F43}-\\x{11F4F}\\x{16D6D}-\\x{16D6F}\\x{1E5FF}"},
    {"Sm", "\\x{10D8E}-\\x{10D8F}"},
    {"So", "\\x{2427}-\\x{2429}\\x{2FFC}-\\x{2FFF}\\x{31E4}-\\x{31E5}\\x{31EF}\\x{1CC00}-\\x{1CCEF}\\x{1CD00}-\\x{1CEB3}"
           "\\x{1F6DC}\\x{1F774}-\\x{1F776}\\x{1F77B}-\\x{1F77F}\\x{1F7D9}\\x{1F8B2}-\\x{1F8BB}\\x{1F8C0}-\\x{1F8C1}"
           "\\x{1FA75}-\\x{1FA77}\\x{1FA87}-\\x{1FA89}\\x{1FA8F}\\x{1FAAD}-\\x{1FAAF}\\x{1FABB}-\\x{1FABF}\\x{1FAC6}"
           "\\x{1FACE}-\\x{1FACF}\\x{1FADA}-\\x{1FADC}\\x{1FADF}\\x{1FAE8}-\\x{1FAE9}\\x{1FAF7}-\\x{1FAF8}"
           "\\x{1FBCB}-\\x{1FBEF}"},
};

struct translator {
    const char *place;
    const char *begin, *at, *end; // of the pattern
    struct carvq_tok_bytes *out;
    struct carvq_error *error;
    bool no_memory;
    bool in_class;             // between [ and ]
    size_t item;               // where in out the item begins that a quantifier would repeat, or NO_ITEM
    size_t groups[MAX_GROUPS]; // where in out the open groups begin
    size_t depth;
    size_t caseless_depth; // of the outermost (?i: that is open, or NEVER
    char before;           // the literal in front of at, or 0
};

static void put(struct translator *t, const char *text, size_t length)
{
    t->no_memory = !carvq_tok_append(t->out, text, length) || t->no_memory;
    t->before = '\0';
}

static void put_text(struct translator *t, const char *text)
{
    put(t, text, strlen(text));
}

static void copy(struct translator *t, size_t length)
{
    put(t, t->at, length);
    t->at += length;
}

static size_t left(const struct translator *t)
{
    return (size_t)(t->end - t->at);
}

static bool next_is(const struct translator *t, const char *text)
{
    size_t length = strlen(text);
    return left(t) >= length && memcmp(t->at, text, length) == 0;
}

static bool next_is_one_of(const struct translator *t, const char *characters)
{
    return left(t) > 0 && *t->at != '\0' && strchr(characters, *t->at) != NULL;
}

// The length bytes at t->at are something that we do not translate.
static enum carvq_status refuse(struct translator *t, size_t length, const char *why)
{
    return carvq_fail(t->error, CARVQ_ERROR_UNSUPPORTED, "%s: '%.*s' at byte %zu of the pattern is not supported%s", t->place,
                      (int)(length < left(t) ? length : left(t)), t->at, (size_t)(t->at - t->begin), why);
}

// An escape of length bytes stands for a set of characters: its members are put between begin_set() and end_set().
static enum carvq_status begin_set(struct translator *t, bool negated, size_t length)
{
    if (negated && t->in_class)
        return refuse(t, length, " inside a class");
    if (!t->in_class)
        put_text(t, negated ? "[^" : "[");
    return CARVQ_OK;
}

static enum carvq_status end_set(struct translator *t, size_t length)
{
    if (!t->in_class)
        put_text(t, "]");
    t->at += length;
    return CARVQ_OK;
}

// A general category, or all that begin with a letter, with the characters that PCRE2 may not know yet.
static void put_category(struct translator *t, const char *name, size_t length)
{
    for (size_t i = 0; i < sizeof new_characters / sizeof new_characters[0]; i++)
        if (strncmp(new_characters[i].name, name, length) == 0)
            put_text(t, new_characters[i].ranges);
    put_text(t, "\\p{");
    put(t, name, length);
    put_text(t, "}");
}

// \p{Lu}, \p{L}, \p{^L}, \P{L}
static enum carvq_status translate_property(struct translator *t)
{
    const char *close = memchr(t->at, '}', left(t));
    if (close == NULL || t->at[2] != '{')
        return refuse(t, 2, "");
    bool caret = t->at[3] == '^';
    const char *name = t->at + (caret ? 4 : 3);
    size_t name_length = (size_t)(close - name), length = (size_t)(close + 1 - t->at);
    bool known = name_length == 1 || (name_length == 2 && name[1] >= 'a' && name[1] <= 'z');
    if (!known || strchr("LMNPSZ", name[0]) == NULL)
        return refuse(t, length, " (only general categories other than C are)");
    enum carvq_status status = begin_set(t, (t->at[1] == 'P') != caret, length);
    if (status != CARVQ_OK)
        return status;
    put_category(t, name, name_length);
    return end_set(t, length);
}

// \s, \S, \d, \D
static enum carvq_status translate_shorthand(struct translator *t)
{
    char c = t->at[1];
    enum carvq_status status = begin_set(t, c == 'S' || c == 'D', 2);
    if (status != CARVQ_OK)
        return status;
    if (c == 's' || c == 'S')
        put_text(t, SPACE);
    else
        put_category(t, "Nd", 2);
    return end_set(t, 2);
}

// \x{H..}, \uHHHH, and \xHH of ASCII: a code point.
static enum carvq_status translate_code_point(struct translator *t)
{
    bool braces = next_is(t, "\\x{");
    size_t from = braces ? 3 : 2, most = braces ? 6 : t->at[1] == 'u' ? 4 : 2, digits = 0;
    while (digits < most && from + digits < left(t) && t->at[from + digits] != '\0' &&
           strchr("0123456789abcdefABCDEF", t->at[from + digits]) != NULL)
        digits++;
    bool closed = braces ? digits > 0 && from + digits < left(t) && t->at[from + digits] == '}' : digits == most;
    if (!closed || (most == 2 && t->at[2] > '7') || t->caseless_depth != NEVER)
        return refuse(t, from + digits, "");
    put_text(t, "\\x{");
    put(t, t->at + from, digits);
    put_text(t, "}");
    t->at += from + digits + (braces ? 1 : 0);
    return CARVQ_OK;
}

static enum carvq_status translate_escape(struct translator *t)
{
    char c = left(t) < 2 ? '\0' : t->at[1];
    if (c == 'p' || c == 'P')
        return translate_property(t);
    if (c == 's' || c == 'S' || c == 'd' || c == 'D')
        return translate_shorthand(t);
    if (c == 'x' || c == 'u')
        return translate_code_point(t);
    bool is_digit = c >= '0' && c <= '9', is_letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    if (c <= ' ' || c > '~' || is_digit || (is_letter && strchr("rntfae", c) == NULL))
        return refuse(t, 2, "");
    copy(t, 2);
    return CARVQ_OK;
}

static char to_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

// Without regard to case, Oniguruma also matches one character with several: "ss" is a sharp s, "fi" a ligature. PCRE2
// does not. Of ASCII, only these pairs are concerned.
static bool folds_to_one(char first, char second)
{
    static const char *const pairs[] = {"ss", "ff", "fi", "fl", "st"};
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
        if (to_lower(first) == pairs[i][0] && to_lower(second) == pairs[i][1])
            return true;
    return false;
}

// One character that stands for itself.
static enum carvq_status translate_literal(struct translator *t)
{
    size_t length = carvq_utf8_length(t->at, left(t));
    if (t->caseless_depth != NEVER && (length > 1 || (!t->in_class && folds_to_one(t->before, *t->at))))
        return refuse(t, length, " without regard to case");
    char literal = *t->at;
    copy(t, length);
    t->before = literal;
    return CARVQ_OK;
}

static enum carvq_status translate_class(struct translator *t)
{
    copy(t, next_is(t, "[^") ? 2 : 1);
    if (next_is(t, "]"))
        return refuse(t, 1, " at the beginning of a class");
    t->in_class = true;
    enum carvq_status status = CARVQ_OK;
    while (status == CARVQ_OK && left(t) > 0 && !next_is(t, "]")) {
        if (next_is(t, "[") || next_is(t, "&&"))
            return refuse(t, 2, " inside a class");
        status = next_is(t, "\\") ? translate_escape(t) : translate_literal(t);
    }
    t->in_class = false;
    if (status == CARVQ_OK && left(t) == 0)
        return carvq_fail(t->error, CARVQ_ERROR_FORMAT, "%s: a class of the pattern is not closed", t->place);
    if (status == CARVQ_OK)
        copy(t, 1);
    return status;
}

static enum carvq_status open_group(struct translator *t)
{
    static const char *const openings[] = {"(?:", "(?=", "(?!", "(?<=", "(?<!", "(?>", "(?i:"};
    size_t length = next_is(t, "(?") ? 0 : 1;
    for (size_t i = 0; i < sizeof openings / sizeof openings[0]; i++)
        if (next_is(t, openings[i]))
            length = strlen(openings[i]);
    if (next_is(t, "(?i)") && t->at == t->begin) { // elsewhere, Ruby and PCRE2 differ on how far it reaches
        t->caseless_depth = 0;
        copy(t, 4);
        return CARVQ_OK;
    }
    if (length == 0 || next_is(t, "(*"))
        return refuse(t, 4, "");
    if (t->depth == MAX_GROUPS)
        return refuse(t, length, ": nested too deeply");
    t->groups[t->depth++] = t->out->length;
    if (t->caseless_depth == NEVER && next_is(t, "(?i:"))
        t->caseless_depth = t->depth;
    copy(t, length);
    return CARVQ_OK;
}

// Length of {n}, {n,} or {n,m} at t->at, or 0.
static size_t interval_length(const struct translator *t)
{
    size_t length = 1, digits = 0;
    for (; length < left(t) && ((t->at[length] >= '0' && t->at[length] <= '9') || (t->at[length] == ',' && digits > 0)); length++)
        digits++;
    return digits > 0 && length < left(t) && t->at[length] == '}' ? length + 1 : 0;
}

// {n,m}+ is possessive in PCRE2, but in Ruby a repeated repetition: it becomes (?:item{n,m})+
static enum carvq_status translate_interval(struct translator *t)
{
    size_t length = interval_length(t);
    if (length == 0)
        return refuse(t, 1, "");
    bool exact = memchr(t->at, ',', length) == NULL;
    copy(t, length);
    if (next_is(t, "?") && exact)
        return refuse(t, 1, " behind {n}");
    if (next_is(t, "?"))
        copy(t, 1);
    if (!next_is(t, "+"))
        return CARVQ_OK;
    t->at++;
    put_text(t, ")+???"); // room for the "(?:" that is moved in front
    if (t->no_memory)
        return CARVQ_OK;
    memmove(t->out->data + t->item + 3, t->out->data + t->item, t->out->length - 3 - t->item);
    memcpy(t->out->data + t->item, "(?:", 3);
    return CARVQ_OK;
}

static enum carvq_status translate_quantifier(struct translator *t)
{
    if (t->item == NO_ITEM)
        return refuse(t, 1, ": there is nothing to repeat");
    enum carvq_status status = CARVQ_OK;
    if (next_is(t, "{")) {
        status = translate_interval(t);
    } else {
        copy(t, 1);
        if (next_is_one_of(t, "?+"))
            copy(t, 1);
    }
    t->item = NO_ITEM;
    if (status == CARVQ_OK && next_is_one_of(t, "?*+{"))
        return refuse(t, 1, " behind another quantifier");
    return status;
}

static enum carvq_status close_group(struct translator *t)
{
    if (t->depth == 0)
        return carvq_fail(t->error, CARVQ_ERROR_FORMAT, "%s: the pattern has an unmatched ')'", t->place);
    if (t->caseless_depth == t->depth)
        t->caseless_depth = NEVER;
    t->item = t->groups[--t->depth];
    copy(t, 1);
    return CARVQ_OK;
}

static enum carvq_status translate_one(struct translator *t)
{
    if (next_is_one_of(t, "?*+{"))
        return translate_quantifier(t);
    if (next_is(t, ")"))
        return close_group(t);
    t->item = next_is_one_of(t, "(|^$") ? NO_ITEM : t->out->length;
    if (next_is(t, "("))
        return open_group(t);
    if (next_is(t, "["))
        return translate_class(t);
    return next_is(t, "\\") ? translate_escape(t) : translate_literal(t);
}

enum carvq_status carvq_tok_translate(const char *place, const char *pattern, size_t length, struct carvq_tok_bytes *out,
                                      struct carvq_error *error)
{
    struct translator t = {.place = place,
                           .begin = pattern,
                           .at = pattern,
                           .end = pattern + length,
                           .out = out,
                           .error = error,
                           .item = NO_ITEM,
                           .caseless_depth = NEVER};
    enum carvq_status status = CARVQ_OK;
    while (status == CARVQ_OK && left(&t) > 0)
        status = translate_one(&t);
    if (status == CARVQ_OK && t.depth > 0)
        return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: a group of the pattern is not closed", place);
    return status == CARVQ_OK && t.no_memory ? carvq_tok_no_memory(place, error) : status;
}
