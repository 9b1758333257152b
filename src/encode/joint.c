// SPDX-License-Identifier: MIT
#include "encode/joint.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "host/blas.h"
#include "codec/adaptor/difference.h"
#include "host/matrix.h"
#include "codec/rvq/rvq.h"

struct carvq_adaptor_options carvq_joint_adaptor_options(const struct carvq_table_info *info,
                                                         const struct carvq_encode_options *options, unsigned threads)
{
    struct carvq_adaptor_options result;
    carvq_adaptor_defaults(info->rows, info->cols, &result);
    result.widths = (struct carvq_adaptor_widths){info->adaptor_dim, info->adaptor_hidden};
    result.dtype = options->codebook_dtype;
    result.epochs = options->adaptor_epochs;
    result.seed = options->seed;
    result.threads = threads;
    return result;
}

// The same codec with smaller groups, whose codebooks take the adaptor's bits as well.
static struct carvq_segment_info traded_info(const struct carvq_table_info *info)
{
    struct carvq_segment_info traded = info->segments[0];
    uint64_t subvectors = carvq_subvectors(&traded),
             groups = (info->codebook_bytes + info->adaptor_bytes) / carvq_group_codebook_bytes(&traded);
    traded.group = traded.grouping == CARVQ_GROUP_ROWS ? carvq_div_up(info->rows * subvectors, groups)
                                                       : carvq_div_up(info->rows, groups / subvectors);
    carvq_segment_sizes(&traded);
    return traded;
}

static size_t thread_count(unsigned threads)
{
    return threads > 0 ? threads : (size_t)omp_get_num_procs();
}

uint64_t carvq_joint_memory(const struct carvq_table_info *info, const struct carvq_encode_options *options, unsigned threads)
{
    const struct carvq_segment_info traded = traded_info(info);
    const struct carvq_adaptor_options training = carvq_joint_adaptor_options(info, options, threads);
    struct carvq_difference difference;
    struct carvq_arena arena = {NULL, 0};
    carvq_difference_place(&difference, &arena, info->cols, training.widths, thread_count(threads));
    // At most one network is kept while codes are fitted or another is trained.
    uint64_t network = carvq_adaptor_bytes(info->rows, info->cols, training.widths) + sizeof(struct carvq_adaptor_network);
    uint64_t fit = carvq_rvq_memory(info->segments, options, threads), compare = carvq_rvq_memory(&traded, options, threads);
    uint64_t most = compare > fit ? compare : fit, total;
    uint64_t train = carvq_adaptor_working_bytes(info->rows, info->cols, &training);
    bool fits = options->rounds > 1 ? carvq_add_u64(train, network, &train) : train != UINT64_MAX;
    fits = fits && carvq_add_u64(most, network, &most);
    most = train > most ? train : most;
    return fits && carvq_add_u64(most, arena.used, &total) ? total : UINT64_MAX;
}

double carvq_joint_products(const struct carvq_table_info *info, const struct carvq_encode_options *options)
{
    const struct carvq_adaptor_options training = carvq_joint_adaptor_options(info, options, 1);
    return options->rounds * carvq_adaptor_products(info->rows, info->cols, &training);
}

static enum carvq_status fit_codes(const struct carvq_joint *joint, const struct carvq_matrix *matrix,
                                   struct carvq_sums *sums_ret, struct carvq_error *error)
{
    joint->ticker->state.phase = "codes";
    joint->ticker->state.done = 0;
    joint->ticker->state.loss = 0;
    return carvq_rvq_encode(matrix, joint->info->segments, joint->options, joint->threads, joint->sink, joint->ticker, sums_ret,
                            error);
}

int carvq_joint_progress(void *context, const struct carvq_adaptor_progress *progress)
{
    struct carvq_ticker *ticker = context;
    ticker->state.loss = progress->loss;
    return carvq_tick(ticker, (uint64_t)((double)ticker->state.total * ((double)progress->done / (double)progress->total)));
}

static enum carvq_status fit_adaptor(const struct carvq_joint *joint, const struct carvq_matrix *matrix,
                                     struct carvq_adaptor_network **network_ret, struct carvq_error *error)
{
    struct carvq_adaptor_options options = carvq_joint_adaptor_options(joint->info, joint->options, joint->threads);
    options.progress = carvq_joint_progress;
    options.progress_context = joint->ticker;
    joint->ticker->state.phase = "adaptor";
    joint->ticker->state.done = 0;
    return carvq_adaptor_train(matrix, &options, network_ret, error);
}

