// SPDX-License-Identifier: MIT
// carvq eval --task: one figure for each task and measure, and what became of each item.
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "eval.h"
#include "eval/task.h"

#define MEASURE_NAMES                     \
    {                                     \
        "accuracy", "normalized", "exact" \
    }

struct run {
    const struct cli_task_settings *settings;
    struct cli_model model;
    struct carvq_tokenizer *tokenizer;
    struct carvq_task *tasks;          // [files]
    struct carvq_task_result *results; // [files]
    size_t read, finished;             // tasks, and results
    struct cli_progress progress;
    double seconds;
};

// A measure of a task that has items for it.
struct row {
    const char *path, *measure;
    const struct carvq_task_figures *figures;
};

// The next row, beginning with *file = *measure = 0. False: no more.
static bool next_row(const struct run *run, size_t *file, size_t *measure, struct row *row_ret)
{
    static const char *const names[CARVQ_TASK_MEASURES] = MEASURE_NAMES;
    for (; *file < run->finished; ++*file, *measure = 0)
        for (; *measure < CARVQ_TASK_MEASURES; ++*measure) {
            const struct carvq_task_figures *figures = &run->results[*file].figures[*measure];
            if (figures->items == 0)
                continue;
            *row_ret = (struct row){run->tasks[*file].path, names[*measure], figures};
            ++*measure;
            return true;
        }
    return false;
}

// ---- the work -----------------------------------------------------------------------------------------------------

static int show_progress(void *context, size_t done, size_t total)
{
    struct run *run = context;
    return cli_progress_step(&run->progress, run->tasks[run->finished].path, done, total, "text");
}

static enum carvq_status open_all(struct run *run, struct carvq_error *error)
{
    const struct cli_task_settings *settings = run->settings;
    enum carvq_status status = CARVQ_OK;
    if (settings->items != NULL)
        status = cli_output_check(settings->items, settings->force, error);
    if (status == CARVQ_OK)
        status = cli_model_open(settings->model, &settings->tables, settings->apply, &run->model, error);
    if (status == CARVQ_OK && settings->items != NULL)
        status = cli_output_check_model(settings->items, run->model.checkpoint, error);
    if (status == CARVQ_OK)
        status = cli_open_tokenizer(run->model.checkpoint, &run->tokenizer, error);
    run->tasks = calloc(settings->files.count, sizeof *run->tasks);
    run->results = calloc(settings->files.count, sizeof *run->results);
    if (status == CARVQ_OK && (run->tasks == NULL || run->results == NULL))
        status = carvq_fail(error, CARVQ_ERROR_MEMORY, "out of memory");
    for (; status == CARVQ_OK && run->read < settings->files.count; run->read += status == CARVQ_OK)
        status = carvq_task_read(settings->files.items[run->read], settings->max_items, &run->tasks[run->read], error);
    return status;
}

static enum carvq_status run_all(struct run *run, struct carvq_error *error)
{
    const struct carvq_task_model model = {run->model.lm, run->tokenizer, run->model.variant};
    const struct carvq_task_options options = {.max_new = run->settings->max_new,
                                               .threads = (unsigned)run->settings->threads,
                                               .progress = show_progress,
                                               .progress_context = run};
    enum carvq_status status = CARVQ_OK;
    const double started = cli_seconds();
    cli_progress_begin(&run->progress);
    for (; status == CARVQ_OK && run->finished < run->read; run->finished += status == CARVQ_OK)
        status = carvq_task_run(&model, &run->tasks[run->finished], &options, &run->results[run->finished], error);
    cli_progress_end(&run->progress);
    run->seconds = cli_seconds() - started;
    return status;
}

// ---- items --------------------------------------------------------------------------------------------------------

static json_t *answer_json(const struct carvq_task_item *item, const struct carvq_task_answer *answer,
                           const double *log_probabilities)
{
    json_t *object = json_object();
    if (item->kind == CARVQ_TASK_NUMBER) {
        json_object_set_new(object, "number", answer->number != NULL ? json_string(answer->number) : json_null());
        json_object_set_new(object, "text", cli_text(answer->text));
        return object;
    }
    json_t *list = json_array();
    for (size_t i = 0; i < item->choice_count; i++)
        json_array_append_new(list, cli_real(log_probabilities[item->first + i]));
    json_object_set_new(object, "choice", json_integer((json_int_t)answer->choice));
    json_object_set_new(object, "normalized_choice", json_integer((json_int_t)answer->normalized_choice));
    json_object_set_new(object, "log_probabilities", list);
    return object;
}

