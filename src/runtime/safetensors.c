// SPDX-License-Identifier: MIT
// The header of a safetensors file: read twice, first to count, then to keep; and checked.
#include "safetensors.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "size.h"
#include "status.h"

static const struct {
    const char *name;
    unsigned bits;
} dtypes[CARVQ_ST_DTYPES] = {
    [CARVQ_ST_BOOL] = {"BOOL", 8},       [CARVQ_ST_F4] = {"F4", 4},           [CARVQ_ST_F6_E2M3] = {"F6_E2M3", 6},
    [CARVQ_ST_F6_E3M2] = {"F6_E3M2", 6}, [CARVQ_ST_U8] = {"U8", 8},           [CARVQ_ST_I8] = {"I8", 8},
    [CARVQ_ST_F8_E5M2] = {"F8_E5M2", 8}, [CARVQ_ST_F8_E4M3] = {"F8_E4M3", 8}, [CARVQ_ST_F8_E8M0] = {"F8_E8M0", 8},
    [CARVQ_ST_I16] = {"I16", 16},        [CARVQ_ST_U16] = {"U16", 16},        [CARVQ_ST_F16] = {"F16", 16},
    [CARVQ_ST_BF16] = {"BF16", 16},      [CARVQ_ST_I32] = {"I32", 32},        [CARVQ_ST_U32] = {"U32", 32},
    [CARVQ_ST_F32] = {"F32", 32},        [CARVQ_ST_C64] = {"C64", 64},        [CARVQ_ST_F64] = {"F64", 64},
    [CARVQ_ST_I64] = {"I64", 64},        [CARVQ_ST_U64] = {"U64", 64},
};

// The reader goes over the header twice: first to count (tensors and pairs NULL), then to fill one allocation that holds
// the arrays and, behind them, all strings.
struct reader {
    const char *path;
    struct carvq_error *error;
    uint64_t data_nbytes; // of the data section
    struct carvq_st_tensor *tensors;
    const struct carvq_st_tensor **by_name;
    struct carvq_st_pair *pairs;
    char *strings;
    size_t tensor_count, pair_count, string_bytes;
};

static enum carvq_status fail_header(struct reader *reader, const char *cause)
{
    return carvq_fail(reader->error, CARVQ_ERROR_FORMAT, "%s: safetensors header: %s", reader->path, cause);
}

static enum carvq_status fail_tensor(struct reader *reader, const char *name, const char *cause)
{
    return carvq_fail(reader->error, CARVQ_ERROR_FORMAT, "%s: tensor '%s': %s", reader->path, name, cause);
}

// Counts or copies a string; NUL inside would make it another name for C. what is for the message.
static enum carvq_status take_string(struct reader *reader, struct carvq_json_string string, const char *what,
                                     const char **text_ret)
{
    size_t length = carvq_json_unescape(string, NULL);
    *text_ret = "";
    if (reader->strings != NULL) {
        char *text = reader->strings + reader->string_bytes;
        carvq_json_unescape(string, text);
        text[length] = '\0';
        *text_ret = text;
        if (strlen(text) != length)
            return carvq_fail(reader->error, CARVQ_ERROR_FORMAT, "%s: safetensors header: the %s '%s' goes on after a NUL byte",
                              reader->path, what, text);
    }
    reader->string_bytes += length + 1;
    return CARVQ_OK;
}

static enum carvq_status read_metadata(struct reader *reader, struct carvq_json *json)
{
    struct carvq_json_string key, value;
    if (!carvq_json_enter(json, '{'))
        return fail_header(reader, "__metadata__ is not an object");
    while (carvq_json_next_key(json, &key)) {
        struct carvq_st_pair pair;
        if (!carvq_json_read_string(json, &value))
            return fail_header(reader, "a value of __metadata__ is not a string");
        enum carvq_status status = take_string(reader, key, "metadata key", &pair.key);
        if (status == CARVQ_OK)
            status = take_string(reader, value, "metadata value", &pair.value);
        if (status != CARVQ_OK)
            return status;
        if (reader->pairs != NULL)
            reader->pairs[reader->pair_count] = pair;
        reader->pair_count++;
    }
    return CARVQ_OK;
}

