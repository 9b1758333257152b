// SPDX-License-Identifier: MIT
// Random segments of codec additive, for tests of kernels.
#ifndef CARVQ_TESTS_RANDOM_SEGMENT_H
#define CARVQ_TESTS_RANDOM_SEGMENT_H

#include "random_states.h"

#include "runtime/half.h"
#include "runtime/table.h"

// A segment of random codes and books.
struct random_segment {
    struct carvq_segment segment;
    struct carvq_segment_info info;
    uint8_t *codes, *books, scales[2 << CARVQ_MAX_SCALE_BITS], *scale_codes;
};

static inline void fill(uint8_t *bytes, uint64_t count, uint64_t *random)
{
    for (uint64_t i = 0; i < count; i++)
        bytes[i] = (uint8_t)next_random(random);
}

static inline void make_segment(struct random_segment *s, size_t rows, size_t cols, const char *strides, unsigned span,
                                bool position, unsigned scale_bits, const struct carvq_kernels *kernels, uint64_t *random)
{
    *s = (struct random_segment){.info = {.codec = CARVQ_ADDITIVE,
                                          .rows = rows,
                                          .cols = (uint32_t)cols,
                                          .value_dtype = CARVQ_BF16,
                                          .scale_bits = scale_bits,
                                          .stride_count = (uint32_t)strlen(strides),
                                          .span = span,
                                          .position_books = position}};
    for (uint32_t i = 0; i < s->info.stride_count; i++)
        s->info.strides[i] = (uint8_t)(strides[i] - '0');
    assert_true(carvq_segment_sizes(&s->info));
    const uint64_t numbers = carvq_additive_scale_code_bytes(&s->info), code_bytes = s->info.code_bytes - numbers;
    const uint64_t book_bytes = s->info.codebook_bytes - ((uint64_t)2 << scale_bits);
    s->codes = malloc((size_t)code_bytes);
    s->books = malloc((size_t)book_bytes);
    s->scale_codes = malloc((size_t)numbers + 1);
    fill(s->codes, code_bytes, random);
    fill(s->books, book_bytes, random);
    fill(s->scale_codes, numbers, random);
    for (unsigned i = 0; i < 1u << scale_bits; i++)
        carvq_store_u16(s->scales + 2 * i, (uint16_t)(0x3c00 + next_random(random) % 0x200));
    s->segment = (struct carvq_segment){
        .info = &s->info, .codes = s->codes, .codebooks = s->scales, .books = s->books, .scale_codes = s->scale_codes};
    s->info.kernel = kernels->choose[CARVQ_ADDITIVE](&s->segment);
}

static inline void free_segment(struct random_segment *s)
{
    free(s->codes);
    free(s->books);
    free(s->scale_codes);
}

#endif
