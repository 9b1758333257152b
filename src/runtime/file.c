// SPDX-License-Identifier: MIT
// Opens a compressed file: every view that a lookup will use is checked here against the bytes that are there.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "map.h"
#include "status.h"
#include "table.h"

static const char version_key[] = "carvq.version", table_key[] = "carvq.table.";

// Behind the tables stand, in the same allocation, all their segments, what there is to know about each of these, and the names.
struct carvq_file {
    struct carvq_map map; // of size 0 if the memory is the caller's
    struct carvq_kernels kernels;
    size_t count;
    struct carvq_table tables[];
};

// What is needed while a file is being opened.
struct opening {
    const char *path;
    const uint8_t *data;
    const struct carvq_st *st;
    struct carvq_error *error;
    unsigned version;
    size_t tensors_used;
    size_t segment_count, name_bytes; // of all tables
};

// A table that is being opened, with what its info and views point to.
struct opened {
    struct carvq_table *table;
    struct carvq_segment *segments;
    struct carvq_segment_info *infos;
};

static bool is_half(enum carvq_st_dtype dtype)
{
    return dtype == CARVQ_ST_BF16 || dtype == CARVQ_ST_F16;
}

// Finds a tensor in the file and checks its type and shape exactly; which of the 16-bit types it has is for the caller to see.
static enum carvq_status find_tensor(struct opening *opening, const char *name, const struct carvq_part_tensor *wanted,
                                     const struct carvq_st_tensor **tensor_ret)
{
    const struct carvq_st_tensor *tensor = carvq_st_find_part(opening->st, name, wanted->suffix);
    if (tensor == NULL)
        return carvq_fail(opening->error, CARVQ_ERROR_FORMAT, "%s: table '%s': the tensor '%s%s' is missing", opening->path, name,
                          name, wanted->suffix);
    if (is_half(wanted->dtype) ? !is_half(tensor->dtype) : tensor->dtype != wanted->dtype)
        return carvq_fail(opening->error, CARVQ_ERROR_FORMAT, "%s: tensor '%s': dtype %s, expected %s", opening->path,
                          tensor->name, carvq_st_dtype_name(tensor->dtype),
                          is_half(wanted->dtype) ? "BF16 or F16" : carvq_st_dtype_name(wanted->dtype));
    if (tensor->dims != wanted->dims || memcmp(tensor->shape, wanted->shape, wanted->dims * sizeof *wanted->shape) != 0)
        return carvq_fail(opening->error, CARVQ_ERROR_FORMAT,
                          "%s: tensor '%s': its shape is not what the table's description implies", opening->path, tensor->name);
    opening->tensors_used++;
    *tensor_ret = tensor;
    return CARVQ_OK;
}

// Where the views of a part's tensors go; returns where the type of 16-bit tensors goes.
static enum carvq_dtype *destinations(const struct opened *opened, enum carvq_part part, uint32_t segment,
                                      const uint8_t **views_ret[CARVQ_PART_TENSORS])
{
    struct carvq_table *table = opened->table;
    struct carvq_adaptor *adaptor = &table->adaptor;
    const uint8_t **adaptor_views[] = {&adaptor->table, &adaptor->weight_0, &adaptor->bias_0, &adaptor->weight_1,
                                       &adaptor->bias_1};
    switch (part) {
    case CARVQ_PART_ADAPTOR:
        memcpy(views_ret, adaptor_views, sizeof adaptor_views);
        return &table->info.adaptor_dtype;
    case CARVQ_PART_MEAN:
        views_ret[0] = &table->shared.mean;
        return &table->info.mean_dtype;
    case CARVQ_PART_DIRECTIONS:
        views_ret[0] = &table->shared.directions;
        return &table->info.low_rank_dtype;
    case CARVQ_PART_COEFFICIENTS:
        views_ret[0] = &table->shared.coefficients;
        return NULL;
    case CARVQ_PART_TIERS:
        views_ret[0] = &table->tiers;
        return NULL;
    case CARVQ_PART_CODEBOOKS:
        views_ret[0] = &opened->segments[segment].codebooks;
        return &opened->infos[segment].value_dtype;
    case CARVQ_PART_CODES:
        if (opened->infos[segment].codec == CARVQ_ADDITIVE) {
            views_ret[0] = &opened->segments[segment].books;
            views_ret[1] = &opened->segments[segment].scale_codes;
            return NULL;
        }
        // fallthrough
    default:
        views_ret[0] = &opened->segments[segment].codes;
        return &opened->infos[segment].value_dtype;
    }
}

