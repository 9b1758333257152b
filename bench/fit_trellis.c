// SPDX-License-Identifier: MIT
// Makes the tables of the codec trellis (src/runtime/trellis_tables.inc). It was run once: the tables are constants of the format.
//     bench_fit_trellis [--state-bits S] [--step-bits K] [--rounds R] [--rows V] [--cols N] [--seed S] [--threads T] > FILE
// writes one table as C, and its error, measured on other rows, to stderr. scripts/fit-trellis.sh makes all of them.
//
// Lloyd's algorithm: rows of normal values are encoded with the table as it is, then every entry goes to the mean of the values
// that it stood for. Each round has rows of its own, so that no entry can settle on the noise of a sample, and few of them. At
// first entries go 2.5 times the way to the mean, which takes the place of many rounds and finds better tables; in the last
// quarter of the rounds they go to the mean of all values since its beginning. Rows are short, because that is where the states
// that begin a row matter: on long ones they are as good as any other table. The result depends on the seed, not on the number of
// threads.
#define _POSIX_C_SOURCE 200809L
#include <inttypes.h>
#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/random.h"
#include "codec/trellis/trellis.h"

#define UNIT 32.0f     // of the table: a value of 1
#define LARGEST 127.0f // magnitude of an entry
#define TEST_VALUES 2000000
#define FRACTION 65536.0 // sums are in whole numbers, so that their order does not matter

struct settings {
    uint64_t state_bits, step_bits, rounds, rows, cols, seed, threads;
};

struct sums {
    int64_t *values; // [2^S][2]
    int64_t *counts; // [2^S]
};

static void *take(size_t count, size_t size)
{
    void *memory = calloc(count, size);
    if (memory == NULL) {
        fprintf(stderr, "bench_fit_trellis: out of memory\n");
        exit(1);
    }
    return memory;
}

static int parse(int argc, char **argv, struct settings *settings)
{
    const struct {
        const char *name;
        uint64_t *number;
    } flags[] = {
        {"--state-bits", &settings->state_bits},
        {"--step-bits", &settings->step_bits},
        {"--rounds", &settings->rounds},
        {"--rows", &settings->rows},
        {"--cols", &settings->cols},
        {"--seed", &settings->seed},
        {"--threads", &settings->threads},
    };
    for (int i = 1; i < argc; i += 2) {
        size_t flag = 0;
        while (flag < sizeof flags / sizeof flags[0] && strcmp(argv[i], flags[flag].name) != 0)
            flag++;
        if (flag == sizeof flags / sizeof flags[0] || i + 1 == argc) {
            fprintf(stderr, "bench_fit_trellis: %s: unknown, or without a value\n", argv[i]);
            return -1;
        }
        *flags[flag].number = strtoull(argv[i + 1], NULL, 10);
    }
    return 0;
}

static struct carvq_trellis make_trellis(const struct settings *settings, uint64_t cols, const float (*table)[2],
                                         unsigned char **memory_ret)
{
    struct carvq_trellis trellis;
    struct carvq_arena arena = {NULL, 0};
    carvq_trellis_place(&trellis, &arena, (unsigned)settings->state_bits, (unsigned)settings->step_bits, (uint32_t)cols);
    arena = (struct carvq_arena){aligned_alloc(CARVQ_ARENA_ALIGNMENT, arena.used), 0};
    if (arena.memory == NULL)
        exit(1);
    *memory_ret = arena.memory;
    carvq_trellis_place(&trellis, &arena, (unsigned)settings->state_bits, (unsigned)settings->step_bits, (uint32_t)cols);
    carvq_trellis_begin(&trellis);
    carvq_trellis_set_table(&trellis, table);
    return trellis;
}

// Encodes rows number first and following, and adds their values to the sums of the states that stand for them. Returns the
// squared error of a value.
static double encode_rows(const struct settings *settings, const float (*table)[2], uint64_t seed, uint64_t first, uint64_t rows,
                          uint64_t cols, struct sums *sums)
{
    const unsigned state_bits = (unsigned)settings->state_bits, step_bits = (unsigned)settings->step_bits;
    double error = 0;
#pragma omp parallel reduction(+ : error)
    {
        unsigned char *memory;
        struct carvq_trellis trellis = make_trellis(settings, cols, table, &memory);
        struct sums mine = {take(2 * trellis.states, sizeof *mine.values), take(trellis.states, sizeof *mine.counts)};
        float *x = take(cols + 1, sizeof *x);
        uint16_t *path = take(trellis.steps, sizeof *path);
#pragma omp for schedule(dynamic, 4)
        for (uint64_t row = 0; row < rows; row++) {
            struct carvq_random random = carvq_random_stream(seed, first + row);
            for (size_t i = 0; i < cols; i += 2)
                carvq_random_normal(&random, x + i);
            error += carvq_trellis_encode(&trellis, x, 1 / UNIT, path);
            for (size_t step = 0, state = 0; step < cols / 2; step++) {
                state = state >> step_bits | (size_t)path[step] << (state_bits - step_bits);
                mine.counts[state]++;
                for (size_t i = 0; i < 2; i++)
                    mine.values[2 * state + i] += llrint((double)x[2 * step + i] * FRACTION);
            }
        }
#pragma omp critical(fit_trellis_add)
        for (size_t i = 0; i < 2 * trellis.states; i++) {
            sums->values[i] += mine.values[i];
            sums->counts[i / 2] += i % 2 == 0 ? mine.counts[i / 2] : 0;
        }
        free(mine.values);
        free(mine.counts);
        free(x);
        free(path);
        free(memory);
    }
    return error / ((double)rows * (double)cols);
}

