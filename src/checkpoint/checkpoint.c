// SPDX-License-Identifier: MIT
// An open checkpoint: its files, its tensors by name, and help for a user who gave a name that is not there.
#include "checkpoint/checkpoint.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/status.h"
#include "checkpoint/internal.h"
#include "checkpoint/near.h"

#define SUGGESTIONS 3

static enum carvq_status fail_memory(const char *path, struct carvq_error *error)
{
    return carvq_fail(error, CARVQ_ERROR_MEMORY, "%s: out of memory", path);
}

// Lists the tensors of all files and refuses a name that stands in two of them.
static enum carvq_status list_tensors(struct carvq_checkpoint *checkpoint, struct carvq_error *error)
{
    size_t count = 0;
    for (size_t i = 0; i < checkpoint->file_count; i++)
        count += checkpoint->files[i].count;
    checkpoint->tensors = calloc(count + 1, sizeof *checkpoint->tensors);
    checkpoint->by_name = calloc(count + 1, sizeof *checkpoint->by_name);
    if (checkpoint->tensors == NULL || checkpoint->by_name == NULL)
        return fail_memory(checkpoint->directory.given, error);
    for (size_t i = 0; i < checkpoint->file_count; i++) {
        const struct carvq_tensor_file *file = &checkpoint->files[i];
        for (size_t j = 0; j < file->count; j++) {
            struct carvq_tensor *tensor = &checkpoint->tensors[checkpoint->tensor_count];
            *tensor = file->format->tensor(file, j);
            checkpoint->by_name[checkpoint->tensor_count++] = tensor;
        }
    }
    carvq_tensor_sort(checkpoint->by_name, count);
    for (size_t i = 1; i < count; i++)
        if (strcmp(checkpoint->by_name[i - 1]->name, checkpoint->by_name[i]->name) == 0)
            return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: tensor '%.200s' stands in two shards, also in %s",
                              checkpoint->by_name[i]->file, checkpoint->by_name[i]->name, checkpoint->by_name[i - 1]->file);
    return CARVQ_OK;
}

// A shard that cannot be read does not matter to who needs none of its tensors.
static enum carvq_status open_files(struct carvq_checkpoint *checkpoint, struct carvq_error *error)
{
    struct carvq_directory *directory = &checkpoint->directory;
    struct carvq_error problem = {.status = CARVQ_OK};
    checkpoint->files = calloc(directory->weights_count, sizeof *checkpoint->files);
    if (checkpoint->files == NULL)
        return fail_memory(directory->given, error);
    for (size_t i = 0; i < directory->weights_count && problem.status != CARVQ_ERROR_MEMORY; i++) {
        struct carvq_tensor_file *file = &checkpoint->files[checkpoint->file_count];
        if (carvq_tensor_file_open(directory->weights[i], file, &problem) == CARVQ_OK) {
            checkpoint->file_count++;
            continue;
        }
        carvq_tensor_file_close(file);
        if (directory->weights_count > 1)
            carvq_directory_note(directory, "%s; this shard is left out", problem.message);
    }
    if (checkpoint->file_count == 0 || problem.status == CARVQ_ERROR_MEMORY)
        return carvq_fail(error, problem.status, "%s", problem.message);
    return CARVQ_OK;
}

static bool all_begin_with(const struct carvq_checkpoint *checkpoint, const char *prefix)
{
    for (size_t i = 0; i < checkpoint->tensor_count; i++)
        if (strncmp(checkpoint->tensors[i].name, prefix, strlen(prefix)) != 0)
            return false;
    return checkpoint->tensor_count > 0;
}

// How names begin that programs put in front of a model's own (torch.compile, DataParallel, PEFT), and whether "model." is
// missing because the model was saved without its head.
static void find_prefix(struct carvq_checkpoint *checkpoint)
{
    static const char *const wrappers[] = {"_orig_mod.module.", "module._orig_mod.", "_orig_mod.", "module.",
                                           "base_model.model."};
    static const char *const known[] = {"embed_tokens.weight", "norm.weight"};
    char name[80];
    checkpoint->prefix = "";
    for (size_t i = 0; i < sizeof wrappers / sizeof *wrappers && checkpoint->prefix[0] == '\0'; i++)
        if (all_begin_with(checkpoint, wrappers[i]))
            checkpoint->prefix = wrappers[i];
    for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
        snprintf(name, sizeof name, "%s%s", checkpoint->prefix, known[k]);
        checkpoint->bare = checkpoint->bare || carvq_checkpoint_find(checkpoint, name) != NULL;
    }
}

