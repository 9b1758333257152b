// SPDX-License-Identifier: MIT
// What carvq compare found, as a table for people, as CSV and as JSON.
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "runtime/half.h"
#include "compare.h"

// What a setting is judged by beside its bits, more being better: the increase in one place, or SQNR without a text.
static double merit(const struct cli_comparison *comparison, size_t i, size_t place)
{
    const struct carvq_compare_row *row = &comparison->rows[i];
    return place < comparison->options->place_count ? -row->evaluations[place].increase : row->error.sqnr_db;
}

// Whether no other setting is at least as good with at most as many bits, and better in one of both.
static bool is_pareto_optimal(const struct cli_comparison *comparison, size_t i, size_t place)
{
    const double bits = comparison->rows[i].bits, own = merit(comparison, i, place);
    bool dominated = isnan(own);
    for (size_t k = 0; k < comparison->count; k++) {
        const double other_bits = comparison->rows[k].bits, other = merit(comparison, k, place);
        dominated = dominated || (other_bits <= bits && other >= own && (other_bits < bits || other > own));
    }
    return !dominated;
}

static void print_heading(const struct cli_comparison *comparison)
{
    const struct carvq_checkpoint_table *table = comparison->table;
    printf("%s: %s, %" PRIu64 " x %" PRIu32 " %s, output head %s\n", cli_safe(comparison->model), cli_safe(table->tensor->name),
           table->rows, table->cols, carvq_dtype_name(table->dtype), cli_head_name(table->head));
    if (comparison->text == NULL)
        return;
    const struct carvq_eval_result *result = &comparison->rows[0].evaluations[0];
    printf("%s: %" PRIu64 " windows of %zu tokens, %" PRIu64 " tokens scored; perplexity of the model as it is %.4f\n",
           cli_safe(comparison->text), result->windows, result->window, result->tokens, result->original.perplexity);
}

static int method_width(const struct cli_comparison *comparison)
{
    size_t width = 21;
    for (size_t i = 0; i < comparison->count; i++) {
        const size_t length = strlen(comparison->settings[i].method);
        width = length > width ? length : width;
    }
    return (int)width;
}

// What a setting takes and how far it is from the table.
static void print_table_columns(const struct cli_comparison *comparison, size_t i, size_t place)
{
    const struct carvq_compare_row *row = &comparison->rows[i];
    printf("%-*s %-16s%c%8.4f %11" PRIu64 " %8s %7s", method_width(comparison), comparison->settings[i].method,
           comparison->settings[i].setting, is_pareto_optimal(comparison, i, place) ? '*' : ' ', row->bits, row->bytes,
           cli_number(2, row->error.sqnr_db), cli_number(1, 100 * row->neighbours.recall));
}

static void print_place(const struct cli_comparison *comparison, size_t place)
{
    static const char *const titles[] = {
        [CARVQ_EVAL_INPUT] = "the input table replaced",
        [CARVQ_EVAL_HEAD] = "the output head replaced",
        [CARVQ_EVAL_BOTH] = "input table and output head replaced",
    };
    printf("\n%s\n%-*s %-16s %8s %11s %8s %7s %11s %11s    %-9s %9s %7s\n", titles[comparison->options->places[place]],
           method_width(comparison), "method", "setting", "bits", "bytes", "SQNR dB", "R@10 %", "perplexity", "increase", "+-",
           "KL", "agree %");
    for (size_t i = 0; i < comparison->count; i++) {
        const struct carvq_eval_result *result = &comparison->rows[i].evaluations[place];
        const bool has_error = isfinite(result->increase_error); // not with one window
        print_table_columns(comparison, i, place);
        printf(" %11.4f %+11.4f %2s %-9s %9.6f %7.2f\n", result->changed.perplexity, result->increase, has_error ? "+-" : "",
               has_error ? cli_number(4, result->increase_error) : "", result->kl, 100 * result->top1_agreement);
    }
}

static void print_alone(const struct cli_comparison *comparison)
{
    printf("\n%-*s %-16s %8s %11s %8s %7s %11s\n", method_width(comparison), "method", "setting", "bits", "bytes", "SQNR dB",
           "R@10 %", "L1");
    for (size_t i = 0; i < comparison->count; i++) {
        const double l1 = comparison->rows[i].error.l1;
        print_table_columns(comparison, i, 0);
        if (isnan(l1))
            printf(" %11s\n", "-");
        else
            printf(" %11.4g\n", l1);
    }
}