// Trains an adaptor of what the codes left, and keeps it if that makes the error smaller than result->sums.
static enum carvq_status refit_adaptor(const struct carvq_joint *joint, struct carvq_difference *difference,
                                       struct carvq_joint_result *result, struct carvq_error *error)
{
    struct carvq_adaptor_network *network;
    struct carvq_segment codes;
    enum carvq_status status = joint->view(joint->view_context, &codes, error);
    if (status != CARVQ_OK)
        return status;
    const struct carvq_matrix left = carvq_difference_from_codes(difference, joint->matrix, &codes);
    status = fit_adaptor(joint, &left, &network, error);
    if (status != CARVQ_OK)
        return status;
    if (network->l1_after < result->sums.errors) {
        result->sums.errors = network->l1_after;
        result->sums.squares = network->square_after;
        free(result->network);
        result->network = network;
    } else {
        free(network);
    }
    return CARVQ_OK;
}

// Rounds after the first: the codes of a table less its adaptor, then the adaptor of what they leave.
static enum carvq_status alternate(const struct carvq_joint *joint, struct carvq_difference *difference,
                                   struct carvq_joint_result *result, struct carvq_error *error)
{
    enum carvq_status status = fit_adaptor(joint, joint->matrix, &result->network, error);
    if (status == CARVQ_OK && !(result->network->l1_after < result->network->l1_before)) { // nor would it help later rounds
        free(result->network);
        result->network = NULL;
        return refit_adaptor(joint, difference, result, error);
    }
    for (uint32_t round = 1; round < joint->options->rounds && status == CARVQ_OK; round++) {
        const struct carvq_matrix left = carvq_difference_from_adaptor(difference, joint->matrix, result->network);
        status = fit_codes(joint, &left, &result->sums, error);
        if (status == CARVQ_OK)
            status = refit_adaptor(joint, difference, result, error);
    }
    result->sums.energy = result->codes.energy;
    return status;
}

static enum carvq_status discard(void *context, enum carvq_part part, uint64_t offset, const void *data, size_t nbytes,
                                 struct carvq_error *error)
{
    (void)context, (void)part, (void)offset, (void)data, (void)nbytes, (void)error;
    return CARVQ_OK;
}

// What the adaptor's bits are worth as codebooks.
static enum carvq_status compare(const struct carvq_joint *joint, struct carvq_joint_result *result, struct carvq_error *error)
{
    const struct carvq_segment_info info = traded_info(joint->info);
    const struct carvq_sink sink = {discard, NULL};
    struct carvq_encode_options options = *joint->options;
    options.group = result->traded_group = info.group;
    result->traded_bytes = info.code_bytes + info.codebook_bytes;
    joint->ticker->state.phase = "compare";
    joint->ticker->state.done = 0;
    joint->ticker->state.loss = 0;
    return carvq_rvq_encode(joint->matrix, &info, &options, joint->threads, &sink, joint->ticker, &result->traded, error);
}

static enum carvq_status fit(const struct carvq_joint *joint, struct carvq_difference *difference,
                             struct carvq_joint_result *result, struct carvq_error *error)
{
    enum carvq_status status = fit_codes(joint, joint->matrix, &result->codes, error);
    if (status != CARVQ_OK)
        return status;
    result->sums = result->codes;
    status = joint->options->rounds > 1 ? alternate(joint, difference, result, error)
                                        : refit_adaptor(joint, difference, result, error);
    if (status == CARVQ_OK && !(result->sums.errors < result->codes.errors)) {
        free(result->network);
        result->network = NULL;
        result->sums = result->codes;
        if (joint->options->rounds > 1) // the codes are those of a table less its adaptor
            status = fit_codes(joint, joint->matrix, &result->codes, error);
    }
    return status == CARVQ_OK ? compare(joint, result, error) : status;
}

enum carvq_status carvq_joint_encode(const struct carvq_joint *joint, struct carvq_joint_result *result_ret,
                                     struct carvq_error *error)
{
    struct carvq_joint_result result = {.network = NULL};
    struct carvq_adaptor_widths widths = {joint->info->adaptor_dim, joint->info->adaptor_hidden};
    struct carvq_difference difference = {.matrix = NULL};
    struct carvq_arena arena = {NULL, 0};
    carvq_difference_place(&difference, &arena, joint->info->cols, widths, thread_count(joint->threads));
    void *memory = arena.used <= SIZE_MAX ? aligned_alloc(CARVQ_ARENA_ALIGNMENT, (size_t)arena.used) : NULL;
    if (memory == NULL)
        return carvq_matrix_fail(joint->matrix, error, CARVQ_ERROR_MEMORY,
                                 "out of memory: fitting the adaptor takes %" PRIu64 " bytes", arena.used);
    arena = (struct carvq_arena){memory, 0};
    carvq_difference_place(&difference, &arena, joint->info->cols, widths, thread_count(joint->threads));
    carvq_blas_single_thread();
    enum carvq_status status = fit(joint, &difference, &result, error);
    free(memory);
    if (status == CARVQ_OK)
        *result_ret = result;
    else
        free(result.network);
    return status;
}
