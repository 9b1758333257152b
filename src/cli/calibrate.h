// SPDX-License-Identifier: MIT
// The pass over texts of carvq calibrate, which carvq compress runs, too.
#ifndef CARVQ_CLI_CALIBRATE_H
#define CARVQ_CLI_CALIBRATE_H

#include "cli.h"
#include "lm/lm.h"
#include "stats/stats.h"

struct cli_calibration {
    struct cli_text_options text; // each part is a text of its own
    uint64_t max_tokens;          // of each text; 0: all
    uint64_t window, threads;     // 0: the defaults
    int bos;                      // CLI_BOS_AUTO .. (eval.h)
};

// Runs the model over all texts, with a progress line. Give the result to carvq_stats_free(). seconds_ret: NULL, or the time of
// the pass.
enum carvq_status cli_run_calibration(const struct carvq_checkpoint *checkpoint, const struct carvq_lm *lm,
                                      const struct cli_calibration *calibration, struct carvq_stats **stats_ret,
                                      double *seconds_ret, struct carvq_error *error);

#endif