static bool has_budget(const struct cli_comparison *comparison)
{
    bool found = false;
    for (size_t i = 0; i < comparison->count; i++)
        found = found || comparison->settings[i].kind == CARVQ_BASELINE_BUDGET;
    return found;
}

void cli_compare_print(const struct cli_comparison *comparison)
{
    const bool has_text = comparison->text != NULL;
    print_heading(comparison);
    for (size_t place = 0; place < comparison->options->place_count; place++)
        print_place(comparison, place);
    if (comparison->options->place_count == 0)
        print_alone(comparison);
    printf("\n*: no other setting here has %s with at most as many bits%s.\n"
           "bits: stored bits per parameter, everything counted. R@%d: recall@%d, the share of the %d nearest rows (cosine) of a "
           "row\n"
           "that are still among its nearest, in a sample of up to %zu rows%s.",
           has_text ? "a smaller increase" : "a higher SQNR", has_text ? ", standard errors left aside" : "", CARVQ_NEIGHBOURS,
           CARVQ_NEIGHBOURS, CARVQ_NEIGHBOURS, CARVQ_NEIGHBOUR_SAMPLE,
           has_text ? " of each band\n(tokens that occur 0, 1 to 9, 10 to 99, .. times in the text)" : "");
    if (has_text)
        printf(" +-: standard error.\nKL: in nats a token. agree: top-1 agreement, both find the same token most likely.");
    if (has_budget(comparison))
        printf("\nimportance of rows for carvq --bits: %s.", comparison->counts);
    printf(" %.1f s\n", comparison->seconds);
}

// ---- CSV ----------------------------------------------------------------------------------------------------------

enum { DIGITS = 9 };

static void csv_setting(const struct cli_comparison *comparison, size_t i, FILE *stream)
{
    const struct carvq_baseline *setting = &comparison->settings[i];
    const struct carvq_compare_row *row = &comparison->rows[i];
    cli_csv_text(stream, comparison->model);
    putc(',', stream);
    cli_csv_text(stream, comparison->table->tensor->name);
    fprintf(stream, ",%s,", setting->name);
    cli_csv_text(stream, setting->setting);
    fprintf(stream, ",%.9g,%" PRIu64, row->bits, row->bytes);
    cli_csv_real(stream, DIGITS, row->error.sqnr_db);
    cli_csv_real(stream, DIGITS, row->error.l1);
    cli_csv_real(stream, DIGITS, row->error.cosine_mean);
    cli_csv_real(stream, DIGITS, row->neighbours.recall);
}

void cli_compare_csv(const struct cli_comparison *comparison, FILE *stream)
{
    fputs("model,tensor,method,setting,bits_per_param,bytes,sqnr_db,l1,cosine_mean,recall_at_10", stream);
    if (comparison->text != NULL)
        fputs(",text,apply,windows,tokens,original_perplexity,perplexity,increase,standard_error,kl,kl_standard_error,top1_"
              "agreement",
              stream);
    fputs(",pareto_optimal\n", stream);
    const size_t places = comparison->options->place_count;
    for (size_t i = 0; i < comparison->count * (places > 0 ? places : 1); i++) {
        const size_t number = places > 0 ? i / places : i;
        csv_setting(comparison, number, stream);
        if (places > 0) {
            const struct carvq_eval_result *result = &comparison->rows[number].evaluations[i % places];
            putc(',', stream);
            cli_csv_text(stream, comparison->text);
            fprintf(stream, ",%s,%" PRIu64 ",%" PRIu64, cli_place_name(comparison->options->places[i % places]), result->windows,
                    result->tokens);
            cli_csv_real(stream, DIGITS, result->original.perplexity);
            cli_csv_real(stream, DIGITS, result->changed.perplexity);
            cli_csv_real(stream, DIGITS, result->increase);
            cli_csv_real(stream, DIGITS, result->increase_error);
            cli_csv_real(stream, DIGITS, result->kl);
            cli_csv_real(stream, DIGITS, result->kl_error);
            cli_csv_real(stream, DIGITS, result->top1_agreement);
        }
        fprintf(stream, ",%d\n", is_pareto_optimal(comparison, number, places > 0 ? i % places : 0));
    }
}

// ---- JSON ---------------------------------------------------------------------------------------------------------

