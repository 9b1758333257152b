// SPDX-License-Identifier: MIT
// A tensor of somebody's file, whatever the format of that is, and the types of values that tensors have.
#ifndef CARVQ_CHECKPOINT_TENSOR_H
#define CARVQ_CHECKPOINT_TENSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "carvq.h"

#define CARVQ_TENSOR_MAX_DIMS 8

// A type stores values in blocks: most of one value, the narrowest of as many as fill whole bytes. (The quantized types of GGUF
// would stand here too, Q8_0 being blocks of 32 values and 34 bytes; each is a row of the table in tensor.c.)
enum carvq_tensor_type {
    CARVQ_TENSOR_F32,
    CARVQ_TENSOR_F16,
    CARVQ_TENSOR_BF16,
    CARVQ_TENSOR_F64,
    CARVQ_TENSOR_C64,
    CARVQ_TENSOR_F8_E5M2,
    CARVQ_TENSOR_F8_E4M3,
    CARVQ_TENSOR_F8_E8M0,
    CARVQ_TENSOR_F6_E2M3,
    CARVQ_TENSOR_F6_E3M2,
    CARVQ_TENSOR_F4,
    CARVQ_TENSOR_BOOL,
    CARVQ_TENSOR_I8,
    CARVQ_TENSOR_U8,
    CARVQ_TENSOR_I16,
    CARVQ_TENSOR_U16,
    CARVQ_TENSOR_I32,
    CARVQ_TENSOR_U32,
    CARVQ_TENSOR_I64,
    CARVQ_TENSOR_U64,
    CARVQ_TENSOR_TYPES // how many there are
};

struct carvq_tensor {
    const char *name; // UTF-8
    enum carvq_tensor_type type;
    unsigned dims;                         // 0: a scalar
    uint64_t shape[CARVQ_TENSOR_MAX_DIMS]; // outermost first: rows, then columns
    const uint8_t *data;                   // in the map, without alignment; row by row, each a whole number of blocks
    uint64_t nbytes;
    const char *file; // path of its file
    uint64_t begin;   // offset of the data from the beginning of the file
};

// "BF16" and so on.
const char *carvq_tensor_type_name(enum carvq_tensor_type type);

// Whether values of this type can be read as floats; and if so, the type of carvq.h that a table of them counts as.
bool carvq_tensor_dtype(enum carvq_tensor_type type, enum carvq_dtype *dtype_ret);

// Bytes of so many values, a whole number of blocks; also the offset of that value in the data.
uint64_t carvq_tensor_bytes(enum carvq_tensor_type type, uint64_t count);

// count values, a whole number of blocks, at data to floats, exactly. Only of types of which carvq_tensor_dtype() is true. This
// is the only way to them.
void carvq_tensor_widen(enum carvq_tensor_type type, const uint8_t *data, size_t count, float *values_ret);

// An array of pointers, sorted by name; and the tensor of a name in it, NULL if there is none.
void carvq_tensor_sort(const struct carvq_tensor **by_name, size_t count);
const struct carvq_tensor *carvq_tensor_find(const struct carvq_tensor *const *by_name, size_t count, const char *name);

#endif
