// SPDX-License-Identifier: MIT
// What the two ways to compress share: by the paper's settings, and by a budget.
#ifndef CARVQ_CLI_COMPRESS_H
#define CARVQ_CLI_COMPRESS_H

#include "carvq_budget.h"
#include "cli.h"

// The command line.
struct cli_compress_settings {
    const char *model, *output;
    struct cli_list tensors;
    int preset, grouping, codebook_dtype; // stages, 0: not given; enum carvq_grouping; enum carvq_dtype
    uint64_t stages, subvector, group, code_bits, iterations, adaptor_dim, adaptor_hidden, adaptor_epochs, rounds, seed, threads;
    bool no_adaptor, dry_run, force, json;
    uint64_t effort;
    double bits; // a budget is given if one of these is not 0
    uint64_t max_bytes;
    int codec; // a set of 1 << enum carvq_codec; 0: all
    struct cli_count_options counts;
};

static inline bool cli_compress_has_budget(const struct cli_compress_settings *settings)
{
    return settings->bits > 0 || settings->max_bytes > 0;
}

// The tables of a model, and where they go. One array element for each table.
struct cli_compress_work {
    struct carvq_checkpoint *checkpoint;
    struct carvq_checkpoint_table *tables;
    size_t count;
    struct carvq_matrix *matrices;
    uint64_t file_bytes;
    char *output;
};

// The progress line; its label shows how far down an adaptor has brought the error.
struct cli_compress_display {
    struct cli_progress progress;
    const char *phase;
    char label[64];
};

// Has the form of carvq_encode_job.progress; context is a struct cli_compress_display *.
int cli_compress_progress(void *context, const struct carvq_progress *progress);

// --force must not destroy the model itself.
enum carvq_status cli_compress_check_output(const struct cli_compress_work *work, const struct cli_compress_settings *settings,
                                            struct carvq_error *error);

// Opens the output, has encode() write the file through a job, and gives it its name; after an error there is nothing.
enum carvq_status cli_compress_write(struct cli_compress_work *work, const struct cli_compress_settings *settings,
                                     enum carvq_status (*encode)(void *context, const struct carvq_encode_job *job,
                                                                 struct carvq_error *error),
                                     void *context, struct carvq_error *error);

// Prints the object of the whole run; tables, an array, is freed. Returns the exit status.
int cli_compress_print_json(const struct cli_compress_work *work, const struct cli_compress_settings *settings, json_t *tables);

// Compress and print, or only print the plan. Return the exit status.
int cli_compress_by_settings(struct cli_compress_work *work, const struct cli_compress_settings *settings);
int cli_compress_by_budget(struct cli_compress_work *work, const struct cli_compress_settings *settings);

#endif
