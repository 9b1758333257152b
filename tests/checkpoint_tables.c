// SPDX-License-Identifier: MIT
// Which tensors are tables, what is refused, and what a user is told who misspelt a name.
#define _POSIX_C_SOURCE 200809L
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "runtime/half.h"
#include "checkpoint_found.h"

// Names of embedding tables as real checkpoints have them.
static const char *const table_names[] = {
    "model.embed_tokens.weight",                // Llama, Mistral, Qwen, Phi, Gemma, OLMo, StableLM, DeepSeek ..
    "embed_tokens.weight",                      // the same without the head, saved as base model
    "model.embed_tokens_per_layer.weight",      // Gemma 3n
    "model.language_model.embed_tokens.weight", // Gemma 3n and 4, Qwen2.5-VL, Llava
    "model.language_model.embed_tokens_per_layer.weight",
    "language_model.model.embed_tokens.weight",   // Llava, Mllama, Gemma 3, InternVL as first published
    "language_model.model.tok_embeddings.weight", // InternVL on InternLM2
    "model.text_model.embed_tokens.weight",       // Idefics, SmolVLM
    "thinker.model.embed_tokens.weight",          // Qwen2.5-Omni
    "model.model.embed_tokens.weight",
    "base_model.model.model.embed_tokens.weight", // PEFT
    "wte.weight",                                 // GPT-2
    "transformer.wte.weight",                     // GPT-2, GPT-Neo, GPT-J, MPT, Qwen
    "model.transformer.wte.weight",               // OLMo as first published
    "gpt_neox.embed_in.weight",                   // Pythia
    "model.decoder.embed_tokens.weight",          // OPT
    "decoder.embed_tokens.weight",
    "word_embeddings.weight",                       // BLOOM
    "transformer.word_embeddings.weight",           // BLOOM, Falcon
    "transformer.embedding.word_embeddings.weight", // ChatGLM
    "bert.embeddings.word_embeddings.weight",
    "embeddings.word_embeddings.weight",
    "roberta.embeddings.word_embeddings.weight",
    "distilbert.embeddings.word_embeddings.weight",
    "embeddings.tok_embeddings.weight", // ModernBERT
    "model.embeddings.tok_embeddings.weight",
    "transformer.word_embedding.weight", // XLNet
    "transformer.embeddings.weight",     // XLM
    "transformer.tokens_embed.weight",   // GPT
    "shared.weight",                     // T5
    "model.shared.weight",               // BART
    "encoder.embed_tokens.weight",
    "backbone.embeddings.weight", // Mamba, Nemotron-H
    "backbone.embedding.weight",  // Mamba as first published
    "rwkv.embeddings.weight",
    "emb.weight", // RWKV as first published
    "model.embeddings.weight",
    "tok_embeddings.weight",                        // Llama as published by Meta, Mistral
    "model.tok_embeddings.weight",                  // InternLM2
    "text_model.embeddings.token_embedding.weight", // CLIP
    "embed.weight",                                 // word vectors
    "embedding.weight",
    "embeddings.weight",
    "embeddings", // Model2Vec
};

// Matrices that are none, although their names look like it.
static const char *const other_names[] = {
    "wpe.weight",
    "transformer.wpe.weight",
    "lm_head.weight",
    "bert.embeddings.position_embeddings.weight",
    "bert.embeddings.token_type_embeddings.weight",
    "model.embed_positions.weight",
    "model.decoder.embed_positions.weight",
    "model.layers.0.mlp.shared_expert.up_proj.weight",
    "model.layers.61.embed_tokens.weight",
    "model.layers.0.mlp.shared.weight",
    "model.embed_tokens.weight_scale",
    "model.embed_tokens.weights",
    "model.my_embed_tokens.weight",
    "model.embed_tokens.lora_A.weight",
    "model.norm.weight",
    "visual.embed_tokens.weight",
    "vision_tower.vision_model.embeddings.patch_embedding.weight",
    "vision_model.embeddings.weight",
    "model.vision_tower.wte.weight",
    "audio_tower.embed_tokens.weight",
    "talker.model.embed_tokens.weight",
    "model.embed_vision.embedding.weight",
    "model.embed_audio.embedding.weight",
    "time_embedding.weight",
    "layers.0.embedding.weight",
    "encoder.embeddings.patch.weight",
    "weight",
    ".weight",
    "",
};

