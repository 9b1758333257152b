// SPDX-License-Identifier: MIT
// config.json: the architecture and its numbers, checked.
#include "lm/config.h"

#include <stdio.h>
#include <string.h>

#include "runtime/status.h"

// No real model comes near these; with them no product of two sizes overflows and every size fits a BLAS's int.
#define MAX_WIDTH ((size_t)1 << 24)
#define MAX_LAYERS ((size_t)1 << 16)
#define MAX_VOCABULARY ((size_t)1 << 30)
#define MAX_POSITIONS ((size_t)1 << 30)

static const struct carvq_lm_architecture architectures[] = {
    {
        .name = "LlamaForCausalLM",
        .qkv = {"self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"},
        .gate_up = {"mlp.gate_proj", "mlp.up_proj"},
        .qkv_bias = CARVQ_LM_BY_CONFIG,
        .output_bias = CARVQ_LM_BY_CONFIG,
        .mlp_bias = CARVQ_LM_BY_CONFIG,
    },
    {
        .name = "MistralForCausalLM",
        .qkv = {"self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"},
        .gate_up = {"mlp.gate_proj", "mlp.up_proj"},
        .sliding_window = CARVQ_LM_YES,
        .default_sliding_window = 4096,
    },
    {
        .name = "Qwen2ForCausalLM",
        .qkv = {"self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"},
        .gate_up = {"mlp.gate_proj", "mlp.up_proj"},
        .qkv_bias = CARVQ_LM_YES,
        .sliding_window = CARVQ_LM_BY_CONFIG,
        .default_sliding_window = 4096,
    },
    {
        .name = "Phi3ForCausalLM",
        .qkv = {"self_attn.qkv_proj"},
        .gate_up = {"mlp.gate_up_proj"},
        .sliding_window = CARVQ_LM_YES,
    },
};

static enum carvq_status find_architecture(const struct carvq_lm_keys *keys,
                                           const struct carvq_lm_architecture **architecture_ret, struct carvq_error *error)
{
    const size_t count = sizeof architectures / sizeof *architectures;
    const char *name = json_string_value(json_array_get(carvq_lm_key(keys, "architectures"), 0));
    if (name == NULL)
        return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: architectures: must be a list that names the model's class",
                          keys->file);
    for (size_t i = 0; i < count; i++)
        if (strcmp(name, architectures[i].name) == 0) {
            *architecture_ret = &architectures[i];
            return CARVQ_OK;
        }
    char known[256] = "";
    for (size_t i = 0, used = 0; i < count; i++, used = strlen(known))
        snprintf(known + used, sizeof known - used, "%s%s", i == 0 ? "" : ", ", architectures[i].name);
    return carvq_fail(error, CARVQ_ERROR_UNSUPPORTED, "%s: architectures: '%s' is not supported (known: %s)", keys->file, name,
                      known);
}

static enum carvq_status read_sizes(const struct carvq_lm_keys *keys, struct carvq_lm_config *config, struct carvq_error *error)
{
    const struct {
        const char *key;
        size_t max;
        size_t *value_ret;
    } sizes[] = {
        {"vocab_size", MAX_VOCABULARY, &config->vocabulary},     {"hidden_size", MAX_WIDTH, &config->hidden},
        {"intermediate_size", MAX_WIDTH, &config->intermediate}, {"num_hidden_layers", MAX_LAYERS, &config->layers},
        {"num_attention_heads", MAX_WIDTH, &config->heads},      {"max_position_embeddings", MAX_POSITIONS, &config->max_window},
    };
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        enum carvq_status status = carvq_lm_key_size(keys, sizes[i].key, 0, sizes[i].max, sizes[i].value_ret, error);
        if (status != CARVQ_OK)
            return status;
    }
    enum carvq_status status = carvq_lm_key_size(keys, "num_key_value_heads", config->heads, config->heads, &config->kv_heads,
                                                 error);
    if (status != CARVQ_OK)
        return status;
    if (config->heads % config->kv_heads != 0)
        return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: num_key_value_heads: %zu does not divide num_attention_heads, %zu",
                          keys->file, config->kv_heads, config->heads);
    if (carvq_lm_key(keys, "head_dim") == NULL && config->hidden % config->heads != 0)
        return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: num_attention_heads: %zu does not divide hidden_size, %zu", keys->file,
                          config->heads, config->hidden);
    return carvq_lm_key_size(keys, "head_dim", config->hidden / config->heads, MAX_WIDTH / config->heads, &config->head_dim,
                             error);
}

