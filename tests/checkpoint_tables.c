// SPDX-License-Identifier: MIT
// Which tensors are tables, is the head tied, what is refused, and what a user is told who misspelt a name.
#define _POSIX_C_SOURCE 200809L
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "runtime/half.h"
#include "checkpoint/checkpoint.h"
#include "checkpoint_files.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

struct found {
    struct carvq_checkpoint *checkpoint;
    struct carvq_checkpoint_table *tables;
    size_t count;
};

static enum carvq_status find(const char *path, const char *const *names, size_t name_count, struct found *found_ret,
                              struct carvq_error *error)
{
    *found_ret = (struct found){0};
    if (carvq_checkpoint_open(path, &found_ret->checkpoint, error) != CARVQ_OK)
        fail_msg("%s", error->message);
    return carvq_checkpoint_tables(found_ret->checkpoint, names, name_count, &found_ret->tables, &found_ret->count, error);
}

static void release(struct found *found)
{
    free(found->tables);
    carvq_checkpoint_close(found->checkpoint);
}

static void find_good(const char *path, const char *const *names, size_t name_count, struct found *found_ret)
{
    struct carvq_error error;
    if (find(path, names, name_count, found_ret, &error) != CARVQ_OK)
        fail_msg("%s", error.message);
}

static void find_bad(const char *path, const char *const *names, size_t name_count, enum carvq_status wanted, const char *cause)
{
    struct carvq_error error;
    struct found found;
    check_error(find(path, names, name_count, &found, &error), wanted, &error, path, cause);
    release(&found);
}

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

// What config.json and the tensors together say about the head. spec_byte() gives equal bytes to tensors with the same letter in
// the middle of their names: that of shared.weight is a dot.
static void test_heads(void **state)
{
    static const struct {
        const char *config, *tensor; // tensor: beside the table, or NULL
        enum carvq_head head;
    } cases[] = {
        {"{\"tie_word_embeddings\": true}", NULL, CARVQ_HEAD_TIED},
        {"{\"tie_word_embeddings\": true}", "lm_head.weight", CARVQ_HEAD_TIED},          // a copy
        {"{\"tie_word_embeddings\": true}", "output_layer.weight", CARVQ_HEAD_UNTIED},   // other values
        {"{\"tie_word_embeddings\": true}", "model.lm_head.qweight", CARVQ_HEAD_UNTIED}, // packed
        {"{\"tie_word_embeddings\": false}", "lm_head.weight", CARVQ_HEAD_UNTIED},
        {"{\"tie_word_embeddings\": false, \"architectures\": [\"LlamaForCausalLM\"]}", NULL, CARVQ_HEAD_MISSING},
        {"{\"tie_word_embeddings\": false, \"architectures\": [\"LlamaModel\"]}", NULL, CARVQ_HEAD_UNKNOWN},
        {"{\"model_type\": \"llama\", \"architectures\": [\"LlamaForCausalLM\"]}", NULL, CARVQ_HEAD_ASSUMED},
        {"{\"model_type\": \"llama\", \"architectures\": [\"LlamaForCausalLM\"]}", "lm_head.weight", CARVQ_HEAD_UNTIED},
        {"{\"model_type\": \"gpt_neox\"}", "embed_out.weight", CARVQ_HEAD_UNTIED},
        {"{\"model_type\": \"gpt2\", \"architectures\": [\"GPT2LMHeadModel\"]}", NULL, CARVQ_HEAD_TIED},
        {"{\"model_type\": \"gpt2\"}", "lm_head.weight", CARVQ_HEAD_TIED},
        {"{\"model_type\": \"falcon\"}", "lm_head.weight", CARVQ_HEAD_TIED},
        {"{\"model_type\": \"bert\", \"architectures\": [\"BertModel\"]}", NULL, CARVQ_HEAD_UNKNOWN},
        {"{\"model_type\": \"bert\", \"architectures\": [\"BertModel\"], \"tie_word_embeddings\": true}", NULL,
         CARVQ_HEAD_UNKNOWN},
        {"{\"model_type\": \"xlm-roberta\", \"architectures\": [\"XLMRobertaForMaskedLM\"]}", NULL, CARVQ_HEAD_UNKNOWN},
        {"{\"model_type\": \"xlm-roberta\", \"architectures\": [\"XLMRobertaForMaskedLM\"]}", "lm_head.dense.weight",
         CARVQ_HEAD_TIED},
        {"{\"model_type\": \"electra\", \"architectures\": [\"ElectraForPreTraining\"]}", "discriminator_predictions.dense",
         CARVQ_HEAD_TIED},
        {"{\"model_type\": \"electra\", \"architectures\": [\"ElectraForPreTraining\"]}", NULL, CARVQ_HEAD_UNKNOWN},
        {"{\"model_type\": \"bert\", \"architectures\": [\"BertForMaskedLM\"]}", "cls.predictions.decoder.weight",
         CARVQ_HEAD_TIED},
        {"{\"model_type\": \"gemma3\", \"text_config\": {\"model_type\": \"gemma3_text\"}}", "lm_head.weight", CARVQ_HEAD_TIED},
        {"{\"model_type\": \"llava\", \"text_config\": {\"tie_word_embeddings\": true}}", "language_model.lm_head.weight",
         CARVQ_HEAD_TIED},
        {"{\"tie_word_embeddings\": true, \"text_config\": {\"tie_word_embeddings\": false}}", "lm_head.weight",
         CARVQ_HEAD_UNTIED},
        {"{\"tie_word_embeddings\": false, \"text_config\": {\"hidden_size\": 2}}", "lm_head.weight", CARVQ_HEAD_UNTIED},
        {"{\"llm_config\": {\"tie_word_embeddings\": false}}", "language_model.output.weight", CARVQ_HEAD_UNTIED},
        {"{\"thinker_config\": {\"text_config\": {\"tie_word_embeddings\": false}}}", "thinker.lm_head.weight",
         CARVQ_HEAD_UNTIED},
        {"{\"tie_word_embeddings\": \"yes\", \"text_config\": 3, \"architectures\": {}, \"model_type\": []}", NULL,
         CARVQ_HEAD_UNKNOWN},
        {NULL, "output.weight", CARVQ_HEAD_UNTIED},
        {NULL, "layers.0.attention.output.weight", CARVQ_HEAD_UNKNOWN},
        {NULL, "lm_head.bias", CARVQ_HEAD_UNKNOWN},
        {NULL, NULL, CARVQ_HEAD_UNKNOWN},
    };
    char config[PATH_SIZE];
    path_in(config, *state, "config.json");
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct spec specs[] = {{"shared.weight", "F32", "4,2", 32},
                               {"model.embed_tokens_per_layer.weight", "F32", "4,2", 32},
                               {cases[i].tensor, "F32", "4,2", 32}};
        const char *const names[] = {specs[0].name, specs[1].name};
        struct found found;
        unlink(config);
        if (cases[i].config != NULL)
            write_text(*state, "config.json", cases[i].config);
        write_safetensors(*state, "model.safetensors", "", specs, cases[i].tensor != NULL ? 3 : 2);
        find_good(*state, names, 2, &found);
        assert_int_equal(found.count, 2);
        if (found.tables[0].head != cases[i].head)
            fail_msg("%s, %s: %d", cases[i].config, cases[i].tensor, (int)found.tables[0].head);
        assert_int_equal(found.tables[1].head, CARVQ_HEAD_UNKNOWN);
        release(&found);
    }
}

