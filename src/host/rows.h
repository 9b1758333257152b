// SPDX-License-Identifier: MIT
// Doing something with every row of a table, on several threads.
#ifndef CARVQ_HOST_ROWS_H
#define CARVQ_HOST_ROWS_H

#include "carvq_encode.h"
#include "host/progress.h"

// Called for the rows first .. first + count - 1; threads number from 0.
typedef enum carvq_status carvq_rows_function(void *context, unsigned thread, uint64_t first, size_t count,
                                              struct carvq_error *error);

// Calls function for chunks of chunk rows, in any order, until one fails. Of several failures, that of the first rows counts.
// ticker->state.done grows by cols for each row.
enum carvq_status carvq_rows_each(uint64_t rows, size_t chunk, uint32_t cols, unsigned threads, struct carvq_ticker *ticker,
                                  carvq_rows_function *function, void *context, struct carvq_error *error);

// Threads that are of use: as many as asked for (0: one per processor).
unsigned carvq_rows_threads(unsigned threads);

#endif
