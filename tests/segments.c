// SPDX-License-Identifier: MIT
// The runtime on files of version 2: descriptions that must be refused, damaged tier directories, tiers by brute force, the
// trellis step by step.
#define _POSIX_C_SOURCE 200809L
#define _DEFAULT_SOURCE // MAP_ANONYMOUS
#include <sys/mman.h>

#include "table_files.h"

#include "runtime/half.h"
#include "runtime/table.h"
#include "runtime/trellis_tables.h"

static uint32_t next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*state >> 32);
}

// Two segments, a mean and a low-rank part. ' stands for \".
static const char
    good[] = "{\"__metadata__\":{\"carvq.version\":\"2\",\"carvq.table.t\":\"{'rows':5,'cols':6,'dtype':'F32','segments':["
             "{'codec':'raw','rows':2,'value':'BF16'},{'rows':3,'state_bits':10,'step_bits':3,'scale_bits':2,'codec':'trellis'}],"
             "'mean':true,'low_rank':{'rank':2,'bits':3}}\"},"
             "\"t.segments.0.values\":{\"dtype\":\"BF16\",\"shape\":[2,6],\"data_offsets\":[0,24]},"
             "\"t.segments.1.scales\":{\"dtype\":\"F16\",\"shape\":[4],\"data_offsets\":[24,32]},"
             "\"t.mean\":{\"dtype\":\"BF16\",\"shape\":[6],\"data_offsets\":[32,44]},"
             "\"t.low_rank.directions\":{\"dtype\":\"F16\",\"shape\":[2,6],\"data_offsets\":[44,68]},"
             "\"t.tiers\":{\"dtype\":\"U8\",\"shape\":[16],\"data_offsets\":[68,84]},"
             "\"t.low_rank.coefficients\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[84,88]},"
             "\"t.segments.1.codes\":{\"dtype\":\"U8\",\"shape\":[8],\"data_offsets\":[88,96]}}";
#define GOOD_BYTES 96
#define RVQ "'codec':'rvq','subvector':6,'group':99,'grouping':'rows','stages':1,'code_bits':1"
#define RAW_1 "{'codec':'raw','rows':1,'value':'BF16'},"

