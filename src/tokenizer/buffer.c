// SPDX-License-Identifier: MIT
// Arrays that grow by half.
#include "tokenizer/buffer.h"

#include <stdlib.h>
#include <string.h>

bool carvq_tok_reserve(void **data, size_t *capacity, size_t length, size_t more, size_t item_size)
{
    if (more <= *capacity - length)
        return true;
    if (more > SIZE_MAX / 2 / item_size - length)
        return false;
    size_t wanted = length + more;
    wanted += wanted / 2 + 16;
    if (wanted > SIZE_MAX / item_size)
        return false;
    void *moved = realloc(*data, wanted * item_size);
    if (moved == NULL)
        return false;
    *data = moved;
    *capacity = wanted;
    return true;
}

bool carvq_tok_append(struct carvq_tok_bytes *bytes, const char *data, size_t length)
{
    void *memory = bytes->data;
    if (!carvq_tok_reserve(&memory, &bytes->capacity, bytes->length, length, 1))
        return false;
    bytes->data = memory;
    if (length > 0)
        memcpy(bytes->data + bytes->length, data, length);
    bytes->length += length;
    return true;
}

bool carvq_tok_append_id(struct carvq_tok_ids *ids, uint32_t id)
{
    void *memory = ids->data;
    if (!carvq_tok_reserve(&memory, &ids->capacity, ids->length, 1, sizeof *ids->data))
        return false;
    ids->data = memory;
    ids->data[ids->length++] = id;
    return true;
}

bool carvq_tok_append_span(struct carvq_tok_spans *spans, size_t begin, size_t end, bool matched)
{
    void *memory = spans->data;
    if (!carvq_tok_reserve(&memory, &spans->capacity, spans->length, 1, sizeof *spans->data))
        return false;
    spans->data = memory;
    spans->data[spans->length++] = (struct carvq_tok_span){begin, end, matched};
    return true;
}
