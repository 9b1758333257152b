// SPDX-License-Identifier: MIT
// Small tokenizers written into the tests: JSON with ' for ".
#ifndef CARVQ_TESTS_TOKENIZER_TEST_H
#define CARVQ_TESTS_TOKENIZER_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tokenizer/tokenizer.h"

// The JSON text with " for ', without a NUL behind it, so that a sanitizer sees what reads beyond it. To be freed.
static inline char *tokenizer_json(const char *text, size_t *length_ret)
{
    size_t length = strlen(text);
    char *json = malloc(length > 0 ? length : 1);
    assert_non_null(json);
    for (size_t i = 0; i < length; i++)
        json[i] = (char)(text[i] == '\'' ? '"' : text[i]);
    *length_ret = length;
    return json;
}

static inline enum carvq_status tokenizer_try(const char *text, struct carvq_tokenizer **tokenizer_ret, struct carvq_error *error)
{
    size_t length;
    char *json = tokenizer_json(text, &length);
    enum carvq_status status = carvq_tokenizer_read("tokenizer.json", json, length, tokenizer_ret, error);
    free(json);
    return status;
}

static inline struct carvq_tokenizer *tokenizer_open(const char *text)
{
    struct carvq_tokenizer *tokenizer = NULL;
    struct carvq_error error = {0};
    if (tokenizer_try(text, &tokenizer, &error) != CARVQ_OK)
        fail_msg("%s", error.message);
    return tokenizer;
}

// The ids as text: "1 2 3".
static inline void tokenizer_encode(const struct carvq_tokenizer *tokenizer, const char *text, size_t length, bool add_special,
                                    char ids_ret[1000])
{
    struct carvq_error error = {0};
    uint32_t *ids;
    size_t count, used = 0;
    if (carvq_tokenizer_encode(tokenizer, "text", text, length, add_special, &ids, &count, &error) != CARVQ_OK)
        fail_msg("'%s': %s", text, error.message);
    ids_ret[0] = '\0';
    for (size_t i = 0; i < count && used < 980; i++)
        used += (size_t)snprintf(ids_ret + used, 1000 - used, i == 0 ? "%u" : " %u", (unsigned)ids[i]);
    free(ids);
}

static inline void assert_ids(const struct carvq_tokenizer *tokenizer, const char *text, const char *expected)
{
    char ids[1000];
    tokenizer_encode(tokenizer, text, strlen(text), false, ids);
    if (strcmp(ids, expected) != 0)
        fail_msg("'%s': ids %s, expected %s", text, ids, expected);
}

#endif
