// SPDX-License-Identifier: MIT
// What a tokenizer is made of, for the files of this directory.
#ifndef CARVQ_TOKENIZER_PARTS_H
#define CARVQ_TOKENIZER_PARTS_H

#include "tokenizer/added.h"
#include "tokenizer/bpe.h"
#include "tokenizer/normalize.h"
#include "tokenizer/split.h"
#include "tokenizer/tokenizer.h"

struct carvq_tokenizer {
    struct carvq_tok_added raw;        // looked for in the text as it comes
    struct carvq_tok_added normalized; // looked for in normalized text
    struct carvq_tok_normalizers normalizers;
    struct carvq_tok_splitters splitters;
    struct carvq_tok_bpe bpe;
    struct carvq_tok_ids before, after; // what the post-processor puts around the text
    uint64_t id_limit;                  // highest id plus 1
};

#endif
