// SPDX-License-Identifier: MIT
// A copy of a checkpoint with other values in some tables.
#define _POSIX_C_SOURCE 200809L
#define _FILE_OFFSET_BITS 64
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/half.h"
#include "runtime/status.h"
#include "checkpoint/internal.h"

#define BLOCK ((size_t)1 << 20) // bytes that are copied at once, and bytes of decoded rows (at least one row)

struct copier {
    const struct carvq_checkpoint *checkpoint;
    const struct carvq_checkpoint_change *change;
    const char *out_directory;
    int (*progress)(void *context, uint64_t done_bytes, uint64_t total_bytes);
    void *progress_context;
    uint64_t done, total;
    uint8_t *block; // BLOCK bytes
    struct carvq_error *error;
};

// One file of the copy.
struct transfer {
    struct copier *copier;
    const char *from, *to; // paths
    int in, out;           // descriptors
};

static enum carvq_status fail_system(struct copier *copier, const char *path, const char *what)
{
    return carvq_fail(copier->error, CARVQ_ERROR_IO, "%s: cannot %s: %s", path, what, strerror(errno));
}

static enum carvq_status put(struct transfer *transfer, const uint8_t *data, size_t nbytes)
{
    struct copier *copier = transfer->copier;
    for (size_t done = 0; done < nbytes;) {
        ssize_t written = write(transfer->out, data + done, nbytes - done);
        if (written < 0 && errno != EINTR)
            return fail_system(copier, transfer->to, "write");
        done += written > 0 ? (size_t)written : 0;
    }
    copier->done += nbytes;
    if (copier->progress != NULL && copier->progress(copier->progress_context, copier->done, copier->total) != 0)
        return carvq_fail(copier->error, CARVQ_ERROR_CANCELLED, "%s: cancelled", transfer->to);
    return CARVQ_OK;
}

// Copies the bytes begin .. end - 1 as they are. Reads instead of using the map, so that the file does not pile up in memory.
static enum carvq_status copy_range(struct transfer *transfer, uint64_t begin, uint64_t end)
{
    struct copier *copier = transfer->copier;
    while (begin < end) {
        size_t wanted = end - begin < BLOCK ? (size_t)(end - begin) : BLOCK;
        ssize_t got = pread(transfer->in, copier->block, wanted, (off_t)begin);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return fail_system(copier, transfer->from, "read");
        if (got == 0)
            return carvq_fail(copier->error, CARVQ_ERROR_IO, "%s: became shorter while it was copied", transfer->from);
        enum carvq_status status = put(transfer, copier->block, (size_t)got);
        if (status != CARVQ_OK)
            return status;
        begin += (size_t)got;
    }
    return CARVQ_OK;
}

static enum carvq_status put_rows(struct transfer *transfer, const struct carvq_checkpoint_replacement *replacement,
                                  size_t block_rows, float *values, uint8_t *bytes)
{
    const struct carvq_checkpoint_table *table = replacement->table;
    for (uint64_t row = 0; row < table->rows;) {
        size_t nrows = table->rows - row < block_rows ? (size_t)(table->rows - row) : block_rows, count = nrows * table->cols;
        enum carvq_status status = replacement->read_rows(replacement->context, row, nrows, values, transfer->copier->error);
        if (status != CARVQ_OK)
            return status;
        carvq_narrow(table->dtype, values, count, bytes);
        status = put(transfer, bytes, count * carvq_dtype_size(table->dtype));
        if (status != CARVQ_OK)
            return status;
        row += nrows;
    }
    return CARVQ_OK;
}

// Writes the new values of a table.
static enum carvq_status replace(struct transfer *transfer, const struct carvq_checkpoint_replacement *replacement)
{
    size_t row_bytes = replacement->table->cols * sizeof(float); // at most 2^26
    size_t block_rows = row_bytes < BLOCK ? BLOCK / row_bytes : 1;
    float *values = malloc(block_rows * row_bytes);
    uint8_t *bytes = malloc(block_rows * row_bytes);
    enum carvq_status status;
    if (values != NULL && bytes != NULL)
        status = put_rows(transfer, replacement, block_rows, values, bytes);
    else
        status = carvq_fail(transfer->copier->error, CARVQ_ERROR_MEMORY, "%s: out of memory", transfer->to);
    free(values);
    free(bytes);
    return status;
}

