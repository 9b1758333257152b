// SPDX-License-Identifier: MIT
// carvq show: what is in a compressed file or a model.
#define _POSIX_C_SOURCE 200809L
#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "runtime/half.h"
#include "cli.h"

static void print_segment(const struct carvq_segment_info *segment)
{
    printf("  codec     %s\n  codes     %12" PRIu64 " bytes\n", cli_codec(segment), segment->code_bytes);
    if (segment->codec == CARVQ_RVQ)
        printf("  codebooks %12" PRIu64 " bytes, %" PRIu64 " groups, %s\n", segment->codebook_bytes, segment->groups,
               carvq_dtype_name(segment->value_dtype));
    else if (segment->codec == CARVQ_ADDITIVE)
        printf("  books     %12" PRIu64 " bytes, and scales, %s\n", segment->codebook_bytes,
               carvq_dtype_name(segment->value_dtype));
    else if (segment->codec == CARVQ_TRELLIS)
        printf("  scales    %12" PRIu64 " bytes, %s\n", segment->codebook_bytes, carvq_dtype_name(segment->value_dtype));
}

static void print_tiers(const struct carvq_table_info *info)
{
    for (uint32_t i = 0; i < info->segment_count; i++) {
        const struct carvq_segment_info *segment = &info->segments[i];
        printf("  tier %-2" PRIu32 "   %12" PRIu64 " rows (%.1f %%), %.4f bits per parameter, decoder %s\n", i, segment->rows,
               100 * (double)segment->rows / (double)info->rows, cli_segment_bits(segment), segment->kernel);
        printf("            %s\n", cli_codec(segment));
    }
    printf("  codes     %12" PRIu64 " bytes\n  codebooks %12" PRIu64 " bytes, and scales\n", info->code_bytes,
           info->codebook_bytes);
    printf("  tiers     %12" PRIu64 " bytes, which row is in which: %.2f bits a row\n", info->tier_bytes,
           8 * (double)info->tier_bytes / (double)info->rows);
}

static void print_table(const struct carvq_table_info *info)
{
    printf("%s  %" PRIu64 " x %" PRIu32 ", from %s\n", cli_safe(info->name), info->rows, info->cols,
           carvq_dtype_name(info->dtype));
    if (info->segment_count == 1)
        print_segment(info->segments);
    else
        print_tiers(info);
    if (info->mean)
        printf("  mean      %12" PRIu64 " bytes, %s\n", info->mean_bytes, carvq_dtype_name(info->mean_dtype));
    if (info->rank > 0)
        printf("  low rank  %12" PRIu64 " bytes, rank %" PRIu32 ", coefficients of %" PRIu32 " bits, directions %s\n",
               info->low_rank_bytes, info->rank, info->low_rank_bits, carvq_dtype_name(info->low_rank_dtype));
    if (info->adaptor_dim > 0)
        printf("  adaptor   %12" PRIu64 " bytes, %" PRIu32 " -> %" PRIu32 " -> %" PRIu32 "\n", info->adaptor_bytes,
               info->adaptor_dim, info->adaptor_hidden, info->cols);
    printf("  payload   %12" PRIu64 " bytes of %" PRIu64 ": %.4f bits per parameter\n", info->payload_bytes, info->original_bytes,
           cli_bits(info));
    if (info->segment_count == 1)
        printf("  decoder   %s\n", info->kernel);
}

static int show_file(const struct carvq_file *file, const char *path, bool json)
{
    json_t *tables = json_array();
    for (size_t i = 0; i < carvq_table_count(file); i++) {
        const struct carvq_table_info *info = carvq_info(carvq_table_at(file, i));
        if (json)
            json_array_append_new(tables, cli_table_json(info));
        else
            print_table(info);
    }
    if (json)
        return cli_print_json(json_pack("{sosbso}", "file", cli_text(path), "compressed", 1, "tables", tables));
    json_decref(tables);
    return cli_finish();
}

static json_t *model_table_json(const struct carvq_checkpoint_table *table)
{
    const json_int_t bytes = (json_int_t)table->tensor->nbytes;
    return json_pack("{sssosIsIsfsIsIssss}", "tensor", table->tensor->name, "file", cli_text(table->tensor->file), "rows",
                     (json_int_t)table->rows, "cols", (json_int_t)table->cols, "bits_per_param",
                     8.0 * (double)carvq_dtype_size(table->dtype), "payload_bytes", bytes, "original_bytes", bytes, "dtype",
                     carvq_dtype_name(table->dtype), "head", cli_head_name(table->head));
}

static int show_tables(const struct carvq_checkpoint *checkpoint, const struct carvq_checkpoint_table *tables, size_t count,
                       bool json)
{
    uint64_t all = 0;
    for (size_t i = 0; i < carvq_checkpoint_tensor_count(checkpoint); i++)
        all += carvq_checkpoint_tensor_at(checkpoint, i)->nbytes;
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        const struct carvq_checkpoint_table *table = &tables[i];
        uint64_t bytes = table->tensor->nbytes;
        json_array_append_new(list, model_table_json(table));
        if (!json)
            printf("%s  %" PRIu64 " x %" PRIu32 " %s, %s (%.1f %% of the model), %s\n", cli_safe(table->tensor->name),
                   table->rows, table->cols, carvq_dtype_name(table->dtype), cli_bytes(bytes), 100 * (double)bytes / (double)all,
                   cli_safe(cli_head_words(table)));
    }
    if (json)
        return cli_print_json(json_pack("{sosbsIsIso}", "model", cli_text(carvq_checkpoint_path(checkpoint)), "compressed", 0,
                                        "tensors", (json_int_t)carvq_checkpoint_tensor_count(checkpoint), "bytes",
                                        (json_int_t)all, "tables", list));
    json_decref(list);
    return cli_finish();
}

static int show_model(const char *path, bool json)
{
    struct carvq_error error;
    struct carvq_checkpoint *checkpoint;
    struct carvq_checkpoint_table *tables;
    size_t count;
    if (cli_open_model(path, &checkpoint, &error) != CARVQ_OK)
        return cli_fail(&error);
    int status;
    if (carvq_checkpoint_tables(checkpoint, NULL, 0, &tables, &count, &error) != CARVQ_OK) {
        status = cli_fail(&error);
    } else {
        status = show_tables(checkpoint, tables, count, json);
        free(tables);
    }
    carvq_checkpoint_close(checkpoint);
    return status;
}

static int run(int argc, char **argv)
{
    bool json = false;
    const struct cli_option options[] = {
        {"json", 0, CLI_FLAG, &json, NULL, "print one JSON object instead of text", 0, 0},
        {.kind = CLI_END},
    };
    const struct cli_usage usage = {
        "show",
        "FILE|MODEL",
        "Says what is in a compressed file: tables, shapes, codec, bytes by part, bits, and which decoder runs\n"
        "here. Of a model it lists the tables that `carvq compress` would take.",
        options,
        1,
        1};
    int first, status = cli_parse(&usage, argc, argv, &first);
    if (status >= 0)
        return status;
    struct carvq_error error;
    struct carvq_file *file;
    struct stat info;
    if (stat(argv[first], &info) == 0 && S_ISDIR(info.st_mode))
        return show_model(argv[first], json);
    enum carvq_status opened = cli_open_file(argv[first], NULL, &file, &error);
    if (opened == CARVQ_ERROR_NOT_FOUND)
        return show_model(argv[first], json);
    if (opened != CARVQ_OK)
        return cli_fail(&error);
    status = show_file(file, argv[first], json);
    carvq_close(file);
    return status;
}

const struct cli_command cli_show = {"show", "say what is in a compressed file or a model", run};
