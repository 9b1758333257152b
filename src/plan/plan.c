// SPDX-License-Identifier: MIT
// What plans have in common, and structures of options that may be of another version's size.
#include "plan/plan.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "codec/trellis/scale.h"
#include "host/matrix.h"
#include "plan/options.h"
#include "runtime/utf8.h"

// Settled on the demo model, on text other than that of its evaluation; see doc/method.md.
#define COUNT_EXPONENT 0.5
#define VARIANCE_EXPONENT 0.65 // on SmolLM2-135M, too, where up to 0.85 is better; demo-llama's best is 0.5
#define VARIANCE_FLOOR 1e-6    // of the mean, so that no row is without weight

enum carvq_status carvq_options_take(const void *given, size_t own_size, void *own_ret, const char *what,
                                     struct carvq_error *error)
{
    size_t size;
    memcpy(&size, given, sizeof size);
    if (size < sizeof size || size > MAX_OPTIONS_SIZE)
        return carvq_fail(error, CARVQ_ERROR_ARGUMENT, "struct carvq_%s has no size; begin with carvq_%s_init()", what, what);
    for (size_t i = own_size; i < size; i++)
        if (((const unsigned char *)given)[i] != 0)
            return carvq_fail(error, CARVQ_ERROR_UNSUPPORTED,
                              "struct carvq_%s asks for something that this carvq " CARVQ_VERSION_STRING " does not know", what);
    memcpy(own_ret, given, size < own_size ? size : own_size);
    memcpy(own_ret, &own_size, sizeof own_size);
    return CARVQ_OK;
}

void carvq_options_give(const void *own, size_t own_size, void *given_ret, size_t size)
{
    memset(given_ret, 0, size);
    memcpy(given_ret, own, size < own_size ? size : own_size);
    memcpy(given_ret, &size, sizeof size);
}

struct carvq_plan *carvq_plan_new(const struct carvq_matrix *matrix)
{
    struct carvq_plan *plan = calloc(1, sizeof *plan);
    if (plan == NULL)
        return NULL;
    plan->matrix = matrix;
    plan->info = (struct carvq_table_info){
        .name = matrix->name,
        .rows = matrix->rows,
        .cols = matrix->cols,
        .dtype = matrix->dtype,
    };
    return plan;
}

void carvq_plan_free(struct carvq_plan *plan)
{
    if (plan == NULL)
        return;
    carvq_survey_free(&plan->survey);
    carvq_prediction_free(&plan->prediction);
    carvq_metric_free(plan->metric);
    free(plan->tiers);
    free(plan);
}

static enum carvq_status check_name(const struct carvq_matrix *matrix, struct carvq_error *error)
{
    if (matrix->name == NULL)
        return carvq_fail(error, CARVQ_ERROR_ARGUMENT, "a tensor has no name");
    size_t length;
    for (const char *at = matrix->name; *at != '\0'; at += length) {
        length = carvq_utf8_length(at, strlen(at));
        if (length == 0)
            return carvq_matrix_fail(matrix, error, CARVQ_ERROR_ARGUMENT, "the name is not UTF-8");
    }
    return CARVQ_OK;
}

enum carvq_status carvq_plan_check_range(const struct carvq_matrix *matrix, const char *what, uint64_t value, uint64_t max,
                                         struct carvq_error *error)
{
    if (value >= 1 && value <= max)
        return CARVQ_OK;
    return carvq_matrix_fail(matrix, error, CARVQ_ERROR_ARGUMENT, "%s is %" PRIu64 ", but must be 1 to %" PRIu64, what, value,
                             max);
}