static void test_description_must_match(void **state)
{
    static const struct variant variants[] = {
        {"", "", CARVQ_OK, ""},
        {"version\":\"2\"", "version\":\"1\"", CARVQ_ERROR_UNSUPPORTED, "codec 'raw'"},
        {"'codec':'raw'", "'codec':'pq'", CARVQ_ERROR_UNSUPPORTED, "codec 'pq'"},
        {"'codec':'raw',", "", CARVQ_ERROR_FORMAT, "'codec' is missing"},
        {"'codec':'raw'", "'codec':'raw','codec':'raw'", CARVQ_ERROR_FORMAT, "twice"},
        {"'codec':'raw'", "'codec':3", CARVQ_ERROR_FORMAT, "'codec' is not a string"},
        {"{'codec':'raw','rows':2,'value':'BF16'}", "7", CARVQ_ERROR_FORMAT, "'segments[0]' is not an object"},
        {"'rows':2", "'rows':3", CARVQ_ERROR_FORMAT, "its segments have 6"},
        {"'rows':2", "'rows':1", CARVQ_ERROR_FORMAT, "its segments have 4"},
        {"'rows':2", "'rows':0", CARVQ_ERROR_FORMAT, "'rows'"},
        {"'rows':2,", "", CARVQ_ERROR_FORMAT, "'rows' is missing"},
        {"'rows':3,", "", CARVQ_ERROR_FORMAT, "'rows' is missing"},
        {"'rows':2", "'rows':4294967297", CARVQ_ERROR_FORMAT, "'rows'"},
        {"'codec':'raw','rows':2,'value':'BF16'", RVQ, CARVQ_ERROR_FORMAT, "'rows' is missing in a segment"},
        {"'codec':'raw','rows':2,'value':'BF16'", RVQ ",'rows':2", CARVQ_ERROR_FORMAT, "t.segments.0.codes' is missing"},
        {"'value':'BF16'", "'value':'F16'", CARVQ_ERROR_FORMAT, "dtype"},
        {"'value':'BF16'", "'value':'F32'", CARVQ_ERROR_UNSUPPORTED, "F32"},
        {",'value':'BF16'", "", CARVQ_ERROR_FORMAT, "'value' is missing"},
        {"'value':'BF16'", "'value':'BF16','stages':1", CARVQ_ERROR_UNSUPPORTED, "key 'stages'"},
        {"'state_bits':10", "'state_bits':11", CARVQ_ERROR_UNSUPPORTED, "no trellis of 11 state bits and 3 step bits"},
        {"'state_bits':10", "'state_bits':13", CARVQ_ERROR_FORMAT, "'state_bits'"},
        {"'step_bits':3", "'step_bits':1", CARVQ_ERROR_UNSUPPORTED, "no trellis"},
        {"'step_bits':3", "'step_bits':9", CARVQ_ERROR_UNSUPPORTED, "no trellis"},
        {"'step_bits':3", "'step_bits':0", CARVQ_ERROR_FORMAT, "'step_bits'"},
        {"'step_bits':3", "'step_bits':4294967299", CARVQ_ERROR_FORMAT, "'step_bits'"},
        {"'step_bits':3", "'step_bits':8", CARVQ_ERROR_FORMAT, "t.segments.1.codes': its shape"},
        {"'scale_bits':2", "'scale_bits':3", CARVQ_ERROR_FORMAT, "t.segments.1.scales': its shape"},
        {"'scale_bits':2", "'scale_bits':9", CARVQ_ERROR_FORMAT, "'scale_bits' is not an integer from 0 to 8"},
        {",'scale_bits':2", "", CARVQ_ERROR_FORMAT, "'scale_bits' is missing"},
        {"'scale_bits':2", "'scale_bits':2,'value':'BF16'", CARVQ_ERROR_UNSUPPORTED, "key 'value'"},
        {"'mean':true", "'mean':false", CARVQ_ERROR_FORMAT, "'mean' is not true"},
        {"'mean':true", "'mean':1", CARVQ_ERROR_FORMAT, "'mean'"},
        {"'mean':true,", "", CARVQ_ERROR_FORMAT, "no table"},
        {"'mean':true", "'mean':true,'median':true", CARVQ_ERROR_UNSUPPORTED, "key 'median'"},
        {"'rank':2", "'rank':3", CARVQ_ERROR_FORMAT, "shape"},
        {"'rank':2", "'rank':0", CARVQ_ERROR_FORMAT, "'rank'"},
        {"'rank':2", "'rank':65", CARVQ_ERROR_FORMAT, "'rank'"},
        {"'bits':3", "'bits':1", CARVQ_ERROR_FORMAT, "'bits' is not an integer from 2 to 8"},
        {"'bits':3", "'bits':9", CARVQ_ERROR_FORMAT, "'bits'"},
        {"'bits':3", "'bits':4", CARVQ_ERROR_FORMAT, "t.low_rank.coefficients': its shape"},
        {",'bits':3", "", CARVQ_ERROR_FORMAT, "'bits' is missing"},
        {"'bits':3", "'bits':3,'scale':1", CARVQ_ERROR_UNSUPPORTED, "key 'scale'"},
        {"\"shape\":[2,6],\"data_offsets\":[0,24]", "\"shape\":[12],\"data_offsets\":[0,24]", CARVQ_ERROR_FORMAT, "shape"},
        {"\"shape\":[16]", "\"shape\":[2,8]", CARVQ_ERROR_FORMAT, "t.tiers': its shape"},
        {"t.tiers", "t.tears", CARVQ_ERROR_FORMAT, "t.tiers' is missing"},
        {"t.mean", "t.main", CARVQ_ERROR_FORMAT, "t.mean' is missing"},
        {"t.segments.1.codes", "t.codes", CARVQ_ERROR_FORMAT, "t.segments.1.codes' is missing"},
        {"t.segments.1.scales", "t.segments.01.scales", CARVQ_ERROR_FORMAT, "t.segments.1.scales' is missing"},
        {"\"dtype\":\"F16\",\"shape\":[2,6]", "\"dtype\":\"I16\",\"shape\":[2,6]", CARVQ_ERROR_FORMAT, "dtype I16"},
        {"'segments':[", "'segments':[{},", CARVQ_ERROR_FORMAT, "'codec' is missing"},
        {"'segments':[", "'segments':[" RAW_1 RAW_1 RAW_1 RAW_1 RAW_1 RAW_1 RAW_1 RAW_1 RAW_1 RAW_1 RAW_1 RAW_1 RAW_1 RAW_1 RAW_1,
         CARVQ_ERROR_UNSUPPORTED, "more than 16 segments"},
    };
    (void)state;
    check_variants(good, GOOD_BYTES, variants, sizeof variants / sizeof *variants);
}

