// SPDX-License-Identifier: MIT
// Opening a model: its tensors are found by name and checked; and what can be asked of an open one.
#include "lm/model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/status.h"

// What the functions below share.
struct finder {
    const struct carvq_checkpoint *checkpoint;
    const struct carvq_lm_config *config;
    float *vectors; // where the next norm or bias goes
    struct carvq_error *error;
};

// "128x64"
static const char *print_shape(char *buffer, size_t size, unsigned dims, const uint64_t *shape)
{
    size_t used = 0;
    buffer[0] = '\0';
    for (unsigned i = 0; i < dims && used < size; i++)
        used += (size_t)snprintf(buffer + used, size - used, "%s%llu", i == 0 ? "" : "x", (unsigned long long)shape[i]);
    return buffer;
}

// Finds NAME.KIND and checks its shape: rows x cols, or just cols if rows is 0.
static enum carvq_status find_tensor(const struct finder *finder, const char *name, const char *kind, size_t rows, size_t cols,
                                     const struct carvq_tensor **tensor_ret)
{
    char full[256], wanted[64], actual[192];
    snprintf(full, sizeof full, "%s.%s", name, kind);
    *tensor_ret = carvq_checkpoint_find(finder->checkpoint, full);
    if (*tensor_ret == NULL) // no other name is suggested: what is near is the same tensor of another layer
        return carvq_fail(finder->error, CARVQ_ERROR_NOT_FOUND, "%s: no tensor '%s', which config.json implies",
                          carvq_checkpoint_path(finder->checkpoint), full);
    const struct carvq_tensor *tensor = *tensor_ret;
    const uint64_t shape[2] = {rows, cols}, *wanted_shape = rows == 0 ? shape + 1 : shape;
    const unsigned dims = rows == 0 ? 1 : 2;
    if (tensor->dims != dims || memcmp(tensor->shape, wanted_shape, dims * sizeof *shape) != 0)
        return carvq_fail(finder->error, CARVQ_ERROR_FORMAT, "%s: tensor '%s': shape is %s, but config.json implies %s",
                          tensor->file, tensor->name, print_shape(actual, sizeof actual, tensor->dims, tensor->shape),
                          print_shape(wanted, sizeof wanted, dims, wanted_shape));
    return CARVQ_OK;
}

// The same for a tensor of floats.
static enum carvq_status find(const struct finder *finder, const char *name, const char *kind, size_t rows, size_t cols,
                              struct carvq_lm_matrix *matrix_ret)
{
    const struct carvq_tensor *tensor = NULL;
    enum carvq_status status = find_tensor(finder, name, kind, rows, cols, &tensor);
    if (status != CARVQ_OK)
        return status;
    enum carvq_dtype dtype;
    if (!carvq_tensor_dtype(tensor->type, &dtype))
        return carvq_fail(finder->error, CARVQ_ERROR_UNSUPPORTED,
                          "%s: tensor '%s': type %s is not supported (known: F32, F16, BF16)", tensor->file, tensor->name,
                          carvq_tensor_type_name(tensor->type));
    *matrix_ret = (struct carvq_lm_matrix){.data = tensor->data, .type = tensor->type, .rows = rows, .cols = cols};
    return CARVQ_OK;
}

// The same for a tensor of words that hold eight values each.
static enum carvq_status find_words(const struct finder *finder, const char *name, const char *kind, size_t rows, size_t values,
                                    const uint8_t **words_ret)
{
    const struct carvq_tensor *tensor = NULL;
    enum carvq_status status = find_tensor(finder, name, kind, rows, values / 8, &tensor);
    if (status != CARVQ_OK)
        return status;
    *words_ret = tensor->data;
    return tensor->type == CARVQ_TENSOR_I32
               ? CARVQ_OK
               : carvq_fail(finder->error, CARVQ_ERROR_FORMAT, "%s: tensor '%s': type is %s, but awq packs codes into I32",
                            tensor->file, tensor->name, carvq_tensor_type_name(tensor->type));
}

