// SPDX-License-Identifier: MIT
// Generates text with a small Llama whose table of tokens is a carvq file: all that a device needs beside the runtime.
//
//     generate MODEL_DIR TABLE COUNT ID..      prints the COUNT ids that follow the ids of a prompt, each the most likely one
//
// MODEL_DIR holds config.json and model.safetensors (one file; F32, F16 or BF16), whose layers are used as they are. TABLE holds
// the input table "model.embed_tokens.weight", and the output head: that table, or "lm_head.weight" if the model is not tied.
//
//     cc -std=c11 -O2 generate.c $(pkg-config --cflags --libs carvq) -lm -o generate
//     cc -std=c11 -O2 -DGENERATE_BLAS generate.c $(pkg-config --cflags --libs carvq openblas) -lm -o generate
//
// Any BLAS with the C interface will do; without one, products are plain loops over the 16-bit weights where they lie. With
// CARVQ_NO_FILE_MAP (see cortex-m/) files are in flash, memory is a static array, and the arguments are COUNT ID.. alone.
//
// In the comments n is the hidden size, V the vocabulary, d the size of a head. Matrices are [rows][columns], row by row.
#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "carvq.h"
#ifdef GENERATE_BLAS
#include <cblas.h>
#endif

#define fail(...) (fprintf(stderr, "generate: " __VA_ARGS__), fputc('\n', stderr), exit(1))

// ---- Memory and files: the only part that differs on a device ----

// A file or a part of one. Behind a file stands a 0 byte.
struct text {
    const char *begin, *end;
};

#ifdef CARVQ_NO_FILE_MAP
#ifndef GENERATE_ARENA
#define GENERATE_ARENA (512 * 1024)
#endif
// Where the linker put the files, see cortex-m/files.S.
extern const char config_begin[], config_end[], model_begin[], model_end[], table_begin[], table_end[];
static max_align_t arena[GENERATE_ARENA / sizeof(max_align_t)];
static size_t used; // elements of the arena

static void *take(uint64_t nbytes)
{
    const uint64_t size = (nbytes + sizeof *arena - 1) / sizeof *arena;
    if (size > sizeof arena / sizeof *arena - used)
        fail("GENERATE_ARENA: %lu bytes are too few", (unsigned long)sizeof arena);
    used += (size_t)size;
    return arena + used - size;
}
#else
// As long as the program runs.
static void *take(uint64_t nbytes)
{
    void *memory = nbytes <= SIZE_MAX ? malloc((size_t)nbytes) : NULL;
    if (memory == NULL && nbytes > 0)
        fail("out of memory");
    return memory;
}

static struct text read_file(const char *folder, const char *name)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0 || ftell(file) < 0)
        fail("%s: cannot be opened", path);
    const size_t count = (size_t)ftell(file);
    char *data = take((uint64_t)count + 1);
    rewind(file);
    if (fread(data, 1, count, file) != count)
        fail("%s: cannot be read", path);
    fclose(file);
    data[count] = 0;
    return (struct text){data, data + count};
}
#endif

static float *take_floats(uint64_t count)
{
    return take(count * sizeof(float));
}

// ---- JSON, as far as it is needed: what stands behind a key ----

#define SPACE " \t\r\n"

// From the value of a key on, to the end of the text; nothing if there is no such key.
static struct text member(struct text text, const char *key)
{
    const size_t length = strlen(key);
    for (const char *at = text.begin; at < text.end && (size_t)(text.end - at) > length + 2; at++)
        if (*at == '"' && memcmp(at + 1, key, length) == 0 && at[length + 1] == '"') {
            at += length + 2 + strspn(at + length + 2, SPACE);
            const char *value = *at == ':' ? at + 1 + strspn(at + 1, SPACE) : text.end;
            if (value < text.end)
                return (struct text){value, text.end};
        }
    return (struct text){text.end, text.end};
}

static bool is(struct text value, const char *word)
{
    const size_t length = strlen(word);
    return (size_t)(value.end - value.begin) >= length && memcmp(value.begin, word, length) == 0;
}

