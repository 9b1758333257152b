// SPDX-License-Identifier: MIT
// How good the codec trellis is on normal values, and how fast its encoder:
//     bench_trellis [--rows V] [--cols N] [--state-bits S] [--step-bits K] [--scale-bits B] [--reach R] [--threads T] [--plain 1]
// Without --state-bits or --step-bits: all of them. --plain 1: without instructions beyond those that the compiler may always
// use. Bits count everything: path, scale codes and levels. The distance is to 6.02 dB a bit, what Shannon's bound allows at
// most.
#define _POSIX_C_SOURCE 200809L
#include <inttypes.h>
#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "runtime/half.h"
#include "host/random.h"
#include "codec/trellis/scale.h"

struct settings {
    uint64_t rows, cols, state_bits, step_bits, scale_bits, reach, threads, plain;
};

static int parse(int argc, char **argv, struct settings *settings)
{
    const struct {
        const char *name;
        uint64_t *number;
    } flags[] = {
        {"--rows", &settings->rows},
        {"--cols", &settings->cols},
        {"--state-bits", &settings->state_bits},
        {"--step-bits", &settings->step_bits},
        {"--scale-bits", &settings->scale_bits},
        {"--reach", &settings->reach},
        {"--threads", &settings->threads},
        {"--plain", &settings->plain},
    };
    for (int i = 1; i < argc; i += 2) {
        size_t flag = 0;
        while (flag < sizeof flags / sizeof flags[0] && strcmp(argv[i], flags[flag].name) != 0)
            flag++;
        if (flag == sizeof flags / sizeof flags[0] || i + 1 == argc) {
            fprintf(stderr, "bench_trellis: %s: unknown, or without a value\n", argv[i]);
            return -1;
        }
        *flags[flag].number = strtoull(argv[i + 1], NULL, 10);
    }
    return 0;
}

// Of all threads: on a busy machine this says more than the clock on the wall.
static double processor_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static float *make_rows(const struct settings *settings)
{
    const size_t stride = (settings->cols + 1) / 2 * 2;
    float *rows = malloc(settings->rows * stride * sizeof *rows);
    for (size_t row = 0; rows != NULL && row < settings->rows; row++) {
        struct carvq_random random = carvq_random_stream(1, row);
        for (size_t i = 0; i < stride; i += 2)
            carvq_random_normal(&random, rows + row * stride + i);
    }
    return rows;
}

static void fit_levels(const float *rows, const struct settings *settings, float *levels)
{
    const size_t stride = (settings->cols + 1) / 2 * 2;
    struct carvq_trellis_scales scales;
    struct carvq_arena arena = {NULL, 0};
    carvq_trellis_scales_place(&scales, &arena);
    arena = (struct carvq_arena){aligned_alloc(CARVQ_ARENA_ALIGNMENT, arena.used), 0};
    if (arena.memory == NULL)
        exit(1);
    carvq_trellis_scales_place(&scales, &arena);
    carvq_trellis_scales_begin(&scales);
    for (size_t row = 0; row < settings->rows; row++)
        carvq_trellis_scales_add(&scales, carvq_trellis_row_scale(rows + row * stride, (uint32_t)settings->cols), 1);
    carvq_trellis_scales_fit(&scales, (unsigned)settings->scale_bits, levels);
    free(arena.memory);
}

static void encode_rows(const void *context, struct carvq_coded_row *rows, size_t count)
{
    carvq_trellis_encode_rows(context, rows, count);
}

static void measure(const float *rows, const struct settings *settings, unsigned state_bits, unsigned step_bits)
{
    const size_t stride = (settings->cols + 1) / 2 * 2, level_count = (size_t)1 << settings->scale_bits;
    float levels[1 << CARVQ_TRELLIS_MAX_SCALE_BITS];
    double energy = 0, error = 0;
    fit_levels(rows, settings, levels);
    const double begin = processor_seconds();
#pragma omp parallel reduction(+ : energy, error)
    {
        struct carvq_trellis trellis;
        struct carvq_arena arena = {NULL, 0};
        carvq_trellis_place(&trellis, &arena, state_bits, step_bits, (uint32_t)settings->cols);
        arena = (struct carvq_arena){aligned_alloc(CARVQ_ARENA_ALIGNMENT, arena.used), 0};
        uint16_t *paths = malloc((settings->cols + 1) * sizeof *paths);
        float *decoded = malloc(2 * settings->cols * sizeof *decoded);
        if (arena.memory == NULL || paths == NULL || decoded == NULL)
            exit(1);
        carvq_trellis_place(&trellis, &arena, state_bits, step_bits, (uint32_t)settings->cols);
        carvq_trellis_begin(&trellis);
        if (settings->plain != 0)
            trellis.forward = carvq_trellis_forward;
#pragma omp for schedule(dynamic, 8)
        for (size_t row = 0; row < settings->rows; row++) {
            const float *x = rows + row * stride;
            const struct carvq_levels choice = {
                levels,      level_count, (unsigned)settings->reach, trellis.cols, trellis.steps * sizeof *paths,
                encode_rows, &trellis};
            size_t number = carvq_trellis_nearest_level(levels, level_count, carvq_trellis_row_scale(x, trellis.cols));
            struct carvq_coded_row coded = {x, 0, paths, decoded, 0};
            const struct carvq_coded_row spare = {x, 0, paths + trellis.steps, decoded + trellis.cols, 0};
            carvq_levels_encode(&choice, &coded, 1, &number, &spare);
            error += coded.error;
            for (size_t i = 0; i < settings->cols; i++)
                energy += (double)x[i] * (double)x[i];
        }
        free(arena.memory);
        free(paths);
        free(decoded);
    }
    double time = processor_seconds() - begin, values = (double)settings->rows * (double)settings->cols;
    double path_bits = (double)((settings->cols + 1) / 2 * step_bits + settings->scale_bits);
    double bits = ((double)settings->rows * path_bits + 16 * (double)level_count) / values;
    double sqnr = 10 * log10(energy / error);
    printf("S %u k %u, %" PRIu64 " x %" PRIu64
           ": %.4f bits, SQNR %.3f dB, %.3f dB from Shannon, %.2f Mparam per processor second\n",
           state_bits, step_bits, settings->rows, settings->cols, bits, sqnr, 20 * log10(2) * bits - sqnr, values / time / 1e6);
    fflush(stdout);
}

int main(int argc, char **argv)
{
    struct settings settings = {.rows = 512, .cols = 2048, .scale_bits = 4};
    if (parse(argc, argv, &settings) != 0)
        return 2;
    if (settings.cols == 0 || settings.rows == 0 || settings.scale_bits > CARVQ_TRELLIS_MAX_SCALE_BITS) {
        fprintf(stderr, "bench_trellis: there must be rows and columns, and at most %d scale bits\n",
                CARVQ_TRELLIS_MAX_SCALE_BITS);
        return 2;
    }
    if (settings.threads > 0)
        omp_set_num_threads((int)settings.threads);
    float *rows = make_rows(&settings);
    if (rows == NULL) {
        fprintf(stderr, "bench_trellis: out of memory\n");
        return 1;
    }
    for (unsigned state_bits = 10; state_bits <= 12; state_bits += 2)
        for (unsigned step_bits = 2; step_bits <= CARVQ_TRELLIS_MAX_STEP_BITS; step_bits++)
            if (carvq_trellis_table(state_bits, step_bits) != NULL &&
                (settings.state_bits == 0 || settings.state_bits == state_bits) &&
                (settings.step_bits == 0 || settings.step_bits == step_bits))
                measure(rows, &settings, state_bits, step_bits);
    free(rows);
    return 0;
}
