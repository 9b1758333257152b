// SPDX-License-Identifier: MIT
// The head: logits of every golden file beside looked-up rows, parts and segments, states that are not finite, damaged tiers;
// codec additive value by value, and every kernel of this machine beside the scalar one.
#include <math.h>

#include "table_files.h"

#include "runtime/half.h"
#include "runtime/head.h"
#include "runtime/table.h"

static uint32_t next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*state >> 32);
}

// Of about a normal distribution, with an outlier now and then.
static float next_float(uint64_t *state)
{
    float sum = 0;
    for (int i = 0; i < 4; i++)
        sum += (float)(next_random(state) >> 8) * 0x1p-24f - 0.5f;
    return next_random(state) % 50 == 0 ? 20 * sum : sum;
}

static float *random_states(size_t count, size_t stride, uint64_t seed)
{
    float *states = malloc(count * stride * sizeof *states);
    assert_non_null(states);
    for (size_t i = 0; i < count * stride; i++)
        states[i] = next_float(&seed);
    return states;
}

// Exactly as large a workspace as is needed, for a sanitizer to see, at any address.
static enum carvq_status multiply(const struct carvq_table *table, const float *hidden, size_t count, size_t hidden_stride,
                                  float *logits, size_t stride, const struct carvq_logits_part *part, size_t shift)
{
    struct carvq_error error = {0};
    const size_t nbytes = carvq_logits_workspace(table, count);
    unsigned char *workspace = malloc(nbytes + shift);
    assert_non_null(workspace);
    memset(workspace, 0xaa, nbytes + shift);
    enum carvq_status status = carvq_logits(table, hidden, count, hidden_stride, logits, stride, part, workspace + shift, nbytes,
                                            &error);
    if (status != CARVQ_OK)
        assert_true(error.message[0] != '\0' && error.status == status);
    free(workspace);
    return status;
}

static const char *const golden[] = {
    "adaptor",      "rvq-columns",     "rvq-odd-bits", "rvq-one-group", "rvq-one-value", "rvq-padded",   "rvq-preset",
    "two-tables",   "v2-long-rows",    "v2-one-value", "v2-raw",        "v2-tiers-16",   "v2-tiers-2",   "v2-tiers-3",
    "v2-rvq-mean",  "v2-rvq-low-rank", "v2-tiers-4",   "v2-tiers-8",    "v2-trellis",    "v2-two-kinds", "v3-additive",
    "v3-long-rows", "v3-position",     "v3-short",     "v3-tiers",
};
#define GOLDEN (sizeof golden / sizeof *golden)

static void for_golden_tables(void (*check)(const char *name, const struct carvq_table *table))
{
    for (size_t g = 0; g < GOLDEN; g++) {
        struct bytes bytes = read_golden(golden[g]);
        struct carvq_file *file;
        assert_int_equal(carvq_open_memory(bytes.data, bytes.size, &file, NULL), CARVQ_OK);
        for (size_t t = 0; t < carvq_table_count(file); t++)
            check(golden[g], carvq_table_at(file, t));
        carvq_close(file);
        free(bytes.data);
    }
}

// What a logit may differ from the product in double precision: rounding of floats, and of entries to 1/255 of the widest range
// of a step, which is less than twice the largest codeword times the state.
static double tolerance(const struct carvq_table *table, uint32_t id, const float *row, const float *hidden)
{
    const struct carvq_table_info *info = carvq_info(table);
    const struct carvq_segment *segment = &table->segments[carvq_row_segment(table, id)];
    double sum = 0, widest = 0, largest = 0;
    for (uint32_t c = 0; c < info->cols; c++)
        sum += fabs((double)row[c] * (double)hidden[c]);
    if (segment->info->codec == CARVQ_ADDITIVE) {
        for (unsigned code = 0; code < 1u << segment->info->scale_bits; code++)
            largest = fmax(largest, (double)carvq_half_to_f32(segment->info->value_dtype, segment->codebooks + 2 * code));
        for (struct carvq_step step = carvq_additive_step(segment, 0); step.number < segment->additive.steps;
             carvq_additive_go_on(segment, &step)) {
            double reach = 0;
            for (uint32_t i = 0; i < step.width && step.column + i < info->cols; i++)
                reach += 127 * fabs((double)hidden[step.column + i]);
            widest = fmax(widest, 2 * reach);
        }
        sum += 1000 * largest * widest / 255 / 2 * sqrt(segment->additive.steps);
    }
    return 1e-3 * sum + 1e-5;
}

