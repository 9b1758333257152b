// SPDX-License-Identifier: MIT
// Small models for the tests of the forward pass.
#define _POSIX_C_SOURCE 200809L
#include "lm_fixture.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runtime/half.h"

// A test that cannot even make its files ends at once, whatever NDEBUG says.
static void need(int condition, const char *what)
{
    if (!condition) {
        fprintf(stderr, "fixture: cannot %s\n", what);
        exit(1);
    }
}

struct fixture_tensor *fixture_add(struct fixture *fixture, const char *name, size_t rows, size_t cols)
{
    need(fixture->count < sizeof fixture->tensors / sizeof *fixture->tensors, "have so many tensors");
    struct fixture_tensor *tensor = &fixture->tensors[fixture->count++];
    *tensor = (struct fixture_tensor){.rows = rows, .cols = cols};
    snprintf(tensor->name, sizeof tensor->name, "%s", name);
    return tensor;
}

static void add(struct fixture *fixture, const char *prefix, const char *name, size_t rows, size_t cols)
{
    char full[80];
    snprintf(full, sizeof full, "%s%s.weight", prefix, name);
    fixture_add(fixture, full, rows, cols);
}

void fixture_begin(struct fixture *fixture)
{
    *fixture = (struct fixture){.directory = "/tmp/carvq-test-XXXXXX"};
    need(mkdtemp(fixture->directory) != NULL, "make a directory");
    fixture->config = json_loads(
        "{\"architectures\": [\"LlamaForCausalLM\"], \"hidden_size\": 16, \"intermediate_size\": 24,"
        " \"num_hidden_layers\": 2, \"num_attention_heads\": 4, \"num_key_value_heads\": 2, \"vocab_size\": 50,"
        " \"max_position_embeddings\": 64, \"rms_norm_eps\": 1e-5, \"rope_theta\": 10000.0,"
        " \"hidden_act\": \"silu\", \"tie_word_embeddings\": false}",
        0, NULL);
    need(fixture->config != NULL, "parse the config");
    add(fixture, "", "model.embed_tokens", FIXTURE_V, FIXTURE_N);
    add(fixture, "", "model.norm", 0, FIXTURE_N);
    add(fixture, "", "lm_head", FIXTURE_V, FIXTURE_N);
    for (int layer = 0; layer < 2; layer++) {
        char prefix[32];
        snprintf(prefix, sizeof prefix, "model.layers.%d.", layer);
        add(fixture, prefix, "input_layernorm", 0, 16);
        add(fixture, prefix, "self_attn.q_proj", 16, 16);
        add(fixture, prefix, "self_attn.k_proj", 8, 16);
        add(fixture, prefix, "self_attn.v_proj", 8, 16);
        add(fixture, prefix, "self_attn.o_proj", 16, 16);
        add(fixture, prefix, "post_attention_layernorm", 0, 16);
        add(fixture, prefix, "mlp.gate_proj", 24, 16);
        add(fixture, prefix, "mlp.up_proj", 24, 16);
        add(fixture, prefix, "mlp.down_proj", 16, 24);
    }
}

struct fixture_tensor *fixture_find(struct fixture *fixture, const char *name)
{
    for (size_t i = 0; i < fixture->count; i++)
        if (strcmp(fixture->tensors[i].name, name) == 0)
            return &fixture->tensors[i];
    need(0, name);
    return NULL;
}

void fixture_remove(struct fixture *fixture, const char *name)
{
    *fixture_find(fixture, name) = fixture->tensors[fixture->count - 1];
    fixture->count--;
}

void fixture_gemma2(struct fixture *fixture)
{
    json_t *keys = json_pack("{s[s]sisisfsfsi}", "architectures", "Gemma2ForCausalLM", "head_dim", 4, "sliding_window", 7,
                             "attn_logit_softcapping", 0.5, "final_logit_softcapping", 2.0, "query_pre_attn_scalar", 2);
    need(keys != NULL && json_object_update(fixture->config, keys) == 0, "change the config");
    json_decref(keys);
    for (int layer = 0; layer < 2; layer++) {
        char prefix[32];
        snprintf(prefix, sizeof prefix, "model.layers.%d.", layer);
        add(fixture, prefix, "pre_feedforward_layernorm", 0, 16);
        add(fixture, prefix, "post_feedforward_layernorm", 0, 16);
    }
}

// A linear map or, if rows is 0, a norm; with its bias.
static void add_with_bias(struct fixture *fixture, const char *prefix, const char *name, size_t rows, size_t cols)
{
    char full[80];
    add(fixture, prefix, name, rows, cols);
    snprintf(full, sizeof full, "%s%s.bias", prefix, name);
    fixture_add(fixture, full, 0, cols);
}