// All 16-bit tensors of a part have one type: that of the first, but for raw rows, whose type the description says.
static enum carvq_status view_part(struct opening *opening, const struct opened *opened, bool plain_names, enum carvq_part part,
                                   uint32_t segment)
{
    const struct carvq_table_info *info = &opened->table->info;
    struct carvq_part_tensor tensors[CARVQ_PART_TENSORS];
    const uint8_t **views[CARVQ_PART_TENSORS];
    enum carvq_dtype *dtype = destinations(opened, part, segment, views);
    const size_t count = carvq_table_tensors(info, plain_names, part, segment, tensors);
    for (size_t i = 0; i < count; i++) {
        const struct carvq_st_tensor *tensor = NULL;
        enum carvq_status status = find_tensor(opening, info->name, &tensors[i], &tensor);
        if (status != CARVQ_OK)
            return status;
        const enum carvq_dtype found = tensor->dtype == CARVQ_ST_F16 ? CARVQ_F16 : CARVQ_BF16;
        if (part == CARVQ_PART_VALUES && found != *dtype)
            return carvq_fail(opening->error, CARVQ_ERROR_FORMAT,
                              "%s: tensor '%s': its dtype is not what the table's description says", opening->path, tensor->name);
        if (i > 0 && is_half(tensor->dtype) && found != *dtype)
            return carvq_fail(opening->error, CARVQ_ERROR_FORMAT, "%s: tensor '%s': its dtype differs from that of '%s%s'",
                              opening->path, tensor->name, info->name, tensors[0].suffix);
        if (is_half(tensor->dtype))
            *dtype = found;
        *views[i] = opening->data + tensor->begin;
    }
    return CARVQ_OK;
}

static enum carvq_status choose_decoder(struct opening *opening, const struct opened *opened, uint32_t i)
{
    struct carvq_segment_info *info = &opened->infos[i];
    opened->segments[i].info = info;
    carvq_choose *choose = opened->table->kernels->choose[info->codec];
    if (choose == NULL)
        return carvq_fail(opening->error, CARVQ_ERROR_UNSUPPORTED, "%s: table '%s': codec %s is left out of this build",
                          opening->path, opened->table->info.name, carvq_codec_name(info->codec));
    info->kernel = choose(&opened->segments[i]);
    if (info->kernel == NULL)
        return carvq_fail(opening->error, CARVQ_ERROR_UNSUPPORTED,
                          "%s: table '%s': no trellis of %" PRIu32 " state bits and %" PRIu32
                          " step bits here; a newer version of carvq may have one",
                          opening->path, opened->table->info.name, info->state_bits, info->step_bits);
    return CARVQ_OK;
}

