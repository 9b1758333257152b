// SPDX-License-Identifier: MIT
// Members of the objects of tokenizer.json, by name and type.
#include "tokenizer/json.h"

#include <stdio.h>
#include <stdlib.h>

static enum carvq_status fail_member(const char *place, const struct carvq_tok_member *member, const char *what,
                                     struct carvq_error *error)
{
    if (!member->present)
        return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: '%s' is missing", place, member->key);
    return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: '%s' is not %s", place, member->key, what);
}

enum carvq_status carvq_tok_members(const char *place, struct carvq_json object, struct carvq_tok_member *members, size_t count,
                                    struct carvq_error *error)
{
    if (!carvq_json_enter(&object, '{'))
        return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: is not an object", place);
    struct carvq_json_string key;
    while (carvq_json_next_key(&object, &key)) {
        for (size_t i = 0; i < count; i++) {
            if (!carvq_json_equals(key, members[i].key))
                continue;
            if (members[i].value.at != NULL)
                return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: '%s' occurs twice", place, members[i].key);
            members[i].value = object;
            members[i].present = carvq_json_type(&members[i].value) != 'n';
        }
        carvq_json_skip(&object);
    }
    return CARVQ_OK;
}

enum carvq_status carvq_tok_read_bool(const char *place, struct carvq_tok_member *member, bool *value_ret,
                                      struct carvq_error *error)
{
    char type = member->present ? carvq_json_type(&member->value) : '\0';
    if (type != 't' && type != 'f')
        return fail_member(place, member, "true or false", error);
    *value_ret = type == 't';
    return CARVQ_OK;
}

enum carvq_status carvq_tok_read_optional_bool(const char *place, struct carvq_tok_member *member, bool *value_ret,
                                               struct carvq_error *error)
{
    return member->present ? carvq_tok_read_bool(place, member, value_ret, error) : CARVQ_OK;
}

enum carvq_status carvq_tok_read_text(const char *place, struct carvq_tok_member *member, struct carvq_tok_bytes *text_ret,
                                      struct carvq_error *error)
{
    struct carvq_json value = member->value;
    struct carvq_json_string string;
    if (!member->present || !carvq_json_read_string(&value, &string))
        return fail_member(place, member, "a string", error);
    return carvq_tok_append_string(text_ret, string) ? CARVQ_OK : carvq_tok_no_memory(place, error);
}

bool carvq_tok_append_string(struct carvq_tok_bytes *bytes, struct carvq_json_string string)
{
    void *memory = bytes->data;
    if (!carvq_tok_reserve(&memory, &bytes->capacity, bytes->length, string.length + 1, 1))
        return false;
    bytes->data = memory;
    bytes->length += carvq_json_unescape(string, bytes->data + bytes->length);
    bytes->data[bytes->length] = '\0';
    return true;
}

enum carvq_status carvq_tok_read_type(const char *path, const char *part, struct carvq_json json, char *type, size_t size,
                                      char place[CARVQ_TOK_PLACE_SIZE], struct carvq_error *error)
{
    struct carvq_tok_member member = {.key = "type"};
    struct carvq_tok_bytes text = {NULL, 0, 0};
    snprintf(place, CARVQ_TOK_PLACE_SIZE, "%.300s: %s", path, part);
    enum carvq_status status = carvq_tok_members(place, json, &member, 1, error);
    if (status == CARVQ_OK)
        status = carvq_tok_read_text(place, &member, &text, error);
    if (status == CARVQ_OK) {
        snprintf(type, size, "%s", text.data);
        snprintf(place, CARVQ_TOK_PLACE_SIZE, "%.300s: %s '%s'", path, part, type);
    }
    free(text.data);
    return status;
}

enum carvq_status carvq_tok_for_each(const char *path, const char *place, const char *key, struct carvq_json json, void *context,
                                     enum carvq_status (*load)(const char *path, struct carvq_json json, void *context,
                                                               struct carvq_error *error),
                                     struct carvq_error *error)
{
    struct carvq_tok_member member = {.key = key};
    enum carvq_status status = carvq_tok_members(place, json, &member, 1, error);
    if (status != CARVQ_OK)
        return status;
    if (!member.present || !carvq_json_enter(&member.value, '['))
        return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: '%s' is missing or not an array", place, key);
    while (status == CARVQ_OK && carvq_json_next_item(&member.value)) {
        status = load(path, member.value, context, error);
        carvq_json_skip(&member.value);
    }
    return status;
}
