// SPDX-License-Identifier: MIT
// What a table is: its description in the metadata, and the sizes that follow from it.
#include <inttypes.h>
#include <string.h>

#include "../base/half.h"
#include "../base/json.h"
#include "../base/size.h"
#include "../base/status.h"
#include "table.h"

struct description {
    const char *path, *name;
    struct carvq_table_info *info;
    struct carvq_error *error;
};

static enum carvq_status fail(const struct description *d, const char *key, const char *cause)
{
    return carvq_fail(d->error, CARVQ_ERROR_FORMAT, "%s: table '%s': '%s' %s", d->path, d->name, key, cause);
}

// An unknown word may come from a later version of the format.
static enum carvq_status fail_unknown(const struct description *d, const char *what, struct carvq_json_string word)
{
    return carvq_fail(d->error, CARVQ_ERROR_UNSUPPORTED,
                      "%s: table '%s': unknown %s '%.*s'; a newer version of carvq may read it", d->path, d->name, what,
                      word.length < 40 ? (int)word.length : 40, word.text);
}

static enum carvq_status read_number(const struct description *d, struct carvq_json *json, const char *key, uint64_t max,
                                     uint64_t *value_ret)
{
    if (!carvq_json_read_u64(json, value_ret) || *value_ret < 1 || *value_ret > max)
        return carvq_fail(d->error, CARVQ_ERROR_FORMAT, "%s: table '%s': '%s' is not an integer from 1 to %" PRIu64, d->path,
                          d->name, key, max);
    return CARVQ_OK;
}

static enum carvq_status read_u32(const struct description *d, struct carvq_json *json, const char *key, uint32_t max,
                                  uint32_t *value_ret)
{
    uint64_t value = 0;
    enum carvq_status status = read_number(d, json, key, max, &value);
    *value_ret = (uint32_t)value;
    return status;
}

// One of the words of a list; *index_ret is its place.
static enum carvq_status read_word(const struct description *d, struct carvq_json *json, const char *key,
                                   const char *const *words, int count, int *index_ret)
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
    enum carvq_status (*read)(const struct description *d, struct carvq_json *json, const char *key);
    bool optional;
};

static enum carvq_status read_fields(const struct description *d, struct carvq_json *json, const char *what,
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
        if (i == count)
            return fail_unknown(d, "key", key);
        if (seen & 1U << i)
            return fail(d, fields[i].key, "stands twice");
        seen |= 1U << i;
        enum carvq_status status = fields[i].read(d, json, fields[i].key);
        if (status != CARVQ_OK)
            return status;
    }
    for (int i = 0; i < count; i++)
        if (!fields[i].optional && !(seen & 1U << i))
            return fail(d, fields[i].key, "is missing");
    return CARVQ_OK;
}

#define READ_FIELDS(d, json, what, fields) read_fields(d, json, what, fields, (int)(sizeof(fields) / sizeof *(fields)))

static enum carvq_status read_codec(const struct description *d, struct carvq_json *json, const char *key)
{
    static const char *const words[] = {"rvq"};
    int index;
    enum carvq_status status = read_word(d, json, key, words, 1, &index);
    if (status == CARVQ_OK)
        d->info->codec = words[index];
    return status;
}

static enum carvq_status read_subvector(const struct description *d, struct carvq_json *json, const char *key)
{
    return read_u32(d, json, key, CARVQ_MAX_SUBVECTOR, &d->info->subvector);
}

static enum carvq_status read_group(const struct description *d, struct carvq_json *json, const char *key)
{
    return read_number(d, json, key, CARVQ_MAX_GROUP, &d->info->group);
}

static enum carvq_status read_grouping(const struct description *d, struct carvq_json *json, const char *key)
{
    static const char *const words[] = {[CARVQ_GROUP_ROWS] = "rows", [CARVQ_GROUP_COLUMNS] = "columns"};
    int index;
    enum carvq_status status = read_word(d, json, key, words, 2, &index);
    if (status == CARVQ_OK)
        d->info->grouping = (enum carvq_grouping)index;
    return status;
}

static enum carvq_status read_stages(const struct description *d, struct carvq_json *json, const char *key)
{
    return read_u32(d, json, key, CARVQ_MAX_STAGES, &d->info->stages);
}

static enum carvq_status read_code_bits(const struct description *d, struct carvq_json *json, const char *key)
{
    return read_u32(d, json, key, CARVQ_MAX_CODE_BITS, &d->info->code_bits);
}

