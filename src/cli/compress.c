// SPDX-License-Identifier: MIT
// carvq compress: makes plans, by settings or by a budget, and carries them out.
#define _POSIX_C_SOURCE 200809L
#define _XOPEN_SOURCE 700 // realpath()
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/status.h"
#include "compress.h"

// The first of the options named that was given; NULL: none.
static const char *first_given(const struct cli_option *options, const bool *given, const char *const *names)
{
    for (; *names != NULL; names++)
        for (size_t i = 0; options[i].kind != CLI_END; i++)
            if (given[i] && strcmp(options[i].name, *names) == 0)
                return *names;
    return NULL;
}

// Usage status if one of them was given.
static int refuse(const struct cli_option *options, const bool *given, const char *const *names, const char *why)
{
    const char *name = first_given(options, given, names);
    return name != NULL ? cli_misuse("compress", "--%s %s", name, why) : -1;
}

static int check_use(const struct cli_compress_settings *settings)
{
    const struct cli_count_options *counts = &settings->counts;
    const bool text = cli_has_text(&counts->text);
    if (settings->stats != NULL && (text || counts->counts != NULL || counts->uniform))
        return cli_misuse("compress", "give --stats or what says otherwise how rows are used, not both");
    if ((settings->max_tokens > 0 || settings->count_only) && !text)
        return cli_misuse("compress", "--max-tokens and --count-only need --calibrate or --calibrate-tokens");
    if (settings->max_tokens > 0 && settings->count_only)
        return cli_misuse("compress", "--max-tokens is for a run of the model, which --count-only forgoes");
    const bool parts = settings->bits_input > 0 || settings->bits_head > 0;
    if (parts && settings->max_bytes > 0)
        return cli_misuse("compress", "--bits-input and --bits-head go with --bits, not with --max-bytes");
    if (parts && settings->bits == 0 && !(settings->bits_input > 0 && settings->bits_head > 0))
        return cli_misuse("compress", "give --bits, too, or both of --bits-input and --bits-head");
    return -1;
}

// Each of the two ways to compress has options of its own. Without any of them it is --bits 2.
static int check_options(struct cli_compress_settings *settings, const struct cli_option *options, const bool *given)
{
    static const char *const paper[] = {"preset",         "stages",         "subvector",  "group",  "grouping",
                                        "code-bits",      "codebook-dtype", "iterations", "rounds", "adaptor-dim",
                                        "adaptor-hidden", "adaptor-epochs", NULL};
    static const char *const budget[] = {"calibrate", "calibrate-tokens", "calibrate-width", "counts", "uniform",
                                         "stats",     "max-tokens",       "count-only",      "codec",  NULL};
    static const char *const effort[] = {"effort", NULL};
    if (!cli_compress_has_budget(settings) && first_given(options, given, paper) == NULL)
        settings->bits = 2;
    if (!cli_compress_has_budget(settings))
        return refuse(options, given, budget, "is not for the paper's method; it goes with --bits or --max-bytes");
    if (settings->bits > 0 && settings->max_bytes > 0)
        return cli_misuse("compress", "give --bits or --max-bytes, not both");
    int status = refuse(options, given, paper, "is not for --bits and --max-bytes, which decide that by themselves");
    if (status < 0 && settings->effort == 0)
        status = refuse(options, given, effort, "is at least 1 with --bits and --max-bytes");
    if (status < 0)
        status = check_use(settings);
    return status >= 0 ? status : cli_check_counts(&settings->counts, "compress");
}

