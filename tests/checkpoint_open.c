// SPDX-License-Identifier: MIT
// Opening checkpoints: one file, shards with an index, what lies beside them, and whatever can be wrong with all that.
#define _POSIX_C_SOURCE 200809L
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "runtime/half.h"
#include "runtime/safetensors.h"
#include "checkpoint_found.h"

static const struct spec table = {"model.embed_tokens.weight", "F32", "16,8", 512};
static const struct spec norm = {"model.norm.weight", "F16", "8", 16};
static const struct spec head = {"lm_head.weight", "BF16", "16,8", 256};

// The tensor is there and its data are those that were written.
static void check_tensor(const struct carvq_checkpoint *checkpoint, const struct spec *spec, const char *file)
{
    const struct carvq_tensor *tensor = carvq_checkpoint_find(checkpoint, spec->name);
    assert_non_null(tensor);
    assert_string_equal(tensor->name, spec->name);
    assert_string_equal(carvq_tensor_type_name(tensor->type), spec->dtype);
    assert_int_equal(tensor->nbytes, spec->nbytes);
    for (size_t i = 0; i < spec->nbytes; i++)
        assert_int_equal(tensor->data[i], spec_byte(spec, i));
    size_t length = strlen(tensor->file);
    assert_true(length > strlen(file) && strcmp(tensor->file + length - strlen(file), file) == 0);
}

static void test_single_file(void **state)
{
    const char *folder = *state;
    char path[PATH_SIZE];
    const struct spec specs[] = {norm, table}; // an odd header length leaves the data unaligned
    write_safetensors(folder, "words.safetensors", "\"odd\":\"1\"", specs, 2);
    path_in(path, folder, "words.safetensors");
    struct carvq_checkpoint *checkpoint = open_good(path);
    assert_string_equal(carvq_checkpoint_path(checkpoint), path);
    assert_string_equal(carvq_checkpoint_directory(checkpoint), folder);
    assert_int_equal(carvq_checkpoint_tensor_count(checkpoint), 2);
    assert_string_equal(carvq_checkpoint_tensor_at(checkpoint, 0)->name, norm.name);
    assert_null(carvq_checkpoint_tensor_at(checkpoint, 2));
    assert_null(carvq_checkpoint_find(checkpoint, "model"));
    assert_null(carvq_checkpoint_config(checkpoint));
    check_tensor(checkpoint, &table, "words.safetensors");
    check_tensor(checkpoint, &norm, "words.safetensors");
    carvq_checkpoint_close(checkpoint);
    write_text(folder, "config.json",
               "{\"vocab_size\": 16, \"time_step_limit\": [0.0, Infinity, -Infinity, NaN], \"a\\\"\": \"NaN\"}");
    checkpoint = open_good(path);
    const json_t *config = carvq_checkpoint_config(checkpoint);
    assert_int_equal(json_integer_value(json_object_get(config, "vocab_size")), 16);
    assert_true(json_is_null(json_array_get(json_object_get(config, "time_step_limit"), 2)));
    assert_string_equal(json_string_value(json_object_get(config, "a\"")), "NaN");
    carvq_checkpoint_close(checkpoint);
    carvq_checkpoint_close(NULL);
}

