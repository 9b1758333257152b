// SPDX-License-Identifier: MIT
// The descriptions of the architectures, and the one that a config.json asks for. Values of missing keys are those of the
// library transformers.
#include "lm/architecture.h"

#include <stdio.h>
#include <string.h>

#include "runtime/status.h"

// What Llama began and most have kept.
#define USUAL_NAMES                                                                                          \
    .stems = {{"model.", "lm_head"}}, .embedding = "embed_tokens", .final_norm = "norm", .layers = "layers", \
    .ignored = {"self_attn.rotary_emb.inv_freq"}
#define QKV(key, value) [CARVQ_LM_QKV] = {{"self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"}, {key, value}}
#define OUTPUT(key, value) [CARVQ_LM_OUTPUT] = ONE("self_attn.o_proj", key, value)
#define MLP(key, value) \
    [CARVQ_LM_UP] = {{"mlp.gate_proj", "mlp.up_proj"}, {key, value}}, [CARVQ_LM_DOWN] = ONE("mlp.down_proj", key, value)
#define ONE(name, key, value) \
    {                         \
        {name},               \
        {                     \
            key, value        \
        }                     \
    }
#define NORMS_BEFORE [CARVQ_LM_BEFORE_ATTENTION] = "input_layernorm", [CARVQ_LM_BEFORE_MLP] = "post_attention_layernorm"
#define NORMS_BEFORE_AND_AFTER                                                                                \
    [CARVQ_LM_BEFORE_ATTENTION] = "input_layernorm", [CARVQ_LM_AFTER_ATTENTION] = "post_attention_layernorm", \
    [CARVQ_LM_BEFORE_MLP] = "pre_feedforward_layernorm", [CARVQ_LM_AFTER_MLP] = "post_feedforward_layernorm"
#define NORMS_OF_HEADS [CARVQ_LM_OF_QUERIES] = "self_attn.q_norm", [CARVQ_LM_OF_KEYS] = "self_attn.k_norm"

