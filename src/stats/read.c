// SPDX-License-Identifier: MIT
// Reads a file of statistics from anybody: each size must follow from the shapes, each value lie in its range.
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/json.h"
#include "runtime/map.h"
#include "runtime/safetensors.h"
#include "runtime/status.h"
#include "stats/tensors.h"

#define MAX_COLS (UINT64_C(1) << 24)

struct reader {
    const char *path;
    const uint8_t *data;
    struct carvq_st *st;
    struct carvq_stats *stats;
    struct carvq_error *error;
};

static enum carvq_status fail(const struct reader *reader, const char *what, const char *cause)
{
    return carvq_fail(reader->error, CARVQ_ERROR_FORMAT, "%s: %s: %s", reader->path, what, cause);
}

static enum carvq_status require(const struct reader *reader, const char *key, const char **value_ret)
{
    *value_ret = carvq_st_metadata(reader->st, key);
    return *value_ret != NULL ? CARVQ_OK : fail(reader, key, "missing in the metadata");
}

static bool parse_number(const char *text, uint64_t *value_ret)
{
    size_t where;
    struct carvq_json json = {text, text + strlen(text)};
    return carvq_json_check(text, strlen(text), &where) == NULL && carvq_json_read_u64(&json, value_ret);
}

// The shape is that of the first tensor of counts and of the matrix of the head; all others must follow from it.
static enum carvq_status find_shape(const struct reader *reader, const char *input, const char *head, uint64_t *rows_ret,
                                    uint64_t *cols_ret)
{
    const struct carvq_st_tensor *counts = carvq_st_find_part(reader->st, input, ".counts");
    const struct carvq_st_tensor *mean = carvq_st_find_part(reader->st, head, ".state_mean");
    if (counts == NULL || counts->dims != 1 || counts->shape[0] == 0)
        return fail(reader, input, "its tensor of counts is missing or has no rows");
    if (mean == NULL || mean->dims != 1 || mean->shape[0] == 0 || mean->shape[0] > MAX_COLS)
        return fail(reader, head, "its tensor state_mean is missing or has no columns, or more than 2^24");
    // No larger than the file, so there is no memory for more than that either.
    const struct carvq_st_tensor *moment = carvq_st_find_part(reader->st, head, ".state_moment");
    if (moment == NULL || moment->dims != 2 || moment->shape[0] != mean->shape[0] || moment->shape[1] != mean->shape[0])
        return fail(reader, head, "its tensor state_moment is missing or has another shape than n x n");
    *rows_ret = counts->shape[0];
    *cols_ret = mean->shape[0];
    return CARVQ_OK;
}

static enum carvq_status read_model(struct reader *reader)
{
    const char *version, *architecture, *layers_text, *input, *head;
    uint64_t rows = 0, cols = 0, layers;
    enum carvq_status status = require(reader, "carvq.stats.version", &version);
    if (status != CARVQ_OK)
        return carvq_fail(reader->error, CARVQ_ERROR_FORMAT, "%s: no statistics of a model: metadata have no carvq.stats.version",
                          reader->path);
    if (strcmp(version, CARVQ_STATS_VERSION) != 0)
        return carvq_fail(reader->error, CARVQ_ERROR_UNSUPPORTED, "%s: statistics of version '%.40s'; this program reads %s",
                          reader->path, version, CARVQ_STATS_VERSION);
    if ((status = require(reader, "carvq.stats.architecture", &architecture)) != CARVQ_OK ||
        (status = require(reader, "carvq.stats.layers", &layers_text)) != CARVQ_OK ||
        (status = require(reader, "carvq.stats.input", &input)) != CARVQ_OK ||
        (status = require(reader, "carvq.stats.head", &head)) != CARVQ_OK ||
        (status = find_shape(reader, input, head, &rows, &cols)) != CARVQ_OK)
        return status;
    if (!parse_number(layers_text, &layers))
        return fail(reader, "carvq.stats.layers", "not a number");
    return carvq_stats_make(architecture, layers, input, head, rows, (uint32_t)cols, &reader->stats, reader->error);
}

// One object of carvq.stats.texts. NULL, or what is wrong with it. text_ret->name becomes an allocation.
static const char *read_text(struct carvq_json *json, struct carvq_stats_text *text_ret)
{
    static const char *const keys[] = {"tokens", "scored", "window", "name"};
    uint64_t *const numbers[] = {&text_ret->tokens, &text_ret->scored, &text_ret->window};
    struct carvq_json_string key, name = {NULL, 0};
    unsigned seen = 0, field;
    if (!carvq_json_enter(json, '{'))
        return "not a list of objects";
    for (; carvq_json_next_key(json, &key); seen |= 1U << field) {
        for (field = 0; field < 4 && !carvq_json_equals(key, keys[field]); field++)
            ;
        if (field == 4 || (seen & 1U << field) != 0)
            return "a key of a text is unknown or stands twice";
        if (field == 3 ? !carvq_json_read_string(json, &name) : !carvq_json_read_u64(json, numbers[field]))
            return "a value of a text is not of its type";
    }
    if (seen != 15)
        return "a key of a text is missing";
    if (text_ret->tokens == 0 || text_ret->tokens > CARVQ_STATS_MAX_TOKENS || text_ret->scored >= text_ret->tokens ||
        text_ret->window < 2)
        return "numbers of a text contradict each other";
    text_ret->name = calloc(name.length + 1, 1);
    if (text_ret->name != NULL)
        carvq_json_unescape(name, text_ret->name);
    return NULL;
}

