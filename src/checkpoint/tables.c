// SPDX-License-Identifier: MIT
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/half.h"
#include "runtime/status.h"
#include "checkpoint/internal.h"

bool carvq_checkpoint_float_type(enum carvq_st_dtype dtype, enum carvq_dtype *dtype_ret)
{
    *dtype_ret = dtype == CARVQ_ST_F16 ? CARVQ_F16 : dtype == CARVQ_ST_BF16 ? CARVQ_BF16 : CARVQ_F32;
    return dtype == CARVQ_ST_F32 || dtype == CARVQ_ST_F16 || dtype == CARVQ_ST_BF16;
}

static enum carvq_status fail_tensor(const struct carvq_checkpoint_tensor *tensor, const char *cause, struct carvq_error *error)
{
    return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: tensor '%.200s': %s", tensor->file, tensor->header->name, cause);
}

// Makes a table of a tensor, if it can be one.
static enum carvq_status make_table(const struct carvq_checkpoint_tensor *tensor, enum carvq_head head,
                                    struct carvq_checkpoint_table *table_ret, struct carvq_error *error)
{
    const struct carvq_st_tensor *header = tensor->header;
    enum carvq_dtype dtype;
    char cause[120];
    if (header->dims != 2) {
        snprintf(cause, sizeof cause, "a table has two dimensions, this has %u", header->dims);
        return fail_tensor(tensor, cause, error);
    }
    if (!carvq_checkpoint_float_type(header->dtype, &dtype)) {
        snprintf(cause, sizeof cause, "the dtype is %s, but a table must be F32, F16 or BF16",
                 carvq_st_dtype_name(header->dtype));
        return fail_tensor(tensor, cause, error);
    }
    if (header->shape[0] == 0 || header->shape[1] == 0)
        return fail_tensor(tensor, header->shape[0] == 0 ? "a table of 0 rows is empty" : "a table of 0 columns is empty", error);
    if (header->shape[0] > CARVQ_MAX_ROWS || header->shape[1] > CARVQ_MAX_COLS) {
        snprintf(cause, sizeof cause, "%" PRIu64 " x %" PRIu64 " is too large (at most 2^32 rows and 2^24 columns)",
                 header->shape[0], header->shape[1]);
        return fail_tensor(tensor, cause, error);
    }
    *table_ret = (struct carvq_checkpoint_table){tensor, header->shape[0], (uint32_t)header->shape[1], dtype,
                                                 carvq_is_main_table_name(header->name) ? head : CARVQ_HEAD_UNKNOWN};
    return CARVQ_OK;
}

// The tensors that the user named.
static enum carvq_status find_named(const struct carvq_checkpoint *checkpoint, const char *const *names, size_t count,
                                    const struct carvq_checkpoint_tensor **found, struct carvq_error *error)
{
    for (size_t i = 0; i < count; i++) {
        enum carvq_status status = carvq_checkpoint_require(checkpoint, names[i], &found[i], error);
        if (status != CARVQ_OK)
            return status;
        for (size_t j = 0; j < i; j++)
            if (found[j] == found[i])
                return carvq_fail(error, CARVQ_ERROR_ARGUMENT, "%s: tensor '%.200s' is asked for twice", checkpoint->path,
                                  names[i]);
    }
    return CARVQ_OK;
}

// All tensors with well-known names, in the order of the files; found has room for all tensors.
static enum carvq_status find_well_known(const struct carvq_checkpoint *checkpoint, const struct carvq_checkpoint_tensor **found,
                                         size_t *count_ret, struct carvq_error *error)
{
    *count_ret = 0;
    for (size_t i = 0; i < checkpoint->tensor_count; i++)
        if (carvq_is_table_name(checkpoint->tensors[i].header->name))
            found[(*count_ret)++] = &checkpoint->tensors[i];
    if (*count_ret > 0)
        return CARVQ_OK;
    char tensors[300];
    carvq_checkpoint_describe_tensors(checkpoint, tensors, sizeof tensors);
    return carvq_fail(error, CARVQ_ERROR_NOT_FOUND, "%s: no embedding table found by name; name it with --tensor; there are %s",
                      checkpoint->path, tensors);
}

static enum carvq_status refuse_own_files(const struct carvq_checkpoint *checkpoint, struct carvq_error *error)
{
    for (size_t i = 0; i < checkpoint->shard_count; i++)
        if (carvq_st_metadata(checkpoint->shards[i].st, "carvq.version") != NULL)
            return carvq_fail(error, CARVQ_ERROR_ARGUMENT, "%s: is already a carvq file; the original checkpoint is needed",
                              checkpoint->shards[i].path);
    return CARVQ_OK;
}

enum carvq_status carvq_checkpoint_tables(const struct carvq_checkpoint *checkpoint, const char *const *names, size_t name_count,
                                          struct carvq_checkpoint_table **tables_ret, size_t *count_ret,
                                          struct carvq_error *error)
{
    enum carvq_status status = refuse_own_files(checkpoint, error);
    if (status != CARVQ_OK)
        return status;
    size_t count = names != NULL ? name_count : checkpoint->tensor_count;
    const struct carvq_checkpoint_tensor **found = calloc(count + 1, sizeof *found);
    struct carvq_checkpoint_table *tables = NULL;
    if (found == NULL)
        return carvq_fail(error, CARVQ_ERROR_MEMORY, "%s: out of memory", checkpoint->path);
    if (names != NULL)
        status = find_named(checkpoint, names, count, found, error);
    else
        status = find_well_known(checkpoint, found, &count, error);
    if (status == CARVQ_OK && (tables = calloc(count + 1, sizeof *tables)) == NULL)
        status = carvq_fail(error, CARVQ_ERROR_MEMORY, "%s: out of memory", checkpoint->path);
    for (size_t i = 0; status == CARVQ_OK && i < count; i++)
        status = make_table(found[i], carvq_checkpoint_head(checkpoint), &tables[i], error);
    free(found);
    if (status != CARVQ_OK) {
        free(tables);
        return status;
    }
    *tables_ret = tables;
    *count_ret = count;
    return CARVQ_OK;
}

enum carvq_status carvq_checkpoint_read_block(void *context, uint64_t row, size_t nrows, uint32_t col, uint32_t ncols,
                                              float *block_ret, struct carvq_error *error)
{
    const struct carvq_checkpoint_table *table = context;
    if (row > table->rows || nrows > table->rows - row || col > table->cols || ncols > table->cols - col)
        return carvq_fail(error, CARVQ_ERROR_ARGUMENT, "%s: tensor '%.200s': a block outside the table was asked for",
                          table->tensor->file, table->tensor->header->name);
    size_t value_size = carvq_dtype_size(table->dtype);
    for (size_t i = 0; i < nrows; i++) {
        uint64_t first = (row + i) * table->cols + col; // below the size of the map, for row + i is a row of the table
        carvq_widen(table->dtype, table->tensor->data + first * value_size, ncols, block_ret + i * ncols);
    }
    return CARVQ_OK;
}
