// SPDX-License-Identifier: MIT
// What config.json says of rotary embedding, as frequencies, and the turning of heads.
#include "lm/rope.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/status.h"

#define PI 3.14159265358979323846
#define DEFAULT_THETA 10000.0 // where config.json names none; the same in all architectures that we run

// Llama 3.1: long waves are stretched by factor, short ones stay, those in between are blended.
static enum carvq_status stretch_llama3(const struct carvq_lm_keys *keys, size_t max_positions, struct carvq_lm_rope *rope,
                                        struct carvq_error *error)
{
    double factor = 0, low = 0, high = 0;
    size_t original = 0;
    enum carvq_status status = carvq_lm_key_number(keys, "factor", 0, &factor, error);
    if (status == CARVQ_OK)
        status = carvq_lm_key_number(keys, "low_freq_factor", 0, &low, error);
    if (status == CARVQ_OK)
        status = carvq_lm_key_number(keys, "high_freq_factor", 0, &high, error);
    if (status == CARVQ_OK)
        status = carvq_lm_key_size(keys, "original_max_position_embeddings", max_positions, SIZE_MAX, &original, error);
    if (status != CARVQ_OK)
        return status;
    if (high <= low)
        return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: %shigh_freq_factor: must be above low_freq_factor", keys->file,
                          keys->prefix);
    for (size_t i = 0; i < rope->pairs; i++) {
        double turns = (double)original * rope->frequencies[i] / (2 * PI); // within the original context
        double keep = (turns - low) / (high - low);
        keep = keep < 0 ? 0 : keep > 1 ? 1 : keep;
        rope->frequencies[i] *= keep + (1 - keep) / factor;
    }
    return CARVQ_OK;
}

// frequencies_ret[i] = frequencies[i] / number i of a list; the arrays may not be the same.
static enum carvq_status divide(const struct carvq_lm_keys *keys, const char *key, size_t pairs, const double *frequencies,
                                double *frequencies_ret, struct carvq_error *error)
{
    enum carvq_status status = carvq_lm_key_numbers(keys, key, pairs, frequencies_ret, error);
    for (size_t i = 0; status == CARVQ_OK && i < pairs; i++)
        frequencies_ret[i] = frequencies[i] / frequencies_ret[i];
    return status;
}

// Phi-3: each frequency has a divisor, from one list up to the original context and from another beyond it.
static enum carvq_status stretch_longrope(const struct carvq_lm_keys *keys, const struct carvq_lm_keys *config,
                                          size_t max_positions, struct carvq_lm_rope *rope, struct carvq_error *error)
{
    // The original context stands outside of the object in the files of Phi-3.
    const struct carvq_lm_keys *place = carvq_lm_key(config, "original_max_position_embeddings") != NULL ? config : keys;
    enum carvq_status status = carvq_lm_key_size(place, "original_max_position_embeddings", max_positions, SIZE_MAX,
                                                 &rope->long_from, error);
    double factor = 0, *plain = rope->frequencies;
    if (status == CARVQ_OK)
        status = carvq_lm_key_number(keys, "factor", (double)max_positions / (double)rope->long_from, &factor, error);
    double scale = factor > 1 && rope->long_from > 1 ? sqrt(1 + log(factor) / log((double)rope->long_from)) : 1;
    if (status == CARVQ_OK)
        status = carvq_lm_key_number(keys, "attention_factor", scale, &rope->scale, error);
    rope->frequencies = plain + rope->pairs;
    rope->long_frequencies = plain + 2 * rope->pairs;
    if (status == CARVQ_OK)
        status = divide(keys, "short_factor", rope->pairs, plain, rope->frequencies, error);
    if (status == CARVQ_OK)
        status = divide(keys, "long_factor", rope->pairs, plain, rope->long_frequencies, error);
    return status;
}

static enum carvq_status stretch(const struct carvq_lm_keys *keys, const struct carvq_lm_keys *config, size_t max_positions,
                                 struct carvq_lm_rope *rope, struct carvq_error *error)
{
    const char *old_type = NULL, *type = NULL; // the key was "type" once
    enum carvq_status status = carvq_lm_key_string(keys, "type", "default", &old_type, error);
    if (status == CARVQ_OK)
        status = carvq_lm_key_string(keys, "rope_type", old_type, &type, error);
    if (status != CARVQ_OK || strcmp(type, "default") == 0)
        return status;
    if (strcmp(type, "llama3") == 0)
        return stretch_llama3(keys, max_positions, rope, error);
    if (strcmp(type, "longrope") == 0 || strcmp(type, "su") == 0) // "su" in early files of Phi-3
        return stretch_longrope(keys, config, max_positions, rope, error);
    return carvq_fail(error, CARVQ_ERROR_UNSUPPORTED, "%s: %srope_type: '%s' is not supported (known: default, llama3, longrope)",
                      keys->file, keys->prefix, type);
}

