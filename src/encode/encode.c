// SPDX-License-Identifier: MIT
// Carries plans out: the tensors of each table, and the header last.
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "encode/output.h"
#include "host/blas.h"
#include "host/matrix.h"
#include "host/parallel.h"
#include "plan/options.h"
#include "runtime/table.h"

void carvq_blas_single_thread(void)
{
    carvq_blas_one_thread();
}

static const struct carvq_job no_job = {.write = NULL};

void carvq_job_init(struct carvq_job *job_ret, size_t size)
{
    carvq_options_give(&no_job, sizeof no_job, job_ret, size);
}

// Whether an adaptor is to be fitted together with the codes.
static bool is_joint(const struct carvq_plan *plan)
{
    return plan->by_settings && plan->prediction.widths.dim > 0;
}

// A plan that was carried out may have lost an adaptor that would not have helped; it is planned again.
static void plan_adaptor(struct carvq_plan *plan, struct carvq_table_info *info)
{
    if (!is_joint(plan))
        return;
    info->adaptor_dim = plan->prediction.widths.dim;
    info->adaptor_hidden = plan->prediction.widths.hidden;
    (void)carvq_table_sizes(info, plan->segments); // as when the plan was made
}

// The layout with all adaptors of the plans, or with those that there are. header_bytes: the least size of the header. An adaptor
// that is fitted together with the codes may turn out to be of no use; so in a file with such a table the adaptors are last,
// where leaving one out moves nothing else.
static enum carvq_status lay_out(struct carvq_plan *const *plans, size_t count, bool planned, size_t header_bytes,
                                 struct carvq_layout **layout_ret, struct carvq_error *error)
{
    if (count == 0)
        return carvq_fail(error, CARVQ_ERROR_ARGUMENT, "there is no table to compress");
    struct carvq_table_info *infos = calloc(count, sizeof *infos);
    if (infos == NULL)
        return carvq_fail(error, CARVQ_ERROR_MEMORY, "out of memory for %zu tables", count);
    bool adaptors_last = false;
    for (size_t i = 0; i < count; i++) {
        infos[i] = plans[i]->info;
        adaptors_last = adaptors_last || is_joint(plans[i]);
        if (planned)
            plan_adaptor(plans[i], &infos[i]);
    }
    enum carvq_status status = carvq_layout_make(infos, count, adaptors_last, header_bytes, layout_ret, error);
    free(infos);
    return status;
}

enum carvq_status carvq_encode_file_size(struct carvq_plan *const *plans, size_t count, uint64_t *nbytes_ret,
                                         struct carvq_error *error)
{
    struct carvq_layout *layout;
    enum carvq_status status = lay_out(plans, count, true, 0, &layout, error);
    if (status != CARVQ_OK)
        return status;
    *nbytes_ret = layout->file_bytes;
    carvq_layout_free(layout);
    return CARVQ_OK;
}

static void report_rows(struct carvq_plan *plan, const struct carvq_row_errors *errors)
{
    double l1 = 0;
    for (uint64_t row = 0; row < plan->info.rows; row++)
        l1 += errors[row].l1;
    plan->report.sqnr_db = carvq_plan_bands(plan, errors, plan->report.bands);
    plan->report.l1 = l1 / ((double)plan->info.rows * plan->info.cols);
    carvq_plan_predict(plan, errors);
}

// All segments of a plan by a budget, whose rows are measured one by one.
static enum carvq_status encode_segments(struct carvq_plan *plan, const struct carvq_output *output, struct carvq_ticker *ticker,
                                         struct carvq_error *error)
{
    const uint64_t rows = plan->info.rows;
    struct carvq_row_errors *errors = malloc(rows * sizeof *errors);
    uint32_t *members = malloc(rows * sizeof *members);
    enum carvq_status status = CARVQ_OK;
    if (errors == NULL || members == NULL)
        status = carvq_matrix_fail(plan->matrix, error, CARVQ_ERROR_MEMORY, "out of memory for %" PRIu64 " rows", rows);
    for (uint32_t s = 0; s < plan->info.segment_count && status == CARVQ_OK; s++) {
        struct carvq_sums sums;
        uint64_t count = 0;
        for (uint64_t row = 0; row < rows; row++)
            if (plan->tiers[row] == s)
                members[count++] = (uint32_t)row;
        status = carvq_segment_encode(plan, s, members, output, ticker, errors, &sums, error);
    }
    if (status == CARVQ_OK)
        report_rows(plan, errors);
    free(errors);
    free(members);
    return status;
}

// The only segment of a plan by settings, and its adaptor.
static enum carvq_status encode_settings(struct carvq_plan *plan, const struct carvq_output *output, struct carvq_ticker *ticker,
                                         struct carvq_error *error)
{
    struct carvq_sums sums = {0};
    enum carvq_status status = is_joint(plan) ? carvq_joint_encode(plan, output, ticker, &sums, error)
                                              : carvq_segment_encode(plan, 0, NULL, output, ticker, NULL, &sums, error);
    carvq_sums_take(&sums, (double)plan->info.rows * plan->info.cols, &plan->report.sqnr_db, &plan->report.l1);
    return status;
}

