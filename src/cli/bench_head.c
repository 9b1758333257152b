// SPDX-License-Identifier: MIT
// carvq bench: the output head beside reading the codes and beside a BF16 product by the BLAS.
#include "bench_head.h"

#include <cblas.h>
#include <stdlib.h>
#include <string.h>

#include "host/blas.h"
#include "host/parallel.h"
#include "host/vector.h"
#include "runtime/half.h"
#include "runtime/table.h"

enum { STATES = 8, BLOCK_ROWS = 256, MAX_HEAD_ROUNDS = 101 };
#define MAX_SECONDS 1.0 // of a method's rounds, if it had one

// A buffer of its own for each thread: a workspace, or widened rows and their products.
struct head_bench {
    const struct carvq_table *table;
    const uint16_t *plain;
    uint64_t plain_rows;
    unsigned parts;
    float *hidden, *logits; // [STATES][cols], [STATES][rows]
    uint8_t *buffers;
    size_t buffer_bytes;
    uint64_t sum; // so that nothing is read in vain
};

static const struct {
    const char *key, *name;
} methods[BENCH_HEAD_METHODS] = {
    {"head_read_ms", "read the codes"},
    {"head_logits_1_ms", "carvq_logits, 1 hidden state"},
    {"head_logits_8_ms", "carvq_logits, 8 hidden states"},
    {"head_bf16_1_ms", "BF16 and BLAS, 1 hidden state"},
    {"head_bf16_8_ms", "BF16 and BLAS, 8 hidden states"},
};

// Sums of 64-bit words.
static CARVQ_VECTORIZED(void, add_words, (const uint8_t *bytes, size_t count, uint64_t *sum_ret), (bytes, count, sum_ret))
{
    enum { WORDS = 32 };
    uint64_t sums[WORDS] = {0}, words[WORDS];
    for (; count >= sizeof words; bytes += sizeof words, count -= sizeof words) {
        memcpy(words, bytes, sizeof words);
        for (int i = 0; i < WORDS; i++)
            sums[i] += words[i];
    }
    *sum_ret = 0;
    for (int i = 0; i < WORDS; i++)
        *sum_ret += sums[i];
}

static void read_part(struct head_bench *bench, unsigned part)
{
    const struct carvq_table_info *info = carvq_info(bench->table);
    for (uint32_t s = 0; s < info->segment_count; s++) {
        const uint64_t nbytes = info->segments[s].code_bytes / bench->parts / 64 * 64;
        uint64_t sum;
        add_words(bench->table->segments[s].codes + (size_t)(nbytes * part), (size_t)nbytes, &sum);
#pragma omp atomic
        bench->sum += sum;
    }
}

static void multiply_part(struct head_bench *bench, unsigned part, size_t states)
{
    const struct carvq_table_info *info = carvq_info(bench->table);
    const struct carvq_logits_part what = {0, 0, part, bench->parts};
    carvq_logits(bench->table, bench->hidden, states, info->cols, bench->logits, (size_t)info->rows, &what,
                 bench->buffers + part * bench->buffer_bytes, bench->buffer_bytes, NULL);
}

// As host programs have to do it, for no BLAS has products of BF16 and float: rows are widened block by block.
static void multiply_plain_part(struct head_bench *bench, unsigned part, size_t states)
{
    const size_t n = carvq_info(bench->table)->cols;
    float *rows = (float *)(void *)(bench->buffers + part * bench->buffer_bytes), *products = rows + BLOCK_ROWS * n;
    const uint64_t begin = bench->plain_rows * part / bench->parts, end = bench->plain_rows * (part + 1) / bench->parts;
    for (uint64_t first = begin; first < end; first += BLOCK_ROWS) {
        const size_t count = end - first < BLOCK_ROWS ? (size_t)(end - first) : BLOCK_ROWS;
        for (size_t i = 0; i < count * n; i++)
            rows[i] = carvq_bf16_to_f32(bench->plain[first * n + i]);
        if (states == 1)
            cblas_sgemv(CblasRowMajor, CblasNoTrans, (int)count, (int)n, 1, rows, (int)n, bench->hidden, 1, 0, products, 1);
        else
            cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)count, (int)states, (int)n, 1, rows, (int)n, bench->hidden,
                        (int)n, 0, products, (int)states);
    }
}

