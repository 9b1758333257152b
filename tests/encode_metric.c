// SPDX-License-Identifier: MIT
// Tables that are encoded by what a model says of them: errors lie where they cost least, and what a plan says they cost is what
// they do.
#include "budget_support.h"

#include "host/random.h"

// Instrumented, a value takes ten times as long.
#ifdef CARVQ_INSTRUMENTED
#define ROWS 120
#define WORTH 0.6 // feedback's: a tier of few rows has few levels of scales
#else
#define ROWS 400
#define WORTH 0.55
#endif
#define COLS 64

struct model {
    double *variance; // [ROWS]
    double *moment;   // [COLS][COLS]
};

// States that spread along some directions more than along others, and rows of which some matter a thousand times more than
// others.
static struct model make_model(void)
{
    struct model model = {calloc(ROWS, sizeof(double)), calloc(COLS * COLS, sizeof(double))};
    struct carvq_random random = carvq_random_stream(11, 0);
    assert_true(model.variance != NULL && model.moment != NULL);
    for (size_t row = 0; row < ROWS; row++)
        model.variance[row] = 1e-3 / (1 + (double)(row * 37 % ROWS));
    for (size_t direction = 0; direction < COLS; direction++) {
        double h[COLS];
        for (size_t c = 0; c < COLS; c += 2) {
            float pair[2];
            carvq_random_normal(&random, pair);
            h[c] = (double)pair[0];
            h[c + 1] = (double)pair[1];
        }
        for (size_t i = 0; i < COLS; i++)
            for (size_t j = 0; j < COLS; j++)
                model.moment[i * COLS + j] += h[i] * h[j] / (double)(direction + 1);
    }
    return model;
}

static void model_free(struct model *model)
{
    free(model->variance);
    free(model->moment);
}

// 1/2 sum v e' F e, the w being those of a plan: smoothed.
static double divergence_of(const struct source *source, const struct output *output, const struct model *model)
{
    float *decoded = decode_all(output, ROWS, COLS);
    double sum = 0, weights = 0, smoothed = 0;
    for (size_t row = 0; row < ROWS; row++) {
        double e[COLS], cost = 0;
        const double weight = pow(model->variance[row], 0.65);
        for (size_t c = 0; c < COLS; c++)
            e[c] = (double)decoded[row * COLS + c] - (double)source->values[row * COLS + c];
        for (size_t i = 0; i < COLS; i++)
            for (size_t j = 0; j < COLS; j++)
                cost += e[i] * model->moment[i * COLS + j] * e[j];
        sum += weight * cost / 2;
        smoothed += weight;
        weights += model->variance[row];
    }
    free(decoded);
    return sum * weights / smoothed;
}

static const enum carvq_codec codecs[] = {CARVQ_TRELLIS, CARVQ_ADDITIVE, CARVQ_RVQ};
#define CODECS (sizeof codecs / sizeof *codecs)

static struct carvq_budget make_budget(const struct model *model, enum carvq_codec codec)
{
    struct carvq_budget budget = budget_of_bits(2.5);
    budget.codecs = 1U << codec;
    budget.adaptor = false;
    budget.variance = model->variance;
    budget.moment = model->moment;
    return budget;
}

// With feedback a head loses less at the same size, and the plan says how much.
static void test_feedback_lowers_the_cost(void **state)
{
    (void)state;
    struct source source = source_gaussian(ROWS, COLS, 21);
    struct carvq_matrix matrix = source_matrix(&source);
    struct model model = make_model();
    for (size_t i = 0; i < CODECS; i++) {
        struct carvq_budget budget = make_budget(&model, codecs[i]);
        struct carvq_plan *plan = make_plan(&matrix, &budget, 2);
        const double expected = carvq_plan_divergence(plan)->head;
        struct output output = encode_plan(plan, 2, NULL);
        const double said = carvq_plan_divergence(plan)->head, with = divergence_of(&source, &output, &model);
        output_free(&output);
        carvq_plan_free(plan);
        budget.moment = NULL;
        output = compress(&source, &budget, 2, NULL, NULL);
        const double without = divergence_of(&source, &output, &model);
        output_free(&output);
        print_message("%s: %.4g, without %.4g, expected %.4g\n", carvq_codec_name(codecs[i]), with, without, expected);
        assert_true(fabs(said - with) < 2e-3 * with);
        assert_true(with < WORTH * without);
        assert_true(expected > with / 1.6 && expected < with * 1.6);
    }
    model_free(&model);
    free(source.values);
}

static void test_threads_agree(void **state)
{
    (void)state;
    struct source source = source_gaussian(ROWS, COLS, 22);
    struct model model = make_model();
    for (size_t i = 0; i < CODECS; i++) {
        const struct carvq_budget budget = make_budget(&model, codecs[i]);
        struct output one = compress(&source, &budget, 1, NULL, NULL), three = compress(&source, &budget, 3, NULL, NULL);
        assert_int_equal(one.size, three.size);
        assert_memory_equal(one.data, three.data, one.size);
        output_free(&one);
        output_free(&three);
    }
    model_free(&model);
    free(source.values);
}

