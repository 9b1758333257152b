// SPDX-License-Identifier: MIT
#include "encode/layout.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/half.h"
#include "base/safetensors.h"
#include "base/size.h"
#include "base/status.h"

struct tensor {
    const char *suffix, *dtype;
    unsigned dims;
    uint64_t shape[4], nbytes;
};

#define MAX_TENSORS 5 // of a part

// The tensors of a part, in the order of the file. Returns how many there are.
static size_t describe_tensors(const struct carvq_table_info *info, enum carvq_part part, struct tensor tensors_ret[MAX_TENSORS])
{
    const char *dtype = carvq_dtype_name(info->codebook_dtype);
    const uint64_t m = info->adaptor_dim, hidden = info->adaptor_hidden, n = info->cols;
    if (part == CARVQ_PART_CODEBOOKS) {
        tensors_ret[0] = (struct tensor){".codebooks",
                                         dtype,
                                         4,
                                         {info->groups, info->stages, (uint64_t)1 << info->code_bits, info->subvector},
                                         info->codebook_bytes};
        return 1;
    }
    if (part == CARVQ_PART_CODES) {
        tensors_ret[0] = (struct tensor){".codes", "U8", 2, {info->rows, info->code_bytes / info->rows}, info->code_bytes};
        return 1;
    }
    if (m == 0)
        return 0;
    tensors_ret[0] = (struct tensor){".adaptor.table", dtype, 2, {info->rows, m}, 2 * info->rows * m};
    tensors_ret[1] = (struct tensor){".adaptor.0.weight", dtype, 2, {m, hidden}, 2 * m * hidden};
    tensors_ret[2] = (struct tensor){".adaptor.0.bias", dtype, 1, {hidden}, 2 * hidden};
    tensors_ret[3] = (struct tensor){".adaptor.1.weight", dtype, 2, {hidden, n}, 2 * hidden * n};
    tensors_ret[4] = (struct tensor){".adaptor.1.bias", dtype, 1, {n}, 2 * n};
    return 5;
}

// Text that is measured while data is NULL, and written when there is room for it.
struct text {
    char *data;
    size_t length;
};

static void append_bytes(struct text *text, const char *bytes, size_t count)
{
    if (text->data != NULL)
        memcpy(text->data + text->length, bytes, count);
    text->length += count;
}

static void append(struct text *text, const char *string)
{
    append_bytes(text, string, strlen(string));
}

static void append_number(struct text *text, uint64_t number)
{
    char digits[24];
    snprintf(digits, sizeof digits, "%" PRIu64, number);
    append(text, digits);
}

// The inside of a JSON string.
static void append_escaped(struct text *text, const char *string)
{
    for (; *string != '\0'; string++) {
        unsigned char byte = (unsigned char)*string;
        char escape[8];
        if (byte == '"' || byte == '\\')
            snprintf(escape, sizeof escape, "\\%c", byte);
        else if (byte < 0x20)
            snprintf(escape, sizeof escape, "\\u%04x", (unsigned)byte);
        else
            snprintf(escape, sizeof escape, "%c", byte);
        append(text, escape);
    }
}

// The value of carvq.table.NAME before it is made a string.
static void append_description(struct text *text, const struct carvq_table_info *info)
{
    char description[512];
    snprintf(description, sizeof description,
             "{\"rows\":%" PRIu64 ",\"cols\":%" PRIu32 ",\"dtype\":\"%s\",\"segments\":[{\"codec\":\"%s\",\"subvector\":%" PRIu32
             ",\"group\":%" PRIu64 ",\"grouping\":\"%s\",\"stages\":%" PRIu32 ",\"code_bits\":%" PRIu32 "}]",
             info->rows, info->cols, carvq_dtype_name(info->dtype), info->codec, info->subvector, info->group,
             info->grouping == CARVQ_GROUP_ROWS ? "rows" : "columns", info->stages, info->code_bits);
    append_escaped(text, description);
    if (info->adaptor_dim > 0) {
        snprintf(description, sizeof description, ",\"adaptor\":{\"dim\":%" PRIu32 ",\"hidden\":%" PRIu32 "}", info->adaptor_dim,
                 info->adaptor_hidden);
        append_escaped(text, description);
    }
    append(text, "}");
}

static void append_tensor(struct text *text, const char *name, const struct tensor *tensor, uint64_t begin)
{
    append(text, ",\"");
    append_escaped(text, name);
    append(text, tensor->suffix);
    append(text, "\":{\"dtype\":\"");
    append(text, tensor->dtype);
    append(text, "\",\"shape\":");
    for (unsigned i = 0; i < tensor->dims; i++) {
        append(text, i == 0 ? "[" : ",");
        append_number(text, tensor->shape[i]);
    }
    append(text, "],\"data_offsets\":[");
    append_number(text, begin);
    append(text, ",");
    append_number(text, begin + tensor->nbytes);
    append(text, "]}");
}

