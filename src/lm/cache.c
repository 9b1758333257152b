// SPDX-License-Identifier: MIT
// The cache of keys and values.
#include <stdlib.h>

#include "runtime/size.h"
#include "runtime/status.h"
#include "lm/attention.h"
#include "lm/model.h"

#define CACHE_VALUES ((uint64_t)256 << 20) // 1 GiB of floats

size_t carvq_lm_cache_slots(const struct carvq_lm *lm, size_t length, size_t max)
{
    uint64_t values;
    if (!carvq_mul_u64(lm->config.layers * carvq_lm_kv_values(&lm->config), length, &values) || values > CACHE_VALUES)
        return 1;
    return CACHE_VALUES / values < max ? (size_t)(CACHE_VALUES / values) : max;
}

enum carvq_status carvq_lm_cache_open(const struct carvq_lm *lm, size_t slots, size_t length, struct carvq_lm_cache **cache_ret,
                                      struct carvq_error *error)
{
    uint64_t tokens, layer_values, values;
    struct carvq_lm_cache *cache = calloc(1, sizeof *cache);
    if (cache != NULL && carvq_mul_u64(slots, length, &tokens) &&
        carvq_mul_u64(tokens, carvq_lm_kv_values(&lm->config), &layer_values) &&
        carvq_mul_u64(layer_values, lm->config.layers, &values) && values <= SIZE_MAX / sizeof *cache->data) {
        *cache = (struct carvq_lm_cache){.slots = slots, .length = length, .layer_values = (size_t)layer_values};
        cache->data = calloc((size_t)values, sizeof *cache->data);
    }
    if (cache == NULL || cache->data == NULL) {
        free(cache);
        return carvq_fail(error, CARVQ_ERROR_MEMORY, "out of memory for the keys and values of %zu texts of %zu tokens", slots,
                          length);
    }
    *cache_ret = cache;
    return CARVQ_OK;
}

void carvq_lm_cache_close(struct carvq_lm_cache *cache)
{
    if (cache == NULL)
        return;
    free(cache->data);
    free(cache);
}
