// SPDX-License-Identifier: MIT
// The schemes that stretch a model's context, against frequencies that the library transformers makes of the same keys; and two
// objects that say the same.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "lm/rope.h"

enum { PAIRS = 8, HEAD_DIM = 2 * PAIRS, POSITIONS = 4096 };

static void read_good(const char *text, struct carvq_lm_rope *rope_ret)
{
    json_t *json = json_loads(text, 0, NULL);
    assert_non_null(json);
    const struct carvq_lm_keys keys = {json, "config.json", ""};
    struct carvq_error error;
    static const struct carvq_lm_rope_keys names = {.set = NULL};
    if (carvq_lm_rope_read(&keys, &names, HEAD_DIM, POSITIONS, rope_ret, &error) != CARVQ_OK)
        fail_msg("%s: %s", text, error.message);
    json_decref(json);
    assert_int_equal(rope_ret->pairs, PAIRS);
}

static const double plain[PAIRS] = {1, 0.316227766, 0.1, 0.0316227766, 0.01, 0.00316227766, 0.001, 0.000316227766};

static void test_frequencies(void **state)
{
    (void)state;
    // Printed with nine digits by transformers 5.24, ROPE_INIT_FUNCTIONS.
    static const struct {
        const char *text;
        double scale, frequencies[PAIRS];
    } cases[] = {
        {"{\"rope_scaling\": {\"type\": \"linear\", \"factor\": 4.0}}",
         1,
         {0.25, 0.079056941, 0.0250000004, 0.00790569466, 0.00249999994, 0.000790569466, 0.000250000012, 7.90569466e-05}},
        {"{\"rope_scaling\": {\"type\": \"yarn\", \"factor\": 4.0, \"original_max_position_embeddings\": 1024}}",
         1.138629436111989,
         {1, 0.316227764, 0.0812500045, 0.0197642371, 0.00437500002, 0.000790569466, 0.000250000012, 7.90569466e-05}},
        {"{\"rope_parameters\": {\"rope_type\": \"yarn\", \"factor\": 40.0, \"original_max_position_embeddings\": 256,"
         "\"beta_fast\": 16, \"beta_slow\": 2, \"mscale\": 1.0, \"mscale_all_dim\": 0.5}}",
         1.1557219901962608,
         {1, 0.213453725, 0.0349999964, 0.000790569466, 0.000250000012, 7.90569466e-05, 2.49999994e-05, 7.90569447e-06}},
        {"{\"rope_parameters\": {\"rope_type\": \"yarn\", \"factor\": 8.0, \"original_max_position_embeddings\": 512,"
         "\"truncate\": false, \"attention_factor\": 1.25}}",
         1.25,
         {1, 0.298936278, 0.0654650778, 0.0115101226, 0.00124999997, 0.000395284733, 0.000125000006, 3.95284733e-05}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct carvq_lm_rope rope;
        read_good(cases[i].text, &rope);
        assert_true(fabs(rope.scale / cases[i].scale - 1) < 1e-12);
        for (size_t k = 0; k < PAIRS; k++)
            assert_true(fabs(rope.frequencies[k] / cases[i].frequencies[k] - 1) < 1e-6);
        carvq_lm_rope_free(&rope);
    }
}

// "dynamic" changes nothing within the positions of the model, and neither does null.
static void test_plain_ones(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "{}",
        "{\"rope_scaling\": null}",
        "{\"rope_scaling\": {\"type\": \"dynamic\", \"factor\": 3.0}}",
        "{\"rope_parameters\": {\"rope_type\": null, \"rope_theta\": 10000.0}}",
        "{\"rope_scaling\": {\"rope_type\": \"default\"}, \"rope_parameters\": {\"rope_type\": \"default\",\"rope_theta\":1e4}}",
        "{\"rope_scaling\": {\"type\": \"default\"}, \"rope_parameters\": {\"rope_type\": \"default\"}}",
        "{\"rope_scaling\": {\"type\": \"linear\", \"rope_type\": \"linear\", \"factor\": 1.0}}",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct carvq_lm_rope rope;
        read_good(texts[i], &rope);
        for (size_t k = 0; k < PAIRS; k++)
            assert_true(fabs(rope.frequencies[k] / plain[k] - 1) < 1e-8);
        carvq_lm_rope_free(&rope);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_frequencies), cmocka_unit_test(test_plain_ones)};
    return cmocka_run_group_tests_name("lm_rope", tests, NULL, NULL);
}
