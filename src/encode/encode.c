// SPDX-License-Identifier: MIT
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/utf8.h"
#include "carvq_encode.h"
#include "encode/joint.h"
#include "encode/layout.h"
#include "host/matrix.h"
#include "codec/rvq/rvq.h"
#include "runtime/table.h"

void carvq_encode_defaults(struct carvq_encode_options *options_ret)
{
    *options_ret = (struct carvq_encode_options){
        .subvector = 8,
        .group = 1024,
        .grouping = CARVQ_GROUP_ROWS,
        .stages = 3,
        .code_bits = 4,
        .codebook_dtype = CARVQ_BF16,
        .iterations = 25,
        .seed = 0,
        .adaptor_epochs = 15,
        .rounds = 1,
    };
}

static enum carvq_status check_range(const struct carvq_matrix *matrix, const char *what, uint64_t value, uint64_t most,
                                     struct carvq_error *error)
{
    if (value >= 1 && value <= most)
        return CARVQ_OK;
    return carvq_matrix_fail(matrix, error, CARVQ_ERROR_ARGUMENT, "%s is %" PRIu64 ", but must be 1 to %" PRIu64, what, value,
                             most);
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

static enum carvq_status check(const struct carvq_matrix *matrix, const struct carvq_encode_options *options,
                               struct carvq_error *error)
{
    const struct {
        const char *what;
        uint64_t value, most;
    } ranges[] = {
        {"rows", matrix->rows, CARVQ_MAX_ROWS},
        {"cols", matrix->cols, CARVQ_MAX_COLS},
        {"subvector", options->subvector, CARVQ_MAX_SUBVECTOR},
        {"group", options->group, CARVQ_MAX_GROUP},
        {"stages", options->stages, CARVQ_MAX_STAGES},
        {"code_bits", options->code_bits, CARVQ_MAX_CODE_BITS},
        {"iterations", options->iterations, 1000},
        {"adaptor_epochs", options->adaptor_epochs, CARVQ_ADAPTOR_MAX_EPOCHS},
        {"rounds", options->rounds, 100},
    };
    enum carvq_status status = check_name(matrix, error);
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0] && status == CARVQ_OK; i++)
        status = check_range(matrix, ranges[i].what, ranges[i].value, ranges[i].most, error);
    if (status != CARVQ_OK)
        return status;
    if (options->effort > CARVQ_MAX_EFFORT)
        return carvq_matrix_fail(matrix, error, CARVQ_ERROR_ARGUMENT, "effort is %" PRIu32 ", but must be 0 to %d",
                                 options->effort, CARVQ_MAX_EFFORT);
    uint64_t atoms = (uint64_t)options->stages << options->code_bits;
    if (options->effort > 0 && atoms > CARVQ_REFINE_MAX_ATOMS)
        return carvq_matrix_fail(matrix, error, CARVQ_ERROR_ARGUMENT,
                                 "effort is for up to %d centroids in all stages of a group, and these are %" PRIu64,
                                 CARVQ_REFINE_MAX_ATOMS, atoms);
    if (options->codebook_dtype != CARVQ_BF16 && options->codebook_dtype != CARVQ_F16)
        return carvq_matrix_fail(matrix, error, CARVQ_ERROR_ARGUMENT, "codebook_dtype must be BF16 or F16");
    if (options->grouping != CARVQ_GROUP_ROWS && options->grouping != CARVQ_GROUP_COLUMNS)
        return carvq_matrix_fail(matrix, error, CARVQ_ERROR_ARGUMENT, "grouping must be rows or columns");
    if (matrix->dtype != CARVQ_F32 && matrix->dtype != CARVQ_F16 && matrix->dtype != CARVQ_BF16)
        return carvq_matrix_fail(matrix, error, CARVQ_ERROR_ARGUMENT, "dtype must be F32, F16 or BF16");
    return CARVQ_OK;
}

// segment_ret: of the table's only segment, for info_ret to point to.
static enum carvq_status describe(const struct carvq_matrix *matrix, const struct carvq_encode_options *options,
                                  struct carvq_table_info *info_ret, struct carvq_segment_info *segment_ret,
                                  struct carvq_error *error)
{
    enum carvq_status status = check(matrix, options, error);
    if (status != CARVQ_OK)
        return status;
    *info_ret = (struct carvq_table_info){
        .name = matrix->name,
        .rows = matrix->rows,
        .cols = matrix->cols,
        .dtype = matrix->dtype,
        .segment_count = 1,
        .adaptor_dtype = options->codebook_dtype,
    };
    *segment_ret = (struct carvq_segment_info){
        .codec = CARVQ_RVQ,
        .rows = matrix->rows,
        .value_dtype = options->codebook_dtype,
        .subvector = options->subvector,
        .group = options->group,
        .grouping = options->grouping,
        .stages = options->stages,
        .code_bits = options->code_bits,
    };
    if (options->adaptor) {
        struct carvq_adaptor_widths widths = carvq_adaptor_widths(matrix->rows, matrix->cols, options->adaptor_dim,
                                                                  options->adaptor_hidden);
        info_ret->adaptor_dim = widths.dim;
        info_ret->adaptor_hidden = widths.hidden;
    }
    if (!carvq_table_sizes(info_ret, segment_ret))
        return carvq_matrix_fail(matrix, error, CARVQ_ERROR_ARGUMENT, "the codebooks would be larger than a file can be");
    if (info_ret->adaptor_dim == 0)
        return CARVQ_OK;
    const struct carvq_adaptor_options training = carvq_joint_adaptor_options(info_ret, options, 1);
    return carvq_adaptor_check(matrix, &training, error);
}