static void test_well_known_names(void **state)
{
    char path[PATH_SIZE];
    struct found found;
    path_in(path, *state, "x.safetensors");
    for (size_t i = 0; i < COUNT(table_names); i++) {
        const struct spec specs[] = {{"a", "F32", "64,8", 2048}, {table_names[i], "BF16", "16,8", 256}};
        write_safetensors(*state, "x.safetensors", "", specs, 2);
        find_good(path, NULL, 0, &found);
        assert_int_equal(found.count, 1);
        assert_string_equal(found.tables[0].tensor->name, table_names[i]);
        assert_true(found.tables[0].rows == 16 && found.tables[0].cols == 8 && found.tables[0].dtype == CARVQ_BF16);
        release(&found);
    }
    for (size_t i = 0; i < COUNT(other_names); i++) {
        const struct spec spec = {other_names[i], "F32", "16,8", 512};
        write_safetensors(*state, "x.safetensors", "", &spec, 1);
        find_bad(path, NULL, 0, CARVQ_ERROR_NOT_FOUND, "no embedding table");
    }
}

// Per-layer tables, and the copies of an encoder and a decoder, are tables too.
static void test_several_tables(void **state)
{
    char path[PATH_SIZE];
    struct found found;
    const struct spec specs[] = {{"model.embed_tokens_per_layer.weight", "F16", "4,6", 48},
                                 {"model.embed_tokens.weight", "F32", "4,2", 32},
                                 {"model.norm.weight", "F32", "2", 8},
                                 {"encoder.embed_tokens.weight", "F32", "4,2", 32}};
    write_safetensors(*state, "x.safetensors", "", specs, 4);
    path_in(path, *state, "x.safetensors");
    find_good(path, NULL, 0, &found);
    assert_int_equal(found.count, 3);
    assert_string_equal(found.tables[0].tensor->name, specs[0].name);
    assert_string_equal(found.tables[1].tensor->name, specs[1].name);
    assert_string_equal(found.tables[2].tensor->name, specs[3].name);
    release(&found);
    const char *const names[] = {specs[3].name, specs[0].name}; // in the order that was asked for
    find_good(path, names, 2, &found);
    assert_int_equal(found.count, 2);
    assert_string_equal(found.tables[0].tensor->name, names[0]);
    assert_string_equal(found.tables[1].tensor->name, names[1]);
    release(&found);
    const char *const twice[] = {specs[0].name, specs[0].name};
    find_bad(path, twice, 2, CARVQ_ERROR_ARGUMENT, "asked for twice");
}

static void test_no_table_lists_what_there_is(void **state)
{
    char path[PATH_SIZE];
    path_in(path, *state, "x.safetensors");
    const struct spec specs[] = {{"i", "I64", "64,2", 1024},
                                 {"small", "F32", "2,2", 16},
                                 {"big", "F16", "8,8", 128},
                                 {"line", "F32", "64", 256},
                                 {"n", "F32", "", 4}};
    write_safetensors(*state, "x.safetensors", "", specs, 5);
    find_bad(path, NULL, 0, CARVQ_ERROR_NOT_FOUND,
             "--tensor; there are 'big' (8 x 8 F16), 'small' (2 x 2 F32), 'i' (64 x 2 I64) and 2 more");
    write_safetensors(*state, "x.safetensors", "", specs + 4, 1);
    find_bad(path, NULL, 0, CARVQ_ERROR_NOT_FOUND, "there are only 'n' (F32)");
    write_safetensors(*state, "x.safetensors", "", specs, 0);
    find_bad(path, NULL, 0, CARVQ_ERROR_NOT_FOUND, "there are no tensors");
}

