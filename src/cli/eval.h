// SPDX-License-Identifier: MIT
// What the parts of carvq eval share, and carvq compare with them.
#ifndef CARVQ_CLI_EVAL_H
#define CARVQ_CLI_EVAL_H

#include "cli.h"
#include "eval/eval.h"
#include "lm/rows.h"

// The words of --apply, values of enum carvq_eval_apply; and the word of one of these.
extern const struct cli_word cli_places[];
const char *cli_place_name(enum carvq_eval_apply place);

// An open model, and compressed tables of it; pointers lead into it, so it must stay where it is.
struct cli_model {
    struct carvq_checkpoint *checkpoint;
    struct carvq_lm *lm;
    struct carvq_eval_file *files; // compressed ones
    size_t file_count;
    const struct carvq_table *input, *head; // of the files: what takes the place of the model's own, or NULL
    struct carvq_lm_rows input_rows, head_rows;
    struct carvq_eval_variant variant;
};

// tables: compressed files, which may be none. On errors, too, the model is to be closed.
enum carvq_status cli_model_open(const char *path, const struct cli_list *tables, enum carvq_eval_apply apply,
                                 struct cli_model *model, struct carvq_error *error);
void cli_model_close(struct cli_model *model);

// The compressed files by name: the first, and how many more. The buffer is static. NULL if there is none.
const char *cli_model_tables(const struct cli_list *tables);
// With a table: its bits (of two that are used, those of both together), and where it is used: "input", "head" or "both".
double cli_model_bits(const struct cli_model *model);
const char *cli_model_apply(const struct cli_model *model);

// What windows of a text begin with, and which of their tokens are scored: --bos and --protocol.
enum { CLI_BOS_AUTO, CLI_BOS_YES, CLI_BOS_NO };
enum { CLI_PROTOCOL_CARVQ, CLI_PROTOCOL_LLAMA };
extern const struct cli_word cli_bos_words[], cli_protocol_words[];
struct cli_protocol {
    int bos, kind;
};

// The id that windows are to begin with, if there is one: *place_ret is front_ret, else NULL.
enum carvq_status cli_find_front(int bos, bool is_text, const struct carvq_checkpoint *checkpoint, const struct carvq_lm *lm,
                                 uint32_t *front_ret, const uint32_t **place_ret, struct carvq_error *error);

// Fills in what options has of it. is_text: the ids are those of a text as the tokenizer cuts it, not somebody's own; they may
// get one more. front_ret is where options->front leads, and must stay.
enum carvq_status cli_protocol_apply(const struct cli_protocol *protocol, const struct cli_model *model, bool is_text,
                                     uint32_t **ids, size_t *count, uint32_t *front_ret, struct carvq_eval_options *options,
                                     struct carvq_error *error);

// carvq eval --task
struct cli_task_settings {
    const char *model, *items;
    struct cli_list tables, files;
    uint64_t max_items, max_new, threads;
    enum carvq_eval_apply apply;
    bool json, csv, force;
};
// Returns the exit status.
int cli_eval_tasks(const struct cli_task_settings *settings);

#endif
