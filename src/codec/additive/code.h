// SPDX-License-Identifier: MIT
// Codec additive inside the encoder: which values a step has a part in, and the books that say which part.
//
// The format's codewords (runtime/additive.h) cover the strides of M steps. Here they are cut at the borders of steps: a value of
// step t is the sum over j < M of the part j of the code of step t - j. So what steps can be made of is independent of each
// other, which is what search and least squares want.
#ifndef CARVQ_CODEC_ADDITIVE_CODE_H
#define CARVQ_CODEC_ADDITIVE_CODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "carvq.h"
#include "codec/metric.h"

#define CARVQ_ADDITIVE_CODES 16
#define CARVQ_ADDITIVE_PARTS (CARVQ_MAX_SPAN * CARVQ_MAX_STRIDE * CARVQ_ADDITIVE_CODES)

// Steps of one class have the same books. By position every step is a class; by phase the first M - 1 steps, which have fewer
// parts, are classes of their own, and then there is one for each stride of the pattern.
struct carvq_additive_code {
    struct carvq_segment_info info;    // cols, strides, stride_count, span, position_books
    uint32_t steps;                    // [T]
    uint32_t classes;                  // of steps
    float unit;                        // what a value of standard deviation 1 is in the books: 1 until they are rounded
    float *books;                      // [classes][M][CARVQ_MAX_STRIDE][16]; 0 where there is nothing
    const struct carvq_metric *metric; // in which rows are near to each other; NULL: all values alike
};

// Says what follows from info; the books are the caller's, of so many floats: carvq_additive_book_values().
void carvq_additive_code_init(struct carvq_additive_code *code_ret, const struct carvq_segment_info *info, float *books);

uint32_t carvq_additive_class(const struct carvq_segment_info *info, uint32_t step);
uint32_t carvq_additive_classes(const struct carvq_segment_info *info);
size_t carvq_additive_book_values(const struct carvq_segment_info *info);

// The part j of the codes in the values of a class: [CARVQ_MAX_STRIDE][16].
static inline float *carvq_additive_part(const struct carvq_additive_code *code, uint32_t class, unsigned part)
{
    return code->books + ((size_t) class * code->info.span + part) * CARVQ_MAX_STRIDE * CARVQ_ADDITIVE_CODES;
}

// Values of a step: the last one may have fewer than its stride.
uint32_t carvq_additive_length(const struct carvq_additive_code *code, uint32_t step);

// Rounds the books to integers of 8 bits, with the largest one at 127, and sets the unit to what that makes of it.
void carvq_additive_round(struct carvq_additive_code *code);

// The books as the format stores them, once they are rounded. bytes_ret[carvq_additive_book_bytes()].
void carvq_additive_store(const struct carvq_additive_code *code, int8_t *bytes_ret);
uint64_t carvq_additive_book_bytes(const struct carvq_segment_info *info);

// Puts the codes [T] of a row into the lines of its segment, info with its rows: lines is where the line of tile number first
// begins, and zeros.
void carvq_additive_pack(const struct carvq_segment_info *info, uint64_t first_tile, uint64_t row, const uint8_t *codes,
                         uint8_t *lines);

// The values of a step [its length], by the codes [T] up to it; returns their number.
uint32_t carvq_additive_step_values(const struct carvq_additive_code *code, const uint8_t *codes, uint32_t step,
                                    float values_ret[CARVQ_MAX_STRIDE]);

// What a reader makes of codes [T]: a row [n].
void carvq_additive_code_decode(const struct carvq_additive_code *code, const uint8_t *codes, float scale, float *decoded_ret);

#endif
