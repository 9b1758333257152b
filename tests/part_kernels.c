// SPDX-License-Identifier: MIT
// Every kernel of this machine for rows of codecs additive and raw, for what all rows share, the adaptor and 16-bit values beside
// the scalar one, bit for bit. What a kernel reads and writes is allocated to the byte.
#include "random_segment.h"

#define INFINITE 0x7c00 // of F16

static struct carvq_kernels scalar;

// Calls check with the kernels of each level of this machine.
static void for_each_level(void (*check)(const struct carvq_kernels *kernels, const char *level, uint64_t *random))
{
    carvq_kernels_choose(CARVQ_LEVEL_SCALAR, &scalar);
    for (int level = 0; level <= (int)carvq_level_here(NULL); level++) {
        struct carvq_kernels kernels;
        uint64_t random = 11;
        carvq_kernels_choose((enum carvq_level)level, &kernels);
        check(&kernels, carvq_level_name((enum carvq_level)level), &random);
    }
}

static size_t below(uint64_t *random, size_t limit)
{
    return next_random(random) % limit;
}

static void *allocate(size_t size)
{
    void *memory = malloc(size + (size == 0));
    assert_non_null(memory);
    return memory;
}

static uint8_t *random_halves(enum carvq_dtype dtype, size_t count, uint64_t *random)
{
    uint8_t *halves = allocate(2 * count);
    for (size_t i = 0; i < count; i++) {
        const float value = next_float(random);
        carvq_narrow(dtype, &value, 1, halves + 2 * i);
    }
    return halves;
}

static float *random_rows(size_t count, uint64_t *random)
{
    float *rows = allocate(count * sizeof *rows);
    for (size_t i = 0; i < count; i++)
        rows[i] = next_float(random);
    return rows;
}

static float *copy_rows(const float *rows, size_t count)
{
    float *copy = allocate(count * sizeof *copy);
    memcpy(copy, rows, count * sizeof *copy);
    return copy;
}

static void check_widened(const struct carvq_kernels *kernels, const char *level, enum carvq_dtype dtype, const uint8_t *data,
                          size_t count)
{
    float *right = allocate(count * sizeof *right), *values = allocate(count * sizeof *values);
    carvq_widen(dtype, data, count, right);
    kernels->widen(dtype, data, count, values);
    if (memcmp(values, right, count * sizeof *right) != 0)
        fail_msg("%s: %zu values of %s widened", level, count, carvq_dtype_name(dtype));
    free(right);
    free(values);
}

static void check_narrowed(const struct carvq_kernels *kernels, const char *level, enum carvq_dtype dtype, const float *values,
                           size_t count)
{
    const size_t size = count * carvq_dtype_size(dtype);
    uint8_t *right = allocate(size), *data = allocate(size);
    carvq_narrow(dtype, values, count, right);
    kernels->narrow(dtype, values, count, data);
    if (memcmp(data, right, size) != 0)
        fail_msg("%s: %zu values narrowed to %s", level, count, carvq_dtype_name(dtype));
    free(right);
    free(data);
}

static const enum carvq_dtype types[] = {CARVQ_BF16, CARVQ_F16, CARVQ_F32};

// All 16-bit values, NaN and subnormal ones among them; and what is between two of them, or next to that.
static void check_all_values(const struct carvq_kernels *kernels, const char *level)
{
    enum { NEAR = 5, COUNT = 65536 };
    uint8_t *all = allocate(2 * COUNT);
    float *values = allocate(COUNT * sizeof *values);
    for (size_t i = 0; i < COUNT; i++)
        carvq_store_u16(all + 2 * i, (uint16_t)i);
    for (int t = 0; t < 2; t++) {
        check_widened(kernels, level, types[t], all, COUNT);
        for (int near = 0; near < NEAR; near++) {
            static const int32_t steps[2][NEAR] = {{0, 1, 0x7fff, 0x8000, 0x8001}, {0, 1, 0xfff, 0x1000, 0x1001}};
            carvq_widen(types[t], all, COUNT, values);
            for (size_t i = 0; i < COUNT; i++)
                values[i] = carvq_float_from_bits(carvq_float_bits(values[i]) + (uint32_t)steps[t][near]);
            check_narrowed(kernels, level, types[t], values, COUNT);
        }
    }
    free(values);
    free(all);
}

