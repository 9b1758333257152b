// SPDX-License-Identifier: MIT
// carvq compare: opens what is compared, runs all methods, and puts the result out.
#define _POSIX_C_SOURCE 200809L
#include "compare.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gnuplot.h"
#include "stats/stats.h"

struct settings {
    const char *model, *tensor, *plot, *csv;
    struct cli_text_options text;
    struct cli_list methods;
    struct cli_count_options counts;
    const char *stats; // file of carvq calibrate
    int codec;         // see cli_codecs
    uint64_t window, max_windows, threads, seed;
    int bos;
    int apply; // enum carvq_eval_apply
    bool json, force;
};

// Everything that is open while the methods run.
struct work {
    struct carvq_checkpoint *checkpoint;
    struct carvq_checkpoint_table *table;
    struct carvq_matrix matrix;
    struct carvq_lm *lm;
    uint32_t *ids;
    size_t id_count;
    struct carvq_baseline *settings;
    struct carvq_compare_row *rows;
    uint32_t front; // the id that windows begin with, if options.front is set
    struct carvq_compare_options options;
    struct cli_counts counts;
    struct carvq_stats *stats; // NULL: there are none
    struct cli_comparison comparison;
};

static const char description[] =
    "Compresses the table of a model by every method at several settings, and measures each: bits, SQNR, recall@10 of the\n"
    "nearest rows, and, with a text, perplexity and the rest as `carvq eval` does. --calibrate to --codec are for the method\n"
    "that is `carvq compress --bits`; the tokens of texts are counted. --stats is for methods with feedback, too.";

// The values of the options, not checked against each other.
static int read_options(int argc, char **argv, struct settings *settings)
{
    const struct cli_option options[] = {
        {"text", 0, CLI_LIST, &settings->text.texts, "FILE",
         "a text, in UTF-8; MODEL's tokenizer.json cuts it into tokens; repeatable", 0, 0},
        {"tokens", 0, CLI_LIST, &settings->text.tokens, "FILE",
         "the text as token ids: .npy, or raw and little-endian; repeatable", 0, 0},
        {"token-width", 0, CLI_NUMBER, &settings->text.token_width, "N", CLI_WIDTH_HELP, 2, 8},
        {"method", 'm', CLI_LIST, &settings->methods, "NAME", "only this method; repeatable (all; a wrong name lists them)", 0,
         0},
        CLI_COUNT_OPTIONS(&settings->counts),
        {"stats", 0, CLI_STRING, &settings->stats, "FILE", "in place of a text: what carvq calibrate wrote", 0, 0},
        {"codec", 0, CLI_WORD, &(struct cli_choice){&settings->codec, cli_codecs}, NULL, "how carvq --bits stores rows (auto)", 0,
         0},
        {"plot", 'p', CLI_STRING, &settings->plot, "PREFIX", "draw PREFIX.png and PREFIX.svg (needs gnuplot)", 0, 0},
        {"csv", 0, CLI_STRING, &settings->csv, "FILE", "write the figures to FILE, too", 0, 0},
        {"json", 0, CLI_FLAG, &settings->json, NULL, "print one JSON object instead of text", 0, 0},
        {"window", 'w', CLI_NUMBER, &settings->window, "N", "tokens of a window (256)", 2, 1 << 30},
        {"max-windows", 0, CLI_NUMBER, &settings->max_windows, "N", "stop after so many windows (all)", 1, UINT32_MAX},
        {"bos", 0, CLI_WORD, &(struct cli_choice){&settings->bos, cli_bos_words}, NULL,
         "begin each window with the token that texts begin with (auto: if the tokenizer does so with --text)", 0, 0},
        {"apply", 0, CLI_WORD, &(struct cli_choice){&settings->apply, cli_places}, NULL,
         "where the table is used (input; and both, if tied)", 0, 0},
        {"tensor", 't', CLI_STRING, &settings->tensor, "NAME", "the table, where there are several", 0, 0},
        {"seed", 0, CLI_NUMBER, &settings->seed, "N", "seed of the methods that use random numbers (0)", 0, UINT64_MAX},
        {"threads", 0, CLI_NUMBER, &settings->threads, "N", "threads (one per processor)", 1, 1024},
        {"force", 'f', CLI_FLAG, &settings->force, NULL, "overwrite FILE and the pictures", 0, 0},
        {.kind = CLI_END},
    };
    const struct cli_usage usage = {
        "compare", "MODEL [--text FILE | --tokens FILE] [--plot PREFIX] [--csv FILE]", description, options, 1, 1};
    int first, status = cli_parse(&usage, argc, argv, &first);
    if (status < 0)
        settings->model = argv[first];
    return status;
}

