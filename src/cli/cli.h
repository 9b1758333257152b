// SPDX-License-Identifier: MIT
// What the subcommands share. Only this directory prints or exits.
#ifndef CARVQ_CLI_CLI_H
#define CARVQ_CLI_CLI_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "runtime/status.h"
#include "carvq_encode.h"
#include "checkpoint/checkpoint.h"
#include "tokenizer/tokenizer.h"

enum { CLI_OK = 0, CLI_FAILED = 1, CLI_USAGE = 2 }; // exit statuses

// ---- subcommands --------------------------------------------------------------------------------------------------

// One subcommand; run gets argv[0] = its name and returns the exit status.
struct cli_command {
    const char *name;
    const char *summary; // one line for `carvq --help`
    int (*run)(int argc, char **argv);
};

extern const struct cli_command cli_compress, cli_show, cli_lookup, cli_verify, cli_restore, cli_pack, cli_unpack, cli_eval,
    cli_calibrate, cli_compare, cli_bench;

// ---- options ------------------------------------------------------------------------------------------------------

enum { CLI_MAX_OPTIONS = 48 }; // of a subcommand

enum cli_kind { CLI_FLAG, CLI_STRING, CLI_NUMBER, CLI_REAL, CLI_WORD, CLI_LIST, CLI_END };

// Values of an option that may be given several times.
struct cli_list {
    const char *items[64];
    size_t count;
};

// A word that an option takes, and what it stands for. A table of these ends with a word that is NULL.
struct cli_word {
    const char *word;
    int value;
};

// The value of an option of kind CLI_WORD: where the value of its word goes, and the words that it takes.
struct cli_choice {
    int *value;
    const struct cli_word *words;
};

// One option: how it is parsed and what --help says of it. A table of these ends with kind CLI_END.
struct cli_option {
    const char *name;
    char letter; // short form, or 0
    enum cli_kind kind;
    void *value;          // bool, const char *, uint64_t, double, struct cli_choice or struct cli_list, by kind
    const char *argument; // its name in --help; CLI_FLAG has none, CLI_WORD shows its words
    const char *help;
    uint64_t min, max; // CLI_NUMBER; CLI_REAL is more than min and at most max
};

// Usage of a subcommand: the line behind "carvq NAME", a paragraph, the options.
struct cli_usage {
    const char *name, *operands, *text;
    const struct cli_option *options;
    int min_operands, max_operands; // max -1: any number
};

// Parses argv; -h and --help are understood everywhere. Returns -1 if the command is to go on (operands then stand at
// argv[*first_ret] and after), else the exit status.
int cli_parse(const struct cli_usage *usage, int argc, char **argv, int *first_ret);
// The same; given_ret[CLI_MAX_OPTIONS], all false: becomes true for each option that was there.
int cli_parse_given(const struct cli_usage *usage, int argc, char **argv, int *first_ret, bool *given_ret);

// A decimal number in a range; false if text is anything else.
bool cli_parse_u64(const char *text, uint64_t min, uint64_t max, uint64_t *value_ret);

// ---- messages -----------------------------------------------------------------------------------------------------

// "carvq: note: message" on standard error: what a user should hear of although the work goes on.
void cli_note(const char *format, ...) CARVQ_PRINTF(1, 2);

// "carvq: message" on standard error; returns CLI_FAILED.
int cli_fail(const struct carvq_error *error);
int cli_failf(const char *format, ...) CARVQ_PRINTF(1, 2);

// "carvq NAME: message" and a pointer to --help on standard error; returns CLI_USAGE.
int cli_misuse(const char *name, const char *format, ...) CARVQ_PRINTF(2, 3);

// Sizes as people read them, e.g. "94.3 MiB". The buffer is one of a few static ones.
const char *cli_bytes(uint64_t bytes);

// Text that came from a file or the user, safe for a terminal. The buffer is one of a few static ones.
const char *cli_safe(const char *text);

// Prints and frees a JSON object on standard output; returns CLI_OK, or CLI_FAILED if it cannot be written.
int cli_print_json(json_t *object);

// Flushes standard output; returns CLI_FAILED with a message if something could not be written (a full disk).
int cli_finish(void);

// A number for JSON: null if it is not finite. A text: escaped if it is not UTF-8, as file names may be.
json_t *cli_real(double value);
json_t *cli_text(const char *text);

// The last part of a path without slashes at its end; *length_ret is its length.
const char *cli_last_part(const char *path, size_t *length_ret);

// A field of text in a CSV file, quoted as RFC 4180 asks.
void cli_csv_text(FILE *stream, const char *text);
// A comma and a number; nothing but the comma if it is not finite.
void cli_csv_real(FILE *stream, int digits, double value);

// A number for people, or "-" where there is none (NaN). The buffer is one of a few static ones.
const char *cli_number(int decimals, double value);