static void check_products(const char *name, const struct carvq_table *table)
{
    enum { STATES = 3 };
    const struct carvq_table_info *info = carvq_info(table);
    const size_t n = info->cols, rows = (size_t)info->rows, hidden_stride = n + 5, stride = rows + 3;
    float *hidden = random_states(STATES, hidden_stride, 1), *logits = malloc(STATES * stride * sizeof *logits);
    float *row = malloc(n * sizeof *row);
    assert_int_equal(multiply(table, hidden, STATES, hidden_stride, logits, stride, NULL, 0), CARVQ_OK);
    for (uint32_t id = 0; id < rows; id++) {
        assert_int_equal(carvq_lookup(table, &id, 1, row, n, NULL), CARVQ_OK);
        for (size_t i = 0; i < STATES; i++) {
            const float *state = hidden + i * hidden_stride;
            double product = 0;
            for (size_t c = 0; c < n; c++)
                product += (double)row[c] * (double)state[c];
            if (!(fabs((double)logits[i * stride + id] - product) <= tolerance(table, id, row, state)))
                fail_msg("%s: row %u of table '%s': logit %g, not %g", name, (unsigned)id, info->name,
                         (double)logits[i * stride + id], product);
        }
    }
    free(row);
    free(logits);
    free(hidden);
}

static void test_products(void **state)
{
    (void)state;
    for_golden_tables(check_products);
}

// The logits of nine states at once are those of each alone, in any parts, and of each segment alone.
static void check_parts(const char *name, const struct carvq_table *table)
{
    enum { STATES = 9, STRANGE = 77 };
    const struct carvq_table_info *info = carvq_info(table);
    const size_t n = info->cols, rows = (size_t)info->rows, size = STATES * rows * sizeof(float);
    float *hidden = random_states(STATES, n, 2), *all = malloc(size), *logits = malloc(size);
    assert_int_equal(multiply(table, hidden, STATES, n, all, rows, NULL, 0), CARVQ_OK);
    for (size_t i = 0; i < STATES; i++)
        assert_int_equal(multiply(table, hidden + i * n, 1, n, logits + i * rows, rows, NULL, i), CARVQ_OK);
    assert_memory_equal(all, logits, size);
    for (uint32_t parts = 2; parts < 6; parts++) {
        memset(logits, 0, size);
        for (uint32_t part = 0; part < parts; part++)
            assert_int_equal(multiply(table, hidden, STATES, n, logits, rows, &(struct carvq_logits_part){0, 0, part, parts}, 0),
                             CARVQ_OK);
        assert_memory_equal(all, logits, size);
    }
    for (uint32_t first = 0; first < info->segment_count; first++)
        for (uint32_t count = 1; count <= info->segment_count - first; count++) {
            for (size_t i = 0; i < STATES * rows; i++)
                logits[i] = STRANGE;
            const struct carvq_logits_part part = {first, count, 0, 0};
            assert_int_equal(multiply(table, hidden, STATES, n, logits, rows, &part, 0), CARVQ_OK);
            for (uint32_t id = 0; id < rows; id++) {
                const uint32_t segment = carvq_row_segment(table, id);
                for (size_t i = 0; i < STATES; i++) {
                    const float right = segment >= first && segment < first + count ? all[i * rows + id] : STRANGE;
                    if (memcmp(&right, &logits[i * rows + id], sizeof right) != 0)
                        fail_msg("%s: segments %u to %u: row %u of segment %u", name, (unsigned)first,
                                 (unsigned)(first + count - 1), (unsigned)id, (unsigned)segment);
                }
            }
        }
    free(logits);
    free(all);
    free(hidden);
}

static void test_parts(void **state)
{
    (void)state;
    for_golden_tables(check_parts);
}