// A table of one segment with a mean is no table of version 1.
static void test_plain_names_are_of_version_1(void **state)
{
    static const char one[] =
        "{\"__metadata__\":{\"carvq.version\":\"2\",\"carvq.table.t\":\"{'rows':4,'cols':8,'dtype':'F32','segments':[{'codec':'"
        "rvq',"
        "'subvector':8,'group':8,'grouping':'rows','stages':1,'code_bits':1}]}\"},\"t.codes\":{\"dtype\":\"U8\",\"shape\":[4,1],"
        "\"data_offsets\":[0,4]},\"t.codebooks\":{\"dtype\":\"BF16\",\"shape\":[1,1,2,8],\"data_offsets\":[4,36]}}";
    static const struct variant variants[] = {
        {"", "", CARVQ_OK, ""},
        {"version\":\"2\"", "version\":\"1\"", CARVQ_OK, ""},
        {"2\",\"carvq.table.t\":\"{'rows':4,'cols':8,'dtype':'F32','segments':[{",
         "1\",\"carvq.table.t\":\"{'rows':4,'cols':8,'dtype':'F32','segments':[{'rows':4,", CARVQ_ERROR_UNSUPPORTED,
         "key 'rows'"},
        {"}]}", "}],'mean':true}", CARVQ_ERROR_FORMAT, "'rows' is missing in a segment"},
        {"'code_bits':1", "'code_bits':1,'rows':4", CARVQ_ERROR_FORMAT, "t.segments.0.codes' is missing"},
        {"'code_bits':1}", "'code_bits':1},{" RVQ "}", CARVQ_ERROR_FORMAT, "'rows' is missing in a segment"},
    };
    (void)state;
    check_variants(one, 36, variants, sizeof variants / sizeof *variants);
}

// Where the tiers lie in a golden file of one table.
static size_t find_tiers(const struct bytes *bytes, size_t *size_ret)
{
    unsigned long begin, end;
    const size_t length = (size_t)bytes->data[0] | (size_t)bytes->data[1] << 8;
    char *header = calloc(1, length + 1);
    memcpy(header, bytes->data + 8, length);
    const char *at = strstr(header, "t.tiers\"");
    assert_non_null(at);
    assert_int_equal(sscanf(strstr(at, "data_offsets"), "data_offsets\": [%lu, %lu]", &begin, &end), 2);
    free(header);
    *size_ret = end - begin;
    return 8 + length + begin;
}

static void test_damaged_tiers(void **state)
{
    static const char *const names[] = {"v2-tiers-2", "v2-tiers-3", "v2-tiers-4", "v2-tiers-8", "v2-tiers-16"};
    uint64_t random = 1;
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct bytes bytes = read_golden(names[i]);
        struct bytes exact = {malloc(bytes.size), bytes.size}; // so that ASan sees every byte beyond
        size_t size, begin = find_tiers(&bytes, &size), refused = 0;
        for (int round = 0; round < 40; round++) {
            struct carvq_file *file;
            memcpy(exact.data, bytes.data, bytes.size);
            for (size_t k = 0; k < (round < 20 ? 1 + size / 8 : size); k++)
                exact.data[begin + next_random(&random) % size] = round == 0 ? 0xff : (unsigned char)next_random(&random);
            assert_int_equal(carvq_open_memory(exact.data, exact.size, &file, NULL), CARVQ_OK);
            const struct carvq_table *table = carvq_find(file, "t");
            const struct carvq_table_info *info = carvq_info(table);
            float *row = malloc(info->cols * sizeof *row);
            for (uint32_t id = 0; id < info->rows; id++) {
                struct carvq_error error;
                enum carvq_status status = carvq_lookup(table, &id, 1, row, info->cols, &error);
                uint32_t segment = carvq_row_segment(table, id);
                if (status == CARVQ_OK) {
                    assert_true(segment < info->segment_count);
                    continue;
                }
                char name[32];
                refused++;
                snprintf(name, sizeof name, "where row %u is", (unsigned)id);
                assert_int_equal(status, CARVQ_ERROR_FORMAT);
                assert_non_null(strstr(error.message, name));
                assert_int_equal(segment, UINT32_MAX);
            }
            free(row);
            carvq_close(file);
        }
        assert_true(refused > 0);
        free(exact.data);
        free(bytes.data);
    }
}

