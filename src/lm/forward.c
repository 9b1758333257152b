// SPDX-License-Identifier: MIT
// The forward pass: embedding, then attention and MLP of each layer.
#include <math.h>
#include <omp.h>
#include <string.h>

#include "lm/attention.h"
#include "lm/lanes.h"
#include "lm/model.h"
#include "lm/product.h"

// Norms width values of a row: y = x / root mean square of x, times the weights; or of x less its mean, plus the bias.
static void normalize_row(const struct carvq_lm_norm *norm, bool centre, double epsilon, const float *x, size_t width, float *y)
{
    double sum = 0, mean = 0;
    for (size_t i = 0; centre && i < width; i++)
        mean += (double)x[i] / (double)width;
    for (size_t i = 0; i < width; i++)
        sum += ((double)x[i] - mean) * ((double)x[i] - mean);
    const float scale = (float)(1 / sqrt(sum / (double)width + epsilon)), shift = (float)mean;
    for (size_t i = 0; i < width; i++)
        y[i] = (x[i] - shift) * scale * norm->weight[i];
    for (size_t i = 0; norm->bias != NULL && i < width; i++)
        y[i] += norm->bias[i];
}

// Rows of a token, one after the other: count of width values each; tokens are stride values apart.
struct rows {
    size_t count, width, stride;
};

static void normalize(const struct carvq_lm_batch *batch, const struct carvq_lm_norm *norm, const float *x,
                      const struct rows *rows, size_t tokens, float *y)
{
    const bool centre = batch->lm->config.architecture->norm == CARVQ_LM_LAYER_NORM;
#pragma omp parallel for num_threads((int)batch->threads) schedule(static)
    for (size_t token = 0; token < tokens; token++)
        for (size_t i = 0; i < rows->count; i++) {
            const size_t place = token * rows->stride + i * rows->width;
            normalize_row(norm, centre, batch->lm->config.epsilon, x + place, rows->width, y + place);
        }
}

// Queries and keys, where they have norms: each head by itself, or all of them as one row.
static void normalize_heads(const struct carvq_lm_batch *batch, const struct carvq_lm_layer *layer, size_t tokens, size_t stride)
{
    const struct carvq_lm_config *config = &batch->lm->config;
    const bool whole = config->architecture->norms_all_heads;
    const size_t heads[2] = {config->heads, config->kv_heads};
    float *at = batch->wide;
    for (size_t i = 0; i < 2; at += heads[i] * config->head_dim, i++) {
        const struct carvq_lm_norm *norm = &layer->norms[CARVQ_LM_OF_QUERIES + i];
        const struct rows rows = {whole ? 1 : heads[i], whole ? heads[i] * config->head_dim : config->head_dim, stride};
        if (norm->weight != NULL)
            normalize(batch, norm, at, &rows, tokens, at);
    }
}

// Turns the queries and keys of all tokens, which lie next to each other.
static void turn(const struct carvq_lm_batch *batch, size_t number, size_t tokens, size_t stride)
{
    const struct carvq_lm_config *config = &batch->lm->config;
    const struct carvq_lm_rope *rope = &config->ropes[number];
#pragma omp parallel for num_threads((int)batch->threads) schedule(static)
    for (size_t token = 0; token < tokens; token++) {
        const size_t place = batch->places[token] * rope->pairs;
        carvq_lm_rope_turn(rope, batch->cosines[number] + place, batch->sines[number] + place, batch->wide + token * stride,
                           config->heads + config->kv_heads, config->head_dim);
    }
}

// What lies first in each row of batch->wide becomes what down is applied to: activation(gate) * up, or activation(up).
static void activate(const struct carvq_lm_batch *batch, size_t tokens)
{
    const struct carvq_lm_config *config = &batch->lm->config;
    const size_t inner = config->intermediate, stride = carvq_lm_up_values(config);
#pragma omp parallel for num_threads((int)batch->threads) schedule(static)
    for (size_t token = 0; token < tokens; token++) {
        float *x = batch->wide + token * stride;
        carvq_lm_activate(config->activation, x, inner);
        if (stride > inner)
            carvq_lm_multiply(x, x + inner, inner);
    }
}