// A copy of a table is compressed with it; a head that is none comes after the tables; a head alone is the table.
static void test_heads_and_copies_among_tables(void **state)
{
    static const struct {
        const char *config, *names[3], *found[2], *copy, *untied_by;
    } cases[] = {
        {"{\"tie_word_embeddings\": true}", {"lm_head.weight", "shared.weight"}, {"shared.weight"}, "lm_head.weight", NULL},
        {"{\"tie_word_embeddings\": false}",
         {"lm_head.weight", "shared.weight"},
         {"shared.weight", "lm_head.weight"},
         NULL,
         NULL},
        {"{\"tie_word_embeddings\": true}",
         {"output_layer.weight", "shared.weight"},
         {"shared.weight", "output_layer.weight"},
         NULL,
         "output_layer.weight"},
        {"{\"tie_word_embeddings\": true}", {"lm_head.weight", "norm.weight"}, {"lm_head.weight"}, NULL, NULL},
        {"{\"model_type\": \"t5\"}", // in the middle of both names is a dot
         {"shared.weight", "decoder.embeddings.word_embeddings.wt", "model.tok_embeddings.weight"},
         {"shared.weight", "model.tok_embeddings.weight"},
         NULL,
         NULL},
        {"{}", {"shared.weight", "a1234567890123.shared.weight"}, {"shared.weight"}, "a1234567890123.shared.weight", NULL},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct spec specs[3];
        size_t count = 0, expected = cases[i].found[1] != NULL ? 2 : 1;
        struct found found;
        for (; count < 3 && cases[i].names[count] != NULL; count++)
            specs[count] = (struct spec){cases[i].names[count], "F32", "4,2", 32};
        write_text(*state, "config.json", cases[i].config);
        write_safetensors(*state, "model.safetensors", "", specs, count);
        find_good(*state, NULL, 0, &found);
        if (found.count != expected)
            fail_msg("case %zu: %zu tables", i, found.count);
        for (size_t k = 0; k < expected; k++)
            assert_string_equal(found.tables[k].tensor->name, cases[i].found[k]);
        assert_int_equal(found.tables[0].copy_count, cases[i].copy != NULL);
        if (cases[i].copy != NULL)
            assert_string_equal(found.tables[0].copies[0]->name, cases[i].copy);
        assert_int_equal(found.tables[0].untied_by != NULL, cases[i].untied_by != NULL);
        if (expected == 2 && cases[i].untied_by != NULL)
            assert_int_equal(found.tables[1].head, CARVQ_HEAD_ITSELF);
        release(&found);
    }
}

