// SPDX-License-Identifier: MIT
#include "plan/recipe.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "plan/correct.h"
#include "plan/plan.h"
#include "host/rows.h"
#include "host/matrix.h"

#define LEAST_EXTRA_BITS 8   // of a row in the least way, beyond 1 bit per value: rounding, and room for a choice ..
#define LEAST_EXTRA_PART 16  // .. but no more than one for so many values
#define LONG_STATE_EFFORT 4  // from this effort on a state may have 12 bits, which take four times as long to search ..
#define LONG_STATE_GAIN 0.99 // .. if that lowers the squared error to so much

void carvq_budget_defaults(struct carvq_budget *budget_ret)
{
    *budget_ret = (struct carvq_budget){
        .codecs = 1U << CARVQ_RVQ | 1U << CARVQ_TRELLIS | 1U << CARVQ_RAW,
        .effort = 5,
        .adaptor = true,
    };
}

static enum carvq_status check(const struct carvq_matrix *matrix, const struct carvq_budget *budget, struct carvq_error *error)
{
    if (matrix->rows < 1 || matrix->rows > UINT32_MAX || matrix->cols < 1 || matrix->cols > CARVQ_MAX_COLS)
        return carvq_matrix_fail(matrix, error, CARVQ_ERROR_ARGUMENT, "%" PRIu64 " x %" PRIu32 " is no shape for a table",
                                 matrix->rows, matrix->cols);
    if (!isfinite(budget->bits) || budget->bits < 0 || (budget->bits == 0 && budget->bytes == 0))
        return carvq_matrix_fail(matrix, error, CARVQ_ERROR_ARGUMENT, "a budget must be more than 0");
    if (budget->effort < 1 || budget->effort > CARVQ_MAX_EFFORT)
        return carvq_matrix_fail(matrix, error, CARVQ_ERROR_ARGUMENT, "effort is %u, but must be 1 to %d", budget->effort,
                                 CARVQ_MAX_EFFORT);
    if (!(budget->codecs & (1U << CARVQ_RVQ | 1U << CARVQ_TRELLIS)))
        return carvq_matrix_fail(matrix, error, CARVQ_ERROR_ARGUMENT, "neither rvq nor trellis may be used");
    for (uint64_t row = 0; budget->counts != NULL && row < matrix->rows; row++)
        if (!isfinite(budget->counts[row]) || budget->counts[row] < 0)
            return carvq_matrix_fail(matrix, error, CARVQ_ERROR_ARGUMENT, "the count of row %" PRIu64 " is no count", row);
    return CARVQ_OK;
}

// What structure and adaptor may take, at most: what the least codes leave, and no more than a quarter of the budget. Nothing if
// all rows can be raw, which have no part in it.
static uint64_t structure_bits(const struct carvq_recipe *recipe)
{
    const uint64_t values = recipe->matrix->rows * recipe->matrix->cols, budget = 8 * carvq_plan_bytes(recipe);
    if (recipe->budget.codecs & 1U << CARVQ_RAW && budget >= 16 * values)
        return 0;
    const uint64_t part = recipe->matrix->cols / LEAST_EXTRA_PART;
    const uint64_t least = values + recipe->matrix->rows * (part < LEAST_EXTRA_BITS ? part : LEAST_EXTRA_BITS);
    return budget <= least ? 0 : budget - least < budget / 4 ? budget - least : budget / 4;
}