static void append_part(struct text *text, const struct carvq_table_info *info, enum carvq_part part, uint64_t begin)
{
    struct tensor tensors[MAX_TENSORS];
    size_t count = describe_tensors(info, part, tensors);
    for (size_t i = 0; i < count; i++) {
        append_tensor(text, info->name, &tensors[i], begin);
        begin += tensors[i].nbytes;
    }
}

// Everything before the data section, at least nbytes. offsets count from the beginning of that section.
static void append_header(struct text *text, const struct carvq_table_info *infos, size_t count, uint64_t (*offsets)[CARVQ_PARTS],
                          size_t nbytes)
{
    append_bytes(text, "\0\0\0\0\0\0\0\0", 8);
    append(text, "{\"__metadata__\":{\"carvq.version\":\"1\"");
    for (size_t i = 0; i < count; i++) {
        append(text, ",\"carvq.table.");
        append_escaped(text, infos[i].name);
        append(text, "\":\"");
        append_description(text, &infos[i]);
        append(text, "\"");
    }
    append(text, "}");
    for (int part = 0; part < CARVQ_PARTS; part++)
        for (size_t i = 0; i < count; i++)
            append_part(text, &infos[i], (enum carvq_part)part, offsets[i][part]);
    append(text, "}");
    while (text->length % 64 != 0 || text->length < nbytes)
        append(text, " ");
    for (unsigned i = 0; i < 8 && text->data != NULL; i++)
        text->data[i] = (char)(unsigned char)((uint64_t)(text->length - 8) >> 8 * i);
}

static enum carvq_status check_names(const struct carvq_table_info *infos, size_t count, struct carvq_error *error)
{
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < i; j++)
            if (strcmp(infos[i].name, infos[j].name) == 0)
                return carvq_fail(error, CARVQ_ERROR_ARGUMENT, "tensor '%s' is to be compressed twice", infos[i].name);
    return CARVQ_OK;
}

// Sets offsets from the beginning of the data section, and file_bytes to the size of that section. False if it is larger than
// a file can be.
static bool place_tensors(const struct carvq_table_info *infos, size_t count, struct carvq_layout *layout)
{
    uint64_t end = 0;
    for (int part = 0; part < CARVQ_PARTS; part++)
        for (size_t i = 0; i < count; i++) {
            struct tensor tensors[MAX_TENSORS];
            size_t tensor_count = describe_tensors(&infos[i], (enum carvq_part)part, tensors);
            layout->offsets[i][part] = end;
            for (size_t k = 0; k < tensor_count; k++)
                if (!carvq_add_u64(end, tensors[k].nbytes, &end))
                    return false;
        }
    layout->file_bytes = end;
    return end <= INT64_MAX - CARVQ_ST_MAX_HEADER - 8;
}

static enum carvq_status make_header(const struct carvq_table_info *infos, size_t count, size_t header_bytes,
                                     struct carvq_layout *layout, struct carvq_error *error)
{
    struct text text = {NULL, 0};
    append_header(&text, infos, count, layout->offsets, header_bytes);
    if (text.length - 8 > CARVQ_ST_MAX_HEADER)
        return carvq_fail(error, CARVQ_ERROR_ARGUMENT, "too many tables for one file: the header would take %zu bytes",
                          text.length);
    text.data = layout->header = malloc(text.length);
    if (text.data == NULL)
        return carvq_fail(error, CARVQ_ERROR_MEMORY, "out of memory for a header of %zu bytes", text.length);
    text.length = 0;
    append_header(&text, infos, count, layout->offsets, header_bytes);
    layout->header_bytes = text.length;
    layout->file_bytes += text.length;
    layout->memory_bytes += text.length;
    for (size_t i = 0; i < count; i++)
        for (int part = 0; part < CARVQ_PARTS; part++)
            layout->offsets[i][part] += text.length;
    return CARVQ_OK;
}

enum carvq_status carvq_layout_make(const struct carvq_table_info *infos, size_t count, size_t header_bytes,
                                    struct carvq_layout **layout_ret, struct carvq_error *error)
{
    enum carvq_status status = check_names(infos, count, error);
    if (status != CARVQ_OK)
        return status;
    size_t nbytes = sizeof(struct carvq_layout) + count * sizeof(uint64_t[CARVQ_PARTS]);
    struct carvq_layout *layout = malloc(nbytes);
    if (layout == NULL)
        return carvq_fail(error, CARVQ_ERROR_MEMORY, "out of memory for the layout of %zu tables", count);
    *layout = (struct carvq_layout){.offsets = (uint64_t(*)[CARVQ_PARTS])(layout + 1), .memory_bytes = nbytes};
    if (place_tensors(infos, count, layout))
        status = make_header(infos, count, header_bytes, layout, error);
    else
        status = carvq_fail(error, CARVQ_ERROR_ARGUMENT, "tensor '%s': the file would be larger than a file can be",
                            infos[0].name);
    if (status != CARVQ_OK) {
        carvq_layout_free(layout);
        return status;
    }
    *layout_ret = layout;
    return CARVQ_OK;
}

void carvq_layout_free(struct carvq_layout *layout)
{
    if (layout != NULL)
        free(layout->header);
    free(layout);
}