// A copy in another type has other bytes and the same values: 0 here.
static void test_copy_of_another_type(void **state)
{
    static const char header[] = "{\"shared.weight\":{\"dtype\":\"F32\",\"shape\":[2,2],\"data_offsets\":[0,16]},"
                                 "\"lm_head.weight\":{\"dtype\":\"BF16\",\"shape\":[2,2],\"data_offsets\":[16,24]}}";
    uint8_t data[24] = {[2] = 0x80, [3] = 0x3f, [16] = 0x80, [17] = 0x3f}; // 1, 0, 0, 0
    struct found found;
    write_text(*state, "config.json", "{\"tie_word_embeddings\": true}");
    for (int i = 0; i < 2; i++) {
        write_raw(*state, "model.safetensors", header, data, sizeof data);
        find_good(*state, NULL, 0, &found);
        assert_int_equal(found.tables[0].head, i == 0 ? CARVQ_HEAD_TIED : CARVQ_HEAD_UNTIED);
        assert_int_equal(found.tables[0].copy_count, i == 0);
        release(&found);
        data[16] = 0x81;
    }
}

// What was quantized before is named, and what to do.
static void test_packed_tables(void **state)
{
    static const struct {
        const char *config;
        struct spec specs[2];
        const char *cause;
    } cases[] = {
        {"{\"quantization\": {\"bits\": 4}}",
         {{"model.embed_tokens.weight", "U32", "4,1", 16}, {"model.embed_tokens.scales", "F16", "4,1", 8}},
         "already quantized to 4 bits by MLX: compress the original model"},
        {"{\"quantization_config\": {\"config_groups\": {\"group_0\": {\"weights\": {\"num_bits\": 8}}}}}",
         {{"model.embed_tokens.weight_packed", "I32", "4,1", 16}, {"model.embed_tokens.weight_scale", "F16", "4,1", 8}},
         "already quantized to 8 bits by compressed-tensors"},
        {"{}",
         {{"wte.weight", "F8_E4M3", "4,2", 8}, {"wte.weight_scale", "F32", "1", 4}},
         "already quantized by scales beside it"},
        {"{}",
         {{"wte.weight", "F8_E4M3", "4,2", 8}, {"x", "F32", "1", 4}},
         "the dtype is F8_E4M3, but a table must be F32, F16 or BF16: convert"},
        {"{}", {{"wte.qweight", "I32", "4,1", 16}, {"wte.scales", "F16", "1", 2}}, "by AWQ or GPTQ"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        write_text(*state, "config.json", cases[i].config);
        write_safetensors(*state, "model.safetensors", "", cases[i].specs, 2);
        find_bad(*state, NULL, 0, CARVQ_ERROR_FORMAT, cases[i].cause);
    }
}

// The table is in a shard that is not there.
static void test_table_in_an_absent_shard(void **state)
{
    static const struct spec spec = {"model.norm.weight", "F32", "2", 8};
    write_safetensors(*state, "a.safetensors", "", &spec, 1);
    write_text(*state, "model.safetensors.index.json",
               "{\"weight_map\":{\"model.norm.weight\":\"a.safetensors\",\"model.embed_tokens.weight\":\"b.safetensors\"}}");
    find_bad(*state, NULL, 0, CARVQ_ERROR_NOT_FOUND,
             "no tensor 'model.embed_tokens.weight': the index puts it into b.safetensors");
}

// One shard of several, named itself, does not show whether there is a head.
static void test_head_may_be_in_another_shard(void **state)
{
    char path[PATH_SIZE];
    struct found found;
    const struct spec spec = {"model.embed_tokens.weight", "F32", "4,2", 32};
    write_safetensors(*state, "model-00001-of-00002.safetensors", "", &spec, 1);
    write_text(*state, "config.json", "{\"tie_word_embeddings\": false, \"architectures\": [\"LlamaForCausalLM\"]}");
    path_in(path, *state, "model-00001-of-00002.safetensors");
    find_good(path, NULL, 0, &found);
    assert_int_equal(found.tables[0].head, CARVQ_HEAD_UNKNOWN);
    release(&found);
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
        TEST(test_well_known_names),
        TEST(test_several_tables),
        TEST(test_no_table_lists_what_there_is),
        TEST(test_unfit_tensors),
        TEST(test_too_large_tables),
        TEST(test_own_file),
        TEST(test_near_names),
        TEST(test_message_with_long_names),
        TEST(test_near_names_that_are_long),
        TEST(test_heads),
        TEST(test_heads_and_copies_among_tables),
        TEST(test_copy_of_another_type),
        TEST(test_packed_tables),
        TEST(test_table_in_an_absent_shard),
        TEST(test_head_may_be_in_another_shard),
        TEST(test_read_block),
        TEST(test_block_outside_the_table),
    };
    return cmocka_run_group_tests_name("checkpoint_tables", tests, NULL, NULL);
}
