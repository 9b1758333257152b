// SPDX-License-Identifier: MIT
// carvq pack: a model without its tables, and the compressed file in their place. carvq unpack: the plain model again.
#define _POSIX_C_SOURCE 200809L
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/half.h"
#include "runtime/status.h"
#include "cli.h"

#define BESIDE "tables.carvq.safetensors" // the compressed file in the packed directory
#define KEY "\n  \"carvq\": "             // what config.json gets, behind its first bracket: one line

struct settings {
    const char *table, *output;
    bool force;
};

// What a directory is made from.
struct work {
    const struct settings *settings;
    struct carvq_checkpoint *checkpoint;
    struct carvq_file *file;
    char *file_path, *config;
    const struct carvq_tensor **removals;
    struct carvq_checkpoint_addition *additions;
    struct carvq_checkpoint_table *shapes; // of additions
    const struct carvq_table **tables;     // of additions
    size_t count;
    struct carvq_checkpoint_change change;
};

static int show_progress(void *context, uint64_t done, uint64_t total)
{
    return cli_progress_step(context, "copy", done, total, "B");
}

static void release(struct work *work)
{
    free(work->file_path);
    free(work->config);
    free(work->removals);
    free(work->additions);
    free(work->shapes);
    free(work->tables);
    carvq_close(work->file);
    carvq_checkpoint_close(work->checkpoint);
}

static enum carvq_status fail_memory(const struct work *work, struct carvq_error *error)
{
    return carvq_fail(error, CARVQ_ERROR_MEMORY, "%s: out of memory", carvq_checkpoint_path(work->checkpoint));
}

static enum carvq_status fill(void *context, const char *directory, struct cli_progress *progress, struct carvq_error *error)
{
    const struct work *work = context;
    enum carvq_status status = carvq_checkpoint_rewrite(work->checkpoint, &work->change, directory, show_progress, progress,
                                                        error);
    if (status != CARVQ_OK || work->change.removal_count == 0)
        return status;
    char path[8192];
    snprintf(path, sizeof path, "%s/" BESIDE, directory);
    return cli_copy_file(work->settings->table, path, error);
}

// ---- config.json, as text: everything else in it stays as it is

static enum carvq_status read_config(const struct work *work, char **text_ret, struct carvq_error *error)
{
    const char *path = carvq_checkpoint_config_path(work->checkpoint);
    *text_ret = carvq_checkpoint_config(work->checkpoint) != NULL ? cli_read_whole(path) : strdup("{\n}\n");
    return *text_ret != NULL ? CARVQ_OK : carvq_fail(error, CARVQ_ERROR_IO, "%s: cannot read", path);
}

// Puts the line about the tables into config.json.
static enum carvq_status add_line(struct work *work, const json_t *about, struct carvq_error *error)
{
    char *text, *line = json_dumps(about, JSON_COMPACT | JSON_PRESERVE_ORDER);
    enum carvq_status status = read_config(work, &text, error);
    char *bracket = text != NULL ? strchr(text, '{') : NULL;
    if (status == CARVQ_OK && line != NULL && bracket != NULL) {
        const size_t size = strlen(text) + strlen(line) + sizeof KEY + 2;
        const char *rest = bracket + 1 + strspn(bracket + 1, " \t\r\n");
        work->config = malloc(size);
        if (work->config != NULL)
            snprintf(work->config, size, "%.*s" KEY "%s%s%s", (int)(bracket + 1 - text), text, line, *rest == '}' ? "" : ",",
                     bracket + 1);
    }
    if (status == CARVQ_OK && work->config == NULL)
        status = fail_memory(work, error);
    free(text);
    free(line);
    return status;
}

