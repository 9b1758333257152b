// SPDX-License-Identifier: MIT
#include "host/rows.h"

#include "runtime/status.h"

unsigned carvq_rows_threads(unsigned threads)
{
    return threads == 0 ? (unsigned)omp_get_num_procs() : threads;
}

enum carvq_status carvq_rows_each(uint64_t rows, size_t chunk, uint32_t cols, unsigned threads, struct carvq_ticker *ticker,
                                  carvq_rows_function *function, void *context, struct carvq_error *error)
{
    const uint64_t chunks = (rows - 1) / chunk + 1, begin = ticker->state.done;
    enum carvq_status status = CARVQ_OK;
    uint64_t failed = UINT64_MAX, done = 0;
    struct carvq_error first_error = {CARVQ_OK, ""};
    bool cancelled = false;
#pragma omp parallel for schedule(dynamic, 1) num_threads(threads)
    for (uint64_t i = 0; i < chunks; i++) {
        struct carvq_error own_error;
        uint64_t first = i * chunk, end_failed, end_done;
        size_t count = rows - first < chunk ? (size_t)(rows - first) : chunk;
        bool stop;
#pragma omp atomic read
        end_failed = failed;
#pragma omp atomic read
        stop = cancelled;
        if (stop || end_failed < i)
            continue;
        enum carvq_status own = function(context, (unsigned)omp_get_thread_num(), first, count, &own_error);
        if (own != CARVQ_OK) {
#pragma omp critical(carvq_rows_failure)
            if (i < failed) {
#pragma omp atomic write
                failed = i;
                status = own;
                first_error = own_error;
            }
        }
#pragma omp atomic capture
        end_done = done += count;
        if (omp_get_thread_num() == 0 && carvq_tick(ticker, begin + end_done * cols)) {
#pragma omp atomic write
            cancelled = true;
        }
    }
    // The calling thread may have had no chunk at all.
    cancelled = carvq_tick(ticker, begin + rows * cols);
    ticker->state.done = begin + rows * cols;
    if (status == CARVQ_OK && cancelled)
        return carvq_fail(error, CARVQ_ERROR_CANCELLED, "cancelled");
    if (status != CARVQ_OK && error != NULL)
        *error = first_error;
    return status;
}
