// SPDX-License-Identifier: MIT
// From token ids back to text.
#ifndef CARVQ_TOKENIZER_DETOKENIZER_H
#define CARVQ_TOKENIZER_DETOKENIZER_H

#include "tokenizer/tokenizer.h"
#include "tokenizer/buffer.h"

struct carvq_detokenizer;

// The tokenizer must outlive it.
enum carvq_status carvq_detokenizer_open(const struct carvq_tokenizer *tokenizer, struct carvq_detokenizer **detokenizer_ret,
                                         struct carvq_error *error);
void carvq_detokenizer_close(struct carvq_detokenizer *detokenizer);

// Appends the text of an id, which can be a part of a character. Special tokens and ids that the tokenizer does not have
// are no text. A space that the tokenizer put in front of a text stays. False: out of memory.
bool carvq_detokenizer_append(const struct carvq_detokenizer *detokenizer, uint32_t id, struct carvq_tok_bytes *text);

#endif
