// SPDX-License-Identifier: MIT
// The weights of a model. What a layer has is declared once, in list_layer(); all that is found is marked, and what is not
// marked in the end is no part of the model.
#include "lm/weights.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/status.h"
#include "lm/finder.h"

// A piece of a layer: a norm of cols values, or a part of a linear map.
struct piece {
    const char *name;
    bool is_norm;
    size_t place; // among the norms, or the linear maps
    size_t rows, cols;
    bool bias;
};

#define MAX_PIECES (CARVQ_LM_NORMS + CARVQ_LM_LINEARS * CARVQ_LM_MAX_PARTS)

static size_t list_layer(const struct carvq_lm_config *config, struct piece pieces_ret[MAX_PIECES])
{
    const struct carvq_lm_architecture *architecture = config->architecture;
    const size_t n = config->hidden, inner = config->intermediate, queries = config->heads * config->head_dim;
    const size_t keys = config->kv_heads * config->head_dim;
    const size_t query_norm = architecture->norms_all_heads ? queries : config->head_dim;
    const size_t key_norm = architecture->norms_all_heads ? keys : config->head_dim;
    const size_t widths[CARVQ_LM_NORMS] = {n, n, n, n, query_norm, key_norm};
    const size_t heights[CARVQ_LM_LINEARS][CARVQ_LM_MAX_PARTS] = {
        {queries, keys, keys}, {n}, {inner, architecture->ungated ? 0 : inner}, {n}};
    const size_t inputs[CARVQ_LM_LINEARS] = {n, queries, n, inner};
    size_t count = 0;
    for (size_t i = 0; i < CARVQ_LM_NORMS; i++)
        if (config->norms[i] != NULL)
            pieces_ret[count++] = (struct piece){
                config->norms[i], true, i, 0, widths[i], architecture->norm == CARVQ_LM_LAYER_NORM};
    for (size_t i = 0; i < CARVQ_LM_LINEARS; i++) {
        const char *const *parts = architecture->linears[i].parts;
        for (size_t k = 0; k < CARVQ_LM_MAX_PARTS && parts[k] != NULL; k++) {
            size_t rows = heights[i][k];
            for (size_t rest = 1; parts[1] == NULL && rest < CARVQ_LM_MAX_PARTS; rest++)
                rows += heights[i][rest];
            pieces_ret[count++] = (struct piece){parts[k], false, i, rows, inputs[i], config->biases[i]};
        }
    }
    return count;
}

// Values of all norms and biases.
static size_t vector_values(const struct carvq_lm_config *config)
{
    struct piece pieces[MAX_PIECES];
    const size_t count = list_layer(config, pieces);
    size_t layer = 0;
    for (size_t i = 0; i < count; i++)
        layer += pieces[i].is_norm ? pieces[i].cols * (pieces[i].bias ? 2 : 1) : pieces[i].bias ? pieces[i].rows : 0;
    return config->layers * layer + 2 * config->hidden + (config->architecture->head_bias ? config->vocabulary : 0);
}

static enum carvq_status find_norm(struct carvq_lm_finder *finder, const char *name, size_t length, bool bias,
                                   struct carvq_lm_norm *norm_ret)
{
    struct carvq_lm_matrix vector;
    enum carvq_status status = carvq_lm_find_vector(finder, name, "weight", length, &vector);
    if (status != CARVQ_OK)
        return status;
    float *weight = carvq_lm_copy_vector(finder, &vector, 0, length);
    for (size_t i = 0; finder->config->architecture->norm == CARVQ_LM_RMS_MINUS_ONE && i < length; i++)
        weight[i] += 1;
    *norm_ret = (struct carvq_lm_norm){.weight = weight};
    if (!bias)
        return CARVQ_OK;
    status = carvq_lm_find_vector(finder, name, "bias", length, &vector);
    if (status == CARVQ_OK)
        norm_ret->bias = carvq_lm_copy_vector(finder, &vector, 0, length);
    return status;
}

// Queries, keys and values of which a file has all rows of one head, then those of the next: as three parts.
static void split_heads(struct carvq_lm_finder *finder, const struct carvq_lm_matrix *bias, struct carvq_lm_linear *linear)
{
    const size_t dim = finder->config->head_dim, heads = finder->config->heads;
    const struct carvq_lm_matrix whole = linear->parts[0];
    for (size_t part = 0; part < 3; part++) {
        linear->parts[part] = whole;
        linear->parts[part].data += carvq_tensor_bytes(whole.type, part * dim * whole.cols);
        linear->parts[part].rows = heads * dim;
        linear->parts[part].run = dim;
        linear->parts[part].step = 3 * dim;
        for (size_t head = 0; bias != NULL && head < heads; head++)
            carvq_lm_copy_vector(finder, bias, (3 * head + part) * dim, dim);
    }
    linear->count = 3;
}

