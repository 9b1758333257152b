// SPDX-License-Identifier: MIT
// How the tables are used: what the model says, or what else there is.
#include <string.h>

#include "calibrate.h"
#include "compress.h"
#include "runtime/status.h"

// The table of the model that statistics are of; all rows of other tables that have as many are of the same tokens.
static bool is_known(const struct carvq_stats *stats, const char *name)
{
    return strcmp(stats->input, name) == 0 || strcmp(stats->head, name) == 0;
}

static enum carvq_status read_file(struct cli_compress_work *work, const struct cli_compress_settings *settings,
                                   struct carvq_error *error)
{
    enum carvq_status status = carvq_stats_read(settings->stats, &work->stats, error);
    for (size_t i = 0; status == CARVQ_OK && i < work->count; i++)
        if (is_known(work->stats, work->matrices[i].name))
            return CARVQ_OK;
    return status != CARVQ_OK
               ? status
               : carvq_fail(error, CARVQ_ERROR_ARGUMENT,
                            "%s: statistics of a model whose tables are '%.100s' and '%.100s', which is none of those here; make "
                            "them of this model: carvq calibrate",
                            settings->stats, work->stats->input, work->stats->head);
}

static enum carvq_status run_model(struct cli_compress_work *work, const struct cli_compress_settings *settings,
                                   struct carvq_error *error)
{
    const struct cli_calibration calibration = {
        .text = settings->counts.text, .max_tokens = settings->max_tokens, .threads = settings->threads};
    struct carvq_lm *lm;
    if (carvq_lm_open(work->checkpoint, &lm, &work->not_run) != CARVQ_OK)
        return CARVQ_OK; // the tokens can still be counted
    work->not_run.message[0] = '\0';
    enum carvq_status status = cli_run_calibration(work->checkpoint, lm, &calibration, &work->stats, NULL, error);
    carvq_lm_close(lm);
    return status;
}

enum carvq_status cli_compress_ask_model(struct cli_compress_work *work, const struct cli_compress_settings *settings,
                                         struct carvq_error *error)
{
    if (settings->stats != NULL)
        return read_file(work, settings, error);
    if (cli_has_text(&settings->counts.text) && !settings->count_only)
        return run_model(work, settings, error);
    return CARVQ_OK;
}

enum carvq_status cli_compress_use(struct cli_compress_work *work, const struct cli_compress_settings *settings, size_t i,
                                   struct carvq_budget *budget, struct carvq_error *error)
{
    const struct carvq_matrix *matrix = &work->matrices[i];
    const struct carvq_stats *stats = work->stats;
    enum carvq_status status = CARVQ_OK;
    if (stats != NULL && (is_known(stats, matrix->name) || matrix->rows == stats->rows)) {
        struct carvq_stats_table table = {.counts = stats->counts};
        if (is_known(stats, matrix->name))
            status = carvq_stats_find(stats, settings->stats != NULL ? settings->stats : "calibration", matrix->name,
                                      matrix->rows, matrix->cols, &table, error);
        snprintf(work->counts[i].source, sizeof work->counts[i].source, "what the model says, over %llu tokens",
                 (unsigned long long)stats->tokens);
        budget->counts = stats->counts;
        budget->variance = stats->variance; // of rows of the head, whose tokens are those of the input
        budget->moment = table.weighted;
        budget->sensitivity = table.sensitivity;
        return status;
    }
    status = cli_read_counts(&settings->counts, work->checkpoint, matrix->rows, &work->counts[i], error);
    budget->counts = work->counts[i].values;
    return status;
}
