// SPDX-License-Identifier: MIT
// Help for a user whose tensor was not found.
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "runtime/status.h"
#include "checkpoint/internal.h"

#define SUGGESTIONS 3
#define MAX_LENGTH 200 // of names that are compared; longer ones are no typing errors

// A list of the best tensors seen so far, best first.
struct ranking {
    const struct carvq_checkpoint_tensor *tensors[SUGGESTIONS];
    uint64_t scores[SUGGESTIONS]; // smaller is better; of equals, the first stays in front
    size_t count;
};

static void rank(struct ranking *ranking, const struct carvq_checkpoint_tensor *tensor, uint64_t score)
{
    size_t place = ranking->count;
    while (place > 0 && score < ranking->scores[place - 1])
        place--;
    if (place == SUGGESTIONS)
        return;
    if (ranking->count < SUGGESTIONS)
        ranking->count++;
    for (size_t i = ranking->count - 1; i > place; i--) {
        ranking->tensors[i] = ranking->tensors[i - 1];
        ranking->scores[i] = ranking->scores[i - 1];
    }
    ranking->tensors[place] = tensor;
    ranking->scores[place] = score;
}

static unsigned min3(unsigned a, unsigned b, unsigned c)
{
    unsigned least = a < b ? a : b;
    return least < c ? least : c;
}

// Insertions, deletions and replacements that make b of a, or limit + 1 if it takes more than limit (or a name is long).
static unsigned edit_distance(const char *a, const char *b, unsigned limit)
{
    size_t rows = strlen(a), columns = strlen(b);
    unsigned distance[MAX_LENGTH + 1];
    if (rows > MAX_LENGTH || columns > MAX_LENGTH || (rows > columns ? rows - columns : columns - rows) > limit)
        return limit + 1;
    for (unsigned j = 0; j <= columns; j++)
        distance[j] = j;
    for (unsigned i = 1; i <= rows; i++) {
        unsigned diagonal = distance[0], least = i;
        distance[0] = i;
        for (size_t j = 1; j <= columns; j++) {
            unsigned above = distance[j];
            distance[j] = min3(above + 1, distance[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1]));
            diagonal = above;
            least = distance[j] < least ? distance[j] : least;
        }
        if (least > limit)
            return limit + 1;
    }
    return distance[columns] <= limit ? distance[columns] : limit + 1;
}

// Appends formatted text to the string of *used_ret bytes in buffer, as far as it fits.
static void append(char *buffer, size_t size, size_t *used_ret, const char *format, ...) CARVQ_PRINTF(4, 5);
static void append(char *buffer, size_t size, size_t *used_ret, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int written = vsnprintf(buffer + *used_ret, size - *used_ret, format, arguments);
    va_end(arguments);
    size_t left = size - *used_ret - 1;
    *used_ret += written >= 0 && (size_t)written < left ? (size_t)written : left;
}

void carvq_checkpoint_describe_tensors(const struct carvq_checkpoint *checkpoint, char *buffer, size_t size)
{
    struct ranking ranking = {0};
    enum carvq_dtype dtype;
    size_t used = 0;
    for (size_t i = 0; i < checkpoint->tensor_count; i++) {
        const struct carvq_st_tensor *header = checkpoint->tensors[i].header;
        bool suits = header->dims == 2 && carvq_checkpoint_float_type(header->dtype, &dtype);
        rank(&ranking, &checkpoint->tensors[i], (suits ? INT64_MAX : UINT64_MAX) - header->nbytes);
    }
    append(buffer, size, &used, ranking.count == 0 ? "no tensors" : ranking.count == 1 ? "only " : "");
    for (size_t i = 0; i < ranking.count; i++) {
        const struct carvq_st_tensor *header = ranking.tensors[i]->header;
        append(buffer, size, &used, "%s'%.80s' (", i > 0 ? ", " : "", header->name);
        for (unsigned d = 0; d < header->dims; d++)
            append(buffer, size, &used, "%" PRIu64 "%s", header->shape[d], d + 1 < header->dims ? " x " : " ");
        append(buffer, size, &used, "%s)", carvq_st_dtype_name(header->dtype));
    }
    if (checkpoint->tensor_count > ranking.count)
        append(buffer, size, &used, " and %zu more", checkpoint->tensor_count - ranking.count);
}

// "did you mean 'A', 'B' or 'C'?"; false if no name is near. A name that contains the other is as good as one slip.
static bool describe_near_names(const struct carvq_checkpoint *checkpoint, const char *name, char *buffer, size_t size)
{
    struct ranking ranking = {0};
    unsigned limit = (unsigned)(strlen(name) < MAX_LENGTH ? strlen(name) : MAX_LENGTH) / 3 + 1;
    for (size_t i = 0; i < checkpoint->tensor_count; i++) {
        const char *present = checkpoint->by_name[i]->header->name;
        bool contains = strstr(present, name) != NULL || (present[0] != '\0' && strstr(name, present) != NULL);
        unsigned score = contains ? 1 : edit_distance(name, present, limit);
        if (score <= limit)
            rank(&ranking, checkpoint->by_name[i], score);
    }
    size_t used = 0;
    for (size_t i = 0; i < ranking.count; i++) {
        const char *before = i == 0 ? "did you mean " : i + 1 < ranking.count ? ", " : " or ";
        append(buffer, size, &used, "%s'%.80s'%s", before, ranking.tensors[i]->header->name, i + 1 == ranking.count ? "?" : "");
    }
    return ranking.count > 0;
}

enum carvq_status carvq_checkpoint_require(const struct carvq_checkpoint *checkpoint, const char *name,
                                           const struct carvq_checkpoint_tensor **tensor_ret, struct carvq_error *error)
{
    *tensor_ret = carvq_checkpoint_find(checkpoint, name);
    if (*tensor_ret != NULL)
        return CARVQ_OK;
    char help[300] = "there are ";
    size_t used = strlen(help);
    if (name[0] == '\0' || !describe_near_names(checkpoint, name, help, sizeof help))
        carvq_checkpoint_describe_tensors(checkpoint, help + used, sizeof help - used);
    return carvq_fail(error, CARVQ_ERROR_NOT_FOUND, "%s: no tensor '%.100s'; %s", checkpoint->path, name, help);
}
