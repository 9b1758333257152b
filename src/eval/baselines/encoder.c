// SPDX-License-Identifier: MIT
// Methods that carvq's own encoder can do: CARVQ, group RVQ, and product quantization, which is group RVQ with one stage and
// one group for each column block; and a budget of bits.
#include <stdlib.h>
#include <string.h>

#include "host/matrix.h"
#include "host/parallel.h"
#include "eval/baselines/method.h"

#define BLOCK_ROWS 64

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

struct decoding {
    const struct carvq_table *table;
    float *decoded; // [V][n]
};

static enum carvq_status decode_rows(void *context, struct carvq_chunk *chunk, struct carvq_error *error)
{
    const struct decoding *decoding = context;
    const size_t n = carvq_info(decoding->table)->cols;
    uint32_t ids[BLOCK_ROWS];
    for (size_t i = 0; i < chunk->count; i++)
        ids[i] = (uint32_t)(chunk->first + i);
    return carvq_lookup(decoding->table, ids, chunk->count, decoding->decoded + chunk->first * n, n, error);
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
    struct decoding decoding = {table, decoded_ret};
    const struct carvq_work work = {input->rows, BLOCK_ROWS, input->cols, (unsigned)input->threads, NULL, decode_rows, &decoding};
    status = carvq_parallel(&work, error);
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

static enum carvq_status make_plan(const struct carvq_baseline *baseline, const struct carvq_matrix *matrix,
                                   const struct carvq_baseline_input *input, struct carvq_plan **plan_ret,
                                   struct carvq_error *error)
{
    const unsigned threads = (unsigned)input->threads;
    struct carvq_settings settings = baseline->settings;
    struct carvq_budget budget = baseline->budget;
    settings.seed = budget.seed = input->seed;
    if (baseline->kind == CARVQ_BASELINE_SETTINGS)
        return carvq_plan_by_settings(matrix, &settings, threads, plan_ret, error);
    return carvq_plan_by_budget(matrix, &budget, threads, NULL, NULL, plan_ret, error);
}

enum carvq_status carvq_baseline_encoder(const struct carvq_baseline *baseline, const struct carvq_baseline_input *input,
                                         float *decoded_ret, uint64_t *bytes_ret, struct carvq_error *error)
{
    struct carvq_floats floats;
    const struct carvq_matrix matrix = matrix_of(input, &floats);
    struct memory_file memory = {NULL, 0};
    struct carvq_plan *plan = NULL;
    struct carvq_job job;
    carvq_job_init(&job, sizeof job);
    job.write = write_piece;
    job.write_context = &memory;
    job.threads = (unsigned)input->threads;
    job.file_bytes_ret = &memory.size;
    enum carvq_status status = make_plan(baseline, &matrix, input, &plan, error);
    if (status == CARVQ_OK)
        status = carvq_encode_file_size(&plan, 1, &memory.size, error);
    if (status == CARVQ_OK)
        status = allocate(&memory, error);
    if (status == CARVQ_OK)
        status = carvq_encode(&plan, 1, &job, error);
    if (status == CARVQ_OK)
        status = decode(&memory, input, decoded_ret, bytes_ret, error);
    carvq_plan_free(plan);
    free(memory.data);
    return status;
}
