// SPDX-License-Identifier: MIT
// Tasks: questions with a right answer, put to a model without and with a compressed table.
//
// A task file holds one JSON object a line, of two kinds:
//     {"context": TEXT, "choices": [TEXT, ..], "label": INDEX}   multiple choice
//     {"question": TEXT, "answer": TEXT}                         a number
// An object with "choices" is of the first kind. Other keys are ignored.
//
// Multiple choice. The score of a choice is the log-probability of " " + choice after context: the sum over the tokens of
// encode(context + " " + choice) that stand behind the first T, T being how many tokens encode(context without white space at
// its end) has (at least the last one is scored). Both begin with what the tokenizer's post-processor puts in front. The model's
// choice is the highest score (accuracy), or the highest score divided by the bytes of the choice, without the space (normalized
// accuracy); of equal ones the first. Tokens that the model's window does not hold are cut off the front.
//
// A number. The model continues "Question: " + question + "\nAnswer:", each token being the likeliest (of equal ones the
// first), until it gives its end-of-text token, a blank line behind some text, or "Question:", or max_new tokens, or its window
// is full. Its answer is the last number of that text, compared as a number with the last one of "answer". No examples are put in
// front, so figures are lower than those of the usual 8-shot protocol.
#ifndef CARVQ_EVAL_TASK_H
#define CARVQ_EVAL_TASK_H

#include <jansson.h>

#include "eval/eval.h"
#include "tokenizer/tokenizer.h"

enum carvq_task_kind { CARVQ_TASK_CHOICE, CARVQ_TASK_NUMBER };

struct carvq_task_item {
    enum carvq_task_kind kind;
    size_t line; // in the file, from 1
    json_t *json;
    const char *text;                  // the context, or the question; it lies in json, as the choices do
    const json_t *choices;             // texts
    size_t first, choice_count, label; // first: how many choices the items before have; label: the right choice
    char *answer;                      // the right number, as carvq_task_last_number() writes it
};

struct carvq_task {
    char *path;
    struct carvq_task_item *items;
    size_t count, choices; // choices: those of all items
};

// Reads a file, or its text from memory (path is then only for messages). max_items 0: all. Errors: CARVQ_ERROR_IO, _MEMORY, and
// _FORMAT, naming the file, the line and the cause. On success give the task to carvq_task_free().
enum carvq_status carvq_task_read(const char *path, size_t max_items, struct carvq_task *task_ret, struct carvq_error *error);
enum carvq_status carvq_task_parse(const char *path, const char *text, size_t nbytes, size_t max_items,
                                   struct carvq_task *task_ret, struct carvq_error *error);
void carvq_task_free(struct carvq_task *task);

// A choice of an item.
const char *carvq_task_choice(const struct carvq_task_item *item, size_t index);

// What one variant of the model makes of an item.
struct carvq_task_answer {
    size_t choice, normalized_choice; // indices
    char *text, *number;              // what was generated, and its last number; number is NULL if there is none
};

struct carvq_task_outcome {
    struct carvq_task_answer original, changed; // changed only if there is a table
    bool cut;                                   // the window was too short for all of the item
};

enum carvq_task_measure { CARVQ_TASK_ACCURACY, CARVQ_TASK_NORMALIZED, CARVQ_TASK_EXACT, CARVQ_TASK_MEASURES };

// n items, of which k are answered rightly: accuracy p = k / n with standard error sqrt(p (1 - p) / (n - 1)).
struct carvq_task_accuracy {
    size_t correct;
    double value, error;
};

// One measure over the items that have it. Without a table, all but items, cut and original is 0.
struct carvq_task_figures {
    size_t items, cut;
    struct carvq_task_accuracy original, changed;
    size_t moved;        // items to which both variants give different answers
    size_t lost, gained; // right without the table and wrong with it; the reverse
    // changed - original and its standard error. Both variants see the same items, so it is that of the mean of paired
    // differences d, -1, 0 or 1: their standard deviation over sqrt(n). NaN, as all standard errors, for one item.
    double difference, difference_error;
};

struct carvq_task_result {
    struct carvq_task_outcome *outcomes; // [items]
    // [choices of all items], in nats, those of an item from its first on; the second all 0 without a table
    double *log_probabilities, *changed_log_probabilities;
    struct carvq_task_figures figures[CARVQ_TASK_MEASURES];
};
void carvq_task_result_free(struct carvq_task_result *result, size_t items);

struct carvq_task_options {
    size_t max_new;   // tokens to generate; 0: 256
    unsigned threads; // 0: one per processor
    // Is called after every batch; returning anything but 0 ends the work with CARVQ_ERROR_CANCELLED. May be NULL.
    int (*progress)(void *context, size_t done_items, size_t total_items);
    void *progress_context;
};

// A model, and what takes the place of its input table and head: all NULL without a table.
struct carvq_task_model {
    const struct carvq_lm *lm;
    const struct carvq_tokenizer *tokenizer;
    struct carvq_eval_variant variant;
};

// Puts all items to the model. Errors: an item cannot be encoded, or has a choice longer than the window, or nothing in front of
// it; the model's output is not finite. On success give the result to carvq_task_result_free().
enum carvq_status carvq_task_run(const struct carvq_task_model *model, const struct carvq_task *task,
                                 const struct carvq_task_options *options, struct carvq_task_result *result_ret,
                                 struct carvq_error *error);

#endif