void fixture_gpt2(struct fixture *fixture)
{
    json_decref(fixture->config);
    fixture->config = json_pack("{s[s]sisisisisisi}", "architectures", "GPT2LMHeadModel", "n_embd", 16, "n_inner", 24, "n_layer",
                                2, "n_head", 4, "vocab_size", FIXTURE_V, "n_positions", 64);
    need(fixture->config != NULL, "make the config");
    fixture->count = 0;
    add(fixture, "transformer.", "wte", FIXTURE_V, FIXTURE_N);
    add(fixture, "transformer.", "wpe", 64, FIXTURE_N);
    add_with_bias(fixture, "transformer.", "ln_f", 0, FIXTURE_N);
    for (int layer = 0; layer < 2; layer++) {
        char prefix[32];
        snprintf(prefix, sizeof prefix, "transformer.h.%d.", layer);
        add_with_bias(fixture, prefix, "ln_1", 0, 16);
        add_with_bias(fixture, prefix, "attn.c_attn", 16, 48);
        add_with_bias(fixture, prefix, "attn.c_proj", 16, 16);
        add_with_bias(fixture, prefix, "ln_2", 0, 16);
        add_with_bias(fixture, prefix, "mlp.c_fc", 16, 24);
        add_with_bias(fixture, prefix, "mlp.c_proj", 24, 16);
    }
}

void fixture_wrap(struct fixture *fixture, const char *base, const char *head)
{
    json_object_del(fixture->config, "architectures");
    json_object_set_new(fixture->config, "model_type", json_string("mistral"));
    fixture->config = json_pack("{s[s]so}", "architectures", "Mistral3ForConditionalGeneration", "text_config", fixture->config);
    need(fixture->config != NULL, "wrap the config");
    for (size_t i = 0; i < fixture->count; i++) {
        char old[80];
        snprintf(old, sizeof old, "%s", fixture->tensors[i].name);
        const bool is_head = strncmp(old, "lm_head.", 8) == 0;
        const char *rest = old + (is_head ? strlen("lm_head") : strlen("model."));
        need(snprintf(fixture->tensors[i].name, sizeof old, "%s%s", is_head ? head : base, rest) < (int)sizeof old, "rename");
    }
}

void fixture_pack(struct fixture *fixture)
{
    const size_t count = fixture->count;
    json_object_set_new(
        fixture->config, "quantization_config",
        json_pack("{sssisisssb}", "quant_method", "awq", "bits", 4, "group_size", 8, "version", "gemm", "zero_point", 1));
    for (size_t i = 0; i < count; i++) {
        struct fixture_tensor *tensor = &fixture->tensors[i], whole = *tensor;
        char *kind = strstr(tensor->name, "_proj.weight");
        if (kind == NULL)
            continue;
        kind += strlen("_proj.");
        *tensor = (struct fixture_tensor){.rows = whole.cols, .cols = whole.rows / 8, .words = 1};
        snprintf(tensor->name, sizeof tensor->name, "%.*sqweight", (int)(kind - tensor->name), whole.name);
        struct fixture_tensor *zeros = &fixture->tensors[fixture->count++], *scales = &fixture->tensors[fixture->count++];
        *zeros = (struct fixture_tensor){.rows = whole.cols / 8, .cols = whole.rows / 8, .words = 1};
        snprintf(zeros->name, sizeof zeros->name, "%.*sqzeros", (int)(kind - tensor->name), whole.name);
        *scales = (struct fixture_tensor){.rows = whole.cols / 8, .cols = whole.rows, .half = 1};
        snprintf(scales->name, sizeof scales->name, "%.*sscales", (int)(kind - tensor->name), whole.name);
    }
}

static void write_header(FILE *file, const char *text)
{
    size_t length = strlen(text), padded = length + (64 - (8 + length) % 64) % 64;
    for (size_t i = 0; i < 8; i++)
        fputc(i < sizeof padded ? (int)(padded >> 8 * i & 0xff) : 0, file);
    fprintf(file, "%-*s", (int)padded, text);
}

// Uniform in -0.5 .. 0.5, the same for every run.
static float random_value(uint32_t *state)
{
    *state = *state * 1664525 + 1013904223;
    return (float)(*state >> 8) / (float)(1 << 24) - 0.5f;
}

