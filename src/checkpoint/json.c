// SPDX-License-Identifier: MIT
// JSON as people write it: what can be read without a guess is read, and what is refused is said with its line.
#include <stdlib.h>
#include <string.h>

#include "runtime/json.h"
#include "runtime/status.h"
#include "checkpoint/directory.h"
#include "checkpoint/stand_in.h"

// Length of one of Python's additions to JSON at text, or 0.
static size_t python_number_length(const char *text, size_t left)
{
    static const char *const words[] = {"NaN", "Infinity", "-Infinity"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (left >= strlen(words[i]) && memcmp(text, words[i], strlen(words[i])) == 0)
            return strlen(words[i]);
    return 0;
}

// Copies text to out, putting null for NaN and the infinities outside of strings (config.json of Mamba 2 has
// "time_step_limit": [0.0, Infinity]). Returns the length, at most 4/3 of nbytes.
static size_t copy_as_json(const char *text, size_t nbytes, char *out)
{
    size_t used = 0;
    bool in_string = false;
    for (size_t i = 0; i < nbytes;) {
        size_t length = in_string ? 0 : python_number_length(text + i, nbytes - i);
        if (length > 0) {
            memcpy(out + used, "null", 4);
            used += 4;
            i += length;
            continue;
        }
        if (text[i] == '"')
            in_string = !in_string;
        else if (in_string && text[i] == '\\' && i + 1 < nbytes)
            out[used++] = text[i++];
        out[used++] = text[i++];
    }
    return used;
}

static size_t skip_space(const char *text, size_t nbytes, size_t at)
{
    while (at < nbytes && (text[at] == ' ' || text[at] == '\t' || text[at] == '\r' || text[at] == '\n'))
        at++;
    return at;
}

// What people add to JSON: where the first of it stands outside of strings, and what it is. NULL: nothing of the kind.
static const char *find_addition(const char *text, size_t nbytes, size_t *where_ret)
{
    bool in_string = false;
    for (size_t i = 0; i < nbytes; i++) {
        *where_ret = i;
        if (in_string && text[i] == '\\')
            i++;
        else if (text[i] == '"')
            in_string = !in_string;
        if (in_string)
            continue;
        const size_t next = skip_space(text, nbytes, i + 1);
        if (text[i] == '#' || (text[i] == '/' && i + 1 < nbytes && (text[i + 1] == '/' || text[i + 1] == '*')))
            return "a comment, which JSON does not have: remove it";
        if (text[i] == ',' && next < nbytes && (text[next] == '}' || text[next] == ']'))
            return "a comma before a closing bracket, which JSON does not allow: remove it";
        if (text[i] == '\'')
            return "single quotes, where JSON has double ones";
    }
    return NULL;
}

static size_t line_of(const char *text, size_t where)
{
    size_t line = 1;
    for (size_t i = 0; i < where; i++)
        line += text[i] == '\n';
    return line;
}

static enum carvq_status explain(const char *path, const char *text, size_t nbytes, const json_error_t *problem,
                                 struct carvq_error *error)
{
    size_t where;
    const char *cause = find_addition(text, nbytes, &where);
    if (json_error_code(problem) == json_error_invalid_utf8)
        return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: line %d: not UTF-8 (%.60s): save the file as UTF-8", path,
                          problem->line, problem->text);
    if (cause != NULL && line_of(text, where) <= (size_t)(problem->line > 0 ? problem->line : 1))
        return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: line %zu: %s", path, line_of(text, where), cause);
    return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: line %d: %s", path, problem->line, problem->text);
}

// ---- a key that stands twice

struct member {
    const char *key, *value;
    size_t key_length, value_length;
};

static int compare_members(const void *a, const void *b)
{
    const struct member *left = a, *right = b;
    const size_t shorter = left->key_length < right->key_length ? left->key_length : right->key_length;
    const int order = memcmp(left->key, right->key, shorter);
    return order != 0 ? order : (left->key_length > right->key_length) - (left->key_length < right->key_length);
}