// A file that is put together tensor by tensor.
struct builder {
    char tensors[4096];
    unsigned char *data;
    size_t size;
};

static void add_tensor(struct builder *builder, const char *name, const char *dtype, const char *shape, const void *data,
                       size_t size)
{
    char *end = builder->tensors + strlen(builder->tensors);
    snprintf(end, sizeof builder->tensors - (size_t)(end - builder->tensors),
             ",\"t.%s\":{\"dtype\":\"%s\",\"shape\":[%s],\"data_offsets\":[%zu,%zu]}", name, dtype, shape, builder->size,
             builder->size + size);
    builder->data = realloc(builder->data, builder->size + size);
    assert_non_null(builder->data);
    memcpy(builder->data + builder->size, data, size);
    builder->size += size;
}

// The description of the table without quotation marks escaped.
static struct bytes finish(struct builder *builder, const char *description)
{
    char header[8192];
    snprintf(header, sizeof header, "{\"__metadata__\":{\"carvq.version\":\"2\",\"carvq.table.t\":\"%s\"}%s}", description,
             builder->tensors);
    struct bytes bytes = make_variant_of(header, "", "", builder->size);
    memcpy(bytes.data + bytes.size - builder->size, builder->data, builder->size);
    free(builder->data);
    return bytes;
}

// The directory as doc/format.md has it. Returns its bytes.
static size_t make_directory(const unsigned char *tiers, size_t rows, unsigned bits, unsigned char *directory_ret)
{
    const size_t count = (size_t)1 << bits;
    unsigned char *out = directory_ret;
    uint32_t before[16] = {0};
    for (size_t first = 0; first < rows; first += 64 * count) {
        for (size_t k = 0; k < count; k++)
            for (int i = 0; i < 4; i++)
                *out++ = (unsigned char)(before[k] >> 8 * i);
        for (size_t block = first; block < rows && block < first + 64 * count; block += 64) {
            memset(out, 0, 8 * bits);
            for (size_t j = 0; j < 64 && block + j < rows; j++) {
                for (unsigned p = 0; p < bits; p++)
                    out[8 * p + j / 8] |= (unsigned char)((tiers[block + j] >> p & 1) << j % 8);
                before[tiers[block + j]]++;
            }
            out += 8 * bits;
        }
    }
    return (size_t)(out - directory_ret);
}

// Raw segments whose row r holds the number of the segment and r.
static struct bytes make_tiers(const unsigned char *tiers, size_t rows, unsigned segments)
{
    struct builder builder = {"", NULL, 0};
    unsigned char directory[4096];
    char description[2048] = "", name[32], shape[32];
    unsigned bits = 0;
    for (unsigned k = 0; k < segments; k++) {
        uint8_t values[4 * 2048];
        size_t count = 0;
        for (size_t row = 0; row < rows; row++)
            if (tiers[row] == k) {
                const float pair[2] = {(float)k, (float)count};
                carvq_narrow(CARVQ_F16, pair, 2, values + 4 * count++);
            }
        char *end = description + strlen(description);
        snprintf(end, sizeof description - (size_t)(end - description), "%s{'codec':'raw','rows':%zu,'value':'F16'}",
                 k > 0 ? "," : "", count);
        snprintf(name, sizeof name, "segments.%u.values", k);
        snprintf(shape, sizeof shape, "%zu,2", count);
        add_tensor(&builder, name, "F16", shape, values, 4 * count);
    }
    while (1u << bits < segments)
        bits++;
    size_t size = make_directory(tiers, rows, bits, directory);
    snprintf(shape, sizeof shape, "%zu", size);
    add_tensor(&builder, "tiers", "U8", shape, directory, size);
    char text[4096];
    snprintf(text, sizeof text, "{'rows':%zu,'cols':2,'dtype':'F16','segments':[%s]}", rows, description);
    return finish(&builder, text);
}