// Takes it out again; where a program wrote the file anew, by writing it once more.
static enum carvq_status remove_line(struct work *work, const json_t *about, struct carvq_error *error)
{
    char *text, *line = json_dumps(about, JSON_COMPACT | JSON_PRESERVE_ORDER);
    enum carvq_status status = line != NULL ? read_config(work, &text, error) : fail_memory(work, error);
    if (status != CARVQ_OK) {
        free(line);
        return status;
    }
    char *bracket = strchr(text, '{');
    const size_t length = strlen(line);
    const bool is_own = bracket != NULL && strncmp(bracket + 1, KEY, sizeof KEY - 1) == 0 &&
                        strncmp(bracket + sizeof KEY, line, length) == 0;
    free(line);
    if (is_own) {
        const char *rest = bracket + sizeof KEY + length;
        rest += *rest == ',';
        memmove(bracket + 1, rest, strlen(rest) + 1);
        work->config = text;
        if (strcmp(text, "{\n}\n") == 0) // there was none
            text[0] = '\0';
        return CARVQ_OK;
    }
    free(text);
    json_t *config = json_copy((json_t *)(uintptr_t)carvq_checkpoint_config(work->checkpoint));
    json_object_del(config, "carvq");
    work->config = json_dumps(config, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
    json_decref(config);
    return work->config != NULL ? CARVQ_OK : fail_memory(work, error);
}

// ---- pack

static json_t *describe(const struct work *work, const struct carvq_tensor *tensor, const struct carvq_checkpoint_table *original,
                        const char *table)
{
    size_t place;
    const char *file = carvq_checkpoint_place(work->checkpoint, tensor, &place);
    return json_pack("{sssssssIsssIsI}", "tensor", tensor->name, "table", table, "file", file, "place", (json_int_t)place,
                     "dtype", carvq_tensor_type_name(tensor->type), "rows", (json_int_t)original->rows, "cols",
                     (json_int_t)original->cols);
}

// One of the tables and its copies leave the model.
static enum carvq_status remove_table(struct work *work, const struct carvq_table *table, json_t *list, struct carvq_error *error)
{
    const struct carvq_table_info *info = carvq_info(table);
    struct carvq_checkpoint_table original;
    enum carvq_status status = cli_original(work->checkpoint, info, &original, error);
    if (status != CARVQ_OK)
        return status;
    for (size_t i = 0; i <= original.copy_count; i++) {
        const struct carvq_tensor *tensor = i == 0 ? original.tensor : original.copies[i - 1];
        work->removals[work->change.removal_count++] = tensor;
        if (json_array_append_new(list, describe(work, tensor, &original, info->name)) != 0)
            return fail_memory(work, error);
    }
    return CARVQ_OK;
}

static enum carvq_status plan_pack(struct work *work, struct carvq_error *error)
{
    json_t *list = json_array(), *about = json_pack("{ssso}", "file", BESIDE, "tensors", list);
    work->count = carvq_table_count(work->file);
    work->removals = calloc(work->count * (1 + CARVQ_MAX_COPIES), sizeof *work->removals);
    enum carvq_status status = work->removals == NULL || about == NULL ? fail_memory(work, error) : CARVQ_OK;
    for (size_t i = 0; i < work->count && status == CARVQ_OK; i++)
        status = remove_table(work, carvq_table_at(work->file, i), list, error);
    if (status == CARVQ_OK)
        status = add_line(work, about, error);
    json_decref(about);
    work->change.removals = work->removals;
    work->change.config = work->config;
    return status;
}

static enum carvq_status pack(struct work *work, const char *model, struct carvq_error *error)
{
    enum carvq_status status = cli_open_file(work->settings->table, model, &work->file, error);
    if (status == CARVQ_OK)
        status = cli_open_model(model, &work->checkpoint, error);
    if (status == CARVQ_OK && strcmp(carvq_checkpoint_directory(work->checkpoint), carvq_checkpoint_path(work->checkpoint)) != 0)
        status = carvq_fail(error, CARVQ_ERROR_ARGUMENT, "%s: is a single file; give the model's directory", model);
    if (status == CARVQ_OK && carvq_checkpoint_packed(work->checkpoint) != NULL)
        status = carvq_fail(error, CARVQ_ERROR_ARGUMENT, "%s: is packed already", model);
    if (status == CARVQ_OK)
        status = plan_pack(work, error);
    if (status != CARVQ_OK)
        return status;
    return cli_directory_write(&(struct cli_directory){work->settings->output, work->settings->force, fill, work},
                               work->checkpoint, error);
}

static int report_pack(const struct work *work, const char *model)
{
    const uint64_t before = cli_directory_bytes(model), after = cli_directory_bytes(work->settings->output);
    uint64_t tables = 0;
    for (size_t i = 0; i < work->change.removal_count; i++)
        tables += work->removals[i]->nbytes;
    printf("%s: %s without %zu tensor%s of %s, and " BESIDE "\n  %s -> %s (%.1f %%)\n", cli_safe(work->settings->output),
           cli_safe(model), work->change.removal_count, work->change.removal_count == 1 ? "" : "s", cli_bytes(tables),
           cli_bytes(before), cli_bytes(after), 100 * (double)after / (double)before);
    printf("'carvq unpack %s -o DIR' makes a plain model of it\n", cli_safe(work->settings->output));
    cli_directory_name_left_out(work->checkpoint);
    return cli_finish();
}

// ---- unpack

static enum carvq_status fail_entry(const struct work *work, size_t i, const char *cause, struct carvq_error *error)
{
    return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: carvq.tensors: entry %zu: %s; pack the model again",
                      carvq_checkpoint_config_path(work->checkpoint), i, cause);
}

