// SPDX-License-Identifier: MIT
// The forward pass: embedding, then attention and MLP of each layer.
#include <math.h>
#include <omp.h>
#include <stdlib.h>

#include "runtime/status.h"
#include "lm/attention.h"
#include "lm/lanes.h"
#include "lm/model.h"
#include "lm/product.h"

#define BATCH_VALUES ((size_t)64 << 20) // 256 MiB of floats
#define BATCH_TOKENS 2048               // beyond that nothing is gained

static size_t wide_values(const struct carvq_lm_config *config)
{
    const size_t qkv = (config->heads + 2 * config->kv_heads) * config->head_dim, mlp = 2 * config->intermediate;
    return qkv > mlp ? qkv : mlp;
}

size_t carvq_lm_batch_windows(const struct carvq_lm *lm, size_t length)
{
    const struct carvq_lm_config *config = &lm->config;
    // Two more rows of n are the states that our caller keeps.
    const size_t token = 3 * config->hidden + wide_values(config) + config->heads * config->head_dim;
    size_t tokens = BATCH_VALUES / token < BATCH_TOKENS ? BATCH_VALUES / token : BATCH_TOKENS;
    return tokens > length ? tokens / length : 1;
}

// Lays the buffers out, or, if batch->memory is NULL, only counts their floats.
static size_t lay_out(struct carvq_lm_batch *batch)
{
    const struct carvq_lm_config *config = &batch->lm->config;
    const size_t tokens = batch->windows * batch->length, queries = config->heads * config->head_dim;
    const size_t widths[] = {config->hidden, queries, config->intermediate};
    size_t block = 0;
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++)
        block = carvq_lm_block_values(widths[i]) > block ? carvq_lm_block_values(widths[i]) : block;
    const size_t attention = carvq_lm_attention_values(batch->length), tiles = 3 * CARVQ_LM_TILE_POSITIONS * CARVQ_LM_TILE_IDS;
    batch->scratch_values = attention > tiles ? attention : tiles;
    const struct {
        float **place;
        size_t values;
    } buffers[] = {
        {&batch->cosines, batch->length * config->rope.pairs},
        {&batch->sines, batch->length * config->rope.pairs},
        {&batch->normed, tokens * config->hidden},
        {&batch->wide, tokens * wide_values(config)},
        {&batch->attended, tokens * queries},
        {&batch->block, block},
        {&batch->scratch, batch->threads * batch->scratch_values},
    };
    size_t used = 0;
    for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++) {
        if (batch->memory != NULL)
            *buffers[i].place = batch->memory + used;
        used += buffers[i].values;
    }
    return used;
}

enum carvq_status carvq_lm_batch_open(const struct carvq_lm *lm, size_t length, size_t windows, unsigned threads,
                                      struct carvq_lm_batch **batch_ret, struct carvq_error *error)
{
    if (length < 2)
        return carvq_fail(error, CARVQ_ERROR_ARGUMENT, "a window of %zu tokens is too short: the first token is not scored",
                          length);
    if (length > lm->config.max_window)
        return carvq_fail(error, CARVQ_ERROR_ARGUMENT,
                          "%s: a window of %zu tokens is too long: max_position_embeddings and sliding_window allow %zu",
                          carvq_checkpoint_config_path(lm->checkpoint), length, lm->config.max_window);
    struct carvq_lm_batch *batch = calloc(1, sizeof *batch);
    if (batch != NULL) {
        *batch = (struct carvq_lm_batch){.lm = lm, .length = length, .windows = windows};
        batch->threads = threads > 0 ? threads : (unsigned)omp_get_num_procs();
        batch->memory = calloc(lay_out(batch), sizeof *batch->memory);
        batch->positions = calloc(CARVQ_LM_MAX_VARIANTS * windows * length, sizeof *batch->positions);
        batch->places = calloc(windows * length, sizeof *batch->places);
        batch->tiles = calloc(windows * length, sizeof *batch->tiles);
        batch->score_tiles = calloc(windows * length, sizeof *batch->score_tiles);
        batch->equal = calloc(windows, sizeof *batch->equal);
    }
    if (batch == NULL || batch->memory == NULL || batch->positions == NULL || batch->places == NULL || batch->tiles == NULL ||
        batch->score_tiles == NULL || batch->equal == NULL) {
        carvq_lm_batch_close(batch);
        return carvq_fail(error, CARVQ_ERROR_MEMORY, "out of memory for %zu windows of %zu tokens", windows, length);
    }
    lay_out(batch);
    for (size_t i = 0; i < windows; i++)
        batch->equal[i] = (struct carvq_lm_sequence){.first = i * length, .count = length};
    carvq_lm_rope_fill(&lm->config.rope, length, batch->cosines, batch->sines);
    *batch_ret = batch;
    return CARVQ_OK;
}