// The object that stands for a table in every --json output. The codec of a table with one segment stands in the object
// itself, too.
json_t *cli_table_json(const struct carvq_table_info *info);

// Bits per parameter: 8 payload_bytes / (V n); and of a segment alone, with nothing of what its table has beside.
double cli_bits(const struct carvq_table_info *info);
double cli_segment_bits(const struct carvq_segment_info *segment);

// A codec and its parameters in words. The buffer is static.
const char *cli_codec(const struct carvq_segment_info *segment);

// Whether a table is multiplied with hidden states.
bool cli_is_head(enum carvq_head head);

// Tied or untied, as one says it; and with what that rests on, for people. The buffer is static.
const char *cli_head_name(enum carvq_head head);
const char *cli_head_words(const struct carvq_checkpoint_table *table);

// What --codec takes: a set of 1 << enum carvq_codec; 0: auto.
extern const struct cli_word cli_codecs[];

// Sets the codecs of a budget: by --codec, and if that is auto by the use of a table, with additive if it is an output head.
void cli_budget_codecs(struct carvq_budget *budget, int codec, enum carvq_head head);

// ---- progress and Ctrl-C ------------------------------------------------------------------------------------------

// A line on standard error with percentage and ETA, if that is a terminal.
struct cli_progress {
    double started, shown; // seconds
    const char *label;
    uint64_t done;
};

void cli_progress_begin(struct cli_progress *progress);
// Returns whether the user pressed Ctrl-C (or sent SIGTERM or SIGHUP), which callbacks pass on. unit: e.g. "param" or "B"; NULL:
// no rate is shown.
int cli_progress_step(struct cli_progress *progress, const char *label, uint64_t done, uint64_t total, const char *unit);
void cli_progress_end(struct cli_progress *progress);

double cli_seconds(void);

// From now on SIGINT, SIGTERM and SIGHUP set a flag for cli_progress_step(), so that temporary files are removed; a second
// one ends the process at once.
void cli_catch_signals(void);
bool cli_interrupted(void);
// The temporary file that goes when the process ends before its time; NULL: none. The text must live until the next call.
void cli_doom(const char *path);
// Ends the process by the signal that was caught, if there was one.
void cli_reraise(void);

// ---- output files -------------------------------------------------------------------------------------------------

// Moves a finished temporary file to its name. Without force, a file that has come into being there is an error, EEXIST.
// Returns 0, or -1 with errno.
int cli_give_name(const char *temporary, const char *path, bool force);

// A file that appears under its name only when it is complete.
struct cli_output {
    char *path, *temporary;
    int descriptor;
    bool force;
};

// CARVQ_ERROR_IO if the path exists and force is not set, or its directory takes no files; nothing is created.
enum carvq_status cli_output_check(const char *path, bool force, struct carvq_error *error);
// Whether two paths name the same file, which need not be there.
bool cli_output_same(const char *a, const char *b);
// CARVQ_ERROR_ARGUMENT if the path is a file of the model under whatever name: one that holds tensors, says what they are, or
// belongs to the tokenizer. To be asked before --force takes effect.
enum carvq_status cli_output_check_model(const char *path, const struct carvq_checkpoint *checkpoint, struct carvq_error *error);
enum carvq_status cli_output_open(struct cli_output *output, const char *path, bool force, struct carvq_error *error);
// Has the form of carvq_job.write; context is a struct cli_output *.
enum carvq_status cli_output_write(void *context, uint64_t offset, const void *data, size_t nbytes, struct carvq_error *error);
// Gives the file its name; on failure it is gone.
enum carvq_status cli_output_commit(struct cli_output *output, struct carvq_error *error);
void cli_output_discard(struct cli_output *output);

// ---- output directories -------------------------------------------------------------------------------------------

// A directory that appears when its files are complete. fill makes them in the directory that it is given.
struct cli_directory {
    const char *path;
    bool force; // overwrite files that are there
    enum carvq_status (*fill)(void *context, const char *directory, struct cli_progress *progress, struct carvq_error *error);
    void *context;
};

// checkpoint: the model that the files come from, whose directory it must not be.
enum carvq_status cli_directory_write(const struct cli_directory *output, const struct carvq_checkpoint *checkpoint,
                                      struct carvq_error *error);
// Prints a line for each directory within the model's, which is not copied.
void cli_directory_name_left_out(const struct carvq_checkpoint *checkpoint);
// Bytes of the files in a directory, those of directories in it left aside.
uint64_t cli_directory_bytes(const char *path);

// Copies a file to a path where there is none.
enum carvq_status cli_copy_file(const char *from, const char *to, struct carvq_error *error);
// A whole text file, to be freed; NULL if it cannot be read.
char *cli_read_whole(const char *path);

// The rows of a compressed table, for copies of checkpoints; context is a const struct carvq_table **.
enum carvq_status cli_read_rows(void *context, uint64_t row, size_t nrows, float *rows_ret, struct carvq_error *error);

