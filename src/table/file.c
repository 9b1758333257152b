// SPDX-License-Identifier: MIT
// Opens a compressed file: every view that a lookup will use is checked here against the bytes that are there.
#include <stdlib.h>
#include <string.h>

#include "../base/map.h"
#include "../base/status.h"
#include "table.h"

#define FORMAT_VERSION "1"
#define MAX_TENSORS 7 // of a table: codes, codebooks, and five of an adaptor
static const char version_key[] = "carvq.version", table_key[] = "carvq.table.";

struct carvq_file {
    struct carvq_map map; // of size 0 if the memory is the caller's
    size_t count;
    struct carvq_table tables[]; // the names stand behind them
};

// What is needed while a file is being opened.
struct opening {
    const char *path;
    const uint8_t *data;
    const struct carvq_st *st;
    struct carvq_error *error;
    size_t tensors_used;
};

// Finds the tensor NAME.part and checks its type and shape exactly.
static enum carvq_status take_tensor(struct opening *opening, const char *name, const char *part, bool is_half, unsigned dims,
                                     const uint64_t *shape, const struct carvq_st_tensor **tensor_ret)
{
    const struct carvq_st_tensor *tensor = NULL;
    size_t length = strlen(name);
    for (size_t i = 0; i < opening->st->count && tensor == NULL; i++) {
        const char *candidate = opening->st->tensors[i].name;
        if (strncmp(candidate, name, length) == 0 && candidate[length] == '.' && strcmp(candidate + length + 1, part) == 0)
            tensor = &opening->st->tensors[i];
    }
    if (tensor == NULL)
        return carvq_fail(opening->error, CARVQ_ERROR_FORMAT, "%s: table '%s': the tensor '%s.%s' is missing", opening->path,
                          name, name, part);
    bool type_fits = is_half ? tensor->dtype == CARVQ_ST_BF16 || tensor->dtype == CARVQ_ST_F16 : tensor->dtype == CARVQ_ST_U8;
    if (!type_fits)
        return carvq_fail(opening->error, CARVQ_ERROR_FORMAT, "%s: tensor '%s': dtype %s, expected %s", opening->path,
                          tensor->name, carvq_st_dtype_name(tensor->dtype), is_half ? "BF16 or F16" : "U8");
    if (tensor->dims != dims || memcmp(tensor->shape, shape, dims * sizeof *shape) != 0)
        return carvq_fail(opening->error, CARVQ_ERROR_FORMAT,
                          "%s: tensor '%s': its shape is not what the table's description implies", opening->path, tensor->name);
    opening->tensors_used++;
    *tensor_ret = tensor;
    return CARVQ_OK;
}

static enum carvq_dtype half_type(const struct carvq_st_tensor *tensor)
{
    return tensor->dtype == CARVQ_ST_F16 ? CARVQ_F16 : CARVQ_BF16;
}

static enum carvq_status view_rvq(struct opening *opening, struct carvq_table *table)
{
    struct carvq_table_info *info = &table->info;
    const struct carvq_st_tensor *codes, *codebooks;
    table->row_subvectors = (info->cols - 1) / info->subvector + 1;
    table->row_bytes = info->code_bytes / info->rows;
    const uint64_t codes_shape[] = {info->rows, table->row_bytes};
    const uint64_t codebooks_shape[] = {info->groups, info->stages, (uint64_t)1 << info->code_bits, info->subvector};
    enum carvq_status status = take_tensor(opening, info->name, "codes", false, 2, codes_shape, &codes);
    if (status == CARVQ_OK)
        status = take_tensor(opening, info->name, "codebooks", true, 4, codebooks_shape, &codebooks);
    if (status != CARVQ_OK)
        return status;
    table->codes = opening->data + codes->begin;
    table->codebooks = opening->data + codebooks->begin;
    info->codebook_dtype = half_type(codebooks);
    carvq_rvq_choose(table);
    return CARVQ_OK;
}

