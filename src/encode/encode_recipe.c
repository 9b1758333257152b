// SPDX-License-Identifier: MIT
// Carries recipes out: the tensors of each table, segment by segment, and the header last.
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/half.h"
#include "encode/directory.h"
#include "plan/recipe.h"
#include "host/rows.h"
#include "encode/segment.h"
#include "encode/layout.h"
#include "host/matrix.h"
#include "codec/bits.h"
#include "runtime/table.h"

// Writes bytes and frees them.
static enum carvq_status give(const struct carvq_output *output, enum carvq_part part, uint8_t *bytes, uint64_t nbytes,
                              struct carvq_error *error)
{
    if (bytes == NULL)
        return carvq_fail(error, CARVQ_ERROR_MEMORY, "out of memory for %" PRIu64 " bytes", nbytes);
    enum carvq_status status = output->job->write(output->job->write_context, output->offsets[part][0], bytes, (size_t)nbytes,
                                                  error);
    free(bytes);
    return status;
}

static enum carvq_status write_floats(const struct carvq_output *output, enum carvq_part part, const float *values, size_t count,
                                      struct carvq_error *error)
{
    uint8_t *bytes = malloc(2 * count);
    if (bytes != NULL)
        carvq_narrow(CARVQ_BF16, values, count, bytes);
    return give(output, part, bytes, 2 * count, error);
}

static enum carvq_status write_coefficients(const struct carvq_recipe *recipe, const struct carvq_output *output,
                                            struct carvq_error *error)
{
    const struct carvq_structure *structure = recipe->survey.rest.structure;
    const uint64_t fields = recipe->info.rows * structure->rank, nbytes = (fields * structure->bits + 7) / 8;
    uint8_t *bytes = calloc(nbytes, 1);
    for (uint64_t i = 0; bytes != NULL && i < fields; i++)
        carvq_put_bits(bytes, i * structure->bits, recipe->survey.rest.fields[i]);
    return give(output, CARVQ_PART_COEFFICIENTS, bytes, nbytes, error);
}

static enum carvq_status write_directory(const struct carvq_recipe *recipe, const struct carvq_output *output,
                                         struct carvq_error *error)
{
    uint8_t *bytes = malloc(recipe->info.tier_bytes);
    if (bytes != NULL)
        carvq_directory_write(recipe->tiers, recipe->info.rows, recipe->info.segment_count, bytes);
    return give(output, CARVQ_PART_TIERS, bytes, recipe->info.tier_bytes, error);
}

// What all segments share.
static enum carvq_status write_shared(const struct carvq_recipe *recipe, const struct carvq_output *output,
                                      struct carvq_error *error)
{
    const struct carvq_rest *rest = &recipe->survey.rest;
    const struct carvq_structure *structure = rest->structure;
    const size_t n = recipe->info.cols;
    enum carvq_status status = CARVQ_OK;
    if (recipe->info.mean)
        status = write_floats(output, CARVQ_PART_MEAN, structure->mean, n, error);
    if (status == CARVQ_OK && recipe->info.rank > 0)
        status = write_floats(output, CARVQ_PART_DIRECTIONS, structure->directions, n * structure->rank, error);
    if (status == CARVQ_OK && recipe->info.rank > 0)
        status = write_coefficients(recipe, output, error);
    if (status == CARVQ_OK && recipe->info.adaptor_dim > 0)
        status = output->job->write(output->job->write_context, output->offsets[CARVQ_PART_ADAPTOR][0], rest->network->table,
                                    (size_t)rest->network->nbytes, error);
    if (status == CARVQ_OK && recipe->info.segment_count > 1)
        status = write_directory(recipe, output, error);
    return status;
}

static void report(const struct carvq_recipe *recipe, const struct carvq_row_errors *errors,
                   struct carvq_recipe_report *report_ret)
{
    double l1 = 0;
    for (uint64_t row = 0; row < recipe->info.rows; row++)
        l1 += errors[row].l1;
    report_ret->sqnr_db = carvq_recipe_bands(recipe, errors, report_ret->bands);
    report_ret->l1 = l1 / ((double)recipe->info.rows * recipe->info.cols);
}

