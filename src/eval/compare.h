// SPDX-License-Identifier: MIT
// Every method at several settings on one table: what it takes, how far it is from the original, and what it does to the model.
// All of them go through the same measures as a compressed file does.
#ifndef CARVQ_EVAL_COMPARE_H
#define CARVQ_EVAL_COMPARE_H

#include "eval/baselines/baselines.h"
#include "eval/eval.h"
#include "eval/neighbours.h"
#include "eval/table_error.h"

#define CARVQ_COMPARE_PLACES 2

// A table, and the model that it belongs to with a text; lm NULL: a table alone.
struct carvq_compare_subject {
    const struct carvq_matrix *matrix;
    const struct carvq_lm *lm;
    const uint32_t *ids;
    size_t id_count;
    const char *text_path; // for messages
};

struct carvq_compare_options {
    // Where the table is used, in one run: CARVQ_EVAL_INPUT, _HEAD or _BOTH. The last two want a table that is the model's head.
    enum carvq_eval_apply places[CARVQ_COMPARE_PLACES];
    size_t place_count;
    size_t window; // as in struct carvq_eval_options
    uint64_t max_windows;
    const uint32_t *front;
    unsigned threads; // 0: one per processor
    uint64_t seed;
    // For methods that care: how often each row is used [V], NULL: all alike; and as in struct carvq_budget, or NULL. Methods
    // with feedback need the moment.
    const double *counts, *variance, *moment;
    // Is called now and then with the setting that is being compressed, or NULL while several of them are evaluated. done counts
    // tokens that were run through a variant of the model, a compressed table being worth as many as take about that long;
    // without a model it counts parameters. Not 0: stop. May be NULL.
    int (*progress)(void *context, const struct carvq_baseline *setting, uint64_t done, uint64_t total);
    void *progress_context;
};

// What came of one setting.
struct carvq_compare_row {
    uint64_t bytes; // stored
    double bits;    // per parameter
    double seconds; // to compress the table and to decode it
    struct carvq_table_error error;
    struct carvq_neighbours_result neighbours;                  // bands by how often a token occurs in the text
    struct carvq_eval_result evaluations[CARVQ_COMPARE_PLACES]; // with a model, for each place
};

// The settings for a table of this shape, of all methods (those with feedback only if asked for) or of those that are named: an
// allocation to be given to free(). Errors: CARVQ_ERROR_NOT_FOUND for a name that no method has, with the names to choose from.
enum carvq_status carvq_compare_settings(uint64_t rows, uint32_t cols, bool feedback, const char *const *names, size_t name_count,
                                         struct carvq_baseline **settings_ret, size_t *count_ret, struct carvq_error *error);

// Runs all settings: rows_ret[count]. Keeps the table and up to 1 GiB of decoded tables in memory, at least one.
enum carvq_status carvq_compare(const struct carvq_compare_subject *subject, const struct carvq_baseline *settings, size_t count,
                                const struct carvq_compare_options *options, struct carvq_compare_row *rows_ret,
                                struct carvq_error *error);

#endif
