// SPDX-License-Identifier: MIT
// Files of version 3: descriptions that must be refused, every truncation, and logits that are the same on every machine.
#include "table_files.h"

// One segment of five rows: 3 steps, one group, one tile. ' stands for \".
static const char
    good[] = "{\"__metadata__\":{\"carvq.version\":\"3\",\"carvq.table.t\":\"{'rows':5,'cols':8,'dtype':'F32','segments':["
             "{'codec':'additive','rows':5,'strides':[3,2,3],'span':3,'books':'phase','scale_bits':4}]}\"},"
             "\"t.segments.0.codes\":{\"dtype\":\"U8\",\"shape\":[64],\"data_offsets\":[0,64]},"
             "\"t.segments.0.scales\":{\"dtype\":\"F16\",\"shape\":[16],\"data_offsets\":[64,96]},"
             "\"t.segments.0.books\":{\"dtype\":\"I8\",\"shape\":[384],\"data_offsets\":[96,480]},"
             "\"t.segments.0.scale_codes\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[480,483]}}";
#define GOOD_BYTES 483

static void test_description_must_match(void **state)
{
    static const struct variant variants[] = {
        {"", "", CARVQ_OK, ""},
        {"version\":\"3\"", "version\":\"2\"", CARVQ_ERROR_UNSUPPORTED, "codec 'additive'"},
        {"version\":\"3\"", "version\":\"1\"", CARVQ_ERROR_UNSUPPORTED, "codec 'additive'"},
        {"'phase'", "'position'", CARVQ_OK, ""}, // three classes of eight values either way
        {"'phase'", "'row'", CARVQ_ERROR_UNSUPPORTED, "books 'row'"},
        {"'books':'phase',", "", CARVQ_ERROR_FORMAT, "'books' is missing"},
        {"'strides':[3,2,3],", "", CARVQ_ERROR_FORMAT, "'strides' is missing"},
        {"'strides':[3,2,3],", "'strides':[3,2,3],'strides':[3,2,3],", CARVQ_ERROR_FORMAT, "twice"},
        {"[3,2,3]", "[]", CARVQ_ERROR_FORMAT, "'strides' is an empty list"},
        {"[3,2,3]", "3", CARVQ_ERROR_FORMAT, "'strides' is not a list"},
        {"[3,2,3]", "[3,0,3]", CARVQ_ERROR_FORMAT, "'strides' is not an integer from 1 to 8"},
        {"[3,2,3]", "[3,9,3]", CARVQ_ERROR_FORMAT, "'strides' is not an integer"},
        {"[3,2,3]", "[3,-2,3]", CARVQ_ERROR_FORMAT, "'strides' is not an integer"},
        {"[3,2,3]", "[3,'2',3]", CARVQ_ERROR_FORMAT, "'strides' is not an integer"},
        {"[3,2,3]", "[3,2,3,3,2,3,3,2,3]", CARVQ_ERROR_FORMAT, "more than 8"},
        {"[3,2,3]", "[3,2,3,1,1,1,1,8]", CARVQ_ERROR_FORMAT, "t.segments.0.books': its shape"},
        {"[3,2,3]", "[1]", CARVQ_ERROR_FORMAT, "t.segments.0.books': its shape"},
        {"'span':3", "'span':1", CARVQ_ERROR_FORMAT, "'span' is not an integer from 2 to 4"},
        {"'span':3", "'span':5", CARVQ_ERROR_FORMAT, "'span'"},
        {"'span':3", "'span':2", CARVQ_ERROR_FORMAT, "t.segments.0.books': its shape"},
        {"'scale_bits':4", "'scale_bits':9", CARVQ_ERROR_FORMAT, "'scale_bits'"},
        {"'scale_bits':4", "'scale_bits':3", CARVQ_ERROR_FORMAT, "shape"},
        {"'scale_bits':4", "'scale_bits':0", CARVQ_ERROR_FORMAT, "shape"},
        {"'scale_bits':4", "'scale_bits':4,'value':'F16'", CARVQ_ERROR_UNSUPPORTED, "key 'value'"},
        {"'rows':5,'strides'", "'strides'", CARVQ_ERROR_FORMAT, "'rows' is missing"},
        {"'cols':8", "'cols':16777216", CARVQ_ERROR_FORMAT, "sizes"}, // more than 65536 steps
        {"'cols':8", "'cols':70", CARVQ_ERROR_FORMAT, "its shape"},
        {"\"I8\"", "\"U8\"", CARVQ_ERROR_FORMAT, "dtype U8, expected I8"},
        {"\"dtype\":\"U8\",\"shape\":[64]", "\"dtype\":\"I8\",\"shape\":[64]", CARVQ_ERROR_FORMAT, "dtype I8, expected U8"},
        {"\"F16\"", "\"I16\"", CARVQ_ERROR_FORMAT, "dtype I16"},
        {"[64]", "[1,64]", CARVQ_ERROR_FORMAT, "shape"},
        {"t.segments.0.codes", "t.codes", CARVQ_ERROR_FORMAT, "t.segments.0.codes' is missing"},
        {"0.books", "0.book", CARVQ_ERROR_FORMAT, "t.segments.0.books' is missing"},
        {"0.scale_codes", "0.scale_code", CARVQ_ERROR_FORMAT, "t.segments.0.scale_codes' is missing"},
    };
    (void)state;
    check_variants(good, GOOD_BYTES, variants, sizeof variants / sizeof *variants);
}

