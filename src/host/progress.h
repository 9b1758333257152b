// SPDX-License-Identifier: MIT
// Calls of the caller's progress function: often enough to be prompt, seldom enough to cost nothing.
#ifndef CARVQ_HOST_PROGRESS_H
#define CARVQ_HOST_PROGRESS_H

#include <omp.h>
#include <stdbool.h>

#include "carvq_encode.h"

struct carvq_ticker {
    carvq_progress_function *progress; // may be NULL
    void *context;
    struct carvq_progress state;
    double last;    // time of the last call; 0: none yet
    bool cancelled; // the caller wants to stop
};

// Reports that done parameters are done, if this is the first or last report or the one before is a tenth of a second old. To
// be called from the caller's thread alone. True if the work is to be ended.
static inline bool carvq_tick(struct carvq_ticker *ticker, uint64_t done)
{
    double now = omp_get_wtime();
    bool due = ticker->last == 0 || now - ticker->last >= 0.1 || done == ticker->state.total;
    if (ticker->progress == NULL || ticker->cancelled || !due)
        return ticker->cancelled;
    ticker->last = now;
    ticker->state.done = done;
    ticker->cancelled = ticker->progress(ticker->context, &ticker->state) != 0;
    return ticker->cancelled;
}

// Begins another phase of the same work.
static inline void carvq_ticker_phase(struct carvq_ticker *ticker, enum carvq_phase phase)
{
    ticker->state.phase = phase;
    ticker->state.done = 0;
    ticker->state.loss = 0;
}

#endif
