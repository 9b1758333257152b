// SPDX-License-Identifier: MIT
// A model to calibrate, and texts for it.
#ifndef CALIBRATE_SUPPORT_H
#define CALIBRATE_SUPPORT_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lm/calibrate.h"
#include "lm_fixture.h"

struct model {
    struct fixture fixture;
    struct carvq_checkpoint *checkpoint;
    struct carvq_lm *lm;
    size_t vocabulary, n;
};

// The fixture with another number of rows in its tables, and with a stretched head so that probabilities are far from even.
static inline void open_model(struct model *model, size_t vocabulary, bool tied, double stretch)
{
    struct carvq_error error;
    struct fixture *fixture = &model->fixture;
    fixture_begin(fixture);
    if (tied)
        fixture_remove(fixture, "lm_head.weight");
    else
        fixture_find(fixture, "lm_head.weight")->rows = vocabulary;
    fixture_find(fixture, "model.embed_tokens.weight")->rows = vocabulary;
    json_object_set_new(fixture->config, "tie_word_embeddings", json_boolean(tied));
    json_object_set_new(fixture->config, "vocab_size", json_integer((json_int_t)vocabulary));
    float norm[FIXTURE_N];
    for (size_t c = 0; c < FIXTURE_N; c++)
        norm[c] = (float)(stretch * (1 + 0.1 * (double)c));
    fixture_find(fixture, "model.norm.weight")->values = norm;
    fixture_write(fixture);
    if (carvq_checkpoint_open(fixture->directory, &model->checkpoint, &error) != CARVQ_OK ||
        carvq_lm_open(model->checkpoint, &model->lm, &error) != CARVQ_OK)
        fail_msg("%s", error.message);
    model->vocabulary = vocabulary;
    model->n = FIXTURE_N;
}

static inline void close_model(struct model *model)
{
    carvq_lm_close(model->lm);
    carvq_checkpoint_close(model->checkpoint);
    fixture_end(&model->fixture);
}

static inline struct carvq_stats *calibrate(const struct model *model, const struct carvq_calibrate_text *texts, size_t count,
                                            size_t window, unsigned threads)
{
    struct carvq_stats *stats = NULL;
    struct carvq_error error;
    const struct carvq_calibrate_options options = {.window = window, .threads = threads};
    if (carvq_lm_calibrate(model->lm, texts, count, &options, &stats, &error) != CARVQ_OK)
        fail_msg("%s", error.message);
    return stats;
}

static inline void fill(const struct model *model, uint32_t *ids, size_t count, uint32_t seed)
{
    for (size_t i = 0; i < count; i++) {
        seed = seed * 1664525 + 1013904223;
        ids[i] = (uint32_t)((uint64_t)(seed >> 8) * model->vocabulary >> 24);
    }
}

// Within a share of the expected value, or of scale where that is small.
static inline void assert_close(const double *values, const double *expected, size_t count, double share, double scale,
                                const char *what)
{
    for (size_t i = 0; i < count; i++)
        if (!(fabs(values[i] - expected[i]) <= share * (fabs(expected[i]) + scale)))
            fail_msg("%s %zu: %.12g is not %.12g", what, i, values[i], expected[i]);
}

#endif