// Types keep their names and sizes, and shapes the order of their dimensions, on the way out of the format.
static void test_every_type(void **state)
{
    static const struct spec specs[] = {
        {"a", "BOOL", "8,2,3", 48},    {"b", "F4", "8,2,3", 24},   {"c", "F6_E2M3", "8,2,3", 36}, {"d", "F6_E3M2", "8,2,3", 36},
        {"e", "U8", "8,2,3", 48},      {"f", "I8", "8,2,3", 48},   {"g", "F8_E5M2", "8,2,3", 48}, {"h", "F8_E4M3", "8,2,3", 48},
        {"i", "F8_E8M0", "8,2,3", 48}, {"j", "I16", "8,2,3", 96},  {"k", "U16", "8,2,3", 96},     {"l", "F16", "8,2,3", 96},
        {"m", "BF16", "8,2,3", 96},    {"n", "I32", "8,2,3", 192}, {"o", "U32", "8,2,3", 192},    {"p", "F32", "8,2,3", 192},
        {"q", "C64", "8,2,3", 384},    {"r", "F64", "8,2,3", 384}, {"s", "I64", "8,2,3", 384},    {"t", "U64", "8,2,3", 384}};
    enum { COUNT = sizeof specs / sizeof *specs };
    assert_int_equal(COUNT, CARVQ_TENSOR_TYPES);
    write_safetensors(*state, "model.safetensors", "", specs, COUNT);
    struct carvq_checkpoint *checkpoint = open_good(*state);
    for (size_t i = 0; i < COUNT; i++) {
        const struct carvq_tensor *tensor = carvq_checkpoint_tensor_at(checkpoint, i);
        check_tensor(checkpoint, &specs[i], "/model.safetensors");
        assert_int_equal(carvq_tensor_bytes(tensor->type, 48), specs[i].nbytes);
        assert_true(tensor->dims == 3 && tensor->shape[0] == 8 && tensor->shape[1] == 2 && tensor->shape[2] == 3);
        enum carvq_dtype dtype;
        const bool known = strcmp(specs[i].dtype, "F32") == 0 || strcmp(specs[i].dtype, "F16") == 0 ||
                           strcmp(specs[i].dtype, "BF16") == 0;
        assert_int_equal(carvq_tensor_dtype(tensor->type, &dtype), known);
        if (known)
            assert_string_equal(carvq_dtype_name(dtype), specs[i].dtype);
    }
    carvq_checkpoint_close(checkpoint);
}

// Every file that is a checkpoint's, whether it lies there or not; and names that would be taken for one.
static void test_files_of_a_checkpoint(void **state)
{
    static const char *const files[] = {"model.safetensors",      "config.json",
                                        "tokenizer.json",         "model.safetensors.index.json",
                                        "generation_config.json", "quant_config.json"};
    static const char *const parts[] = {"model.safetensors", "x.safetensors", "model.safetensors.index.json"};
    static const char *const others[] = {"config.json",
                                         ".safetensors",
                                         ".safetensors.index.json",
                                         "x.index.json",
                                         "x.gguf",
                                         "x.safetensors.bak",
                                         "safetensors",
                                         ""};
    char path[PATH_SIZE];
    write_safetensors(*state, "model.safetensors", "", &table, 1);
    struct carvq_checkpoint *checkpoint = open_good(*state);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        path_in(path, *state, files[i]);
        assert_string_equal(carvq_checkpoint_file(checkpoint, i), path);
    }
    assert_null(carvq_checkpoint_file(checkpoint, sizeof files / sizeof *files));
    path_in(path, *state, "config.json");
    assert_string_equal(carvq_checkpoint_config_path(checkpoint), path);
    carvq_checkpoint_close(checkpoint);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        assert_true(carvq_checkpoint_is_part(parts[i]));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_false(carvq_checkpoint_is_part(others[i]));
}

static void test_path_without_a_slash(void **state)
{
    char before[PATH_SIZE];
    assert_non_null(getcwd(before, sizeof before));
    write_safetensors(*state, "x.safetensors", "", &table, 1);
    assert_int_equal(chdir(*state), 0);
    struct carvq_checkpoint *checkpoint = open_good("x.safetensors");
    assert_string_equal(carvq_checkpoint_directory(checkpoint), ".");
    carvq_checkpoint_close(checkpoint);
    assert_int_equal(chdir(before), 0);
}

static void write_shards(const char *folder)
{
    const struct spec second[] = {norm, head};
    write_safetensors(folder, "model-00001-of-00002.safetensors", "", &table, 1);
    write_safetensors(folder, "model-00002-of-00002.safetensors", "", second, 2);
    write_text(folder, "model.safetensors.index.json",
               "{\"metadata\": {\"total_size\": 784}, \"weight_map\": {"
               "\"lm_head.weight\": \"model-00002-of-00002.safetensors\","
               "\"model.embed_tokens.weight\": \"model-00001-of-00002.safetensors\","
               "\"model.norm.weight\": \"model-00002-of-00002.safetensors\"}}");
}

