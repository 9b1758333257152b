// SPDX-License-Identifier: MIT
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/map.h"
#include "runtime/status.h"
#include "checkpoint/internal.h"

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

enum carvq_status carvq_json_file_parse(const char *path, const char *text, size_t nbytes, json_t **json_ret,
                                        struct carvq_error *error)
{
    char *copy = malloc(nbytes + nbytes / 3 + 1);
    if (copy == NULL)
        return carvq_fail(error, CARVQ_ERROR_MEMORY, "%s: out of memory", path);
    json_error_t problem;
    json_t *json = json_loadb(copy, copy_as_json(text, nbytes, copy), JSON_REJECT_DUPLICATES, &problem);
    free(copy);
    if (json == NULL)
        return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: line %d: %s", path, problem.line, problem.text);
    if (!json_is_object(json)) {
        json_decref(json);
        return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: not a JSON object", path);
    }
    *json_ret = json;
    return CARVQ_OK;
}

enum carvq_status carvq_json_file_load(const char *path, size_t limit, json_t **json_ret, struct carvq_error *error)
{
    struct carvq_map map;
    enum carvq_status status = carvq_map_open(path, &map, error);
    if (status != CARVQ_OK)
        return status;
    if (map.size > limit)
        status = carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: %zu bytes are too many for such a file (at most %zu)", path, map.size,
                            limit);
    else
        status = carvq_json_file_parse(path, (const char *)map.data, map.size, json_ret, error);
    carvq_map_close(&map);
    return status;
}