static int parse(int argc, char **argv, struct settings *settings)
{
    *settings = (struct settings){.apply = CARVQ_EVAL_AUTO};
    int status = read_options(argc, argv, settings);
    if (status >= 0)
        return status;
    if (!cli_has_text(&settings->text) && (settings->apply != CARVQ_EVAL_AUTO || settings->window > 0 ||
                                           settings->max_windows > 0 || settings->bos != CLI_BOS_AUTO))
        return cli_misuse("compare", "--apply, --window, --max-windows and --bos need --text or --tokens");
    const struct cli_count_options *counts = &settings->counts;
    if (settings->stats != NULL && (cli_has_text(&counts->text) || counts->counts != NULL || counts->uniform))
        return cli_misuse("compare", "give --stats or what says otherwise how rows are used, not both");
    status = cli_check_counts(counts, "compare");
    return status >= 0 ? status : cli_check_text(&settings->text, "compare");
}

// ---- opening ------------------------------------------------------------------------------------------------------

static bool has_text(const struct settings *settings)
{
    return cli_has_text(&settings->text);
}

static enum carvq_status choose_places(const struct settings *settings, struct work *work, struct carvq_error *error)
{
    struct carvq_compare_options *options = &work->options;
    const bool tied = carvq_lm_is_tied(work->lm);
    const enum carvq_eval_apply asked = (enum carvq_eval_apply)settings->apply;
    if (asked == CARVQ_EVAL_BOTH && !tied)
        return carvq_fail(error, CARVQ_ERROR_ARGUMENT,
                          "%s: input table and output head are two tables; compare them one by one with --apply input and head",
                          settings->model);
    options->places[options->place_count++] = asked == CARVQ_EVAL_AUTO ? CARVQ_EVAL_INPUT : asked;
    if (asked == CARVQ_EVAL_AUTO && tied)
        options->places[options->place_count++] = CARVQ_EVAL_BOTH;
    return CARVQ_OK;
}

// The name of the table that the model uses in the chosen place.
static const char *table_of_model(const struct work *work)
{
    const bool head = work->options.places[0] == CARVQ_EVAL_HEAD;
    return head ? carvq_lm_head_name(work->lm) : carvq_lm_input_name(work->lm);
}

static enum carvq_status open_model(const struct settings *settings, struct work *work, const char **name_ret,
                                    struct carvq_error *error)
{
    enum carvq_status status = carvq_lm_open(work->checkpoint, &work->lm, error);
    if (status == CARVQ_OK)
        status = choose_places(settings, work, error);
    if (status != CARVQ_OK)
        return status;
    *name_ret = table_of_model(work);
    if (settings->tensor != NULL && strcmp(settings->tensor, *name_ret) != 0)
        return carvq_fail(
            error, CARVQ_ERROR_ARGUMENT,
            "%s: '%s' is not the table that the model uses there ('%s'); leave out the text to compare the table alone",
            settings->model, settings->tensor, *name_ret);
    status = cli_find_front(settings->bos, settings->text.texts.count > 0, work->checkpoint, work->lm, &work->front,
                            &work->options.front, error);
    return status == CARVQ_OK ? cli_read_text(&settings->text, work->checkpoint, carvq_lm_config(work->lm)->vocabulary,
                                              &work->ids, &work->id_count, error)
                              : status;
}

static enum carvq_status open_table(const struct settings *settings, const char *name, struct work *work,
                                    struct carvq_error *error)
{
    size_t count;
    enum carvq_status status = carvq_checkpoint_tables(work->checkpoint, name != NULL ? &name : NULL, name != NULL, &work->table,
                                                       &count, error);
    if (status != CARVQ_OK)
        return status;
    // The head of an untied model comes with the table and is the second.
    const bool pair = count == 2 && work->table[1].head == CARVQ_HEAD_ITSELF;
    if (count > 1 && !pair)
        return carvq_fail(error, CARVQ_ERROR_ARGUMENT, "%s: it holds %zu tables; choose one with --tensor, e.g. '%s'",
                          settings->model, count, work->table[0].tensor->name);
    work->matrix = (struct carvq_matrix){
        work->table->tensor->name, work->table->tensor->file,   work->table->rows, work->table->cols,
        work->table->dtype,        carvq_checkpoint_read_block, work->table};
    return CARVQ_OK;
}

// PREFIX.png has to be a name with something before the dot, or the pictures are hidden.
static bool names_pictures(const char *prefix)
{
    const char *slash = strrchr(prefix, '/'), *name = slash == NULL ? prefix : slash + 1;
    return name[strspn(name, ".")] != '\0';
}