static void test_shards(void **state)
{
    write_shards(*state);
    struct carvq_checkpoint *checkpoint = open_good(*state);
    assert_int_equal(carvq_checkpoint_tensor_count(checkpoint), 3);
    assert_string_equal(carvq_checkpoint_tensor_at(checkpoint, 0)->name, table.name);
    assert_string_equal(carvq_checkpoint_tensor_at(checkpoint, 2)->name, head.name);
    check_tensor(checkpoint, &table, "/model-00001-of-00002.safetensors");
    check_tensor(checkpoint, &norm, "/model-00002-of-00002.safetensors");
    check_tensor(checkpoint, &head, "/model-00002-of-00002.safetensors");
    carvq_checkpoint_close(checkpoint);
}

static void test_single_file_wins_over_index(void **state)
{
    write_shards(*state);
    write_safetensors(*state, "model.safetensors", "", &head, 1);
    struct carvq_checkpoint *checkpoint = open_good(*state);
    assert_int_equal(carvq_checkpoint_tensor_count(checkpoint), 1);
    assert_non_null(strstr(carvq_checkpoint_note(checkpoint, 0), "model.safetensors is taken; "));
    assert_null(carvq_checkpoint_note(checkpoint, 1));
    carvq_checkpoint_close(checkpoint);
}

// Opens, checks the only note, and that a tensor that is not there is said to be missing from a file.
static void check_absent(const char *folder, const char *note, const char *tensor, const char *shard)
{
    const struct carvq_tensor *found;
    struct carvq_error error;
    struct carvq_checkpoint *checkpoint = open_good(folder);
    const char *actual = carvq_checkpoint_note(checkpoint, 0);
    if (actual == NULL || strstr(actual, note) == NULL || carvq_checkpoint_note(checkpoint, 1) != NULL)
        fail_msg("note '%s', not '%s'", actual != NULL ? actual : "", note);
    check_tensor(checkpoint, &table, "/model-00001-of-00002.safetensors");
    check_error(carvq_checkpoint_require(checkpoint, tensor, &found, &error), CARVQ_ERROR_NOT_FOUND, &error, folder, shard);
    assert_true(carvq_checkpoint_is_listed(checkpoint, tensor));
    carvq_checkpoint_close(checkpoint);
}

// A shard that is missing or damaged, or holds less than the index says, stops nobody who does not need it.
static void test_absent_shard(void **state)
{
    static const char second[] = "model-00002-of-00002.safetensors";
    char path[PATH_SIZE];
    write_shards(*state);
    path_in(path, *state, second);
    unlink(path);
    check_absent(
        *state,
        "lists 2 tensors in model-00002-of-00002.safetensors that are not there, e.g. 'lm_head.weight': the file is missing",
        "model.norm.weight", second);
    write_safetensors(*state, second, "", &head, 1);
    check_absent(*state, "lists 1 tensor in model-00002-of-00002.safetensors that is not there, e.g. 'model.norm.weight'",
                 "model.norm.weight", second);
    write_text(*state, second, "version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 3\n");
    struct carvq_checkpoint *checkpoint = open_good(*state);
    assert_non_null(strstr(carvq_checkpoint_note(checkpoint, 0), "is a git-lfs pointer"));
    assert_non_null(strstr(carvq_checkpoint_note(checkpoint, 1), "lists 2 tensors"));
    assert_int_equal(carvq_checkpoint_tensor_count(checkpoint), 1);
    carvq_checkpoint_close(checkpoint);
    write_text(*state, "model-00001-of-00002.safetensors", "Entry not found");
    path_in(path, *state, "model-0000");
    open_bad(*state, CARVQ_ERROR_FORMAT, path, "not the file");
}

