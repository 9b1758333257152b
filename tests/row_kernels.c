// SPDX-License-Identifier: MIT
// Every kernel of this machine that decodes rows of the codecs trellis and rvq beside the scalar decoder, bit for bit. Codes and
// books are allocated as long as they are, so that AddressSanitizer sees what is read beyond them.
#include "random_states.h"

#include "runtime/half.h"
#include "runtime/table.h"
#include "runtime/trellis_tables.h"

static const uint32_t widths[] = {1, 2, 15, 16, 17, 31, 33, 129, 2049};
#define WIDTHS (sizeof widths / sizeof *widths)

// What a row's values are put into has more room than they need.
#define SPARE 5

#define MAX_BOOK_BYTES 300000 // of a case that is tried; small groups of large books take long and show nothing new

static uint8_t *random_bytes(uint64_t count, uint64_t *random)
{
    uint8_t *bytes = malloc((size_t)count);
    assert_non_null(bytes);
    for (uint64_t i = 0; i < count; i++)
        bytes[i] = (uint8_t)next_random(random);
    return bytes;
}

// Numbers of both signs from 2^-24 to about 1000 that are exact in neither type's sums.
static uint8_t *random_values(enum carvq_dtype dtype, uint64_t nbytes, uint64_t *random)
{
    uint8_t *values = malloc((size_t)nbytes);
    assert_non_null(values);
    for (uint64_t i = 0; i < nbytes; i += 2) {
        const uint32_t exponent = dtype == CARVQ_BF16 ? (103 + next_random(random) % 34) << 7 : next_random(random) % 25 << 10;
        const uint32_t mantissa = next_random(random) % (dtype == CARVQ_BF16 ? 0x80 : 0x400);
        carvq_store_u16(values + i, (uint16_t)((next_random(random) & 0x8000) | exponent | mantissa));
    }
    return values;
}

// All these rows at once, in a window of columns: nothing but its values may be written.
static void check_window(const struct carvq_segment *scalar, const struct carvq_segment *segment, const char *name,
                         struct carvq_columns columns, const uint64_t *rows, size_t count)
{
    const size_t stride = columns.count + SPARE, values = count * stride;
    float *right = malloc(values * sizeof *right), *wrong = malloc(values * sizeof *wrong);
    assert_non_null(right);
    assert_non_null(wrong);
    for (size_t i = 0; i < values; i++)
        right[i] = wrong[i] = -1e30f;
    scalar->decode_rows(scalar, rows, count, columns, right, stride);
    segment->decode_rows(segment, rows, count, columns, wrong, stride);
    if (memcmp(right, wrong, values * sizeof *right) != 0)
        fail_msg("%s: %zu of %u columns, from %zu on, %u rows: not what the scalar decoder makes of them", name, columns.count,
                 (unsigned)segment->info->cols, columns.first, (unsigned)segment->info->rows);
    free(right);
    free(wrong);
}

static void check_segment(const struct carvq_segment *scalar, const struct carvq_segment *segment, const char *name,
                          uint64_t *random)
{
    const size_t n = segment->info->cols, step = segment->column_step;
    const uint64_t last = segment->info->rows - 1;
    uint64_t rows[12];
    const size_t count = last < 11 ? (size_t)last + 1 : 12;
    assert_int_equal(step, scalar->column_step);
    for (size_t i = 0; i < count; i++)
        rows[i] = last - i; // the last ones end where the tensor does
    check_window(scalar, segment, name, (struct carvq_columns){0, n}, rows, count);
    for (size_t i = 0; i < 6; i++) {
        const size_t first = next_random(random) % ((n - 1) / step + 1) * step;
        check_window(scalar, segment, name, (struct carvq_columns){first, 1 + next_random(random) % (n - first)}, rows, count);
        check_window(scalar, segment, name, (struct carvq_columns){first, n - first}, rows, 1);
        for (size_t k = 0; k < count; k++)
            rows[k] = next_random(random) % (last + 1);
    }
}

