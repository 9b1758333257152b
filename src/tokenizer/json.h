// SPDX-License-Identifier: MIT
// Reading the parts of tokenizer.json. The text was checked by carvq_json_check() before.
// Whatever reads a part of the file has these errors: CARVQ_ERROR_FORMAT, _UNSUPPORTED (names what is not supported), _MEMORY.
// path is the file's name for messages. What was built before an error is freed by the caller.
#ifndef CARVQ_TOKENIZER_JSON_H
#define CARVQ_TOKENIZER_JSON_H

#include "runtime/json.h"
#include "tokenizer/buffer.h"

// A member of an object. Begin with the key. null counts as absent.
struct carvq_tok_member {
    const char *key;
    bool present;
    struct carvq_json value;
};

// Finds members in an object; other members are skipped. place (the file and the part of it) is for messages, here and
// below. Errors: CARVQ_ERROR_FORMAT (no object, or one of the keys twice).
enum carvq_status carvq_tok_members(const char *place, struct carvq_json object, struct carvq_tok_member *members, size_t count,
                                    struct carvq_error *error);

// Errors of the following: CARVQ_ERROR_FORMAT (absent, or of another type), _MEMORY.

enum carvq_status carvq_tok_read_bool(const char *place, struct carvq_tok_member *member, bool *value_ret,
                                      struct carvq_error *error);
// The same, but *value_ret stays as it is if the member is absent.
enum carvq_status carvq_tok_read_optional_bool(const char *place, struct carvq_tok_member *member, bool *value_ret,
                                               struct carvq_error *error);
// Appends the text to text_ret, and a NUL that does not count.
enum carvq_status carvq_tok_read_text(const char *place, struct carvq_tok_member *member, struct carvq_tok_bytes *text_ret,
                                      struct carvq_error *error);

// Appends what string stands for, and a NUL that does not count. False: out of memory.
bool carvq_tok_append_string(struct carvq_tok_bytes *bytes, struct carvq_json_string string);

// What is a step or a sequence of steps: normalizers, pre-tokenizers and post-processors.

#define CARVQ_TOK_MAX_STEPS 64 // of normalizers, and of pre-tokenizers
#define CARVQ_TOK_PLACE_SIZE 400

// Reads the type of a step into type (cut to size bytes) and writes place: "FILE: normalizer 'Replace'".
enum carvq_status carvq_tok_read_type(const char *path, const char *part, struct carvq_json json, char *type, size_t size,
                                      char place[CARVQ_TOK_PLACE_SIZE], struct carvq_error *error);

// Calls load for every element of the member called key of a Sequence.
enum carvq_status carvq_tok_for_each(const char *path, const char *place, const char *key, struct carvq_json json, void *context,
                                     enum carvq_status (*load)(const char *path, struct carvq_json json, void *context,
                                                               struct carvq_error *error),
                                     struct carvq_error *error);

static inline enum carvq_status carvq_tok_too_many_steps(const char *place, struct carvq_error *error)
{
    return carvq_fail(error, CARVQ_ERROR_UNSUPPORTED, "%s: more than %d steps", place, CARVQ_TOK_MAX_STEPS);
}

#endif
