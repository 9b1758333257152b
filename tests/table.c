// SPDX-License-Identifier: MIT
// The runtime: hostile files, lookups at the edges of the map, threads.
#define _POSIX_C_SOURCE 200809L
#define _DEFAULT_SOURCE // MAP_ANONYMOUS
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include "table_files.h"

// A good file. ' stands for \".
static const char good
    [] = "{\"__metadata__\":{\"carvq.version\":\"1\",\"carvq.table.t\":\"{'rows':4,'cols':16,'dtype':'F32','segments':[{'codec':'"
         "rvq',"
         "'subvector':8,'group':8,'grouping':'rows','stages':1,'code_bits':4}]}\"},\"t.codes\":{\"dtype\":\"U8\",\"shape\":[4,1],"
         "\"data_offsets\":[0,4]},\"t.codebooks\":{\"dtype\":\"BF16\",\"shape\":[1,1,16,8],\"data_offsets\":[4,260]}}";

static void test_description_must_match(void **state)
{
    static const struct variant variants[] = {
        {"", "", CARVQ_OK, ""},
        {"\"carvq.version\":\"1\"", "\"x\":\"1\"", CARVQ_ERROR_NOT_FOUND, "not one made by carvq"},
        {"\"carvq.version\":\"1\"", "\"carvq.version\":\"4\"", CARVQ_ERROR_UNSUPPORTED, "version '4'"},
        {"carvq.table.t", "carvq.tablet", CARVQ_ERROR_FORMAT, "no table"},
        {"'rows':4", "'rows':5", CARVQ_ERROR_FORMAT, "shape"},
        {"'rows':4", "'rows':0", CARVQ_ERROR_FORMAT, "'rows'"},
        {"'rows':4", "'rows':4294967297", CARVQ_ERROR_FORMAT, "'rows'"},
        {"'rows':4", "'rows':4.0", CARVQ_ERROR_FORMAT, "'rows'"},
        {"'rows':4", "'rows':-4", CARVQ_ERROR_FORMAT, "'rows'"},
        {"'rows':4,", "", CARVQ_ERROR_FORMAT, "'rows' is missing"},
        {"'rows':4,", "'rows':4,'rows':4,", CARVQ_ERROR_FORMAT, "twice"},
        {"'rows':4,", "'rows':4,'rank':4,", CARVQ_ERROR_UNSUPPORTED, "rank"},
        {"'cols':16", "'cols':17", CARVQ_ERROR_FORMAT, "shape"},
        {"'F32'", "'F64'", CARVQ_ERROR_UNSUPPORTED, "F64"},
        {"'F32'", "7", CARVQ_ERROR_FORMAT, "'dtype'"},
        {"'rvq'", "'trellis'", CARVQ_ERROR_UNSUPPORTED, "trellis"},
        {"'subvector':8", "'subvector':257", CARVQ_ERROR_FORMAT, "'subvector'"},
        {"'group':8", "'group':4", CARVQ_ERROR_FORMAT, "shape"},
        {"'group':8", "'group':18446744073709551615", CARVQ_ERROR_FORMAT, "'group'"},
        {"'rows','stages'", "'ranks','stages'", CARVQ_ERROR_UNSUPPORTED, "ranks"},
        {"'stages':1", "'stages':17", CARVQ_ERROR_FORMAT, "'stages'"},
        {"'code_bits':4", "'code_bits':13", CARVQ_ERROR_FORMAT, "'code_bits'"},
        {"'code_bits':4}", "'code_bits':4},{}", CARVQ_ERROR_UNSUPPORTED, "segment"},
        {"'segments':[{'codec':'rvq',", "'segments':[],'x':[{'codec':'rvq',", CARVQ_ERROR_FORMAT, "segment"},
        {"]}\"}", "],'adaptor':{'dim':1,'hidden':1}}\"}", CARVQ_ERROR_FORMAT, "t.adaptor.table' is missing"},
        {"]}\"}", "],'adaptor':{'dim':1}}\"}", CARVQ_ERROR_FORMAT, "'hidden' is missing"},
        {"t.codes", "t.code", CARVQ_ERROR_FORMAT, "t.codes' is missing"},
        {"\"U8\"", "\"I8\"", CARVQ_ERROR_FORMAT, "dtype I8"},
        {"\"BF16\"", "\"I16\"", CARVQ_ERROR_FORMAT, "dtype I16"},
        {"[4,1]", "[4]", CARVQ_ERROR_FORMAT, "shape"},
        {"[1,1,16,8]", "[1,16,1,8]", CARVQ_ERROR_FORMAT, "shape"},
        {"\"t.codebooks\"", "\"u\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[4,4]},\"t.codebooks\"", CARVQ_ERROR_FORMAT,
         "no table"},
        {"[{'codec'", "[[{'codec'", CARVQ_ERROR_FORMAT, "description"},
    };
    (void)state;
    check_variants(good, 260, variants, sizeof variants / sizeof *variants);
}