static enum carvq_status find_part(struct carvq_lm_finder *finder, const struct piece *piece, const char *name,
                                   struct carvq_lm_linear *linear)
{
    const bool by_heads = piece->place == CARVQ_LM_QKV && finder->config->architecture->qkv_by_heads;
    struct carvq_lm_matrix bias;
    if (linear->count == 0)
        linear->bias = piece->bias ? finder->vectors : NULL;
    enum carvq_status status = carvq_lm_find_linear(finder, name, piece->rows, piece->cols, &linear->parts[linear->count]);
    linear->count++;
    if (status == CARVQ_OK && piece->bias)
        status = carvq_lm_find_vector(finder, name, "bias", piece->rows, &bias);
    if (status == CARVQ_OK && by_heads)
        split_heads(finder, piece->bias ? &bias : NULL, linear);
    else if (status == CARVQ_OK && piece->bias)
        carvq_lm_copy_vector(finder, &bias, 0, piece->rows);
    return status;
}

static enum carvq_status find_layer(struct carvq_lm_finder *finder, size_t number, struct carvq_lm_layer *layer)
{
    struct piece pieces[MAX_PIECES];
    const size_t count = list_layer(finder->config, pieces);
    enum carvq_status status = CARVQ_OK;
    for (size_t i = 0; status == CARVQ_OK && i < count; i++) {
        const struct piece *piece = &pieces[i];
        char name[160];
        snprintf(name, sizeof name, "%s%s.%zu.%s", finder->stem->base, finder->config->architecture->layers, number, piece->name);
        status = piece->is_norm ? find_norm(finder, name, piece->cols, piece->bias, &layer->norms[piece->place])
                                : find_part(finder, piece, name, &layer->linears[piece->place]);
    }
    return status;
}

// What stands before the names in these files: the first with which there are both tables, else the first with which there is
// one.
static const struct carvq_lm_stem *choose_stem(const struct carvq_checkpoint *checkpoint, const struct carvq_lm_config *config)
{
    const struct carvq_lm_stem *best = &config->stems[0];
    unsigned most = 0;
    for (size_t i = 0; i < CARVQ_LM_MAX_PARTS && config->stems[i].base != NULL; i++) {
        char table[128], head[128];
        snprintf(table, sizeof table, "%s%s.weight", config->stems[i].base, config->architecture->embedding);
        snprintf(head, sizeof head, "%s.weight", config->stems[i].head);
        const bool has_table = carvq_checkpoint_find_usual(checkpoint, table) != NULL;
        const unsigned tables = has_table ? 1 + (carvq_checkpoint_find_usual(checkpoint, head) != NULL) : 0;
        if (tables > most) {
            most = tables;
            best = &config->stems[i];
        }
    }
    return best;
}

// The head that a tied model stores all the same; the checkpoint found that it is a copy.
static void mark_copy(const struct carvq_lm_finder *finder, const struct carvq_tensor *head)
{
    if (head != NULL)
        finder->found[head - carvq_checkpoint_tensor_at(finder->checkpoint, 0)] = true;
}

// What the checkpoint says of the head, given the only table or both.
static enum carvq_status read_head(const struct carvq_lm_finder *finder, const struct carvq_tensor *table,
                                   enum carvq_head *head_ret)
{
    struct carvq_checkpoint_table *tables = NULL;
    size_t count = 0;
    *head_ret = CARVQ_HEAD_UNKNOWN;
    if (table == NULL)
        return CARVQ_OK;
    enum carvq_status status = carvq_checkpoint_tables(finder->checkpoint, &table->name, 1, &tables, &count, finder->error);
    if (status == CARVQ_OK && count == 1)
        *head_ret = tables[0].head;
    free(tables);
    return status;
}

// The input table and the output head. The checkpoint knows whether they are the same.
static enum carvq_status find_tables(struct carvq_lm_finder *finder, struct carvq_lm_weights *weights)
{
    const struct carvq_lm_config *config = finder->config;
    char embedding[120], full[128], head_full[128];
    snprintf(embedding, sizeof embedding, "%s%s", finder->stem->base, config->architecture->embedding);
    snprintf(full, sizeof full, "%s.weight", embedding);
    snprintf(head_full, sizeof head_full, "%s.weight", finder->stem->head);
    const struct carvq_tensor *input = carvq_checkpoint_find_usual(finder->checkpoint, full),
                              *head = carvq_checkpoint_find_usual(finder->checkpoint, head_full);
    enum carvq_head kind;
    enum carvq_status status = read_head(finder, input != NULL ? input : head, &kind);
    if (status != CARVQ_OK)
        return status;
    weights->tied = kind == CARVQ_HEAD_TIED || kind == CARVQ_HEAD_ASSUMED;
    const bool alone = input == NULL && weights->tied; // stored as the head
    status = carvq_lm_find_matrix(finder, alone ? finder->stem->head : embedding, config->vocabulary, config->hidden,
                                  &weights->embedding);
    if (status != CARVQ_OK)
        return status;
    snprintf(weights->input_name, sizeof weights->input_name, "%s", alone ? head->name : input->name);
    snprintf(weights->head_name, sizeof weights->head_name, "%s", head != NULL ? head->name : head_full);
    weights->head = weights->embedding;
    if (kind == CARVQ_HEAD_MISSING) // figures should not rest on a guess
        return carvq_fail(
            finder->error, CARVQ_ERROR_FORMAT,
            "%s: tensor '%s' is missing, but config.json says that the head is not tied; if the table is the head, set "
            "tie_word_embeddings to true",
            carvq_checkpoint_path(finder->checkpoint), head_full);
    if (!weights->tied)
        return carvq_lm_find_matrix(finder, finder->stem->head, config->vocabulary, config->hidden, &weights->head);
    mark_copy(finder, head);
    return CARVQ_OK;
}

