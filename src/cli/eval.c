// SPDX-License-Identifier: MIT
// carvq eval over a text: perplexity and what goes with it, without and with a compressed table.
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "eval.h"
#include "tokenizer/detokenizer.h"

struct settings {
    const char *model;
    struct cli_list tables;
    struct cli_text_options text;
    uint64_t window, max_windows, threads;
    int apply; // enum carvq_eval_apply
    struct cli_protocol protocol;
    bool json, csv;
    struct cli_task_settings tasks;
};

// Everything that is open while the model runs.
struct work {
    struct cli_model model;
    uint32_t *ids;
    size_t count;
    struct carvq_eval_options options;
    uint32_t front; // the id that windows begin with, if options.front is set
    struct carvq_eval_result result;
    uint64_t bytes; // of text that the scored tokens are; 0: not known
    double seconds;
};

// A text or tasks, each with its own options.
static int check_tasks(const struct settings *settings)
{
    const struct cli_task_settings *tasks = &settings->tasks;
    const bool has_tasks = tasks->files.count > 0;
    if (has_tasks == cli_has_text(&settings->text))
        return cli_misuse("eval", "give either a text, with --text or --tokens, or tasks, with --task");
    if (has_tasks && (settings->window > 0 || settings->max_windows > 0 || settings->protocol.bos != CLI_BOS_AUTO ||
                      settings->protocol.kind != CLI_PROTOCOL_CARVQ))
        return cli_misuse("eval", "--window, --max-windows, --bos and --protocol are for texts");
    if (!has_tasks && (tasks->max_items > 0 || tasks->max_new > 0 || tasks->items != NULL))
        return cli_misuse("eval", "--max-items, --max-new and --items need --task");
    if (tasks->force && tasks->items == NULL)
        return cli_misuse("eval", "--force needs --items");
    return -1;
}

static const char description
    [] = "Runs a language model over a text, without and with a compressed table, and compares its predictions. The text is\n"
         "cut into windows that are run apart from each other; a last partial one is dropped; each begins with the token that\n"
         "the tokenizer has texts begin with, and its first token is not scored. Or it puts the questions of tasks to the\n"
         "model: multiple choice, {\"context\", \"choices\", \"label\"}, by log-probability, or a number, {\"question\",\n"
         "\"answer\"}, by greedy generation.";

// The values of the options, not checked against each other.
static int read_options(int argc, char **argv, struct settings *settings)
{
    const struct cli_option options[] = {
        {"table", 't', CLI_LIST, &settings->tables, "FILE",
         "a compressed file: run the model with and without its tables; repeatable", 0, 0},
        {"text", 0, CLI_LIST, &settings->text.texts, "FILE",
         "the text, in UTF-8; MODEL's tokenizer.json cuts it into tokens; repeatable", 0, 0},
        {"tokens", 0, CLI_LIST, &settings->text.tokens, "FILE",
         "the text as token ids: .npy, or raw and little-endian; repeatable", 0, 0},
        {"token-width", 0, CLI_NUMBER, &settings->text.token_width, "N", CLI_WIDTH_HELP, 2, 8},
        {"window", 'w', CLI_NUMBER, &settings->window, "N", "tokens of a window (256)", 2, 1 << 30},
        {"max-windows", 0, CLI_NUMBER, &settings->max_windows, "N", "stop after so many windows (all)", 1, UINT32_MAX},
        {"bos", 0, CLI_WORD, &(struct cli_choice){&settings->protocol.bos, cli_bos_words}, NULL,
         "begin each window with the token that texts begin with (auto: if the tokenizer does so with --text)", 0, 0},
        {"protocol", 0, CLI_WORD, &(struct cli_choice){&settings->protocol.kind, cli_protocol_words}, NULL,
         "llama.cpp: windows of 512, of each the second half scored (carvq)", 0, 0},
        {"apply", 0, CLI_WORD, &(struct cli_choice){&settings->apply, cli_places}, NULL,
         "where the table is used (both if tied, else input)", 0, 0},
        {"task", 0, CLI_LIST, &settings->tasks.files, "FILE", "questions with their answers, one JSON object a line; repeatable",
         0, 0},
        {"max-items", 0, CLI_NUMBER, &settings->tasks.max_items, "N", "the first so many items of each task (all)", 1,
         UINT32_MAX},
        {"max-new", 0, CLI_NUMBER, &settings->tasks.max_new, "N", "tokens to generate where the answer is a number (256)", 1,
         1 << 30},
        {"items", 0, CLI_STRING, &settings->tasks.items, "OUT", "write what became of each item, one JSON object a line", 0, 0},
        {"force", 'f', CLI_FLAG, &settings->tasks.force, NULL, "overwrite OUT", 0, 0},
        {"threads", 0, CLI_NUMBER, &settings->threads, "N", "threads (one per processor)", 1, 1024},
        {"json", 0, CLI_FLAG, &settings->json, NULL, "print one JSON object instead of text", 0, 0},
        {"csv", 0, CLI_FLAG, &settings->csv, NULL, "print a line of names and a line of values", 0, 0},
        {.kind = CLI_END},
    };
    const struct cli_usage usage = {
        "eval", "MODEL [--table FILE ..] (--text FILE | --tokens FILE | --task FILE ..)", description, options, 1, 1};
    int first, status = cli_parse(&usage, argc, argv, &first);
    if (status < 0)
        settings->model = argv[first];
    return status;
}

