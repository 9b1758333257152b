// SPDX-License-Identifier: MIT
// What a compressed table does to a model: perplexity without and with it, and how far the predictions move.
//
// Protocol. The text is cut into consecutive windows from its first token on; a last one that is not full is dropped. Each
// window is run alone, from position 0, with nothing put in front or a token that the model expects there. Its first token is not
// scored; all others are, each with the prediction at the position before, or only later ones, which see more of the text.
// Perplexity is exp of the mean of -ln p over all scored tokens.
#ifndef CARVQ_EVAL_EVAL_H
#define CARVQ_EVAL_EVAL_H

#include "lm/lm.h"

// Where the compressed rows replace the model's own. AUTO: both if the head is tied to the input table, else the input.
enum carvq_eval_apply { CARVQ_EVAL_AUTO, CARVQ_EVAL_INPUT, CARVQ_EVAL_HEAD, CARVQ_EVAL_BOTH };

// What apply stands for with this model: INPUT, HEAD or BOTH.
enum carvq_eval_apply carvq_eval_place(const struct carvq_lm *lm, enum carvq_eval_apply apply);

// An open compressed file, and its path for messages.
struct carvq_eval_file {
    struct carvq_file *file;
    const char *path;
};

// The tables of these files that replace the model's input rows and head, or NULL where none does (both, if count is 0). AUTO: if
// the head is tied both, else those that there are. Errors: no file has such a table, or it is of another model.
enum carvq_status carvq_eval_find_tables(const struct carvq_lm *lm, const struct carvq_eval_file *files, size_t count,
                                         enum carvq_eval_apply apply, const struct carvq_table **input_ret,
                                         const struct carvq_table **head_ret, struct carvq_error *error);

struct carvq_eval_progress {
    uint64_t tokens, total_tokens;
    double original, changed; // perplexity so far; changed: of the first variant, 0 if there is none
};

struct carvq_eval_options {
    size_t window;         // tokens; 0: 256, or as many as the model takes if that is less
    uint64_t max_windows;  // 0: all
    const uint32_t *front; // the id that each window begins with, the text having one place less in it; NULL: none
    bool front_replaces;   // front takes the place of a token of the text instead, as with llama.cpp
    size_t first_scored;   // position in a window of the first token that is scored, below window; 0: the second token
    unsigned threads;      // 0: one per processor
    // Is called after every batch; returning anything but 0 ends the work with CARVQ_ERROR_CANCELLED. May be NULL.
    int (*progress)(void *context, const struct carvq_eval_progress *progress);
    void *progress_context;
};

struct carvq_eval_figures {
    double perplexity;
    double nll;       // sum over all scored tokens of -ln p
    uint64_t correct; // tokens that were the most likely one: top-1 accuracy is their share
};

// The scored tokens whose id occurs min_count to max_count times among the scored tokens.
struct carvq_eval_band {
    uint64_t min_count, max_count; // UINT64_MAX: no limit
    uint64_t types, tokens;        // different ids, and occurrences
    double original, changed;      // mean of -ln p; 0 if there are none
};

#define CARVQ_EVAL_BANDS 5 // 1..9, 10..99, 100..999, 1000..9999, 10000..

struct carvq_eval_result {
    size_t window;
    uint64_t windows, tokens;                    // tokens: scored ones
    uint64_t dropped_tokens;                     // of the last, partial window; 0 if max_windows ended the text earlier
    size_t first_scored;                         // position in a window
    struct carvq_eval_figures original, changed; // without a variant, all but original is 0 here and below
    // Perplexity of changed minus that of original. The standard error is for a text of which these windows are a sample.
    // Both variants see the same tokens, so it is that of paired differences: to first order (delta method) the increase is
    // the mean of z = Q b - P a, where a and b are a token's -ln p and P and Q the perplexities. Tokens of one window are not
    // independent, so windows count as the units: it is the standard deviation of z's means by window, over the root of the
    // number of windows. NaN if there is but one window. Neighbouring windows are taken as independent.
    double increase, increase_error;
    double kl, kl_error;     // mean over tokens of KL(original || changed) in nats, and standard error in the same way
    double kl_median, kl_99; // over tokens: the median, and what 99 % of them do not exceed, interpolated
    double top1_agreement;   // share of the tokens for which both find the same token most likely
    struct carvq_eval_band bands[CARVQ_EVAL_BANDS];
};

// A variant of the model: V x n rows in place of the input table, of the head or of both; NULL: the model's own.
struct carvq_eval_variant {
    const struct carvq_lm_rows *input, *head;
    const char *name; // for messages, e.g. the path of a compressed file
};

#define CARVQ_EVAL_MAX_VARIANTS (CARVQ_LM_MAX_VARIANTS - 1)

// Runs the model as it is and count variants of it, up to CARVQ_EVAL_MAX_VARIANTS, over ids[id_count]: results_ret[count], or one
// result if count is 0. Variants that share an input cost less. text_path is for messages. Errors: an id is not below V, the text
// is shorter than a window, the model's output is not finite.
enum carvq_status carvq_eval(const struct carvq_lm *lm, const struct carvq_eval_variant *variants, size_t count,
                             const uint32_t *ids, size_t id_count, const char *text_path,
                             const struct carvq_eval_options *options, struct carvq_eval_result *results_ret,
                             struct carvq_error *error);

#endif