// Finds the three tensors of a linear layer of 4-bit weights.
static enum carvq_status find_packed(const struct finder *finder, const char *name, size_t rows, size_t cols,
                                     struct carvq_lm_matrix *matrix_ret)
{
    const size_t group = finder->config->awq.group == CARVQ_LM_AWQ_WHOLE ? cols : finder->config->awq.group;
    const char *config = carvq_checkpoint_config_path(finder->checkpoint);
    if (rows % 8 != 0)
        return carvq_fail(finder->error, CARVQ_ERROR_FORMAT,
                          "%s: quantization_config: '%s' cannot be packed: its %zu outputs are no multiple of 8", config, name,
                          rows);
    if (cols % group != 0)
        return carvq_fail(finder->error, CARVQ_ERROR_FORMAT,
                          "%s: quantization_config.group_size: %zu does not divide the %zu inputs of '%s'", config, group, cols,
                          name);
    struct carvq_lm_matrix scales;
    struct carvq_lm_packed packed = {.group = group};
    enum carvq_status status = find_words(finder, name, "qweight", cols, rows, &packed.codes);
    if (status == CARVQ_OK)
        status = find_words(finder, name, "qzeros", cols / group, rows, &packed.zeros);
    if (status == CARVQ_OK)
        status = find(finder, name, "scales", cols / group, rows, &scales);
    if (status != CARVQ_OK)
        return status;
    packed.scales = scales.data;
    packed.scale_type = scales.type;
    *matrix_ret = (struct carvq_lm_matrix){.rows = rows, .cols = cols, .packed = packed};
    return CARVQ_OK;
}

// Finds the tensor of a linear layer that is stored as usual.
static enum carvq_status find_plain(const struct finder *finder, const char *name, size_t rows, size_t cols,
                                    struct carvq_lm_matrix *matrix_ret)
{
    char plain[256], packed[256];
    snprintf(plain, sizeof plain, "%s.weight", name);
    snprintf(packed, sizeof packed, "%s.qweight", name);
    if (carvq_checkpoint_find(finder->checkpoint, plain) == NULL && carvq_checkpoint_find(finder->checkpoint, packed) != NULL)
        return carvq_fail(finder->error, CARVQ_ERROR_FORMAT, "%s: '%s' looks packed, but config.json %s",
                          carvq_checkpoint_path(finder->checkpoint), packed,
                          finder->config->awq.group == 0 ? "has no quantization_config"
                                                         : "excepts it by quantization_config.modules_to_not_convert");
    return find(finder, name, "weight", rows, cols, matrix_ret);
}

// Copies the norm or bias NAME.KIND to the next place among the vectors.
static enum carvq_status find_vector(struct finder *finder, const char *name, const char *kind, size_t length)
{
    struct carvq_lm_matrix vector = {.cols = 0};
    enum carvq_status status = find(finder, name, kind, 0, length, &vector);
    if (status != CARVQ_OK)
        return status;
    carvq_tensor_widen(vector.type, vector.data, length, finder->vectors);
    finder->vectors += length;
    return CARVQ_OK;
}

// Finds the tensors of one linear map, whose parts have heights[i] rows each. Where they are stored as one tensor, that
// has the rows of all of them.
static enum carvq_status find_linear(struct finder *finder, size_t layer, const char *const *names, const size_t *heights,
                                     size_t cols, bool bias, struct carvq_lm_linear *linear_ret)
{
    const bool fused = names[1] == NULL;
    linear_ret->bias = bias ? finder->vectors : NULL;
    linear_ret->count = 0;
    for (size_t i = 0; i < CARVQ_LM_MAX_PARTS && names[i] != NULL; i++, linear_ret->count++) {
        size_t rows = heights[i];
        for (size_t k = i + 1; fused && k < CARVQ_LM_MAX_PARTS; k++)
            rows += heights[k];
        char name[128];
        snprintf(name, sizeof name, CARVQ_LM_LAYERS "%zu.%s", layer, names[i]);
        enum carvq_status status = carvq_lm_awq_packs(&finder->config->awq, name)
                                       ? find_packed(finder, name, rows, cols, &linear_ret->parts[i])
                                       : find_plain(finder, name, rows, cols, &linear_ret->parts[i]);
        if (status == CARVQ_OK && bias)
            status = find_vector(finder, name, "bias", rows);
        if (status != CARVQ_OK)
            return status;
    }
    return CARVQ_OK;
}