// An index of another download: the complete set that is there counts, and no other.
static void test_stale_index(void **state)
{
    char path[PATH_SIZE];
    write_shards(*state);
    path_in(path, *state, "model.safetensors.index.json");
    write_text(*state, "model.safetensors.index.json", "{\"weight_map\": {\"a\": \"model-00001-of-00003.safetensors\"}}");
    struct carvq_checkpoint *checkpoint = open_good(*state);
    assert_int_equal(carvq_checkpoint_tensor_count(checkpoint), 3);
    assert_non_null(
        strstr(carvq_checkpoint_note(checkpoint, 0), "lists model-00001-of-00003.safetensors, which is not here; the 2 shards"));
    assert_null(carvq_checkpoint_note(checkpoint, 1));
    carvq_checkpoint_close(checkpoint);
    char shard[PATH_SIZE];
    path_in(shard, *state, "model-00002-of-00002.safetensors");
    unlink(shard);
    open_bad(*state, CARVQ_ERROR_NOT_FOUND, path,
             "lists model-00001-of-00003.safetensors (1 tensor, e.g. 'a'), which is not here: download what is missing");
}

static void test_links_are_followed(void **state)
{
    char blobs[PATH_SIZE], blob[PATH_SIZE], link[PATH_SIZE];
    make_subfolder(blobs, *state, "blobs");
    write_safetensors(blobs, "0123", "", &table, 1);
    path_in(blob, blobs, "0123");
    path_in(link, *state, "model.safetensors");
    assert_int_equal(symlink(blob, link), 0);
    struct carvq_checkpoint *checkpoint = open_good(*state);
    check_tensor(checkpoint, &table, "/model.safetensors");
    carvq_checkpoint_close(checkpoint);
    unlink(blob);
    open_bad(*state, CARVQ_ERROR_IO, link, "No such file");
}

// Each index, over the shards of write_shards(), is refused for its own reason.
static void test_hostile_index(void **state)
{
#define A "model-00001-of-00002.safetensors"
#define B "model-00002-of-00002.safetensors"
    static const struct {
        const char *text, *cause;
    } cases[] = {
        {"", "line "},
        {"[]", "not a JSON object"},
        {"{}", "no weight_map"},
        {"{\"weight_map\": 3}", "no weight_map"},
        {"{\"weight_map\": {}}", "no weight_map"},
        {"{\"weight_map\": {\"a\": 1}}", "shard of tensor 'a' is not a string"},
        {"{\"weight_map\": {\"a\": null}}", "not a string"},
        {"{\"weight_map\": {\"a\": \"\"}}", "not a plain file name"},
        {"{\"weight_map\": {\"a\": \".\"}}", "not a plain file name"},
        {"{\"weight_map\": {\"a\": \"..\"}}", "not a plain file name"},
        {"{\"weight_map\": {\"a\": \"/etc/passwd\"}}", "not a plain file name"},
        {"{\"weight_map\": {\"a\": \"../" A "\"}}", "not a plain file name"},
        {"{\"weight_map\": {\"a\": \"sub/" A "\"}}", "not a plain file name"},
        {"{\"weight_map\": {\"a\": \"" A "\\u0000\"}}", "line 1"},
        {"{\"weight_map\": {\"a\": \"" A "\", \"a\": \"" B "\"}}", "duplicate"},
    };
    char path[PATH_SIZE];
    write_shards(*state);
    path_in(path, *state, "model.safetensors.index.json");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        write_text(*state, "model.safetensors.index.json", cases[i].text);
        open_bad(*state, CARVQ_ERROR_FORMAT, path, cases[i].cause);
    }
    // Which of the shards that are there holds a tensor does not matter.
    write_text(*state, "model.safetensors.index.json",
               "{\"weight_map\": {\"model.norm.weight\": \"" A "\", \"lm_head.weight\": \"" B "\"}}");
    struct carvq_checkpoint *checkpoint = open_good(*state);
    check_tensor(checkpoint, &norm, "/" B);
    assert_null(carvq_checkpoint_note(checkpoint, 0));
    carvq_checkpoint_close(checkpoint);
#undef A
#undef B
}

static void test_tensor_in_two_shards(void **state)
{
    char path[PATH_SIZE];
    write_shards(*state);
    const struct spec both[] = {norm, table};
    write_safetensors(*state, "model-00001-of-00002.safetensors", "", both, 2);
    path_in(path, *state, "model-0000");
    open_bad(*state, CARVQ_ERROR_FORMAT, path, "'model.norm.weight' stands in two shards");
}

