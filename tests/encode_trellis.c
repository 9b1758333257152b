// SPDX-License-Identifier: MIT
// The encoder of the codec trellis: its paths mean what the format says, and there are no better ones.
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

#include "runtime/half.h"
#include "host/random.h"
#include "codec/trellis/scale.h"

// Of normal values, measured with bench_trellis: signal to noise in dB of an endless row, and what the fixed first state costs,
// in dB of a row of one value.
static const struct {
    unsigned state_bits, step_bits;
    double sqnr, start;
} rates[] = {
    {10, 2, 5.643, 17.7},  {10, 3, 8.500, 18.0},  {10, 4, 11.357, 17.2}, {10, 5, 14.200, 15.7}, {10, 6, 17.006, 12.8},
    {10, 7, 19.764, 9.7},  {10, 8, 22.413, 5.7},  {12, 2, 5.710, 21.7},  {12, 3, 8.603, 22.5},  {12, 4, 11.512, 22.8},
    {12, 5, 14.403, 21.8}, {12, 6, 17.283, 19.7}, {12, 7, 20.142, 17.1}, {12, 8, 22.956, 14.5}, {12, 10, 27.735, 9.8},
};
#define RATE_COUNT (sizeof rates / sizeof rates[0])

static void *trellis_make(struct carvq_trellis *trellis, unsigned state_bits, unsigned step_bits, uint32_t cols)
{
    struct carvq_arena arena = {NULL, 0};
    carvq_trellis_place(trellis, &arena, state_bits, step_bits, cols);
    arena = (struct carvq_arena){aligned_alloc(CARVQ_ARENA_ALIGNMENT, arena.used), 0};
    assert_non_null(arena.memory);
    carvq_trellis_place(trellis, &arena, state_bits, step_bits, cols);
    carvq_trellis_begin(trellis);
    return arena.memory;
}