enum carvq_status carvq_checkpoint_open(const char *path, struct carvq_checkpoint **checkpoint_ret, struct carvq_error *error)
{
    struct carvq_checkpoint *checkpoint = calloc(1, sizeof *checkpoint);
    if (checkpoint == NULL)
        return fail_memory(path, error);
    enum carvq_status status = carvq_directory_open(path, &checkpoint->directory, error);
    if (status == CARVQ_OK)
        status = open_files(checkpoint, error);
    if (status == CARVQ_OK)
        status = list_tensors(checkpoint, error);
    if (status == CARVQ_OK)
        status = carvq_directory_read_config(&checkpoint->directory, error);
    if (status == CARVQ_OK)
        status = carvq_checkpoint_packed(checkpoint) != NULL
                     ? CARVQ_OK
                     : carvq_directory_compare(&checkpoint->directory, checkpoint->by_name, checkpoint->tensor_count, error);
    if (status == CARVQ_OK) {
        find_prefix(checkpoint);
        *checkpoint_ret = checkpoint;
    } else {
        carvq_checkpoint_close(checkpoint);
    }
    return status;
}

void carvq_checkpoint_close(struct carvq_checkpoint *checkpoint)
{
    if (checkpoint == NULL)
        return;
    for (size_t i = 0; i < checkpoint->file_count; i++)
        carvq_tensor_file_close(&checkpoint->files[i]);
    free(checkpoint->files);
    free(checkpoint->tensors);
    free(checkpoint->by_name);
    carvq_directory_close(&checkpoint->directory);
    free(checkpoint);
}

const char *carvq_checkpoint_path(const struct carvq_checkpoint *checkpoint)
{
    return checkpoint->directory.given;
}

const char *carvq_checkpoint_directory(const struct carvq_checkpoint *checkpoint)
{
    return checkpoint->directory.path;
}

const char *carvq_checkpoint_file(const struct carvq_checkpoint *checkpoint, size_t index)
{
    const struct carvq_directory *directory = &checkpoint->directory;
    if (index < directory->weights_count)
        return directory->weights[index];
    index -= directory->weights_count;
    return index < CARVQ_FILES_BESIDE ? directory->beside[index] : NULL;
}

const json_t *carvq_checkpoint_config(const struct carvq_checkpoint *checkpoint)
{
    return checkpoint->directory.config;
}

const char *carvq_checkpoint_config_path(const struct carvq_checkpoint *checkpoint)
{
    return checkpoint->directory.beside[CARVQ_FILE_CONFIG];
}

size_t carvq_checkpoint_tensor_count(const struct carvq_checkpoint *checkpoint)
{
    return checkpoint->tensor_count;
}

const struct carvq_tensor *carvq_checkpoint_tensor_at(const struct carvq_checkpoint *checkpoint, size_t index)
{
    return index < checkpoint->tensor_count ? &checkpoint->tensors[index] : NULL;
}

bool carvq_checkpoint_is_listed(const struct carvq_checkpoint *checkpoint, const char *name)
{
    return carvq_directory_shard(&checkpoint->directory, name) != NULL;
}

const char *carvq_checkpoint_find_listed(const struct carvq_checkpoint *checkpoint, bool (*is_wanted)(const char *name))
{
    const char *name;
    json_t *shard;
    json_object_foreach (json_object_get(checkpoint->directory.index, "weight_map"), name, shard)
        if (is_wanted(name))
            return name;
    return NULL;
}

const struct carvq_tensor *carvq_checkpoint_find(const struct carvq_checkpoint *checkpoint, const char *name)
{
    return carvq_tensor_find(checkpoint->by_name, checkpoint->tensor_count, name);
}

// The usual name as it stands in these files.
static const char *actual_name(const struct carvq_checkpoint *checkpoint, const char *usual, char *buffer, size_t size)
{
    const bool cut = checkpoint->bare && strncmp(usual, "model.", strlen("model.")) == 0;
    snprintf(buffer, size, "%s%s", checkpoint->prefix, usual + (cut ? strlen("model.") : 0));
    return buffer;
}

const struct carvq_tensor *carvq_checkpoint_find_usual(const struct carvq_checkpoint *checkpoint, const char *usual)
{
    char name[300];
    return carvq_checkpoint_find(checkpoint, actual_name(checkpoint, usual, name, sizeof name));
}

const char *carvq_checkpoint_usual_name(const struct carvq_checkpoint *checkpoint, const char *name, char *buffer, size_t size)
{
    const size_t length = strlen(checkpoint->prefix);
    if (strncmp(name, checkpoint->prefix, length) == 0)
        name += length;
    const bool headless = checkpoint->bare && strncmp(name, "lm_head.", strlen("lm_head.")) != 0;
    snprintf(buffer, size, "%s%s", headless ? "model." : "", name);
    return buffer;
}

const char *carvq_checkpoint_note(const struct carvq_checkpoint *checkpoint, size_t index)
{
    return index < checkpoint->directory.note_count ? checkpoint->directory.notes[index].message : NULL;
}

