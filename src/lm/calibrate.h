// SPDX-License-Identifier: MIT
// The pass of a model over texts that gathers what it says of the rows of its tables (stats/stats.h).
//
// Each text is cut into consecutive windows from its first token on, the last of which may be shorter. Each window is run alone,
// from position 0, with nothing put in front or a token that the model expects there. Every token counts as a look-up, also one
// that is put in front, and its state as one that the head multiplies. At most 16 windows and an eighth of the text are run a
// second time, for the sensitivity (lm/sensitivity.h).
#ifndef CARVQ_LM_CALIBRATE_H
#define CARVQ_LM_CALIBRATE_H

#include "lm/lm.h"
#include "stats/stats.h"

struct carvq_calibrate_text {
    const char *path; // for messages; its last part becomes the name
    const uint32_t *ids;
    size_t count;
};

struct carvq_calibrate_progress {
    uint64_t tokens, total_tokens;
    double perplexity; // so far; NaN if nothing was scored
};

struct carvq_calibrate_options {
    size_t window;         // tokens; 0: 256, or as many as the model takes if that is less
    const uint32_t *front; // the id that each window begins with, the text having one place less in it; NULL: none
    unsigned threads;      // 0: one per processor
    // Is called after every batch; returning anything but 0 ends the work with CARVQ_ERROR_CANCELLED. May be NULL.
    int (*progress)(void *context, const struct carvq_calibrate_progress *progress);
    void *progress_context;
};

// Runs the model over all texts, one after the other. The result does not depend on the number of threads, to the last bit; give
// it to carvq_stats_free(). Beside the memory of a batch (lm.h) it takes that of 2 n^2 + 3 V numbers for the result, of two
// states for each token of up to 16 windows, and of V floats for each of up to 512 tokens, at most 128 MiB or 128 tokens. Errors:
// a text without tokens, an id that is not below V, a window that the model cannot take, output that is not finite,
// CARVQ_ERROR_CANCELLED.
enum carvq_status carvq_lm_calibrate(const struct carvq_lm *lm, const struct carvq_calibrate_text *texts, size_t count,
                                     const struct carvq_calibrate_options *options, struct carvq_stats **stats_ret,
                                     struct carvq_error *error);

#endif
