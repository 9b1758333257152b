// SPDX-License-Identifier: MIT
// Which files a checkpoint consists of, and those of them that are JSON.
#define _POSIX_C_SOURCE 200809L
#define _FILE_OFFSET_BITS 64
#include "checkpoint/directory.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "runtime/map.h"
#include "runtime/status.h"
#include "checkpoint/checkpoint.h"
#include "checkpoint/format.h"

#define WHOLE "model.safetensors"
#define INDEX "model.safetensors.index.json"
#define CONFIG_LIMIT ((size_t)16 << 20)
#define INDEX_LIMIT ((size_t)64 << 20) // a hundred bytes per tensor: enough for half a million experts

static enum carvq_status fail_memory(const char *path, struct carvq_error *error)
{
    return carvq_fail(error, CARVQ_ERROR_MEMORY, "%s: out of memory", path);
}

char *carvq_path_join(const char *directory, const char *name)
{
    size_t size = strlen(directory) + strlen(name) + 2;
    char *path = malloc(size);
    if (path != NULL)
        snprintf(path, size, "%s/%s", directory, name);
    return path;
}

static bool exists(const char *path)
{
    struct stat status;
    return lstat(path, &status) == 0;
}

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

enum carvq_status carvq_directory_parse(const char *path, const char *text, size_t nbytes, json_t **json_ret,
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

// Reads a JSON object of at most limit bytes.
static enum carvq_status load_json(const char *path, size_t limit, json_t **json_ret, struct carvq_error *error)
{
    struct carvq_map map;
    enum carvq_status status = carvq_map_open(path, &map, error);
    if (status != CARVQ_OK)
        return status;
    if (map.size > limit)
        status = carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: %zu bytes are too many for such a file (at most %zu)", path, map.size,
                            limit);
    else
        status = carvq_directory_parse(path, (const char *)map.data, map.size, json_ret, error);
    carvq_map_close(&map);
    return status;
}

