// SPDX-License-Identifier: MIT
// Files for the tests of src/checkpoint: a temporary folder, safetensors files made on the fly. Include cmocka.h first.
#ifndef CARVQ_TESTS_CHECKPOINT_FILES_H
#define CARVQ_TESTS_CHECKPOINT_FILES_H

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_SIZE 512

// A tensor to be written: shape in JSON, e.g. "16,8"; the data are nbytes bytes that depend on name and place.
struct spec {
    const char *name, *dtype, *shape;
    size_t nbytes;
};

static inline void path_in(char path[PATH_SIZE], const char *folder, const char *name)
{
    assert_true(snprintf(path, PATH_SIZE, "%s/%s", folder, name) < PATH_SIZE);
}

static inline void write_file(const char *folder, const char *name, const void *data, size_t nbytes)
{
    char path[PATH_SIZE];
    path_in(path, folder, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, nbytes, file), nbytes);
    assert_int_equal(fclose(file), 0);
}

static inline void write_text(const char *folder, const char *name, const char *text)
{
    write_file(folder, name, text, strlen(text));
}

// The whole file, to be freed.
static inline uint8_t *read_file(const char *folder, const char *name, size_t *nbytes_ret)
{
    char path[PATH_SIZE];
    path_in(path, folder, name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    *nbytes_ret = (size_t)ftell(file);
    rewind(file);
    uint8_t *data = malloc(*nbytes_ret + 1);
    assert_non_null(data);
    assert_int_equal(fread(data, 1, *nbytes_ret, file), *nbytes_ret);
    fclose(file);
    return data;
}

static inline uint8_t spec_byte(const struct spec *spec, size_t i)
{
    return (uint8_t)((unsigned char)spec->name[strlen(spec->name) / 2] * 31u + i * 7u + i / 256u);
}

// A header of these bytes, with its length in front, then nbytes of data.
static inline void write_raw(const char *folder, const char *name, const char *header, const void *data, size_t nbytes)
{
    size_t length = strlen(header);
    uint8_t *file = malloc(8 + length + nbytes);
    assert_non_null(file);
    for (int i = 0; i < 8; i++)
        file[i] = (uint8_t)((uint64_t)length >> (8 * i));
    memcpy(file + 8, header, length);
    if (nbytes > 0)
        memcpy(file + 8 + length, data, nbytes);
    write_file(folder, name, file, 8 + length + nbytes);
    free(file);
}

// A sound file with these tensors. metadata: members of __metadata__, or "".
static inline void write_safetensors(const char *folder, const char *name, const char *metadata, const struct spec *specs,
                                     size_t count)
{
    size_t nbytes = 0, size = strlen(metadata) + 64, used;
    for (size_t i = 0; i < count; i++) {
        nbytes += specs[i].nbytes;
        size += strlen(specs[i].name) + strlen(specs[i].shape) + 120;
    }
    char *header = malloc(size);
    uint8_t *data = malloc(nbytes + 1);
    assert_true(header != NULL && data != NULL);
    used = (size_t)snprintf(header, size, "{\"__metadata__\":{%s}", metadata);
    nbytes = 0;
    for (size_t i = 0; i < count; i++) {
        used += (size_t)snprintf(header + used, size - used,
                                 ",\"%s\":{\"dtype\":\"%s\",\"shape\":[%s],\"data_offsets\":[%zu,%zu]}", specs[i].name,
                                 specs[i].dtype, specs[i].shape, nbytes, nbytes + specs[i].nbytes);
        for (size_t j = 0; j < specs[i].nbytes; j++)
            data[nbytes + j] = spec_byte(&specs[i], j);
        nbytes += specs[i].nbytes;
    }
    snprintf(header + used, size - used, "}");
    write_raw(folder, name, header, data, nbytes);
    free(header);
    free(data);
}

// The temporary folder of a test, as cmocka's state.
static inline int make_folder(void **state)
{
    const char *base = getenv("TMPDIR");
    char path[PATH_SIZE];
    snprintf(path, sizeof path, "%s/carvq-test-XXXXXX", base != NULL ? base : "/tmp");
    *state = mkdtemp(path) != NULL ? strdup(path) : NULL;
    return *state == NULL;
}

static inline void remove_tree(const char *path)
{
    DIR *directory = opendir(path);
    for (struct dirent *entry; directory != NULL && (entry = readdir(directory)) != NULL;) {
        char child[PATH_SIZE];
        struct stat info;
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        path_in(child, path, entry->d_name);
        if (lstat(child, &info) == 0 && S_ISDIR(info.st_mode))
            remove_tree(child);
        else
            unlink(child);
    }
    if (directory != NULL)
        closedir(directory);
    rmdir(path);
}

static inline int remove_folder(void **state)
{
    remove_tree(*state);
    free(*state);
    return 0;
}

// A new folder inside the folder; its path is in path.
static inline void make_subfolder(char path[PATH_SIZE], const char *folder, const char *name)
{
    path_in(path, folder, name);
    assert_int_equal(mkdir(path, 0777), 0);
}

// That a call failed with this status and a message in one line that begins with the path and holds cause.
static inline void check_error(enum carvq_status status, enum carvq_status wanted, const struct carvq_error *error,
                               const char *path, const char *cause)
{
    if (status != wanted || error->status != wanted)
        fail_msg("status %d, not %d (%s)", (int)status, (int)wanted, status != CARVQ_OK ? error->message : "");
    if (strncmp(error->message, path, strlen(path)) != 0 || strstr(error->message, cause) == NULL ||
        strchr(error->message, '\n') != NULL)
        fail_msg("message '%s' does not begin with '%s' or does not hold '%s'", error->message, path, cause);
}

#endif
