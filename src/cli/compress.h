// SPDX-License-Identifier: MIT
// The parts of carvq compress: the command line, making plans, and saying what they are and what came of them.
#ifndef CARVQ_CLI_COMPRESS_H
#define CARVQ_CLI_COMPRESS_H

#include "carvq_encode.h"
#include "cli.h"
#include "stats/stats.h"

// The command line.
struct cli_compress_settings {
    const char *model, *output;
    struct cli_list tensors;
    int preset, grouping, codebook_dtype; // stages, 0: not given; enum carvq_grouping; enum carvq_dtype
    uint64_t stages, subvector, group, code_bits, iterations, adaptor_dim, adaptor_hidden, adaptor_epochs, rounds, seed, threads;
    bool no_adaptor, dry_run, force, json;
    uint64_t effort;
    double bits, bits_input, bits_head; // a budget is given if one of these is not 0
    uint64_t max_bytes;
    int codec; // a set of 1 << enum carvq_codec; 0: all
    struct cli_count_options counts;
    const char *stats;   // file of carvq calibrate
    uint64_t max_tokens; // of the text that the model is run over
    bool count_only;     // it is not to be run
};

static inline bool cli_compress_has_budget(const struct cli_compress_settings *settings)
{
    return settings->bits > 0 || settings->bits_input > 0 || settings->bits_head > 0 || settings->max_bytes > 0;
}

// The tables of a model, and where they go. One array element for each table.
struct cli_compress_work {
    struct carvq_checkpoint *checkpoint;
    struct carvq_checkpoint_table *tables;
    size_t count;
    struct carvq_matrix *matrices;
    struct cli_counts *counts;  // how often rows are used; for budgets
    struct carvq_stats *stats;  // what the model says; NULL: nothing
    struct carvq_error not_run; // why it could not be run; empty: it was, or was not asked to
    struct carvq_plan **plans;
    uint64_t file_bytes;
    char *output;
};

// The progress line; its label shows how far down an adaptor has brought the error.
struct cli_compress_display {
    struct cli_progress progress;
    int phase; // enum carvq_phase, -1: none yet
    char label[64];
};

// Has the form of carvq_job.progress; context is a struct cli_compress_display *.
int cli_compress_progress(void *context, const struct carvq_progress *progress);

// Fills work->plans, by settings or by a budget, and work->file_bytes.
enum carvq_status cli_compress_plan(struct cli_compress_work *work, const struct cli_compress_settings *settings,
                                    struct carvq_error *error);

// What the model says of its rows: from the file that is named, or from a run over the text for calibration; work->stats.
enum carvq_status cli_compress_ask_model(struct cli_compress_work *work, const struct cli_compress_settings *settings,
                                         struct carvq_error *error);

// Puts into a budget how table number i is used, as far as that is known; work->counts[i].
enum carvq_status cli_compress_use(struct cli_compress_work *work, const struct cli_compress_settings *settings, size_t i,
                                   struct carvq_budget *budget, struct carvq_error *error);

// Say what is planned; what came of it; or all of that as a JSON object, which returns the exit status.
void cli_compress_print_plans(const struct cli_compress_work *work, const struct cli_compress_settings *settings);
void cli_compress_print_reports(const struct cli_compress_work *work);
void cli_compress_print_advice(const struct cli_compress_work *work, const struct cli_compress_settings *settings);
int cli_compress_print_json(const struct cli_compress_work *work, const struct cli_compress_settings *settings);

#endif
