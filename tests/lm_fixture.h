// SPDX-License-Identifier: MIT
// Tiny language models with random weights, written to a temporary directory.
#ifndef LM_FIXTURE_H
#define LM_FIXTURE_H

#include <jansson.h>

#include "lm/lm.h"

#define FIXTURE_V 50
#define FIXTURE_N 16

// A tensor of the model: F32, or F16 if half is set, or I32 if words is. rows 0: a vector. values: what is in it; NULL: random
// numbers.
struct fixture_tensor {
    char name[80];
    size_t rows, cols;
    int half, words;
    const float *values;
};

struct fixture {
    char directory[64];
    json_t *config;                    // of a LlamaForCausalLM; change it before fixture_write()
    struct fixture_tensor tensors[64]; // likewise
    size_t count;
};

// The default: V 50, n 16, 4 heads that share 2 of keys and values, 2 layers, untied, all F32.
void fixture_begin(struct fixture *fixture);
struct fixture_tensor *fixture_find(struct fixture *fixture, const char *name);
// The next tensor, a vector of cols values if rows is 0.
struct fixture_tensor *fixture_add(struct fixture *fixture, const char *name, size_t rows, size_t cols);
void fixture_remove(struct fixture *fixture, const char *name);
// Makes it a Gemma2ForCausalLM: every second layer has a window of 7 tokens; scores and logits have low caps; four norms a layer.
void fixture_gemma2(struct fixture *fixture);
// Makes it a GPT2LMHeadModel, which is tied: positions in a table of 64, biases, transposed matrices.
void fixture_gpt2(struct fixture *fixture);
// Makes it a Mistral3ForConditionalGeneration: the configuration becomes a part of a larger one, in names "model." becomes base
// and "lm_head" head.
void fixture_wrap(struct fixture *fixture, const char *base, const char *head);
// Packs the linear layers as AWQ does, in groups of 8 inputs.
void fixture_pack(struct fixture *fixture);
// Writes config.json and model.safetensors.
void fixture_write(const struct fixture *fixture);
// Removes the directory.
void fixture_end(struct fixture *fixture);

// Writes a carvq file whose table has exactly the values of the F16 matrix [rows][cols] at data, cols being a multiple of 4:
// codec rvq with h 4, groups of 16 sub-vectors and 16 centroids, so that each sub-vector is its own centroid.
void fixture_write_identity(const char *path, const char *name, size_t rows, size_t cols, const uint8_t *data);

#endif
