// SPDX-License-Identifier: MIT
// What config.json says of rotary embedding, as frequencies, and the turning of heads.
#include "lm/rope.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/status.h"

#define PI 3.14159265358979323846
#define DEFAULT_THETA 10000.0 // where neither config.json nor the architecture names one

// What the functions below share.
struct reader {
    const struct carvq_lm_keys *config, *keys; // all of config.json; the object that holds the parameters
    const struct carvq_lm_rope_keys *names;
    size_t max_positions;
    struct carvq_lm_rope *rope;
    struct carvq_error *error;
};

// The context before it was stretched. It stands outside of the object in the files of Phi-3.
static enum carvq_status read_original(const struct reader *reader, size_t *original_ret)
{
    const char *const key = "original_max_position_embeddings";
    const struct carvq_lm_keys *place = carvq_lm_key(reader->config, key) != NULL ? reader->config : reader->keys;
    const size_t named = reader->names->original_positions;
    return carvq_lm_key_size(place, key, named > 0 ? named : reader->max_positions, SIZE_MAX, original_ret, reader->error);
}

// All waves are stretched by factor.
static enum carvq_status stretch_linear(const struct reader *reader)
{
    double factor = 1;
    enum carvq_status status = carvq_lm_key_number(reader->keys, "factor", 0, &factor, reader->error);
    for (size_t i = 0; status == CARVQ_OK && i < reader->rope->pairs; i++)
        reader->rope->frequencies[i] /= factor;
    return status;
}

// Beyond max_position_embeddings, theta grows with the window.
static enum carvq_status stretch_dynamic(const struct reader *reader)
{
    struct carvq_lm_rope *rope = reader->rope;
    rope->long_from = reader->max_positions;
    enum carvq_status status = carvq_lm_key_number(reader->keys, "factor", 0, &rope->dynamic, reader->error);
    rope->reach = rope->dynamic * (double)reader->max_positions;
    return status;
}

// Llama 3.1: long waves are stretched by factor, short ones stay, those in between are blended.
static enum carvq_status stretch_llama3(const struct reader *reader)
{
    const struct carvq_lm_keys *keys = reader->keys;
    double factor = 0, low = 0, high = 0;
    size_t original = 0;
    enum carvq_status status = carvq_lm_key_number(keys, "factor", 0, &factor, reader->error);
    if (status == CARVQ_OK)
        status = carvq_lm_key_number(keys, "low_freq_factor", 0, &low, reader->error);
    if (status == CARVQ_OK)
        status = carvq_lm_key_number(keys, "high_freq_factor", 0, &high, reader->error);
    if (status == CARVQ_OK)
        status = read_original(reader, &original);
    if (status != CARVQ_OK)
        return status;
    if (high <= low)
        return carvq_fail(reader->error, CARVQ_ERROR_FORMAT, "%s: %shigh_freq_factor: must be above low_freq_factor", keys->file,
                          keys->prefix);
    for (size_t i = 0; i < reader->rope->pairs; i++) {
        double turns = (double)original * reader->rope->frequencies[i] / (2 * PI); // within the original context
        double keep = (turns - low) / (high - low);
        keep = keep < 0 ? 0 : keep > 1 ? 1 : keep;
        reader->rope->frequencies[i] *= keep + (1 - keep) / factor;
    }
    return CARVQ_OK;
}

// By what YaRN multiplies cosines and sines if no attention_factor says it.
static double yarn_scale(double factor, double weight)
{
    return factor <= 1 ? 1 : 0.1 * weight * log(factor) + 1;
}

