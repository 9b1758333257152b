// SPDX-License-Identifier: MIT
// What the files of the forward pass share.
#ifndef CARVQ_LM_MODEL_H
#define CARVQ_LM_MODEL_H

#include "lm/lm.h"
#include "lm/product.h"
#include "lm/weights.h"

struct carvq_lm {
    const struct carvq_checkpoint *checkpoint;
    struct carvq_lm_config config;
    struct carvq_lm_weights weights;
};

// Keys and values: [layers][slots][length][keys and values of a token].
struct carvq_lm_cache {
    size_t slots, length, layer_values;
    float *data;
};

// States to be scored together; their sums begin at positions[place].
struct carvq_lm_score_tile {
    size_t first, count, place;
    const uint32_t *targets;
};

struct carvq_lm_batch {
    const struct carvq_lm *lm;
    size_t length, windows;
    unsigned threads;
    struct carvq_lm_sequence *equal;           // [windows] of length tokens each
    struct carvq_lm_tile *tiles;               // [tokens] of the products of a pass
    struct carvq_lm_score_tile *score_tiles;   // [tokens]
    uint32_t *places;                          // [tokens] the position of each in its sequence
    float *memory;                             // what the rest lies in
    float *cosines[CARVQ_LM_MAX_ROPES];        // [length][pairs]
    float *sines[CARVQ_LM_MAX_ROPES];          // likewise
    float *normed;                             // [tokens][n]
    float *branch;                             // [tokens][n] what attention or mlp add, if something is done to it before
    float *wide;                               // [tokens][queries, keys and values] or [tokens][gate and up]
    float *attended;                           // [tokens][heads * head_dim]
    float *block;                              // rows of a matrix
    float *scratch;                            // for each thread, for attention or for three tiles of logits
    size_t scratch_values;                     // of one thread
    struct carvq_lm_position *positions;       // [variants][tokens] what the blocks of the vocabulary so far came to
    float *head_blocks[CARVQ_LM_MAX_VARIANTS]; // rows of the head of each variant; allocated when they are first needed
};

// What one variant of the model has made of a position so far.
struct carvq_lm_position {
    float max, target; // the largest logit, and that of the token that follows
    uint32_t top;      // where the largest is
    double sum;        // of exp(logit - max)
    double gap;        // sum of exp(logit - max) * (logit - that of this variant), logit and max being the original's
};

// Values that the mlp's first map gives for a token.
size_t carvq_lm_up_values(const struct carvq_lm_config *config);

// Makes logits, [count][stride] of the ids first .. first + ids - 1, of the products of states with the head's rows: a bias and a
// soft cap, where the architecture has them.
void carvq_lm_finish_logits(const struct carvq_lm *lm, size_t first, size_t ids, size_t count, float *logits, size_t stride);

// Logits of count states by carvq_logits(), in parts of the rows, on threads, not finished yet: logits_ret[count][V]. head: one
// that has a table.
enum carvq_status carvq_lm_table_logits(const struct carvq_lm_rows *head, const float *hidden, size_t count, unsigned threads,
                                        float *logits_ret, struct carvq_error *error);

#define CARVQ_LM_TILE_POSITIONS 128
#define CARVQ_LM_TILE_IDS 512

#endif
