// SPDX-License-Identifier: MIT
// Effort: more of it is never worse, whatever the table; and its parts do what they say.
#include "encode_support.h"

#include <math.h>
#include <stdio.h>

#include "codec/rvq/group.h"

// Instrumented, a value takes ten times as long.
#ifdef CARVQ_INSTRUMENTED
#define EFFORT 2
#else
#define EFFORT 4
#endif

static double squared_error(const struct source *source, const struct output *output)
{
    float *decoded = decode_all(output, source->rows, source->cols);
    double squares = 0;
    for (size_t i = 0; i < source->rows * source->cols; i++) {
        double difference = (double)source->values[i] - (double)decoded[i];
        assert_true(isfinite(decoded[i]));
        squares += difference * difference;
    }
    free(decoded);
    return squares;
}

// Encodes with efforts up to most. Returns by how many dB the last one is better than none.
static double rising_effort(struct source *source, struct carvq_settings options, uint32_t most)
{
    double energy = 0, before = INFINITY, first = 0;
    for (size_t i = 0; i < source->rows * source->cols; i++)
        energy += (double)source->values[i] * (double)source->values[i];
    for (options.effort = 0; options.effort <= most; options.effort++) {
        struct carvq_report report;
        struct output output = encode_one(source, &options, 2, &report);
        double squares = squared_error(source, &output);
        if (options.effort == 0)
            first = squares;
        if (squares > before)
            fail_msg("effort %u: squared error %.17g, one less: %.17g", options.effort, squares, before);
        assert_true(squares == 0 ? isinf(report.sqnr_db) : fabs(10 * log10(energy / squares) - report.sqnr_db) < 1e-9);
        before = squares;
        output_free(&output);
    }
    return before > 0 ? 10 * log10(first / before) : 0;
}

static struct carvq_settings make_options(uint32_t h, uint64_t g, uint32_t stages, uint32_t code_bits)
{
    struct carvq_settings options;
    carvq_settings_init(&options, sizeof options);
    options.subvector = h;
    options.group = g;
    options.stages = stages;
    options.code_bits = code_bits;
    options.iterations = 5;
    return options;
}

static void test_never_worse_on_gaussian(void **state)
{
    (void)state;
    const struct {
        uint32_t h, stages, code_bits;
        uint64_t group;
    } cases[] = {{8, 1, 4, 300}, {8, 2, 4, 300},  {8, 3, 4, 1024}, {8, 4, 4, 300}, {8, 5, 4, 300}, {8, 16, 4, 500},
                 {5, 3, 3, 200}, {12, 4, 1, 100}, {4, 3, 6, 900},  {1, 2, 2, 77},  {30, 3, 5, 600}};
    struct source source = source_gaussian(200, 30, 5);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        for (int grouping = 0; grouping < 2; grouping++) {
            struct carvq_settings options = make_options(cases[i].h, cases[i].group, cases[i].stages, cases[i].code_bits);
            options.grouping = (enum carvq_grouping)grouping;
            options.codebook_dtype = i % 2 ? CARVQ_F16 : CARVQ_BF16;
            rising_effort(&source, options, EFFORT);
        }
    free(source.values);
}

static void test_never_worse_in_tiny_groups(void **state)
{
    (void)state;
    struct source source = source_gaussian(40, 21, 6);
    for (uint64_t group = 1; group <= 40; group += group < 4 ? 1 : 9)
        for (uint32_t code_bits = 1; code_bits <= 5; code_bits += 2) {
            rising_effort(&source, make_options(8, group, 2, code_bits), 3);
            rising_effort(&source, make_options(4, group, 4, code_bits), 3);
        }
    free(source.values);
}

enum kind { ALL_EQUAL, FEW_VALUES, FEW_ROWS, OFFSET, OUTLIERS, HUGE_VALUES, TINY_VALUES, KINDS };

static struct source odd_table(enum kind kind)
{
    struct source source = source_gaussian(300, 20, 7);
    for (size_t i = 0; i < 300 * 20; i++) {
        float *value = &source.values[i];
        switch (kind) {
        case ALL_EQUAL:
            *value = 0.3f;
            break;
        case FEW_VALUES:
            *value = 0.01f * roundf(3 * *value);
            break;
        case FEW_ROWS:
            *value = source.values[i / 20 % 25 * 20 + i % 20];
            break;
        case OFFSET:
            *value = 1000 + 0.01f * *value;
            break;
        case OUTLIERS:
            *value = i % 97 == 0 ? 1e6f * *value : 1e-3f * *value;
            break;
        case HUGE_VALUES:
            *value = *value > 0 ? 3.3e38f : -3.1e38f;
            break;
        default:
            *value = 1e-39f * *value;
            break;
        }
    }
    return source;
}

