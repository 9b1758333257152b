// SPDX-License-Identifier: MIT
// Is the main table the output head too? What config.json says, what the files hold, and what a table was quantized by.
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "checkpoint/internal.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static bool is_among(const char *text, size_t length, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strlen(words[i]) == length && memcmp(text, words[i], length) == 0)
            return true;
    return false;
}

static bool ends_with(const char *text, const char *ending)
{
    size_t length = strlen(text), tail = strlen(ending);
    return length >= tail && strcmp(text + length - tail, ending) == 0 && (length == tail || text[length - tail - 1] == '.');
}

bool carvq_is_plain_head_name(const char *name)
{
    static const char *const endings[] = {
        "lm_head.weight",      "lm_head.linear.weight",    "lm_head.decoder.weight",     "embed_out.weight",
        "output_layer.weight", "output_projection.weight", "predictions.decoder.weight", "vocab_projector.weight"};
    static const char *const whole[] = {
        "output.weight",  "head.weight", "unembedding.weight", "model.output.weight", "language_model.output.weight",
        "proj_out.weight"};
    for (size_t i = 0; i < COUNT(endings); i++)
        if (ends_with(name, endings[i]))
            return true;
    return is_among(name, strlen(name), whole, COUNT(whole));
}

bool carvq_is_head_name(const char *name)
{
    return carvq_is_plain_head_name(name) || ends_with(name, "lm_head.qweight") || ends_with(name, "lm_head.weight_packed");
}

// The stored head, or NULL.
static const struct carvq_tensor *find_head(const struct carvq_checkpoint *checkpoint)
{
    for (size_t i = 0; i < checkpoint->tensor_count; i++)
        if (carvq_is_head_name(checkpoint->tensors[i].name))
            return &checkpoint->tensors[i];
    return NULL;
}

// ---- config.json

// The part that describes the language model: of a wrapped one, a member.
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

static bool has_type(const json_t *config, const char *const *types, size_t count)
{
    const json_t *type = json_object_get(language_config(config), "model_type");
    const char *text = json_string_value(type != NULL ? type : json_object_get(config, "model_type"));
    if (text == NULL)
        return false;
    size_t length = strlen(text), tail = strlen("_text"); // gemma3_text ..
    if (length > tail && strcmp(text + length - tail, "_text") == 0)
        length -= tail;
    return is_among(text, length, types, count);
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
    return has_type(config, types, COUNT(types));
}

