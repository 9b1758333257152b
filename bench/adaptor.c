// SPDX-License-Identifier: MIT
// What the adaptor's training takes and gives on a synthetic table, from the singular vectors and from random lines:
//     bench_adaptor [ROWS [COLS [STAGES [EPOCHS]]]]
// The table is compressed by STAGES stages of codes first (0: the adaptor is fitted to the table itself). Prints the mean L1
// error after each pass; bench/adaptor_loss.sh makes a plot of it.
#define _POSIX_C_SOURCE 200809L
#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "host/blas.h"
#include "carvq.h"
#include "codec/adaptor/adaptor.h"
#include "synthetic.h"

struct source {
    struct synthetic table;
    uint8_t *file; // the compressed table, NULL: none
    struct carvq_file *codes;
};

static void fail(const char *what)
{
    fprintf(stderr, "bench_adaptor: %s\n", what);
    exit(1);
}

static double peak_mib(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_maxrss / 1024;
}

static double cpu_seconds(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_utime.tv_sec + 1e-6 * (double)usage.ru_utime.tv_usec;
}

// The table, less what the codes give.
static enum carvq_status read_residual(void *context, uint64_t row, size_t nrows, uint32_t col, uint32_t ncols, float *block_ret,
                                       struct carvq_error *error)
{
    struct source *source = context;
    enum carvq_status status = synthetic_read(&source->table, row, nrows, col, ncols, block_ret, error);
    float *decoded = source->codes == NULL ? NULL : malloc(ncols * sizeof *decoded);
    for (size_t r = 0; r < nrows && source->codes != NULL && status == CARVQ_OK; r++) {
        uint32_t id = (uint32_t)(row + r);
        if (decoded == NULL)
            fail("out of memory");
        status = carvq_lookup(carvq_table_at(source->codes, 0), &id, 1, decoded, ncols, error);
        for (uint32_t c = 0; c < ncols; c++)
            block_ret[r * ncols + c] -= decoded[c];
    }
    free(decoded);
    return status;
}

static enum carvq_status write_memory(void *context, uint64_t offset, const void *data, size_t nbytes, struct carvq_error *error)
{
    (void)error;
    memcpy((uint8_t *)context + offset, data, nbytes);
    return CARVQ_OK;
}

static void compress(struct source *source, uint32_t stages)
{
    const struct carvq_matrix matrix = {"table",    NULL,           source->table.rows, source->table.cols,
                                        CARVQ_BF16, synthetic_read, &source->table};
    struct carvq_settings options;
    struct carvq_plan *plan;
    struct carvq_job job;
    struct carvq_error error;
    uint64_t nbytes;
    carvq_settings_init(&options, sizeof options);
    options.stages = stages;
    if (carvq_plan_by_settings(&matrix, &options, 0, &plan, &error) != CARVQ_OK ||
        carvq_encode_file_size(&plan, 1, &nbytes, &error) != CARVQ_OK)
        fail(error.message);
    source->file = malloc(nbytes);
    if (source->file == NULL)
        fail("out of memory");
    carvq_job_init(&job, sizeof job);
    job.write = write_memory;
    job.write_context = source->file;
    double begin = omp_get_wtime();
    if (carvq_encode(&plan, 1, &job, &error) != CARVQ_OK ||
        carvq_open_memory(source->file, nbytes, &source->codes, &error) != CARVQ_OK)
        fail(error.message);
    carvq_plan_free(plan);
    printf("codes: %u stages, %.1f s\n", stages, omp_get_wtime() - begin);
}

// Prints "loss START PASS VALUE" once for each pass that fits: what is left after it, as a share of the mean |residual|.
struct record {
    const char *start;
    uint32_t pass; // whose line is printed
    double before; // mean |residual|
};

static void print_loss(struct record *record, uint32_t pass, double loss)
{
    if (record->before == 0)
        record->before = loss;
    if (pass > record->pass && loss < record->before)
        printf("loss %s %u %.5f\n", record->start, pass, loss / record->before);
    record->pass = pass;
}

static int take_progress(void *context, const struct carvq_adaptor_progress *progress)
{
    if (progress->loss > 0)
        print_loss(context, progress->pass - 1, progress->loss);
    return 0;
}

static void train(struct source *source, const char *start, uint32_t power_passes, uint32_t epochs)
{
    const struct carvq_matrix matrix = {"table", NULL, source->table.rows, source->table.cols, CARVQ_F32, read_residual, source};
    struct carvq_adaptor_options options;
    struct carvq_adaptor_network *network;
    struct carvq_error error;
    struct record record = {start, 0, 0};
    double begin = omp_get_wtime(), cpu_begin = cpu_seconds();
    carvq_adaptor_defaults(matrix.rows, matrix.cols, &options);
    options.power_passes = power_passes;
    if (epochs > 0)
        options.epochs = epochs;
    options.progress = take_progress;
    options.progress_context = &record;
    if (options.widths.dim == 0)
        fail("no adaptor fits a table of this shape");
    if (carvq_adaptor_train(&matrix, &options, &network, &error) != CARVQ_OK)
        fail(error.message);
    double seconds = omp_get_wtime() - begin, values = (double)matrix.rows * matrix.cols;
    print_loss(&record, 4 + power_passes + options.epochs, network->l1_after / values);
    printf("%s: %u-%u-%u, %.4f bit, mean |residual| %.6g -> %.6g (%+.3f %%), %.3f dB, %.1f s (%.1f of CPU), %.2f s a pass\n",
           start, network->stored.dim, network->stored.hidden, network->stored.cols, 8 * (double)network->nbytes / values,
           network->l1_before / values, network->l1_after / values, 100 * (network->l1_after / network->l1_before - 1),
           10 * log10(network->square_before / network->square_after), seconds, cpu_seconds() - cpu_begin,
           seconds / (4 + power_passes + options.epochs));
    free(network);
}

int main(int argc, char **argv)
{
    struct source source = {.file = NULL};
    carvq_blas_setup(argv);
    setvbuf(stdout, NULL, _IOLBF, 0);
    uint64_t rows = argc > 1 ? strtoull(argv[1], NULL, 10) : 16384;
    uint32_t cols = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 1024;
    uint32_t stages = argc > 3 ? (uint32_t)strtoul(argv[3], NULL, 10) : 3;
    uint32_t epochs = argc > 4 ? (uint32_t)strtoul(argv[4], NULL, 10) : 0;
    if (synthetic_init(&source.table, 1, rows, cols) != 0 || synthetic_store(&source.table) != 0)
        fail("out of memory");
    printf("table %llu x %u, BLAS kernel %s%s\n", (unsigned long long)rows, cols, carvq_blas_kernel(),
           carvq_blas_is_slow() ? " (slow)" : "");
    if (stages > 0)
        compress(&source, stages);
    double before = peak_mib();
    train(&source, "singular", 3, epochs);
    printf("memory: %.0f MiB above the table and its codes\n", peak_mib() - before);
    train(&source, "random", 0, epochs);
    carvq_close(source.codes);
    free(source.file);
    synthetic_free(&source.table);
    return 0;
}