static int parse(int argc, char **argv, struct settings *settings)
{
    *settings = (struct settings){.apply = CARVQ_EVAL_AUTO};
    int status = read_options(argc, argv, settings);
    if (status < 0)
        status = cli_check_text(&settings->text, "eval");
    if (status < 0)
        status = check_tasks(settings);
    if (status >= 0)
        return status;
    if (settings->json && settings->csv)
        return cli_misuse("eval", "--json or --csv, not both");
    if (settings->tables.count == 0 && settings->apply != CARVQ_EVAL_AUTO)
        return cli_misuse("eval", "--apply needs --table");
    return -1;
}

struct show {
    struct cli_progress progress;
    char label[80];
};

static int show_progress(void *context, const struct carvq_eval_progress *progress)
{
    struct show *show = context;
    char changed[32] = "";
    if (progress->changed > 0)
        snprintf(changed, sizeof changed, ", with the table %.3f", progress->changed);
    if (progress->tokens > 0)
        snprintf(show->label, sizeof show->label, "perplexity %.3f%s", progress->original, changed);
    else
        snprintf(show->label, sizeof show->label, "eval");
    return cli_progress_step(&show->progress, show->label, progress->tokens, progress->total_tokens, "token");
}

static enum carvq_status open_all(const struct settings *settings, struct work *work, struct carvq_error *error)
{
    enum carvq_status status = cli_model_open(settings->model, &settings->tables, (enum carvq_eval_apply)settings->apply,
                                              &work->model, error);
    if (status != CARVQ_OK)
        return status;
    status = cli_read_text(&settings->text, work->model.checkpoint, carvq_lm_config(work->model.lm)->vocabulary, &work->ids,
                           &work->count, error);
    work->options.window = settings->window;
    if (status != CARVQ_OK)
        return status;
    return cli_protocol_apply(&settings->protocol, &work->model, settings->text.texts.count > 0, &work->ids, &work->count,
                              &work->front, &work->options, error);
}

