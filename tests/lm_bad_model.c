// SPDX-License-Identifier: MIT
// Models that cannot be run are refused, with one line that names the file and the cause.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lm_fixture.h"

// Opens the model and expects an error whose message has both parts.
static void refuse(struct fixture *fixture, const char *file, const char *cause)
{
    struct carvq_checkpoint *checkpoint;
    struct carvq_lm *lm = NULL;
    struct carvq_error error;
    fixture_write(fixture);
    assert_int_equal(carvq_checkpoint_open(fixture->directory, &checkpoint, &error), CARVQ_OK);
    enum carvq_status status = carvq_lm_open(checkpoint, &lm, &error);
    if (status == CARVQ_OK || strstr(error.message, cause) == NULL || strstr(error.message, file) == NULL)
        fail_msg("expected '%s' and '%s', got %s", file, cause, status == CARVQ_OK ? "a model" : error.message);
    assert_int_equal(error.status, status);
    carvq_checkpoint_close(checkpoint);
    fixture_end(fixture);
}

static void test_good_model_is_opened(void **state)
{
    (void)state;
    struct fixture fixture;
    struct carvq_checkpoint *checkpoint;
    struct carvq_lm *lm;
    struct carvq_error error;
    fixture_begin(&fixture);
    fixture_write(&fixture);
    assert_int_equal(carvq_checkpoint_open(fixture.directory, &checkpoint, &error), CARVQ_OK);
    if (carvq_lm_open(checkpoint, &lm, &error) != CARVQ_OK)
        fail_msg("%s", error.message);
    assert_false(carvq_lm_is_tied(lm));
    assert_int_equal(carvq_lm_config(lm)->head_dim, 4);
    carvq_lm_close(lm);
    carvq_checkpoint_close(checkpoint);
    fixture_end(&fixture);
}

// A key of config.json with another value (NULL: without the key) and what the message says.
struct config_case {
    const char *key, *value, *cause;
};

static const struct config_case config_cases[] = {
    {"architectures", NULL, "architectures: must be a list"},
    {"architectures", "\"LlamaForCausalLM\"", "architectures: must be a list"},
    {"architectures", "[]", "architectures: must be a list"},
    {"architectures", "[\"GPT2LMHeadModel\"]", "'GPT2LMHeadModel' is not supported (known: LlamaForCausalLM"},
    {"architectures", "[\"Qwen2ForCausalLM\"]", "self_attn.q_proj.bias"},
    {"architectures", "[\"Phi3ForCausalLM\"]", "self_attn.qkv_proj.weight"},
    {"hidden_size", NULL, "hidden_size: missing"},
    {"hidden_size", "null", "hidden_size: missing"},
    {"hidden_size", "\"16\"", "hidden_size: must be a whole number"},
    {"hidden_size", "16.0", "hidden_size: must be a whole number"},
    {"hidden_size", "-16", "hidden_size: must be a whole number"},
    {"hidden_size", "0", "hidden_size: must be a whole number"},
    {"hidden_size", "9223372036854775807", "hidden_size: must be a whole number from 1 to 16777216"},
    {"intermediate_size", NULL, "intermediate_size: missing"},
    {"num_hidden_layers", NULL, "num_hidden_layers: missing"},
    {"num_attention_heads", NULL, "num_attention_heads: missing"},
    {"num_attention_heads", "3", "num_key_value_heads: 2 does not divide num_attention_heads, 3"},
    {"num_attention_heads", "6", "num_attention_heads: 6 does not divide hidden_size, 16"},
    {"num_key_value_heads", "8", "num_key_value_heads: must be a whole number from 1 to 4"},
    {"num_key_value_heads", "[]", "num_key_value_heads: must be a whole number"},
    {"vocab_size", NULL, "vocab_size: missing"},
    {"max_position_embeddings", NULL, "max_position_embeddings: missing"},
    {"rms_norm_eps", NULL, "rms_norm_eps: missing"},
    {"rms_norm_eps", "0", "rms_norm_eps: must be a number above 0"},
    {"rms_norm_eps", "true", "rms_norm_eps: must be a number above 0"},
    {"rope_theta", "\"x\"", "rope_theta: must be a number above 0"},
    {"partial_rotary_factor", "0.25", "partial_rotary_factor: 0.25 of a head of 4 values"},
    {"partial_rotary_factor", "1e300", "partial_rotary_factor"},
    {"hidden_act", "\"gelu\"", "hidden_act: 'gelu' is not supported"},
    {"hidden_act", "7", "hidden_act: must be a string"},
    {"attention_bias", "1", "attention_bias: must be true or false"},
    {"tie_word_embeddings", "\"yes\"", "tie_word_embeddings: must be true or false"},
    {"quantization_config", "{\"quant_method\": \"awq\"}", "quantization_config: models with quantized layers"},
    {"rope_scaling", "[]", "rope_scaling: must be an object"},
    {"rope_scaling", "{\"rope_type\": \"yarn\", \"factor\": 4.0}", "rope_scaling.rope_type: 'yarn' is not supported"},
    {"rope_scaling", "{\"type\": \"linear\", \"factor\": 4.0}", "rope_scaling.rope_type: 'linear' is not supported"},
    {"rope_scaling", "{\"rope_type\": \"llama3\", \"low_freq_factor\": 1.0, \"high_freq_factor\": 4.0}",
     "rope_scaling.factor: missing"},
    {"rope_scaling", "{\"rope_type\": \"llama3\", \"factor\": 8.0, \"low_freq_factor\": 4.0, \"high_freq_factor\": 4.0}",
     "rope_scaling.high_freq_factor: must be above"},
    {"rope_scaling", "{\"rope_type\": \"longrope\", \"short_factor\": [1.0, 1.0]}", "rope_scaling.long_factor: missing"},
    {"rope_scaling", "{\"rope_type\": \"longrope\", \"short_factor\": [1.0], \"long_factor\": [1.0, 1.0]}",
     "rope_scaling.short_factor: must be a list of 2 numbers"},
    {"rope_parameters", "{\"full_attention\": {\"rope_type\": \"default\"}}", "rope_parameters: one set for each type of layer"},
    {"rope_parameters", "{\"rope_theta\": -1}", "rope_parameters.rope_theta: must be a number above 0"},
};