// The object that holds the parameters, or an empty one if there is none.
static enum carvq_status find_parameters(const struct carvq_lm_keys *config, struct carvq_lm_keys *keys_ret,
                                         struct carvq_error *error)
{
    const json_t *scaling = carvq_lm_key(config, "rope_scaling"), *parameters = carvq_lm_key(config, "rope_parameters");
    const char *key = scaling != NULL ? "rope_scaling" : "rope_parameters";
    const json_t *object = scaling != NULL ? scaling : parameters;
    *keys_ret = (struct carvq_lm_keys){object, config->file, scaling != NULL ? "rope_scaling." : "rope_parameters."};
    if (object != NULL && !json_is_object(object))
        return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: %s: must be an object", config->file, key);
    if (scaling != NULL && parameters != NULL && !json_equal(scaling, parameters))
        return carvq_fail(error, CARVQ_ERROR_UNSUPPORTED, "%s: rope_scaling and rope_parameters contradict each other",
                          config->file);
    const char *name;
    const json_t *value;
    json_object_foreach ((json_t *)(uintptr_t)object, name, value) // the macro takes no const
        if (json_is_object(value))
            return carvq_fail(error, CARVQ_ERROR_UNSUPPORTED, "%s: %s: one set for each type of layer is not supported",
                              config->file, key);
    return CARVQ_OK;
}

enum carvq_status carvq_lm_rope_read(const struct carvq_lm_keys *config, size_t head_dim, size_t max_positions,
                                     struct carvq_lm_rope *rope_ret, struct carvq_error *error)
{
    struct carvq_lm_keys keys;
    double theta = 0, part = 0;
    *rope_ret = (struct carvq_lm_rope){.scale = 1, .long_from = SIZE_MAX};
    enum carvq_status status = find_parameters(config, &keys, error);
    if (status == CARVQ_OK)
        status = carvq_lm_key_number(config, "rope_theta", DEFAULT_THETA, &theta, error);
    if (status == CARVQ_OK)
        status = carvq_lm_key_number(&keys, "rope_theta", theta, &theta, error);
    if (status == CARVQ_OK)
        status = carvq_lm_key_number(config, "partial_rotary_factor", 1, &part, error);
    if (status == CARVQ_OK)
        status = carvq_lm_key_number(&keys, "partial_rotary_factor", part, &part, error);
    if (status != CARVQ_OK)
        return status;
    size_t rotated = part <= 1 ? (size_t)((double)head_dim * part) : 0;
    if (rotated == 0 || rotated % 2 != 0)
        return carvq_fail(error, CARVQ_ERROR_FORMAT,
                          "%s: partial_rotary_factor: %g of a head of %zu values is no even number of them", config->file, part,
                          head_dim);
    rope_ret->pairs = rotated / 2;
    double *plain = calloc(3 * rope_ret->pairs, sizeof *plain); // and two more lists for longrope
    if (plain == NULL)
        return carvq_fail(error, CARVQ_ERROR_MEMORY, "out of memory");
    for (size_t i = 0; i < rope_ret->pairs; i++)
        plain[i] = pow(theta, -(double)i / (double)rope_ret->pairs);
    rope_ret->memory = rope_ret->frequencies = rope_ret->long_frequencies = plain;
    status = stretch(&keys, config, max_positions, rope_ret, error);
    if (status != CARVQ_OK)
        carvq_lm_rope_free(rope_ret);
    return status;
}

void carvq_lm_rope_free(struct carvq_lm_rope *rope)
{
    free(rope->memory);
    rope->memory = NULL;
}

void carvq_lm_rope_fill(const struct carvq_lm_rope *rope, size_t length, float *cosines_ret, float *sines_ret)
{
    const double *frequencies = length > rope->long_from ? rope->long_frequencies : rope->frequencies;
    for (size_t position = 0; position < length; position++)
        for (size_t i = 0; i < rope->pairs; i++) {
            double angle = (double)position * frequencies[i];
            cosines_ret[position * rope->pairs + i] = (float)(rope->scale * cos(angle));
            sines_ret[position * rope->pairs + i] = (float)(rope->scale * sin(angle));
        }
}

void carvq_lm_rope_turn(const struct carvq_lm_rope *rope, const float *cosines, const float *sines, float *head, size_t heads,
                        size_t head_dim)
{
    for (; heads > 0; heads--, head += head_dim)
        for (size_t i = 0; i < rope->pairs; i++) {
            float x = head[i], y = head[i + rope->pairs];
            head[i] = x * cosines[i] - y * sines[i];
            head[i + rope->pairs] = y * cosines[i] + x * sines[i];
        }
}
