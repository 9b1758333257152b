// SPDX-License-Identifier: MIT
// carvq calibrate: what a model says of the rows of its tables over texts, in a file; and files of several runs made one.
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "calibrate.h"
#include "eval.h"
#include "runtime/status.h"
#include "stats/stats.h"

struct settings {
    const char *model, *output; // model: NULL with merge
    struct cli_calibration pass;
    bool merge, force, json;
    char **files; // to be merged
    int file_count;
};

// What has to be closed.
struct work {
    struct carvq_checkpoint *checkpoint;
    struct carvq_lm *lm;
    struct carvq_stats *stats;
    double seconds; // of the pass
};

// The options that a merge has no use for.
static int check_merge(const struct settings *settings)
{
    if (settings->pass.text.texts.count > 0 || settings->pass.text.tokens.count > 0 || settings->pass.max_tokens > 0 ||
        settings->pass.window > 0 || settings->pass.threads > 0 || settings->pass.bos != CLI_BOS_AUTO)
        return cli_misuse("calibrate", "--merge takes files of statistics, and no text, --max-tokens, --window or --threads");
    return -1;
}

static int check_run(const struct settings *settings)
{
    if (settings->file_count > 1)
        return cli_misuse("calibrate", "too much is given: one MODEL, or --merge and files");
    const struct cli_text_options *text = &settings->pass.text;
    if (text->texts.count + text->tokens.count == 0)
        return cli_misuse("calibrate", "give a text with --text or --tokens");
    if (text->token_width > 0 && text->tokens.count == 0)
        return cli_misuse("calibrate", "--token-width needs --tokens");
    return -1;
}

static int parse(int argc, char **argv, struct settings *settings)
{
    *settings = (struct settings){.model = NULL};
    const struct cli_option options[] = {
        {"output", 'o', CLI_STRING, &settings->output, "OUT", "file to write", 0, 0},
        {"text", 0, CLI_LIST, &settings->pass.text.texts, "TEXT", "a text in UTF-8; repeatable", 0, 0},
        {"tokens", 0, CLI_LIST, &settings->pass.text.tokens, "TOKENS", "a text as token ids, .npy or raw; repeatable", 0, 0},
        {"token-width", 0, CLI_NUMBER, &settings->pass.text.token_width, "N", CLI_WIDTH_HELP, 2, 8},
        {"max-tokens", 0, CLI_NUMBER, &settings->pass.max_tokens, "N", "the first so many tokens of each text (all)", 1,
         UINT32_MAX},
        {"window", 'w', CLI_NUMBER, &settings->pass.window, "N", "tokens that the model sees together (256)", 2, 1 << 30},
        {"bos", 0, CLI_WORD, &(struct cli_choice){&settings->pass.bos, cli_bos_words}, NULL,
         "begin each window with the token that texts begin with (auto: if the tokenizer does so with --text)", 0, 0},
        {"merge", 0, CLI_FLAG, &settings->merge, NULL, "make one file of the given ones instead", 0, 0},
        {"threads", 0, CLI_NUMBER, &settings->pass.threads, "N", "threads (one per processor)", 1, 1024},
        {"force", 'f', CLI_FLAG, &settings->force, NULL, "overwrite OUT", 0, 0},
        {"json", 0, CLI_FLAG, &settings->json, NULL, "print one JSON object instead of text", 0, 0},
        {.kind = CLI_END},
    };
    const struct cli_usage usage = {
        "calibrate",
        "(MODEL (--text TEXT | --tokens TOKENS) .. | --merge FILE ..) -o OUT",
        "Runs a model over texts and writes what it says of the rows of its tables: how often each is looked up, how probable\n"
        "it is as a prediction, which states the output head multiplies, and what errors of the input table cost. With --merge,\n"
        "makes one file of several.",
        options,
        1,
        -1};
    int first, status = cli_parse(&usage, argc, argv, &first);
    if (status >= 0)
        return status;
    settings->files = argv + first;
    settings->file_count = argc - first;
    settings->model = settings->merge ? NULL : argv[first];
    if (settings->output == NULL)
        return cli_misuse("calibrate", "name the file to write: -o OUT");
    return settings->merge ? check_merge(settings) : check_run(settings);
}

static enum carvq_status calibrate(const struct settings *settings, struct work *work, struct carvq_error *error)
{
    enum carvq_status status = cli_open_model(settings->model, &work->checkpoint, error);
    if (status == CARVQ_OK)
        status = cli_output_check_model(settings->output, work->checkpoint, error);
    if (status == CARVQ_OK)
        status = carvq_lm_open(work->checkpoint, &work->lm, error);
    return status == CARVQ_OK
               ? cli_run_calibration(work->checkpoint, work->lm, &settings->pass, &work->stats, &work->seconds, error)
               : status;
}

static enum carvq_status merge(const struct settings *settings, struct work *work, struct carvq_error *error)
{
    enum carvq_status status = carvq_stats_read(settings->files[0], &work->stats, error);
    for (int i = 1; status == CARVQ_OK && i < settings->file_count; i++) {
        struct carvq_stats *other;
        status = carvq_stats_read(settings->files[i], &other, error);
        if (status != CARVQ_OK)
            return status;
        status = carvq_stats_merge(work->stats, other, settings->files[i], error);
        carvq_stats_free(other);
    }
    return status;
}

