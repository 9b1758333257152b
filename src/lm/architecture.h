// SPDX-License-Identifier: MIT
// The architectures that we run: what they have in common, and a description of each that can be held beside its config.json.
//
//     x = row of the embedding table (times a factor; plus a row of a table of positions)
//     in each layer    x += attention(norm(x))    where a norm may be missing, the result may be normed, too, or multiplied,
//                      x += mlp(norm(x))          and both may be taken of the same x
//     logits = head norm(x)                       (h may be multiplied; a bias may be added; logits may be capped)
//
// The mlp is down(act(gate(y)) * up(y)) or down(act(up(y))). Queries and keys may be normed, and turned by their position.
#ifndef CARVQ_LM_ARCHITECTURE_H
#define CARVQ_LM_ARCHITECTURE_H

#include "lm/keys.h"

#define CARVQ_LM_MAX_PARTS 3

// A key of config.json, and the value where it is missing. Where a description leaves the key out, sizes and numbers have the
// usual one (config.c), as the words have; a flag or factor without a key has its value always.
struct carvq_lm_size_key {
    const char *key;
    size_t value; // 0: the key must be there
};
struct carvq_lm_number_key {
    const char *key;
    double value; // 0: none
};
struct carvq_lm_flag_key {
    const char *key;
    bool value;
};
struct carvq_lm_word_key {
    const char *key, *value;
};

// Places of norms in a layer. Those of results come before these are added to x.
enum carvq_lm_norm_place {
    CARVQ_LM_BEFORE_ATTENTION,
    CARVQ_LM_AFTER_ATTENTION,
    CARVQ_LM_BEFORE_MLP,
    CARVQ_LM_AFTER_MLP,
    CARVQ_LM_OF_QUERIES,
    CARVQ_LM_OF_KEYS,
    CARVQ_LM_NORMS // how many there are
};

enum carvq_lm_norm_kind {
    CARVQ_LM_RMS,           // x / root mean square of x, times the weight
    CARVQ_LM_RMS_MINUS_ONE, // the same; files have the weights less 1
    CARVQ_LM_LAYER_NORM     // (x - mean) / standard deviation, times the weight, plus the bias
};

// Linear maps of a layer.
enum carvq_lm_linear_place {
    CARVQ_LM_QKV,
    CARVQ_LM_OUTPUT, // of attention
    CARVQ_LM_UP,     // gate and up
    CARVQ_LM_DOWN,
    CARVQ_LM_LINEARS // how many there are
};

// The tensors whose rows, stacked, are the matrix; a single one where several could be has the rows of all of them.
struct carvq_lm_linear_names {
    const char *parts[CARVQ_LM_MAX_PARTS];
    struct carvq_lm_flag_key bias;
};

// The layers whose attention sees no more than the last sliding_window tokens.
enum carvq_lm_slides {
    CARVQ_LM_SLIDES_NOT,
    CARVQ_LM_SLIDES_ALWAYS,
    CARVQ_LM_SLIDES_LATE,         // from number max_window_layers on
    CARVQ_LM_SLIDES_BUT_EVERY,    // all but every so many-th, by sliding_window_pattern
    CARVQ_LM_SLIDES_WITHOUT_ROPE, // those that have no positions
};

// Where the parameters of rotary positions stand (rope.h).
struct carvq_lm_rope_keys {
    struct carvq_lm_number_key theta; // usually rope_theta, 10000
    struct carvq_lm_number_key part;  // of a head that is turned; usually partial_rotary_factor, 1
    const char *set;                  // the member of rope_parameters that holds this set of them; NULL: there is but one set
    bool unscaled;                    // rope_scaling is not for this set
    size_t original_positions;        // where original_max_position_embeddings is missing; 0: max_position_embeddings
};

// Names of the tensors outside of the layers: what stands before all of them, and the head, ".weight" not included.
struct carvq_lm_stem {
    const char *base, *head;
};

struct carvq_lm_architecture {
    const char *name; // the entry of "architectures"
    const char *type; // "model_type" where it is wrapped in another model; NULL: it is not

    struct carvq_lm_stem stems[CARVQ_LM_MAX_PARTS]; // the first that is in the files
    const char *embedding, *positions, *final_norm,
        *layers;                       // behind the base; of a layer: LAYERS "." number "." and what follows
    const char *norms[CARVQ_LM_NORMS]; // NULL: there is none
    struct carvq_lm_linear_names linears[CARVQ_LM_LINEARS];
    const char *ignored[2]; // tensors of a layer that old files have and nobody reads

    struct carvq_lm_size_key vocabulary, hidden, intermediate, layer_count, heads, kv_heads, head_dim, max_positions;
    size_t widening; // of the mlp, where intermediate_size is missing
    bool ungrouped;  // as many keys and values as heads, whatever num_key_value_heads says

    enum carvq_lm_norm_kind norm;
    struct carvq_lm_number_key epsilon;
    bool norms_all_heads; // queries and keys are normed as a whole, not each head by itself

    struct carvq_lm_word_key activation;
    bool gelu_is_tanh; // a file that says gelu means the approximation
    bool ungated;      // the mlp has no gate

    struct carvq_lm_flag_key parallel; // attention and mlp see the same x
    bool parallel_shares_norm;         // and then the same norm of it

    bool transposed;   // matrices of layers are stored [inputs][outputs]
    bool qkv_by_heads; // rows of queries, keys and values: those of the first head, then those of the second ..

    struct carvq_lm_rope_keys rope, local_rope;    // local_rope: of layers that slide, if its set is not NULL
    struct carvq_lm_size_key unturned_every;       // each so many-th layer has no positions, or no_rope_layers says which
    enum carvq_lm_slides slides;                   // layer_types of config.json says otherwise, but not where it is ALWAYS
    struct carvq_lm_flag_key window_on;            // there is a window at all
    struct carvq_lm_size_key window, pattern;      // tokens (value 0: none); layers
    struct carvq_lm_number_key attention_cap;      // scores s become cap tanh(s / cap)
    struct carvq_lm_number_key attention_factor;   // of scores, in place of 1 / sqrt(head_dim)
    struct carvq_lm_number_key attention_variance; // the same as 1 / sqrt of this

    bool embedding_by_root; // the rows of the table times sqrt(n)
    struct carvq_lm_number_key embedding_factor, residual_factor;
    struct carvq_lm_number_key logit_divisor, logit_cap;
    bool head_bias;

    struct carvq_lm_flag_key demanded[2]; // keys that have this value, or the model is another one
};

// Finds the description that config.json asks for. Of a wrapped model, keys_ret becomes the part that describes the language
// model, and stems_ret the names there; otherwise both are those of config and description. Errors: it is not known, or a
// mixture of experts.
enum carvq_status carvq_lm_architecture_find(const struct carvq_lm_keys *config, const struct carvq_lm_architecture **found_ret,
                                             struct carvq_lm_keys *keys_ret, const struct carvq_lm_stem **stems_ret,
                                             const char **name_ret, struct carvq_error *error);

// Whether a tensor of a wrapped model belongs to another part of it than the language model.
bool carvq_lm_architecture_is_other_part(const char *tensor);

#endif
