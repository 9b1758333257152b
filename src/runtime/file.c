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

enum type { U8, HALF };

// Finds the tensor whose name is the table's and suffix, and checks its type and shape exactly. *dtype_ret is set if the type is
// HALF.
static enum carvq_status take_tensor(struct opening *opening, const char *name, const char *suffix, enum type type, unsigned dims,
                                     const uint64_t *shape, enum carvq_dtype *dtype_ret, const uint8_t **view_ret)
{
    const struct carvq_st_tensor *tensor = carvq_st_find_part(opening->st, name, suffix);
    if (tensor == NULL)
        return carvq_fail(opening->error, CARVQ_ERROR_FORMAT, "%s: table '%s': the tensor '%s%s' is missing", opening->path, name,
                          name, suffix);
    bool fits = type == HALF ? tensor->dtype == CARVQ_ST_BF16 || tensor->dtype == CARVQ_ST_F16 : tensor->dtype == CARVQ_ST_U8;
    if (!fits)
        return carvq_fail(opening->error, CARVQ_ERROR_FORMAT, "%s: tensor '%s': dtype %s, expected %s", opening->path,
                          tensor->name, carvq_st_dtype_name(tensor->dtype), type == HALF ? "BF16 or F16" : "U8");
    if (tensor->dims != dims || memcmp(tensor->shape, shape, dims * sizeof *shape) != 0)
        return carvq_fail(opening->error, CARVQ_ERROR_FORMAT,
                          "%s: tensor '%s': its shape is not what the table's description implies", opening->path, tensor->name);
    opening->tensors_used++;
    if (type == HALF)
        *dtype_ret = tensor->dtype == CARVQ_ST_F16 ? CARVQ_F16 : CARVQ_BF16;
    *view_ret = opening->data + tensor->begin;
    return CARVQ_OK;
}

// A table that is being opened, and one of its segments.
struct segment_view {
    const char *table;
    char prefix[24]; // of the suffixes: ".segments.3" or nothing
    struct carvq_segment *segment;
    struct carvq_segment_info *info;
};

static enum carvq_status take_part(struct opening *opening, const struct segment_view *view, const char *part, enum type type,
                                   unsigned dims, const uint64_t *shape, const uint8_t **view_ret)
{
    char suffix[40];
    snprintf(suffix, sizeof suffix, "%s.%s", view->prefix, part);
    return take_tensor(opening, view->table, suffix, type, dims, shape, &view->info->value_dtype, view_ret);
}

static enum carvq_status view_rvq(struct opening *opening, const struct segment_view *view)
{
    const struct carvq_segment_info *info = view->info;
    const uint64_t codes_shape[] = {info->rows, info->code_bytes / info->rows};
    const uint64_t codebooks_shape[] = {info->groups, info->stages, (uint64_t)1 << info->code_bits, info->subvector};
    enum carvq_status status = take_part(opening, view, "codes", U8, 2, codes_shape, &view->segment->codes);
    if (status == CARVQ_OK)
        status = take_part(opening, view, "codebooks", HALF, 4, codebooks_shape, &view->segment->codebooks);
    return status;
}

static enum carvq_status view_trellis(struct opening *opening, const struct segment_view *view)
{
    const uint64_t codes_shape[] = {view->info->code_bytes}, scales_shape[] = {(uint64_t)1 << view->info->scale_bits};
    enum carvq_status status = take_part(opening, view, "codes", U8, 1, codes_shape, &view->segment->codes);
    if (status == CARVQ_OK)
        status = take_part(opening, view, "scales", HALF, 1, scales_shape, &view->segment->codebooks);
    return status;
}

static enum carvq_status view_raw(struct opening *opening, const struct segment_view *view)
{
    const uint64_t shape[] = {view->info->rows, view->info->cols};
    const enum carvq_dtype described = view->info->value_dtype;
    enum carvq_status status = take_part(opening, view, "values", HALF, 2, shape, &view->segment->codes);
    if (status == CARVQ_OK && view->info->value_dtype != described)
        status = carvq_fail(opening->error, CARVQ_ERROR_FORMAT,
                            "%s: tensor '%s%s.values': its dtype is not what the table's description says", opening->path,
                            view->table, view->prefix);
    return status;
}

static enum carvq_status view_segment(struct opening *opening, const struct segment_view *view)
{
    static const struct {
        enum carvq_status (*view)(struct opening *opening, const struct segment_view *view);
        const char *(*choose)(struct carvq_segment *segment);
    } codecs[] = {
        [CARVQ_RVQ] = {view_rvq, carvq_rvq_choose},
        [CARVQ_TRELLIS] = {view_trellis, carvq_trellis_choose},
        [CARVQ_RAW] = {view_raw, carvq_raw_choose},
    };
    struct carvq_segment_info *info = view->info;
    view->segment->info = info;
    info->kernel = codecs[info->codec].choose(view->segment);
    if (info->kernel == NULL)
        return carvq_fail(opening->error, CARVQ_ERROR_UNSUPPORTED,
                          "%s: table '%s': no trellis of %" PRIu32 " state bits and %" PRIu32
                          " step bits here; a newer version of carvq may have one",
                          opening->path, view->table, info->state_bits, info->step_bits);
    return codecs[info->codec].view(opening, view);
}

