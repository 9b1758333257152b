// SPDX-License-Identifier: MIT
// What a table is: its description in the metadata.
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "json.h"
#include "status.h"
#include "table.h"

struct reader {
    const char *path, *name;
    unsigned version; // of the format
    struct carvq_table_info *info;
    struct carvq_segment_info *segments;
    struct carvq_error *error;
};

static enum carvq_status fail(const struct reader *d, const char *key, const char *cause)
{
    return carvq_fail(d->error, CARVQ_ERROR_FORMAT, "%s: table '%s': '%s' %s", d->path, d->name, key, cause);
}

// An unknown word may come from a later version of the format.
static enum carvq_status fail_unknown(const struct reader *d, const char *what, struct carvq_json_string word)
{
    return carvq_fail(d->error, CARVQ_ERROR_UNSUPPORTED,
                      "%s: table '%s': unknown %s '%.*s'; a newer version of carvq may read it", d->path, d->name, what,
                      word.length < 40 ? (int)word.length : 40, word.text);
}

// A key of an object, which stands there exactly once unless it is optional. Its value goes to a member of a structure.
struct field {
    const char *key;                          // NULL ends a list
    enum { REQUIRED, OPTIONAL, SINCE_2 } use; // SINCE_2: optional, unknown to version 1
    enum { NUMBER, WORD, TRUE, SEGMENTS, OBJECT, STRIDES } kind;
    size_t offset, size; // of the member
    uint64_t min, max;   // of a number, or of the number that a word stands for
    const void *inside;  // words by number, or the fields of an object, which has the same structure
};

#define MEMBER(type, member) offsetof(struct carvq_##type##_info, member), sizeof(((struct carvq_##type##_info *)0)->member)

static const char *const codec_words[] = {
    [CARVQ_RVQ] = "rvq", [CARVQ_TRELLIS] = "trellis", [CARVQ_RAW] = "raw", [CARVQ_ADDITIVE] = "additive"};
static const char *const dtype_words[] = {[CARVQ_F32] = "F32", [CARVQ_F16] = "F16", [CARVQ_BF16] = "BF16"};
static const char *const books_words[] = {"phase", "position"};
static const char *const grouping_words[] = {[CARVQ_GROUP_ROWS] = "rows", [CARVQ_GROUP_COLUMNS] = "columns"};

#define CODEC                                                                                   \
    {                                                                                           \
        "codec", REQUIRED, WORD, MEMBER(segment, codec), CARVQ_RVQ, CARVQ_ADDITIVE, codec_words \
    }
static const struct field rvq_fields[] = {
    CODEC,
    {"rows", SINCE_2, NUMBER, MEMBER(segment, rows), 1, CARVQ_MAX_ROWS, NULL},
    {"subvector", REQUIRED, NUMBER, MEMBER(segment, subvector), 1, CARVQ_MAX_SUBVECTOR, NULL},
    {"group", REQUIRED, NUMBER, MEMBER(segment, group), 1, CARVQ_MAX_GROUP, NULL},
    {"grouping", REQUIRED, WORD, MEMBER(segment, grouping), CARVQ_GROUP_ROWS, CARVQ_GROUP_COLUMNS, grouping_words},
    {"stages", REQUIRED, NUMBER, MEMBER(segment, stages), 1, CARVQ_MAX_STAGES, NULL},
    {"code_bits", REQUIRED, NUMBER, MEMBER(segment, code_bits), 1, CARVQ_MAX_CODE_BITS, NULL},
    {0},
};
static const struct field trellis_fields[] = {
    CODEC,
    {"rows", REQUIRED, NUMBER, MEMBER(segment, rows), 1, CARVQ_MAX_ROWS, NULL},
    {"state_bits", REQUIRED, NUMBER, MEMBER(segment, state_bits), 1, CARVQ_MAX_STATE_BITS, NULL},
    {"step_bits", REQUIRED, NUMBER, MEMBER(segment, step_bits), 1, CARVQ_MAX_STATE_BITS, NULL},
    {"scale_bits", REQUIRED, NUMBER, MEMBER(segment, scale_bits), 0, CARVQ_MAX_SCALE_BITS, NULL},
    {0},
};
static const struct field raw_fields[] = {
    CODEC,
    {"rows", REQUIRED, NUMBER, MEMBER(segment, rows), 1, CARVQ_MAX_ROWS, NULL},
    {"value", REQUIRED, WORD, MEMBER(segment, value_dtype), CARVQ_F16, CARVQ_BF16, dtype_words},
    {0},
};
static const struct field additive_fields[] = {
    CODEC,
    {"rows", REQUIRED, NUMBER, MEMBER(segment, rows), 1, CARVQ_MAX_ROWS, NULL},
    {"strides", REQUIRED, STRIDES, 0, 0, 1, CARVQ_MAX_STRIDE, NULL},
    {"span", REQUIRED, NUMBER, MEMBER(segment, span), 2, CARVQ_MAX_SPAN, NULL},
    {"books", REQUIRED, WORD, MEMBER(segment, position_books), 0, 1, books_words},
    {"scale_bits", REQUIRED, NUMBER, MEMBER(segment, scale_bits), 0, CARVQ_MAX_SCALE_BITS, NULL},
    {0},
};
static const struct field low_rank_fields[] = {
    {"rank", REQUIRED, NUMBER, MEMBER(table, rank), 1, CARVQ_MAX_RANK, NULL},
    {"bits", REQUIRED, NUMBER, MEMBER(table, low_rank_bits), 2, CARVQ_MAX_LOW_RANK_BITS, NULL},
    {0},
};
static const struct field adaptor_fields[] = {
    {"dim", REQUIRED, NUMBER, MEMBER(table, adaptor_dim), 1, CARVQ_MAX_ADAPTOR_DIM, NULL},
    {"hidden", REQUIRED, NUMBER, MEMBER(table, adaptor_hidden), 1, CARVQ_MAX_ADAPTOR_HIDDEN, NULL},
    {0},
};
static const struct field table_fields[] = {
    {"rows", REQUIRED, NUMBER, MEMBER(table, rows), 1, CARVQ_MAX_ROWS, NULL},
    {"cols", REQUIRED, NUMBER, MEMBER(table, cols), 1, CARVQ_MAX_COLS, NULL},
    {"dtype", REQUIRED, WORD, MEMBER(table, dtype), CARVQ_F32, CARVQ_BF16, dtype_words},
    {"segments", REQUIRED, SEGMENTS, 0, 0, 0, 0, NULL},
    {"adaptor", OPTIONAL, OBJECT, 0, 0, 0, 0, adaptor_fields},
    {"mean", SINCE_2, TRUE, MEMBER(table, mean), 0, 0, NULL},
    {"low_rank", SINCE_2, OBJECT, 0, 0, 0, 0, low_rank_fields},
    {0},
};

