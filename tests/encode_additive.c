// SPDX-License-Identifier: MIT
// The encoder of the codec additive: its codes mean what the format says, and there are no better ones.
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "codec/additive/forward.h"
#include "codec/additive/train.h"
#include "host/random.h"
#include "host/vector.h"
#include "runtime/table.h"

static struct carvq_segment_info shape(uint32_t cols, const char *strides, uint32_t span, bool position)
{
    struct carvq_segment_info info = {.codec = CARVQ_ADDITIVE,
                                      .rows = 1,
                                      .cols = cols,
                                      .value_dtype = CARVQ_BF16,
                                      .span = span,
                                      .stride_count = (uint32_t)strlen(strides),
                                      .position_books = position};
    for (size_t i = 0; i < info.stride_count; i++)
        info.strides[i] = (uint8_t)(strides[i] - '0');
    return info;
}

// A code, its search and the room for one row.
struct fixture {
    struct carvq_additive_code code;
    struct carvq_additive_search search;
    struct carvq_additive_path path;
    void *memory;
};

static void place(struct fixture *fixture, struct carvq_arena *arena)
{
    carvq_additive_search_place(&fixture->search, arena, &fixture->code);
    carvq_additive_path_place(&fixture->path, arena, &fixture->code);
}

static void fixture_make(struct fixture *fixture, const struct carvq_segment_info *info)
{
    float *books = calloc(carvq_additive_book_values(info), sizeof *books);
    struct carvq_arena arena = {NULL, 0};
    assert_non_null(books);
    carvq_additive_code_init(&fixture->code, info, books);
    place(fixture, &arena);
    arena = (struct carvq_arena){fixture->memory = aligned_alloc(CARVQ_ARENA_ALIGNMENT, arena.used), 0};
    assert_non_null(arena.memory);
    place(fixture, &arena);
}

static void fixture_free(struct fixture *fixture)
{
    free(fixture->code.books);
    free(fixture->memory);
}

static void fill_normal(float *x, size_t count, float scale, uint64_t seed)
{
    struct carvq_random random = carvq_random_stream(seed, 0);
    for (size_t i = 0; i < count; i++) {
        float pair[2];
        carvq_random_normal(&random, pair);
        x[i] = scale * pair[0];
    }
}

static void find(const struct fixture *fixture, const float *x, float scale, uint8_t *codes)
{
    float *decoded = malloc(fixture->code.info.cols * sizeof *decoded);
    assert_non_null(decoded);
    struct carvq_coded_row row = {x, scale, codes, decoded, 0};
    carvq_additive_find(&fixture->search, &fixture->path, &row, 1);
    free(decoded);
}

static double row_error(const struct fixture *fixture, const float *x, float scale, const uint8_t *codes)
{
    float decoded[64];
    double error = 0;
    carvq_additive_code_decode(&fixture->code, codes, scale, decoded);
    for (uint32_t i = 0; i < fixture->code.info.cols; i++)
        error += ((double)x[i] - (double)decoded[i]) * ((double)x[i] - (double)decoded[i]);
    return error;
}

static double least_error(const struct fixture *fixture, const float *x, float scale)
{
    double least = INFINITY;
    for (uint32_t number = 0; number < 1U << 4 * fixture->code.steps; number++) {
        uint8_t codes[8];
        for (uint32_t t = 0; t < fixture->code.steps; t++)
            codes[t] = number >> 4 * t & 15;
        least = fmin(least, row_error(fixture, x, scale, codes));
    }
    return least;
}

static const char *const patterns[] = {"8", "3", "323", "2", "21212", "112", "1", "21111111"};

#define MAX_EXHAUSTIVE 5 // steps

static void test_no_better_codes(void **state)
{
    (void)state;
    for (size_t p = 0; p < sizeof patterns / sizeof *patterns; p++)
        for (uint32_t span = 2; span <= 4; span++)
            for (int position = 0; position < 2; position++) {
                uint32_t cols = 1 + (uint32_t)(p * 7 + span * 5) % 9;
                struct carvq_segment_info info = shape(cols, patterns[p], span, position);
                while (carvq_additive_steps(&info) > (p % 3 == 0 ? MAX_EXHAUSTIVE : MAX_EXHAUSTIVE - 1))
                    info.cols--;
                struct fixture fixture;
                fixture_make(&fixture, &info);
                carvq_additive_start(&fixture.code, p + 100 * span);
                carvq_additive_round(&fixture.code);
                carvq_additive_search_begin(&fixture.search);
                float x[64];
                uint8_t codes[8];
                fill_normal(x, info.cols, 3, 1000 + p);
                const float scale = 3 / fixture.code.unit;
                find(&fixture, x, scale, codes);
                // Fixed point: a little of a squared standard deviation.
                assert_true(row_error(&fixture, x, scale, codes) <= least_error(&fixture, x, scale) + 9 * 1e-3);
                fixture_free(&fixture);
            }
}