static enum carvq_status read_dtype(struct reader *reader, struct carvq_json *json, struct carvq_st_tensor *tensor)
{
    struct carvq_json_string string;
    if (!carvq_json_read_string(json, &string))
        return fail_tensor(reader, tensor->name, "dtype is not a string");
    for (tensor->dtype = 0; tensor->dtype < CARVQ_ST_DTYPES; tensor->dtype++)
        if (carvq_json_equals(string, dtypes[tensor->dtype].name))
            return CARVQ_OK;
    return carvq_fail(reader->error, CARVQ_ERROR_FORMAT, "%s: tensor '%s': unknown dtype '%.*s'", reader->path, tensor->name,
                      string.length < 40 ? (int)string.length : 40, string.text);
}

// A list of at most max non-negative integers; cause is the message if it is anything else.
static enum carvq_status read_numbers(struct reader *reader, struct carvq_json *json, const char *name, const char *cause,
                                      uint64_t *numbers, unsigned max, unsigned *count_ret)
{
    *count_ret = 0;
    if (!carvq_json_enter(json, '['))
        return fail_tensor(reader, name, cause);
    while (carvq_json_next_item(json)) {
        if (*count_ret == max || !carvq_json_read_u64(json, &numbers[*count_ret]))
            return fail_tensor(reader, name, cause);
        ++*count_ret;
    }
    return CARVQ_OK;
}

// Bytes that dtype and shape call for, against those that the offsets give.
static enum carvq_status check_size(struct reader *reader, struct carvq_st_tensor *tensor, const uint64_t offsets[2])
{
    if (offsets[0] > offsets[1])
        return fail_tensor(reader, tensor->name, "data_offsets: the end lies before the beginning");
    if (offsets[1] > reader->data_nbytes)
        return carvq_fail(reader->error, CARVQ_ERROR_FORMAT,
                          "%s: tensor '%s': data_offsets end at %" PRIu64 ", but the file has only %" PRIu64
                          " bytes of data (truncated? get it again)",
                          reader->path, tensor->name, offsets[1], reader->data_nbytes);
    uint64_t bits = dtypes[tensor->dtype].bits;
    for (unsigned i = 0; i < tensor->dims; i++)
        if (!carvq_mul_u64(bits, tensor->shape[i], &bits))
            return fail_tensor(reader, tensor->name, "the shape is absurdly large");
    tensor->begin = offsets[0];
    tensor->nbytes = offsets[1] - offsets[0];
    if (bits % 8 != 0 || bits / 8 != tensor->nbytes)
        return carvq_fail(reader->error, CARVQ_ERROR_FORMAT,
                          "%s: tensor '%s': dtype %s and the shape need %" PRIu64 " bytes, data_offsets give %" PRIu64,
                          reader->path, tensor->name, dtypes[tensor->dtype].name, bits / 8, tensor->nbytes);
    return CARVQ_OK;
}

static enum carvq_status read_tensor(struct reader *reader, struct carvq_json *json, struct carvq_json_string name)
{
    enum { DTYPE = 1, SHAPE = 2, OFFSETS = 4 };
    static const char bad_shape[] = "shape is not a list of at most 8 non-negative integers",
                      bad_offsets[] = "data_offsets is not a list of two non-negative integers";
    struct carvq_st_tensor tensor = {0};
    struct carvq_json_string key;
    uint64_t offsets[2];
    unsigned seen = 0, field, count = 0;
    enum carvq_status status = take_string(reader, name, "tensor name", &tensor.name);
    if (status != CARVQ_OK || reader->strings == NULL) { // first pass: names only
        carvq_json_skip(json);
        reader->tensor_count++;
        return status;
    }
    if (!carvq_json_enter(json, '{'))
        return fail_tensor(reader, tensor.name, "its description is not an object");
    for (; carvq_json_next_key(json, &key); seen |= field) {
        field = carvq_json_equals(key, "dtype")          ? DTYPE
                : carvq_json_equals(key, "shape")        ? SHAPE
                : carvq_json_equals(key, "data_offsets") ? OFFSETS
                                                         : 0;
        if (field == 0 || (seen & field) != 0)
            return fail_tensor(reader, tensor.name,
                               field == 0 ? "unknown key in its description" : "a key of its description stands twice");
        if (field == DTYPE)
            status = read_dtype(reader, json, &tensor);
        else if (field == SHAPE)
            status = read_numbers(reader, json, tensor.name, bad_shape, tensor.shape, CARVQ_ST_MAX_DIMS, &tensor.dims);
        else
            status = read_numbers(reader, json, tensor.name, bad_offsets, offsets, 2, &count);
        if (status != CARVQ_OK)
            return status;
    }
    if (seen != (DTYPE | SHAPE | OFFSETS))
        return fail_tensor(reader, tensor.name, !(seen & DTYPE) ? "no dtype" : !(seen & SHAPE) ? "no shape" : "no data_offsets");
    if (count != 2)
        return fail_tensor(reader, tensor.name, bad_offsets);
    reader->tensors[reader->tensor_count++] = tensor;
    return check_size(reader, &reader->tensors[reader->tensor_count - 1], offsets);
}