// The methods may run for hours, so what would stop the files behind them is looked for before.
static enum carvq_status check_pictures(const struct settings *settings, struct carvq_error *error)
{
    static const char *const endings[] = {"png", "svg"};
    char path[4096];
    if (!names_pictures(settings->plot))
        return carvq_fail(error, CARVQ_ERROR_ARGUMENT, "--plot '%s': a name for the pictures is missing, as in 'DIR/NAME'",
                          settings->plot);
    enum carvq_status status = cli_gnuplot_check(error);
    for (size_t i = 0; status == CARVQ_OK && i < sizeof endings / sizeof *endings; i++) {
        snprintf(path, sizeof path, "%s.%s", settings->plot, endings[i]);
        status = cli_output_check(path, settings->force, error);
        if (status == CARVQ_OK && settings->csv != NULL && cli_output_same(settings->csv, path))
            status = carvq_fail(error, CARVQ_ERROR_ARGUMENT, "%s: --csv and --plot would write the same file", path);
    }
    return status;
}

static enum carvq_status check_outputs(const struct settings *settings, struct carvq_error *error)
{
    enum carvq_status status = CARVQ_OK;
    if (settings->csv != NULL)
        status = cli_output_check(settings->csv, settings->force, error);
    if (status == CARVQ_OK && settings->plot != NULL)
        status = check_pictures(settings, error);
    return status;
}

// --force is for old results, not for what is compared.
static enum carvq_status spare_model(const struct settings *settings, const struct carvq_checkpoint *checkpoint,
                                     struct carvq_error *error)
{
    static const char *const endings[] = {"png", "svg"};
    char path[4096];
    enum carvq_status status = CARVQ_OK;
    if (settings->csv != NULL)
        status = cli_output_check_model(settings->csv, checkpoint, error);
    for (size_t i = 0; status == CARVQ_OK && settings->plot != NULL && i < sizeof endings / sizeof *endings; i++) {
        snprintf(path, sizeof path, "%s.%s", settings->plot, endings[i]);
        status = cli_output_check_model(path, checkpoint, error);
    }
    return status;
}

// How the rows of the table are used.
static enum carvq_status open_use(const struct settings *settings, struct work *work, struct carvq_error *error)
{
    const struct carvq_matrix *matrix = &work->matrix;
    struct carvq_compare_options *options = &work->options;
    struct carvq_stats_table table;
    if (settings->stats == NULL) {
        enum carvq_status status = cli_read_counts(&settings->counts, work->checkpoint, matrix->rows, &work->counts, error);
        options->counts = work->counts.values;
        return status;
    }
    enum carvq_status status = carvq_stats_read(settings->stats, &work->stats, error);
    if (status == CARVQ_OK)
        status = carvq_stats_find(work->stats, settings->stats, matrix->name, matrix->rows, matrix->cols, &table, error);
    if (status != CARVQ_OK)
        return status;
    snprintf(work->counts.source, sizeof work->counts.source, "what the model says, over %llu tokens",
             (unsigned long long)work->stats->tokens);
    options->counts = work->stats->counts;
    options->variance = work->stats->variance; // of rows of the head, whose tokens are those of the input
    options->moment = table.weighted;
    return CARVQ_OK;
}

static enum carvq_status open_all(const struct settings *settings, struct work *work, struct carvq_error *error)
{
    const char *name = settings->tensor;
    enum carvq_status status = check_outputs(settings, error);
    if (status == CARVQ_OK)
        status = cli_open_model(settings->model, &work->checkpoint, error);
    if (status == CARVQ_OK)
        status = spare_model(settings, work->checkpoint, error);
    if (status == CARVQ_OK && has_text(settings))
        status = open_model(settings, work, &name, error);
    if (status == CARVQ_OK)
        status = open_table(settings, name, work, error);
    if (status == CARVQ_OK)
        status = open_use(settings, work, error);
    return status;
}

// ---- the run ------------------------------------------------------------------------------------------------------

struct show {
    struct cli_progress progress;
    char label[96];
    const char *unit;
};

static int show_progress(void *context, const struct carvq_baseline *setting, uint64_t done, uint64_t total)
{
    struct show *show = context;
    if (setting != NULL)
        snprintf(show->label, sizeof show->label, "%s, %s", setting->method, setting->setting);
    else
        snprintf(show->label, sizeof show->label, "eval");
    return cli_progress_step(&show->progress, show->label, done, total, show->unit);
}

// A method with feedback may be named where nothing says what it needs.
static enum carvq_status check_feedback(const struct settings *settings, const struct work *work, size_t count,
                                        struct carvq_error *error)
{
    for (size_t i = 0; i < count && work->options.moment == NULL; i++)
        if (work->settings[i].feedback && settings->stats == NULL)
            return carvq_fail(
                error, CARVQ_ERROR_ARGUMENT,
                "%s needs to know which hidden states the output head multiplies; run `carvq calibrate MODEL --text "
                "FILE -o STATS`, and give --stats STATS",
                work->settings[i].name);
        else if (work->settings[i].feedback)
            return carvq_fail(error, CARVQ_ERROR_ARGUMENT,
                              "%s is for an output head, which '%s' is not; choose one with --tensor", work->settings[i].name,
                              work->matrix.name);
    return CARVQ_OK;
}