enum carvq_status carvq_plan_check_matrix(const struct carvq_matrix *matrix, struct carvq_error *error)
{
    enum carvq_status status = check_name(matrix, error);
    if (status != CARVQ_OK)
        return status;
    const bool rows_fit = matrix->rows >= 1 && matrix->rows <= CARVQ_MAX_ROWS;
    if (!rows_fit || matrix->cols < 1 || matrix->cols > CARVQ_MAX_COLS)
        return carvq_matrix_fail(matrix, error, CARVQ_ERROR_ARGUMENT,
                                 "%" PRIu64 " x %" PRIu32 " is no shape for a table: %s must be 1 to %" PRIu64, matrix->rows,
                                 matrix->cols, rows_fit ? "cols" : "rows", rows_fit ? CARVQ_MAX_COLS : CARVQ_MAX_ROWS);
    if (matrix->dtype != CARVQ_F32 && matrix->dtype != CARVQ_F16 && matrix->dtype != CARVQ_BF16)
        return carvq_matrix_fail(matrix, error, CARVQ_ERROR_ARGUMENT, "dtype must be F32, F16 or BF16");
    return CARVQ_OK;
}

struct carvq_rvq_options carvq_plan_rvq_options(const struct carvq_plan *plan)
{
    // Of a budget: at 5 about as long as the trellis takes; never less than what the curve was measured with.
    static const uint32_t efforts[CARVQ_MAX_EFFORT + 1] = {0, 1, 1, 1, 1, 2, 3, 4, 6, 9};
    if (plan->by_settings)
        return (struct carvq_rvq_options){plan->settings.iterations, plan->settings.effort, plan->settings.seed};
    return (struct carvq_rvq_options){CARVQ_RVQ_ITERATIONS, efforts[plan->budget.effort], plan->budget.seed};
}

// How much a row matters, by what the model says. A power of it, for rows that hardly matter get the largest errors, and many of
// those raise the normaliser of the probabilities, which no product with v_i counts.
static double smooth(const struct carvq_plan *plan, uint64_t row)
{
    return pow(plan->budget.variance[row] + plan->variance_floor, VARIANCE_EXPONENT);
}

void carvq_plan_use_variance(struct carvq_plan *plan)
{
    const uint64_t rows = plan->info.rows;
    double sum = 0, smoothed = 0;
    for (uint64_t row = 0; row < rows; row++)
        sum += plan->budget.variance[row];
    plan->variance_floor = sum > 0 ? VARIANCE_FLOOR * sum / (double)rows : 1;
    for (uint64_t row = 0; row < rows; row++)
        smoothed += smooth(plan, row);
    plan->variance_unit = (sum > 0 ? sum : 1) / smoothed;
}

double carvq_plan_weight(const struct carvq_plan *plan, uint64_t row)
{
    if (plan->budget.variance != NULL)
        return plan->variance_unit * smooth(plan, row);
    return plan->budget.counts == NULL ? 1 : pow(plan->budget.counts[row] + 1, COUNT_EXPONENT);
}

float carvq_plan_row_scale(const struct carvq_plan *plan, uint64_t row)
{
    return (float)sqrt(plan->survey.energies[row] / (double)plan->info.cols) / CARVQ_TRELLIS_TABLE_UNIT;
}

const struct carvq_table_info *carvq_plan_info(const struct carvq_plan *plan)
{
    return &plan->info;
}

const struct carvq_plan_cost *carvq_plan_get_cost(const struct carvq_plan *plan)
{
    return &plan->cost;
}

const struct carvq_adaptor_trial *carvq_plan_trial(const struct carvq_plan *plan)
{
    return &plan->trial;
}

const struct carvq_head_trial *carvq_plan_head(const struct carvq_plan *plan)
{
    return &plan->head;
}

const struct carvq_divergence *carvq_plan_divergence(const struct carvq_plan *plan)
{
    return &plan->divergence;
}

const struct carvq_report *carvq_plan_report(const struct carvq_plan *plan)
{
    return &plan->report;
}

const char *carvq_phase_name(enum carvq_phase phase)
{
    static const char *const names[] = {
        [CARVQ_PHASE_SURVEY] = "survey",
        [CARVQ_PHASE_CODES] = "codes",
        [CARVQ_PHASE_ADAPTOR] = "adaptor",
        [CARVQ_PHASE_COMPARE] = "compare",
    };
    return (unsigned)phase < sizeof names / sizeof *names ? names[phase] : "";
}
