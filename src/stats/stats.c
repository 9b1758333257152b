// SPDX-License-Identifier: MIT
// Statistics in memory: made, merged, and asked for one table.
#include "stats/stats.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/status.h"
#include "stats/tensors.h"

static char *copy_text(const char *text)
{
    char *copy = malloc(strlen(text) + 1);
    return copy != NULL ? strcpy(copy, text) : NULL;
}

// Zeros; NULL if there is no memory for so many.
static double *make_values(uint64_t count)
{
    return count <= SIZE_MAX / sizeof(double) ? calloc((size_t)count, sizeof(double)) : NULL;
}

enum carvq_status carvq_stats_make(const char *architecture, uint64_t layers, const char *input, const char *head, uint64_t rows,
                                   uint32_t cols, struct carvq_stats **stats_ret, struct carvq_error *error)
{
    const uint64_t square = (uint64_t)cols * cols;
    struct carvq_stats *stats = calloc(1, sizeof *stats);
    if (stats != NULL) {
        *stats = (struct carvq_stats){.layers = layers, .rows = rows, .cols = cols};
        stats->architecture = copy_text(architecture);
        stats->input = copy_text(input);
        stats->head = copy_text(head);
        stats->counts = make_values(rows);
        stats->probability = make_values(rows);
        stats->variance = make_values(rows);
        stats->mean = make_values(cols);
        stats->moment = make_values(square);
        stats->weighted = make_values(square);
        stats->states = make_values((uint64_t)cols * CARVQ_STATS_STATES);
    }
    if (stats == NULL || stats->architecture == NULL || stats->input == NULL || stats->head == NULL || stats->counts == NULL ||
        stats->probability == NULL || stats->variance == NULL || stats->mean == NULL || stats->moment == NULL ||
        stats->weighted == NULL || stats->states == NULL) {
        carvq_stats_free(stats);
        return carvq_fail(error, CARVQ_ERROR_MEMORY, "out of memory for the statistics of a table of %" PRIu64 " x %" PRIu32,
                          rows, cols);
    }
    *stats_ret = stats;
    return CARVQ_OK;
}

void carvq_stats_free(struct carvq_stats *stats)
{
    if (stats == NULL)
        return;
    for (size_t i = 0; i < stats->text_count; i++)
        free(stats->texts[i].name);
    free(stats->texts);
    free(stats->architecture);
    free(stats->input);
    free(stats->head);
    free(stats->counts);
    free(stats->probability);
    free(stats->variance);
    free(stats->mean);
    free(stats->moment);
    free(stats->weighted);
    free(stats->states);
    free(stats);
}

uint64_t carvq_stats_spread(uint64_t i, uint64_t count, uint64_t total)
{
    return total / count * i + (total % count * (2 * i + 1) + total / count * count) / (2 * count);
}

static size_t count_states(uint64_t tokens)
{
    return tokens < CARVQ_STATS_STATES ? (size_t)tokens : CARVQ_STATS_STATES;
}

enum carvq_status carvq_stats_add_text(struct carvq_stats *stats, const char *name, const struct carvq_stats_text *text,
                                       struct carvq_error *error)
{
    struct carvq_stats_text *texts = realloc(stats->texts, (stats->text_count + 1) * sizeof *texts);
    if (texts != NULL)
        stats->texts = texts;
    char *copy = copy_text(name);
    if (texts == NULL || copy == NULL) {
        free(copy);
        return carvq_fail(error, CARVQ_ERROR_MEMORY, "out of memory for %zu texts", stats->text_count + 1);
    }
    texts[stats->text_count] = *text;
    texts[stats->text_count++].name = copy;
    stats->tokens += text->tokens;
    stats->state_count = count_states(stats->tokens);
    return CARVQ_OK;
}

double carvq_stats_perplexity(const struct carvq_stats *stats)
{
    double nll = 0, scored = 0;
    for (size_t i = 0; i < stats->text_count; i++) {
        nll += stats->texts[i].nll * (double)stats->texts[i].scored;
        scored += (double)stats->texts[i].scored;
    }
    return scored > 0 ? exp(nll / scored) : NAN;
}

void carvq_stats_list(struct carvq_stats *stats, struct carvq_stats_tensor *tensors_ret)
{
    const uint64_t v = stats->rows, n = stats->cols;
    const double most = (double)FLT_MAX * FLT_MAX; // states are floats
    const struct carvq_stats_tensor tensors[CARVQ_STATS_TENSORS] = {
        {stats->input, ".counts", 1, false, {v}, 0, CARVQ_STATS_MAX_TOKENS, stats->counts},
        {stats->input, ".sensitivity", 1, false, {1}, 0, FLT_MAX, &stats->sensitivity},
        {stats->head, ".probability", 1, false, {v}, 0, 1, stats->probability},
        {stats->head, ".variance", 1, false, {v}, 0, 0.25, stats->variance},
        {stats->head, ".state_mean", 1, false, {n}, -FLT_MAX, FLT_MAX, stats->mean},
        {stats->head, ".state_moment", 2, true, {n, n}, -most, most, stats->moment},
        {stats->head, ".state_moment_weighted", 2, true, {n, n}, -most, most, stats->weighted},
        {stats->head, ".states", 2, false, {stats->state_count, n}, -FLT_MAX, FLT_MAX, stats->states},
        {"", "text_nll", 1, false, {stats->text_count}, 0, FLT_MAX, NULL},
    };
    memcpy(tensors_ret, tensors, sizeof tensors);
}