// A number, or a list of at most max of them. Returns how many; 0 if the value is something else.
static size_t numbers(struct text value, double *numbers_ret, size_t max)
{
    const char *at = value.begin;
    const bool list = is(value, "[");
    for (size_t count = 0; count < max && at < value.end;) {
        char *rest;
        numbers_ret[count] = strtod(at + list, &rest);
        if (rest == at + list || rest > value.end)
            return 0;
        count++;
        at = rest + strspn(rest, SPACE);
        if (!list || *at == ']')
            return count;
        if (*at != ',')
            return 0;
    }
    return 0;
}

// ---- The model ----

#define MAX_SIZE ((size_t)1 << 24) // of any one dimension

struct config {
    size_t vocabulary, hidden, intermediate, layers, heads, kv_heads, head_dim, positions;
    double epsilon, theta, end; // end: the id that ends a text, if there is one
    bool tied;                  // the input table is the head, too
};

// fallback 0: the key has to be there.
static size_t read_size(struct text json, const char *key, size_t fallback)
{
    double value = 0;
    if (numbers(member(json, key), &value, 1) == 0 && fallback > 0)
        return fallback;
    if (!(value >= 1 && value <= (double)MAX_SIZE) || value != floor(value))
        fail("config.json: %s: a size is needed", key);
    return (size_t)value;
}

static struct config read_config(struct text json)
{
    struct config config = {.theta = 10000, .end = -1, .tied = is(member(json, "tie_word_embeddings"), "true")};
    config.vocabulary = read_size(json, "vocab_size", 0);
    config.hidden = read_size(json, "hidden_size", 0);
    config.intermediate = read_size(json, "intermediate_size", 0);
    config.layers = read_size(json, "num_hidden_layers", 0);
    config.heads = read_size(json, "num_attention_heads", 0);
    config.kv_heads = read_size(json, "num_key_value_heads", config.heads);
    config.head_dim = read_size(json, "head_dim", config.hidden / config.heads);
    config.positions = read_size(json, "max_position_embeddings", 0);
    numbers(member(json, "eos_token_id"), &config.end, 1); // of a list: the first
    numbers(member(json, "rope_theta"), &config.theta, 1);
    if (numbers(member(json, "rms_norm_eps"), &config.epsilon, 1) == 0)
        fail("config.json: rms_norm_eps: a number is needed");
    if (config.heads % config.kv_heads != 0 || config.head_dim % 2 != 0 || config.heads > MAX_SIZE / config.head_dim)
        fail("config.json: heads that cannot be shared or turned");
    // What is left out here.
    if (!is(member(json, "model_type"), "\"llama\"") || !is(member(json, "hidden_act"), "\"silu\""))
        fail("config.json: only model_type llama with hidden_act silu is supported");
    static const char *const absent[] = {"rope_scaling", "rope_parameters", "attention_bias", "mlp_bias", "quantization_config"};
    for (size_t i = 0; i < sizeof absent / sizeof *absent; i++) {
        const struct text value = member(json, absent[i]);
        if (value.begin < value.end && !is(value, "null") && !is(value, "false"))
            fail("config.json: %s is not supported", absent[i]);
    }
    return config;
}

struct matrix {
    size_t rows, cols;
    enum carvq_dtype type;
    const uint8_t *bytes; // [rows][cols] in the file
    const float *values;  // [rows][cols] for a BLAS
};

struct layer {
    const float *attention_norm, *mlp_norm; // [n]
    struct matrix q;                        // [heads * d][n]
    struct matrix k, v;                     // [kv_heads * d][n]
    struct matrix o;                        // [n][heads * d]
    struct matrix gate, up;                 // [intermediate][n]
    struct matrix down;                     // [n][intermediate]
};

