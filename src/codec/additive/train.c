// SPDX-License-Identifier: MIT
// Books of codec additive, trained on rows: search and least squares in turn.
#include "codec/additive/train.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "host/parallel.h"
#include "host/random.h"
#include "runtime/status.h"

#define START 0.6f // standard deviation of books to begin with, times the root of M

void carvq_additive_start(const struct carvq_additive_code *code, uint64_t seed)
{
    struct carvq_random random = carvq_random_stream(seed, 0);
    const size_t count = carvq_additive_book_values(&code->info);
    const float deviation = START / sqrtf((float)code->info.span);
    for (size_t i = 0; i < count; i += 2) {
        float pair[2];
        carvq_random_normal(&random, pair);
        for (size_t k = 0; k < 2; k++)
            code->books[i + k] = fmaxf(-CARVQ_ADDITIVE_BOOK_LIMIT, fminf(CARVQ_ADDITIVE_BOOK_LIMIT, deviation * pair[k]));
    }
    for (uint32_t class = 0; class < code->classes; class ++) // the first steps have fewer parts
        for (unsigned part = class + 1; part < code->info.span && (class < code->info.span - 1); part++)
            for (unsigned i = 0; i < CARVQ_MAX_STRIDE * CARVQ_ADDITIVE_CODES; i++)
                carvq_additive_part(code, class, part)[i] = 0;
}

struct work {
    const struct carvq_additive_code *code;
    const struct carvq_additive_sample *sample;
    struct carvq_additive_search search;
    struct carvq_additive_path *paths; // [threads]
    uint8_t *codes;                    // [count][T]
    float *decoded;                    // [threads][CARVQ_BATCH][n]
    float *targets;                    // [count][n] with a metric: what codes were to reach
    double *errors;                    // [count] of the last search
};

static void place(struct work *work, struct carvq_arena *arena, unsigned threads)
{
    struct carvq_additive_path scratch;
    carvq_additive_search_place(&work->search, arena, work->code);
    work->codes = carvq_arena_take(arena, work->sample->count, work->code->steps);
    const uint64_t n = work->code->info.cols;
    work->decoded = carvq_arena_take(arena, threads * n * CARVQ_BATCH, sizeof *work->decoded);
    work->targets = work->code->metric == NULL ? NULL : carvq_arena_take(arena, work->sample->count * n, sizeof *work->targets);
    work->errors = carvq_arena_take(arena, work->sample->count, sizeof *work->errors);
    work->paths = carvq_arena_take(arena, threads, sizeof *work->paths);
    for (unsigned t = 0; t < threads; t++)
        carvq_additive_path_place(work->paths == NULL ? &scratch : &work->paths[t], arena, work->code);
}

// A batch of rows.
static enum carvq_status find_rows(void *context, struct carvq_chunk *chunk, struct carvq_error *error)
{
    const struct work *work = context;
    const size_t n = work->code->info.cols;
    const struct carvq_additive_path *path = &work->paths[chunk->thread];
    struct carvq_coded_row rows[CARVQ_BATCH];
    (void)error;
    for (size_t i = 0; i < chunk->count; i++) {
        const size_t r = (size_t)chunk->first + i;
        rows[i] = (struct carvq_coded_row){.x = work->sample->rows + r * n,
                                           .scale = 1 / work->code->unit,
                                           .codes = work->codes + r * work->code->steps,
                                           .decoded = work->decoded + (chunk->thread * CARVQ_BATCH + i) * n};
    }
    carvq_additive_find(&work->search, path, rows, chunk->count);
    for (size_t i = 0; i < chunk->count; i++)
        work->errors[chunk->first + i] = rows[i].error;
    if (work->targets != NULL)
        memcpy(work->targets + chunk->first * n, path->targets, chunk->count * n * sizeof *work->targets);
    return CARVQ_OK;
}

