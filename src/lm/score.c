// SPDX-License-Identifier: MIT
// The output head. A vocabulary of 262144 makes a quarter of a gigabyte of logits for one window, so they are computed in
// tiles of 128 positions x 512 ids, and only running sums are kept.
#include <cblas.h>
#include <math.h>
#include <omp.h>

#include "lm/model.h"
#include "lm/product.h"

// logits_ret[count][stride] of the ids whose rows are given.
static void multiply(const float *hidden, size_t count, const float *rows, size_t ids, size_t n, float *logits_ret, size_t stride)
{
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)count, (int)ids, (int)n, 1, hidden, (int)n, rows, (int)n, 0,
                logits_ret, (int)stride);
}

enum carvq_status carvq_lm_logits(struct carvq_lm_batch *batch, const struct carvq_table *table, const float *hidden,
                                  size_t count, float *logits_ret, struct carvq_error *error)
{
    const struct carvq_lm_matrix *head = &batch->lm->weights.head;
    const size_t block = carvq_lm_block_rows(head->cols);
    for (size_t first = 0; first < head->rows; first += block) {
        const size_t ids = head->rows - first < block ? head->rows - first : block;
        const float *rows;
        enum carvq_status status = carvq_lm_block(head, table, first, ids, batch->blocks[0], batch->threads, &rows, error);
        if (status != CARVQ_OK)
            return status;
        multiply(hidden, count, rows, ids, head->cols, logits_ret + first, head->rows);
    }
    return CARVQ_OK;
}

// Takes the logits of count more ids into the sums; other, the logits of the other variant, may be NULL.
static void add_logits(struct carvq_lm_sums *sums, double *gap, const float *logits, const float *other, size_t first,
                       size_t count)
{
    const float old_max = sums->max;
    for (size_t i = 0; i < count; i++)
        if (logits[i] > sums->max) {
            sums->max = logits[i];
            sums->top = (uint32_t)(first + i);
        }
    if (sums->max > old_max) {
        const double scale = exp((double)old_max - sums->max);
        sums->sum *= scale;
        *gap *= scale;
    }
    for (size_t i = 0; i < count; i++) {
        const double weight = expf(logits[i] - sums->max);
        sums->sum += weight;
        if (other != NULL)
            *gap += weight * ((double)logits[i] - other[i]);
    }
}

// A block of the vocabulary: its rows in each head, the second NULL if there is but one variant.
struct block {
    const float *rows[2];
    size_t first, ids;
};

// Takes a block into the sums of the positions of a tile.
static void score_tile(struct carvq_lm_batch *batch, const struct carvq_lm_variant *const *variants, const struct block *block,
                       const struct carvq_lm_score_tile *tile)
{
    const size_t n = batch->lm->config.hidden, count = tile->count;
    struct carvq_lm_position *positions = batch->positions + tile->place;
    float *logits[2] = {batch->scratch + (size_t)omp_get_thread_num() * batch->scratch_values, NULL};
    if (variants[1] != NULL)
        logits[1] = logits[0] + CARVQ_LM_TILE_POSITIONS * CARVQ_LM_TILE_IDS;
    for (size_t done = 0; done < block->ids; done += CARVQ_LM_TILE_IDS) {
        const size_t width = block->ids - done < CARVQ_LM_TILE_IDS ? block->ids - done : CARVQ_LM_TILE_IDS;
        const size_t id = block->first + done;
        for (size_t side = 0; side < 2 && variants[side] != NULL; side++)
            multiply(variants[side]->hidden + tile->first * n, count, block->rows[side] + done * n, width, n, logits[side],
                     width);
        for (size_t i = 0; i < count; i++) {
            const size_t target = tile->targets[i];
            for (size_t side = 0; side < 2 && variants[side] != NULL; side++) {
                const float *row = logits[side] + i * width,
                            *other = side == 0 && logits[1] != NULL ? logits[1] + i * width : NULL;
                double ignored = 0;
                add_logits(&positions[i].variants[side], side == 0 ? &positions[i].gap : &ignored, row, other, id, width);
                if (target >= id && target - id < width)
                    positions[i].variants[side].target = row[target - id];
            }
        }
    }
}