static void test_nothing_to_open(void **state)
{
    char path[PATH_SIZE];
    open_bad(*state, CARVQ_ERROR_NOT_FOUND, *state, "neither model.safetensors nor model.safetensors.index.json");
    write_text(*state, "model.gguf", "GGUF\3\0\0\0");
    open_bad(*state, CARVQ_ERROR_NOT_FOUND, *state, "there is model.gguf, which cannot be read");
    path_in(path, *state, "model.gguf");
    open_bad(path, CARVQ_ERROR_UNSUPPORTED, path, "GGUF");
    write_text(*state, "words.safetensors", ""); // more helpful to name than the other
    open_bad(*state, CARVQ_ERROR_NOT_FOUND, *state, "there is words.safetensors: name the file itself");
    path_in(path, *state, "words.safetensors");
    open_bad(path, CARVQ_ERROR_FORMAT, path, "shorter than");
    path_in(path, *state, "none\x1b[31m");
    struct carvq_error error;
    struct carvq_checkpoint *checkpoint;
    assert_int_equal(carvq_checkpoint_open(path, &checkpoint, &error), CARVQ_ERROR_IO);
    assert_non_null(strstr(error.message, "none\\x1b[31m: No such file"));
    char cache[PATH_SIZE], snapshot[PATH_SIZE];
    make_subfolder(cache, *state, "models--x--y");
    make_subfolder(path, cache, "snapshots");
    make_subfolder(snapshot, path, "0123");
    open_bad(cache, CARVQ_ERROR_NOT_FOUND, cache, "snapshots/0123");
    open_bad("no-such-maker/no-such-model", CARVQ_ERROR_IO, "no-such-maker/no-such-model",
             "download it first ('hf download no-such-maker/no-such-model");
    path_in(path, *state, "page.safetensors");
    write_text(*state, "page.safetensors", "\n<HTML><head>");
    open_bad(path, CARVQ_ERROR_FORMAT, path, "is a web page");
    path_in(path, *state, "pipe");
    assert_int_equal(mkfifo(path, 0600), 0);
    open_bad(path, CARVQ_ERROR_IO, path, "not a regular file");
}