// A tensor that comes back.
static enum carvq_status add_tensor(struct work *work, const json_t *entry, size_t i, struct carvq_error *error)
{
    static const struct {
        const char *name;
        enum carvq_dtype dtype;
    } types[] = {{"F32", CARVQ_F32}, {"F16", CARVQ_F16}, {"BF16", CARVQ_BF16}};
    const char *name = json_string_value(json_object_get(entry, "tensor")),
               *file = json_string_value(json_object_get(entry, "file")),
               *table = json_string_value(json_object_get(entry, "table")),
               *type = json_string_value(json_object_get(entry, "dtype"));
    const json_int_t place = json_integer_value(json_object_get(entry, "place"));
    size_t t = 0;
    if (name == NULL || file == NULL || table == NULL || type == NULL || place < 0)
        return fail_entry(work, i, "something is missing", error);
    while (t < 3 && strcmp(types[t].name, type) != 0)
        t++;
    if (t == 3)
        return fail_entry(work, i, "the dtype is not known", error);
    work->tables[i] = carvq_find(work->file, table);
    if (work->tables[i] == NULL)
        return carvq_fail(error, CARVQ_ERROR_NOT_FOUND, "%s: has no table '%s'", work->file_path, table);
    if (carvq_checkpoint_find(work->checkpoint, name) != NULL)
        return fail_entry(work, i, "the tensor is there already", error);
    const struct carvq_table_info *info = carvq_info(work->tables[i]);
    work->shapes[i] = (struct carvq_checkpoint_table){.rows = info->rows, .cols = info->cols, .dtype = types[t].dtype};
    work->additions[i] = (struct carvq_checkpoint_addition){
        file, name, (size_t)place, {&work->shapes[i], cli_read_rows, &work->tables[i]}};
    return CARVQ_OK;
}

// Every addition has to have found its file, or it would be lost without a word.
static enum carvq_status check_files(const struct work *work, struct carvq_error *error)
{
    for (size_t i = 0; i < work->count; i++) {
        bool found = false;
        const char *file;
        for (size_t k = 0; (file = carvq_checkpoint_file(work->checkpoint, k)) != NULL; k++) {
            const char *slash = strrchr(file, '/');
            found = found || strcmp(slash != NULL ? slash + 1 : file, work->additions[i].file) == 0;
        }
        if (!found)
            return carvq_fail(error, CARVQ_ERROR_NOT_FOUND, "%s: has no file %s, to which '%s' belongs",
                              carvq_checkpoint_path(work->checkpoint), work->additions[i].file, work->additions[i].name);
    }
    return CARVQ_OK;
}

static enum carvq_status plan_unpack(struct work *work, const json_t *about, struct carvq_error *error)
{
    const json_t *list = json_object_get(about, "tensors");
    work->count = json_array_size(list);
    work->additions = calloc(work->count + 1, sizeof *work->additions);
    work->shapes = calloc(work->count + 1, sizeof *work->shapes);
    work->tables = calloc(work->count + 1, sizeof *work->tables);
    if (work->additions == NULL || work->shapes == NULL || work->tables == NULL)
        return fail_memory(work, error);
    enum carvq_status status = CARVQ_OK;
    for (size_t i = 0; i < work->count && status == CARVQ_OK; i++)
        status = add_tensor(work, json_array_get(list, i), i, error);
    if (status == CARVQ_OK)
        status = check_files(work, error);
    if (status == CARVQ_OK)
        status = remove_line(work, about, error);
    work->change.additions = work->additions;
    work->change.addition_count = work->count;
    work->change.config = work->config;
    return status;
}

