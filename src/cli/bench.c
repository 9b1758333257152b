// SPDX-License-Identifier: MIT
// Decode speed on random rows, beside what a plain 16-bit table costs on the same machine in the same run.
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/half.h"
#include "base/status.h"
#include "cli.h"
#include "eval/table_error.h"

enum { BATCH = 512, ROUND_ROWS = 2048, MAX_ROUNDS = 201 };
#define MAX_PLAIN_BYTES ((uint64_t)2 << 30) // of the plain table that is made for comparison

struct settings {
    const char *tensor;
    uint64_t rounds, seed;
    bool json;
};

struct bench {
    const struct carvq_table *table;
    uint16_t *plain; // [plain_rows, cols] BF16
    uint64_t plain_rows;
    uint32_t cols;
    float *rows; // BATCH rows
    uint64_t random;
    uint32_t ids[ROUND_ROWS];
};

static void new_ids(struct bench *bench, uint64_t rows)
{
    for (size_t i = 0; i < ROUND_ROWS; i++) {
        bench->random = bench->random * 6364136223846793005u + 1442695040888963407u;
        bench->ids[i] = (uint32_t)((bench->random >> 32) * rows >> 32);
    }
}

static void copy_rows(struct bench *bench)
{
    for (size_t i = 0; i < ROUND_ROWS; i++)
        memcpy(bench->rows, bench->plain + (size_t)bench->ids[i] * bench->cols, bench->cols * sizeof *bench->plain);
}

// The plain scalar loop that everything is measured by.
static void widen_row(const uint16_t *row, size_t cols, float *values_ret)
{
    for (size_t c = 0; c < cols; c++)
        values_ret[c] = carvq_bf16_to_f32(row[c]);
}

static void widen_rows(struct bench *bench)
{
    for (size_t i = 0; i < ROUND_ROWS; i++)
        widen_row(bench->plain + (size_t)bench->ids[i] * bench->cols, bench->cols, bench->rows);
}

static void lookup_single(struct bench *bench)
{
    for (size_t i = 0; i < ROUND_ROWS; i++)
        carvq_lookup(bench->table, &bench->ids[i], 1, bench->rows, bench->cols, NULL);
}

static void lookup_batch(struct bench *bench)
{
    for (size_t i = 0; i < ROUND_ROWS; i += BATCH)
        carvq_lookup(bench->table, &bench->ids[i], BATCH, bench->rows, bench->cols, NULL);
}

static const struct method {
    const char *key, *name;
    void (*run)(struct bench *bench);
    bool plain;
} methods[] = {
    {"bf16_copy_ns", "copy a BF16 row (memcpy)", copy_rows, true},
    {"bf16_widen_ns", "BF16 row to float, plain loop", widen_rows, true},
    {"lookup_1_ns", "carvq_lookup, one row a call", lookup_single, false},
    {"lookup_512_ns", "carvq_lookup, 512 rows a call", lookup_batch, false},
};
enum { METHODS = sizeof methods / sizeof *methods };

