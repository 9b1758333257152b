// SPDX-License-Identifier: MIT
// Opening a model, and what can be asked of an open one.
#include "lm/model.h"

#include <stdlib.h>

#include "runtime/status.h"

enum carvq_status carvq_lm_open(const struct carvq_checkpoint *checkpoint, struct carvq_lm **lm_ret, struct carvq_error *error)
{
    struct carvq_lm *lm = calloc(1, sizeof *lm);
    if (lm == NULL)
        return carvq_fail(error, CARVQ_ERROR_MEMORY, "%s: out of memory", carvq_checkpoint_path(checkpoint));
    lm->checkpoint = checkpoint;
    enum carvq_status status = carvq_lm_config_read(checkpoint, &lm->config, error);
    if (status == CARVQ_OK)
        status = carvq_lm_weights_open(checkpoint, &lm->config, &lm->weights, error);
    if (status != CARVQ_OK) {
        carvq_lm_close(lm);
        return status;
    }
    *lm_ret = lm;
    return CARVQ_OK;
}

void carvq_lm_close(struct carvq_lm *lm)
{
    if (lm == NULL)
        return;
    carvq_lm_weights_close(&lm->weights);
    carvq_lm_config_free(&lm->config);
    free(lm);
}

const struct carvq_lm_config *carvq_lm_config(const struct carvq_lm *lm)
{
    return &lm->config;
}

bool carvq_lm_is_tied(const struct carvq_lm *lm)
{
    return lm->weights.tied;
}

const char *carvq_lm_input_name(const struct carvq_lm *lm)
{
    return lm->weights.input_name;
}

const char *carvq_lm_head_name(const struct carvq_lm *lm)
{
    return lm->weights.tied ? lm->weights.input_name : lm->weights.head_name;
}

bool carvq_lm_begin(const struct carvq_lm *lm, uint32_t *id_ret)
{
    const json_t *config = carvq_checkpoint_config(lm->checkpoint);
    const json_t *const places[] = {config, lm->config.wrapped ? json_object_get(config, "text_config") : NULL,
                                    carvq_checkpoint_generation_config(lm->checkpoint)};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        const json_t *id = json_object_get(places[i], "bos_token_id");
        if (!json_is_integer(id) || json_integer_value(id) < 0 || json_integer_value(id) >= (json_int_t)lm->config.vocabulary)
            continue;
        *id_ret = (uint32_t)json_integer_value(id);
        return true;
    }
    return false;
}

static bool names_end(const json_t *end, uint32_t id)
{
    for (size_t i = 0; i < json_array_size(end); i++)
        if (json_is_integer(json_array_get(end, i)) && json_integer_value(json_array_get(end, i)) == (json_int_t)id)
            return true;
    return json_is_integer(end) && json_integer_value(end) == (json_int_t)id;
}

bool carvq_lm_is_end(const struct carvq_lm *lm, uint32_t id)
{
    const json_t *config = carvq_checkpoint_config(lm->checkpoint), *end = json_object_get(config, "eos_token_id");
    if (end == NULL && lm->config.wrapped)
        end = json_object_get(json_object_get(config, "text_config"), "eos_token_id");
    return names_end(end, id) ||
           names_end(json_object_get(carvq_checkpoint_generation_config(lm->checkpoint), "eos_token_id"), id);
}

enum carvq_status carvq_lm_check_table(const struct carvq_lm *lm, const struct carvq_table *table, const char *file,
                                       struct carvq_error *error)
{
    const struct carvq_table_info *info = carvq_info(table);
    if (info->rows == lm->config.vocabulary && info->cols == lm->config.hidden)
        return CARVQ_OK;
    return carvq_fail(error, CARVQ_ERROR_ARGUMENT,
                      "%s: table '%.200s' is of another model: it has %llu rows of %lu, but %s has %zu of %zu", file, info->name,
                      (unsigned long long)info->rows, (unsigned long)info->cols, carvq_checkpoint_path(lm->checkpoint),
                      lm->config.vocabulary, lm->config.hidden);
}
