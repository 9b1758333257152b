// SPDX-License-Identifier: MIT
// Which tensors are tables of token embeddings, and how their rows are read.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/status.h"
#include "checkpoint/internal.h"

// A name is a list of components between dots; a last component "weight" does not count. By what is then the last
// component, the architectures agree well enough to need no list of full names:
//     model.embed_tokens            Llama, Mistral, Qwen, Phi, Gemma and most others; wrapped language models have more in
//                                   front of it (model.language_model.., language_model.model.., thinker.model..)
//     model.embed_tokens_per_layer  Gemma 3n and 4
//     transformer.wte               GPT-2, GPT-Neo, MPT (not wpe: positions)
//     gpt_neox.embed_in             GPT-NeoX, Pythia
//     word_embeddings, word_embedding, tok_embeddings, token_embedding, tokens_embed
//                                   BLOOM, Falcon, ChatGLM, BERT and its kin; XLNet; ModernBERT, InternLM2, Llama as
//                                   published by Meta; CLIP's text encoder; GPT
//     shared                        T5, BART
static const char *const leaves[] = {
    "embed_tokens",   "embed_tokens_per_layer", "wte",          "embed_in", "word_embeddings", "word_embedding",
    "tok_embeddings", "token_embedding",        "tokens_embed", "shared"};
// These say less: they count alone (word vectors) or right behind one of the stems (Mamba, RWKV, XLM ..).
static const char *const vague_leaves[] = {"embed", "embedding", "embeddings", "emb"};
static const char *const stems[] = {"backbone", "model", "transformer", "rwkv"};
// Below a component that begins so there is another modality, and below a number something that belongs to one layer.
static const char *const strangers[] = {"vision", "visual", "image_", "audio", "video", "talker"};

#define COUNT(array) (sizeof(array) / sizeof *(array))

static bool equals(const char *text, size_t length, const char *word)
{
    return strlen(word) == length && memcmp(text, word, length) == 0;
}

static bool is_among(const char *text, size_t length, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (equals(text, length, words[i]))
            return true;
    return false;
}

static bool begins_with(const char *text, size_t length, const char *prefix)
{
    return length >= strlen(prefix) && memcmp(text, prefix, strlen(prefix)) == 0;
}

static bool is_stranger(const char *component, size_t length)
{
    for (size_t i = 0; i < COUNT(strangers); i++)
        if (begins_with(component, length, strangers[i]))
            return true;
    return length > 0 && component[0] >= '0' && component[0] <= '9';
}

bool carvq_is_table_name(const char *name)
{
    size_t length = strlen(name), suffix = strlen(".weight");
    if (length > suffix && strcmp(name + length - suffix, ".weight") == 0)
        length -= suffix;
    const char *component = name, *dot;
    while ((dot = memchr(component, '.', length - (size_t)(component - name))) != NULL) {
        if (is_stranger(component, (size_t)(dot - component)))
            return false;
        component = dot + 1;
    }
    size_t stem = component > name ? (size_t)(component - 1 - name) : 0, leaf = length - (size_t)(component - name);
    if (is_among(component, leaf, leaves, COUNT(leaves)))
        return true;
    return is_among(component, leaf, vague_leaves, COUNT(vague_leaves)) &&
           (stem == 0 || is_among(name, stem, stems, COUNT(stems)));
}

bool carvq_is_main_table_name(const char *name)
{
    return carvq_is_table_name(name) && strstr(name, "per_layer") == NULL;
}

static enum carvq_status fail_tensor(const struct carvq_tensor *tensor, const char *cause, struct carvq_error *error)
{
    return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: tensor '%.200s': %s", tensor->file, tensor->name, cause);
}

static enum carvq_status fail_type(const struct carvq_checkpoint *checkpoint, const struct carvq_tensor *tensor,
                                   struct carvq_error *error)
{
    char cause[200];
    if (carvq_checkpoint_packing(checkpoint, tensor->name, cause, sizeof cause) == NULL)
        snprintf(cause, sizeof cause, "the dtype is %s, but a table must be F32, F16 or BF16: convert it first",
                 carvq_tensor_type_name(tensor->type));
    return fail_tensor(tensor, cause, error);
}

// Tensors that have to change with a table: copies of its bytes under the names of tables, and of heads if that is tied.
static void find_copies(const struct carvq_checkpoint *checkpoint, struct carvq_checkpoint_table *table)
{
    for (size_t i = 0; i < checkpoint->tensor_count && table->copy_count < CARVQ_MAX_COPIES; i++) {
        const struct carvq_tensor *other = &checkpoint->tensors[i];
        if (other != table->tensor && table->head != CARVQ_HEAD_ITSELF &&
            (carvq_is_table_name(other->name) || (table->head == CARVQ_HEAD_TIED && carvq_is_plain_head_name(other->name))) &&
            carvq_is_copy(other, table->tensor))
            table->copies[table->copy_count++] = other;
    }
}

