// SPDX-License-Identifier: MIT
// Is the head tied, which copies has a table, and what is said where the table is packed or in a shard that is not there.
#define _POSIX_C_SOURCE 200809L
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "checkpoint_found.h"

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

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, make_folder, remove_folder)
    const struct CMUnitTest tests[] = {
        TEST(test_heads),         TEST(test_heads_and_copies_among_tables), TEST(test_copy_of_another_type),
        TEST(test_packed_tables), TEST(test_table_in_an_absent_shard),      TEST(test_head_may_be_in_another_shard),
    };
    return cmocka_run_group_tests_name("checkpoint_heads", tests, NULL, NULL);
}