static enum carvq_status view_adaptor(struct opening *opening, struct carvq_table *table)
{
    const struct carvq_table_info *info = &table->info;
    struct carvq_adaptor *adaptor = &table->adaptor;
    const uint64_t m = info->adaptor_dim, hidden = info->adaptor_hidden, n = info->cols;
    const struct {
        const char *part;
        unsigned dims;
        uint64_t shape[2];
        const uint8_t **view;
    } parts[] = {
        {"adaptor.table", 2, {info->rows, m}, &adaptor->table}, {"adaptor.0.weight", 2, {m, hidden}, &adaptor->weight_0},
        {"adaptor.0.bias", 1, {hidden, 0}, &adaptor->bias_0},   {"adaptor.1.weight", 2, {hidden, n}, &adaptor->weight_1},
        {"adaptor.1.bias", 1, {n, 0}, &adaptor->bias_1},
    };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        const struct carvq_st_tensor *tensor;
        enum carvq_status status = take_tensor(opening, info->name, parts[i].part, true, parts[i].dims, parts[i].shape, &tensor);
        if (status != CARVQ_OK)
            return status;
        if (i > 0 && half_type(tensor) != adaptor->dtype)
            return carvq_fail(opening->error, CARVQ_ERROR_FORMAT,
                              "%s: tensor '%s': its dtype differs from that of '%s.adaptor.table'", opening->path, tensor->name,
                              info->name);
        adaptor->dtype = half_type(tensor);
        *parts[i].view = opening->data + tensor->begin;
    }
    return CARVQ_OK;
}

static enum carvq_status open_table(struct opening *opening, const char *description, struct carvq_table *table)
{
    struct carvq_table_info *info = &table->info;
    enum carvq_status status = carvq_table_describe(opening->path, info->name, description, info, opening->error);
    if (status == CARVQ_OK && !carvq_table_sizes(info))
        status = carvq_fail(opening->error, CARVQ_ERROR_FORMAT, "%s: table '%s': its sizes are absurdly large", opening->path,
                            info->name);
    if (status == CARVQ_OK)
        status = view_rvq(opening, table);
    if (status == CARVQ_OK && info->adaptor_dim > 0)
        status = view_adaptor(opening, table);
    return status;
}

static bool is_table_key(const char *key)
{
    return strncmp(key, table_key, sizeof table_key - 1) == 0;
}

static enum carvq_status check_version(const struct opening *opening)
{
    const char *version = carvq_st_metadata(opening->st, version_key);
    if (version == NULL)
        return carvq_fail(opening->error, CARVQ_ERROR_NOT_FOUND,
                          "%s: a safetensors file, but not one made by carvq (no %s in its metadata)", opening->path,
                          version_key);
    if (opening->st->data_begin % 64 != 0)
        return carvq_fail(opening->error, CARVQ_ERROR_FORMAT, "%s: its data do not begin at a multiple of 64", opening->path);
    if (strcmp(version, FORMAT_VERSION) != 0)
        return carvq_fail(opening->error, CARVQ_ERROR_UNSUPPORTED,
                          "%s: format version '%.20s'; this carvq %s reads version " FORMAT_VERSION, opening->path, version,
                          CARVQ_VERSION_STRING);
    return CARVQ_OK;
}

static enum carvq_status fail_strangers(const struct opening *opening)
{
    return carvq_fail(opening->error, CARVQ_ERROR_FORMAT, "%s: it holds tensors that belong to no table", opening->path);
}

static enum carvq_status open_tables(struct opening *opening, struct carvq_file *file)
{
    char *names = (char *)&file->tables[file->count];
    struct carvq_table *table = file->tables;
    for (size_t i = 0; i < opening->st->metadata_count; i++) {
        const struct carvq_st_pair *pair = &opening->st->metadata[i];
        if (!is_table_key(pair->key))
            continue;
        table->info.name = strcpy(names, pair->key + sizeof table_key - 1);
        names += strlen(names) + 1;
        enum carvq_status status = open_table(opening, pair->value, table++);
        if (status != CARVQ_OK)
            return status;
    }
    return opening->tensors_used == opening->st->count ? CARVQ_OK : fail_strangers(opening);
}

static enum carvq_status open_checked(struct opening *opening, struct carvq_file **file_ret)
{
    size_t count = 0, name_bytes = 0;
    enum carvq_status status = check_version(opening);
    if (status != CARVQ_OK)
        return status;
    for (size_t i = 0; i < opening->st->metadata_count; i++)
        if (is_table_key(opening->st->metadata[i].key)) {
            count++;
            name_bytes += strlen(opening->st->metadata[i].key) + 1;
        }
    if (count == 0 || count > CARVQ_MAX_TABLES) // the limit keeps hostile headers from taking quadratic time
        return carvq_fail(opening->error, CARVQ_ERROR_FORMAT, "%s: it holds %s", opening->path,
                          count == 0 ? "no table" : "too many tables");
    if (opening->st->count > MAX_TENSORS * count) // or long
        return fail_strangers(opening);
    struct carvq_file *file = calloc(1, sizeof *file + count * sizeof *file->tables + name_bytes);
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
    struct opening opening = {path, data, st, error, 0};
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

const struct carvq_table_info *carvq_table_info(const struct carvq_table *table)
{
    return &table->info;
}
