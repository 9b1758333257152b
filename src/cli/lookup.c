// SPDX-License-Identifier: MIT
// carvq lookup: rows as text, or as a NumPy file.
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/half.h"
#include "runtime/status.h"
#include "cli.h"

enum { BLOCK = 256 }; // rows in memory at a time

// What the user wants to see of a table: ids, ranges FIRST-LAST, or "all".
struct range {
    uint64_t first, last;
};

static bool parse_range(const char *text, uint64_t rows, struct range *range_ret)
{
    char first[24];
    size_t length = strcspn(text, "-");
    if (strcmp(text, "all") == 0) {
        *range_ret = (struct range){0, rows - 1};
        return true;
    }
    if (length >= sizeof first)
        return false;
    memcpy(first, text, length);
    first[length] = '\0';
    if (!cli_parse_u64(first, 0, UINT64_MAX, &range_ret->first))
        return false;
    range_ret->last = range_ret->first;
    if (text[length] == '\0')
        return true;
    return cli_parse_u64(text + length + 1, range_ret->first, UINT64_MAX, &range_ret->last);
}

// Where rows go to: text or JSON on standard output, or a .npy file.
struct sink {
    const struct carvq_table *table;
    json_t *json;           // list of rows, or NULL
    struct cli_output *npy; // or NULL
    uint64_t npy_bytes;     // written so far
};

static enum carvq_status put_npy(struct sink *sink, const float *rows, size_t count, struct carvq_error *error)
{
    enum { PIECE = 4096 };
    uint8_t bytes[4 * PIECE];
    size_t left = count * carvq_info(sink->table)->cols;
    for (size_t piece; left > 0; left -= piece, rows += piece) {
        piece = left < PIECE ? left : PIECE;
        carvq_narrow(CARVQ_F32, rows, piece, bytes); // little-endian
        enum carvq_status status = cli_output_write(sink->npy, sink->npy_bytes, bytes, 4 * piece, error);
        if (status != CARVQ_OK)
            return status;
        sink->npy_bytes += 4 * piece;
    }
    return CARVQ_OK;
}

static enum carvq_status put_rows(struct sink *sink, const uint32_t *ids, const float *rows, size_t count,
                                  struct carvq_error *error)
{
    const uint32_t cols = carvq_info(sink->table)->cols;
    if (sink->npy != NULL)
        return put_npy(sink, rows, count, error);
    for (size_t i = 0; i < count; i++) {
        json_t *values = sink->json != NULL ? json_array() : NULL;
        if (values == NULL)
            printf("%" PRIu32, ids[i]);
        for (uint32_t c = 0; c < cols; c++) {
            if (values == NULL)
                printf(" %.9g", (double)rows[i * cols + c]);
            else
                json_array_append_new(values, cli_real((double)rows[i * cols + c]));
        }
        if (values == NULL)
            putchar('\n');
        else
            json_array_append_new(sink->json, json_pack("{sIso}", "id", (json_int_t)ids[i], "values", values));
    }
    return CARVQ_OK;
}

static enum carvq_status put_range(struct sink *sink, struct range range, float *rows, struct carvq_error *error)
{
    const uint32_t cols = carvq_info(sink->table)->cols;
    enum carvq_status status = CARVQ_OK;
    for (uint64_t id = range.first; id <= range.last && status == CARVQ_OK; id += BLOCK) {
        if (cli_interrupted())
            return carvq_fail(error, CARVQ_ERROR_CANCELLED, "cancelled");
        uint32_t ids[BLOCK];
        size_t count = range.last - id < BLOCK ? (size_t)(range.last - id + 1) : BLOCK;
        for (size_t i = 0; i < count; i++)
            ids[i] = (uint32_t)(id + i);
        status = carvq_lookup(sink->table, ids, count, rows, cols, error);
        if (status == CARVQ_OK)
            status = put_rows(sink, ids, rows, count, error);
    }
    return status;
}