enum carvq_status carvq_encode_plan(const struct carvq_matrix *matrix, const struct carvq_encode_options *options,
                                    unsigned threads, struct carvq_encode_plan *plan_ret, struct carvq_error *error)
{
    struct carvq_encode_plan plan = {.working_bytes = 0};
    struct carvq_layout *layout;
    enum carvq_status status = describe(matrix, options, &plan.info, plan.segments, error);
    if (status == CARVQ_OK)
        status = carvq_layout_make(&plan.info, 1, 0, &layout, error);
    if (status != CARVQ_OK)
        return status;
    uint64_t extra = layout->memory_bytes + sizeof plan.info + sizeof *plan.segments;
    carvq_layout_free(layout);
    uint64_t fit = plan.info.adaptor_dim > 0 ? carvq_joint_memory(&plan.info, options, threads)
                                             : carvq_rvq_memory(plan.segments, options, threads);
    plan.training_products = plan.info.adaptor_dim > 0 ? carvq_joint_products(&plan.info, options) : 0;
    if (!carvq_add_u64(fit, extra, &plan.working_bytes))
        plan.working_bytes = UINT64_MAX;
    *plan_ret = plan;
    plan_ret->info.segments = plan_ret->segments;
    return CARVQ_OK;
}

// Descriptions and layout of all tables. *infos_ret is to be given to free(), *layout_ret to carvq_layout_free(). The segments
// of the infos stand behind them, in the same allocation.
static enum carvq_status lay_out(const struct carvq_matrix *matrices, const struct carvq_encode_options *options, size_t count,
                                 struct carvq_table_info **infos_ret, struct carvq_layout **layout_ret, struct carvq_error *error)
{
    if (count == 0)
        return carvq_fail(error, CARVQ_ERROR_ARGUMENT, "there is no table to compress");
    struct carvq_table_info *infos = calloc(count, sizeof *infos + sizeof(struct carvq_segment_info));
    if (infos == NULL)
        return carvq_fail(error, CARVQ_ERROR_MEMORY, "out of memory for %zu tables", count);
    enum carvq_status status = CARVQ_OK;
    for (size_t i = 0; i < count && status == CARVQ_OK; i++)
        status = describe(&matrices[i], &options[i], &infos[i], (struct carvq_segment_info *)(infos + count) + i, error);
    if (status == CARVQ_OK)
        status = carvq_layout_make(infos, count, 0, layout_ret, error);
    if (status == CARVQ_OK)
        *infos_ret = infos;
    else
        free(infos);
    return status;
}

enum carvq_status carvq_encode_file_size(const struct carvq_matrix *matrices, const struct carvq_encode_options *options,
                                         size_t count, uint64_t *nbytes_ret, struct carvq_error *error)
{
    struct carvq_table_info *infos = NULL;
    struct carvq_layout *layout = NULL;
    enum carvq_status status = lay_out(matrices, options, count, &infos, &layout, error);
    if (status != CARVQ_OK)
        return status;
    *nbytes_ret = layout->file_bytes;
    carvq_layout_free(layout);
    free(infos);
    return CARVQ_OK;
}

// A table's place in the file.
struct place {
    const struct carvq_encode_job *job;
    const struct carvq_table_info *info;
    uint64_t (*offsets)[CARVQ_MAX_SEGMENTS]; // by part
};

static enum carvq_status write_part(void *context, enum carvq_part part, uint64_t offset, const void *data, size_t nbytes,
                                    struct carvq_error *error)
{
    const struct place *place = context;
    return place->job->write(place->job->write_context, place->offsets[part][0] + offset, data, nbytes, error);
}

// The codes that were written, as a segment of the runtime.
static enum carvq_status view_codes(void *context, struct carvq_segment *segment_ret, struct carvq_error *error)
{
    const struct place *place = context;
    const uint64_t codes = place->offsets[CARVQ_PART_CODES][0], codebooks = place->offsets[CARVQ_PART_CODEBOOKS][0];
    const uint8_t *data;
    enum carvq_status status = place->job->view(place->job->view_context, codes + place->info->code_bytes, &data, error);
    if (status != CARVQ_OK)
        return status;
    *segment_ret = (struct carvq_segment){.info = place->info->segments, .codes = data + codes, .codebooks = data + codebooks};
    carvq_rvq_choose(segment_ret);
    return CARVQ_OK;
}