// Members are numbers of 1 (bool, an enum on some machines), 4 or 8 bytes.
static void store(const struct field *field, unsigned char *object, uint64_t value)
{
    const uint32_t word = (uint32_t)value;
    const uint8_t byte = (uint8_t)value;
    memcpy(object + field->offset,
           field->size == 8   ? (const void *)&value
           : field->size == 4 ? (const void *)&word
                              : &byte,
           field->size);
}

static enum carvq_status read_word(const struct reader *d, struct carvq_json *json, const struct field *field,
                                   uint64_t *value_ret)
{
    const char *const *words = field->inside;
    struct carvq_json_string string;
    if (!carvq_json_read_string(json, &string))
        return fail(d, field->key, "is not a string");
    for (*value_ret = field->min; *value_ret <= field->max; ++*value_ret)
        if (carvq_json_equals(string, words[*value_ret]))
            return CARVQ_OK;
    return fail_unknown(d, field->key, string);
}

static enum carvq_status fail_number(const struct reader *d, const struct field *field)
{
    return carvq_fail(d->error, CARVQ_ERROR_FORMAT, "%s: table '%s': '%s' is not an integer from %" PRIu64 " to %" PRIu64,
                      d->path, d->name, field->key, field->min, field->max);
}

static enum carvq_status read_strides(const struct reader *d, struct carvq_json *json, const struct field *field,
                                      struct carvq_segment_info *segment)
{
    uint64_t stride;
    if (!carvq_json_enter(json, '['))
        return fail(d, field->key, "is not a list");
    for (; carvq_json_next_item(json); segment->strides[segment->stride_count++] = (uint8_t)stride) {
        if (segment->stride_count == CARVQ_MAX_STRIDES)
            return fail(d, field->key, "is a list of more than 8 numbers");
        if (!carvq_json_read_u64(json, &stride) || stride < field->min || stride > field->max)
            return fail_number(d, field);
    }
    return segment->stride_count > 0 ? CARVQ_OK : fail(d, field->key, "is an empty list");
}

static enum carvq_status read_object(const struct reader *d, struct carvq_json *json, const char *what,
                                     const struct field *fields, void *object);
static enum carvq_status read_segments(const struct reader *d, struct carvq_json *json, const char *key);

static enum carvq_status read_field(const struct reader *d, struct carvq_json *json, const struct field *field, void *object)
{
    uint64_t value = 1;
    enum carvq_status status = CARVQ_OK;
    switch (field->kind) {
    case OBJECT:
        return read_object(d, json, field->key, field->inside, object);
    case SEGMENTS:
        return read_segments(d, json, field->key);
    case STRIDES:
        return read_strides(d, json, field, object);
    case NUMBER:
        if (!carvq_json_read_u64(json, &value) || value < field->min || value > field->max)
            status = fail_number(d, field);
        break;
    case WORD:
        status = read_word(d, json, field, &value);
        break;
    case TRUE:
        if (carvq_json_type(json) != 't')
            return fail(d, field->key, "is not true");
        carvq_json_skip(json);
    }
    if (status == CARVQ_OK)
        store(field, object, value);
    return status;
}