static void test_sizes_that_wrap(void **state)
{
    // Bytes of the codebooks: G L K h 2 with G = V S = 2^56, L = 2^4, K = 2^12, h = 1.
    (void)state;
    struct carvq_error error;
    struct bytes bytes = make_variant_of(
        good,
        "'rows':4,'cols':16,'dtype':'F32','segments':[{'codec':'rvq','subvector':8,'group':8,"
        "'grouping':'rows','stages':1,'code_bits':4",
        "'rows':4294967296,'cols':16777216,'dtype':'F32','segments':[{'codec':'rvq','subvector':1,"
        "'group':1,'grouping':'rows','stages':16,'code_bits':12",
        260);
    assert_int_equal(try_open(bytes, &error), CARVQ_ERROR_FORMAT);
    assert_non_null(strstr(error.message, "absurdly large"));
    free(bytes.data);
}

static void test_data_at_a_multiple_of_64(void **state)
{
    (void)state;
    struct carvq_error error;
    struct bytes whole = read_golden("rvq-one-value");
    struct bytes moved = {malloc(whole.size + 1), whole.size + 1};
    size_t length = (size_t)whole.data[0] | (size_t)whole.data[1] << 8;
    memcpy(moved.data, whole.data, 8 + length);
    moved.data[8 + length] = ' ';
    memcpy(moved.data + 8 + length + 1, whole.data + 8 + length, whole.size - 8 - length);
    moved.data[0]++;
    assert_int_equal(try_open(moved, &error), CARVQ_ERROR_FORMAT);
    assert_non_null(strstr(error.message, "multiple of 64"));
    free(whole.data);
    free(moved.data);
}

static void test_truncated_file(void **state)
{
    (void)state;
    static const char *const names[] = {"rvq-preset", "two-tables", "v2-tiers-2", "v2-two-kinds"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct bytes whole = read_golden(names[i]);
        assert_int_equal(try_open(whole, NULL), CARVQ_OK);
        for (size_t size = 0; size < whole.size; size++) {
            struct bytes cut = {malloc(size + 1), size}; // a buffer of its own, so that ASan sees every byte beyond
            memcpy(cut.data, whole.data, size);
            assert_int_not_equal(try_open(cut, NULL), CARVQ_OK);
            free(cut.data);
        }
        free(whole.data);
    }
}

static void look_up_everything(const struct carvq_file *file)
{
    for (size_t t = 0; t < carvq_table_count(file); t++) {
        const struct carvq_table *table = carvq_table_at(file, t);
        const struct carvq_table_info *info = carvq_info(table);
        float *row = malloc(info->cols * sizeof *row);
        for (uint32_t id = 0; id < info->rows; id++)
            assert_int_equal(carvq_lookup(table, &id, 1, row, info->cols, NULL), CARVQ_OK);
        free(row);
    }
}

