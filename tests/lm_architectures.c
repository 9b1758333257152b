// SPDX-License-Identifier: MIT
// Models whose language model is a part, heads that should not be there, and what config.json says of single layers.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lm_fixture.h"

#define LENGTH 20

// The states of a text, [LENGTH][n], or NULL if the model is refused, with a message that has the cause in it.
static float *run(struct fixture *fixture, const char *cause)
{
    struct carvq_checkpoint *checkpoint;
    struct carvq_lm *lm = NULL;
    struct carvq_lm_batch *batch;
    struct carvq_error error;
    uint32_t ids[LENGTH];
    float *states = NULL;
    for (size_t i = 0; i < LENGTH; i++)
        ids[i] = (uint32_t)(i * i * 7 + 3) % FIXTURE_V;
    fixture_write(fixture);
    assert_int_equal(carvq_checkpoint_open(fixture->directory, &checkpoint, &error), CARVQ_OK);
    if (carvq_lm_open(checkpoint, &lm, &error) != CARVQ_OK) {
        if (cause == NULL || strstr(error.message, cause) == NULL)
            fail_msg("expected '%s', got %s", cause != NULL ? cause : "a model", error.message);
    } else {
        if (cause != NULL)
            fail_msg("expected '%s', got a model", cause);
        states = calloc(LENGTH * FIXTURE_N, sizeof *states);
        assert_int_equal(carvq_lm_batch_open(lm, LENGTH, 1, 2, &batch, &error), CARVQ_OK);
        assert_int_equal(carvq_lm_hidden(batch, NULL, ids, 1, states, &error), CARVQ_OK);
        carvq_lm_batch_close(batch);
        carvq_lm_close(lm);
    }
    carvq_checkpoint_close(checkpoint);
    fixture_end(fixture);
    return states;
}

static void refuse(struct fixture *fixture, const char *cause)
{
    assert_null(run(fixture, cause));
}

static void set(struct fixture *fixture, const char *key, const char *value)
{
    json_object_set_new(fixture->config, key, json_loads(value, JSON_DECODE_ANY, NULL));
}

// Random numbers of a tensor follow from its name, so all have the values of one model.
static void fill(struct fixture *fixture, float *memory)
{
    uint32_t state = 1;
    for (size_t i = 0; i < fixture->count; i++) {
        struct fixture_tensor *tensor = &fixture->tensors[i];
        tensor->values = memory;
        for (size_t k = 0; k < (tensor->rows > 0 ? tensor->rows : 1) * tensor->cols; k++) {
            state = state * 1664525 + 1013904223;
            *memory++ = (float)(state >> 8) / (float)(1 << 24) - 0.5f;
        }
    }
}

static void test_wrapped_model_is_its_language_model(void **state)
{
    (void)state;
    static const char *const names[][2] = {{"language_model.model.", "language_model.lm_head"},
                                           {"model.language_model.", "lm_head"}};
    static float memory[1 << 14];
    struct fixture fixture;
    fixture_begin(&fixture);
    set(&fixture, "architectures", "[\"MistralForCausalLM\"]");
    fill(&fixture, memory);
    float *plain = run(&fixture, NULL);
    for (size_t i = 0; i < 2; i++) {
        fixture_begin(&fixture);
        fill(&fixture, memory);
        fixture_wrap(&fixture, names[i][0], names[i][1]);
        fixture_add(&fixture, "vision_tower.patch.weight", 3, 5);
        fixture_add(&fixture, "model.multi_modal_projector.norm.weight", 0, 5);
        float *wrapped = run(&fixture, NULL);
        assert_memory_equal(wrapped, plain, LENGTH * FIXTURE_N * sizeof *plain);
        free(wrapped);
    }
    free(plain);
}