// The vectors and the table outside of layers.
static enum carvq_status find_rest(struct carvq_lm_finder *finder, struct carvq_lm_weights *weights)
{
    const struct carvq_lm_config *config = finder->config;
    const struct carvq_lm_architecture *architecture = config->architecture;
    char name[128];
    snprintf(name, sizeof name, "%s%s", finder->stem->base, architecture->final_norm);
    enum carvq_status status = find_norm(finder, name, config->hidden, architecture->norm == CARVQ_LM_LAYER_NORM,
                                         &weights->final_norm);
    if (status == CARVQ_OK && architecture->positions != NULL) {
        snprintf(name, sizeof name, "%s%s", finder->stem->base, architecture->positions);
        status = carvq_lm_find_matrix(finder, name, config->max_window, config->hidden, &weights->positions);
    }
    if (status != CARVQ_OK || !architecture->head_bias)
        return status;
    struct carvq_lm_matrix bias;
    status = carvq_lm_find_vector(finder, finder->stem->head, "bias", config->vocabulary, &bias);
    if (status == CARVQ_OK)
        weights->head_bias = carvq_lm_copy_vector(finder, &bias, 0, config->vocabulary);
    return status;
}

// Whether a tensor is one that old files have and nobody reads.
static bool is_ignored(const struct carvq_lm_finder *finder, const char *name)
{
    const struct carvq_lm_architecture *architecture = finder->config->architecture;
    char prefix[128], *rest;
    snprintf(prefix, sizeof prefix, "%s%s.", finder->stem->base, architecture->layers);
    const char *number = name + strlen(prefix);
    if (strncmp(name, prefix, strlen(prefix)) != 0 || *number < '0' || *number > '9' ||
        strtoull(number, &rest, 10) >= finder->config->layers || *rest++ != '.')
        return false;
    for (size_t i = 0; i < sizeof architecture->ignored / sizeof *architecture->ignored; i++)
        if (architecture->ignored[i] != NULL && strcmp(rest, architecture->ignored[i]) == 0)
            return true;
    return false;
}

// Without a tensor that nobody asked for, the result would be that of another model.
static enum carvq_status check_no_others(const struct carvq_lm_finder *finder)
{
    for (size_t i = 0; i < carvq_checkpoint_tensor_count(finder->checkpoint); i++) {
        const struct carvq_tensor *tensor = carvq_checkpoint_tensor_at(finder->checkpoint, i);
        const bool other = finder->config->wrapped && carvq_lm_architecture_is_other_part(tensor->name);
        char usual[300];
        carvq_checkpoint_usual_name(finder->checkpoint, tensor->name, usual, sizeof usual);
        if (!finder->found[i] && !other && !is_ignored(finder, usual))
            return carvq_fail(finder->error, CARVQ_ERROR_UNSUPPORTED,
                              "%s: tensor '%s' is no part of a %s as its config.json describes it", tensor->file, tensor->name,
                              finder->config->name);
    }
    return CARVQ_OK;
}

enum carvq_status carvq_lm_weights_open(const struct carvq_checkpoint *checkpoint, const struct carvq_lm_config *config,
                                        struct carvq_lm_weights *weights_ret, struct carvq_error *error)
{
    bool *found = calloc(carvq_checkpoint_tensor_count(checkpoint) + 1, sizeof *found);
    *weights_ret = (struct carvq_lm_weights){.layers = calloc(config->layers, sizeof *weights_ret->layers),
                                             .vectors = calloc(vector_values(config), sizeof *weights_ret->vectors)};
    enum carvq_status status = CARVQ_OK;
    if (found == NULL || weights_ret->layers == NULL || weights_ret->vectors == NULL)
        status = carvq_fail(error, CARVQ_ERROR_MEMORY, "%s: out of memory", carvq_checkpoint_path(checkpoint));
    struct carvq_lm_finder finder = {checkpoint, config, choose_stem(checkpoint, config), found, weights_ret->vectors, error};
    if (status == CARVQ_OK)
        status = find_tables(&finder, weights_ret);
    for (size_t i = 0; status == CARVQ_OK && i < config->layers; i++)
        status = find_layer(&finder, i, &weights_ret->layers[i]);
    if (status == CARVQ_OK)
        status = find_rest(&finder, weights_ret);
    if (status == CARVQ_OK)
        status = check_no_others(&finder);
    free(found);
    return status;
}

void carvq_lm_weights_close(struct carvq_lm_weights *weights)
{
    free(weights->layers);
    free(weights->vectors);
}