// The adaptor goes to *end, which moves on; if it was left out, the plan loses it.
static enum carvq_status write_adaptor(struct carvq_plan *plan, const struct carvq_job *job, uint64_t *end,
                                       struct carvq_error *error)
{
    struct carvq_table_info *info = &plan->info;
    const struct carvq_adaptor_network *network = plan->prediction.network;
    if (network != NULL) {
        const uint64_t offset = *end;
        *end += network->nbytes;
        return job->write(job->write_context, offset, network->stored.table, (size_t)network->nbytes, error);
    }
    info->payload_bytes -= info->adaptor_bytes;
    info->adaptor_bytes = info->adaptor_dim = info->adaptor_hidden = 0;
    return CARVQ_OK;
}

static enum carvq_status encode_table(struct carvq_plan *plan, const struct carvq_output *output, uint64_t *adaptor_end,
                                      struct carvq_error *error)
{
    const struct carvq_job *job = output->job;
    const double begin = omp_get_wtime();
    struct carvq_ticker ticker = {
        .progress = job->progress,
        .context = job->progress_context,
        .state = {.table = plan->info.name, .phase = CARVQ_PHASE_CODES, .total = plan->info.rows * plan->info.cols},
    };
    if (!plan->by_settings && plan->info.adaptor_dim > 0 && plan->prediction.network == NULL)
        return carvq_matrix_fail(plan->matrix, error, CARVQ_ERROR_ARGUMENT, "the plan was made with plan_only");
    enum carvq_status status = carvq_write_shared(plan, output, error);
    if (status == CARVQ_OK)
        status = plan->by_settings ? encode_settings(plan, output, &ticker, error)
                                   : encode_segments(plan, output, &ticker, error);
    if (status == CARVQ_OK && plan->info.adaptor_dim > 0)
        status = write_adaptor(plan, job, adaptor_end, error);
    if (status == CARVQ_OK && carvq_tick(&ticker, ticker.state.total))
        status = carvq_matrix_fail(plan->matrix, error, CARVQ_ERROR_CANCELLED, "cancelled");
    plan->report.seconds = omp_get_wtime() - begin;
    return status;
}

static enum carvq_status encode_tables(struct carvq_plan *const *plans, size_t count, const struct carvq_job *job,
                                       const struct carvq_layout *layout, struct carvq_error *error)
{
    // Adaptors follow each other without a gap, whichever of them are left out.
    uint64_t adaptor_end = layout->offsets[0][CARVQ_PART_ADAPTOR][0];
    enum carvq_status status = CARVQ_OK;
    for (size_t i = 0; i < count && status == CARVQ_OK; i++) {
        const struct carvq_output output = {job, layout->offsets[i]};
        status = encode_table(plans[i], &output, &adaptor_end, error);
    }
    return status;
}

// The header, which has the planned size whatever became of the adaptors: nothing else need move.
static enum carvq_status write_header(struct carvq_plan *const *plans, size_t count, const struct carvq_layout *planned,
                                      const struct carvq_job *job, struct carvq_error *error)
{
    struct carvq_layout *layout;
    enum carvq_status status = lay_out(plans, count, false, planned->header_bytes, &layout, error);
    if (status != CARVQ_OK)
        return status;
    if (job->file_bytes_ret != NULL)
        *job->file_bytes_ret = layout->file_bytes;
    status = job->write(job->write_context, 0, layout->header, layout->header_bytes, error);
    carvq_layout_free(layout);
    return status;
}

// Before work begins, or after it has failed.
static void clear_reports(struct carvq_plan *const *plans, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        plans[i]->report = (struct carvq_report){.sqnr_db = 0};
        plan_adaptor(plans[i], &plans[i]->info);
        if (!plans[i]->by_settings)
            carvq_plan_predict(plans[i], NULL);
    }
}

enum carvq_status carvq_encode(struct carvq_plan *const *plans, size_t count, const struct carvq_job *job,
                               struct carvq_error *error)
{
    struct carvq_job own = no_job;
    struct carvq_layout *layout;
    enum carvq_status status = carvq_options_take(job, sizeof own, &own, "job", error);
    if (status == CARVQ_OK && own.write == NULL)
        status = carvq_fail(error, CARVQ_ERROR_ARGUMENT, "a job needs its function write");
    if (status == CARVQ_OK)
        status = lay_out(plans, count, true, 0, &layout, error);
    if (status != CARVQ_OK)
        return status;
    clear_reports(plans, count);
    status = encode_tables(plans, count, &own, layout, error);
    if (status == CARVQ_OK)
        status = write_header(plans, count, layout, &own, error);
    if (status != CARVQ_OK)
        clear_reports(plans, count);
    carvq_layout_free(layout);
    return status;
}
