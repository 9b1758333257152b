// SPDX-License-Identifier: MIT
// Codes and adaptor of one table, fitted to each other in turn.
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "codec/rvq/rvq.h"
#include "encode/output.h"
#include "host/matrix.h"
#include "runtime/half.h"

struct joint {
    struct carvq_plan *plan;
    unsigned threads;
    struct carvq_ticker *ticker;
    struct carvq_memory memory; // the codes
    struct carvq_sums sums;     // of what the codes and the adaptor, if there is one, decode to
    struct carvq_sums codes;    // of codes alone
};

// The layers of an adaptor as floats, to be given to free(); NULL if there is no memory.
static float *widen_layers(const struct carvq_adaptor_network *network)
{
    const size_t count = carvq_layers_count(network);
    float *layers = malloc(count * sizeof *layers);
    if (layers != NULL)
        carvq_widen(network->stored.dtype, network->stored.weight_0, count, layers);
    return layers;
}

// Fits the codes to what the adaptor leaves, or to the table if there is none.
static enum carvq_status fit_codes(struct joint *joint, struct carvq_sums *sums_ret, struct carvq_error *error)
{
    const struct carvq_plan *plan = joint->plan;
    const struct carvq_rvq_options options = carvq_plan_rvq_options(plan);
    const struct carvq_adaptor_network *network = plan->prediction.network;
    float *layers = network == NULL ? NULL : widen_layers(network);
    if (network != NULL && layers == NULL)
        return carvq_matrix_fail(plan->matrix, error, CARVQ_ERROR_MEMORY, "out of memory for the layers of the adaptor");
    const struct carvq_residual residual = {plan->matrix, &plan->prediction, layers};
    const struct carvq_matrix matrix = carvq_residual_matrix(&residual);
    const struct carvq_sink sink = carvq_memory_sink(&joint->memory);
    carvq_ticker_phase(joint->ticker, CARVQ_PHASE_CODES);
    enum carvq_status status = carvq_rvq_encode(&matrix, plan->segments, &options, joint->threads, &sink, joint->ticker, sums_ret,
                                                error);
    free(layers);
    return status;
}

static enum carvq_status fit_adaptor(struct joint *joint, const struct carvq_matrix *matrix,
                                     struct carvq_adaptor_network **network_ret, struct carvq_error *error)
{
    struct carvq_adaptor_options training = carvq_plan_training(joint->plan, joint->threads);
    training.progress = carvq_adaptor_tick;
    training.progress_context = joint->ticker;
    carvq_ticker_phase(joint->ticker, CARVQ_PHASE_ADAPTOR);
    return carvq_adaptor_train(matrix, &training, network_ret, error);
}

static void take_network(struct joint *joint, struct carvq_adaptor_network *network)
{
    free(joint->plan->prediction.network);
    joint->plan->prediction.network = network;
}

// Trains an adaptor of what the codes left, and keeps it if that makes the error smaller than joint->sums.
static enum carvq_status refit_adaptor(struct joint *joint, struct carvq_error *error)
{
    const struct carvq_less_codes less = {joint->plan->matrix, &joint->memory.segment};
    const struct carvq_matrix matrix = carvq_less_codes_matrix(&less);
    struct carvq_adaptor_network *network;
    enum carvq_status status = fit_adaptor(joint, &matrix, &network, error);
    if (status != CARVQ_OK)
        return status;
    if (network->l1_after < joint->sums.errors) {
        joint->sums.errors = network->l1_after;
        joint->sums.squares = network->square_after;
        take_network(joint, network);
    } else {
        free(network);
    }
    return CARVQ_OK;
}

// Rounds after the first: the codes of a table less its adaptor, then the adaptor of what they leave.
static enum carvq_status alternate(struct joint *joint, struct carvq_error *error)
{
    struct carvq_plan *plan = joint->plan;
    enum carvq_status status = fit_adaptor(joint, plan->matrix, &plan->prediction.network, error);
    if (status == CARVQ_OK &&
        !(plan->prediction.network->l1_after < plan->prediction.network->l1_before)) { // nor would it help later
        take_network(joint, NULL);
        return refit_adaptor(joint, error);
    }
    for (uint32_t round = 1; round < plan->settings.rounds && status == CARVQ_OK; round++) {
        status = fit_codes(joint, &joint->sums, error);
        if (status == CARVQ_OK)
            status = refit_adaptor(joint, error);
    }
    joint->sums.energy = joint->codes.energy;
    return status;
}

// What the adaptor's bits are worth as codebooks.
static enum carvq_status compare(struct joint *joint, struct carvq_sums *traded_ret, struct carvq_error *error)
{
    struct carvq_plan *plan = joint->plan;
    const struct carvq_segment_info info = carvq_plan_traded(plan);
    const struct carvq_rvq_options options = carvq_plan_rvq_options(plan);
    plan->report.traded_group = info.group;
    plan->report.traded_bytes = info.code_bytes + info.codebook_bytes;
    carvq_ticker_phase(joint->ticker, CARVQ_PHASE_COMPARE);
    return carvq_rvq_encode(plan->matrix, &info, &options, joint->threads, &carvq_sink_discard, joint->ticker, traded_ret, error);
}

static enum carvq_status fit(struct joint *joint, struct carvq_sums *traded_ret, struct carvq_error *error)
{
    const bool rounds = joint->plan->settings.rounds > 1;
    enum carvq_status status = fit_codes(joint, &joint->codes, error);
    if (status != CARVQ_OK)
        return status;
    joint->sums = joint->codes;
    status = rounds ? alternate(joint, error) : refit_adaptor(joint, error);
    if (status == CARVQ_OK && !(joint->sums.errors < joint->codes.errors)) {
        take_network(joint, NULL);
        joint->sums = joint->codes;
        if (rounds) // the codes are those of a table less its adaptor
            status = fit_codes(joint, &joint->codes, error);
    }
    return status == CARVQ_OK ? compare(joint, traded_ret, error) : status;
}

enum carvq_status carvq_joint_encode(struct carvq_plan *plan, const struct carvq_output *output, struct carvq_ticker *ticker,
                                     struct carvq_sums *sums_ret, struct carvq_error *error)
{
    struct joint joint = {.plan = plan, .threads = output->job->threads, .ticker = ticker};
    struct carvq_report *report = &plan->report;
    const double values = (double)plan->info.rows * plan->info.cols;
    struct carvq_sums traded = {0};
    enum carvq_status status;
    take_network(&joint, NULL); // that of an earlier run
    if (!carvq_memory_make(plan->segments, &joint.memory))
        status = carvq_matrix_fail(plan->matrix, error, CARVQ_ERROR_MEMORY, "out of memory for %" PRIu64 " bytes of codes",
                                   plan->info.code_bytes + plan->info.codebook_bytes);
    else
        status = fit(&joint, &traded, error);
    if (status == CARVQ_OK)
        status = carvq_memory_write(&joint.memory, output, 0, error);
    carvq_memory_free(&joint.memory);
    if (status != CARVQ_OK)
        return status;
    report->left_out = plan->prediction.network == NULL;
    carvq_sums_take(&joint.codes, values, &report->codes_sqnr_db, &report->codes_l1);
    carvq_sums_take(&traded, values, &report->traded_sqnr_db, &report->traded_l1);
    *sums_ret = joint.sums;
    return CARVQ_OK;
}