static int parse(int argc, char **argv, struct cli_compress_settings *settings)
{
    static const struct cli_word presets[] = {{"carvq-2", 2}, {"carvq-3", 3}, {"carvq-4", 4}, {NULL, 0}};
    static const struct cli_word groupings[] = {{"rows", CARVQ_GROUP_ROWS}, {"columns", CARVQ_GROUP_COLUMNS}, {NULL, 0}};
    static const struct cli_word dtypes[] = {{"bf16", CARVQ_BF16}, {"f16", CARVQ_F16}, {NULL, 0}};
    struct carvq_settings defaults;
    carvq_settings_init(&defaults, sizeof defaults);
    *settings = (struct cli_compress_settings){.subvector = defaults.subvector,
                                               .group = defaults.group,
                                               .grouping = CARVQ_GROUP_ROWS,
                                               .codebook_dtype = CARVQ_BF16,
                                               .code_bits = defaults.code_bits,
                                               .iterations = defaults.iterations,
                                               .adaptor_epochs = defaults.adaptor_epochs,
                                               .rounds = defaults.rounds};
    const struct cli_option options[] = {
        {"output", 'o', CLI_STRING, &settings->output, "OUT", "file to write (NAME.carvq.safetensors in this directory)", 0, 0},
        {"preset", 'p', CLI_WORD, &(struct cli_choice){&settings->preset, presets}, NULL,
         "the paper's method in place of --bits: 2, 3 or 4 stages", 0, 0},
        {"bits", 'b', CLI_REAL, &settings->bits, "B", "the best table of at most B bits per parameter (2)", 0, 16},
        {"bits-input", 0, CLI_REAL, &settings->bits_input, "B", "of that, the bits of the input table", 0, 16},
        {"bits-head", 0, CLI_REAL, &settings->bits_head, "B", "the same for a separate output head", 0, 16},
        {"max-bytes", 0, CLI_NUMBER, &settings->max_bytes, "N", "the same, for a file of at most N bytes", 1, UINT64_MAX},
        CLI_COUNT_OPTIONS(&settings->counts),
        {"stats", 0, CLI_STRING, &settings->stats, "FILE", "in place of a text: what carvq calibrate wrote", 0, 0},
        {"max-tokens", 0, CLI_NUMBER, &settings->max_tokens, "N", "run the model over the first so many tokens of the text (all)",
         1, UINT32_MAX},
        {"count-only", 0, CLI_FLAG, &settings->count_only, NULL, "count the tokens of the text, do not run the model over it", 0,
         0},
        {"codec", 0, CLI_WORD, &(struct cli_choice){&settings->codec, cli_codecs}, NULL,
         "with a budget: how rows are stored (auto)", 0, 0},
        {"effort", 0, CLI_NUMBER, &settings->effort, "E",
         "time to spend on better codes of the same size: 0 to 9 (0; with a budget 5, at least 1)", 0, CARVQ_MAX_EFFORT},
        {"tensor", 't', CLI_LIST, &settings->tensors, "NAME", "compress this tensor (the table is found by name); repeatable", 0,
         0},
        {"stages", 0, CLI_NUMBER, &settings->stages, "L", "residual stages (3)", 1, CARVQ_MAX_STAGES},
        {"subvector", 0, CLI_NUMBER, &settings->subvector, "H", "values in a sub-vector (8)", 1, CARVQ_MAX_SUBVECTOR},
        {"group", 0, CLI_NUMBER, &settings->group, "G", "sub-vectors that share codebooks (1024)", 1, CARVQ_MAX_GROUP},
        {"grouping", 0, CLI_WORD, &(struct cli_choice){&settings->grouping, groupings}, NULL,
         "what a group is: see the manual (rows)", 0, 0},
        {"code-bits", 0, CLI_NUMBER, &settings->code_bits, "N", "bits of a code (4)", 1, CARVQ_MAX_CODE_BITS},
        {"codebook-dtype", 0, CLI_WORD, &(struct cli_choice){&settings->codebook_dtype, dtypes}, NULL,
         "type of the stored 16-bit values (bf16)", 0, 0},
        {"iterations", 0, CLI_NUMBER, &settings->iterations, "N", "rounds of k-means at each stage (25)", 1, 1000},
        {"adaptor-dim", 0, CLI_NUMBER, &settings->adaptor_dim, "M",
         "values per row of the adaptor's table (n/128, if 0.1554 bit holds it)", 1, CARVQ_MAX_ADAPTOR_DIM},
        {"adaptor-hidden", 0, CLI_NUMBER, &settings->adaptor_hidden, "N", "hidden units of the adaptor (what 0.1554 bit holds)",
         1, CARVQ_MAX_ADAPTOR_HIDDEN},
        {"adaptor-epochs", 0, CLI_NUMBER, &settings->adaptor_epochs, "N", "passes over the table that train the adaptor (15)", 1,
         10000},
        {"rounds", 0, CLI_NUMBER, &settings->rounds, "R", "1: codes, then the adaptor; more: the adaptor first, then in turn (1)",
         1, 100},
        {"no-adaptor", 0, CLI_FLAG, &settings->no_adaptor, NULL, "codes alone", 0, 0},
        {"seed", 0, CLI_NUMBER, &settings->seed, "N", "same seed, same bytes (0)", 0, UINT64_MAX},
        {"threads", 0, CLI_NUMBER, &settings->threads, "N", "threads (one per processor)", 1, 1024},
        {"dry-run", 'n', CLI_FLAG, &settings->dry_run, NULL, "print the plan, write nothing", 0, 0},
        {"force", 'f', CLI_FLAG, &settings->force, NULL, "overwrite OUT", 0, 0},
        {"json", 0, CLI_FLAG, &settings->json, NULL, "print one JSON object instead of text", 0, 0},
        {.kind = CLI_END},
    };
    const struct cli_usage usage = {"compress",
                                    "MODEL [-o OUT]",
                                    "Compresses the embedding table of a model, and its output head if that is not tied: to a "
                                    "number of bits, as well as they\n"
                                    "can be spent (--bits, 2 if nothing else is asked for), or by the paper's method (--preset, "
                                    "--stages and what follows it).\n"
                                    "MODEL is a Hugging Face directory or a single .safetensors file.",
                                    options,
                                    1,
                                    1};
    bool given[CLI_MAX_OPTIONS] = {false};
    int first, status = cli_parse_given(&usage, argc, argv, &first, given);
    if (status >= 0)
        return status;
    settings->model = argv[first];
    return check_options(settings, options, given);
}