static void test_never_worse_on_odd_tables(void **state)
{
    (void)state;
    for (int kind = 0; kind < KINDS; kind++) {
        struct source source = odd_table((enum kind)kind);
        for (uint32_t stages = 1; stages <= 4; stages++) {
            rising_effort(&source, make_options(8, 128, stages, 4), EFFORT);
            rising_effort(&source, make_options(8, 10000, stages, 2), EFFORT);
        }
        free(source.values);
    }
}

static void test_highest_efforts(void **state)
{
    (void)state;
    struct source source = source_gaussian(64, 64, 8);
    double gain = rising_effort(&source, make_options(8, 512, 3, 4), CARVQ_MAX_EFFORT);
    print_message("effort %d gains %.2f dB\n", CARVQ_MAX_EFFORT, gain);
    assert_true(gain > 1);
    free(source.values);
}

// The gain that doc/method.md promises, on enough values for 0.02 dB.
static void test_gain_on_gaussian(void **state)
{
    (void)state;
    const double least[] = {0.3, 0.75, 1.25}; // dB, measured 0.36, 0.84, 1.37
    struct source source = source_gaussian(128, 1024, 9);
    for (uint32_t stages = 2; stages <= 4; stages++) {
        struct carvq_settings options;
        struct carvq_report report, better;
        carvq_settings_init(&options, sizeof options);
        options.stages = stages;
        options.group = 8192;
        struct output output = encode_one(&source, &options, 2, &report);
        output_free(&output);
        options.effort = 2;
        output = encode_one(&source, &options, 2, &better);
        output_free(&output);
        print_message("L %u: %.3f dB, with effort 2 %.3f dB\n", stages, report.sqnr_db, better.sqnr_db);
        assert_true(better.sqnr_db > report.sqnr_db + least[stages - 2]);
    }
    free(source.values);
}

static void test_threads_agree(void **state)
{
    (void)state;
    struct source source = source_gaussian(500, 60, 10);
    struct carvq_settings options = make_options(8, 100, 4, 4);
    options.effort = 2;
    struct output first = encode_one(&source, &options, 1, NULL);
    for (unsigned threads = 2; threads <= 5; threads++) {
        struct output output = encode_one(&source, &options, threads, NULL);
        assert_int_equal(output.size, first.size);
        assert_memory_equal(output.data, first.data, first.size);
        output_free(&output);
    }
    output_free(&first);
    free(source.values);
}

static int count_down(void *context, const struct carvq_progress *progress)
{
    int *left = context;
    (void)progress;
    return (*left)-- == 0;
}

// One group, which takes seconds: long after k-means the caller is still asked.
static void test_cancel(void **state)
{
    (void)state;
    struct source source = source_gaussian(1000, 64, 11);
    struct carvq_matrix matrix = source_matrix(&source);
    struct carvq_settings options = make_options(8, 8000, 4, 4);
    struct output output = output_make(1 << 20);
    struct carvq_job job = output_job(&output, 1);
    struct carvq_error error;
    int left = 3;
    options.effort = CARVQ_MAX_EFFORT;
    job.progress = count_down;
    job.progress_context = &left;
    assert_int_equal(encode_settings(&matrix, &options, 1, &job, NULL, &error), CARVQ_ERROR_CANCELLED);
    assert_int_equal(left, -1); // not asked again
    output_free(&output);
    free(source.values);
}

