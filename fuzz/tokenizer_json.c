// SPDX-License-Identifier: MIT
// A tokenizer.json from a stranger, then a short text through what it describes and back: ids are below the limit that it
// promises, and twice the same.
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "tokenizer/detokenizer.h"
#include "tokenizer/tokenizer.h"

static void demand(int condition)
{
    if (!condition)
        abort();
}

static const char
    text[] = "The ab  cab's <s>x</s> \n\n12 345\t\xc3\xa9 e\xcc\x81 \xe4\xb8\xad\xe6\x96\x87 \xf0\x9f\x91\x8d \xe2\x96\x81_ ";

static enum carvq_status encode(const struct carvq_tokenizer *tokenizer, uint32_t **ids_ret, size_t *count_ret)
{
    struct carvq_error error;
    enum carvq_status status = carvq_tokenizer_encode(tokenizer, "text", text, sizeof text - 1, true, ids_ret, count_ret, &error);
    demand(status == CARVQ_OK || (error.status == status && error.message[0] != '\0'));
    return status;
}

// Ids back to text, those that the tokenizer does not have too.
static void decode(const struct carvq_tokenizer *tokenizer, const uint32_t *ids, size_t count)
{
    struct carvq_detokenizer *detokenizer;
    struct carvq_tok_bytes decoded = {NULL, 0, 0};
    if (carvq_detokenizer_open(tokenizer, &detokenizer, NULL) != CARVQ_OK)
        return;
    for (size_t i = 0; i < count; i++)
        demand(carvq_detokenizer_append(detokenizer, ids[i], &decoded) &&
               carvq_detokenizer_append(detokenizer, ~ids[i], &decoded));
    carvq_detokenizer_close(detokenizer);
    free(decoded.data);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct carvq_tokenizer *tokenizer;
    struct carvq_error error;
    enum carvq_status status = carvq_tokenizer_read("fuzz", (const char *)data, size, &tokenizer, &error);
    if (status != CARVQ_OK) {
        demand(error.status == status && memchr(error.message, 0, sizeof error.message) != NULL);
        demand(strpbrk(error.message, "\n\r\033") == NULL);
        return 0;
    }
    uint32_t *first, *second;
    size_t first_count, second_count;
    if (encode(tokenizer, &first, &first_count) == CARVQ_OK) {
        for (size_t i = 0; i < first_count; i++)
            demand(first[i] < carvq_tokenizer_id_limit(tokenizer));
        demand(encode(tokenizer, &second, &second_count) == CARVQ_OK && second_count == first_count);
        demand(memcmp(first, second, first_count * sizeof *first) == 0);
        decode(tokenizer, first, first_count);
        free(first);
        free(second);
    }
    carvq_tokenizer_close(tokenizer);
    return 0;
}