static void test_wrapped_models_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *key, *value, *tensor, *cause;
    } cases[] = {
        {"text_config", "7", NULL, "/config.json: text_config: must be an object"},
        {"text_config", "{}", NULL, "/config.json: text_config.model_type: missing"},
        {"text_config", "{\"model_type\": \"bloom\"}", NULL, "text_config.model_type: 'bloom' is not supported"},
        {"text_config", "{\"model_type\": \"bloom\", \"num_experts\": 8}", NULL, "'bloom' is a mixture of experts"},
        {"text_config", "{\"model_type\": \"mistral\"}", NULL, "/config.json: text_config.vocab_size: missing"},
        {"architectures", "[\"LlavaForConditionalGeneration\"]", NULL, "'LlavaForConditionalGeneration' is not supported"},
        {"quantization_config", "[]", NULL, "quantization_config: must be an object"},
        {NULL, NULL, "model.audio_tower.weight", "is no part of a Mistral3ForConditionalGeneration"},
        {NULL, NULL, "model.language_model.layers.0.self_attn.q_norm.weight", "is no part of a Mistral3ForConditionalGeneration"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture fixture;
        fixture_begin(&fixture);
        fixture_wrap(&fixture, "model.language_model.", "lm_head");
        if (cases[i].key != NULL)
            set(&fixture, cases[i].key, cases[i].value);
        if (cases[i].tensor != NULL)
            fixture_add(&fixture, cases[i].tensor, 0, 4);
        refuse(&fixture, cases[i].cause);
    }
}

// A tied model may have its table a second time; another head is taken for the head, as loaders do.
static void test_redundant_head(void **state)
{
    (void)state;
    static float values[FIXTURE_V * FIXTURE_N];
    for (size_t i = 0; i < FIXTURE_V * FIXTURE_N; i++)
        values[i] = (float)(i * 37 % 101) / 101 - 0.5f;
    for (int other = 0; other < 2; other++) {
        struct fixture fixture;
        fixture_begin(&fixture);
        set(&fixture, "tie_word_embeddings", "true");
        fixture_find(&fixture, "model.embed_tokens.weight")->values = values;
        fixture_find(&fixture, "lm_head.weight")->values = other ? NULL : values;
        struct carvq_checkpoint *checkpoint;
        struct carvq_lm *lm;
        struct carvq_error error;
        fixture_write(&fixture);
        assert_int_equal(carvq_checkpoint_open(fixture.directory, &checkpoint, &error), CARVQ_OK);
        assert_int_equal(carvq_lm_open(checkpoint, &lm, &error), CARVQ_OK);
        assert_int_equal(carvq_lm_is_tied(lm), !other);
        assert_string_equal(carvq_lm_head_name(lm), other ? "lm_head.weight" : "model.embed_tokens.weight");
        carvq_lm_close(lm);
        carvq_checkpoint_close(checkpoint);
        fixture_end(&fixture);
    }
}

// GPT-2's first files have names without "transformer.", and masks.
static void test_bare_names_of_gpt2(void **state)
{
    (void)state;
    static float memory[1 << 14];
    struct fixture fixture;
    float *states[2];
    for (size_t bare = 0; bare < 2; bare++) {
        fixture_begin(&fixture);
        fixture_gpt2(&fixture);
        fill(&fixture, memory);
        for (size_t i = 0; bare == 1 && i < fixture.count; i++)
            memmove(fixture.tensors[i].name, fixture.tensors[i].name + strlen("transformer."),
                    strlen(fixture.tensors[i].name + strlen("transformer.")) + 1);
        fixture_add(&fixture, bare == 1 ? "h.1.attn.bias" : "transformer.h.1.attn.bias", 4, 4);
        states[bare] = run(&fixture, NULL);
    }
    assert_memory_equal(states[0], states[1], LENGTH * FIXTURE_N * sizeof *states[0]);
    free(states[0]);
    free(states[1]);
    fixture_begin(&fixture);
    fixture_gpt2(&fixture);
    fixture_add(&fixture, "transformer.h.2.attn.bias", 4, 4);
    refuse(&fixture, "'transformer.h.2.attn.bias' is no part of a GPT2LMHeadModel");
}