// Adds up the bytes of the scored tokens, if the model's tokenizer can tell.
static uint64_t scored_bytes(const struct work *work)
{
    const struct carvq_eval_result *result = &work->result;
    const size_t vocabulary = carvq_lm_config(work->model.lm)->vocabulary;
    const bool put = work->options.front != NULL && !work->options.front_replaces; // the text has one place less in a window
    struct carvq_tokenizer *tokenizer = NULL;
    struct carvq_detokenizer *detokenizer = NULL;
    struct carvq_tok_bytes text = {NULL, 0, 0};
    uint64_t bytes = 0;
    uint64_t *counts = calloc(vocabulary, sizeof *counts);
    bool good = counts != NULL && cli_open_tokenizer(work->model.checkpoint, &tokenizer, NULL) == CARVQ_OK &&
                carvq_detokenizer_open(tokenizer, &detokenizer, NULL) == CARVQ_OK;
    for (uint64_t window = 0; good && window < result->windows; window++)
        for (size_t i = result->first_scored; i < result->window; i++)
            counts[work->ids[window * (result->window - put) + i - put]]++;
    for (size_t id = 0; good && id < vocabulary; id++) {
        text.length = 0;
        if (counts[id] > 0)
            good = carvq_detokenizer_append(detokenizer, (uint32_t)id, &text);
        bytes += counts[id] * text.length;
    }
    free(text.data);
    free(counts);
    carvq_detokenizer_close(detokenizer);
    carvq_tokenizer_close(tokenizer);
    return good ? bytes : 0;
}

static double bits_per_byte(const struct work *work, const struct carvq_eval_figures *figures)
{
    return work->bytes > 0 ? figures->nll / log(2) / (double)work->bytes : NAN;
}

static enum carvq_status evaluate(const struct settings *settings, struct work *work, struct carvq_error *error)
{
    struct show show = {.label = ""};
    work->options.max_windows = settings->max_windows;
    work->options.threads = (unsigned)settings->threads;
    work->options.progress = show_progress;
    work->options.progress_context = &show;
    const double started = cli_seconds();
    cli_progress_begin(&show.progress);
    enum carvq_status status = carvq_eval(work->model.lm, &work->model.variant, work->model.file_count > 0, work->ids,
                                          work->count, cli_text_path(&settings->text), &work->options, &work->result, error);
    cli_progress_end(&show.progress);
    work->seconds = cli_seconds() - started;
    work->bytes = status == CARVQ_OK ? scored_bytes(work) : 0;
    return status;
}

static double share(uint64_t part, uint64_t whole)
{
    return (double)part / (double)whole;
}

static void print_bands(const struct work *work, bool changed)
{
    const struct carvq_eval_result *result = &work->result;
    printf("\nby frequency of the predicted token among the scored ones (mean -ln p):\n"
           "  occurs           ids    tokens  original%s\n",
           changed ? "  with table  difference" : "");
    for (size_t i = 0; i < CARVQ_EVAL_BANDS; i++) {
        const struct carvq_eval_band *band = &result->bands[i];
        char range[48];
        if (band->max_count == UINT64_MAX)
            snprintf(range, sizeof range, "%" PRIu64 "..", band->min_count);
        else
            snprintf(range, sizeof range, "%" PRIu64 "..%" PRIu64, band->min_count, band->max_count);
        if (band->tokens == 0)
            continue;
        printf("  %-12s %7" PRIu64 " %9" PRIu64 " %9.4f", range, band->types, band->tokens, band->original);
        if (changed)
            printf(" %11.4f %+11.4f", band->changed, band->changed - band->original);
        putchar('\n');
    }
}