// Compares the kernels of all levels. is_taken: whether those of a level above scalar have a decoder of their own.
static void check_levels(struct carvq_segment_info *info, bool (*is_taken)(int level, const struct carvq_segment_info *info),
                         uint64_t *random)
{
    struct carvq_kernels kernels;
    assert_true(carvq_segment_sizes(info));
    if (carvq_level_here(NULL) == CARVQ_LEVEL_SCALAR || info->codebook_bytes > MAX_BOOK_BYTES)
        return;
    uint8_t *codes = random_bytes(info->code_bytes, random);
    uint8_t *books = random_values(info->value_dtype, info->codebook_bytes, random);
    struct carvq_segment scalar = {.info = info, .codes = codes, .codebooks = books};
    carvq_kernels_choose(CARVQ_LEVEL_SCALAR, &kernels);
    kernels.choose[info->codec](&scalar);
    for (int level = 1; level <= (int)carvq_level_here(NULL); level++) {
        struct carvq_segment segment = {.info = info, .codes = codes, .codebooks = books};
        carvq_kernels_choose((enum carvq_level)level, &kernels);
        const char *name = kernels.choose[info->codec](&segment);
        assert_non_null(name);
        if ((segment.decode_rows != scalar.decode_rows) != is_taken(level, info))
            fail_msg("%s: level %s", name, carvq_level_name((enum carvq_level)level));
        check_segment(&scalar, &segment, name, random);
    }
    free(codes);
    free(books);
}

static bool is_taken_trellis(int level, const struct carvq_segment_info *info)
{
    (void)info;
    return level >= CARVQ_LEVEL_AVX2;
}

static void test_trellis(void **state)
{
    uint64_t random = 1;
    (void)state;
    for (unsigned state_bits = 10; state_bits <= 12; state_bits += 2)
        for (unsigned k = CARVQ_TRELLIS_MIN_STEP_BITS; k <= CARVQ_TRELLIS_MAX_STEP_BITS; k++)
            for (size_t i = 0; i < WIDTHS && carvq_trellis_table(state_bits, k) != NULL; i++)
                for (unsigned scale_bits = 0; scale_bits <= 8; scale_bits += 4) {
                    struct carvq_segment_info info = {.codec = CARVQ_TRELLIS,
                                                      .rows = 1 + next_random(&random) % 40,
                                                      .cols = widths[i],
                                                      .value_dtype = (i + scale_bits / 4) % 2 == 0 ? CARVQ_BF16 : CARVQ_F16,
                                                      .state_bits = state_bits,
                                                      .step_bits = k,
                                                      .scale_bits = scale_bits};
                    check_levels(&info, is_taken_trellis, &random);
                }
}

static bool is_taken_rvq(int level, const struct carvq_segment_info *info)
{
#if defined(__x86_64__)
    level -= CARVQ_LEVEL_NEON; // which is below AVX2, and no level there
#endif
    return level >= 1 && info->subvector == 8 && info->code_bits == 4 && info->stages <= 4 &&
           info->grouping == CARVQ_GROUP_ROWS && info->group >= 32;
}

static void test_rvq(void **state)
{
    static const struct {
        unsigned h, kappa, stages;
    } shapes[] = {{8, 4, 1}, {8, 4, 2}, {8, 4, 3},  {8, 4, 4},  {8, 4, 5},
                  {7, 4, 3}, {8, 3, 2}, {16, 8, 2}, {3, 12, 1}, {1, 1, 16}};
    static const uint64_t groups[] = {1, 31, 32, 37, 1000, (uint64_t)1 << 40};
    uint64_t random = 2;
    (void)state;
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++)
        for (size_t g = 0; g < sizeof groups / sizeof *groups; g++)
            for (size_t i = 0; i < WIDTHS; i++)
                for (int grouping = 0; grouping < 2; grouping++) {
                    struct carvq_segment_info info = {.codec = CARVQ_RVQ,
                                                      .rows = 1 + next_random(&random) % (shapes[s].kappa > 4 ? 3 : 40),
                                                      .cols = widths[i],
                                                      .value_dtype = (i + g) % 2 == 0 ? CARVQ_BF16 : CARVQ_F16,
                                                      .subvector = shapes[s].h,
                                                      .group = groups[g],
                                                      .grouping = grouping == 0 ? CARVQ_GROUP_ROWS : CARVQ_GROUP_COLUMNS,
                                                      .stages = shapes[s].stages,
                                                      .code_bits = shapes[s].kappa};
                    check_levels(&info, is_taken_rvq, &random);
                }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_trellis),
        cmocka_unit_test(test_rvq),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
