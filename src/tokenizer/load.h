// SPDX-License-Identifier: MIT
// From the parts of tokenizer.json to the parts of a tokenizer. path is the file's name for messages. Errors, everywhere:
// CARVQ_ERROR_FORMAT, _UNSUPPORTED (names what is not supported), _MEMORY. What was built so far is freed by the caller.
#ifndef CARVQ_TOKENIZER_LOAD_H
#define CARVQ_TOKENIZER_LOAD_H

#include "runtime/json.h"
#include "tokenizer/added.h"
#include "tokenizer/bpe.h"
#include "tokenizer/normalize.h"
#include "tokenizer/split.h"

struct carvq_tokenizer {
    struct carvq_tok_added raw;        // looked for in the text as it comes
    struct carvq_tok_added normalized; // looked for in normalized text
    struct carvq_tok_normalizers normalizers;
    struct carvq_tok_splitters splitters;
    struct carvq_tok_bpe bpe;
    struct carvq_tok_ids before, after; // what the post-processor puts around the text
    uint64_t id_limit;                  // highest id plus 1
};

enum carvq_status carvq_tok_load_model(const char *path, struct carvq_json json, struct carvq_tok_bpe *bpe,
                                       struct carvq_error *error);

enum carvq_status carvq_tok_load_normalizer(const char *path, struct carvq_json json, struct carvq_tok_normalizers *normalizers,
                                            struct carvq_error *error);

enum carvq_status carvq_tok_load_splitter(const char *path, struct carvq_json json, struct carvq_tok_splitters *splitters,
                                          struct carvq_error *error);

enum carvq_status carvq_tok_load_post_processor(const char *path, struct carvq_json json, struct carvq_tokenizer *tokenizer,
                                                struct carvq_error *error);

// After model and normalizer.
enum carvq_status carvq_tok_load_added(const char *path, struct carvq_json json, struct carvq_tokenizer *tokenizer,
                                       struct carvq_error *error);

#endif
