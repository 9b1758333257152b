// SPDX-License-Identifier: MIT
// The output head. A vocabulary of 262144 makes a quarter of a gigabyte of logits for one window, so they are computed in
// tiles of 128 positions x 512 ids, and only running sums are kept.
#include <cblas.h>
#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/status.h"
#include "lm/lanes.h"
#include "lm/model.h"
#include "lm/product.h"

#define MAX_READY_BYTES ((size_t)64 << 20)
#define TILE_VALUES ((size_t)CARVQ_LM_TILE_POSITIONS * CARVQ_LM_TILE_IDS)

// logits_ret[count][stride] of the ids whose rows are given.
static void multiply(const float *hidden, size_t count, const float *rows, size_t ids, size_t n, float *logits_ret, size_t stride)
{
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)count, (int)ids, (int)n, 1, hidden, (int)n, rows, (int)n, 0,
                logits_ret, (int)stride);
}

void carvq_lm_finish_logits(const struct carvq_lm *lm, size_t first, size_t ids, size_t count, float *logits, size_t stride)
{
    const float *bias = lm->weights.head_bias;
    for (size_t i = 0; i < count; i++) {
        for (size_t id = 0; bias != NULL && id < ids; id++)
            logits[i * stride + id] += bias[first + id];
        if (lm->config.logit_cap > 0)
            carvq_lm_cap(lm->config.logit_cap, logits + i * stride, ids);
    }
}

enum carvq_status carvq_lm_logits(struct carvq_lm_batch *batch, const struct carvq_lm_rows *others, const float *hidden,
                                  size_t count, float *logits_ret, struct carvq_error *error)
{
    const struct carvq_lm_matrix *head = &batch->lm->weights.head;
    const size_t block = carvq_lm_block_rows(head->cols);
    if (others != NULL && others->head != NULL) {
        enum carvq_status status = carvq_lm_table_logits(others, hidden, count, batch->threads, logits_ret, error);
        if (status == CARVQ_OK)
            carvq_lm_finish_logits(batch->lm, 0, head->rows, count, logits_ret, head->rows);
        return status;
    }
    for (size_t first = 0; first < head->rows; first += block) {
        const size_t ids = head->rows - first < block ? head->rows - first : block;
        const float *rows;
        enum carvq_status status = carvq_lm_block(head, others, first, ids, batch->block, batch->threads, &rows, error);
        if (status != CARVQ_OK)
            return status;
        multiply(hidden, count, rows, ids, head->cols, logits_ret + first, head->rows);
        carvq_lm_finish_logits(batch->lm, first, ids, count, logits_ret + first, head->rows);
    }
    return CARVQ_OK;
}

// Takes the logits of count more ids into the sums of a variant. weights_ret, which may be logits, gets exp(logit - max).
// Returns what sums that are in units of exp(max) are to be multiplied with, for max may have grown.
static double add_logits(struct carvq_lm_position *position, const float *logits, size_t first, size_t count, float *weights_ret)
{
    const float max = carvq_lm_max(logits, count);
    double scale = 1;
    if (max > position->max) {
        size_t top = 0;
        while (logits[top] != max)
            top++;
        scale = exp((double)position->max - max);
        position->max = max;
        position->top = (uint32_t)(first + top);
        position->sum *= scale;
    }
    position->sum += carvq_lm_weigh(logits, count, position->max, weights_ret);
    return scale;
}

// The tiles of what is to be scored.
struct tiles {
    struct carvq_lm_score_tile *items;
    size_t count, positions;
};

static void add_span(struct tiles *tiles, size_t first, size_t count, const uint32_t *targets)
{
    for (size_t done = 0; done < count; done += CARVQ_LM_TILE_POSITIONS) {
        const size_t size = count - done < CARVQ_LM_TILE_POSITIONS ? count - done : CARVQ_LM_TILE_POSITIONS;
        tiles->items[tiles->count++] = (struct carvq_lm_score_tile){first + done, size, tiles->positions, targets + done};
        tiles->positions += size;
    }
}

// Logits of the variants whose heads compute them by themselves, for all ids and the states of some tiles: [positions][V]. NULL:
// products with rows.
struct ready {
    float *logits[CARVQ_LM_MAX_VARIANTS];
    float *states;            // [positions][n] of one variant
    size_t place, vocabulary; // of the first position
};

// The variants that are scored together, and a block of the vocabulary: its rows in the head of each.
struct block {
    const struct carvq_lm_variant *variants;
    size_t count;
    const float *rows[CARVQ_LM_MAX_VARIANTS];
    size_t first, ids;
    const struct ready *ready;
};