static void check_halves(const struct carvq_kernels *kernels, const char *level, uint64_t *random)
{
    check_all_values(kernels, level);
    for (size_t count = 0; count < 70; count++)
        for (int t = 0; t < 3; t++) {
            uint8_t *data = allocate(count * carvq_dtype_size(types[t]));
            float *values = allocate(count * sizeof *values);
            fill(data, count * carvq_dtype_size(types[t]), random);
            for (size_t i = 0; i < count; i++)
                values[i] = carvq_float_from_bits(next_random(random));
            check_widened(kernels, level, types[t], data, count);
            check_narrowed(kernels, level, types[t], values, count);
            free(values);
            free(data);
        }
}

static void test_halves(void **state)
{
    (void)state;
    for_each_level(check_halves);
}

// Rows of any segment, several a call, in columns that a decoder may begin with.
static void check_rows(const struct carvq_segment *segment, const char *level, uint64_t *random)
{
    struct carvq_segment plain = *segment;
    scalar.choose[segment->info->codec](&plain);
    for (int i = 0; i < 12; i++) {
        const size_t n = segment->info->cols, count = 1 + below(random, 5), step = segment->column_step;
        const size_t first = i < 3 ? 0 : below(random, (n - 1) / step + 1) * step;
        const struct carvq_columns columns = {first, i < 3 ? n : 1 + below(random, n - first)};
        const size_t stride = columns.count + below(random, 3), size = (count - 1) * stride + columns.count;
        uint64_t rows[5];
        float *right = random_rows(size, random), *values = copy_rows(right, size);
        for (size_t r = 0; r < count; r++)
            rows[r] = below(random, (size_t)segment->info->rows);
        plain.decode_rows(&plain, rows, count, columns, right, stride);
        segment->decode_rows(segment, rows, count, columns, values, stride);
        if (memcmp(right, values, size * sizeof *values) != 0)
            fail_msg("%s: %zu rows of %zu columns, %zu from %zu on (codec %d)", level, count, n, columns.count, first,
                     (int)segment->info->codec);
        free(right);
        free(values);
    }
}

static void check_raw(const struct carvq_kernels *kernels, const char *level, uint64_t *random)
{
    for (uint32_t i = 0; i < 80; i++) {
        const size_t rows = 1 + below(random, 9), cols = 1 + i;
        struct carvq_segment_info info = {
            .codec = CARVQ_RAW, .rows = rows, .cols = (uint32_t)cols, .value_dtype = types[next_random(random) % 2]};
        uint8_t *values = allocate(2 * rows * cols);
        struct carvq_segment segment = {.info = &info, .codes = values};
        fill(values, 2 * rows * cols, random);
        assert_true(carvq_segment_sizes(&info));
        assert_non_null(kernels->choose[CARVQ_RAW](&segment));
        check_rows(&segment, level, random);
        free(values);
    }
}

static void test_raw(void **state)
{
    (void)state;
    for_each_level(check_raw);
}

// Patterns of strides at random, then those of codewords that are as long as they may be, and rows of many passes.
static void check_additive(const struct carvq_kernels *kernels, const char *level, uint64_t *random)
{
    for (uint32_t i = 0; i < 150; i++) {
        static const char *const long_strides[] = {"8", "88888888", "1888888", "11111118", "1"};
        const uint32_t count = 1 + next_random(random) % CARVQ_MAX_STRIDES;
        const unsigned longest = 1 + next_random(random) % CARVQ_MAX_STRIDE;
        char strides[CARVQ_MAX_STRIDES + 1] = {0};
        struct random_segment s;
        for (uint32_t k = 0; k < count; k++)
            strides[k] = (char)('1' + next_random(random) % longest);
        make_segment(&s, 1 + below(random, 70), 1 + below(random, i % 10 == 0 ? 3000 : 400),
                     i % 10 == 9 ? long_strides[i / 10 % 5] : strides, 2 + next_random(random) % 3, next_random(random) % 2 == 0,
                     next_random(random) % 9, kernels, random);
        check_rows(&s.segment, level, random);
        free_segment(&s);
    }
}

