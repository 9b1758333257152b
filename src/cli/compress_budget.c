// SPDX-License-Identifier: MIT
// Compression to a number of bits or bytes.
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/half.h"
#include "runtime/status.h"
#include "compress.h"

#define MOST_SIZES 12 // that are tried for --max-bytes ..
#define ENOUGH 0.995  // .. until so much of it is used

// What is decided and found, one array element for each table.
struct results {
    struct cli_counts *counts;
    struct carvq_recipe **recipes;
    struct carvq_recipe_report *reports;
};

static double parameters(const struct cli_compress_work *work)
{
    double sum = 0;
    for (size_t i = 0; i < work->count; i++)
        sum += (double)work->matrices[i].rows * work->matrices[i].cols;
    return sum;
}

static struct carvq_budget budget_of(const struct cli_compress_work *work, const struct cli_compress_settings *settings)
{
    struct carvq_budget budget;
    carvq_budget_defaults(&budget);
    if (settings->codec != 0)
        budget.codecs = (unsigned)settings->codec | 1U << CARVQ_RAW;
    if (settings->effort > 0)
        budget.effort = (unsigned)settings->effort;
    // --max-bytes is more than can be had: fit_bytes() takes the header off.
    budget.bits = settings->bits > 0 ? settings->bits : 8 * (double)settings->max_bytes / parameters(work);
    budget.adaptor = !settings->no_adaptor;
    budget.plan_only = settings->dry_run;
    budget.seed = settings->seed;
    return budget;
}

// Returns status. The message of a budget that is too small speaks of one table's payload, but --max-bytes is the size of a file.
static enum carvq_status fail_recipe(const struct cli_compress_work *work, const struct cli_compress_settings *settings,
                                     enum carvq_status status, struct carvq_error *error)
{
    const struct carvq_error payload = *error;
    if (status == CARVQ_ERROR_ARGUMENT && settings->max_bytes > 0)
        carvq_fail(error, status, "%s; --max-bytes %" PRIu64 " is %.4f bits per parameter%s, less the header", payload.message,
                   settings->max_bytes, 8 * (double)settings->max_bytes / parameters(work),
                   work->count > 1 ? " of all tables" : "");
    return status;
}

// Plans payloads of so many bytes in all, with the same bits per parameter for every table, and finds the size of the file.
static enum carvq_status plan_payload(struct cli_compress_work *work, const struct results *results, uint64_t payload,
                                      struct carvq_error *error)
{
    const double values = parameters(work);
    for (size_t i = 0; i < work->count; i++) {
        double share = (double)work->matrices[i].rows * work->matrices[i].cols / values;
        enum carvq_status status = carvq_recipe_change(results->recipes[i], 0, (uint64_t)((double)payload * share), error);
        if (status != CARVQ_OK)
            return status;
    }
    return carvq_recipe_file_size(results->recipes, work->count, &work->file_bytes, error);
}

// Makes the file fit --max-bytes. Fewer bytes may mean fewer tiers and a shorter header: so what is left over is offered again.
static enum carvq_status fit_bytes(struct cli_compress_work *work, const struct cli_compress_settings *settings,
                                   struct results *results, struct carvq_error *error)
{
    const uint64_t most = (uint64_t)1 << 60; // more than any table needs, and its product with a share fits
    const uint64_t limit = settings->max_bytes < most ? settings->max_bytes : most;
    uint64_t payload = limit, best = 0, fits = 0, exceeds = limit + 1; // fits: or is too little for any plan
    enum carvq_status refused = CARVQ_OK;
    for (int i = 0; i < MOST_SIZES && exceeds - fits > 1; i++) {
        enum carvq_status status = plan_payload(work, results, payload, error);
        if (status != CARVQ_OK && status != CARVQ_ERROR_ARGUMENT)
            return status;
        if (status == CARVQ_OK && work->file_bytes > limit) {
            exceeds = payload;
            const uint64_t excess = work->file_bytes - limit;
            payload = payload - fits > excess ? payload - excess : fits + (exceeds - fits) / 2;
            continue;
        }
        fits = payload;
        if (status == CARVQ_OK) {
            best = payload;
            if ((double)work->file_bytes >= ENOUGH * (double)limit)
                return CARVQ_OK;
        }
        refused = status;
        payload = fits + (exceeds - fits) / 2;
    }
    if (best > 0)
        return plan_payload(work, results, best, error);
    if (refused != CARVQ_OK)
        return fail_recipe(work, settings, refused, error);
    return carvq_fail(error, CARVQ_ERROR_ARGUMENT, "%s: --max-bytes %" PRIu64 " does not hold the header", settings->model,
                      settings->max_bytes);
}