static void test_unfit_tensors(void **state)
{
    static const struct {
        struct spec spec;
        const char *cause;
    } cases[] = {
        {{"wte", "I32", "16,8", 512}, "tensor 'wte': the dtype is I32"},
        {{"wte", "F64", "16,8", 1024}, "the dtype is F64"},
        {{"wte", "F8_E4M3", "16,8", 128}, "the dtype is F8_E4M3"},
        {{"wte", "F32", "128", 512}, "two dimensions, this has 1"},
        {{"wte", "F32", "2,8,8", 512}, "two dimensions, this has 3"},
        {{"wte", "F32", "", 4}, "two dimensions, this has 0"},
        {{"wte", "F32", "0,8", 0}, "a table of 0 rows is empty"},
        {{"wte", "F32", "16,0", 0}, "a table of 0 columns is empty"},
        {{"wte", "F32", "0,0", 0}, "is empty"},
        {{"wte", "I8", "0,8", 0}, "the dtype is I8"},
    };
    char path[PATH_SIZE];
    const char *const name = "wte";
    path_in(path, *state, "x.safetensors");
    for (size_t i = 0; i < COUNT(cases); i++) {
        write_safetensors(*state, "x.safetensors", "", &cases[i].spec, 1);
        find_bad(path, NULL, 0, CARVQ_ERROR_FORMAT, cases[i].cause);
        find_bad(path, &name, 1, CARVQ_ERROR_FORMAT, cases[i].cause);
    }
}

// Sparse files stand for tables that are too large.
static void test_too_large_tables(void **state)
{
    static const struct {
        const char *shape;
        uint64_t nbytes;
        const char *cause;
    } cases[] = {{"4294967296,1", UINT64_C(1) << 33, NULL},
                 {"4294967297,1", (UINT64_C(1) << 33) + 2, "4294967297 x 1 is too large"},
                 {"2,16777216", UINT64_C(1) << 26, NULL},
                 {"2,16777217", (UINT64_C(1) << 26) + 4, "2 x 16777217 is too large"}};
    char path[PATH_SIZE], header[200];
    path_in(path, *state, "x.safetensors");
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct found found;
        snprintf(header, sizeof header, "{\"wte.weight\":{\"dtype\":\"F16\",\"shape\":[%s],\"data_offsets\":[0,%llu]}}",
                 cases[i].shape, (unsigned long long)cases[i].nbytes);
        write_raw(*state, "x.safetensors", header, NULL, 0);
        if (truncate(path, (off_t)(8 + strlen(header) + cases[i].nbytes)) != 0)
            skip(); // the file system has no large sparse files
        if (cases[i].cause != NULL) {
            find_bad(path, NULL, 0, CARVQ_ERROR_FORMAT, cases[i].cause);
            continue;
        }
        find_good(path, NULL, 0, &found);
        float value = 1;
        struct carvq_error error;
        const struct carvq_checkpoint_table *table = &found.tables[0];
        assert_int_equal(carvq_checkpoint_read_block(&found.tables[0], table->rows - 1, 1, table->cols - 1, 1, &value, &error),
                         CARVQ_OK);
        assert_true(value == 0);
        release(&found);
    }
}

static void test_own_file(void **state)
{
    char path[PATH_SIZE];
    const struct spec spec = {"wte", "F32", "16,8", 512};
    const char *const name = "wte";
    write_safetensors(*state, "x.safetensors", "\"carvq.version\":\"1\"", &spec, 1);
    path_in(path, *state, "x.safetensors");
    find_bad(path, NULL, 0, CARVQ_ERROR_ARGUMENT, "is already a carvq file");
    find_bad(path, &name, 1, CARVQ_ERROR_ARGUMENT, "is already a carvq file");
}

static void fill(char *text, char letter, size_t length)
{
    memset(text, letter, length);
    text[length] = '\0';
}