// A state that is not finite gets NaN, and changes nothing of the others; one of zeros, or next to that, gets zeros.
static void check_not_finite(const char *name, const struct carvq_table *table)
{
    enum { STATES = 6 };
    static const float strange[STATES] = {0, NAN, INFINITY, -INFINITY, 0x1.000002p96f, -0x1p96f};
    const struct carvq_table_info *info = carvq_info(table);
    const size_t n = info->cols, rows = (size_t)info->rows;
    float *hidden = random_states(STATES, n, 3), *logits = malloc(STATES * rows * sizeof *logits),
          *first = malloc(rows * sizeof *first);
    for (size_t i = 1; i < STATES; i++)
        hidden[i * n + i % n] = strange[i];
    assert_int_equal(multiply(table, hidden, STATES, n, logits, rows, NULL, 0), CARVQ_OK);
    assert_int_equal(multiply(table, hidden, 1, n, first, rows, NULL, 0), CARVQ_OK);
    assert_memory_equal(first, logits, rows * sizeof *first);
    for (size_t i = 1; i < STATES; i++)
        for (size_t id = 0; id < rows; id++)
            if ((i < 5) != (carvq_float_bits(logits[i * rows + id]) == 0x7fc00000))
                fail_msg("%s: state %zu, row %zu: %g", name, i, id, (double)logits[i * rows + id]);
    for (int exponent = 0; exponent < 150; exponent += 3) {
        for (size_t c = 0; c < n; c++)
            hidden[c] = exponent == 0 ? 0 : ldexpf(hidden[n * 5 - 1 - c], -exponent);
        hidden[0] = exponent == 0 ? 0 : ldexpf(1, -exponent);
        assert_int_equal(multiply(table, hidden, 1, n, logits, rows, NULL, 0), CARVQ_OK);
        for (size_t id = 0; id < rows; id++)
            assert_true(exponent == 0 ? logits[id] == 0 : isfinite(logits[id]) || n > 1);
    }
    free(first);
    free(logits);
    free(hidden);
}

static void test_not_finite(void **state)
{
    (void)state;
    for_golden_tables(check_not_finite);
}

