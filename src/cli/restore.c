// SPDX-License-Identifier: MIT
// carvq restore: a copy of a model in which the tables have the values of a compressed file.
#define _POSIX_C_SOURCE 200809L
#define _XOPEN_SOURCE 700 // mkdtemp()
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/status.h"
#include "cli.h"

struct settings {
    const char *output;
    struct cli_list tensors;
    bool force, json;
};

// The rows of a compressed table, for carvq_checkpoint_copy().
static enum carvq_status read_rows(void *context, uint64_t row, size_t nrows, float *rows_ret, struct carvq_error *error)
{
    enum { BATCH = 64 };
    const struct carvq_table *table = *(const struct carvq_table *const *)context;
    const uint32_t cols = carvq_info(table)->cols;
    for (size_t done = 0, count; done < nrows; done += count) {
        uint32_t ids[BATCH];
        count = nrows - done < BATCH ? nrows - done : BATCH;
        for (size_t i = 0; i < count; i++)
            ids[i] = (uint32_t)(row + done + i);
        enum carvq_status status = carvq_lookup(table, ids, count, rows_ret + done * cols, cols, error);
        if (status != CARVQ_OK)
            return status;
    }
    return CARVQ_OK;
}

static int show_progress(void *context, uint64_t done, uint64_t total)
{
    return cli_progress_step(context, "restore", done, total, "B");
}

// What to do with an entry of a directory; 0: go on.
struct visit {
    int (*act)(struct visit *visit, const char *path, const char *name);
    const char *target; // a directory
    bool force;
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

// Makes the copy in a directory of its own: within the target if that exists (it may be a mount point), else beside it.
static enum carvq_status copy_by_way_of(char *temporary, const struct carvq_checkpoint *checkpoint,
                                        const struct carvq_checkpoint_replacement *replacements, size_t count,
                                        const char *directory, bool exists, bool force, struct carvq_error *error)
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
    if (status == CARVQ_OK && exists)
        status = move_into(temporary, directory, force, error);
    else if (status == CARVQ_OK && rename(temporary, directory) != 0)
        status = carvq_fail(error, CARVQ_ERROR_IO, "%s: cannot create: %s", directory, strerror(errno));
    if (status != CARVQ_OK || exists)
        remove_directory(temporary);
    return status;
}

static enum carvq_status write_copy(const struct carvq_checkpoint *checkpoint,
                                    const struct carvq_checkpoint_replacement *replacements, size_t count,
                                    const struct settings *settings, struct carvq_error *error)
{
    bool exists;
    enum carvq_status status = check_output(checkpoint, settings->output, settings->force, &exists, error);
    if (status != CARVQ_OK)
        return status;
    size_t length = strlen(settings->output);
    while (length > 1 && settings->output[length - 1] == '/')
        length--;
    char *directory = strndup(settings->output, length), *temporary = NULL;
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
        status = carvq_fail(error, CARVQ_ERROR_MEMORY, "%s: out of memory", settings->output);
    else
        status = copy_by_way_of(temporary, checkpoint, replacements, count, directory, exists, settings->force, error);
    free(directory);
    free(temporary);
    return status;
}

// What is replaced: the tables, and the copies of them that are stored under other names.
struct work {
    struct carvq_checkpoint_table *originals;
    struct carvq_checkpoint_replacement *replacements;
    size_t count;
};

// The same table where a copy of it is stored.
static enum carvq_status add_copy(const struct carvq_checkpoint *checkpoint, const char *name, const struct carvq_table **table,
                                  struct work *work, struct carvq_error *error)
{
    struct carvq_checkpoint_table *found;
    size_t count;
    for (size_t i = 0; i < work->count; i++) // a table of its own in the file
        if (strcmp(work->originals[i].tensor->name, name) == 0)
            return CARVQ_OK;
    enum carvq_status status = carvq_checkpoint_tables(checkpoint, &name, 1, &found, &count, error);
    if (status != CARVQ_OK)
        return status;
    work->originals[work->count] = found[0];
    work->replacements[work->count] = (struct carvq_checkpoint_replacement){&work->originals[work->count], read_rows, table};
    work->count++;
    free(found);
    return CARVQ_OK;
}