static enum carvq_status find_norm(struct finder *finder, size_t layer, const char *name, const float **norm_ret)
{
    char full[128];
    snprintf(full, sizeof full, CARVQ_LM_LAYERS "%zu.%s", layer, name);
    *norm_ret = finder->vectors;
    return find_vector(finder, full, "weight", finder->config->hidden);
}

static enum carvq_status find_layer(struct finder *finder, size_t number, struct carvq_lm_layer *layer)
{
    const struct carvq_lm_config *config = finder->config;
    static const char *const output[] = {CARVQ_LM_OUTPUT, NULL}, *const down[] = {CARVQ_LM_DOWN, NULL};
    const size_t n = config->hidden, inner = config->intermediate;
    const size_t queries = config->heads * config->head_dim, keys = config->kv_heads * config->head_dim;
    const size_t qkv_heights[CARVQ_LM_MAX_PARTS] = {queries, keys, keys}, mlp_heights[CARVQ_LM_MAX_PARTS] = {inner, inner};
    const size_t n_heights[CARVQ_LM_MAX_PARTS] = {n};
    enum carvq_status status = find_norm(finder, number, CARVQ_LM_ATTENTION_NORM, &layer->attention_norm);
    if (status == CARVQ_OK)
        status = find_linear(finder, number, config->architecture->qkv, qkv_heights, n, config->qkv_bias, &layer->qkv);
    if (status == CARVQ_OK)
        status = find_linear(finder, number, output, n_heights, queries, config->output_bias, &layer->output);
    if (status == CARVQ_OK)
        status = find_norm(finder, number, CARVQ_LM_MLP_NORM, &layer->mlp_norm);
    if (status == CARVQ_OK)
        status = find_linear(finder, number, config->architecture->gate_up, mlp_heights, n, config->mlp_bias, &layer->gate_up);
    if (status == CARVQ_OK)
        status = find_linear(finder, number, down, n_heights, inner, config->mlp_bias, &layer->down);
    return status;
}

// The input table and the output head. The checkpoint knows whether they are the same.
static enum carvq_status find_tables(struct finder *finder, struct carvq_lm_weights *weights)
{
    const struct carvq_lm_config *config = finder->config;
    const char *const name = CARVQ_LM_EMBEDDING ".weight";
    enum carvq_status status = find(finder, CARVQ_LM_EMBEDDING, "weight", config->vocabulary, config->hidden,
                                    &weights->embedding);
    if (status != CARVQ_OK)
        return status;
    struct carvq_checkpoint_table *tables = NULL;
    size_t count = 0;
    status = carvq_checkpoint_tables(finder->checkpoint, &name, 1, &tables, &count, finder->error);
    if (status != CARVQ_OK)
        return status;
    weights->tied = count == 1 && tables[0].head == CARVQ_HEAD_TIED;
    free(tables);
    weights->head = weights->embedding;
    // The checkpoint reader takes the table for the head of a model that has no other; figures should not rest on that.
    const json_t *tie = json_object_get(carvq_checkpoint_config(finder->checkpoint), "tie_word_embeddings");
    if (weights->tied && json_is_false(tie))
        return carvq_fail(finder->error, CARVQ_ERROR_FORMAT,
                          "%s: tensor '" CARVQ_LM_HEAD ".weight' is missing, but config.json says that the head is not tied",
                          carvq_checkpoint_path(finder->checkpoint));
    return weights->tied ? CARVQ_OK : find(finder, CARVQ_LM_HEAD, "weight", config->vocabulary, config->hidden, &weights->head);
}

