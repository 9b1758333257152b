// SPDX-License-Identifier: MIT
// Noise feedback for group RVQ: what it says errors cost is what they do, and that is less than before, in every shape.
#include "encode_support.h"

#include <math.h>

#include "codec/rvq/feedback.h"
#include "codec/rvq/rvq.h"
#include "host/matrix.h"

#define ROWS 150
#define MAX_COLS 61

struct encoded {
    struct carvq_segment_info info;
    uint8_t *codes, *codebooks;
    struct carvq_segment segment;
    struct carvq_sums sums;
};

static enum carvq_status keep(void *context, enum carvq_part part, uint64_t offset, const void *data, size_t nbytes,
                              struct carvq_error *error)
{
    struct encoded *encoded = context;
    (void)error;
    memcpy((part == CARVQ_PART_CODES ? encoded->codes : encoded->codebooks) + offset, data, nbytes);
    return CARVQ_OK;
}

static void encode(const struct source *source, struct carvq_segment_info info, struct encoded *encoded)
{
    struct carvq_floats floats = {source->values, source->cols};
    const struct carvq_matrix matrix = {"table", NULL, source->rows, source->cols, CARVQ_F32, carvq_floats_read, &floats};
    const struct carvq_rvq_options options = {.iterations = 10, .effort = 1};
    const struct carvq_sink sink = {keep, encoded};
    info.codec = CARVQ_RVQ;
    info.rows = source->rows;
    info.cols = source->cols;
    info.value_dtype = CARVQ_BF16;
    assert_true(carvq_segment_sizes(&info));
    *encoded = (struct encoded){.info = info, .codes = malloc(info.code_bytes), .codebooks = malloc(info.codebook_bytes)};
    assert_true(encoded->codes != NULL && encoded->codebooks != NULL);
    assert_int_equal(carvq_rvq_encode(&matrix, &info, &options, 1, &sink, NULL, &encoded->sums, NULL), CARVQ_OK);
    encoded->segment = (struct carvq_segment){.info = &encoded->info, .codes = encoded->codes, .codebooks = encoded->codebooks};
    carvq_rvq_choose(&encoded->segment);
}

static void encoded_free(struct encoded *encoded)
{
    free(encoded->codes);
    free(encoded->codebooks);
}

// States of which each column goes with the one before it, and those before.
static struct carvq_metric *make_metric(uint32_t n)
{
    double *moment = malloc((size_t)n * n * sizeof *moment);
    struct carvq_metric *metric;
    assert_non_null(moment);
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t j = 0; j < n; j++)
            moment[i * n + j] = pow(0.97, i < j ? j - i : i - j) * (1 + i % 3) * (1 + j % 3);
    assert_int_equal(carvq_metric_make(moment, n, 0.3, 1, &metric, NULL), CARVQ_OK);
    free(moment);
    return metric;
}

// What the first columns add to e' W e, by its factors.
static double cost(const struct carvq_metric *metric, uint32_t cols, const float *x, const float *y)
{
    double sum = 0;
    for (uint32_t c = 0; c < cols; c++) {
        double miss = (double)y[c] - (double)x[c];
        for (uint32_t j = 0; j < c; j++)
            miss += (double)carvq_metric_below(metric, j)[c - j - 1] * ((double)y[j] - (double)x[j]);
        sum += (double)metric->diagonal[c] * miss * miss;
    }
    return sum;
}

// Feeds rows first to end - 1. Returns what by_metric_ret adds up to.
static double feed(const struct source *source, struct encoded *encoded, const struct carvq_metric *metric, size_t first,
                   size_t end, double *by_metric_ret)
{
    struct carvq_rvq_feedback feedback = {
        .info = &encoded->info, .metric = metric, .noise = encoded->sums.squares / (ROWS * source->cols)};
    struct carvq_arena arena = {NULL, 0};
    double sum = 0;
    carvq_rvq_feedback_place(&feedback, &arena);
    void *memory = aligned_alloc(CARVQ_ARENA_ALIGNMENT, (size_t)arena.used);
    assert_non_null(memory);
    arena = (struct carvq_arena){memory, 0};
    carvq_rvq_feedback_place(&feedback, &arena);
    for (size_t row = first; row < end; row += CARVQ_RVQ_FEEDBACK_ROWS)
        carvq_rvq_feed(&feedback, encoded->codes, encoded->codebooks, row,
                       end - row < CARVQ_RVQ_FEEDBACK_ROWS ? end - row : CARVQ_RVQ_FEEDBACK_ROWS,
                       source->values + row * source->cols, by_metric_ret + row);
    for (size_t row = first; row < end; row++)
        sum += by_metric_ret[row];
    free(memory);
    return sum;
}

static double costs(const struct source *source, const struct encoded *encoded, const struct carvq_metric *metric,
                    double *costs_ret)
{
    float decoded[MAX_COLS];
    double sum = 0;
    for (size_t row = 0; row < ROWS; row++) {
        carvq_decode_row(&encoded->segment, row, decoded);
        costs_ret[row] = cost(metric, source->cols, source->values + row * source->cols, decoded);
        sum += costs_ret[row];
    }
    return sum;
}

