// SPDX-License-Identifier: MIT
// Which files a checkpoint consists of, and those of them that are JSON.
#define _POSIX_C_SOURCE 200809L
#define _FILE_OFFSET_BITS 64
#include "checkpoint/directory.h"

#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
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
            return carvq_fail(
                error, CARVQ_ERROR_FORMAT,
                "%s: weight_map: shard '%.200s' is not a plain file name: put all shards into the model's directory", path,
                *names);
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

// The cache of the Hugging Face Hub keeps a model one level deeper: hint, if this is a directory of it.
static void find_snapshot(const char *directory, char *hint, size_t size)
{
    struct dirent **entries;
    char *snapshots = carvq_path_join(directory, "snapshots");
    const int count = snapshots != NULL ? scandir(snapshots, &entries, NULL, alphasort) : -1;
    if (count > 2) // . and ..
        snprintf(hint, size, "; give the snapshot: %.60s/snapshots/%.60s", directory, entries[count - 1]->d_name);
    for (int i = 0; i < count; i++)
        free(entries[i]);
    if (count >= 0)
        free(entries);
    free(snapshots);
}

// "organization/name", as the hubs name models.
static bool is_hub_name(const char *path)
{
    const char *slash = strchr(path, '/');
    return slash != NULL && slash != path && slash[1] != '\0' && strchr(slash + 1, '/') == NULL && path[0] != '.' &&
           carvq_tensor_file_kind(path, strlen(path)) == CARVQ_NO_WEIGHTS;
}