void carvq_lm_batch_close(struct carvq_lm_batch *batch)
{
    if (batch == NULL)
        return;
    for (size_t i = 0; i < CARVQ_LM_MAX_VARIANTS; i++)
        free(batch->head_blocks[i]);
    free(batch->memory);
    free(batch->positions);
    free(batch->places);
    free(batch->tiles);
    free(batch->score_tiles);
    free(batch->equal);
    free(batch);
}

// normed = x / root mean square of x, times the weight of each column.
static void normalize(const struct carvq_lm_batch *batch, const float *weight, const float *x, size_t tokens, float *normed)
{
    const size_t n = batch->lm->config.hidden;
#pragma omp parallel for num_threads((int)batch->threads) schedule(static)
    for (size_t token = 0; token < tokens; token++) {
        const float *row = x + token * n;
        double sum = 0;
        for (size_t i = 0; i < n; i++)
            sum += (double)row[i] * row[i];
        const float scale = (float)(1 / sqrt(sum / (double)n + batch->lm->config.epsilon));
        for (size_t i = 0; i < n; i++)
            normed[token * n + i] = row[i] * scale * weight[i];
    }
}

// Turns the queries and keys of all tokens, which lie next to each other.
static void turn(const struct carvq_lm_batch *batch, size_t tokens, size_t stride)
{
    const struct carvq_lm_config *config = &batch->lm->config;
    const size_t pairs = config->rope.pairs;
#pragma omp parallel for num_threads((int)batch->threads) schedule(static)
    for (size_t token = 0; token < tokens; token++) {
        const size_t position = batch->places[token];
        carvq_lm_rope_turn(&config->rope, batch->cosines + position * pairs, batch->sines + position * pairs,
                           batch->wide + token * stride, config->heads + config->kv_heads, config->head_dim);
    }
}

// gate = silu(gate) * up, where both lie next to each other in batch->wide.
static void activate(const struct carvq_lm_batch *batch, size_t tokens, size_t inner)
{
#pragma omp parallel for num_threads((int)batch->threads) schedule(static)
    for (size_t token = 0; token < tokens; token++) {
        float *gate = batch->wide + token * 2 * inner;
        carvq_lm_silu(gate, gate + inner, inner);
    }
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
            batch->places[sequence->first + token] = sequence->past + token;
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

static void run_layer(const struct pass *pass, size_t number, float *x)
{
    const struct carvq_lm_batch *batch = pass->batch;
    const struct carvq_lm_config *config = &batch->lm->config;
    const struct carvq_lm_layer *layer = &batch->lm->weights.layers[number];
    const size_t n = config->hidden, inner = config->intermediate, tokens = pass->tokens;
    const size_t queries = config->heads * config->head_dim, qkv = queries + carvq_lm_kv_values(config);
    normalize(batch, layer->attention_norm, x, tokens, batch->normed);
    apply(pass, &layer->qkv, batch->normed, n, false, batch->wide, qkv);
    turn(batch, tokens, qkv);
    attend(pass, number, qkv);
    apply(pass, &layer->output, batch->attended, queries, true, x, n);
    normalize(batch, layer->mlp_norm, x, tokens, batch->normed);
    apply(pass, &layer->gate_up, batch->normed, n, false, batch->wide, 2 * inner);
    activate(batch, tokens, inner);
    apply(pass, &layer->down, batch->wide, 2 * inner, true, x, n);
}

enum carvq_status carvq_lm_extend(struct carvq_lm_batch *batch, const struct carvq_lm_rows *input, struct carvq_lm_cache *cache,
                                  const struct carvq_lm_sequence *sequences, size_t count, const uint32_t *ids, float *hidden_ret,
                                  struct carvq_error *error)
{
    const struct carvq_lm_weights *weights = &batch->lm->weights;
    const size_t tokens = sequences[count - 1].first + sequences[count - 1].count;
    enum carvq_status status = carvq_lm_gather(&weights->embedding, input, ids, tokens, hidden_ret, batch->threads, error);
    if (status != CARVQ_OK)
        return status;
    const struct pass pass = {batch, sequences, count, tokens, cut(batch, sequences, count), cache};
    for (size_t i = 0; i < batch->lm->config.layers; i++)
        run_layer(&pass, i, hidden_ret);
    normalize(batch, weights->final_norm, hidden_ret, tokens, hidden_ret);
    return CARVQ_OK;
}

enum carvq_status carvq_lm_hidden(struct carvq_lm_batch *batch, const struct carvq_lm_rows *input, const uint32_t *ids,
                                  size_t windows, float *hidden_ret, struct carvq_error *error)
{
    return carvq_lm_extend(batch, input, NULL, batch->equal, windows, ids, hidden_ret, error);
}