// Signal over noise, and mean |error|.
static void take_sums(const struct carvq_sums *sums, double values, double *sqnr_db_ret, double *l1_ret)
{
    *sqnr_db_ret = sums->squares > 0 ? 10 * log10(sums->energy / sums->squares) : INFINITY;
    *l1_ret = sums->errors / values;
}

// Codes and adaptor. If the adaptor is left out, info loses it; else it is written, and *end moves on.
static enum carvq_status encode_with_adaptor(const struct carvq_joint *joint, const struct place *place,
                                             struct carvq_table_info *info, uint64_t *end, struct carvq_encode_report *report,
                                             struct carvq_error *error)
{
    const double values = (double)info->rows * info->cols;
    struct carvq_joint_result result;
    enum carvq_status status = carvq_joint_encode(joint, &result, error);
    if (status != CARVQ_OK)
        return status;
    take_sums(&result.sums, values, &report->sqnr_db, &report->l1);
    take_sums(&result.codes, values, &report->codes_sqnr_db, &report->codes_l1);
    take_sums(&result.traded, values, &report->traded_sqnr_db, &report->traded_l1);
    report->traded_group = result.traded_group;
    report->traded_bytes = result.traded_bytes;
    if (result.network == NULL) {
        report->left_out = 1;
        info->payload_bytes -= info->adaptor_bytes;
        info->adaptor_bytes = info->adaptor_dim = info->adaptor_hidden = 0;
        return CARVQ_OK;
    }
    status = place->job->write(place->job->write_context, *end, result.network->table, (size_t)result.network->nbytes, error);
    *end += result.network->nbytes;
    free(result.network);
    return status;
}

static enum carvq_status encode_table(const struct carvq_matrix *matrix, const struct carvq_encode_options *options,
                                      const struct place *place, struct carvq_table_info *info, uint64_t *end,
                                      struct carvq_encode_report *report_ret, struct carvq_error *error)
{
    const struct carvq_encode_job *job = place->job;
    struct place codes = *place;
    const struct carvq_sink sink = {write_part, &codes};
    double begin = omp_get_wtime();
    struct carvq_ticker ticker = {
        job->progress, job->progress_context, {info->name, "codes", 0, info->rows * info->cols, 0}, 0, false};
    struct carvq_encode_report report = {0};
    enum carvq_status status;
    if (info->adaptor_dim > 0) {
        const struct carvq_joint joint = {matrix, info, options, job->threads, &sink, &ticker, view_codes, &codes};
        status = encode_with_adaptor(&joint, place, info, end, &report, error);
    } else {
        struct carvq_sums sums = {0};
        status = carvq_rvq_encode(matrix, info->segments, options, job->threads, &sink, &ticker, &sums, error);
        take_sums(&sums, (double)info->rows * info->cols, &report.sqnr_db, &report.l1);
    }
    if (status == CARVQ_OK && carvq_tick(&ticker, ticker.state.total))
        status = carvq_matrix_fail(matrix, error, CARVQ_ERROR_CANCELLED, "cancelled");
    report.seconds = omp_get_wtime() - begin;
    *report_ret = report;
    return status;
}

// The header, which has the planned size whatever became of the adaptors: nothing else need move.
static enum carvq_status write_header(const struct carvq_table_info *infos, size_t count, const struct carvq_layout *planned,
                                      const struct carvq_encode_job *job, struct carvq_error *error)
{
    struct carvq_layout *layout;
    enum carvq_status status = carvq_layout_make(infos, count, planned->header_bytes, &layout, error);
    if (status != CARVQ_OK)
        return status;
    if (job->file_bytes_ret != NULL)
        *job->file_bytes_ret = layout->file_bytes;
    status = job->write(job->write_context, 0, layout->header, layout->header_bytes, error);
    carvq_layout_free(layout);
    return status;
}

enum carvq_status carvq_encode(const struct carvq_matrix *matrices, const struct carvq_encode_options *options, size_t count,
                               const struct carvq_encode_job *job, struct carvq_encode_report *reports_ret,
                               struct carvq_error *error)
{
    struct carvq_table_info *infos = NULL;
    struct carvq_layout *layout = NULL;
    enum carvq_status status = lay_out(matrices, options, count, &infos, &layout, error);
    if (status != CARVQ_OK)
        return status;
    uint64_t end = layout->offsets[0][CARVQ_PART_ADAPTOR][0];
    for (size_t i = 0; i < count && status == CARVQ_OK; i++) {
        const struct place place = {job, &infos[i], layout->offsets[i]};
        struct carvq_encode_report report;
        if (infos[i].adaptor_dim > 0 && job->view == NULL)
            status = carvq_matrix_fail(&matrices[i], error, CARVQ_ERROR_ARGUMENT, "an adaptor needs the job's function view");
        else
            status = encode_table(&matrices[i], &options[i], &place, &infos[i], &end, &report, error);
        if (status == CARVQ_OK && reports_ret != NULL)
            reports_ret[i] = report;
    }
    if (status == CARVQ_OK)
        status = write_header(infos, count, layout, job, error);
    carvq_layout_free(layout);
    free(infos);
    return status;
}