static json_t *item_json(const struct run *run, size_t file, size_t index)
{
    const struct carvq_task_item *item = &run->tasks[file].items[index];
    const struct carvq_task_result *result = &run->results[file];
    const struct carvq_task_outcome *outcome = &result->outcomes[index];
    json_t *object = json_object();
    json_object_set_new(object, "task", cli_text(run->tasks[file].path));
    json_object_set_new(object, "line", json_integer((json_int_t)item->line));
    if (item->kind == CARVQ_TASK_NUMBER)
        json_object_set_new(object, "answer", json_string(item->answer));
    else
        json_object_set_new(object, "label", json_integer((json_int_t)item->label));
    json_object_set_new(object, "cut", json_boolean(outcome->cut));
    json_object_set_new(object, "original", answer_json(item, &outcome->original, result->log_probabilities));
    if (run->settings->tables.count > 0)
        json_object_set_new(object, "compressed", answer_json(item, &outcome->changed, result->changed_log_probabilities));
    return object;
}

static enum carvq_status write_item(struct cli_output *output, json_t *object, uint64_t *offset, struct carvq_error *error)
{
    char *text = json_dumps(object, JSON_COMPACT | JSON_PRESERVE_ORDER);
    json_decref(object);
    if (text == NULL)
        return carvq_fail(error, CARVQ_ERROR_MEMORY, "%s: out of memory", output->path);
    const size_t length = strlen(text);
    text[length] = '\n'; // in the place of the NUL
    enum carvq_status status = cli_output_write(output, *offset, text, length + 1, error);
    *offset += length + 1;
    free(text);
    return status;
}

static enum carvq_status write_items(const struct run *run, struct carvq_error *error)
{
    struct cli_output output;
    uint64_t offset = 0;
    enum carvq_status status = cli_output_open(&output, run->settings->items, run->settings->force, error);
    if (status != CARVQ_OK)
        return status;
    for (size_t file = 0; file < run->finished; file++)
        for (size_t i = 0; i < run->tasks[file].count && status == CARVQ_OK; i++)
            status = write_item(&output, item_json(run, file, i), &offset, error);
    if (status == CARVQ_OK)
        return cli_output_commit(&output, error);
    cli_output_discard(&output);
    return status;
}

// ---- the report ---------------------------------------------------------------------------------------------------

// "23.0 +- 2.4": per cent with its standard error, if there is one.
static const char *percent(char *buffer, size_t size, const char *format, double value, double error)
{
    const int length = snprintf(buffer, size, format, 100 * value);
    if (isfinite(error) && length > 0 && (size_t)length < size)
        snprintf(buffer + length, size - (size_t)length, " +- %.2f", 100 * error);
    return buffer;
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL && slash[1] != '\0' ? slash + 1 : path;
}

// The name of a file, or its path where another one has the same name.
static const char *title(const struct run *run, const char *path)
{
    for (size_t i = 0; i < run->finished; i++)
        if (strcmp(run->tasks[i].path, path) != 0 && strcmp(base_name(run->tasks[i].path), base_name(path)) == 0)
            return path;
    return base_name(path);
}

static void print_row(const struct run *run, const struct row *row, int width)
{
    const bool changed = run->settings->tables.count > 0;
    const struct carvq_task_figures *figures = row->figures;
    char original[48], compressed[48], difference[48];
    printf("%-*s  %-10s %6zu  %14s", width, cli_safe(title(run, row->path)), row->measure, figures->items,
           percent(original, sizeof original, "%.2f", figures->original.value, figures->original.error));
    if (changed)
        printf("  %14s  %14s  %7zu %5zu %6zu",
               percent(compressed, sizeof compressed, "%.2f", figures->changed.value, figures->changed.error),
               percent(difference, sizeof difference, "%+.2f", figures->difference, figures->difference_error), figures->moved,
               figures->lost, figures->gained);
    putchar('\n');
}

static int print_text(const struct run *run)
{
    const bool changed = run->settings->tables.count > 0;
    size_t file = 0, measure = 0, items = 0, cut = 0;
    int width = (int)strlen("task");
    for (size_t i = 0; i < run->finished; i++) {
        const size_t length = strlen(cli_safe(title(run, run->tasks[i].path)));
        width = length > (size_t)width && length < 60 ? (int)length : width;
        items += run->tasks[i].count;
        for (size_t k = 0; k < run->tasks[i].count; k++)
            cut += run->results[i].outcomes[k].cut;
    }
    printf("%s: %zu items", cli_safe(run->settings->model), items);
    if (cut > 0)
        printf(", %zu of them cut at the front to fit the window", cut);
    printf(", %.1f s\n", run->seconds);
    if (changed)
        printf("table: %s, %.4f bits, %s\n", cli_safe(cli_model_tables(&run->settings->tables)), cli_model_bits(&run->model),
               strcmp(cli_model_apply(&run->model), "both") == 0 ? "input and head" : cli_model_apply(&run->model));
    printf("\nper cent right, +- standard error\n%-*s  %-10s %6s  %14s", width, "task", "measure", "items", "original");
    printf(changed ? "  %14s  %14s  %7s %5s %6s\n" : "\n", "with the table", "difference", "changed", "lost", "gained");
    for (struct row row; next_row(run, &file, &measure, &row);)
        print_row(run, &row, width);
    return cli_finish();
}

