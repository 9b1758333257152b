// SPDX-License-Identifier: MIT
// Compresses, decodes and measures one setting after the other, and evaluates the model with several of them at a time.
#include "eval/compare.h"

#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/size.h"
#include "runtime/status.h"
#include "host/matrix.h"
#include "host/parallel.h"

#define GROUP_VALUES ((uint64_t)256 << 20) // 1 GiB of floats
#define COMPRESS_SECONDS 1e-6              // for a parameter, the mean of all methods on two processors: for progress alone

// ---- settings -----------------------------------------------------------------------------------------------------

// "a, b, c": the names of all methods.
static void list_names(const struct carvq_baseline *all, size_t count, char *buffer, size_t size)
{
    size_t used = 0;
    buffer[0] = '\0';
    for (size_t i = 0; i < count && used < size; i++)
        if (i == 0 || strcmp(all[i].name, all[i - 1].name) != 0)
            used += (size_t)snprintf(buffer + used, size - used, "%s%s", i > 0 ? ", " : "", all[i].name);
}

static bool is_wanted(const struct carvq_baseline *setting, bool feedback, const char *const *names, size_t name_count)
{
    for (size_t i = 0; i < name_count; i++)
        if (strcmp(setting->name, names[i]) == 0)
            return true;
    return name_count == 0 && (feedback || !setting->feedback);
}

enum carvq_status carvq_compare_settings(uint64_t rows, uint32_t cols, bool feedback, const char *const *names, size_t name_count,
                                         struct carvq_baseline **settings_ret, size_t *count_ret, struct carvq_error *error)
{
    struct carvq_baseline *settings = calloc(CARVQ_BASELINES_MAX, sizeof *settings);
    if (settings == NULL)
        return carvq_fail(error, CARVQ_ERROR_MEMORY, "out of memory");
    const size_t all = carvq_baselines(rows, cols, settings, CARVQ_BASELINES_MAX);
    for (size_t i = 0; i < name_count; i++) {
        size_t place = 0;
        while (place < all && strcmp(settings[place].name, names[i]) != 0)
            place++;
        if (place == all) {
            char known[512];
            list_names(settings, all, known, sizeof known);
            free(settings);
            return carvq_fail(error, CARVQ_ERROR_NOT_FOUND, "there is no method '%s' for this table; there are %s", names[i],
                              known);
        }
    }
    *count_ret = 0;
    for (size_t i = 0; i < all; i++)
        if (is_wanted(&settings[i], feedback, names, name_count))
            settings[(*count_ret)++] = settings[i];
    *settings_ret = settings;
    return CARVQ_OK;
}

// ---- the run ------------------------------------------------------------------------------------------------------

struct run {
    const struct carvq_compare_subject *subject;
    const struct carvq_compare_options *options;
    const struct carvq_baseline *settings;
    struct carvq_compare_row *rows;
    size_t count;
    size_t values;  // V n
    float *table;   // [V][n]
    float *decoded; // [group][V][n]
    struct carvq_baseline_cache cache;
    struct carvq_metric *metric; // if there is a moment
    size_t group;                // settings that are evaluated together
    uint64_t *token_counts;      // [V], or NULL without a text
    struct carvq_neighbours *neighbours;
    uint64_t done, total; // for the caller's progress
    uint64_t table_cost;  // what a compressed table counts in it
};

static int report(const struct run *run, const struct carvq_baseline *setting, uint64_t more)
{
    const struct carvq_compare_options *options = run->options;
    return options->progress != NULL ? options->progress(options->progress_context, setting, run->done + more, run->total) : 0;
}

static enum carvq_status allocate(struct run *run, struct carvq_error *error)
{
    const struct carvq_matrix *matrix = run->subject->matrix;
    uint64_t values;
    if (!carvq_mul_u64(matrix->rows, matrix->cols, &values) || values > SIZE_MAX / sizeof(float) / CARVQ_EVAL_MAX_VARIANTS)
        return carvq_fail(error, CARVQ_ERROR_MEMORY, "%s: too large to be compared in memory", matrix->name);
    const size_t max_group = run->options->place_count > 0 ? CARVQ_EVAL_MAX_VARIANTS / run->options->place_count : 1;
    run->values = (size_t)values;
    run->group = GROUP_VALUES / values < max_group ? (size_t)(GROUP_VALUES / values) : max_group;
    run->group = run->group > 0 ? run->group : 1;
    run->table = malloc(run->values * sizeof *run->table);
    run->decoded = malloc(run->group * run->values * sizeof *run->decoded);
    if (run->subject->lm != NULL)
        run->token_counts = calloc((size_t)matrix->rows, sizeof *run->token_counts);
    if (run->table == NULL || run->decoded == NULL || (run->subject->lm != NULL && run->token_counts == NULL))
        return carvq_fail(error, CARVQ_ERROR_MEMORY, "%s: out of memory", matrix->name);
    return CARVQ_OK;
}

