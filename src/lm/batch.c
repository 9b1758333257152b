// SPDX-License-Identifier: MIT
// The working memory of a forward pass.
#include <omp.h>
#include <stdlib.h>

#include "runtime/status.h"
#include "lm/attention.h"
#include "lm/model.h"
#include "lm/product.h"

#define BATCH_VALUES ((size_t)64 << 20) // 256 MiB of floats
#define BATCH_TOKENS 2048               // beyond that nothing is gained

size_t carvq_lm_up_values(const struct carvq_lm_config *config)
{
    return (config->architecture->ungated ? 1 : 2) * config->intermediate;
}

static size_t wide_values(const struct carvq_lm_config *config)
{
    const size_t qkv = (config->heads + 2 * config->kv_heads) * config->head_dim, mlp = carvq_lm_up_values(config);
    return qkv > mlp ? qkv : mlp;
}

// Whether something is done to what attention and mlp give before it is added.
static bool has_branch(const struct carvq_lm_config *config)
{
    return config->norms[CARVQ_LM_AFTER_ATTENTION] != NULL || config->norms[CARVQ_LM_AFTER_MLP] != NULL ||
           config->residual_scale != 1;
}

size_t carvq_lm_batch_windows(const struct carvq_lm *lm, size_t length)
{
    const struct carvq_lm_config *config = &lm->config;
    // Two more rows of n are the states that our caller keeps.
    const size_t token = (has_branch(config) ? 4 : 3) * config->hidden + wide_values(config) + config->heads * config->head_dim;
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
        {&batch->cosines[0], batch->length * config->ropes[0].pairs},
        {&batch->sines[0], batch->length * config->ropes[0].pairs},
        {&batch->cosines[1], batch->length * config->ropes[1].pairs},
        {&batch->sines[1], batch->length * config->ropes[1].pairs},
        {&batch->normed, tokens * config->hidden},
        {&batch->branch, has_branch(config) ? tokens * config->hidden : 0},
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
                          "%s: a window of %zu tokens is too long: the model's positions are good for %zu",
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
    for (size_t i = 0; i < CARVQ_LM_MAX_ROPES; i++)
        carvq_lm_rope_fill(&lm->config.ropes[i], length, batch->cosines[i], batch->sines[i]);
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