static int print_text(const struct settings *settings, const struct work *work)
{
    const struct carvq_eval_result *result = &work->result;
    printf("%s on %s: %" PRIu64 " windows of %zu tokens, %" PRIu64 " tokens scored", cli_safe(settings->model),
           cli_safe(cli_text_path(&settings->text)), result->windows, result->window, result->tokens);
    if (work->options.front != NULL)
        printf(", token %" PRIu32 " in front of each", work->front);
    if (result->first_scored > 1)
        printf(", the first %zu not scored", result->first_scored);
    if (result->dropped_tokens > 0)
        printf(", last %" PRIu64 " dropped", result->dropped_tokens);
    printf(", %.1f s\n\n                 perplexity  top-1 accuracy\n", work->seconds);
    printf("original        %11.4f  %.2f %%\n", result->original.perplexity,
           100 * share(result->original.correct, result->tokens));
    if (settings->tables.count > 0) {
        printf("with the table  %11.4f  %.2f %%   (%s, %.4f bits, %s)\n", result->changed.perplexity,
               100 * share(result->changed.correct, result->tokens), cli_safe(cli_model_tables(&settings->tables)),
               cli_model_bits(&work->model),
               strcmp(cli_model_apply(&work->model), "both") == 0 ? "input and head" : cli_model_apply(&work->model));
        printf("increase        %+11.4f", result->increase);
        if (isfinite(result->increase_error)) // one window has none
            printf("  +- %.4f (standard error)", result->increase_error);
        printf("\nKL divergence   %11.6f", result->kl);
        if (isfinite(result->kl_error))
            printf("  +- %.6f", result->kl_error);
        printf(" nats a token, median %.6f, 99 %% below %.4f\n", result->kl_median, result->kl_99);
        printf("top-1 agreement %11.2f %%\n", 100 * result->top1_agreement);
    }
    if (work->bytes > 0) {
        printf("bits per byte   %11.4f", bits_per_byte(work, &result->original));
        if (settings->tables.count > 0)
            printf(" -> %.4f", bits_per_byte(work, &result->changed));
        printf("  (of %" PRIu64 " bytes of text)\n", work->bytes);
    }
    print_bands(work, settings->tables.count > 0);
    return cli_finish();
}

static json_t *figures_json(const struct work *work, const struct carvq_eval_figures *figures)
{
    const uint64_t tokens = work->result.tokens;
    json_t *object = json_object();
    json_object_set_new(object, "perplexity", cli_real(figures->perplexity));
    json_object_set_new(object, "tokens", json_integer((json_int_t)tokens));
    json_object_set_new(object, "nll", cli_real(figures->nll));
    json_object_set_new(object, "top1", cli_real(share(figures->correct, tokens)));
    if (work->bytes > 0)
        json_object_set_new(object, "bits_per_byte", cli_real(bits_per_byte(work, figures)));
    return object;
}

static json_t *bands_json(const struct carvq_eval_result *result, bool changed)
{
    json_t *list = json_array();
    for (size_t i = 0; i < CARVQ_EVAL_BANDS; i++) {
        const struct carvq_eval_band *band = &result->bands[i];
        json_t *object = json_object();
        json_object_set_new(object, "min_count", json_integer((json_int_t)band->min_count));
        json_object_set_new(object, "max_count",
                            band->max_count == UINT64_MAX ? json_null() : json_integer((json_int_t)band->max_count));
        json_object_set_new(object, "ids", json_integer((json_int_t)band->types));
        json_object_set_new(object, "tokens", json_integer((json_int_t)band->tokens));
        json_object_set_new(object, "original_nll", cli_real(band->tokens > 0 ? band->original : NAN));
        if (changed)
            json_object_set_new(object, "compressed_nll", cli_real(band->tokens > 0 ? band->changed : NAN));
        json_array_append_new(list, object);
    }
    return list;
}

