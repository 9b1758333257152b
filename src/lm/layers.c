// SPDX-License-Identifier: MIT
// What config.json says of single layers: how far attention looks back in each, and whether positions turn its heads.
#include <stdlib.h>
#include <string.h>

#include "runtime/status.h"
#include "lm/config.h"

// Positions that windows may have: more than config.json's, where a scheme stretches them at run time.
static size_t stretched(const struct carvq_lm_rope *rope, size_t max_positions)
{
    const double limit = 1 << 30; // as of those in config.json
    const double reach = rope->reach < limit ? rope->reach : limit;
    return reach > (double)max_positions ? (size_t)reach : max_positions;
}

static enum carvq_status read_ropes(const struct carvq_lm_keys *keys, struct carvq_lm_config *config, struct carvq_error *error)
{
    const struct carvq_lm_architecture *architecture = config->architecture;
    const size_t positions = config->max_window;
    if (architecture->positions != NULL)
        return CARVQ_OK;
    enum carvq_status status = carvq_lm_rope_read(keys, &architecture->rope, config->head_dim, positions, &config->ropes[0],
                                                  error);
    if (status == CARVQ_OK && architecture->local_rope.set != NULL)
        status = carvq_lm_rope_read(keys, &architecture->local_rope, config->head_dim, positions, &config->ropes[1], error);
    if (status == CARVQ_OK)
        config->max_window = stretched(&config->ropes[0], positions);
    return status;
}

// Tokens of the sliding window; 0: there is none.
static enum carvq_status read_window(const struct carvq_lm_keys *keys, const struct carvq_lm_architecture *architecture,
                                     size_t *window_ret, struct carvq_error *error)
{
    const char *switch_key = architecture->window_on.key;
    bool on = architecture->window_on.value;
    *window_ret = 0;
    enum carvq_status status = CARVQ_OK;
    if (switch_key != NULL && carvq_lm_key(keys, switch_key) != NULL)
        status = carvq_lm_key_bool(keys, switch_key, &on, error);
    if (status != CARVQ_OK || architecture->slides == CARVQ_LM_SLIDES_NOT || !on)
        return status;
    // Absent and null differ here: null says that there is none.
    const json_t *value = json_object_get(keys->object, "sliding_window");
    if (value == NULL)
        *window_ret = architecture->window.value;
    return value == NULL || json_is_null(value) ? CARVQ_OK
                                                : carvq_lm_key_size(keys, "sliding_window", 0, SIZE_MAX, window_ret, error);
}

// Which layers have positions: those that a list says, or all but each so many-th.
static enum carvq_status read_turned(const struct carvq_lm_keys *keys, struct carvq_lm_config *config, struct carvq_error *error)
{
    const struct carvq_lm_architecture *architecture = config->architecture;
    const struct carvq_lm_size_key *every = &architecture->unturned_every;
    size_t interval = 0;
    const json_t *list = every->key != NULL ? carvq_lm_key(keys, "no_rope_layers") : NULL;
    if (list != NULL && json_array_size(list) != config->layers)
        return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: %sno_rope_layers: must be a list of %zu numbers", keys->file,
                          keys->prefix, config->layers);
    enum carvq_status status = CARVQ_OK;
    if (every->key != NULL && list == NULL)
        status = carvq_lm_key_size(keys, every->key, every->value, SIZE_MAX, &interval, error);
    for (size_t i = 0; status == CARVQ_OK && i < config->layers; i++) {
        bool turned = interval == 0 || (i + 1) % interval != 0;
        if (list != NULL) // 1: it has positions, whatever the key is called
            turned = json_integer_value(json_array_get(list, i)) != 0;
        config->kinds[i].rope = turned && architecture->positions == NULL ? 0 : CARVQ_LM_MAX_ROPES;
    }
    return status;
}

// Whether layer i slides, by the rule of the architecture.
static bool slides_by_rule(const struct carvq_lm_config *config, size_t i, size_t number)
{
    switch (config->architecture->slides) {
    case CARVQ_LM_SLIDES_ALWAYS:
        return true;
    case CARVQ_LM_SLIDES_LATE:
        return i >= number;
    case CARVQ_LM_SLIDES_BUT_EVERY:
        return (i + 1) % number != 0;
    case CARVQ_LM_SLIDES_WITHOUT_ROPE:
        return config->kinds[i].rope == CARVQ_LM_MAX_ROPES;
    default:
        return false;
    }
}

// Whether layer i slides, by layer_types.
static enum carvq_status slides_by_type(const struct carvq_lm_keys *keys, const json_t *types, size_t i, bool *slides_ret,
                                        struct carvq_error *error)
{
    const char *type = json_string_value(json_array_get(types, i));
    *slides_ret = type != NULL && strcmp(type, "sliding_attention") == 0;
    if (*slides_ret || (type != NULL && strcmp(type, "full_attention") == 0))
        return CARVQ_OK;
    return carvq_fail(error, CARVQ_ERROR_UNSUPPORTED,
                      "%s: %slayer_types: must have full_attention or sliding_attention for each layer", keys->file,
                      keys->prefix);
}

enum carvq_status carvq_lm_kinds_read(const struct carvq_lm_keys *keys, struct carvq_lm_config *config, struct carvq_error *error)
{
    const struct carvq_lm_architecture *architecture = config->architecture;
    const struct carvq_lm_size_key *pattern = &architecture->pattern;
    const json_t *types = carvq_lm_key(keys, "layer_types");
    const bool typed = types != NULL && architecture->slides != CARVQ_LM_SLIDES_NOT &&
                       architecture->slides != CARVQ_LM_SLIDES_ALWAYS;
    size_t window = 0, number = pattern->value;
    config->kinds = calloc(config->layers, sizeof *config->kinds);
    if (config->kinds == NULL)
        return carvq_fail(error, CARVQ_ERROR_MEMORY, "%s: out of memory", keys->file);
    enum carvq_status status = read_ropes(keys, config, error);
    if (status == CARVQ_OK)
        status = read_turned(keys, config, error);
    if (status == CARVQ_OK)
        status = read_window(keys, architecture, &window, error);
    if (status == CARVQ_OK && pattern->key != NULL)
        status = carvq_lm_key_size(keys, pattern->key, pattern->value, SIZE_MAX, &number, error);
    for (size_t i = 0; status == CARVQ_OK && i < config->layers; i++) {
        struct carvq_lm_layer_kind *kind = &config->kinds[i];
        bool slides = slides_by_rule(config, i, number);
        if (typed)
            status = slides_by_type(keys, types, i, &slides, error);
        if (slides && architecture->local_rope.set != NULL)
            kind->rope = 1;
        kind->window = slides ? window : 0;
    }
    return status;
}
