// SPDX-License-Identifier: MIT
// Sequences of different lengths, run together or a few tokens at a time, give what each gives alone and at once.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lm_fixture.h"

#define LENGTH 60 // of the longest sequence
#define TOKENS (4 * LENGTH)

struct model {
    struct carvq_checkpoint *checkpoint;
    struct carvq_lm *lm;
    struct carvq_lm_batch *batch;
    size_t n, vocabulary;
    uint32_t ids[TOKENS];
};

static void open_model(struct model *model, const char *path, unsigned threads)
{
    struct carvq_error error;
    if (carvq_checkpoint_open(path, &model->checkpoint, &error) != CARVQ_OK ||
        carvq_lm_open(model->checkpoint, &model->lm, &error) != CARVQ_OK ||
        carvq_lm_batch_open(model->lm, LENGTH, TOKENS / LENGTH, threads, &model->batch, &error) != CARVQ_OK)
        fail_msg("%s", error.message);
    model->n = carvq_lm_config(model->lm)->hidden;
    model->vocabulary = carvq_lm_config(model->lm)->vocabulary;
    for (size_t i = 0; i < TOKENS; i++)
        model->ids[i] = (uint32_t)(i * i * 7919 + i) % (uint32_t)model->vocabulary;
}

static void close_model(struct model *model)
{
    carvq_lm_batch_close(model->batch);
    carvq_lm_close(model->lm);
    carvq_checkpoint_close(model->checkpoint);
}

static float *new_states(const struct model *model)
{
    float *states = calloc(TOKENS * model->n, sizeof *states);
    assert_non_null(states);
    return states;
}

static void extend(struct model *model, struct carvq_lm_cache *cache, const struct carvq_lm_sequence *sequences, size_t count,
                   const uint32_t *ids, float *states)
{
    struct carvq_error error;
    if (carvq_lm_extend(model->batch, NULL, cache, sequences, count, ids, states, &error) != CARVQ_OK)
        fail_msg("%s", error.message);
}

static void assert_states_near(const float *states, const float *expected, size_t count)
{
    double largest = 0;
    for (size_t i = 0; i < count; i++)
        largest = fmax(largest, fabs((double)states[i] - expected[i]));
    if (!(largest < 2e-5))
        fail_msg("states differ by up to %g", largest);
}

// What stands beside a sequence, and how many threads run, does not change a bit of it.
static void compare_neighbours(const char *path)
{
    const struct carvq_lm_sequence sequences[] = {{.first = 0, .count = 17},
                                                  {.first = 17, .count = 60},
                                                  {.first = 77, .count = 2},
                                                  {.first = 79, .count = 59},
                                                  {.first = 138, .count = 1}};
    const size_t count = sizeof sequences / sizeof *sequences;
    struct model one, three;
    open_model(&one, path, 1);
    open_model(&three, path, 3);
    float *alone = new_states(&one), *together = new_states(&one);
    extend(&three, NULL, sequences, count, three.ids, together);
    for (size_t i = 0; i < count; i++) {
        const struct carvq_lm_sequence sequence = {.count = sequences[i].count};
        extend(&one, NULL, &sequence, 1, one.ids + sequences[i].first, alone);
        assert_memory_equal(alone, together + sequences[i].first * one.n, sequence.count * one.n * sizeof *alone);
    }
    free(alone);
    free(together);
    close_model(&one);
    close_model(&three);
}

static void test_neighbours_change_nothing(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_begin(&fixture);
    fixture_write(&fixture);
    compare_neighbours(fixture.directory);
    fixture_end(&fixture);
    compare_neighbours(CARVQ_EXAMPLES "/demo-llama");
}

// Three texts, each in pieces of different lengths and from different slots, against each at once. No piece is like another, so
// a key at the wrong place, of another slot or layer, or with the wrong position shows.
static void compare_pieces(const char *path)
{
    static const size_t ends[3][4] = {{5, 6, 7, 40}, {1, 2, 3, 60}, {30, 31, 33, 34}};
    struct model model;
    struct carvq_lm_cache *cache;
    struct carvq_error error;
    open_model(&model, path, 2);
    assert_int_equal(carvq_lm_cache_open(model.lm, 3, LENGTH, &cache, &error), CARVQ_OK);
    float *whole = new_states(&model), *states = new_states(&model);
    for (size_t i = 0; i < 3; i++) {
        const struct carvq_lm_sequence all = {.count = ends[i][3]};
        extend(&model, NULL, &all, 1, model.ids + i * LENGTH, whole + i * LENGTH * model.n);
    }
    for (size_t piece = 0; piece < 4; piece++) {
        struct carvq_lm_sequence sequences[3];
        uint32_t ids[TOKENS];
        size_t used = 0;
        for (size_t i = 0; i < 3; i++) {
            const size_t past = piece > 0 ? ends[i][piece - 1] : 0, count = ends[i][piece] - past;
            sequences[i] = (struct carvq_lm_sequence){.first = used, .count = count, .slot = 2 - i, .past = past};
            memcpy(ids + used, model.ids + i * LENGTH + past, count * sizeof *ids);
            used += count;
        }
        extend(&model, cache, sequences, 3, ids, states);
        for (size_t i = 0; i < 3; i++)
            assert_states_near(states + sequences[i].first * model.n, whole + (i * LENGTH + sequences[i].past) * model.n,
                               sequences[i].count * model.n);
    }
    free(whole);
    free(states);
    carvq_lm_cache_close(cache);
    close_model(&model);
}