static enum carvq_status write_file(const struct settings *settings, const struct work *work, struct carvq_error *error)
{
    struct cli_output output;
    enum carvq_status status = cli_output_open(&output, settings->output, settings->force, error);
    if (status != CARVQ_OK)
        return status;
    status = carvq_stats_write(work->stats, cli_output_write, &output, error);
    if (status == CARVQ_OK)
        return cli_output_commit(&output, error);
    cli_output_discard(&output);
    return status;
}

static uint64_t used_rows(const struct carvq_stats *stats)
{
    uint64_t used = 0;
    for (uint64_t i = 0; i < stats->rows; i++)
        used += stats->counts[i] > 0;
    return used;
}

static bool is_tied(const struct carvq_stats *stats)
{
    return strcmp(stats->input, stats->head) == 0;
}

static double text_perplexity(const struct carvq_stats_text *text)
{
    return text->scored > 0 ? exp(text->nll) : NAN;
}

// NaN: not known.
static double sensitivity(const struct carvq_stats *stats)
{
    return stats->sensitivity > 0 ? stats->sensitivity : NAN;
}

static void print_sensitivity(const struct carvq_stats *stats)
{
    if (stats->sensitivity > 0)
        printf("sensitivity an error of 1 %% (-20 dB) in each row looked up costs KL %.3g nats a token\n",
               0.01 * stats->sensitivity);
    else
        printf("sensitivity what errors in the rows looked up cost is not known\n");
}

static int print_text(const struct settings *settings, const struct work *work)
{
    const struct carvq_stats *stats = work->stats;
    printf("model       %s, %" PRIu64 " layers, %" PRIu64 " x %" PRIu32 ", %s\n", cli_safe(stats->architecture), stats->layers,
           stats->rows, stats->cols, cli_head_name(is_tied(stats) ? CARVQ_HEAD_TIED : CARVQ_HEAD_UNTIED));
    for (size_t i = 0; i < stats->text_count; i++) {
        const struct carvq_stats_text *text = &stats->texts[i];
        printf("%-11s %s: %" PRIu64 " tokens in windows of %" PRIu64 ", perplexity %s\n", i == 0 ? "texts" : "",
               cli_safe(text->name), text->tokens, text->window, cli_number(4, text_perplexity(text)));
    }
    printf("together    %" PRIu64 " tokens, perplexity %s; %" PRIu64 " of %" PRIu64 " rows looked up\n", stats->tokens,
           cli_number(4, carvq_stats_perplexity(stats)), used_rows(stats), stats->rows);
    print_sensitivity(stats);
    if (!settings->merge)
        printf("time        %.1f s, %.0f tokens/s\n", work->seconds, (double)stats->tokens / work->seconds);
    printf("written     %s\n", cli_safe(settings->output));
    return cli_finish();
}

static int print_json(const struct settings *settings, const struct work *work)
{
    const struct carvq_stats *stats = work->stats;
    json_t *texts = json_array();
    for (size_t i = 0; i < stats->text_count; i++) {
        const struct carvq_stats_text *text = &stats->texts[i];
        json_array_append_new(texts, json_pack("{sosIsIsIso}", "name", cli_text(text->name), "tokens", (json_int_t)text->tokens,
                                               "scored", (json_int_t)text->scored, "window", (json_int_t)text->window,
                                               "perplexity", cli_real(text_perplexity(text))));
    }
    json_t *object = json_pack(
        "{sosososIsIsIsbsIsIsososo}", "output", cli_text(settings->output), "model",
        settings->model != NULL ? cli_text(settings->model) : json_null(), "architecture", cli_text(stats->architecture),
        "layers", (json_int_t)stats->layers, "rows", (json_int_t)stats->rows, "cols", (json_int_t)stats->cols, "tied",
        (int)is_tied(stats), "tokens", (json_int_t)stats->tokens, "rows_used", (json_int_t)used_rows(stats), "perplexity",
        cli_real(carvq_stats_perplexity(stats)), "sensitivity", cli_real(sensitivity(stats)), "texts", texts);
    json_object_set_new(object, "seconds", settings->merge ? json_null() : cli_real(work->seconds));
    return cli_print_json(object);
}

static void close_all(struct work *work)
{
    carvq_stats_free(work->stats);
    carvq_lm_close(work->lm);
    carvq_checkpoint_close(work->checkpoint);
}

static int run(int argc, char **argv)
{
    struct settings settings;
    struct work work = {.stats = NULL};
    struct carvq_error error;
    int status = parse(argc, argv, &settings);
    if (status >= 0)
        return status;
    if (cli_output_check(settings.output, settings.force, &error) != CARVQ_OK ||
        (settings.merge ? merge(&settings, &work, &error) : calibrate(&settings, &work, &error)) != CARVQ_OK ||
        write_file(&settings, &work, &error) != CARVQ_OK)
        status = cli_fail(&error);
    else
        status = settings.json ? print_json(&settings, &work) : print_text(&settings, &work);
    close_all(&work);
    cli_reraise();
    return status;
}

const struct cli_command cli_calibrate = {"calibrate", "what a model says of the rows of its tables, for compress", run};