// Values of a file, little-endian and not aligned, as floats.
static void widen(enum carvq_dtype type, const uint8_t *bytes, size_t count, float *values_ret)
{
    for (size_t i = 0; i < count; i++) {
        uint32_t bits;
        if (type == CARVQ_F32) {
            bits = bytes[4 * i] | (uint32_t)bytes[4 * i + 1] << 8 | (uint32_t)bytes[4 * i + 2] << 16 |
                   (uint32_t)bytes[4 * i + 3] << 24;
        } else {
            const uint32_t half = bytes[2 * i] | (uint32_t)bytes[2 * i + 1] << 8;
            bits = type == CARVQ_BF16 ? half << 16 : (half & 0x8000) << 16 | (half & 0x7fff) << 13;
        }
        memcpy(&values_ret[i], &bits, sizeof bits);
        if (type == CARVQ_F16) // its exponents are 112 less; infinities, which no weight is, become 65536
            values_ret[i] *= 0x1p112f;
    }
}

// A safetensors file: 8 bytes that say how long the header is, the header in JSON, the values.
struct checkpoint {
    struct text header, values;
};

static struct checkpoint split(struct text file)
{
    const size_t count = (size_t)(file.end - file.begin);
    uint64_t length = 0;
    for (size_t i = 0; i < 8 && count >= 8; i++)
        length |= (uint64_t)(uint8_t)file.begin[i] << 8 * i;
    if (count < 8 || length > count - 8)
        fail("model.safetensors: shorter than its header");
    const char *header = file.begin + 8, *values = header + length;
    return (struct checkpoint){{header, values}, {values, file.end}};
}

// The tensor of this name and shape; one of one row is a vector.
static struct matrix find_tensor(const struct checkpoint *checkpoint, const char *name, size_t rows, size_t cols)
{
    static const char *const types[] = {[CARVQ_F32] = "\"F32\"", [CARVQ_F16] = "\"F16\"", [CARVQ_BF16] = "\"BF16\""};
    struct text tensor = member(checkpoint->header, name);
    if (!is(tensor, "{") || memchr(tensor.begin, '}', (size_t)(tensor.end - tensor.begin)) == NULL)
        fail("model.safetensors: no tensor %s", name);
    tensor.end = memchr(tensor.begin, '}', (size_t)(tensor.end - tensor.begin));
    struct matrix matrix = {rows, cols, CARVQ_F32, NULL, NULL};
    while (matrix.type <= CARVQ_BF16 && !is(member(tensor, "dtype"), types[matrix.type]))
        matrix.type++;
    if (matrix.type > CARVQ_BF16)
        fail("%s: neither F32, F16 nor BF16", name);
    double shape[2] = {0}, offsets[2] = {0};
    const size_t dimensions = numbers(member(tensor, "shape"), shape, 2);
    if (dimensions == 0 || shape[dimensions - 1] != (double)cols || (dimensions == 2 ? shape[0] : 1) != (double)rows)
        fail("%s: its shape is not what config.json says", name);
    const double nbytes = (double)rows * (double)cols * (matrix.type == CARVQ_F32 ? 4 : 2);
    if (numbers(member(tensor, "data_offsets"), offsets, 2) != 2 || !(offsets[0] >= 0) || offsets[1] - offsets[0] != nbytes ||
        !(offsets[1] <= (double)(checkpoint->values.end - checkpoint->values.begin)))
        fail("%s: not within the file", name);
    matrix.bytes = (const uint8_t *)checkpoint->values.begin + (size_t)offsets[0];
    return matrix;
}

static const float *find_vector(const struct checkpoint *checkpoint, const char *name, size_t count)
{
    const struct matrix matrix = find_tensor(checkpoint, name, 1, count);
    float *values = take_floats(count);
    widen(matrix.type, matrix.bytes, count, values);
    return values;
}

static struct matrix find_matrix(const struct checkpoint *checkpoint, const char *name, size_t rows, size_t cols)
{
    struct matrix matrix = find_tensor(checkpoint, name, rows, cols);
#ifdef GENERATE_BLAS // takes floats
    float *values = take_floats((uint64_t)rows * cols);
    widen(matrix.type, matrix.bytes, rows * cols, values);
    matrix.values = values;
#endif
    return matrix;
}