static void *scales_make(struct carvq_trellis_scales *scales)
{
    struct carvq_arena arena = {NULL, 0};
    carvq_trellis_scales_place(scales, &arena);
    arena = (struct carvq_arena){aligned_alloc(CARVQ_ARENA_ALIGNMENT, arena.used), 0};
    assert_non_null(arena.memory);
    carvq_trellis_scales_place(scales, &arena);
    carvq_trellis_scales_begin(scales);
    return arena.memory;
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

static unsigned get_bit(const uint8_t *codes, uint64_t bit)
{
    return codes[bit / 8] >> bit % 8 & 1;
}

// The decoder of the format, bit by bit: the newest bit of a path is the most significant of the state.
static void reference_decode(const uint8_t *codes, uint64_t bit, unsigned state_bits, unsigned step_bits, uint32_t cols,
                             float scale, float *row_ret)
{
    const int8_t(*table)[2] = carvq_trellis_table(state_bits, step_bits);
    unsigned state = 0;
    assert_non_null(table);
    for (uint32_t i = 0; i < cols; i++) {
        for (unsigned b = 0; i % 2 == 0 && b < step_bits; b++)
            state = state >> 1 | get_bit(codes, bit++) << (state_bits - 1);
        row_ret[i] = scale * (float)table[state][i % 2];
    }
}

// Rows of all lengths, one after the other at any bit: as they lie in a file.
static void test_format_agrees(void **state)
{
    (void)state;
    const uint32_t lengths[] = {1, 2, 3, 4, 5, 8, 13, 64, 129};
    enum { ROWS = 9, SCALE_BITS = 3, LONGEST = 129 };
    for (size_t rate = 0; rate < RATE_COUNT; rate++)
        for (size_t l = 0; l < sizeof lengths / sizeof lengths[0]; l++) {
            struct carvq_trellis trellis;
            void *memory = trellis_make(&trellis, rates[rate].state_bits, rates[rate].step_bits, lengths[l]);
            const uint64_t row_bits = SCALE_BITS + (uint64_t)trellis.steps * trellis.step_bits;
            assert_int_equal(row_bits, SCALE_BITS + (lengths[l] + 1) / 2 * trellis.step_bits);
            uint8_t codes[ROWS * (SCALE_BITS + (LONGEST + 1) / 2 * 10) / 8 + 1] = {0};
            uint16_t path[(LONGEST + 1) / 2];
            float x[ROWS][LONGEST], decoded[ROWS][LONGEST], reference[LONGEST];
            double errors[ROWS];
            for (unsigned row = 0; row < ROWS; row++) {
                fill_normal(x[row], lengths[l], 0.02f, row + 1);
                errors[row] = carvq_trellis_encode(&trellis, x[row], 0.02f / 32, path);
                carvq_trellis_decode(&trellis, path, 0.02f / 32, decoded[row]);
                carvq_trellis_pack(&trellis, SCALE_BITS, 7 - row % 8, path, codes, row * row_bits);
            }
            for (unsigned row = 0; row < ROWS; row++) {
                double error = 0;
                for (unsigned b = 0; b < SCALE_BITS; b++)
                    assert_int_equal(get_bit(codes, row * row_bits + b), (7 - row % 8) >> b & 1);
                reference_decode(codes, row * row_bits + SCALE_BITS, trellis.state_bits, trellis.step_bits, lengths[l],
                                 0.02f / 32, reference);
                assert_memory_equal(reference, decoded[row], lengths[l] * sizeof *reference);
                for (size_t i = 0; i < lengths[l]; i++)
                    error += ((double)x[row][i] - (double)reference[i]) * ((double)x[row][i] - (double)reference[i]);
                assert_true(fabs(error - errors[row]) <= 1e-12 * error);
            }
            free(memory);
        }
}

// The least error of all paths.
static double best_of_all(const struct carvq_trellis *trellis, const float *x, float scale)
{
    uint16_t path[4];
    float decoded[8];
    double least = INFINITY;
    for (uint32_t number = 0; number < (uint32_t)1 << trellis->step_bits * trellis->steps; number++) {
        double error = 0;
        for (size_t step = 0; step < trellis->steps; step++)
            path[step] = (uint16_t)(number >> step * trellis->step_bits & ((1u << trellis->step_bits) - 1));
        carvq_trellis_decode(trellis, path, scale, decoded);
        for (size_t i = 0; i < trellis->cols; i++)
            error += ((double)x[i] - (double)decoded[i]) * ((double)x[i] - (double)decoded[i]);
        least = error < least ? error : least;
    }
    return least;
}

// Rows that are so short that all paths can be tried. Distances are rounded, so a path may win that is a little longer.
static void test_no_better_path(void **state)
{
    (void)state;
    for (size_t rate = 0; rate < RATE_COUNT; rate++)
        for (uint32_t cols = 1; cols <= 8 && (cols + 1) / 2 * rates[rate].step_bits <= 16; cols++) {
            struct carvq_trellis trellis;
            void *memory = trellis_make(&trellis, rates[rate].state_bits, rates[rate].step_bits, cols);
            for (uint64_t seed = 1; seed <= 3; seed++) {
                float x[8];
                uint16_t path[4];
                fill_normal(x, cols, 1, seed);
                double error = carvq_trellis_encode(&trellis, x, 1.0f / 32, path), least = best_of_all(&trellis, x, 1.0f / 32);
                assert_true(error >= least * (1 - 1e-12));
                assert_true(error <= least + 2e-3 * cols);
            }
            free(memory);
        }
}

#ifdef CARVQ_HAS_AVX
// All instruction sets must give the same files.
static void test_instruction_sets_agree(void **state)
{
    (void)state;
    const uint32_t lengths[] = {1, 2, 31, 300};
    if (carvq_vector_level() < CARVQ_LEVEL_AVX2)
        skip();
    for (size_t rate = 0; rate < RATE_COUNT; rate++)
        for (size_t l = 0; l < sizeof lengths / sizeof lengths[0]; l++) {
            struct carvq_trellis trellis;
            void *memory = trellis_make(&trellis, rates[rate].state_bits, rates[rate].step_bits, lengths[l]);
            const size_t count = (trellis.steps + 1) * trellis.groups;
            uint16_t *metrics = malloc(count * sizeof *metrics), *lows = malloc((trellis.steps + 1) * sizeof *lows);
            float x[300];
            uint16_t path[150], other[150];
            assert_true(metrics != NULL && lows != NULL);
            for (unsigned size = 0; size < 3; size++) { // common, far beyond the table, and so far that sums saturate
                fill_normal(x, lengths[l], size == 0 ? 1 : size == 1 ? 4 : 1e6f, rate);
                trellis.forward = carvq_trellis_forward;
                carvq_trellis_encode(&trellis, x, 1.0f / 32, path);
                memcpy(metrics, trellis.metrics, count * sizeof *metrics);
                memcpy(lows, trellis.lows, (trellis.steps + 1) * sizeof *lows);
                trellis.forward = carvq_trellis_forward_avx2;
                carvq_trellis_encode(&trellis, x, 1.0f / 32, other);
                assert_memory_equal(metrics, trellis.metrics, count * sizeof *metrics);
                assert_memory_equal(lows, trellis.lows, (trellis.steps + 1) * sizeof *lows);
                assert_memory_equal(path, other, trellis.steps * sizeof *path);
            }
            free(metrics);
            free(lows);
            free(memory);
        }
}
#else
static void test_instruction_sets_agree(void **state)
{
    (void)state;
    skip();
}
#endif

// Values that no table is made for: the path must still be one, and the error what it is.
static void test_extreme_rows(void **state)
{
    (void)state;
    enum { COLS = 33 };
    const float rows[][2] = {{0, 0}, {1e30f, -1e30f}, {1e-40f, 1}, {FLT_MAX, 0}, {100, 0}};
    const float scales[] = {0, 1e-45f, 1e-38f, 1, 1e38f};
    for (size_t rate = 0; rate < RATE_COUNT; rate++) {
        struct carvq_trellis trellis;
        void *memory = trellis_make(&trellis, rates[rate].state_bits, rates[rate].step_bits, COLS);
        for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++)
            for (size_t s = 0; s < sizeof scales / sizeof scales[0]; s++) {
                float x[COLS], decoded[COLS];
                uint16_t path[(COLS + 1) / 2];
                double error = 0;
                for (size_t i = 0; i < COLS; i++)
                    x[i] = rows[r][i % 3 == 0];
                double returned = carvq_trellis_encode(&trellis, x, scales[s], path);
                carvq_trellis_decode(&trellis, path, scales[s], decoded);
                for (size_t i = 0; i < COLS; i++)
                    error += ((double)x[i] - (double)decoded[i]) * ((double)x[i] - (double)decoded[i]);
                assert_true(isfinite(error) ? fabs(error - returned) <= 1e-12 * error : !isfinite(returned)); // floats overflow
                for (size_t step = 0; step < trellis.steps; step++)
                    assert_true(path[step] < 1 << trellis.step_bits);
            }
        free(memory);
    }
}