// What is there beside segments and adaptor.
static enum carvq_status view_shared(struct opening *opening, struct carvq_table *table)
{
    struct carvq_table_info *info = &table->info;
    const uint64_t n = info->cols, tiers_shape[] = {info->tier_bytes}, mean_shape[] = {n}, directions_shape[] = {info->rank, n};
    const uint64_t coefficients_shape[] = {info->low_rank_bytes - 2 * info->rank * n};
    enum carvq_status status = CARVQ_OK;
    if (info->segment_count > 1)
        status = take_tensor(opening, info->name, ".tiers", U8, 1, tiers_shape, NULL, &table->tiers);
    if (status == CARVQ_OK && info->mean)
        status = take_tensor(opening, info->name, ".mean", HALF, 1, mean_shape, &info->mean_dtype, &table->mean);
    if (status == CARVQ_OK && info->rank > 0)
        status = take_tensor(opening, info->name, ".low_rank.coefficients", U8, 1, coefficients_shape, NULL,
                             &table->coefficients);
    if (status == CARVQ_OK && info->rank > 0)
        status = take_tensor(opening, info->name, ".low_rank.directions", HALF, 2, directions_shape, &info->low_rank_dtype,
                             &table->directions);
    return status;
}

static enum carvq_status view_adaptor(struct opening *opening, struct carvq_table *table)
{
    struct carvq_table_info *info = &table->info;
    struct carvq_adaptor *adaptor = &table->adaptor;
    const uint64_t m = info->adaptor_dim, hidden = info->adaptor_hidden, n = info->cols;
    const struct {
        const char *suffix;
        unsigned dims;
        uint64_t shape[2];
        const uint8_t **view;
    } parts[] = {
        {".adaptor.table", 2, {info->rows, m}, &adaptor->table}, {".adaptor.0.weight", 2, {m, hidden}, &adaptor->weight_0},
        {".adaptor.0.bias", 1, {hidden, 0}, &adaptor->bias_0},   {".adaptor.1.weight", 2, {hidden, n}, &adaptor->weight_1},
        {".adaptor.1.bias", 1, {n, 0}, &adaptor->bias_1},
    };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        enum carvq_status status = take_tensor(opening, info->name, parts[i].suffix, HALF, parts[i].dims, parts[i].shape,
                                               &adaptor->dtype, parts[i].view);
        if (status != CARVQ_OK)
            return status;
        if (i > 0 && adaptor->dtype != info->adaptor_dtype)
            return carvq_fail(opening->error, CARVQ_ERROR_FORMAT,
                              "%s: tensor '%s%s': its dtype differs from that of '%s.adaptor.table'", opening->path, info->name,
                              parts[i].suffix, info->name);
        info->adaptor_dtype = adaptor->dtype;
    }
    return CARVQ_OK;
}

// Opens a table whose name is set, with room for its segments.
static enum carvq_status open_table(struct opening *opening, const char *text, struct carvq_table *table,
                                    struct carvq_segment *segments, struct carvq_segment_info *infos)
{
    struct carvq_description description;
    struct carvq_table_info *info = &table->info;
    const char *name = info->name;
    enum carvq_status status = carvq_table_describe(opening->path, name, text, opening->version, &description, opening->error);
    if (status != CARVQ_OK)
        return status;
    *info = description.info;
    info->name = name;
    info->segments = memcpy(infos, description.segments, info->segment_count * sizeof *infos);
    table->segments = segments;
    for (uint32_t i = 0; i < info->segment_count && status == CARVQ_OK; i++) {
        struct segment_view view = {name, "", &segments[i], &infos[i]};
        if (!description.plain_names)
            snprintf(view.prefix, sizeof view.prefix, ".segments.%" PRIu32, i);
        status = view_segment(opening, &view);
    }
    info->kernel = info->segment_count > 1 ? "tiers" : infos[0].kernel;
    if (status == CARVQ_OK)
        status = view_shared(opening, table);
    if (status == CARVQ_OK && info->adaptor_dim > 0)
        status = view_adaptor(opening, table);
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
    opening->version = strcmp(version, "1") == 0 ? 1 : strcmp(version, "2") == 0 ? 2 : 0;
    if (opening->version == 0)
        return carvq_fail(opening->error, CARVQ_ERROR_UNSUPPORTED,
                          "%s: format version '%.20s'; this carvq %s reads versions 1 and 2", opening->path, version,
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
    struct carvq_table *table = file->tables;
    struct carvq_segment *segments = (struct carvq_segment *)(file->tables + file->count);
    struct carvq_segment_info *infos = (struct carvq_segment_info *)(segments + opening->segment_count);
    char *names = (char *)(infos + opening->segment_count);
    for (size_t i = 0; i < opening->st->metadata_count; i++) {
        const struct carvq_st_pair *pair = &opening->st->metadata[i];
        if (!is_table_key(pair->key))
            continue;
        table->info.name = strcpy(names, pair->key + sizeof table_key - 1);
        names += strlen(names) + 1;
        enum carvq_status status = open_table(opening, pair->value, table, segments, infos);
        if (status != CARVQ_OK)
            return status;
        segments += table->info.segment_count;
        infos += table->info.segment_count;
        table++;
    }
    if (opening->tensors_used != opening->st->count)
        return carvq_fail(opening->error, CARVQ_ERROR_FORMAT, "%s: it holds tensors that belong to no table", opening->path);
    return CARVQ_OK;
}

static enum carvq_status open_checked(struct opening *opening, struct carvq_file **file_ret)
{
    size_t count;
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
    return codec == CARVQ_RVQ ? "rvq" : codec == CARVQ_TRELLIS ? "trellis" : "raw";
}