static enum carvq_status encode_table(const struct carvq_recipe *recipe, const struct carvq_output *output,
                                      struct carvq_recipe_report *report_ret, struct carvq_error *error)
{
    const struct carvq_encode_job *job = output->job;
    const uint64_t rows = recipe->info.rows;
    double begin = omp_get_wtime();
    struct carvq_ticker ticker = {
        job->progress, job->progress_context, {recipe->info.name, "codes", 0, rows * recipe->info.cols, 0}, 0, false};
    struct carvq_row_errors *errors = malloc(rows * sizeof *errors);
    uint32_t *members = malloc(rows * sizeof *members);
    enum carvq_status status;
    if (recipe->info.adaptor_dim > 0 && recipe->survey.rest.network == NULL)
        status = carvq_matrix_fail(recipe->matrix, error, CARVQ_ERROR_ARGUMENT, "the recipe was made with plan_only");
    else if (errors == NULL || members == NULL)
        status = carvq_matrix_fail(recipe->matrix, error, CARVQ_ERROR_MEMORY, "out of memory for %" PRIu64 " rows", rows);
    else
        status = write_shared(recipe, output, error);
    for (uint32_t s = 0; s < recipe->info.segment_count && status == CARVQ_OK; s++) {
        uint64_t count = 0;
        for (uint64_t row = 0; row < rows; row++)
            if (recipe->tiers[row] == s)
                members[count++] = (uint32_t)row;
        status = carvq_segment_encode(recipe, s, members, output, &ticker, errors, error);
    }
    if (status == CARVQ_OK && carvq_tick(&ticker, ticker.state.total))
        status = carvq_matrix_fail(recipe->matrix, error, CARVQ_ERROR_CANCELLED, "cancelled");
    if (status == CARVQ_OK && report_ret != NULL) {
        report(recipe, errors, report_ret);
        report_ret->seconds = omp_get_wtime() - begin;
    }
    free(errors);
    free(members);
    return status;
}

static enum carvq_status lay_out(struct carvq_recipe *const *recipes, size_t count, struct carvq_layout **layout_ret,
                                 struct carvq_error *error)
{
    struct carvq_table_info *infos = calloc(count + 1, sizeof *infos);
    if (infos == NULL)
        return carvq_fail(error, CARVQ_ERROR_MEMORY, "out of memory for %zu tables", count);
    for (size_t i = 0; i < count; i++)
        infos[i] = recipes[i]->info;
    enum carvq_status status = carvq_layout_make(infos, count, 0, layout_ret, error);
    free(infos);
    return status;
}

enum carvq_status carvq_recipe_file_size(struct carvq_recipe *const *recipes, size_t count, uint64_t *nbytes_ret,
                                         struct carvq_error *error)
{
    struct carvq_layout *layout;
    enum carvq_status status = lay_out(recipes, count, &layout, error);
    if (status != CARVQ_OK)
        return status;
    *nbytes_ret = layout->file_bytes;
    carvq_layout_free(layout);
    return CARVQ_OK;
}

enum carvq_status carvq_recipe_encode(struct carvq_recipe *const *recipes, size_t count, const struct carvq_encode_job *job,
                                      struct carvq_recipe_report *reports_ret, struct carvq_error *error)
{
    struct carvq_layout *layout;
    enum carvq_status status = lay_out(recipes, count, &layout, error);
    if (status != CARVQ_OK)
        return status;
    for (size_t i = 0; i < count && status == CARVQ_OK; i++) {
        const struct carvq_output output = {job, layout->offsets[i]};
        status = encode_table(recipes[i], &output, reports_ret == NULL ? NULL : &reports_ret[i], error);
    }
    if (status == CARVQ_OK && job->file_bytes_ret != NULL)
        *job->file_bytes_ret = layout->file_bytes;
    if (status == CARVQ_OK)
        status = job->write(job->write_context, 0, layout->header, layout->header_bytes, error);
    carvq_layout_free(layout);
    return status;
}
