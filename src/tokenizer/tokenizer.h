// SPDX-License-Identifier: MIT
// A model's own tokenizer: tokenizer.json, as the tokenizers library writes it, and text to token ids.
//
// What is run: models of type BPE (byte-level as in GPT-2, Llama 3, Qwen, Phi 4; SentencePiece-style with byte fallback
// as in Llama 2, Mistral, Gemma, Phi 3) with the normalizers, pre-tokenizers and post-processors that go with them.
// Everything else is refused by name when the file is read, so that a text is never split in a way that the model was
// not trained on. Truncation and padding are not applied.
#ifndef CARVQ_TOKENIZER_TOKENIZER_H
#define CARVQ_TOKENIZER_TOKENIZER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "carvq.h"

// Never changes after it was opened, so that any number of threads may use it.
struct carvq_tokenizer;

// Reads tokenizer.json. Errors: CARVQ_ERROR_IO, _FORMAT (damaged, or contradicts itself), _UNSUPPORTED, _MEMORY.
enum carvq_status carvq_tokenizer_open(const char *path, struct carvq_tokenizer **tokenizer_ret, struct carvq_error *error);

// The same from memory; path is only for messages. data may be freed afterwards.
enum carvq_status carvq_tokenizer_read(const char *path, const char *data, size_t nbytes, struct carvq_tokenizer **tokenizer_ret,
                                       struct carvq_error *error);

// NULL is ignored.
void carvq_tokenizer_close(struct carvq_tokenizer *tokenizer);

// Turns the nbytes bytes of UTF-8 at text into ids. Added tokens ("<|eot_id|>") that occur in the text become their id.
// add_special: also the ids that the file's post-processor puts around a text (Llama: <s> in front). name is what
// messages call the text, e.g. its file. *ids_ret is to be given to free(); never NULL, even if *count_ret is 0.
// Errors: CARVQ_ERROR_FORMAT (not UTF-8; names the byte offset), _UNSUPPORTED (a pattern needs too many steps for this
// text; more than 1000 combining marks in a row where the text is to be normalized), _MEMORY.
enum carvq_status carvq_tokenizer_encode(const struct carvq_tokenizer *tokenizer, const char *name, const char *text,
                                         size_t nbytes, bool add_special, uint32_t **ids_ret, size_t *count_ret,
                                         struct carvq_error *error);

// The ids that the post-processor puts in front of a text (Llama: <s>). The array lives as long as the tokenizer.
const uint32_t *carvq_tokenizer_prefix(const struct carvq_tokenizer *tokenizer, size_t *count_ret);

// The highest id that encoding can give, plus 1. A model's table may have more rows (V is often rounded up).
uint64_t carvq_tokenizer_id_limit(const struct carvq_tokenizer *tokenizer);

#endif
