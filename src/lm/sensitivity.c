// SPDX-License-Identifier: MIT
// Windows wait until there are as many as a batch takes; then they are run once more, with rows that have errors.
#include "lm/sensitivity.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "host/random.h"
#include "runtime/status.h"
#include "stats/stats.h"

#define MAX_WINDOWS 16
#define MIN_POSITIONS 8 // of all texts, for each that is measured
#define ROW_ERROR 0.01  // of the squared length of a row: -20 dB
#define SEED 0x53454e53 // no row's error is another generator's sequence

struct carvq_lm_sensitivity {
    struct carvq_lm_batch *batch;
    uint64_t predicted, seen;            // positions of all windows, and of those that were offered
    size_t windows, taken;               // to be measured
    size_t room;                         // windows that can wait
    size_t count, tokens;                // that wait
    struct carvq_lm_sequence *sequences; // [room]
    struct carvq_lm_span *spans;         // [room]
    uint32_t *ids;                       // [room * length]
    float *hidden, *changed;             // [room * length][n]: states of the model as it is, and with errors
    struct carvq_lm_score *scores;       // [2][room * length]
    double kl;                           // sum over the positions that were measured
    uint64_t measured;
};

enum carvq_status carvq_lm_sensitivity_open(struct carvq_lm_batch *batch, uint64_t predicted,
                                            struct carvq_lm_sensitivity **sensitivity_ret, struct carvq_error *error)
{
    const uint64_t fits = predicted / MIN_POSITIONS / batch->length;
    const size_t windows = fits > MAX_WINDOWS ? MAX_WINDOWS : fits < 1 ? 1 : (size_t)fits;
    const size_t room = windows < batch->windows ? windows : batch->windows;
    const size_t tokens = room * batch->length, n = batch->lm->config.hidden;
    struct carvq_lm_sensitivity *made = calloc(1, sizeof *made);
    if (made != NULL) {
        *made = (struct carvq_lm_sensitivity){.batch = batch, .predicted = predicted, .windows = windows, .room = room};
        made->sequences = calloc(room, sizeof *made->sequences);
        made->spans = calloc(room, sizeof *made->spans);
        made->ids = calloc(tokens, sizeof *made->ids);
        made->hidden = calloc(tokens, n * sizeof *made->hidden);
        made->changed = calloc(tokens, n * sizeof *made->changed);
        made->scores = calloc(2 * tokens, sizeof *made->scores);
    }
    if (made == NULL || made->sequences == NULL || made->spans == NULL || made->ids == NULL || made->hidden == NULL ||
        made->changed == NULL || made->scores == NULL) {
        carvq_lm_sensitivity_close(made);
        return carvq_fail(error, CARVQ_ERROR_MEMORY, "out of memory for the states of %zu tokens", tokens);
    }
    *sensitivity_ret = made;
    return CARVQ_OK;
}

void carvq_lm_sensitivity_close(struct carvq_lm_sensitivity *sensitivity)
{
    if (sensitivity == NULL)
        return;
    free(sensitivity->sequences);
    free(sensitivity->spans);
    free(sensitivity->ids);
    free(sensitivity->hidden);
    free(sensitivity->changed);
    free(sensitivity->scores);
    free(sensitivity);
}

// Draws the values of a row's error one after the other.
struct normal {
    struct carvq_random random;
    float pair[2];
    size_t drawn;
};

static double next_normal(struct normal *normal)
{
    if (normal->drawn % 2 == 0)
        carvq_random_normal(&normal->random, normal->pair);
    return (double)normal->pair[normal->drawn++ % 2];
}

// Adds to a row its error.
static void change(uint32_t id, size_t n, float *row)
{
    const struct normal start = {.random = carvq_random_stream(SEED, id)};
    struct normal normal = start;
    double length = 0, drawn = 0;
    for (size_t c = 0; c < n; c++) {
        const double value = next_normal(&normal);
        drawn += value * value;
        length += (double)row[c] * (double)row[c];
    }
    const double scale = drawn > 0 ? sqrt(ROW_ERROR * length / drawn) : 0;
    normal = start;
    for (size_t c = 0; c < n; c++)
        row[c] = (float)((double)row[c] + scale * next_normal(&normal));
}

// Reads rows of the model's own, rows->data, with their errors.
static enum carvq_status read_changed(const struct carvq_lm_rows *rows, const uint32_t *ids, size_t count, float *rows_ret,
                                      struct carvq_error *error)
{
    enum carvq_status status = carvq_lm_gather(rows->data, NULL, ids, count, rows_ret, 1, error);
    for (size_t i = 0; status == CARVQ_OK && i < count; i++)
        change(ids[i], rows->cols, rows_ret + i * rows->cols);
    return status;
}

// Measures the windows that wait.
static enum carvq_status measure(struct carvq_lm_sensitivity *sensitivity, struct carvq_error *error)
{
    struct carvq_lm_batch *batch = sensitivity->batch;
    const struct carvq_lm_rows rows = {batch->lm->config.hidden, read_changed, &batch->lm->weights.embedding, NULL};
    const struct carvq_lm_variant variants[] = {{sensitivity->hidden, NULL}, {sensitivity->changed, NULL}};
    const size_t windows = sensitivity->count, positions = sensitivity->tokens - windows;
    sensitivity->count = sensitivity->tokens = 0;
    if (windows == 0)
        return CARVQ_OK;
    enum carvq_status status = carvq_lm_extend(batch, &rows, NULL, sensitivity->sequences, windows, sensitivity->ids,
                                               sensitivity->changed, error);
    if (status == CARVQ_OK)
        status = carvq_lm_score_spans(batch, variants, 2, sensitivity->spans, windows, sensitivity->scores, error);
    for (size_t i = 0; status == CARVQ_OK && i < positions; i++)
        sensitivity->kl += sensitivity->scores[positions + i].kl;
    sensitivity->measured += positions;
    return status;
}

enum carvq_status carvq_lm_sensitivity_offer(struct carvq_lm_sensitivity *sensitivity, const uint32_t *ids, size_t count,
                                             const float *hidden, struct carvq_error *error)
{
    const uint64_t first = sensitivity->seen,
                   next = carvq_stats_spread(sensitivity->taken, sensitivity->windows, sensitivity->predicted);
    const size_t i = sensitivity->count, place = sensitivity->tokens, n = sensitivity->batch->lm->config.hidden;
    sensitivity->seen += count - 1;
    if (sensitivity->taken == sensitivity->windows || next < first || next >= sensitivity->seen)
        return CARVQ_OK;
    memcpy(sensitivity->ids + place, ids, count * sizeof *ids);
    memcpy(sensitivity->hidden + place * n, hidden, count * n * sizeof *hidden);
    sensitivity->sequences[i] = (struct carvq_lm_sequence){.first = place, .count = count};
    sensitivity->spans[i] = (struct carvq_lm_span){place, count - 1, sensitivity->ids + place + 1};
    sensitivity->tokens += count;
    sensitivity->taken++;
    return ++sensitivity->count < sensitivity->room ? CARVQ_OK : measure(sensitivity, error);
}

enum carvq_status carvq_lm_sensitivity_finish(struct carvq_lm_sensitivity *sensitivity, double *sensitivity_ret,
                                              struct carvq_error *error)
{
    enum carvq_status status = measure(sensitivity, error);
    if (status != CARVQ_OK)
        return status;
    const double value = sensitivity->measured > 0 ? sensitivity->kl / (double)sensitivity->measured / ROW_ERROR : 0;
    *sensitivity_ret = value > 0 && value <= FLT_MAX ? value : 0;
    return CARVQ_OK;
}
