// SPDX-License-Identifier: MIT
// A small strict JSON reader (RFC 8259) for headers that come from strangers: no allocation, no recursion.
// Check a text once with carvq_json_check(); the other functions walk a text that passed.
#ifndef CARVQ_RUNTIME_JSON_H
#define CARVQ_RUNTIME_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CARVQ_JSON_MAX_DEPTH 32

// NULL if text is exactly one JSON value in UTF-8, with white space around it; else what is wrong with it, and
// *where_ret is the offset of the offending byte. Nesting beyond CARVQ_JSON_MAX_DEPTH and lone surrogates are wrong.
const char *carvq_json_check(const char *text, size_t length, size_t *where_ret);

// A place in a checked text. Begin with { text, text + length }.
struct carvq_json {
    const char *at, *end;
};

// A string between its quotes, escapes not yet undone.
struct carvq_json_string {
    const char *text;
    size_t length;
};

// Type of the value at the cursor: one of { [ " 0 t f n (0 stands for any number).
char carvq_json_type(struct carvq_json *json);

// Steps over the { or [ at the cursor. False, and no step, if something else is there.
bool carvq_json_enter(struct carvq_json *json, char bracket);

// Inside an object: reads the next key and stands before its value, or steps over the } and returns false.
bool carvq_json_next_key(struct carvq_json *json, struct carvq_json_string *key_ret);

// Inside an array: stands before the next value, or steps over the ] and returns false.
bool carvq_json_next_item(struct carvq_json *json);

// Steps over the value at the cursor, whatever it is.
void carvq_json_skip(struct carvq_json *json);

// Reads a string; false if the value is none.
bool carvq_json_read_string(struct carvq_json *json, struct carvq_json_string *string_ret);

// Reads a non-negative integer without fraction or exponent that fits 64 bits; false if the value is none.
bool carvq_json_read_u64(struct carvq_json *json, uint64_t *value_ret);

// Undoes the escapes of string into out (NULL: only counts) and returns the number of bytes, at most string.length.
// The result may hold NUL bytes; none is appended.
size_t carvq_json_unescape(struct carvq_json_string string, char *out);

bool carvq_json_equals(struct carvq_json_string string, const char *text);

#endif