static const struct carvq_lm_architecture architectures[] = {
    {
        .name = "LlamaForCausalLM",
        USUAL_NAMES,
        .norms = {NORMS_BEFORE},
        .linears = {QKV("attention_bias", false), OUTPUT("attention_bias", false), MLP("mlp_bias", false)},
        .max_positions = {NULL, 2048},
        .epsilon = {NULL, 1e-6},
    },
    {
        .name = "MistralForCausalLM",
        .type = "mistral",
        USUAL_NAMES,
        .norms = {NORMS_BEFORE},
        .linears = {QKV(NULL, false), OUTPUT(NULL, false), MLP(NULL, false)},
        .kv_heads = {NULL, 8},
        .max_positions = {NULL, 131072},
        .epsilon = {NULL, 1e-6},
        .slides = CARVQ_LM_SLIDES_ALWAYS,
        .window_on = {NULL, true},
        .window = {NULL, 4096},
    },
    {
        .name = "Qwen2ForCausalLM",
        USUAL_NAMES,
        .norms = {NORMS_BEFORE},
        .linears = {QKV(NULL, true), OUTPUT(NULL, false), MLP(NULL, false)},
        .kv_heads = {NULL, 32},
        .max_positions = {NULL, 32768},
        .epsilon = {NULL, 1e-6},
        .slides = CARVQ_LM_SLIDES_LATE,
        .window_on = {"use_sliding_window", false},
        .window = {NULL, 4096},
        .pattern = {"max_window_layers", 28},
    },
    {
        .name = "Qwen3ForCausalLM",
        USUAL_NAMES,
        .norms = {NORMS_BEFORE, NORMS_OF_HEADS},
        .linears = {QKV("attention_bias", false), OUTPUT("attention_bias", false), MLP(NULL, false)},
        .kv_heads = {NULL, 32},
        .head_dim = {NULL, 128},
        .max_positions = {NULL, 32768},
        .epsilon = {NULL, 1e-6},
        .slides = CARVQ_LM_SLIDES_LATE,
        .window_on = {"use_sliding_window", false},
        .window = {NULL, 4096},
        .pattern = {"max_window_layers", 28},
    },
    {
        .name = "SmolLM3ForCausalLM",
        USUAL_NAMES,
        .norms = {NORMS_BEFORE},
        .linears = {QKV("attention_bias", false), OUTPUT("attention_bias", false), MLP("mlp_bias", false)},
        .kv_heads = {NULL, 4},
        .max_positions = {NULL, 32768},
        .epsilon = {NULL, 1e-6},
        .rope = {.theta = {NULL, 2e6}},
        .unturned_every = {"no_rope_layer_interval", 4},
        .slides = CARVQ_LM_SLIDES_WITHOUT_ROPE,
        .window_on = {"use_sliding_window", false},
    },
    {
        .name = "Phi3ForCausalLM",
        USUAL_NAMES,
        .norms = {NORMS_BEFORE},
        .linears = {[CARVQ_LM_QKV] = ONE("self_attn.qkv_proj", NULL, false),
                    OUTPUT(NULL, false),
                    [CARVQ_LM_UP] = ONE("mlp.gate_up_proj", NULL, false),
                    [CARVQ_LM_DOWN] = ONE("mlp.down_proj", NULL, false)},
        .max_positions = {NULL, 4096},
        .epsilon = {NULL, 1e-5},
        .rope = {.original_positions = 4096},
        .slides = CARVQ_LM_SLIDES_ALWAYS,
        .window_on = {NULL, true},
    },
    {
        .name = "PhiForCausalLM", // Phi 1, 1.5 and 2
        .stems = {{"model.", "lm_head"}},
        .embedding = "embed_tokens",
        .final_norm = "final_layernorm",
        .layers = "layers",
        .ignored = {"self_attn.rotary_emb.inv_freq"},
        .norms = {[CARVQ_LM_BEFORE_ATTENTION] = "input_layernorm"},
        .linears = {QKV(NULL, true), [CARVQ_LM_OUTPUT] = ONE("self_attn.dense", NULL, true),
                    [CARVQ_LM_UP] = ONE("mlp.fc1", NULL, true), [CARVQ_LM_DOWN] = ONE("mlp.fc2", NULL, true)},
        .max_positions = {NULL, 2048},
        .norm = CARVQ_LM_LAYER_NORM,
        .epsilon = {"layer_norm_eps", 1e-5},
        .activation = {NULL, "gelu_new"},
        .ungated = true,
        .parallel = {NULL, true},
        .parallel_shares_norm = true,
        .rope = {.part = {NULL, 0.5}},
        .head_bias = true,
        .demanded = {{"qk_layernorm", false}},
    },
    {
        .name = "GemmaForCausalLM",
        USUAL_NAMES,
        .norms = {NORMS_BEFORE},
        .linears = {QKV("attention_bias", false), OUTPUT("attention_bias", false), MLP(NULL, false)},
        .kv_heads = {NULL, 16},
        .head_dim = {NULL, 256},
        .max_positions = {NULL, 8192},
        .norm = CARVQ_LM_RMS_MINUS_ONE,
        .epsilon = {NULL, 1e-6},
        .activation = {NULL, "gelu_pytorch_tanh"},
        .gelu_is_tanh = true,
        .embedding_by_root = true,
        .demanded = {{"use_bidirectional_attention", false}},
    },
    {
        .name = "Gemma2ForCausalLM",
        USUAL_NAMES,
        .norms = {NORMS_BEFORE_AND_AFTER},
        .linears = {QKV("attention_bias", false), OUTPUT("attention_bias", false), MLP(NULL, false)},
        .kv_heads = {NULL, 4},
        .head_dim = {NULL, 256},
        .max_positions = {NULL, 8192},
        .norm = CARVQ_LM_RMS_MINUS_ONE,
        .epsilon = {NULL, 1e-6},
        .activation = {"hidden_activation", "gelu_pytorch_tanh"},
        .slides = CARVQ_LM_SLIDES_BUT_EVERY,
        .window_on = {NULL, true},
        .window = {NULL, 4096},
        .pattern = {NULL, 2},
        .attention_cap = {"attn_logit_softcapping", 50},
        .attention_variance = {"query_pre_attn_scalar", 256},
        .embedding_by_root = true,
        .logit_cap = {"final_logit_softcapping", 30},
        .demanded = {{"use_bidirectional_attention", false}},
    },
    {
        .name = "Gemma3ForCausalLM",
        .type = "gemma3_text",
        USUAL_NAMES,
        .norms = {NORMS_BEFORE_AND_AFTER, NORMS_OF_HEADS},
        .linears = {QKV("attention_bias", false), OUTPUT("attention_bias", false), MLP(NULL, false)},
        .vocabulary = {NULL, 262208}, // wrapped ones leave all of these out
        .hidden = {NULL, 2304},
        .intermediate = {NULL, 9216},
        .layer_count = {NULL, 26},
        .heads = {NULL, 8},
        .kv_heads = {NULL, 4},
        .head_dim = {NULL, 256},
        .max_positions = {NULL, 131072},
        .norm = CARVQ_LM_RMS_MINUS_ONE,
        .epsilon = {NULL, 1e-6},
        .activation = {"hidden_activation", "gelu_pytorch_tanh"},
        .rope = {.theta = {NULL, 1e6}, .set = "full_attention"},
        .local_rope = {.theta = {"rope_local_base_freq", 1e4}, .set = "sliding_attention", .unscaled = true},
        .slides = CARVQ_LM_SLIDES_BUT_EVERY,
        .window_on = {NULL, true},
        .window = {NULL, 4096},
        .pattern = {"sliding_window_pattern", 6},
        .attention_variance = {"query_pre_attn_scalar", 256},
        .embedding_by_root = true,
        .logit_cap = {"final_logit_softcapping", 0},
        .demanded = {{"use_bidirectional_attention", false}},
    },
    {
        .name = "Olmo2ForCausalLM",
        USUAL_NAMES,
        .norms = {[CARVQ_LM_AFTER_ATTENTION] = "post_attention_layernorm",
                  [CARVQ_LM_AFTER_MLP] = "post_feedforward_layernorm",
                  NORMS_OF_HEADS},
        .linears = {QKV("attention_bias", false), OUTPUT("attention_bias", false), MLP(NULL, false)},
        .max_positions = {NULL, 2048},
        .epsilon = {NULL, 1e-5},
        .norms_all_heads = true,
    },
    {
        .name = "GraniteForCausalLM",
        USUAL_NAMES,
        .norms = {NORMS_BEFORE},
        .linears = {QKV("attention_bias", false), OUTPUT("attention_bias", false), MLP("mlp_bias", false)},
        .max_positions = {NULL, 2048},
        .epsilon = {NULL, 1e-6},
        .attention_factor = {"attention_multiplier", 1},
        .embedding_factor = {"embedding_multiplier", 1},
        .residual_factor = {"residual_multiplier", 1},
        .logit_divisor = {"logits_scaling", 1},
    },
    {
        .name = "StableLmForCausalLM",
        USUAL_NAMES,
        .norms = {NORMS_BEFORE},
        .linears = {QKV("use_qkv_bias", false), OUTPUT(NULL, false), MLP(NULL, false)},
        .kv_heads = {NULL, 32},
        .max_positions = {NULL, 4096},
        .norm = CARVQ_LM_LAYER_NORM,
        .epsilon = {"layer_norm_eps", 1e-5},
        .parallel = {"use_parallel_residual", false},
        .parallel_shares_norm = true,
        .rope = {.part = {NULL, 0.25}},
        .demanded = {{"qk_layernorm", false}},
    },
    {
        .name = "GPTNeoXForCausalLM",
        .stems = {{"gpt_neox.", "embed_out"}, {"gpt_neox.", "lm_head"}},
        .embedding = "embed_in",
        .final_norm = "final_layer_norm",
        .layers = "layers",
        .ignored = {"attention.bias", "attention.masked_bias"},
        .norms = {NORMS_BEFORE},
        .linears = {[CARVQ_LM_QKV] = ONE("attention.query_key_value", "attention_bias", true),
                    [CARVQ_LM_OUTPUT] = ONE("attention.dense", "attention_bias", true),
                    [CARVQ_LM_UP] = ONE("mlp.dense_h_to_4h", NULL, true),
                    [CARVQ_LM_DOWN] = ONE("mlp.dense_4h_to_h", NULL, true)},
        .ungrouped = true,
        .max_positions = {NULL, 2048},
        .norm = CARVQ_LM_LAYER_NORM,
        .epsilon = {"layer_norm_eps", 1e-5},
        .activation = {NULL, "gelu"},
        .ungated = true,
        .parallel = {"use_parallel_residual", true},
        .qkv_by_heads = true,
        .rope = {.theta = {"rotary_emb_base", 10000}, .part = {"rotary_pct", 0.25}},
    },
    {
        .name = "GPT2LMHeadModel",
        .stems = {{"transformer.", "lm_head"}, {"", "lm_head"}},
        .embedding = "wte",
        .positions = "wpe",
        .final_norm = "ln_f",
        .layers = "h",
        .ignored = {"attn.bias", "attn.masked_bias"},
        .norms = {[CARVQ_LM_BEFORE_ATTENTION] = "ln_1", [CARVQ_LM_BEFORE_MLP] = "ln_2"},
        .linears = {[CARVQ_LM_QKV] = ONE("attn.c_attn", NULL, true),
                    [CARVQ_LM_OUTPUT] = ONE("attn.c_proj", NULL, true),
                    [CARVQ_LM_UP] = ONE("mlp.c_fc", NULL, true),
                    [CARVQ_LM_DOWN] = ONE("mlp.c_proj", NULL, true)},
        .hidden = {"n_embd", 0},
        .intermediate = {"n_inner", 0},
        .layer_count = {"n_layer", 0},
        .heads = {"n_head", 0},
        .max_positions = {"n_positions", 1024},
        .widening = 4,
        .ungrouped = true,
        .norm = CARVQ_LM_LAYER_NORM,
        .epsilon = {"layer_norm_epsilon", 1e-5},
        .activation = {"activation_function", "gelu_new"},
        .ungated = true,
        .transposed = true,
        .demanded = {{"scale_attn_weights", true}, {"scale_attn_by_inverse_layer_idx", false}},
    },
};