// The header of a .npy file, version 1.0: a Python dictionary, padded to a multiple of 64 bytes.
static enum carvq_status put_npy_header(struct sink *sink, uint64_t rows, struct carvq_error *error)
{
    char header[129];
    int length = snprintf(header, sizeof header,
                          "%cNUMPY%c%c%c%c{'descr': '<f4', 'fortran_order': False, 'shape': (%" PRIu64 ", %" PRIu32 "), }", 0x93,
                          1, 0, 118, 0, rows, carvq_info(sink->table)->cols);
    memset(header + length, ' ', sizeof header - 2 - (size_t)length);
    header[127] = '\n';
    sink->npy_bytes = 128;
    return cli_output_write(sink->npy, 0, header, 128, error);
}

static enum carvq_status put_all(struct sink *sink, const struct range *ranges, size_t count, struct carvq_error *error)
{
    uint64_t total = 0;
    for (size_t i = 0; i < count; i++)
        total += ranges[i].last - ranges[i].first + 1;
    enum carvq_status status = sink->npy != NULL ? put_npy_header(sink, total, error) : CARVQ_OK;
    float *rows = malloc((size_t)BLOCK * carvq_info(sink->table)->cols * sizeof *rows);
    if (rows == NULL)
        return carvq_fail(error, CARVQ_ERROR_MEMORY, "out of memory");
    for (size_t i = 0; i < count && status == CARVQ_OK; i++)
        status = put_range(sink, ranges[i], rows, error);
    free(rows);
    return status;
}

struct settings {
    const char *tensor, *npy, *model;
    struct cli_text_options text;
    bool force, json;
};

static int print_rows(const struct carvq_table *table, const struct range *ranges, size_t count, const struct settings *settings)
{
    struct carvq_error error;
    struct sink sink = {.table = table, .json = settings->json && settings->npy == NULL ? json_array() : NULL};
    struct cli_output output;
    if (settings->npy != NULL) {
        if (cli_output_open(&output, settings->npy, settings->force, &error) != CARVQ_OK)
            return cli_fail(&error);
        sink.npy = &output;
    }
    enum carvq_status status = put_all(&sink, ranges, count, &error);
    if (sink.npy != NULL && status == CARVQ_OK)
        status = cli_output_commit(&output, &error);
    else if (sink.npy != NULL)
        cli_output_discard(&output);
    if (status != CARVQ_OK) {
        json_decref(sink.json);
        return cli_fail(&error);
    }
    if (!settings->json)
        return cli_finish();
    json_t *object = json_pack("{s[o]}", "tables", cli_table_json(carvq_info(table)));
    if (sink.json != NULL)
        json_object_set_new(object, "rows", sink.json);
    else
        json_object_set_new(object, "npy", cli_text(settings->npy));
    return cli_print_json(object);
}

// The rows of the tokens of a text, in its order: an allocation, as ranges of one row each.
static enum carvq_status read_text(const struct settings *settings, uint64_t rows, struct range **ranges_ret, size_t *count_ret,
                                   struct carvq_error *error)
{
    struct carvq_checkpoint *checkpoint;
    uint32_t *ids = NULL;
    enum carvq_status status = cli_open_model(settings->model, &checkpoint, error);
    if (status != CARVQ_OK)
        return status;
    status = cli_read_text(&settings->text, checkpoint, rows, &ids, count_ret, error);
    carvq_checkpoint_close(checkpoint);
    *ranges_ret = status == CARVQ_OK ? calloc(*count_ret + 1, sizeof **ranges_ret) : NULL;
    if (status == CARVQ_OK && *ranges_ret == NULL)
        status = carvq_fail(error, CARVQ_ERROR_MEMORY, "out of memory");
    for (size_t i = 0; status == CARVQ_OK && i < *count_ret; i++) {
        (*ranges_ret)[i] = (struct range){ids[i], ids[i]};
        if (ids[i] >= rows)
            status = carvq_fail(error, CARVQ_ERROR_RANGE, "%s: token %zu is %" PRIu32 ", but the table has %" PRIu64 " rows",
                                cli_text_path(&settings->text), i, ids[i], rows);
    }
    free(ids);
    return status;
}

