// SPDX-License-Identifier: MIT
// Reader of the format safetensors: the header's tensors as neutral ones.
#include <jansson.h>
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

static json_t *describe(const struct carvq_tensor *tensor, uint64_t begin)
{
    json_t *shape = json_array(), *offsets = json_array();
    for (unsigned i = 0; i < tensor->dims; i++)
        json_array_append_new(shape, json_integer((json_int_t)tensor->shape[i]));
    json_array_append_new(offsets, json_integer((json_int_t)begin));
    json_array_append_new(offsets, json_integer((json_int_t)(begin + tensor->nbytes)));
    return json_pack("{sssoso}", "dtype", carvq_tensor_type_name(tensor->type), "shape", shape, "data_offsets", offsets);
}

static uint8_t *make_header(const struct carvq_tensor_file *file, const struct carvq_tensor *tensors, size_t count,
                            size_t *size_ret)
{
    const struct carvq_st *st = file->state;
    json_t *header = json_object(), *metadata = json_object();
    uint64_t begin = 0;
    bool good = header != NULL && metadata != NULL;
    for (size_t i = 0; i < st->metadata_count; i++)
        good = json_object_set_new(metadata, st->metadata[i].key, json_string(st->metadata[i].value)) == 0 && good;
    if (st->metadata_count > 0)
        good = json_object_set(header, "__metadata__", metadata) == 0 && good;
    json_decref(metadata);
    for (size_t i = 0; i < count; begin += tensors[i].nbytes, i++)
        good = json_object_set_new(header, tensors[i].name, describe(&tensors[i], begin)) == 0 && good;
    char *text = good ? json_dumps(header, JSON_COMPACT | JSON_PRESERVE_ORDER) : NULL;
    json_decref(header);
    const size_t length = text != NULL ? strlen(text) : 0, padded = (length + 7) / 8 * 8;
    uint8_t *bytes = text != NULL ? malloc(8 + padded) : NULL;
    if (bytes != NULL) {
        for (size_t i = 0; i < 8; i++)
            bytes[i] = (uint8_t)((uint64_t)padded >> 8 * i);
        memcpy(bytes + 8, text, length);
        memset(bytes + 8 + length, ' ', padded - length);
    }
    free(text);
    *size_ret = 8 + padded;
    return bytes;
}

const struct carvq_tensor_format carvq_safetensors = {open_header, free, get_tensor, get_metadata, make_header};
