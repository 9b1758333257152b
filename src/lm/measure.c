// SPDX-License-Identifier: MIT
// A probability is known when all logits of its token are. So a group of tokens keeps exp(logit - max) of the whole vocabulary,
// each with the max of its tile, until the sum of all is there; every exponential is computed once.
//
// Threads share the tiles of the vocabulary, and those of the matrices of moments. No sum is over more than one thread's work, so
// results do not depend on how many there are.
#include "lm/measure.h"

#include <cblas.h>
#include <math.h>
#include <stdlib.h>

#include "runtime/status.h"
#include "lm/lanes.h"
#include "lm/product.h"

#define GROUP_VALUES ((size_t)32 << 20) // 128 MiB of floats
#define GROUP_MIN CARVQ_LM_TILE_POSITIONS
#define GROUP_MAX (4 * GROUP_MIN)
#define TILE_COLS 128 // of a matrix of moments

// Ids of the vocabulary.
struct tile {
    size_t first, count;
};

struct carvq_lm_measure {
    struct carvq_lm_batch *batch;
    struct carvq_stats *stats;
    size_t group; // tokens at a time
    struct tile *tiles;
    size_t tile_count;
    float *weights;        // tile by tile [group][ids of the tile]: exp(logit - max of the tile), which is not yet a probability
    float *max;            // [tiles][group]
    double *sums;          // [tiles][group]: of the weights, then of the variances
    float *scales;         // [tiles][group]: what makes probabilities of weights
    float *target;         // [group]: the logit of the token that follows
    double *states;        // [group][n]
    double *scaled;        // [group][n]: states times the root of the sum of the variances
    double variance_total; // sum over all tokens and rows
};

// What a group works on.
struct group {
    const float *hidden;
    const uint32_t *targets;
    size_t count;
};

// Tiles of the head's blocks. Returns their number; tiles_ret may be NULL.
static size_t cut(const struct carvq_lm_matrix *head, struct tile *tiles_ret)
{
    const size_t block = carvq_lm_block_rows(head->cols);
    size_t count = 0;
    for (size_t first = 0; first < head->rows; first += block) {
        const size_t end = head->rows - first < block ? head->rows : first + block;
        for (size_t id = first; id < end; id += CARVQ_LM_TILE_IDS, count++)
            if (tiles_ret != NULL)
                tiles_ret[count] = (struct tile){id, end - id < CARVQ_LM_TILE_IDS ? end - id : CARVQ_LM_TILE_IDS};
    }
    return count;
}

enum carvq_status carvq_lm_measure_open(struct carvq_lm_batch *batch, struct carvq_stats *stats,
                                        struct carvq_lm_measure **measure_ret, struct carvq_error *error)
{
    const struct carvq_lm_matrix *head = &batch->lm->weights.head;
    struct carvq_lm_measure *measure = calloc(1, sizeof *measure);
    size_t group = GROUP_VALUES / head->rows, tiles = cut(head, NULL);
    group = group > GROUP_MAX ? GROUP_MAX : group < GROUP_MIN ? GROUP_MIN : group - group % GROUP_MIN;
    if (measure != NULL) {
        *measure = (struct carvq_lm_measure){.batch = batch, .stats = stats, .group = group, .tile_count = tiles};
        measure->tiles = calloc(tiles, sizeof *measure->tiles);
        measure->weights = calloc(head->rows, group * sizeof *measure->weights);
        measure->max = calloc(tiles * group, sizeof *measure->max);
        measure->sums = calloc(tiles * group, sizeof *measure->sums);
        measure->scales = calloc(tiles * group, sizeof *measure->scales);
        measure->target = calloc(group, sizeof *measure->target);
        measure->states = calloc(group * head->cols, sizeof *measure->states);
        measure->scaled = calloc(group * head->cols, sizeof *measure->scaled);
    }
    if (measure == NULL || measure->tiles == NULL || measure->weights == NULL || measure->max == NULL || measure->sums == NULL ||
        measure->scales == NULL || measure->target == NULL || measure->states == NULL || measure->scaled == NULL) {
        carvq_lm_measure_close(measure);
        return carvq_fail(error, CARVQ_ERROR_MEMORY, "out of memory for the probabilities of %zu tokens", group);
    }
    cut(head, measure->tiles);
    *measure_ret = measure;
    return CARVQ_OK;
}

