// SPDX-License-Identifier: MIT
#define _POSIX_C_SOURCE 200809L
#define _FILE_OFFSET_BITS 64
#include "map.h"

#ifdef CARVQ_NO_FILE_MAP

typedef int carvq_no_file_map; // an empty translation unit is not C11

#else

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "status.h"

static enum carvq_status map_descriptor(int descriptor, const char *path, struct carvq_map *map_ret, struct carvq_error *error)
{
    struct stat status;
    if (fstat(descriptor, &status) != 0)
        return carvq_fail(error, CARVQ_ERROR_IO, "%s: %s", path, strerror(errno));
    if (!S_ISREG(status.st_mode))
        return carvq_fail(error, CARVQ_ERROR_IO, "%s: %s", path,
                          S_ISDIR(status.st_mode) ? "is a directory" : "not a regular file");
    if (status.st_size == 0) {
        *map_ret = (struct carvq_map){(const uint8_t *)"", 0};
        return CARVQ_OK;
    }
    if ((uintmax_t)status.st_size > SIZE_MAX)
        return carvq_fail(error, CARVQ_ERROR_IO, "%s: too large for this machine's address space", path);
    void *data = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, descriptor, 0);
    if (data == MAP_FAILED)
        return carvq_fail(error, CARVQ_ERROR_IO, "%s: cannot map: %s", path, strerror(errno));
    *map_ret = (struct carvq_map){data, (size_t)status.st_size};
    return CARVQ_OK;
}

enum carvq_status carvq_map_open(const char *path, struct carvq_map *map_ret, struct carvq_error *error)
{
    // O_NONBLOCK: a FIFO must not hang us before fstat() can refuse it.
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0)
        return carvq_fail(error, CARVQ_ERROR_IO, "%s: %s", path, strerror(errno));
    enum carvq_status status = map_descriptor(descriptor, path, map_ret, error);
    close(descriptor);
    return status;
}

void carvq_map_close(struct carvq_map *map)
{
    if (map->size > 0)
        munmap((void *)(uintptr_t)map->data, map->size);
    *map = (struct carvq_map){(const uint8_t *)"", 0};
}

#endif
