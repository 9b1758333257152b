// SPDX-License-Identifier: MIT
// What a table is: its description in the metadata.
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "json.h"
#include "status.h"
#include "table.h"

struct reader {
    const char *path, *name;
    unsigned version; // of the format
    struct carvq_table_info *info;
    struct carvq_segment_info *segments, *segment; // the one that is being read
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

static enum carvq_status read_number(const struct reader *d, struct carvq_json *json, const char *key, uint64_t min, uint64_t max,
                                     uint64_t *value_ret)
{
    if (!carvq_json_read_u64(json, value_ret) || *value_ret < min || *value_ret > max)
        return carvq_fail(d->error, CARVQ_ERROR_FORMAT, "%s: table '%s': '%s' is not an integer from %" PRIu64 " to %" PRIu64,
                          d->path, d->name, key, min, max);
    return CARVQ_OK;
}

static enum carvq_status read_u32(const struct reader *d, struct carvq_json *json, const char *key, uint32_t min, uint32_t max,
                                  uint32_t *value_ret)
{
    uint64_t value = 0;
    enum carvq_status status = read_number(d, json, key, min, max, &value);
    *value_ret = (uint32_t)value;
    return status;
}

// One of the words of a list; *index_ret is its place.
static enum carvq_status read_word(const struct reader *d, struct carvq_json *json, const char *key, const char *const *words,
                                   int count, int *index_ret)
{
    struct carvq_json_string string;
    if (!carvq_json_read_string(json, &string))
        return fail(d, key, "is not a string");
    for (*index_ret = 0; *index_ret < count; ++*index_ret)
        if (carvq_json_equals(string, words[*index_ret]))
            return CARVQ_OK;
    return fail_unknown(d, key, string);
}

// The keys of an object, each exactly once unless it is optional.
struct field {
    const char *key;
    enum carvq_status (*read)(const struct reader *d, struct carvq_json *json, const char *key);
    enum { REQUIRED, OPTIONAL, SINCE_2 } use; // SINCE_2: optional, unknown to version 1
};

static enum carvq_status read_fields(const struct reader *d, struct carvq_json *json, const char *what,
                                     const struct field *fields, int count)
{
    struct carvq_json_string key;
    unsigned seen = 0;
    if (!carvq_json_enter(json, '{'))
        return fail(d, what, "is not an object");
    while (carvq_json_next_key(json, &key)) {
        int i = 0;
        while (i < count && !carvq_json_equals(key, fields[i].key))
            i++;
        if (i == count || (fields[i].use == SINCE_2 && d->version < 2))
            return fail_unknown(d, "key", key);
        if (seen & 1U << i)
            return fail(d, fields[i].key, "stands twice");
        seen |= 1U << i;
        enum carvq_status status = fields[i].read(d, json, fields[i].key);
        if (status != CARVQ_OK)
            return status;
    }
    for (int i = 0; i < count; i++)
        if (fields[i].use == REQUIRED && !(seen & 1U << i))
            return fail(d, fields[i].key, "is missing");
    return CARVQ_OK;
}

#define COUNT(array) ((int)(sizeof(array) / sizeof *(array)))

static enum carvq_status read_codec(const struct reader *d, struct carvq_json *json, const char *key)
{
    static const char *const words[] = {[CARVQ_RVQ] = "rvq", [CARVQ_TRELLIS] = "trellis", [CARVQ_RAW] = "raw"};
    int index;
    enum carvq_status status = read_word(d, json, key, words, d->version < 2 ? 1 : COUNT(words), &index);
    if (status == CARVQ_OK)
        d->segment->codec = (enum carvq_codec)index;
    return status;
}

static enum carvq_status read_segment_rows(const struct reader *d, struct carvq_json *json, const char *key)
{
    return read_number(d, json, key, 1, CARVQ_MAX_ROWS, &d->segment->rows);
}

static enum carvq_status read_subvector(const struct reader *d, struct carvq_json *json, const char *key)
{
    return read_u32(d, json, key, 1, CARVQ_MAX_SUBVECTOR, &d->segment->subvector);
}

static enum carvq_status read_group(const struct reader *d, struct carvq_json *json, const char *key)
{
    return read_number(d, json, key, 1, CARVQ_MAX_GROUP, &d->segment->group);
}

static enum carvq_status read_grouping(const struct reader *d, struct carvq_json *json, const char *key)
{
    static const char *const words[] = {[CARVQ_GROUP_ROWS] = "rows", [CARVQ_GROUP_COLUMNS] = "columns"};
    int index;
    enum carvq_status status = read_word(d, json, key, words, COUNT(words), &index);
    if (status == CARVQ_OK)
        d->segment->grouping = (enum carvq_grouping)index;
    return status;
}

static enum carvq_status read_stages(const struct reader *d, struct carvq_json *json, const char *key)
{
    return read_u32(d, json, key, 1, CARVQ_MAX_STAGES, &d->segment->stages);
}

static enum carvq_status read_code_bits(const struct reader *d, struct carvq_json *json, const char *key)
{
    return read_u32(d, json, key, 1, CARVQ_MAX_CODE_BITS, &d->segment->code_bits);
}

static enum carvq_status read_state_bits(const struct reader *d, struct carvq_json *json, const char *key)
{
    return read_u32(d, json, key, 1, CARVQ_MAX_STATE_BITS, &d->segment->state_bits);
}

static enum carvq_status read_step_bits(const struct reader *d, struct carvq_json *json, const char *key)
{
    return read_u32(d, json, key, 1, CARVQ_MAX_STATE_BITS, &d->segment->step_bits);
}

static enum carvq_status read_scale_bits(const struct reader *d, struct carvq_json *json, const char *key)
{
    return read_u32(d, json, key, 0, CARVQ_MAX_SCALE_BITS, &d->segment->scale_bits);
}

static enum carvq_status read_value(const struct reader *d, struct carvq_json *json, const char *key)
{
    static const char *const words[] = {"F16", "BF16"};
    int index;
    enum carvq_status status = read_word(d, json, key, words, COUNT(words), &index);
    if (status == CARVQ_OK)
        d->segment->value_dtype = index == 0 ? CARVQ_F16 : CARVQ_BF16;
    return status;
}

// The codec says which other keys there are, and need not stand before them.
static enum carvq_status find_codec(const struct reader *d, struct carvq_json json, const char *what)
{
    struct carvq_json_string key;
    if (!carvq_json_enter(&json, '{'))
        return fail(d, what, "is not an object");
    while (carvq_json_next_key(&json, &key)) {
        if (carvq_json_equals(key, "codec"))
            return read_codec(d, &json, "codec");
        carvq_json_skip(&json);
    }
    return fail(d, "codec", "is missing");
}

static enum carvq_status read_segment(const struct reader *d, struct carvq_json *json)
{
    static const struct field rvq[] = {
        {"codec", read_codec, REQUIRED},       {"subvector", read_subvector, REQUIRED}, {"group", read_group, REQUIRED},
        {"grouping", read_grouping, REQUIRED}, {"stages", read_stages, REQUIRED},       {"code_bits", read_code_bits, REQUIRED},
        {"rows", read_segment_rows, SINCE_2},
    };
    static const struct field trellis[] = {
        {"codec", read_codec, REQUIRED},           {"rows", read_segment_rows, REQUIRED},
        {"state_bits", read_state_bits, REQUIRED}, {"step_bits", read_step_bits, REQUIRED},
        {"scale_bits", read_scale_bits, REQUIRED},
    };
    static const struct field raw[] = {
        {"codec", read_codec, REQUIRED},
        {"rows", read_segment_rows, REQUIRED},
        {"value", read_value, REQUIRED},
    };
    static const struct {
        const struct field *fields;
        int count;
    } codecs[] = {[CARVQ_RVQ] = {rvq, COUNT(rvq)}, [CARVQ_TRELLIS] = {trellis, COUNT(trellis)}, [CARVQ_RAW] = {raw, COUNT(raw)}};
    char what[24];
    snprintf(what, sizeof what, "segments[%" PRIu32 "]", d->info->segment_count);
    enum carvq_status status = find_codec(d, *json, what);
    if (status != CARVQ_OK)
        return status;
    return read_fields(d, json, what, codecs[d->segment->codec].fields, codecs[d->segment->codec].count);
}

static enum carvq_status read_segments(const struct reader *d, struct carvq_json *json, const char *key)
{
    const uint32_t most = d->version < 2 ? 1 : CARVQ_MAX_SEGMENTS;
    if (!carvq_json_enter(json, '['))
        return fail(d, key, "is not a list");
    while (carvq_json_next_item(json)) {
        if (d->info->segment_count == most)
            return carvq_fail(d->error, CARVQ_ERROR_UNSUPPORTED,
                              "%s: table '%s': more than %" PRIu32 " segment%s; a newer version of carvq may read it", d->path,
                              d->name, most, most > 1 ? "s" : "");
        struct reader inside = *d;
        inside.segment = &d->segments[d->info->segment_count];
        enum carvq_status status = read_segment(&inside, json);
        if (status != CARVQ_OK)
            return status;
        d->info->segment_count++;
    }
    return d->info->segment_count > 0 ? CARVQ_OK : fail(d, key, "is a list without a segment");
}

static enum carvq_status read_rows(const struct reader *d, struct carvq_json *json, const char *key)
{
    return read_number(d, json, key, 1, CARVQ_MAX_ROWS, &d->info->rows);
}

static enum carvq_status read_cols(const struct reader *d, struct carvq_json *json, const char *key)
{
    return read_u32(d, json, key, 1, CARVQ_MAX_COLS, &d->info->cols);
}

static enum carvq_status read_dtype(const struct reader *d, struct carvq_json *json, const char *key)
{
    static const char *const words[] = {[CARVQ_F32] = "F32", [CARVQ_F16] = "F16", [CARVQ_BF16] = "BF16"};
    int index;
    enum carvq_status status = read_word(d, json, key, words, COUNT(words), &index);
    if (status == CARVQ_OK)
        d->info->dtype = (enum carvq_dtype)index;
    return status;
}

static enum carvq_status read_mean(const struct reader *d, struct carvq_json *json, const char *key)
{
    if (carvq_json_type(json) != 't')
        return fail(d, key, "is not true");
    carvq_json_skip(json);
    d->info->mean = 1;
    return CARVQ_OK;
}

static enum carvq_status read_rank(const struct reader *d, struct carvq_json *json, const char *key)
{
    return read_u32(d, json, key, 1, CARVQ_MAX_RANK, &d->info->rank);
}

static enum carvq_status read_low_rank_bits(const struct reader *d, struct carvq_json *json, const char *key)
{
    return read_u32(d, json, key, 2, CARVQ_MAX_LOW_RANK_BITS, &d->info->low_rank_bits);
}

static enum carvq_status read_low_rank(const struct reader *d, struct carvq_json *json, const char *key)
{
    static const struct field fields[] = {{"rank", read_rank, REQUIRED}, {"bits", read_low_rank_bits, REQUIRED}};
    return read_fields(d, json, key, fields, COUNT(fields));
}

static enum carvq_status read_adaptor_dim(const struct reader *d, struct carvq_json *json, const char *key)
{
    return read_u32(d, json, key, 1, CARVQ_MAX_ADAPTOR_DIM, &d->info->adaptor_dim);
}

static enum carvq_status read_adaptor_hidden(const struct reader *d, struct carvq_json *json, const char *key)
{
    return read_u32(d, json, key, 1, CARVQ_MAX_ADAPTOR_HIDDEN, &d->info->adaptor_hidden);
}

static enum carvq_status read_adaptor(const struct reader *d, struct carvq_json *json, const char *key)
{
    static const struct field fields[] = {{"dim", read_adaptor_dim, REQUIRED}, {"hidden", read_adaptor_hidden, REQUIRED}};
    return read_fields(d, json, key, fields, COUNT(fields));
}

static enum carvq_status read_table(const struct reader *d, struct carvq_json *json)
{
    static const struct field fields[] = {
        {"rows", read_rows, REQUIRED},         {"cols", read_cols, REQUIRED},       {"dtype", read_dtype, REQUIRED},
        {"segments", read_segments, REQUIRED}, {"adaptor", read_adaptor, OPTIONAL}, {"mean", read_mean, SINCE_2},
        {"low_rank", read_low_rank, SINCE_2},
    };
    return read_fields(d, json, "description", fields, COUNT(fields));
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
    const struct reader d = {path, name, version, &description_ret->info, description_ret->segments, NULL, error};
    enum carvq_status status = read_table(&d, &json);
    if (status == CARVQ_OK)
        status = check_rows(&d, &description_ret->plain_names);
    if (status == CARVQ_OK && !carvq_table_sizes(d.info, d.segments))
        status = carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: table '%s': its sizes are absurdly large", path, name);
    return status;
}
