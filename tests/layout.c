// SPDX-License-Identifier: MIT
// The header that the encoder writes is one that the runtime reads, whatever is in the table.
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "runtime/safetensors.h"
#include "encode/layout.h"
#include "runtime/table.h"

static uint32_t random_below(uint64_t *state, uint32_t end)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*state >> 33) % end;
}

struct made {
    struct carvq_table_info info;
    struct carvq_segment_info segments[CARVQ_MAX_SEGMENTS];
};

static struct carvq_segment_info random_segment(uint64_t *random)
{
    struct carvq_segment_info segment = {.codec = (enum carvq_codec)random_below(random, 3),
                                         .rows = 1 + random_below(random, 90)};
    segment.value_dtype = random_below(random, 2) ? CARVQ_F16 : CARVQ_BF16;
    if (segment.codec == CARVQ_RVQ) {
        segment.subvector = 1 + random_below(random, 9);
        segment.group = 1 + random_below(random, 500);
        segment.grouping = (enum carvq_grouping)random_below(random, 2);
        segment.stages = 1 + random_below(random, 4);
        segment.code_bits = 1 + random_below(random, 6);
    } else if (segment.codec == CARVQ_TRELLIS) {
        segment.state_bits = random_below(random, 2) ? 10 : 12;
        segment.step_bits = 2 + random_below(random, 7);
        segment.scale_bits = random_below(random, 9);
    }
    return segment;
}

static void make_table(struct made *made, const char *name, uint32_t segments, uint64_t *random)
{
    *made = (struct made){.info = {.name = name, .cols = 1 + random_below(random, 50), .segment_count = segments}};
    made->info.dtype = (enum carvq_dtype)random_below(random, 3);
    for (uint32_t i = 0; i < segments; i++) {
        made->segments[i] = random_segment(random);
        made->info.rows += made->segments[i].rows;
    }
    if (random_below(random, 2)) {
        made->info.mean = 1;
        made->info.mean_dtype = CARVQ_F16;
    }
    if (random_below(random, 2)) {
        made->info.rank = 1 + random_below(random, 9);
        made->info.low_rank_bits = 2 + random_below(random, 7);
        made->info.low_rank_dtype = CARVQ_BF16;
    }
    if (random_below(random, 2)) {
        made->info.adaptor_dim = 1 + random_below(random, 5);
        made->info.adaptor_hidden = 1 + random_below(random, 5);
        made->info.adaptor_dtype = CARVQ_F16;
    }
    assert_true(carvq_table_sizes(&made->info, made->segments));
}

static void check_segment(const struct carvq_segment_info *read, const struct carvq_segment_info *meant)
{
    assert_non_null(read->kernel);
    assert_int_equal(read->codec, meant->codec);
    assert_int_equal(read->rows, meant->rows);
    assert_int_equal(read->cols, meant->cols);
    assert_int_equal(read->value_dtype, meant->value_dtype);
    assert_int_equal(read->subvector, meant->subvector);
    assert_int_equal(read->group, meant->group);
    assert_int_equal(read->groups, meant->groups);
    assert_int_equal(read->grouping, meant->grouping);
    assert_int_equal(read->stages, meant->stages);
    assert_int_equal(read->code_bits, meant->code_bits);
    assert_int_equal(read->state_bits, meant->state_bits);
    assert_int_equal(read->step_bits, meant->step_bits);
    assert_int_equal(read->scale_bits, meant->scale_bits);
    assert_int_equal(read->code_bytes, meant->code_bytes);
    assert_int_equal(read->codebook_bytes, meant->codebook_bytes);
}

// What was read is what was meant.
static void check_table(const struct carvq_table *table, const struct made *made)
{
    const struct carvq_table_info *info = carvq_info(table), *meant = &made->info;
    assert_string_equal(info->name, meant->name);
    assert_int_equal(info->rows, meant->rows);
    assert_int_equal(info->cols, meant->cols);
    assert_int_equal(info->dtype, meant->dtype);
    assert_int_equal(info->segment_count, meant->segment_count);
    assert_int_equal(info->mean, meant->mean);
    assert_int_equal(info->mean_dtype, meant->mean_dtype);
    assert_int_equal(info->rank, meant->rank);
    assert_int_equal(info->low_rank_bits, meant->low_rank_bits);
    assert_int_equal(info->low_rank_dtype, meant->low_rank_dtype);
    assert_int_equal(info->adaptor_dim, meant->adaptor_dim);
    assert_int_equal(info->adaptor_hidden, meant->adaptor_hidden);
    assert_int_equal(info->adaptor_dtype, meant->adaptor_dtype);
    assert_int_equal(info->payload_bytes, meant->payload_bytes);
    for (uint32_t i = 0; i < info->segment_count; i++)
        check_segment(&info->segments[i], &made->segments[i]);
}

