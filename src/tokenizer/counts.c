// SPDX-License-Identifier: MIT
// Counts of rows: added up, and read from a file.
#include "tokenizer/counts.h"

#include <inttypes.h>
#include <string.h>

#include "runtime/map.h"
#include "runtime/status.h"

#define MAX_COUNT (1LL << 53) // integers beyond it are no longer exact

enum carvq_status carvq_counts_add(const uint32_t *ids, size_t count, const char *path, double *counts_ret, uint64_t rows,
                                   struct carvq_error *error)
{
    for (size_t i = 0; i < count; i++)
        if (ids[i] >= rows)
            return carvq_fail(error, CARVQ_ERROR_RANGE,
                              "%s: token %zu has the id %" PRIu32 ", but the table has %" PRIu64 " rows", path, i, ids[i], rows);
    for (size_t i = 0; i < count; i++)
        counts_ret[ids[i]]++;
    return CARVQ_OK;
}

// The number that is all of a line but for its end; false if it is something else.
static bool read_line(const char **at, const char *end, uint64_t *value_ret)
{
    const char *begin = *at;
    uint64_t value = 0;
    for (; *at < end && **at >= '0' && **at <= '9'; ++*at) {
        value = 10 * value + (uint64_t)(**at - '0');
        if (value > MAX_COUNT)
            return false;
    }
    if (*at == begin)
        return false;
    if (*at < end && **at == '\r')
        ++*at;
    if (*at < end && *(*at)++ != '\n')
        return false;
    *value_ret = value;
    return true;
}

static enum carvq_status parse(const char *path, const char *text, size_t nbytes, double *counts_ret, uint64_t rows,
                               struct carvq_error *error)
{
    const char *at = text, *end = text + nbytes;
    for (uint64_t row = 0; row < rows; row++) {
        uint64_t value;
        if (at == end)
            return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: has %" PRIu64 " line%s, but the table has %" PRIu64 " rows", path,
                              row, row == 1 ? "" : "s", rows);
        if (!read_line(&at, end, &value))
            return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: line %" PRIu64 " is not a count: an integer of at most 2^53", path,
                              row + 1);
        counts_ret[row] = (double)value;
    }
    if (at != end)
        return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: has more lines than the table has rows, %" PRIu64, path, rows);
    return CARVQ_OK;
}

enum carvq_status carvq_counts_read(const char *path, double *counts_ret, uint64_t rows, struct carvq_error *error)
{
    struct carvq_map map;
    enum carvq_status status = carvq_map_open(path, &map, error);
    if (status != CARVQ_OK)
        return status;
    status = parse(path, (const char *)map.data, map.size, counts_ret, rows, error);
    carvq_map_close(&map);
    return status;
}
