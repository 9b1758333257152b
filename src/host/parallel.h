// SPDX-License-Identifier: MIT
// The parallel loop of the host side: chunks of items on several threads, with progress, cancellation, and one rule for errors:
// of several chunks that fail, the first one counts, whatever the number of threads.
#ifndef CARVQ_HOST_PARALLEL_H
#define CARVQ_HOST_PARALLEL_H

#include "carvq_encode.h"
#include "host/progress.h"

struct carvq_loop;

// A chunk at work.
struct carvq_chunk {
    uint64_t first; // of its items
    size_t count;
    unsigned thread;     // that works on it, from 0: the caller's
    uint64_t parameters; // that are done with it, for the progress; the function may change this

    struct carvq_loop *loop;
};

typedef enum carvq_status carvq_chunk_function(void *context, struct carvq_chunk *chunk, struct carvq_error *error);

// What to do: function is called for each chunk of chunk_items items (the last may have fewer), in any order, until one fails or
// the caller of the library wants to stop.
struct carvq_work {
    uint64_t items; // at least 1
    size_t chunk_items;
    uint64_t item_parameters;    // that an item is worth in the progress
    unsigned threads;            // at least 1
    struct carvq_ticker *ticker; // may be NULL; state.done begins where it stands and grows by the parameters that are done
    carvq_chunk_function *function;
    void *context;
};

// Errors: those of function, CARVQ_ERROR_CANCELLED.
enum carvq_status carvq_parallel(const struct carvq_work *work, struct carvq_error *error);

// For chunks that take long, to be asked often: whether to give up, because a chunk before this one has failed or the caller
// wants to stop. What is returned after that does not matter.
bool carvq_chunk_stop(struct carvq_chunk *chunk);

// Threads that are of use: as many as asked for (0: one per processor), at most 1024.
unsigned carvq_threads(unsigned threads);

#endif