// The offsets of the layout are those of the views; 16-bit values are aligned in the file.
static void check_offsets(const struct carvq_table *table, uint64_t (*offsets)[CARVQ_MAX_SEGMENTS], const unsigned char *data,
                          int version)
{
    const struct carvq_table_info *info = carvq_info(table);
    for (uint32_t i = 0; i < info->segment_count; i++) {
        const struct carvq_segment *segment = &table->segments[i];
        if (segment->info->codec == CARVQ_RAW) {
            assert_ptr_equal(segment->codes, data + offsets[CARVQ_PART_VALUES][i]);
            assert_int_equal(offsets[CARVQ_PART_VALUES][i] % 2, 0);
            continue;
        }
        assert_ptr_equal(segment->codes, data + offsets[CARVQ_PART_CODES][i]);
        assert_ptr_equal(segment->codebooks, data + offsets[CARVQ_PART_CODEBOOKS][i]);
        assert_int_equal(offsets[CARVQ_PART_CODEBOOKS][i] % 2, 0);
    }
    if (info->mean)
        assert_ptr_equal(table->shared.mean, data + offsets[CARVQ_PART_MEAN][0]);
    if (info->rank > 0) {
        assert_ptr_equal(table->shared.directions, data + offsets[CARVQ_PART_DIRECTIONS][0]);
        assert_ptr_equal(table->shared.coefficients, data + offsets[CARVQ_PART_COEFFICIENTS][0]);
    }
    if (info->segment_count > 1)
        assert_ptr_equal(table->tiers, data + offsets[CARVQ_PART_TIERS][0]);
    if (info->adaptor_dim > 0)
        assert_ptr_equal(table->adaptor.table, data + offsets[CARVQ_PART_ADAPTOR][0]);
    if (version == 2) {
        assert_int_equal(offsets[CARVQ_PART_MEAN][0] % 2, 0);
        assert_int_equal(offsets[CARVQ_PART_DIRECTIONS][0] % 2, 0);
        assert_int_equal(offsets[CARVQ_PART_ADAPTOR][0] % 2, 0);
    }
}

static void check_file(const struct made *tables, size_t count, int version)
{
    struct carvq_table_info infos[3];
    struct carvq_layout *layout;
    struct carvq_file *file;
    struct carvq_error error = {0};
    for (size_t i = 0; i < count; i++)
        infos[i] = tables[i].info;
    assert_int_equal(carvq_layout_make(infos, count, false, 0, &layout, &error), CARVQ_OK);
    unsigned char *data = calloc(1, (size_t)layout->file_bytes);
    assert_non_null(data);
    memcpy(data, layout->header, layout->header_bytes);
    assert_non_null(strstr((const char *)data + 8, version == 1 ? "\"carvq.version\":\"1\"" : "\"carvq.version\":\"2\""));
    if (carvq_open_memory(data, (size_t)layout->file_bytes, &file, &error) != CARVQ_OK)
        fail_msg("%s\n%s", error.message, (const char *)data + 8);
    for (size_t i = 0; i < count; i++) {
        const struct carvq_table *table = carvq_find(file, infos[i].name);
        assert_non_null(table);
        check_table(table, &tables[i]);
        check_offsets(table, layout->offsets[i], data, version);
    }
    carvq_close(file);
    carvq_layout_free(layout);
    free(data);
}

static void test_reader_agrees(void **state)
{
    uint64_t random = 1;
    (void)state;
    for (int round = 0; round < 400; round++) {
        struct made tables[3];
        size_t count = 1 + random_below(&random, 3);
        for (size_t i = 0; i < count; i++)
            make_table(&tables[i], i == 0 ? "a" : i == 1 ? "b\"\\" : "a.segments", 1 + random_below(&random, 16), &random);
        struct carvq_segment_info *raw = &tables[0].segments[0]; // which no file of version 1 has
        *raw = (struct carvq_segment_info){.codec = CARVQ_RAW, .rows = raw->rows, .value_dtype = CARVQ_F16};
        assert_true(carvq_table_sizes(&tables[0].info, tables[0].segments));
        for (size_t i = 0; i < count; i++)
            tables[i].info.segments = tables[i].segments;
        check_file(tables, count, 2);
    }
}

// What version 1 can say is said in version 1; beside a table that needs version 2 it is said in the same words.
static void test_version_1_where_that_suffices(void **state)
{
    (void)state;
    struct made tables[2] = {{.info = {.name = "t", .rows = 10, .cols = 16, .segment_count = 1}}};
    tables[0].segments[0] = (struct carvq_segment_info){
        .codec = CARVQ_RVQ, .rows = 10, .value_dtype = CARVQ_BF16, .subvector = 8, .group = 8, .stages = 1, .code_bits = 4};
    tables[0].info.adaptor_dim = tables[0].info.adaptor_hidden = 2;
    tables[0].info.adaptor_dtype = CARVQ_BF16;
    tables[1] = tables[0];
    tables[1].info.name = "mean";
    tables[1].info.mean = 1;
    tables[1].info.mean_dtype = CARVQ_BF16;
    for (int i = 0; i < 2; i++)
        assert_true(carvq_table_sizes(&tables[i].info, tables[i].segments));
    check_file(tables, 1, 1);
    check_file(tables, 2, 2);
    check_file(tables + 1, 1, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reader_agrees),
        cmocka_unit_test(test_version_1_where_that_suffices),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