static enum carvq_status fail_path(const char *path, struct carvq_error *error)
{
    const int problem = errno;
    if (problem == ENOENT && is_hub_name(path))
        return carvq_fail(
            error, CARVQ_ERROR_IO,
            "%s: %s; if that is a model's name on a hub, download it first ('hf download %s --local-dir DIR') and give "
            "the directory",
            path, strerror(problem), path);
    return carvq_fail(error, CARVQ_ERROR_IO, "%s: %s", path, strerror(problem));
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
    find_snapshot(directory, hint, sizeof hint);
    for (int i = 0; i < count; i++) {
        size_t kind = carvq_tensor_file_kind(entries[i]->d_name, strlen(entries[i]->d_name));
        if (kind < best)
            snprintf(hint, sizeof hint, " (but there is %.100s%s", entries[i]->d_name,
                     kind == 0 ? ": name the file itself)" : ", which cannot be read: safetensors are needed)");
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

// Whether a name is "STEM-00002-of-00003.ENDING", which tells where the set begins and ends: 0 if not, else how many there are.
static unsigned set_size(const char *name, unsigned *number_ret)
{
    const char *of = strstr(name, "-of-");
    unsigned count;
    int used = 0;
    if (of == NULL || of - name < 6 || sscanf(of - 5, "%5u-of-%5u%n", number_ret, &count, &used) != 2 || used != 14 ||
        carvq_tensor_file_kind(name, strlen(name)) != 0)
        return 0;
    return count;
}

// Finds a complete set of shards that the index knows nothing of: names_ret[0 .. its return value - 1], to be freed; 0: there is
// none. *whole_ret: there was memory for all names.
static unsigned find_set(const char *directory, char ***names_ret, bool *whole_ret)
{
    struct dirent **entries;
    unsigned found = 0, number;
    const int count = scandir(directory, &entries, NULL, alphasort);
    *names_ret = NULL;
    for (int i = 0; i < count && found == 0; i++) {
        const unsigned size = set_size(entries[i]->d_name, &number);
        if (size == 0 || number != 1 || i + (int)size > count)
            continue;
        for (found = size; found > 0 && set_size(entries[i + (int)found - 1]->d_name, &number) == size && number == found;)
            found--;
        found = found == 0 ? size : 0;
        *names_ret = found > 0 ? calloc(found, sizeof **names_ret) : NULL;
        *whole_ret = found == 0 || *names_ret != NULL;
        for (unsigned k = 0; *names_ret != NULL && k < found; k++)
            if (((*names_ret)[k] = strdup(entries[i + (int)k]->d_name)) == NULL)
                *whole_ret = false;
    }
    for (int i = 0; i < count; i++)
        free(entries[i]);
    if (count >= 0)
        free(entries);
    return found;
}

static bool is_here(const struct carvq_directory *directory, const char *name)
{
    char path[8192];
    const int length = snprintf(path, sizeof path, "%s/%s", directory->path, name);
    return length > 0 && (size_t)length < sizeof path && exists(path);
}

// How many tensors the index says are in a shard, and one of them.
static size_t count_listed(const json_t *index, const char *shard, const char **example_ret)
{
    const char *tensor;
    json_t *value;
    size_t count = 0;
    json_object_foreach (json_object_get(index, "weight_map"), tensor, value)
        if (strcmp(json_string_value(value), shard) == 0 && count++ == 0)
            *example_ret = tensor;
    return count;
}

// None of the files that the index lists is there: it is of another download, or nothing was downloaded.
static enum carvq_status take_other_set(struct carvq_directory *directory, const char *listed, size_t listed_count,
                                        struct carvq_error *error)
{
    const char *path = directory->beside[CARVQ_FILE_INDEX], *example = "";
    char **names;
    bool whole = true;
    const unsigned count = find_set(directory->path, &names, &whole);
    enum carvq_status status;
    if (!whole) {
        status = fail_memory(directory->given, error);
    } else if (count > 0) {
        carvq_directory_note(directory, "%s: lists %s, which is not here; the %u shards %s .. are taken instead of it", path,
                             listed, count, names[0]);
        json_decref(directory->index);
        directory->index = NULL;
        status = take_weights(directory, (const char *const *)names, count, error);
    } else {
        const size_t tensors = count_listed(directory->index, listed, &example);
        status = carvq_fail(error, CARVQ_ERROR_NOT_FOUND,
                            "%s: lists %s (%zu tensor%s, e.g. '%.100s'), which is not here%s: download what is missing", path,
                            listed, tensors, tensors == 1 ? "" : "s", example, listed_count > 1 ? ", nor are the others" : "");
    }
    for (unsigned i = 0; names != NULL && i < count; i++)
        free(names[i]);
    free(names);
    return status;
}

static enum carvq_status read_index(struct carvq_directory *directory, struct carvq_error *error)
{
    const char *path = directory->beside[CARVQ_FILE_INDEX], **names;
    size_t count, here = 0;
    enum carvq_status status = load_json(path, INDEX_LIMIT, &directory->index, error);
    if (status == CARVQ_OK)
        status = carvq_directory_shards(path, directory->index, &names, &count, error);
    if (status != CARVQ_OK)
        return status;
    const char *first = names[0];
    for (size_t i = 0; i < count; i++) // those that are not here are noted by carvq_directory_compare()
        if (is_here(directory, names[i]))
            names[here++] = names[i];
    status = here > 0 ? take_weights(directory, names, here, error) : take_other_set(directory, first, count, error);
    free(names);
    return status;
}

static enum carvq_status find_weights(struct carvq_directory *directory, struct carvq_error *error)
{
    const char *name = WHOLE;
    if (!directory->whole)
        return take_weights(directory, NULL, 1, error);
    const bool has_index = exists(directory->beside[CARVQ_FILE_INDEX]);
    if (!is_here(directory, name))
        return has_index ? read_index(directory, error) : fail_no_weights(directory->path, error);
    if (has_index) // the whole file takes precedence, as everywhere
        carvq_directory_note(directory, "%s: " WHOLE " is taken; " INDEX " and the shards that it lists are ignored",
                             directory->path);
    return take_weights(directory, &name, 1, error);
}

enum carvq_status carvq_directory_open(const char *path, struct carvq_directory *directory_ret, struct carvq_error *error)
{
    static const char *const beside[] = {[CARVQ_FILE_CONFIG] = "config.json",
                                         [CARVQ_FILE_TOKENIZER] = "tokenizer.json",
                                         [CARVQ_FILE_INDEX] = INDEX,
                                         [CARVQ_FILE_GENERATION] = "generation_config.json",
                                         [CARVQ_FILE_QUANTIZATION] = "quant_config.json"};
    struct stat info;
    *directory_ret = (struct carvq_directory){.given = NULL};
    if (stat(path, &info) != 0)
        return fail_path(path, error);
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
    json_decref(directory->generation);
    json_decref(directory->quantization);
    json_decref(directory->index);
    for (size_t i = 0; i < CARVQ_FILES_BESIDE; i++)
        free(directory->beside[i]);
    for (size_t i = 0; i < directory->weights_count; i++)
        free(directory->weights[i]);
    free(directory->weights);
    free(directory->path);
    free(directory->given);
}

const char *carvq_directory_shard(const struct carvq_directory *directory, const char *tensor)
{
    return json_string_value(json_object_get(json_object_get(directory->index, "weight_map"), tensor));
}

// Tensors that the index puts into a shard and no file has, and one of them.
static size_t count_absent(const struct carvq_directory *directory, const struct carvq_tensor *const *by_name, size_t count,
                           const char *shard, const char **example_ret)
{
    const char *name;
    json_t *value;
    size_t absent = 0;
    json_object_foreach (json_object_get(directory->index, "weight_map"), name, value)
        if (strcmp(json_string_value(value), shard) == 0 && carvq_tensor_find(by_name, count, name) == NULL && absent++ == 0)
            *example_ret = name;
    return absent;
}

enum carvq_status carvq_directory_compare(struct carvq_directory *directory, const struct carvq_tensor *const *by_name,
                                          size_t count, struct carvq_error *error)
{
    const char *path = directory->beside[CARVQ_FILE_INDEX], *example = "", **shards;
    size_t shard_count;
    enum carvq_status status = CARVQ_OK;
    if (directory->index != NULL)
        status = carvq_directory_shards(path, directory->index, &shards, &shard_count, error);
    if (directory->index == NULL || status != CARVQ_OK)
        return status;
    for (size_t i = 0; i < shard_count; i++) {
        const size_t absent = count_absent(directory, by_name, count, shards[i], &example);
        if (absent > 0)
            carvq_directory_note(directory, "%s: lists %zu tensor%s in %s that %s not there, e.g. '%.100s'%s", path, absent,
                                 absent == 1 ? "" : "s", shards[i], absent == 1 ? "is" : "are", example,
                                 is_here(directory, shards[i]) ? "" : ": the file is missing");
    }
    free(shards);
    return CARVQ_OK;
}

void carvq_directory_note(struct carvq_directory *directory, const char *format, ...)
{
    char text[sizeof directory->notes[0].message];
    va_list arguments;
    if (directory->note_count == CARVQ_MAX_NOTES)
        return;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    const bool last = directory->note_count == CARVQ_MAX_NOTES - 1;
    carvq_fail(&directory->notes[directory->note_count++], CARVQ_OK, "%s", last ? "and more of the kind" : text);
}

// Reads a small file beside the weights, if it is there.
static enum carvq_status read_beside(const struct carvq_directory *directory, int which, json_t **json_ret,
                                     struct carvq_error *error)
{
    const char *path = directory->beside[which];
    return exists(path) ? load_json(path, CONFIG_LIMIT, json_ret, error) : CARVQ_OK;
}

enum carvq_status carvq_directory_read_config(struct carvq_directory *directory, struct carvq_error *error)
{
    struct carvq_error problem;
    enum carvq_status status = read_beside(directory, CARVQ_FILE_CONFIG, &directory->config, &problem);
    if (status == CARVQ_ERROR_MEMORY || (status != CARVQ_OK && directory->whole))
        return carvq_fail(error, status, "%s", problem.message);
    if (status != CARVQ_OK) // beside a single file may lie another model's; without one, the head is unknown, and that is all
        carvq_directory_note(directory, "%s; it is ignored", problem.message);
    if (read_beside(directory, CARVQ_FILE_GENERATION, &directory->generation, &problem) != CARVQ_OK ||
        read_beside(directory, CARVQ_FILE_QUANTIZATION, &directory->quantization, &problem) != CARVQ_OK)
        carvq_directory_note(directory, "%s; it is ignored", problem.message);
    return CARVQ_OK;
}