static enum carvq_status make_recipes(struct cli_compress_work *work, const struct cli_compress_settings *settings,
                                      struct results *results, struct carvq_error *error)
{
    struct cli_compress_display display = {.phase = NULL};
    enum carvq_status status = cli_compress_check_output(work, settings, error);
    results->counts = calloc(work->count, sizeof *results->counts);
    results->recipes = calloc(work->count, sizeof *results->recipes);
    results->reports = calloc(work->count, sizeof *results->reports);
    if (results->counts == NULL || results->recipes == NULL || results->reports == NULL)
        return carvq_fail(error, CARVQ_ERROR_MEMORY, "%s: out of memory", settings->model);
    cli_progress_begin(&display.progress);
    for (size_t i = 0; i < work->count && status == CARVQ_OK; i++) {
        struct carvq_budget budget = budget_of(work, settings);
        status = cli_read_counts(&settings->counts, work->checkpoint, work->matrices[i].rows, &results->counts[i], error);
        budget.counts = results->counts[i].values;
        if (status == CARVQ_OK)
            status = carvq_recipe_make(&work->matrices[i], &budget, (unsigned)settings->threads, cli_compress_progress, &display,
                                       &results->recipes[i], error);
        if (status != CARVQ_OK)
            status = fail_recipe(work, settings, status, error);
    }
    cli_progress_end(&display.progress);
    if (status == CARVQ_OK && settings->max_bytes > 0)
        status = fit_bytes(work, settings, results, error);
    else if (status == CARVQ_OK)
        status = carvq_recipe_file_size(results->recipes, work->count, &work->file_bytes, error);
    return status;
}

// ---- text

static void print_bands(const struct carvq_band *bands)
{
    printf("  %-20s %10s %9s %8s %9s\n", "rows that are used", "rows", "of uses", "bits", "SQNR dB");
    for (unsigned b = 0; b < CARVQ_BANDS; b++) {
        char range[40] = "never";
        if (bands[b].rows == 0)
            continue;
        if (isinf(bands[b].max_count))
            snprintf(range, sizeof range, "%.0f times and more", bands[b].min_count);
        else if (bands[b].max_count > 0)
            snprintf(range, sizeof range, "%.0f to %.0f times", bands[b].min_count, bands[b].max_count);
        printf("  %-20s %10" PRIu64 " %7.2f %% %8.3f %9.2f\n", range, bands[b].rows, 100 * bands[b].share, bands[b].bits,
               bands[b].sqnr_db);
    }
}

static void print_adaptor(const struct carvq_adaptor_trial *trial)
{
    if (trial->dim > 0)
        printf("  %s adaptor: %" PRIu32 " -> %" PRIu32 " units take off %.2f dB of the error, their bits as codes %.2f dB\n",
               trial->used ? "with an" : "no", trial->dim, trial->hidden, trial->gain_db, trial->price_db);
}

static void print_structure(const struct carvq_table_info *info)
{
    if (!info->mean && info->rank == 0)
        return;
    printf("  taken out first: %s", info->mean ? "the mean of all rows" : "");
    if (info->rank > 0)
        printf("%s%" PRIu32 " direction%s of %" PRIu32 " bits a row", info->mean ? ", " : "", info->rank,
               info->rank == 1 ? "" : "s", info->low_rank_bits);
    putchar('\n');
}

static void print_plan(const struct cli_compress_work *work, const struct cli_compress_settings *settings,
                       const struct results *results)
{
    const struct cli_count_options *counts = &settings->counts;
    const bool has_choice = cli_text_path(&counts->text) != NULL || counts->counts != NULL || counts->uniform;
    for (size_t i = 0; i < work->count; i++) {
        const struct carvq_table_info *info = carvq_recipe_info(results->recipes[i]);
        struct carvq_band bands[CARVQ_BANDS];
        double sqnr_db = carvq_recipe_expect(results->recipes[i], bands);
        printf("%s  %" PRIu64 " x %" PRIu32 " %s, output head %s\n", cli_safe(info->name), info->rows, info->cols,
               carvq_dtype_name(info->dtype), cli_head_name(work->tables[i].head));
        printf("  importance of rows: %s%s\n", results->counts[i].source, has_choice ? "" : "; --calibrate TEXT counts");
        print_structure(info);
        print_adaptor(carvq_recipe_adaptor(results->recipes[i]));
        for (uint32_t s = 0; s < info->segment_count; s++)
            printf("  tier %-2" PRIu32 " %9" PRIu64 " rows, %6.3f bits per parameter, %s\n", s, info->segments[s].rows,
                   cli_segment_bits(&info->segments[s]), cli_codec(&info->segments[s]));
        printf("  %.4f bits per parameter, expected SQNR %.2f dB\n", cli_bits(info), sqnr_db);
        if (results->counts[i].values != NULL)
            print_bands(bands);
        printf("  %s -> %s\n", cli_bytes(info->original_bytes), cli_bytes(info->payload_bytes));
    }
    printf("output %s, %s\n", cli_safe(work->output), cli_bytes(work->file_bytes));
    fflush(stdout);
}