static void test_impossible_efforts(void **state)
{
    (void)state;
    struct carvq_matrix matrix = {"t", NULL, 1000, 1000, CARVQ_F32, source_read, NULL};
    struct carvq_settings options = make_options(8, 1024, 3, 4);
    struct planned plan;
    struct carvq_error error = {0};
    options.effort = CARVQ_MAX_EFFORT + 1;
    assert_int_equal(plan_settings(&matrix, &options, 1, &plan, &error), CARVQ_ERROR_ARGUMENT);
    assert_non_null(strstr(error.message, "effort is 10, but must be 0 to 9"));
    options.effort = 1;
    options.code_bits = 9;
    assert_int_equal(plan_settings(&matrix, &options, 1, &plan, &error), CARVQ_ERROR_ARGUMENT);
    assert_non_null(strstr(error.message, "these are 1536"));
    options.stages = 2;
    assert_int_equal(plan_settings(&matrix, &options, 1, &plan, &error), CARVQ_OK);
}

static bool never(void *context)
{
    (void)context;
    return false;
}

// A group of its own: points of two runs, codebooks and codes at random.
struct parts {
    struct carvq_points points;
    struct carvq_refine refine;
    void *memory;
};

static struct parts make_parts(uint32_t dims, uint32_t tail, uint32_t stages, uint32_t centroids, size_t count)
{
    struct parts parts = {.points = {.dims = dims, .stride = carvq_stride(dims)}};
    struct carvq_random random = carvq_random_stream(dims + centroids, stages);
    uint64_t slots = carvq_slots(2 * count), stride = parts.points.stride;
    struct carvq_arena arena = {NULL, 0};
    carvq_refine_place(&parts.refine, &arena, slots, dims, stages, centroids);
    arena = (struct carvq_arena){parts.memory = aligned_alloc(CARVQ_ARENA_ALIGNMENT, (size_t)arena.used), 0};
    assert_non_null(parts.memory);
    carvq_refine_place(&parts.refine, &arena, slots, dims, stages, centroids);
    parts.points.rows = calloc(slots * stride, sizeof *parts.points.rows);
    assert_non_null(parts.points.rows);
    parts.points.run_count = tail > 0 ? 2 : 1;
    parts.points.runs[0] = (struct carvq_run){0, count, dims};
    parts.points.runs[1] = (struct carvq_run){(count + CARVQ_LANES - 1) / CARVQ_LANES * CARVQ_LANES, count, tail};
    for (unsigned r = 0; r < parts.points.run_count; r++)
        for (size_t i = 0; i < count; i++)
            for (uint32_t d = 0; d < parts.points.runs[r].dims; d++)
                parts.points.rows[(parts.points.runs[r].first + i) * stride + d] = (float)carvq_random_unit(&random) * 2 - 1;
    for (size_t i = 0; i < stages * centroids * stride; i++)
        parts.refine.codebooks[i] = i % stride < dims ? (float)carvq_random_unit(&random) - 0.5f : 0;
    for (size_t i = 0; i < stages * slots; i++)
        parts.refine.codes[i] = (uint32_t)carvq_random_below(&random, centroids);
    return parts;
}

static void free_parts(struct parts *parts)
{
    free(parts->points.rows);
    free(parts->memory);
}

// What is left of value d of a point with given codes and moves, in double precision.
static double left(const struct parts *parts, size_t slot, uint32_t d, const uint32_t *codes, bool moved)
{
    const struct carvq_refine *refine = &parts->refine;
    double value = (double)parts->points.rows[slot * parts->points.stride + d];
    for (uint32_t l = 0; l < refine->stages; l++) {
        size_t v = (l * refine->centroids + codes[l]) * parts->points.stride + d;
        value -= (double)refine->codebooks[v] + (moved ? refine->moves[v] : 0);
    }
    return value;
}

// The squared error is least where what is left of the points of a centroid adds up to 0, for all of them, in every value that
// the points have.
static void test_fit_is_least_squares(void **state)
{
    (void)state;
    const uint32_t tails[] = {0, 3, 8};
    for (size_t t = 0; t < 3; t++) {
        struct parts parts = make_parts(tails[t] == 8 ? 9 : 8, tails[t], 3, 4, 90);
        struct carvq_refine *refine = &parts.refine;
        refine->points = &parts.points;
        carvq_refine_scan(refine, false, never, NULL);
        carvq_refine_fit(refine);
        for (uint32_t l = 0; l < 3; l++)
            for (uint32_t k = 0; k < 4; k++)
                for (uint32_t d = 0; d < parts.points.dims; d++) {
                    double sum = 0, before = 0;
                    for (unsigned r = 0; r < parts.points.run_count; r++)
                        for (size_t i = 0; i < 90; i++) {
                            size_t slot = parts.points.runs[r].first + i;
                            uint32_t codes[3] = {refine->codes[slot], refine->codes[refine->slots + slot],
                                                 refine->codes[2 * refine->slots + slot]};
                            if (codes[l] == k && d < parts.points.runs[r].dims) {
                                sum += left(&parts, slot, d, codes, true);
                                before += fabs(left(&parts, slot, d, codes, false));
                            }
                        }
                    assert_true(before > 1);
                    assert_true(fabs(sum) < 1e-2); // the ridge
                }
        free_parts(&parts);
    }
}

