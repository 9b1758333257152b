// SPDX-License-Identifier: MIT
// Token ids from files: of ids, or of text.
#ifndef CARVQ_TOKENIZER_TOKENS_H
#define CARVQ_TOKENIZER_TOKENS_H

#include "tokenizer/tokenizer.h"

// Reads a file of raw little-endian token ids. width: bytes of an id, 2 or 4; 0: 2 if vocabulary, V, is at most 65536, else
// 4. *ids_ret is to be given to free(). Errors: CARVQ_ERROR_IO, _MEMORY, _ARGUMENT (width),
// _FORMAT (the file's size is no multiple of width). That ids are below vocabulary is not checked.
enum carvq_status carvq_tokens_read(const char *path, size_t width, uint64_t vocabulary, uint32_t **ids_ret, size_t *count_ret,
                                    struct carvq_error *error);

// Reads a file of text in UTF-8 and cuts it; nothing is put around it. Errors: CARVQ_ERROR_IO, and those of
// carvq_tokenizer_encode().
enum carvq_status carvq_tokens_read_text(const char *path, const struct carvq_tokenizer *tokenizer, uint32_t **ids_ret,
                                         size_t *count_ret, struct carvq_error *error);

#endif
