// SPDX-License-Identifier: MIT
// A slow kernel must be left, a choice of the user's respected, and neither may end in a loop. With an argument the
// program is its own child: it does what the argument says and prints the kernel that runs then.
#define _POSIX_C_SOURCE 200809L
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <cblas.h>

#include "host/blas.h"

static const char *program;

// Runs the program with an argument under `env SETTINGS`; kernel_ret gets what it prints.
static void run_child(const char *settings, const char *argument, char *kernel_ret, size_t size)
{
    char command[4352];
    assert_in_range(snprintf(command, sizeof command, "env %s '%s' %s", settings, program, argument), 1, sizeof command - 1);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    size_t length = fread(kernel_ret, 1, size - 1, pipe);
    kernel_ret[length] = '\0';
    assert_int_equal(pclose(pipe), 0);
    assert_true(length > 0);
}

static void test_default_is_not_slow(void **state)
{
    (void)state;
    char kernel[64];
    run_child("-u OPENBLAS_CORETYPE", "setup", kernel, sizeof kernel);
    assert_non_null(strstr(kernel, " fast"));
}

// The child forgets that it was told to take the slowest kernel, as if OpenBLAS had chosen it.
static void test_slow_kernel_is_left(void **state)
{
    (void)state;
    char kernel[64];
    run_child("OPENBLAS_CORETYPE=Prescott", "forget", kernel, sizeof kernel);
    assert_non_null(strstr(kernel, " fast"));
}

static void test_choice_of_user_stays(void **state)
{
    (void)state;
    char kernel[64], chosen[64];
    run_child("OPENBLAS_CORETYPE=Prescott", "plain", chosen, sizeof chosen);
    run_child("OPENBLAS_CORETYPE=Prescott", "setup", kernel, sizeof kernel);
    assert_string_equal(kernel, chosen);
}

static void test_product_is_right(void **state)
{
    (void)state;
    carvq_blas_one_thread();
    const float a[6] = {1, 2, 3, 4, 5, 6}, b[6] = {7, 8, 9, 10, 11, 12};
    float c[4];
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, 2, 2, 3, 1.0f, a, 3, b, 2, 0.0f, c, 2);
    const float expected[4] = {58, 64, 139, 154};
    assert_memory_equal(c, expected, sizeof expected);
}

static int child(const char *argument, char **argv)
{
    const char *choice = getenv("OPENBLAS_CORETYPE");
    if (strcmp(argument, "forget") == 0 && choice != NULL && strcmp(choice, "Prescott") == 0)
        unsetenv("OPENBLAS_CORETYPE");
    if (strcmp(argument, "plain") != 0)
        carvq_blas_setup(argv);
    printf("%s %s\n", carvq_blas_kernel(), carvq_blas_is_slow() ? "slow" : "fast");
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 2)
        return child(argv[1], argv);
    program = argv[0];
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_default_is_not_slow),
        cmocka_unit_test(test_slow_kernel_is_left),
        cmocka_unit_test(test_choice_of_user_stays),
        cmocka_unit_test(test_product_is_right),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