static enum carvq_status read_object(const struct reader *d, struct carvq_json *json, const char *what,
                                     const struct field *fields, void *object)
{
    struct carvq_json_string key;
    unsigned seen = 0;
    if (!carvq_json_enter(json, '{'))
        return fail(d, what, "is not an object");
    while (carvq_json_next_key(json, &key)) {
        int i = 0;
        while (fields[i].key != NULL && !carvq_json_equals(key, fields[i].key))
            i++;
        if (fields[i].key == NULL || (fields[i].use == SINCE_2 && d->version < 2))
            return fail_unknown(d, "key", key);
        if (seen & 1U << i)
            return fail(d, fields[i].key, "stands twice");
        seen |= 1U << i;
        enum carvq_status status = read_field(d, json, &fields[i], object);
        if (status != CARVQ_OK)
            return status;
    }
    for (int i = 0; fields[i].key != NULL; i++)
        if (fields[i].use == REQUIRED && !(seen & 1U << i))
            return fail(d, fields[i].key, "is missing");
    return CARVQ_OK;
}

// The codec says which other keys there are, and need not stand before them. Versions 1 and 2 know fewer.
static enum carvq_status find_codec(const struct reader *d, struct carvq_json json, const char *what, uint64_t *codec_ret)
{
    struct field field = CODEC;
    struct carvq_json_string key;
    field.max = d->version < 2 ? CARVQ_RVQ : d->version < 3 ? CARVQ_RAW : field.max;
    if (!carvq_json_enter(&json, '{'))
        return fail(d, what, "is not an object");
    while (carvq_json_next_key(&json, &key)) {
        if (carvq_json_equals(key, "codec"))
            return read_word(d, &json, &field, codec_ret);
        carvq_json_skip(&json);
    }
    return fail(d, "codec", "is missing");
}

static enum carvq_status read_segments(const struct reader *d, struct carvq_json *json, const char *key)
{
    static const struct field *const fields[] = {
        [CARVQ_RVQ] = rvq_fields, [CARVQ_TRELLIS] = trellis_fields, [CARVQ_RAW] = raw_fields, [CARVQ_ADDITIVE] = additive_fields};
    const uint32_t most = d->version < 2 ? 1 : CARVQ_MAX_SEGMENTS;
    uint32_t *count = &d->info->segment_count;
    if (!carvq_json_enter(json, '['))
        return fail(d, key, "is not a list");
    for (; carvq_json_next_item(json); ++*count) {
        uint64_t codec;
        char what[24];
        if (*count == most)
            return carvq_fail(d->error, CARVQ_ERROR_UNSUPPORTED,
                              "%s: table '%s': more than %" PRIu32 " segment%s; a newer version of carvq may read it", d->path,
                              d->name, most, most > 1 ? "s" : "");
        snprintf(what, sizeof what, "segments[%" PRIu32 "]", *count);
        enum carvq_status status = find_codec(d, *json, what, &codec);
        if (status == CARVQ_OK)
            status = read_object(d, json, what, fields[codec], &d->segments[*count]);
        if (status != CARVQ_OK)
            return status;
    }
    return *count > 0 ? CARVQ_OK : fail(d, key, "is a list without a segment");
}

// A description of version 1 does not say how many rows its segment has: all, and the segment needs no name of its own.
static enum carvq_status check_rows(const struct reader *d, bool *plain_names_ret)
{
    uint64_t rows = 0;
    *plain_names_ret = d->info->segment_count == 1 && d->segments->rows == 0 && !d->info->mean && d->info->rank == 0;
    if (*plain_names_ret)
        d->segments->rows = d->info->rows;
    for (uint32_t i = 0; i < d->info->segment_count; i++) {
        if (d->segments[i].rows == 0)
            return fail(d, "rows", "is missing in a segment");
        rows += d->segments[i].rows;
    }
    if (rows != d->info->rows)
        return carvq_fail(d->error, CARVQ_ERROR_FORMAT, "%s: table '%s': it has %" PRIu64 " rows, but its segments have %" PRIu64,
                          d->path, d->name, d->info->rows, rows);
    return CARVQ_OK;
}

enum carvq_status carvq_table_describe(const char *path, const char *name, const char *text, unsigned version,
                                       struct carvq_description *description_ret, struct carvq_error *error)
{
    size_t length = strlen(text), where;
    const char *problem = carvq_json_check(text, length, &where);
    if (problem != NULL)
        return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: table '%s': description, byte %zu: %s", path, name, where, problem);
    struct carvq_json json = {text, text + length};
    *description_ret = (struct carvq_description){.plain_names = false};
    const struct reader d = {path, name, version, &description_ret->info, description_ret->segments, error};
    enum carvq_status status = read_object(&d, &json, "description", table_fields, d.info);
    if (status == CARVQ_OK)
        status = check_rows(&d, &description_ret->plain_names);
    if (status == CARVQ_OK && !carvq_table_sizes(d.info, d.segments))
        status = carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: table '%s': its sizes are absurdly large", path, name);
    return status;
}
