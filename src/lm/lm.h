// SPDX-License-Identifier: MIT
// Language models, for evaluation only: what probability does a model give to each token of a text, and how does that change
// if its embedding table is replaced by a compressed one?
//
// Works on batches of windows: stretches of a text, all of one length, that the model sees apart from each other. Results do
// not depend on the number of threads. Every function may be called by one thread at a time for each batch.
#ifndef CARVQ_LM_LM_H
#define CARVQ_LM_LM_H

#include "lm/config.h"
#include "lm/rows.h"

struct carvq_lm;
struct carvq_lm_batch;
struct carvq_lm_cache;

// Finds and checks all weights; they stay where the checkpoint has them, which must outlive the model. Errors:
// CARVQ_ERROR_UNSUPPORTED for an architecture that is not known, and whatever else is wrong with config.json or the tensors.
enum carvq_status carvq_lm_open(const struct carvq_checkpoint *checkpoint, struct carvq_lm **lm_ret, struct carvq_error *error);
void carvq_lm_close(struct carvq_lm *lm);

const struct carvq_lm_config *carvq_lm_config(const struct carvq_lm *lm);
// Whether the input table is the output head too.
bool carvq_lm_is_tied(const struct carvq_lm *lm);

// Names of the tensors that hold the input table and the output head; the same if tied.
const char *carvq_lm_input_name(const struct carvq_lm *lm);
const char *carvq_lm_head_name(const struct carvq_lm *lm);

// The id that begins a text: bos_token_id of config.json or of generation_config.json. false: neither says.
bool carvq_lm_begin(const struct carvq_lm *lm, uint32_t *id_ret);

// Whether id ends a text: eos_token_id of config.json or of generation_config.json is this id, or a list that has it.
bool carvq_lm_is_end(const struct carvq_lm *lm, uint32_t id);

// Checks that a compressed table has the shape of the model's; file is the table's, for the message.
enum carvq_status carvq_lm_check_table(const struct carvq_lm *lm, const struct carvq_table *table, const char *file,
                                       struct carvq_error *error);

// Tokens that fit into 256 MiB of working memory, at most 2048 and at least one window of length tokens, in windows.
size_t carvq_lm_batch_windows(const struct carvq_lm *lm, size_t length);

// Working memory for batches of up to windows windows. threads 0: one per processor. Errors: CARVQ_ERROR_ARGUMENT if length is
// below 2 or beyond what the model can take.
enum carvq_status carvq_lm_batch_open(const struct carvq_lm *lm, size_t length, size_t windows, unsigned threads,
                                      struct carvq_lm_batch **batch_ret, struct carvq_error *error);
void carvq_lm_batch_close(struct carvq_lm_batch *batch);

// The state before the head of every token: hidden_ret[windows * length][n], for ids[windows * length], each below V.
// input: rows to take in place of the model's own, or NULL. Errors: those of reading the rows.
enum carvq_status carvq_lm_hidden(struct carvq_lm_batch *batch, const struct carvq_lm_rows *input, const uint32_t *ids,
                                  size_t windows, float *hidden_ret, struct carvq_error *error);

// Keys and values of tokens that the model has seen, of up to slots sequences of length tokens each.
enum carvq_status carvq_lm_cache_open(const struct carvq_lm *lm, size_t slots, size_t length, struct carvq_lm_cache **cache_ret,
                                      struct carvq_error *error);
void carvq_lm_cache_close(struct carvq_lm_cache *cache);

// Slots of length tokens that fit into 1 GiB, at most max and at least 1.
size_t carvq_lm_cache_slots(const struct carvq_lm *lm, size_t length, size_t max);

// Tokens that form a text of their own. first: where it begins in ids. With a cache, past tokens of it were seen by earlier
// calls and have their keys and values in slot; without one, both are 0.
struct carvq_lm_sequence {
    size_t first, count;
    size_t slot, past;
};

// carvq_lm_hidden() for sequences of any lengths that lie one behind the other in ids: together no more tokens than the batch
// has room for, each of at most its length with what is past. cache, if not NULL, gets the keys and values of the new tokens.
// A sequence's states depend on its own tokens alone, to the last bit, unless it is one of several neighbours with one new
// token each; the BLAS takes all those at a time.
enum carvq_status carvq_lm_extend(struct carvq_lm_batch *batch, const struct carvq_lm_rows *input, struct carvq_lm_cache *cache,
                                  const struct carvq_lm_sequence *sequences, size_t count, const uint32_t *ids, float *hidden_ret,
                                  struct carvq_error *error);

// All logits for count states: logits_ret[count][V]. others: rows in place of the head's, or NULL.
enum carvq_status carvq_lm_logits(struct carvq_lm_batch *batch, const struct carvq_lm_rows *others, const float *hidden,
                                  size_t count, float *logits_ret, struct carvq_error *error);

// A variant of the model: states that carvq_lm_hidden() returned, and rows in place of the head's or NULL.
struct carvq_lm_variant {
    const float *hidden;
    const struct carvq_lm_rows *head;
};

// What a variant makes of a position.
struct carvq_lm_score {
    double nll;   // -ln p(the token that follows); NaN if the weights are not finite
    uint32_t top; // the most likely token; the first of them
    double kl;    // sum over the vocabulary of p ln(p / q), q being this variant's and p the first one's; in nats
};

#define CARVQ_LM_MAX_VARIANTS 17

// count states from hidden[first] on, each with the token that follows it.
struct carvq_lm_span {
    size_t first, count;
    const uint32_t *targets;
};

// Scores spans of states, together no more than the batch has room for, with 1 to CARVQ_LM_MAX_VARIANTS variants, the first of
// them being the model as it is: scores_ret[variants][states of all spans]. Logits are computed a block of the vocabulary at a
// time and never stored; those of the first variant once.
enum carvq_status carvq_lm_score_spans(struct carvq_lm_batch *batch, const struct carvq_lm_variant *variants,
                                       size_t variant_count, const struct carvq_lm_span *spans, size_t count,
                                       struct carvq_lm_score *scores_ret, struct carvq_error *error);

// Scores the positions 0 .. length - 2 of each window, each against the token that follows:
// scores_ret[variants][windows][length - 1].
enum carvq_status carvq_lm_score(struct carvq_lm_batch *batch, const struct carvq_lm_variant *variants, size_t variant_count,
                                 const uint32_t *ids, size_t windows, struct carvq_lm_score *scores_ret,
                                 struct carvq_error *error);

#endif