static enum carvq_status unpack(struct work *work, const char *model, struct carvq_error *error)
{
    enum carvq_status status = cli_open_model(model, &work->checkpoint, error);
    if (status != CARVQ_OK)
        return status;
    const json_t *about = carvq_checkpoint_packed(work->checkpoint);
    if (about == NULL)
        return carvq_fail(error, CARVQ_ERROR_ARGUMENT, "%s: is no packed model: its config.json has no key 'carvq'", model);
    const char *name = json_string_value(json_object_get(about, "file"));
    if (name == NULL || strchr(name, '/') != NULL)
        return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: carvq.file: not a file name",
                          carvq_checkpoint_config_path(work->checkpoint));
    const size_t size = strlen(model) + strlen(name) + 2;
    work->file_path = malloc(size);
    if (work->file_path == NULL)
        return fail_memory(work, error);
    snprintf(work->file_path, size, "%s/%s", model, name);
    work->change.left_out = name;
    status = cli_open_file(work->file_path, NULL, &work->file, error);
    if (status == CARVQ_OK)
        status = plan_unpack(work, about, error);
    if (status != CARVQ_OK)
        return status;
    return cli_directory_write(&(struct cli_directory){work->settings->output, work->settings->force, fill, work},
                               work->checkpoint, error);
}

static int report_unpack(const struct work *work, const char *model)
{
    printf("%s: %s with %zu tensor%s decoded\n  %s -> %s\n", cli_safe(work->settings->output), cli_safe(model), work->count,
           work->count == 1 ? "" : "s", cli_bytes(cli_directory_bytes(model)),
           cli_bytes(cli_directory_bytes(work->settings->output)));
    cli_directory_name_left_out(work->checkpoint);
    return cli_finish();
}

// ---- both

static int run_command(const struct cli_usage *usage, const struct settings *settings, int argc, char **argv,
                       enum carvq_status (*work_on)(struct work *work, const char *model, struct carvq_error *error),
                       int (*report)(const struct work *work, const char *model))
{
    struct work work = {.settings = settings};
    struct carvq_error error;
    int first, status = cli_parse(usage, argc, argv, &first);
    if (status >= 0)
        return status;
    if (settings->output == NULL || *settings->output == '\0')
        return cli_misuse(usage->name, "where to? -o DIR is missing");
    if (work_on == pack && settings->table == NULL)
        return cli_misuse(usage->name, "--table FILE is missing");
    cli_catch_signals();
    status = work_on(&work, argv[first], &error) != CARVQ_OK ? cli_fail(&error) : report(&work, argv[first]);
    release(&work);
    cli_reraise();
    return status;
}

static int run_pack(int argc, char **argv)
{
    struct settings settings = {.table = NULL};
    const struct cli_option options[] = {
        {"table", 't', CLI_STRING, &settings.table, "FILE", "the compressed file (required)", 0, 0},
        {"output", 'o', CLI_STRING, &settings.output, "DIR", "directory to make (required)", 0, 0},
        {"force", 'f', CLI_FLAG, &settings.force, NULL, "overwrite files in DIR", 0, 0},
        {.kind = CLI_END},
    };
    const struct cli_usage usage = {
        "pack",
        "MODEL --table FILE -o DIR",
        "Writes a directory that has everything of a model but the tables of the compressed file, that file beside it, and a\n"
        "config.json that says so. `carvq unpack` makes a plain model of it.",
        options,
        1,
        1};
    return run_command(&usage, &settings, argc, argv, pack, report_pack);
}

static int run_unpack(int argc, char **argv)
{
    struct settings settings = {.table = NULL};
    const struct cli_option options[] = {
        {"output", 'o', CLI_STRING, &settings.output, "DIR", "directory to make (required)", 0, 0},
        {"force", 'f', CLI_FLAG, &settings.force, NULL, "overwrite files in DIR", 0, 0},
        {.kind = CLI_END},
    };
    const struct cli_usage usage = {
        "unpack",
        "PACKED -o DIR",
        "Makes a plain model of a directory that `carvq pack` wrote: the tables are decoded, in their original type.",
        options,
        1,
        1};
    return run_command(&usage, &settings, argc, argv, unpack, report_unpack);
}

const struct cli_command cli_pack = {"pack", "write a model without its tables, and the compressed file beside it", run_pack};
const struct cli_command cli_unpack = {"unpack", "write a plain model from a packed one", run_unpack};