static void check_tiers(size_t rows, unsigned segments, uint64_t *random)
{
    unsigned char tiers[4096];
    uint32_t ids[4096], next[16] = {0};
    static float values[4096][2];
    for (size_t row = 0; row < rows; row++) { // long stretches of one tier, too, as sorted vocabularies have them
        uint32_t draw = next_random(random);
        if (row < segments)
            tiers[row] = (unsigned char)row;
        else
            tiers[row] = (unsigned char)(draw % 4 > 0 ? tiers[row - 1] : draw / 4 % segments);
        ids[row] = (uint32_t)row;
    }
    struct bytes bytes = make_tiers(tiers, rows, segments);
    struct carvq_file *file;
    struct carvq_error error = {0};
    if (carvq_open_memory(bytes.data, bytes.size, &file, &error) != CARVQ_OK)
        fail_msg("%u segments, %zu rows: %s", segments, rows, error.message);
    assert_int_equal(carvq_lookup(carvq_find(file, "t"), ids, rows, values[0], 2, &error), CARVQ_OK);
    for (size_t row = 0; row < rows; row++)
        if (values[row][0] != tiers[row] || values[row][1] != (float)next[tiers[row]]++ ||
            carvq_row_segment(carvq_find(file, "t"), ids[row]) != tiers[row])
            fail_msg("%u segments: row %zu of %zu is row %g of tier %g, not of %u", segments, row, rows, (double)values[row][1],
                     (double)values[row][0], (unsigned)tiers[row]);
    assert_int_equal(carvq_row_segment(carvq_find(file, "t"), (uint32_t)rows), UINT32_MAX);
    // A counter that is one too large: the last row would be one that its segment does not have.
    const size_t count = segments <= 2 ? 2 : segments <= 4 ? 4 : segments <= 8 ? 8 : 16, superblock = (rows - 1) / (64 * count);
    const size_t planes = count == 2 ? 1 : count == 4 ? 2 : count == 8 ? 3 : 4;
    bytes.data[bytes.size - carvq_info(carvq_find(file, "t"))->tier_bytes + superblock * count * (4 + 8 * planes) +
               4 * (size_t)tiers[rows - 1]]++;
    assert_int_equal(carvq_lookup(carvq_find(file, "t"), &ids[rows - 1], 1, values[0], 2, &error), CARVQ_ERROR_FORMAT);
    carvq_close(file);
    free(bytes.data);
}

static void test_tiers_of_every_count(void **state)
{
    uint64_t random = 2;
    (void)state;
    for (unsigned segments = 2; segments <= 16; segments++) {
        const size_t superblock = 64 * (segments <= 2 ? 2u : segments <= 4 ? 4u : segments <= 8 ? 8u : 16u);
        const size_t sizes[] = {segments,
                                63,
                                64,
                                65,
                                superblock,
                                superblock + 1,
                                superblock - 1,
                                1900,
                                2 * superblock - (superblock == 1024 ? 100 : 64)};
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
            check_tiers(sizes[i], segments, &random);
    }
}

static uint32_t take_bits(const unsigned char *data, size_t *bit, unsigned count)
{
    uint32_t value = 0;
    for (unsigned i = 0; i < count; i++, ++*bit)
        value |= (uint32_t)(data[*bit / 8] >> *bit % 8 & 1) << i;
    return value;
}

