// SPDX-License-Identifier: MIT
// The header of a safetensors file from a stranger: what the reader accepts has every promise of safetensors.h.
#include "runtime/safetensors.h"

#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

static void demand(int condition)
{
    if (!condition)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct carvq_st *st;
    struct carvq_error error;
    enum carvq_status status = carvq_st_read("fuzz", data, size, &st, &error);
    if (status != CARVQ_OK) {
        demand(error.status == status && memchr(error.message, 0, sizeof error.message) != NULL);
        demand(strpbrk(error.message, "\n\r\033") == NULL);
        return 0;
    }
    uint64_t at = st->data_begin;
    unsigned sum = 0;
    for (size_t i = 0; i < st->count; i++) {
        const struct carvq_st_tensor *tensor = &st->tensors[i];
        demand(tensor->begin == at && tensor->dims <= CARVQ_ST_MAX_DIMS && tensor->nbytes <= size - at);
        demand(carvq_st_find_part(st, tensor->name, "") == tensor && carvq_st_dtype_name(tensor->dtype)[0] != 0);
        for (uint64_t k = 0; k < tensor->nbytes; k++)
            sum += data[at + k];
        at += tensor->nbytes;
    }
    demand(at == size);
    for (size_t i = 0; i < st->metadata_count; i++)
        demand(carvq_st_metadata(st, st->metadata[i].key) == st->metadata[i].value);
    free(st);
    volatile unsigned keep = sum; // so that the bytes are read
    (void)keep;
    return 0;
}
