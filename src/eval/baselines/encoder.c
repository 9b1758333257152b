// SPDX-License-Identifier: MIT
// Methods that carvq's own encoder can do: CARVQ, group RVQ, and product quantization, which is group RVQ with one stage and
// one group for each column block; and a budget of bits.
#include <stdlib.h>
#include <string.h>

#include "host/matrix.h"
#include "eval/baselines/method.h"

struct memory_file {
    uint8_t *data;
    uint64_t size;
};

static enum carvq_status write_piece(void *context, uint64_t offset, const void *data, size_t nbytes, struct carvq_error *error)
{
    (void)error;
    const struct memory_file *file = context;
    memcpy(file->data + offset, data, nbytes);
    return CARVQ_OK;
}

static enum carvq_status view(void *context, uint64_t nbytes, const uint8_t **data_ret, struct carvq_error *error)
{
    (void)nbytes;
    (void)error;
    const struct memory_file *file = context;
    *data_ret = file->data;
    return CARVQ_OK;
}

static enum carvq_status decode_rows(const struct carvq_table *table, const struct carvq_baseline_input *input,
                                     float *decoded_ret, struct carvq_error *error)
{
    enum { BLOCK_ROWS = 64 };
    enum carvq_status status = CARVQ_OK;
#pragma omp parallel for num_threads(input->threads)
    for (uint64_t block = 0; block < carvq_div_up(input->rows, BLOCK_ROWS); block++) {
        uint64_t first = block * BLOCK_ROWS, count = input->rows - first < BLOCK_ROWS ? input->rows - first : BLOCK_ROWS;
        uint32_t ids[BLOCK_ROWS];
        for (uint64_t i = 0; i < count; i++)
            ids[i] = (uint32_t)(first + i);
        enum carvq_status own = carvq_lookup(table, ids, (size_t)count, decoded_ret + first * input->cols, input->cols, NULL);
        if (own != CARVQ_OK) {
#pragma omp atomic write
            status = own;
        }
    }
    return status == CARVQ_OK ? status : carvq_fail(error, status, "the rows that were encoded cannot be decoded");
}

static enum carvq_status decode(const struct memory_file *memory, const struct carvq_baseline_input *input, float *decoded_ret,
                                uint64_t *bytes_ret, struct carvq_error *error)
{
    struct carvq_file *file;
    enum carvq_status status = carvq_open_memory(memory->data, (size_t)memory->size, &file, error);
    if (status != CARVQ_OK)
        return status;
    const struct carvq_table *table = carvq_find(file, NULL);
    *bytes_ret = carvq_info(table)->payload_bytes;
    status = decode_rows(table, input, decoded_ret, error);
    carvq_close(file);
    return status;
}

static enum carvq_status allocate(struct memory_file *memory, struct carvq_error *error)
{
    memory->data = memory->size <= SIZE_MAX ? malloc((size_t)memory->size) : NULL;
    return memory->data != NULL ? CARVQ_OK : carvq_fail(error, CARVQ_ERROR_MEMORY, "out of memory for the compressed table");
}

static struct carvq_matrix matrix_of(const struct carvq_baseline_input *input, struct carvq_floats *floats)
{
    *floats = (struct carvq_floats){input->values, input->cols};
    return (struct carvq_matrix){input->name, NULL, input->rows, input->cols, input->dtype, carvq_floats_read, floats};
}

static struct carvq_encode_job job_for(struct memory_file *memory, const struct carvq_baseline_input *input)
{
    return (struct carvq_encode_job){.write = write_piece,
                                     .write_context = memory,
                                     .threads = (unsigned)input->threads,
                                     .view = view,
                                     .view_context = memory,
                                     .file_bytes_ret = &memory->size};
}

enum carvq_status carvq_baseline_encoder(const struct carvq_baseline *baseline, const struct carvq_baseline_input *input,
                                         float *decoded_ret, uint64_t *bytes_ret, struct carvq_error *error)
{
    struct carvq_floats floats;
    const struct carvq_matrix matrix = matrix_of(input, &floats);
    struct carvq_encode_options options = baseline->encode;
    options.seed = input->seed;
    struct memory_file memory = {NULL, 0};
    const struct carvq_encode_job job = job_for(&memory, input);
    enum carvq_status status = carvq_encode_file_size(&matrix, &options, 1, &memory.size, error);
    if (status == CARVQ_OK)
        status = allocate(&memory, error);
    if (status == CARVQ_OK)
        status = carvq_encode(&matrix, &options, 1, &job, NULL, error);
    if (status == CARVQ_OK)
        status = decode(&memory, input, decoded_ret, bytes_ret, error);
    free(memory.data);
    return status;
}

enum carvq_status carvq_baseline_budget(const struct carvq_baseline *baseline, const struct carvq_baseline_input *input,
                                        float *decoded_ret, uint64_t *bytes_ret, struct carvq_error *error)
{
    struct carvq_floats floats;
    const struct carvq_matrix matrix = matrix_of(input, &floats);
    struct carvq_budget budget = baseline->budget;
    budget.seed = input->seed;
    struct carvq_recipe *recipe = NULL;
    struct memory_file memory = {NULL, 0};
    const struct carvq_encode_job job = job_for(&memory, input);
    enum carvq_status status = carvq_recipe_make(&matrix, &budget, (unsigned)input->threads, NULL, NULL, &recipe, error);
    if (status == CARVQ_OK)
        status = carvq_recipe_file_size(&recipe, 1, &memory.size, error);
    if (status == CARVQ_OK)
        status = allocate(&memory, error);
    if (status == CARVQ_OK)
        status = carvq_recipe_encode(&recipe, 1, &job, NULL, error);
    if (status == CARVQ_OK)
        status = decode(&memory, input, decoded_ret, bytes_ret, error);
    carvq_recipe_free(recipe);
    free(memory.data);
    return status;
}