// Takes states of 12 bits at the rates where they are better: not always, for it takes a row longer to leave the first one.
// False: out of memory.
static bool lengthen_states(struct carvq_recipe *recipe, unsigned threads)
{
    struct carvq_trellis_curve *points = &recipe->points;
    struct carvq_trellis_curve longer;
    if (!carvq_trellis_measure(&recipe->survey, recipe->matrix->cols, 12, threads, &longer))
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
static enum carvq_status measure_codecs(struct carvq_recipe *recipe, unsigned threads, struct carvq_error *error)
{
    const struct carvq_matrix *matrix = recipe->matrix;
    const struct carvq_budget *budget = &recipe->budget;
    struct carvq_trellis_curve *trellis = &recipe->short_points;
    bool measured = true, worth = false;
    if (budget->codecs & 1U << CARVQ_TRELLIS)
        measured = carvq_trellis_measure(&recipe->survey, matrix->cols, 10, threads, trellis);
    recipe->points = *trellis;
    if (budget->codecs & 1U << CARVQ_RVQ && measured)
        measured = carvq_rvq_measure(&recipe->survey, matrix->cols, trellis, budget->seed, threads, recipe->curves, &worth);
    recipe->curve_count = worth ? CARVQ_RVQ_GROUPS : 0;
    if (budget->codecs & 1U << CARVQ_TRELLIS && measured && budget->effort >= LONG_STATE_EFFORT)
        measured = lengthen_states(recipe, threads);
    recipe->tiers = malloc(matrix->rows);
    if (!measured || recipe->tiers == NULL)
        return carvq_matrix_fail(matrix, error, CARVQ_ERROR_MEMORY, "out of memory for a sample of rows");
    return CARVQ_OK;
}

// With structure and adaptor of at most so many bits.
static enum carvq_status study(struct carvq_recipe *recipe, uint64_t most_bits, unsigned threads, struct carvq_ticker *ticker,
                               struct carvq_error *error)
{
    ticker->state.phase = "survey";
    ticker->state.done = 0;
    enum carvq_status status = carvq_survey_make(recipe->matrix, most_bits, recipe->budget.seed, threads, ticker, &recipe->survey,
                                                 error);
    if (status == CARVQ_OK && recipe->budget.adaptor)
        status = carvq_correct(&recipe->survey, &recipe->budget, most_bits, threads, ticker, &recipe->trial, error);
    if (status == CARVQ_OK)
        status = measure_codecs(recipe, threads, error);
    return status == CARVQ_OK ? carvq_plan_make(recipe, error) : status;
}

enum carvq_status carvq_recipe_make(const struct carvq_matrix *matrix, const struct carvq_budget *budget, unsigned threads,
                                    int (*progress)(void *context, const struct carvq_progress *progress), void *progress_context,
                                    struct carvq_recipe **recipe_ret, struct carvq_error *error)
{
    enum carvq_status status = check(matrix, budget, error);
    if (status != CARVQ_OK)
        return status;
    struct carvq_recipe *recipe = calloc(1, sizeof *recipe);
    if (recipe == NULL)
        return carvq_matrix_fail(matrix, error, CARVQ_ERROR_MEMORY, "out of memory");
    recipe->matrix = matrix;
    recipe->budget = *budget;
    recipe->info.rows = matrix->rows;
    recipe->info.cols = matrix->cols;
    threads = carvq_rows_threads(threads);
    struct carvq_ticker ticker = {
        progress, progress_context, {matrix->name, "survey", 0, matrix->rows * matrix->cols, 0}, 0, false};
    struct carvq_error own_error;
    status = study(recipe, structure_bits(recipe), threads, &ticker, &own_error);
    if (status == CARVQ_ERROR_ARGUMENT && recipe->tiers != NULL &&
        carvq_rest_bits(&recipe->survey.rest) > 0) { // the budget may hold the codes alone
        carvq_survey_free(&recipe->survey);
        free(recipe->tiers);
        recipe->tiers = NULL;
        status = study(recipe, 0, threads, &ticker, &own_error);
    }
    if (status == CARVQ_OK) {
        *recipe_ret = recipe;
        return CARVQ_OK;
    }
    if (error != NULL)
        *error = own_error;
    carvq_recipe_free(recipe);
    return status;
}

enum carvq_status carvq_recipe_change(struct carvq_recipe *recipe, double bits, uint64_t bytes, struct carvq_error *error)
{
    recipe->budget.bits = bits;
    recipe->budget.bytes = bytes;
    enum carvq_status status = check(recipe->matrix, &recipe->budget, error);
    return status == CARVQ_OK ? carvq_plan_make(recipe, error) : status;
}

void carvq_recipe_free(struct carvq_recipe *recipe)
{
    if (recipe == NULL)
        return;
    carvq_survey_free(&recipe->survey);
    free(recipe->tiers);
    free(recipe);
}

const struct carvq_table_info *carvq_recipe_info(const struct carvq_recipe *recipe)
{
    return &recipe->info;
}

const struct carvq_adaptor_trial *carvq_recipe_adaptor(const struct carvq_recipe *recipe)
{
    return &recipe->trial;
}