static struct carvq_eval_options eval_options(const struct run *run)
{
    return (struct carvq_eval_options){.window = run->options->window,
                                       .max_windows = run->options->max_windows,
                                       .front = run->options->front,
                                       .threads = run->options->threads};
}

// Counts the tokens, and runs one window so that what is wrong with the text or the model shows before the work begins.
static enum carvq_status prepare_text(struct run *run, struct carvq_error *error)
{
    const struct carvq_compare_subject *subject = run->subject;
    struct carvq_eval_options options = eval_options(run);
    struct carvq_eval_result result;
    options.max_windows = 1;
    const double started = omp_get_wtime();
    enum carvq_status status = carvq_eval(subject->lm, NULL, 0, subject->ids, subject->id_count, subject->text_path, &options,
                                          &result, error);
    if (status != CARVQ_OK)
        return status;
    const double token_seconds = (omp_get_wtime() - started) / (double)result.window;
    for (size_t i = 0; i < subject->id_count; i++)
        run->token_counts[subject->ids[i]]++;
    const uint64_t windows = subject->id_count / (result.window - (options.front != NULL)), max = run->options->max_windows;
    run->table_cost = 1 + (uint64_t)(COMPRESS_SECONDS * (double)run->values / (token_seconds + 1e-9));
    run->total = (max > 0 && max < windows ? max : windows) * result.window * run->options->place_count * run->count +
                 run->table_cost * run->count;
    return CARVQ_OK;
}

// No method takes NaN or Inf.
static enum carvq_status check_values(const struct run *run, struct carvq_error *error)
{
    for (size_t i = 0; i < run->values; i++)
        if (!isfinite(run->table[i]))
            return carvq_matrix_fail_bad_row(run->subject->matrix, error);
    return CARVQ_OK;
}

static enum carvq_status make_metric(struct run *run, struct carvq_error *error)
{
    const struct carvq_matrix *matrix = run->subject->matrix;
    struct carvq_error cause;
    enum carvq_status status = carvq_metric_make(run->options->moment, matrix->cols, CARVQ_METRIC_SHARE,
                                                 carvq_threads(run->options->threads), &run->metric, &cause);
    return status == CARVQ_OK ? status : carvq_matrix_fail(matrix, error, status, "%s", cause.message);
}

static enum carvq_status prepare(struct run *run, struct carvq_error *error)
{
    const struct carvq_matrix *matrix = run->subject->matrix;
    enum carvq_status status = allocate(run, error);
    if (status == CARVQ_OK)
        status = matrix->read(matrix->context, 0, (size_t)matrix->rows, 0, matrix->cols, run->table, error);
    if (status == CARVQ_OK)
        status = check_values(run, error);
    if (status == CARVQ_OK && run->options->moment != NULL)
        status = make_metric(run, error);
    run->table_cost = run->values;
    run->total = run->values * run->count;
    if (status == CARVQ_OK && run->subject->lm != NULL)
        status = prepare_text(run, error);
    if (status == CARVQ_OK)
        status = carvq_neighbours_open(run->table, (size_t)matrix->rows, matrix->cols, run->token_counts, run->options->threads,
                                       &run->neighbours, error);
    return status;
}

// Methods that store plain numbers know neither file nor tensor, but they refuse some tables.
static enum carvq_status run_method(const struct run *run, const struct carvq_baseline *setting,
                                    const struct carvq_baseline_input *input, float *decoded, uint64_t *bytes_ret,
                                    struct carvq_error *error)
{
    struct carvq_error cause = {0};
    enum carvq_status status = carvq_baseline_run(setting, input, decoded, bytes_ret, &cause);
    if (status == CARVQ_ERROR_ARGUMENT && setting->kind != CARVQ_BASELINE_SETTINGS && setting->kind != CARVQ_BASELINE_BUDGET)
        return carvq_matrix_fail(run->subject->matrix, error, status, "%s", cause.message);
    return status == CARVQ_OK ? status : carvq_fail(error, status, "%s", cause.message);
}

