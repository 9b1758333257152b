// SPDX-License-Identifier: MIT
// A bit per parameter is worth 6.02 dB as codes, so an adaptor of b bits per parameter has to take more than 6.02 b dB off what
// mean and directions leave. It is tried on the sample of the survey. There its shared part W0, b0, W1, b1 would know the rows by
// heart: it is fitted to every other row, and the rest of the rows only find their z. What p fitted numbers take off the error
// of the rows that they were fitted to, beyond what they are good for, they add to that of other rows, so the sum over both
// halves estimates what a table of many rows would see. A sample that is the whole table needs no such care.
#include "plan/correct.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "encode/joint.h"

#define MOST_BITS 5.0 // a larger budget stores raw rows, which have no adaptor
#define MARGIN 2      // times its price is what the sample has to promise: it flatters, and a lookup takes twenty times as long
#define MAX_HIDDEN 256
#define ROWS_PER_UNIT 8 // fewer rows of the sample say nothing about a unit
#define TRIAL_EPOCHS 9
#define MAX_TRIALS 4

// The sample of a survey, the rows of odd number after all others.
struct sample {
    const struct carvq_survey *survey;
    uint32_t cols;
};

static enum carvq_status read_sample(void *context, uint64_t row, size_t nrows, uint32_t col, uint32_t ncols, float *block_ret,
                                     struct carvq_error *error)
{
    const struct sample *sample = context;
    const size_t count = sample->survey->sample_count, even = (count + 1) / 2;
    (void)error;
    for (size_t i = 0; i < nrows; i++) {
        size_t r = (size_t)row + i, taken = r < even ? 2 * r : 2 * (r - even) + 1;
        memcpy(block_ret + i * ncols, sample->survey->sample + taken * sample->cols + col, ncols * sizeof *block_ret);
    }
    return CARVQ_OK;
}

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
    options.progress = carvq_joint_progress;
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

static double price(const struct carvq_matrix *matrix, struct carvq_adaptor_widths widths)
{
    double bits = 8 * (double)carvq_adaptor_bytes(matrix->rows, matrix->cols, widths);
    return 20 * log10(2) * bits / ((double)matrix->rows * matrix->cols);
}

static struct carvq_adaptor_widths limit(struct carvq_adaptor_widths widths, uint64_t most)
{
    widths.hidden = widths.hidden < most ? widths.hidden : (uint32_t)most;
    widths.dim = widths.dim < widths.hidden ? widths.dim : widths.hidden;
    return widths;
}

// The widths of the published rule, a single polyline of as many nodes as its bits buy, and the halves of both. Each is
// followed by its half. Returns their number.
static size_t list_widths(const struct carvq_matrix *matrix, size_t sample_count,
                          struct carvq_adaptor_widths widths_ret[MAX_TRIALS])
{
    uint64_t most = sample_count / ROWS_PER_UNIT < MAX_HIDDEN ? sample_count / ROWS_PER_UNIT : MAX_HIDDEN;
    struct carvq_adaptor_widths rule = limit(carvq_adaptor_widths(matrix->rows, matrix->cols, 0, 0), most);
    if (rule.hidden < 2)
        return 0;
    widths_ret[0] = rule;
    widths_ret[1] = (struct carvq_adaptor_widths){(rule.dim + 1) / 2, rule.hidden / 2};
    if (rule.dim == 1)
        return 2;
    widths_ret[2] = limit(carvq_adaptor_widths(matrix->rows, matrix->cols, 1, 0), most);
    widths_ret[3] = (struct carvq_adaptor_widths){1, widths_ret[2].hidden / 2};
    return 4;
}