static void print_reports(const struct cli_compress_work *work, const struct results *results)
{
    for (size_t i = 0; i < work->count; i++) {
        const struct carvq_table_info *info = carvq_recipe_info(results->recipes[i]);
        const struct carvq_recipe_report *report = &results->reports[i];
        double values = (double)info->rows * info->cols;
        printf("%s  SQNR %.2f dB, L1 %.4g, %.1f s, %.1f Mparam/s\n", cli_safe(info->name), report->sqnr_db, report->l1,
               report->seconds, values / report->seconds / 1e6);
    }
}

// ---- JSON

static json_t *bands_json(const struct carvq_band *bands)
{
    json_t *list = json_array();
    for (unsigned b = 0; b < CARVQ_BANDS; b++)
        json_array_append_new(list, json_pack("{sososIsfsfso}", "min_count", cli_real(bands[b].min_count), "max_count",
                                              cli_real(bands[b].max_count), "rows", (json_int_t)bands[b].rows, "share",
                                              bands[b].share, "bits", bands[b].bits, "sqnr_db", cli_real(bands[b].sqnr_db)));
    return list;
}

static json_t *adaptor_json(const struct carvq_adaptor_trial *trial)
{
    return json_pack("{sIsIsfsfsb}", "dim", (json_int_t)trial->dim, "hidden", (json_int_t)trial->hidden, "gain_db",
                     trial->gain_db, "price_db", trial->price_db, "used", trial->used);
}

static int print_json(const struct cli_compress_work *work, const struct cli_compress_settings *settings,
                      const struct results *results)
{
    json_t *tables = json_array();
    for (size_t i = 0; i < work->count; i++) {
        struct carvq_band bands[CARVQ_BANDS];
        double sqnr_db = carvq_recipe_expect(results->recipes[i], bands);
        json_t *table = cli_table_json(carvq_recipe_info(results->recipes[i]));
        json_object_set_new(table, "head", json_string(cli_head_name(work->tables[i].head)));
        json_object_set_new(table, "importance", json_string(results->counts[i].source));
        if (carvq_recipe_adaptor(results->recipes[i])->dim > 0)
            json_object_set_new(table, "adaptor_trial", adaptor_json(carvq_recipe_adaptor(results->recipes[i])));
        json_object_set_new(table, "expected", json_pack("{soso}", "sqnr_db", cli_real(sqnr_db), "bands", bands_json(bands)));
        if (!settings->dry_run) {
            json_object_set_new(table, "sqnr_db", cli_real(results->reports[i].sqnr_db));
            json_object_set_new(table, "l1", cli_real(results->reports[i].l1));
            json_object_set_new(table, "seconds", cli_real(results->reports[i].seconds));
            json_object_set_new(table, "bands", bands_json(results->reports[i].bands));
        }
        json_array_append_new(tables, table);
    }
    return cli_compress_print_json(work, settings, tables);
}

// ---- work

// What encode() works on.
struct encoding {
    const struct cli_compress_work *work;
    struct results *results;
};

static enum carvq_status encode(void *context, const struct carvq_encode_job *job, struct carvq_error *error)
{
    const struct encoding *encoding = context;
    return carvq_recipe_encode(encoding->results->recipes, encoding->work->count, job, encoding->results->reports, error);
}

static int run(struct cli_compress_work *work, const struct cli_compress_settings *settings, struct results *results)
{
    struct carvq_error error;
    if (make_recipes(work, settings, results, &error) != CARVQ_OK)
        return cli_fail(&error);
    if (!settings->json)
        print_plan(work, settings, results);
    if (!settings->dry_run && cli_compress_write(work, settings, encode, &(struct encoding){work, results}, &error) != CARVQ_OK)
        return cli_fail(&error);
    if (settings->json)
        return print_json(work, settings, results);
    if (!settings->dry_run)
        print_reports(work, results);
    return cli_finish();
}

int cli_compress_by_budget(struct cli_compress_work *work, const struct cli_compress_settings *settings)
{
    struct results results = {0};
    int status = run(work, settings, &results);
    for (size_t i = 0; i < work->count && results.recipes != NULL && results.counts != NULL; i++) {
        carvq_recipe_free(results.recipes[i]);
        free(results.counts[i].values);
    }
    free(results.counts);
    free(results.recipes);
    free(results.reports);
    return status;
}