// Headers over 64 bytes of data that must be refused, each for its own reason.
static void test_hostile_headers(void **state)
{
#define T "{\"dtype\":\"F32\",\"shape\":[4,4],\"data_offsets\":[0,64]}"
    static const struct {
        const char *header, *cause;
    } cases[] = {
        {"", "header: byte 8"},
        {"[]", "not a JSON object"},
        {"{}", "64 bytes follow the last tensor"},
        {"{\"a\":" T "}x", "something follows"},
        {"{\"a\":" T ",\"a\":" T "}", "stands twice"},
        {"{\"a\":" T ",\"\\u0061\":" T "}", "stands twice"},
        {"{\"a\":3}", "not an object"},
        {"{\"a\":{}}", "no dtype"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[4,4]}}", "no data_offsets"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[4,4],\"data_offsets\":[0,64],\"x\":1}}", "unknown key"},
        {"{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[4,4],\"data_offsets\":[0,64]}}", "stands twice"},
        {"{\"a\":{\"dtype\\u0000\":\"F32\",\"shape\":[4,4],\"data_offsets\":[0,64]}}", "unknown key"},
        {"{\"a\":{\"dtype\":32,\"shape\":[4,4],\"data_offsets\":[0,64]}}", "dtype is not a string"},
        {"{\"a\":{\"dtype\":\"F32\\u0000\",\"shape\":[4,4],\"data_offsets\":[0,64]}}", "unknown dtype"},
        {"{\"a\":{\"dtype\":\"f32\",\"shape\":[4,4],\"data_offsets\":[0,64]}}", "unknown dtype 'f32'"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":4,\"data_offsets\":[0,64]}}", "shape is not"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[4,-4],\"data_offsets\":[0,64]}}", "shape is not"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[4.0,4],\"data_offsets\":[0,64]}}", "shape is not"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1,1,1,1,1,1,1,1,16],\"data_offsets\":[0,64]}}", "shape is not"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[[4],4],\"data_offsets\":[0,64]}}", "shape is not"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[4,4611686018427387908],\"data_offsets\":[0,64]}}", "absurdly large"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[18446744073709551616,0],\"data_offsets\":[0,64]}}", "shape is not"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[4,5],\"data_offsets\":[0,64]}}", "need 80 bytes, data_offsets give 64"},
        {"{\"a\":{\"dtype\":\"F4\",\"shape\":[129],\"data_offsets\":[0,64]}}", "data_offsets give 64"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[4,4],\"data_offsets\":[0]}}", "data_offsets is not"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[4,4],\"data_offsets\":[0,64,64]}}", "data_offsets is not"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[4,4],\"data_offsets\":[64,0]}}", "end lies before"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[4,4],\"data_offsets\":[4,68]}}", "only 64 bytes of data"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[4,3],\"data_offsets\":[16,64]}}", "a hole"},
        {"{\"a\":" T ",\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[32,36]}}", "overlaps"},
        {"{\"a\":" T ",\"b\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[32,32]}}", "overlaps"},
        {"{\"__metadata__\":[],\"a\":" T "}", "__metadata__ is not an object"},
        {"{\"__metadata__\":{\"k\":1},\"a\":" T "}", "not a string"},
        {"{\"__metadata__\":{\"k\":\"1\",\"k\":\"2\"},\"a\":" T "}", "'k' stands twice"},
        {"{\"__metadata__\":{},\"__metadata__\":{},\"a\":" T "}", "__metadata__ stands twice"},
        {"{\"__metadata__\":{\"k\\u0000\":\"1\"},\"a\":" T "}", "NUL"},
        {"{\"a\\u0000b\":" T "}", "NUL"},
        {"{\"a\\ud800\":" T "}", "bad \\u escape"},
        {"{\"a\xff\":" T "}", "not UTF-8"},
    };
    char path[PATH_SIZE];
    const uint8_t data[64] = {0};
    path_in(path, *state, "x.safetensors");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        write_raw(*state, "x.safetensors", cases[i].header, data, sizeof data);
        open_bad(path, CARVQ_ERROR_FORMAT, path, cases[i].cause);
    }
    write_raw(*state, "x.safetensors", " {\"a\":" T "} ", data, sizeof data); // and the sound one passes
    carvq_checkpoint_close(open_good(path));
#undef T
}

// A sound file, cut at every length and with every header length, is refused; and never read beyond its end.
static void test_truncated_file(void **state)
{
    size_t nbytes;
    char path[PATH_SIZE];
    write_safetensors(*state, "x.safetensors", "\"k\":\"v\"", &norm, 1);
    uint8_t *data = read_file(*state, "x.safetensors", &nbytes);
    path_in(path, *state, "x.safetensors");
    for (size_t length = 0; length < nbytes; length++) {
        write_file(*state, "x.safetensors", data, length);
        open_bad(path, CARVQ_ERROR_FORMAT, path, ": ");
        uint8_t *exact = malloc(length + (length == 0)); // a sanitizer sees a read past its end, as it does not in a map
        struct carvq_st *st;
        memcpy(exact, data, length);
        assert_int_equal(carvq_st_read("x", exact, length, &st, NULL), CARVQ_ERROR_FORMAT);
        free(exact);
    }
    uint8_t first = data[0];
    for (unsigned i = 0; i < 256; i++) {
        data[0] = (uint8_t)i;
        write_file(*state, "x.safetensors", data, nbytes);
        if (i != first)
            open_bad(path, CARVQ_ERROR_FORMAT, path, ": ");
    }
    free(data);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, make_folder, remove_folder)
    const struct CMUnitTest tests[] = {
        TEST(test_single_file),
        TEST(test_every_type),
        TEST(test_files_of_a_checkpoint),
        TEST(test_path_without_a_slash),
        TEST(test_absent_shard),
        TEST(test_stale_index),
        TEST(test_shards),
        TEST(test_single_file_wins_over_index),
        TEST(test_links_are_followed),
        TEST(test_hostile_index),
        TEST(test_tensor_in_two_shards),
        TEST(test_nothing_to_open),
        TEST(test_hostile_headers),
        TEST(test_truncated_file),
    };
    return cmocka_run_group_tests_name("checkpoint_open", tests, NULL, NULL);
}
