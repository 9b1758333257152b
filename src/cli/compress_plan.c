// SPDX-License-Identifier: MIT
// The two ways to make plans: by settings, and by a number of bits or bytes.
#include <inttypes.h>
#include <stdlib.h>

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

// What the user has said that a table is to get, in bits per parameter; 0: nothing.
static double own_bits(const struct cli_compress_work *work, const struct cli_compress_settings *settings, size_t i)
{
    return work->tables[i].head == CARVQ_HEAD_ITSELF ? settings->bits_head : settings->bits_input;
}

// Of a table: its own, or what others that have their own leave of the mean; without --bits that is 0 or less.
static double table_bits(const struct cli_compress_work *work, const struct cli_compress_settings *settings, size_t i)
{
    double left = settings->bits * parameters(work), values = 0;
    if (own_bits(work, settings, i) > 0)
        return own_bits(work, settings, i);
    for (size_t k = 0; k < work->count; k++) {
        const double size = (double)work->matrices[k].rows * work->matrices[k].cols, own = own_bits(work, settings, k);
        left -= own * size;
        values += own > 0 ? 0 : size;
    }
    return left / values;
}

static struct carvq_budget budget_of(const struct cli_compress_work *work, const struct cli_compress_settings *settings, size_t i)
{
    struct carvq_budget budget;
    carvq_budget_init(&budget, sizeof budget);
    cli_budget_codecs(&budget, settings->codec, work->tables[i].head);
    if (settings->effort > 0)
        budget.effort = (unsigned)settings->effort;
    // --max-bytes is more than can be had: fit_bytes() takes the header off.
    budget.bits = settings->max_bytes > 0 ? 8 * (double)settings->max_bytes / parameters(work) : table_bits(work, settings, i);
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

// What table number i is to have of all bytes: as much as it was given by what the model says, or by its parameters.
static double part_of(const struct cli_compress_work *work, size_t i)
{
    double all = 0;
    for (size_t k = 0; k < work->count; k++)
        all += (double)carvq_plan_info(work->plans[k])->payload_bytes;
    return work->stats != NULL ? (double)carvq_plan_info(work->plans[i])->payload_bytes / all
                               : (double)work->matrices[i].rows * work->matrices[i].cols / parameters(work);
}

// Plans payloads of so many bytes in all, and finds the size of the file.
static enum carvq_status plan_payload(struct cli_compress_work *work, const double *parts, uint64_t payload,
                                      struct carvq_error *error)
{
    for (size_t i = 0; i < work->count; i++) {
        enum carvq_status status = carvq_plan_change(work->plans[i], 0, (uint64_t)((double)payload * parts[i]), error);
        if (status != CARVQ_OK)
            return status;
    }
    return carvq_encode_file_size(work->plans, work->count, &work->file_bytes, error);
}

// Makes the file fit --max-bytes. Fewer bytes may mean fewer tiers and a shorter header: so what is left over is offered again.
static enum carvq_status fit_parts(struct cli_compress_work *work, const struct cli_compress_settings *settings,
                                   const double *parts, struct carvq_error *error)
{
    const uint64_t most = (uint64_t)1 << 60; // more than any table needs, and its product with a share fits
    const uint64_t limit = settings->max_bytes < most ? settings->max_bytes : most;
    uint64_t payload = limit, best = 0, fits = 0, exceeds = limit + 1; // fits: or is too little for any plan
    enum carvq_status refused = CARVQ_OK;
    for (int i = 0; i < MAX_SIZES && exceeds - fits > 1; i++) {
        enum carvq_status status = plan_payload(work, parts, payload, error);
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
        return plan_payload(work, parts, best, error);
    if (refused != CARVQ_OK)
        return fail_budget(work, settings, refused, error);
    return carvq_fail(error, CARVQ_ERROR_ARGUMENT, "%s: --max-bytes %" PRIu64 " does not hold the header", settings->model,
                      settings->max_bytes);
}

static enum carvq_status fit_bytes(struct cli_compress_work *work, const struct cli_compress_settings *settings,
                                   struct carvq_error *error)
{
    double *parts = calloc(work->count, sizeof *parts);
    if (parts == NULL)
        return carvq_fail(error, CARVQ_ERROR_MEMORY, "%s: out of memory", settings->model);
    for (size_t i = 0; i < work->count; i++)
        parts[i] = part_of(work, i);
    enum carvq_status status = fit_parts(work, settings, parts, error);
    free(parts);
    return status;
}

static enum carvq_status plan_by_budget(struct cli_compress_work *work, const struct cli_compress_settings *settings, size_t i,
                                        struct cli_compress_display *display, struct carvq_error *error)
{
    struct carvq_budget budget = budget_of(work, settings, i);
    enum carvq_status status = cli_compress_use(work, settings, i, &budget, error);
    if (status == CARVQ_OK)
        status = carvq_plan_by_budget(&work->matrices[i], &budget, (unsigned)settings->threads, cli_compress_progress, display,
                                      &work->plans[i], error);
    return status == CARVQ_OK ? status : fail_budget(work, settings, status, error);
}

// The bits of several tables, to each where they lower the divergence most, unless the user has said what each is to get.
static enum carvq_status share(struct cli_compress_work *work, const struct cli_compress_settings *settings,
                               struct carvq_error *error)
{
    if (settings->bits_input > 0 || settings->bits_head > 0 || work->count < 2)
        return CARVQ_OK;
    const double bits = settings->bits > 0 ? settings->bits : 8 * (double)settings->max_bytes / parameters(work);
    enum carvq_status status = carvq_plans_share(work->plans, work->count, bits, error);
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
    if (status == CARVQ_OK && has_budget)
        status = share(work, settings, error);
    if (status != CARVQ_OK)
        return status;
    return settings->max_bytes > 0 ? fit_bytes(work, settings, error)
                                   : carvq_encode_file_size(work->plans, work->count, &work->file_bytes, error);
}
