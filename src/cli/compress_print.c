// SPDX-License-Identifier: MIT
// What carvq compress says of plans and of what came of them.
#include <inttypes.h>
#include <math.h>

#include "compress.h"
#include "host/blas.h"
#include "runtime/half.h"

// ---- text: plans

static void print_bands(const struct carvq_band *bands, bool guessed)
{
    printf("  %-20s %10s %9s %8s %9s\n", guessed ? "guess: rows used" : "rows that are used", "rows", "of uses", "bits",
           "SQNR dB");
    for (unsigned b = 0; b < CARVQ_BANDS; b++) {
        char range[40] = "never";
        if (bands[b].rows == 0)
            continue;
        if (isinf(bands[b].max_count))
            snprintf(range, sizeof range, "%.0f times and more", bands[b].min_count);
        else if (bands[b].max_count > 0)
            snprintf(range, sizeof range, "%.0f to %.0f times", bands[b].min_count, bands[b].max_count);
        printf("  %-20s %10" PRIu64 " %7.2f %% %8.3f %9.2f\n", range, bands[b].rows, 100 * bands[b].share, bands[b].bits,
               bands[b].sqnr_db);
    }
}

static void print_trial(const struct carvq_adaptor_trial *trial)
{
    if (trial->dim > 0)
        printf("  %s corrective network: %" PRIu32 " value%s a row through %" PRIu32
               " units %s %.2f dB; its bits, as codes, %.2f dB\n",
               trial->used ? "with a" : "no", trial->dim, trial->dim == 1 ? "" : "s", trial->hidden,
               trial->used ? "gain" : "would gain", trial->gain_db, trial->cost_db);
}

// What was chosen by the table's use, and why.
static void print_use(const struct carvq_plan *plan, enum carvq_head head)
{
    const struct carvq_head_trial *trial = carvq_plan_head(plan);
    const struct carvq_table_info *info = carvq_plan_info(plan);
    const enum carvq_codec codec = info->segments[info->segment_count - 1].codec;
    if (codec == CARVQ_RAW)
        return; // for all rows
    printf("  codec %s: ", carvq_codec_name(codec));
    if (!cli_is_head(head))
        printf("rows are looked up, and no output head is known to be this table\n");
    else if (trial->used && trial->tried)
        printf("the table is an output head, whose logits then need no decoded rows; --codec trellis gains %.2f dB\n",
               trial->loss_db);
    else if (trial->used)
        printf("the table is an output head, whose logits then need no decoded rows\n");
    else if (trial->tried)
        printf("for an output head there is additive, but it would lose %.2f dB\n", trial->loss_db);
    else
        printf("for an output head there is additive, but it does not fit\n");
}

static void print_structure(const struct carvq_table_info *info)
{
    if (!info->mean && info->rank == 0)
        return;
    printf("  taken out first: %s", info->mean ? "the mean of all rows" : "");
    if (info->rank > 0)
        printf("%s%" PRIu32 " direction%s of %" PRIu32 " bits a row", info->mean ? ", " : "", info->rank,
               info->rank == 1 ? "" : "s", info->low_rank_bits);
    putchar('\n');
}

static void print_adaptor(const struct carvq_plan *plan, const struct cli_compress_settings *settings)
{
    const struct carvq_table_info *info = carvq_plan_info(plan);
    if (settings->no_adaptor)
        return;
    if (info->adaptor_dim == 0) {
        printf("  no adaptor: 0.1554 bits per parameter do not hold one for a table of this shape\n");
        return;
    }
    printf("  adaptor: %" PRIu32 " -> %" PRIu32 " -> %" PRIu32 "; training takes %.2g multiplications (BLAS kernel %s%s)\n",
           info->adaptor_dim, info->adaptor_hidden, info->cols, carvq_plan_get_cost(plan)->training_products, carvq_blas_kernel(),
           carvq_blas_is_slow() ? ", slow on this processor: try OPENBLAS_CORETYPE=Haswell" : "");
}

// What errors cost the model, as far as that is known.
static void print_divergence(const struct carvq_plan *plan, const char *what)
{
    const struct carvq_divergence *divergence = carvq_plan_divergence(plan);
    if (divergence->head > 0 && divergence->input > 0)
        printf("  %s KL divergence %.4f nats a token: input %.4f, head %.4f\n", what, divergence->head + divergence->input,
               divergence->input, divergence->head);
    else if (divergence->head + divergence->input > 0)
        printf("  %s KL divergence %.4f nats a token, as the %s\n", what, divergence->head + divergence->input,
               divergence->head > 0 ? "head" : "input");
}

