// SPDX-License-Identifier: MIT
// What there is to say about a compressed table.
#include <inttypes.h>
#include <string.h>

#include "runtime/half.h"
#include "cli.h"

double cli_bits(const struct carvq_table_info *info)
{
    return 8.0 * (double)info->payload_bytes / ((double)info->rows * info->cols);
}

double cli_segment_bits(const struct carvq_segment_info *segment)
{
    return 8.0 * (double)(segment->code_bytes + segment->codebook_bytes) / ((double)segment->rows * segment->cols);
}

// "3, 2, 3".
static const char *strides_text(const struct carvq_segment_info *segment)
{
    static char text[4 * CARVQ_MAX_STRIDES];
    size_t length = 0;
    for (uint32_t i = 0; i < segment->stride_count; i++)
        length += (size_t)snprintf(text + length, sizeof text - length, "%s%d", i > 0 ? ", " : "", segment->strides[i]);
    return text;
}

const char *cli_codec(const struct carvq_segment_info *segment)
{
    static char text[160];
    if (segment->codec == CARVQ_RVQ)
        snprintf(text, sizeof text,
                 "rvq: sub-vectors of %" PRIu32 ", groups of %" PRIu64 " (%s), %" PRIu32 " stage%s of %" PRIu32 " bits",
                 segment->subvector, segment->group, segment->grouping == CARVQ_GROUP_ROWS ? "rows" : "columns", segment->stages,
                 segment->stages == 1 ? "" : "s", segment->code_bits);
    else if (segment->codec == CARVQ_TRELLIS)
        snprintf(text, sizeof text, "trellis of 2^%" PRIu32 " states: %" PRIu32 " bits for two values, %d scale%s",
                 segment->state_bits, segment->step_bits, 1 << segment->scale_bits, segment->scale_bits == 0 ? "" : "s");
    else if (segment->codec == CARVQ_ADDITIVE)
        snprintf(text, sizeof text, "additive: 4 bits for %s value%s, each a sum of %" PRIu32 "%s, %d scale%s",
                 strides_text(segment), strcmp(strides_text(segment), "1") == 0 ? "" : "s", segment->span,
                 segment->position_books ? " of books by column" : "", 1 << segment->scale_bits,
                 segment->scale_bits == 0 ? "" : "s");
    else
        snprintf(text, sizeof text, "raw: %s values", carvq_dtype_name(segment->value_dtype));
    return text;
}

struct number {
    const char *key;
    uint64_t value;
};

static void add_numbers(json_t *object, const struct number *numbers, size_t count)
{
    for (size_t i = 0; i < count; i++)
        json_object_set_new(object, numbers[i].key, json_integer((json_int_t)numbers[i].value));
}

// The codec of a segment and its parameters; bytes and rows not.
static void add_codec(json_t *object, const struct carvq_segment_info *segment)
{
    const char *dtype = carvq_dtype_name(segment->value_dtype);
    json_object_set_new(object, "codec", json_string(carvq_codec_name(segment->codec)));
    if (segment->codec == CARVQ_RVQ) {
        const struct number numbers[] = {
            {"subvector", segment->subvector}, {"group", segment->group},         {"groups", segment->groups},
            {"stages", segment->stages},       {"code_bits", segment->code_bits},
        };
        json_object_set_new(object, "grouping", json_string(segment->grouping == CARVQ_GROUP_ROWS ? "rows" : "columns"));
        json_object_set_new(object, "codebook_dtype", json_string(dtype));
        add_numbers(object, numbers, sizeof numbers / sizeof *numbers);
    } else if (segment->codec == CARVQ_TRELLIS) {
        const struct number numbers[] = {
            {"state_bits", segment->state_bits}, {"step_bits", segment->step_bits}, {"scale_bits", segment->scale_bits}};
        json_object_set_new(object, "scale_dtype", json_string(dtype));
        add_numbers(object, numbers, sizeof numbers / sizeof *numbers);
    } else if (segment->codec == CARVQ_ADDITIVE) {
        const struct number numbers[] = {{"span", segment->span}, {"scale_bits", segment->scale_bits}};
        json_t *strides = json_array();
        for (uint32_t i = 0; i < segment->stride_count; i++)
            json_array_append_new(strides, json_integer(segment->strides[i]));
        json_object_set_new(object, "strides", strides);
        json_object_set_new(object, "books", json_string(segment->position_books ? "position" : "phase"));
        json_object_set_new(object, "scale_dtype", json_string(dtype));
        add_numbers(object, numbers, sizeof numbers / sizeof *numbers);
    } else {
        json_object_set_new(object, "value_dtype", json_string(dtype));
    }
    if (segment->kernel != NULL)
        json_object_set_new(object, "kernel", json_string(segment->kernel));
}

static json_t *segment_json(const struct carvq_segment_info *segment)
{
    const struct number numbers[] = {
        {"rows", segment->rows}, {"code_bytes", segment->code_bytes}, {"codebook_bytes", segment->codebook_bytes}};
    json_t *object = json_object();
    add_codec(object, segment);
    add_numbers(object, numbers, sizeof numbers / sizeof *numbers);
    json_object_set_new(object, "bits_per_param", cli_real(cli_segment_bits(segment)));
    return object;
}

json_t *cli_table_json(const struct carvq_table_info *info)
{
    const struct number numbers[] = {
        {"rows", info->rows},
        {"cols", info->cols},
        {"payload_bytes", info->payload_bytes},
        {"original_bytes", info->original_bytes},
        {"code_bytes", info->code_bytes},
        {"codebook_bytes", info->codebook_bytes},
        {"tier_bytes", info->tier_bytes},
        {"mean_bytes", info->mean_bytes},
        {"low_rank_bytes", info->low_rank_bytes},
        {"adaptor_bytes", info->adaptor_bytes},
        {"rank", info->rank},
        {"low_rank_bits", info->low_rank_bits},
        {"adaptor_dim", info->adaptor_dim},
        {"adaptor_hidden", info->adaptor_hidden},
    };
    json_t *object = json_object(), *segments = json_array();
    json_object_set_new(object, "tensor", json_string(info->name));
    json_object_set_new(object, "dtype", json_string(carvq_dtype_name(info->dtype)));
    json_object_set_new(object, "bits_per_param", cli_real(cli_bits(info)));
    add_numbers(object, numbers, sizeof numbers / sizeof *numbers);
    if (info->segment_count == 1)
        add_codec(object, info->segments);
    else if (info->kernel != NULL)
        json_object_set_new(object, "kernel", json_string(info->kernel));
    for (uint32_t i = 0; i < info->segment_count; i++)
        json_array_append_new(segments, segment_json(&info->segments[i]));
    json_object_set_new(object, "segments", segments);
    return object;
}