// What books are fitted to: with a metric, the values that the codes were to reach, and not the rows.
static struct carvq_additive_sample to_fit(const struct work *work)
{
    return (struct carvq_additive_sample){work->targets == NULL ? work->sample->rows : work->targets, work->sample->count};
}

static enum carvq_status fit_classes(void *context, struct carvq_chunk *chunk, struct carvq_error *error)
{
    const struct work *work = context;
    const struct carvq_additive_sample sample = to_fit(work);
    (void)error;
    for (uint64_t class = chunk->first; class < chunk->first + chunk->count; class ++)
        carvq_additive_fit(work->code, &sample, work->codes, (uint32_t) class);
    return CARVQ_OK;
}

// NULL: out of memory. To be given to free().
static void *make_room(struct work *work, unsigned threads, struct carvq_error *error)
{
    struct carvq_arena arena = {NULL, 0};
    place(work, &arena, threads);
    void *memory = arena.used > SIZE_MAX ? NULL : aligned_alloc(CARVQ_ARENA_ALIGNMENT, (size_t)arena.used);
    if (memory == NULL) {
        carvq_fail(error, CARVQ_ERROR_MEMORY, "out of memory to train codes");
        return NULL;
    }
    arena = (struct carvq_arena){memory, 0};
    place(work, &arena, threads);
    return memory;
}

enum carvq_status carvq_additive_train(const struct carvq_additive_code *code, const struct carvq_additive_sample *sample,
                                       const struct carvq_additive_training *training, struct carvq_error *error)
{
    struct work work = {.code = code, .sample = sample};
    void *memory = make_room(&work, training->threads, error);
    if (memory == NULL)
        return CARVQ_ERROR_MEMORY;
    const struct carvq_work rows = {sample->count, CARVQ_BATCH, 0, training->threads, training->ticker, find_rows, &work};
    const struct carvq_additive_sample targets = to_fit(&work);
    const struct carvq_work classes = {code->classes, 1, 0, training->threads, training->ticker, fit_classes, &work};
    enum carvq_status status = CARVQ_OK;
    for (unsigned round = 0; round < training->rounds && status == CARVQ_OK; round++) {
        carvq_additive_search_begin(&work.search);
        status = carvq_parallel(&rows, error);
        if (status == CARVQ_OK && code->info.position_books)
            status = carvq_parallel(&classes, error);
        for (uint32_t class = 0; class < code->classes && status == CARVQ_OK && !code->info.position_books; class ++)
            carvq_additive_fit(code, &targets, work.codes, class); // few: not worth waking threads
    }
    free(memory);
    return status;
}

void carvq_additive_spread(const struct carvq_additive_code *code, const struct carvq_additive_code *by_phase)
{
    memset(code->books, 0, carvq_additive_book_values(&code->info) * sizeof *code->books);
    for (uint32_t t = 0; t < code->steps; t++)
        for (unsigned j = 0; j < code->info.span && j <= t; j++)
            memcpy(carvq_additive_part(code, t, j), carvq_additive_part(by_phase, carvq_additive_class(&by_phase->info, t), j),
                   carvq_additive_length(code, t) * CARVQ_ADDITIVE_CODES * sizeof *code->books);
}

enum carvq_status carvq_additive_try(const struct carvq_additive_code *code, const struct carvq_additive_sample *sample,
                                     unsigned threads, struct carvq_ticker *ticker, double *squares_ret,
                                     struct carvq_error *error)
{
    struct work work = {.code = code, .sample = sample};
    void *memory = make_room(&work, threads, error);
    if (memory == NULL)
        return CARVQ_ERROR_MEMORY;
    carvq_additive_search_begin(&work.search);
    const struct carvq_work rows = {sample->count, CARVQ_BATCH, 0, threads, ticker, find_rows, &work};
    enum carvq_status status = carvq_parallel(&rows, error);
    *squares_ret = 0;
    for (size_t r = 0; r < sample->count && status == CARVQ_OK; r++)
        *squares_ret += work.errors[r];
    free(memory);
    return status;
}