// Reads the rows of a block, once if both variants have the same head.
static enum carvq_status read_block(struct carvq_lm_batch *batch, const struct carvq_lm_variant *const *variants,
                                    struct block *block, struct carvq_error *error)
{
    const struct carvq_lm_matrix *head = &batch->lm->weights.head;
    enum carvq_status status = carvq_lm_block(head, variants[0]->head, block->first, block->ids, batch->blocks[0], batch->threads,
                                              &block->rows[0], error);
    block->rows[1] = block->rows[0];
    if (status == CARVQ_OK && variants[1] != NULL && variants[1]->head != variants[0]->head)
        status = carvq_lm_block(head, variants[1]->head, block->first, block->ids, batch->blocks[1], batch->threads,
                                &block->rows[1], error);
    return status;
}

static struct carvq_lm_prediction predict(const struct carvq_lm_sums *sums)
{
    return (struct carvq_lm_prediction){sums->max + log(sums->sum) - sums->target, sums->top};
}

static void finish(const struct carvq_lm_position *position, bool two, struct carvq_lm_score *score_ret)
{
    const struct carvq_lm_sums *p = &position->variants[0], *q = &position->variants[1];
    *score_ret = (struct carvq_lm_score){.original = predict(p)};
    if (two) {
        score_ret->changed = predict(q);
        score_ret->kl = position->gap / p->sum + (q->max + log(q->sum)) - (p->max + log(p->sum));
    }
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

static enum carvq_status score(struct carvq_lm_batch *batch, const struct carvq_lm_variant *original,
                               const struct carvq_lm_variant *changed, const struct tiles *tiles,
                               struct carvq_lm_score *scores_ret, struct carvq_error *error)
{
    const struct carvq_lm_variant *const variants[2] = {original, changed};
    const struct carvq_lm_matrix *head = &batch->lm->weights.head;
    const size_t step = carvq_lm_block_rows(head->cols);
    const struct carvq_lm_sums none = {.max = -INFINITY};
    for (size_t i = 0; i < tiles->positions; i++)
        batch->positions[i] = (struct carvq_lm_position){.variants = {none, none}};
    for (size_t first = 0; first < head->rows; first += step) {
        struct block block = {.first = first, .ids = head->rows - first < step ? head->rows - first : step};
        enum carvq_status status = read_block(batch, variants, &block, error);
        if (status != CARVQ_OK)
            return status;
#pragma omp parallel for num_threads((int)batch->threads) schedule(dynamic)
        for (size_t i = 0; i < tiles->count; i++)
            score_tile(batch, variants, &block, &tiles->items[i]);
    }
    for (size_t i = 0; i < tiles->positions; i++)
        finish(&batch->positions[i], changed != NULL, &scores_ret[i]);
    return CARVQ_OK;
}

enum carvq_status carvq_lm_score_spans(struct carvq_lm_batch *batch, const struct carvq_lm_variant *original,
                                       const struct carvq_lm_variant *changed, const struct carvq_lm_span *spans, size_t count,
                                       struct carvq_lm_score *scores_ret, struct carvq_error *error)
{
    struct tiles tiles = {.items = batch->score_tiles};
    for (size_t i = 0; i < count; i++)
        add_span(&tiles, spans[i].first, spans[i].count, spans[i].targets);
    return score(batch, original, changed, &tiles, scores_ret, error);
}

enum carvq_status carvq_lm_score(struct carvq_lm_batch *batch, const struct carvq_lm_variant *original,
                                 const struct carvq_lm_variant *changed, const uint32_t *ids, size_t windows,
                                 struct carvq_lm_score *scores_ret, struct carvq_error *error)
{
    struct tiles tiles = {.items = batch->score_tiles};
    for (size_t i = 0; i < windows; i++)
        add_span(&tiles, i * batch->length, batch->length - 1, ids + i * batch->length + 1);
    return score(batch, original, changed, &tiles, scores_ret, error);
}