static void test_near_names(void **state)
{
    static const struct {
        const char *name, *cause;
    } cases[] = {
        {"model.embd_tokens.weight", "did you mean 'model.embed_tokens.weight'?"},
        {"model.embed_tokens", "did you mean 'model.embed_tokens.weight' or 'model.embed_tokens_per_layer.weight'?"},
        {"embed_tokens_per_layer", "did you mean 'model.embed_tokens_per_layer.weight'?"},
        {"my.lm_head.weight", "did you mean 'lm_head.weight'?"},
        {"", "no tensor ''; there are 'model.embed_tokens.weight'"},
        {"zzzzzzzzzzzzzz", "no tensor 'zzzzzzzzzzzzzz'; there are 'model.embed_tokens.weight' (4 x 2 F32), "},
        {"\x1b[31m", "no tensor '\\x1b[31m'"},
    };
    char path[PATH_SIZE];
    const struct spec specs[] = {{"model.embed_tokens.weight", "F32", "4,2", 32},
                                 {"model.embed_tokens_per_layer.weight", "F16", "4,2", 16},
                                 {"lm_head.weight", "F16", "4,2", 16}};
    write_safetensors(*state, "x.safetensors", "", specs, 3);
    path_in(path, *state, "x.safetensors");
    for (size_t i = 0; i < COUNT(cases); i++)
        find_bad(path, &cases[i].name, 1, CARVQ_ERROR_NOT_FOUND, cases[i].cause);
    char endless[3000];
    fill(endless, 'm', sizeof endless - 1);
    const char *const name = endless;
    find_bad(path, &name, 1, CARVQ_ERROR_NOT_FOUND, "mmm'; there are");
}

// Long names and shapes in the file must not push the cause out of the message.
static void test_message_with_long_names(void **state)
{
#define BIG "18446744073709551615"
    static const char shape[] = "0," BIG "," BIG "," BIG "," BIG "," BIG "," BIG "," BIG;
#undef BIG
    char path[PATH_SIZE], name[1000];
    const char *const asked = "xyz", *const itself = name;
    fill(name, 'm', sizeof name - 1);
    const struct spec specs[] = {{name, "F32", "4,2", 32}, {name + 1, "F32", shape, 0}, {name + 2, "F32", shape, 0}};
    write_safetensors(*state, "x.safetensors", "", specs, 3);
    path_in(path, *state, "x.safetensors");
    find_bad(path, &asked, 1, CARVQ_ERROR_NOT_FOUND, "no tensor 'xyz'; there are 'mmm");
    find_bad(path, NULL, 0, CARVQ_ERROR_NOT_FOUND, "no embedding table found by name; name it with --tensor; there are 'mmm");
    struct found found;
    find_good(path, &itself, 1, &found);
    assert_int_equal(found.tables[0].head, CARVQ_HEAD_UNKNOWN);
    release(&found);
}

// Names around the length beyond which they are not compared.
static void test_near_names_that_are_long(void **state)
{
    static const size_t lengths[] = {150, 199, 200, 201, 250, 900};
    char path[PATH_SIZE], name[1000], asked[1000];
    const char *const pointer = asked;
    path_in(path, *state, "x.safetensors");
    for (size_t i = 0; i < COUNT(lengths); i++)
        for (size_t j = 0; j < COUNT(lengths); j++) {
            fill(name, 'n', lengths[i]);
            fill(asked, 'n', lengths[j]);
            asked[0] = 'm'; // so that none contains the other
            name[lengths[i] - 1] = 'm';
            const struct spec spec = {name, "F32", "4,2", 32};
            write_safetensors(*state, "x.safetensors", "", &spec, 1);
            find_bad(path, &pointer, 1, CARVQ_ERROR_NOT_FOUND,
                     lengths[i] <= 200 && lengths[j] <= 200 ? "did you mean" : "there are");
        }
}

