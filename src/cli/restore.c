// SPDX-License-Identifier: MIT
// carvq restore: a copy of a model in which the tables have the values of a compressed file.
#include <stdlib.h>
#include <string.h>

#include "runtime/status.h"
#include "cli.h"

struct settings {
    const char *output;
    struct cli_list tensors;
    bool force, json;
};

enum carvq_status cli_read_rows(void *context, uint64_t row, size_t nrows, float *rows_ret, struct carvq_error *error)
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

// What is replaced: the tables, and the copies of them that are stored under other names.
struct work {
    struct carvq_checkpoint_table *originals;
    struct carvq_checkpoint_replacement *replacements;
    size_t count;
    const struct carvq_checkpoint *checkpoint;
};

static enum carvq_status fill(void *context, const char *directory, struct cli_progress *progress, struct carvq_error *error)
{
    const struct work *work = context;
    return carvq_checkpoint_copy(work->checkpoint, work->replacements, work->count, directory, show_progress, progress, error);
}

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
    work->replacements[work->count] = (struct carvq_checkpoint_replacement){&work->originals[work->count], cli_read_rows, table};
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
        work->replacements[i] = (struct carvq_checkpoint_replacement){&work->originals[i], cli_read_rows, &tables[i]};
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
    struct work work = {calloc(most, sizeof *work.originals), calloc(most, sizeof *work.replacements), 0, checkpoint};
    if (work.originals == NULL || work.replacements == NULL)
        status = carvq_fail(error, CARVQ_ERROR_MEMORY, "out of memory");
    else
        status = find_all(tables, count, checkpoint, &work, error);
    if (status == CARVQ_OK)
        status = cli_directory_write(&(struct cli_directory){settings->output, settings->force, fill, &work}, checkpoint, error);
    *replaced_ret = work.count;
    free(work.originals);
    free(work.replacements);
    return status;
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
    cli_directory_name_left_out(checkpoint);
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