static enum carvq_status read_segments(const struct description *d, struct carvq_json *json, const char *key)
{
    static const struct field fields[] = {
        {"codec", read_codec, false},       {"subvector", read_subvector, false}, {"group", read_group, false},
        {"grouping", read_grouping, false}, {"stages", read_stages, false},       {"code_bits", read_code_bits, false},
    };
    if (!carvq_json_enter(json, '[') || !carvq_json_next_item(json))
        return fail(d, key, "is not a list with a segment");
    enum carvq_status status = READ_FIELDS(d, json, "segments[0]", fields);
    if (status == CARVQ_OK && carvq_json_next_item(json))
        return carvq_fail(d->error, CARVQ_ERROR_UNSUPPORTED,
                          "%s: table '%s': more than one segment; a newer version of carvq may read it", d->path, d->name);
    return status;
}

static enum carvq_status read_rows(const struct description *d, struct carvq_json *json, const char *key)
{
    return read_number(d, json, key, CARVQ_MAX_ROWS, &d->info->rows);
}

static enum carvq_status read_cols(const struct description *d, struct carvq_json *json, const char *key)
{
    return read_u32(d, json, key, CARVQ_MAX_COLS, &d->info->cols);
}

static enum carvq_status read_dtype(const struct description *d, struct carvq_json *json, const char *key)
{
    static const char *const words[] = {[CARVQ_F32] = "F32", [CARVQ_F16] = "F16", [CARVQ_BF16] = "BF16"};
    int index;
    enum carvq_status status = read_word(d, json, key, words, 3, &index);
    if (status == CARVQ_OK)
        d->info->dtype = (enum carvq_dtype)index;
    return status;
}

static enum carvq_status read_adaptor_dim(const struct description *d, struct carvq_json *json, const char *key)
{
    return read_u32(d, json, key, CARVQ_MAX_ADAPTOR_DIM, &d->info->adaptor_dim);
}

static enum carvq_status read_adaptor_hidden(const struct description *d, struct carvq_json *json, const char *key)
{
    return read_u32(d, json, key, CARVQ_MAX_ADAPTOR_HIDDEN, &d->info->adaptor_hidden);
}

static enum carvq_status read_adaptor(const struct description *d, struct carvq_json *json, const char *key)
{
    static const struct field fields[] = {{"dim", read_adaptor_dim, false}, {"hidden", read_adaptor_hidden, false}};
    return READ_FIELDS(d, json, key, fields);
}

enum carvq_status carvq_table_describe(const char *path, const char *name, const char *text, struct carvq_table_info *info,
                                       struct carvq_error *error)
{
    static const struct field fields[] = {
        {"rows", read_rows, false},         {"cols", read_cols, false},      {"dtype", read_dtype, false},
        {"segments", read_segments, false}, {"adaptor", read_adaptor, true},
    };
    size_t length = strlen(text), where;
    const char *problem = carvq_json_check(text, length, &where);
    if (problem != NULL)
        return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: table '%s': description, byte %zu: %s", path, name, where, problem);
    struct carvq_json json = {text, text + length};
    struct description d = {path, name, info, error};
    return READ_FIELDS(&d, &json, "description", fields);
}

bool carvq_table_sizes(struct carvq_table_info *info)
{
    // With the ranges of the format: V S <= 2^56, V times the bytes of a row of codes <= 2^61.
    uint64_t subvectors = carvq_div_up(info->cols, info->subvector);               // S
    uint64_t values = (uint64_t)info->stages * info->subvector << info->code_bits; // of a group's codebooks
    info->groups = info->grouping == CARVQ_GROUP_ROWS ? carvq_div_up(info->rows * subvectors, info->group)
                                                      : carvq_div_up(info->rows, info->group) * subvectors;
    info->code_bytes = info->rows * carvq_div_up(subvectors * info->stages * info->code_bits, 8);
    info->adaptor_bytes = 0;
    if (info->adaptor_dim > 0) {
        uint64_t m = info->adaptor_dim, hidden = info->adaptor_hidden;
        info->adaptor_bytes = 2 * (info->rows * m + (m + 1) * hidden + (hidden + 1) * info->cols);
    }
    info->original_bytes = info->rows * info->cols * carvq_dtype_size(info->dtype);
    return carvq_mul_u64(info->groups, 2 * values, &info->codebook_bytes) &&
           carvq_add_u64(info->code_bytes, info->codebook_bytes, &info->payload_bytes) &&
           carvq_add_u64(info->payload_bytes, info->adaptor_bytes, &info->payload_bytes);
}