// The replacement whose data comes next in file, at or behind position; NULL if there is none.
static const struct carvq_checkpoint_replacement *next_replacement(const struct copier *copier,
                                                                   const struct carvq_tensor_file *file, uint64_t position)
{
    const struct carvq_checkpoint_replacement *next = NULL;
    for (size_t i = 0; i < copier->change->replacement_count; i++) {
        const struct carvq_tensor *tensor = copier->change->replacements[i].table->tensor;
        if (tensor->file == file->path && tensor->begin >= position &&
            (next == NULL || tensor->begin < next->table->tensor->begin))
            next = &copier->change->replacements[i];
    }
    return next;
}

// ---- files that get or lose tensors

static bool is_removed(const struct carvq_checkpoint_change *change, const struct carvq_tensor *tensor)
{
    for (size_t i = 0; i < change->removal_count; i++)
        if (change->removals[i] == tensor)
            return true;
    return false;
}

// What a file gets at a place, or NULL.
static const struct carvq_checkpoint_addition *find_addition(const struct carvq_checkpoint_change *change, const char *name,
                                                             size_t place)
{
    for (size_t i = 0; i < change->addition_count; i++)
        if (change->additions[i].place == place && strcmp(change->additions[i].file, name) == 0)
            return &change->additions[i];
    return NULL;
}

static bool changes_header(const struct copier *copier, const struct carvq_tensor_file *file)
{
    for (size_t i = 0; i < copier->change->removal_count; i++)
        if (copier->change->removals[i]->file == file->path)
            return true;
    for (size_t i = 0; i < copier->change->addition_count; i++)
        if (strcmp(copier->change->additions[i].file, file->name) == 0)
            return true;
    return false;
}

static struct carvq_tensor tensor_of(const struct carvq_checkpoint_addition *addition)
{
    static const enum carvq_tensor_type types[] = {
        [CARVQ_F32] = CARVQ_TENSOR_F32, [CARVQ_F16] = CARVQ_TENSOR_F16, [CARVQ_BF16] = CARVQ_TENSOR_BF16};
    const struct carvq_checkpoint_table *table = addition->values.table;
    struct carvq_tensor tensor = {.name = addition->name, .type = types[table->dtype], .dims = 2};
    tensor.shape[0] = table->rows;
    tensor.shape[1] = table->cols;
    tensor.nbytes = table->rows * table->cols * carvq_dtype_size(table->dtype);
    return tensor;
}

// Lists the tensors that the new file has: tensors_ret and additions_ret, which is NULL for those that come from the old one.
// Both have room for all. Returns how many.
static size_t list_new(const struct copier *copier, const struct carvq_tensor_file *file, struct carvq_tensor *tensors_ret,
                       const struct carvq_checkpoint_addition **additions_ret)
{
    const struct carvq_checkpoint *checkpoint = copier->checkpoint;
    size_t count = 0, old = 0;
    while (old < checkpoint->tensor_count && checkpoint->tensors[old].file != file->path)
        old++; // file by file
    for (;; count++) {
        additions_ret[count] = find_addition(copier->change, file->name, count);
        while (old < checkpoint->tensor_count && is_removed(copier->change, &checkpoint->tensors[old]))
            old++;
        const bool has_old = old < checkpoint->tensor_count && checkpoint->tensors[old].file == file->path;
        if (additions_ret[count] != NULL)
            tensors_ret[count] = tensor_of(additions_ret[count]);
        else if (has_old)
            tensors_ret[count] = checkpoint->tensors[old++];
        else
            return count;
    }
}

static enum carvq_status put_tensors(struct transfer *transfer, const struct carvq_tensor_file *file,
                                     const struct carvq_tensor *tensors, const struct carvq_checkpoint_addition *const *additions,
                                     size_t count)
{
    size_t size = 0;
    uint8_t *header = file->format->header(file, tensors, count, &size);
    if (header == NULL)
        return carvq_fail(transfer->copier->error, CARVQ_ERROR_MEMORY, "%s: out of memory", transfer->to);
    enum carvq_status status = put(transfer, header, size);
    free(header);
    for (size_t i = 0; i < count && status == CARVQ_OK; i++)
        status = additions[i] != NULL ? replace(transfer, &additions[i]->values)
                                      : copy_range(transfer, tensors[i].begin, tensors[i].begin + tensors[i].nbytes);
    return status;
}

