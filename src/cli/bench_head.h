// SPDX-License-Identifier: MIT
// The output head of carvq bench: logits from a compressed table beside reading its codes and beside a BF16 table.
#ifndef CARVQ_CLI_BENCH_HEAD_H
#define CARVQ_CLI_BENCH_HEAD_H

#include "cli.h"

enum { BENCH_HEAD_METHODS = 5 };

// Milliseconds, medians; of one thread and of all.
struct bench_head {
    unsigned threads;
    double ms[BENCH_HEAD_METHODS][2];
};

// plain: plain_rows rows of BF16, whose times are scaled to all rows of the table.
enum carvq_status bench_head_measure(const struct carvq_table *table, const uint16_t *plain, uint64_t plain_rows, size_t rounds,
                                     struct bench_head *head_ret, struct carvq_error *error);

void bench_head_print(const struct bench_head *head, const char *kernel);
void bench_head_json(const struct bench_head *head, json_t *object);

#endif