static void test_arguments(void **state)
{
    struct bytes bytes = read_golden("v3-tiers");
    struct carvq_file *file;
    (void)state;
    assert_int_equal(carvq_open_memory(bytes.data, bytes.size, &file, NULL), CARVQ_OK);
    const struct carvq_table *table = carvq_find(file, "t");
    const size_t n = carvq_info(table)->cols, rows = (size_t)carvq_info(table)->rows, size = carvq_logits_workspace(table, 2);
    float *hidden = random_states(2, n, 4), *logits = malloc(2 * rows * sizeof *logits);
    void *workspace = malloc(size);
    const struct {
        size_t hidden_stride, stride, size;
        struct carvq_logits_part part;
        const char *message;
    } bad[] = {
        {n - 1, rows, size, {0}, "columns"},         {n, rows - 1, size, {0}, "rows"},
        {n, rows, size - 1, {0}, "a workspace of"},  {n, rows, size, {0, 0, 1, 0}, "no part 1 of 1"},
        {n, rows, size, {0, 0, 4, 4}, "no part 4"},  {n, rows, size, {4, 0, 0, 0}, "segments from number 4"},
        {n, rows, size, {1, 4, 0, 0}, "4 segments"}, {n, rows, size, {3, UINT32_MAX, 0, 0}, "segments"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct carvq_error error = {0};
        assert_int_equal(carvq_logits(table, hidden, 2, bad[i].hidden_stride, logits, bad[i].stride, &bad[i].part, workspace,
                                      bad[i].size, &error),
                         CARVQ_ERROR_ARGUMENT);
        assert_non_null(strstr(error.message, bad[i].message));
    }
    assert_true(carvq_logits_workspace(table, 8) == carvq_logits_workspace(table, 1000));
    assert_int_equal(carvq_logits(table, hidden, 0, n, logits, rows, NULL, workspace, size, NULL), CARVQ_OK);
    free(workspace);
    free(logits);
    free(hidden);
    carvq_close(file);
    free(bytes.data);
}

// Either the logits are those of a directory that says where every row is, or it is damaged; nothing is written beyond them.
static void test_damaged_tiers(void **state)
{
    uint64_t random = 5;
    size_t refused = 0;
    (void)state;
    struct bytes bytes = read_golden("v3-tiers");
    struct carvq_file *file;
    unsigned char *tiers;
    assert_int_equal(carvq_open_memory(bytes.data, bytes.size, &file, NULL), CARVQ_OK);
    const struct carvq_table *table = carvq_find(file, "t");
    const size_t n = carvq_info(table)->cols, rows = (size_t)carvq_info(table)->rows,
                 size = (size_t)carvq_info(table)->tier_bytes;
    float *hidden = random_states(1, n, 6), *logits = malloc(rows * sizeof *logits);
    unsigned char *copy = malloc(size);
    tiers = bytes.data + (table->tiers - bytes.data);
    memcpy(copy, tiers, size);
    for (int round = 0; round < 300; round++) {
        memcpy(tiers, copy, size);
        for (uint32_t k = 0; k < 1 + next_random(&random) % 4; k++)
            tiers[next_random(&random) % size] ^= (unsigned char)(1u << next_random(&random) % 8);
        const struct carvq_logits_part part = {0, 0, (uint32_t)round % 3, 3};
        enum carvq_status status = multiply(table, hidden, 1, n, logits, rows, round % 2 ? &part : NULL, 0);
        assert_true(status == CARVQ_OK || status == CARVQ_ERROR_FORMAT);
        refused += status != CARVQ_OK;
    }
    assert_true(refused > 100);
    free(copy);
    free(logits);
    free(hidden);
    carvq_close(file);
    free(bytes.data);
}

// A segment of random codes and books.
struct random_segment {
    struct carvq_segment segment;
    struct carvq_segment_info info;
    uint8_t *codes, *books, scales[2 << CARVQ_MAX_SCALE_BITS], *scale_codes;
};

static void fill(uint8_t *bytes, uint64_t count, uint64_t *random)
{
    for (uint64_t i = 0; i < count; i++)
        bytes[i] = (uint8_t)next_random(random);
}

static void make_segment(struct random_segment *s, size_t rows, size_t cols, const char *strides, unsigned span, bool position,
                         unsigned scale_bits, const struct carvq_kernels *kernels, uint64_t *random)
{
    *s = (struct random_segment){.info = {.codec = CARVQ_ADDITIVE,
                                          .rows = rows,
                                          .cols = (uint32_t)cols,
                                          .value_dtype = CARVQ_BF16,
                                          .scale_bits = scale_bits,
                                          .stride_count = (uint32_t)strlen(strides),
                                          .span = span,
                                          .position_books = position}};
    for (uint32_t i = 0; i < s->info.stride_count; i++)
        s->info.strides[i] = (uint8_t)(strides[i] - '0');
    assert_true(carvq_segment_sizes(&s->info));
    const uint64_t numbers = carvq_additive_scale_code_bytes(&s->info), code_bytes = s->info.code_bytes - numbers;
    const uint64_t book_bytes = s->info.codebook_bytes - ((uint64_t)2 << scale_bits);
    s->codes = malloc((size_t)code_bytes);
    s->books = malloc((size_t)book_bytes);
    s->scale_codes = malloc((size_t)numbers + 1);
    fill(s->codes, code_bytes, random);
    fill(s->books, book_bytes, random);
    fill(s->scale_codes, numbers, random);
    for (unsigned i = 0; i < 1u << scale_bits; i++)
        carvq_store_u16(s->scales + 2 * i, (uint16_t)(0x3c00 + next_random(random) % 0x200));
    s->segment = (struct carvq_segment){
        .info = &s->info, .codes = s->codes, .codebooks = s->scales, .books = s->books, .scale_codes = s->scale_codes};
    s->info.kernel = kernels->choose[CARVQ_ADDITIVE](&s->segment);
}

static void free_segment(struct random_segment *s)
{
    free(s->codes);
    free(s->books);
    free(s->scale_codes);
}

static const struct shape {
    size_t rows, cols;
    const char *strides;
    unsigned span;
    bool position;
    unsigned scale_bits;
} shapes[] = {
    {1, 1, "1", 2, false, 0},      {16, 8, "1", 3, true, 4},
    {17, 9, "8", 4, false, 3},     {33, 100, "323", 3, false, 4},
    {15, 65, "21212", 2, true, 8}, {530, 130, "2", 3, false, 4},
    {513, 259, "2", 4, true, 5},   {1041, 40, "112", 3, false, 4},
    {48, 1100, "4", 3, true, 0},   {100, 515, "87654321", 4, false, 1},
    {31, 300, "1", 3, false, 4},   {511, 127, "3", 2, true, 6},
    {64, 3000, "565", 3, true, 4}, {3, 20, "12345678", 4, false, 2},
    {2000, 17, "18", 3, true, 7},
};
#define SHAPES (sizeof shapes / sizeof *shapes)

// The numbers of the scalar decoder, from what the format says.
static void test_values(void **state)
{
    uint64_t random = 7;
    struct carvq_kernels kernels;
    (void)state;
    carvq_kernels_choose(CARVQ_LEVEL_SCALAR, &kernels);
    for (size_t i = 0; i < SHAPES; i++) {
        const struct shape *shape = &shapes[i];
        struct random_segment s;
        make_segment(&s, shape->rows, shape->cols, shape->strides, shape->span, shape->position, shape->scale_bits, &kernels,
                     &random);
        float *row = malloc(shape->cols * sizeof *row);
        int32_t *sums = malloc((shape->cols + 64) * sizeof *sums);
        for (uint64_t r = 0; r < shape->rows; r += 1 + shape->rows / 20) {
            memset(sums, 0, (shape->cols + 64) * sizeof *sums);
            for (uint32_t t = 0; t < carvq_additive_steps(&s.info); t++) {
                const uint8_t *line = s.codes + carvq_additive_line(&s.info, r / 16, t / 8);
                const unsigned code = line[t % 8 / 2 * 16 + r % 16] >> t % 2 * 4 & 15;
                for (uint32_t k = 0; k < carvq_additive_width(&s.info, t); k++)
                    sums[carvq_additive_column(&s.info, t) + k] += (int8_t)
                                                                       s.books[carvq_additive_book(&s.info, t) + 16 * k + code];
            }
            carvq_decode_row(&s.segment, r, row);
            for (size_t c = 0; c < shape->cols; c++)
                assert_true(row[c] == (float)sums[c] * carvq_additive_scale(&s.segment, r));
        }
        free(sums);
        free(row);
        free_segment(&s);
    }
}

static struct carvq_head_tables make_room(const struct carvq_segment *segment)
{
    struct carvq_head_tables tables = {aligned_alloc(64, (size_t)segment->additive.groups * CARVQ_TABLE_BYTES),
                                       malloc((segment->additive.groups + 3) / 4), 0, 0};
    assert_non_null(tables.entries);
    assert_non_null(tables.multipliers);
    return tables;
}

static void check_tables(const struct carvq_kernels *kernels, const char *level, const struct carvq_segment *segment,
                         const float *hidden, struct carvq_head_tables *right)
{
    const size_t groups = segment->additive.groups;
    float *products = malloc(segment->additive.steps * 17 * sizeof *products);
    struct carvq_head_tables tables = make_room(segment);
    carvq_additive_tables(segment, hidden, products, right);
    kernels->make_tables(segment, hidden, products, &tables);
    if (memcmp(tables.entries, right->entries, groups * CARVQ_TABLE_BYTES) != 0 ||
        memcmp(tables.multipliers, right->multipliers, (groups + 3) / 4) != 0 || tables.unit != right->unit ||
        memcmp(&tables.offset, &right->offset, sizeof tables.offset) != 0)
        fail_msg("%s: tables of %u columns, %u steps", level, (unsigned)segment->info->cols, (unsigned)segment->additive.steps);
    free(tables.entries);
    free(tables.multipliers);
    free(products);
}

static void check_sums(const struct carvq_kernels *kernels, const char *level, const struct carvq_segment *segment,
                       const struct carvq_head_tables tables[CARVQ_HEAD_STATES])
{
    static int32_t right[CARVQ_HEAD_STATES][CARVQ_CHUNK_ROWS], sums[CARVQ_HEAD_STATES][CARVQ_CHUNK_ROWS];
    for (uint64_t first = 0; first < segment->info->rows; first += CARVQ_CHUNK_ROWS) {
        const uint64_t left = segment->info->rows - first, rows = left < CARVQ_CHUNK_ROWS ? left : CARVQ_CHUNK_ROWS;
        const uint8_t *lines = segment->codes + carvq_additive_line(segment->info, first / 16, 0);
        const uint32_t tiles = (uint32_t)(rows + 15) / 16;
        carvq_additive_sum_lines(lines, segment->additive.groups, tiles, tables, CARVQ_HEAD_STATES, right);
        for (size_t states = 1; states <= CARVQ_HEAD_STATES; states++) {
            memset(sums, 0x55, sizeof sums);
            kernels->sum_lines(lines, segment->additive.groups, tiles, tables, states, sums);
            for (size_t i = 0; i < states; i++)
                if (memcmp(sums[i], right[i], tiles * 16 * sizeof **sums) != 0)
                    fail_msg("%s: sums of %u tiles, %u groups, state %zu of %zu", level, (unsigned)tiles,
                             (unsigned)segment->additive.groups, i, states);
        }
    }
}

static void check_dots(const struct carvq_kernels *kernels, const char *level, uint64_t *random)
{
    for (size_t i = 0; i < 300; i++) {
        const size_t first = next_random(random) % 40, count = next_random(random) % 130;
        float *values = random_states(1, count + 1, i), *hidden = random_states(1, first + count + 1, i + 1000);
        float sums[2][CARVQ_DOT_LANES];
        for (size_t k = 0; k < CARVQ_DOT_LANES; k++)
            sums[0][k] = sums[1][k] = next_float(random);
        carvq_dot_add(values, first, count, hidden, sums[0]);
        kernels->add_dot(values, first, count, hidden, sums[1]);
        if (memcmp(sums[0], sums[1], sizeof sums[0]) != 0)
            fail_msg("%s: a dot product of %zu columns from %zu on", level, count, first);
        free(values);
        free(hidden);
    }
}

static void check_rows(const struct carvq_segment *scalar, const struct carvq_segment *segment, const char *level,
                       uint64_t *random)
{
    const size_t n = segment->info->cols;
    float *right = malloc(n * sizeof *right), *row = malloc(n * sizeof *row);
    for (size_t i = 0; i < 20; i++) {
        const uint64_t r = next_random(random) % segment->info->rows;
        const size_t step = segment->column_step, first = i < 4 ? 0 : next_random(random) % ((n - 1) / step + 1) * step;
        const struct carvq_columns columns = {first, i < 4 ? n : 1 + next_random(random) % (n - first)};
        scalar->decode_rows(scalar, &r, 1, columns, right, 0);
        segment->decode_rows(segment, &r, 1, columns, row, 0);
        if (memcmp(right, row, columns.count * sizeof *row) != 0)
            fail_msg("%s: row %u of %u columns, %zu from %zu on", level, (unsigned)r, (unsigned)n, columns.count, columns.first);
    }
    free(right);
    free(row);
}

static void test_kernels(void **state)
{
    uint64_t random = 8;
    struct carvq_kernels scalar;
    (void)state;
    carvq_kernels_choose(CARVQ_LEVEL_SCALAR, &scalar);
    for (int level = 0; level <= (int)carvq_level_here(NULL); level++) {
        struct carvq_kernels kernels;
        const char *name = carvq_level_name((enum carvq_level)level);
        carvq_kernels_choose((enum carvq_level)level, &kernels);
        check_dots(&kernels, name, &random);
        for (size_t i = 0; i < SHAPES; i++) {
            const struct shape *shape = &shapes[i];
            struct random_segment s;
            struct carvq_head_tables tables[CARVQ_HEAD_STATES];
            make_segment(&s, shape->rows, shape->cols, shape->strides, shape->span, shape->position, shape->scale_bits, &kernels,
                         &random);
            struct carvq_segment plain = s.segment;
            scalar.choose[CARVQ_ADDITIVE](&plain);
            check_rows(&plain, &s.segment, name, &random);
            for (size_t k = 0; k < CARVQ_HEAD_STATES; k++) {
                float *hidden = random_states(1, shape->cols, i * CARVQ_HEAD_STATES + k);
                if (k == 7)
                    memset(hidden, 0, shape->cols * sizeof *hidden);
                tables[k] = make_room(&s.segment);
                check_tables(&kernels, name, &s.segment, hidden, &tables[k]);
                if (k == 6) { // the largest sums
                    memset(tables[k].entries, 255, (size_t)s.segment.additive.groups * CARVQ_TABLE_BYTES);
                    memset(tables[k].multipliers, 127, (s.segment.additive.groups + 3) / 4);
                }
                free(hidden);
            }
            check_sums(&kernels, name, &s.segment, tables);
            for (size_t k = 0; k < CARVQ_HEAD_STATES; k++) {
                free(tables[k].entries);
                free(tables[k].multipliers);
            }
            free_segment(&s);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_products),  cmocka_unit_test(test_parts),         cmocka_unit_test(test_not_finite),
        cmocka_unit_test(test_arguments), cmocka_unit_test(test_damaged_tiers), cmocka_unit_test(test_values),
        cmocka_unit_test(test_kernels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
