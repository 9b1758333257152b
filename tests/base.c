// SPDX-License-Identifier: MIT
// What the runtime stands on: 16-bit floats, UTF-8, escaping of messages, checked sizes, the processor's level.
#define _POSIX_C_SOURCE 200809L
#include <math.h>
#include <stdarg.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "runtime/half.h"
#include "runtime/kernels.h"
#include "runtime/size.h"
#include "runtime/status.h"
#include "runtime/utf8.h"

// The value of a 16-bit float by definition: sign, exponent_bits, then the fraction. NaN and infinity are the caller's.
static double half_value(unsigned half, int exponent_bits)
{
    int fraction_bits = 15 - exponent_bits, bias = (1 << (exponent_bits - 1)) - 1;
    int exponent = (int)(half & 0x7fff) >> fraction_bits;
    double fraction = half & ((1u << fraction_bits) - 1);
    double magnitude = exponent == 0 ? ldexp(fraction, 1 - bias - fraction_bits)
                                     : ldexp(fraction + ldexp(1, fraction_bits), exponent - bias - fraction_bits);
    return (half & 0x8000) != 0 ? -magnitude : magnitude;
}

struct half_type {
    int exponent_bits;
    unsigned infinity;
    enum carvq_dtype dtype;
};

static const struct half_type half_types[] = {{5, 0x7c00, CARVQ_F16}, {8, 0x7f80, CARVQ_BF16}};

static float widen(const struct half_type *type, unsigned half)
{
    uint8_t bytes[3] = {0, (uint8_t)half, (uint8_t)(half >> 8)}; // at an odd address
    float value;
    carvq_widen(type->dtype, bytes + 1, 1, &value);
    return value;
}

static unsigned narrow(const struct half_type *type, float value)
{
    uint8_t bytes[3];
    carvq_narrow(type->dtype, &value, 1, bytes + 1);
    return bytes[1] | (unsigned)bytes[2] << 8;
}

static void test_every_half_widens_to_its_value(void **state)
{
    (void)state;
    for (size_t t = 0; t < 2; t++)
        for (unsigned half = 0; half <= 0xffff; half++) {
            const struct half_type *type = &half_types[t];
            float value = widen(type, half);
            unsigned magnitude = half & 0x7fff;
            if (magnitude > type->infinity)
                assert_true(isnan(value));
            else if (magnitude == type->infinity)
                assert_true(isinf(value));
            else
                assert_true((double)value == half_value(half, type->exponent_bits));
            assert_int_equal(signbit(value) != 0, half >> 15);
        }
}

static void test_every_half_survives_a_round_trip(void **state)
{
    (void)state;
    for (size_t t = 0; t < 2; t++)
        for (unsigned half = 0; half <= 0xffff; half++) {
            unsigned back = narrow(&half_types[t], widen(&half_types[t], half));
            if ((half & 0x7fff) > half_types[t].infinity) // may become quiet
                assert_true((back & 0x7fff) > half_types[t].infinity && back >> 15 == half >> 15);
            else
                assert_int_equal(back, half);
        }
}

// Between two neighbours: the middle goes to the even one, anything beside it to the nearer one. Above the largest finite
// value the neighbour is the value that a wider exponent would give.
static void test_ties_round_to_even(void **state)
{
    (void)state;
    for (size_t t = 0; t < 2; t++)
        for (unsigned half = 0; half < half_types[t].infinity; half++) {
            const struct half_type *type = &half_types[t];
            double low = half_value(half, type->exponent_bits), high = half_value(half + 1, type->exponent_bits);
            double middle = (low + high) / 2;
            if (middle >= ldexp(1, 128) || (double)(float)middle != middle)
                continue; // not a float: the largest BF16 and the smallest BF16 are such
            unsigned even = half & 1 ? half + 1 : half;
            assert_int_equal(narrow(type, (float)middle), even);
            assert_int_equal(narrow(type, -(float)middle), even | 0x8000);
            assert_int_equal(narrow(type, nextafterf((float)middle, 0)), half);
            assert_int_equal(narrow(type, nextafterf((float)middle, INFINITY)), half + 1);
        }
}

static void test_narrow_extremes(void **state)
{
    (void)state;
    assert_int_equal(carvq_f32_to_f16(65519.996f), 0x7bff);
    assert_int_equal(carvq_f32_to_f16(65520.0f), 0x7c00);
    assert_int_equal(carvq_f32_to_f16(3.4e38f), 0x7c00);
    assert_int_equal(carvq_f32_to_f16(-INFINITY), 0xfc00);
    assert_int_equal(carvq_f32_to_f16(0x1p-25f), 0);
    assert_int_equal(carvq_f32_to_f16(0x1.000002p-25f), 1);
    assert_int_equal(carvq_f32_to_f16(-0x1p-149f), 0x8000);
    assert_int_equal(carvq_f32_to_bf16(3.4028235e38f), 0x7f80);
    assert_int_equal(carvq_f32_to_bf16(0x1p-149f), 0);
    assert_int_equal(carvq_f32_to_bf16(carvq_float_from_bits(0x7f800001)) & 0x7fff, 0x7fc0); // payload only in the lower half
}

