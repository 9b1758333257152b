// SPDX-License-Identifier: MIT
#include "eval/compare_budget.h"

#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "base/status.h"

enum carvq_status carvq_compare_recipe(const struct carvq_matrix *matrix, const struct carvq_compare_options *options,
                                       struct carvq_compare_setting *settings, size_t *count, struct carvq_recipe **recipe_ret,
                                       struct carvq_error *error)
{
    struct carvq_budget budget;
    carvq_budget_defaults(&budget);
    budget.counts = options->counts;
    budget.seed = options->seed;
    budget.bits = 0;
    *recipe_ret = NULL;
    for (size_t i = 0; i < *count; i++)
        budget.bits = settings[i].bits > budget.bits ? settings[i].bits : budget.bits;
    if (budget.bits == 0)
        return CARVQ_OK;
    enum carvq_status status = carvq_recipe_make(matrix, &budget, options->threads, NULL, NULL, recipe_ret, error);
    size_t kept = 0;
    for (size_t i = 0; status == CARVQ_OK && i < *count; i++) {
        if (settings[i].bits > 0)
            status = carvq_recipe_change(*recipe_ret, settings[i].bits, 0, error);
        if (status == CARVQ_OK)
            settings[kept++] = settings[i];
        else if (status == CARVQ_ERROR_ARGUMENT)
            status = CARVQ_OK;
    }
    *count = kept;
    return status;
}

// A file in memory.
struct memory {
    uint8_t *data;
};

static enum carvq_status write_piece(void *context, uint64_t offset, const void *data, size_t nbytes, struct carvq_error *error)
{
    (void)error;
    const struct memory *memory = context;
    memcpy(memory->data + offset, data, nbytes);
    return CARVQ_OK;
}

static enum carvq_status decode(const struct memory *memory, uint64_t nbytes, unsigned threads, float *decoded_ret,
                                uint64_t *bytes_ret, struct carvq_error *error)
{
    enum { BLOCK_ROWS = 64 };
    struct carvq_file *file;
    enum carvq_status status = carvq_open_memory(memory->data, (size_t)nbytes, &file, error);
    if (status != CARVQ_OK)
        return status;
    const struct carvq_table *table = carvq_find(file, NULL);
    const struct carvq_table_info *info = carvq_table_info(table);
    *bytes_ret = info->payload_bytes;
    bool failed = false;
#pragma omp parallel for num_threads(threads > 0 ? (int)threads : omp_get_num_procs()) reduction(|| : failed)
    for (uint64_t first = 0; first < info->rows; first += BLOCK_ROWS) {
        uint32_t ids[BLOCK_ROWS];
        size_t count = 0;
        for (; count < BLOCK_ROWS && first + count < info->rows; count++)
            ids[count] = (uint32_t)(first + count);
        failed = carvq_lookup(table, ids, count, decoded_ret + first * info->cols, info->cols, NULL) != CARVQ_OK || failed;
    }
    carvq_close(file);
    return failed ? carvq_fail(error, CARVQ_ERROR_FORMAT, "the rows that were encoded cannot be decoded") : CARVQ_OK;
}

enum carvq_status carvq_compare_fill(struct carvq_recipe *recipe, double bits, unsigned threads, float *decoded_ret,
                                     uint64_t *bytes_ret, struct carvq_error *error)
{
    uint64_t nbytes = 0;
    enum carvq_status status = carvq_recipe_change(recipe, bits, 0, error);
    if (status == CARVQ_OK)
        status = carvq_recipe_file_size(&recipe, 1, &nbytes, error);
    if (status != CARVQ_OK)
        return status;
    struct memory memory = {nbytes <= SIZE_MAX ? malloc((size_t)nbytes) : NULL};
    if (memory.data == NULL)
        return carvq_fail(error, CARVQ_ERROR_MEMORY, "out of memory for the compressed table");
    const struct carvq_encode_job job = {.write = write_piece, .write_context = &memory, .threads = threads};
    status = carvq_recipe_encode(&recipe, 1, &job, NULL, error);
    if (status == CARVQ_OK)
        status = decode(&memory, nbytes, threads, decoded_ret, bytes_ret, error);
    free(memory.data);
    return status;
}