// Whatever a flipped bit in the header does, a file that still opens can be looked up everywhere.
static void test_flipped_bits(void **state)
{
    (void)state;
    static const char *const names[] = {"two-tables", "v2-two-kinds", "v2-tiers-4"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct bytes bytes = read_golden(names[i]);
        size_t opened = 0, header = 8 + ((size_t)bytes.data[0] | (size_t)bytes.data[1] << 8);
        for (size_t bit = 0; bit < 8 * header; bit++) {
            struct carvq_file *file;
            bytes.data[bit / 8] ^= (unsigned char)(1 << bit % 8);
            if (carvq_open_memory(bytes.data, bytes.size, &file, NULL) == CARVQ_OK) {
                opened++;
                look_up_everything(file);
                carvq_close(file);
            }
            bytes.data[bit / 8] ^= (unsigned char)(1 << bit % 8);
        }
        assert_true(opened > 0); // e.g. in the name of a table or in the spaces behind the header
        free(bytes.data);
    }
}

// The file ends, and the output row ends, where memory ends: one byte too far is a crash.
static void test_lookup_stays_inside(void **state)
{
    static const char *const names[] = {"rvq-preset",   "rvq-columns", "rvq-padded",      "rvq-one-value",
                                        "adaptor",      "two-tables",  "v2-rvq-low-rank", "v2-raw",
                                        "v2-one-value", "v2-trellis",  "v2-long-rows",    "v2-tiers-2",
                                        "v2-tiers-4",   "v2-tiers-8",  "v2-tiers-16",     "v2-two-kinds"};
    const size_t page = (size_t)sysconf(_SC_PAGESIZE), room = 64 * page;
    (void)state;
    unsigned char *input = mmap(NULL, room + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    unsigned char *output = mmap(NULL, room + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(input != MAP_FAILED && output != MAP_FAILED);
    assert_int_equal(mprotect(input + room, page, PROT_NONE), 0);
    assert_int_equal(mprotect(output + room, page, PROT_NONE), 0);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct bytes bytes = read_golden(names[i]);
        struct carvq_file *file;
        assert_true(bytes.size <= room);
        memcpy(input + room - bytes.size, bytes.data, bytes.size);
        assert_int_equal(carvq_open_memory(input + room - bytes.size, bytes.size, &file, NULL), CARVQ_OK);
        for (size_t t = 0; t < carvq_table_count(file); t++) {
            const struct carvq_table *table = carvq_table_at(file, t);
            const struct carvq_table_info *info = carvq_info(table);
            float *row = (float *)(void *)(output + room) - info->cols;
            for (uint32_t id = 0; id < info->rows; id++)
                assert_int_equal(carvq_lookup(table, &id, 1, row, info->cols, NULL), CARVQ_OK);
        }
        carvq_close(file);
        free(bytes.data);
    }
    munmap(input, room + page);
    munmap(output, room + page);
}

static void test_unaligned_memory(void **state)
{
    (void)state;
    struct bytes bytes = read_golden("adaptor");
    float rows[2][300];
    unsigned char *shifted = malloc(bytes.size + 1);
    memcpy(shifted + 1, bytes.data, bytes.size);
    for (int i = 0; i < 2; i++) {
        struct carvq_file *file;
        const uint32_t id = 7;
        assert_int_equal(carvq_open_memory(i == 0 ? bytes.data : shifted + 1, bytes.size, &file, NULL), CARVQ_OK);
        assert_int_equal(carvq_lookup(carvq_find(file, "t"), &id, 1, rows[i], 300, NULL), CARVQ_OK);
        carvq_close(file);
    }
    assert_memory_equal(rows[0], rows[1], sizeof rows[0]);
    free(shifted);
    free(bytes.data);
}

static void test_id_out_of_range(void **state)
{
    (void)state;
    struct bytes bytes = read_golden("rvq-preset");
    struct carvq_file *file;
    struct carvq_error error;
    assert_int_equal(carvq_open_memory(bytes.data, bytes.size, &file, NULL), CARVQ_OK);
    const uint32_t ids[3] = {5, 96, 1};
    float rows[3 * 64];
    for (size_t i = 0; i < 3 * 64; i++)
        rows[i] = 42;
    assert_int_equal(carvq_lookup(carvq_find(file, NULL), ids, 3, rows, 64, &error), CARVQ_ERROR_RANGE);
    assert_non_null(strstr(error.message, "no row 96, the last is 95"));
    for (size_t i = 0; i < 3 * 64; i++)
        assert_true(rows[i] == 42);
    assert_int_equal(carvq_lookup(carvq_find(file, NULL), ids, 1, rows, 63, &error), CARVQ_ERROR_ARGUMENT);
    carvq_close(file);
    free(bytes.data);
}

static void test_find(void **state)
{
    (void)state;
    struct bytes bytes = read_golden("two-tables");
    struct carvq_file *file;
    assert_int_equal(carvq_open_memory(bytes.data, bytes.size, &file, NULL), CARVQ_OK);
    assert_int_equal(carvq_table_count(file), 2);
    assert_null(carvq_find(file, NULL));
    assert_null(carvq_find(file, "b"));
    assert_null(carvq_table_at(file, 2));
    assert_ptr_equal(carvq_find(file, "a"), carvq_table_at(file, 0));
    const struct carvq_table_info *info = carvq_info(carvq_find(file, "a\xc3\xa9\"b"));
    assert_int_equal(info->rows, 12);
    assert_int_equal(info->adaptor_hidden, 5);
    assert_int_equal(info->segments[0].value_dtype, CARVQ_F16);
    assert_int_equal(info->payload_bytes, info->code_bytes + info->codebook_bytes + info->adaptor_bytes);
    carvq_close(file);
    free(bytes.data);
}

static void test_missing_file(void **state)
{
    (void)state;
    struct carvq_file *file;
    struct carvq_error error;
    assert_int_equal(carvq_open("no/such\033file", &file, &error), CARVQ_ERROR_IO);
    assert_non_null(strstr(error.message, "no/such\\x1bfile: "));
    assert_int_equal(carvq_open(GOLDEN_DIR, &file, &error), CARVQ_ERROR_IO);
    assert_non_null(strstr(error.message, "directory"));
    carvq_close(NULL);
}

struct reader {
    const struct carvq_table *table;
    float *rows;
    uint32_t first;
    int failures;
};

static void *read_all(void *context)
{
    struct reader *reader = context;
    const struct carvq_table_info *info = carvq_info(reader->table);
    for (int round = 0; round < 20; round++)
        for (uint32_t i = 0; i < info->rows; i++) {
            uint32_t id = (i + reader->first) % (uint32_t)info->rows;
            reader->failures += carvq_lookup(reader->table, &id, 1, reader->rows + (size_t)id * info->cols, info->cols, NULL) !=
                                CARVQ_OK;
        }
    return NULL;
}

static void test_threads_agree(void **state)
{
    enum { THREADS = 4 };
    (void)state;
    struct bytes bytes = read_golden("adaptor");
    struct carvq_file *file;
    pthread_t threads[THREADS];
    struct reader readers[THREADS];
    assert_int_equal(carvq_open_memory(bytes.data, bytes.size, &file, NULL), CARVQ_OK);
    const struct carvq_table *table = carvq_find(file, NULL);
    const size_t values = (size_t)carvq_info(table)->rows * carvq_info(table)->cols;
    for (uint32_t i = 0; i < THREADS; i++) {
        readers[i] = (struct reader){table, calloc(values, sizeof(float)), 3 * i, 0};
        assert_int_equal(pthread_create(&threads[i], NULL, read_all, &readers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    struct reader alone = {table, calloc(values, sizeof(float)), 0, 0};
    read_all(&alone);
    assert_int_equal(alone.failures, 0);
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(readers[i].failures, 0);
        assert_memory_equal(alone.rows, readers[i].rows, values * sizeof(float));
    }
    free(alone.rows);
    for (int i = 0; i < THREADS; i++)
        free(readers[i].rows);
    carvq_close(file);
    free(bytes.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_description_must_match),
        cmocka_unit_test(test_sizes_that_wrap),
        cmocka_unit_test(test_truncated_file),
        cmocka_unit_test(test_data_at_a_multiple_of_64),
        cmocka_unit_test(test_flipped_bits),
        cmocka_unit_test(test_lookup_stays_inside),
        cmocka_unit_test(test_unaligned_memory),
        cmocka_unit_test(test_id_out_of_range),
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_missing_file),
        cmocka_unit_test(test_threads_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