// Every block of a small table, for each type and at odd addresses, equals the values one by one.
static void test_read_block(void **state)
{
    static const struct spec specs[] = {
        {"wte.f32", "F32", "5,7", 140}, {"wte.f16", "F16", "5,7", 70}, {"wte.bf16", "BF16", "5,7", 70}};
    char path[PATH_SIZE];
    struct found found;
    const char *const names[] = {specs[0].name, specs[1].name, specs[2].name};
    static const char *const paddings[] = {"", "\"k\":\"1\"", "\"k\":\"12\"", "\"k\":\"123\""};
    path_in(path, *state, "x.safetensors");
    for (size_t p = 0; p < COUNT(paddings); p++) {
        write_safetensors(*state, "x.safetensors", paddings[p], specs, 3);
        find_good(path, names, 3, &found);
        for (size_t t = 0; t < 3; t++)
            for (uint32_t row = 0, i = 0; row < 5; row++)
                for (uint32_t col = 0; col < 7; col++, i++) {
                    float block[36], value;
                    struct carvq_error error;
                    size_t nrows = 5 - row, ncols = 7 - col, size = carvq_dtype_size(found.tables[t].dtype);
                    uint8_t bytes[4];
                    block[nrows * ncols] = 4711;
                    assert_int_equal(
                        carvq_checkpoint_read_block(&found.tables[t], row, nrows, col, (uint32_t)ncols, block, &error), CARVQ_OK);
                    assert_true(block[nrows * ncols] == 4711);
                    for (size_t k = 0; k < nrows * ncols; k++) {
                        size_t place = (row + k / ncols) * 7 + col + k % ncols;
                        for (size_t b = 0; b < size; b++)
                            bytes[b] = spec_byte(&specs[t], place * size + b);
                        carvq_widen(found.tables[t].dtype, bytes, 1, &value);
                        assert_int_equal(carvq_float_bits(block[k]), carvq_float_bits(value));
                    }
                }
        release(&found);
    }
}

static void test_block_outside_the_table(void **state)
{
    char path[PATH_SIZE];
    float block[64];
    struct carvq_error error;
    struct found found;
    const struct spec spec = {"wte", "F32", "5,7", 140};
    write_safetensors(*state, "x.safetensors", "", &spec, 1);
    path_in(path, *state, "x.safetensors");
    find_good(path, NULL, 0, &found);
    struct carvq_checkpoint_table *table = &found.tables[0];
    assert_int_equal(carvq_checkpoint_read_block(table, 5, 0, 7, 0, block, &error), CARVQ_OK);
    assert_int_equal(carvq_checkpoint_read_block(table, 4, 2, 0, 7, block, &error), CARVQ_ERROR_ARGUMENT);
    assert_int_equal(carvq_checkpoint_read_block(table, 6, 0, 0, 7, block, &error), CARVQ_ERROR_ARGUMENT);
    assert_int_equal(carvq_checkpoint_read_block(table, UINT64_MAX, 2, 0, 7, block, &error), CARVQ_ERROR_ARGUMENT);
    assert_int_equal(carvq_checkpoint_read_block(table, 1, SIZE_MAX, 0, 7, block, &error), CARVQ_ERROR_ARGUMENT);
    assert_int_equal(carvq_checkpoint_read_block(table, 0, 1, 1, 7, block, &error), CARVQ_ERROR_ARGUMENT);
    assert_int_equal(carvq_checkpoint_read_block(table, 0, 1, UINT32_MAX, 2, block, &error), CARVQ_ERROR_ARGUMENT);
    release(&found);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, make_folder, remove_folder)
    const struct CMUnitTest tests[] = {
        TEST(test_well_known_names), TEST(test_several_tables),          TEST(test_no_table_lists_what_there_is),
        TEST(test_unfit_tensors),    TEST(test_too_large_tables),        TEST(test_own_file),
        TEST(test_near_names),       TEST(test_message_with_long_names), TEST(test_near_names_that_are_long),
        TEST(test_read_block),       TEST(test_block_outside_the_table),
    };
    return cmocka_run_group_tests_name("checkpoint_tables", tests, NULL, NULL);
}