static bool is_among(const char *word, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(word, words[i]) == 0)
            return true;
    return false;
}

// True if NAME is one of the parts followed by ".weight".
static bool is_part(const char *name, const char *const *parts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t length = strlen(parts[i]);
        if (strncmp(name, parts[i], length) == 0 && strcmp(name + length, ".weight") == 0)
            return true;
    }
    return false;
}

// True if NAME, from REST on, is one of the linear layers followed by the name of a tensor that such a layer has.
static bool is_linear(const char *name, const char *rest, const char *const *parts, bool bias, const struct carvq_lm_awq *awq)
{
    static const char *const plain[] = {".weight"}, *const packed[] = {".qweight", ".qzeros", ".scales"};
    for (size_t i = 0; i < CARVQ_LM_MAX_PARTS && parts[i] != NULL; i++) {
        size_t length = strlen(parts[i]);
        if (strncmp(rest, parts[i], length) != 0)
            continue;
        char layer[256];
        snprintf(layer, sizeof layer, "%.*s", (int)((size_t)(rest - name) + length), name);
        if ((bias && strcmp(rest + length, ".bias") == 0) ||
            (carvq_lm_awq_packs(awq, layer) ? is_among(rest + length, packed, 3) : is_among(rest + length, plain, 1)))
            return true;
    }
    return false;
}

// Whether the model's result depends on a tensor in a way that we know. Frequencies are stored by some old files.
static bool is_known(const char *name, const struct carvq_lm_config *config)
{
    static const char *const plain[] = {CARVQ_LM_EMBEDDING, CARVQ_LM_FINAL_NORM, CARVQ_LM_HEAD};
    static const char *const norms[] = {CARVQ_LM_ATTENTION_NORM, CARVQ_LM_MLP_NORM};
    static const char *const output[] = {CARVQ_LM_OUTPUT, NULL}, *const down[] = {CARVQ_LM_DOWN, NULL};
    if (strncmp(name, CARVQ_LM_LAYERS, strlen(CARVQ_LM_LAYERS)) != 0)
        return is_part(name, plain, 3);
    const char *number = name + strlen(CARVQ_LM_LAYERS);
    char *rest;
    if (*number < '0' || *number > '9' || strtoull(number, &rest, 10) >= config->layers || *rest++ != '.')
        return false;
    const struct carvq_lm_architecture *architecture = config->architecture;
    const struct carvq_lm_awq *awq = &config->awq;
    return is_part(rest, norms, 2) || is_linear(name, rest, architecture->qkv, config->qkv_bias, awq) ||
           is_linear(name, rest, output, config->output_bias, awq) ||
           is_linear(name, rest, architecture->gate_up, config->mlp_bias, awq) ||
           is_linear(name, rest, down, config->mlp_bias, awq) || strcmp(rest, "self_attn.rotary_emb.inv_freq") == 0;
}

// Without a tensor that nobody asked for, the result would be that of another model.
static enum carvq_status check_no_others(const struct finder *finder)
{
    for (size_t i = 0; i < carvq_checkpoint_tensor_count(finder->checkpoint); i++) {
        const struct carvq_tensor *tensor = carvq_checkpoint_tensor_at(finder->checkpoint, i);
        if (!is_known(tensor->name, finder->config))
            return carvq_fail(finder->error, CARVQ_ERROR_UNSUPPORTED,
                              "%s: tensor '%s' is no part of a %s as its config.json describes it", tensor->file, tensor->name,
                              finder->config->architecture->name);
    }
    return CARVQ_OK;
}