static void print_budget_plan(const struct cli_compress_work *work, const struct cli_compress_settings *settings, size_t i)
{
    const struct carvq_plan *plan = work->plans[i];
    const struct carvq_table_info *info = carvq_plan_info(plan);
    const struct cli_count_options *counts = &settings->counts;
    const bool has_choice = cli_has_text(&counts->text) || counts->counts != NULL || counts->uniform || work->stats != NULL;
    struct carvq_band bands[CARVQ_BANDS];
    double sqnr_db = carvq_plan_expect(plan, bands);
    printf("  importance of rows: %s%s\n", work->counts[i].source, has_choice ? "" : "; --calibrate TEXT asks the model");
    if (work->not_run.message[0] != '\0')
        printf("  counted only, for the model cannot be run: %s\n", work->not_run.message);
    if (settings->codec == 0)
        print_use(plan, work->tables[i].head);
    print_structure(info);
    print_trial(carvq_plan_trial(plan));
    for (uint32_t s = 0; s < info->segment_count; s++)
        printf("  tier %-2" PRIu32 " %9" PRIu64 " rows, %6.3f bits per parameter, %s\n", s, info->segments[s].rows,
               cli_segment_bits(&info->segments[s]), cli_codec(&info->segments[s]));
    printf("  %.4f bits per parameter, expected SQNR %.2f dB\n", cli_bits(info), sqnr_db);
    print_divergence(plan, "expected");
    if (work->counts[i].values != NULL || work->stats != NULL)
        print_bands(bands, work->counts[i].guessed);
}

static void print_settings_plan(const struct carvq_plan *plan, const struct cli_compress_settings *settings)
{
    const struct carvq_table_info *info = carvq_plan_info(plan);
    printf("  %s\n", cli_codec(info->segments));
    print_adaptor(plan, settings);
    printf("  %.4f bits per parameter: codes %s, codebooks %s, adaptor %s\n", cli_bits(info), cli_bytes(info->code_bytes),
           cli_bytes(info->codebook_bytes), cli_bytes(info->adaptor_bytes));
}

// Other names under which the same table is stored.
static void print_copies(const struct carvq_checkpoint_table *table)
{
    for (size_t i = 0; i < table->copy_count; i++)
        printf("%s'%s'%s", i == 0 ? "  also stored as " : ", ", cli_safe(table->copies[i]->name),
               i + 1 == table->copy_count ? ": compressed once\n" : "");
}

void cli_compress_print_plans(const struct cli_compress_work *work, const struct cli_compress_settings *settings)
{
    uint64_t memory = 0;
    for (size_t i = 0; i < work->count; i++) {
        const struct carvq_table_info *info = carvq_plan_info(work->plans[i]);
        const uint64_t working_bytes = carvq_plan_get_cost(work->plans[i])->working_bytes;
        printf("%s  %" PRIu64 " x %" PRIu32 " %s, %s\n", cli_safe(info->name), info->rows, info->cols,
               carvq_dtype_name(info->dtype), cli_safe(cli_head_words(&work->tables[i])));
        print_copies(&work->tables[i]);
        if (cli_compress_has_budget(settings))
            print_budget_plan(work, settings, i);
        else
            print_settings_plan(work->plans[i], settings);
        printf("  %s -> %s\n", cli_bytes(info->original_bytes), cli_bytes(info->payload_bytes));
        memory = working_bytes > memory ? working_bytes : memory;
    }
    printf("output %s, %s", cli_safe(work->output), cli_bytes(work->file_bytes));
    if (memory > 0)
        printf("; working memory %s", cli_bytes(memory));
    putchar('\n');
    fflush(stdout);
}

// ---- text: reports

// What the adaptor was worth, beside the two other ways to spend bits.
static void print_worth(const struct carvq_report *report, const struct carvq_table_info *info)
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

void cli_compress_print_reports(const struct cli_compress_work *work)
{
    for (size_t i = 0; i < work->count; i++) {
        const struct carvq_report *report = carvq_plan_report(work->plans[i]);
        const struct carvq_table_info *info = carvq_plan_info(work->plans[i]);
        double values = (double)info->rows * info->cols;
        printf("%s  SQNR %.2f dB, L1 %.4g, encoded in %.1f s (%.1f Mparam/s)\n", cli_safe(info->name), report->sqnr_db,
               report->l1, report->seconds, values / report->seconds / 1e6);
        if (report->traded_group > 0)
            print_worth(report, info);
        print_divergence(work->plans[i], "predicted");
    }
}

