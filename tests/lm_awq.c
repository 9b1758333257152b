// SPDX-License-Identifier: MIT
// Layers of 4 bits in AutoAWQ's two layouts give the values that were packed.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "runtime/half.h"
#include "lm/awq.h"

enum { ROWS = 16, COLS = 64, GROUP = 32, GROUPS = COLS / GROUP, WORDS = 4 }; // WORDS: padded as for groups of 32

static unsigned code(size_t row, size_t col)
{
    return (unsigned)(row * 7 + col * 5 + col / 16) % 16;
}

static unsigned zero(size_t row, size_t group)
{
    return (unsigned)(row * 3 + group * 11) % 16;
}

static float scale(size_t row, size_t group)
{
    return (float)(row + 1) / 16 + (float)group;
}

static void put_nibble(uint8_t *data, size_t word, size_t nibble, unsigned value)
{
    data[4 * word + nibble / 2] |= (uint8_t)(value << nibble % 2 * 4);
}

static void check(const struct carvq_lm_packed *packed)
{
    float rows[8 * COLS];
    for (size_t first = 0; first < ROWS; first += 8) {
        carvq_lm_unpack(packed, ROWS, COLS, first, 8, rows);
        for (size_t r = 0; r < 8; r++)
            for (size_t c = 0; c < COLS; c++) {
                const size_t row = first + r, group = c / GROUP;
                const float expected = (float)((int)code(row, c) - (int)zero(row, group)) * scale(row, group);
                if (rows[r * COLS + c] != expected)
                    fail_msg("row %zu, column %zu: %g, not %g", row, c, (double)rows[r * COLS + c], (double)expected);
            }
    }
}

static void test_gemm(void **state)
{
    (void)state;
    static const size_t nibbles[8] = {0, 4, 1, 5, 2, 6, 3, 7};
    uint8_t codes[COLS * ROWS / 2] = {0}, zeros[GROUPS * ROWS / 2] = {0}, scales[GROUPS * ROWS * 2];
    float values[GROUPS * ROWS];
    for (size_t row = 0; row < ROWS; row++) {
        for (size_t c = 0; c < COLS; c++)
            put_nibble(codes, c * ROWS / 8 + row / 8, nibbles[row % 8], code(row, c));
        for (size_t g = 0; g < GROUPS; g++) {
            put_nibble(zeros, g * ROWS / 8 + row / 8, nibbles[row % 8], zero(row, g));
            values[g * ROWS + row] = scale(row, g);
        }
    }
    carvq_narrow(CARVQ_F16, values, GROUPS * ROWS, scales);
    check(&(struct carvq_lm_packed){codes, zeros, scales, CARVQ_TENSOR_F16, GROUP, 0});
}

static void test_gemv(void **state)
{
    (void)state;
    uint8_t codes[ROWS * COLS / 2] = {0}, zeros[ROWS * WORDS * 4] = {0}, scales[ROWS * WORDS * 8 * 2];
    float values[ROWS * WORDS * 8] = {0};
    for (size_t row = 0; row < ROWS; row++) {
        for (size_t c = 0; c < COLS; c++)
            put_nibble(codes, row * COLS / 8 + c / 8, c % 8, code(row, c));
        for (size_t g = 0; g < GROUPS; g++) {
            put_nibble(zeros, row * WORDS + g / 8, g % 8, zero(row, g));
            values[row * WORDS * 8 + g] = scale(row, g);
        }
    }
    carvq_narrow(CARVQ_F16, values, ROWS * WORDS * 8, scales);
    check(&(struct carvq_lm_packed){codes, zeros, scales, CARVQ_TENSOR_F16, GROUP, WORDS});
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_gemm), cmocka_unit_test(test_gemv)};
    return cmocka_run_group_tests_name("lm_awq", tests, NULL, NULL);
}
