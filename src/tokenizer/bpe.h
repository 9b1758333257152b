// SPDX-License-Identifier: MIT
// The model part of a tokenizer: byte pair encoding of one pre-token. A pre-token begins as one piece per character;
// then the merge with the lowest rank is done, the leftmost first, until none applies.
#ifndef CARVQ_TOKENIZER_BPE_H
#define CARVQ_TOKENIZER_BPE_H

#include "tokenizer/json.h"

// A piece of the vocabulary; its text lies in the arena.
struct carvq_tok_piece {
    uint32_t offset, length, id;
};

// A merge makes the piece merged of the pieces left and right.
struct carvq_tok_merge {
    uint32_t left, right, merged;
};

// A slot of the hash table from (left id, right id) to the merge. merged is meaningless where used is false.
struct carvq_tok_pair {
    uint32_t left, right, rank, merged;
    bool used;
};

struct carvq_tok_bpe {
    struct carvq_tok_bytes arena; // texts of all pieces, without separators
    struct carvq_tok_piece *pieces;
    size_t piece_count;
    uint32_t *slots; // hash table: 0 is empty, else number of a piece plus 1
    size_t slot_mask;
    struct carvq_tok_merge *merges; // in the order of their rank
    size_t merge_count;
    struct carvq_tok_pair *pairs; // hash table
    size_t pair_mask;
    bool byte_fallback, fuse_unknown, ignore_merges;
    bool has_unknown_text; // unk_token is set
    bool has_unknown;      // .. and is a piece, whose id is unknown
    uint32_t unknown;
    bool has_bytes[256]; // byte_fallback: is <0xNN> a piece?
    uint32_t bytes[256]; // .. and its id
};

// Building: all pieces, then carvq_tok_bpe_index_pieces(), all merges, carvq_tok_bpe_index_merges(). pieces and merges
// are arrays of the caller's making that belong to bpe from then on.
// False: a piece occurs twice, and *duplicate_ret is its number; out of memory, and *duplicate_ret is piece_count.
bool carvq_tok_bpe_index_pieces(struct carvq_tok_bpe *bpe, size_t *duplicate_ret);
// Of two merges of the same pair the later one counts. False: out of memory.
bool carvq_tok_bpe_index_merges(struct carvq_tok_bpe *bpe);
void carvq_tok_bpe_free(struct carvq_tok_bpe *bpe);

// Reads the model of tokenizer.json: all of the building. cuts: it is to cut texts, so that what we do not do is refused. Errors:
// see tokenizer/json.h.
enum carvq_status carvq_tok_bpe_load(const char *path, struct carvq_json json, bool cuts, struct carvq_tok_bpe *bpe,
                                     struct carvq_error *error);
// Reads vocab.json (a checked text) and merges.txt, as old tokenizers have them: pieces and merges, nothing to cut with.
enum carvq_status carvq_tok_bpe_load_files(const char *vocab_path, struct carvq_json vocab, const char *merges_path,
                                           const char *merges, size_t nbytes, struct carvq_tok_bpe *bpe,
                                           struct carvq_error *error);

// False: text is no piece.
bool carvq_tok_bpe_find(const struct carvq_tok_bpe *bpe, const char *text, size_t length, uint32_t *id_ret);

// Memory for carvq_tok_bpe_encode(), used again for every pre-token. Begin with all zero.
struct carvq_tok_bpe_work {
    struct carvq_tok_symbol *symbols;
    size_t symbol_capacity;
    struct carvq_tok_candidate *heap;
    size_t heap_capacity;
};
void carvq_tok_bpe_work_free(struct carvq_tok_bpe_work *work);

// Appends the ids of a pre-token (UTF-8). Errors: CARVQ_ERROR_FORMAT (a character is not in the vocabulary, nor is the
// unknown token), _UNSUPPORTED (too long), _MEMORY.
enum carvq_status carvq_tok_bpe_encode(const struct carvq_tok_bpe *bpe, struct carvq_tok_bpe_work *work, const char *name,
                                       const char *text, size_t length, struct carvq_tok_ids *ids, struct carvq_error *error);

#endif
