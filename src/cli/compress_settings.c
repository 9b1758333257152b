// SPDX-License-Identifier: MIT
// Compression by the paper's settings: group RVQ with an adaptor.
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/half.h"
#include "runtime/status.h"
#include "host/blas.h"
#include "carvq_encode.h"
#include "compress.h"

// What is planned and found, one array element for each table.
struct results {
    struct carvq_encode_options *options;
    struct carvq_encode_plan *plans;
    struct carvq_encode_report *reports;
};

static struct carvq_encode_options encode_options(const struct cli_compress_settings *settings)
{
    struct carvq_encode_options options;
    carvq_encode_defaults(&options);
    if (settings->preset > 0)
        options.stages = (uint32_t)settings->preset;
    if (settings->stages > 0)
        options.stages = (uint32_t)settings->stages;
    options.subvector = (uint32_t)settings->subvector;
    options.group = settings->group;
    options.grouping = (enum carvq_grouping)settings->grouping;
    options.code_bits = (uint32_t)settings->code_bits;
    options.codebook_dtype = (enum carvq_dtype)settings->codebook_dtype;
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

static enum carvq_status make_plans(struct cli_compress_work *work, const struct cli_compress_settings *settings,
                                    struct results *results, struct carvq_error *error)
{
    enum carvq_status status = CARVQ_OK;
    results->options = calloc(work->count, sizeof *results->options);
    results->plans = calloc(work->count, sizeof *results->plans);
    results->reports = calloc(work->count, sizeof *results->reports);
    if (results->options == NULL || results->plans == NULL || results->reports == NULL)
        return carvq_fail(error, CARVQ_ERROR_MEMORY, "%s: out of memory", settings->model);
    for (size_t i = 0; i < work->count && status == CARVQ_OK; i++) {
        results->options[i] = encode_options(settings);
        status = carvq_encode_plan(&work->matrices[i], &results->options[i], (unsigned)settings->threads, &results->plans[i],
                                   error);
    }
    if (status == CARVQ_OK)
        status = carvq_encode_file_size(work->matrices, results->options, work->count, &work->file_bytes, error);
    if (status == CARVQ_OK)
        status = cli_compress_check_output(work, settings, error);
    return status;
}

static void print_adaptor(const struct carvq_encode_plan *plan, const struct cli_compress_settings *settings)
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

static void print_plan(const struct cli_compress_work *work, const struct results *results,
                       const struct cli_compress_settings *settings)
{
    uint64_t memory = 0;
    for (size_t i = 0; i < work->count; i++) {
        const struct carvq_table_info *info = &results->plans[i].info;
        printf("%s  %" PRIu64 " x %" PRIu32 " %s, output head %s\n", cli_safe(info->name), info->rows, info->cols,
               carvq_dtype_name(info->dtype), cli_head_name(work->tables[i].head));
        printf("  %s\n", cli_codec(info->segments));
        print_adaptor(&results->plans[i], settings);
        printf("  %.4f bits per parameter: codes %s, codebooks %s, adaptor %s\n", cli_bits(info), cli_bytes(info->code_bytes),
               cli_bytes(info->codebook_bytes), cli_bytes(info->adaptor_bytes));
        printf("  %s -> %s\n", cli_bytes(info->original_bytes), cli_bytes(info->payload_bytes));
        if (results->plans[i].working_bytes > memory)
            memory = results->plans[i].working_bytes;
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

static void print_reports(const struct cli_compress_work *work, const struct results *results)
{
    for (size_t i = 0; i < work->count; i++) {
        const struct carvq_encode_report *report = &results->reports[i];
        const struct carvq_table_info *info = &results->plans[i].info;
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

static int print_json(const struct cli_compress_work *work, const struct results *results,
                      const struct cli_compress_settings *settings)
{
    json_t *tables = json_array();
    for (size_t i = 0; i < work->count; i++) {
        json_t *table = cli_table_json(&results->plans[i].info);
        json_object_set_new(table, "head", json_string(cli_head_name(work->tables[i].head)));
        json_object_set_new(table, "working_bytes", json_integer((json_int_t)results->plans[i].working_bytes));
        if (!settings->dry_run) {
            json_object_set_new(table, "sqnr_db", cli_real(results->reports[i].sqnr_db));
            json_object_set_new(table, "l1", cli_real(results->reports[i].l1));
            json_object_set_new(table, "seconds", cli_real(results->reports[i].seconds));
            add_worth(table, &results->reports[i]);
        }
        json_array_append_new(tables, table);
    }
    return cli_compress_print_json(work, settings, tables);
}

// The plans become what was written: adaptors that were left out are gone.
static void update_plans(const struct cli_compress_work *work, struct results *results)
{
    for (size_t i = 0; i < work->count; i++) {
        struct carvq_table_info *info = &results->plans[i].info;
        if (results->reports[i].left_out) {
            info->payload_bytes -= info->adaptor_bytes;
            info->adaptor_bytes = info->adaptor_dim = info->adaptor_hidden = 0;
        }
    }
}

// What encode() works on.
struct encoding {
    const struct cli_compress_work *work;
    struct results *results;
};

static enum carvq_status encode(void *context, const struct carvq_encode_job *job, struct carvq_error *error)
{
    const struct encoding *encoding = context;
    const struct cli_compress_work *work = encoding->work;
    struct results *results = encoding->results;
    enum carvq_status status = carvq_encode(work->matrices, results->options, work->count, job, results->reports, error);
    if (status == CARVQ_OK)
        update_plans(work, results);
    return status;
}

static int run(struct cli_compress_work *work, const struct cli_compress_settings *settings, struct results *results)
{
    struct carvq_error error;
    if (make_plans(work, settings, results, &error) != CARVQ_OK)
        return cli_fail(&error);
    if (!settings->json)
        print_plan(work, results, settings);
    if (!settings->dry_run && cli_compress_write(work, settings, encode, &(struct encoding){work, results}, &error) != CARVQ_OK)
        return cli_fail(&error);
    if (settings->json)
        return print_json(work, results, settings);
    if (!settings->dry_run)
        print_reports(work, results);
    return cli_finish();
}

int cli_compress_by_settings(struct cli_compress_work *work, const struct cli_compress_settings *settings)
{
    struct results results = {0};
    int status = run(work, settings, &results);
    free(results.options);
    free(results.plans);
    free(results.reports);
    return status;
}
