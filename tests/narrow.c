// SPDX-License-Identifier: MIT
// Lookups into 16-bit rows give the rounded float rows, whatever the codec and the width; and no lookup takes much stack.
#define _POSIX_C_SOURCE 200809L
#define _DEFAULT_SOURCE // MAP_ANONYMOUS
#include <pthread.h>
#include <sys/mman.h>

#include "table_files.h"

#include "runtime/half.h"
#include "runtime/table.h"

static uint32_t next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*state >> 32);
}

// 16-bit values that are of a sensible size as BF16 and finite as F16.
static void fill(unsigned char *data, size_t size, bool halves, uint64_t *random)
{
    for (size_t i = 0; i < size; i++) {
        data[i] = (unsigned char)next_random(random);
        if (halves && i % 2 == 1)
            data[i] = (unsigned char)((data[i] & 0x81) | 0x38);
    }
}

// A file of one table with one segment whose description is text (' stands for \"); its payload is random.
static struct bytes make_table(const char *text, uint64_t *random)
{
    struct carvq_description description;
    struct carvq_error error = {0};
    char plain[1024], header[8192],
        *end = header + sprintf(header, "{\"__metadata__\":{\"carvq.version\":\"2\",\"carvq.table.t\":\"");
    uint64_t begin = 0;
    for (const char *in = text; *in != '\0'; in++)
        end += sprintf(end, *in == '\'' ? "\\\"" : "%c", *in);
    for (size_t i = 0; i <= strlen(text); i++)
        plain[i] = (char)(text[i] == '\'' ? '"' : text[i]);
    if (carvq_table_describe("test", "t", plain, 2, &description, &error) != CARVQ_OK)
        fail_msg("%s", error.message);
    description.info.mean_dtype = description.info.adaptor_dtype = CARVQ_F16;
    end += sprintf(end, "\"}");
    struct carvq_part_tensor tensors[CARVQ_PARTS * CARVQ_PART_TENSORS];
    size_t count = 0;
    for (int part = 0; part < CARVQ_PARTS; part++)
        count += carvq_table_tensors(&description.info, description.plain_names, (enum carvq_part)part, 0, tensors + count);
    for (size_t i = 0; i < count; i++) {
        end += sprintf(end, ",\"t%s\":{\"dtype\":\"%s\",\"shape\":[", tensors[i].suffix, carvq_st_dtype_name(tensors[i].dtype));
        for (unsigned d = 0; d < tensors[i].dims; d++)
            end += sprintf(end, "%s%llu", d > 0 ? "," : "", (unsigned long long)tensors[i].shape[d]);
        end += sprintf(end, "],\"data_offsets\":[%llu,%llu]}", (unsigned long long)begin,
                       (unsigned long long)(begin + tensors[i].nbytes));
        begin += tensors[i].nbytes;
    }
    sprintf(end, "}");
    assert_int_equal(begin, description.info.payload_bytes);
    struct bytes bytes = make_file(header, begin);
    unsigned char *data = bytes.data + bytes.size - begin;
    for (size_t i = 0; i < count; data += tensors[i++].nbytes)
        fill(data, tensors[i].nbytes, tensors[i].dtype != CARVQ_ST_U8, random);
    return bytes;
}

#define COLS "'cols':1037,'dtype':'F32'," // two tiles and a bit, and odd
#define RVQ(h, kappa, stages, group, grouping)                                                                   \
    "{'codec':'rvq','rows':9,'subvector':" #h ",'group':" #group ",'grouping':'" #grouping "','stages':" #stages \
    ",'code_bits':" #kappa "}"
#define TRELLIS(states, k) "{'codec':'trellis','rows':9,'state_bits':" #states ",'step_bits':" #k ",'scale_bits':5}"