// x = x * scale + other
static void mix(const struct carvq_lm_batch *batch, float *x, float scale, const float *other, float other_scale, size_t tokens)
{
    const size_t n = batch->lm->config.hidden;
#pragma omp parallel for num_threads((int)batch->threads) schedule(static)
    for (size_t token = 0; token < tokens; token++)
        for (size_t i = token * n; i < (token + 1) * n; i++)
            x[i] = x[i] * scale + (other != NULL ? other[i] * other_scale : 0);
}

// What one call works on.
struct pass {
    const struct carvq_lm_batch *batch;
    const struct carvq_lm_sequence *sequences;
    size_t sequence_count, tokens, tile_count;
    struct carvq_lm_cache *cache; // or NULL
};

// Cuts each sequence into tiles; neighbours with one token each share theirs. Fills in batch->tiles and batch->places.
static size_t cut(struct carvq_lm_batch *batch, const struct carvq_lm_sequence *sequences, size_t count)
{
    size_t tiles = 0;
    bool single = false; // the last tile is of such neighbours
    for (size_t i = 0; i < count; i++) {
        const struct carvq_lm_sequence *sequence = &sequences[i];
        for (size_t token = 0; token < sequence->count; token++)
            batch->places[sequence->first + token] = (uint32_t)(sequence->past + token);
        if (sequence->count == 1 && single && batch->tiles[tiles - 1].count < CARVQ_LM_TILE_VECTORS) {
            batch->tiles[tiles - 1].count++;
            continue;
        }
        for (size_t done = 0; done < sequence->count; done += CARVQ_LM_TILE_VECTORS) {
            const size_t left = sequence->count - done;
            batch->tiles[tiles++] = (struct carvq_lm_tile){sequence->first + done,
                                                           left < CARVQ_LM_TILE_VECTORS ? left : CARVQ_LM_TILE_VECTORS};
        }
        single = sequence->count == 1;
    }
    return tiles;
}

static void apply(const struct pass *pass, const struct carvq_lm_linear *linear, const float *x, size_t x_stride, bool add,
                  float *y, size_t y_stride)
{
    const struct carvq_lm_batch *batch = pass->batch;
    carvq_lm_apply(linear, x, x_stride, batch->tiles, pass->tile_count, add, y, y_stride, batch->block, batch->threads);
}

static void attend(const struct pass *pass, size_t layer, size_t stride)
{
    const struct carvq_lm_batch *batch = pass->batch;
    const struct carvq_lm_cache *cache = pass->cache;
    const struct carvq_lm_attention_job job = {
        .config = &batch->lm->config,
        .window = batch->lm->config.kinds[layer].window,
        .sequences = pass->sequences,
        .sequence_count = pass->sequence_count,
        .qkv = batch->wide,
        .qkv_stride = stride,
        .cache = cache != NULL ? cache->data + layer * cache->layer_values : NULL,
        .cache_length = cache != NULL ? cache->length : 0,
        .out = batch->attended,
        .scratch = batch->scratch,
        .scratch_values = batch->scratch_values,
        .threads = batch->threads,
    };
    carvq_lm_attention(&job);
}

// The input of attention or mlp: x after its norm, or what is to stand for it where there is none.
static const float *enter(const struct pass *pass, const struct carvq_lm_norm *norm, const float *x, const float *otherwise)
{
    const size_t n = pass->batch->lm->config.hidden;
    const struct rows rows = {1, n, n};
    if (norm->weight == NULL)
        return otherwise;
    normalize(pass->batch, norm, x, &rows, pass->tokens, pass->batch->normed);
    return pass->batch->normed;
}

// x += linear y, normed and multiplied where the architecture says so.
static void leave(const struct pass *pass, const struct carvq_lm_linear *linear, const struct carvq_lm_norm *norm, const float *y,
                  size_t y_stride, float *x)
{
    const struct carvq_lm_batch *batch = pass->batch;
    const size_t n = batch->lm->config.hidden;
    const float scale = batch->lm->config.residual_scale;
    const struct rows rows = {1, n, n};
    if (norm->weight == NULL && scale == 1) {
        apply(pass, linear, y, y_stride, true, x, n);
        return;
    }
    apply(pass, linear, y, y_stride, false, batch->branch, n);
    if (norm->weight != NULL)
        normalize(batch, norm, batch->branch, &rows, pass->tokens, batch->branch);
    mix(batch, x, 1, batch->branch, scale, pass->tokens);
}