static void find_head(const struct carvq_checkpoint *checkpoint, struct carvq_checkpoint_table *table)
{
    const char *name = table->tensor->name;
    const struct carvq_tensor *head;
    if (carvq_is_main_table_name(name)) {
        table->head = carvq_checkpoint_head(checkpoint, table->tensor, &head);
        if (table->head == CARVQ_HEAD_UNTIED && carvq_checkpoint_says_tied(checkpoint))
            table->untied_by = head;
    } else if (carvq_is_head_name(name)) {
        // What is stored as the head alone is the table, too, if it is tied.
        const bool alone = carvq_checkpoint_main_table(checkpoint) == NULL && carvq_checkpoint_says_tied(checkpoint);
        table->head = alone ? CARVQ_HEAD_TIED : CARVQ_HEAD_ITSELF;
    }
}

// Makes a table of a tensor, if it can be one.
static enum carvq_status make_table(const struct carvq_checkpoint *checkpoint, const struct carvq_tensor *tensor,
                                    struct carvq_checkpoint_table *table_ret, struct carvq_error *error)
{
    enum carvq_dtype dtype;
    char cause[120];
    if (tensor->dims != 2) {
        snprintf(cause, sizeof cause, "a table has two dimensions, this has %u", tensor->dims);
        return fail_tensor(tensor, cause, error);
    }
    if (!carvq_tensor_dtype(tensor->type, &dtype))
        return fail_type(checkpoint, tensor, error);
    if (tensor->shape[0] == 0 || tensor->shape[1] == 0)
        return fail_tensor(tensor, tensor->shape[0] == 0 ? "a table of 0 rows is empty" : "a table of 0 columns is empty", error);
    if (tensor->shape[0] > CARVQ_MAX_ROWS || tensor->shape[1] > CARVQ_MAX_COLS) {
        snprintf(cause, sizeof cause, "%" PRIu64 " x %" PRIu64 " is too large (at most 2^32 rows and 2^24 columns)",
                 tensor->shape[0], tensor->shape[1]);
        return fail_tensor(tensor, cause, error);
    }
    *table_ret = (struct carvq_checkpoint_table){.tensor = tensor,
                                                 .rows = tensor->shape[0],
                                                 .cols = (uint32_t)tensor->shape[1],
                                                 .dtype = dtype,
                                                 .head = CARVQ_HEAD_UNKNOWN};
    find_head(checkpoint, table_ret);
    find_copies(checkpoint, table_ret);
    return CARVQ_OK;
}

// The tensors that the user named.
static enum carvq_status find_named(const struct carvq_checkpoint *checkpoint, const char *const *names, size_t count,
                                    const struct carvq_tensor **found, struct carvq_error *error)
{
    for (size_t i = 0; i < count; i++) {
        enum carvq_status status = carvq_checkpoint_require(checkpoint, names[i], &found[i], error);
        if (status != CARVQ_OK)
            return status;
        for (size_t j = 0; j < i; j++)
            if (found[j] == found[i])
                return carvq_fail(error, CARVQ_ERROR_ARGUMENT, "%s: tensor '%.200s' is asked for twice",
                                  checkpoint->directory.given, names[i]);
    }
    return CARVQ_OK;
}

const struct carvq_tensor *carvq_checkpoint_main_table(const struct carvq_checkpoint *checkpoint)
{
    for (size_t i = 0; i < checkpoint->tensor_count; i++)
        if (carvq_is_main_table_name(checkpoint->tensors[i].name))
            return &checkpoint->tensors[i];
    return NULL;
}

// What a table that is not there as one is stored as.
static const char *find_packing(const struct carvq_checkpoint *checkpoint, char *buffer, size_t size)
{
    for (size_t i = 0; i < checkpoint->tensor_count; i++) {
        const char *name = checkpoint->tensors[i].name, *dot = strrchr(name, '.');
        char stem[300];
        snprintf(stem, sizeof stem, "%.*s", dot != NULL ? (int)(dot - name < 290 ? dot - name : 290) : 0, name);
        if (carvq_is_table_name(stem) && carvq_checkpoint_packing(checkpoint, name, buffer, size) != NULL)
            return name;
    }
    return NULL;
}

static enum carvq_status fail_no_table(const struct carvq_checkpoint *checkpoint, struct carvq_error *error)
{
    char tensors[300];
    const char *path = checkpoint->directory.given, *name = find_packing(checkpoint, tensors, sizeof tensors);
    const struct carvq_tensor *unused;
    if (carvq_checkpoint_packed(checkpoint) != NULL)
        return carvq_checkpoint_fail_packed(checkpoint, error);
    if (name != NULL)
        return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: tensor '%.200s': %s", path, name, tensors);
    if ((name = carvq_checkpoint_find_listed(checkpoint, carvq_is_table_name)) != NULL)
        return carvq_checkpoint_require(checkpoint, name, &unused, error);
    carvq_checkpoint_describe_tensors(checkpoint, tensors, sizeof tensors);
    return carvq_fail(error, CARVQ_ERROR_NOT_FOUND, "%s: no embedding table found by name; name it with --tensor; there are %s",
                      path, tensors);
}