// Finds the widths with the largest profit.
static enum carvq_status try_widths(const struct carvq_survey *survey, const struct carvq_budget *budget, double most_db,
                                    unsigned threads, struct carvq_ticker *ticker, struct carvq_adaptor_trial *trial_ret,
                                    struct carvq_error *error)
{
    const struct carvq_matrix *matrix = survey->rest.matrix;
    struct sample sample = {survey, matrix->cols};
    const struct carvq_matrix rows = {matrix->name, matrix->file, survey->sample_count, matrix->cols, CARVQ_F32,
                                      read_sample,  &sample};
    const uint64_t fitted_rows = survey->sample_count < matrix->rows ? (survey->sample_count + 1) / 2 : 0;
    struct carvq_adaptor_widths widths[MAX_TRIALS];
    size_t count = list_widths(matrix, survey->sample_count, widths);
    double twice = 0; // gain of the widths of which these are a half, which do not gain more
    for (size_t i = 0; i < count; i++) {
        double gain, price_db = price(matrix, widths[i]), profit = trial_ret->gain_db - trial_ret->price_db;
        if (price_db > most_db || (i % 2 == 1 && twice - price_db <= fmax(profit, 0)))
            continue;
        struct carvq_adaptor_network *network;
        enum carvq_status status = train(&rows, widths[i], fitted_rows, budget, TRIAL_EPOCHS, threads, ticker, &gain, &network,
                                         error);
        if (status != CARVQ_OK)
            return status;
        free(network);
        twice = i % 2 == 0 ? gain : 0;
        if (trial_ret->dim == 0 || gain - price_db > profit)
            *trial_ret = (struct carvq_adaptor_trial){widths[i].dim, widths[i].hidden, gain, price_db, false};
    }
    return CARVQ_OK;
}

// What the survey would be, by the gain on the sample.
static void estimate(struct carvq_survey *survey, double gain_db)
{
    const float left = (float)pow(10, -gain_db / 10);
    for (uint64_t row = 0; row < survey->rest.matrix->rows; row++)
        survey->energies[row] *= left;
}

// Trains on all rows, and keeps the adaptor if it is worth its bits there, too.
static enum carvq_status adopt(struct carvq_survey *survey, const struct carvq_budget *budget, struct carvq_adaptor_widths widths,
                               unsigned threads, struct carvq_ticker *ticker, struct carvq_adaptor_trial *trial,
                               struct carvq_error *error)
{
    const struct carvq_matrix rest = carvq_rest_matrix(&survey->rest);
    struct carvq_adaptor_network *network;
    enum carvq_status status = train(&rest, widths, 0, budget, 0, threads, ticker, &trial->gain_db, &network, error);
    if (status != CARVQ_OK)
        return status;
    trial->used = trial->gain_db > trial->price_db;
    if (!trial->used) {
        free(network);
        return CARVQ_OK;
    }
    survey->rest.network = network;
    ticker->state.phase = "survey";
    ticker->state.done = 0;
    ticker->state.loss = 0;
    return carvq_survey_again(budget->seed, threads, ticker, survey, error);
}

enum carvq_status carvq_correct(struct carvq_survey *survey, const struct carvq_budget *budget, uint64_t most_bits,
                                unsigned threads, struct carvq_ticker *ticker, struct carvq_adaptor_trial *trial_ret,
                                struct carvq_error *error)
{
    const struct carvq_matrix *matrix = survey->rest.matrix;
    const double values = (double)matrix->rows * matrix->cols;
    const double bits = budget->bits > 0 ? budget->bits : 8 * (double)budget->bytes / values;
    const double spare = ((double)most_bits - (double)carvq_rest_bits(&survey->rest)) / values;
    *trial_ret = (struct carvq_adaptor_trial){0};
    if (bits > MOST_BITS || spare <= 0)
        return CARVQ_OK;
    ticker->state.phase = "adaptor";
    ticker->state.done = 0;
    enum carvq_status status = try_widths(survey, budget, 20 * log10(2) * spare, threads, ticker, trial_ret, error);
    if (status != CARVQ_OK || trial_ret->dim == 0 || trial_ret->gain_db < MARGIN * trial_ret->price_db)
        return status;
    const struct carvq_adaptor_widths widths = {trial_ret->dim, trial_ret->hidden};
    if (budget->plan_only) {
        trial_ret->used = true;
        estimate(survey, trial_ret->gain_db);
    } else {
        status = adopt(survey, budget, widths, threads, ticker, trial_ret, error);
    }
    if (trial_ret->used)
        survey->rest.widths = widths;
    return status;
}