static void take_ready(const struct ready *ready, size_t variant, const struct carvq_lm_score_tile *tile, size_t id, size_t width,
                       float *logits_ret)
{
    const float *logits = ready->logits[variant] + (tile->place - ready->place) * ready->vocabulary + id;
    for (size_t i = 0; i < tile->count; i++)
        memcpy(logits_ret + i * width, logits + i * ready->vocabulary, width * sizeof *logits);
}

// The logits of all variants for the states of a tile and the ids id .. id + width - 1: the original's are computed once.
static void score_ids(struct carvq_lm_batch *batch, const struct block *block, const struct carvq_lm_score_tile *tile, size_t id,
                      size_t width)
{
    const size_t n = batch->lm->config.hidden, row = (id - block->first) * n;
    float *original = batch->scratch + (size_t)omp_get_thread_num() * batch->scratch_values;
    float *weights = original + TILE_VALUES, *changed = weights + TILE_VALUES;
    double scales[CARVQ_LM_TILE_POSITIONS];
    for (size_t v = 0; v < block->count; v++) {
        struct carvq_lm_position *positions = batch->positions + v * batch->windows * batch->length + tile->place;
        float *logits = v == 0 ? original : changed;
        if (block->ready->logits[v] != NULL)
            take_ready(block->ready, v, tile, id, width, logits);
        else
            multiply(block->variants[v].hidden + tile->first * n, tile->count, block->rows[v] + row, width, n, logits, width);
        carvq_lm_finish_logits(batch->lm, id, width, tile->count, logits, width);
        for (size_t i = 0; i < tile->count; i++) {
            float *values = logits + i * width, *weight = weights + i * width;
            if (tile->targets[i] >= id && tile->targets[i] - id < width)
                positions[i].target = values[tile->targets[i] - id];
            if (v == 0) {
                scales[i] = add_logits(&positions[i], values, id, width, weight);
            } else {
                positions[i].gap = positions[i].gap * scales[i] + carvq_lm_gap(weight, original + i * width, values, width);
                add_logits(&positions[i], values, id, width, values);
            }
        }
    }
}

static void score_block(struct carvq_lm_batch *batch, const struct block *block, const struct tiles *tiles)
{
    const size_t end = block->first + block->ids;
#pragma omp parallel for num_threads((int)batch->threads) schedule(dynamic)
    for (size_t i = 0; i < tiles->count; i++)
        for (size_t id = block->first; id < end; id += CARVQ_LM_TILE_IDS)
            score_ids(batch, block, &tiles->items[i], id, end - id < CARVQ_LM_TILE_IDS ? end - id : CARVQ_LM_TILE_IDS);
}

// Reads the rows of a block: those of the model as it is, then each other head once.
static enum carvq_status read_block(struct carvq_lm_batch *batch, struct block *block, struct carvq_error *error)
{
    const struct carvq_lm_matrix *head = &batch->lm->weights.head;
    for (size_t v = 0; v < block->count; v++) {
        size_t same = 0;
        while (block->variants[same].head != block->variants[v].head)
            same++;
        block->rows[v] = block->rows[same];
        if (same < v || block->ready->logits[v] != NULL)
            continue;
        if (batch->head_blocks[v] == NULL)
            batch->head_blocks[v] = malloc(carvq_lm_block_values(head->cols) * sizeof *batch->head_blocks[v]);
        if (batch->head_blocks[v] == NULL)
            return carvq_fail(error, CARVQ_ERROR_MEMORY, "out of memory for a block of the output head");
        enum carvq_status status = carvq_lm_block(head, block->variants[v].head, block->first, block->ids, batch->head_blocks[v],
                                                  batch->threads, &block->rows[v], error);
        if (status != CARVQ_OK)
            return status;
    }
    return CARVQ_OK;
}

static struct carvq_lm_score finish(const struct carvq_lm_position *original, const struct carvq_lm_position *position)
{
    const double p = original->max + log(original->sum), q = position->max + log(position->sum);
    return (struct carvq_lm_score){q - position->target, position->top, position->gap / original->sum + q - p};
}

// Tiles whose ready logits fit into MAX_READY_BYTES, at least one; all of them if no variant has such.
static size_t ready_tiles(const struct carvq_lm_variant *variants, size_t count, size_t vocabulary, size_t tiles)
{
    size_t heads = 0;
    for (size_t v = 0; v < count; v++)
        heads += variants[v].head != NULL && variants[v].head->head != NULL;
    if (heads == 0)
        return tiles;
    const size_t fits = MAX_READY_BYTES / (heads * vocabulary * CARVQ_LM_TILE_POSITIONS * sizeof(float));
    return fits < 1 ? 1 : fits < tiles ? fits : tiles;
}