static void test_float_bytes_are_little_endian(void **state)
{
    (void)state;
    const uint8_t bytes[9] = {0xaa, 0x00, 0x00, 0x80, 0x3f, 0x01, 0x02, 0x03, 0x84};
    uint8_t back[8];
    float values[2];
    carvq_widen(CARVQ_F32, bytes + 1, 2, values);
    assert_true(values[0] == 1.0f);
    assert_int_equal(carvq_float_bits(values[1]), 0x84030201);
    carvq_narrow(CARVQ_F32, values, 2, back);
    assert_memory_equal(back, bytes + 1, 8);
    assert_int_equal(carvq_dtype_size(CARVQ_F32), 4);
    assert_int_equal(carvq_dtype_size(CARVQ_F16), 2);
    assert_string_equal(carvq_dtype_name(CARVQ_BF16), "BF16");
}

// Every code point, encoded by arithmetic of our own here, is taken; surrogates are not.
static void test_utf8_takes_exactly_the_code_points(void **state)
{
    (void)state;
    for (unsigned long point = 0; point <= 0x10ffff; point++) {
        char text[5] = {0}, encoded[4];
        size_t length = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
        if (length == 1)
            text[0] = (char)point;
        else if (length == 2)
            text[0] = (char)(0xc0 + point / 64), text[1] = (char)(0x80 + point % 64);
        else if (length == 3)
            text[0] = (char)(0xe0 + point / 4096), text[1] = (char)(0x80 + point / 64 % 64), text[2] = (char)(0x80 + point % 64);
        else
            text[0] = (char)(0xf0 + point / 262144), text[1] = (char)(0x80 + point / 4096 % 64),
            text[2] = (char)(0x80 + point / 64 % 64), text[3] = (char)(0x80 + point % 64);
        bool surrogate = point >= 0xd800 && point <= 0xdfff;
        assert_int_equal(carvq_utf8_length(text, 5), surrogate ? 0 : length);
        assert_int_equal(carvq_utf8_length(text, length - 1), 0);
        if (!surrogate) {
            assert_int_equal(carvq_utf8_encode(point, encoded), length);
            assert_memory_equal(encoded, text, length);
        }
    }
}

static void test_utf8_refuses_malformed(void **state)
{
    (void)state;
    static const char *const malformed[] = {"\x80",
                                            "\xbf",
                                            "\xc0\x80",
                                            "\xc1\xbf",
                                            "\xc2\x41",
                                            "\xe0\x80\x80",
                                            "\xe0\x9f\xbf",
                                            "\xed\xa0\x80",
                                            "\xe2\x82\x28",
                                            "\xf0\x80\x80\x80",
                                            "\xf0\x8f\xbf\xbf",
                                            "\xf4\x90\x80\x80",
                                            "\xf5\x80\x80\x80",
                                            "\xff",
                                            "\xfe"};
    for (size_t i = 0; i < sizeof malformed / sizeof *malformed; i++)
        assert_int_equal(carvq_utf8_length(malformed[i], strlen(malformed[i])), 0);
    assert_int_equal(carvq_utf8_length("", 0), 0);
}

static void test_messages_are_harmless(void **state)
{
    (void)state;
    struct carvq_error error;
    assert_int_equal(carvq_fail(&error, CARVQ_ERROR_IO, "%s", "a\x1b[2J\n\x7f\xc2\x9b\xff\xc3\xa9\\"), CARVQ_ERROR_IO);
    assert_int_equal(error.status, CARVQ_ERROR_IO);
    assert_string_equal(error.message, "a\\x1b[2J\\x0a\\x7f\\xc2\\x9b\\xff\xc3\xa9\\");
    assert_int_equal(carvq_fail(NULL, CARVQ_ERROR_RANGE, "x"), CARVQ_ERROR_RANGE);
}

