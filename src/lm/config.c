// SPDX-License-Identifier: MIT
// config.json: the architecture and its numbers, checked.
#include "lm/config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/status.h"

// No real model comes near these; with them no product of two sizes overflows and every size fits a BLAS's int.
#define MAX_WIDTH ((size_t)1 << 24)
#define MAX_LAYERS ((size_t)1 << 16)
#define MAX_VOCABULARY ((size_t)1 << 30)
#define MAX_POSITIONS ((size_t)1 << 30)

// A size by its key, or by the usual one.
static enum carvq_status read_size(const struct carvq_lm_keys *keys, const struct carvq_lm_size_key *size, const char *usual,
                                   size_t fallback, size_t max, size_t *value_ret, struct carvq_error *error)
{
    return carvq_lm_key_size(keys, size->key != NULL ? size->key : usual, size->value > 0 ? size->value : fallback, max,
                             value_ret, error);
}

static enum carvq_status read_heads(const struct carvq_lm_keys *keys, struct carvq_lm_config *config, struct carvq_error *error)
{
    const struct carvq_lm_architecture *architecture = config->architecture;
    // As many as heads where the key is null (which is not absent), or the default cannot be meant.
    const bool null = json_is_null(json_object_get(keys->object, "num_key_value_heads"));
    const size_t usual = architecture->kv_heads.value;
    const bool fits = !null && usual > 0 && config->heads % usual == 0;
    enum carvq_status status = CARVQ_OK;
    config->kv_heads = config->heads;
    if (!architecture->ungrouped)
        status = carvq_lm_key_size(keys, "num_key_value_heads", fits ? usual : config->heads, config->heads, &config->kv_heads,
                                   error);
    if (status != CARVQ_OK)
        return status;
    if (config->heads % config->kv_heads != 0)
        return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: %snum_key_value_heads: %zu does not divide num_attention_heads, %zu",
                          keys->file, keys->prefix, config->kv_heads, config->heads);
    if (carvq_lm_key(keys, "head_dim") == NULL && architecture->head_dim.value == 0 && config->hidden % config->heads != 0)
        return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: %snum_attention_heads: %zu does not divide hidden_size, %zu",
                          keys->file, keys->prefix, config->heads, config->hidden);
    return read_size(keys, &architecture->head_dim, "head_dim", config->hidden / config->heads, MAX_WIDTH / config->heads,
                     &config->head_dim, error);
}

static enum carvq_status read_sizes(const struct carvq_lm_keys *keys, struct carvq_lm_config *config, struct carvq_error *error)
{
    const struct carvq_lm_architecture *architecture = config->architecture;
    const struct {
        const struct carvq_lm_size_key *size;
        const char *usual;
        size_t max;
        size_t *value_ret;
    } sizes[] = {
        {&architecture->vocabulary, "vocab_size", MAX_VOCABULARY, &config->vocabulary},
        {&architecture->hidden, "hidden_size", MAX_WIDTH, &config->hidden},
        {&architecture->layer_count, "num_hidden_layers", MAX_LAYERS, &config->layers},
        {&architecture->heads, "num_attention_heads", MAX_WIDTH, &config->heads},
        {&architecture->max_positions, "max_position_embeddings", MAX_POSITIONS, &config->max_window},
    };
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        enum carvq_status status = read_size(keys, sizes[i].size, sizes[i].usual, 0, sizes[i].max, sizes[i].value_ret, error);
        if (status != CARVQ_OK)
            return status;
    }
    enum carvq_status status = read_size(keys, &architecture->intermediate, "intermediate_size",
                                         architecture->widening * config->hidden, MAX_WIDTH, &config->intermediate, error);
    return status == CARVQ_OK ? read_heads(keys, config, error) : status;
}

static enum carvq_status read_flag(const struct carvq_lm_keys *keys, const struct carvq_lm_flag_key *flag, bool *value_ret,
                                   struct carvq_error *error)
{
    *value_ret = flag->value;
    return flag->key != NULL && carvq_lm_key(keys, flag->key) != NULL ? carvq_lm_key_bool(keys, flag->key, value_ret, error)
                                                                      : CARVQ_OK;
}