// Keys that make another model of one that we know.
static void test_keys_are_refused(void **state)
{
    (void)state;
    static const struct {
        void (*kind)(struct fixture *fixture);
        const char *key, *value, *cause;
    } cases[] = {
        {fixture_gpt2, "scale_attn_weights", "false", "/config.json: scale_attn_weights: false is not supported"},
        {fixture_gpt2, "scale_attn_by_inverse_layer_idx", "true", "scale_attn_by_inverse_layer_idx: true is not supported"},
        {fixture_gpt2, "n_positions", "65", "'transformer.wpe.weight': shape is 64x16, but config.json implies 65x16"},
        {fixture_gpt2, "activation_function", "\"tanh\"", "activation_function: 'tanh' is not supported"},
        {fixture_gpt2, "quantization_config",
         "{\"quant_method\": \"awq\", \"bits\": 4, \"group_size\": 8, \"version\": \"gemm\", \"zero_point\": true}",
         "quantization_config: awq of a GPT2LMHeadModel is not supported"},
        {fixture_gemma2, "use_bidirectional_attention", "true", "use_bidirectional_attention: true is not supported"},
        {fixture_gemma2, "attn_logit_softcapping", "-1", "attn_logit_softcapping: must be a number above 0"},
        {fixture_gemma2, "query_pre_attn_scalar", "\"x\"", "query_pre_attn_scalar: must be a number above 0"},
        {fixture_gemma2, "layer_types", "[\"full_attention\"]", "layer_types: must have full_attention or sliding_attention"},
        {fixture_gemma2, "layer_types", "[\"full_attention\", \"chunked_attention\"]", "layer_types: must have full_attention"},
        {fixture_gemma2, "sliding_window", "0", "sliding_window: must be a whole number from 1"},
        {NULL, "no_rope_layers", "[1]", "no_rope_layers: must be a list of 2 numbers"},
        {NULL, "no_rope_layer_interval", "0", "no_rope_layer_interval: must be a whole number from 1"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture fixture;
        fixture_begin(&fixture);
        if (cases[i].kind != NULL)
            cases[i].kind(&fixture);
        else
            set(&fixture, "architectures", "[\"SmolLM3ForCausalLM\"]");
        set(&fixture, cases[i].key, cases[i].value);
        refuse(&fixture, cases[i].cause);
    }
}

// A window that is longer than the text changes nothing, and null is no window; a short one, or another pattern, does.
static void test_windows_by_layer(void **state)
{
    (void)state;
    static const struct {
        const char *key, *value;
        int changes;
    } cases[] = {
        {"sliding_window", "null", 0},
        {"sliding_window", "20", 0},
        {"layer_types", "[\"full_attention\", \"full_attention\"]", 0},
        {"sliding_window", "19", 1},
        {"layer_types", "[\"sliding_attention\", \"full_attention\"]", 1},
        {"layer_types", "[\"full_attention\", \"sliding_attention\"]", 1},
    };
    struct fixture fixture;
    fixture_begin(&fixture);
    fixture_gemma2(&fixture);
    set(&fixture, "sliding_window", "64");
    float *plain = run(&fixture, NULL);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fixture_begin(&fixture);
        fixture_gemma2(&fixture);
        set(&fixture, cases[i].key, cases[i].value);
        float *states = run(&fixture, NULL);
        const size_t last = (LENGTH - 1) * FIXTURE_N;
        assert_int_equal(memcmp(states + last, plain + last, FIXTURE_N * sizeof *states) != 0, cases[i].changes);
        free(states);
    }
    free(plain);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wrapped_model_is_its_language_model),
        cmocka_unit_test(test_wrapped_models_are_refused),
        cmocka_unit_test(test_redundant_head),
        cmocka_unit_test(test_bare_names_of_gpt2),
        cmocka_unit_test(test_keys_are_refused),
        cmocka_unit_test(test_windows_by_layer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
