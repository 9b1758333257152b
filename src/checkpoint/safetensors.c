// SPDX-License-Identifier: MIT
// Reader of the format safetensors: the header's tensors as neutral ones.
#include <stdlib.h>
#include <string.h>

#include "runtime/safetensors.h"
#include "checkpoint/format.h"

_Static_assert(CARVQ_ST_MAX_DIMS <= CARVQ_TENSOR_MAX_DIMS, "every shape of the format fits");

static const enum carvq_tensor_type types[CARVQ_ST_DTYPES] = {
    [CARVQ_ST_BOOL] = CARVQ_TENSOR_BOOL,       [CARVQ_ST_F4] = CARVQ_TENSOR_F4,
    [CARVQ_ST_F6_E2M3] = CARVQ_TENSOR_F6_E2M3, [CARVQ_ST_F6_E3M2] = CARVQ_TENSOR_F6_E3M2,
    [CARVQ_ST_U8] = CARVQ_TENSOR_U8,           [CARVQ_ST_I8] = CARVQ_TENSOR_I8,
    [CARVQ_ST_F8_E5M2] = CARVQ_TENSOR_F8_E5M2, [CARVQ_ST_F8_E4M3] = CARVQ_TENSOR_F8_E4M3,
    [CARVQ_ST_F8_E8M0] = CARVQ_TENSOR_F8_E8M0, [CARVQ_ST_I16] = CARVQ_TENSOR_I16,
    [CARVQ_ST_U16] = CARVQ_TENSOR_U16,         [CARVQ_ST_F16] = CARVQ_TENSOR_F16,
    [CARVQ_ST_BF16] = CARVQ_TENSOR_BF16,       [CARVQ_ST_I32] = CARVQ_TENSOR_I32,
    [CARVQ_ST_U32] = CARVQ_TENSOR_U32,         [CARVQ_ST_F32] = CARVQ_TENSOR_F32,
    [CARVQ_ST_C64] = CARVQ_TENSOR_C64,         [CARVQ_ST_F64] = CARVQ_TENSOR_F64,
    [CARVQ_ST_I64] = CARVQ_TENSOR_I64,         [CARVQ_ST_U64] = CARVQ_TENSOR_U64,
};

static enum carvq_status open_header(struct carvq_tensor_file *file, struct carvq_error *error)
{
    struct carvq_st *st;
    enum carvq_status status = carvq_st_read(file->path, file->map.data, file->map.size, &st, error);
    if (status != CARVQ_OK)
        return status;
    file->state = st;
    file->count = st->count;
    return CARVQ_OK;
}

static struct carvq_tensor get_tensor(const struct carvq_tensor_file *file, size_t index)
{
    const struct carvq_st *st = file->state;
    const struct carvq_st_tensor *header = &st->tensors[index];
    struct carvq_tensor tensor = {.name = header->name,
                                  .type = types[header->dtype],
                                  .dims = header->dims,
                                  .data = file->map.data + header->begin,
                                  .nbytes = header->nbytes,
                                  .file = file->path,
                                  .begin = header->begin};
    memcpy(tensor.shape, header->shape, header->dims * sizeof *header->shape);
    return tensor;
}

static const char *get_metadata(const struct carvq_tensor_file *file, const char *key)
{
    return carvq_st_metadata(file->state, key);
}

const struct carvq_tensor_format carvq_safetensors = {open_header, free, get_tensor, get_metadata};
