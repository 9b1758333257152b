// SPDX-License-Identifier: MIT
// What a segment of codec additive is: steps, classes, books, and where its codes lie.
#include "codec/additive/code.h"

#include <math.h>
#include <string.h>

#include "runtime/additive.h"

#define MAX_VALUE 127 // of a book

uint32_t carvq_additive_class(const struct carvq_segment_info *info, uint32_t step)
{
    return info->position_books || step < info->span - 1 ? step : info->span - 1 + step % info->stride_count;
}

uint32_t carvq_additive_classes(const struct carvq_segment_info *info)
{
    return info->position_books ? carvq_additive_steps(info) : info->span - 1 + info->stride_count;
}

size_t carvq_additive_book_values(const struct carvq_segment_info *info)
{
    return (size_t)carvq_additive_classes(info) * info->span * CARVQ_MAX_STRIDE * CARVQ_ADDITIVE_CODES;
}

void carvq_additive_code_init(struct carvq_additive_code *code_ret, const struct carvq_segment_info *info, float *books)
{
    *code_ret = (struct carvq_additive_code){.info = *info, .unit = 1, .books = books};
    code_ret->steps = carvq_additive_steps(info);
    code_ret->classes = carvq_additive_classes(info);
}

uint32_t carvq_additive_length(const struct carvq_additive_code *code, uint32_t step)
{
    const uint32_t stride = code->info.strides[step % code->info.stride_count];
    const uint64_t rest = code->info.cols - carvq_additive_column(&code->info, step);
    return rest < stride ? (uint32_t)rest : stride;
}

void carvq_additive_round(struct carvq_additive_code *code)
{
    const size_t count = carvq_additive_book_values(&code->info);
    float max = 0;
    for (size_t i = 0; i < count; i++)
        max = fmaxf(max, fabsf(code->books[i]));
    const float factor = max > 0 ? MAX_VALUE / max : 1;
    for (size_t i = 0; i < count; i++)
        code->books[i] = rintf(fmaxf(-MAX_VALUE, fminf(MAX_VALUE, code->books[i] * factor)));
    code->unit *= factor;
}

// By phase, the first step of class M - 1 + p is the least t >= M - 1 of that phase: steps M - 1 .. M - 2 + P are one of each.
static uint32_t first_step(const struct carvq_additive_code *code, uint32_t class)
{
    const uint32_t start = code->info.span - 1, period = code->info.stride_count;
    if (code->info.position_books || class < start)
        return class;
    return start + (class - start + period - start % period) % period;
}

// A codeword of the class that a step begins: its values, as far as there are any.
static int8_t *store_codeword(const struct carvq_additive_code *code, uint32_t step, int8_t *at)
{
    const struct carvq_segment_info *info = &code->info;
    for (unsigned part = 0; part < info->span; part++) {
        const uint32_t class = carvq_additive_class(info, step + part),
                       stride = info->strides[(step + part) % info->stride_count];
        const float *values = class < code->classes ? carvq_additive_part(code, class, part) : NULL;
        for (size_t i = 0; i < (size_t)stride * CARVQ_ADDITIVE_CODES; i++)
            *at++ = values == NULL ? 0 : (int8_t)values[i];
    }
    return at;
}

void carvq_additive_store(const struct carvq_additive_code *code, int8_t *bytes_ret)
{
    for (uint32_t class = 0; class < code->classes; class ++)
        if (first_step(code, class) < code->steps)
            bytes_ret = store_codeword(code, first_step(code, class), bytes_ret);
}

uint64_t carvq_additive_book_bytes(const struct carvq_segment_info *info)
{
    struct carvq_segment_info sized = *info;
    (void)carvq_additive_sizes(&sized);
    return sized.codebook_bytes - ((uint64_t)2 << info->scale_bits);
}

void carvq_additive_pack(const struct carvq_segment_info *info, uint64_t first_tile, uint64_t row, const uint8_t *codes,
                         uint8_t *lines)
{
    const uint32_t steps = carvq_additive_steps(info);
    const uint64_t begin = carvq_additive_line(info, first_tile, 0);
    uint8_t *line = lines;
    for (uint32_t t = 0; t < steps; t++) {
        if (t % CARVQ_GROUP_CODES == 0)
            line = lines + (carvq_additive_line(info, row / CARVQ_TILE_ROWS, t / CARVQ_GROUP_CODES) - begin) +
                   row % CARVQ_TILE_ROWS;
        uint8_t *byte = line + t % CARVQ_GROUP_CODES / 2 * CARVQ_TILE_ROWS;
        *byte = (uint8_t)(*byte | codes[t] << t % 2 * 4);
    }
}

uint32_t carvq_additive_step_values(const struct carvq_additive_code *code, const uint8_t *codes, uint32_t step,
                                    float values_ret[CARVQ_MAX_STRIDE])
{
    const uint32_t class = carvq_additive_class(&code->info, step), length = carvq_additive_length(code, step);
    for (uint32_t f = 0; f < length; f++)
        values_ret[f] = 0;
    for (unsigned j = 0; j < code->info.span && j <= step; j++) {
        const float *part = carvq_additive_part(code, class, j) + codes[step - j];
        for (uint32_t f = 0; f < length; f++)
            values_ret[f] += part[f * CARVQ_ADDITIVE_CODES];
    }
    return length;
}

void carvq_additive_code_decode(const struct carvq_additive_code *code, const uint8_t *codes, float scale, float *decoded_ret)
{
    for (uint32_t t = 0; t < code->steps; t++) {
        float values[CARVQ_MAX_STRIDE];
        const uint32_t length = carvq_additive_step_values(code, codes, t, values);
        for (uint32_t f = 0; f < length; f++)
            *decoded_ret++ = values[f] * scale;
    }
}