static int lookup_text(const struct carvq_file *file, const char *path, const struct settings *settings)
{
    const struct carvq_table *table = cli_table(file, path, settings->tensor);
    struct range *ranges = NULL;
    struct carvq_error error;
    size_t count;
    if (table == NULL)
        return CLI_FAILED;
    const enum carvq_status status = read_text(settings, carvq_info(table)->rows, &ranges, &count, &error);
    const int result = status == CARVQ_OK ? print_rows(table, ranges, count, settings) : cli_fail(&error);
    free(ranges);
    return result;
}

static int lookup(const struct carvq_file *file, const char *path, char **ids, size_t count, const struct settings *settings)
{
    const struct carvq_table *table = cli_table(file, path, settings->tensor);
    if (table == NULL)
        return CLI_FAILED;
    struct range *ranges = calloc(count, sizeof *ranges);
    if (ranges == NULL)
        return cli_failf("out of memory");
    int status = CLI_OK;
    const uint64_t rows = carvq_info(table)->rows;
    for (size_t i = 0; i < count && status == CLI_OK; i++) {
        if (!parse_range(ids[i], rows, &ranges[i]))
            status = cli_misuse("lookup", "'%s' is neither an id nor a range FIRST-LAST nor 'all'", cli_safe(ids[i]));
        else if (ranges[i].last >= rows)
            status = cli_failf("%s: table '%s': no row %" PRIu64 ", the last is %" PRIu64, path, carvq_info(table)->name,
                               ranges[i].first >= rows ? ranges[i].first : ranges[i].last, rows - 1);
    }
    if (status == CLI_OK)
        status = print_rows(table, ranges, count, settings);
    free(ranges);
    return status;
}

static int run(int argc, char **argv)
{
    struct settings settings = {0};
    const struct cli_option options[] = {
        {"tensor", 't', CLI_STRING, &settings.tensor, "NAME", "the table, if the file holds several", 0, 0},
        {"text", 0, CLI_LIST, &settings.text.texts, "TEXT", "the rows of the tokens of a text, in its order; needs --model", 0,
         0},
        {"model", 'm', CLI_STRING, &settings.model, "MODEL", "whose tokenizer.json cuts the text", 0, 0},
        {"npy", 0, CLI_STRING, &settings.npy, "OUT", "write a NumPy file of float32, one row per id, instead of text", 0, 0},
        {"force", 'f', CLI_FLAG, &settings.force, NULL, "overwrite OUT", 0, 0},
        {"json", 0, CLI_FLAG, &settings.json, NULL, "print one JSON object instead of text", 0, 0},
        {.kind = CLI_END},
    };
    const struct cli_usage usage = {
        "lookup",
        "FILE (ID... | --text TEXT --model MODEL)",
        "Prints rows of a table, each as its id and its values with nine digits, which is exact. An ID is a row\n"
        "number, a range like 0-99, or 'all'.",
        options,
        1,
        -1};
    int first, status = cli_parse(&usage, argc, argv, &first);
    if (status >= 0)
        return status;
    const bool has_text = settings.text.texts.count > 0;
    if (has_text != (settings.model != NULL))
        return cli_misuse("lookup", "--text and --model go together");
    if (has_text == (argc - first > 1))
        return cli_misuse("lookup", "name rows, or give a text with --text");
    struct carvq_error error;
    struct carvq_file *file;
    if (cli_open_file(argv[first], NULL, &file, &error) != CARVQ_OK)
        return cli_fail(&error);
    status = has_text ? lookup_text(file, argv[first], &settings)
                      : lookup(file, argv[first], argv + first + 1, (size_t)(argc - first - 1), &settings);
    carvq_close(file);
    cli_reraise();
    return status;
}

const struct cli_command cli_lookup = {"lookup", "print rows of a compressed table", run};