// NAME.carvq.safetensors, NAME being the last part of MODEL as it was typed, without .safetensors. NULL: out of memory.
static char *default_output(const char *model)
{
    static const char ending[] = ".safetensors", unnamed[] = "model";
    size_t length, suffix = sizeof ending - 1;
    const char *name = cli_last_part(model, &length);
    char *resolved = NULL;
    if ((length == 1 && name[0] == '.') || (length == 2 && name[0] == '.' && name[1] == '.'))
        resolved = realpath(model, NULL);
    if (resolved != NULL)
        name = cli_last_part(resolved, &length);
    if (length > suffix && strncmp(name + length - suffix, ending, suffix) == 0)
        length -= suffix;
    if (length == 0) { // the root directory
        name = unnamed;
        length = sizeof unnamed - 1;
    }
    size_t size = length + sizeof ".carvq.safetensors";
    char *output = malloc(size);
    if (output != NULL)
        snprintf(output, size, "%.*s.carvq.safetensors", (int)length, name);
    free(resolved);
    return output;
}

// --force must not destroy the model itself.
static enum carvq_status check_output(const struct cli_compress_work *work, const struct cli_compress_settings *settings,
                                      struct carvq_error *error)
{
    enum carvq_status status = settings->dry_run ? CARVQ_OK : cli_output_check(work->output, settings->force, error);
    return status == CARVQ_OK ? cli_output_check_model(work->output, work->checkpoint, error) : status;
}