// Values of all norms and biases.
static size_t vector_values(const struct carvq_lm_config *config)
{
    const size_t n = config->hidden, qkv = (config->heads + 2 * config->kv_heads) * config->head_dim;
    const size_t layer = 2 * n + (config->qkv_bias ? qkv : 0) + (config->output_bias ? n : 0) +
                         (config->mlp_bias ? 2 * config->intermediate + n : 0);
    return config->layers * layer + n;
}

static enum carvq_status find_all(struct finder *finder, struct carvq_lm_weights *weights)
{
    enum carvq_status status = find_tables(finder, weights);
    for (size_t i = 0; status == CARVQ_OK && i < finder->config->layers; i++)
        status = find_layer(finder, i, &weights->layers[i]);
    weights->final_norm = finder->vectors;
    if (status == CARVQ_OK)
        status = find_vector(finder, CARVQ_LM_FINAL_NORM, "weight", finder->config->hidden);
    return status == CARVQ_OK ? check_no_others(finder) : status;
}

static enum carvq_status open_weights(struct carvq_lm *lm, struct carvq_error *error)
{
    struct carvq_lm_weights *weights = &lm->weights;
    weights->layers = calloc(lm->config.layers, sizeof *weights->layers);
    weights->vectors = calloc(vector_values(&lm->config), sizeof *weights->vectors);
    if (weights->layers == NULL || weights->vectors == NULL)
        return carvq_fail(error, CARVQ_ERROR_MEMORY, "%s: out of memory", carvq_checkpoint_path(lm->checkpoint));
    struct finder finder = {lm->checkpoint, &lm->config, weights->vectors, error};
    return find_all(&finder, weights);
}

enum carvq_status carvq_lm_open(const struct carvq_checkpoint *checkpoint, struct carvq_lm **lm_ret, struct carvq_error *error)
{
    struct carvq_lm *lm = calloc(1, sizeof *lm);
    if (lm == NULL)
        return carvq_fail(error, CARVQ_ERROR_MEMORY, "%s: out of memory", carvq_checkpoint_path(checkpoint));
    lm->checkpoint = checkpoint;
    enum carvq_status status = carvq_lm_config_read(checkpoint, &lm->config, error);
    if (status == CARVQ_OK)
        status = open_weights(lm, error);
    if (status != CARVQ_OK) {
        carvq_lm_close(lm);
        return status;
    }
    *lm_ret = lm;
    return CARVQ_OK;
}

void carvq_lm_close(struct carvq_lm *lm)
{
    if (lm == NULL)
        return;
    free(lm->weights.layers);
    free(lm->weights.vectors);
    carvq_lm_config_free(&lm->config);
    free(lm);
}

const struct carvq_lm_config *carvq_lm_config(const struct carvq_lm *lm)
{
    return &lm->config;
}

bool carvq_lm_is_tied(const struct carvq_lm *lm)
{
    return lm->weights.tied;
}

bool carvq_lm_is_end(const struct carvq_lm *lm, uint32_t id)
{
    const json_t *end = json_object_get(carvq_checkpoint_config(lm->checkpoint), "eos_token_id");
    for (size_t i = 0; i < json_array_size(end); i++)
        if (json_is_integer(json_array_get(end, i)) && json_integer_value(json_array_get(end, i)) == (json_int_t)id)
            return true;
    return json_is_integer(end) && json_integer_value(end) == (json_int_t)id;
}

enum carvq_status carvq_lm_check_table(const struct carvq_lm *lm, const struct carvq_table *table, const char *file,
                                       struct carvq_error *error)
{
    const struct carvq_table_info *info = carvq_info(table);
    if (info->rows == lm->config.vocabulary && info->cols == lm->config.hidden)
        return CARVQ_OK;
    return carvq_fail(error, CARVQ_ERROR_ARGUMENT,
                      "%s: table '%.200s' is of another model: it has %llu rows of %lu, but %s has %zu of %zu", file, info->name,
                      (unsigned long long)info->rows, (unsigned long)info->cols, carvq_checkpoint_path(lm->checkpoint),
                      lm->config.vocabulary, lm->config.hidden);
}
