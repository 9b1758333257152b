// SPDX-License-Identifier: MIT
// Decode speed on random rows, beside what a plain 16-bit table costs on the same machine in the same run.
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/half.h"
#include "runtime/status.h"
#include "bench_head.h"
#include "cli.h"
#include "eval/table_error.h"

enum { ROUND_ROWS = 512, MAX_ROUNDS = 1001 }; // a round is short, so that few are interrupted by other programs
#define MAX_PLAIN_BYTES ((uint64_t)2 << 30)   // of the plain table that is made for comparison

struct settings {
    const char *tensor;
    uint64_t rounds, seed;
    bool json;
};

struct bench;

// Something to be measured.
struct method {
    char key[24], name[96]; // in JSON, in text
    void (*run)(struct bench *bench);
    const uint32_t *rows; // to choose from, or NULL: any number
    uint64_t row_count;
    double ns; // a row, median
};

enum { BASE_METHODS = 4, MAX_METHODS = BASE_METHODS + CARVQ_MAX_SEGMENTS };

struct bench {
    const struct carvq_table *table;
    uint16_t *plain; // [plain_rows, cols] BF16
    uint64_t plain_rows;
    uint32_t cols;
    float *rows;         // ROUND_ROWS of them
    uint32_t *tier_rows; // row numbers, tier by tier
    uint64_t random;
    uint32_t ids[ROUND_ROWS];
    struct method methods[MAX_METHODS];
    size_t method_count;
    double times[MAX_METHODS][MAX_ROUNDS];
};

