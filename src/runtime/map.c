// SPDX-License-Identifier: MIT
// A file mapped read-only: by POSIX, or by Windows, where a path is UTF-8, too.
#define _POSIX_C_SOURCE 200809L
#define _FILE_OFFSET_BITS 64
#include "map.h"

#ifdef CARVQ_NO_FILE_MAP

typedef int carvq_no_file_map; // an empty translation unit is not C11

#else

#include <errno.h>
#include <string.h>

#include "status.h"

static enum carvq_status fail(const char *path, const char *cause, struct carvq_error *error)
{
    return carvq_fail(error, CARVQ_ERROR_IO, "%s: %s", path, cause);
}

#ifdef _WIN32

#define WIN32_LEAN_AND_MEAN
#include <windows.h>

#define MAX_PATH_UNITS 32768 // with a NUL

static enum carvq_status fail_system(const char *path, struct carvq_error *error)
{
    const DWORD code = GetLastError();
    if (code == ERROR_FILE_NOT_FOUND || code == ERROR_PATH_NOT_FOUND)
        return fail(path, strerror(ENOENT), error);
    if (code == ERROR_ACCESS_DENIED || code == ERROR_SHARING_VIOLATION)
        return fail(path, strerror(EACCES), error);
    return carvq_fail(error, CARVQ_ERROR_IO, "%s: Windows error %lu", path, code);
}

static enum carvq_status map_handle(HANDLE file, const char *path, struct carvq_map *map_ret, struct carvq_error *error)
{
    LARGE_INTEGER size;
    if (GetFileType(file) != FILE_TYPE_DISK)
        return fail(path, "not a regular file", error);
    if (!GetFileSizeEx(file, &size))
        return fail_system(path, error);
    if (size.QuadPart == 0)
        return CARVQ_OK;
    if ((uint64_t)size.QuadPart > SIZE_MAX)
        return fail(path, "too large for this machine's address space", error);
    HANDLE mapping = CreateFileMappingW(file, NULL, PAGE_READONLY, 0, 0, NULL);
    if (mapping == NULL)
        return fail_system(path, error);
    const void *data = MapViewOfFile(mapping, FILE_MAP_READ, 0, 0, 0);
    enum carvq_status status = data == NULL ? fail_system(path, error) : CARVQ_OK;
    CloseHandle(mapping); // the view keeps it
    if (status == CARVQ_OK)
        *map_ret = (struct carvq_map){data, (size_t)size.QuadPart};
    return status;
}

enum carvq_status carvq_map_open(const char *path, struct carvq_map *map_ret, struct carvq_error *error)
{
    wchar_t wide[MAX_PATH_UNITS];
    *map_ret = (struct carvq_map){(const uint8_t *)"", 0};
    if (MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, path, -1, wide, MAX_PATH_UNITS) == 0)
        return fail(path, "the path is not UTF-8, or too long", error);
    const DWORD attributes = GetFileAttributesW(wide);
    if (attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0)
        return fail(path, "is a directory", error);
    HANDLE file = CreateFileW(wide, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_DELETE, NULL, OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL,
                              NULL);
    if (file == INVALID_HANDLE_VALUE)
        return fail_system(path, error);
    enum carvq_status status = map_handle(file, path, map_ret, error);
    CloseHandle(file);
    return status;
}

#else

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static enum carvq_status map_descriptor(int descriptor, const char *path, struct carvq_map *map_ret, struct carvq_error *error)
{
    struct stat status;
    if (fstat(descriptor, &status) != 0)
        return fail(path, strerror(errno), error);
    if (!S_ISREG(status.st_mode))
        return fail(path, S_ISDIR(status.st_mode) ? "is a directory" : "not a regular file", error);
    if (status.st_size == 0)
        return CARVQ_OK;
    if ((uintmax_t)status.st_size > SIZE_MAX)
        return fail(path, "too large for this machine's address space", error);
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
    *map_ret = (struct carvq_map){(const uint8_t *)"", 0};
    if (descriptor < 0)
        return fail(path, strerror(errno), error);
    enum carvq_status status = map_descriptor(descriptor, path, map_ret, error);
    close(descriptor);
    return status;
}

#endif

void carvq_map_close(struct carvq_map *map)
{
    if (map->size > 0)
#ifdef _WIN32
        UnmapViewOfFile(map->data);
#else
        munmap((void *)(uintptr_t)map->data, map->size);
#endif
    *map = (struct carvq_map){(const uint8_t *)"", 0};
}

#endif
