// SPDX-License-Identifier: MIT
// The types of values that tensors have: their names, sizes, and how they become floats.
#include "checkpoint/tensor.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/half.h"

static void widen_f32(const uint8_t *data, size_t count, float *values_ret)
{
    carvq_widen(CARVQ_F32, data, count, values_ret);
}

static void widen_f16(const uint8_t *data, size_t count, float *values_ret)
{
    carvq_widen(CARVQ_F16, data, count, values_ret);
}

static void widen_bf16(const uint8_t *data, size_t count, float *values_ret)
{
    carvq_widen(CARVQ_BF16, data, count, values_ret);
}

static const struct {
    const char *name;
    unsigned block_values, block_bytes;
    void (*widen)(const uint8_t *data, size_t count, float *values_ret); // NULL: we do not take it for floats
    enum carvq_dtype dtype;                                              // what it counts as, if widen is not NULL
} types[CARVQ_TENSOR_TYPES] = {
    [CARVQ_TENSOR_F32] = {"F32", 1, 4, widen_f32, CARVQ_F32},
    [CARVQ_TENSOR_F16] = {"F16", 1, 2, widen_f16, CARVQ_F16},
    [CARVQ_TENSOR_BF16] = {"BF16", 1, 2, widen_bf16, CARVQ_BF16},
    [CARVQ_TENSOR_F64] = {"F64", 1, 8, NULL, 0},
    [CARVQ_TENSOR_C64] = {"C64", 1, 8, NULL, 0},
    [CARVQ_TENSOR_F8_E5M2] = {"F8_E5M2", 1, 1, NULL, 0},
    [CARVQ_TENSOR_F8_E4M3] = {"F8_E4M3", 1, 1, NULL, 0},
    [CARVQ_TENSOR_F8_E8M0] = {"F8_E8M0", 1, 1, NULL, 0},
    [CARVQ_TENSOR_F6_E2M3] = {"F6_E2M3", 4, 3, NULL, 0},
    [CARVQ_TENSOR_F6_E3M2] = {"F6_E3M2", 4, 3, NULL, 0},
    [CARVQ_TENSOR_F4] = {"F4", 2, 1, NULL, 0},
    [CARVQ_TENSOR_BOOL] = {"BOOL", 1, 1, NULL, 0},
    [CARVQ_TENSOR_I8] = {"I8", 1, 1, NULL, 0},
    [CARVQ_TENSOR_U8] = {"U8", 1, 1, NULL, 0},
    [CARVQ_TENSOR_I16] = {"I16", 1, 2, NULL, 0},
    [CARVQ_TENSOR_U16] = {"U16", 1, 2, NULL, 0},
    [CARVQ_TENSOR_I32] = {"I32", 1, 4, NULL, 0},
    [CARVQ_TENSOR_U32] = {"U32", 1, 4, NULL, 0},
    [CARVQ_TENSOR_I64] = {"I64", 1, 8, NULL, 0},
    [CARVQ_TENSOR_U64] = {"U64", 1, 8, NULL, 0},
};

const char *carvq_tensor_type_name(enum carvq_tensor_type type)
{
    return types[type].name;
}

bool carvq_tensor_dtype(enum carvq_tensor_type type, enum carvq_dtype *dtype_ret)
{
    *dtype_ret = types[type].dtype;
    return types[type].widen != NULL;
}

uint64_t carvq_tensor_bytes(enum carvq_tensor_type type, uint64_t count)
{
    return count / types[type].block_values * types[type].block_bytes;
}

void carvq_tensor_widen(enum carvq_tensor_type type, const uint8_t *data, size_t count, float *values_ret)
{
    types[type].widen(data, count, values_ret);
}

static int compare_tensors(const void *a, const void *b)
{
    const struct carvq_tensor *const *left = a, *const *right = b;
    return strcmp((*left)->name, (*right)->name);
}

void carvq_tensor_sort(const struct carvq_tensor **by_name, size_t count)
{
    qsort(by_name, count, sizeof *by_name, compare_tensors);
}

const struct carvq_tensor *carvq_tensor_find(const struct carvq_tensor *const *by_name, size_t count, const char *name)
{
    const struct carvq_tensor wanted = {.name = name}, *key = &wanted;
    const struct carvq_tensor *const *found = bsearch(&key, by_name, count, sizeof *by_name, compare_tensors);
    return found != NULL ? *found : NULL;
}
