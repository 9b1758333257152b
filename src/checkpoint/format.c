// SPDX-License-Identifier: MIT
// Which format a file of weights has.
#include "checkpoint/format.h"

#include <string.h>

#include "runtime/status.h"
#include "checkpoint/stand_in.h"

// Those that cannot be read stand here so that a user is told what it is that he has.
static const struct {
    const char *ending; // of names
    const char *magic;  // bytes with which the file begins; NULL: we do not look for it
    const struct carvq_tensor_format *format;
    const char *instead; // what to do with a file that cannot be read
} kinds[] = {
    {".gguf", "GGUF", NULL, "GGUF files are not supported yet: give the model that it was made from"},
    {".bin", "PK\3\4", NULL, "a PyTorch file (zip of pickles) is not supported: save the model as safetensors"},
    {".pt", NULL, NULL, NULL},
    {".pth", NULL, NULL, NULL},
    {".safetensors", "", &carvq_safetensors, NULL}, // begins with a length: its reader refuses what is none
};

enum { KINDS = sizeof kinds / sizeof *kinds };

// The kind of a file with these bytes.
static size_t recognise(const struct carvq_map *map)
{
    size_t kind = 0;
    while (kinds[kind].magic == NULL || map->size < strlen(kinds[kind].magic) ||
           memcmp(map->data, kinds[kind].magic, strlen(kinds[kind].magic)) != 0)
        kind++; // ends: the last takes everything
    return kind;
}

enum carvq_status carvq_tensor_file_open(const char *path, struct carvq_tensor_file *file_ret, struct carvq_error *error)
{
    const char *slash = strrchr(path, '/');
    *file_ret = (struct carvq_tensor_file){.path = path, .name = slash != NULL ? slash + 1 : path};
    enum carvq_status status = carvq_map_open(path, &file_ret->map, error);
    if (status != CARVQ_OK)
        return status;
    const char *stand_in = carvq_stand_in(file_ret->map.data, file_ret->map.size);
    if (stand_in != NULL)
        return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: %s", path, stand_in);
    const size_t kind = recognise(&file_ret->map);
    file_ret->ending = kinds[kind].ending;
    file_ret->format = kinds[kind].format;
    if (file_ret->format == NULL)
        return carvq_fail(error, CARVQ_ERROR_UNSUPPORTED, "%s: %s", path, kinds[kind].instead);
    return file_ret->format->open(file_ret, error);
}

void carvq_tensor_file_close(struct carvq_tensor_file *file)
{
    if (file->format != NULL && file->format->close != NULL)
        file->format->close(file->state);
    carvq_map_close(&file->map);
    *file = (struct carvq_tensor_file){.path = NULL};
}

size_t carvq_tensor_file_kind(const char *name, size_t length)
{
    for (size_t kind = 0; kind < KINDS; kind++) {
        const size_t tail = strlen(kinds[kind].ending);
        if (length > tail && memcmp(name + length - tail, kinds[kind].ending, tail) == 0)
            return kinds[kind].format != NULL ? 0 : kind + 1;
    }
    return CARVQ_NO_WEIGHTS;
}
