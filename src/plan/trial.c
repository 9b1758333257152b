// SPDX-License-Identifier: MIT
// Whether an adaptor earns its bits.
//
// A bit per parameter is worth 6.02 dB as codes, so an adaptor of b bits per parameter has to take more than 6.02 b dB off what
// mean and directions leave. It is tried on the sample of the survey. There its shared part W0, b0, W1, b1 would know the rows by
// heart: it is fitted to every other row, and the rest of the rows only find their z. What p fitted numbers take off the error
// of the rows that they were fitted to, beyond what they are good for, they add to that of other rows, so the sum over both
// halves estimates what a table of many rows would see. A sample that is the whole table needs no such care.
#include "plan/trial.h"

#include <math.h>
#include <stdlib.h>

#include "host/matrix.h"

#define MAX_BITS 5.0 // a larger budget stores raw rows, which have no adaptor
#define MARGIN 2     // times its cost is what the sample has to promise: it flatters, and a lookup takes twenty times as long
#define MAX_HIDDEN 256
#define ROWS_PER_UNIT 8 // fewer rows of the sample say nothing about a unit
#define TRIAL_EPOCHS 9
#define MAX_TRIALS 4

// fitted_rows: as in struct carvq_adaptor_options. *gain_ret: what the adaptor takes off the squared error, in dB.
static enum carvq_status train(const struct carvq_matrix *matrix, struct carvq_adaptor_widths widths, uint64_t fitted_rows,
                               const struct carvq_budget *budget, uint32_t epochs, unsigned threads, struct carvq_ticker *ticker,
                               double *gain_ret, struct carvq_adaptor_network **network_ret, struct carvq_error *error)
{
    struct carvq_adaptor_options options;
    carvq_adaptor_defaults(matrix->rows, matrix->cols, &options);
    options.widths = widths;
    options.fitted_rows = fitted_rows;
    options.seed = budget->seed;
    options.threads = threads;
    options.progress = carvq_adaptor_tick;
    options.progress_context = ticker;
    if (epochs > 0)
        options.epochs = epochs;
    enum carvq_status status = carvq_adaptor_train(matrix, &options, network_ret, error);
    if (status != CARVQ_OK)
        return status;
    double before = (*network_ret)->square_before, after = (*network_ret)->square_after;
    *gain_ret = after < before ? 10 * log10(before / fmax(after, before * 1e-12)) : 0;
    return CARVQ_OK;
}

static double cost(const struct carvq_matrix *matrix, struct carvq_adaptor_widths widths)
{
    double bits = 8 * (double)carvq_adaptor_bytes(matrix->rows, matrix->cols, widths);
    return 20 * log10(2) * bits / ((double)matrix->rows * matrix->cols);
}

static struct carvq_adaptor_widths limit(struct carvq_adaptor_widths widths, uint64_t max)
{
    widths.hidden = widths.hidden < max ? widths.hidden : (uint32_t)max;
    widths.dim = widths.dim < widths.hidden ? widths.dim : widths.hidden;
    return widths;
}

// The widths of the published rule, a single polyline of as many nodes as its bits buy, and the halves of both. Each is
// followed by its half. Returns their number.
static size_t list_widths(const struct carvq_matrix *matrix, size_t sample_count,
                          struct carvq_adaptor_widths widths_ret[MAX_TRIALS])
{
    uint64_t max = sample_count / ROWS_PER_UNIT < MAX_HIDDEN ? sample_count / ROWS_PER_UNIT : MAX_HIDDEN;
    struct carvq_adaptor_widths rule = limit(carvq_adaptor_widths(matrix->rows, matrix->cols, 0, 0), max);
    if (rule.hidden < 2)
        return 0;
    widths_ret[0] = rule;
    widths_ret[1] = (struct carvq_adaptor_widths){(rule.dim + 1) / 2, rule.hidden / 2};
    if (rule.dim == 1)
        return 2;
    widths_ret[2] = limit(carvq_adaptor_widths(matrix->rows, matrix->cols, 1, 0), max);
    widths_ret[3] = (struct carvq_adaptor_widths){1, widths_ret[2].hidden / 2};
    return 4;
}