static void test_additive(void **state)
{
    (void)state;
    for_each_level(check_additive);
}

// A kernel that adds to columns of rows, beside the scalar one.
typedef void add_to_rows(const struct carvq_kernels *kernels, const void *what, const uint32_t *ids, size_t count,
                         struct carvq_columns columns, float *values, size_t stride);

static void check_added(const struct carvq_kernels *kernels, const char *level, add_to_rows *add, const void *what, size_t table,
                        size_t n, uint64_t *random)
{
    const size_t count = 1 + below(random, 19), first = next_random(random) % 2 == 0 ? 0 : below(random, n);
    const struct carvq_columns columns = {first, first == 0 ? n : 1 + below(random, n - first)};
    const size_t stride = columns.count + below(random, 3), size = (count - 1) * stride + columns.count;
    uint32_t ids[19];
    float *right = random_rows(size, random), *values = copy_rows(right, size);
    for (size_t r = 0; r < count; r++)
        ids[r] = (uint32_t)below(random, table);
    add(&scalar, what, ids, count, columns, right, stride);
    add(kernels, what, ids, count, columns, values, stride);
    if (memcmp(right, values, size * sizeof *values) != 0)
        fail_msg("%s: %zu columns from %zu on of %zu rows", level, columns.count, first, count);
    free(right);
    free(values);
}

static float coefficient(const struct carvq_shared *shared, uint64_t id, uint32_t direction)
{
    const uint64_t first = (id * shared->rank + direction) * shared->bits;
    int field = 0;
    for (unsigned i = 0; i < shared->bits; i++)
        field |= (shared->coefficients[(first + i) / 8] >> (first + i) % 8 & 1) << i;
    return (float)(field - (1 << (shared->bits - 1)));
}

// What the format says.
static void add_shared_plainly(const struct carvq_shared *shared, const uint32_t *ids, size_t count, struct carvq_columns columns,
                               float *values, size_t stride)
{
    const size_t n = shared->cols;
    for (size_t r = 0; r < count; r++)
        for (size_t c = 0; c < columns.count; c++) {
            const size_t column = columns.first + c;
            float *value = values + r * stride + c;
            if (shared->mean != NULL)
                *value += carvq_half_to_f32(shared->mean_dtype, shared->mean + 2 * column);
            for (uint32_t k = 0; k < shared->rank; k++) {
                const float direction = carvq_half_to_f32(shared->dtype, shared->directions + 2 * (k * n + column));
                *value += (float)(coefficient(shared, ids[r], k) * direction);
            }
        }
}

static void add_shared(const struct carvq_kernels *kernels, const void *what, const uint32_t *ids, size_t count,
                       struct carvq_columns columns, float *values, size_t stride)
{
    if (kernels == &scalar)
        add_shared_plainly(what, ids, count, columns, values, stride);
    else
        kernels->add_shared(what, ids, count, columns, values, stride);
}

static void check_shared(const struct carvq_kernels *kernels, const char *level, uint64_t *random)
{
    for (size_t i = 0; i < 200; i++) {
        const size_t table = 1 + below(random, 30), n = 1 + below(random, i % 2 == 0 ? 80 : 300);
        struct carvq_shared shared = {.cols = (uint32_t)n,
                                      .rank = next_random(random) % (i % 5 == 0 ? 40 : 6),
                                      .bits = 1 + next_random(random) % 8,
                                      .mean_dtype = types[next_random(random) % 2],
                                      .dtype = types[next_random(random) % 2]};
        const size_t coefficient_bytes = (table * shared.rank * shared.bits + 7) / 8;
        uint8_t *mean = random_halves(shared.mean_dtype, n, random), *coefficients = allocate(coefficient_bytes);
        uint8_t *directions = random_halves(shared.dtype, shared.rank * n, random);
        fill(coefficients, coefficient_bytes, random);
        shared.mean = i % 3 == 0 ? NULL : mean;
        shared.directions = directions;
        shared.coefficients = coefficients;
        check_added(kernels, level, add_shared, &shared, table, n, random);
        free(mean);
        free(directions);
        free(coefficients);
    }
}

