// SPDX-License-Identifier: MIT
// The header of a safetensors file, read and checked: whatever passes here can be used without further thought.
#ifndef CARVQ_RUNTIME_SAFETENSORS_H
#define CARVQ_RUNTIME_SAFETENSORS_H

#include <stddef.h>
#include <stdint.h>

#include "carvq.h"

#define CARVQ_ST_MAX_DIMS 8
#define CARVQ_ST_MAX_HEADER 100000000 // bytes, as in the reference reader

// Every type of the format; see carvq_st_dtypes in the source for names and sizes.
enum carvq_st_dtype {
    CARVQ_ST_BOOL,
    CARVQ_ST_F4,
    CARVQ_ST_F6_E2M3,
    CARVQ_ST_F6_E3M2,
    CARVQ_ST_U8,
    CARVQ_ST_I8,
    CARVQ_ST_F8_E5M2,
    CARVQ_ST_F8_E4M3,
    CARVQ_ST_F8_E8M0,
    CARVQ_ST_I16,
    CARVQ_ST_U16,
    CARVQ_ST_F16,
    CARVQ_ST_BF16,
    CARVQ_ST_I32,
    CARVQ_ST_U32,
    CARVQ_ST_F32,
    CARVQ_ST_C64,
    CARVQ_ST_F64,
    CARVQ_ST_I64,
    CARVQ_ST_U64,
    CARVQ_ST_DTYPES // how many there are
};

struct carvq_st_tensor {
    const char *name; // UTF-8, NUL-terminated, holds no other NUL
    enum carvq_st_dtype dtype;
    unsigned dims; // 0: a scalar
    uint64_t shape[CARVQ_ST_MAX_DIMS];
    uint64_t begin; // offset of the data from the beginning of the file
    uint64_t nbytes;
};

struct carvq_st_pair {
    const char *key, *value; // UTF-8, NUL-terminated
};

struct carvq_st {
    size_t count;
    const struct carvq_st_tensor *tensors; // in the order of their data
    const struct carvq_st_tensor **by_name;
    size_t metadata_count;
    const struct carvq_st_pair *metadata; // sorted by key
    uint64_t data_begin;                  // offset of the data section from the beginning of the file
};

// Reads the header of the file at data. Refused are: anything but the strict format (duplicate names or metadata keys,
// unknown types, unknown keys of a tensor, holes, overlaps, trailing bytes, sizes that do not follow from type and
// shape), and names that hold NUL. path is only for messages. The result is one allocation: give it to free(). It does
// not point into data.
enum carvq_status carvq_st_read(const char *path, const uint8_t *data, uint64_t nbytes, struct carvq_st **st_ret,
                                struct carvq_error *error);

// The tensor whose name is made of prefix and suffix, or NULL.
const struct carvq_st_tensor *carvq_st_find_part(const struct carvq_st *st, const char *prefix, const char *suffix);

// The value of a metadata key, or NULL.
const char *carvq_st_metadata(const struct carvq_st *st, const char *key);

// "BF16" and so on.
const char *carvq_st_dtype_name(enum carvq_st_dtype dtype);

#endif
