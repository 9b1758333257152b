// SPDX-License-Identifier: MIT
#define _POSIX_C_SOURCE 200809L
#define _XOPEN_SOURCE 700 // mkdtemp()
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/status.h"
#include "cli.h"

struct settings {
    const char *output;
    struct cli_list tensors;
    bool force, json;
};

// The rows of a compressed table, for carvq_checkpoint_copy().
static enum carvq_status read_rows(void *context, uint64_t row, size_t nrows, float *rows_ret, struct carvq_error *error)
{
    const struct carvq_table *table = *(const struct carvq_table *const *)context;
    const uint32_t cols = carvq_table_info(table)->cols;
    for (size_t i = 0; i < nrows; i++) {
        uint32_t id = (uint32_t)(row + i);
        enum carvq_status status = carvq_lookup(table, &id, 1, rows_ret + i * cols, cols, error);
        if (status != CARVQ_OK)
            return status;
    }
    return CARVQ_OK;
}

static int show_progress(void *context, uint64_t done, uint64_t total)
{
    return cli_progress_step(context, "restore", done, total, "B");
}

// Calls act for the path of every entry of a directory (which holds no directories) and the same name in target.
static int for_each_file(const char *directory, const char *target, int (*act)(const char *path, const char *target_path))
{
    DIR *stream = opendir(directory);
    if (stream == NULL)
        return -1;
    int result = 0;
    for (struct dirent *entry; result == 0 && (entry = readdir(stream)) != NULL;) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        size_t size = strlen(directory) + strlen(target) + strlen(entry->d_name) + 2;
        char *path = malloc(2 * size);
        if (path == NULL) {
            result = -1;
            break;
        }
        snprintf(path, size, "%s/%s", directory, entry->d_name);
        snprintf(path + size, size, "%s/%s", target, entry->d_name);
        result = act(path, path + size);
        free(path);
    }
    closedir(stream);
    return result;
}

static int remove_file(const char *path, const char *target_path)
{
    (void)target_path;
    return unlink(path);
}

static void remove_directory(const char *directory)
{
    for_each_file(directory, directory, remove_file);
    rmdir(directory);
}

// A path without slashes at its end, so that a name can be put before its last part.
static char *copy_path(const char *path)
{
    char *copy = strdup(path);
    for (size_t length = copy != NULL ? strlen(copy) : 0; length > 1 && copy[length - 1] == '/'; length--)
        copy[length - 1] = '\0';
    return copy;
}

// Exists with something in it?
static bool is_occupied(const char *path)
{
    struct stat status;
    if (lstat(path, &status) != 0)
        return false;
    DIR *stream = S_ISDIR(status.st_mode) ? opendir(path) : NULL;
    if (stream == NULL)
        return true;
    int entries = 0;
    while (readdir(stream) != NULL)
        entries++;
    closedir(stream);
    return entries > 2;
}

static enum carvq_status check_output(const struct carvq_checkpoint *checkpoint, const char *directory, bool force, struct carvq_error *error)
{
    struct stat output, input;
    if (stat(directory, &output) == 0 && stat(carvq_checkpoint_directory(checkpoint), &input) == 0 && output.st_dev == input.st_dev &&
        output.st_ino == input.st_ino)
        return carvq_fail(error, CARVQ_ERROR_ARGUMENT, "%s: is the directory of the model itself", directory);
    if (!force && is_occupied(directory))
        return carvq_fail(error, CARVQ_ERROR_IO, "%s: exists already; --force overwrites its files", directory);
    return CARVQ_OK;
}

// The finished copy gets its name: at once where there is nothing, file by file where there is a directory.
static int give_name(const char *temporary, const char *directory)
{
    if (rename(temporary, directory) == 0)
        return 0;
    if (errno != ENOTEMPTY && errno != EEXIST)
        return -1;
    return for_each_file(temporary, directory, rename) == 0 ? rmdir(temporary) : -1;
}

static enum carvq_status copy_into(const struct carvq_checkpoint *checkpoint, const struct carvq_checkpoint_replacement *replacements,
                                   size_t count, const char *directory, char *temporary, struct carvq_error *error)
{
    struct cli_progress progress;
    if (mkdtemp(temporary) == NULL)
        return carvq_fail(error, CARVQ_ERROR_IO, "%s: cannot create: %s", directory, strerror(errno));
    mode_t mask = umask(0);
    umask(mask);
    chmod(temporary, 0777 & ~mask);
    cli_progress_begin(&progress);
    enum carvq_status status = carvq_checkpoint_copy(checkpoint, replacements, count, temporary, show_progress, &progress, error);
    cli_progress_end(&progress);
    if (status == CARVQ_OK && give_name(temporary, directory) != 0)
        status = carvq_fail(error, CARVQ_ERROR_IO, "%s: cannot create: %s", directory, strerror(errno));
    if (status != CARVQ_OK)
        remove_directory(temporary);
    return status;
}