static struct layer find_layer(const struct checkpoint *checkpoint, const struct config *config, size_t number)
{
    const size_t n = config->hidden, inner = config->intermediate, d = config->head_dim;
    const size_t queries = config->heads * d, kv = config->kv_heads * d;
    char name[96];
    const int length = snprintf(name, sizeof name, "model.layers.%lu.", (unsigned long)number);
#define NAME(end) (strcpy(name + length, end ".weight"), name)
    return (struct layer){
        .attention_norm = find_vector(checkpoint, NAME("input_layernorm"), n),
        .mlp_norm = find_vector(checkpoint, NAME("post_attention_layernorm"), n),
        .q = find_matrix(checkpoint, NAME("self_attn.q_proj"), queries, n),
        .k = find_matrix(checkpoint, NAME("self_attn.k_proj"), kv, n),
        .v = find_matrix(checkpoint, NAME("self_attn.v_proj"), kv, n),
        .o = find_matrix(checkpoint, NAME("self_attn.o_proj"), n, queries),
        .gate = find_matrix(checkpoint, NAME("mlp.gate_proj"), inner, n),
        .up = find_matrix(checkpoint, NAME("mlp.up_proj"), inner, n),
        .down = find_matrix(checkpoint, NAME("mlp.down_proj"), n, inner),
    };
#undef NAME
}

struct model {
    struct config config;
    struct layer *layers;
    const float *final_norm; // [n]
    const struct carvq_table *input, *head;
    size_t length;             // positions that fit
    double *frequencies;       // [d / 2]
    float *keys, *values;      // [layers][length][kv_heads * d]
    float *hidden, *normed;    // [n]
    float *queries, *attended; // [heads * d]
    float *scores;             // [length]
    float *gate, *up;          // [intermediate]
    float *logits;             // [V]
    void *workspace;           // of carvq_logits()
    size_t workspace_bytes;
};

// A table [V][n] of the carvq file.
static const struct carvq_table *find_table(const struct carvq_file *tables, const char *name, const struct config *config)
{
    const struct carvq_table *table = carvq_find(tables, name);
    if (table == NULL || carvq_info(table)->rows != config->vocabulary || carvq_info(table)->cols != config->hidden)
        fail("no table %s of this model's shape", name);
    return table;
}

static struct model open_model(struct text config_json, struct text weights, const struct carvq_file *tables, size_t length)
{
    const struct checkpoint checkpoint = split(weights);
    struct model model = {.config = read_config(config_json), .length = length};
    const struct config *config = &model.config;
    const size_t n = config->hidden, queries = config->heads * config->head_dim, kv = config->kv_heads * config->head_dim;
    if (length > config->positions)
        fail("%lu tokens are more than max_position_embeddings", (unsigned long)length);
    model.layers = take(config->layers * (uint64_t)sizeof *model.layers);
    for (size_t i = 0; i < config->layers; i++)
        model.layers[i] = find_layer(&checkpoint, config, i);
    model.final_norm = find_vector(&checkpoint, "model.norm.weight", n);
    model.input = find_table(tables, "model.embed_tokens.weight", config);
    model.head = config->tied ? model.input : find_table(tables, "lm_head.weight", config);
    model.frequencies = take(config->head_dim / 2 * (uint64_t)sizeof *model.frequencies);
    for (size_t i = 0; i < config->head_dim / 2; i++)
        model.frequencies[i] = pow(config->theta, -2.0 * (double)i / (double)config->head_dim);
    model.keys = take_floats((uint64_t)config->layers * length * kv);
    model.values = take_floats((uint64_t)config->layers * length * kv);
    model.hidden = take_floats(n);
    model.normed = take_floats(n);
    model.queries = take_floats(queries);
    model.attended = take_floats(queries);
    model.scores = take_floats(length);
    model.gate = take_floats(config->intermediate);
    model.up = take_floats(config->intermediate);
    model.logits = take_floats(config->vocabulary);
    model.workspace_bytes = carvq_logits_workspace(model.head, 1);
    model.workspace = take(model.workspace_bytes);
    return model;
}

