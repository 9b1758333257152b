// SPDX-License-Identifier: MIT
// Output directories: a copy of a model appears as a whole, or is moved file by file into a directory that is there.
#define _POSIX_C_SOURCE 200809L
#define _XOPEN_SOURCE 700 // mkdtemp()
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/map.h"
#include "runtime/status.h"
#include "cli.h"

// What to do with an entry of a directory; 0: go on.
struct visit {
    int (*act)(struct visit *visit, const char *path, const char *name);
    const char *target; // a directory
    bool force;
    uint64_t *bytes;
    struct carvq_error *error;
};

static char *join(const char *directory, const char *name)
{
    size_t size = strlen(directory) + strlen(name) + 2;
    char *path = malloc(size);
    if (path != NULL)
        snprintf(path, size, "%s/%s", directory, name);
    return path;
}

// Calls act for every entry but . and .. until it returns something else than 0, which is then the result. -1: an error.
static int for_each(const char *directory, struct visit *visit)
{
    DIR *stream = opendir(directory);
    int result = stream != NULL ? 0 : -1;
    for (struct dirent *entry; result == 0 && (entry = readdir(stream)) != NULL;) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        char *path = join(directory, entry->d_name);
        result = path != NULL ? visit->act(visit, path, entry->d_name) : -1;
        free(path);
    }
    if (stream != NULL)
        closedir(stream);
    return result;
}

static int remove_entry(struct visit *visit, const char *path, const char *name)
{
    (void)visit, (void)name;
    return unlink(path);
}

static void remove_directory(const char *directory)
{
    struct visit visit = {.act = remove_entry};
    for_each(directory, &visit);
    rmdir(directory);
}

static int found_entry(struct visit *visit, const char *path, const char *name)
{
    (void)visit, (void)path, (void)name;
    return 1;
}

// A file of the old directory that the copy does not bring, but that loaders may take instead of the copy.
static int refuse_stale(struct visit *visit, const char *path, const char *name)
{
    char *copy = join(visit->target, name);
    const bool is_copied = copy == NULL || access(copy, F_OK) == 0;
    free(copy);
    if (is_copied || !carvq_checkpoint_is_part(name))
        return 0;
    carvq_fail(visit->error, CARVQ_ERROR_IO,
               "%s: belongs to another checkpoint and would be taken for a part of this one; remove it", path);
    return 1;
}

static int refuse_directory(struct visit *visit, const char *path, const char *name)
{
    (void)path;
    struct stat status;
    char *target = join(visit->target, name);
    int is_directory = target != NULL && lstat(target, &status) == 0 && S_ISDIR(status.st_mode);
    if (is_directory)
        carvq_fail(visit->error, CARVQ_ERROR_IO, "%s: is a directory", target);
    free(target);
    return is_directory;
}

static int move_entry(struct visit *visit, const char *path, const char *name)
{
    char *target = join(visit->target, name);
    int result = target != NULL ? cli_give_name(path, target, visit->force) : -1;
    if (result != 0)
        carvq_fail(visit->error, CARVQ_ERROR_IO, "%s: cannot create: %s", target != NULL ? target : name, strerror(errno));
    free(target);
    return result;
}

// Moves the files of the finished copy into an existing directory, in which the copy lies. Nothing is moved if something
// stands in the way of one of them.
static enum carvq_status move_into(const char *temporary, const char *directory, bool force, struct carvq_error *error)
{
    struct visit stale = {.act = refuse_stale, .target = temporary, .error = error};
    struct visit blocked = {.act = refuse_directory, .target = directory, .error = error};
    struct visit move = {.act = move_entry, .target = directory, .force = force, .error = error};
    carvq_fail(error, CARVQ_ERROR_IO, "%s: cannot read", directory); // unless there is more to say
    if (for_each(directory, &stale) != 0 || for_each(temporary, &blocked) != 0 || for_each(temporary, &move) != 0)
        return error->status;
    return CARVQ_OK;
}

static enum carvq_status check_output(const struct carvq_checkpoint *checkpoint, const char *directory, bool force,
                                      bool *exists_ret, struct carvq_error *error)
{
    struct stat output, input;
    struct visit visit = {.act = found_entry};
    *exists_ret = stat(directory, &output) == 0;
    if (!*exists_ret)
        return CARVQ_OK;
    if (!S_ISDIR(output.st_mode))
        return carvq_fail(error, CARVQ_ERROR_IO, "%s: exists already, and is not a directory", directory);
    if (stat(carvq_checkpoint_directory(checkpoint), &input) == 0 && output.st_dev == input.st_dev &&
        output.st_ino == input.st_ino)
        return carvq_fail(error, CARVQ_ERROR_ARGUMENT, "%s: is the directory of the model itself", directory);
    int found = for_each(directory, &visit);
    if (found < 0)
        return carvq_fail(error, CARVQ_ERROR_IO, "%s: cannot read: %s", directory, strerror(errno));
    if (found > 0 && !force)
        return carvq_fail(error, CARVQ_ERROR_IO, "%s: exists already; --force overwrites its files", directory);
    return CARVQ_OK;
}