static enum carvq_status read_texts(struct reader *reader)
{
    static const char key[] = "carvq.stats.texts";
    const char *value, *cause;
    size_t where;
    enum carvq_status status = require(reader, key, &value);
    if (status != CARVQ_OK)
        return status;
    struct carvq_json json = {value, value + strlen(value)};
    if ((cause = carvq_json_check(value, strlen(value), &where)) != NULL)
        return fail(reader, key, cause);
    if (!carvq_json_enter(&json, '['))
        return fail(reader, key, "not a list");
    while (status == CARVQ_OK && carvq_json_next_item(&json)) {
        struct carvq_stats_text text = {.name = NULL};
        if ((cause = read_text(&json, &text)) != NULL)
            return fail(reader, key, cause);
        if (text.name == NULL)
            return carvq_fail(reader->error, CARVQ_ERROR_MEMORY, "%s: out of memory", reader->path);
        if (text.tokens > CARVQ_STATS_MAX_TOKENS - reader->stats->tokens)
            status = fail(reader, key, "more than 2^53 tokens");
        else
            status = carvq_stats_add_text(reader->stats, text.name, &text, reader->error);
        free(text.name);
    }
    return status != CARVQ_OK || reader->stats->text_count > 0 ? status : fail(reader, key, "no texts");
}

static double load(const uint8_t *data)
{
    uint64_t bits = 0;
    double value;
    for (unsigned i = 0; i < 8; i++)
        bits |= (uint64_t)data[i] << 8 * i;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static bool is_symmetric(const double *values, uint64_t n)
{
    for (uint64_t i = 0; i < n; i++)
        for (uint64_t j = 0; j < i; j++)
            if (values[i * n + j] != values[j * n + i])
                return false;
    return true;
}

static enum carvq_status read_tensor(const struct reader *reader, const struct carvq_stats_tensor *expected)
{
    const struct carvq_st_tensor *tensor = carvq_st_find_part(reader->st, expected->table, expected->suffix);
    char name[256];
    snprintf(name, sizeof name, "tensor '%.160s%s'", expected->table, expected->suffix);
    if (tensor == NULL)
        return fail(reader, name, "missing");
    if (tensor->dtype != CARVQ_ST_F64)
        return fail(reader, name, "not of type F64");
    if (tensor->dims != expected->dims || memcmp(tensor->shape, expected->shape, expected->dims * sizeof *tensor->shape) != 0)
        return fail(reader, name, "its shape is not the one that follows from the others");
    const uint64_t count = tensor->nbytes / 8;
    for (uint64_t i = 0; i < count; i++) {
        const double value = load(reader->data + tensor->begin + 8 * i);
        if (!(value >= expected->min && value <= expected->max))
            return carvq_fail(reader->error, CARVQ_ERROR_FORMAT, "%s: %s: value %" PRIu64 " is %g, which cannot be", reader->path,
                              name, i, value);
        if (expected->values != NULL)
            expected->values[i] = value;
        else
            reader->stats->texts[i].nll = value;
    }
    if (expected->symmetric && !is_symmetric(expected->values, expected->shape[0]))
        return fail(reader, name, "not a symmetric matrix");
    return CARVQ_OK;
}

static enum carvq_status check_values(const struct reader *reader)
{
    const struct carvq_stats *stats = reader->stats;
    double tokens = 0;
    for (uint64_t i = 0; i < stats->rows; i++) {
        if (stats->counts[i] != (double)(uint64_t)stats->counts[i])
            return fail(reader, stats->input, "a count is not a whole number");
        tokens += stats->counts[i];
    }
    if (tokens != (double)stats->tokens)
        return fail(reader, stats->input, "the counts do not add up to the tokens of the texts");
    for (uint64_t c = 0; c < stats->cols; c++)
        if (stats->moment[c * stats->cols + c] < 0 || stats->weighted[c * stats->cols + c] < 0)
            return fail(reader, stats->head, "a mean of squares is negative");
    return CARVQ_OK;
}

static enum carvq_status read_all(struct reader *reader)
{
    struct carvq_stats_tensor tensors[CARVQ_STATS_TENSORS];
    enum carvq_status status = read_model(reader);
    if (status == CARVQ_OK)
        status = read_texts(reader);
    if (status != CARVQ_OK)
        return status;
    if (reader->st->count != CARVQ_STATS_TENSORS)
        return carvq_fail(reader->error, CARVQ_ERROR_FORMAT, "%s: has %zu tensors, not %d", reader->path, reader->st->count,
                          CARVQ_STATS_TENSORS);
    carvq_stats_list(reader->stats, tensors);
    for (size_t i = 0; status == CARVQ_OK && i < CARVQ_STATS_TENSORS; i++)
        status = read_tensor(reader, &tensors[i]);
    return status == CARVQ_OK ? check_values(reader) : status;
}

enum carvq_status carvq_stats_read_memory(const char *path, const uint8_t *data, size_t nbytes, struct carvq_stats **stats_ret,
                                          struct carvq_error *error)
{
    struct reader reader = {.path = path, .data = data, .error = error};
    enum carvq_status status = carvq_st_read(path, data, nbytes, &reader.st, error);
    if (status != CARVQ_OK)
        return status;
    status = read_all(&reader);
    free(reader.st);
    if (status != CARVQ_OK) {
        carvq_stats_free(reader.stats);
        return status;
    }
    *stats_ret = reader.stats;
    return CARVQ_OK;
}

enum carvq_status carvq_stats_read(const char *path, struct carvq_stats **stats_ret, struct carvq_error *error)
{
    struct carvq_map map;
    enum carvq_status status = carvq_map_open(path, &map, error);
    if (status != CARVQ_OK)
        return status;
    status = carvq_stats_read_memory(path, map.data, map.size, stats_ret, error);
    carvq_map_close(&map);
    return status;
}