static const char *const segments[] = {
    RVQ(8, 4, 1, 999, rows),
    RVQ(8, 4, 2, 100000, rows),
    RVQ(8, 4, 3, 200, rows),
    RVQ(8, 4, 4, 17, rows),
    RVQ(7, 5, 3, 150, rows),
    RVQ(256, 2, 2, 4, columns),
    RVQ(1, 9, 2, 77, rows),
    RVQ(200, 1, 2, 100, rows),
    RVQ(8, 4, 3, 4, columns),
    RVQ(24, 3, 16, 9, columns),
    TRELLIS(10, 2),
    TRELLIS(12, 2),
    TRELLIS(12, 3),
    TRELLIS(12, 4),
    TRELLIS(10, 5),
    TRELLIS(12, 6),
    TRELLIS(10, 7),
    TRELLIS(12, 8),
    TRELLIS(12, 10),
    "{'codec':'raw','rows':9,'value':'F16'}",
    "{'codec':'raw','rows':9,'value':'BF16'}",
};
static const char *const shared[] = {
    "",
    ",'mean':true",
    ",'mean':true,'low_rank':{'rank':3,'bits':5}",
    ",'adaptor':{'dim':5,'hidden':150},'low_rank':{'rank':1,'bits':8}",
};

static uint16_t narrowed(enum carvq_dtype dtype, float value)
{
    return dtype == CARVQ_F16 ? carvq_f32_to_f16(value) : carvq_f32_to_bf16(value);
}

// The last row ends where the memory does.
static void check_table(const struct carvq_table *table, uint64_t *random)
{
    enum { IDS = 19 };
    const struct carvq_table_info *info = carvq_info(table);
    const size_t n = info->cols, stride = n + 3, values = (IDS - 1) * stride + n;
    float *floats = calloc(values, sizeof *floats);
    uint16_t *halves = malloc(values * sizeof *halves); // so that ASan sees what lies beyond
    float *again = malloc(values * sizeof *again);
    uint32_t ids[IDS];
    for (size_t i = 0; i < IDS; i++)
        ids[i] = next_random(random) % (uint32_t)info->rows;
    assert_int_equal(carvq_lookup(table, ids, IDS, floats, stride, NULL), CARVQ_OK);
    memset(again, 0, values * sizeof *again);
    assert_int_equal(carvq_lookup_as(table, ids, IDS, CARVQ_F32, again, stride, NULL), CARVQ_OK);
    assert_memory_equal(floats, again, values * sizeof *again);
    for (int type = CARVQ_F16; type <= CARVQ_BF16; type++) {
        for (size_t i = 0; i < values; i++)
            halves[i] = 0x1234;
        assert_int_equal(carvq_lookup_as(table, ids, IDS, (enum carvq_dtype)type, halves, stride, NULL), CARVQ_OK);
        for (size_t i = 0; i < values; i++)
            if (halves[i] != (i % stride < n ? narrowed((enum carvq_dtype)type, floats[i]) : 0x1234))
                fail_msg("%s, %s: row %zu, column %zu: %04x of %g", info->kernel, carvq_dtype_name((enum carvq_dtype)type),
                         i / stride, i % stride, (unsigned)halves[i], (double)floats[i]);
    }
    free(floats);
    free(halves);
    free(again);
}

static void test_long_rows_of_every_codec(void **state)
{
    uint64_t random = 1;
    (void)state;
    for (size_t i = 0; i < sizeof segments / sizeof *segments; i++)
        for (size_t j = 0; j < sizeof shared / sizeof *shared; j++) {
            char text[1024];
            struct carvq_file *file;
            struct carvq_error error;
            snprintf(text, sizeof text, "{'rows':9," COLS "'segments':[%s]%s}", segments[i], shared[j]);
            struct bytes bytes = make_table(text, &random);
            if (carvq_open_memory(bytes.data, bytes.size, &file, &error) != CARVQ_OK)
                fail_msg("%s: %s", text, error.message);
            check_table(carvq_find(file, NULL), &random);
            carvq_close(file);
            free(bytes.data);
        }
}

static void test_golden_files(void **state)
{
    static const char *const names[] = {"rvq-preset",    "rvq-one-group", "rvq-columns", "rvq-padded",   "rvq-odd-bits",
                                        "rvq-one-value", "adaptor",       "two-tables",  "v2-rvq-mean",  "v2-rvq-low-rank",
                                        "v2-raw",        "v2-one-value",  "v2-trellis",  "v2-long-rows", "v2-tiers-2",
                                        "v2-tiers-3",    "v2-tiers-4",    "v2-tiers-8",  "v2-tiers-16",  "v2-two-kinds"};
    uint64_t random = 2;
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct bytes bytes = read_golden(names[i]);
        struct carvq_file *file;
        assert_int_equal(carvq_open_memory(bytes.data, bytes.size, &file, NULL), CARVQ_OK);
        for (size_t t = 0; t < carvq_table_count(file); t++)
            check_table(carvq_table_at(file, t), &random);
        carvq_close(file);
        free(bytes.data);
    }
}