static enum carvq_status read_object(struct reader *reader, const char *header, size_t length)
{
    struct carvq_json json = {header, header + length};
    struct carvq_json_string key;
    bool metadata_seen = false;
    reader->tensor_count = reader->pair_count = reader->string_bytes = 0;
    if (!carvq_json_enter(&json, '{'))
        return fail_header(reader, "not a JSON object");
    while (carvq_json_next_key(&json, &key)) {
        enum carvq_status status;
        if (!carvq_json_equals(key, "__metadata__")) {
            status = read_tensor(reader, &json, key);
        } else {
            status = metadata_seen ? fail_header(reader, "__metadata__ stands twice") : read_metadata(reader, &json);
            metadata_seen = true;
        }
        if (status != CARVQ_OK)
            return status;
    }
    return CARVQ_OK;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(((const struct carvq_st_tensor *)a)->name, ((const struct carvq_st_tensor *)b)->name);
}

static int compare_pointers(const void *a, const void *b)
{
    return compare_names(*(const struct carvq_st_tensor *const *)a, *(const struct carvq_st_tensor *const *)b);
}

static int compare_keys(const void *a, const void *b)
{
    return strcmp(((const struct carvq_st_pair *)a)->key, ((const struct carvq_st_pair *)b)->key);
}

static int compare_places(const void *a, const void *b)
{
    const struct carvq_st_tensor *left = a, *right = b;
    if (left->begin != right->begin)
        return left->begin < right->begin ? -1 : 1;
    if (left->nbytes != right->nbytes)
        return left->nbytes < right->nbytes ? -1 : 1;
    return compare_names(a, b); // empty tensors may share a place; the order must not depend on qsort()
}

// No name twice, and the data section covered exactly once.
static enum carvq_status check_whole(struct reader *reader)
{
    struct carvq_st_tensor *tensors = reader->tensors;
    qsort(tensors, reader->tensor_count, sizeof *tensors, compare_names);
    for (size_t i = 1; i < reader->tensor_count; i++)
        if (compare_names(&tensors[i - 1], &tensors[i]) == 0)
            return fail_tensor(reader, tensors[i].name, "stands twice in the header");
    qsort(reader->pairs, reader->pair_count, sizeof *reader->pairs, compare_keys);
    for (size_t i = 1; i < reader->pair_count; i++)
        if (compare_keys(&reader->pairs[i - 1], &reader->pairs[i]) == 0)
            return carvq_fail(reader->error, CARVQ_ERROR_FORMAT, "%s: safetensors header: metadata key '%s' stands twice",
                              reader->path, reader->pairs[i].key);
    qsort(tensors, reader->tensor_count, sizeof *tensors, compare_places);
    uint64_t covered = 0;
    for (size_t i = 0; i < reader->tensor_count; i++) {
        if (tensors[i].begin < covered)
            return fail_tensor(reader, tensors[i].name, "its data overlaps another tensor's");
        if (tensors[i].begin > covered)
            return fail_tensor(reader, tensors[i].name, "there is a hole in the data before it");
        covered += tensors[i].nbytes;
        reader->by_name[i] = &tensors[i];
    }
    qsort(reader->by_name, reader->tensor_count, sizeof *reader->by_name, compare_pointers);
    if (covered != reader->data_nbytes)
        return carvq_fail(reader->error, CARVQ_ERROR_FORMAT, "%s: %" PRIu64 " bytes follow the last tensor: the file is damaged; get it again", reader->path,
                          reader->data_nbytes - covered);
    return CARVQ_OK;
}