static enum carvq_status make_ready(const struct carvq_lm_batch *batch, const struct carvq_lm_variant *variants, size_t count,
                                    const struct tiles *tiles, struct ready *ready, struct carvq_error *error)
{
    const size_t n = batch->lm->config.hidden, room = tiles->count * CARVQ_LM_TILE_POSITIONS; // the first tiles are the most
    const struct carvq_lm_score_tile *last = &tiles->items[tiles->count - 1];
    ready->place = tiles->items[0].place;
    for (size_t v = 0; v < count; v++) {
        if (variants[v].head == NULL || variants[v].head->head == NULL)
            continue;
        if (ready->states == NULL)
            ready->states = malloc(room * n * sizeof(float));
        if (ready->logits[v] == NULL)
            ready->logits[v] = malloc(room * ready->vocabulary * sizeof(float));
        if (ready->states == NULL || ready->logits[v] == NULL)
            return carvq_fail(error, CARVQ_ERROR_MEMORY, "out of memory for logits");
        for (size_t i = 0; i < tiles->count; i++) {
            const struct carvq_lm_score_tile *tile = &tiles->items[i];
            memcpy(ready->states + (tile->place - ready->place) * n, variants[v].hidden + tile->first * n,
                   tile->count * n * sizeof(float));
        }
        enum carvq_status status = carvq_lm_table_logits(
            variants[v].head, ready->states, last->place + last->count - ready->place, batch->threads, ready->logits[v], error);
        if (status != CARVQ_OK)
            return status;
    }
    return CARVQ_OK;
}

static enum carvq_status score_tiles(struct carvq_lm_batch *batch, const struct carvq_lm_variant *variants, size_t count,
                                     const struct tiles *tiles, const struct ready *ready, struct carvq_error *error)
{
    const struct carvq_lm_matrix *head = &batch->lm->weights.head;
    const size_t step = carvq_lm_block_rows(head->cols);
    for (size_t first = 0; first < head->rows; first += step) {
        const size_t ids = head->rows - first < step ? head->rows - first : step;
        struct block block = {variants, count, {NULL}, first, ids, ready};
        enum carvq_status status = read_block(batch, &block, error);
        if (status != CARVQ_OK)
            return status;
        score_block(batch, &block, tiles);
    }
    return CARVQ_OK;
}

static enum carvq_status score(struct carvq_lm_batch *batch, const struct carvq_lm_variant *variants, size_t count,
                               const struct tiles *tiles, struct carvq_lm_score *scores_ret, struct carvq_error *error)
{
    const size_t room = batch->windows * batch->length;
    struct ready ready = {.vocabulary = batch->lm->weights.head.rows};
    enum carvq_status status = CARVQ_OK;
    if (count == 0 || count > CARVQ_LM_MAX_VARIANTS)
        return carvq_fail(error, CARVQ_ERROR_ARGUMENT, "%zu variants of a model cannot be scored together", count);
    for (size_t i = 0; i < count * room; i++)
        batch->positions[i] = (struct carvq_lm_position){.max = -INFINITY};
    const size_t most = ready_tiles(variants, count, ready.vocabulary, tiles->count);
    for (size_t first = 0; first < tiles->count && status == CARVQ_OK; first += most) {
        const size_t some = tiles->count - first < most ? tiles->count - first : most;
        const struct tiles part = {tiles->items + first, some, 0};
        status = make_ready(batch, variants, count, &part, &ready, error);
        if (status == CARVQ_OK)
            status = score_tiles(batch, variants, count, &part, &ready, error);
    }
    for (size_t v = 0; v < count; v++)
        free(ready.logits[v]);
    free(ready.states);
    for (size_t v = 0; v < count && status == CARVQ_OK; v++)
        for (size_t i = 0; i < tiles->positions; i++)
            scores_ret[v * tiles->positions + i] = finish(&batch->positions[i], &batch->positions[v * room + i]);
    return status;
}

enum carvq_status carvq_lm_score_spans(struct carvq_lm_batch *batch, const struct carvq_lm_variant *variants,
                                       size_t variant_count, const struct carvq_lm_span *spans, size_t count,
                                       struct carvq_lm_score *scores_ret, struct carvq_error *error)
{
    struct tiles tiles = {.items = batch->score_tiles};
    for (size_t i = 0; i < count; i++)
        add_span(&tiles, spans[i].first, spans[i].count, spans[i].targets);
    return score(batch, variants, variant_count, &tiles, scores_ret, error);
}

enum carvq_status carvq_lm_score(struct carvq_lm_batch *batch, const struct carvq_lm_variant *variants, size_t variant_count,
                                 const uint32_t *ids, size_t windows, struct carvq_lm_score *scores_ret,
                                 struct carvq_error *error)
{
    struct tiles tiles = {.items = batch->score_tiles};
    for (size_t i = 0; i < windows; i++)
        add_span(&tiles, i * batch->length, batch->length - 1, ids + i * batch->length + 1);
    return score(batch, variants, variant_count, &tiles, scores_ret, error);
}