static void test_errors(void **state)
{
    (void)state;
    struct bytes bytes = read_golden("v2-raw");
    struct carvq_file *file;
    struct carvq_error error;
    const uint32_t ids[2] = {0, 9};
    uint16_t rows[14] = {42};
    assert_int_equal(carvq_open_memory(bytes.data, bytes.size, &file, NULL), CARVQ_OK);
    const struct carvq_table *table = carvq_find(file, NULL);
    assert_int_equal(carvq_lookup_as(table, ids, 2, CARVQ_F16, rows, 7, &error), CARVQ_ERROR_RANGE);
    assert_int_equal(carvq_lookup_as(table, ids, 1, CARVQ_F16, rows, 6, &error), CARVQ_ERROR_ARGUMENT);
    assert_int_equal(carvq_lookup_as(table, ids, 1, (enum carvq_dtype)3, rows, 7, &error), CARVQ_ERROR_ARGUMENT);
    assert_non_null(strstr(error.message, "no rows of type 3"));
    assert_int_equal(rows[0], 42);
    carvq_close(file);
    free(bytes.data);
}

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define SANITIZED
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || !defined(__OPTIMIZE__)
#define SANITIZED
#endif

struct call {
    const struct carvq_table *table;
    void *rows;
    enum carvq_dtype dtype;
    bool idle;
};

static void *look_up(void *context)
{
    static const uint32_t ids[9] = {8, 1, 2, 3, 4, 5, 6, 7, 0};
    const struct call *call = context;
    if (!call->idle)
        carvq_lookup_as(call->table, ids, 9, call->dtype, call->rows, 1037, NULL);
    return NULL;
}

// Bytes of a fresh stack that a thread touches.
static size_t stack_of(struct call call)
{
    const size_t size = 1 << 18;
    unsigned char *stack = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    pthread_attr_t attributes;
    pthread_t thread;
    size_t untouched = 0;
    assert_true(stack != MAP_FAILED);
    memset(stack, 0xa5, size);
    pthread_attr_init(&attributes);
    assert_int_equal(pthread_attr_setstack(&attributes, stack, size), 0);
    assert_int_equal(pthread_create(&thread, &attributes, look_up, &call), 0);
    pthread_join(thread, NULL);
    while (untouched < size && stack[untouched] == 0xa5)
        untouched++;
    pthread_attr_destroy(&attributes);
    munmap(stack, size);
    return size - untouched;
}

static void test_stack(void **state)
{
    uint64_t random = 3;
    size_t most = 0;
    (void)state;
#ifdef SANITIZED
    skip();
#endif
    for (size_t i = 0; i < sizeof segments / sizeof *segments; i++) {
        char text[1024];
        struct carvq_file *file;
        snprintf(text, sizeof text, "{'rows':9," COLS "'segments':[%s]%s}", segments[i], shared[3]);
        struct bytes bytes = make_table(text, &random);
        float *rows = malloc(9 * 1037 * sizeof *rows);
        assert_int_equal(carvq_open_memory(bytes.data, bytes.size, &file, NULL), CARVQ_OK);
        for (int type = CARVQ_F32; type <= CARVQ_BF16; type++) {
            struct call call = {carvq_find(file, NULL), rows, (enum carvq_dtype)type, false};
            look_up(&call); // symbols are found now
            const size_t touched = stack_of(call);
            call.idle = true;
            const size_t idle = stack_of(call);
            most = touched - idle > most ? touched - idle : most;
        }
        carvq_close(file);
        free(bytes.data);
        free(rows);
    }
    print_message("a lookup took %zu bytes of stack at most\n", most);
    assert_true(most <= 8192);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_long_rows_of_every_codec),
        cmocka_unit_test(test_golden_files),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_stack),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
