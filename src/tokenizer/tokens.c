// SPDX-License-Identifier: MIT
// Token ids from files.
#include "tokenizer/tokens.h"

#include <stdlib.h>

#include "runtime/half.h"
#include "runtime/map.h"
#include "runtime/status.h"

static enum carvq_status read_map(const char *path, const struct carvq_map *map, size_t width, uint32_t **ids_ret,
                                  size_t *count_ret, struct carvq_error *error)
{
    if (map->size % width != 0)
        return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: %zu bytes are no whole number of token ids of %zu bytes", path,
                          map->size, width);
    const size_t count = map->size / width;
    uint32_t *ids = calloc(count + 1, sizeof *ids);
    if (ids == NULL)
        return carvq_fail(error, CARVQ_ERROR_MEMORY, "%s: out of memory", path);
    for (size_t i = 0; i < count; i++) {
        const uint8_t *data = map->data + i * width;
        ids[i] = carvq_load_u16(data);
        if (width == 4)
            ids[i] |= (uint32_t)carvq_load_u16(data + 2) << 16;
    }
    *ids_ret = ids;
    *count_ret = count;
    return CARVQ_OK;
}

enum carvq_status carvq_tokens_read(const char *path, size_t width, uint64_t vocabulary, uint32_t **ids_ret, size_t *count_ret,
                                    struct carvq_error *error)
{
    if (width == 0)
        width = vocabulary <= 65536 ? 2 : 4;
    if (width != 2 && width != 4)
        return carvq_fail(error, CARVQ_ERROR_ARGUMENT, "%s: token ids of %zu bytes are not supported (known: 2, 4)", path, width);
    struct carvq_map map;
    enum carvq_status status = carvq_map_open(path, &map, error);
    if (status != CARVQ_OK)
        return status;
    status = read_map(path, &map, width, ids_ret, count_ret, error);
    carvq_map_close(&map);
    return status;
}

enum carvq_status carvq_tokens_read_text(const char *path, const struct carvq_tokenizer *tokenizer, uint32_t **ids_ret,
                                         size_t *count_ret, struct carvq_error *error)
{
    struct carvq_map map;
    enum carvq_status status = carvq_map_open(path, &map, error);
    if (status != CARVQ_OK)
        return status;
    status = carvq_tokenizer_encode(tokenizer, path, (const char *)map.data, map.size, false, ids_ret, count_ret, error);
    carvq_map_close(&map);
    return status;
}