static enum carvq_status compare(const struct settings *settings, struct work *work, struct carvq_error *error)
{
    struct show show = {.unit = work->lm != NULL ? NULL : "param"}; // tokens and tables have no common rate
    size_t count = 0;
    enum carvq_status status = carvq_compare_settings(work->matrix.rows, work->matrix.cols, work->options.moment != NULL,
                                                      settings->methods.items, settings->methods.count, &work->settings, &count,
                                                      error);
    if (status == CARVQ_OK)
        status = check_feedback(settings, work, count, error);
    for (size_t i = 0; status == CARVQ_OK && i < count; i++)
        cli_budget_codecs(&work->settings[i].budget, settings->codec, work->table->head);
    if (status != CARVQ_OK)
        return status;
    work->rows = calloc(count, sizeof *work->rows);
    if (work->rows == NULL)
        return carvq_fail(error, CARVQ_ERROR_MEMORY, "out of memory");
    const struct carvq_compare_subject subject = {&work->matrix, work->lm, work->ids, work->id_count,
                                                  cli_text_path(&settings->text)};
    work->options.window = settings->window;
    work->options.max_windows = settings->max_windows;
    work->options.threads = (unsigned)settings->threads;
    work->options.seed = settings->seed;
    work->options.progress = show_progress;
    work->options.progress_context = &show;
    const double started = cli_seconds();
    cli_progress_begin(&show.progress);
    status = carvq_compare(&subject, work->settings, count, &work->options, work->rows, error);
    cli_progress_end(&show.progress);
    work->comparison = (struct cli_comparison){
        settings->model, cli_text_path(&settings->text), work->counts.source, work->table, work->settings, work->rows, count,
        &work->options,  cli_seconds() - started};
    return status;
}

// ---- output -------------------------------------------------------------------------------------------------------

static enum carvq_status write_csv(const struct settings *settings, const struct cli_comparison *comparison,
                                   struct carvq_error *error)
{
    struct cli_output output;
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    if (stream != NULL)
        cli_compare_csv(comparison, stream);
    if (stream == NULL || fclose(stream) != 0) {
        free(text);
        return carvq_fail(error, CARVQ_ERROR_MEMORY, "%s: out of memory", settings->csv);
    }
    enum carvq_status status = cli_output_open(&output, settings->csv, settings->force, error);
    if (status == CARVQ_OK) {
        status = cli_output_write(&output, 0, text, size, error);
        if (status == CARVQ_OK)
            status = cli_output_commit(&output, error);
        else
            cli_output_discard(&output);
    }
    free(text);
    return status;
}

static enum carvq_status draw(const struct settings *settings, const struct cli_comparison *comparison, struct carvq_error *error)
{
    static const char *const terminals[] = {"png", "svg"};
    enum carvq_status status = CARVQ_OK;
    for (size_t i = 0; status == CARVQ_OK && i < sizeof terminals / sizeof *terminals; i++) {
        char path[4096];
        snprintf(path, sizeof path, "%s.%s", settings->plot, terminals[i]);
        char *script = cli_compare_plot(comparison, terminals[i]);
        if (script == NULL)
            return carvq_fail(error, CARVQ_ERROR_MEMORY, "%s: out of memory", path);
        status = cli_gnuplot(script, path, settings->force, error);
        free(script);
    }
    return status;
}

// The figures are printed even where a file cannot be written: they took long.
static int put_out(const struct settings *settings, const struct work *work)
{
    struct carvq_error error;
    int status;
    if (settings->json) {
        status = cli_print_json(cli_compare_json(&work->comparison));
    } else {
        cli_compare_print(&work->comparison);
        status = cli_finish();
    }
    if (settings->csv != NULL && write_csv(settings, &work->comparison, &error) != CARVQ_OK)
        status = cli_fail(&error);
    if (settings->plot != NULL && draw(settings, &work->comparison, &error) != CARVQ_OK)
        status = cli_fail(&error);
    return status;
}

static int run(int argc, char **argv)
{
    struct settings settings;
    struct work work = {.id_count = 0};
    struct carvq_error error;
    int status = parse(argc, argv, &settings);
    if (status >= 0)
        return status;
    if (open_all(&settings, &work, &error) != CARVQ_OK || compare(&settings, &work, &error) != CARVQ_OK)
        status = cli_fail(&error);
    else
        status = put_out(&settings, &work);
    free(work.rows);
    free(work.settings);
    free(work.ids);
    free(work.counts.values);
    carvq_stats_free(work.stats);
    free(work.table);
    carvq_lm_close(work.lm);
    carvq_checkpoint_close(work.checkpoint);
    cli_reraise();
    return status;
}

const struct cli_command cli_compare = {"compare", "every method at several settings: table, CSV, JSON, plot", run};
