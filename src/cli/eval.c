// SPDX-License-Identifier: MIT
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "eval/eval.h"

struct settings {
    const char *model, *table;
    struct cli_text_options text;
    uint64_t window, max_windows, threads;
    int apply;
    bool json, csv;
};

// Everything that is open while the model runs.
struct work {
    struct carvq_checkpoint *checkpoint;
    struct carvq_lm *lm;
    struct carvq_file *file;
    const struct carvq_table *input, *head; // of the file: what takes the place of the model's own, or NULL
    uint32_t *ids;
    size_t count;
    struct carvq_eval_result result;
    double seconds;
};

static int parse(int argc, char **argv, struct settings *settings)
{
    *settings = (struct settings){.apply = -1};
    const struct cli_option options[] = {
        {"table", 't', CLI_STRING, &settings->table, "FILE", "a compressed file: run the model with and without its table", 0, 0},
        {"text", 0, CLI_STRING, &settings->text.text, "FILE", "the text, in UTF-8; MODEL's tokenizer.json cuts it into tokens", 0,
         0},
        {"tokens", 0, CLI_STRING, &settings->text.tokens, "FILE", "the text as raw little-endian token ids", 0, 0},
        {"token-width", 0, CLI_NUMBER, &settings->text.token_width, "N", "bytes of an id: 2 or 4 (2 if V <= 65536, else 4)", 2,
         4},
        {"window", 'w', CLI_NUMBER, &settings->window, "N", "tokens of a window (256)", 2, 1 << 30},
        {"max-windows", 0, CLI_NUMBER, &settings->max_windows, "N", "stop after so many windows (all)", 1, UINT32_MAX},
        {"apply", 0, CLI_WORD, &settings->apply, "input|head|both", "where the table is used (both if tied, else input)", 0, 0},
        {"threads", 0, CLI_NUMBER, &settings->threads, "N", "threads (one per processor)", 1, 1024},
        {"json", 0, CLI_FLAG, &settings->json, NULL, "print one JSON object instead of text", 0, 0},
        {"csv", 0, CLI_FLAG, &settings->csv, NULL, "print a line of names and a line of values", 0, 0},
        {.kind = CLI_END},
    };
    const struct cli_usage usage = {
        "eval",
        "MODEL [--table FILE] (--text FILE | --tokens FILE)",
        "Runs a language model over a text, without and with a compressed table, and compares its predictions. The text is\n"
        "cut into windows that are run apart from each other; a last partial one is dropped; the first token of a window is\n"
        "not scored; nothing is put in front.",
        options,
        1,
        1};
    int first, status = cli_parse(&usage, argc, argv, &first);
    if (status >= 0)
        return status;
    settings->model = argv[first];
    if (settings->text.tokens == NULL && settings->text.text == NULL)
        return cli_misuse("eval", "give a text with either --text or --tokens");
    status = cli_check_text(&settings->text, "eval");
    if (status >= 0)
        return status;
    if (settings->json && settings->csv)
        return cli_misuse("eval", "--json or --csv, not both");
    if (settings->table == NULL && settings->apply >= 0)
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
    enum carvq_status status = carvq_checkpoint_open(settings->model, &work->checkpoint, error);
    if (status == CARVQ_OK)
        status = carvq_lm_open(work->checkpoint, &work->lm, error);
    if (status == CARVQ_OK && settings->table != NULL)
        status = carvq_open(settings->table, &work->file, error);
    if (status == CARVQ_OK && settings->table != NULL)
        status = carvq_eval_find_tables(work->lm, work->file, settings->table, (enum carvq_eval_apply)(settings->apply + 1),
                                        &work->input, &work->head, error);
    if (status == CARVQ_OK)
        status = cli_read_text(&settings->text, work->checkpoint, carvq_lm_config(work->lm)->vocabulary, &work->ids, &work->count,
                               error);
    return status;
}

static enum carvq_status evaluate(const struct settings *settings, struct work *work, struct carvq_error *error)
{
    struct show show = {.label = ""};
    const struct carvq_eval_options options = {
        .window = settings->window,
        .max_windows = settings->max_windows,
        .threads = (unsigned)settings->threads,
        .progress = show_progress,
        .progress_context = &show,
    };
    struct carvq_lm_rows input, head;
    struct carvq_eval_variant variant = {.name = settings->table};
    if (work->input != NULL) {
        input = carvq_lm_rows_of_table(work->input);
        variant.input = &input;
    }
    if (work->head != NULL) {
        head = carvq_lm_rows_of_table(work->head);
        variant.head = &head;
    }
    const double started = cli_seconds();
    cli_progress_begin(&show.progress);
    enum carvq_status status = carvq_eval(work->lm, &variant, work->file != NULL, work->ids, work->count,
                                          cli_text_path(&settings->text), &options, &work->result, error);
    cli_progress_end(&show.progress);
    work->seconds = cli_seconds() - started;
    return status;
}