// The reader's decoder of the stored codes gives the same row, bit for bit.
static void test_reader_agrees(void **state)
{
    (void)state;
    for (size_t p = 0; p < sizeof patterns / sizeof *patterns; p++)
        for (uint32_t span = 2; span <= 4; span++)
            for (uint32_t cols = 1; cols < 70; cols += cols < 20 ? 1 : 7)
                for (int position = 0; position < 2; position++) {
                    struct carvq_segment_info info = shape(cols, patterns[p], span, position);
                    struct fixture fixture;
                    fixture_make(&fixture, &info);
                    assert_true(carvq_segment_sizes(&info));
                    const size_t book_bytes = (size_t)info.codebook_bytes - 2;
                    uint8_t *lines = calloc((size_t)info.code_bytes, 1), codes[80];
                    int8_t *books = malloc(book_bytes);
                    float x[80], ours[80], readers[80];
                    const uint8_t one[2] = {0x80, 0x3f};
                    carvq_additive_start(&fixture.code, cols);
                    carvq_additive_round(&fixture.code);
                    carvq_additive_search_begin(&fixture.search);
                    fill_normal(x, cols, fixture.code.unit, cols);
                    find(&fixture, x, 1, codes);
                    carvq_additive_code_decode(&fixture.code, codes, 1, ours);
                    assert_int_equal(carvq_additive_book_bytes(&info), book_bytes);
                    carvq_additive_store(&fixture.code, books);
                    carvq_additive_pack(&info, 0, 0, codes, lines);
                    struct carvq_segment segment = {
                        .info = &info, .codes = lines, .codebooks = one, .books = (const uint8_t *)books};
                    assert_non_null(carvq_additive_choose(&segment));
                    carvq_decode_row(&segment, 0, readers);
                    assert_memory_equal(ours, readers, cols * sizeof *ours);
                    free(lines);
                    free(books);
                    fixture_free(&fixture);
                }
}

// Trains on rows of normal values and returns the signal to noise ratio of others, in dB.
static double train_normal(const char *pattern, uint32_t span, uint32_t cols, size_t count, unsigned rounds, unsigned threads,
                           float *books_ret)
{
    struct carvq_segment_info info = shape(cols, pattern, span, false);
    struct fixture fixture;
    double error = 0, energy = 0;
    float *rows = malloc(count * cols * sizeof *rows), *decoded = malloc(cols * sizeof *decoded);
    uint8_t *codes = malloc(cols);
    fixture_make(&fixture, &info);
    fill_normal(rows, count * cols, 1, 5);
    const struct carvq_additive_sample sample = {rows, count};
    const struct carvq_additive_training training = {rounds, threads, NULL};
    carvq_additive_start(&fixture.code, 1);
    assert_int_equal(carvq_additive_train(&fixture.code, &sample, &training, NULL), CARVQ_OK);
    carvq_additive_round(&fixture.code);
    carvq_additive_search_begin(&fixture.search);
    fill_normal(rows, count * cols, 1, 6);
    for (size_t r = 0; r < count; r++) {
        const float *x = rows + r * cols, scale = 1 / fixture.code.unit;
        find(&fixture, x, scale, codes);
        carvq_additive_code_decode(&fixture.code, codes, scale, decoded);
        for (uint32_t i = 0; i < cols; i++) {
            error += ((double)x[i] - (double)decoded[i]) * ((double)x[i] - (double)decoded[i]);
            energy += (double)x[i] * (double)x[i];
        }
    }
    if (books_ret != NULL)
        memcpy(books_ret, fixture.code.books, carvq_additive_book_values(&info) * sizeof *books_ret);
    fixture_free(&fixture);
    free(rows);
    free(decoded);
    free(codes);
    return 10 * log10(energy / error);
}

static void test_normal_rows(void **state)
{
    (void)state;
    assert_true(train_normal("323", 3, 256, 100, 15, 2, NULL) > 7.5);
    assert_true(train_normal("2", 3, 256, 100, 15, 2, NULL) > 10.4);
    assert_true(train_normal("112", 2, 256, 100, 15, 2, NULL) > 15.4);
}

static void test_threads_agree(void **state)
{
    (void)state;
    for (uint32_t span = 2; span <= 4; span++) {
        static float books[2][CARVQ_ADDITIVE_CLASSES * CARVQ_ADDITIVE_PARTS];
        double first = train_normal("12", span, 40, 17, 3, 1, books[0]);
        double second = train_normal("12", span, 40, 17, 3, 3, books[1]);
        assert_true(first == second);
        assert_memory_equal(books[0], books[1], sizeof books[0]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_better_codes),
        cmocka_unit_test(test_reader_agrees),
        cmocka_unit_test(test_normal_rows),
        cmocka_unit_test(test_threads_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