static int compare_doubles(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

// Median nanoseconds a row of every method; the methods take turns, each on rows of its own.
static void measure(struct bench *bench, size_t rounds, double *medians_ret)
{
    static double times[METHODS][MAX_ROUNDS];
    for (size_t round = 0; round < rounds; round++)
        for (size_t m = 0; m < METHODS; m++) {
            new_ids(bench, methods[m].plain ? bench->plain_rows : carvq_table_info(bench->table)->rows);
            double started = cli_seconds();
            methods[m].run(bench);
            times[m][round] = (cli_seconds() - started) * 1e9 / ROUND_ROWS;
        }
    for (size_t m = 0; m < METHODS; m++) {
        qsort(times[m], rounds, sizeof **times, compare_doubles);
        medians_ret[m] = times[m][rounds / 2];
    }
}

static enum carvq_status set_up(struct bench *bench, const struct carvq_table *table, const struct settings *settings,
                                struct carvq_error *error)
{
    const struct carvq_table_info *info = carvq_table_info(table);
    const uint64_t row_bytes = (uint64_t)info->cols * 2;
    *bench = (struct bench){.table = table, .cols = info->cols, .random = settings->seed, .plain_rows = info->rows};
    if (bench->plain_rows > MAX_PLAIN_BYTES / row_bytes)
        bench->plain_rows = MAX_PLAIN_BYTES / row_bytes;
    bench->plain = malloc((size_t)(bench->plain_rows * row_bytes));
    bench->rows = malloc((size_t)BATCH * info->cols * sizeof *bench->rows);
    if (bench->plain == NULL || bench->rows == NULL)
        return carvq_fail(error, CARVQ_ERROR_MEMORY, "out of memory: the comparison needs %s",
                          cli_bytes(bench->plain_rows * row_bytes));
    // Any values do, as long as every page is touched; these are small numbers of both signs.
    for (uint64_t i = 0; i < bench->plain_rows * info->cols; i++)
        bench->plain[i] = (uint16_t)(0x3c00 | (i * 2654435761u >> 16 & 0x81ff));
    return CARVQ_OK;
}

static enum carvq_status measure_error(const struct carvq_table *table, const char *model, struct carvq_table_error *result_ret,
                                       struct carvq_error *error)
{
    struct carvq_checkpoint *checkpoint;
    struct carvq_checkpoint_table original;
    const struct carvq_table_info *info = carvq_table_info(table);
    enum carvq_status status = carvq_checkpoint_open(model, &checkpoint, error);
    if (status != CARVQ_OK)
        return status;
    status = cli_original(checkpoint, info, &original, error);
    const struct carvq_matrix matrix = {info->name, model, info->rows, info->cols, info->dtype, carvq_checkpoint_read_block,
                                        &original};
    const struct carvq_lm_rows rows = carvq_lm_rows_of_table(table);
    if (status == CARVQ_OK)
        status = carvq_table_error(&matrix, &rows, 0, NULL, NULL, result_ret, error);
    carvq_checkpoint_close(checkpoint);
    return status;
}

static int report(const struct bench *bench, const double *medians, const struct carvq_table_error *result, bool json)
{
    const struct carvq_table_info *info = carvq_table_info(bench->table);
    if (json) {
        json_t *object = cli_table_json(info);
        for (size_t m = 0; m < METHODS; m++)
            json_object_set_new(object, methods[m].key, cli_real(medians[m]));
        if (result != NULL) {
            json_object_set_new(object, "sqnr_db", cli_real(result->sqnr_db));
            json_object_set_new(object, "l1", cli_real(result->l1));
        }
        return cli_print_json(json_pack("{s[o]}", "tables", object));
    }
    printf("%s  %" PRIu64 " x %" PRIu32 ", %.4f bits per parameter, decoder: %s\n", cli_safe(info->name), info->rows, info->cols,
           cli_bits(info), info->kernel);
    for (size_t m = 0; m < METHODS; m++)
        printf("  %-32s %9.0f ns a row  %6.2f\n", methods[m].name, medians[m], medians[m] / medians[1]);
    puts("  (random rows, one thread, median; last column: relative to the plain loop)");
    if (bench->plain_rows < info->rows)
        printf("  (the BF16 table was cut to %" PRIu64 " rows, %s)\n", bench->plain_rows,
               cli_bytes(bench->plain_rows * bench->cols * 2));
    if (result != NULL)
        printf("  error: SQNR %.3f dB, L1 %.6g\n", result->sqnr_db, result->l1);
    else
        puts("  error: not measured; name the MODEL to see it");
    return cli_finish();
}

static int bench_table(const struct carvq_table *table, const char *model, const struct settings *settings)
{
    struct carvq_error error;
    struct carvq_table_error result;
    double medians[METHODS];
    if (model != NULL && measure_error(table, model, &result, &error) != CARVQ_OK)
        return cli_fail(&error);
    struct bench *bench = malloc(sizeof *bench);
    if (bench == NULL)
        return cli_failf("out of memory");
    int status;
    if (set_up(bench, table, settings, &error) != CARVQ_OK) {
        status = cli_fail(&error);
    } else {
        measure(bench, (size_t)settings->rounds, medians);
        status = report(bench, medians, model != NULL ? &result : NULL, settings->json);
    }
    free(bench->plain);
    free(bench->rows);
    free(bench);
    return status;
}

static int run(int argc, char **argv)
{
    struct settings settings = {.rounds = 21, .seed = 1};
    const struct cli_option options[] = {
        {"tensor", 't', CLI_STRING, &settings.tensor, "NAME", "the table, if the file holds several", 0, 0},
        {"rounds", 0, CLI_NUMBER, &settings.rounds, "N", "rounds of 2048 rows; the median counts (21)", 1, MAX_ROUNDS},
        {"seed", 0, CLI_NUMBER, &settings.seed, "N", "seed of the choice of rows (1)", 0, UINT64_MAX},
        {"json", 0, CLI_FLAG, &settings.json, NULL, "print one JSON object instead of text", 0, 0},
        {.kind = CLI_END},
    };
    const struct cli_usage usage = {
        "bench",
        "FILE [MODEL]",
        "Measures how long the lookup of a random row takes, beside copying and widening rows of a BF16 table\n"
        "of the same shape. With MODEL, the error of the compressed table is printed too.",
        options,
        1,
        2};
    int first, status = cli_parse(&usage, argc, argv, &first);
    if (status >= 0)
        return status;
    struct carvq_error error;
    struct carvq_file *file;
    if (carvq_open(argv[first], &file, &error) != CARVQ_OK)
        return cli_fail(&error);
    const struct carvq_table *table = cli_table(file, argv[first], settings.tensor);
    status = table != NULL ? bench_table(table, argc - first > 1 ? argv[first + 1] : NULL, &settings) : CLI_FAILED;
    carvq_close(file);
    return status;
}

const struct cli_command cli_bench = {"bench", "measure the speed of lookups", run};