// Attention is not cut off in our forward pass, so windows must be short enough for the cut not to matter.
static enum carvq_status limit_window(const struct carvq_lm_keys *keys, struct carvq_lm_config *config, struct carvq_error *error)
{
    const struct carvq_lm_architecture *architecture = config->architecture;
    bool slides = architecture->sliding_window == CARVQ_LM_YES;
    enum carvq_status status = CARVQ_OK;
    if (architecture->sliding_window == CARVQ_LM_BY_CONFIG)
        status = carvq_lm_key_bool(keys, "use_sliding_window", &slides, error);
    if (status != CARVQ_OK || !slides)
        return status;
    // Absent and null differ here: null says that there is none.
    size_t fallback = json_object_get(keys->object, "sliding_window") == NULL ? architecture->default_sliding_window : 0;
    if (fallback == 0 && carvq_lm_key(keys, "sliding_window") == NULL)
        return CARVQ_OK;
    size_t sliding = 0;
    status = carvq_lm_key_size(keys, "sliding_window", fallback, SIZE_MAX, &sliding, error);
    if (status == CARVQ_OK && sliding < config->max_window)
        config->max_window = sliding;
    return status;
}

static enum carvq_status read_biases(const struct carvq_lm_keys *keys, struct carvq_lm_config *config, struct carvq_error *error)
{
    const struct carvq_lm_architecture *architecture = config->architecture;
    bool attention = false, mlp = false;
    enum carvq_status status = carvq_lm_key_bool(keys, "attention_bias", &attention, error);
    if (status == CARVQ_OK)
        status = carvq_lm_key_bool(keys, "mlp_bias", &mlp, error);
    config->qkv_bias = architecture->qkv_bias == CARVQ_LM_BY_CONFIG ? attention : architecture->qkv_bias == CARVQ_LM_YES;
    config->output_bias = architecture->output_bias == CARVQ_LM_BY_CONFIG ? attention : architecture->output_bias == CARVQ_LM_YES;
    config->mlp_bias = architecture->mlp_bias == CARVQ_LM_BY_CONFIG ? mlp : architecture->mlp_bias == CARVQ_LM_YES;
    return status;
}

static enum carvq_status check_supported(const struct carvq_lm_keys *keys, struct carvq_error *error)
{
    const char *activation;
    bool tied; // acted upon by the checkpoint reader, which takes anything but true and false for absent
    enum carvq_status status = carvq_lm_key_string(keys, "hidden_act", "silu", &activation, error);
    if (status == CARVQ_OK)
        status = carvq_lm_key_bool(keys, "tie_word_embeddings", &tied, error);
    if (status != CARVQ_OK)
        return status;
    if (strcmp(activation, "silu") != 0)
        return carvq_fail(error, CARVQ_ERROR_UNSUPPORTED, "%s: hidden_act: '%s' is not supported (known: silu)", keys->file,
                          activation);
    return CARVQ_OK;
}

static enum carvq_status read_config(const struct carvq_lm_keys *keys, struct carvq_lm_config *config, struct carvq_error *error)
{
    enum carvq_status status = find_architecture(keys, &config->architecture, error);
    if (status == CARVQ_OK)
        status = check_supported(keys, error);
    if (status == CARVQ_OK)
        status = read_sizes(keys, config, error);
    if (status == CARVQ_OK)
        status = carvq_lm_key_number(keys, "rms_norm_eps", 0, &config->epsilon, error);
    if (status == CARVQ_OK)
        status = read_biases(keys, config, error);
    if (status == CARVQ_OK)
        status = carvq_lm_awq_read(keys, MAX_WIDTH, &config->awq, error);
    if (status == CARVQ_OK) // before the window is limited: longrope wants max_position_embeddings
        status = carvq_lm_rope_read(keys, config->head_dim, config->max_window, &config->rope, error);
    if (status == CARVQ_OK)
        status = limit_window(keys, config, error);
    return status;
}

enum carvq_status carvq_lm_config_read(const struct carvq_checkpoint *checkpoint, struct carvq_lm_config *config_ret,
                                       struct carvq_error *error)
{
    const struct carvq_lm_keys keys = {carvq_checkpoint_config(checkpoint), carvq_checkpoint_config_path(checkpoint), ""};
    *config_ret = (struct carvq_lm_config){.vocabulary = 0};
    if (keys.object == NULL)
        return carvq_fail(error, CARVQ_ERROR_NOT_FOUND, "%s: missing; it says how to run the model", keys.file);
    enum carvq_status status = read_config(&keys, config_ret, error);
    if (status != CARVQ_OK)
        carvq_lm_config_free(config_ret);
    return status;
}

void carvq_lm_config_free(struct carvq_lm_config *config)
{
    carvq_lm_rope_free(&config->rope);
}
