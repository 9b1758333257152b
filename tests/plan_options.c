// SPDX-License-Identifier: MIT
// Structures of options from programs that were compiled with another version's header, and plans of both kinds in one file.
#include "budget_support.h"

// As a later header might have them.
struct later_settings {
    struct carvq_settings settings;
    uint64_t more[2];
};

static void test_other_sizes(void **state)
{
    (void)state;
    struct source source = source_gaussian(40, 16, 1);
    const struct carvq_matrix matrix = source_matrix(&source);
    struct carvq_error error = {0};
    struct carvq_plan *plan = NULL;

    // Newer: what it does not use was set to 0 by this library's init, and is no trouble until it is used.
    struct later_settings later;
    memset(&later, 0xff, sizeof later);
    carvq_settings_init(&later.settings, sizeof later);
    assert_int_equal(later.more[0] | later.more[1], 0);
    later.settings.stages = 2;
    assert_int_equal(carvq_plan_by_settings(&matrix, &later.settings, 1, &plan, &error), CARVQ_OK);
    assert_int_equal(carvq_plan_info(plan)->segments->stages, 2);
    carvq_plan_free(plan);
    later.more[1] = 1;
    assert_int_equal(carvq_plan_by_settings(&matrix, &later.settings, 1, &plan, &error), CARVQ_ERROR_UNSUPPORTED);
    assert_non_null(strstr(error.message, "carvq_settings"));

    // Older: members that it does not have are the defaults.
    struct carvq_settings settings;
    memset(&settings, 0xff, sizeof settings);
    carvq_settings_init(&settings, offsetof(struct carvq_settings, adaptor_epochs));
    assert_int_equal(settings.adaptor_epochs, UINT32_MAX); // beyond the end: not touched
    assert_int_equal(carvq_plan_by_settings(&matrix, &settings, 1, &plan, &error), CARVQ_OK);
    carvq_plan_free(plan);

    // None.
    settings.size = 0;
    assert_int_equal(carvq_plan_by_settings(&matrix, &settings, 1, &plan, &error), CARVQ_ERROR_ARGUMENT);
    assert_non_null(strstr(error.message, "carvq_settings_init"));
    const struct carvq_budget budget = {.bits = 2};
    assert_int_equal(carvq_plan_by_budget(&matrix, &budget, 1, NULL, NULL, &plan, &error), CARVQ_ERROR_ARGUMENT);
    assert_non_null(strstr(error.message, "carvq_budget_init"));
    free(source.values);
}

static void test_job_is_checked(void **state)
{
    (void)state;
    struct source source = source_gaussian(40, 16, 1);
    const struct carvq_matrix matrix = source_matrix(&source);
    struct carvq_error error = {0};
    struct carvq_settings settings;
    struct carvq_plan *plan;
    carvq_settings_init(&settings, sizeof settings);
    assert_int_equal(carvq_plan_by_settings(&matrix, &settings, 1, &plan, &error), CARVQ_OK);
    struct carvq_job job = {.size = 0};
    assert_int_equal(carvq_encode(&plan, 1, &job, &error), CARVQ_ERROR_ARGUMENT);
    assert_non_null(strstr(error.message, "carvq_job_init"));
    carvq_job_init(&job, sizeof job);
    assert_int_equal(carvq_encode(&plan, 1, &job, &error), CARVQ_ERROR_ARGUMENT);
    assert_non_null(strstr(error.message, "write"));
    assert_int_equal(carvq_encode(&plan, 0, &job, &error), CARVQ_ERROR_ARGUMENT);
    assert_int_equal(carvq_plan_change(plan, 2, 0, &error), CARVQ_ERROR_ARGUMENT);
    struct carvq_band bands[CARVQ_BANDS];
    assert_true(isnan(carvq_plan_expect(plan, bands)));
    carvq_plan_free(plan);
    free(source.values);
}