static void test_bad_config(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof config_cases / sizeof *config_cases; i++) {
        const struct config_case *one = &config_cases[i];
        struct fixture fixture;
        fixture_begin(&fixture);
        if (one->value == NULL)
            json_object_del(fixture.config, one->key);
        else
            json_object_set_new(fixture.config, one->key, json_loads(one->value, JSON_DECODE_ANY, NULL));
        // What is missing in the tensors is named by their file, the rest by config.json.
        refuse(&fixture, strstr(one->cause, "proj") != NULL ? "" : "/config.json: ", one->cause);
    }
}

// config.json promises other shapes than the tensors have.
static void test_shapes_disagree(void **state)
{
    (void)state;
    static const struct {
        const char *key;
        int value;
        const char *cause;
    } cases[] = {
        {"vocab_size", 51, "'model.embed_tokens.weight': shape is 50x16, but config.json implies 51x16"},
        {"hidden_size", 32, "'model.embed_tokens.weight': shape is 50x16, but config.json implies 50x32"},
        {"intermediate_size", 25, "'model.layers.0.mlp.gate_proj.weight': shape is 24x16, but config.json implies 25x16"},
        {"num_key_value_heads", 4, "'model.layers.0.self_attn.k_proj.weight': shape is 8x16, but config.json implies 16x16"},
        {"head_dim", 8, "'model.layers.0.self_attn.q_proj.weight': shape is 16x16, but config.json implies 32x16"},
        {"num_hidden_layers", 1, "'model.layers.1.input_layernorm.weight' is no part of a LlamaForCausalLM"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture fixture;
        fixture_begin(&fixture);
        json_object_set_new(fixture.config, cases[i].key, json_integer(cases[i].value));
        refuse(&fixture, "/model.safetensors: ", cases[i].cause);
    }
}

static void test_norm_with_two_dimensions(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_begin(&fixture);
    fixture_find(&fixture, "model.norm.weight")->rows = 1;
    refuse(&fixture, "/model.safetensors: ", "'model.norm.weight': shape is 1x16, but config.json implies 16");
}

static void test_layer_is_missing(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_begin(&fixture);
    json_object_set_new(fixture.config, "num_hidden_layers", json_integer(3));
    refuse(&fixture, "", "model.layers.2.input_layernorm.weight");
}

// A head that was lost must not be taken for a tied one.
static void test_untied_head_is_missing(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_begin(&fixture);
    *fixture_find(&fixture, "lm_head.weight") = fixture.tensors[fixture.count - 1];
    fixture.count--;
    refuse(&fixture, "", "'lm_head.weight' is missing, but config.json says that the head is not tied");
}

static void test_two_kinds_of_rope(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_begin(&fixture);
    json_object_set_new(fixture.config, "rope_scaling", json_pack("{ss}", "rope_type", "default"));
    json_object_set_new(fixture.config, "rope_parameters", json_pack("{sssf}", "rope_type", "default", "rope_theta", 500000.0));
    refuse(&fixture, "/config.json: ", "rope_scaling and rope_parameters contradict each other");
}

// A model with a part that we know nothing of would run, and give a wrong result.
static void test_unknown_tensor(void **state)
{
    (void)state;
    static const char *const names[] = {"model.layers.0.self_attn.q_norm.weight", "model.layers.0.self_attn.q_proj.bias",
                                        "lm_head.bias", "model.layers.0.self_attn.q_proj.weight_scale",
                                        "model.layers..mlp.gate_proj.weight"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct fixture fixture;
        fixture_begin(&fixture);
        struct fixture_tensor *extra = &fixture.tensors[fixture.count++];
        *extra = (struct fixture_tensor){.cols = 4};
        strcpy(extra->name, names[i]);
        refuse(&fixture, "/model.safetensors: ", "is no part of a LlamaForCausalLM as its config.json describes it");
    }
}

// Attention is never cut off here; a window for which that would matter is refused.
static void test_window_beyond_the_sliding_one(void **state)
{
    (void)state;
    static const struct {
        const char *architecture, *sliding;
        int switched_on;
        size_t max_window;
    } cases[] = {
        {"LlamaForCausalLM", "8", 1, 64},    {"MistralForCausalLM", "8", 0, 8},     {"MistralForCausalLM", "null", 0, 64},
        {"MistralForCausalLM", NULL, 0, 64}, {"MistralForCausalLM", "4096", 0, 64},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture fixture;
        struct carvq_checkpoint *checkpoint;
        struct carvq_lm *lm;
        struct carvq_lm_batch *batch;
        struct carvq_error error;
        fixture_begin(&fixture);
        json_object_set_new(fixture.config, "architectures", json_pack("[s]", cases[i].architecture));
        if (cases[i].sliding != NULL)
            json_object_set_new(fixture.config, "sliding_window", json_loads(cases[i].sliding, JSON_DECODE_ANY, NULL));
        fixture_write(&fixture);
        assert_int_equal(carvq_checkpoint_open(fixture.directory, &checkpoint, &error), CARVQ_OK);
        assert_int_equal(carvq_lm_open(checkpoint, &lm, &error), CARVQ_OK);
        assert_int_equal(carvq_lm_batch_open(lm, cases[i].max_window, 1, 1, &batch, &error), CARVQ_OK);
        carvq_lm_batch_close(batch);
        assert_int_equal(carvq_lm_batch_open(lm, cases[i].max_window + 1, 1, 1, &batch, &error), CARVQ_ERROR_ARGUMENT);
        assert_non_null(strstr(error.message, "/config.json: a window of "));
        assert_int_equal(carvq_lm_batch_open(lm, 1, 1, 1, &batch, &error), CARVQ_ERROR_ARGUMENT);
        carvq_lm_close(lm);
        carvq_checkpoint_close(checkpoint);
        fixture_end(&fixture);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good_model_is_opened),
        cmocka_unit_test(test_bad_config),
        cmocka_unit_test(test_shapes_disagree),
        cmocka_unit_test(test_norm_with_two_dimensions),
        cmocka_unit_test(test_layer_is_missing),
        cmocka_unit_test(test_untied_head_is_missing),
        cmocka_unit_test(test_two_kinds_of_rope),
        cmocka_unit_test(test_unknown_tensor),
        cmocka_unit_test(test_window_beyond_the_sliding_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