// One trellis segment of random codes, decoded with a running state.
static void check_trellis(unsigned state_bits, unsigned step_bits, unsigned scale_bits, size_t rows, size_t cols,
                          uint64_t *random)
{
    const size_t steps = (cols + 1) / 2, size = (rows * (scale_bits + steps * step_bits) + 7) / 8 + 3;
    const int8_t(*table)[2] = carvq_trellis_table(state_bits, step_bits);
    struct builder builder = {"", NULL, 0};
    unsigned char *codes = malloc(size);
    uint8_t scales[512];
    float widened[256];
    char shape[32], description[512];
    for (size_t i = 0; i < size; i++)
        codes[i] = i + 3 < size ? (unsigned char)next_random(random) : 0;
    for (size_t i = 0; i < (size_t)1 << scale_bits; i++)
        widened[i] = (float)(1 + next_random(random) % 100) / 64;
    carvq_narrow(CARVQ_F16, widened, (size_t)1 << scale_bits, scales);
    snprintf(shape, sizeof shape, "%u", 1u << scale_bits);
    add_tensor(&builder, "segments.0.scales", "F16", shape, scales, (size_t)2 << scale_bits);
    snprintf(shape, sizeof shape, "%zu", size);
    add_tensor(&builder, "segments.0.codes", "U8", shape, codes, size); // the last tensor: what is behind it is not there
    snprintf(description, sizeof description,
             "{'rows':%zu,'cols':%zu,'dtype':'F16','segments':[{'codec':'trellis','rows':%zu,'state_bits':%u,'step_bits':%u,"
             "'scale_bits':%u}]}",
             rows, cols, rows, state_bits, step_bits, scale_bits);
    struct bytes bytes = finish(&builder, description);
    struct carvq_file *file;
    struct carvq_error error = {0};
    if (carvq_open_memory(bytes.data, bytes.size, &file, &error) != CARVQ_OK)
        fail_msg("%s", error.message);
    float *row = malloc(cols * sizeof *row);
    size_t bit = 0;
    for (uint32_t id = 0; id < rows; id++) {
        assert_int_equal(carvq_lookup(carvq_find(file, NULL), &id, 1, row, cols, NULL), CARVQ_OK);
        float scale = widened[take_bits(codes, &bit, scale_bits)];
        uint32_t current = 0;
        for (size_t c = 0; c < 2 * steps; c++) {
            if (c % 2 == 0)
                current = current >> step_bits | take_bits(codes, &bit, step_bits) << (state_bits - step_bits);
            if (c < cols && row[c] != scale * (float)table[current][c % 2])
                fail_msg("S %u, k %u, b %u, %zu columns: value %zu of row %u is %g", state_bits, step_bits, scale_bits, cols, c,
                         (unsigned)id, (double)row[c]);
        }
    }
    free(row);
    free(codes);
    carvq_close(file);
    free(bytes.data);
}

static void test_trellis_step_by_step(void **state)
{
    static const size_t more_cols[] = {511, 512, 513, 1000, 2048};
    uint64_t random = 3;
    (void)state;
    for (unsigned state_bits = 10; state_bits <= 12; state_bits += 2)
        for (unsigned step_bits = CARVQ_TRELLIS_MIN_STEP_BITS; step_bits <= CARVQ_TRELLIS_MAX_STEP_BITS; step_bits++) {
            if (carvq_trellis_table(state_bits, step_bits) == NULL)
                continue;
            for (size_t cols = 1; cols <= 70; cols++)
                check_trellis(state_bits, step_bits, (unsigned)(cols % 9), 1 + cols % 5, cols, &random);
            for (size_t i = 0; i < sizeof more_cols / sizeof *more_cols; i++)
                check_trellis(state_bits, step_bits, (unsigned)i + 2, 9, more_cols[i], &random);
        }
}