static enum carvq_status read_flags(const struct carvq_lm_keys *keys, struct carvq_lm_config *config, struct carvq_error *error)
{
    const struct carvq_lm_architecture *architecture = config->architecture;
    bool tied; // acted upon by the checkpoint reader, which takes anything but true and false for absent
    enum carvq_status status = carvq_lm_key_bool(keys, "tie_word_embeddings", &tied, error);
    for (size_t i = 0; status == CARVQ_OK && i < CARVQ_LM_LINEARS; i++)
        status = read_flag(keys, &architecture->linears[i].bias, &config->biases[i], error);
    if (status == CARVQ_OK)
        status = read_flag(keys, &architecture->parallel, &config->parallel, error);
    for (size_t i = 0; status == CARVQ_OK && i < sizeof architecture->demanded / sizeof *architecture->demanded; i++) {
        const struct carvq_lm_flag_key *demanded = &architecture->demanded[i];
        bool value;
        status = read_flag(keys, demanded, &value, error);
        if (status == CARVQ_OK && value != demanded->value)
            status = carvq_fail(error, CARVQ_ERROR_UNSUPPORTED, "%s: %s%s: %s is not supported", keys->file, keys->prefix,
                                demanded->key, value ? "true" : "false");
    }
    memcpy(config->norms, architecture->norms, sizeof config->norms);
    if (config->parallel && architecture->parallel_shares_norm)
        config->norms[CARVQ_LM_BEFORE_MLP] = NULL;
    return status;
}

static enum carvq_status read_activation(const struct carvq_lm_keys *keys, struct carvq_lm_config *config,
                                         struct carvq_error *error)
{
    static const struct {
        const char *name;
        enum carvq_lm_activation activation;
    } known[] = {{"silu", CARVQ_LM_SILU},          {"gelu", CARVQ_LM_GELU},           {"gelu_pytorch_tanh", CARVQ_LM_GELU_TANH},
                 {"gelu_new", CARVQ_LM_GELU_TANH}, {"gelu_fast", CARVQ_LM_GELU_TANH}, {"relu2", CARVQ_LM_RELU2}};
    const struct carvq_lm_word_key *word = &config->architecture->activation;
    const char *key = word->key != NULL ? word->key : "hidden_act", *name;
    enum carvq_status status = carvq_lm_key_string(keys, key, word->value != NULL ? word->value : "silu", &name, error);
    if (status != CARVQ_OK)
        return status;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(name, known[i].name) == 0) {
            const bool tanh = config->architecture->gelu_is_tanh && known[i].activation == CARVQ_LM_GELU;
            config->activation = tanh ? CARVQ_LM_GELU_TANH : known[i].activation;
            return CARVQ_OK;
        }
    return carvq_fail(error, CARVQ_ERROR_UNSUPPORTED,
                      "%s: %s%s: '%s' is not supported (known: silu, gelu, gelu_pytorch_tanh, gelu_new, gelu_fast, relu2)",
                      keys->file, keys->prefix, key, name);
}

// A factor that an architecture has or not; none is 1.
static enum carvq_status read_factor(const struct carvq_lm_keys *keys, const struct carvq_lm_number_key *number,
                                     double *value_ret, struct carvq_error *error)
{
    *value_ret = 1;
    return number->key != NULL ? carvq_lm_key_number(keys, number->key, number->value, value_ret, error) : CARVQ_OK;
}

// A cap that an architecture has or not; 0: none.
static enum carvq_status read_cap(const struct carvq_lm_keys *keys, const struct carvq_lm_number_key *number, float *value_ret,
                                  struct carvq_error *error)
{
    double value = number->value;
    enum carvq_status status = CARVQ_OK;
    // Absent and null differ here: null says that there is none.
    if (number->key != NULL && json_is_null(json_object_get(keys->object, number->key)))
        value = 0;
    else if (number->key != NULL && json_object_get(keys->object, number->key) != NULL)
        status = carvq_lm_key_number(keys, number->key, 0, &value, error);
    *value_ret = (float)value;
    return status;
}