static enum carvq_status rewrite(struct transfer *transfer, const struct carvq_tensor_file *file)
{
    const struct copier *copier = transfer->copier;
    const size_t most = file->count + copier->change->addition_count + 1;
    struct carvq_tensor *tensors = calloc(most, sizeof *tensors);
    const struct carvq_checkpoint_addition **additions = calloc(most, sizeof *additions);
    enum carvq_status status;
    if (tensors != NULL && additions != NULL)
        status = put_tensors(transfer, file, tensors, additions, list_new(copier, file, tensors, additions));
    else
        status = carvq_fail(copier->error, CARVQ_ERROR_MEMORY, "%s: out of memory", transfer->to);
    free(tensors);
    free(additions);
    return status;
}

// Copies a file of nbytes bytes; file is NULL if it holds no tensors.
static enum carvq_status copy_content(struct transfer *transfer, const struct carvq_tensor_file *file, uint64_t nbytes)
{
    const struct carvq_checkpoint_replacement *next;
    uint64_t position = 0;
    if (file != NULL && changes_header(transfer->copier, file))
        return rewrite(transfer, file);
    while (file != NULL && (next = next_replacement(transfer->copier, file, position)) != NULL) {
        const struct carvq_tensor *tensor = next->table->tensor;
        enum carvq_status status = copy_range(transfer, position, tensor->begin);
        if (status == CARVQ_OK)
            status = replace(transfer, next);
        if (status != CARVQ_OK)
            return status;
        position = tensor->begin + tensor->nbytes;
    }
    return copy_range(transfer, position, nbytes);
}

