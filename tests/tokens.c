// SPDX-License-Identifier: MIT
// Files of token ids.
#define _POSIX_C_SOURCE 200809L
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tokenizer/tokens.h"

static void write_bytes(const char *path, const uint8_t *bytes, size_t count)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, count, file), count);
    assert_int_equal(fclose(file), 0);
}

static char path[] = "/tmp/carvq-test-XXXXXX";

static int make_file(void **state)
{
    (void)state;
    const int descriptor = mkstemp(path);
    return descriptor < 0 || close(descriptor) != 0;
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(path);
}

// Reads the file; of a failure, message is a part of what is said.
static void read_good(size_t width, uint64_t vocabulary, const uint32_t *expected, size_t expected_count)
{
    uint32_t *ids;
    size_t count;
    struct carvq_error error = {0};
    if (carvq_tokens_read(path, width, vocabulary, &ids, &count, &error) != CARVQ_OK)
        fail_msg("%s", error.message);
    assert_int_equal(count, expected_count);
    assert_memory_equal(ids, expected, count * sizeof *ids);
    free(ids);
}

static void read_bad(size_t width, uint64_t vocabulary, enum carvq_status status, const char *message)
{
    uint32_t *ids;
    size_t count;
    struct carvq_error error = {0};
    assert_int_equal(carvq_tokens_read(path, width, vocabulary, &ids, &count, &error), status);
    if (strstr(error.message, message) == NULL)
        fail_msg("no '%s' in '%s'", message, error.message);
}

static void test_token_files(void **state)
{
    (void)state;
    static const uint8_t bytes[8] = {1, 2, 3, 4, 0xff, 0xff, 0xff, 0xff};
    write_bytes(path, bytes, 8);
    read_good(0, 65536, (const uint32_t[]){0x0201, 0x0403, 0xffff, 0xffff}, 4);
    read_good(0, UINT64_C(1) << 32, (const uint32_t[]){0x04030201, 0xffffffff}, 2);
    read_good(2, 1000000, (const uint32_t[]){0x0201, 0x0403, 0xffff, 0xffff}, 4);
    read_bad(3, 10, CARVQ_ERROR_ARGUMENT, "token ids of 3 bytes are not supported");
    write_bytes(path, bytes, 6);
    read_bad(4, 10, CARVQ_ERROR_FORMAT, ": 6 bytes are no whole number of token ids of 4 bytes");
    write_bytes(path, bytes, 0);
    read_good(0, 10, NULL, 0);
}

static void write_ids(const uint32_t *ids, size_t count, size_t width, bool big_endian, const char *front, size_t front_length)
{
    uint8_t bytes[512] = {0};
    assert_true(front_length + count * width <= sizeof bytes);
    memcpy(bytes, front, front_length);
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < width && k < 4; k++)
            bytes[front_length + i * width + (big_endian ? width - 1 - k : k)] = (uint8_t)(ids[i] >> 8 * k);
    write_bytes(path, bytes, front_length + count * width);
}

static const uint32_t some[] = {17, 300, 4, 99, 1000, 5, 5, 12, 0, 700};
enum { SOME = sizeof some / sizeof *some };

// Another width or order of bytes is not taken for the expected one; what it is stands in the message.
static void test_ids_of_another_kind(void **state)
{
    (void)state;
    write_ids(some, SOME, 4, false, "", 0);
    read_bad(0, 1024, CARVQ_ERROR_FORMAT, "every other id is 0; its ids have 4 bytes: say so by --token-width");
    read_good(4, 1024, some, SOME);
    write_ids(some, SOME, 8, false, "", 0);
    read_bad(0, 1024, CARVQ_ERROR_FORMAT, "its ids have 8 bytes");
    read_bad(4, 1024, CARVQ_ERROR_FORMAT, "every other id is 0; its ids have 8 bytes");
    read_good(8, 1024, some, SOME);
    write_ids(some, SOME, 2, false, "", 0);
    read_bad(0, 100000, CARVQ_ERROR_FORMAT, "its ids have 2 bytes");
    read_bad(0, 700, CARVQ_ERROR_FORMAT, "token 4 is 1000, but the model has only ids below 700; are they of another model");
    write_ids(some, SOME, 2, true, "", 0);
    read_bad(0, 1024, CARVQ_ERROR_FORMAT, "its ids are big-endian");
    write_ids(some, SOME, 2, false, "\x88\xd8\x34\x01", 4);
    read_bad(0, 1024, CARVQ_ERROR_FORMAT, "header of llm.c");
    write_bytes(path, (const uint8_t *)"17 300\n4, 99", 12);
    read_bad(0, 65536, CARVQ_ERROR_FORMAT, "holds text, numbers in decimal");
    write_bytes(path, (const uint8_t *)"version https://git-lfs.github.com/spec/v1\n", 43);
    read_bad(0, 65536, CARVQ_ERROR_FORMAT, "git-lfs pointer");
}

