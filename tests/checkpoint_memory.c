// SPDX-License-Identifier: MIT
// Every allocation fails once, from the first to the last: that is an error, never a crash, and nothing is leaked (which the
// address sanitizer sees). The linker leads the allocations of the library here; see checkpoint.cmake.
#define _POSIX_C_SOURCE 200809L
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "checkpoint/checkpoint.h"
#include "checkpoint_files.h"

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
char *__real_strdup(const char *text);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
char *__wrap_strdup(const char *text);

static size_t left = SIZE_MAX; // allocations until the one that fails

static bool fails(void)
{
    if (left == SIZE_MAX)
        return false;
    return left-- == 0;
}

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails() ? NULL : __real_calloc(count, size);
}

char *__wrap_strdup(const char *text)
{
    return fails() ? NULL : __real_strdup(text);
}

static enum carvq_status read_rows(void *context, uint64_t row, size_t nrows, float *rows_ret, struct carvq_error *error)
{
    (void)row, (void)error;
    memset(rows_ret, 0, nrows * *(const uint32_t *)context * sizeof *rows_ret);
    return CARVQ_OK;
}

// Opens, finds the tables and copies, the allocation after skipped ones failing.
static enum carvq_status work(const char *path, const char *out, size_t skipped, struct carvq_error *error)
{
    struct carvq_checkpoint *checkpoint;
    struct carvq_checkpoint_table *tables;
    size_t count;
    left = skipped;
    enum carvq_status status = carvq_checkpoint_open(path, &checkpoint, error);
    if (status == CARVQ_OK) {
        status = carvq_checkpoint_tables(checkpoint, NULL, 0, &tables, &count, error);
        if (status == CARVQ_OK) {
            const struct carvq_checkpoint_replacement replacement = {&tables[0], read_rows, &tables[0].cols};
            status = carvq_checkpoint_copy(checkpoint, &replacement, 1, out, NULL, NULL, error);
            free(tables);
        }
        carvq_checkpoint_close(checkpoint);
    }
    left = SIZE_MAX;
    return status;
}

static void test_every_allocation_fails_once(void **state)
{
    static const struct spec specs[] = {{"wte.weight", "F16", "9,4", 72}, {"lm_head.weight", "F16", "9,4", 72}};
    char in[PATH_SIZE], out[PATH_SIZE];
    size_t failures = 0;
    make_subfolder(in, *state, "in");
    write_safetensors(in, "a.safetensors", "", &specs[0], 1);
    write_safetensors(in, "b.safetensors", "", &specs[1], 1);
    write_text(in, "config.json", "{}");
    write_text(in, "model.safetensors.index.json",
               "{\"weight_map\":{\"wte.weight\":\"a.safetensors\",\"lm_head.weight\":\"b.safetensors\"}}");
    for (enum carvq_status status = CARVQ_ERROR_MEMORY; status != CARVQ_OK; failures++) {
        struct carvq_error error;
        make_subfolder(out, *state, "out");
        status = work(in, out, failures, &error);
        if (status != CARVQ_OK && (status != CARVQ_ERROR_MEMORY || strstr(error.message, "out of memory") == NULL))
            fail_msg("allocation %zu: status %d: %s", failures, (int)status, error.message);
        remove_tree(out);
    }
    assert_true(failures > 15);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_every_allocation_fails_once, make_folder, remove_folder),
    };
    return cmocka_run_group_tests_name("checkpoint_memory", tests, NULL, NULL);
}