static void write_values(FILE *file, const struct fixture_tensor *tensor)
{
    uint32_t state = 1;
    for (const char *c = tensor->name; *c != '\0'; c++)
        state = state * 31 + (uint8_t)*c;
    const size_t count = (tensor->rows > 0 ? tensor->rows : 1) * tensor->cols;
    for (size_t i = 0; i < count; i++) {
        uint8_t bytes[4];
        const enum carvq_dtype dtype = tensor->half ? CARVQ_F16 : CARVQ_F32;
        const float value = tensor->values != NULL ? tensor->values[i] : random_value(&state) + (tensor->rows == 0 ? 1 : 0);
        carvq_narrow(dtype, &value, 1, bytes);
        fwrite(bytes, carvq_dtype_size(dtype), 1, file);
    }
}

void fixture_write(const struct fixture *fixture)
{
    char path[128], *header;
    snprintf(path, sizeof path, "%s/config.json", fixture->directory);
    need(json_dump_file(fixture->config, path, 0) == 0, "write config.json");
    json_t *object = json_object();
    size_t end = 0;
    for (size_t i = 0; i < fixture->count; i++) {
        const struct fixture_tensor *tensor = &fixture->tensors[i];
        const size_t begin = end;
        json_t *shape = tensor->rows > 0 ? json_pack("[II]", (json_int_t)tensor->rows, (json_int_t)tensor->cols)
                                         : json_pack("[I]", (json_int_t)tensor->cols);
        end += (tensor->rows > 0 ? tensor->rows : 1) * tensor->cols * (tensor->half ? 2 : 4);
        json_object_set_new(object, tensor->name,
                            json_pack("{sssos[II]}", "dtype",
                                      tensor->half    ? "F16"
                                      : tensor->words ? "I32"
                                                      : "F32",
                                      "shape", shape, "data_offsets", (json_int_t)begin, (json_int_t)end));
    }
    header = json_dumps(object, JSON_COMPACT | JSON_PRESERVE_ORDER);
    snprintf(path, sizeof path, "%s/model.safetensors", fixture->directory);
    FILE *file = fopen(path, "wb");
    need(file != NULL && header != NULL, "write model.safetensors");
    write_header(file, header);
    for (size_t i = 0; i < fixture->count; i++)
        write_values(file, &fixture->tensors[i]);
    need(fclose(file) == 0, "write model.safetensors");
    free(header);
    json_decref(object);
}

void fixture_end(struct fixture *fixture)
{
    static const char *const names[] = {"config.json", "model.safetensors", "table.carvq.safetensors", "text.tokens"};
    char path[128];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s", fixture->directory, names[i]);
        unlink(path);
    }
    rmdir(fixture->directory);
    json_decref(fixture->config);
}

void fixture_write_identity(const char *path, const char *name, size_t rows, size_t cols, const uint8_t *data)
{
    const size_t per_row = cols / 4, groups = (rows * per_row + 15) / 16, code_bytes = (per_row + 1) / 2;
    const size_t codes = rows * code_bytes, books = groups * 16 * 4 * 2;
    char header[2048];
    need(cols % 4 == 0, "cut rows into sub-vectors of 4");
    snprintf(header, sizeof header,
             "{\"__metadata__\":{\"carvq.version\":\"1\",\"carvq.table.%s\":\"{\\\"rows\\\":%zu,\\\"cols\\\":%zu,\\\"dtype\\\":"
             "\\\"F16\\\","
             "\\\"segments\\\":[{\\\"codec\\\":\\\"rvq\\\",\\\"subvector\\\":4,\\\"group\\\":16,\\\"grouping\\\":\\\"rows\\\","
             "\\\"stages\\\":1,\\\"code_bits\\\":4}]}\"},"
             "\"%s.codes\":{\"dtype\":\"U8\",\"shape\":[%zu,%zu],\"data_offsets\":[0,%zu]},"
             "\"%s.codebooks\":{\"dtype\":\"F16\",\"shape\":[%zu,1,16,4],\"data_offsets\":[%zu,%zu]}}",
             name, rows, cols, name, rows, code_bytes, codes, name, groups, codes, codes + books);
    FILE *file = fopen(path, "wb");
    need(file != NULL, path);
    write_header(file, header);
    for (size_t row = 0; row < rows; row++)
        for (size_t i = 0; i < code_bytes; i++) {
            size_t first = row * per_row + 2 * i, second = 2 * i + 1 < per_row ? (first + 1) % 16 : 0;
            fputc((int)(first % 16 | second << 4), file);
        }
    fwrite(data, 1, rows * cols * 2, file);
    for (size_t i = rows * cols * 2; i < books; i++)
        fputc(0, file);
    need(fclose(file) == 0, path);
}
