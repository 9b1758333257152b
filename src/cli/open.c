// SPDX-License-Identifier: MIT
// Opening what the command line names, and what to say if it is something else.
#define _POSIX_C_SOURCE 200809L
#include <string.h>
#include <sys/stat.h>

#include "cli.h"
#include "checkpoint/near.h"
#include "checkpoint/stand_in.h"

enum carvq_status cli_open_model(const char *path, struct carvq_checkpoint **checkpoint_ret, struct carvq_error *error)
{
    enum carvq_status status = carvq_checkpoint_open(path, checkpoint_ret, error);
    const char *note;
    for (size_t i = 0; status == CARVQ_OK && (note = carvq_checkpoint_note(*checkpoint_ret, i)) != NULL; i++)
        cli_note("%s", note);
    return status;
}

static bool is_directory(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

// Whether the other operand is what this one should be.
static bool is_swapped(const char *path, const char *model)
{
    struct carvq_file *file;
    if (model == NULL || is_directory(model) || carvq_open(model, &file, NULL) != CARVQ_OK)
        return false;
    carvq_close(file);
    return is_directory(path) || strstr(path, ".safetensors") != NULL;
}

enum carvq_status cli_open_file(const char *path, const char *model, struct carvq_file **file_ret, struct carvq_error *error)
{
    enum carvq_status status = carvq_open(path, file_ret, error);
    if (status == CARVQ_OK || status == CARVQ_ERROR_MEMORY)
        return status;
    const char *stand_in = carvq_stand_in_file(path);
    if (is_swapped(path, model))
        return carvq_fail(error, CARVQ_ERROR_ARGUMENT, "%s: is a model, and %s is the compressed file: swap them", path, model);
    if (stand_in != NULL)
        return carvq_fail(error, status, "%s: %s", path, stand_in);
    if (is_directory(path))
        return carvq_fail(error, status, "%s: is a directory; a compressed file is needed, as 'carvq compress %s' makes it", path,
                          path);
    return status;
}

const char *cli_nearest(const char *word, const char *const *words)
{
    unsigned best = (unsigned)(strlen(word) < CARVQ_NEAR_LENGTH ? strlen(word) : CARVQ_NEAR_LENGTH) / 3 + 1;
    const char *nearest = NULL;
    for (; *words != NULL; words++) {
        const bool begins = strlen(word) > 2 && strncmp(*words, word, strlen(word)) == 0;
        const unsigned distance = begins ? 1 : carvq_edit_distance(word, *words, best);
        if (distance <= best) {
            best = distance > 0 ? distance - 1 : 0; // only a nearer one takes its place
            nearest = *words;
        }
        if (distance == 0)
            break;
    }
    return nearest;
}