// Finds the widths with the largest profit. rows: of the sample.
static enum carvq_status try_widths(struct carvq_plan *plan, const struct carvq_matrix *rows, double max_db, unsigned threads,
                                    struct carvq_ticker *ticker, struct carvq_error *error)
{
    const struct carvq_matrix *matrix = plan->matrix;
    struct carvq_adaptor_trial *trial = &plan->trial;
    const uint64_t fitted_rows = rows->rows < matrix->rows ? (rows->rows + 1) / 2 : 0;
    struct carvq_adaptor_widths widths[MAX_TRIALS];
    size_t count = list_widths(matrix, (size_t)rows->rows, widths);
    double twice = 0; // gain of the widths of which these are a half, which do not gain more
    for (size_t i = 0; i < count; i++) {
        double gain, cost_db = cost(matrix, widths[i]), profit = trial->gain_db - trial->cost_db;
        if (cost_db > max_db || (i % 2 == 1 && twice - cost_db <= fmax(profit, 0)))
            continue;
        struct carvq_adaptor_network *network;
        enum carvq_status status = train(rows, widths[i], fitted_rows, &plan->budget, TRIAL_EPOCHS, threads, ticker, &gain,
                                         &network, error);
        if (status != CARVQ_OK)
            return status;
        free(network);
        twice = i % 2 == 0 ? gain : 0;
        if (trial->dim == 0 || gain - cost_db > profit)
            *trial = (struct carvq_adaptor_trial){widths[i].dim, widths[i].hidden, gain, cost_db, false};
    }
    return CARVQ_OK;
}

// The same with the sample of the survey, its rows of odd number after all others.
static enum carvq_status try_sample(struct carvq_plan *plan, double max_db, unsigned threads, struct carvq_ticker *ticker,
                                    struct carvq_error *error)
{
    const struct carvq_matrix *matrix = plan->matrix;
    const size_t count = plan->survey.sample_count, even = (count + 1) / 2;
    struct carvq_floats floats = {plan->survey.sample, matrix->cols};
    const struct carvq_matrix sample = {matrix->name, matrix->file, count, matrix->cols, CARVQ_F32, carvq_floats_read, &floats};
    uint32_t *order = malloc(count * sizeof *order);
    if (order == NULL)
        return carvq_matrix_fail(matrix, error, CARVQ_ERROR_MEMORY, "out of memory for a sample of %zu rows", count);
    for (size_t i = 0; i < count; i++)
        order[i] = (uint32_t)(i < even ? 2 * i : 2 * (i - even) + 1);
    const struct carvq_subset subset = {&sample, order};
    const struct carvq_matrix rows = carvq_subset_matrix(&subset, count);
    enum carvq_status status = try_widths(plan, &rows, max_db, threads, ticker, error);
    free(order);
    return status;
}

// What the survey would be, by the gain on the sample.
static void estimate(struct carvq_plan *plan)
{
    const float left = (float)pow(10, -plan->trial.gain_db / 10);
    for (uint64_t row = 0; row < plan->matrix->rows; row++)
        plan->survey.energies[row] *= left;
}

// Trains on all rows, and keeps the adaptor if it is worth its bits there, too.
static enum carvq_status adopt(struct carvq_plan *plan, struct carvq_adaptor_widths widths, unsigned threads,
                               struct carvq_ticker *ticker, struct carvq_error *error)
{
    const struct carvq_residual residual = {plan->matrix, &plan->prediction, NULL};
    const struct carvq_matrix matrix = carvq_residual_matrix(&residual);
    struct carvq_adaptor_trial *trial = &plan->trial;
    struct carvq_adaptor_network *network;
    enum carvq_status status = train(&matrix, widths, 0, &plan->budget, 0, threads, ticker, &trial->gain_db, &network, error);
    if (status != CARVQ_OK)
        return status;
    trial->used = trial->gain_db > trial->cost_db;
    if (!trial->used) {
        free(network);
        return CARVQ_OK;
    }
    plan->prediction.network = network;
    carvq_ticker_phase(ticker, CARVQ_PHASE_SURVEY);
    return carvq_survey_again(&residual, plan->budget.seed, threads, ticker, &plan->survey, error);
}

enum carvq_status carvq_trial_run(struct carvq_plan *plan, uint64_t max_bits, unsigned threads, struct carvq_ticker *ticker,
                                  struct carvq_error *error)
{
    const struct carvq_matrix *matrix = plan->matrix;
    const struct carvq_budget *budget = &plan->budget;
    struct carvq_adaptor_trial *trial = &plan->trial;
    const double values = (double)matrix->rows * matrix->cols;
    const double bits = budget->bits > 0 ? budget->bits : 8 * (double)budget->bytes / values;
    const double spare = ((double)max_bits - (double)carvq_prediction_bits(&plan->prediction, matrix->rows, matrix->cols)) /
                         values;
    *trial = (struct carvq_adaptor_trial){0};
    if (bits > MAX_BITS || spare <= 0)
        return CARVQ_OK;
    carvq_ticker_phase(ticker, CARVQ_PHASE_ADAPTOR);
    enum carvq_status status = try_sample(plan, 20 * log10(2) * spare, threads, ticker, error);
    if (status != CARVQ_OK || trial->dim == 0 || trial->gain_db < MARGIN * trial->cost_db)
        return status;
    const struct carvq_adaptor_widths widths = {trial->dim, trial->hidden};
    if (budget->plan_only) {
        trial->used = true;
        estimate(plan);
    } else {
        status = adopt(plan, widths, threads, ticker, error);
    }
    if (trial->used)
        plan->prediction.widths = widths;
    return status;
}
