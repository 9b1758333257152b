// SPDX-License-Identifier: MIT
// The two ways to make plans: by settings, and by a number of bits or bytes.
#include <inttypes.h>

#include "compress.h"
#include "runtime/status.h"

#define MAX_SIZES 12 // that are tried for --max-bytes ..
#define ENOUGH 0.995 // .. until so much of it is used

int cli_compress_progress(void *context, const struct carvq_progress *progress)
{
    struct cli_compress_display *display = context;
    if (display->phase != (int)progress->phase)
        display->progress.label = NULL;
    display->phase = (int)progress->phase;
    const char *phase = carvq_phase_name(progress->phase);
    if (progress->loss > 0)
        snprintf(display->label, sizeof display->label, "%s, L1 %.4g", phase, progress->loss);
    else
        snprintf(display->label, sizeof display->label, "%s", phase);
    return cli_progress_step(&display->progress, display->label, progress->done, progress->total, "param");
}

static struct carvq_settings settings_of(const struct cli_compress_settings *settings)
{
    struct carvq_settings result;
    carvq_settings_init(&result, sizeof result);
    if (settings->preset > 0)
        result.stages = (uint32_t)settings->preset;
    if (settings->stages > 0)
        result.stages = (uint32_t)settings->stages;
    result.subvector = (uint32_t)settings->subvector;
    result.group = settings->group;
    result.grouping = (enum carvq_grouping)settings->grouping;
    result.code_bits = (uint32_t)settings->code_bits;
    result.codebook_dtype = (enum carvq_dtype)settings->codebook_dtype;
    result.iterations = (uint32_t)settings->iterations;
    result.effort = (uint32_t)settings->effort;
    result.seed = settings->seed;
    result.adaptor = !settings->no_adaptor;
    result.adaptor_dim = (uint32_t)settings->adaptor_dim;
    result.adaptor_hidden = (uint32_t)settings->adaptor_hidden;
    result.adaptor_epochs = (uint32_t)settings->adaptor_epochs;
    result.rounds = (uint32_t)settings->rounds;
    return result;
}

static double parameters(const struct cli_compress_work *work)
{
    double sum = 0;
    for (size_t i = 0; i < work->count; i++)
        sum += (double)work->matrices[i].rows * work->matrices[i].cols;
    return sum;
}

static struct carvq_budget budget_of(const struct cli_compress_work *work, const struct cli_compress_settings *settings,
                                     enum carvq_head head)
{
    struct carvq_budget budget;
    carvq_budget_init(&budget, sizeof budget);
    cli_budget_codecs(&budget, settings->codec, head);
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
static enum carvq_status fail_budget(const struct cli_compress_work *work, const struct cli_compress_settings *settings,
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
static enum carvq_status plan_payload(struct cli_compress_work *work, uint64_t payload, struct carvq_error *error)
{
    const double values = parameters(work);
    for (size_t i = 0; i < work->count; i++) {
        double share = (double)work->matrices[i].rows * work->matrices[i].cols / values;
        enum carvq_status status = carvq_plan_change(work->plans[i], 0, (uint64_t)((double)payload * share), error);
        if (status != CARVQ_OK)
            return status;
    }
    return carvq_encode_file_size(work->plans, work->count, &work->file_bytes, error);
}

// Makes the file fit --max-bytes. Fewer bytes may mean fewer tiers and a shorter header: so what is left over is offered again.
static enum carvq_status fit_bytes(struct cli_compress_work *work, const struct cli_compress_settings *settings,
                                   struct carvq_error *error)
{
    const uint64_t most = (uint64_t)1 << 60; // more than any table needs, and its product with a share fits
    const uint64_t limit = settings->max_bytes < most ? settings->max_bytes : most;
    uint64_t payload = limit, best = 0, fits = 0, exceeds = limit + 1; // fits: or is too little for any plan
    enum carvq_status refused = CARVQ_OK;
    for (int i = 0; i < MAX_SIZES && exceeds - fits > 1; i++) {
        enum carvq_status status = plan_payload(work, payload, error);
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
        return plan_payload(work, best, error);
    if (refused != CARVQ_OK)
        return fail_budget(work, settings, refused, error);
    return carvq_fail(error, CARVQ_ERROR_ARGUMENT, "%s: --max-bytes %" PRIu64 " does not hold the header", settings->model,
                      settings->max_bytes);
}

// What the statistics of a model say of a table.
static enum carvq_status use_stats(struct cli_compress_work *work, const struct cli_compress_settings *settings, size_t i,
                                   struct carvq_budget *budget, struct carvq_error *error)
{
    const struct carvq_matrix *matrix = &work->matrices[i];
    struct carvq_stats_table table;
    enum carvq_status status = carvq_stats_find(work->stats, settings->stats, matrix->name, matrix->rows, matrix->cols, &table,
                                                error);
    if (status != CARVQ_OK)
        return status;
    snprintf(work->counts[i].source, sizeof work->counts[i].source, "statistics of the model");
    budget->counts = table.counts;
    budget->variance = table.variance;
    budget->moment = table.weighted;
    return CARVQ_OK;
}

static enum carvq_status plan_by_budget(struct cli_compress_work *work, const struct cli_compress_settings *settings, size_t i,
                                        struct cli_compress_display *display, struct carvq_error *error)
{
    struct carvq_budget budget = budget_of(work, settings, work->tables[i].head);
    enum carvq_status status;
    if (work->stats != NULL) {
        status = use_stats(work, settings, i, &budget, error);
    } else {
        status = cli_read_counts(&settings->counts, work->checkpoint, work->matrices[i].rows, &work->counts[i], error);
        budget.counts = work->counts[i].values;
    }
    if (status == CARVQ_OK)
        status = carvq_plan_by_budget(&work->matrices[i], &budget, (unsigned)settings->threads, cli_compress_progress, display,
                                      &work->plans[i], error);
    return status == CARVQ_OK ? status : fail_budget(work, settings, status, error);
}

enum carvq_status cli_compress_plan(struct cli_compress_work *work, const struct cli_compress_settings *settings,
                                    struct carvq_error *error)
{
    struct cli_compress_display display = {.phase = -1};
    const struct carvq_settings own = settings_of(settings);
    const unsigned threads = (unsigned)settings->threads;
    const bool has_budget = cli_compress_has_budget(settings);
    enum carvq_status status = CARVQ_OK;
    cli_progress_begin(&display.progress);
    for (size_t i = 0; i < work->count && status == CARVQ_OK; i++)
        status = has_budget ? plan_by_budget(work, settings, i, &display, error)
                            : carvq_plan_by_settings(&work->matrices[i], &own, threads, &work->plans[i], error);
    cli_progress_end(&display.progress);
    if (status != CARVQ_OK)
        return status;
    return settings->max_bytes > 0 ? fit_bytes(work, settings, error)
                                   : carvq_encode_file_size(work->plans, work->count, &work->file_bytes, error);
}
