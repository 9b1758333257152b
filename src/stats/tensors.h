// SPDX-License-Identifier: MIT
// The tensors of a file of statistics, in its order: what reading and writing share.
#ifndef CARVQ_STATS_TENSORS_H
#define CARVQ_STATS_TENSORS_H

#include <stdbool.h>

#include "stats/stats.h"

#define CARVQ_STATS_VERSION "1"
#define CARVQ_STATS_TENSORS 9
#define CARVQ_STATS_MAX_TOKENS (UINT64_C(1) << 53) // integers beyond it are no longer exact

// A tensor of F64: its name is that of the table, or "", and a suffix.
struct carvq_stats_tensor {
    const char *table, *suffix;
    unsigned dims; // 1 or 2
    bool symmetric;
    uint64_t shape[2];
    double min, max; // of its values
    double *values;  // NULL: the mean of -ln p, which lies in the texts
};

// CARVQ_STATS_TENSORS of them, as long as stats stays as it is.
void carvq_stats_list(struct carvq_stats *stats, struct carvq_stats_tensor *tensors_ret);

#endif
