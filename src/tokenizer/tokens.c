// SPDX-License-Identifier: MIT
// Token ids from files, and what a file is that does not hold what it should.
#include "tokenizer/tokens.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/half.h"
#include "runtime/map.h"
#include "runtime/status.h"

// How ids lie in a file.
struct layout {
    size_t begin, width; // bytes
    bool big_endian, is_signed;
};

static uint64_t load_id(const uint8_t *data, const struct layout *layout)
{
    uint64_t id = 0;
    for (size_t i = 0; i < layout->width; i++)
        id |= (uint64_t)data[layout->big_endian ? layout->width - 1 - i : i] << 8 * i;
    return id;
}

// ---- raw files

static bool begins_with(const struct carvq_map *map, const char *bytes, size_t length)
{
    return map->size >= length && memcmp(map->data, bytes, length) == 0;
}

// Decimal numbers with white space or commas between them.
static bool is_text(const struct carvq_map *map)
{
    const size_t length = map->size < 4096 ? map->size : 4096;
    for (size_t i = 0; i < length; i++)
        if (map->data[i] == '\0' || strchr("0123456789 ,[]\t\r\n", map->data[i]) == NULL)
            return false;
    return length > 0;
}

// Whether all ids (up to a million) are below V if read so.
static bool suits(const struct carvq_map *map, const struct layout *layout, uint64_t vocabulary)
{
    size_t count = (map->size - layout->begin) / layout->width;
    count = count < 1000000 ? count : 1000000;
    for (size_t i = 0; i < count; i++)
        if (load_id(map->data + layout->begin + i * layout->width, layout) >= vocabulary)
            return false;
    return count > 0 && (map->size - layout->begin) % layout->width == 0;
}

// The share of ids that are 0 among those with an odd number.
static double odd_zeros(const struct carvq_map *map, const struct layout *layout)
{
    size_t zeros = 0, odd = 0;
    for (size_t i = layout->width; i + layout->width <= map->size && odd < 1000000; i += 2 * layout->width, odd++)
        zeros += load_id(map->data + i, layout) == 0;
    return odd > 1 ? (double)zeros / (double)odd : 0;
}

// Returns status with what a file is whose ids, read in this layout, cannot be right.
static enum carvq_status fail_layout(const char *path, const struct carvq_map *map, const struct layout *layout,
                                     uint64_t vocabulary, const char *seen, struct carvq_error *error)
{
    const struct layout swapped = {0, layout->width, true, false};
    const char *guess = "are they of another model, or of another width (--token-width)?";
    char width[80];
    if (begins_with(map, "\x88\xd8\x34\x01", 4)) // 20240520
        guess = "it begins with a header of llm.c: leave out its first 1024 bytes";
    else if (layout->width < 8 && suits(map, &(struct layout){0, 8, false, false}, vocabulary))
        guess = "its ids have 8 bytes: say so by --token-width (or --calibrate-width) 8";
    else if (layout->width != 4 && suits(map, &(struct layout){0, 4, false, false}, vocabulary))
        guess = "its ids have 4 bytes: say so by --token-width (or --calibrate-width) 4";
    else if (layout->width != 2 && suits(map, &(struct layout){0, 2, false, false}, vocabulary))
        guess = "its ids have 2 bytes: say so by --token-width (or --calibrate-width) 2";
    else if (suits(map, &swapped, vocabulary))
        guess = "its ids are big-endian: swap the bytes, or save it as .npy";
    snprintf(width, sizeof width, "%zu", layout->width);
    return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: read as ids of %s bytes, %s; %s", path, width, seen, guess);
}