void carvq_lm_measure_close(struct carvq_lm_measure *measure)
{
    if (measure == NULL)
        return;
    free(measure->tiles);
    free(measure->weights);
    free(measure->max);
    free(measure->sums);
    free(measure->scales);
    free(measure->target);
    free(measure->states);
    free(measure->scaled);
    free(measure);
}

// The weights of a tile, whose rows of the head are given.
static void weigh(struct carvq_lm_measure *measure, const struct group *group, size_t number, const float *rows)
{
    const struct tile *tile = &measure->tiles[number];
    const size_t n = measure->stats->cols, place = number * measure->group;
    float *weights = measure->weights + tile->first * measure->group;
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)group->count, (int)tile->count, (int)n, 1, group->hidden, (int)n,
                rows, (int)n, 0, weights, (int)tile->count);
    carvq_lm_finish_logits(measure->batch->lm, tile->first, tile->count, group->count, weights, tile->count);
    for (size_t i = 0; i < group->count; i++) {
        float *values = weights + i * tile->count;
        if (group->targets[i] >= tile->first && group->targets[i] - tile->first < tile->count)
            measure->target[i] = values[group->targets[i] - tile->first];
        measure->max[place + i] = carvq_lm_max(values, tile->count);
        measure->sums[place + i] = carvq_lm_weigh(values, tile->count, measure->max[place + i], values);
    }
}

static enum carvq_status weigh_all(struct carvq_lm_measure *measure, const struct group *group, struct carvq_error *error)
{
    struct carvq_lm_batch *batch = measure->batch;
    const struct carvq_lm_matrix *head = &batch->lm->weights.head;
    const size_t block = carvq_lm_block_rows(head->cols);
    size_t begin = 0;
    for (size_t first = 0; first < head->rows; first += block) {
        const size_t ids = head->rows - first < block ? head->rows - first : block;
        const size_t end = begin + (ids + CARVQ_LM_TILE_IDS - 1) / CARVQ_LM_TILE_IDS;
        const float *rows;
        enum carvq_status status = carvq_lm_block(head, NULL, first, ids, batch->block, batch->threads, &rows, error);
        if (status != CARVQ_OK)
            return status;
#pragma omp parallel for num_threads((int)batch->threads) schedule(dynamic)
        for (size_t tile = begin; tile < end; tile++)
            weigh(measure, group, tile, rows + (measure->tiles[tile].first - first) * head->cols);
        begin = end;
    }
    return CARVQ_OK;
}

// What makes probabilities of the weights of token i. Returns -ln p of the one that follows; NaN if the model gave no numbers.
static double normalize(struct carvq_lm_measure *measure, const struct group *group, size_t i)
{
    float max = -INFINITY;
    double sum = 0;
    for (size_t tile = 0; tile < measure->tile_count; tile++)
        max = fmaxf(max, measure->max[tile * measure->group + i]);
    for (size_t tile = 0; tile < measure->tile_count; tile++) {
        const size_t place = tile * measure->group + i;
        sum += measure->sums[place] * exp((double)measure->max[place] - max);
    }
    for (size_t tile = 0; tile < measure->tile_count; tile++) {
        const size_t place = tile * measure->group + i;
        measure->scales[place] = (float)(exp((double)measure->max[place] - max) / sum);
    }
    if (group->targets[i] == CARVQ_LM_NO_TARGET)
        return isfinite(sum) ? 0 : NAN;
    return max + log(sum) - measure->target[i];
}

// Adds the probabilities and variances of a tile to the sums of its rows, and leaves the sum of each token's variances.
static void spread(struct carvq_lm_measure *measure, const struct group *group, size_t number)
{
    const struct tile *tile = &measure->tiles[number];
    const size_t place = number * measure->group;
    const float *weights = measure->weights + tile->first * measure->group;
    float probability[CARVQ_LM_TILE_IDS], variance[CARVQ_LM_TILE_IDS];
    for (size_t first = 0; first < group->count; first += GROUP_MIN) { // no more than these are added as floats
        const size_t end = group->count - first < GROUP_MIN ? group->count : first + GROUP_MIN;
        for (size_t id = 0; id < tile->count; id++)
            probability[id] = variance[id] = 0;
        for (size_t i = first; i < end; i++)
            measure->sums[place + i] = carvq_lm_spread(weights + i * tile->count, tile->count, measure->scales[place + i],
                                                       probability, variance);
        for (size_t id = 0; id < tile->count; id++) {
            measure->stats->probability[tile->first + id] += (double)probability[id];
            measure->stats->variance[tile->first + id] += (double)variance[id];
        }
    }
}