static enum carvq_status fail_model(const struct carvq_stats *stats, const struct carvq_stats *other, const char *path,
                                    struct carvq_error *error)
{
    return carvq_fail(error, CARVQ_ERROR_ARGUMENT,
                      "%s: of another model: %.60s of %" PRIu64 " layers, '%.60s' %" PRIu64 " x %" PRIu32
                      ", head '%.60s', not %.60s of %" PRIu64 " layers, '%.60s' %" PRIu64 " x %" PRIu32 ", head '%.60s'",
                      path, other->architecture, other->layers, other->input, other->rows, other->cols, other->head,
                      stats->architecture, stats->layers, stats->input, stats->rows, stats->cols, stats->head);
}

// a = the mean of a and b, with their shares.
static void mix(double *a, double a_weight, const double *b, double b_weight, uint64_t count)
{
    const double sum = a_weight + b_weight;
    for (uint64_t i = 0; i < count && sum > 0; i++)
        a[i] = (a_weight * a[i] + b_weight * b[i]) / sum;
}

// States of both, as many of each as they have tokens, evenly spread as they were. There are always enough: all of a small text.
static void mix_states(struct carvq_stats *stats, const struct carvq_stats *other)
{
    const size_t n = stats->cols, count = count_states(stats->tokens + other->tokens);
    const double share = (double)stats->tokens / (double)(stats->tokens + other->tokens);
    const size_t ours = (size_t)(share * (double)count + 0.5), theirs = count - ours;
    for (size_t i = 0; i < ours; i++) // in place: what is taken lies behind what is written
        memmove(stats->states + i * n, stats->states + carvq_stats_spread(i, ours, stats->state_count) * n, n * sizeof(double));
    for (size_t i = 0; i < theirs; i++)
        memcpy(stats->states + (ours + i) * n, other->states + carvq_stats_spread(i, theirs, other->state_count) * n,
               n * sizeof(double));
}

// Sum over the rows of the mean of p (1 - p).
static double total_variance(const struct carvq_stats *stats)
{
    double sum = 0;
    for (uint64_t i = 0; i < stats->rows; i++)
        sum += stats->variance[i];
    return sum;
}

enum carvq_status carvq_stats_merge(struct carvq_stats *stats, const struct carvq_stats *other, const char *path,
                                    struct carvq_error *error)
{
    if (strcmp(stats->architecture, other->architecture) != 0 || stats->layers != other->layers ||
        strcmp(stats->input, other->input) != 0 || strcmp(stats->head, other->head) != 0 || stats->rows != other->rows ||
        stats->cols != other->cols)
        return fail_model(stats, other, path, error);
    if (other->tokens > CARVQ_STATS_MAX_TOKENS - stats->tokens)
        return carvq_fail(error, CARVQ_ERROR_ARGUMENT, "%s: too many tokens together: at most 2^53", path);
    if (other->tokens > 0)
        mix_states(stats, other);
    const double ours = (double)stats->tokens, theirs = (double)other->tokens;
    const uint64_t square = (uint64_t)stats->cols * stats->cols;
    mix(stats->weighted, ours * total_variance(stats), other->weighted, theirs * total_variance(other), square);
    mix(&stats->sensitivity, stats->sensitivity > 0 ? ours : 0, &other->sensitivity, other->sensitivity > 0 ? theirs : 0, 1);
    mix(stats->probability, ours, other->probability, theirs, stats->rows);
    mix(stats->variance, ours, other->variance, theirs, stats->rows);
    mix(stats->mean, ours, other->mean, theirs, stats->cols);
    mix(stats->moment, ours, other->moment, theirs, square);
    for (uint64_t i = 0; i < stats->rows; i++)
        stats->counts[i] += other->counts[i];
    enum carvq_status status = CARVQ_OK;
    for (size_t i = 0; status == CARVQ_OK && i < other->text_count; i++)
        status = carvq_stats_add_text(stats, other->texts[i].name, &other->texts[i], error);
    return status;
}

enum carvq_status carvq_stats_find(const struct carvq_stats *stats, const char *path, const char *name, uint64_t rows,
                                   uint32_t cols, struct carvq_stats_table *table_ret, struct carvq_error *error)
{
    const bool is_input = strcmp(name, stats->input) == 0, is_head = strcmp(name, stats->head) == 0;
    *table_ret = (struct carvq_stats_table){.tokens = stats->tokens};
    if (!is_input && !is_head)
        return carvq_fail(error, CARVQ_ERROR_ARGUMENT,
                          "%s: has nothing about table '%.200s'; it is of '%.100s' and head '%.100s'", path, name, stats->input,
                          stats->head);
    if (rows != stats->rows || cols != stats->cols)
        return carvq_fail(error, CARVQ_ERROR_ARGUMENT,
                          "%s: of another model: its table '%.200s' is %" PRIu64 " x %" PRIu32 ", not %" PRIu64 " x %" PRIu32,
                          path, name, stats->rows, stats->cols, rows, cols);
    if (is_input) {
        table_ret->counts = stats->counts;
        table_ret->sensitivity = stats->sensitivity;
    }
    if (is_head) {
        table_ret->probability = stats->probability;
        table_ret->variance = stats->variance;
        table_ret->mean = stats->mean;
        table_ret->moment = stats->moment;
        table_ret->weighted = stats->weighted;
        table_ret->states = stats->states;
        table_ret->state_count = stats->state_count;
    }
    return CARVQ_OK;
}