static void encode_rows(const void *context, struct carvq_coded_row *rows, size_t count)
{
    carvq_trellis_encode_rows(context, rows, count);
}

// The squared error of a row with the best of the levels.
static double encode_best(const struct carvq_trellis *trellis, const float *x, const float *scales, size_t count, unsigned reach)
{
    const uint32_t n = trellis->cols;
    const struct carvq_levels levels = {scales, count, reach, n, trellis->steps * sizeof(uint16_t), encode_rows, trellis};
    uint16_t *paths = malloc(2 * trellis->steps * sizeof *paths);
    float *decoded = malloc(2 * n * sizeof *decoded);
    assert_true(paths != NULL && decoded != NULL);
    size_t number = carvq_trellis_nearest_level(scales, count, carvq_trellis_row_scale(x, n));
    struct carvq_coded_row row = {x, 0, paths, decoded, 0}, spare = {x, 0, paths + trellis->steps, decoded + n, 0};
    carvq_levels_encode(&levels, &row, 1, &number, &spare);
    free(paths);
    free(decoded);
    return row.error;
}

static double row_set_sqnr(unsigned state_bits, unsigned step_bits, uint32_t cols, size_t rows, const float *levels, size_t count,
                           unsigned reach)
{
    struct carvq_trellis trellis;
    void *memory = trellis_make(&trellis, state_bits, step_bits, cols);
    float *x = malloc(cols * sizeof *x);
    double energy = 0, error = 0;
    assert_non_null(x);
    for (size_t row = 0; row < rows; row++) {
        fill_normal(x, cols, 1, 1000 + row);
        error += encode_best(&trellis, x, levels, count, reach);
        for (size_t i = 0; i < cols; i++)
            energy += (double)x[i] * (double)x[i];
    }
    free(x);
    free(memory);
    return 10 * log10(energy / error);
}

// Within 0.15 dB (few values decide at high rates) of what was measured over more rows; one scale for all.
static void test_normal_rows(void **state)
{
    (void)state;
    const float level = 1.0f / 32;
    for (size_t rate = 0; rate < RATE_COUNT; rate++) {
        double long_rows = row_set_sqnr(rates[rate].state_bits, rates[rate].step_bits, 2048, 30, &level, 1, 0);
        double short_rows = row_set_sqnr(rates[rate].state_bits, rates[rate].step_bits, 128, 480, &level, 1, 0);
        double long_floor = rates[rate].sqnr - rates[rate].start / 2048 - 0.15;
        double short_floor = rates[rate].sqnr - rates[rate].start / 128 - 0.15;
        print_message("S %u k %u: %.3f dB, n = 128: %.3f dB\n", rates[rate].state_bits, rates[rate].step_bits, long_rows,
                      short_rows);
        assert_true(long_rows > long_floor && long_rows < long_floor + 0.3);
        assert_true(short_rows > short_floor && short_rows < short_floor + 0.3);
    }
}