static json_t *neighbours_json(const struct carvq_neighbours_result *result, bool by_band)
{
    json_t *object = json_pack("{so}", "recall_at_10", cli_real(result->recall)), *list = json_array();
    for (size_t i = 0; by_band && i < CARVQ_NEIGHBOUR_BANDS; i++) {
        const struct carvq_neighbour_band *band = &result->bands[i];
        json_array_append_new(list,
                              json_pack("{sIsosIsIso}", "min_count", (json_int_t)band->min_count, "max_count",
                                        band->max_count == UINT64_MAX ? json_null() : json_integer((json_int_t)band->max_count),
                                        "rows", (json_int_t)band->rows, "sampled", (json_int_t)band->sampled, "recall_at_10",
                                        cli_real(band->recall)));
    }
    if (by_band)
        json_object_set_new(object, "bands", list);
    else
        json_decref(list);
    return object;
}

static json_t *evaluation_json(const struct cli_comparison *comparison, size_t i, size_t place)
{
    const struct carvq_eval_result *result = &comparison->rows[i].evaluations[place];
    return json_pack("{sssosososososososb}", "apply", cli_place_name(comparison->options->places[place]), "perplexity",
                     cli_real(result->changed.perplexity), "increase", cli_real(result->increase), "standard_error",
                     cli_real(result->increase_error), "kl", cli_real(result->kl), "kl_standard_error",
                     cli_real(result->kl_error), "top1_agreement", cli_real(result->top1_agreement), "top1",
                     cli_real((double)result->changed.correct / (double)result->tokens), "pareto_optimal",
                     (int)is_pareto_optimal(comparison, i, place));
}

static json_t *setting_json(const struct cli_comparison *comparison, size_t i)
{
    const struct carvq_baseline *setting = &comparison->settings[i];
    const struct carvq_compare_row *row = &comparison->rows[i];
    json_t *object = json_pack("{ssssss}", "method", setting->name, "title", setting->method, "setting", setting->setting);
    json_object_set_new(object, "bits_per_param", cli_real(row->bits));
    json_object_set_new(object, "bytes", json_integer((json_int_t)row->bytes));
    json_object_set_new(object, "sqnr_db", cli_real(row->error.sqnr_db));
    json_object_set_new(object, "l1", cli_real(row->error.l1));
    json_object_set_new(object, "cosine_mean", cli_real(row->error.cosine_mean));
    json_object_set_new(object, "neighbours", neighbours_json(&row->neighbours, comparison->text != NULL));
    json_object_set_new(object, "seconds", cli_real(row->seconds));
    if (comparison->text == NULL) {
        json_object_set_new(object, "pareto_optimal", json_boolean(is_pareto_optimal(comparison, i, 0)));
        return object;
    }
    json_t *list = json_array();
    for (size_t place = 0; place < comparison->options->place_count; place++)
        json_array_append_new(list, evaluation_json(comparison, i, place));
    json_object_set_new(object, "evaluations", list);
    return object;
}

json_t *cli_compare_json(const struct cli_comparison *comparison)
{
    const struct carvq_checkpoint_table *table = comparison->table;
    json_t *list = json_array();
    json_t *object = json_pack("{sosssIsIssss}", "model", cli_text(comparison->model), "tensor", table->tensor->name, "rows",
                               (json_int_t)table->rows, "cols", (json_int_t)table->cols, "dtype", carvq_dtype_name(table->dtype),
                               "head", cli_head_name(table->head));
    if (comparison->text != NULL) {
        const struct carvq_eval_result *result = &comparison->rows[0].evaluations[0];
        json_object_set_new(object, "text", cli_text(comparison->text));
        json_object_set_new(object, "window", json_integer((json_int_t)result->window));
        json_object_set_new(object, "windows", json_integer((json_int_t)result->windows));
        json_object_set_new(object, "tokens", json_integer((json_int_t)result->tokens));
        json_object_set_new(object, "original_perplexity", cli_real(result->original.perplexity));
    }
    if (has_budget(comparison))
        json_object_set_new(object, "importance", json_string(comparison->counts));
    for (size_t i = 0; i < comparison->count; i++)
        json_array_append_new(list, setting_json(comparison, i));
    json_object_set_new(object, "settings", list);
    json_object_set_new(object, "seconds", cli_real(comparison->seconds));
    return object;
}
