// SPDX-License-Identifier: MIT
// Token ids from files: of ids, or of text.
#ifndef CARVQ_TOKENIZER_TOKENS_H
#define CARVQ_TOKENIZER_TOKENS_H

#include "tokenizer/tokenizer.h"

// Reads a file of token ids: an array of integers in NumPy's format (.npy, known by its first bytes), whatever its shape; else
// raw little-endian ones. width: bytes of a raw id, 2, 4 or 8; 0: 2 if vocabulary, V, is at most 65536, else 4. *ids_ret is to be
// given to free(). Errors: CARVQ_ERROR_IO, _MEMORY, _ARGUMENT (width), _FORMAT (the file's size is no multiple of width, or ids
// are not below V, or every other one is 0: what it is instead, as far as that can be seen).
enum carvq_status carvq_tokens_read(const char *path, size_t width, uint64_t vocabulary, uint32_t **ids_ret, size_t *count_ret,
                                    struct carvq_error *error);

// Reads a file of text in UTF-8 and cuts it; a byte order mark is left out, and nothing is put around it. *note_ret, if not NULL:
// what a user should hear of the text, or NULL. Errors: CARVQ_ERROR_IO, _FORMAT (a text in UTF-16, or a pointer of git-lfs), and
// those of carvq_tokenizer_encode().
enum carvq_status carvq_tokens_read_text(const char *path, const struct carvq_tokenizer *tokenizer, uint32_t **ids_ret,
                                         size_t *count_ret, const char **note_ret, struct carvq_error *error);

#endif