// How to see what it does to the model, and how to do better.
void cli_compress_print_advice(const struct cli_compress_work *work, const struct cli_compress_settings *settings)
{
    bool guessed = false, language = false;
    for (size_t i = 0; i < work->count; i++) {
        guessed = guessed || (work->counts[i].guessed && work->stats == NULL);
        language = language || work->tables[i].head != CARVQ_HEAD_UNKNOWN;
    }
    if (language)
        printf("what it does to the model: carvq eval %s --table %s --text TEXT%s\n", cli_safe(settings->model),
               cli_safe(work->output),
               guessed                             ? "; better with --calibrate TEXT"
               : cli_compress_has_budget(settings) ? ""
                                                   : "; --bits does better than this method at the same size");
}

// ---- JSON

static json_t *bands_json(const struct carvq_band *bands)
{
    json_t *list = json_array();
    for (unsigned b = 0; b < CARVQ_BANDS; b++)
        json_array_append_new(list, json_pack("{sososIsfsfso}", "min_count", cli_real(bands[b].min_count), "max_count",
                                              cli_real(bands[b].max_count), "rows", (json_int_t)bands[b].rows, "share",
                                              bands[b].share, "bits", bands[b].bits, "sqnr_db", cli_real(bands[b].sqnr_db)));
    return list;
}

static json_t *trial_json(const struct carvq_adaptor_trial *trial)
{
    return json_pack("{sIsIsfsfsb}", "dim", (json_int_t)trial->dim, "hidden", (json_int_t)trial->hidden, "gain_db",
                     trial->gain_db, "cost_db", trial->cost_db, "used", trial->used);
}

static json_t *head_json(const struct carvq_head_trial *trial)
{
    return json_pack("{sfsfsb}", "loss_db", trial->loss_db, "limit_db", trial->limit_db, "used", trial->used);
}

static json_t *divergence_json(const struct carvq_plan *plan)
{
    const struct carvq_divergence *divergence = carvq_plan_divergence(plan);
    return json_pack("{soso}", "input", divergence->input > 0 ? cli_real(divergence->input) : json_null(), "head",
                     divergence->head > 0 ? cli_real(divergence->head) : json_null());
}

static void add_worth(json_t *table, const struct carvq_report *report)
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

static json_t *table_json(const struct cli_compress_work *work, const struct cli_compress_settings *settings, size_t i)
{
    const struct carvq_plan *plan = work->plans[i];
    const struct carvq_report *report = carvq_plan_report(plan);
    const bool has_budget = cli_compress_has_budget(settings);
    json_t *table = cli_table_json(carvq_plan_info(plan));
    json_object_set_new(table, "head", json_string(cli_head_name(work->tables[i].head)));
    if (has_budget) {
        struct carvq_band bands[CARVQ_BANDS];
        double sqnr_db = carvq_plan_expect(plan, bands);
        json_object_set_new(table, "importance", json_string(work->counts[i].source));
        if (carvq_plan_head(plan)->tried)
            json_object_set_new(table, "head_trial", head_json(carvq_plan_head(plan)));
        if (carvq_plan_trial(plan)->dim > 0)
            json_object_set_new(table, "adaptor_trial", trial_json(carvq_plan_trial(plan)));
        json_object_set_new(
            table, "expected",
            json_pack("{sososo}", "sqnr_db", cli_real(sqnr_db), "divergence", divergence_json(plan), "bands", bands_json(bands)));
    } else {
        json_object_set_new(table, "working_bytes", json_integer((json_int_t)carvq_plan_get_cost(plan)->working_bytes));
    }
    if (settings->dry_run)
        return table;
    json_object_set_new(table, "sqnr_db", cli_real(report->sqnr_db));
    json_object_set_new(table, "l1", cli_real(report->l1));
    json_object_set_new(table, "seconds", cli_real(report->seconds));
    if (has_budget) {
        json_object_set_new(table, "divergence", divergence_json(plan));
        json_object_set_new(table, "bands", bands_json(report->bands));
    } else {
        add_worth(table, report);
    }
    return table;
}

int cli_compress_print_json(const struct cli_compress_work *work, const struct cli_compress_settings *settings)
{
    json_t *tables = json_array();
    for (size_t i = 0; i < work->count; i++)
        json_array_append_new(tables, table_json(work, settings, i));
    return cli_print_json(json_pack("{sososIsbso}", "model", cli_text(settings->model), "output", cli_text(work->output),
                                    "file_bytes", (json_int_t)work->file_bytes, "dry_run", settings->dry_run, "tables", tables));
}
