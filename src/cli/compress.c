// SPDX-License-Identifier: MIT
#define _POSIX_C_SOURCE 200809L
#define _XOPEN_SOURCE 700 // realpath()
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/half.h"
#include "base/status.h"
#include "blas/blas.h"
#include "carvq_encode.h"
#include "cli.h"

// The command line.
struct settings {
    const char *model, *output;
    struct cli_list tensors;
    int preset, grouping, codebook_dtype;
    uint64_t stages, subvector, group, code_bits, iterations, effort, adaptor_dim, adaptor_hidden, adaptor_epochs, rounds, seed,
        threads;
    bool no_adaptor, dry_run, force, json;
};

// Everything about the tables, one array element each.
struct work {
    struct carvq_checkpoint *checkpoint;
    struct carvq_checkpoint_table *tables;
    size_t count;
    struct carvq_matrix *matrices;
    struct carvq_encode_options *options;
    struct carvq_encode_plan *plans;
    struct carvq_encode_report *reports;
    uint64_t file_bytes;
    char *output;
};

static int parse(int argc, char **argv, struct settings *settings)
{
    struct carvq_encode_options defaults;
    carvq_encode_defaults(&defaults);
    *settings = (struct settings){.preset = -1,
                                  .subvector = defaults.subvector,
                                  .group = defaults.group,
                                  .code_bits = defaults.code_bits,
                                  .iterations = defaults.iterations,
                                  .adaptor_epochs = defaults.adaptor_epochs,
                                  .rounds = defaults.rounds};
    const struct cli_option options[] = {
        {"output", 'o', CLI_STRING, &settings->output, "OUT", "file to write (NAME.carvq.safetensors in this directory)", 0, 0},
        {"preset", 'p', CLI_WORD, &settings->preset, "carvq-2|carvq-3|carvq-4",
         "the paper's settings: 2, 3 or 4 stages (carvq-3)", 0, 0},
        {"tensor", 't', CLI_LIST, &settings->tensors, "NAME", "compress this tensor (the table is found by name); repeatable", 0,
         0},
        {"stages", 0, CLI_NUMBER, &settings->stages, "L", "residual stages (3)", 1, CARVQ_MAX_STAGES},
        {"subvector", 0, CLI_NUMBER, &settings->subvector, "H", "values in a sub-vector (8)", 1, CARVQ_MAX_SUBVECTOR},
        {"group", 0, CLI_NUMBER, &settings->group, "G", "sub-vectors that share codebooks (1024)", 1, CARVQ_MAX_GROUP},
        {"grouping", 0, CLI_WORD, &settings->grouping, "rows|columns", "what a group is: see the manual (rows)", 0, 0},
        {"code-bits", 0, CLI_NUMBER, &settings->code_bits, "K", "bits of a code (4)", 1, CARVQ_MAX_CODE_BITS},
        {"codebook-dtype", 0, CLI_WORD, &settings->codebook_dtype, "bf16|f16", "type of the stored 16-bit values (bf16)", 0, 0},
        {"iterations", 0, CLI_NUMBER, &settings->iterations, "N", "rounds of k-means at each stage (25)", 1, 1000},
        {"effort", 0, CLI_NUMBER, &settings->effort, "E",
         "time to spend on better codes of the same size: then all stages are fitted together (0)", 0, CARVQ_MAX_EFFORT},
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
    const struct cli_usage usage = {
        "compress",
        "MODEL [-o OUT]",
        "Compresses the embedding table of a model by group residual vector quantization and a small network\n"
        "that corrects it. MODEL is a Hugging Face directory or a single .safetensors file.",
        options,
        1,
        1};
    int first, status = cli_parse(&usage, argc, argv, &first);
    if (status < 0)
        settings->model = argv[first];
    return status;
}

// The last part of a path without slashes at its end; *length_ret is its length.
static const char *last_part(const char *path, size_t *length_ret)
{
    size_t end = strlen(path);
    while (end > 0 && path[end - 1] == '/')
        end--;
    size_t begin = end;
    while (begin > 0 && path[begin - 1] != '/')
        begin--;
    *length_ret = end - begin;
    return path + begin;
}

// NAME.carvq.safetensors, NAME being the last part of MODEL as it was typed, without .safetensors. NULL: out of memory.
static char *default_output(const char *model)
{
    static const char ending[] = ".safetensors", unnamed[] = "model";
    size_t length, suffix = sizeof ending - 1;
    const char *name = last_part(model, &length);
    char *resolved = NULL;
    if ((length == 1 && name[0] == '.') || (length == 2 && name[0] == '.' && name[1] == '.'))
        resolved = realpath(model, NULL);
    if (resolved != NULL)
        name = last_part(resolved, &length);
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

static struct carvq_encode_options encode_options(const struct settings *settings)
{
    struct carvq_encode_options options;
    carvq_encode_defaults(&options);
    if (settings->preset >= 0)
        options.stages = (uint32_t)settings->preset + 2;
    if (settings->stages > 0)
        options.stages = (uint32_t)settings->stages;
    options.subvector = (uint32_t)settings->subvector;
    options.group = settings->group;
    options.grouping = settings->grouping == 0 ? CARVQ_GROUP_ROWS : CARVQ_GROUP_COLUMNS;
    options.code_bits = (uint32_t)settings->code_bits;
    options.codebook_dtype = settings->codebook_dtype == 0 ? CARVQ_BF16 : CARVQ_F16;
    options.iterations = (uint32_t)settings->iterations;
    options.effort = (uint32_t)settings->effort;
    options.seed = settings->seed;
    options.adaptor = !settings->no_adaptor;
    options.adaptor_dim = (uint32_t)settings->adaptor_dim;
    options.adaptor_hidden = (uint32_t)settings->adaptor_hidden;
    options.adaptor_epochs = (uint32_t)settings->adaptor_epochs;
    options.rounds = (uint32_t)settings->rounds;
    return options;
}

// --force must not destroy the model itself.
static enum carvq_status check_output(const struct work *work, const struct settings *settings, struct carvq_error *error)
{
    struct stat output, input;
    enum carvq_status status = settings->dry_run ? CARVQ_OK : cli_output_check(work->output, settings->force, error);
    if (status != CARVQ_OK || stat(work->output, &output) != 0)
        return status;
    for (size_t i = 0; i < carvq_checkpoint_tensor_count(work->checkpoint); i++) {
        const char *file = carvq_checkpoint_tensor_at(work->checkpoint, i)->file;
        if (stat(file, &input) == 0 && input.st_dev == output.st_dev && input.st_ino == output.st_ino)
            return carvq_fail(error, CARVQ_ERROR_ARGUMENT, "%s: is a file of the model; choose another output", work->output);
    }
    return CARVQ_OK;
}

static enum carvq_status prepare(struct work *work, const struct settings *settings, struct carvq_error *error)
{
    enum carvq_status status = carvq_checkpoint_open(settings->model, &work->checkpoint, error);
    if (status == CARVQ_OK)
        status = carvq_checkpoint_tables(work->checkpoint, settings->tensors.count > 0 ? settings->tensors.items : NULL,
                                         settings->tensors.count, &work->tables, &work->count, error);
    if (status != CARVQ_OK)
        return status;
    work->matrices = calloc(work->count, sizeof *work->matrices);
    work->options = calloc(work->count, sizeof *work->options);
    work->plans = calloc(work->count, sizeof *work->plans);
    work->reports = calloc(work->count, sizeof *work->reports);
    work->output = settings->output != NULL ? strdup(settings->output) : default_output(settings->model);
    if (work->matrices == NULL || work->options == NULL || work->plans == NULL || work->reports == NULL || work->output == NULL)
        return carvq_fail(error, CARVQ_ERROR_MEMORY, "%s: out of memory", settings->model);
    for (size_t i = 0; i < work->count && status == CARVQ_OK; i++) {
        struct carvq_checkpoint_table *table = &work->tables[i];
        work->matrices[i] = (struct carvq_matrix){table->tensor->header->name,
                                                  table->tensor->file,
                                                  table->rows,
                                                  table->cols,
                                                  table->dtype,
                                                  carvq_checkpoint_read_block,
                                                  table};
        work->options[i] = encode_options(settings);
        status = carvq_encode_plan(&work->matrices[i], &work->options[i], (unsigned)settings->threads, &work->plans[i], error);
    }
    if (status == CARVQ_OK)
        status = carvq_encode_file_size(work->matrices, work->options, work->count, &work->file_bytes, error);
    if (status == CARVQ_OK)
        status = check_output(work, settings, error);
    return status;
}

static void print_adaptor(const struct carvq_encode_plan *plan, const struct settings *settings)
{
    const struct carvq_table_info *info = &plan->info;
    if (settings->no_adaptor)
        return;
    if (info->adaptor_dim == 0) {
        printf("  no adaptor: 0.1554 bits per parameter do not hold one for a table of this shape\n");
        return;
    }
    printf("  adaptor: %" PRIu32 " -> %" PRIu32 " -> %" PRIu32 "; training takes %.2g multiplications (BLAS kernel %s%s)\n",
           info->adaptor_dim, info->adaptor_hidden, info->cols, plan->training_products, carvq_blas_kernel(),
           carvq_blas_is_slow() ? ", slow on this processor: try OPENBLAS_CORETYPE=Haswell" : "");
}

static void print_plan(const struct work *work, const struct settings *settings)
{
    uint64_t memory = 0;
    for (size_t i = 0; i < work->count; i++) {
        const struct carvq_table_info *info = &work->plans[i].info;
        printf("%s  %" PRIu64 " x %" PRIu32 " %s, output head %s\n", cli_safe(info->name), info->rows, info->cols,
               carvq_dtype_name(info->dtype), cli_head_name(work->tables[i].head));
        printf("  %s\n", cli_codec(info->segments));
        print_adaptor(&work->plans[i], settings);
        printf("  %.4f bits per parameter: codes %s, codebooks %s, adaptor %s\n", cli_bits(info), cli_bytes(info->code_bytes),
               cli_bytes(info->codebook_bytes), cli_bytes(info->adaptor_bytes));
        printf("  %s -> %s\n", cli_bytes(info->original_bytes), cli_bytes(info->payload_bytes));
        if (work->plans[i].working_bytes > memory)
            memory = work->plans[i].working_bytes;
    }
    printf("output %s, %s; working memory %s\n", cli_safe(work->output), cli_bytes(work->file_bytes), cli_bytes(memory));
    if (!settings->dry_run)
        fflush(stdout);
}

// What the adaptor was worth, beside the two other ways to spend bits.
static void print_worth(const struct carvq_encode_report *report, const struct carvq_table_info *info)
{
    if (report->left_out)
        printf("  the adaptor did not lower L1 and was left out: %.4f bits per parameter\n", cli_bits(info));
    else
        printf("  codes alone: SQNR %.2f dB, L1 %.4g, %.4f bits\n", report->codes_sqnr_db, report->codes_l1,
               8 * (double)(info->payload_bytes - info->adaptor_bytes) / ((double)info->rows * info->cols));
    printf("  its bits spent on codes (--no-adaptor --group %" PRIu64 "): SQNR %.2f dB, L1 %.4g, %.4f bits%s\n",
           report->traded_group, report->traded_sqnr_db, report->traded_l1,
           8 * (double)report->traded_bytes / ((double)info->rows * info->cols),
           !report->left_out && report->traded_l1 < report->l1 ? ": better here" : "");
}

static void print_reports(const struct work *work)
{
    for (size_t i = 0; i < work->count; i++) {
        const struct carvq_encode_report *report = &work->reports[i];
        const struct carvq_table_info *info = &work->plans[i].info;
        double values = (double)info->rows * info->cols;
        printf("%s  SQNR %.2f dB, L1 %.4g, %.1f s, %.1f Mparam/s\n", cli_safe(info->name), report->sqnr_db, report->l1,
               report->seconds, values / report->seconds / 1e6);
        if (report->traded_group > 0)
            print_worth(report, info);
    }
}

static void add_worth(json_t *table, const struct carvq_encode_report *report)
{
    if (report->traded_group == 0)
        return;
    json_object_set_new(table, "adaptor_left_out", json_boolean(report->left_out));
    json_object_set_new(table, "codes_alone",
                        json_pack("{soso}", "sqnr_db", cli_real(report->codes_sqnr_db), "l1", cli_real(report->codes_l1)));
    json_object_set_new(table, "bits_on_codes",
                        json_pack("{sIsIsoso}", "group", (json_int_t)report->traded_group, "payload_bytes",
                                  (json_int_t)report->traded_bytes, "sqnr_db", cli_real(report->traded_sqnr_db), "l1",
                                  cli_real(report->traded_l1)));
}

static int print_json(const struct work *work, const struct settings *settings)
{
    json_t *tables = json_array();
    for (size_t i = 0; i < work->count; i++) {
        json_t *table = cli_table_json(&work->plans[i].info);
        json_object_set_new(table, "head", json_string(cli_head_name(work->tables[i].head)));
        json_object_set_new(table, "working_bytes", json_integer((json_int_t)work->plans[i].working_bytes));
        if (!settings->dry_run) {
            json_object_set_new(table, "sqnr_db", cli_real(work->reports[i].sqnr_db));
            json_object_set_new(table, "l1", cli_real(work->reports[i].l1));
            json_object_set_new(table, "seconds", cli_real(work->reports[i].seconds));
            add_worth(table, &work->reports[i]);
        }
        json_array_append_new(tables, table);
    }
    return cli_print_json(json_pack("{sososIsbso}", "model", cli_text(settings->model), "output", cli_text(work->output),
                                    "file_bytes", (json_int_t)work->file_bytes, "dry_run", settings->dry_run, "tables", tables));
}

// The progress line; its label shows how far down the adaptor has brought the error.
struct display {
    struct cli_progress progress;
    const char *phase;
    char label[64];
};

static int show_progress(void *context, const struct carvq_progress *progress)
{
    struct display *display = context;
    if (display->phase != progress->phase)
        display->progress.label = NULL;
    display->phase = progress->phase;
    if (progress->loss > 0)
        snprintf(display->label, sizeof display->label, "%s, L1 %.4g", progress->phase, progress->loss);
    else
        snprintf(display->label, sizeof display->label, "%s", progress->phase);
    return cli_progress_step(&display->progress, display->label, progress->done, progress->total, "param");
}

// The plans become what was written: adaptors that were left out are gone.
static void update_plans(struct work *work)
{
    for (size_t i = 0; i < work->count; i++) {
        struct carvq_table_info *info = &work->plans[i].info;
        if (work->reports[i].left_out) {
            info->payload_bytes -= info->adaptor_bytes;
            info->adaptor_bytes = info->adaptor_dim = info->adaptor_hidden = 0;
        }
    }
}

static enum carvq_status encode(struct work *work, const struct settings *settings, struct carvq_error *error)
{
    struct cli_output output;
    struct display display = {.phase = NULL};
    enum carvq_status status = cli_output_open(&output, work->output, settings->force, error);
    if (status != CARVQ_OK)
        return status;
    const struct carvq_encode_job job = {
        .write = cli_output_write,
        .write_context = &output,
        .progress = show_progress,
        .progress_context = &display,
        .threads = (unsigned)settings->threads,
        .view = cli_output_view,
        .view_context = &output,
        .file_bytes_ret = &work->file_bytes,
    };
    cli_progress_begin(&display.progress);
    status = carvq_encode(work->matrices, work->options, work->count, &job, work->reports, error);
    cli_progress_end(&display.progress);
    if (status == CARVQ_OK) {
        update_plans(work);
        return cli_output_commit(&output, error);
    }
    cli_output_discard(&output);
    return status;
}

static int run_work(struct work *work, const struct settings *settings)
{
    struct carvq_error error;
    if (prepare(work, settings, &error) != CARVQ_OK)
        return cli_fail(&error);
    if (!settings->json)
        print_plan(work, settings);
    if (!settings->dry_run && encode(work, settings, &error) != CARVQ_OK)
        return cli_fail(&error);
    if (settings->json)
        return print_json(work, settings);
    if (!settings->dry_run)
        print_reports(work);
    return cli_finish();
}

static int run(int argc, char **argv)
{
    struct settings settings;
    struct work work = {0};
    int status = parse(argc, argv, &settings);
    if (status >= 0)
        return status;
    status = run_work(&work, &settings);
    carvq_checkpoint_close(work.checkpoint);
    free(work.tables);
    free(work.matrices);
    free(work.options);
    free(work.plans);
    free(work.reports);
    free(work.output);
    cli_reraise();
    return status;
}

const struct cli_command cli_compress = {"compress", "compress the table of a model", run};