const json_t *carvq_checkpoint_packed(const struct carvq_checkpoint *checkpoint)
{
    const json_t *about = json_object_get(checkpoint->directory.config, "carvq");
    return json_is_array(json_object_get(about, "tensors")) ? about : NULL;
}

const json_t *carvq_checkpoint_generation_config(const struct carvq_checkpoint *checkpoint)
{
    return checkpoint->directory.generation;
}

const json_t *carvq_checkpoint_quant_config(const struct carvq_checkpoint *checkpoint)
{
    return checkpoint->directory.quantization;
}

// A list of the best tensors seen so far, best first.
struct ranking {
    const struct carvq_tensor *tensors[SUGGESTIONS];
    uint64_t scores[SUGGESTIONS]; // smaller is better; of equals, the first stays in front
    size_t count;
};

static void rank(struct ranking *ranking, const struct carvq_tensor *tensor, uint64_t score)
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
        const struct carvq_tensor *tensor = &checkpoint->tensors[i];
        bool suits = tensor->dims == 2 && carvq_tensor_dtype(tensor->type, &dtype);
        rank(&ranking, tensor, (suits ? INT64_MAX : UINT64_MAX) - tensor->nbytes);
    }
    append(buffer, size, &used, ranking.count == 0 ? "no tensors" : ranking.count == 1 ? "only " : "");
    for (size_t i = 0; i < ranking.count; i++) {
        const struct carvq_tensor *tensor = ranking.tensors[i];
        append(buffer, size, &used, "%s'%.80s' (", i > 0 ? ", " : "", tensor->name);
        for (unsigned d = 0; d < tensor->dims; d++)
            append(buffer, size, &used, "%" PRIu64 "%s", tensor->shape[d], d + 1 < tensor->dims ? " x " : " ");
        append(buffer, size, &used, "%s)", carvq_tensor_type_name(tensor->type));
    }
    if (checkpoint->tensor_count > ranking.count)
        append(buffer, size, &used, " and %zu more", checkpoint->tensor_count - ranking.count);
}

// "did you mean 'A', 'B' or 'C'?"; false if no name is near. A name that contains the other is as good as one slip.
static bool describe_near_names(const struct carvq_checkpoint *checkpoint, const char *name, char *buffer, size_t size)
{
    struct ranking ranking = {0};
    unsigned limit = (unsigned)(strlen(name) < CARVQ_NEAR_LENGTH ? strlen(name) : CARVQ_NEAR_LENGTH) / 3 + 1;
    for (size_t i = 0; i < checkpoint->tensor_count; i++) {
        const char *present = checkpoint->by_name[i]->name;
        bool contains = strstr(present, name) != NULL || (present[0] != '\0' && strstr(name, present) != NULL);
        unsigned score = contains ? 1 : carvq_edit_distance(name, present, limit);
        if (score <= limit)
            rank(&ranking, checkpoint->by_name[i], score);
    }
    size_t used = 0;
    for (size_t i = 0; i < ranking.count; i++) {
        const char *before = i == 0 ? "did you mean " : i + 1 < ranking.count ? ", " : " or ";
        append(buffer, size, &used, "%s'%.80s'%s", before, ranking.tensors[i]->name, i + 1 == ranking.count ? "?" : "");
    }
    return ranking.count > 0;
}

enum carvq_status carvq_checkpoint_fail_packed(const struct carvq_checkpoint *checkpoint, struct carvq_error *error)
{
    return carvq_fail(error, CARVQ_ERROR_NOT_FOUND,
                      "%s: is packed, without its tables: 'carvq unpack %s -o DIR' makes a plain model of it",
                      checkpoint->directory.given, checkpoint->directory.given);
}

enum carvq_status carvq_checkpoint_require(const struct carvq_checkpoint *checkpoint, const char *name,
                                           const struct carvq_tensor **tensor_ret, struct carvq_error *error)
{
    *tensor_ret = carvq_checkpoint_find(checkpoint, name);
    if (*tensor_ret != NULL)
        return CARVQ_OK;
    char help[300] = "there are ";
    size_t used = strlen(help);
    const char *shard = carvq_directory_shard(&checkpoint->directory, name);
    if (carvq_checkpoint_packed(checkpoint) != NULL)
        return carvq_checkpoint_fail_packed(checkpoint, error);
    if (shard != NULL)
        return carvq_fail(error, CARVQ_ERROR_NOT_FOUND,
                          "%s: no tensor '%.100s': the index puts it into %.100s, which is missing, damaged or of another model: "
                          "download that file again",
                          checkpoint->directory.given, name, shard);
    if (name[0] == '\0' || !describe_near_names(checkpoint, name, help, sizeof help))
        carvq_checkpoint_describe_tensors(checkpoint, help + used, sizeof help - used);
    return carvq_fail(error, CARVQ_ERROR_NOT_FOUND, "%s: no tensor '%.100s'; %s", checkpoint->directory.given, name, help);
}