static void test_levels_fit_rows(void **state)
{
    (void)state;
    struct carvq_trellis_scales scales;
    void *memory = scales_make(&scales);
    float values[4000], levels[1 << CARVQ_TRELLIS_MAX_SCALE_BITS];
    double before = INFINITY;
    fill_normal(values, 4000, 0.4f, 5);
    for (size_t i = 0; i < 4000; i++) {
        values[i] = 0.001f * expf(values[i]);
        carvq_trellis_scales_add(&scales, values[i], 1);
    }
    for (unsigned bits = 0; bits <= CARVQ_TRELLIS_MAX_SCALE_BITS; bits++) {
        double error = 0, weights = 0;
        carvq_trellis_scales_fit(&scales, bits, levels);
        for (size_t i = 0; i < (size_t)1 << bits; i++) {
            assert_true(levels[i] > 0 && (i == 0 || levels[i] >= levels[i - 1]));
            assert_true(levels[i] == carvq_bf16_to_f32(carvq_f32_to_bf16(levels[i])));
        }
        for (size_t i = 0; i < 4000; i++) {
            size_t level = carvq_trellis_nearest_level(levels, (size_t)1 << bits, values[i]);
            double difference = log((double)levels[level] / (double)values[i]), weight = (double)values[i] * (double)values[i];
            for (size_t other = 0; other < (size_t)1 << bits; other++)
                assert_true(fabs(log((double)levels[other] / (double)values[i])) >= fabs(difference) - 1e-6);
            error += weight * difference * difference;
            weights += weight;
        }
        // Levels are a factor of 2^(1/2^b) closer with each bit; the best quantizer of a normal logarithm has 1 and 0.36 of its
        // variance.
        if (bits < 2)
            assert_true(fabs(error / weights / 0.16 - (bits == 0 ? 1 : 0.36)) < 0.05);
        assert_true(bits > 6 || error < 0.4 * before);
        before = error;
    }
    free(memory);
}

static void test_levels_of_few_rows(void **state)
{
    (void)state;
    struct carvq_trellis_scales scales;
    void *memory = scales_make(&scales);
    float levels[16];
    carvq_trellis_scales_fit(&scales, 4, levels); // none
    for (size_t i = 0; i < 16; i++)
        assert_true(levels[i] == 0);
    carvq_trellis_scales_add(&scales, 0, 1);
    carvq_trellis_scales_add(&scales, 0.25f, 1);
    carvq_trellis_scales_add(&scales, 3, 1);
    carvq_trellis_scales_fit(&scales, 4, levels);
    assert_true(levels[0] == 0 && levels[1] == 0.25f && levels[15] == 3);
    assert_true(levels[carvq_trellis_nearest_level(levels, 16, 0)] == 0);
    assert_true(levels[carvq_trellis_nearest_level(levels, 16, 1e-30f)] == 0.25f);
    assert_true(levels[carvq_trellis_nearest_level(levels, 16, 1e30f)] == 3);
    carvq_trellis_scales_fit(&scales, 0, levels); // one level is not wasted on zeros
    assert_true(levels[0] > 2.5f && levels[0] <= 3);
    free(memory);
}

// Trying more levels never makes a row worse.
static void test_more_levels_tried(void **state)
{
    (void)state;
    const float levels[] = {0, 0.7f / 32, 0.8f / 32, 0.9f / 32, 1.0f / 32, 1.1f / 32, 1.2f / 32, 1.3f / 32};
    double before = 0;
    for (unsigned reach = 0; reach < 8; reach += 1 + reach) {
        double sqnr = row_set_sqnr(10, 4, 32, 500, levels, 8, reach);
        print_message("reach %u: %.3f dB\n", reach, sqnr);
        assert_true(reach == 0 || reach > 3 ? sqnr >= before : sqnr > before);
        before = sqnr;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_format_agrees),
        cmocka_unit_test(test_no_better_path),
        cmocka_unit_test(test_instruction_sets_agree),
        cmocka_unit_test(test_extreme_rows),
        cmocka_unit_test(test_normal_rows),
        cmocka_unit_test(test_levels_fit_rows),
        cmocka_unit_test(test_levels_of_few_rows),
        cmocka_unit_test(test_more_levels_tried),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
