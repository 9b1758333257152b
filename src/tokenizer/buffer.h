// SPDX-License-Identifier: MIT
// Arrays that grow. All zero is an empty array; false means out of memory, and the array is as it was.
#ifndef CARVQ_TOKENIZER_BUFFER_H
#define CARVQ_TOKENIZER_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/status.h"

struct carvq_tok_bytes {
    char *data;
    size_t length, capacity;
};

struct carvq_tok_ids {
    uint32_t *data;
    size_t length, capacity;
};

// A part of a text, in bytes. What matched says depends on who made it.
struct carvq_tok_span {
    size_t begin, end;
    bool matched;
};

struct carvq_tok_spans {
    struct carvq_tok_span *data;
    size_t length, capacity;
};

// Makes room for more items of item_size bytes behind the length that are there. data may be moved.
bool carvq_tok_reserve(void **data, size_t *capacity, size_t length, size_t more, size_t item_size);

bool carvq_tok_append(struct carvq_tok_bytes *bytes, const char *data, size_t length);
bool carvq_tok_append_id(struct carvq_tok_ids *ids, uint32_t id);
bool carvq_tok_append_span(struct carvq_tok_spans *spans, size_t begin, size_t end, bool matched);

static inline enum carvq_status carvq_tok_no_memory(const char *name, struct carvq_error *error)
{
    return carvq_fail(error, CARVQ_ERROR_MEMORY, "%s: out of memory", name);
}

#endif