// Models of which a language model is one part, which config.json describes by text_config. transformers renamed the tensors.
static const char *const wrappers[] = {"Gemma3ForConditionalGeneration", "Mistral3ForConditionalGeneration"};
static const struct carvq_lm_stem wrapped_stems[CARVQ_LM_MAX_PARTS] = {{"language_model.model.", "language_model.lm_head"},
                                                                       {"model.language_model.", "lm_head"}};
static const char *const other_parts[] = {"vision_tower.", "multi_modal_projector.", "model.vision_tower.",
                                          "model.multi_modal_projector."};

#define COUNT(array) (sizeof(array) / sizeof *(array))

bool carvq_lm_architecture_is_other_part(const char *tensor)
{
    for (size_t i = 0; i < COUNT(other_parts); i++)
        if (strncmp(tensor, other_parts[i], strlen(other_parts[i])) == 0)
            return true;
    return false;
}

static enum carvq_status refuse(const struct carvq_lm_keys *keys, const char *key, const char *name, struct carvq_error *error)
{
    static const char *const counts[] = {"num_local_experts", "num_experts", "n_routed_experts", "moe_num_experts"};
    bool experts = strstr(name, "Moe") != NULL || strstr(name, "MoE") != NULL || strstr(name, "Mixtral") != NULL;
    for (size_t i = 0; i < COUNT(counts); i++)
        experts = experts || json_integer_value(carvq_lm_key(keys, counts[i])) > 0;
    if (experts)
        return carvq_fail(error, CARVQ_ERROR_UNSUPPORTED, "%s: %s: '%s' is a mixture of experts, which is not supported",
                          keys->file, key, name);
    char known[400] = "";
    for (size_t i = 0, used = 0; i < COUNT(architectures) && used < sizeof known; i++, used = strlen(known))
        snprintf(known + used, sizeof known - used, "%s%s", i == 0 ? "" : ", ", architectures[i].name);
    return carvq_fail(error, CARVQ_ERROR_UNSUPPORTED, "%s: %s: '%s' is not supported (known: %s)", keys->file, key, name, known);
}

