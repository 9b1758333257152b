// SPDX-License-Identifier: MIT
// How near the forward pass of the evaluator comes to the speed of the BLAS: the products of a Llama of a given size, as one
// plain sgemm each, and the whole pass over the same tokens, all in one thread.
//
// Usage: bench_forward [NAME ..], names being those of the sizes below; by default the small ones.
#define _POSIX_C_SOURCE 200809L
#include <cblas.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "host/blas.h"
#include "lm/lm.h"

#define TOKENS 1024 // in windows of 256
#define SMALL 2048  // the default sizes have no more columns

struct size {
    const char *name;
    size_t vocabulary, hidden, intermediate, heads, kv_heads, layers;
};

// Widths of known models; fewer layers and tokens in the vocabulary, so that the bench takes seconds.
static const struct size sizes[] = {
    {"demo-llama", 4096, 128, 352, 4, 4, 2},        {"Qwen2.5-0.5B", 16384, 896, 4864, 14, 2, 2},
    {"Llama-3.2-1B", 16384, 2048, 8192, 32, 8, 2},  {"Llama-3.2-3B", 16384, 3072, 8192, 24, 8, 1},
    {"Llama-3.1-8B", 16384, 4096, 14336, 32, 8, 1}, {"Qwen2.5-7B", 16384, 3584, 18944, 28, 4, 1},
    {"Phi-4", 16384, 5120, 17920, 40, 10, 1}, // the sizes; its matrices are those of a Llama, only stored together
};

// Of this process, so that other programs disturb little; with one thread it is the time that passes.
static double cpu_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void need(int condition, const char *what)
{
    if (!condition) {
        fprintf(stderr, "bench_forward: %s\n", what);
        exit(1);
    }
}

// ---- a model of random BF16 weights in a temporary directory ------------------------------------------------------------

struct writer {
    char header[8192];
    size_t used;
    uint64_t end;
};

static void add(struct writer *writer, const char *prefix, const char *name, size_t rows, size_t cols)
{
    const uint64_t begin = writer->end;
    char shape[48];
    writer->end += 2 * (rows > 0 ? rows : 1) * cols;
    snprintf(shape, sizeof shape, rows > 0 ? "%zu,%zu" : "%zu", rows > 0 ? rows : cols, cols);
    writer->used += (size_t)snprintf(writer->header + writer->used, sizeof writer->header - writer->used,
                                     "%s\"%s%s.weight\":{\"dtype\":\"BF16\",\"shape\":[%s],\"data_offsets\":[%llu,%llu]}",
                                     writer->used > 0 ? "," : "{", prefix, name, shape, (unsigned long long)begin,
                                     (unsigned long long)writer->end);
}

static void describe(struct writer *writer, const struct size *size)
{
    const size_t n = size->hidden, inner = size->intermediate, kv = n / size->heads * size->kv_heads;
    add(writer, "", "model.embed_tokens", size->vocabulary, n);
    add(writer, "", "model.norm", 0, n);
    for (size_t layer = 0; layer < size->layers; layer++) {
        char prefix[48];
        snprintf(prefix, sizeof prefix, "model.layers.%zu.", layer);
        add(writer, prefix, "input_layernorm", 0, n);
        add(writer, prefix, "self_attn.q_proj", n, n);
        add(writer, prefix, "self_attn.k_proj", kv, n);
        add(writer, prefix, "self_attn.v_proj", kv, n);
        add(writer, prefix, "self_attn.o_proj", n, n);
        add(writer, prefix, "post_attention_layernorm", 0, n);
        add(writer, prefix, "mlp.gate_proj", inner, n);
        add(writer, prefix, "mlp.up_proj", inner, n);
        add(writer, prefix, "mlp.down_proj", n, inner);
    }
    strcat(writer->header, "}");
    writer->used++;
}

static void write_model(const char *directory, const struct size *size)
{
    struct writer writer = {.used = 0};
    char path[128];
    describe(&writer, size);
    snprintf(path, sizeof path, "%s/config.json", directory);
    FILE *file = fopen(path, "w");
    need(file != NULL, "cannot write config.json");
    fprintf(file,
            "{\"architectures\": [\"LlamaForCausalLM\"], \"hidden_size\": %zu, \"intermediate_size\": %zu, "
            "\"num_hidden_layers\": %zu,"
            " \"num_attention_heads\": %zu, \"num_key_value_heads\": %zu, \"vocab_size\": %zu, \"max_position_embeddings\": 4096,"
            " \"rms_norm_eps\": 1e-5, \"tie_word_embeddings\": true}\n",
            size->hidden, size->intermediate, size->layers, size->heads, size->kv_heads, size->vocabulary);
    need(fclose(file) == 0, "cannot write config.json");
    snprintf(path, sizeof path, "%s/model.safetensors", directory);
    file = fopen(path, "wb");
    need(file != NULL, "cannot write model.safetensors");
    for (size_t i = 0; i < 8; i++)
        fputc((int)((uint64_t)writer.used >> 8 * i & 0xff), file);
    fputs(writer.header, file);
    uint32_t state = 1;
    for (uint64_t i = 0; i < writer.end / 2; i++) { // 2^-8 .. 2^-5, either sign
        state = state * 1664525 + 1013904223;
        fputc((int)(state >> 16 & 0xff), file);
        fputc((int)(0x3b + (state >> 30) % 2 + (state >> 24 & 0x80)), file);
    }
    need(fclose(file) == 0, "cannot write model.safetensors");
}