// The compressed table that was used; the input's, if two were.
static const struct carvq_table_info *used_table(const struct work *work)
{
    return carvq_table_info(work->input != NULL ? work->input : work->head);
}

static const char *apply_name(const struct work *work)
{
    return work->head == NULL ? "input" : work->input == NULL ? "head" : "both";
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
    if (result->dropped_tokens > 0)
        printf(", last %" PRIu64 " dropped", result->dropped_tokens);
    printf(", %.1f s\n\n                 perplexity  most likely token is right\n", work->seconds);
    printf("original        %11.4f  %.2f %%\n", result->original.perplexity,
           100 * share(result->original.correct, result->tokens));
    if (settings->table != NULL) {
        printf("with the table  %11.4f  %.2f %%   (%s, %.4f bits, %s)\n", result->changed.perplexity,
               100 * share(result->changed.correct, result->tokens), cli_safe(settings->table), cli_bits(used_table(work)),
               strcmp(apply_name(work), "both") == 0 ? "input and head" : apply_name(work));
        printf("increase        %+11.4f  +- %.4f (standard error)\n", result->increase, result->increase_error);
        printf("KL divergence   %11.6f  +- %.6f nats a token\n", result->kl, result->kl_error);
        printf("same top token  %11.2f %%\n", 100 * result->same_top);
    }
    print_bands(work, settings->table != NULL);
    return cli_finish();
}

static json_t *figures_json(const struct carvq_eval_figures *figures, uint64_t tokens)
{
    json_t *object = json_object();
    json_object_set_new(object, "perplexity", cli_real(figures->perplexity));
    json_object_set_new(object, "tokens", json_integer((json_int_t)tokens));
    json_object_set_new(object, "nll", cli_real(figures->nll));
    json_object_set_new(object, "top1", cli_real(share(figures->correct, tokens)));
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
    json_object_set_new(object, "original", figures_json(&result->original, result->tokens));
    if (settings->table != NULL) {
        json_t *difference = json_object();
        json_object_set_new(difference, "perplexity", cli_real(result->increase));
        json_object_set_new(difference, "standard_error", cli_real(result->increase_error));
        json_object_set_new(difference, "kl", cli_real(result->kl));
        json_object_set_new(difference, "kl_standard_error", cli_real(result->kl_error));
        json_object_set_new(difference, "same_top", cli_real(result->same_top));
        json_object_set_new(object, "table", cli_text(settings->table));
        json_object_set_new(object, "bits_per_param", cli_real(cli_bits(used_table(work))));
        json_object_set_new(object, "apply", json_string(apply_name(work)));
        json_object_set_new(object, "compressed", figures_json(&result->changed, result->tokens));
        json_object_set_new(object, "difference", difference);
    }
    json_object_set_new(object, "bands", bands_json(result, settings->table != NULL));
    json_object_set_new(object, "seconds", cli_real(work->seconds));
    return cli_print_json(object);
}

static int print_csv(const struct settings *settings, const struct work *work)
{
    const struct carvq_eval_result *result = &work->result;
    printf("model,text,window,windows,tokens,perplexity%s\n",
           settings->table != NULL
               ? ",table,bits_per_param,apply,compressed_perplexity,increase,standard_error,kl,kl_standard_error,same_top"
               : "");
    cli_csv_text(stdout, settings->model);
    putchar(',');
    cli_csv_text(stdout, cli_text_path(&settings->text));
    printf(",%zu,%" PRIu64 ",%" PRIu64 ",%.9g", result->window, result->windows, result->tokens, result->original.perplexity);
    if (settings->table != NULL) {
        putchar(',');
        cli_csv_text(stdout, settings->table);
        printf(",%.6g,%s,%.9g,%.9g,%.6g,%.6g,%.6g,%.6g", cli_bits(used_table(work)), apply_name(work), result->changed.perplexity,
               result->increase, result->increase_error, result->kl, result->kl_error, result->same_top);
    }
    putchar('\n');
    return cli_finish();
}

static int run(int argc, char **argv)
{
    struct settings settings;
    struct work work = {.count = 0};
    struct carvq_error error;
    int status = parse(argc, argv, &settings);
    if (status >= 0)
        return status;
    if (open_all(&settings, &work, &error) != CARVQ_OK || evaluate(&settings, &work, &error) != CARVQ_OK)
        status = cli_fail(&error);
    else if (settings.json)
        status = print_json(&settings, &work);
    else
        status = settings.csv ? print_csv(&settings, &work) : print_text(&settings, &work);
    free(work.ids);
    carvq_close(work.file);
    carvq_lm_close(work.lm);
    carvq_checkpoint_close(work.checkpoint);
    return status;
}

const struct cli_command cli_eval = {"eval", "perplexity of a model without and with its compressed table", run};
