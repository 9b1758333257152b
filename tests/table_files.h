// SPDX-License-Identifier: MIT
// Compressed files for the tests of the runtime: golden ones, and ones that are put together here.
#ifndef CARVQ_TESTS_TABLE_FILES_H
#define CARVQ_TESTS_TABLE_FILES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "carvq.h"

struct bytes {
    unsigned char *data;
    size_t size;
};

static inline struct bytes read_golden(const char *name)
{
    char path[512];
    snprintf(path, sizeof path, GOLDEN_DIR "/%s.carvq.safetensors", name);
    FILE *stream = fopen(path, "rb");
    assert_non_null(stream);
    struct bytes bytes = {malloc(1 << 20), 0};
    assert_non_null(bytes.data);
    bytes.size = fread(bytes.data, 1, 1 << 20, stream);
    fclose(stream);
    return bytes;
}

// A file made of a header (padded to 64) and size bytes of data, which are 0.
static inline struct bytes make_file(const char *header, size_t size)
{
    size_t length = (8 + strlen(header) + 63) / 64 * 64 - 8;
    struct bytes bytes = {calloc(1, 8 + length + size), 8 + length + size};
    assert_non_null(bytes.data);
    for (int i = 0; i < 8; i++)
        bytes.data[i] = (unsigned char)(length >> 8 * i);
    memset(bytes.data + 8, ' ', length);
    memcpy(bytes.data + 8, header, strlen(header));
    return bytes;
}

// The same from a header in which one piece is replaced, and ' stands for \".
static inline struct bytes make_variant_of(const char *good, const char *from, const char *to, size_t size)
{
    char single[16384], header[32768], *out = header;
    const char *found = strstr(good, from);
    assert_non_null(found);
    snprintf(single, sizeof single, "%.*s%s%s", (int)(found - good), good, to, found + strlen(from));
    for (const char *in = single; *in != '\0'; in++) {
        if (*in == '\'')
            *out++ = '\\';
        *out++ = *in == '\'' ? '"' : *in;
    }
    *out = '\0';
    return make_file(header, size);
}

static inline enum carvq_status try_open(struct bytes bytes, struct carvq_error *error)
{
    struct carvq_file *file = NULL;
    enum carvq_status status = carvq_open_memory(bytes.data, bytes.size, &file, error);
    assert_true((status == CARVQ_OK) == (file != NULL));
    carvq_close(file);
    return status;
}

// A replacement in a header and what it has to lead to.
struct variant {
    const char *from, *to;
    enum carvq_status status;
    const char *message; // a part of it
};

static inline void check_variants(const char *good, size_t size, const struct variant *variants, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct carvq_error error = {0};
        struct bytes bytes = make_variant_of(good, variants[i].from, variants[i].to, size);
        enum carvq_status status = try_open(bytes, &error);
        if (status != variants[i].status || strstr(error.message, variants[i].message) == NULL)
            fail_msg("%s -> %s: status %d, message '%s'", variants[i].from, variants[i].to, (int)status, error.message);
        free(bytes.data);
    }
}

#endif