// Opens a table whose name and kernels are set, with room for its segments.
static enum carvq_status open_table(struct opening *opening, const char *text, const struct opened *opened)
{
    struct carvq_description description;
    struct carvq_table *table = opened->table;
    struct carvq_table_info *info = &table->info;
    const char *name = info->name;
    enum carvq_status status = carvq_table_describe(opening->path, name, text, opening->version, &description, opening->error);
    if (status != CARVQ_OK)
        return status;
    *info = description.info;
    info->name = name;
    info->segments = memcpy(opened->infos, description.segments, info->segment_count * sizeof *opened->infos);
    table->segments = opened->segments;
    for (uint32_t i = 0; i < info->segment_count && status == CARVQ_OK; i++)
        status = choose_decoder(opening, opened, i);
    info->head_kernel = table->kernels->head;
    info->kernel = info->segment_count > 1 ? "tiers" : opened->infos->kernel;
    for (int part = 0; part < CARVQ_PARTS; part++)
        for (uint32_t i = 0; i < carvq_part_lists(info, (enum carvq_part)part) && status == CARVQ_OK; i++)
            status = view_part(opening, opened, description.plain_names, (enum carvq_part)part, i);
    table->shared.cols = table->adaptor.cols = info->cols;
    table->shared.rank = info->rank;
    table->shared.bits = info->low_rank_bits;
    table->shared.mean_dtype = info->mean_dtype;
    table->shared.dtype = info->low_rank_dtype;
    table->adaptor.dim = info->adaptor_dim;
    table->adaptor.hidden = info->adaptor_hidden;
    table->adaptor.dtype = info->adaptor_dtype;
    return status;
}

static bool is_table_key(const char *key)
{
    return strncmp(key, table_key, sizeof table_key - 1) == 0;
}

static enum carvq_status check_version(struct opening *opening)
{
    const char *version = carvq_st_metadata(opening->st, version_key);
    if (version == NULL)
        return carvq_fail(opening->error, CARVQ_ERROR_NOT_FOUND,
                          "%s: a safetensors file, but not one made by carvq (no %s in its metadata)", opening->path,
                          version_key);
    if (opening->st->data_begin % 64 != 0)
        return carvq_fail(opening->error, CARVQ_ERROR_FORMAT, "%s: its data do not begin at a multiple of 64", opening->path);
    opening->version = strcmp(version, "1") == 0 ? 1 : strcmp(version, "2") == 0 ? 2 : strcmp(version, "3") == 0 ? 3 : 0;
    if (opening->version == 0)
        return carvq_fail(opening->error, CARVQ_ERROR_UNSUPPORTED,
                          "%s: format version '%.20s'; this carvq %s reads versions 1 to 3", opening->path, version,
                          CARVQ_VERSION_STRING);
    return CARVQ_OK;
}

// Counts tables, their segments and the bytes of their names.
static enum carvq_status count_tables(struct opening *opening, size_t *count_ret)
{
    *count_ret = 0;
    for (size_t i = 0; i < opening->st->metadata_count; i++) {
        const struct carvq_st_pair *pair = &opening->st->metadata[i];
        struct carvq_description description;
        if (!is_table_key(pair->key))
            continue;
        const char *name = pair->key + sizeof table_key - 1;
        enum carvq_status status = carvq_table_describe(opening->path, name, pair->value, opening->version, &description,
                                                        opening->error);
        if (status != CARVQ_OK)
            return status;
        if (++*count_ret > CARVQ_MAX_TABLES)
            break;
        opening->segment_count += description.info.segment_count;
        opening->name_bytes += strlen(name) + 1;
    }
    if (*count_ret == 0 || *count_ret > CARVQ_MAX_TABLES)
        return carvq_fail(opening->error, CARVQ_ERROR_FORMAT, "%s: it holds %s", opening->path,
                          *count_ret == 0 ? "no table" : "too many tables");
    return CARVQ_OK;
}

static enum carvq_status open_tables(struct opening *opening, struct carvq_file *file)
{
    struct carvq_segment *segments = (struct carvq_segment *)(file->tables + file->count);
    struct opened opened = {file->tables, segments, (struct carvq_segment_info *)(segments + opening->segment_count)};
    char *names = (char *)(opened.infos + opening->segment_count);
    for (size_t i = 0; i < opening->st->metadata_count; i++) {
        const struct carvq_st_pair *pair = &opening->st->metadata[i];
        if (!is_table_key(pair->key))
            continue;
        opened.table->kernels = &file->kernels;
        opened.table->info.name = strcpy(names, pair->key + sizeof table_key - 1);
        names += strlen(names) + 1;
        enum carvq_status status = open_table(opening, pair->value, &opened);
        if (status != CARVQ_OK)
            return status;
        opened.segments += opened.table->info.segment_count;
        opened.infos += opened.table->info.segment_count;
        opened.table++;
    }
    if (opening->tensors_used != opening->st->count)
        return carvq_fail(opening->error, CARVQ_ERROR_FORMAT, "%s: it holds tensors that belong to no table", opening->path);
    return CARVQ_OK;
}