// Codebooks of few rows know them by heart, and other targets less well: with groups of 100 there is least to be gained.
static const struct shape {
    uint32_t cols;
    struct carvq_segment_info info;
    double most; // that is left of the cost
} shapes[] = {
    {61, {.subvector = 8, .group = 1024, .stages = 4, .code_bits = 4}, 0.6},
    {61, {.subvector = 8, .group = 300, .stages = 7, .code_bits = 4}, 0.62},
    {61, {.subvector = 8, .group = 1 << 20, .stages = 2, .code_bits = 4}, 0.64},
    {61, {.subvector = 8, .group = 100, .stages = 3, .code_bits = 4, .grouping = CARVQ_GROUP_COLUMNS}, 0.85},
    {40, {.subvector = 3, .group = 777, .stages = 1, .code_bits = 6}, 0.45},
    {40, {.subvector = 4, .group = 150, .stages = 2, .code_bits = 3, .grouping = CARVQ_GROUP_COLUMNS}, 0.48},
    {33, {.subvector = 1, .group = 4096, .stages = 1, .code_bits = 2}, 0.6},
    {5, {.subvector = 5, .group = 64, .stages = 5, .code_bits = 1}, 0.65},
};

static void test_errors_cost_less_and_what_they_say(void **state)
{
    (void)state;
    for (const struct shape *shape = shapes; shape < shapes + sizeof shapes / sizeof *shapes; shape++) {
        struct source source = source_gaussian(ROWS, shape->cols, shape->info.stages);
        struct carvq_metric *metric = make_metric(shape->cols);
        struct encoded encoded;
        double before[ROWS], after[ROWS], said[ROWS];
        encode(&source, shape->info, &encoded);
        const double without = costs(&source, &encoded, metric, before);
        const double sum = feed(&source, &encoded, metric, 0, ROWS, said), with = costs(&source, &encoded, metric, after);
        print_message("%u columns, h %u, L %u: %.3f of the cost\n", (unsigned)shape->cols, (unsigned)shape->info.subvector,
                      (unsigned)shape->info.stages, with / without);
        assert_true(with < shape->most * without);
        assert_true(fabs(sum - with) < 1e-4 * with);
        for (size_t row = 0; row < ROWS; row++)
            assert_true(fabs(said[row] - after[row]) < 1e-3 * after[row] + 1e-6);
        encoded_free(&encoded);
        carvq_metric_free(metric);
        free(source.values);
    }
}

// Codes depend on the row alone, and rows that are not asked for stay as they are.
static void test_rows_are_independent(void **state)
{
    (void)state;
    for (const struct shape *shape = shapes; shape < shapes + sizeof shapes / sizeof *shapes; shape++) {
        struct source source = source_gaussian(ROWS, shape->cols, 5);
        struct carvq_metric *metric = make_metric(shape->cols);
        struct encoded all, part;
        double said[ROWS];
        encode(&source, shape->info, &all);
        encode(&source, shape->info, &part);
        const size_t row_bytes = (size_t)(all.info.code_bytes / ROWS);
        uint8_t *untouched = malloc(all.info.code_bytes);
        assert_non_null(untouched);
        memcpy(untouched, part.codes, all.info.code_bytes);
        feed(&source, &all, metric, 0, ROWS, said);
        feed(&source, &part, metric, 7, 90, said);
        assert_memory_equal(part.codes, untouched, 7 * row_bytes);
        assert_memory_equal(part.codes + 7 * row_bytes, all.codes + 7 * row_bytes, (90 - 7) * row_bytes);
        assert_memory_equal(part.codes + 90 * row_bytes, untouched + 90 * row_bytes, (ROWS - 90) * row_bytes);
        assert_true(memcmp(untouched, all.codes, all.info.code_bytes) != 0);
        free(untouched);
        encoded_free(&all);
        encoded_free(&part);
        carvq_metric_free(metric);
        free(source.values);
    }
}

// With one stage there is nothing to search: each sub-vector is the best of all, those before it being as they are.
static void test_one_stage_is_searched_through(void **state)
{
    (void)state;
    const struct shape shape = {40, {.subvector = 8, .group = 1000, .stages = 1, .code_bits = 4}, 1};
    struct source source = source_gaussian(ROWS, shape.cols, 8);
    struct carvq_metric *metric = make_metric(shape.cols);
    struct encoded encoded;
    double said[ROWS];
    encode(&source, shape.info, &encoded);
    feed(&source, &encoded, metric, 0, ROWS, said);
    for (size_t row = 0; row < ROWS; row++) {
        const float *x = source.values + row * shape.cols;
        float chosen[MAX_COLS], other[MAX_COLS];
        carvq_decode_row(&encoded.segment, row, chosen);
        uint8_t *code = encoded.codes + row * (encoded.info.code_bytes / ROWS) + 1, kept = *code;
        for (unsigned k = 0; k < 16; k++) {
            *code = (uint8_t)(kept & 0xf0) | (uint8_t)k; // of sub-vector 2
            carvq_decode_row(&encoded.segment, row, other);
            assert_true(cost(metric, 24, x, chosen) <= cost(metric, 24, x, other) * (1 + 1e-5));
        }
        *code = kept;
    }
    encoded_free(&encoded);
    carvq_metric_free(metric);
    free(source.values);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_errors_cost_less_and_what_they_say),
        cmocka_unit_test(test_rows_are_independent),
        cmocka_unit_test(test_one_stage_is_searched_through),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