// One allocation for everything, sized by the first pass.
static struct carvq_st *allocate(struct reader *reader)
{
    uint64_t tensors, pairs, total = sizeof(struct carvq_st);
    if (!carvq_mul_u64(reader->tensor_count, sizeof *reader->tensors + sizeof *reader->by_name, &tensors) ||
        !carvq_add_u64(total, tensors, &total) || !carvq_mul_u64(reader->pair_count, sizeof *reader->pairs, &pairs) ||
        !carvq_add_u64(total, pairs, &total) || !carvq_add_u64(total, reader->string_bytes, &total) || total > SIZE_MAX)
        return NULL;
    struct carvq_st *st = malloc((size_t)total);
    if (st == NULL)
        return NULL;
    reader->tensors = (struct carvq_st_tensor *)(st + 1);
    reader->by_name = (const struct carvq_st_tensor **)(reader->tensors + reader->tensor_count);
    reader->pairs = (struct carvq_st_pair *)(reader->by_name + reader->tensor_count);
    reader->strings = (char *)(reader->pairs + reader->pair_count);
    return st;
}

static enum carvq_status read_header(struct reader *reader, const char *header, size_t length, uint64_t data_begin,
                                     struct carvq_st **st_ret)
{
    size_t where;
    const char *problem = carvq_json_check(header, length, &where);
    if (problem != NULL)
        return carvq_fail(reader->error, CARVQ_ERROR_FORMAT, "%s: safetensors header: byte %zu: %s", reader->path, 8 + where,
                          problem);
    enum carvq_status status = read_object(reader, header, length);
    if (status != CARVQ_OK)
        return status;
    struct carvq_st *st = allocate(reader);
    if (st == NULL)
        return carvq_fail(reader->error, CARVQ_ERROR_MEMORY, "%s: out of memory", reader->path);
    status = read_object(reader, header, length);
    if (status == CARVQ_OK)
        status = check_whole(reader);
    if (status != CARVQ_OK) {
        free(st);
        return status;
    }
    for (size_t i = 0; i < reader->tensor_count; i++)
        reader->tensors[i].begin += data_begin;
    *st = (struct carvq_st){reader->tensor_count, reader->tensors, reader->by_name,
                            reader->pair_count,   reader->pairs,   data_begin};
    *st_ret = st;
    return CARVQ_OK;
}

enum carvq_status carvq_st_read(const char *path, const uint8_t *data, uint64_t nbytes, struct carvq_st **st_ret,
                                struct carvq_error *error)
{
    struct reader reader = {.path = path, .error = error};
    uint64_t length = 0;
    if (nbytes < 8)
        return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: not a safetensors file: shorter than the 8 bytes of the header length",
                          path);
    for (int i = 7; i >= 0; i--)
        length = length << 8 | data[i];
    if (length > CARVQ_ST_MAX_HEADER)
        return carvq_fail(error, CARVQ_ERROR_FORMAT,
                          "%s: not a safetensors file: a header of %" PRIu64 " bytes (at most %d are allowed)", path, length,
                          CARVQ_ST_MAX_HEADER);
    if (length > nbytes - 8)
        return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: the header is %" PRIu64 " bytes long, but the file ends before that (truncated? get it again)",
                          path, length);
    reader.data_nbytes = nbytes - 8 - length;
    return read_header(&reader, (const char *)data + 8, (size_t)length, 8 + length, st_ret);
}

// strcmp() of name and prefix + suffix.
static int compare_parts(const char *name, const char *prefix, size_t prefix_length, const char *suffix)
{
    int order = strncmp(name, prefix, prefix_length);
    return order != 0 ? order : strcmp(name + prefix_length, suffix);
}

const struct carvq_st_tensor *carvq_st_find_part(const struct carvq_st *st, const char *prefix, const char *suffix)
{
    size_t first = 0, count = st->count, prefix_length = strlen(prefix);
    while (count > 0) {
        const struct carvq_st_tensor *middle = st->by_name[first + count / 2];
        int order = compare_parts(middle->name, prefix, prefix_length, suffix);
        if (order == 0)
            return middle;
        if (order < 0) {
            first += count / 2 + 1;
            count -= count / 2 + 1;
        } else {
            count /= 2;
        }
    }
    return NULL;
}

const char *carvq_st_metadata(const struct carvq_st *st, const char *key)
{
    for (size_t i = 0; i < st->metadata_count; i++)
        if (strcmp(st->metadata[i].key, key) == 0)
            return st->metadata[i].value;
    return NULL;
}

const char *carvq_st_dtype_name(enum carvq_st_dtype dtype)
{
    return dtypes[dtype].name;
}
