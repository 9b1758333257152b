// SPDX-License-Identifier: MIT
// Plans by a budget: looks at a table, measures what the codecs make of it, and has choose.c decide.
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "host/matrix.h"
#include "host/parallel.h"
#include "plan/choose.h"
#include "plan/options.h"
#include "plan/trial.h"

#define MIN_EXTRA_BITS 8     // of a row in the smallest candidate, beyond 1 bit per value: rounding, and room for a choice ..
#define MIN_EXTRA_PART 16    // .. but no more than one for so many values
#define LONG_STATE_EFFORT 4  // from this effort on a state may have 12 bits, which take four times as long to search ..
#define LONG_STATE_GAIN 0.99 // .. if that lowers the squared error to so much

static const struct carvq_budget defaults = {
    .codecs = 1U << CARVQ_RVQ | 1U << CARVQ_TRELLIS | 1U << CARVQ_RAW,
    .effort = 5,
    .adaptor = true,
};

void carvq_budget_init(struct carvq_budget *budget_ret, size_t size)
{
    carvq_options_give(&defaults, sizeof defaults, budget_ret, size);
}

// Of rows; NULL: there are none.
static enum carvq_status check_numbers(const struct carvq_matrix *matrix, const double *numbers, const char *what,
                                       struct carvq_error *error)
{
    double total = 0;
    for (uint64_t row = 0; numbers != NULL && row < matrix->rows; row++) {
        total += numbers[row];
        if (!isfinite(total) || numbers[row] < 0)
            return carvq_matrix_fail(matrix, error, CARVQ_ERROR_ARGUMENT, "the %s of row %" PRIu64 " is no %s", what, row, what);
    }
    return CARVQ_OK;
}

static enum carvq_status check(const struct carvq_matrix *matrix, const struct carvq_budget *budget, struct carvq_error *error)
{
    enum carvq_status status = carvq_plan_check_matrix(matrix, error);
    if (status != CARVQ_OK)
        return status;
    if (!isfinite(budget->bits) || budget->bits < 0 || (budget->bits == 0 && budget->bytes == 0))
        return carvq_matrix_fail(matrix, error, CARVQ_ERROR_ARGUMENT, "a budget must be more than 0");
    if (budget->effort < 1 || budget->effort > CARVQ_MAX_EFFORT)
        return carvq_matrix_fail(matrix, error, CARVQ_ERROR_ARGUMENT, "effort is %u, but must be 1 to %d", budget->effort,
                                 CARVQ_MAX_EFFORT);
    if (!(budget->codecs & (1U << CARVQ_RVQ | 1U << CARVQ_TRELLIS | 1U << CARVQ_ADDITIVE)))
        return carvq_matrix_fail(matrix, error, CARVQ_ERROR_ARGUMENT, "neither rvq nor trellis nor additive may be used");
    if (!isfinite(budget->sensitivity) || budget->sensitivity < 0)
        return carvq_matrix_fail(matrix, error, CARVQ_ERROR_ARGUMENT, "the sensitivity to errors is no number from 0 on");
    status = check_numbers(matrix, budget->counts, "count", error);
    return status == CARVQ_OK ? check_numbers(matrix, budget->variance, "variance", error) : status;
}

// What structure and adaptor may take, at most: what the smallest codes leave, and no more than a quarter of the budget. Nothing
// if all rows can be raw, which have no part in it.
static uint64_t structure_bits(const struct carvq_plan *plan)
{
    const uint64_t values = plan->matrix->rows * plan->matrix->cols, budget = 8 * carvq_plan_bytes(plan);
    if (plan->budget.codecs & 1U << CARVQ_RAW && budget >= 16 * values)
        return 0;
    const uint64_t part = plan->matrix->cols / MIN_EXTRA_PART;
    const bool additive = plan->budget.codecs & 1U << CARVQ_ADDITIVE; // from CARVQ_ADDITIVE_LEAST_RATE bits on
    const uint64_t min = (additive ? values / 2 : values) + plan->matrix->rows * (part < MIN_EXTRA_BITS ? part : MIN_EXTRA_BITS);
    return budget <= min ? 0 : budget - min < budget / 4 ? budget - min : budget / 4;
}

// Takes states of 12 bits at the rates where they are better: not always, for it takes a row longer to leave the first one.
// False: out of memory.
static bool lengthen_states(struct carvq_plan *plan, unsigned threads)
{
    struct carvq_trellis_curve *points = &plan->trellis;
    struct carvq_trellis_curve longer;
    if (!carvq_trellis_measure(&plan->survey, plan->matrix->cols, 12, threads, &longer))
        return false;
    for (size_t i = 0; i < longer.count; i++) {
        const struct carvq_point *point = &longer.items[i];
        size_t j = 0;
        while (j < points->count && points->items[j].step_bits != point->step_bits)
            j++;
        if (j == points->count && j < CARVQ_CURVE_POINTS) // the highest rate needs 12 bits
            points->items[points->count++] = *point;
        else if (point->distortion < LONG_STATE_GAIN * points->items[j].distortion)
            points->items[j] = *point;
    }
    return true;
}