// A file of NumPy, version 1.0: magic, length, a dictionary, ids.
static void write_npy(const char *about, size_t width, bool big_endian, const uint32_t *ids, size_t count)
{
    char front[200] = "\x93NUMPY\1";
    const size_t length = strlen(about);
    front[8] = (char)length;
    memcpy(front + 10, about, length);
    write_ids(ids, count, width, big_endian, front, 10 + length);
}

static void test_npy(void **state)
{
    (void)state;
    static const struct {
        const char *about, *message;
        size_t width;
        bool big_endian;
    } cases[] = {
        {"{'descr': '<u2', 'fortran_order': False, 'shape': (10,), }\n", NULL, 2, false},
        {"{'descr': '<i8', 'fortran_order': False, 'shape': (2, 5), }  \n", NULL, 8, false},
        {"{'descr': '>i4', 'fortran_order': False, 'shape': (10,), }\n", NULL, 4, true},
        {"{'descr':'<u4','fortran_order':False,'shape':(10,)}", NULL, 4, false},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (10,), }\n", "type '<f4'", 4, false},
        {"{'descr': '<u3', 'fortran_order': False, 'shape': (10,), }\n", "type '<u3'", 4, false},
        {"{'descr': '<u2', 'fortran_order': True, 'shape': (10,), }\n", "Fortran's order", 2, false},
        {"{'shape': (10,)}\n", "ids are integers", 2, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        write_npy(cases[i].about, cases[i].width, cases[i].big_endian, some, SOME);
        if (cases[i].message == NULL)
            read_good(0, 1024, some, SOME);
        else
            read_bad(0, 1024, CARVQ_ERROR_FORMAT, cases[i].message);
    }
    write_npy(cases[0].about, 2, false, some, SOME);
    read_bad(0, 700, CARVQ_ERROR_FORMAT, "token 4 is 1000, but the model has only ids below 700");
    write_npy(cases[1].about, 8, false, (const uint32_t[]){1}, 1);
    uint8_t bytes[200];
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    const size_t size = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    memset(bytes + size - 8, 0xff, 8); // -1
    write_bytes(path, bytes, size);
    read_bad(0, 700, CARVQ_ERROR_FORMAT, "token 0 is negative");
    write_bytes(path, bytes, 40);
    read_bad(0, 700, CARVQ_ERROR_FORMAT, "the header is cut off");
    write_bytes(path, bytes, 7);
    read_bad(0, 700, CARVQ_ERROR_FORMAT, "the header is cut off");
    write_bytes(path, bytes, size - 3);
    read_bad(0, 700, CARVQ_ERROR_FORMAT, "no whole number of ids");
}

static void test_missing_file(void **state)
{
    (void)state;
    uint32_t *ids;
    size_t count;
    struct carvq_error error;
    assert_int_equal(carvq_tokens_read("/nowhere/ids", 0, 10, &ids, &count, &error), CARVQ_ERROR_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_token_files), cmocka_unit_test(test_ids_of_another_kind),
                                       cmocka_unit_test(test_npy), cmocka_unit_test(test_missing_file)};
    return cmocka_run_group_tests(tests, make_file, remove_file);
}
