// SPDX-License-Identifier: MIT
// How often each row of a table is looked up: counted in a text, given in a file, or guessed from the model's tokenizer.
#ifndef CARVQ_TOKENIZER_COUNTS_H
#define CARVQ_TOKENIZER_COUNTS_H

#include "tokenizer/tokenizer.h"

// All functions fill counts_ret[rows], one for each row of the table.

// Adds one to the count of each id. Errors: CARVQ_ERROR_RANGE if an id is not below rows; path is the tokens', for the message.
enum carvq_status carvq_counts_add(const uint32_t *ids, size_t count, const char *path, double *counts_ret, uint64_t rows,
                                   struct carvq_error *error);

// Reads a text file: line i holds the count of row i, a decimal integer, from line 0 to the last row.
enum carvq_status carvq_counts_read(const char *path, double *counts_ret, uint64_t rows, struct carvq_error *error);

// What a guess was made from.
struct carvq_guess {
    const char *basis; // in words: "the order of the tokenizer's merges"
    uint64_t ids;      // the highest that the tokenizer has, plus 1
    uint64_t ignored;  // pieces and added tokens whose id is no row
};

// A guess without any text, from what lies in the directory of the model: tokenizer.json, or vocab.json and merges.txt. Byte pair
// encoding merges the most frequent pair first, and by Zipf's law the r-th most frequent piece is about 1 / r as frequent as the
// first: 10 V / (r + 50) for the piece that merge r makes, so that the last of V pieces has about 10. Pieces that no merge makes,
// single bytes for the most part, get what r = 250 gives, rows without a piece nothing. The constants were settled on the demo
// model with text other than that of its evaluation (doc/method.md). In a Unigram model r is the place by score, in WordPiece
// that by id, whole pieces of more than a character alone. How the tokenizer cuts texts does not matter.
//
// Errors: the files cannot be read, or the table seems to be one of something else than tokens: that has another number of rows,
// but vocabularies are rounded up, and tokens are added; 4096 apart is too much. counts_ret is of no use then.
enum carvq_status carvq_counts_guess(const char *directory, double *counts_ret, uint64_t rows, struct carvq_guess *guess_ret,
                                     struct carvq_error *error);

// The same from the text of a tokenizer.json; path is for messages.
enum carvq_status carvq_counts_prior(const char *path, const char *data, size_t nbytes, double *counts_ret, uint64_t rows,
                                     struct carvq_guess *guess_ret, struct carvq_error *error);

#endif