// ---- The forward pass of one token ----

// y[rows] = W x[cols] (+ y)
static void multiply(const struct matrix *w, const float *x, bool add, float *y)
{
#ifdef GENERATE_BLAS
    cblas_sgemv(CblasRowMajor, CblasNoTrans, (int)w->rows, (int)w->cols, 1, w->values, (int)w->cols, x, 1, add, y, 1);
#else
    enum { CHUNK = 32 };
    const size_t width = w->type == CARVQ_F32 ? 4 : 2;
    for (size_t row = 0; row < w->rows; row++) {
        float values[CHUNK], sum = add ? y[row] : 0;
        for (size_t first = 0; first < w->cols; first += CHUNK) {
            const size_t count = w->cols - first < CHUNK ? w->cols - first : CHUNK;
            widen(w->type, w->bytes + (row * w->cols + first) * width, count, values);
            for (size_t i = 0; i < count; i++)
                sum += values[i] * x[first + i];
        }
        y[row] = sum;
    }
#endif
}

// out = x / root mean square of x, times the weights: all [n]. out may be x.
static void normalize(const struct config *config, const float *x, const float *weights, float *out)
{
    float sum = 0;
    for (size_t i = 0; i < config->hidden; i++)
        sum += x[i] * x[i];
    const float scale = 1 / sqrtf(sum / (float)config->hidden + (float)config->epsilon);
    for (size_t i = 0; i < config->hidden; i++)
        out[i] = x[i] * scale * weights[i];
}

// Rotary positions: in each head, values i and i + d / 2 are a pair that is turned.
static void turn(const struct model *model, float *heads, size_t count, size_t position)
{
    const size_t d = model->config.head_dim;
    for (size_t i = 0; i < d / 2; i++) {
        const double angle = (double)position * model->frequencies[i];
        const float cosine = (float)cos(angle), sine = (float)sin(angle);
        for (float *pair = heads + i; pair < heads + count * d; pair += d) {
            const float x = pair[0], y = pair[d / 2];
            pair[0] = x * cosine - y * sine;
            pair[d / 2] = y * cosine + x * sine;
        }
    }
}

// One head: q[d] asks keys and values of count positions, which lie stride apart, out[d].
static void attend(const float *q, const float *keys, const float *values, size_t count, size_t stride, size_t d, float *scores,
                   float *out)
{
    const float scale = 1 / sqrtf((float)d);
    float max = -INFINITY, sum = 0;
    for (size_t t = 0; t < count; t++) {
        float product = 0;
        for (size_t i = 0; i < d; i++)
            product += q[i] * keys[t * stride + i];
        scores[t] = product * scale;
        max = scores[t] > max ? scores[t] : max;
    }
    memset(out, 0, d * sizeof *out);
    for (size_t t = 0; t < count; t++) {
        const float weight = expf(scores[t] - max);
        sum += weight;
        for (size_t i = 0; i < d; i++)
            out[i] += weight * values[t * stride + i];
    }
    for (size_t i = 0; i < d; i++)
        out[i] /= sum;
}

static void run_attention(struct model *model, size_t number, size_t position)
{
    const struct config *config = &model->config;
    const struct layer *layer = &model->layers[number];
    const size_t d = config->head_dim, kv = config->kv_heads * d, shared = config->heads / config->kv_heads;
    float *keys = model->keys + number * model->length * kv, *values = model->values + number * model->length * kv;
    normalize(config, model->hidden, layer->attention_norm, model->normed);
    multiply(&layer->q, model->normed, false, model->queries);
    multiply(&layer->k, model->normed, false, keys + position * kv);
    multiply(&layer->v, model->normed, false, values + position * kv);
    turn(model, model->queries, config->heads, position);
    turn(model, keys + position * kv, config->kv_heads, position);
    for (size_t i = 0; i < config->heads; i++)
        attend(model->queries + i * d, keys + i / shared * d, values + i / shared * d, position + 1, kv, d, model->scores,
               model->attended + i * d);
    multiply(&layer->o, model->attended, true, model->hidden);
}