static enum carvq_status open_checked(struct opening *opening, struct carvq_file **file_ret)
{
    size_t count;
    const char *unknown;
    const enum carvq_level level = carvq_level_here(&unknown);
    if (unknown != NULL)
        return carvq_fail(opening->error, CARVQ_ERROR_ARGUMENT,
                          "environment variable CARVQ_KERNEL: '%s' is none of scalar, neon, avx2, avx512, avx512vbmi", unknown);
    enum carvq_status status = check_version(opening);
    if (status == CARVQ_OK)
        status = count_tables(opening, &count);
    if (status != CARVQ_OK)
        return status;
    struct carvq_file *file = calloc(
        1, sizeof *file + count * sizeof *file->tables +
               opening->segment_count * (sizeof(struct carvq_segment) + sizeof(struct carvq_segment_info)) + opening->name_bytes);
    if (file == NULL)
        return carvq_fail(opening->error, CARVQ_ERROR_MEMORY, "%s: out of memory", opening->path);
    file->count = count;
    carvq_kernels_choose(level, &file->kernels);
    status = open_tables(opening, file);
    if (status != CARVQ_OK) {
        free(file);
        return status;
    }
    *file_ret = file;
    return CARVQ_OK;
}

static enum carvq_status open_bytes(const char *path, const void *data, size_t nbytes, struct carvq_file **file_ret,
                                    struct carvq_error *error)
{
    struct carvq_st *st;
    *file_ret = NULL;
    enum carvq_status status = carvq_st_read(path, data, nbytes, &st, error);
    if (status != CARVQ_OK)
        return status;
    struct opening opening = {.path = path, .data = data, .st = st, .error = error};
    status = open_checked(&opening, file_ret);
    free(st);
    return status;
}

enum carvq_status carvq_open_memory(const void *data, size_t nbytes, struct carvq_file **file_ret, struct carvq_error *error)
{
    return open_bytes("(memory)", data, nbytes, file_ret, error);
}

#ifndef CARVQ_NO_FILE_MAP
enum carvq_status carvq_open(const char *path, struct carvq_file **file_ret, struct carvq_error *error)
{
    struct carvq_map map;
    *file_ret = NULL;
    enum carvq_status status = carvq_map_open(path, &map, error);
    if (status != CARVQ_OK)
        return status;
    status = open_bytes(path, map.data, map.size, file_ret, error);
    if (status != CARVQ_OK)
        carvq_map_close(&map);
    else
        (*file_ret)->map = map;
    return status;
}
#endif

void carvq_close(struct carvq_file *file)
{
    if (file == NULL)
        return;
#ifndef CARVQ_NO_FILE_MAP
    carvq_map_close(&file->map);
#endif
    free(file);
}

size_t carvq_table_count(const struct carvq_file *file)
{
    return file->count;
}

const struct carvq_table *carvq_table_at(const struct carvq_file *file, size_t index)
{
    return index < file->count ? &file->tables[index] : NULL;
}

const struct carvq_table *carvq_find(const struct carvq_file *file, const char *name)
{
    if (name == NULL)
        return file->count == 1 ? &file->tables[0] : NULL;
    for (size_t i = 0; i < file->count; i++)
        if (strcmp(file->tables[i].info.name, name) == 0)
            return &file->tables[i];
    return NULL;
}

const struct carvq_table_info *carvq_info(const struct carvq_table *table)
{
    return &table->info;
}

const char *carvq_codec_name(enum carvq_codec codec)
{
    static const char *const names[] = {
        [CARVQ_RVQ] = "rvq", [CARVQ_TRELLIS] = "trellis", [CARVQ_RAW] = "raw", [CARVQ_ADDITIVE] = "additive"};
    return names[codec];
}