static enum carvq_status open_and_copy(struct transfer *transfer, const struct carvq_tensor_file *file)
{
    struct copier *copier = transfer->copier;
    struct stat info;
    transfer->in = open(transfer->from, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (transfer->in < 0)
        return fail_system(copier, transfer->from, "open");
    if (fstat(transfer->in, &info) != 0)
        return fail_system(copier, transfer->from, "read");
    transfer->out = open(transfer->to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (transfer->out < 0)
        return fail_system(copier, transfer->to, "create");
    const char *config = copier->change->config;
    enum carvq_status status;
    if (config != NULL && strcmp(transfer->from, copier->checkpoint->directory.beside[CARVQ_FILE_CONFIG]) == 0)
        status = put(transfer, (const uint8_t *)config, strlen(config));
    else
        status = copy_content(transfer, file, file != NULL ? file->map.size : (uint64_t)info.st_size);
    int closed = close(transfer->out);
    if (status == CARVQ_OK && closed != 0)
        return fail_system(copier, transfer->to, "write");
    return status;
}

// Copies the file at from to the name in the output directory.
static enum carvq_status copy_file(struct copier *copier, const char *from, const char *name,
                                   const struct carvq_tensor_file *file)
{
    char *to = carvq_path_join(copier->out_directory, name);
    if (to == NULL)
        return carvq_fail(copier->error, CARVQ_ERROR_MEMORY, "%s: out of memory", from);
    struct transfer transfer = {copier, from, to, -1, -1};
    enum carvq_status status = open_and_copy(&transfer, file);
    if (transfer.in >= 0)
        close(transfer.in);
    free(to);
    return status;
}

static const struct carvq_tensor_file *find_file(const struct carvq_checkpoint *checkpoint, const char *name)
{
    for (size_t i = 0; i < checkpoint->file_count; i++)
        if (strcmp(checkpoint->files[i].name, name) == 0)
            return &checkpoint->files[i];
    return NULL;
}

// One entry of the directory: copies it if write, else only adds its size to the total. Whatever is no regular file, nor a
// link to one, is left out.
static enum carvq_status visit_entry(struct copier *copier, const char *name, bool write)
{
    const struct carvq_checkpoint_change *change = copier->change;
    struct stat info;
    enum carvq_status status = CARVQ_OK;
    if ((change->left_out != NULL && strcmp(name, change->left_out) == 0) ||
        (change->config != NULL && change->config[0] == '\0' && strcmp(name, "config.json") == 0))
        return CARVQ_OK;
    char *path = carvq_path_join(copier->checkpoint->directory.path, name);
    if (path == NULL)
        return carvq_fail(copier->error, CARVQ_ERROR_MEMORY, "%s: out of memory", name);
    if (stat(path, &info) != 0)
        status = errno == ENOENT || errno == ELOOP ? CARVQ_OK : fail_system(copier, path, "read"); // ENOENT: a dangling link
    else if (S_ISREG(info.st_mode) && write)
        status = copy_file(copier, path, name, find_file(copier->checkpoint, name));
    else if (S_ISREG(info.st_mode))
        copier->total += (uint64_t)info.st_size;
    free(path);
    return status;
}

static enum carvq_status copy_directory(struct copier *copier)
{
    struct dirent **entries;
    int count = scandir(copier->checkpoint->directory.path, &entries, NULL, alphasort);
    if (count < 0)
        return fail_system(copier, copier->checkpoint->directory.path, "read");
    enum carvq_status status = CARVQ_OK;
    for (int i = 0; status == CARVQ_OK && i < count; i++)
        status = visit_entry(copier, entries[i]->d_name, false);
    for (int i = 0; status == CARVQ_OK && i < count; i++)
        status = visit_entry(copier, entries[i]->d_name, true);
    for (int i = 0; i < count; i++)
        free(entries[i]);
    free(entries);
    return status;
}

// A config.json that the original has not.
static enum carvq_status write_config(struct copier *copier)
{
    const char *text = copier->change->config;
    if (text == NULL || text[0] == '\0' || copier->checkpoint->directory.config != NULL)
        return CARVQ_OK;
    char *to = carvq_path_join(copier->out_directory, "config.json");
    if (to == NULL)
        return carvq_fail(copier->error, CARVQ_ERROR_MEMORY, "config.json: out of memory");
    struct transfer transfer = {copier, "", to, -1, open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666)};
    enum carvq_status status = transfer.out < 0 ? fail_system(copier, to, "create")
                                                : put(&transfer, (const uint8_t *)text, strlen(text));
    if (transfer.out >= 0 && close(transfer.out) != 0 && status == CARVQ_OK)
        status = fail_system(copier, to, "write");
    free(to);
    return status;
}

enum carvq_status carvq_checkpoint_rewrite(const struct carvq_checkpoint *checkpoint,
                                           const struct carvq_checkpoint_change *change, const char *out_directory,
                                           int (*progress)(void *context, uint64_t done_bytes, uint64_t total_bytes),
                                           void *progress_context, struct carvq_error *error)
{
    struct copier copier = {.checkpoint = checkpoint,
                            .change = change,
                            .out_directory = out_directory,
                            .progress = progress,
                            .progress_context = progress_context,
                            .error = error};
    const struct carvq_tensor_file *first = &checkpoint->files[0];
    copier.block = malloc(BLOCK);
    if (copier.block == NULL)
        return carvq_fail(error, CARVQ_ERROR_MEMORY, "%s: out of memory", checkpoint->directory.given);
    enum carvq_status status;
    if (checkpoint->directory.whole) {
        status = copy_directory(&copier);
        if (status == CARVQ_OK)
            status = write_config(&copier);
    } else {
        char name[32];
        snprintf(name, sizeof name, "model%s", first->ending);
        copier.total = first->map.size;
        status = copy_file(&copier, first->path, name, first);
    }
    free(copier.block);
    return status;
}

enum carvq_status carvq_checkpoint_copy(const struct carvq_checkpoint *checkpoint,
                                        const struct carvq_checkpoint_replacement *replacements, size_t count,
                                        const char *out_directory,
                                        int (*progress)(void *context, uint64_t done_bytes, uint64_t total_bytes),
                                        void *progress_context, struct carvq_error *error)
{
    const struct carvq_checkpoint_change change = {.replacements = replacements, .replacement_count = count};
    return carvq_checkpoint_rewrite(checkpoint, &change, out_directory, progress, progress_context, error);
}

const char *carvq_checkpoint_place(const struct carvq_checkpoint *checkpoint, const struct carvq_tensor *tensor,
                                   size_t *place_ret)
{
    const size_t index = (size_t)(tensor - checkpoint->tensors);
    for (*place_ret = 0; *place_ret < index && checkpoint->tensors[index - *place_ret - 1].file == tensor->file;)
        ++*place_ret;
    const char *slash = strrchr(tensor->file, '/');
    return slash != NULL ? slash + 1 : tensor->file;
}
