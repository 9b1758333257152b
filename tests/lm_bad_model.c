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

static void open_good_model(bool packed)
{
    struct fixture fixture;
    struct carvq_checkpoint *checkpoint;
    struct carvq_lm *lm;
    struct carvq_error error;
    fixture_begin(&fixture);
    if (packed)
        fixture_pack(&fixture);
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

static void test_good_models_are_opened(void **state)
{
    (void)state;
    open_good_model(false);
    open_good_model(true);
}

// A key of config.json with another value (NULL: without the key) and what the message says.
struct config_case {
    const char *key, *value, *cause;
};

static const struct config_case config_cases[] = {
    {"architectures", NULL, "architectures: must be a list"},
    {"architectures", "\"LlamaForCausalLM\"", "architectures: must be a list"},
    {"architectures", "[]", "architectures: must be a list"},
    {"architectures", "[\"BloomForCausalLM\"]", "'BloomForCausalLM' is not supported (known: LlamaForCausalLM"},
    {"architectures", "[\"MixtralForCausalLM\"]", "architectures: 'MixtralForCausalLM' is a mixture of experts"},
    {"architectures", "[\"Qwen3MoeForCausalLM\"]", "architectures: 'Qwen3MoeForCausalLM' is a mixture of experts"},
    {"architectures", "[\"GPT2LMHeadModel\"]", "n_embd: missing"},
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
    {"max_position_embeddings", "0", "max_position_embeddings: must be a whole number"},
    {"rms_norm_eps", "0", "rms_norm_eps: must be a number above 0"},
    {"rms_norm_eps", "true", "rms_norm_eps: must be a number above 0"},
    {"rope_theta", "\"x\"", "rope_theta: must be a number above 0"},
    {"partial_rotary_factor", "0.25", "partial_rotary_factor: 0.25 of a head of 4 values"},
    {"partial_rotary_factor", "1e300", "partial_rotary_factor"},
    {"hidden_act", "\"quick_gelu\"", "hidden_act: 'quick_gelu' is not supported"},
    {"hidden_act", "7", "hidden_act: must be a string"},
    {"attention_bias", "1", "attention_bias: must be true or false"},
    {"tie_word_embeddings", "\"yes\"", "tie_word_embeddings: must be true or false"},
    {"rope_scaling", "[]", "rope_scaling: must be an object"},
    {"rope_scaling", "{\"rope_type\": \"proportional\"}", "rope_scaling.rope_type: 'proportional' is not supported"},
    {"rope_scaling", "{\"type\": \"mrope\"}", "rope_scaling.rope_type: 'mrope' is not supported"},
    {"rope_scaling", "{\"type\": \"linear\"}", "rope_scaling.factor: missing"},
    {"rope_scaling", "{\"type\": \"dynamic\", \"factor\": 0}", "rope_scaling.factor: must be a number above 0"},
    {"rope_scaling", "{\"rope_type\": \"yarn\", \"beta_fast\": \"x\"}", "rope_scaling.beta_fast: must be a number above 0"},
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
    fixture_remove(&fixture, "lm_head.weight");
    refuse(&fixture, "", "'lm_head.weight' is missing, but config.json says that the head is not tied");
}

static void test_two_kinds_of_rope(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_begin(&fixture);
    json_object_set_new(fixture.config, "rope_scaling", json_pack("{sssf}", "type", "linear", "factor", 2.0));
    json_object_set_new(fixture.config, "rope_parameters", json_pack("{sssf}", "rope_type", "default", "factor", 2.0));
    refuse(&fixture, "/config.json: ", "rope_scaling and rope_parameters contradict each other in 'rope_type'");
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

// Windows may be longer than a sliding window, but not than positions are good for; some schemes stretch those.
static void test_windows_have_an_end(void **state)
{
    (void)state;
    static const struct {
        const char *architecture, *key, *value;
        size_t max_window;
    } cases[] = {
        {"LlamaForCausalLM", "sliding_window", "8", 64},
        {"MistralForCausalLM", "sliding_window", "8", 64},
        {"MistralForCausalLM", "sliding_window", "null", 64},
        {"LlamaForCausalLM", "rope_scaling", "{\"type\": \"linear\", \"factor\": 2.0}", 64},
        {"LlamaForCausalLM", "rope_scaling", "{\"type\": \"dynamic\", \"factor\": 2.0}", 128},
        {"LlamaForCausalLM", "rope_scaling", "{\"type\": \"dynamic\", \"factor\": 0.1}", 64},
        {"LlamaForCausalLM", "rope_scaling", "{\"type\": \"yarn\", \"factor\": 4.0, \"original_max_position_embeddings\": 32}",
         128},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture fixture;
        struct carvq_checkpoint *checkpoint;
        struct carvq_lm *lm;
        struct carvq_lm_batch *batch;
        struct carvq_error error;
        fixture_begin(&fixture);
        json_object_set_new(fixture.config, "architectures", json_pack("[s]", cases[i].architecture));
        json_object_set_new(fixture.config, cases[i].key, json_loads(cases[i].value, JSON_DECODE_ANY, NULL));
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

// What other programs write there is refused by its name, before any tensor is looked for.
static const struct config_case quantization_cases[] = {
    {NULL, "[]", "quantization_config: must be an object"},
    {NULL, "{}", "quantization_config.quant_method: missing"},
    {"quant_method", "null", "quantization_config.quant_method: missing"},
    {"quant_method", "7", "quantization_config.quant_method: must be a string"},
    {"quant_method", "\"gptq\"", "quantization_config.quant_method: layers quantized by 'gptq' are not supported (known: awq)"},
    {"quant_method", "\"bitsandbytes\"", "layers quantized by 'bitsandbytes' are not supported"},
    {"quant_method", "\"compressed-tensors\"", "layers quantized by 'compressed-tensors' are not supported"},
    {"quant_method", "\"fp8\"", "layers quantized by 'fp8' are not supported"},
    {"version", "\"gemv_fast\"",
     "quantization_config.version: awq of format 'gemv_fast' is not supported (known: gemm, gemv)"},
    {"format", "\"llm-awq\"", "quantization_config.format: awq of format 'llm-awq' is not supported"},
    {"version", "4", "quantization_config.version: must be a string"},
    {"bits", "3", "quantization_config.bits: awq with 3 bits is not supported (known: 4)"},
    {"bits", "null", "quantization_config.bits: missing"},
    {"bits", "-4", "quantization_config.bits: must be a whole number"},
    {"zero_point", "false", "quantization_config.zero_point: awq without zero points is not supported"},
    {"zero_point", "1", "quantization_config.zero_point: must be true or false"},
    {"group_size", "null", "quantization_config.group_size: missing"},
    {"group_size", "0", "quantization_config.group_size: must be a whole number from 1"},
    {"group_size", "-2", "quantization_config.group_size: must be a whole number from 1"},
    {"group_size", "9223372036854775807", "quantization_config.group_size: must be a whole number from 1"},
    {"group_size", "\"8\"", "quantization_config.group_size: must be a whole number from 1"},
    {"group_size", "3", "group_size: 3 does not divide the 16 inputs of 'model.layers.0.self_attn.q_proj'"},
    {"group_size", "32", "group_size: 32 does not divide the 16 inputs"},
    {"modules_to_not_convert", "\"lm_head\"", "quantization_config.modules_to_not_convert: must be a list of names"},
    {"modules_to_not_convert", "[\"lm_head\", null]", "quantization_config.modules_to_not_convert: must be a list of names"},
};

static void test_bad_quantization(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof quantization_cases / sizeof *quantization_cases; i++) {
        const struct config_case *one = &quantization_cases[i];
        struct fixture fixture;
        fixture_begin(&fixture);
        fixture_pack(&fixture);
        json_t *value = json_loads(one->value, JSON_DECODE_ANY, NULL);
        if (one->key == NULL)
            json_object_set_new(fixture.config, "quantization_config", value);
        else
            json_object_set_new(json_object_get(fixture.config, "quantization_config"), one->key, value);
        refuse(&fixture, "/config.json: ", one->cause);
    }
}

static void test_outputs_are_no_multiple_of_8(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_begin(&fixture);
    fixture_pack(&fixture);
    json_object_set_new(fixture.config, "intermediate_size", json_integer(20));
    refuse(&fixture, "/config.json: ", "'model.layers.0.mlp.gate_proj' cannot be packed: its 20 outputs are no multiple of 8");
}

// Groups of 16 suit all layers but those with 24 inputs.
static void test_group_divides_some_layers_only(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_begin(&fixture);
    fixture_pack(&fixture);
    json_object_set_new(json_object_get(fixture.config, "quantization_config"), "group_size", json_integer(16));
    for (size_t i = 0; i < fixture.count; i++)
        if (strstr(fixture.tensors[i].name, ".qzeros") != NULL || strstr(fixture.tensors[i].name, ".scales") != NULL)
            fixture.tensors[i].rows = 1;
    refuse(&fixture, "/config.json: ", "group_size: 16 does not divide the 24 inputs of 'model.layers.0.mlp.down_proj'");
}

// The packed tensors of one layer, made wrong one by one.
static void test_packed_tensors_disagree(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        struct fixture_tensor tensor;
        const char *cause;
    } cases[] = {
        {"mlp.up_proj.qweight", {.rows = 24, .cols = 2, .words = 1}, "shape is 24x2, but config.json implies 16x3"},
        {"mlp.up_proj.qweight", {.rows = 16, .cols = 24, .words = 1}, "shape is 16x24, but config.json implies 16x3"},
        {"mlp.up_proj.qweight", {.rows = 0, .cols = 48, .words = 1}, "shape is 48, but config.json implies 16x3"},
        {"mlp.up_proj.qweight", {.rows = 16, .cols = 3}, "type is F32, but awq packs codes into I32"},
        {"mlp.up_proj.qzeros", {.rows = 1, .cols = 3, .words = 1}, "shape is 1x3, but config.json implies 2x3"},
        {"mlp.up_proj.qzeros", {.rows = 2, .cols = 3}, "type is F32, but awq packs codes into I32"},
        {"mlp.up_proj.scales", {.rows = 2, .cols = 3, .half = 1}, "shape is 2x3, but config.json implies 2x24"},
        {"mlp.up_proj.scales", {.rows = 2, .cols = 24, .words = 1}, "type I32 is not supported"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture fixture;
        char name[80];
        snprintf(name, sizeof name, "model.layers.1.%s", cases[i].name);
        fixture_begin(&fixture);
        fixture_pack(&fixture);
        struct fixture_tensor *tensor = fixture_find(&fixture, name);
        *tensor = cases[i].tensor;
        strcpy(tensor->name, name);
        refuse(&fixture, "/model.safetensors: tensor 'model.layers.1.mlp.up_proj.", cases[i].cause);
    }
}

static void test_packed_tensor_is_missing(void **state)
{
    (void)state;
    static const char *const names[] = {"model.layers.0.mlp.down_proj.qweight", "model.layers.0.mlp.down_proj.qzeros",
                                        "model.layers.1.self_attn.k_proj.scales"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct fixture fixture;
        fixture_begin(&fixture);
        fixture_pack(&fixture);
        fixture_remove(&fixture, names[i]);
        char cause[120];
        snprintf(cause, sizeof cause, ": no tensor '%s', which config.json implies", names[i]);
        refuse(&fixture, "", cause);
    }
}

static void test_packed_without_a_word_in_the_config(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_begin(&fixture);
    fixture_pack(&fixture);
    json_object_del(fixture.config, "quantization_config");
    refuse(&fixture, "", "'model.layers.0.self_attn.q_proj.qweight' looks packed, but config.json has no quantization_config");
}

// Layers that are packed although config.json excepts them, or the other way round, or both at once, or beyond the layers.
static void test_packed_where_it_should_not_be(void **state)
{
    (void)state;
    static const struct {
        const char *extra, *exception, *cause;
    } cases[] = {
        {"model.layers.0.mlp.up_proj.weight", NULL, "'model.layers.0.mlp.up_proj.weight' is no part of"},
        {"model.layers.0.mlp.up_proj.g_idx", NULL, "'model.layers.0.mlp.up_proj.g_idx' is no part of"},
        {"lm_head.qweight", NULL, "'lm_head.qweight' is no part of"},
        {NULL, "up_proj",
         "'model.layers.0.mlp.up_proj.qweight' looks packed, but config.json excepts it by quantization_config.mod"},
        {"model.layers.0.mlp.up_proj.weight", "layers.0.mlp.up_proj", "'model.layers.0.mlp.up_proj.qweight' is no part of"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture fixture;
        fixture_begin(&fixture);
        fixture_pack(&fixture);
        if (cases[i].extra != NULL) {
            struct fixture_tensor *extra = &fixture.tensors[fixture.count++];
            *extra = (struct fixture_tensor){.rows = 24, .cols = 16};
            strcpy(extra->name, cases[i].extra);
        }
        if (cases[i].exception != NULL)
            json_object_set_new(json_object_get(fixture.config, "quantization_config"), "modules_to_not_convert",
                                json_pack("[s]", cases[i].exception));
        refuse(&fixture, "", cases[i].cause);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good_models_are_opened),
        cmocka_unit_test(test_bad_config),
        cmocka_unit_test(test_shapes_disagree),
        cmocka_unit_test(test_norm_with_two_dimensions),
        cmocka_unit_test(test_layer_is_missing),
        cmocka_unit_test(test_untied_head_is_missing),
        cmocka_unit_test(test_two_kinds_of_rope),
        cmocka_unit_test(test_unknown_tensor),
        cmocka_unit_test(test_windows_have_an_end),
        cmocka_unit_test(test_bad_quantization),
        cmocka_unit_test(test_outputs_are_no_multiple_of_8),
        cmocka_unit_test(test_group_divides_some_layers_only),
        cmocka_unit_test(test_packed_tensors_disagree),
        cmocka_unit_test(test_packed_tensor_is_missing),
        cmocka_unit_test(test_packed_without_a_word_in_the_config),
        cmocka_unit_test(test_packed_where_it_should_not_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