// The constants of the format, by the checksums of doc/format.md.
static void test_tables_never_change(void **state)
{
    static const struct {
        unsigned state_bits, step_bits;
        uint64_t checksum;
    } tables[] = {
        {10, 2, 0xc03ed5acc9e98951}, {10, 3, 0xee45ad9d67cc3147}, {10, 4, 0x442d6d3153c165c8},  {10, 5, 0xdd5b512d5b5eaa5c},
        {10, 6, 0x6db5631860674c00}, {10, 7, 0xf224f801a4428715}, {10, 8, 0xd39dfc07f39079e4},  {12, 2, 0x51d45434909a4bb4},
        {12, 3, 0xa8521c93e304f4af}, {12, 4, 0x683d9bbe776dc63e}, {12, 5, 0xf6d3d16006c36b3e},  {12, 6, 0x9fa081b92115aba4},
        {12, 7, 0x5bc6b1967f1f1fd3}, {12, 8, 0x8af920741f5657ad}, {12, 10, 0xc8a4fa8947d0379a},
    };
    (void)state;
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        const int8_t(*table)[2] = carvq_trellis_table(tables[i].state_bits, tables[i].step_bits);
        uint64_t sum = 0xcbf29ce484222325;
        for (size_t j = 0; j < (size_t)2 << tables[i].state_bits; j++)
            sum = (sum ^ (uint8_t)table[j / 2][j % 2]) * 0x100000001b3;
        if (sum != tables[i].checksum)
            fail_msg("S %u, k %u: %016llx", tables[i].state_bits, tables[i].step_bits, (unsigned long long)sum);
    }
}

// Any order, any number at once, any stride: rows that are raw among rows that an adaptor is added to.
static void test_rows_do_not_depend_on_their_neighbours(void **state)
{
    enum { IDS = 700, COLS = 16, STRIDE = 19 };
    static float batch[IDS][STRIDE], single[STRIDE];
    uint32_t ids[IDS];
    uint64_t random = 4;
    (void)state;
    struct bytes bytes = read_golden("v2-tiers-4");
    struct carvq_file *file;
    assert_int_equal(carvq_open_memory(bytes.data, bytes.size, &file, NULL), CARVQ_OK);
    const struct carvq_table *table = carvq_find(file, NULL);
    assert_int_equal(carvq_info(table)->segments[0].codec, CARVQ_RAW);
    assert_true(carvq_info(table)->adaptor_dim > 0 && carvq_info(table)->cols == COLS);
    for (size_t i = 0; i < IDS; i++)
        do
            ids[i] = next_random(&random) % 512;
        while (i % 3 == 0 && carvq_row_segment(table, ids[i]) != 0);
    for (size_t i = 0; i < IDS; i++)
        for (size_t c = 0; c < STRIDE; c++)
            batch[i][c] = 42;
    assert_int_equal(carvq_lookup(table, ids, IDS, batch[0], STRIDE, NULL), CARVQ_OK);
    for (size_t i = 0; i < IDS; i++) {
        assert_int_equal(carvq_lookup(table, &ids[i], 1, single, STRIDE, NULL), CARVQ_OK);
        assert_memory_equal(batch[i], single, COLS * sizeof **batch);
        assert_true(batch[i][COLS] == 42 && batch[i][STRIDE - 1] == 42);
    }
    carvq_close(file);
    free(bytes.data);
}

static void test_info_of_segments(void **state)
{
    (void)state;
    struct bytes bytes = read_golden("v2-tiers-3");
    struct carvq_file *file;
    assert_int_equal(carvq_open_memory(bytes.data, bytes.size, &file, NULL), CARVQ_OK);
    const struct carvq_table_info *info = carvq_info(carvq_find(file, "t"));
    const struct carvq_segment_info *segments = info->segments;
    assert_int_equal(info->segment_count, 3);
    assert_int_equal(segments[0].codec, CARVQ_RVQ);
    assert_int_equal(segments[0].stages, 3);
    assert_int_equal(segments[1].codec, CARVQ_TRELLIS);
    assert_int_equal(segments[1].step_bits, 4);
    assert_int_equal(segments[1].value_dtype, CARVQ_F16);
    assert_int_equal(segments[2].grouping, CARVQ_GROUP_COLUMNS);
    assert_int_equal(segments[0].rows + segments[1].rows + segments[2].rows, info->rows);
    assert_int_equal(info->code_bytes, segments[0].code_bytes + segments[1].code_bytes + segments[2].code_bytes);
    assert_int_equal(info->tier_bytes, 2 * 16 + 5 * 16); // 257 rows: 2 superblocks of 4 counters, 5 blocks of 2 planes
    assert_int_equal(info->mean_bytes, 2 * 31);
    assert_int_equal(info->low_rank_bytes, (257 * 4 + 7) / 8 + 2 * 31);
    assert_int_equal(info->payload_bytes,
                     info->code_bytes + info->codebook_bytes + info->tier_bytes + info->mean_bytes + info->low_rank_bytes);
    assert_string_equal(info->kernel, "tiers");
    assert_non_null(strstr(segments[1].kernel, "trellis k4")); // after the name of a level
    assert_string_equal(carvq_codec_name(segments[1].codec), "trellis");
    carvq_close(file);
    free(bytes.data);
}