static const char *const golden[] = {"v3-additive", "v3-long-rows", "v3-position", "v3-short", "v3-tiers"};

static void test_truncations(void **state)
{
    (void)state;
    for (size_t g = 0; g < sizeof golden / sizeof *golden; g++) {
        struct bytes bytes = read_golden(golden[g]);
        for (size_t size = 0; size < bytes.size; size += size < 4000 || size + 200 > bytes.size ? 1 : 61) {
            struct carvq_error error;
            struct bytes part = {malloc(size + 1), size}; // a sanitizer sees all but one byte beyond
            memcpy(part.data, bytes.data, size);
            if (try_open(part, &error) == CARVQ_OK)
                fail_msg("%s: opens with %zu of its %zu bytes", golden[g], size, bytes.size);
            free(part.data);
        }
        free(bytes.data);
    }
}

// FNV-1a over the little-endian float32 logits of three states of all tables.
static uint64_t hash_logits(const struct carvq_file *file)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t t = 0; t < carvq_table_count(file); t++) {
        const struct carvq_table *table = carvq_table_at(file, t);
        const size_t n = carvq_info(table)->cols, rows = (size_t)carvq_info(table)->rows, size = carvq_logits_workspace(table, 3);
        float *hidden = malloc(3 * n * sizeof *hidden), *logits = malloc(3 * rows * sizeof *logits);
        void *workspace = malloc(size);
        for (size_t i = 0; i < 3 * n; i++) // a third of them next to nothing
            hidden[i] = (float)((int)(i * 7919 % 2003) - 1001) / (i % 3 == 0 ? 4096 : 64);
        assert_int_equal(carvq_logits(table, hidden, 3, n, logits, rows, NULL, workspace, size, NULL), CARVQ_OK);
        for (size_t i = 0; i < 3 * rows; i++) {
            uint32_t bits;
            memcpy(&bits, &logits[i], sizeof bits);
            for (unsigned k = 0; k < 4; k++)
                hash = (hash ^ (bits >> 8 * k & 255)) * 0x100000001b3u;
        }
        free(workspace);
        free(logits);
        free(hidden);
    }
    return hash;
}

static void test_logits_for_ever(void **state)
{
    static const struct {
        const char *name;
        uint64_t hash;
    } files[] = {{"adaptor", 0x6317a0b801ecb084},     {"rvq-odd-bits", 0x5af30699fc6c6e13}, {"v2-tiers-4", 0x0c0ac2492a841eab},
                 {"v3-additive", 0x6cbda4038428af41}, {"v3-long-rows", 0x389ea0ed3913981c}, {"v3-position", 0x3a041c3e048e8599},
                 {"v3-short", 0xcba2a10e2b362825},    {"v3-tiers", 0xaedbd64a20ffb682}};
    size_t wrong = 0;
    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct bytes bytes = read_golden(files[i].name);
        struct carvq_file *file;
        assert_int_equal(carvq_open_memory(bytes.data, bytes.size, &file, NULL), CARVQ_OK);
        const uint64_t hash = hash_logits(file);
        if (hash != files[i].hash)
            print_error("%s: logits 0x%016llx\n", files[i].name, (unsigned long long)hash);
        wrong += hash != files[i].hash;
        carvq_close(file);
        free(bytes.data);
    }
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_description_must_match),
        cmocka_unit_test(test_truncations),
        cmocka_unit_test(test_logits_for_ever),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
