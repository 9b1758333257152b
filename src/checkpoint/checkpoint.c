// SPDX-License-Identifier: MIT
#define _POSIX_C_SOURCE 200809L
#define _FILE_OFFSET_BITS 64
#include "checkpoint/checkpoint.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "runtime/half.h"
#include "runtime/status.h"
#include "checkpoint/internal.h"

#define CONFIG_LIMIT ((size_t)16 << 20)
#define INDEX_LIMIT ((size_t)64 << 20) // a hundred bytes per tensor: enough for half a million experts

static enum carvq_status fail_memory(const char *path, struct carvq_error *error)
{
    return carvq_fail(error, CARVQ_ERROR_MEMORY, "%s: out of memory", path);
}

char *carvq_checkpoint_join(const char *directory, const char *name)
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

// Place of a name's ending among those of weights, what can be read first; or how many there are.
static size_t kind_of_weights(const char *name)
{
    static const char *const endings[] = {".safetensors", ".gguf", ".bin", ".pt", ".pth"};
    const char *dot = strrchr(name, '.');
    size_t kind = 0, count = sizeof endings / sizeof *endings;
    while (kind < count && (dot == NULL || strcmp(dot, endings[kind]) != 0))
        kind++;
    return kind;
}

// What to say about a directory without a checkpoint that we know: perhaps it holds another kind of weights.
static enum carvq_status fail_no_weights(const char *directory, struct carvq_error *error)
{
    char hint[200] = "";
    size_t best = kind_of_weights("");
    struct dirent **entries;
    int count = scandir(directory, &entries, NULL, alphasort);
    if (count < 0)
        return carvq_fail(error, CARVQ_ERROR_IO, "%s: %s", directory, strerror(errno));
    for (int i = 0; i < count; i++) {
        size_t kind = kind_of_weights(entries[i]->d_name);
        if (kind < best)
            snprintf(hint, sizeof hint, " (but there is %.100s%s", entries[i]->d_name,
                     kind == 0 ? ": name the file itself)" : ", which cannot be read)");
        best = kind < best ? kind : best;
        free(entries[i]);
    }
    free(entries);
    return carvq_fail(error, CARVQ_ERROR_NOT_FOUND,
                      "%s: neither model.safetensors nor model.safetensors.index.json is in this directory%s", directory, hint);
}

static enum carvq_status open_shard(struct carvq_checkpoint_shard *shard, struct carvq_error *error)
{
    const char *slash = strrchr(shard->path, '/');
    shard->name = slash != NULL ? slash + 1 : shard->path;
    enum carvq_status status = carvq_map_open(shard->path, &shard->map, error);
    if (status != CARVQ_OK)
        return status;
    if (shard->map.size >= 4 && memcmp(shard->map.data, "GGUF", 4) == 0)
        return carvq_fail(error, CARVQ_ERROR_UNSUPPORTED, "%s: GGUF files are not supported yet", shard->path);
    return carvq_st_read(shard->path, shard->map.data, shard->map.size, &shard->st, error);
}

static int compare_names(const void *a, const void *b)
{
    const struct carvq_checkpoint_tensor *const *left = a, *const *right = b;
    return strcmp((*left)->header->name, (*right)->header->name);
}

// Lists the tensors of all shards and refuses a name that stands in two of them.
static enum carvq_status list_tensors(struct carvq_checkpoint *checkpoint, struct carvq_error *error)
{
    size_t count = 0;
    for (size_t i = 0; i < checkpoint->shard_count; i++)
        count += checkpoint->shards[i].st->count;
    checkpoint->tensors = calloc(count + 1, sizeof *checkpoint->tensors);
    checkpoint->by_name = calloc(count + 1, sizeof *checkpoint->by_name);
    if (checkpoint->tensors == NULL || checkpoint->by_name == NULL)
        return fail_memory(checkpoint->path, error);
    for (size_t i = 0; i < checkpoint->shard_count; i++) {
        const struct carvq_checkpoint_shard *shard = &checkpoint->shards[i];
        for (size_t j = 0; j < shard->st->count; j++) {
            const struct carvq_st_tensor *header = &shard->st->tensors[j];
            struct carvq_checkpoint_tensor *tensor = &checkpoint->tensors[checkpoint->tensor_count];
            *tensor = (struct carvq_checkpoint_tensor){header, shard->map.data + header->begin, shard->path};
            checkpoint->by_name[checkpoint->tensor_count++] = tensor;
        }
    }
    qsort(checkpoint->by_name, count, sizeof *checkpoint->by_name, compare_names);
    for (size_t i = 1; i < count; i++)
        if (compare_names(&checkpoint->by_name[i - 1], &checkpoint->by_name[i]) == 0)
            return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: tensor '%.200s' stands in two shards, also in %s",
                              checkpoint->by_name[i]->file, checkpoint->by_name[i]->header->name,
                              checkpoint->by_name[i - 1]->file);
    return CARVQ_OK;
}

// Opens the shards of these names; for a checkpoint that is a single file, the name is its path.
static enum carvq_status open_shards(struct carvq_checkpoint *checkpoint, const char *const *names, size_t count,
                                     struct carvq_error *error)
{
    enum carvq_status status = CARVQ_OK;
    checkpoint->shards = calloc(count, sizeof *checkpoint->shards);
    if (checkpoint->shards == NULL)
        return fail_memory(checkpoint->path, error);
    checkpoint->shard_count = count;
    for (size_t i = 0; status == CARVQ_OK && i < count; i++) {
        struct carvq_checkpoint_shard *shard = &checkpoint->shards[i];
        shard->path = checkpoint->is_directory ? carvq_checkpoint_join(checkpoint->directory, names[i]) : strdup(names[i]);
        status = shard->path != NULL ? open_shard(shard, error) : fail_memory(checkpoint->path, error);
    }
    return status == CARVQ_OK ? list_tensors(checkpoint, error) : status;
}

