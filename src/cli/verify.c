// SPDX-License-Identifier: MIT
// carvq verify: errors of a compressed file against the model that it was made from.
#include <inttypes.h>
#include <stdlib.h>

#include "cli.h"
#include "eval/table_error.h"

struct settings {
    struct cli_list tensors;
    uint64_t threads;
    bool json;
};

static void print_table(const struct carvq_table_info *info, const struct carvq_table_error *result)
{
    printf("%s  %" PRIu64 " x %" PRIu32 ", %.4f bits per parameter\n", cli_safe(info->name), info->rows, info->cols,
           cli_bits(info));
    printf("  SQNR        %.3f dB\n  L1          %.6g (mean absolute error of a value)\n  max         %.6g\n", result->sqnr_db,
           result->l1, result->max);
    printf("  row cosine  %.5f mean, %.5f min\n  worst rows ", result->cosine_mean, result->cosine_min);
    for (size_t i = 0; i < result->worst_count && i < 5; i++)
        printf("%s %" PRIu64 " (%.3f)", i > 0 ? "," : "", result->worst[i].row, result->worst[i].relative);
    puts("  by |x - y| / |x|");
    if (result->zero_rows > 0)
        printf("  zero rows   %" PRIu64 ", decoded to zero: %" PRIu64 "; they have no relative error and no cosine\n",
               result->zero_rows, result->zero_rows_kept);
}

static json_t *table_json(const struct carvq_table_info *info, const struct carvq_table_error *result, double seconds)
{
    json_t *object = cli_table_json(info), *worst = json_array();
    for (size_t i = 0; i < result->worst_count; i++)
        json_array_append_new(worst, json_pack("{sIsoso}", "row", (json_int_t)result->worst[i].row, "relative_error",
                                               cli_real(result->worst[i].relative), "cosine", cli_real(result->worst[i].cosine)));
    json_object_set_new(object, "sqnr_db", cli_real(result->sqnr_db));
    json_object_set_new(object, "l1", cli_real(result->l1));
    json_object_set_new(object, "max", cli_real(result->max));
    json_object_set_new(object, "cosine_mean", cli_real(result->cosine_mean));
    json_object_set_new(object, "cosine_min", cli_real(result->cosine_min));
    json_object_set_new(object, "worst_rows", worst);
    json_object_set_new(object, "zero_rows", json_integer((json_int_t)result->zero_rows));
    json_object_set_new(object, "zero_rows_kept", json_integer((json_int_t)result->zero_rows_kept));
    json_object_set_new(object, "seconds", cli_real(seconds));
    return object;
}

static int show_progress(void *context, uint64_t done, uint64_t total)
{
    return cli_progress_step(context, "verify", done, total, "param");
}

static int verify_table(const struct carvq_table *table, const struct carvq_checkpoint *checkpoint,
                        const struct settings *settings, json_t *list)
{
    const struct carvq_table_info *info = carvq_info(table);
    struct carvq_error error;
    struct carvq_checkpoint_table original;
    struct carvq_table_error result;
    struct cli_progress progress;
    if (cli_original(checkpoint, info, &original, &error) != CARVQ_OK)
        return cli_fail(&error);
    const struct carvq_matrix matrix = {info->name,     original.tensor->file,       info->rows, info->cols,
                                        original.dtype, carvq_checkpoint_read_block, &original};
    const struct carvq_lm_rows rows = carvq_lm_rows_of_table(table);
    cli_progress_begin(&progress);
    double started = cli_seconds();
    enum carvq_status status = carvq_table_error(&matrix, &rows, (unsigned)settings->threads, show_progress, &progress, &result,
                                                 &error);
    cli_progress_end(&progress);
    if (status != CARVQ_OK)
        return cli_fail(&error);
    if (settings->json)
        json_array_append_new(list, table_json(info, &result, cli_seconds() - started));
    else
        print_table(info, &result);
    return CLI_OK;
}

static int verify(const struct carvq_file *file, const char *path, const char *model, const struct settings *settings)
{
    struct carvq_error error;
    struct carvq_checkpoint *checkpoint;
    const struct carvq_table *tables[CARVQ_MAX_TABLES];
    size_t count;
    if (cli_select(file, path, &settings->tensors, tables, &count, &error) != CARVQ_OK)
        return cli_fail(&error);
    if (cli_open_model(model, &checkpoint, &error) != CARVQ_OK)
        return cli_fail(&error);
    json_t *list = json_array();
    int status = CLI_OK;
    for (size_t i = 0; i < count && status == CLI_OK; i++)
        status = verify_table(tables[i], checkpoint, settings, list);
    carvq_checkpoint_close(checkpoint);
    json_t *object = json_pack("{sososo}", "file", cli_text(path), "model", cli_text(model), "tables", list);
    if (status == CLI_OK && settings->json)
        return cli_print_json(object);
    json_decref(object);
    return status == CLI_OK ? cli_finish() : status;
}

static int run(int argc, char **argv)
{
    struct settings settings = {0};
    const struct cli_option options[] = {
        {"tensor", 't', CLI_LIST, &settings.tensors, "NAME", "only this table; repeatable", 0, 0},
        {"threads", 0, CLI_NUMBER, &settings.threads, "N", "threads (one per processor)", 1, 1024},
        {"json", 0, CLI_FLAG, &settings.json, NULL, "print one JSON object instead of text", 0, 0},
        {.kind = CLI_END},
    };
    const struct cli_usage usage = {
        "verify",
        "FILE MODEL",
        "Decodes every row of a compressed file and compares it with the model that it was made from: SQNR,\n"
        "mean absolute error (L1), cosine of the rows, worst rows.",
        options,
        2,
        2};
    int first, status = cli_parse(&usage, argc, argv, &first);
    if (status >= 0)
        return status;
    struct carvq_error error;
    struct carvq_file *file;
    if (cli_open_file(argv[first], argv[first + 1], &file, &error) != CARVQ_OK)
        return cli_fail(&error);
    status = verify(file, argv[first], argv[first + 1], &settings);
    carvq_close(file);
    return status;
}

const struct cli_command cli_verify = {"verify", "compare a compressed file with the model it was made from", run};