// Makes the files in a directory of their own: within the target if that exists (it may be a mount point), else beside it.
static enum carvq_status fill_by_way_of(char *temporary, const struct cli_directory *output, const char *directory, bool exists,
                                        struct carvq_error *error)
{
    struct cli_progress progress;
    if (mkdtemp(temporary) == NULL)
        return carvq_fail(error, CARVQ_ERROR_IO, "%s: cannot create: %s", directory, strerror(errno));
    mode_t mask = umask(0);
    umask(mask);
    chmod(temporary, 0777 & ~mask);
    cli_progress_begin(&progress);
    enum carvq_status status = output->fill(output->context, temporary, &progress, error);
    cli_progress_end(&progress);
    if (status == CARVQ_OK && exists)
        status = move_into(temporary, directory, output->force, error);
    else if (status == CARVQ_OK && rename(temporary, directory) != 0)
        status = carvq_fail(error, CARVQ_ERROR_IO, "%s: cannot create: %s", directory, strerror(errno));
    if (status != CARVQ_OK || exists)
        remove_directory(temporary);
    return status;
}

enum carvq_status cli_directory_write(const struct cli_directory *output, const struct carvq_checkpoint *checkpoint,
                                      struct carvq_error *error)
{
    bool exists;
    enum carvq_status status = check_output(checkpoint, output->path, output->force, &exists, error);
    if (status != CARVQ_OK)
        return status;
    size_t length = strlen(output->path);
    while (length > 1 && output->path[length - 1] == '/')
        length--;
    char *directory = strndup(output->path, length), *temporary = NULL;
    if (directory != NULL) {
        char *slash = strrchr(directory, '/');
        size_t parent = exists          ? length
                        : slash != NULL ? (size_t)(slash - directory)
                                        : 0,
               size = parent + sizeof "./.carvq.XXXXXX";
        temporary = malloc(size);
        if (temporary != NULL)
            snprintf(temporary, size, "%.*s%s.carvq.XXXXXX", (int)parent, directory, exists || slash != NULL ? "/" : "");
    }
    if (temporary == NULL)
        status = carvq_fail(error, CARVQ_ERROR_MEMORY, "%s: out of memory", output->path);
    else
        status = fill_by_way_of(temporary, output, directory, exists, error);
    free(directory);
    free(temporary);
    return status;
}

static int name_directory(struct visit *visit, const char *path, const char *name)
{
    struct stat status;
    (void)visit;
    if (stat(path, &status) == 0 && S_ISDIR(status.st_mode))
        printf("not copied: the directory %s\n", cli_safe(name));
    return 0;
}

void cli_directory_name_left_out(const struct carvq_checkpoint *checkpoint)
{
    struct visit visit = {.act = name_directory};
    if (strcmp(carvq_checkpoint_directory(checkpoint), carvq_checkpoint_path(checkpoint)) == 0)
        for_each(carvq_checkpoint_path(checkpoint), &visit);
}

static int add_size(struct visit *visit, const char *path, const char *name)
{
    struct stat status;
    (void)name;
    if (stat(path, &status) == 0 && S_ISREG(status.st_mode))
        *visit->bytes += (uint64_t)status.st_size;
    return 0;
}

uint64_t cli_directory_bytes(const char *path)
{
    uint64_t bytes = 0;
    struct visit visit = {.act = add_size, .bytes = &bytes};
    for_each(path, &visit);
    return bytes;
}

enum carvq_status cli_copy_file(const char *from, const char *to, struct carvq_error *error)
{
    struct carvq_map map;
    struct cli_output output;
    enum carvq_status status = carvq_map_open(from, &map, error);
    if (status != CARVQ_OK)
        return status;
    status = cli_output_open(&output, to, false, error);
    if (status == CARVQ_OK) {
        status = cli_output_write(&output, 0, map.data, map.size, error);
        if (status == CARVQ_OK)
            status = cli_output_commit(&output, error);
        else
            cli_output_discard(&output);
    }
    carvq_map_close(&map);
    return status;
}

char *cli_read_whole(const char *path)
{
    struct carvq_map map;
    if (carvq_map_open(path, &map, NULL) != CARVQ_OK)
        return NULL;
    char *text = malloc(map.size + 1);
    if (text != NULL) {
        memcpy(text, map.data, map.size);
        text[map.size] = '\0';
    }
    carvq_map_close(&map);
    return text;
}