static bool has_copy(const struct carvq_tensor *const *found, size_t count, const struct carvq_tensor *tensor)
{
    for (size_t i = 0; i < count; i++)
        if (carvq_is_copy(found[i], tensor))
            return true;
    return false;
}

// All tensors with well-known names, in the order of the files, and the untied head; found has room for all tensors.
static enum carvq_status find_well_known(const struct carvq_checkpoint *checkpoint, const struct carvq_tensor **found,
                                         size_t *count_ret, struct carvq_error *error)
{
    const struct carvq_tensor *table = carvq_checkpoint_main_table(checkpoint), *head;
    const enum carvq_head kind = carvq_checkpoint_head(checkpoint, table, &head);
    *count_ret = 0;
    for (size_t i = 0; i < checkpoint->tensor_count; i++)
        if (carvq_is_table_name(checkpoint->tensors[i].name) && !has_copy(found, *count_ret, &checkpoint->tensors[i]))
            found[(*count_ret)++] = &checkpoint->tensors[i];
    enum carvq_dtype dtype;
    const bool plain = head != NULL && carvq_is_plain_head_name(head->name) && head->dims == 2 &&
                       carvq_tensor_dtype(head->type, &dtype);
    if (plain && (table != NULL ? kind == CARVQ_HEAD_UNTIED : *count_ret == 0 && carvq_checkpoint_says_tied(checkpoint)))
        found[(*count_ret)++] = head;
    return *count_ret > 0 ? CARVQ_OK : fail_no_table(checkpoint, error);
}

static enum carvq_status refuse_own_files(const struct carvq_checkpoint *checkpoint, struct carvq_error *error)
{
    for (size_t i = 0; i < checkpoint->file_count; i++) {
        const struct carvq_tensor_file *file = &checkpoint->files[i];
        if (file->format->metadata(file, "carvq.version") != NULL)
            return carvq_fail(error, CARVQ_ERROR_ARGUMENT, "%s: is already a carvq file; the original checkpoint is needed",
                              file->path);
    }
    return CARVQ_OK;
}

enum carvq_status carvq_checkpoint_tables(const struct carvq_checkpoint *checkpoint, const char *const *names, size_t name_count,
                                          struct carvq_checkpoint_table **tables_ret, size_t *count_ret,
                                          struct carvq_error *error)
{
    enum carvq_status status = refuse_own_files(checkpoint, error);
    if (status != CARVQ_OK)
        return status;
    size_t count = names != NULL ? name_count : checkpoint->tensor_count;
    const struct carvq_tensor **found = calloc(count + 1, sizeof *found);
    struct carvq_checkpoint_table *tables = NULL;
    if (found == NULL)
        return carvq_fail(error, CARVQ_ERROR_MEMORY, "%s: out of memory", checkpoint->directory.given);
    if (names != NULL)
        status = find_named(checkpoint, names, count, found, error);
    else
        status = find_well_known(checkpoint, found, &count, error);
    if (status == CARVQ_OK && (tables = calloc(count + 1, sizeof *tables)) == NULL)
        status = carvq_fail(error, CARVQ_ERROR_MEMORY, "%s: out of memory", checkpoint->directory.given);
    for (size_t i = 0; status == CARVQ_OK && i < count; i++)
        status = make_table(checkpoint, found[i], &tables[i], error);
    free(found);
    if (status != CARVQ_OK) {
        free(tables);
        return status;
    }
    *tables_ret = tables;
    *count_ret = count;
    return CARVQ_OK;
}

enum carvq_status carvq_checkpoint_read_block(void *context, uint64_t row, size_t nrows, uint32_t col, uint32_t ncols,
                                              float *block_ret, struct carvq_error *error)
{
    const struct carvq_checkpoint_table *table = context;
    if (row > table->rows || nrows > table->rows - row || col > table->cols || ncols > table->cols - col)
        return carvq_fail(error, CARVQ_ERROR_ARGUMENT, "%s: tensor '%.200s': a block outside the table was asked for",
                          table->tensor->file, table->tensor->name);
    const enum carvq_tensor_type type = table->tensor->type;
    for (size_t i = 0; i < nrows; i++) {
        uint64_t first = (row + i) * table->cols + col; // below the size of the map, for row + i is a row of the table
        carvq_tensor_widen(type, table->tensor->data + carvq_tensor_bytes(type, first), ncols, block_ret + i * ncols);
    }
    return CARVQ_OK;
}