static void run_layer(const struct pass *pass, size_t number, float *x)
{
    const struct carvq_lm_batch *batch = pass->batch;
    const struct carvq_lm_config *config = &batch->lm->config;
    const struct carvq_lm_layer *layer = &batch->lm->weights.layers[number];
    const struct carvq_lm_norm *norms = layer->norms;
    const struct carvq_lm_linear *linears = layer->linears;
    const size_t n = config->hidden, up = carvq_lm_up_values(config);
    const size_t queries = config->heads * config->head_dim, qkv = queries + carvq_lm_kv_values(config);
    const float *input = enter(pass, &norms[CARVQ_LM_BEFORE_ATTENTION], x, x);
    apply(pass, &linears[CARVQ_LM_QKV], input, n, false, batch->wide, qkv);
    normalize_heads(batch, layer, pass->tokens, qkv);
    if (config->kinds[number].rope < CARVQ_LM_MAX_ROPES)
        turn(batch, config->kinds[number].rope, pass->tokens, qkv);
    attend(pass, number, qkv);
    if (config->parallel) // before x changes
        input = enter(pass, &norms[CARVQ_LM_BEFORE_MLP], x, input);
    leave(pass, &linears[CARVQ_LM_OUTPUT], &norms[CARVQ_LM_AFTER_ATTENTION], batch->attended, queries, x);
    if (!config->parallel)
        input = enter(pass, &norms[CARVQ_LM_BEFORE_MLP], x, x);
    apply(pass, &linears[CARVQ_LM_UP], input, n, false, batch->wide, up);
    activate(batch, pass->tokens);
    leave(pass, &linears[CARVQ_LM_DOWN], &norms[CARVQ_LM_AFTER_MLP], batch->wide, up, x);
}

// What goes into the first layer.
static enum carvq_status embed(const struct pass *pass, const struct carvq_lm_rows *input, const uint32_t *ids, float *x,
                               struct carvq_error *error)
{
    const struct carvq_lm_batch *batch = pass->batch;
    const struct carvq_lm_weights *weights = &batch->lm->weights;
    const float scale = batch->lm->config.embedding_scale;
    enum carvq_status status = carvq_lm_gather(&weights->embedding, input, ids, pass->tokens, x, batch->threads, error);
    const bool positions = status == CARVQ_OK && weights->positions.data != NULL;
    if (positions)
        status = carvq_lm_gather(&weights->positions, NULL, batch->places, pass->tokens, batch->normed, batch->threads, error);
    if (status == CARVQ_OK && (scale != 1 || positions))
        mix(batch, x, scale, positions ? batch->normed : NULL, 1, pass->tokens);
    return status;
}

enum carvq_status carvq_lm_extend(struct carvq_lm_batch *batch, const struct carvq_lm_rows *input, struct carvq_lm_cache *cache,
                                  const struct carvq_lm_sequence *sequences, size_t count, const uint32_t *ids, float *hidden_ret,
                                  struct carvq_error *error)
{
    const struct carvq_lm_config *config = &batch->lm->config;
    const size_t tokens = sequences[count - 1].first + sequences[count - 1].count, n = config->hidden;
    const struct pass pass = {batch, sequences, count, tokens, cut(batch, sequences, count), cache};
    const struct rows rows = {1, n, n};
    enum carvq_status status = embed(&pass, input, ids, hidden_ret, error);
    if (status != CARVQ_OK)
        return status;
    for (size_t i = 0; i < config->layers; i++)
        run_layer(&pass, i, hidden_ret);
    normalize(batch, &batch->lm->weights.final_norm, hidden_ret, &rows, tokens, hidden_ret);
    if (config->state_scale != 1)
        mix(batch, hidden_ret, config->state_scale, NULL, 0, tokens);
    return CARVQ_OK;
}

enum carvq_status carvq_lm_hidden(struct carvq_lm_batch *batch, const struct carvq_lm_rows *input, const uint32_t *ids,
                                  size_t windows, float *hidden_ret, struct carvq_error *error)
{
    return carvq_lm_extend(batch, input, NULL, batch->equal, windows, ids, hidden_ret, error);
}