// The curves of the codecs that may be used.
static enum carvq_status measure_codecs(struct carvq_plan *plan, unsigned threads, struct carvq_ticker *ticker,
                                        struct carvq_error *error)
{
    const struct carvq_matrix *matrix = plan->matrix;
    const struct carvq_budget *budget = &plan->budget;
    struct carvq_trellis_curve *trellis = &plan->short_trellis;
    bool measured = true, worth = false;
    if (budget->codecs & 1U << CARVQ_TRELLIS)
        measured = carvq_trellis_measure(&plan->survey, matrix->cols, 10, threads, trellis);
    plan->trellis = *trellis;
    if (budget->codecs & 1U << CARVQ_RVQ && measured)
        measured = carvq_rvq_measure(&plan->survey, matrix->rows, matrix->cols, trellis, budget->seed, threads, plan->rvq,
                                     &worth);
    plan->rvq_count = worth ? CARVQ_RVQ_GROUPS : 0;
    if (budget->codecs & 1U << CARVQ_TRELLIS && measured && budget->effort >= LONG_STATE_EFFORT)
        measured = lengthen_states(plan, threads);
    plan->tiers = malloc(matrix->rows);
    if (!measured || plan->tiers == NULL)
        return carvq_matrix_fail(matrix, error, CARVQ_ERROR_MEMORY, "out of memory for a sample of rows");
    if (!(budget->codecs & 1U << CARVQ_ADDITIVE))
        return CARVQ_OK;
    enum carvq_status status = carvq_additive_measure(&plan->survey, matrix->cols, budget->seed, threads, ticker, &plan->additive,
                                                      error);
    return status != CARVQ_OK ? status
                              : carvq_additive_measure_positions(&plan->survey, matrix->rows, matrix->cols, budget->seed, threads,
                                                                 ticker, &plan->additive, &plan->positions, error);
}

// With structure and adaptor of at most so many bits.
static enum carvq_status study(struct carvq_plan *plan, uint64_t max_bits, unsigned threads, struct carvq_ticker *ticker,
                               struct carvq_error *error)
{
    carvq_ticker_phase(ticker, CARVQ_PHASE_SURVEY);
    enum carvq_status status = carvq_survey_make(plan->matrix, max_bits, plan->budget.seed, threads, ticker, &plan->prediction,
                                                 &plan->survey, error);
    if (status == CARVQ_OK && plan->budget.adaptor)
        status = carvq_trial_run(plan, max_bits, threads, ticker, error);
    if (status == CARVQ_OK)
        status = measure_codecs(plan, threads, ticker, error);
    return status == CARVQ_OK ? carvq_plan_choose(plan, error) : status;
}

// The budget may hold the codes alone.
static enum carvq_status study_again(struct carvq_plan *plan, unsigned threads, struct carvq_ticker *ticker,
                                     struct carvq_error *error)
{
    carvq_survey_free(&plan->survey);
    carvq_prediction_free(&plan->prediction);
    free(plan->tiers);
    plan->tiers = NULL;
    return study(plan, 0, threads, ticker, error);
}

static enum carvq_status make_metric(struct carvq_plan *plan, unsigned threads, struct carvq_error *error)
{
    struct carvq_error reason;
    enum carvq_status status = carvq_metric_make(plan->budget.moment, plan->matrix->cols, CARVQ_METRIC_SHARE, threads,
                                                 &plan->metric, &reason);
    return status == CARVQ_OK ? status : carvq_matrix_fail(plan->matrix, error, status, "%s", reason.message);
}

enum carvq_status carvq_plan_by_budget(const struct carvq_matrix *matrix, const struct carvq_budget *budget, unsigned threads,
                                       carvq_progress_function *progress, void *progress_context, struct carvq_plan **plan_ret,
                                       struct carvq_error *error)
{
    struct carvq_budget own = defaults;
    *plan_ret = NULL;
    enum carvq_status status = carvq_options_take(budget, sizeof own, &own, "budget", error);
    if (status == CARVQ_OK)
        status = check(matrix, &own, error);
    if (status != CARVQ_OK)
        return status;
    struct carvq_plan *plan = carvq_plan_new(matrix);
    if (plan == NULL)
        return carvq_matrix_fail(matrix, error, CARVQ_ERROR_MEMORY, "out of memory");
    plan->budget = own;
    threads = carvq_threads(threads);
    struct carvq_ticker ticker = {
        .progress = progress,
        .context = progress_context,
        .state = {.table = matrix->name, .total = matrix->rows * matrix->cols},
    };
    struct carvq_error own_error;
    if (own.variance != NULL)
        carvq_plan_use_variance(plan);
    if (own.moment != NULL)
        status = make_metric(plan, threads, &own_error);
    if (status == CARVQ_OK)
        status = study(plan, structure_bits(plan), threads, &ticker, &own_error);
    if (status == CARVQ_ERROR_ARGUMENT && plan->tiers != NULL &&
        carvq_prediction_bits(&plan->prediction, matrix->rows, matrix->cols) > 0)
        status = study_again(plan, threads, &ticker, &own_error);
    if (status == CARVQ_OK) {
        *plan_ret = plan;
        return CARVQ_OK;
    }
    if (error != NULL)
        *error = own_error;
    carvq_plan_free(plan);
    return status;
}

enum carvq_status carvq_plan_change(struct carvq_plan *plan, double bits, uint64_t bytes, struct carvq_error *error)
{
    if (plan->by_settings)
        return carvq_matrix_fail(plan->matrix, error, CARVQ_ERROR_ARGUMENT, "a plan by settings has no budget to be changed");
    plan->budget.bits = bits;
    plan->budget.bytes = bytes;
    enum carvq_status status = check(plan->matrix, &plan->budget, error);
    return status == CARVQ_OK ? carvq_plan_choose(plan, error) : status;
}