static enum carvq_status prepare(struct cli_compress_work *work, const struct cli_compress_settings *settings,
                                 struct carvq_error *error)
{
    enum carvq_status status = cli_open_model(settings->model, &work->checkpoint, error);
    if (status == CARVQ_OK)
        status = carvq_checkpoint_tables(work->checkpoint, settings->tensors.count > 0 ? settings->tensors.items : NULL,
                                         settings->tensors.count, &work->tables, &work->count, error);
    if (status != CARVQ_OK)
        return status;
    work->matrices = calloc(work->count, sizeof *work->matrices);
    work->counts = calloc(work->count, sizeof *work->counts);
    work->plans = calloc(work->count, sizeof *work->plans);
    work->output = settings->output != NULL ? strdup(settings->output) : default_output(settings->model);
    if (work->matrices == NULL || work->counts == NULL || work->plans == NULL || work->output == NULL)
        return carvq_fail(error, CARVQ_ERROR_MEMORY, "%s: out of memory", settings->model);
    for (size_t i = 0; i < work->count; i++) {
        struct carvq_checkpoint_table *table = &work->tables[i];
        work->matrices[i] = (struct carvq_matrix){table->tensor->name, table->tensor->file,         table->rows, table->cols,
                                                  table->dtype,        carvq_checkpoint_read_block, table};
    }
    return CARVQ_OK;
}

// Writes the file and gives it its name; after an error there is nothing.
static enum carvq_status write_file(struct cli_compress_work *work, const struct cli_compress_settings *settings,
                                    struct carvq_error *error)
{
    struct cli_output output;
    struct cli_compress_display display = {.phase = -1};
    enum carvq_status status = cli_output_open(&output, work->output, settings->force, error);
    if (status != CARVQ_OK)
        return status;
    struct carvq_job job;
    carvq_job_init(&job, sizeof job);
    job.write = cli_output_write;
    job.write_context = &output;
    job.progress = cli_compress_progress;
    job.progress_context = &display;
    job.threads = (unsigned)settings->threads;
    job.file_bytes_ret = &work->file_bytes;
    cli_progress_begin(&display.progress);
    status = carvq_encode(work->plans, work->count, &job, error);
    cli_progress_end(&display.progress);
    if (status == CARVQ_OK)
        return cli_output_commit(&output, error);
    cli_output_discard(&output);
    return status;
}

static int run_work(struct cli_compress_work *work, const struct cli_compress_settings *settings)
{
    struct carvq_error error;
    enum carvq_status status = prepare(work, settings, &error);
    if (status == CARVQ_OK)
        status = check_output(work, settings, &error);
    if (status == CARVQ_OK)
        status = cli_compress_ask_model(work, settings, &error);
    if (status == CARVQ_OK)
        status = cli_compress_plan(work, settings, &error);
    if (status != CARVQ_OK)
        return cli_fail(&error);
    if (!settings->json)
        cli_compress_print_plans(work, settings);
    if (!settings->dry_run && write_file(work, settings, &error) != CARVQ_OK)
        return cli_fail(&error);
    if (settings->json)
        return cli_compress_print_json(work, settings);
    if (!settings->dry_run) {
        cli_compress_print_reports(work);
        cli_compress_print_advice(work, settings);
    }
    return cli_finish();
}

static void release(struct cli_compress_work *work)
{
    for (size_t i = 0; i < work->count && work->plans != NULL; i++)
        carvq_plan_free(work->plans[i]);
    for (size_t i = 0; i < work->count && work->counts != NULL; i++)
        free(work->counts[i].values);
    carvq_stats_free(work->stats);
    carvq_checkpoint_close(work->checkpoint);
    free(work->tables);
    free(work->matrices);
    free(work->counts);
    free(work->plans);
    free(work->output);
}

static int run(int argc, char **argv)
{
    struct cli_compress_settings settings;
    struct cli_compress_work work = {0};
    int status = parse(argc, argv, &settings);
    if (status >= 0)
        return status;
    status = run_work(&work, &settings);
    release(&work);
    cli_reraise();
    return status;
}

const struct cli_command cli_compress = {"compress", "compress the table of a model", run};
