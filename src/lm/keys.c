// SPDX-License-Identifier: MIT
// The keys of a config.json, one by one.
#include "lm/keys.h"

#include <math.h>

#include "runtime/status.h"

const json_t *carvq_lm_key(const struct carvq_lm_keys *keys, const char *key)
{
    const json_t *value = json_object_get(keys->object, key);
    return json_is_null(value) ? NULL : value;
}

static enum carvq_status missing(const struct carvq_lm_keys *keys, const char *key, struct carvq_error *error)
{
    return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: %s%s: missing", keys->file, keys->prefix, key);
}

enum carvq_status carvq_lm_key_size(const struct carvq_lm_keys *keys, const char *key, size_t fallback, size_t max,
                                    size_t *value_ret, struct carvq_error *error)
{
    const json_t *value = carvq_lm_key(keys, key);
    *value_ret = fallback;
    if (value == NULL)
        return fallback > 0 ? CARVQ_OK : missing(keys, key, error);
    json_int_t number = json_integer_value(value); // 0 if it is no integer
    if (number < 1 || (uintmax_t)number > max)
        return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: %s%s: must be a whole number from 1 to %zu", keys->file, keys->prefix,
                          key, max);
    *value_ret = (size_t)number;
    return CARVQ_OK;
}

static bool read_number(const json_t *value, double *number_ret)
{
    *number_ret = json_number_value(value); // 0 if it is no number
    return isfinite(*number_ret) && *number_ret > 0;
}

enum carvq_status carvq_lm_key_number(const struct carvq_lm_keys *keys, const char *key, double fallback, double *value_ret,
                                      struct carvq_error *error)
{
    const json_t *value = carvq_lm_key(keys, key);
    *value_ret = fallback;
    if (value == NULL)
        return fallback > 0 ? CARVQ_OK : missing(keys, key, error);
    if (!read_number(value, value_ret))
        return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: %s%s: must be a number above 0", keys->file, keys->prefix, key);
    return CARVQ_OK;
}

enum carvq_status carvq_lm_key_bool(const struct carvq_lm_keys *keys, const char *key, bool *value_ret, struct carvq_error *error)
{
    const json_t *value = carvq_lm_key(keys, key);
    if (value != NULL && !json_is_boolean(value))
        return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: %s%s: must be true or false", keys->file, keys->prefix, key);
    *value_ret = json_is_true(value);
    return CARVQ_OK;
}

enum carvq_status carvq_lm_key_string(const struct carvq_lm_keys *keys, const char *key, const char *fallback,
                                      const char **value_ret, struct carvq_error *error)
{
    const json_t *value = carvq_lm_key(keys, key);
    *value_ret = value == NULL ? fallback : json_string_value(value);
    if (value == NULL && fallback == NULL)
        return missing(keys, key, error);
    if (*value_ret == NULL)
        return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: %s%s: must be a string", keys->file, keys->prefix, key);
    return CARVQ_OK;
}

enum carvq_status carvq_lm_key_numbers(const struct carvq_lm_keys *keys, const char *key, size_t count, double *values_ret,
                                       struct carvq_error *error)
{
    const json_t *list = carvq_lm_key(keys, key);
    if (list == NULL)
        return missing(keys, key, error);
    bool good = json_array_size(list) == count; // 0 if it is no list
    for (size_t i = 0; good && i < count; i++)
        good = read_number(json_array_get(list, i), &values_ret[i]);
    if (!good)
        return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: %s%s: must be a list of %zu numbers above 0", keys->file, keys->prefix,
                          key, count);
    return CARVQ_OK;
}
