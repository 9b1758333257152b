// SPDX-License-Identifier: MIT
// Rotary position embedding: values i and i + pairs of a head are turned, as a point of the plane, by the angle
// position * frequencies[i]. Frequencies are theta^(-i / pairs), changed by the schemes that stretch a model's context: "linear",
// "dynamic", "yarn" (arXiv 2309.00071), "llama3" of Llama 3.1 and "longrope" of Phi-3.
#ifndef CARVQ_LM_ROPE_H
#define CARVQ_LM_ROPE_H

#include "lm/architecture.h"

struct carvq_lm_rope {
    size_t pairs;             // of rotated values in a head; what is left of the head stays as it is
    double *frequencies;      // [pairs] radians per position
    double *long_frequencies; // the same for windows of more than long_from positions; may be the same array
    size_t long_from;
    double scale; // of both cosines and sines
    double reach; // positions that a scheme is meant for; 0: as many as config.json says
    double theta;
    double dynamic; // factor by which windows of more than long_from positions change theta, too; 0: they do not
    double *memory; // what both arrays lie in
};

// Reads what config.json, whose keys are given, says of it: the keys rope_theta, partial_rotary_factor and rope_scaling, or
// rope_parameters, which holds all of them in newer files; names says which of these are called otherwise. On success give the
// result to carvq_lm_rope_free().
enum carvq_status carvq_lm_rope_read(const struct carvq_lm_keys *config, const struct carvq_lm_rope_keys *names, size_t head_dim,
                                     size_t max_positions, struct carvq_lm_rope *rope_ret, struct carvq_error *error);
void carvq_lm_rope_free(struct carvq_lm_rope *rope);

// Cosines and sines, [length][pairs] each, for windows of length positions.
void carvq_lm_rope_fill(const struct carvq_lm_rope *rope, size_t length, float *cosines_ret, float *sines_ret);

// Turns all heads of one token: heads times head_dim values at head, cosines and sines being those of its position.
void carvq_lm_rope_turn(const struct carvq_lm_rope *rope, const float *cosines, const float *sines, float *head, size_t heads,
                        size_t head_dim);

#endif
