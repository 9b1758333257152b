// SPDX-License-Identifier: MIT
// As much of cmocka's interface as tests of the runtime need, for programs that run under an emulator: the first failure ends
// them.
#ifndef CARVQ_TESTS_EMULATED_CMOCKA_H
#define CARVQ_TESTS_EMULATED_CMOCKA_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define fail_msg(...)        \
    do {                     \
        printf(__VA_ARGS__); \
        putchar('\n');       \
        exit(1);             \
    } while (0)
#define assert_true(condition)                                             \
    do {                                                                   \
        if (!(condition))                                                  \
            fail_msg("%s:%d: not so: %s", __FILE__, __LINE__, #condition); \
    } while (0)
#define assert_non_null(pointer) assert_true((pointer) != NULL)
#define assert_int_equal(a, b) assert_true((a) == (b))
#define assert_memory_equal(a, b, size) assert_true(memcmp(a, b, size) == 0)
#define print_error printf

struct CMUnitTest {
    const char *name;
    void (*run)(void **state);
};
#define cmocka_unit_test(function)         \
    {                                      \
        .name = #function, .run = function \
    }
#define cmocka_run_group_tests(tests, setup, teardown) run_tests(tests, sizeof(tests) / sizeof *(tests))

static inline int run_tests(const struct CMUnitTest *tests, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        void *state = NULL;
        tests[i].run(&state);
        printf("%s passed\n", tests[i].name);
    }
    return 0;
}

#endif
