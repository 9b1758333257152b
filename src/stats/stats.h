// SPDX-License-Identifier: MIT
// What a model says of the rows of its tables, gathered in a pass over texts: how often each is looked up, how probable it is as
// a prediction, and which hidden states the output head multiplies. It is what an error of a row costs the model:
//
// Let h_t be the hidden state at token t, p_t the probabilities that follow from it, and e_i the error of row i of the head. To
// second order, KL(p || p') = 1/2 Var(e_i . h), i being drawn from p; with errors that are independent of each other, that is on
// average 1/2 sum over i of variance[i] e_i' S e_i, where S is the second moment of h. Tokens of which the model is certain
// count little in it, and their states are not like the others: weighted is the second moment with each token by its share of
// the variances, 1 - sum p^2, and the better S.
//
// Neither is more than the first term of a series: where e_i . h is not small, the sample of states says more, for with it
// and the head, before and after, the divergence is found without running the model.
//
// What errors of the input table cost is measured: p' are the probabilities where each row that is looked up has a squared error
// of s = 0.01 times its own squared length, and the mean of KL(p || p') over s is the model's sensitivity (lm/sensitivity.h).
//
// The file is described in doc/format.md. A run of the model that fills this is carvq_lm_calibrate() (lm/calibrate.h).
#ifndef CARVQ_STATS_STATS_H
#define CARVQ_STATS_STATS_H

#include "carvq.h"

// A text that was read.
struct carvq_stats_text {
    char *name;      // the last part of its path
    uint64_t tokens; // all of them were looked up, and have a state and predictions
    uint64_t scored; // those that were predicted: all but the first of each window
    uint64_t window; // tokens that the model saw together
    double nll;      // mean of -ln p over the scored ones; 0 if there are none
};

#define CARVQ_STATS_STATES 256

struct carvq_stats {
    char *architecture; // the class that config.json names
    uint64_t layers;
    char *input, *head;  // names of the input table and the output head; the same if it is tied
    uint64_t rows;       // V, of both
    uint32_t cols;       // n
    uint64_t tokens;     // of all texts
    double *counts;      // [V] how often each row of the input table is looked up: whole numbers
    double sensitivity;  // KL(p || p') / s, as above, in nats a token; 0: not known
    double *probability; // [V] mean of p_i
    double *variance;    // [V] mean of p_i (1 - p_i)
    double *mean;        // [n] mean of h
    double *moment;      // [n][n] mean of h h'
    double *weighted;    // [n][n] mean of v h h' over mean of v, where v = sum over i of p_i (1 - p_i)
    double *states;      // [state_count][n] h of tokens that lie evenly spread over all texts
    size_t state_count;  // the least of tokens and CARVQ_STATS_STATES, for which there is room
    struct carvq_stats_text *texts;
    size_t text_count;
};

// Of nothing yet: zeros, and no texts. The names are copied. Errors: CARVQ_ERROR_MEMORY.
enum carvq_status carvq_stats_make(const char *architecture, uint64_t layers, const char *input, const char *head, uint64_t rows,
                                   uint32_t cols, struct carvq_stats **stats_ret, struct carvq_error *error);
void carvq_stats_free(struct carvq_stats *stats);

// Adds a text to the list, and its tokens to theirs; name, which is copied, takes the place of text->name. There are more states
// then, too, which the caller fills in. Errors: CARVQ_ERROR_MEMORY.
enum carvq_status carvq_stats_add_text(struct carvq_stats *stats, const char *name, const struct carvq_stats_text *text,
                                       struct carvq_error *error);

// Number i of count things that lie evenly spread over total: floor((i + 1/2) total / count). count is at most 2^16.
uint64_t carvq_stats_spread(uint64_t i, uint64_t count, uint64_t total);

// exp of the mean of -ln p over all scored tokens of all texts; NaN if there are none.
double carvq_stats_perplexity(const struct carvq_stats *stats);

// Reads and checks a file: whatever passes is finite, in its range and of one shape. Errors: CARVQ_ERROR_IO, _MEMORY, _FORMAT
// (what is wrong with the file), _UNSUPPORTED (a later version). Of the second, path is for messages alone.
enum carvq_status carvq_stats_read(const char *path, struct carvq_stats **stats_ret, struct carvq_error *error);
enum carvq_status carvq_stats_read_memory(const char *path, const uint8_t *data, size_t nbytes, struct carvq_stats **stats_ret,
                                          struct carvq_error *error);

// Writes the file, front to back; write has the form of carvq_job.write (carvq_encode.h). Errors: its own, CARVQ_ERROR_MEMORY.
enum carvq_status carvq_stats_write(const struct carvq_stats *stats,
                                    enum carvq_status (*write)(void *context, uint64_t offset, const void *data, size_t nbytes,
                                                               struct carvq_error *error),
                                    void *context, struct carvq_error *error);

// Adds other to stats: means become those over the tokens of both, states a sample of both, and the texts of other come behind.
// A sensitivity that is not known has no part in the mean. path is the other's, for messages. Errors: CARVQ_ERROR_ARGUMENT if it
// is of another model, saying what is not alike; CARVQ_ERROR_MEMORY.
enum carvq_status carvq_stats_merge(struct carvq_stats *stats, const struct carvq_stats *other, const char *path,
                                    struct carvq_error *error);

// What there is about one table; NULL where nothing is.
struct carvq_stats_table {
    uint64_t tokens;
    const double *counts; // of the input table; the others are of the head
    double sensitivity;   // of the input table; 0: not known
    const double *probability, *variance, *mean, *moment, *weighted, *states;
    size_t state_count;
};

// Finds a table by its name. path is the file's, for messages. Errors: CARVQ_ERROR_ARGUMENT if the model had no such table, or
// one of another shape.
enum carvq_status carvq_stats_find(const struct carvq_stats *stats, const char *path, const char *name, uint64_t rows,
                                   uint32_t cols, struct carvq_stats_table *table_ret, struct carvq_error *error);

#endif