static void test_shared(void **state)
{
    (void)state;
    for_each_level(check_shared);
}

static void add_adaptor(const struct carvq_kernels *kernels, const void *what, const uint32_t *ids, size_t count,
                        struct carvq_columns columns, float *values, size_t stride)
{
    kernels->add_adaptor(what, ids, count, columns, values, stride);
}

static void check_units(const struct carvq_kernels *kernels, const char *level, const struct carvq_adaptor *adaptor, size_t table,
                        uint64_t *random)
{
    const size_t first = below(random, adaptor->hidden), left = adaptor->hidden - first, count = 1 + below(random, 8);
    const size_t width = 1 + below(random, left < CARVQ_ADAPTOR_UNITS ? left : CARVQ_ADAPTOR_UNITS);
    uint32_t ids[CARVQ_ADAPTOR_ROWS];
    float right[CARVQ_ADAPTOR_ROWS][CARVQ_ADAPTOR_UNITS], units[CARVQ_ADAPTOR_ROWS][CARVQ_ADAPTOR_UNITS];
    for (size_t r = 0; r < count; r++)
        ids[r] = (uint32_t)below(random, table);
    memset(right, 0x55, sizeof right);
    memset(units, 0x55, sizeof units);
    scalar.make_units(adaptor, ids, count, first, width, right);
    kernels->make_units(adaptor, ids, count, first, width, units);
    for (size_t r = 0; r < CARVQ_ADAPTOR_ROWS; r++)
        for (size_t j = 0; j < CARVQ_ADAPTOR_UNITS; j++)
            if (carvq_float_bits(units[r][j]) != carvq_float_bits(right[r][j]) || (r < count && j < width && !(units[r][j] >= 0)))
                fail_msg("%s: unit %zu of %zu from %zu on, row %zu of %zu, of an adaptor %u-%u", level, j, width, first, r, count,
                         (unsigned)adaptor->dim, (unsigned)adaptor->hidden);
}

static void check_adaptor(const struct carvq_kernels *kernels, const char *level, uint64_t *random)
{
    for (size_t i = 0; i < 200; i++) {
        static const size_t dims[] = {1, 3, 16, 65, 130};
        const enum carvq_dtype dtype = types[i % 2];
        const size_t table = 1 + below(random, 30), n = 1 + below(random, i % 4 < 2 ? 80 : 300);
        const size_t m = dims[below(random, 5)], hidden = 1 + below(random, i % 4 < 2 ? 70 : 260);
        uint8_t *parts[5] = {random_halves(dtype, table * m, random), random_halves(dtype, m * hidden, random),
                             random_halves(dtype, hidden, random), random_halves(dtype, hidden * n, random),
                             random_halves(dtype, n, random)};
        const struct carvq_adaptor adaptor = {(uint32_t)m, (uint32_t)hidden, (uint32_t)n, dtype,   parts[0],
                                              parts[1],    parts[2],         parts[3],    parts[4]};
        if (i % 5 == 0) { // a unit that is never active has weights that would show, and a row's units are all NaN
            const size_t unit = below(random, hidden);
            carvq_store_u16(parts[2] + 2 * unit, dtype == CARVQ_F16 ? INFINITE | 0x8000 : 0xff80);
            for (size_t c = 0; c < n; c++)
                carvq_store_u16(parts[3] + 2 * (unit * n + c), dtype == CARVQ_F16 ? INFINITE : 0x7f80);
            carvq_store_u16(parts[0], 0x7fff);
        }
        check_units(kernels, level, &adaptor, table, random);
        check_added(kernels, level, add_adaptor, &adaptor, table, n, random);
        for (int p = 0; p < 5; p++)
            free(parts[p]);
    }
}

static void test_adaptor(void **state)
{
    (void)state;
    for_each_level(check_adaptor);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_halves), cmocka_unit_test(test_raw),     cmocka_unit_test(test_additive),
        cmocka_unit_test(test_shared), cmocka_unit_test(test_adaptor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
