// SPDX-License-Identifier: MIT
// Plans by settings: the paper's method, whose parameters the caller knows. Everything follows from the shape of the table.
#include <inttypes.h>
#include <stdlib.h>

#include "codec/rvq/rvq.h"
#include "host/matrix.h"
#include "host/parallel.h"
#include "plan/options.h"
#include "plan/plan.h"
#include "runtime/size.h"
#include "runtime/table.h"

#define LAYOUT_BYTES 4096 // more than layout and header of a file with one table take

static const struct carvq_settings defaults = {
    .subvector = 8,
    .group = 1024,
    .grouping = CARVQ_GROUP_ROWS,
    .stages = 3,
    .code_bits = 4,
    .codebook_dtype = CARVQ_BF16,
    .iterations = CARVQ_RVQ_ITERATIONS,
    .adaptor_epochs = 15,
    .rounds = 1,
};

void carvq_settings_init(struct carvq_settings *settings_ret, size_t size)
{
    carvq_options_give(&defaults, sizeof defaults, settings_ret, size);
}

static enum carvq_status check(const struct carvq_matrix *matrix, const struct carvq_settings *settings,
                               struct carvq_error *error)
{
    const struct {
        const char *what;
        uint64_t value, max;
    } ranges[] = {
        {"subvector", settings->subvector, CARVQ_MAX_SUBVECTOR},
        {"group", settings->group, CARVQ_MAX_GROUP},
        {"stages", settings->stages, CARVQ_MAX_STAGES},
        {"code_bits", settings->code_bits, CARVQ_MAX_CODE_BITS},
        {"iterations", settings->iterations, 1000},
        {"adaptor_epochs", settings->adaptor_epochs, CARVQ_ADAPTOR_MAX_EPOCHS},
        {"rounds", settings->rounds, 100},
    };
    enum carvq_status status = carvq_plan_check_matrix(matrix, error);
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0] && status == CARVQ_OK; i++)
        status = carvq_plan_check_range(matrix, ranges[i].what, ranges[i].value, ranges[i].max, error);
    if (status != CARVQ_OK)
        return status;
    if (settings->effort > CARVQ_MAX_EFFORT)
        return carvq_matrix_fail(matrix, error, CARVQ_ERROR_ARGUMENT, "effort is %" PRIu32 ", but must be 0 to %d",
                                 settings->effort, CARVQ_MAX_EFFORT);
    uint64_t atoms = (uint64_t)settings->stages << settings->code_bits;
    if (settings->effort > 0 && atoms > CARVQ_REFINE_MAX_ATOMS)
        return carvq_matrix_fail(matrix, error, CARVQ_ERROR_ARGUMENT,
                                 "effort is for up to %d centroids in all stages of a group, and these are %" PRIu64,
                                 CARVQ_REFINE_MAX_ATOMS, atoms);
    if (settings->codebook_dtype != CARVQ_BF16 && settings->codebook_dtype != CARVQ_F16)
        return carvq_matrix_fail(matrix, error, CARVQ_ERROR_ARGUMENT, "codebook_dtype must be BF16 or F16");
    if (settings->grouping != CARVQ_GROUP_ROWS && settings->grouping != CARVQ_GROUP_COLUMNS)
        return carvq_matrix_fail(matrix, error, CARVQ_ERROR_ARGUMENT, "grouping must be rows or columns");
    return CARVQ_OK;
}

struct carvq_adaptor_options carvq_plan_training(const struct carvq_plan *plan, unsigned threads)
{
    struct carvq_adaptor_options training;
    carvq_adaptor_defaults(plan->info.rows, plan->info.cols, &training);
    training.widths = (struct carvq_adaptor_widths){plan->info.adaptor_dim, plan->info.adaptor_hidden};
    training.dtype = plan->settings.codebook_dtype;
    training.epochs = plan->settings.adaptor_epochs;
    training.seed = plan->settings.seed;
    training.threads = threads;
    return training;
}

struct carvq_segment_info carvq_plan_traded(const struct carvq_plan *plan)
{
    const struct carvq_table_info *info = &plan->info;
    struct carvq_segment_info traded = plan->segments[0];
    uint64_t subvectors = carvq_subvectors(&traded),
             groups = (info->codebook_bytes + info->adaptor_bytes) / carvq_group_codebook_bytes(&traded);
    traded.group = traded.grouping == CARVQ_GROUP_ROWS ? carvq_div_up(info->rows * subvectors, groups)
                                                       : carvq_div_up(info->rows, groups / subvectors);
    carvq_segment_sizes(&traded);
    return traded;
}