static json_t *accuracy_json(const struct carvq_task_accuracy *accuracy)
{
    return json_pack("{sIsoso}", "correct", (json_int_t)accuracy->correct, "accuracy", cli_real(accuracy->value),
                     "standard_error", cli_real(accuracy->error));
}

static json_t *row_json(const struct row *row, bool changed)
{
    const struct carvq_task_figures *figures = row->figures;
    json_t *object = json_pack("{sosssIsIso}", "task", cli_text(row->path), "measure", row->measure, "items",
                               (json_int_t)figures->items, "cut", (json_int_t)figures->cut, "original",
                               accuracy_json(&figures->original));
    if (changed) {
        json_object_set_new(object, "compressed", accuracy_json(&figures->changed));
        json_object_set_new(object, "difference",
                            json_pack("{sosososIsI}", "accuracy", cli_real(figures->difference), "standard_error",
                                      cli_real(figures->difference_error), "changed", json_integer((json_int_t)figures->moved),
                                      "lost", (json_int_t)figures->lost, "gained", (json_int_t)figures->gained));
    }
    return object;
}

static int print_json(const struct run *run)
{
    const struct cli_task_settings *settings = run->settings;
    json_t *object = json_object(), *list = json_array();
    size_t file = 0, measure = 0;
    for (struct row row; next_row(run, &file, &measure, &row);)
        json_array_append_new(list, row_json(&row, settings->tables.count > 0));
    json_object_set_new(object, "model", cli_text(settings->model));
    if (settings->tables.count > 0) {
        json_object_set_new(object, "table", cli_text(cli_model_tables(&settings->tables)));
        json_object_set_new(object, "bits_per_param", cli_real(cli_model_bits(&run->model)));
        json_object_set_new(object, "apply", json_string(cli_model_apply(&run->model)));
    }
    json_object_set_new(object, "tasks", list);
    json_object_set_new(object, "seconds", cli_real(run->seconds));
    return cli_print_json(object);
}

static int print_csv(const struct run *run)
{
    const bool changed = run->settings->tables.count > 0;
    size_t file = 0, measure = 0;
    printf("model,task,measure,items,cut,accuracy,standard_error%s\n",
           changed ? ",table,bits_per_param,apply,compressed_accuracy,compressed_standard_error,difference,"
                     "difference_standard_error,changed,lost,gained"
                   : "");
    for (struct row row; next_row(run, &file, &measure, &row);) {
        const struct carvq_task_figures *figures = row.figures;
        cli_csv_text(stdout, run->settings->model);
        putchar(',');
        cli_csv_text(stdout, row.path);
        printf(",%s,%zu,%zu,%.9g", row.measure, figures->items, figures->cut, figures->original.value);
        cli_csv_real(stdout, 6, figures->original.error);
        if (changed) {
            putchar(',');
            cli_csv_text(stdout, cli_model_tables(&run->settings->tables));
            printf(",%.6g,%s,%.9g", cli_model_bits(&run->model), cli_model_apply(&run->model), figures->changed.value);
            cli_csv_real(stdout, 6, figures->changed.error);
            cli_csv_real(stdout, 9, figures->difference);
            cli_csv_real(stdout, 6, figures->difference_error);
            printf(",%zu,%zu,%zu", figures->moved, figures->lost, figures->gained);
        }
        putchar('\n');
    }
    return cli_finish();
}

int cli_eval_tasks(const struct cli_task_settings *settings)
{
    struct run run = {.settings = settings};
    struct carvq_error error;
    enum carvq_status status = open_all(&run, &error);
    if (status == CARVQ_OK)
        status = run_all(&run, &error);
    int result = status != CARVQ_OK ? cli_fail(&error)
                 : settings->json   ? print_json(&run)
                 : settings->csv    ? print_csv(&run)
                                    : print_text(&run);
    if (status == CARVQ_OK && settings->items != NULL && write_items(&run, &error) != CARVQ_OK)
        result = cli_fail(&error);
    for (size_t i = 0; i < run.finished; i++)
        carvq_task_result_free(&run.results[i], run.tasks[i].count);
    for (size_t i = 0; i < run.read; i++)
        carvq_task_free(&run.tasks[i]);
    free(run.tasks);
    free(run.results);
    carvq_tokenizer_close(run.tokenizer);
    cli_model_close(&run.model);
    return result;
}