// Row numbers are 32 bits: a table may have 2^32 rows, no more. What is not written of such tables takes no memory.
static void test_most_rows(void **state)
{
    static const char text[] = "{\"__metadata__\":{\"carvq.version\":\"2\",\"carvq.table.t\":\"{'rows':4294967296,'cols':1,"
                               "'dtype':'F32','segments':[{'codec':'raw','rows':4294967296,'value':'BF16'}]}\"},"
                               "\"t.segments.0.values\":{\"dtype\":\"BF16\",\"shape\":[4294967296,1],"
                               "\"data_offsets\":[0,8589934592]}}";
    const uint64_t rows = CARVQ_MAX_ROWS;
    const uint32_t last = UINT32_MAX;
    (void)state;
    assert_int_equal(carvq_tier_bytes(rows, 2), ((uint64_t)1 << 28) + ((uint64_t)1 << 29)); // counters, planes
    assert_int_equal(carvq_tier_bytes(rows, 16), ((uint64_t)1 << 28) + ((uint64_t)1 << 31));
    if (sizeof(size_t) < 8)
        skip();
    // The directory: one row in tier 1, the last; all others in tier 0.
    const size_t nbytes = (size_t)carvq_tier_bytes(rows, 2);
    unsigned char *tiers = mmap(NULL, nbytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    struct carvq_segment segments[2] = {{0}};
    const struct carvq_segment_info infos[2] = {{.rows = rows - 1}, {.rows = 1}};
    struct carvq_table table = {
        .info = {.rows = rows, .segment_count = 2, .segments = infos}, .segments = segments, .tiers = tiers};
    const struct carvq_segment *segment;
    uint64_t rank;
    assert_true(tiers != MAP_FAILED);
    unsigned char *superblock = tiers + nbytes - 24; // two counters, two blocks
    memset(superblock, 0xff, 4);
    superblock[0] = 0x80; // 2^32 - 128
    tiers[nbytes - 1] = 0x80;
    assert_true(carvq_tier_find(&table, last, &segment, &rank));
    assert_true(segment == &segments[1] && rank == 0);
    assert_true(carvq_tier_find(&table, last - 1, &segment, &rank));
    assert_true(segment == &segments[0] && rank == rows - 2);
    munmap(tiers, nbytes);
    // A file.
    const struct bytes header = make_variant_of(text, "{", "{", 0);
    const size_t size = header.size + ((size_t)2 << 32);
    unsigned char *data = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    struct carvq_file *file;
    struct carvq_error error;
    float value;
    assert_true(data != MAP_FAILED);
    memcpy(data, header.data, header.size);
    data[size - 1] = 0x40; // 2
    if (carvq_open_memory(data, size, &file, &error) != CARVQ_OK)
        fail_msg("%s", error.message);
    assert_int_equal(carvq_lookup(carvq_find(file, "t"), &last, 1, &value, 1, NULL), CARVQ_OK);
    assert_true(value == 2);
    assert_int_equal(carvq_row_segment(carvq_find(file, "t"), last), 0);
    carvq_close(file);
    munmap(data, size);
    free(header.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_description_must_match),
        cmocka_unit_test(test_plain_names_are_of_version_1),
        cmocka_unit_test(test_damaged_tiers),
        cmocka_unit_test(test_tiers_of_every_count),
        cmocka_unit_test(test_tables_never_change),
        cmocka_unit_test(test_trellis_step_by_step),
        cmocka_unit_test(test_rows_do_not_depend_on_their_neighbours),
        cmocka_unit_test(test_info_of_segments),
        cmocka_unit_test(test_most_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
