// SPDX-License-Identifier: MIT
// Output files appear under their name only when they are complete: written as .carvq.XXXXXX beside it, then renamed.
#define _POSIX_C_SOURCE 200809L
#define _FILE_OFFSET_BITS 64
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/status.h"
#include "cli.h"

static enum carvq_status fail_exists(const char *path, struct carvq_error *error)
{
    return carvq_fail(error, CARVQ_ERROR_IO, "%s: exists already; --force overwrites it", path);
}

// Length of the directory of a path, with its slash; 0: the current one.
static size_t directory_length(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? 0 : (size_t)(slash + 1 - path);
}

// The directory of a path, as an allocation.
static char *directory_of(const char *path)
{
    const size_t length = directory_length(path);
    return length > 0 ? strndup(path, length) : strdup(".");
}

static enum carvq_status check_directory(const char *path, struct carvq_error *error)
{
    char *directory = directory_of(path);
    if (directory == NULL)
        return carvq_fail(error, CARVQ_ERROR_MEMORY, "%s: out of memory", path);
    const int refused = access(directory, W_OK | X_OK), problem = errno;
    free(directory);
    return refused == 0 ? CARVQ_OK : carvq_fail(error, CARVQ_ERROR_IO, "%s: cannot create: %s", path, strerror(problem));
}

enum carvq_status cli_output_check(const char *path, bool force, struct carvq_error *error)
{
    struct stat status;
    if (*path == '\0')
        return carvq_fail(error, CARVQ_ERROR_ARGUMENT, "the name of the output is empty");
    if (lstat(path, &status) != 0)
        return check_directory(path, error);
    if (stat(path, &status) == 0 && !S_ISREG(status.st_mode)) // never put a file in the place of a device
        return carvq_fail(error, CARVQ_ERROR_IO, "%s: %s", path,
                          S_ISDIR(status.st_mode) ? "is a directory" : "is not a regular file");
    return force ? check_directory(path, error) : fail_exists(path, error);
}

bool cli_output_same(const char *a, const char *b)
{
    struct stat first, second;
    char *directories[2] = {directory_of(a), directory_of(b)};
    const bool same = directories[0] != NULL && directories[1] != NULL &&
                      strcmp(a + directory_length(a), b + directory_length(b)) == 0 && stat(directories[0], &first) == 0 &&
                      stat(directories[1], &second) == 0 && first.st_dev == second.st_dev && first.st_ino == second.st_ino;
    free(directories[0]);
    free(directories[1]);
    return same;
}

enum carvq_status cli_output_check_model(const char *path, const struct carvq_checkpoint *checkpoint, struct carvq_error *error)
{
    struct stat output, input;
    const char *file;
    if (stat(path, &output) != 0)
        return CARVQ_OK;
    for (size_t i = 0; (file = carvq_checkpoint_file(checkpoint, i)) != NULL; i++)
        if (stat(file, &input) == 0 && input.st_dev == output.st_dev && input.st_ino == output.st_ino)
            return carvq_fail(error, CARVQ_ERROR_ARGUMENT, "%s: is a file of the model; choose another output", path);
    return CARVQ_OK;
}

// A name in the directory of path, so that rename() stays within one file system.
static char *temporary_name(const char *path)
{
    static const char name[] = ".carvq.XXXXXX";
    const size_t directory = directory_length(path);
    char *temporary = malloc(directory + sizeof name);
    if (temporary != NULL) {
        memcpy(temporary, path, directory);
        memcpy(temporary + directory, name, sizeof name);
    }
    return temporary;
}

enum carvq_status cli_output_open(struct cli_output *output, const char *path, bool force, struct carvq_error *error)
{
    enum carvq_status status = cli_output_check(path, force, error);
    if (status != CARVQ_OK)
        return status;
    cli_catch_signals();
    *output = (struct cli_output){.path = strdup(path), .temporary = temporary_name(path), .descriptor = -1, .force = force};
    if (output->path == NULL || output->temporary == NULL) {
        status = carvq_fail(error, CARVQ_ERROR_MEMORY, "%s: out of memory", path);
    } else {
        output->descriptor = mkstemp(output->temporary);
        if (output->descriptor < 0)
            status = carvq_fail(error, CARVQ_ERROR_IO, "%s: cannot create: %s", path, strerror(errno));
    }
    if (status != CARVQ_OK) {
        free(output->path);
        free(output->temporary);
        return status;
    }
    cli_doom(output->temporary);
    mode_t mask = umask(0);
    umask(mask);
    fchmod(output->descriptor, 0666 & ~mask);
    return CARVQ_OK;
}

enum carvq_status cli_output_write(void *context, uint64_t offset, const void *data, size_t nbytes, struct carvq_error *error)
{
    struct cli_output *output = context;
    const char *bytes = data;
    while (nbytes > 0) {
        ssize_t written = pwrite(output->descriptor, bytes, nbytes, (off_t)offset);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return carvq_fail(error, CARVQ_ERROR_IO, "%s: cannot write: %s", output->path,
                              strerror(written < 0 ? errno : ENOSPC));
        bytes += written;
        nbytes -= (size_t)written;
        offset += (uint64_t)written;
    }
    return CARVQ_OK;
}

// link() instead of rename() does not overwrite; not every file system has it.
int cli_give_name(const char *temporary, const char *path, bool force)
{
    if (!force) {
        if (link(temporary, path) == 0)
            return unlink(temporary);
        if (errno == EEXIST)
            return -1;
    }
    return rename(temporary, path);
}

static void release(struct cli_output *output)
{
    cli_doom(NULL);
    free(output->path);
    free(output->temporary);
    *output = (struct cli_output){.descriptor = -1};
}

enum carvq_status cli_output_commit(struct cli_output *output, struct carvq_error *error)
{
    enum carvq_status status = CARVQ_OK;
    int synced = fsync(output->descriptor), problem = errno;
    if (close(output->descriptor) != 0 || (synced != 0 && problem != EINVAL && problem != ENOTSUP))
        status = carvq_fail(error, CARVQ_ERROR_IO, "%s: cannot write: %s", output->path, strerror(synced != 0 ? problem : errno));
    else if (cli_give_name(output->temporary, output->path, output->force) != 0)
        status = errno == EEXIST ? fail_exists(output->path, error)
                                 : carvq_fail(error, CARVQ_ERROR_IO, "%s: cannot rename: %s", output->path, strerror(errno));
    if (status != CARVQ_OK)
        unlink(output->temporary);
    release(output);
    return status;
}

void cli_output_discard(struct cli_output *output)
{
    close(output->descriptor);
    unlink(output->temporary);
    release(output);
}