static enum carvq_status read_numbers(const struct carvq_lm_keys *keys, struct carvq_lm_config *config, struct carvq_error *error)
{
    const struct carvq_lm_architecture *architecture = config->architecture;
    double embedding = 1, residual = 1, divisor = 1, attention = 1 / sqrt((double)config->head_dim), variance;
    enum carvq_status status = carvq_lm_key_number(keys,
                                                   architecture->epsilon.key != NULL ? architecture->epsilon.key : "rms_norm_eps",
                                                   architecture->epsilon.value, &config->epsilon, error);
    if (status == CARVQ_OK)
        status = read_factor(keys, &architecture->embedding_factor, &embedding, error);
    if (status == CARVQ_OK)
        status = read_factor(keys, &architecture->residual_factor, &residual, error);
    if (status == CARVQ_OK)
        status = read_factor(keys, &architecture->logit_divisor, &divisor, error);
    if (status == CARVQ_OK && architecture->attention_factor.key != NULL)
        status = read_factor(keys, &architecture->attention_factor, &attention, error);
    if (status == CARVQ_OK && architecture->attention_variance.key != NULL) {
        status = read_factor(keys, &architecture->attention_variance, &variance, error);
        attention = 1 / sqrt(variance);
    }
    if (status == CARVQ_OK)
        status = read_cap(keys, &architecture->attention_cap, &config->attention_cap, error);
    if (status == CARVQ_OK)
        status = read_cap(keys, &architecture->logit_cap, &config->logit_cap, error);
    config->embedding_scale = (float)(architecture->embedding_by_root ? sqrt((double)config->hidden) : embedding);
    config->residual_scale = (float)residual;
    config->attention_scale = (float)attention;
    config->state_scale = (float)(1 / divisor);
    return status;
}

static enum carvq_status read_config(const struct carvq_lm_keys *keys, struct carvq_lm_config *config, struct carvq_error *error)
{
    enum carvq_status status = read_activation(keys, config, error);
    if (status == CARVQ_OK)
        status = read_flags(keys, config, error);
    if (status == CARVQ_OK)
        status = read_sizes(keys, config, error);
    if (status == CARVQ_OK)
        status = read_numbers(keys, config, error);
    return status == CARVQ_OK ? carvq_lm_kinds_read(keys, config, error) : status;
}

enum carvq_status carvq_lm_config_read(const struct carvq_checkpoint *checkpoint, struct carvq_lm_config *config_ret,
                                       struct carvq_error *error)
{
    const struct carvq_lm_keys whole = {carvq_checkpoint_config(checkpoint), carvq_checkpoint_config_path(checkpoint), ""};
    const struct carvq_lm_keys quantization = {carvq_checkpoint_quant_config(checkpoint), "quant_config.json", ""};
    struct carvq_lm_keys keys;
    *config_ret = (struct carvq_lm_config){.vocabulary = 0};
    if (whole.object == NULL)
        return carvq_fail(error, CARVQ_ERROR_NOT_FOUND, "%s: missing; it says how to run the model", whole.file);
    enum carvq_status status = carvq_lm_architecture_find(&whole, &config_ret->architecture, &keys, &config_ret->stems,
                                                          &config_ret->name, error);
    config_ret->wrapped = status == CARVQ_OK && keys.object != whole.object;
    if (status == CARVQ_OK)
        status = carvq_lm_awq_read(&whole, &quantization, MAX_WIDTH, &config_ret->awq, error);
    if (status == CARVQ_OK)
        status = read_config(&keys, config_ret, error);
    if (status != CARVQ_OK)
        carvq_lm_config_free(config_ret);
    return status;
}

void carvq_lm_config_free(struct carvq_lm_config *config)
{
    for (size_t i = 0; i < CARVQ_LM_MAX_ROPES; i++)
        carvq_lm_rope_free(&config->ropes[i]);
    free(config->kinds);
    config->kinds = NULL;
}
