// SPDX-License-Identifier: MIT
// The head: logits of every golden file beside looked-up rows, parts and segments, states that are not finite, damaged tiers;
// codec additive value by value, and every kernel of this machine beside the scalar one.
#include <math.h>

#include "random_states.h"

#include "runtime/half.h"
#include "runtime/head.h"
#include "runtime/table.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_products),  cmocka_unit_test(test_parts),         cmocka_unit_test(test_not_finite),
        cmocka_unit_test(test_arguments), cmocka_unit_test(test_damaged_tiers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