static enum carvq_status check_raw(const char *path, const struct carvq_map *map, const struct layout *layout,
                                   uint64_t vocabulary, struct carvq_error *error)
{
    char seen[120];
    if (begins_with(map, "version https://git-lfs", 23))
        return carvq_fail(error, CARVQ_ERROR_FORMAT,
                          "%s: is a git-lfs pointer, not the file: run 'git lfs pull' in its directory", path);
    if (is_text(map))
        return carvq_fail(
            error, CARVQ_ERROR_FORMAT,
            "%s: holds text, numbers in decimal; ids are read from .npy or as raw integers: numpy.save() writes them", path);
    if (map->size % layout->width != 0)
        return carvq_fail(error, CARVQ_ERROR_FORMAT,
                          "%s: %zu bytes are no whole number of token ids of %zu bytes; is it cut off, or is the width another "
                          "(--token-width)?",
                          path, map->size, layout->width);
    for (size_t i = 0; i < map->size / layout->width; i++) {
        const uint64_t id = load_id(map->data + i * layout->width, layout);
        if (id < vocabulary)
            continue;
        snprintf(seen, sizeof seen, "token %zu is %" PRIu64 ", but the model has only ids below %" PRIu64, i, id, vocabulary);
        return fail_layout(path, map, layout, vocabulary, seen, error);
    }
    if (layout->width < 8 && map->size >= 16 && odd_zeros(map, layout) > 0.95)
        return fail_layout(path, map, layout, vocabulary, "every other id is 0", error);
    return CARVQ_OK;
}

// ---- .npy

#define NPY_MAGIC "\x93NUMPY"

// The value of a key in the header of a .npy file, a Python dictionary: what follows "'KEY':" and white space.
static const char *npy_value(const char *header, const char *key)
{
    const char *at = strstr(header, key);
    if (at == NULL)
        return "";
    at += strlen(key);
    return at + strspn(at, " ");
}

// The layout of a .npy file, whose header is text. Versions differ in the length of the header alone.
static enum carvq_status read_npy(const char *path, const struct carvq_map *map, struct layout *layout_ret,
                                  struct carvq_error *error)
{
    char header[1024];
    const size_t prefix = map->size > 6 && map->data[6] >= 2 ? 12 : 10;
    size_t length = map->size < prefix ? 0 : carvq_load_u16(map->data + 8);
    if (prefix == 12 && map->size >= prefix)
        length |= (size_t)carvq_load_u16(map->data + 10) << 16;
    if (map->size < prefix || length > map->size - prefix || length >= sizeof header)
        return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: a damaged .npy file: the header is cut off; write it again", path);
    memcpy(header, map->data + prefix, length);
    header[length] = '\0';
    const char *type = npy_value(header, "'descr':");
    const char order = type[0] == '\'' ? type[1] : '\0', kind = order != '\0' ? type[2] : '\0';
    const size_t width = kind != '\0' && type[3] >= '1' && type[3] <= '8' && type[4] == '\'' ? (size_t)(type[3] - '0') : 0;
    if ((kind != 'u' && kind != 'i') || (width != 1 && width != 2 && width != 4 && width != 8))
        return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: a .npy file of type %.12s: ids are integers, e.g. uint16 or int64",
                          path, type);
    if (strncmp(npy_value(header, "'fortran_order':"), "False", 5) != 0)
        return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: a .npy file in Fortran's order: save a plain array", path);
    *layout_ret = (struct layout){prefix + length, width, order == '>', kind == 'i'};
    if ((map->size - layout_ret->begin) % width != 0)
        return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: a damaged .npy file: %zu bytes of data are no whole number of ids",
                          path, map->size - layout_ret->begin);
    return CARVQ_OK;
}

static enum carvq_status check_npy(const char *path, const struct carvq_map *map, const struct layout *layout,
                                   uint64_t vocabulary, struct carvq_error *error)
{
    for (size_t i = 0; i < (map->size - layout->begin) / layout->width; i++) {
        const uint64_t id = load_id(map->data + layout->begin + i * layout->width, layout);
        const bool negative = layout->is_signed && (id >> (8 * layout->width - 1) & 1) != 0;
        if (negative)
            return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: token %zu is negative: cut such padding off", path, i);
        if (id >= vocabulary)
            return carvq_fail(error, CARVQ_ERROR_FORMAT,
                              "%s: token %zu is %" PRIu64 ", but the model has only ids below %" PRIu64
                              ": is it of another model?",
                              path, i, id, vocabulary);
    }
    return CARVQ_OK;
}