static void run_part(struct head_bench *bench, int method, unsigned part)
{
    if (method == 0)
        read_part(bench, part);
    else if (method <= 2)
        multiply_part(bench, part, method == 1 ? 1 : STATES);
    else
        multiply_plain_part(bench, part, method == 3 ? 1 : STATES);
}

static int compare_doubles(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

// Median milliseconds of as many rounds as there is time for.
static double measure(struct head_bench *bench, int method, size_t rounds)
{
    double times[MAX_HEAD_ROUNDS], all = 0;
    size_t count = 0;
    while (count == 0 || (count < rounds && count < MAX_HEAD_ROUNDS && all < MAX_SECONDS)) {
        const double started = cli_seconds();
#pragma omp parallel for num_threads(bench->parts) schedule(static)
        for (unsigned part = 0; part < bench->parts; part++)
            run_part(bench, method, part);
        times[count] = cli_seconds() - started;
        all += times[count++];
    }
    qsort(times, count, sizeof *times, compare_doubles);
    return 1e3 * times[count / 2];
}

static enum carvq_status measure_all(struct head_bench *bench, size_t rounds, struct bench_head *head_ret,
                                     struct carvq_error *error)
{
    const struct carvq_table_info *info = carvq_info(bench->table);
    if (bench->hidden == NULL || bench->logits == NULL || bench->buffers == NULL)
        return carvq_fail(error, CARVQ_ERROR_MEMORY, "out of memory for the logits");
    for (size_t i = 0; i < STATES * info->cols; i++)
        bench->hidden[i] = (float)((int)(i * 7919 % 2003) - 1001) / 500;
    enum carvq_status status = carvq_logits(bench->table, bench->hidden, 1, info->cols, bench->logits, (size_t)info->rows, NULL,
                                            bench->buffers, bench->buffer_bytes, error); // the only one that may fail
    for (int method = 0; method < BENCH_HEAD_METHODS && status == CARVQ_OK; method++)
        for (int all = 0; all < 2; all++) {
            bench->parts = all ? head_ret->threads : 1;
            head_ret->ms[method][all] = measure(bench, method, rounds);
            if (method > 2)
                head_ret->ms[method][all] *= (double)info->rows / (double)bench->plain_rows;
        }
    return status;
}

enum carvq_status bench_head_measure(const struct carvq_table *table, const uint16_t *plain, uint64_t plain_rows, size_t rounds,
                                     struct bench_head *head_ret, struct carvq_error *error)
{
    const struct carvq_table_info *info = carvq_info(table);
    const size_t plain_bytes = (size_t)BLOCK_ROWS * (info->cols + STATES) * sizeof(float);
    const size_t workspace_bytes = carvq_logits_workspace(table, STATES);
    struct head_bench bench = {.table = table, .plain = plain, .plain_rows = plain_rows};
    *head_ret = (struct bench_head){.threads = carvq_threads(0)};
    carvq_blas_one_thread();
    bench.buffer_bytes = ((workspace_bytes > plain_bytes ? workspace_bytes : plain_bytes) + 63) / 64 * 64;
    bench.hidden = malloc(STATES * (size_t)info->cols * sizeof *bench.hidden);
    bench.logits = malloc(STATES * (size_t)info->rows * sizeof *bench.logits);
    bench.buffers = malloc(head_ret->threads * bench.buffer_bytes);
    enum carvq_status status = measure_all(&bench, rounds, head_ret, error);
    free(bench.hidden);
    free(bench.logits);
    free(bench.buffers);
    return status;
}

void bench_head_print(const struct bench_head *head, const char *kernel)
{
    for (int m = 0; m < BENCH_HEAD_METHODS; m++)
        printf("  %-32s %9.3f ms        %6.2f   %u threads %9.3f ms\n", methods[m].name, head->ms[m][0],
               head->ms[m][0] / head->ms[0][0], head->threads, head->ms[m][1]);
    printf("  (output head, kernel %s: all rows, median; last column of one thread: relative to reading the codes)\n", kernel);
}

void bench_head_json(const struct bench_head *head, json_t *object)
{
    for (int m = 0; m < BENCH_HEAD_METHODS; m++) {
        char key[40];
        snprintf(key, sizeof key, "%s_threads", methods[m].key);
        json_object_set_new(object, methods[m].key, cli_real(head->ms[m][0]));
        json_object_set_new(object, key, cli_real(head->ms[m][1]));
    }
    json_object_set_new(object, "head_threads", json_integer(head->threads));
}
