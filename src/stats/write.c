// SPDX-License-Identifier: MIT
// Writes a file of statistics.
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/status.h"
#include "stats/tensors.h"

#define CHUNK 4096 // values that are written at a time

// Where the file goes.
struct output {
    enum carvq_status (*write)(void *context, uint64_t offset, const void *data, size_t nbytes, struct carvq_error *error);
    void *context;
    uint64_t offset;
    struct carvq_error *error;
};

static enum carvq_status put(struct output *output, const void *data, size_t nbytes)
{
    const uint64_t offset = output->offset;
    output->offset += nbytes;
    return output->write(output->context, offset, data, nbytes, output->error);
}

// A name, which need not be UTF-8.
static json_t *name_json(const char *name)
{
    char safe[1024];
    json_t *string = json_string(name);
    return string != NULL ? string : json_string(carvq_escape(safe, sizeof safe, name));
}

// The value of carvq.stats.texts; NULL: out of memory.
static char *describe_texts(const struct carvq_stats *stats)
{
    json_t *list = json_array();
    int failed = list == NULL;
    for (size_t i = 0; !failed && i < stats->text_count; i++) {
        const struct carvq_stats_text *text = &stats->texts[i];
        failed = json_array_append_new(list,
                                       json_pack("{sosIsIsI}", "name", name_json(text->name), "tokens", (json_int_t)text->tokens,
                                                 "scored", (json_int_t)text->scored, "window", (json_int_t)text->window));
    }
    char *description = failed ? NULL : json_dumps(list, JSON_COMPACT | JSON_PRESERVE_ORDER);
    json_decref(list);
    return description;
}

static json_t *describe_model(const struct carvq_stats *stats)
{
    char layers[24], *texts = describe_texts(stats);
    snprintf(layers, sizeof layers, "%" PRIu64, stats->layers);
    json_t *object = NULL;
    if (texts != NULL)
        object = json_pack("{sssossssssss}", "carvq.stats.version", CARVQ_STATS_VERSION, "carvq.stats.architecture",
                           name_json(stats->architecture), "carvq.stats.layers", layers, "carvq.stats.input", stats->input,
                           "carvq.stats.head", stats->head, "carvq.stats.texts", texts);
    free(texts);
    return object;
}

static json_t *describe_tensor(const struct carvq_stats_tensor *tensor, uint64_t begin, uint64_t *end_ret)
{
    json_t *shape = json_array();
    *end_ret = begin + sizeof(double);
    for (unsigned i = 0; i < tensor->dims; i++) {
        json_array_append_new(shape, json_integer((json_int_t)tensor->shape[i]));
        *end_ret = begin + (*end_ret - begin) * tensor->shape[i];
    }
    return json_pack("{sssos[II]}", "dtype", "F64", "shape", shape, "data_offsets", (json_int_t)begin, (json_int_t)*end_ret);
}

// The header's text; NULL: out of memory.
static char *make_header(const struct carvq_stats *stats, const struct carvq_stats_tensor *tensors)
{
    json_t *object = json_object();
    int failed = json_object_set_new(object, "__metadata__", describe_model(stats));
    uint64_t end = 0;
    for (size_t i = 0; !failed && i < CARVQ_STATS_TENSORS; i++) {
        const size_t size = strlen(tensors[i].table) + strlen(tensors[i].suffix) + 1;
        char *name = malloc(size);
        if (name != NULL)
            snprintf(name, size, "%s%s", tensors[i].table, tensors[i].suffix);
        failed = name == NULL || json_object_set_new(object, name, describe_tensor(&tensors[i], end, &end)) != 0;
        free(name);
    }
    char *header = failed ? NULL : json_dumps(object, JSON_COMPACT | JSON_PRESERVE_ORDER);
    json_decref(object);
    return header;
}

// The length, the header, and spaces up to a multiple of 64.
static enum carvq_status put_header(struct output *output, const char *header)
{
    static const char spaces[] = "                                                                ";
    const size_t length = strlen(header), padding = (64 - (8 + length) % 64) % 64;
    uint8_t prefix[8];
    for (unsigned i = 0; i < 8; i++)
        prefix[i] = (uint8_t)((uint64_t)(length + padding) >> 8 * i);
    enum carvq_status status = put(output, prefix, sizeof prefix);
    if (status == CARVQ_OK)
        status = put(output, header, length);
    return status == CARVQ_OK ? put(output, spaces, padding) : status;
}

static double value_at(const struct carvq_stats *stats, const struct carvq_stats_tensor *tensor, uint64_t i)
{
    return tensor->values != NULL ? tensor->values[i] : stats->texts[i].nll;
}

static enum carvq_status put_values(struct output *output, const struct carvq_stats *stats,
                                    const struct carvq_stats_tensor *tensor)
{
    const uint64_t count = tensor->shape[0] * (tensor->dims > 1 ? tensor->shape[1] : 1);
    uint8_t bytes[CHUNK * 8];
    enum carvq_status status = CARVQ_OK;
    for (uint64_t first = 0; status == CARVQ_OK && first < count; first += CHUNK) {
        const size_t some = count - first < CHUNK ? (size_t)(count - first) : CHUNK;
        for (size_t i = 0; i < some; i++) {
            const double value = value_at(stats, tensor, first + i);
            uint64_t bits;
            memcpy(&bits, &value, sizeof bits);
            for (unsigned k = 0; k < 8; k++)
                bytes[8 * i + k] = (uint8_t)(bits >> 8 * k);
        }
        status = put(output, bytes, 8 * some);
    }
    return status;
}

enum carvq_status carvq_stats_write(const struct carvq_stats *stats,
                                    enum carvq_status (*write)(void *context, uint64_t offset, const void *data, size_t nbytes,
                                                               struct carvq_error *error),
                                    void *context, struct carvq_error *error)
{
    struct output output = {write, context, 0, error};
    struct carvq_stats same = *stats; // the list's values are such as a reader fills in
    struct carvq_stats_tensor tensors[CARVQ_STATS_TENSORS];
    carvq_stats_list(&same, tensors);
    char *header = make_header(stats, tensors);
    if (header == NULL)
        return carvq_fail(error, CARVQ_ERROR_MEMORY, "out of memory for the header of a file of statistics");
    enum carvq_status status = put_header(&output, header);
    free(header);
    for (size_t i = 0; status == CARVQ_OK && i < CARVQ_STATS_TENSORS; i++)
        status = put_values(&output, stats, &tensors[i]);
    return status;
}