static enum carvq_status write_copy(const struct carvq_checkpoint *checkpoint, const struct carvq_checkpoint_replacement *replacements,
                                    size_t count, const struct settings *settings, struct carvq_error *error)
{
    enum carvq_status status = CARVQ_ERROR_MEMORY;
    char *directory = copy_path(settings->output);
    size_t size = strlen(settings->output) + sizeof ".XXXXXX";
    char *temporary = malloc(size);
    if (directory == NULL || temporary == NULL) {
        carvq_fail(error, status, "%s: out of memory", settings->output);
    } else {
        snprintf(temporary, size, "%s.XXXXXX", directory);
        status = check_output(checkpoint, directory, settings->force, error);
        if (status == CARVQ_OK)
            status = copy_into(checkpoint, replacements, count, directory, temporary, error);
    }
    free(directory);
    free(temporary);
    return status;
}

static enum carvq_status restore(const struct carvq_file *file, const char *path, const struct carvq_checkpoint *checkpoint,
                                 const struct settings *settings, size_t *count_ret, struct carvq_error *error)
{
    const struct carvq_table *tables[CARVQ_MAX_TABLES];
    enum carvq_status status = cli_select(file, path, &settings->tensors, tables, count_ret, error);
    if (status != CARVQ_OK)
        return status;
    const size_t count = *count_ret;
    struct carvq_checkpoint_table *originals = calloc(count, sizeof *originals);
    struct carvq_checkpoint_replacement *replacements = calloc(count, sizeof *replacements);
    if (originals == NULL || replacements == NULL)
        status = carvq_fail(error, CARVQ_ERROR_MEMORY, "out of memory");
    for (size_t i = 0; i < count && status == CARVQ_OK; i++) {
        status = cli_original(checkpoint, carvq_table_info(tables[i]), &originals[i], error);
        replacements[i] = (struct carvq_checkpoint_replacement){&originals[i], read_rows, &tables[i]};
    }
    if (status == CARVQ_OK)
        status = write_copy(checkpoint, replacements, count, settings, error);
    free(originals);
    free(replacements);
    return status;
}

static int run_restore(const char *path, const char *model, const struct settings *settings)
{
    struct carvq_error error;
    struct carvq_file *file;
    struct carvq_checkpoint *checkpoint;
    size_t count = 0;
    if (carvq_open(path, &file, &error) != CARVQ_OK)
        return cli_fail(&error);
    enum carvq_status status = carvq_checkpoint_open(model, &checkpoint, &error);
    if (status == CARVQ_OK) {
        cli_catch_signals();
        status = restore(file, path, checkpoint, settings, &count, &error);
        carvq_checkpoint_close(checkpoint);
    }
    carvq_close(file);
    if (status != CARVQ_OK)
        return cli_fail(&error);
    if (settings->json)
        return cli_print_json(json_pack("{sssssssI}", "file", path, "model", model, "output", settings->output, "tables", (json_int_t)count));
    printf("%s: a copy of %s with %zu table%s replaced\n", cli_safe(settings->output), cli_safe(model), count, count == 1 ? "" : "s");
    return cli_finish();
}

static int run(int argc, char **argv)
{
    struct settings settings = {0};
    const struct cli_option options[] = {
        {"output", 'o', CLI_STRING, &settings.output, "DIR", "directory to make (required)", 0, 0},
        {"tensor", 't', CLI_LIST, &settings.tensors, "NAME", "replace only this table; repeatable", 0, 0},
        {"force", 'f', CLI_FLAG, &settings.force, NULL, "overwrite files in DIR", 0, 0},
        {"json", 0, CLI_FLAG, &settings.json, NULL, "print one JSON object instead of text", 0, 0},
        {.kind = CLI_END},
    };
    const struct cli_usage usage = {"restore", "FILE MODEL -o DIR",
                                    "Writes a copy of a model in which the tables have the values of the compressed file, in their original\n"
                                    "type, so that any other tool can evaluate it. All other tensors, names and files stay as they are.",
                                    options, 2, 2};
    int first, status = cli_parse(&usage, argc, argv, &first);
    if (status >= 0)
        return status;
    if (settings.output == NULL || *settings.output == '\0')
        return cli_misuse("restore", "where to? -o DIR is missing");
    status = run_restore(argv[first], argv[first + 1], &settings);
    cli_reraise();
    return status;
}

const struct cli_command cli_restore = {"restore", "write a copy of a model with the table decoded", run};