static void run_mlp(struct model *model, size_t number)
{
    const struct layer *layer = &model->layers[number];
    normalize(&model->config, model->hidden, layer->mlp_norm, model->normed);
    multiply(&layer->gate, model->normed, false, model->gate);
    multiply(&layer->up, model->normed, false, model->up);
    for (size_t i = 0; i < model->config.intermediate; i++)
        model->gate[i] *= model->up[i] / (1 + expf(-model->gate[i])); // SiLU
    multiply(&layer->down, model->gate, true, model->hidden);
}

// Takes the token at a position; model->hidden is the state before the head then.
static void run(struct model *model, uint32_t id, size_t position)
{
    struct carvq_error error;
    if (carvq_lookup(model->input, &id, 1, model->hidden, model->config.hidden, &error) != CARVQ_OK)
        fail("%s", error.message);
    for (size_t i = 0; i < model->config.layers; i++) {
        run_attention(model, i, position);
        run_mlp(model, i);
    }
    normalize(&model->config, model->hidden, model->final_norm, model->hidden);
}

// The most likely token, the first of them.
static uint32_t choose(struct model *model)
{
    const size_t n = model->config.hidden, vocabulary = model->config.vocabulary;
    struct carvq_error error;
    if (carvq_logits(model->head, model->hidden, 1, n, model->logits, vocabulary, NULL, model->workspace, model->workspace_bytes,
                     &error) != CARVQ_OK)
        fail("%s", error.message);
    uint32_t top = 0;
    for (uint32_t id = 0; id < vocabulary; id++) {
        if (!isfinite(model->logits[id]))
            fail("a logit is not finite");
        top = model->logits[id] > model->logits[top] ? id : top;
    }
    return top;
}

static uint32_t read_number(const char *word)
{
    char *end;
    const unsigned long value = strtoul(word, &end, 10);
    if (!isdigit((unsigned char)*word) || *end != '\0' || value >= UINT32_MAX)
        fail("%s: no number", word);
    return (uint32_t)value;
}

int main(int argc, char **argv)
{
    struct carvq_error error;
    struct carvq_file *tables;
#ifdef CARVQ_NO_FILE_MAP
    const int first = 1;
    const struct text config = {config_begin, config_end};
    const struct text weights = {model_begin, model_end};
    if (carvq_open_memory(table_begin, (size_t)(table_end - table_begin), &tables, &error) != CARVQ_OK)
        fail("%s", error.message);
#else
    const int first = 3;
    if (argc < 5)
        fail("usage: generate MODEL_DIR TABLE COUNT ID..");
    const struct text config = read_file(argv[1], "config.json"), weights = read_file(argv[1], "model.safetensors");
    if (carvq_open(argv[2], &tables, &error) != CARVQ_OK)
        fail("%s", error.message);
#endif
    if (argc < first + 2)
        fail("usage: COUNT ID..");
    const uint32_t count = read_number(argv[first]);
    const size_t prompt = (size_t)(argc - first - 1);
    struct model model = open_model(config, weights, tables, prompt + count);
    for (size_t i = 0; i < prompt; i++)
        run(&model, read_number(argv[first + 1 + (int)i]), i);
    for (size_t i = 0; i < count; i++) {
        const uint32_t id = choose(&model);
        if ((double)id == model.config.end)
            break;
        printf("%" PRIu32 " ", id);
        fflush(stdout);
        run(&model, id, prompt + i);
    }
    printf("\n");
    fflush(stdout);
#ifdef CARVQ_NO_FILE_MAP
    fprintf(stderr, "arena: %lu bytes\n", (unsigned long)(used * sizeof *arena));
#endif
    carvq_close(tables);
    return 0;
}
