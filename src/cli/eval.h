// SPDX-License-Identifier: MIT
// What the parts of carvq eval share.
#ifndef CARVQ_CLI_EVAL_H
#define CARVQ_CLI_EVAL_H

#include "cli.h"
#include "eval/eval.h"
#include "lm/rows.h"

// An open model, and a compressed table of it; pointers lead into it, so it must stay where it is.
struct cli_model {
    struct carvq_checkpoint *checkpoint;
    struct carvq_lm *lm;
    struct carvq_file *file;                // NULL without a table
    const struct carvq_table *input, *head; // of the file: what takes the place of the model's own, or NULL
    struct carvq_lm_rows input_rows, head_rows;
    struct carvq_eval_variant variant;
};

// table_path may be NULL. apply: -1, or the place of a word in input|head|both. On errors, too, the model is to be closed.
enum carvq_status cli_model_open(const char *path, const char *table_path, int apply, struct cli_model *model,
                                 struct carvq_error *error);
void cli_model_close(struct cli_model *model);

// With a table: its bits (those of the input's, if two are used), and where it is used: "input", "head" or "both".
double cli_model_bits(const struct cli_model *model);
const char *cli_model_apply(const struct cli_model *model);

// carvq eval --task
struct cli_task_settings {
    const char *model, *table, *items;
    struct cli_list files;
    uint64_t max_items, max_new, threads;
    int apply;
    bool json, csv, force;
};
// Returns the exit status.
int cli_eval_tasks(const struct cli_task_settings *settings);

#endif