static enum carvq_status find_all(const struct carvq_table **tables, size_t count, const struct carvq_checkpoint *checkpoint,
                                  struct work *work, struct carvq_error *error)
{
    enum carvq_status status = CARVQ_OK;
    for (; work->count < count && status == CARVQ_OK; work->count++) {
        const size_t i = work->count;
        status = cli_original(checkpoint, carvq_info(tables[i]), &work->originals[i], error);
        work->replacements[i] = (struct carvq_checkpoint_replacement){&work->originals[i], read_rows, &tables[i]};
    }
    for (size_t i = 0; i < count && status == CARVQ_OK; i++) {
        const struct carvq_checkpoint_table *original = &work->originals[i];
        for (size_t k = 0; k < original->copy_count && status == CARVQ_OK; k++)
            status = add_copy(checkpoint, original->copies[k]->name, &tables[i], work, error);
    }
    for (size_t i = 0; i < count && status == CARVQ_OK; i++) {
        const struct carvq_tensor *head = work->originals[i].untied_by;
        bool replaced = head == NULL;
        for (size_t k = 0; k < work->count && !replaced; k++)
            replaced = work->originals[k].tensor == head;
        if (!replaced)
            cli_note("%s: tensor '%s' has other values than the table, although config.json ties it: it stays as it is",
                     head->file, head->name);
    }
    return status;
}

static enum carvq_status restore(const struct carvq_table **tables, size_t count, const struct carvq_checkpoint *checkpoint,
                                 const struct settings *settings, size_t *replaced_ret, struct carvq_error *error)
{
    enum carvq_status status = CARVQ_OK;
    const size_t most = count * (1 + CARVQ_MAX_COPIES);
    struct work work = {calloc(most, sizeof *work.originals), calloc(most, sizeof *work.replacements), 0};
    if (work.originals == NULL || work.replacements == NULL)
        status = carvq_fail(error, CARVQ_ERROR_MEMORY, "out of memory");
    else
        status = find_all(tables, count, checkpoint, &work, error);
    if (status == CARVQ_OK)
        status = write_copy(checkpoint, work.replacements, work.count, settings, error);
    *replaced_ret = work.count;
    free(work.originals);
    free(work.replacements);
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

static int report_json(const struct carvq_table **tables, size_t count, const char *path, const char *model,
                       const struct settings *settings)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, cli_table_json(carvq_info(tables[i])));
    return cli_print_json(json_pack("{sosososo}", "file", cli_text(path), "model", cli_text(model), "output",
                                    cli_text(settings->output), "tables", list));
}

static int report(size_t count, size_t replaced, const struct carvq_checkpoint *checkpoint, const char *model,
                  const struct settings *settings)
{
    printf("%s: a copy of %s with %zu table%s replaced", cli_safe(settings->output), cli_safe(model), count,
           count == 1 ? "" : "s");
    if (replaced > count)
        printf(", and %zu stored cop%s", replaced - count, replaced == count + 1 ? "y" : "ies");
    putchar('\n');
    struct visit visit = {.act = name_directory};
    if (strcmp(carvq_checkpoint_directory(checkpoint), carvq_checkpoint_path(checkpoint)) == 0)
        for_each(model, &visit);
    return cli_finish();
}

static int run_restore(const char *path, const char *model, const struct settings *settings)
{
    struct carvq_error error;
    struct carvq_file *file;
    struct carvq_checkpoint *checkpoint = NULL;
    const struct carvq_table *tables[CARVQ_MAX_TABLES];
    size_t count, replaced = 0;
    if (cli_open_file(path, model, &file, &error) != CARVQ_OK)
        return cli_fail(&error);
    cli_catch_signals();
    enum carvq_status status = cli_open_model(model, &checkpoint, &error);
    if (status == CARVQ_OK)
        status = cli_select(file, path, &settings->tensors, tables, &count, &error);
    if (status == CARVQ_OK)
        status = restore(tables, count, checkpoint, settings, &replaced, &error);
    int result;
    if (status != CARVQ_OK)
        result = cli_fail(&error);
    else if (settings->json)
        result = report_json(tables, count, path, model, settings);
    else
        result = report(count, replaced, checkpoint, model, settings);
    carvq_checkpoint_close(checkpoint);
    carvq_close(file);
    return result;
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
    const struct cli_usage usage = {
        "restore",
        "FILE MODEL -o DIR",
        "Writes a copy of a model in which the tables have the values of the compressed file, in their original\n"
        "type, so that any other tool can evaluate it. All other tensors, names and files stay as they are;\n"
        "sub-directories are not copied.",
        options,
        2,
        2};
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
