// SPDX-License-Identifier: MIT
// Memory: what the plan says is enough, and running out of it anywhere is an error like any other. Linked with --wrap, so that
// the library's allocations come here.
#include "encode_support.h"

#include <stdatomic.h>

static atomic_flag busy = ATOMIC_FLAG_INIT; // threads allocate, too
static size_t live, peak, calls, fails_at = (size_t)-1;
static struct {
    void *memory;
    size_t size;
} blocks[64];

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_aligned_alloc(size_t alignment, size_t size);
void __real_free(void *memory);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);
void __wrap_free(void *memory);

static void lock(void)
{
    while (atomic_flag_test_and_set(&busy))
        ;
}

static bool fails(void)
{
    lock();
    const bool result = calls++ == fails_at;
    atomic_flag_clear(&busy);
    return result;
}

static void *note(void *memory, size_t size)
{
    size_t i = 0;
    lock();
    while (blocks[i].memory != NULL)
        i++;
    blocks[i].memory = memory;
    blocks[i].size = size;
    live += size;
    peak = live > peak ? live : peak;
    atomic_flag_clear(&busy);
    return memory;
}

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : note(__real_malloc(size), size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails() ? NULL : note(__real_calloc(count, size), count * size);
}

void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
    return fails() ? NULL : note(__real_aligned_alloc(alignment, size), size);
}

void __wrap_free(void *memory)
{
    lock();
    for (size_t i = 0; i < 64 && memory != NULL; i++)
        if (blocks[i].memory == memory) {
            live -= blocks[i].size;
            blocks[i].memory = NULL;
        }
    atomic_flag_clear(&busy);
    __real_free(memory);
}

static enum carvq_status discard(void *context, uint64_t offset, const void *data, size_t nbytes, struct carvq_error *error)
{
    (void)context;
    (void)offset;
    (void)data;
    (void)nbytes;
    (void)error;
    return CARVQ_OK;
}

static void test_plan_is_enough(void **state)
{
    (void)state;
    const struct carvq_job job = {.size = sizeof(struct carvq_job), .write = discard, .threads = 3};
    for (int variant = 0; variant < 10; variant++) {
        struct source source = source_gaussian(2000, 100, 1);
        struct carvq_matrix matrix = source_matrix(&source);
        struct carvq_settings options;
        struct planned plan;
        struct carvq_error error;
        carvq_settings_init(&options, sizeof options);
        options.iterations = 1;
        options.grouping = (enum carvq_grouping)(variant % 2);
        options.group = variant % 4 < 2 ? 100 : 100000;
        options.code_bits = variant < 4 || variant >= 8 ? 2 : 8;
        options.adaptor = variant >= 8;
        options.adaptor_dim = 2;
        options.adaptor_epochs = 2;
        options.rounds = variant == 9 ? 3 : 1;
        options.effort = variant < 4 || variant == 9 ? 1 : 0;
        assert_int_equal(plan_settings(&matrix, &options, 3, &plan, &error), CARVQ_OK);
        size_t before = live;
        peak = live;
        assert_int_equal(encode_settings(&matrix, &options, 1, &job, NULL, &error), CARVQ_OK);
        assert_int_equal(live, before);
        print_message("plan %zu, peak %zu\n", (size_t)plan.working_bytes, peak - before);
        assert_true(peak - before <= plan.working_bytes);
        assert_true(peak - before >= plan.working_bytes / 10 * 9); // a bound that says something
        free(source.values);
    }
}

static void test_allocation_fails(void **state)
{
    (void)state;
    const struct carvq_job job = {.size = sizeof(struct carvq_job), .write = discard, .threads = 2};
    struct source source = source_gaussian(20, 20, 1);
    struct carvq_matrix matrix = source_matrix(&source);
    struct carvq_settings options;
    enum carvq_status status;
    size_t failures = 0;
    carvq_settings_init(&options, sizeof options);
    options.adaptor = 1;
    options.adaptor_dim = 2;
    options.adaptor_epochs = 1;
    options.rounds = 3;
    do {
        struct carvq_error error;
        size_t before = live;
        calls = 0;
        fails_at = failures;
        status = encode_settings(&matrix, &options, 1, &job, NULL, &error);
        fails_at = (size_t)-1;
        assert_int_equal(live, before);
        if (status != CARVQ_OK) {
            assert_int_equal(status, CARVQ_ERROR_MEMORY);
            failures++;
        }
    } while (status != CARVQ_OK);
    assert_true(failures >= 9);
    free(source.values);
}

static enum carvq_status encode_additive(const struct carvq_matrix *matrix, const struct carvq_job *job)
{
    struct carvq_budget budget;
    struct carvq_error error;
    struct carvq_plan *plan;
    carvq_budget_init(&budget, sizeof budget);
    budget.bits = 6;
    budget.codecs = 1U << CARVQ_ADDITIVE;
    budget.adaptor = false;
    budget.effort = 1;
    enum carvq_status status = carvq_plan_by_budget(matrix, &budget, 1, NULL, NULL, &plan, &error);
    if (status != CARVQ_OK)
        return status;
    status = carvq_encode(&plan, 1, job, &error);
    carvq_plan_free(plan);
    return status;
}

static void test_additive_allocation_fails(void **state)
{
    (void)state;
    const struct carvq_job job = {.size = sizeof(struct carvq_job), .write = discard, .threads = 1};
    struct source source = source_gaussian(64, 24, 1);
    struct carvq_matrix matrix = source_matrix(&source);
    enum carvq_status status;
    size_t failures = 0;
    do {
        size_t before = live;
        calls = 0;
        fails_at = failures;
        status = encode_additive(&matrix, &job);
        fails_at = (size_t)-1;
        assert_int_equal(live, before);
        if (status != CARVQ_OK) {
            assert_int_equal(status, CARVQ_ERROR_MEMORY);
            failures++;
        }
    } while (status != CARVQ_OK);
    assert_true(failures >= 9);
    free(source.values);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plan_is_enough),
        cmocka_unit_test(test_allocation_fails),
        cmocka_unit_test(test_additive_allocation_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