// Rows of zeros, values that are far from all others, and moments that say nothing.
static double sum_of(struct carvq_plan *const plans[2])
{
    double sum = 0;
    for (size_t i = 0; i < 2; i++)
        sum += carvq_plan_divergence(plans[i])->head + carvq_plan_divergence(plans[i])->input;
    return sum;
}

// An input table and a head: the one of which the model feels more gets more, and both together no more than before.
static void test_two_tables_share_a_budget(void **state)
{
    (void)state;
    struct source sources[2] = {source_gaussian(ROWS, COLS, 31), source_gaussian(ROWS, COLS, 32)};
    struct carvq_matrix matrices[2] = {source_matrix(&sources[0]), source_matrix(&sources[1])};
    struct model model = make_model();
    const double sensitivities[] = {0.01, 100};
    for (size_t s = 0; s < 2; s++) {
        struct carvq_plan *plans[2];
        uint64_t before = 0, after = 0;
        for (size_t i = 0; i < 2; i++) {
            struct carvq_budget budget = make_budget(&model, CARVQ_TRELLIS);
            if (i == 0) {
                budget.moment = NULL;
                budget.sensitivity = sensitivities[s];
            }
            plans[i] = make_plan(&matrices[i], &budget, 1);
            before += carvq_plan_info(plans[i])->payload_bytes;
        }
        const double alike = sum_of(plans);
        assert_int_equal(carvq_plans_share(plans, 2, 2.5, NULL), CARVQ_OK);
        for (size_t i = 0; i < 2; i++)
            after += carvq_plan_info(plans[i])->payload_bytes;
        print_message("%.3g instead of %.3g: %.3f and %.3f bits\n", sum_of(plans), alike, bits_of(carvq_plan_info(plans[0])),
                      bits_of(carvq_plan_info(plans[1])));
        assert_true(after <= 2 * (uint64_t)(2.5 * ROWS * COLS / 8) && (double)after > 0.99 * (double)before);
        assert_true(sum_of(plans) < 0.9 * alike);
        assert_true((bits_of(carvq_plan_info(plans[0])) > 3) == (s == 1));
        assert_true((bits_of(carvq_plan_info(plans[1])) > 3) == (s == 0));
        carvq_plan_free(plans[0]);
        carvq_plan_free(plans[1]);
    }
    model_free(&model);
    free(sources[0].values);
    free(sources[1].values);
}

static void test_odd_tables(void **state)
{
    (void)state;
    struct source source = source_gaussian(ROWS, COLS, 23);
    struct model model = make_model();
    for (size_t c = 0; c < COLS; c++) {
        source.values[c] = 0;
        source.values[3 * COLS + c] *= 1e30f;
    }
    source.values[50 * COLS + 5] = 1e6f;
    model.variance[7] = 0;
    for (int empty = 0; empty < 2; empty++) {
        if (empty)
            memset(model.moment, 0, COLS * COLS * sizeof *model.moment);
        for (size_t i = 0; i < (empty ? 1 : CODECS); i++) {
            const struct carvq_budget budget = make_budget(&model, codecs[i]);
            struct output output = compress(&source, &budget, 2, NULL, NULL);
            measure_file(&source, &output, NULL, NULL);
            output_free(&output);
        }
    }
    model_free(&model);
    free(source.values);
}

static void test_what_is_refused(void **state)
{
    (void)state;
    struct source source = source_gaussian(ROWS, COLS, 24);
    struct carvq_matrix matrix = source_matrix(&source);
    struct model model = make_model();
    const struct {
        double *number;
        double value;
        const char *message;
    } cases[] = {
        {&model.variance[9], -1, "the variance of row 9 is no variance"},
        {&model.variance[9], NAN, "the variance of row 9 is no variance"},
        {&model.moment[COLS + 1], -1, "the second moment has a value that it cannot have"},
        {&model.moment[COLS], INFINITY, "the second moment has a value that it cannot have"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct carvq_budget budget = make_budget(&model, CARVQ_TRELLIS);
        const double before = *cases[i].number;
        struct carvq_error error = {0};
        struct carvq_plan *plan;
        *cases[i].number = cases[i].value;
        assert_int_equal(carvq_plan_by_budget(&matrix, &budget, 1, NULL, NULL, &plan, &error), CARVQ_ERROR_ARGUMENT);
        assert_non_null(strstr(error.message, cases[i].message));
        assert_null(plan);
        *cases[i].number = before;
    }
    model_free(&model);
    free(source.values);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_feedback_lowers_the_cost),  cmocka_unit_test(test_threads_agree),
        cmocka_unit_test(test_two_tables_share_a_budget), cmocka_unit_test(test_odd_tables),
        cmocka_unit_test(test_what_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