// Whether members of one name have one value, letter by letter.
static bool members_agree(struct member *members, size_t count)
{
    qsort(members, count, sizeof *members, compare_members);
    for (size_t i = 1; i < count; i++)
        if (compare_members(&members[i - 1], &members[i]) == 0 &&
            (members[i].value_length != members[i - 1].value_length ||
             memcmp(members[i].value, members[i - 1].value, members[i].value_length) != 0))
            return false;
    return true;
}

// Whether that holds in the object or array at the cursor and all in it; members has room for all members of the text. A text
// that was checked is not deep, so that this may call itself.
static bool duplicates_agree(struct carvq_json *json, struct member *members)
{
    struct carvq_json_string key;
    size_t count = 0;
    if (carvq_json_type(json) == '[') {
        bool good = carvq_json_enter(json, '[');
        while (good && carvq_json_next_item(json))
            good = duplicates_agree(json, members);
        return good;
    }
    if (carvq_json_type(json) != '{') {
        carvq_json_skip(json);
        return true;
    }
    carvq_json_enter(json, '{');
    while (carvq_json_next_key(json, &key)) {
        (void)carvq_json_type(json); // steps over white space
        struct carvq_json value = *json;
        if (memchr(key.text, '\\', key.length) != NULL || !duplicates_agree(json, members + count))
            return false;
        size_t length = (size_t)(json->at - value.at);
        while (length > 0 && strchr(" \t\r\n", value.at[length - 1]) != NULL)
            length--;
        members[count++] = (struct member){key.text, value.at, key.length, length};
    }
    return members_agree(members, count);
}

// A key that stands twice with the same value is one key.
static bool is_harmless(const char *text, size_t nbytes)
{
    size_t where, colons = 0;
    if (carvq_json_check(text, nbytes, &where) != NULL)
        return false;
    for (size_t i = 0; i < nbytes; i++)
        colons += text[i] == ':';
    struct member *members = calloc(colons + 1, sizeof *members);
    struct carvq_json json = {text, text + nbytes};
    const bool agree = members != NULL && duplicates_agree(&json, members);
    free(members);
    return agree;
}

static enum carvq_status parse_copy(const char *path, const char *text, size_t nbytes, json_t **json_ret,
                                    struct carvq_error *error)
{
    json_error_t problem;
    *json_ret = json_loadb(text, nbytes, JSON_REJECT_DUPLICATES, &problem);
    if (*json_ret == NULL && json_error_code(&problem) == json_error_duplicate_key && is_harmless(text, nbytes))
        *json_ret = json_loadb(text, nbytes, 0, &problem);
    if (*json_ret == NULL)
        return explain(path, text, nbytes, &problem, error);
    if (json_is_object(*json_ret))
        return CARVQ_OK;
    json_decref(*json_ret);
    *json_ret = NULL;
    return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: not a JSON object", path);
}

enum carvq_status carvq_directory_parse(const char *path, const char *text, size_t nbytes, json_t **json_ret,
                                        struct carvq_error *error)
{
    const char *stand_in = carvq_stand_in((const uint8_t *)text, nbytes);
    if (stand_in != NULL)
        return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: %s", path, stand_in);
    if (nbytes >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
        text += 3;
        nbytes -= 3;
    }
    if (nbytes >= 2 && (memcmp(text, "\xff\xfe", 2) == 0 || memcmp(text, "\xfe\xff", 2) == 0))
        return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: line 1: UTF-16: save the file as UTF-8", path);
    const char *nul = nbytes > 0 ? memchr(text, '\0', nbytes) : NULL;
    if (nul != NULL)
        return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: line %zu: a NUL byte: the file is damaged; get it again", path,
                          line_of(text, (size_t)(nul - text)));
    char *copy = malloc(nbytes + nbytes / 3 + 1);
    if (copy == NULL)
        return carvq_fail(error, CARVQ_ERROR_MEMORY, "%s: out of memory", path);
    enum carvq_status status = parse_copy(path, copy, copy_as_json(text, nbytes, copy), json_ret, error);
    free(copy);
    return status;
}