static void remove_model(const char *directory)
{
    char path[128];
    snprintf(path, sizeof path, "%s/config.json", directory);
    unlink(path);
    snprintf(path, sizeof path, "%s/model.safetensors", directory);
    unlink(path);
    rmdir(directory);
}

// ---- plain products ---------------------------------------------------------------------------------------------------

// Seconds for y[TOKENS][rows] = x[TOKENS][cols] W', W being rows x cols; the second time counts.
static double product_seconds(size_t rows, size_t cols)
{
    float *x = malloc(TOKENS * cols * sizeof *x), *w = malloc(rows * cols * sizeof *w), *y = malloc(TOKENS * rows * sizeof *y);
    need(x != NULL && w != NULL && y != NULL, "out of memory");
    for (size_t i = 0; i < TOKENS * cols; i++)
        x[i] = 1.0f / (float)(i % 7 + 1);
    for (size_t i = 0; i < rows * cols; i++)
        w[i] = 1.0f / (float)(i % 5 + 1);
    double started = 0;
    for (int round = 0; round < 2; round++) {
        started = cpu_seconds();
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, TOKENS, (int)rows, (int)cols, 1, x, (int)cols, w, (int)cols, 0, y,
                    (int)rows);
    }
    const double taken = cpu_seconds() - started;
    free(x);
    free(w);
    free(y);
    return taken;
}

// ---- the whole pass ---------------------------------------------------------------------------------------------------

static double pass_seconds(const char *directory)
{
    struct carvq_error error;
    struct carvq_checkpoint *checkpoint;
    struct carvq_lm *lm;
    struct carvq_lm_batch *batch;
    need(carvq_checkpoint_open(directory, &checkpoint, &error) == CARVQ_OK &&
             carvq_lm_open(checkpoint, &lm, &error) == CARVQ_OK &&
             carvq_lm_batch_open(lm, 256, TOKENS / 256, 1, &batch, &error) == CARVQ_OK,
         error.message);
    float *hidden = malloc(TOKENS * carvq_lm_config(lm)->hidden * sizeof *hidden);
    struct carvq_lm_score *scores = malloc(TOKENS * sizeof *scores);
    need(hidden != NULL && scores != NULL, "out of memory");
    uint32_t ids[TOKENS];
    for (size_t i = 0; i < TOKENS; i++)
        ids[i] = (uint32_t)(i * 37 % 4096);
    const struct carvq_lm_variant variant = {hidden, NULL};
    double started = 0;
    for (int round = 0; round < 2; round++) {
        started = cpu_seconds();
        carvq_lm_hidden(batch, NULL, ids, TOKENS / 256, hidden, &error);
        carvq_lm_score(batch, &variant, 1, ids, TOKENS / 256, scores, &error);
    }
    const double taken = cpu_seconds() - started;
    free(hidden);
    free(scores);
    carvq_lm_batch_close(batch);
    carvq_lm_close(lm);
    carvq_checkpoint_close(checkpoint);
    return taken;
}

static void measure(const struct size *size)
{
    const size_t n = size->hidden, inner = size->intermediate, kv = n / size->heads * size->kv_heads;
    const double layer = product_seconds(n, n) * 2 + product_seconds(kv, n) * 2 + product_seconds(inner, n) * 2 +
                         product_seconds(n, inner);
    const double plain = (double)size->layers * layer + product_seconds(size->vocabulary, n);
    const double parameters = (double)size->layers * (double)(2 * n * n + 2 * kv * n + 3 * n * inner) +
                              (double)size->vocabulary * (double)n;
    const double operations = 2e-9 * TOKENS * parameters;
    char directory[] = "/tmp/carvq-bench-XXXXXX";
    need(mkdtemp(directory) != NULL, "cannot make a directory");
    write_model(directory, size);
    const double pass = pass_seconds(directory);
    remove_model(directory);
    printf("%-14s %5zu  %11.1f  %10.1f  %3.0f %%\n", size->name, n, operations / plain, operations / pass, 100 * plain / pass);
}

int main(int argc, char **argv)
{
    carvq_blas_setup(argv);
    carvq_blas_one_thread();
    printf("forward pass, %d tokens in windows of 256, BF16 weights, BLAS kernel %s%s\n", TOKENS, carvq_blas_kernel(),
           carvq_blas_is_slow() ? " (slow: OPENBLAS_CORETYPE is set, or nothing better is known)" : "");
    puts("GFlop/s of the products:\nwidths of          n  plain sgemm  whole pass  share");
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        bool wanted = argc < 2 && sizes[i].hidden <= SMALL;
        for (int k = 1; k < argc; k++)
            wanted = wanted || strcmp(argv[k], sizes[i].name) == 0;
        if (wanted)
            measure(&sizes[i]);
    }
    return 0;
}