// Compresses the table and measures what became of it.
static enum carvq_status compress(struct run *run, size_t number, float *decoded, struct carvq_error *error)
{
    const struct carvq_matrix *matrix = run->subject->matrix;
    const struct carvq_lm_rows rows = carvq_lm_rows_of_floats(decoded, matrix->cols);
    struct carvq_compare_row *row = &run->rows[number];
    const unsigned threads = run->options->threads;
    if (report(run, &run->settings[number], 0) != 0)
        return carvq_fail(error, CARVQ_ERROR_CANCELLED, "cancelled");
    const struct carvq_baseline_input input = {matrix->name, run->table,         matrix->rows, matrix->cols, matrix->dtype,
                                               (int)threads, run->options->seed, &run->cache,  run->metric};
    const double started = omp_get_wtime();
    struct carvq_baseline setting = run->settings[number];
    setting.budget.counts = run->options->counts;
    setting.budget.variance = run->options->variance;
    setting.budget.moment = run->options->moment;
    if (setting.kind != CARVQ_BASELINE_LOW_RANK)
        carvq_baseline_cache_clear(&run->cache);
    enum carvq_status status = run_method(run, &setting, &input, decoded, &row->bytes, error);
    row->seconds = omp_get_wtime() - started;
    row->bits = 8 * (double)row->bytes / (double)run->values;
    if (status == CARVQ_OK)
        status = carvq_table_error(matrix, &rows, threads, NULL, NULL, &row->error, error);
    if (status == CARVQ_OK)
        status = carvq_neighbours_recall(run->neighbours, decoded, &row->neighbours, error);
    run->done += run->table_cost;
    return status;
}

struct pass {
    const struct run *run;
    size_t variants;
};

static int pass_on(void *context, const struct carvq_eval_progress *progress)
{
    const struct pass *pass = context;
    return report(pass->run, NULL, progress->tokens * pass->variants);
}

// Runs the model with the decoded tables of the settings first .. first + count - 1, in each place.
static enum carvq_status evaluate(struct run *run, size_t first, size_t count, struct carvq_error *error)
{
    const struct carvq_compare_subject *subject = run->subject;
    const size_t places = run->options->place_count;
    struct carvq_lm_rows rows[CARVQ_EVAL_MAX_VARIANTS];
    struct carvq_eval_variant variants[CARVQ_EVAL_MAX_VARIANTS];
    struct carvq_eval_result results[CARVQ_EVAL_MAX_VARIANTS];
    char names[CARVQ_EVAL_MAX_VARIANTS][128];
    for (size_t i = 0; i < count; i++) {
        rows[i] = carvq_lm_rows_of_floats(run->decoded + i * run->values, subject->matrix->cols);
        snprintf(names[i], sizeof names[i], "%s %s", run->settings[first + i].name, run->settings[first + i].setting);
        for (size_t k = 0; k < places; k++)
            variants[i * places + k] = (struct carvq_eval_variant){
                .input = run->options->places[k] != CARVQ_EVAL_HEAD ? &rows[i] : NULL,
                .head = run->options->places[k] != CARVQ_EVAL_INPUT ? &rows[i] : NULL,
                .name = names[i],
            };
    }
    struct pass pass = {run, count * places};
    struct carvq_eval_options options = eval_options(run);
    options.progress = pass_on;
    options.progress_context = &pass;
    enum carvq_status status = carvq_eval(subject->lm, variants, count * places, subject->ids, subject->id_count,
                                          subject->text_path, &options, results, error);
    for (size_t i = 0; status == CARVQ_OK && i < count * places; i++)
        run->rows[first + i / places].evaluations[i % places] = results[i];
    run->done += status == CARVQ_OK ? results[0].windows * results[0].window * count * places : 0;
    return status;
}

enum carvq_status carvq_compare(const struct carvq_compare_subject *subject, const struct carvq_baseline *settings, size_t count,
                                const struct carvq_compare_options *options, struct carvq_compare_row *rows_ret,
                                struct carvq_error *error)
{
    struct run run = {.subject = subject, .options = options, .settings = settings, .rows = rows_ret, .count = count};
    enum carvq_status status = prepare(&run, error);
    for (size_t first = 0; status == CARVQ_OK && first < count; first += run.group) {
        const size_t group = count - first < run.group ? count - first : run.group;
        for (size_t i = 0; status == CARVQ_OK && i < group; i++)
            status = compress(&run, first + i, run.decoded + i * run.values, error);
        if (status == CARVQ_OK && subject->lm != NULL)
            status = evaluate(&run, first, group, error);
    }
    carvq_neighbours_close(run.neighbours);
    free(run.table);
    free(run.decoded);
    free(run.token_counts);
    carvq_metric_free(run.metric);
    carvq_baseline_cache_clear(&run.cache);
    return status;
}
