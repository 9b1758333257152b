// SPDX-License-Identifier: MIT
#ifndef CARVQ_TOKENIZER_TOKENS_H
#define CARVQ_TOKENIZER_TOKENS_H

#include <stddef.h>

#include "carvq.h"

// Reads a file of raw little-endian token ids. width: bytes of an id, 2 or 4; 0: 2 if vocabulary, V, is at most 65536, else
// 4. *ids_ret is to be given to free(). Errors: the file's size is no multiple of width. carvq_eval() checks the ids.
enum carvq_status carvq_tokens_read(const char *path, size_t width, uint64_t vocabulary, uint32_t **ids_ret, size_t *count_ret,
                                    struct carvq_error *error);

#endif