static enum carvq_status find_wrapped(const struct carvq_lm_keys *config, const struct carvq_lm_architecture **found_ret,
                                      struct carvq_lm_keys *keys_ret, struct carvq_error *error)
{
    const char *type = NULL;
    *keys_ret = (struct carvq_lm_keys){carvq_lm_key(config, "text_config"), config->file, "text_config."};
    if (!json_is_object(keys_ret->object))
        return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: text_config: must be an object", config->file);
    enum carvq_status status = carvq_lm_key_string(keys_ret, "model_type", NULL, &type, error);
    if (status != CARVQ_OK)
        return status;
    for (size_t i = 0; i < COUNT(architectures); i++)
        if (architectures[i].type != NULL && strcmp(type, architectures[i].type) == 0) {
            *found_ret = &architectures[i];
            return CARVQ_OK;
        }
    return refuse(keys_ret, "text_config.model_type", type, error);
}

// Whether a class is the architecture, or what it is without its head ("LlamaModel"), as which a model can be saved, too.
static bool is_class_of(const char *name, const char *architecture)
{
    const char *head = strstr(architecture, "ForCausalLM");
    const size_t length = head != NULL ? (size_t)(head - architecture) : 0;
    return strcmp(name, architecture) == 0 ||
           (head != NULL && strncmp(name, architecture, length) == 0 && strcmp(name + length, "Model") == 0);
}

enum carvq_status carvq_lm_architecture_find(const struct carvq_lm_keys *config, const struct carvq_lm_architecture **found_ret,
                                             struct carvq_lm_keys *keys_ret, const struct carvq_lm_stem **stems_ret,
                                             const char **name_ret, struct carvq_error *error)
{
    const char *name = json_string_value(json_array_get(carvq_lm_key(config, "architectures"), 0));
    if (name == NULL)
        return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: architectures: must be a list that names the model's class",
                          config->file);
    *keys_ret = *config;
    *name_ret = name;
    for (size_t i = 0; i < COUNT(architectures); i++)
        if (is_class_of(name, architectures[i].name)) {
            *found_ret = &architectures[i];
            *stems_ret = architectures[i].stems;
            return CARVQ_OK;
        }
    *stems_ret = wrapped_stems;
    for (size_t i = 0; i < COUNT(wrappers); i++)
        if (strcmp(name, wrappers[i]) == 0)
            return find_wrapped(config, found_ret, keys_ret, error);
    return refuse(config, "architectures", name, error);
}
