// SPDX-License-Identifier: MIT
#include "codec/additive/train.h"

#include <math.h>
#include <stdlib.h>

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
};

static void place(struct work *work, struct carvq_arena *arena, unsigned threads)
{
    struct carvq_additive_path scratch;
    carvq_additive_search_place(&work->search, arena, work->code);
    work->codes = carvq_arena_take(arena, work->sample->count, work->code->steps);
    work->paths = carvq_arena_take(arena, threads, sizeof *work->paths);
    for (unsigned t = 0; t < threads; t++)
        carvq_additive_path_place(work->paths == NULL ? &scratch : &work->paths[t], arena, work->code);
}

static enum carvq_status find_rows(void *context, struct carvq_chunk *chunk, struct carvq_error *error)
{
    const struct work *work = context;
    (void)error;
    for (uint64_t r = chunk->first; r < chunk->first + chunk->count; r++)
        carvq_additive_find(&work->search, &work->paths[chunk->thread], work->sample->rows + r * work->code->info.cols, 1,
                            work->codes + r * work->code->steps);
    return CARVQ_OK;
}

static enum carvq_status fit_classes(void *context, struct carvq_chunk *chunk, struct carvq_error *error)
{
    const struct work *work = context;
    (void)error;
    for (uint64_t class = chunk->first; class < chunk->first + chunk->count; class ++)
        carvq_additive_fit(work->code, work->sample, work->codes, (uint32_t) class);
    return CARVQ_OK;
}

enum carvq_status carvq_additive_train(const struct carvq_additive_code *code, const struct carvq_additive_sample *sample,
                                       const struct carvq_additive_training *training, struct carvq_error *error)
{
    struct work work = {.code = code, .sample = sample};
    struct carvq_arena arena = {NULL, 0};
    place(&work, &arena, training->threads);
    void *memory = arena.used > SIZE_MAX ? NULL : aligned_alloc(CARVQ_ARENA_ALIGNMENT, (size_t)arena.used);
    if (memory == NULL)
        return carvq_fail(error, CARVQ_ERROR_MEMORY, "out of memory to train codes");
    arena = (struct carvq_arena){memory, 0};
    place(&work, &arena, training->threads);
    const struct carvq_work rows = {sample->count, 1, 0, training->threads, training->ticker, find_rows, &work};
    const struct carvq_work classes = {code->classes, 1, 0, training->threads, training->ticker, fit_classes, &work};
    enum carvq_status status = CARVQ_OK;
    for (unsigned round = 0; round < training->rounds && status == CARVQ_OK; round++) {
        carvq_additive_search_begin(&work.search);
        status = carvq_parallel(&rows, error);
        if (status == CARVQ_OK && code->info.position_books)
            status = carvq_parallel(&classes, error);
        for (uint32_t class = 0; class < code->classes && status == CARVQ_OK && !code->info.position_books; class ++)
            carvq_additive_fit(code, sample, work.codes, class); // few: not worth waking threads
    }
    free(memory);
    return status;
}