// The state of token i in double precision, plain and with its share. Returns the sum of its variances.
static double take_state(struct carvq_lm_measure *measure, const struct group *group, size_t i)
{
    const size_t n = measure->stats->cols;
    double sum = 0;
    for (size_t tile = 0; tile < measure->tile_count; tile++)
        sum += measure->sums[tile * measure->group + i];
    const double root = sqrt(sum);
    for (size_t c = 0; c < n; c++) {
        measure->states[i * n + c] = (double)group->hidden[i * n + c];
        measure->scaled[i * n + c] = root * measure->states[i * n + c];
    }
    return sum;
}

// Adds to one tile of a matrix of moments.
static void multiply(const double *states, size_t count, size_t n, size_t row, size_t col, double *moment)
{
    const size_t rows = n - row < TILE_COLS ? n - row : TILE_COLS, cols = n - col < TILE_COLS ? n - col : TILE_COLS;
    cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, (int)rows, (int)cols, (int)count, 1, states + row, (int)n, states + col,
                (int)n, 1, moment + row * n + col, (int)n);
}

// The tiles on the diagonal and above it.
static void add_moments(struct carvq_lm_measure *measure, size_t count)
{
    const size_t n = measure->stats->cols, side = (n + TILE_COLS - 1) / TILE_COLS;
#pragma omp parallel for num_threads((int)measure->batch->threads) schedule(dynamic)
    for (size_t i = 0; i < side * side; i++) {
        const size_t row = i / side * TILE_COLS, col = i % side * TILE_COLS;
        if (row > col)
            continue;
        multiply(measure->states, count, n, row, col, measure->stats->moment);
        multiply(measure->scaled, count, n, row, col, measure->stats->weighted);
    }
    for (size_t i = 0; i < count; i++)
        for (size_t c = 0; c < n; c++)
            measure->stats->mean[c] += measure->states[i * n + c];
}

static enum carvq_status add_group(struct carvq_lm_measure *measure, const struct group *group, double *nll_ret,
                                   struct carvq_error *error)
{
    const int threads = (int)measure->batch->threads;
    double variances[GROUP_MAX];
    enum carvq_status status = weigh_all(measure, group, error);
    if (status != CARVQ_OK)
        return status;
#pragma omp parallel for num_threads(threads) schedule(static)
    for (size_t i = 0; i < group->count; i++)
        nll_ret[i] = normalize(measure, group, i);
#pragma omp parallel for num_threads(threads) schedule(dynamic)
    for (size_t tile = 0; tile < measure->tile_count; tile++)
        spread(measure, group, tile);
#pragma omp parallel for num_threads(threads) schedule(static)
    for (size_t i = 0; i < group->count; i++)
        variances[i] = take_state(measure, group, i);
    for (size_t i = 0; i < group->count; i++)
        measure->variance_total += variances[i];
    add_moments(measure, group->count);
    return CARVQ_OK;
}

enum carvq_status carvq_lm_measure_add(struct carvq_lm_measure *measure, const float *hidden, const uint32_t *targets,
                                       size_t count, double *nll_ret, struct carvq_error *error)
{
    enum carvq_status status = CARVQ_OK;
    for (size_t first = 0; status == CARVQ_OK && first < count; first += measure->group) {
        const size_t left = count - first;
        const struct group group = {hidden + first * measure->stats->cols, targets + first,
                                    left < measure->group ? left : measure->group};
        status = add_group(measure, &group, nll_ret + first, error);
    }
    return status;
}

static void divide(double *values, size_t count, double by)
{
    for (size_t i = 0; i < count; i++)
        values[i] /= by;
}

// What is above the diagonal of a matrix, over a number, on both sides of it.
static void finish_moment(double *moment, size_t n, double by)
{
    for (size_t row = 0; row < n; row++)
        for (size_t col = row; col < n; col++)
            moment[col * n + row] = moment[row * n + col] = by > 0 ? moment[row * n + col] / by : 0;
}

void carvq_lm_measure_finish(struct carvq_lm_measure *measure, uint64_t tokens)
{
    struct carvq_stats *stats = measure->stats;
    divide(stats->probability, (size_t)stats->rows, (double)tokens);
    divide(stats->variance, (size_t)stats->rows, (double)tokens);
    divide(stats->mean, stats->cols, (double)tokens);
    finish_moment(stats->moment, stats->cols, (double)tokens);
    finish_moment(stats->weighted, stats->cols, measure->variance_total);
}
