// SPDX-License-Identifier: MIT
// The output head. A vocabulary of 262144 makes a quarter of a gigabyte of logits for one window, so they are computed in
// tiles of 128 positions x 512 ids, and only running sums are kept.
#include <cblas.h>
#include <math.h>
#include <omp.h>
#include <stdlib.h>

#include "runtime/status.h"
#include "lm/lanes.h"
#include "lm/model.h"
#include "lm/product.h"

#define TILE_VALUES ((size_t)CARVQ_LM_TILE_POSITIONS * CARVQ_LM_TILE_IDS)

// logits_ret[count][stride] of the ids whose rows are given.
static void multiply(const float *hidden, size_t count, const float *rows, size_t ids, size_t n, float *logits_ret, size_t stride)
{
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)count, (int)ids, (int)n, 1, hidden, (int)n, rows, (int)n, 0,
                logits_ret, (int)stride);
}

enum carvq_status carvq_lm_logits(struct carvq_lm_batch *batch, const struct carvq_lm_rows *others, const float *hidden,
                                  size_t count, float *logits_ret, struct carvq_error *error)
{
    const struct carvq_lm_matrix *head = &batch->lm->weights.head;
    const size_t block = carvq_lm_block_rows(head->cols);
    for (size_t first = 0; first < head->rows; first += block) {
        const size_t ids = head->rows - first < block ? head->rows - first : block;
        const float *rows;
        enum carvq_status status = carvq_lm_block(head, others, first, ids, batch->block, batch->threads, &rows, error);
        if (status != CARVQ_OK)
            return status;
        multiply(hidden, count, rows, ids, head->cols, logits_ret + first, head->rows);
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

// The variants that are scored together, and a block of the vocabulary: its rows in the head of each.
struct block {
    const struct carvq_lm_variant *variants;
    size_t count;
    const float *rows[CARVQ_LM_MAX_VARIANTS];
    size_t first, ids;
};

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
        multiply(block->variants[v].hidden + tile->first * n, tile->count, block->rows[v] + row, width, n, logits, width);
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
        if (same < v)
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

static enum carvq_status score(struct carvq_lm_batch *batch, const struct carvq_lm_variant *variants, size_t count,
                               const struct tiles *tiles, struct carvq_lm_score *scores_ret, struct carvq_error *error)
{
    const struct carvq_lm_matrix *head = &batch->lm->weights.head;
    const size_t room = batch->windows * batch->length, step = carvq_lm_block_rows(head->cols);
    if (count == 0 || count > CARVQ_LM_MAX_VARIANTS)
        return carvq_fail(error, CARVQ_ERROR_ARGUMENT, "%zu variants of a model cannot be scored together", count);
    for (size_t i = 0; i < count * room; i++)
        batch->positions[i] = (struct carvq_lm_position){.max = -INFINITY};
    for (size_t first = 0; first < head->rows; first += step) {
        struct block block = {variants, count, {NULL}, first, head->rows - first < step ? head->rows - first : step};
        enum carvq_status status = read_block(batch, &block, error);
        if (status != CARVQ_OK)
            return status;
        score_block(batch, &block, tiles);
    }
    for (size_t v = 0; v < count; v++)
        for (size_t i = 0; i < tiles->positions; i++)
            scores_ret[v * tiles->positions + i] = finish(&batch->positions[i], &batch->positions[v * room + i]);
    return CARVQ_OK;
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
