// SPDX-License-Identifier: MIT
// Reading the keys of a config.json that a stranger wrote. A key whose value is null counts as absent, as it does for
// the programs that write these files. Every error names the file and the key.
#ifndef CARVQ_LM_KEYS_H
#define CARVQ_LM_KEYS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "carvq.h"

// An object of the file, and how to name it in a message.
struct carvq_lm_keys {
    const json_t *object;
    const char *file;
    const char *prefix; // "" for the outermost object, else e.g. "rope_scaling."
};

// NULL if the key is absent.
const json_t *carvq_lm_key(const struct carvq_lm_keys *keys, const char *key);

// A whole number from 1 to max. An absent key has the value fallback, or is an error where fallback is 0.
enum carvq_status carvq_lm_key_size(const struct carvq_lm_keys *keys, const char *key, size_t fallback, size_t max,
                                    size_t *value_ret, struct carvq_error *error);

// A finite number above 0. An absent key has the value fallback, or is an error where fallback is 0.
enum carvq_status carvq_lm_key_number(const struct carvq_lm_keys *keys, const char *key, double fallback, double *value_ret,
                                      struct carvq_error *error);

// true or false; absent is false.
enum carvq_status carvq_lm_key_bool(const struct carvq_lm_keys *keys, const char *key, bool *value_ret,
                                    struct carvq_error *error);

// A string, borrowed from the object; fallback if the key is absent, which is an error if that is NULL.
enum carvq_status carvq_lm_key_string(const struct carvq_lm_keys *keys, const char *key, const char *fallback,
                                      const char **value_ret, struct carvq_error *error);

// Exactly count finite numbers above 0.
enum carvq_status carvq_lm_key_numbers(const struct carvq_lm_keys *keys, const char *key, size_t count, double *values_ret,
                                       struct carvq_error *error);

#endif
