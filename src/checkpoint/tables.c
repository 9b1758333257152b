// SPDX-License-Identifier: MIT
// Which tensors are tables of token embeddings, is the main one the output head too, and how their rows are read.
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

static bool ends_with(const char *text, const char *ending)
{
    size_t length = strlen(text), tail = strlen(ending);
    return length >= tail && strcmp(text + length - tail, ending) == 0 && (length == tail || text[length - tail - 1] == '.');
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

static bool is_head_name(const char *name)
{
    static const char *const endings[] = {"lm_head.weight",        "lm_head.qweight",          "lm_head.weight_packed",
                                          "lm_head.linear.weight", "lm_head.decoder.weight",   "embed_out.weight",
                                          "output_layer.weight",   "output_projection.weight", "predictions.decoder.weight",
                                          "vocab_projector.weight"};
    static const char *const whole[] = {
        "output.weight",  "head.weight", "unembedding.weight", "model.output.weight", "language_model.output.weight",
        "proj_out.weight"};
    for (size_t i = 0; i < COUNT(endings); i++)
        if (ends_with(name, endings[i]))
            return true;
    return is_among(name, strlen(name), whole, COUNT(whole));
}

// Whether some tensor is an output head of its own.
static bool has_head_tensor(const struct carvq_checkpoint *checkpoint)
{
    for (size_t i = 0; i < checkpoint->tensor_count; i++)
        if (is_head_name(checkpoint->tensors[i].name))
            return true;
    return false;
}

// The part of config.json that describes the language model: of a wrapped one, a member.
static const json_t *language_config(const json_t *config)
{
    // The first may hold the second.
    static const char *const members[] = {"thinker_config", "text_config", "llm_config", "language_config"};
    for (size_t i = 0; i < COUNT(members); i++) {
        const json_t *member = json_object_get(config, members[i]);
        if (json_is_object(member))
            config = member;
    }
    return config;
}

static const json_t *find_tie(const json_t *config)
{
    const json_t *tie = json_object_get(language_config(config), "tie_word_embeddings");
    return json_is_boolean(tie) ? tie : json_object_get(config, "tie_word_embeddings");
}

// Architectures that tie unless config.json says otherwise (the defaults of the library transformers), and whose files may
// hold a copy of the table as head. Elsewhere a head in the file is taken for one of its own.
static bool is_tied_by_default(const json_t *config)
{
    static const char *const types[] = {
        "albert",  "bart",       "bert",         "bloom",   "cohere",  "cohere2",         "distilbert",
        "electra", "falcon",     "falcon_mamba", "gemma",   "gemma2",  "gemma3",          "gemma3n",
        "gemma4",  "gpt2",       "gpt_bigcode",  "gpt_neo", "lfm2",    "mamba",           "marian",
        "mbart",   "modernbert", "mpt",          "opt",     "pegasus", "recurrent_gemma", "roberta",
        "smollm3", "starcoder2", "t5",           "whisper", "xglm",    "xlm-roberta"};
    const json_t *type = json_object_get(language_config(config), "model_type");
    const char *text = json_string_value(type != NULL ? type : json_object_get(config, "model_type"));
    if (text == NULL)
        return false;
    size_t length = strlen(text), tail = strlen("_text"); // gemma3_text ..
    if (length > tail && strcmp(text + length - tail, "_text") == 0)
        length -= tail;
    return is_among(text, length, types, COUNT(types));
}

// Whether config.json names an architecture that has an output head.
static bool is_language_model(const json_t *config)
{
    static const char *const kinds[] = {"ForCausalLM", "ForConditionalGeneration", "LMHeadModel", "ForMaskedLM",
                                        "ForPreTraining"};
    const char *architecture = json_string_value(json_array_get(json_object_get(config, "architectures"), 0));
    for (size_t i = 0; architecture != NULL && i < COUNT(kinds); i++)
        if (strstr(architecture, kinds[i]) != NULL)
            return true;
    return false;
}

enum carvq_head carvq_checkpoint_head(const struct carvq_checkpoint *checkpoint)
{
    const json_t *config = checkpoint->directory.config, *tie = find_tie(config);
    if (has_head_tensor(checkpoint)) {
        bool tied = json_is_boolean(tie) ? json_is_true(tie) : is_tied_by_default(config);
        return tied ? CARVQ_HEAD_TIED : CARVQ_HEAD_UNTIED;
    }
    if (json_is_true(tie))
        return CARVQ_HEAD_TIED;
    // Nothing but the table can be the head of a language model that has no other, even if config.json says untied. (A
    // single file may be one of several shards, though.)
    bool complete = checkpoint->directory.whole || !json_is_false(tie);
    return complete && is_language_model(config) ? CARVQ_HEAD_TIED : CARVQ_HEAD_UNKNOWN;
}

static enum carvq_status fail_tensor(const struct carvq_tensor *tensor, const char *cause, struct carvq_error *error)
{
    return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: tensor '%.200s': %s", tensor->file, tensor->name, cause);
}

// Makes a table of a tensor, if it can be one.
static enum carvq_status make_table(const struct carvq_tensor *tensor, enum carvq_head head,
                                    struct carvq_checkpoint_table *table_ret, struct carvq_error *error)
{
    enum carvq_dtype dtype;
    char cause[120];
    if (tensor->dims != 2) {
        snprintf(cause, sizeof cause, "a table has two dimensions, this has %u", tensor->dims);
        return fail_tensor(tensor, cause, error);
    }
    if (!carvq_tensor_dtype(tensor->type, &dtype)) {
        snprintf(cause, sizeof cause, "the dtype is %s, but a table must be F32, F16 or BF16",
                 carvq_tensor_type_name(tensor->type));
        return fail_tensor(tensor, cause, error);
    }
    if (tensor->shape[0] == 0 || tensor->shape[1] == 0)
        return fail_tensor(tensor, tensor->shape[0] == 0 ? "a table of 0 rows is empty" : "a table of 0 columns is empty", error);
    if (tensor->shape[0] > CARVQ_MAX_ROWS || tensor->shape[1] > CARVQ_MAX_COLS) {
        snprintf(cause, sizeof cause, "%" PRIu64 " x %" PRIu64 " is too large (at most 2^32 rows and 2^24 columns)",
                 tensor->shape[0], tensor->shape[1]);
        return fail_tensor(tensor, cause, error);
    }
    if (is_head_name(tensor->name))
        head = CARVQ_HEAD_ITSELF;
    else if (!carvq_is_main_table_name(tensor->name))
        head = CARVQ_HEAD_UNKNOWN;
    *table_ret = (struct carvq_checkpoint_table){tensor, tensor->shape[0], (uint32_t)tensor->shape[1], dtype, head};
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

// All tensors with well-known names, in the order of the files; found has room for all tensors.
static enum carvq_status find_well_known(const struct carvq_checkpoint *checkpoint, const struct carvq_tensor **found,
                                         size_t *count_ret, struct carvq_error *error)
{
    *count_ret = 0;
    for (size_t i = 0; i < checkpoint->tensor_count; i++)
        if (carvq_is_table_name(checkpoint->tensors[i].name))
            found[(*count_ret)++] = &checkpoint->tensors[i];
    if (*count_ret > 0)
        return CARVQ_OK;
    char tensors[300];
    carvq_checkpoint_describe_tensors(checkpoint, tensors, sizeof tensors);
    return carvq_fail(error, CARVQ_ERROR_NOT_FOUND, "%s: no embedding table found by name; name it with --tensor; there are %s",
                      checkpoint->directory.given, tensors);
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
        status = make_table(found[i], carvq_checkpoint_head(checkpoint), &tables[i], error);
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