static float limited(double value)
{
    return (float)fmax(-(double)LARGEST, fmin((double)LARGEST, value));
}

static void update(float (*table)[2], size_t states, double step, const struct sums *sums, struct carvq_random *random)
{
    for (size_t state = 0; state < states; state++) {
        float pair[2];
        carvq_random_normal(random, pair);
        for (size_t i = 0; i < 2; i++) {
            float *entry = &table[state][i];
            if (sums->counts[state] == 0) {
                *entry = limited((double)(UNIT * pair[i])); // stood for nothing: somewhere else
                continue;
            }
            double mean = (double)UNIT * (double)sums->values[2 * state + i] / FRACTION / (double)sums->counts[state];
            *entry = limited((double)*entry + step * (mean - (double)*entry));
        }
    }
}

static void fit(const struct settings *settings, float (*table)[2])
{
    const size_t states = (size_t)1 << settings->state_bits;
    const uint64_t calm = settings->rounds - settings->rounds / 10;
    struct sums sums = {take(2 * states, sizeof *sums.values), take(states, sizeof *sums.counts)};
    struct carvq_random random = carvq_random_stream(settings->seed, UINT64_MAX);
    for (size_t state = 0; state < states; state++) {
        carvq_random_normal(&random, table[state]);
        for (size_t i = 0; i < 2; i++)
            table[state][i] = limited((double)(0.9f * UNIT * table[state][i]));
    }
    for (uint64_t round = 0; round < settings->rounds; round++) {
        if (round <= calm) {
            memset(sums.values, 0, 2 * states * sizeof *sums.values);
            memset(sums.counts, 0, states * sizeof *sums.counts);
        }
        double error = encode_rows(settings, (const float(*)[2])table, settings->seed, round * settings->rows, settings->rows,
                                   settings->cols, &sums);
        update(table, states, round < calm ? 1 + 1.5 * (1 - (double)round / (double)calm) : 1, &sums, &random);
        if ((round + 1) % 100 == 0)
            fprintf(stderr, "round %" PRIu64 ": %.3f dB\n", round + 1, -10 * log10(error));
    }
    free(sums.values);
    free(sums.counts);
}

// On rows that no round has seen.
static double test(const struct settings *settings, const float (*table)[2], uint64_t cols)
{
    const size_t states = (size_t)1 << settings->state_bits;
    struct sums sums = {take(2 * states, sizeof *sums.values), take(states, sizeof *sums.counts)};
    double error = encode_rows(settings, table, ~settings->seed, 0, TEST_VALUES / cols, cols, &sums);
    free(sums.values);
    free(sums.counts);
    return -10 * log10(error);
}

static void print_table(const struct settings *settings, const float (*table)[2])
{
    const size_t states = (size_t)1 << settings->state_bits;
    char text[8];
    size_t used = 0;
    printf("static const int8_t table_%" PRIu64 "_%" PRIu64 "[%zu] = {\n", settings->state_bits, settings->step_bits, 2 * states);
    for (size_t i = 0; i < 2 * states; i++) {
        size_t length = (size_t)snprintf(text, sizeof text, "%d,", (int)table[i / 2][i % 2]);
        if (used + length > 128) {
            printf("\n");
            used = 0;
        }
        used += length;
        printf("%s", text);
    }
    printf("\n};\n");
}

int main(int argc, char **argv)
{
    struct settings settings = {.state_bits = 12, .step_bits = 4, .rounds = 400, .rows = 1024, .cols = 512, .seed = 1};
    if (parse(argc, argv, &settings) != 0)
        return 2;
    if (carvq_trellis_table((unsigned)settings.state_bits, (unsigned)settings.step_bits) == NULL || settings.cols == 0 ||
        settings.cols % 2 != 0 || settings.rows == 0) {
        fprintf(stderr, "bench_fit_trellis: no such table, or no rows, or an odd number of columns\n");
        return 2;
    }
    if (settings.threads > 0)
        omp_set_num_threads((int)settings.threads);
    const size_t states = (size_t)1 << settings.state_bits;
    float(*table)[2] = take(states, sizeof *table);
    fit(&settings, table);
    fprintf(stderr, "S %" PRIu64 " k %" PRIu64 ": %.3f dB", settings.state_bits, settings.step_bits,
            test(&settings, (const float(*)[2])table, 2048));
    for (size_t i = 0; i < 2 * states; i++)
        table[i / 2][i % 2] = rintf(table[i / 2][i % 2]);
    fprintf(stderr, ", rounded %.3f dB, n = 128: %.3f dB\n", test(&settings, (const float(*)[2])table, 2048),
            test(&settings, (const float(*)[2])table, 128));
    print_table(&settings, (const float(*)[2])table);
    free(table);
    return 0;
}
