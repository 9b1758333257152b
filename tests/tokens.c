// SPDX-License-Identifier: MIT
// Files of token ids.
#define _POSIX_C_SOURCE 200809L
#include <setjmp.h>
#include <stdarg.h>
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

static void test_token_files(void **state)
{
    (void)state;
    static const uint8_t bytes[8] = {1, 2, 3, 4, 0xff, 0xff, 0xff, 0xff};
    char path[] = "/tmp/carvq-test-XXXXXX";
    uint32_t *ids;
    size_t count;
    struct carvq_error error;
    const int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    close(descriptor);
    write_bytes(path, bytes, 8);
    assert_int_equal(carvq_tokens_read(path, 0, 65536, &ids, &count, &error), CARVQ_OK);
    assert_true(count == 4 && ids[0] == 0x0201 && ids[1] == 0x0403 && ids[3] == 0xffff);
    free(ids);
    assert_int_equal(carvq_tokens_read(path, 0, 65537, &ids, &count, &error), CARVQ_OK);
    assert_true(count == 2 && ids[0] == 0x04030201 && ids[1] == 0xffffffff);
    free(ids);
    assert_int_equal(carvq_tokens_read(path, 2, 1000000, &ids, &count, &error), CARVQ_OK);
    assert_int_equal(count, 4);
    free(ids);
    assert_int_equal(carvq_tokens_read(path, 3, 10, &ids, &count, &error), CARVQ_ERROR_ARGUMENT);
    write_bytes(path, bytes, 6);
    assert_int_equal(carvq_tokens_read(path, 4, 10, &ids, &count, &error), CARVQ_ERROR_FORMAT);
    assert_non_null(strstr(error.message, ": 6 bytes are no whole number of token ids of 4 bytes"));
    write_bytes(path, bytes, 0);
    assert_int_equal(carvq_tokens_read(path, 0, 10, &ids, &count, &error), CARVQ_OK);
    assert_int_equal(count, 0);
    free(ids);
    unlink(path);
    assert_int_equal(carvq_tokens_read(path, 0, 10, &ids, &count, &error), CARVQ_ERROR_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_token_files)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