static double point_error(const struct parts *parts, const struct carvq_run *run, size_t slot, const uint32_t *codes)
{
    double squares = 0;
    for (uint32_t d = 0; d < run->dims; d++)
        squares += left(parts, slot, d, codes, false) * left(parts, slot, d, codes, false);
    return squares;
}

// With unlimited reach, up to four stages are searched exhaustively.
static void test_choice_is_exhaustive(void **state)
{
    (void)state;
    for (uint32_t stages = 1; stages <= 4; stages++)
        for (uint32_t centroids = 2; centroids <= 16; centroids *= stages == 4 ? 2 : 8) {
            struct parts parts = make_parts(8, 5, stages, centroids, 40);
            struct carvq_refine *refine = &parts.refine;
            refine->points = &parts.points;
            refine->reach = 1e9f;
            carvq_refine_scan(refine, true, never, NULL);
            uint64_t all = 1;
            for (uint32_t l = 0; l < stages; l++)
                all *= centroids;
            for (unsigned r = 0; r < 2; r++)
                for (size_t slot = parts.points.runs[r].first; slot < parts.points.runs[r].first + 40; slot++) {
                    double least = INFINITY;
                    uint32_t codes[4], chosen[4];
                    for (uint64_t c = 0; c < all; c++) {
                        uint64_t rest = c;
                        for (uint32_t l = 0; l < stages; l++, rest /= centroids)
                            codes[l] = (uint32_t)(rest % centroids);
                        least = fmin(least, point_error(&parts, &parts.points.runs[r], slot, codes));
                    }
                    for (uint32_t l = 0; l < stages; l++)
                        chosen[l] = refine->codes[l * refine->slots + slot];
                    double error = point_error(&parts, &parts.points.runs[r], slot, chosen);
                    assert_true(error <= least + 1e-5);
                }
            free_parts(&parts);
        }
}

// No point gets worse, with any reach and any number of stages.
static void test_choice_makes_no_point_worse(void **state)
{
    (void)state;
    for (uint32_t stages = 1; stages <= 16; stages += 3)
        for (uint32_t centroids = 4; centroids <= 64; centroids *= 4) {
            struct parts parts = make_parts(6, 1, stages, centroids, 70);
            struct carvq_refine *refine = &parts.refine;
            double before[2][70], gain = 0;
            for (int pass = 0; pass < 2; pass++) {
                for (unsigned r = 0; r < 2; r++)
                    for (size_t i = 0; i < 70; i++) {
                        size_t slot = parts.points.runs[r].first + i;
                        uint32_t codes[16];
                        for (uint32_t l = 0; l < stages; l++)
                            codes[l] = refine->codes[l * refine->slots + slot];
                        double error = point_error(&parts, &parts.points.runs[r], slot, codes);
                        if (pass == 0)
                            before[r][i] = error;
                        assert_true(error <= before[r][i] + 1e-5);
                        gain += before[r][i] - error;
                    }
                refine->points = &parts.points;
                refine->reach = 0;
                if (pass == 0)
                    carvq_refine_scan(refine, true, never, NULL);
            }
            assert_true(gain > 10);
            free_parts(&parts);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_never_worse_on_gaussian),
        cmocka_unit_test(test_never_worse_in_tiny_groups),
        cmocka_unit_test(test_never_worse_on_odd_tables),
        cmocka_unit_test(test_highest_efforts),
        cmocka_unit_test(test_gain_on_gaussian),
        cmocka_unit_test(test_threads_agree),
        cmocka_unit_test(test_cancel),
        cmocka_unit_test(test_impossible_efforts),
        cmocka_unit_test(test_fit_is_least_squares),
        cmocka_unit_test(test_choice_is_exhaustive),
        cmocka_unit_test(test_choice_makes_no_point_worse),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