// ---- texts --------------------------------------------------------------------------------------------------------

// A text for a language model, which may come in parts: the values of --text, --tokens and --token-width.
struct cli_text_options {
    struct cli_list texts, tokens;
    uint64_t token_width; // 0: what suits V
};

// The help of --token-width.
#define CLI_WIDTH_HELP "bytes of a raw id: 2, 4 or 8 (2 if V <= 65536, else 4)"

// Returns -1, or CLI_USAGE with a message if the options contradict each other. name is the subcommand's.
int cli_check_text(const struct cli_text_options *text, const char *name);
bool cli_has_text(const struct cli_text_options *text);
// What to call the text: its path, or the first of several and how many more. The buffer is static. NULL if there is none.
const char *cli_text_path(const struct cli_text_options *text);

// The tokenizer.json beside a checkpoint.
enum carvq_status cli_open_tokenizer(const struct carvq_checkpoint *checkpoint, struct carvq_tokenizer **tokenizer_ret,
                                     struct carvq_error *error);

// The token ids of a text, all parts one after the other, which the tokenizer.json of the checkpoint cuts, or which are there
// already. Nothing is put in front. *ids_ret is to be given to free().
enum carvq_status cli_read_text(const struct cli_text_options *text, const struct carvq_checkpoint *checkpoint,
                                uint64_t vocabulary, uint32_t **ids_ret, size_t *count_ret, struct carvq_error *error);

// How often rows are used: the values of --calibrate, --calibrate-tokens, --calibrate-width, --counts and --uniform.
struct cli_count_options {
    struct cli_text_options text;
    const char *counts;
    bool uniform;
};

// Options for a table of options, name being one of that struct.
#define CLI_COUNT_OPTIONS(name)                                                                                                 \
    {"calibrate", 0, CLI_LIST, &(name)->text.texts, "TEXT", "bits go where this text needs them; repeatable", 0, 0},            \
        {"calibrate-tokens", 0, CLI_LIST, &(name)->text.tokens, "FILE", "the same, from token ids: .npy or raw", 0, 0},         \
        {"calibrate-width", 0, CLI_NUMBER, &(name)->text.token_width, "N", CLI_WIDTH_HELP, 2, 8},                               \
        {"counts", 0, CLI_STRING, &(name)->counts, "FILE", "the same, from V lines: how often each row is used", 0, 0},         \
    {                                                                                                                           \
        "uniform", 0, CLI_FLAG, &(name)->uniform, NULL, "all rows alike (else the order of the tokenizer's merges tells)", 0, 0 \
    }

// Returns -1, or CLI_USAGE with a message if the options contradict each other. name is the subcommand's.
int cli_check_counts(const struct cli_count_options *options, const char *name);

// Takes the ids out that are no rows: tokens that were added to the tokenizer and not to the table. Returns how many are left.
size_t cli_drop_beyond(uint32_t *ids, size_t count, uint64_t rows);

// How often the rows of a table are used.
struct cli_counts {
    double *values; // to be given to free(); NULL if all rows are alike
    bool guessed;
    char source[480]; // in words, where they come from
};

// The counts of a table of so many rows.
enum carvq_status cli_read_counts(const struct cli_count_options *options, const struct carvq_checkpoint *checkpoint,
                                  uint64_t rows, struct cli_counts *counts_ret, struct carvq_error *error);

// ---- opening ------------------------------------------------------------------------------------------------------

// carvq_checkpoint_open(), and what is to be said of the files goes to standard error.
enum carvq_status cli_open_model(const char *path, struct carvq_checkpoint **checkpoint_ret, struct carvq_error *error);

// carvq_open(); if that fails, the message says what the file is instead, as far as that can be seen. model: the other operand
// where a command takes both, in case they were swapped; or NULL.
enum carvq_status cli_open_file(const char *path, const char *model, struct carvq_file **file_ret, struct carvq_error *error);

// The word that was meant, of a list that ends with NULL; NULL: none is near.
const char *cli_nearest(const char *word, const char *const *words);

// ---- tables -------------------------------------------------------------------------------------------------------

// The table that --tensor names, or the only one if name is NULL; NULL after printing what there is.
const struct carvq_table *cli_table(const struct carvq_file *file, const char *path, const char *name);

// Finds the tables that --tensor names (or all) in an open file, in the order of the file.
enum carvq_status cli_select(const struct carvq_file *file, const char *path, const struct cli_list *names,
                             const struct carvq_table **tables_ret, size_t *count_ret, struct carvq_error *error);

// The tensor of a checkpoint that a compressed table was made from: same name, same shape.
enum carvq_status cli_original(const struct carvq_checkpoint *checkpoint, const struct carvq_table_info *info,
                               struct carvq_checkpoint_table *original_ret, struct carvq_error *error);

#endif