static enum carvq_status read_yarn_scale(const struct reader *reader, double factor)
{
    double scale = yarn_scale(factor, 1), weight = 0, all = 0;
    enum carvq_status status = CARVQ_OK;
    if (carvq_lm_key(reader->keys, "mscale") != NULL && carvq_lm_key(reader->keys, "mscale_all_dim") != NULL) {
        status = carvq_lm_key_number(reader->keys, "mscale", 0, &weight, reader->error);
        if (status == CARVQ_OK)
            status = carvq_lm_key_number(reader->keys, "mscale_all_dim", 0, &all, reader->error);
        scale = yarn_scale(factor, weight) / yarn_scale(factor, all);
    }
    return status == CARVQ_OK ? carvq_lm_key_number(reader->keys, "attention_factor", scale, &reader->rope->scale, reader->error)
                              : status;
}

// YaRN: as Llama 3.1, but blended by the number of the pair, between those that make fast and slow turns in the original context.
static enum carvq_status stretch_yarn(const struct reader *reader)
{
    const struct carvq_lm_keys *keys = reader->keys;
    struct carvq_lm_rope *rope = reader->rope;
    const double pairs = (double)rope->pairs;
    double factor = 0, fast = 0, slow = 0;
    size_t original = 0;
    bool truncate = true;
    enum carvq_status status = read_original(reader, &original);
    if (status == CARVQ_OK)
        status = carvq_lm_key_number(keys, "factor", (double)reader->max_positions / (double)original, &factor, reader->error);
    if (status == CARVQ_OK)
        status = carvq_lm_key_number(keys, "beta_fast", 32, &fast, reader->error);
    if (status == CARVQ_OK)
        status = carvq_lm_key_number(keys, "beta_slow", 1, &slow, reader->error);
    if (status == CARVQ_OK && carvq_lm_key(keys, "truncate") != NULL)
        status = carvq_lm_key_bool(keys, "truncate", &truncate, reader->error);
    if (status == CARVQ_OK)
        status = read_yarn_scale(reader, factor);
    if (status != CARVQ_OK)
        return status;
    double first = pairs * log((double)original / (fast * 2 * PI)) / log(rope->theta);
    double last = pairs * log((double)original / (slow * 2 * PI)) / log(rope->theta);
    first = fmax(truncate ? floor(first) : first, 0);
    last = fmin(truncate ? ceil(last) : last, 2 * pairs - 1);
    last = last == first ? last + 0.001 : last;
    for (size_t i = 0; i < rope->pairs; i++) {
        const double stretched = fmin(fmax(((double)i - first) / (last - first), 0), 1);
        rope->frequencies[i] *= 1 - stretched + stretched / factor;
    }
    rope->reach = factor * (double)original;
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
static enum carvq_status stretch_longrope(const struct reader *reader)
{
    const struct carvq_lm_keys *keys = reader->keys;
    struct carvq_lm_rope *rope = reader->rope;
    enum carvq_status status = read_original(reader, &rope->long_from);
    double factor = 0, *plain = rope->frequencies;
    if (status == CARVQ_OK)
        status = carvq_lm_key_number(keys, "factor", (double)reader->max_positions / (double)rope->long_from, &factor,
                                     reader->error);
    double scale = factor > 1 && rope->long_from > 1 ? sqrt(1 + log(factor) / log((double)rope->long_from)) : 1;
    if (status == CARVQ_OK)
        status = carvq_lm_key_number(keys, "attention_factor", scale, &rope->scale, reader->error);
    rope->frequencies = plain + rope->pairs;
    rope->long_frequencies = plain + 2 * rope->pairs;
    if (status == CARVQ_OK)
        status = divide(keys, "short_factor", rope->pairs, plain, rope->frequencies, reader->error);
    if (status == CARVQ_OK)
        status = divide(keys, "long_factor", rope->pairs, plain, rope->long_frequencies, reader->error);
    return status;
}

static enum carvq_status stretch(const struct reader *reader)
{
    static const struct {
        const char *type;
        enum carvq_status (*stretch)(const struct reader *reader);
    } schemes[] = {
        {"linear", stretch_linear}, {"dynamic", stretch_dynamic},   {"yarn", stretch_yarn},
        {"llama3", stretch_llama3}, {"longrope", stretch_longrope}, {"su", stretch_longrope}, // as early files of Phi-3 have it
    };
    const struct carvq_lm_keys *keys = reader->keys;
    const char *old_type = NULL, *type = NULL; // the key was "type" once
    enum carvq_status status = carvq_lm_key_string(keys, "type", "default", &old_type, reader->error);
    if (status == CARVQ_OK)
        status = carvq_lm_key_string(keys, "rope_type", old_type, &type, reader->error);
    if (status != CARVQ_OK || strcmp(type, "default") == 0)
        return status;
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
        if (strcmp(type, schemes[i].type) == 0)
            return schemes[i].stretch(reader);
    return carvq_fail(reader->error, CARVQ_ERROR_UNSUPPORTED,
                      "%s: %srope_type: '%s' is not supported (known: default, linear, dynamic, yarn, llama3, longrope)",
                      keys->file, keys->prefix, type);
}

// The set of parameters of one type of layer. rope_scaling, of older files, is for one of them.
static enum carvq_status find_set(const struct carvq_lm_keys *config, const struct carvq_lm_rope_keys *names,
                                  struct carvq_lm_keys *keys_ret, struct carvq_error *error)
{
    const struct carvq_lm_keys parameters = {carvq_lm_key(config, "rope_parameters"), config->file, ""};
    const json_t *set = carvq_lm_key(&parameters, names->set);
    *keys_ret = (struct carvq_lm_keys){set, config->file, "rope_parameters."};
    if (set == NULL && !names->unscaled)
        *keys_ret = (struct carvq_lm_keys){carvq_lm_key(config, "rope_scaling"), config->file, "rope_scaling."};
    if ((parameters.object != NULL && !json_is_object(parameters.object)) ||
        (keys_ret->object != NULL && !json_is_object(keys_ret->object)))
        return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: rope_parameters and rope_scaling must be objects", config->file);
    return CARVQ_OK;
}

// Puts the members of the object under a key into all, which the other object filled before or nothing did. "rope_type" was
// "type" once.
static enum carvq_status add_parameters(const struct carvq_lm_keys *config, const char *key, json_t *all,
                                        struct carvq_error *error)
{
    json_t *object = json_object_get(config->object, key), *value;
    const char *name;
    if (object != NULL && !json_is_null(object) && !json_is_object(object))
        return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: %s: must be an object", config->file, key);
    json_object_foreach (object, name, value) {
        if (json_is_object(value))
            return carvq_fail(error, CARVQ_ERROR_UNSUPPORTED, "%s: %s: one set for each type of layer is not supported",
                              config->file, key);
        const char *other = strcmp(name, "type") == 0 ? "rope_type" : strcmp(name, "rope_type") == 0 ? "type" : name;
        const json_t *present = json_object_get(all, name), *alias = json_object_get(all, other);
        if (json_is_null(value))
            continue;
        if ((present != NULL && !json_equal(present, value)) || (alias != NULL && !json_equal(alias, value)))
            return carvq_fail(error, CARVQ_ERROR_UNSUPPORTED,
                              "%s: rope_scaling and rope_parameters contradict each other in '%s'; remove one of them",
                              config->file, name);
        if (json_object_set(all, name, value) != 0)
            return carvq_fail(error, CARVQ_ERROR_MEMORY, "out of memory");
    }
    return CARVQ_OK;
}

// The object that holds the parameters, or all, into which they are put, if two may.
static enum carvq_status find_parameters(const struct carvq_lm_keys *config, const struct carvq_lm_rope_keys *names, json_t *all,
                                         struct carvq_lm_keys *keys_ret, struct carvq_error *error)
{
    if (names->set != NULL)
        return find_set(config, names, keys_ret, error);
    const bool is_old = carvq_lm_key(config, "rope_scaling") != NULL;
    *keys_ret = (struct carvq_lm_keys){all, config->file, is_old ? "rope_scaling." : "rope_parameters."};
    enum carvq_status status = add_parameters(config, "rope_scaling", all, error);
    return status == CARVQ_OK ? add_parameters(config, "rope_parameters", all, error) : status;
}

// A number that stands in the object or, in older files, outside of it and maybe by another name.
static enum carvq_status read_number(const struct carvq_lm_keys *config, const struct carvq_lm_keys *keys,
                                     const struct carvq_lm_number_key *named, const char *key, double fallback, double *value_ret,
                                     struct carvq_error *error)
{
    double value = named->value > 0 ? named->value : fallback;
    enum carvq_status status = carvq_lm_key_number(config, named->key != NULL ? named->key : key, value, &value, error);
    return status == CARVQ_OK ? carvq_lm_key_number(keys, key, value, value_ret, error) : status;
}

// Fills rope by the parameters that were found.
static enum carvq_status read_parameters(const struct carvq_lm_keys *config, const struct carvq_lm_rope_keys *names,
                                         const struct carvq_lm_keys *keys, size_t head_dim, size_t max_positions,
                                         struct carvq_lm_rope *rope_ret, struct carvq_error *error)
{
    double part = 0;
    enum carvq_status status = read_number(config, keys, &names->theta, "rope_theta", DEFAULT_THETA, &rope_ret->theta, error);
    if (status == CARVQ_OK)
        status = read_number(config, keys, &names->part, "partial_rotary_factor", 1, &part, error);
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
        plain[i] = pow(rope_ret->theta, -(double)i / (double)rope_ret->pairs);
    rope_ret->memory = rope_ret->frequencies = rope_ret->long_frequencies = plain;
    const struct reader reader = {config, keys, names, max_positions, rope_ret, error};
    return stretch(&reader);
}

enum carvq_status carvq_lm_rope_read(const struct carvq_lm_keys *config, const struct carvq_lm_rope_keys *names, size_t head_dim,
                                     size_t max_positions, struct carvq_lm_rope *rope_ret, struct carvq_error *error)
{
    struct carvq_lm_keys keys;
    json_t *all = json_object();
    *rope_ret = (struct carvq_lm_rope){.scale = 1, .long_from = SIZE_MAX};
    enum carvq_status status = find_parameters(config, names, all, &keys, error);
    if (status == CARVQ_OK)
        status = read_parameters(config, names, &keys, head_dim, max_positions, rope_ret, error);
    json_decref(all);
    if (status != CARVQ_OK)
        carvq_lm_rope_free(rope_ret);
    return status;
}

void carvq_lm_rope_free(struct carvq_lm_rope *rope)
{
    free(rope->memory);
    rope->memory = NULL;
}

// The factor of the frequency of pair 1 to the power of its number: 1 but in windows that change theta.
static double change_of(const struct carvq_lm_rope *rope, size_t length)
{
    if (rope->dynamic <= 0 || length <= rope->long_from || rope->pairs == 1)
        return 1;
    const double pairs = (double)rope->pairs,
                 growth = rope->dynamic * (double)length / (double)rope->long_from - rope->dynamic + 1;
    return pow(growth, -1 / (pairs - 1)); // theta times growth^(pairs / (pairs - 1)), to the power of -1 / pairs
}

void carvq_lm_rope_fill(const struct carvq_lm_rope *rope, size_t length, float *cosines_ret, float *sines_ret)
{
    const double *frequencies = length > rope->long_from ? rope->long_frequencies : rope->frequencies;
    const double change = change_of(rope, length);
    for (size_t i = 0; i < rope->pairs; i++) {
        const double frequency = frequencies[i] * pow(change, (double)i);
        for (size_t position = 0; position < length; position++) {
            const double angle = (double)position * frequency;
            cosines_ret[position * rope->pairs + i] = (float)(rope->scale * cos(angle));
            sines_ret[position * rope->pairs + i] = (float)(rope->scale * sin(angle));
        }
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
