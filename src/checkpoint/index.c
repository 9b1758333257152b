// SPDX-License-Identifier: MIT
// model.safetensors.index.json: {"metadata": .., "weight_map": {TENSOR: SHARD, ..}}.
#include <stdlib.h>
#include <string.h>

#include "runtime/status.h"
#include "checkpoint/internal.h"

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

enum carvq_status carvq_index_shards(const char *path, const json_t *index, const char ***names_ret, size_t *count_ret,
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

enum carvq_status carvq_index_check(const char *path, const json_t *index, const struct carvq_checkpoint *checkpoint,
                                    struct carvq_error *error)
{
    const char *name;
    json_t *shard;
    json_object_foreach (json_object_get(index, "weight_map"), name, shard) {
        const struct carvq_checkpoint_tensor *tensor = carvq_checkpoint_find(checkpoint, name);
        const char *wanted = json_string_value(shard);
        if (tensor == NULL)
            return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: weight_map: tensor '%.200s' is not in shard '%s'", path, name,
                              wanted);
        const char *slash = strrchr(tensor->file, '/'), *found = slash != NULL ? slash + 1 : tensor->file;
        if (strcmp(found, wanted) != 0)
            return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: weight_map: tensor '%.200s' is in shard '%s', not in '%s'", path,
                              name, found, wanted);
    }
    return CARVQ_OK;
}