static enum carvq_status open_index(struct carvq_checkpoint *checkpoint, const char *path, struct carvq_error *error)
{
    json_t *index;
    const char **names;
    size_t count;
    enum carvq_status status = carvq_json_file_load(path, INDEX_LIMIT, &index, error);
    if (status != CARVQ_OK)
        return status;
    status = carvq_index_shards(path, index, &names, &count, error);
    if (status == CARVQ_OK) {
        status = open_shards(checkpoint, names, count, error);
        free(names);
    }
    if (status == CARVQ_OK)
        status = carvq_index_check(path, index, checkpoint, error);
    json_decref(index);
    return status;
}

static enum carvq_status open_directory(struct carvq_checkpoint *checkpoint, struct carvq_error *error)
{
    const char *name = "model.safetensors";
    char *whole = carvq_checkpoint_join(checkpoint->directory, name);
    char *index = carvq_checkpoint_join(checkpoint->directory, "model.safetensors.index.json");
    enum carvq_status status;
    if (whole == NULL || index == NULL)
        status = fail_memory(checkpoint->path, error);
    else if (exists(whole)) // takes precedence over an index, as everywhere
        status = open_shards(checkpoint, &name, 1, error);
    else if (exists(index))
        status = open_index(checkpoint, index, error);
    else
        status = fail_no_weights(checkpoint->directory, error);
    free(whole);
    free(index);
    return status;
}

static enum carvq_status open_config(struct carvq_checkpoint *checkpoint, struct carvq_error *error)
{
    char *path = carvq_checkpoint_join(checkpoint->directory, "config.json");
    if (path == NULL)
        return fail_memory(checkpoint->path, error);
    enum carvq_status status = CARVQ_OK;
    if (exists(path))
        status = carvq_json_file_load(path, CONFIG_LIMIT, &checkpoint->config, error);
    free(path);
    // Beside a single file may lie another model's config.json; without one, the head is unknown, and that is all.
    return checkpoint->is_directory || status == CARVQ_ERROR_MEMORY ? status : CARVQ_OK;
}

static enum carvq_status open_files(struct carvq_checkpoint *checkpoint, const char *path, struct carvq_error *error)
{
    struct stat status_of_path;
    if (stat(path, &status_of_path) != 0)
        return carvq_fail(error, CARVQ_ERROR_IO, "%s: %s", path, strerror(errno));
    checkpoint->is_directory = S_ISDIR(status_of_path.st_mode);
    checkpoint->path = strdup(path);
    const char *slash = strrchr(path, '/');
    if (checkpoint->is_directory)
        checkpoint->directory = strdup(path);
    else if (slash == NULL)
        checkpoint->directory = strdup(".");
    else
        checkpoint->directory = strndup(path, slash == path ? 1 : (size_t)(slash - path));
    if (checkpoint->path == NULL || checkpoint->directory == NULL)
        return fail_memory(path, error);
    enum carvq_status status = checkpoint->is_directory ? open_directory(checkpoint, error)
                                                        : open_shards(checkpoint, &path, 1, error);
    return status == CARVQ_OK ? open_config(checkpoint, error) : status;
}

enum carvq_status carvq_checkpoint_open(const char *path, struct carvq_checkpoint **checkpoint_ret, struct carvq_error *error)
{
    struct carvq_checkpoint *checkpoint = calloc(1, sizeof *checkpoint);
    if (checkpoint == NULL)
        return fail_memory(path, error);
    enum carvq_status status = open_files(checkpoint, path, error);
    if (status == CARVQ_OK)
        *checkpoint_ret = checkpoint;
    else
        carvq_checkpoint_close(checkpoint);
    return status;
}

void carvq_checkpoint_close(struct carvq_checkpoint *checkpoint)
{
    if (checkpoint == NULL)
        return;
    for (size_t i = 0; i < checkpoint->shard_count; i++) {
        free(checkpoint->shards[i].st);
        carvq_map_close(&checkpoint->shards[i].map);
        free(checkpoint->shards[i].path);
    }
    free(checkpoint->shards);
    free(checkpoint->tensors);
    free(checkpoint->by_name);
    json_decref(checkpoint->config);
    free(checkpoint->directory);
    free(checkpoint->path);
    free(checkpoint);
}

const char *carvq_checkpoint_path(const struct carvq_checkpoint *checkpoint)
{
    return checkpoint->path;
}

const char *carvq_checkpoint_directory(const struct carvq_checkpoint *checkpoint)
{
    return checkpoint->directory;
}

size_t carvq_checkpoint_tensor_count(const struct carvq_checkpoint *checkpoint)
{
    return checkpoint->tensor_count;
}

const struct carvq_checkpoint_tensor *carvq_checkpoint_tensor_at(const struct carvq_checkpoint *checkpoint, size_t index)
{
    return index < checkpoint->tensor_count ? &checkpoint->tensors[index] : NULL;
}

const struct carvq_checkpoint_tensor *carvq_checkpoint_find(const struct carvq_checkpoint *checkpoint, const char *name)
{
    struct carvq_st_tensor header = {.name = name};
    struct carvq_checkpoint_tensor key = {.header = &header};
    const struct carvq_checkpoint_tensor *pointer = &key,
                                         **found = bsearch(&pointer, checkpoint->by_name, checkpoint->tensor_count,
                                                           sizeof *checkpoint->by_name, compare_names);
    return found != NULL ? *found : NULL;
}

const json_t *carvq_checkpoint_config(const struct carvq_checkpoint *checkpoint)
{
    return checkpoint->config;
}