bool carvq_checkpoint_says_tied(const struct carvq_checkpoint *checkpoint)
{
    const json_t *config = checkpoint->directory.config, *tie = find_tie(config);
    return json_is_boolean(tie) ? json_is_true(tie) : is_tied_by_default(config);
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

// An encoder, whose head is more than one matrix: without the rest of it in the files there is none to be tied.
static bool is_headless_encoder(const struct carvq_checkpoint *checkpoint)
{
    static const char *const types[] = {"albert",     "bert",        "camembert",  "convbert",    "deberta",        "deberta-v2",
                                        "distilbert", "electra",     "ernie",      "esm",         "flaubert",       "layoutlm",
                                        "longformer", "mobilebert",  "modernbert", "mpnet",       "nomic_bert",     "roberta",
                                        "roformer",   "squeezebert", "xlm",        "xlm-roberta", "xlm-roberta-xl", "xmod"};
    static const char *const parts[] = {"predictions.", "lm_head.", "vocab_transform.", "pred_layer.", "head.dense."};
    if (!has_type(checkpoint->directory.config, types, COUNT(types)))
        return false;
    for (size_t i = 0; i < checkpoint->tensor_count; i++)
        for (size_t k = 0; k < COUNT(parts); k++)
            if (strstr(checkpoint->tensors[i].name, parts[k]) != NULL)
                return false;
    return true;
}

enum carvq_head carvq_checkpoint_head(const struct carvq_checkpoint *checkpoint, const struct carvq_tensor *table,
                                      const struct carvq_tensor **head_ret)
{
    const json_t *config = checkpoint->directory.config, *tie = find_tie(config);
    const struct carvq_tensor *head = *head_ret = find_head(checkpoint);
    if (head != NULL || carvq_checkpoint_find_listed(checkpoint, carvq_is_head_name) != NULL) {
        if (!carvq_checkpoint_says_tied(checkpoint))
            return CARVQ_HEAD_UNTIED;
        return head == NULL || table == NULL || carvq_is_copy(head, table) ? CARVQ_HEAD_TIED : CARVQ_HEAD_UNTIED;
    }
    if (is_headless_encoder(checkpoint))
        return CARVQ_HEAD_UNKNOWN;
    if (json_is_true(tie))
        return CARVQ_HEAD_TIED;
    if (!is_language_model(config))
        return CARVQ_HEAD_UNKNOWN;
    if (json_is_false(tie)) // a single file may be one of several shards
        return checkpoint->directory.whole ? CARVQ_HEAD_MISSING : CARVQ_HEAD_UNKNOWN;
    return is_tied_by_default(config) ? CARVQ_HEAD_TIED : CARVQ_HEAD_ASSUMED;
}

// ---- values

static bool same_values(const struct carvq_tensor *a, const struct carvq_tensor *b, uint64_t count)
{
    enum { BLOCK = 1024 };
    float left[BLOCK], right[BLOCK];
    for (uint64_t first = 0; first < count; first += BLOCK) {
        const size_t values = count - first < BLOCK ? (size_t)(count - first) : BLOCK;
        carvq_tensor_widen(a->type, a->data + carvq_tensor_bytes(a->type, first), values, left);
        carvq_tensor_widen(b->type, b->data + carvq_tensor_bytes(b->type, first), values, right);
        if (memcmp(left, right, values * sizeof *left) != 0)
            return false;
    }
    return true;
}

bool carvq_is_copy(const struct carvq_tensor *a, const struct carvq_tensor *b)
{
    enum carvq_dtype dtype;
    if (a->dims != 2 || b->dims != 2 || a->shape[0] != b->shape[0] || a->shape[1] != b->shape[1])
        return false;
    if (a->type == b->type)
        return a->nbytes == b->nbytes && memcmp(a->data, b->data, a->nbytes) == 0;
    return carvq_tensor_dtype(a->type, &dtype) && carvq_tensor_dtype(b->type, &dtype) &&
           same_values(a, b, a->shape[0] * a->shape[1]);
}

// ---- packed tables

// Bits of a code as the files of the common tools say it, 0: they do not.
static json_int_t packed_bits(const json_t *config)
{
    const json_t *own = json_object_get(config, "quantization_config"), *groups = json_object_get(own, "config_groups");
    const json_t *bits = json_object_get(json_object_get(config, "quantization"), "bits");
    if (bits == NULL)
        bits = json_object_get(own, "bits");
    if (bits == NULL)
        bits = json_object_get(json_object_get(json_object_get(groups, "group_0"), "weights"), "num_bits");
    return json_integer_value(bits);
}

const char *carvq_checkpoint_packing(const struct carvq_checkpoint *checkpoint, const char *name, char *buffer, size_t size)
{
    // What stands beside the codes, and who stores them so.
    static const struct {
        const char *ending, *beside, *by;
    } kinds[] = {{".weight", ".scales", "MLX"},
                 {".weight", ".weight_scale", "scales beside it (weight_scale)"},
                 {".weight", ".weight_scale_inv", "scales beside it (weight_scale_inv)"},
                 {".weight", ".SCB", "bitsandbytes"},
                 {".weight", ".weight.quant_state.bitsandbytes__nf4", "bitsandbytes"},
                 {".weight", ".weight.absmax", "bitsandbytes"},
                 {".weight_packed", ".weight_scale", "compressed-tensors"},
                 {".qweight", ".scales", "AWQ or GPTQ"}};
    const size_t length = strlen(name);
    for (size_t i = 0; i < COUNT(kinds); i++) {
        char beside[320];
        const size_t tail = strlen(kinds[i].ending);
        if (length <= tail || length > 250 || strcmp(name + length - tail, kinds[i].ending) != 0)
            continue;
        snprintf(beside, sizeof beside, "%.*s%s", (int)(length - tail), name, kinds[i].beside);
        if (carvq_checkpoint_find(checkpoint, beside) == NULL)
            continue;
        const json_int_t bits = packed_bits(checkpoint->directory.config);
        char width[40] = "";
        if (bits > 0 && bits < 64)
            snprintf(width, sizeof width, " to %d bits", (int)bits);
        snprintf(buffer, size, "already quantized%s by %s: compress the original model", width, kinds[i].by);
        return buffer;
    }
    return NULL;
}