static int compare_strings(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

// A name that cannot lead out of the directory. (A NUL inside is refused by the JSON library.)
static bool is_plain_file_name(const char *name)
{
    return name[0] != '\0' && strchr(name, '/') == NULL && strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

// Puts the shard of every tensor into names (as many as the map has members).
static enum carvq_status list_shards(const char *path, json_t *map, const char **names, struct carvq_error *error)
{
    const char *tensor;
    json_t *shard;
    json_object_foreach (map, tensor, shard) {
        if (!json_is_string(shard))
            return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: weight_map: the shard of tensor '%.200s' is not a string", path,
                              tensor);
        *names = json_string_value(shard);
        if (!is_plain_file_name(*names))
            return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: weight_map: shard '%.200s' is not a plain file name", path, *names);
        names++;
    }
    return CARVQ_OK;
}

enum carvq_status carvq_directory_shards(const char *path, const json_t *index, const char ***names_ret, size_t *count_ret,
                                         struct carvq_error *error)
{
    json_t *map = json_object_get(index, "weight_map");
    if (!json_is_object(map) || json_object_size(map) == 0)
        return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: no weight_map that lists tensors", path);
    size_t listed = json_object_size(map), count = 1;
    const char **names = malloc(listed * sizeof *names);
    if (names == NULL)
        return carvq_fail(error, CARVQ_ERROR_MEMORY, "%s: out of memory", path);
    enum carvq_status status = list_shards(path, map, names, error);
    if (status != CARVQ_OK) {
        free(names);
        return status;
    }
    qsort(names, listed, sizeof *names, compare_strings);
    for (size_t i = 1; i < listed; i++)
        if (strcmp(names[i], names[count - 1]) != 0)
            names[count++] = names[i];
    *names_ret = names;
    *count_ret = count;
    return CARVQ_OK;
}

static bool ends_with(const char *text, size_t length, const char *ending)
{
    return length > strlen(ending) && strcmp(text + length - strlen(ending), ending) == 0;
}

bool carvq_checkpoint_is_part(const char *name)
{
    const size_t length = strlen(name), stem = ends_with(name, length, ".index.json") ? length - strlen(".index.json") : length;
    return carvq_tensor_file_kind(name, stem) == 0;
}

// What to say about a directory without a checkpoint that we know: perhaps it holds another kind of weights.
static enum carvq_status fail_no_weights(const char *directory, struct carvq_error *error)
{
    char hint[200] = "";
    size_t best = CARVQ_NO_WEIGHTS;
    struct dirent **entries;
    int count = scandir(directory, &entries, NULL, alphasort);
    if (count < 0)
        return carvq_fail(error, CARVQ_ERROR_IO, "%s: %s", directory, strerror(errno));
    for (int i = 0; i < count; i++) {
        size_t kind = carvq_tensor_file_kind(entries[i]->d_name, strlen(entries[i]->d_name));
        if (kind < best)
            snprintf(hint, sizeof hint, " (but there is %.100s%s", entries[i]->d_name,
                     kind == 0 ? ": name the file itself)" : ", which cannot be read)");
        best = kind < best ? kind : best;
        free(entries[i]);
    }
    free(entries);
    return carvq_fail(error, CARVQ_ERROR_NOT_FOUND, "%s: neither " WHOLE " nor " INDEX " is in this directory%s", directory,
                      hint);
}

// Takes these names of files in the directory, or if that is not whole, the path that was given, for those of the weights.
static enum carvq_status take_weights(struct carvq_directory *directory, const char *const *names, size_t count,
                                      struct carvq_error *error)
{
    directory->weights = calloc(count, sizeof *directory->weights);
    if (directory->weights == NULL)
        return fail_memory(directory->given, error);
    for (; directory->weights_count < count; directory->weights_count++) {
        const size_t i = directory->weights_count;
        directory->weights[i] = directory->whole ? carvq_path_join(directory->path, names[i]) : strdup(directory->given);
        if (directory->weights[i] == NULL)
            return fail_memory(directory->given, error);
    }
    return CARVQ_OK;
}

static enum carvq_status read_index(struct carvq_directory *directory, struct carvq_error *error)
{
    const char *path = directory->beside[CARVQ_FILE_INDEX], **names;
    size_t count;
    enum carvq_status status = load_json(path, INDEX_LIMIT, &directory->index, error);
    if (status == CARVQ_OK)
        status = carvq_directory_shards(path, directory->index, &names, &count, error);
    if (status != CARVQ_OK)
        return status;
    status = take_weights(directory, names, count, error);
    free(names);
    return status;
}

static enum carvq_status find_weights(struct carvq_directory *directory, struct carvq_error *error)
{
    const char *name = WHOLE;
    if (!directory->whole)
        return take_weights(directory, NULL, 1, error);
    char *path = carvq_path_join(directory->path, name);
    if (path == NULL)
        return fail_memory(directory->given, error);
    const bool found = exists(path);
    free(path);
    if (found) // takes precedence over an index, as everywhere
        return take_weights(directory, &name, 1, error);
    return exists(directory->beside[CARVQ_FILE_INDEX]) ? read_index(directory, error) : fail_no_weights(directory->path, error);
}

enum carvq_status carvq_directory_open(const char *path, struct carvq_directory *directory_ret, struct carvq_error *error)
{
    static const char *const beside[] = {
        [CARVQ_FILE_CONFIG] = "config.json", [CARVQ_FILE_TOKENIZER] = "tokenizer.json", [CARVQ_FILE_INDEX] = INDEX};
    struct stat info;
    *directory_ret = (struct carvq_directory){.given = NULL};
    if (stat(path, &info) != 0)
        return carvq_fail(error, CARVQ_ERROR_IO, "%s: %s", path, strerror(errno));
    const char *slash = strrchr(path, '/');
    directory_ret->whole = S_ISDIR(info.st_mode);
    directory_ret->given = strdup(path);
    if (directory_ret->whole)
        directory_ret->path = strdup(path);
    else if (slash == NULL)
        directory_ret->path = strdup(".");
    else
        directory_ret->path = strndup(path, slash == path ? 1 : (size_t)(slash - path));
    if (directory_ret->given == NULL || directory_ret->path == NULL)
        return fail_memory(path, error);
    for (size_t i = 0; i < CARVQ_FILES_BESIDE; i++)
        if ((directory_ret->beside[i] = carvq_path_join(directory_ret->path, beside[i])) == NULL)
            return fail_memory(path, error);
    return find_weights(directory_ret, error);
}

void carvq_directory_close(struct carvq_directory *directory)
{
    json_decref(directory->config);
    json_decref(directory->index);
    for (size_t i = 0; i < CARVQ_FILES_BESIDE; i++)
        free(directory->beside[i]);
    for (size_t i = 0; i < directory->weights_count; i++)
        free(directory->weights[i]);
    free(directory->weights);
    free(directory->path);
    free(directory->given);
}

enum carvq_status carvq_directory_check(struct carvq_directory *directory, const struct carvq_tensor *const *by_name,
                                        size_t count, struct carvq_error *error)
{
    const char *path = directory->beside[CARVQ_FILE_INDEX], *name;
    json_t *shard;
    json_object_foreach (json_object_get(directory->index, "weight_map"), name, shard) {
        const struct carvq_tensor *tensor = carvq_tensor_find(by_name, count, name);
        const char *wanted = json_string_value(shard);
        if (tensor == NULL)
            return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: weight_map: tensor '%.200s' is not in shard '%s'", path, name,
                              wanted);
        const char *slash = strrchr(tensor->file, '/'), *found = slash != NULL ? slash + 1 : tensor->file;
        if (strcmp(found, wanted) != 0)
            return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: weight_map: tensor '%.200s' is in shard '%s', not in '%s'", path,
                              name, found, wanted);
    }
    json_decref(directory->index);
    directory->index = NULL;
    return CARVQ_OK;
}

enum carvq_status carvq_directory_read_config(struct carvq_directory *directory, struct carvq_error *error)
{
    const char *path = directory->beside[CARVQ_FILE_CONFIG];
    enum carvq_status status = exists(path) ? load_json(path, CONFIG_LIMIT, &directory->config, error) : CARVQ_OK;
    // Beside a single file may lie another model's config.json; without one, the head is unknown, and that is all.
    return directory->whole || status == CARVQ_ERROR_MEMORY ? status : CARVQ_OK;
}
