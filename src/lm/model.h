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
    struct carvq_lm_sequence *equal;         // [windows] of length tokens each
    struct carvq_lm_tile *tiles;             // [tokens] of the products of a pass
    struct carvq_lm_score_tile *score_tiles; // [tokens]
    size_t *places;                          // [tokens] the position of each in its sequence
    float *memory;                           // what the rest lies in
    float *cosines, *sines;                  // [length][pairs]
    float *normed;                           // [tokens][n]
    float *wide;                             // [tokens][queries, keys and values] or [tokens][gate and up]
    float *attended;                         // [tokens][heads * head_dim]
    float *blocks[2];                        // rows of a matrix; of two heads
    float *scratch;                          // for each thread, for attention or for two tiles of logits
    size_t scratch_values;                   // of one thread
    struct carvq_lm_position *positions;     // [tokens] what the blocks of the vocabulary so far came to
};

// Half of the running sums of a position: those of one variant.
struct carvq_lm_sums {
    float max, target; // the largest logit so far, and that of the token that follows
    uint32_t top;      // where the largest is
    double sum;        // of exp(logit - max)
};

struct carvq_lm_position {
    struct carvq_lm_sums variants[2];
    double gap; // sum of exp(logit - max) * (logit - that of the other variant), logit and max being the original's
};

#define CARVQ_LM_TILE_POSITIONS 128
#define CARVQ_LM_TILE_IDS 512

#endif