static int print_json(const struct settings *settings, const struct work *work)
{
    const struct carvq_eval_result *result = &work->result;
    json_t *object = json_pack("{sososIsIsI}", "model", cli_text(settings->model), "text",
                               cli_text(cli_text_path(&settings->text)), "window", (json_int_t)result->window, "windows",
                               (json_int_t)result->windows, "dropped_tokens", (json_int_t)result->dropped_tokens);
    json_object_set_new(object, "front", work->options.front != NULL ? json_integer((json_int_t)work->front) : json_null());
    json_object_set_new(object, "first_scored", json_integer((json_int_t)result->first_scored));
    json_object_set_new(object, "original", figures_json(work, &result->original));
    if (settings->tables.count > 0) {
        json_t *difference = json_object();
        json_object_set_new(difference, "perplexity", cli_real(result->increase));
        json_object_set_new(difference, "standard_error", cli_real(result->increase_error));
        json_object_set_new(difference, "kl", cli_real(result->kl));
        json_object_set_new(difference, "kl_standard_error", cli_real(result->kl_error));
        json_object_set_new(difference, "kl_median", cli_real(result->kl_median));
        json_object_set_new(difference, "kl_99", cli_real(result->kl_99));
        json_object_set_new(difference, "top1_agreement", cli_real(result->top1_agreement));
        json_object_set_new(object, "table", cli_text(cli_model_tables(&settings->tables)));
        json_object_set_new(object, "bits_per_param", cli_real(cli_model_bits(&work->model)));
        json_object_set_new(object, "apply", json_string(cli_model_apply(&work->model)));
        json_object_set_new(object, "compressed", figures_json(work, &result->changed));
        json_object_set_new(object, "difference", difference);
    }
    json_object_set_new(object, "bands", bands_json(result, settings->tables.count > 0));
    json_object_set_new(object, "seconds", cli_real(work->seconds));
    return cli_print_json(object);
}

static int print_csv(const struct settings *settings, const struct work *work)
{
    const struct carvq_eval_result *result = &work->result;
    printf("model,text,window,windows,tokens,perplexity%s\n",
           settings->tables.count > 0 ? ",table,bits_per_param,apply,compressed_perplexity,increase,standard_error,kl,kl_"
                                        "standard_error,top1_agreement,kl_median,kl_99"
                                      : "");
    cli_csv_text(stdout, settings->model);
    putchar(',');
    cli_csv_text(stdout, cli_text_path(&settings->text));
    printf(",%zu,%" PRIu64 ",%" PRIu64, result->window, result->windows, result->tokens);
    cli_csv_real(stdout, 9, result->original.perplexity);
    if (settings->tables.count > 0) {
        putchar(',');
        cli_csv_text(stdout, cli_model_tables(&settings->tables));
        printf(",%.6g,%s", cli_model_bits(&work->model), cli_model_apply(&work->model));
        cli_csv_real(stdout, 9, result->changed.perplexity);
        cli_csv_real(stdout, 9, result->increase);
        cli_csv_real(stdout, 6, result->increase_error);
        cli_csv_real(stdout, 6, result->kl);
        cli_csv_real(stdout, 6, result->kl_error);
        cli_csv_real(stdout, 6, result->top1_agreement);
        cli_csv_real(stdout, 6, result->kl_median);
        cli_csv_real(stdout, 6, result->kl_99);
    }
    putchar('\n');
    return cli_finish();
}

static int run_tasks(const struct settings *settings)
{
    struct cli_task_settings tasks = settings->tasks;
    tasks.model = settings->model;
    tasks.tables = settings->tables;
    tasks.threads = settings->threads;
    tasks.apply = (enum carvq_eval_apply)settings->apply;
    tasks.json = settings->json;
    tasks.csv = settings->csv;
    return cli_eval_tasks(&tasks);
}

static int run(int argc, char **argv)
{
    struct settings settings;
    struct work work = {.count = 0};
    struct carvq_error error;
    int status = parse(argc, argv, &settings);
    if (status >= 0)
        return status;
    if (settings.tasks.files.count > 0)
        return run_tasks(&settings);
    if (open_all(&settings, &work, &error) != CARVQ_OK || evaluate(&settings, &work, &error) != CARVQ_OK)
        status = cli_fail(&error);
    else if (settings.json)
        status = print_json(&settings, &work);
    else
        status = settings.csv ? print_csv(&settings, &work) : print_text(&settings, &work);
    free(work.ids);
    cli_model_close(&work.model);
    return status;
}

const struct cli_command cli_eval = {"eval", "perplexity and answers of a model without and with its compressed table", run};