// The larger of two numbers of bytes, plus a third; UINT64_MAX if that does not fit.
static uint64_t max_plus(uint64_t a, uint64_t b, uint64_t more)
{
    uint64_t sum;
    return carvq_add_u64(a > b ? a : b, more, &sum) ? sum : UINT64_MAX;
}

// What carrying the plan out allocates, the header apart; and the work of training.
static void find_cost(struct carvq_plan *plan, unsigned threads)
{
    const struct carvq_table_info *info = &plan->info;
    const struct carvq_rvq_options options = carvq_plan_rvq_options(plan);
    uint64_t bytes = carvq_rvq_memory(plan->segments, &options, threads);
    if (info->adaptor_dim > 0) {
        const struct carvq_adaptor_options training = carvq_plan_training(plan, threads);
        const struct carvq_segment_info traded = carvq_plan_traded(plan);
        const uint64_t network = carvq_adaptor_bytes(info->rows, info->cols, training.widths) +
                                 sizeof(struct carvq_adaptor_network);
        // What views of the matrix take while they are read, in each thread: a decoded row, or the activations of some.
        const uint64_t hidden = CARVQ_RESIDUAL_ROWS * ((uint64_t)training.widths.dim + training.widths.hidden);
        const uint64_t rows = (uint64_t)carvq_threads(threads) * (hidden > info->cols ? hidden : info->cols) * sizeof(float);
        uint64_t train = carvq_adaptor_working_bytes(info->rows, info->cols, &training), codes;
        // Codes and codebooks stay in memory, and at most one network beside the one that is trained.
        if (!carvq_add_u64(info->code_bytes, info->codebook_bytes, &codes))
            codes = UINT64_MAX;
        bytes = max_plus(bytes, carvq_rvq_memory(&traded, &options, threads), network);
        train = max_plus(train, 0, plan->settings.rounds > 1 ? network : 0);
        bytes = max_plus(max_plus(bytes, train, rows), 0, codes);
        plan->cost.training_products = plan->settings.rounds * carvq_adaptor_products(info->rows, info->cols, &training);
    }
    plan->cost.working_bytes = max_plus(bytes, 0, LAYOUT_BYTES + sizeof *plan);
}

static enum carvq_status fill(struct carvq_plan *plan, unsigned threads, struct carvq_error *error)
{
    const struct carvq_settings *settings = &plan->settings;
    const struct carvq_matrix *matrix = plan->matrix;
    plan->info.segment_count = 1;
    plan->info.adaptor_dtype = settings->codebook_dtype;
    plan->segments[0] = (struct carvq_segment_info){
        .codec = CARVQ_RVQ,
        .rows = matrix->rows,
        .value_dtype = settings->codebook_dtype,
        .subvector = settings->subvector,
        .group = settings->group,
        .grouping = settings->grouping,
        .stages = settings->stages,
        .code_bits = settings->code_bits,
    };
    if (settings->adaptor) {
        plan->prediction.widths = carvq_adaptor_widths(matrix->rows, matrix->cols, settings->adaptor_dim,
                                                       settings->adaptor_hidden);
        plan->info.adaptor_dim = plan->prediction.widths.dim;
        plan->info.adaptor_hidden = plan->prediction.widths.hidden;
    }
    if (!carvq_table_sizes(&plan->info, plan->segments))
        return carvq_matrix_fail(matrix, error, CARVQ_ERROR_ARGUMENT, "the codebooks would be larger than a file can be");
    if (plan->info.adaptor_dim > 0) {
        const struct carvq_adaptor_options training = carvq_plan_training(plan, 1);
        enum carvq_status status = carvq_adaptor_check(matrix, &training, error);
        if (status != CARVQ_OK)
            return status;
    }
    find_cost(plan, threads);
    return CARVQ_OK;
}

enum carvq_status carvq_plan_by_settings(const struct carvq_matrix *matrix, const struct carvq_settings *settings,
                                         unsigned threads, struct carvq_plan **plan_ret, struct carvq_error *error)
{
    struct carvq_settings own = defaults;
    *plan_ret = NULL;
    enum carvq_status status = carvq_options_take(settings, sizeof own, &own, "settings", error);
    if (status == CARVQ_OK)
        status = check(matrix, &own, error);
    if (status != CARVQ_OK)
        return status;
    struct carvq_plan *plan = carvq_plan_new(matrix);
    if (plan == NULL)
        return carvq_matrix_fail(matrix, error, CARVQ_ERROR_MEMORY, "out of memory");
    plan->by_settings = true;
    plan->settings = own;
    status = fill(plan, threads, error);
    if (status == CARVQ_OK)
        *plan_ret = plan;
    else
        carvq_plan_free(plan);
    return status;
}