// A message that is too long is cut, and never in the middle of a character or of an escape.
static void test_long_messages_are_cut(void **state)
{
    (void)state;
    char text[64], buffer[64];
    for (size_t size = 1; size < 40; size++) {
        strcpy(text, "aaaaaaa\xf0\x9f\x98\x80\x01"
                     "bbbbbbbbbbbbbbbbbbbbbbbbbbb\xe2\x82\xac");
        memset(buffer, 'Z', sizeof buffer);
        carvq_escape(buffer, size, text);
        size_t length = strlen(buffer);
        assert_true(length < size && buffer[size] == 'Z');
        for (size_t i = 0; i < length;) {
            size_t step = carvq_utf8_length(buffer + i, length - i);
            assert_true(step > 0);
            i += step;
        }
        assert_true(strchr(buffer, '\\') == NULL || strstr(buffer, "\\x01") != NULL);
    }
    struct carvq_error error;
    char *endless = malloc(5000);
    memset(endless, 0x01, 4999);
    endless[4999] = '\0';
    carvq_fail(&error, CARVQ_ERROR_IO, "%s", endless);
    assert_true(strlen(error.message) < sizeof error.message && strlen(error.message) > sizeof error.message - 8);
    free(endless);
}

static void test_sizes_do_not_wrap(void **state)
{
    (void)state;
    uint64_t value = 1;
    assert_true(carvq_mul_u64(UINT64_C(1) << 32, (UINT64_C(1) << 32) - 1, &value) && value == UINT64_MAX - UINT32_MAX);
    assert_false(carvq_mul_u64(UINT64_C(1) << 32, UINT64_C(1) << 32, &value));
    assert_false(carvq_mul_u64(UINT64_MAX, 2, &value));
    assert_true(carvq_mul_u64(0, UINT64_MAX, &value) && value == 0);
    assert_true(carvq_mul_u64(UINT64_MAX, 0, &value) && value == 0);
    assert_true(carvq_mul_u64(UINT64_MAX, 1, &value) && value == UINT64_MAX);
    assert_true(carvq_add_u64(UINT64_MAX - 1, 1, &value) && value == UINT64_MAX);
    assert_false(carvq_add_u64(UINT64_MAX, 1, &value));
    assert_false(carvq_add_u64(1, UINT64_MAX, &value));
    assert_int_equal(carvq_div_up(0, 8), 0);
    assert_int_equal(carvq_div_up(8, 8), 1);
    assert_int_equal(carvq_div_up(9, 8), 2);
    assert_true(carvq_div_up(UINT64_MAX, 2) == UINT64_C(1) << 63);
}

// CARVQ_KERNEL limits the level and never raises it; a word that nobody knows is reported, also where a file is opened.
static void test_levels(void **state)
{
    static const enum carvq_level levels[] = {CARVQ_LEVEL_SCALAR, CARVQ_LEVEL_NEON, CARVQ_LEVEL_AVX2, CARVQ_LEVEL_AVX512,
                                              CARVQ_LEVEL_AVX512VBMI};
    (void)state;
    const char *unknown = "x";
    unsetenv("CARVQ_KERNEL");
    const enum carvq_level best = carvq_level_here(&unknown);
    assert_null(unknown);
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
        setenv("CARVQ_KERNEL", carvq_level_name(levels[i]), 1);
        const enum carvq_level level = carvq_level_here(&unknown);
        const bool same_family = (levels[i] == CARVQ_LEVEL_NEON) == (best == CARVQ_LEVEL_NEON);
        assert_int_equal(level, !same_family ? CARVQ_LEVEL_SCALAR : levels[i] < best ? levels[i] : best);
        assert_null(unknown);
    }
    setenv("CARVQ_KERNEL", "", 1);
    assert_int_equal(carvq_level_here(NULL), best);
    setenv("CARVQ_KERNEL", "skalar", 1);
    assert_int_equal(carvq_level_here(&unknown), best);
    if (best != CARVQ_LEVEL_SCALAR) { // else nobody looks
        struct carvq_file *file;
        struct carvq_error error;
        unsigned char header[64] = {56, 0, 0, 0, 0, 0, 0, 0, '{', '}'};
        memset(header + 10, ' ', 54);
        assert_string_equal(unknown, "skalar");
        assert_int_equal(carvq_open_memory(header, 64, &file, &error), CARVQ_ERROR_ARGUMENT);
        assert_non_null(strstr(error.message, "CARVQ_KERNEL: 'skalar'"));
    }
    unsetenv("CARVQ_KERNEL");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_levels),
        cmocka_unit_test(test_every_half_widens_to_its_value),
        cmocka_unit_test(test_every_half_survives_a_round_trip),
        cmocka_unit_test(test_ties_round_to_even),
        cmocka_unit_test(test_narrow_extremes),
        cmocka_unit_test(test_float_bytes_are_little_endian),
        cmocka_unit_test(test_utf8_takes_exactly_the_code_points),
        cmocka_unit_test(test_utf8_refuses_malformed),
        cmocka_unit_test(test_messages_are_harmless),
        cmocka_unit_test(test_long_messages_are_cut),
        cmocka_unit_test(test_sizes_do_not_wrap),
    };
    return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
