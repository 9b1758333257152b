// SPDX-License-Identifier: MIT
// Where the tensors lie in a file, and its header.
#include "encode/layout.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/half.h"
#include "runtime/safetensors.h"
#include "runtime/size.h"
#include "runtime/status.h"

// A table that version 1 of the format can describe: then it is described so in a file of any version.
static bool is_plain(const struct carvq_table_info *info)
{
    return info->segment_count == 1 && info->segments->codec == CARVQ_RVQ && !info->mean && info->rank == 0;
}

static unsigned needed_version(const struct carvq_table_info *infos, size_t count)
{
    unsigned version = 1;
    for (size_t i = 0; i < count; i++) {
        if (version < 2 && !is_plain(&infos[i]))
            version = 2;
        for (uint32_t s = 0; s < infos[i].segment_count; s++)
            if (infos[i].segments[s].codec == CARVQ_ADDITIVE)
                version = 3;
    }
    return version;
}

// The parts in the order of the file; CARVQ_PARTS ends the list.
static const enum carvq_part *part_order(unsigned version, bool adaptors_last)
{
    static const enum carvq_part first[] = {CARVQ_PART_CODEBOOKS, CARVQ_PART_CODES, CARVQ_PART_ADAPTOR, CARVQ_PARTS};
    static const enum carvq_part second[] = {
        CARVQ_PART_LINES,   CARVQ_PART_CODEBOOKS, CARVQ_PART_VALUES,       CARVQ_PART_MEAN,  CARVQ_PART_DIRECTIONS,
        CARVQ_PART_ADAPTOR, CARVQ_PART_TIERS,     CARVQ_PART_COEFFICIENTS, CARVQ_PART_CODES, CARVQ_PARTS};
    static const enum carvq_part last[] = {CARVQ_PART_LINES,      CARVQ_PART_CODEBOOKS, CARVQ_PART_VALUES,       CARVQ_PART_MEAN,
                                           CARVQ_PART_DIRECTIONS, CARVQ_PART_TIERS,     CARVQ_PART_COEFFICIENTS, CARVQ_PART_CODES,
                                           CARVQ_PART_ADAPTOR,    CARVQ_PARTS};
    return version == 1 ? first : adaptors_last ? last : second;
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

static void append_additive(struct text *text, const struct carvq_segment_info *segment)
{
    char part[80];
    append_escaped(text, ",\"strides\":");
    for (uint32_t i = 0; i < segment->stride_count; i++) {
        append(text, i == 0 ? "[" : ",");
        append_number(text, segment->strides[i]);
    }
    snprintf(part, sizeof part, "],\"span\":%" PRIu32 ",\"books\":\"%s\",\"scale_bits\":%" PRIu32 "}", segment->span,
             segment->position_books ? "position" : "phase", segment->scale_bits);
    append_escaped(text, part);
}

static void append_segment(struct text *text, const struct carvq_segment_info *segment, bool plain)
{
    char part[320];
    snprintf(part, sizeof part, "{\"codec\":\"%s\"", carvq_codec_name(segment->codec));
    append_escaped(text, part);
    if (!plain) {
        snprintf(part, sizeof part, ",\"rows\":%" PRIu64, segment->rows);
        append_escaped(text, part);
    }
    if (segment->codec == CARVQ_ADDITIVE) {
        append_additive(text, segment);
        return;
    }
    if (segment->codec == CARVQ_RVQ)
        snprintf(part, sizeof part,
                 ",\"subvector\":%" PRIu32 ",\"group\":%" PRIu64 ",\"grouping\":\"%s\",\"stages\":%" PRIu32
                 ",\"code_bits\":%" PRIu32 "}",
                 segment->subvector, segment->group, segment->grouping == CARVQ_GROUP_ROWS ? "rows" : "columns", segment->stages,
                 segment->code_bits);
    else if (segment->codec == CARVQ_TRELLIS)
        snprintf(part, sizeof part, ",\"state_bits\":%" PRIu32 ",\"step_bits\":%" PRIu32 ",\"scale_bits\":%" PRIu32 "}",
                 segment->state_bits, segment->step_bits, segment->scale_bits);
    else
        snprintf(part, sizeof part, ",\"value\":\"%s\"}", carvq_dtype_name(segment->value_dtype));
    append_escaped(text, part);
}

// The value of carvq.table.NAME before it is made a string.
static void append_description(struct text *text, const struct carvq_table_info *info)
{
    char part[160];
    snprintf(part, sizeof part, "{\"rows\":%" PRIu64 ",\"cols\":%" PRIu32 ",\"dtype\":\"%s\",\"segments\":[", info->rows,
             info->cols, carvq_dtype_name(info->dtype));
    append_escaped(text, part);
    for (uint32_t i = 0; i < info->segment_count; i++) {
        append(text, i > 0 ? "," : "");
        append_segment(text, &info->segments[i], is_plain(info));
    }
    append(text, "]");
    if (info->mean)
        append_escaped(text, ",\"mean\":true");
    if (info->rank > 0) {
        snprintf(part, sizeof part, ",\"low_rank\":{\"rank\":%" PRIu32 ",\"bits\":%" PRIu32 "}", info->rank, info->low_rank_bits);
        append_escaped(text, part);
    }
    if (info->adaptor_dim > 0) {
        snprintf(part, sizeof part, ",\"adaptor\":{\"dim\":%" PRIu32 ",\"hidden\":%" PRIu32 "}", info->adaptor_dim,
                 info->adaptor_hidden);
        append_escaped(text, part);
    }
    append(text, "}");
}

static void append_tensor(struct text *text, const char *name, const struct carvq_part_tensor *tensor, uint64_t begin)
{
    append(text, ",\"");
    append_escaped(text, name);
    append(text, tensor->suffix);
    append(text, "\":{\"dtype\":\"");
    append(text, carvq_st_dtype_name(tensor->dtype));
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

static void append_part(struct text *text, const struct carvq_table_info *info, enum carvq_part part, const uint64_t *offsets)
{
    for (uint32_t segment = 0; segment < carvq_part_lists(info, part); segment++) {
        struct carvq_part_tensor tensors[CARVQ_PART_TENSORS];
        size_t count = carvq_table_tensors(info, is_plain(info), part, segment, tensors);
        uint64_t begin = offsets[segment];
        for (size_t i = 0; i < count; i++) {
            append_tensor(text, info->name, &tensors[i], begin);
            begin += tensors[i].nbytes;
        }
    }
}

// Everything before the data section, at least nbytes. The layout's offsets count from the beginning of that section.
static void append_header(struct text *text, const struct carvq_table_info *infos, size_t count,
                          const struct carvq_layout *layout, size_t nbytes)
{
    const unsigned version = needed_version(infos, count);
    append_bytes(text, "\0\0\0\0\0\0\0\0", 8);
    append(text, "{\"__metadata__\":{\"carvq.version\":\"");
    append_number(text, version);
    append(text, "\"");
    for (size_t i = 0; i < count; i++) {
        append(text, ",\"carvq.table.");
        append_escaped(text, infos[i].name);
        append(text, "\":\"");
        append_description(text, &infos[i]);
        append(text, "\"");
    }
    append(text, "}");
    for (const enum carvq_part *part = part_order(version, layout->adaptors_last); *part != CARVQ_PARTS; part++)
        for (size_t i = 0; i < count; i++)
            append_part(text, &infos[i], *part, layout->offsets[i][*part]);
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

// Sets the offsets of one table's tensors of a part, of which the first begins at *end. False if 64 bits do not hold the end.
static bool place_part(const struct carvq_table_info *info, enum carvq_part part, uint64_t *offsets_ret, uint64_t *end)
{
    for (uint32_t segment = 0; segment < carvq_part_lists(info, part); segment++) {
        struct carvq_part_tensor tensors[CARVQ_PART_TENSORS];
        size_t count = carvq_table_tensors(info, is_plain(info), part, segment, tensors);
        offsets_ret[segment] = *end;
        for (size_t i = 0; i < count; i++)
            if (!carvq_add_u64(*end, tensors[i].nbytes, end))
                return false;
    }
    return true;
}

// Sets offsets from the beginning of the data section, and file_bytes to the size of that section. False if it is larger than
// a file can be.
static bool place_tensors(const struct carvq_table_info *infos, size_t count, struct carvq_layout *layout)
{
    layout->file_bytes = 0;
    for (const enum carvq_part *part = part_order(needed_version(infos, count), layout->adaptors_last); *part != CARVQ_PARTS;
         part++)
        for (size_t i = 0; i < count; i++)
            if (!place_part(&infos[i], *part, layout->offsets[i][*part], &layout->file_bytes))
                return false;
    return layout->file_bytes <= INT64_MAX - CARVQ_ST_MAX_HEADER - 8;
}

static enum carvq_status make_header(const struct carvq_table_info *infos, size_t count, size_t header_bytes,
                                     struct carvq_layout *layout, struct carvq_error *error)
{
    struct text text = {NULL, 0};
    append_header(&text, infos, count, layout, header_bytes);
    if (text.length - 8 > CARVQ_ST_MAX_HEADER)
        return carvq_fail(error, CARVQ_ERROR_ARGUMENT, "too many tables for one file: the header would take %zu bytes",
                          text.length);
    text.data = layout->header = malloc(text.length);
    if (text.data == NULL)
        return carvq_fail(error, CARVQ_ERROR_MEMORY, "out of memory for a header of %zu bytes", text.length);
    text.length = 0;
    append_header(&text, infos, count, layout, header_bytes);
    layout->header_bytes = text.length;
    layout->file_bytes += text.length;
    layout->memory_bytes += text.length;
    for (size_t i = 0; i < count; i++)
        for (int part = 0; part < CARVQ_PARTS; part++)
            for (int segment = 0; segment < CARVQ_MAX_SEGMENTS; segment++)
                layout->offsets[i][part][segment] += text.length;
    return CARVQ_OK;
}

enum carvq_status carvq_layout_make(const struct carvq_table_info *infos, size_t count, bool adaptors_last, size_t header_bytes,
                                    struct carvq_layout **layout_ret, struct carvq_error *error)
{
    enum carvq_status status = check_names(infos, count, error);
    if (status != CARVQ_OK)
        return status;
    size_t nbytes = sizeof(struct carvq_layout) + count * sizeof *layout_ret[0]->offsets;
    struct carvq_layout *layout = calloc(1, nbytes);
    if (layout == NULL)
        return carvq_fail(error, CARVQ_ERROR_MEMORY, "out of memory for the layout of %zu tables", count);
    layout->offsets = (uint64_t(*)[CARVQ_PARTS][CARVQ_MAX_SEGMENTS])(layout + 1);
    layout->memory_bytes = nbytes;
    layout->adaptors_last = adaptors_last;
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