// An adaptor that is left out must not move what a table with tiers has behind it.
static void test_both_kinds_in_one_file(void **state)
{
    (void)state;
    for (int first = 0; first < 2; first++) {
        struct source noise = source_gaussian(600, 64, 1), table = source_gaussian(600, 64, 2);
        struct carvq_matrix matrices[2] = {source_matrix(&noise), source_matrix(&table)};
        struct carvq_settings settings;
        struct carvq_budget budget = budget_of_bits(2.5);
        struct carvq_plan *plans[2];
        struct carvq_error error = {0};
        double counts[600];
        uint64_t size = 0, file_bytes = 0;
        matrices[0].name = "noise";
        matrices[1].name = "table";
        for (size_t i = 0; i < 600; i++)
            counts[i] = i % 7 == 0 ? 1000 : 0;
        budget.counts = counts;
        carvq_settings_init(&settings, sizeof settings);
        settings.adaptor = true;
        settings.adaptor_dim = 1;
        settings.adaptor_hidden = 1;
        settings.adaptor_epochs = 1;
        assert_int_equal(carvq_plan_by_settings(&matrices[0], &settings, 2, &plans[first], &error), CARVQ_OK);
        assert_int_equal(carvq_plan_by_budget(&matrices[1], &budget, 2, NULL, NULL, &plans[!first], &error), CARVQ_OK);
        assert_int_equal(carvq_encode_file_size(plans, 2, &size, &error), CARVQ_OK);
        struct output output = output_make((size_t)size);
        struct carvq_job job = output_job(&output, 2);
        job.file_bytes_ret = &file_bytes;
        assert_int_equal(encode_plans(plans, 2, &job, NULL, &error), CARVQ_OK);
        const bool left_out = carvq_plan_report(plans[first])->left_out;
        assert_int_equal(file_bytes < size, left_out);
        assert_int_equal(carvq_plan_info(plans[first])->adaptor_dim, left_out ? 0 : 1);
        assert_true(carvq_plan_info(plans[!first])->segment_count > 1);
        struct carvq_file *file = NULL;
        assert_int_equal(carvq_open_memory(output.data, (size_t)file_bytes, &file, &error), CARVQ_OK);
        for (int i = 0; i < 2; i++) {
            const struct carvq_table *decoded = carvq_find(file, matrices[i].name);
            const struct source *source = i == 0 ? &noise : &table;
            double energy = 0, squares = 0;
            for (uint32_t r = 0; r < 600; r++) {
                float row[64];
                assert_int_equal(carvq_lookup(decoded, &r, 1, row, 64, &error), CARVQ_OK);
                for (uint32_t c = 0; c < 64; c++) {
                    const double x = (double)source->values[r * 64 + c], difference = x - (double)row[c];
                    energy += x * x;
                    squares += difference * difference;
                }
            }
            const double sqnr_db = carvq_plan_report(plans[i == 0 ? first : !first])->sqnr_db;
            assert_true(nearly(10 * log10(energy / squares), sqnr_db, 1e-4));
        }
        carvq_close(file);
        output_free(&output);
        for (int i = 0; i < 2; i++)
            carvq_plan_free(plans[i]);
        free(noise.values);
        free(table.values);
    }
}

// A plan is good for more than one file, also if its adaptor was left out of the first.
static void carry_out_twice(bool left_out)
{
    struct source source = left_out ? source_make(300, 64) : source_gaussian(300, 64, 3); // zeros leave nothing to correct
    const struct carvq_matrix matrix = source_matrix(&source);
    for (uint64_t i = 0; i < 300 * 64; i++)
        source.values[i] += left_out ? 0 : 3 * (float)(i / 64) / 300; // else there is something
    struct carvq_settings settings;
    struct carvq_plan *plan;
    struct carvq_error error = {0};
    uint64_t size = 0;
    carvq_settings_init(&settings, sizeof settings);
    settings.adaptor = true;
    settings.adaptor_dim = 1;
    settings.adaptor_hidden = 2;
    assert_int_equal(carvq_plan_by_settings(&matrix, &settings, 2, &plan, &error), CARVQ_OK);
    assert_int_equal(carvq_encode_file_size(&plan, 1, &size, &error), CARVQ_OK);
    struct output outputs[2];
    for (int i = 0; i < 2; i++) {
        outputs[i] = output_make((size_t)size);
        struct carvq_job job = output_job(&outputs[i], 2);
        assert_int_equal(encode_plans(&plan, 1, &job, NULL, &error), CARVQ_OK);
    }
    assert_int_equal(carvq_plan_report(plan)->left_out, left_out);
    uint64_t again = 0;
    assert_int_equal(carvq_encode_file_size(&plan, 1, &again, &error), CARVQ_OK);
    assert_int_equal(again, size); // what another run may need
    outputs[0].calls = 0;
    outputs[0].fails_at_call = 1;
    struct carvq_job failing = output_job(&outputs[0], 2);
    struct carvq_plan *twice[2] = {plan, plan};
    assert_int_equal(carvq_encode(twice, 2, &failing, &error), CARVQ_ERROR_ARGUMENT); // one name: nothing was begun
    assert_true(carvq_plan_report(plan)->seconds > 0);
    assert_int_equal(carvq_encode(&plan, 1, &failing, &error), CARVQ_ERROR_IO);
    assert_true(carvq_plan_report(plan)->seconds == 0 && carvq_plan_report(plan)->sqnr_db == 0);
    assert_int_equal(outputs[0].size, outputs[1].size);
    assert_memory_equal(outputs[0].data, outputs[1].data, outputs[0].size);
    output_free(&outputs[0]);
    output_free(&outputs[1]);
    carvq_plan_free(plan);
    free(source.values);
}

static void test_carried_out_twice(void **state)
{
    (void)state;
    carry_out_twice(false);
    carry_out_twice(true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_other_sizes),
        cmocka_unit_test(test_job_is_checked),
        cmocka_unit_test(test_both_kinds_in_one_file),
        cmocka_unit_test(test_carried_out_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
