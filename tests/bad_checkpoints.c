// SPDX-License-Identifier: MIT
// The hostile and odd safetensors files of tests/bad (INDEX.tsv): each opens, or is refused, as its line says. NaN
// and infinity are the encoder's to find: such files open here.
#define _POSIX_C_SOURCE 200809L
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "checkpoint/checkpoint.h"
#include "checkpoint_files.h"

static void check_message(const struct carvq_error *error, const char *path)
{
    assert_true(strncmp(error->message, path, strlen(path)) == 0 && strlen(error->message) > strlen(path) + 10);
    for (const char *byte = error->message; *byte != '\0'; byte++)
        assert_true((unsigned char)*byte >= 0x20 && *byte != 0x7f);
}

static void check_tables(const char *path, const struct carvq_checkpoint *checkpoint, bool sound)
{
    struct carvq_checkpoint_table *tables = NULL;
    struct carvq_error error;
    size_t count = 0;
    enum carvq_status status = carvq_checkpoint_tables(checkpoint, NULL, 0, &tables, &count, &error);
    if (sound != (status == CARVQ_OK))
        fail_msg("%s: %s", path, sound ? error.message : "was taken for a checkpoint with a table");
    if (!sound) {
        check_message(&error, path);
        return;
    }
    assert_int_equal(count, 1);
    assert_string_equal(tables[0].tensor->name, "model.embed_tokens.weight");
    float *values = malloc((size_t)tables[0].rows * tables[0].cols * sizeof *values);
    assert_int_equal(carvq_checkpoint_read_block(&tables[0], 0, (size_t)tables[0].rows, 0, tables[0].cols, values, &error),
                     CARVQ_OK);
    free(values);
    free(tables);
}

static void check_file(const char *folder, const char *name, const char *expect, const char *behaviour)
{
    char path[PATH_SIZE];
    struct carvq_checkpoint *checkpoint;
    struct carvq_error error;
    bool values_only = strstr(behaviour, "first bad row") != NULL;
    path_in(path, folder, name);
    if (carvq_checkpoint_open(path, &checkpoint, &error) == CARVQ_OK) {
        check_tables(path, checkpoint, values_only || strcmp(expect, "reject") != 0);
        carvq_checkpoint_close(checkpoint);
    } else if (strcmp(expect, "reject") != 0 || values_only) {
        fail_msg("%s", error.message);
    } else {
        check_message(&error, path);
    }
}

// A line of INDEX.tsv: name, expect, what is wrong, expected behaviour.
static void test_every_file_of_the_index(void **state)
{
    (void)state;
    char path[PATH_SIZE], line[2000];
    size_t files = 0;
    path_in(path, BAD_FILES, "INDEX.tsv");
    FILE *index = fopen(path, "r");
    assert_non_null(index);
    while (fgets(line, sizeof line, index) != NULL) {
        char *rest = line, *name = strtok_r(rest, "\t", &rest), *expect = strtok_r(NULL, "\t", &rest);
        char *wrong = strtok_r(NULL, "\t", &rest), *behaviour = strtok_r(NULL, "\t", &rest);
        if (behaviour == NULL || wrong == NULL || strstr(name, ".safetensors") == NULL)
            continue;
        check_file(BAD_FILES, name, expect, behaviour);
        files++;
    }
    fclose(index);
    assert_true(files >= 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_file_of_the_index),
    };
    return cmocka_run_group_tests_name("bad_checkpoints", tests, NULL, NULL);
}
