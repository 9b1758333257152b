// SPDX-License-Identifier: MIT
// How fast the encoder is, how good, and how much memory it takes, on a table made from a seed and kept in memory as BF16:
//     bench_encode [--rows V] [--cols N] [--kind gaussian|structured] [--stages L] [--subvector H] [--group G] [--code-bits K]
//                  [--columns 1] [--iterations R] [--effort E] [--threads T] [--seed S] [--write FILE]
// --write: makes a checkpoint of the table, a safetensors file with one BF16 tensor, instead.
#define _POSIX_C_SOURCE 200809L
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "runtime/half.h"
#include "carvq_encode.h"
#include "synthetic.h"

#define TENSOR "model.embed_tokens.weight"

struct settings {
    uint64_t rows, cols, stages, subvector, group, code_bits, columns, iterations, effort, threads, seed;
    const char *kind, *write;
};

static int parse(int argc, char **argv, struct settings *settings)
{
    const struct {
        const char *name;
        uint64_t *number;
        const char **text;
    } flags[] = {
        {"--rows", &settings->rows, NULL},
        {"--cols", &settings->cols, NULL},
        {"--kind", NULL, &settings->kind},
        {"--stages", &settings->stages, NULL},
        {"--subvector", &settings->subvector, NULL},
        {"--group", &settings->group, NULL},
        {"--code-bits", &settings->code_bits, NULL},
        {"--columns", &settings->columns, NULL},
        {"--iterations", &settings->iterations, NULL},
        {"--effort", &settings->effort, NULL},
        {"--threads", &settings->threads, NULL},
        {"--seed", &settings->seed, NULL},
        {"--write", NULL, &settings->write},
    };
    for (int i = 1; i < argc; i += 2) {
        size_t flag = 0;
        while (flag < sizeof flags / sizeof flags[0] && strcmp(argv[i], flags[flag].name) != 0)
            flag++;
        if (flag == sizeof flags / sizeof flags[0] || i + 1 == argc) {
            fprintf(stderr, "bench_encode: %s: unknown, or without a value\n", argv[i]);
            return -1;
        }
        if (flags[flag].text != NULL)
            *flags[flag].text = argv[i + 1];
        else
            *flags[flag].number = strtoull(argv[i + 1], NULL, 10);
    }
    return 0;
}

// i.i.d. normal values instead of the structure of embeddings.
static void make_gaussian(struct synthetic *table)
{
    table->rank = 0;
    table->scale_spread = 0;
    table->noise = 0.02f;
    memset(table->mean_row, 0, table->cols * sizeof *table->mean_row);
}

static int write_checkpoint(struct synthetic *table, const char *path)
{
    char header[256];
    uint8_t length[8];
    size_t row_bytes = 2 * (size_t)table->cols;
    int used = snprintf(header, sizeof header,
                        "{\"" TENSOR "\":{\"dtype\":\"BF16\",\"shape\":[%" PRIu64 ",%" PRIu32 "],\"data_offsets\":[0,%" PRIu64
                        "]}}",
                        table->rows, table->cols, table->rows * row_bytes);
    for (int i = 0; i < 8; i++)
        length[i] = (uint8_t)((uint64_t)used >> 8 * i);
    FILE *file = fopen(path, "wb");
    float *row = malloc(table->cols * sizeof *row);
    uint8_t *stored = malloc(row_bytes);
    bool good = file != NULL && row != NULL && stored != NULL && fwrite(length, 8, 1, file) == 1 &&
                fwrite(header, (size_t)used, 1, file) == 1;
    for (uint64_t r = 0; r < table->rows && good; r++) {
        synthetic_read(table, r, 1, 0, table->cols, row, NULL);
        carvq_narrow(CARVQ_BF16, row, table->cols, stored);
        good = fwrite(stored, row_bytes, 1, file) == 1;
    }
    if (file != NULL)
        good = fclose(file) == 0 && good;
    free(row);
    free(stored);
    if (!good)
        fprintf(stderr, "bench_encode: %s: cannot write\n", path);
    return good ? 0 : -1;
}

static enum carvq_status discard(void *context, uint64_t offset, const void *data, size_t nbytes, struct carvq_error *error)
{
    (void)offset;
    (void)data;
    (void)error;
    *(uint64_t *)context += nbytes;
    return CARVQ_OK;
}

static double peak_mib(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_maxrss / 1024;
}

// Of all threads: on a busy machine this says more than the clock on the wall.
static double processor_seconds(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_utime.tv_sec + 1e-6 * (double)usage.ru_utime.tv_usec;
}

static int measure(struct synthetic *table, const struct settings *settings)
{
    struct carvq_matrix matrix = {TENSOR, NULL, table->rows, table->cols, CARVQ_BF16, synthetic_read, table};
    struct carvq_settings options;
    struct carvq_plan *plan;
    struct carvq_error error;
    uint64_t written = 0;
    struct carvq_job job;
    carvq_job_init(&job, sizeof job);
    job.write = discard;
    job.write_context = &written;
    job.threads = (unsigned)settings->threads;
    carvq_settings_init(&options, sizeof options);
    options.stages = (uint32_t)settings->stages;
    options.subvector = (uint32_t)settings->subvector;
    options.group = settings->group;
    options.code_bits = (uint32_t)settings->code_bits;
    options.grouping = settings->columns != 0 ? CARVQ_GROUP_COLUMNS : CARVQ_GROUP_ROWS;
    options.seed = settings->seed;
    options.effort = (uint32_t)settings->effort;
    if (settings->iterations > 0)
        options.iterations = (uint32_t)settings->iterations;
    double before = peak_mib(), begin = processor_seconds();
    if (carvq_plan_by_settings(&matrix, &options, job.threads, &plan, &error) != CARVQ_OK ||
        carvq_encode(&plan, 1, &job, &error) != CARVQ_OK) {
        fprintf(stderr, "bench_encode: %s\n", error.message);
        return -1;
    }
    const struct carvq_report *report = carvq_plan_report(plan);
    double parameters = (double)table->rows * table->cols, processor = processor_seconds() - begin;
    printf("%s %" PRIu64 " x %" PRIu32 " L %" PRIu32 ": %.4f bits, SQNR %.3f dB, L1 %.6f, %.2f s, %.2f Mparam/s "
           "(%.2f per processor second), %.1f MiB above the input (plan: %.1f)\n",
           settings->kind, table->rows, table->cols, options.stages,
           8 * (double)carvq_plan_info(plan)->payload_bytes / parameters, report->sqnr_db, report->l1, report->seconds,
           parameters / report->seconds / 1e6, parameters / processor / 1e6, peak_mib() - before,
           (double)carvq_plan_get_cost(plan)->working_bytes / 1048576);
    carvq_plan_free(plan);
    return 0;
}

int main(int argc, char **argv)
{
    struct settings settings = {
        .rows = 128256, .cols = 2048, .stages = 3, .subvector = 8, .group = 1024, .code_bits = 4, .kind = "gaussian", .seed = 1};
    struct synthetic table;
    if (parse(argc, argv, &settings) != 0)
        return 2;
    if (synthetic_init(&table, settings.seed, settings.rows, (uint32_t)settings.cols) != 0) {
        fprintf(stderr, "bench_encode: out of memory\n");
        return 1;
    }
    if (strcmp(settings.kind, "gaussian") == 0)
        make_gaussian(&table);
    int failed;
    if (settings.write != NULL)
        failed = write_checkpoint(&table, settings.write);
    else
        failed = synthetic_store(&table) != 0 || measure(&table, &settings) != 0;
    synthetic_free(&table);
    return failed ? 1 : 0;
}
