// SPDX-License-Identifier: MIT
// config.json and its like as people write them, and names of tensors as programs write them.
#define _POSIX_C_SOURCE 200809L
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "checkpoint_found.h"

static const struct spec table = {"model.embed_tokens.weight", "F32", "16,8", 512};

static void test_broken_config(void **state)
{
    static const struct {
        const char *text, *cause;
    } cases[] = {{"{\n\"a\": 1,\n\"a\": 2}", "line 3: duplicate"},
                 {"{\"a\": {\"b\": [1, {\"c\": 2, \"c\": 3}]}}", "duplicate"},
                 {"{\"a\\u0061\": 1, \"aa\": 1}", "duplicate"}, // letter by letter is all that is compared
                 {"{\n// by hand\n\"a\": 1}", "line 2: a comment, which JSON does not have: remove it"},
                 {"{\"a\": 1, # by hand\n}", "line 1: a comment"},
                 {"{\"a\": \"//\",\n \"b\": [1,\n2,\n]\n}", "line 3: a comma before a closing bracket"},
                 {"{'a': 1}", "line 1: single quotes"},
                 {"\xff\xfe{", "line 1: UTF-16: save the file as UTF-8"},
                 {"{\n\"a\": \"J\xfcrgen\"}", "line 2: not UTF-8"},
                 {"version https://git-lfs.github.com/spec/v1\n", "is a git-lfs pointer"},
                 {"<!DOCTYPE html>", "is a web page"},
                 {"[1]", "not a JSON object"},
                 {"", "line "},
                 {"{\"a\": }", "line 1"},
                 {"{\"a\": \"\xff\"}", "line 1"},
                 {"3", "line 1"},
                 {"{\"a\": NaNNaN}", "line 1"}};
    char path[PATH_SIZE];
    write_safetensors(*state, "model.safetensors", "", &table, 1);
    path_in(path, *state, "config.json");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        write_text(*state, "config.json", cases[i].text);
        open_bad(*state, CARVQ_ERROR_FORMAT, path, cases[i].cause);
    }
    write_file(*state, "config.json", "{\n}\0\0", 5);
    open_bad(*state, CARVQ_ERROR_FORMAT, path, "line 2: a NUL byte");
    char *deep = malloc(100001);
    memset(deep, '[', 100000);
    deep[100000] = '\0';
    write_text(*state, "config.json", deep);
    open_bad(*state, CARVQ_ERROR_FORMAT, path, "line 1");
    free(deep);
    unlink(path);
    assert_int_equal(mkdir(path, 0777), 0);
    open_bad(*state, CARVQ_ERROR_IO, path, "is a directory");
}

// What can be read without a guess.
static void test_odd_config(void **state)
{
    static const char *const texts[] = {
        "\xef\xbb\xbf{\"a\": [1, Infinity, NaN]}",
        "{\r\n\"a\": 1\r\n}\r\n",
        "{\"a\": 1,\n \"b\": {\"c\": [2, {}], \"c\" : [2, {}]\n}, \"a\": 1\n}",
    };
    write_safetensors(*state, "model.safetensors", "", &table, 1);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        write_text(*state, "config.json", texts[i]);
        struct carvq_checkpoint *checkpoint = open_good(*state);
        assert_non_null(json_object_get(carvq_checkpoint_config(checkpoint), "a"));
        assert_null(carvq_checkpoint_note(checkpoint, 0));
        carvq_checkpoint_close(checkpoint);
    }
}

// Beside a single file a broken config.json is no reason to stop, but said; so are the other small files everywhere.
static void test_ignored_files(void **state)
{
    char path[PATH_SIZE];
    write_safetensors(*state, "model.safetensors", "", &table, 1);
    write_text(*state, "generation_config.json", "{\"eos_token_id\": [2,]}");
    struct carvq_checkpoint *checkpoint = open_good(*state);
    assert_non_null(strstr(carvq_checkpoint_note(checkpoint, 0), "generation_config.json: line 1: a comma before"));
    assert_null(carvq_checkpoint_note(checkpoint, 1));
    assert_null(carvq_checkpoint_generation_config(checkpoint));
    carvq_checkpoint_close(checkpoint);
    write_text(*state, "generation_config.json", "{\"eos_token_id\": 2}");
    write_text(*state, "quant_config.json", "{\"w_bit\": 4}");
    write_text(*state, "config.json", "{");
    path_in(path, *state, "model.safetensors");
    checkpoint = open_good(path);
    assert_non_null(strstr(carvq_checkpoint_note(checkpoint, 0), "config.json: line 1: "));
    assert_null(carvq_checkpoint_note(checkpoint, 1));
    assert_int_equal(json_integer_value(json_object_get(carvq_checkpoint_generation_config(checkpoint), "eos_token_id")), 2);
    assert_int_equal(json_integer_value(json_object_get(carvq_checkpoint_quant_config(checkpoint), "w_bit")), 4);
    carvq_checkpoint_close(checkpoint);
}

// One tensor tells what stands in front of all names.
static void test_usual_names(void **state)
{
    static const struct {
        const char *table, *norm, *head;
    } cases[] = {
        {"model.embed_tokens.weight", "model.norm.weight", "lm_head.weight"},
        {"embed_tokens.weight", "norm.weight", "lm_head.weight"},
        {"_orig_mod.model.embed_tokens.weight", "_orig_mod.model.norm.weight", "_orig_mod.lm_head.weight"},
        {"module.embed_tokens.weight", "module.norm.weight", "module.lm_head.weight"},
        {"base_model.model.model.embed_tokens.weight", "base_model.model.model.norm.weight", "base_model.model.lm_head.weight"},
        {"module.x", "module.model.norm.weight", "module.lm_head.weight"}, // no table of that name
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct spec specs[] = {
            {cases[i].table, "F32", "4,2", 32}, {cases[i].norm, "F32", "2", 8}, {cases[i].head, "F32", "4,2", 32}};
        char name[100];
        write_safetensors(*state, "model.safetensors", "", specs, 3);
        struct carvq_checkpoint *checkpoint = open_good(*state);
        assert_string_equal(carvq_checkpoint_find_usual(checkpoint, "model.norm.weight")->name, cases[i].norm);
        assert_string_equal(carvq_checkpoint_find_usual(checkpoint, "lm_head.weight")->name, cases[i].head);
        assert_string_equal(carvq_checkpoint_usual_name(checkpoint, cases[i].norm, name, sizeof name), "model.norm.weight");
        assert_string_equal(carvq_checkpoint_usual_name(checkpoint, cases[i].head, name, sizeof name), "lm_head.weight");
        assert_null(carvq_checkpoint_find_usual(checkpoint, "model.layers.0.x"));
        carvq_checkpoint_close(checkpoint);
    }
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, make_folder, remove_folder)
    const struct CMUnitTest tests[] = {
        TEST(test_broken_config),
        TEST(test_odd_config),
        TEST(test_ignored_files),
        TEST(test_usual_names),
    };
    return cmocka_run_group_tests_name("checkpoint_config", tests, NULL, NULL);
}