static enum carvq_status read_map(const char *path, const struct carvq_map *map, const struct layout *layout, uint32_t **ids_ret,
                                  size_t *count_ret, struct carvq_error *error)
{
    const size_t count = (map->size - layout->begin) / layout->width;
    uint32_t *ids = calloc(count + 1, sizeof *ids);
    if (ids == NULL)
        return carvq_fail(error, CARVQ_ERROR_MEMORY, "%s: out of memory", path);
    for (size_t i = 0; i < count; i++)
        ids[i] = (uint32_t)load_id(map->data + layout->begin + i * layout->width, layout);
    *ids_ret = ids;
    *count_ret = count;
    return CARVQ_OK;
}

enum carvq_status carvq_tokens_read(const char *path, size_t width, uint64_t vocabulary, uint32_t **ids_ret, size_t *count_ret,
                                    struct carvq_error *error)
{
    struct layout layout = {.width = width > 0 ? width : vocabulary <= 65536 ? 2 : 4};
    if (layout.width != 2 && layout.width != 4 && layout.width != 8)
        return carvq_fail(error, CARVQ_ERROR_ARGUMENT, "%s: token ids of %zu bytes are not supported (known: 2, 4, 8)", path,
                          width);
    struct carvq_map map;
    enum carvq_status status = carvq_map_open(path, &map, error);
    if (status != CARVQ_OK)
        return status;
    if (begins_with(&map, NPY_MAGIC, strlen(NPY_MAGIC))) {
        status = read_npy(path, &map, &layout, error);
        if (status == CARVQ_OK)
            status = check_npy(path, &map, &layout, vocabulary, error);
    } else {
        status = check_raw(path, &map, &layout, vocabulary, error);
    }
    if (status == CARVQ_OK)
        status = read_map(path, &map, &layout, ids_ret, count_ret, error);
    carvq_map_close(&map);
    return status;
}

// ---- texts

static enum carvq_status check_text(const char *path, const struct carvq_map *map, struct carvq_error *error)
{
    if (begins_with(map, "version https://git-lfs", 23))
        return carvq_fail(error, CARVQ_ERROR_FORMAT,
                          "%s: is a git-lfs pointer, not the text: run 'git lfs pull' in its directory", path);
    if (begins_with(map, "\xff\xfe", 2) || begins_with(map, "\xfe\xff", 2))
        return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: byte 0 (0x%02x) is not UTF-8: the text is UTF-16; save it as UTF-8",
                          path, map->data[0]);
    if (begins_with(map, NPY_MAGIC, strlen(NPY_MAGIC)))
        return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: is a .npy file, not a text: give it as token ids (--tokens)", path);
    return CARVQ_OK;
}

enum carvq_status carvq_tokens_read_text(const char *path, const struct carvq_tokenizer *tokenizer, uint32_t **ids_ret,
                                         size_t *count_ret, const char **note_ret, struct carvq_error *error)
{
    struct carvq_map map;
    enum carvq_status status = carvq_map_open(path, &map, error);
    if (status != CARVQ_OK)
        return status;
    const size_t mark = begins_with(&map, "\xef\xbb\xbf", 3) ? 3 : 0;
    const char *text = (const char *)map.data + mark;
    status = check_text(path, &map, error);
    if (note_ret != NULL) {
        const char *end = memchr(text, '\n', map.size - mark);
        *note_ret = end != NULL && end > text && end[-1] == '\r'
                        ? "lines end in CR LF, and the model sees the CR: convert the text if it was trained on LF"
                        : NULL;
    }
    if (status == CARVQ_OK)
        status = carvq_tokenizer_encode(tokenizer, path, text, map.size - mark, false, ids_ret, count_ret, error);
    carvq_map_close(&map);
    return status;
}
