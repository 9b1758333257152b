// SPDX-License-Identifier: MIT
// The parallel loop of the host side.
#include "host/parallel.h"

#include "runtime/status.h"

#define MAX_THREADS 1024

// What the threads share.
struct carvq_loop {
    const struct carvq_work *work;
    uint64_t begin;  // parameters that were done before
    uint64_t done;   // parameters
    uint64_t failed; // first item of the first chunk that failed so far, UINT64_MAX: none
    bool cancelled;
    omp_lock_t lock; // of what a failed chunk leaves behind
    enum carvq_status status;
    struct carvq_error error;
};

unsigned carvq_threads(unsigned threads)
{
    const unsigned wanted = threads == 0 ? (unsigned)omp_get_num_procs() : threads;
    return wanted < MAX_THREADS ? wanted : MAX_THREADS;
}

// Only the caller's thread calls its progress function.
static void tick(struct carvq_loop *loop, unsigned thread)
{
    uint64_t done;
    if (thread != 0 || loop->work->ticker == NULL)
        return;
#pragma omp atomic read
    done = loop->done;
    if (carvq_tick(loop->work->ticker, loop->begin + done)) {
#pragma omp atomic write
        loop->cancelled = true;
    }
}

bool carvq_chunk_stop(struct carvq_chunk *chunk)
{
    struct carvq_loop *loop = chunk->loop;
    uint64_t failed;
    bool cancelled;
    tick(loop, chunk->thread);
#pragma omp atomic read
    failed = loop->failed;
#pragma omp atomic read
    cancelled = loop->cancelled;
    return cancelled || failed < chunk->first;
}

static void fail(struct carvq_loop *loop, uint64_t first, enum carvq_status status, const struct carvq_error *error)
{
    omp_set_lock(&loop->lock);
    if (first < loop->failed) {
        loop->status = status;
        loop->error = *error;
#pragma omp atomic write
        loop->failed = first;
    }
    omp_unset_lock(&loop->lock);
}

static void run_chunk(struct carvq_loop *loop, uint64_t index, unsigned thread)
{
    const struct carvq_work *work = loop->work;
    struct carvq_chunk chunk = {.first = index * work->chunk_items, .thread = thread, .loop = loop};
    struct carvq_error error = {CARVQ_OK, ""};
    if (carvq_chunk_stop(&chunk))
        return;
    chunk.count = work->items - chunk.first < work->chunk_items ? (size_t)(work->items - chunk.first) : work->chunk_items;
    chunk.parameters = chunk.count * work->item_parameters;
    enum carvq_status status = work->function(work->context, &chunk, &error);
    if (status != CARVQ_OK)
        fail(loop, chunk.first, status, &error);
#pragma omp atomic
    loop->done += chunk.parameters;
    tick(loop, thread);
}

enum carvq_status carvq_parallel(const struct carvq_work *work, struct carvq_error *error)
{
    const uint64_t chunks = (work->items - 1) / work->chunk_items + 1;
    struct carvq_loop loop = {.work = work, .failed = UINT64_MAX};
    if (work->ticker != NULL)
        loop.begin = work->ticker->state.done;
    omp_init_lock(&loop.lock);
#pragma omp parallel for schedule(dynamic, 1) num_threads(work->threads)
    for (uint64_t i = 0; i < chunks; i++)
        run_chunk(&loop, i, (unsigned)omp_get_thread_num());
    omp_destroy_lock(&loop.lock);
    tick(&loop, 0); // the calling thread may have had no chunk at all
    if (work->ticker != NULL)
        work->ticker->state.done = loop.begin + loop.done;
    if (loop.status == CARVQ_OK && loop.cancelled)
        return carvq_fail(error, CARVQ_ERROR_CANCELLED, "tensor '%s': cancelled", work->ticker->state.table);
    if (loop.status != CARVQ_OK && error != NULL)
        *error = loop.error;
    return loop.status;
}