static void test_pieces_agree_with_the_whole(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_begin(&fixture); // heads that share keys, an untied head
    fixture_write(&fixture);
    compare_pieces(fixture.directory);
    fixture_end(&fixture);
    compare_pieces(CARVQ_EXAMPLES "/demo-llama");
}

// Sliding windows that begin in the middle of the cache, in one layer of two; positions that are looked up.
static void test_pieces_of_other_architectures(void **state)
{
    (void)state;
    static void (*const kinds[])(struct fixture * fixture) = {fixture_gemma2, fixture_gpt2};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct fixture fixture;
        fixture_begin(&fixture);
        kinds[i](&fixture);
        fixture_write(&fixture);
        compare_pieces(fixture.directory);
        compare_neighbours(fixture.directory);
        fixture_end(&fixture);
    }
}

// Scores of spans are those of windows at the same places, to the last bit where the spans are the windows.
static void test_spans_agree_with_windows(void **state)
{
    (void)state;
    struct model model;
    struct carvq_error error;
    struct carvq_lm_score windows[2][4][LENGTH - 1], spans[2 * TOKENS];
    open_model(&model, CARVQ_EXAMPLES "/demo-llama", 2);
    float *states = new_states(&model), *changed = new_states(&model);
    assert_int_equal(carvq_lm_hidden(model.batch, NULL, model.ids, 4, states, &error), CARVQ_OK);
    for (size_t i = 0; i < TOKENS * model.n; i++)
        changed[i] = 0.9f * states[i];
    const struct carvq_lm_variant variants[] = {{states, NULL}, {changed, NULL}};
    assert_int_equal(carvq_lm_score(model.batch, variants, 2, model.ids, 4, windows[0][0], &error), CARVQ_OK);
    const struct carvq_lm_span some[] = {{180, 59, model.ids + 181}, {3, 1, model.ids + 4}, {65, 30, model.ids + 66}};
    assert_int_equal(carvq_lm_score_spans(model.batch, variants, 2, some, 3, spans, &error), CARVQ_OK);
    for (size_t i = 0, place = 0; i < 3; i++)
        for (size_t k = 0; k < some[i].count; k++, place++) {
            const size_t window = (some[i].first + k) / LENGTH, position = (some[i].first + k) % LENGTH;
            for (size_t v = 0; v < 2; v++) {
                const struct carvq_lm_score *one = &windows[v][window][position], *other = &spans[v * 90 + place];
                assert_int_equal(one->top, other->top);
                assert_true(fabs(one->nll - other->nll) < (i == 0 ? 1e-30 : 1e-5));
            }
            assert_true(spans[place].nll != spans[90 + place].nll);
        }
    free(states);
    free(changed);
    close_model(&model);
}

static void test_cache_too_large_is_an_error(void **state)
{
    (void)state;
    struct model model;
    struct carvq_lm_cache *cache = NULL;
    struct carvq_error error;
    open_model(&model, CARVQ_EXAMPLES "/demo-llama", 1);
    assert_int_equal(carvq_lm_cache_open(model.lm, SIZE_MAX / 16, 256, &cache, &error), CARVQ_ERROR_MEMORY);
    assert_null(cache);
    assert_int_equal(carvq_lm_cache_slots(model.lm, 256, 32), 32);
    assert_int_equal(carvq_lm_cache_slots(model.lm, (size_t)1 << 16, 32), 4); // 4 layers x 2^16 x 256 values are 2^26
    assert_int_equal(carvq_lm_cache_slots(model.lm, SIZE_MAX / 2, 32), 1);
    close_model(&model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_neighbours_change_nothing),     cmocka_unit_test(test_pieces_agree_with_the_whole),
        cmocka_unit_test(test_pieces_of_other_architectures), cmocka_unit_test(test_spans_agree_with_windows),
        cmocka_unit_test(test_cache_too_large_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