static void new_ids(struct bench *bench, const struct method *method)
{
    for (size_t i = 0; i < ROUND_ROWS; i++) {
        bench->random = bench->random * 6364136223846793005u + 1442695040888963407u;
        uint32_t choice = (uint32_t)((bench->random >> 32) * method->row_count >> 32);
        bench->ids[i] = method->rows != NULL ? method->rows[choice] : choice;
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
    carvq_lookup(bench->table, bench->ids, ROUND_ROWS, bench->rows, bench->cols, NULL);
}

static int compare_doubles(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

// The methods take turns, each on rows of its own. Each finds the memory for its output in the cache, whoever ran before.
static void measure(struct bench *bench, size_t rounds)
{
    for (size_t round = 0; round < rounds; round++)
        for (size_t m = 0; m < bench->method_count; m++) {
            new_ids(bench, &bench->methods[m]);
            memset(bench->rows, 0, (size_t)ROUND_ROWS * bench->cols * sizeof *bench->rows);
            double started = cli_seconds();
            bench->methods[m].run(bench);
            bench->times[m][round] = (cli_seconds() - started) * 1e9 / ROUND_ROWS;
        }
    for (size_t m = 0; m < bench->method_count; m++) {
        qsort(bench->times[m], rounds, sizeof **bench->times, compare_doubles);
        bench->methods[m].ns = bench->times[m][rounds / 2];
    }
}

static void add_methods(struct bench *bench)
{
    const struct carvq_table_info *info = carvq_info(bench->table);
    const struct method base[BASE_METHODS] = {
        {"bf16_copy_ns", "copy a BF16 row (memcpy)", copy_rows, NULL, bench->plain_rows, 0},
        {"bf16_widen_ns", "BF16 row to float, plain loop", widen_rows, NULL, bench->plain_rows, 0},
        {"lookup_1_ns", "carvq_lookup, one row a call", lookup_single, NULL, info->rows, 0},
        {"lookup_512_ns", "carvq_lookup, 512 rows a call", lookup_batch, NULL, info->rows, 0},
    };
    memcpy(bench->methods, base, sizeof base);
    bench->method_count = BASE_METHODS;
    uint64_t first = 0;
    for (uint32_t k = 0; k < info->segment_count && info->segment_count > 1; k++) {
        const struct carvq_segment_info *segment = &info->segments[k];
        struct method *method = &bench->methods[bench->method_count++];
        *method = (struct method){"", "", lookup_batch, bench->tier_rows + first, segment->rows, 0};
        snprintf(method->key, sizeof method->key, "tier_%" PRIu32 "_ns", k);
        snprintf(method->name, sizeof method->name, "tier %" PRIu32 " (%s)", k, segment->kernel);
        first += segment->rows;
    }
}

// Sorts the numbers of all rows by tier.
static enum carvq_status sort_rows(struct bench *bench, struct carvq_error *error)
{
    const struct carvq_table_info *info = carvq_info(bench->table);
    uint64_t next[CARVQ_MAX_SEGMENTS] = {0}, end[CARVQ_MAX_SEGMENTS], sum = 0;
    for (uint32_t k = 0; k < info->segment_count; k++) {
        next[k] = sum;
        end[k] = sum += info->segments[k].rows;
    }
    for (uint64_t row = 0; row < info->rows; row++) {
        uint32_t tier = carvq_row_segment(bench->table, (uint32_t)row);
        if (tier == UINT32_MAX || next[tier] == end[tier])
            return carvq_fail(error, CARVQ_ERROR_FORMAT, "table '%s': damaged: row %" PRIu64 " is in no tier", info->name, row);
        bench->tier_rows[next[tier]++] = (uint32_t)row;
    }
    return CARVQ_OK;
}

static enum carvq_status set_up(struct bench *bench, const struct carvq_table *table, const struct settings *settings,
                                struct carvq_error *error)
{
    const struct carvq_table_info *info = carvq_info(table);
    const uint64_t row_bytes = (uint64_t)info->cols * 2;
    *bench = (struct bench){.table = table, .cols = info->cols, .random = settings->seed, .plain_rows = info->rows};
    if (bench->plain_rows > MAX_PLAIN_BYTES / row_bytes)
        bench->plain_rows = MAX_PLAIN_BYTES / row_bytes;
    bench->plain = malloc((size_t)(bench->plain_rows * row_bytes));
    bench->rows = malloc((size_t)ROUND_ROWS * info->cols * sizeof *bench->rows);
    bench->tier_rows = malloc((size_t)info->rows * sizeof *bench->tier_rows);
    if (bench->plain == NULL || bench->rows == NULL || bench->tier_rows == NULL)
        return carvq_fail(error, CARVQ_ERROR_MEMORY, "out of memory: the comparison needs %s",
                          cli_bytes(bench->plain_rows * row_bytes));
    // Any values do, as long as every page is touched; these are small numbers of both signs.
    for (uint64_t i = 0; i < bench->plain_rows * info->cols; i++)
        bench->plain[i] = (uint16_t)(0x3c00 | (i * 2654435761u >> 16 & 0x81ff));
    add_methods(bench);
    return sort_rows(bench, error);
}

static enum carvq_status measure_error(const struct carvq_table *table, const char *model, struct carvq_table_error *result_ret,
                                       struct carvq_error *error)
{
    struct carvq_checkpoint *checkpoint;
    struct carvq_checkpoint_table original;
    const struct carvq_table_info *info = carvq_info(table);
    enum carvq_status status = cli_open_model(model, &checkpoint, error);
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

static int report(const struct bench *bench, const struct bench_head *head, const struct carvq_table_error *result, bool json)
{
    const struct carvq_table_info *info = carvq_info(bench->table);
    if (json) {
        json_t *object = cli_table_json(info);
        for (size_t m = 0; m < bench->method_count; m++)
            json_object_set_new(object, bench->methods[m].key, cli_real(bench->methods[m].ns));
        json_object_set_new(object, "head_kernel", json_string(info->head_kernel));
        bench_head_json(head, object);
        if (result != NULL) {
            json_object_set_new(object, "sqnr_db", cli_real(result->sqnr_db));
            json_object_set_new(object, "l1", cli_real(result->l1));
        }
        return cli_print_json(json_pack("{s[o]}", "tables", object));
    }
    printf("%s  %" PRIu64 " x %" PRIu32 ", %.4f bits per parameter, decoder: %s\n", cli_safe(info->name), info->rows, info->cols,
           cli_bits(info), info->kernel);
    for (size_t m = 0; m < bench->method_count; m++)
        printf("  %-32s %9.0f ns a row  %6.2f\n", bench->methods[m].name, bench->methods[m].ns,
               bench->methods[m].ns / bench->methods[1].ns);
    puts("  (random rows, one thread, median; last column: relative to the plain loop)");
    if (bench->plain_rows < info->rows)
        printf("  (the BF16 table was cut to %" PRIu64 " rows, %s)\n", bench->plain_rows,
               cli_bytes(bench->plain_rows * bench->cols * 2));
    bench_head_print(head, info->head_kernel);
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
    struct bench_head head;
    if (model != NULL && measure_error(table, model, &result, &error) != CARVQ_OK)
        return cli_fail(&error);
    struct bench *bench = malloc(sizeof *bench);
    if (bench == NULL)
        return cli_failf("out of memory");
    int status;
    if (set_up(bench, table, settings, &error) != CARVQ_OK) {
        status = cli_fail(&error);
    } else {
        measure(bench, (size_t)settings->rounds);
        if (bench_head_measure(table, bench->plain, bench->plain_rows, (size_t)settings->rounds, &head, &error) != CARVQ_OK)
            status = cli_fail(&error);
        else
            status = report(bench, &head, model != NULL ? &result : NULL, settings->json);
    }
    free(bench->plain);
    free(bench->rows);
    free(bench->tier_rows);
    free(bench);
    return status;
}

static int run(int argc, char **argv)
{
    struct settings settings = {.rounds = 101, .seed = 1};
    const struct cli_option options[] = {
        {"tensor", 't', CLI_STRING, &settings.tensor, "NAME", "the table, if the file holds several", 0, 0},
        {"rounds", 0, CLI_NUMBER, &settings.rounds, "N", "rounds of 512 rows; the median counts (101)", 1, MAX_ROUNDS},
        {"seed", 0, CLI_NUMBER, &settings.seed, "N", "seed of the choice of rows (1)", 0, UINT64_MAX},
        {"json", 0, CLI_FLAG, &settings.json, NULL, "print one JSON object instead of text", 0, 0},
        {.kind = CLI_END},
    };
    const struct cli_usage usage = {
        "bench",
        "FILE [MODEL]",
        "Measures how long the lookup of a random row takes, beside copying and widening rows of a BF16 table\n"
        "of the same shape; of a table in tiers also rows of each tier alone. Then the output head: all logits\n"
        "of 1 and 8 hidden states. With MODEL, the error of the compressed table is printed too.",
        options,
        1,
        2};
    int first, status = cli_parse(&usage, argc, argv, &first);
    if (status >= 0)
        return status;
    struct carvq_error error;
    struct carvq_file *file;
    if (cli_open_file(argv[first], NULL, &file, &error) != CARVQ_OK)
        return cli_fail(&error);
    const struct carvq_table *table = cli_table(file, argv[first], settings.tensor);
    status = table != NULL ? bench_table(table, argc - first > 1 ? argv[first + 1] : NULL, &settings) : CLI_FAILED;
    carvq_close(file);
    return status;
}

const struct cli_command cli_bench = {"bench", "measure the speed of lookups and of the output head", run};
