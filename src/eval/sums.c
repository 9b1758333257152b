// SPDX-License-Identifier: MIT
// From scores of tokens to perplexities, standard errors and bands.
#include "eval/sums.h"

#include <math.h>
#include <stdlib.h>

#include "runtime/status.h"

enum carvq_status carvq_eval_sums_open(struct carvq_eval_sums *sums_ret, uint64_t max_windows, size_t window, size_t vocabulary,
                                       struct carvq_error *error)
{
    *sums_ret = (struct carvq_eval_sums){.scored = window - 1};
    sums_ret->by_window = calloc(max_windows, sizeof *sums_ret->by_window);
    sums_ret->by_id = calloc(vocabulary, sizeof *sums_ret->by_id);
    sums_ret->kls = max_windows <= SIZE_MAX / sizeof(float) / window ? calloc(max_windows * window, sizeof *sums_ret->kls) : NULL;
    if (sums_ret->by_window != NULL && sums_ret->by_id != NULL && sums_ret->kls != NULL)
        return CARVQ_OK;
    carvq_eval_sums_close(sums_ret);
    return carvq_fail(error, CARVQ_ERROR_MEMORY, "out of memory for the sums of %llu windows", (unsigned long long)max_windows);
}

void carvq_eval_sums_close(struct carvq_eval_sums *sums)
{
    free(sums->by_window);
    free(sums->by_id);
    free(sums->kls);
    *sums = (struct carvq_eval_sums){.windows = 0};
}

void carvq_eval_sums_add(struct carvq_eval_sums *sums, const struct carvq_lm_score *original,
                         const struct carvq_lm_score *changed, const uint32_t *ids)
{
    struct carvq_eval_window *window = &sums->by_window[sums->windows++];
    for (size_t i = 0; i < sums->scored; i++) {
        const uint32_t target = ids[i + 1];
        struct carvq_eval_type *type = &sums->by_id[target];
        window->original += original[i].nll;
        type->count++;
        type->original += original[i].nll;
        sums->correct[0] += original[i].top == target;
        if (changed == NULL)
            continue;
        window->changed += changed[i].nll;
        window->kl += changed[i].kl;
        sums->kls[(sums->windows - 1) * sums->scored + i] = (float)changed[i].kl;
        type->changed += changed[i].nll;
        sums->correct[1] += changed[i].top == target;
        sums->top1_agreement += original[i].top == changed[i].top;
    }
    sums->total.original += window->original;
    sums->total.changed += window->changed;
    sums->total.kl += window->kl;
}

static double tokens(const struct carvq_eval_sums *sums)
{
    return (double)sums->windows * (double)sums->scored;
}

double carvq_eval_perplexity(const struct carvq_eval_sums *sums, double nll)
{
    return exp(nll / tokens(sums));
}

// Standard error of the mean over tokens of changed * b - original * a + kl * (divergence), each window being one unit.
static double standard_error(const struct carvq_eval_sums *sums, struct carvq_eval_window weights)
{
    const double windows = (double)sums->windows, scored = (double)sums->scored;
    double mean = (weights.changed * sums->total.changed + weights.original * sums->total.original +
                   weights.kl * sums->total.kl) /
                  tokens(sums);
    double squares = 0;
    for (uint64_t i = 0; i < sums->windows; i++) {
        const struct carvq_eval_window *window = &sums->by_window[i];
        double value = (weights.changed * window->changed + weights.original * window->original + weights.kl * window->kl) /
                       scored;
        squares += (value - mean) * (value - mean);
    }
    return sums->windows > 1 ? sqrt(squares / (windows - 1) / windows) : NAN;
}

static void fill_bands(const struct carvq_eval_sums *sums, size_t vocabulary, struct carvq_eval_band *bands)
{
    uint64_t limit = 1;
    for (size_t i = 0; i < CARVQ_EVAL_BANDS; i++, limit *= 10)
        bands[i] = (struct carvq_eval_band){.min_count = limit,
                                            .max_count = i + 1 < CARVQ_EVAL_BANDS ? limit * 10 - 1 : UINT64_MAX};
    for (size_t id = 0; id < vocabulary; id++) {
        const struct carvq_eval_type *type = &sums->by_id[id];
        struct carvq_eval_band *band = bands;
        while (type->count > band->max_count)
            band++;
        band->types += type->count > 0;
        band->tokens += type->count;
        band->original += type->original;
        band->changed += type->changed;
    }
    for (size_t i = 0; i < CARVQ_EVAL_BANDS; i++)
        if (bands[i].tokens > 0) {
            bands[i].original /= (double)bands[i].tokens;
            bands[i].changed /= (double)bands[i].tokens;
        }
}

static int compare(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

// What a share of sorted values does not exceed, interpolated.
static double quantile(const float *values, size_t count, double share)
{
    const double place = share * (double)(count - 1);
    const size_t below = (size_t)place, above = below + 1 < count ? below + 1 : below;
    return (double)values[below] + (place - (double)below) * (double)(values[above] - values[below]);
}

void carvq_eval_sums_finish(const struct carvq_eval_sums *sums, size_t vocabulary, bool has_changed,
                            struct carvq_eval_result *result)
{
    result->windows = sums->windows;
    result->tokens = sums->windows * sums->scored;
    const double p = carvq_eval_perplexity(sums, sums->total.original), q = carvq_eval_perplexity(sums, sums->total.changed);
    result->original = (struct carvq_eval_figures){p, sums->total.original, sums->correct[0]};
    fill_bands(sums, vocabulary, result->bands);
    if (!has_changed)
        return;
    result->changed = (struct carvq_eval_figures){q, sums->total.changed, sums->correct[1]};
    result->increase = q - p;
    result->increase_error = standard_error(sums, (struct carvq_eval_window){.original = -p, .changed = q});
    result->kl = sums->total.kl / tokens(sums);
    result->kl_error = standard_error(sums, (struct carvq_eval_window){.kl = 1});
    qsort(sums->kls, result->tokens, sizeof *sums->kls, compare);
    result->kl_median = quantile(sums->kls, result->tokens, 0.5);
    result->kl_99 = quantile(sums->kls, result->tokens, 0.99);
    result->top1_agreement = (double)sums->top1_agreement / tokens(sums);
}
