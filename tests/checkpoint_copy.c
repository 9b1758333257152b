// SPDX-License-Identifier: MIT
// A copy of a checkpoint differs from it in the replaced tables and nowhere else; and what stops a copy is reported.
#define _POSIX_C_SOURCE 200809L
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>

#include <cmocka.h>

#include "runtime/half.h"
#include "runtime/status.h"
#include "checkpoint/checkpoint.h"
#include "checkpoint_files.h"

#define MAX_TABLES 4

// New values by place: no 16-bit type holds them exactly.
static float new_value(const struct carvq_checkpoint_table *table, uint64_t row, uint64_t col)
{
    return (float)(row * table->cols + col) * 0.100001f - 3;
}

static enum carvq_status read_rows(void *context, uint64_t row, size_t nrows, float *rows_ret, struct carvq_error *error)
{
    const struct carvq_checkpoint_table *table = context;
    (void)error;
    for (size_t i = 0; i < nrows; i++)
        for (size_t j = 0; j < table->cols; j++)
            rows_ret[i * table->cols + j] = new_value(table, row + i, j);
    return CARVQ_OK;
}

static enum carvq_status refuse_rows(void *context, uint64_t row, size_t nrows, float *rows_ret, struct carvq_error *error)
{
    (void)context, (void)nrows, (void)rows_ret;
    return carvq_fail(error, CARVQ_ERROR_RANGE, "row %d", (int)row);
}

// An open checkpoint, its tables (all with well-known names, or those named) and replacements for them.
struct job {
    struct carvq_checkpoint *checkpoint;
    struct carvq_checkpoint_table *tables;
    struct carvq_checkpoint_replacement replacements[MAX_TABLES];
    size_t count;
    char out[PATH_SIZE];
};

static void prepare(struct job *job, const char *folder, const char *path, const char *const *names, size_t name_count)
{
    struct carvq_error error;
    if (carvq_checkpoint_open(path, &job->checkpoint, &error) != CARVQ_OK ||
        carvq_checkpoint_tables(job->checkpoint, names, name_count, &job->tables, &job->count, &error) != CARVQ_OK)
        fail_msg("%s", error.message);
    assert_true(job->count <= MAX_TABLES);
    for (size_t i = 0; i < job->count; i++)
        job->replacements[i] = (struct carvq_checkpoint_replacement){&job->tables[i], read_rows, &job->tables[i]};
    make_subfolder(job->out, folder, "out");
}

static enum carvq_status copy(struct job *job, int (*progress)(void *, uint64_t, uint64_t), void *context,
                              struct carvq_error *error)
{
    return carvq_checkpoint_copy(job->checkpoint, job->replacements, job->count, job->out, progress, context, error);
}

static void copy_good(struct job *job)
{
    struct carvq_error error;
    if (copy(job, NULL, NULL, &error) != CARVQ_OK)
        fail_msg("%s", error.message);
}

static void release(struct job *job)
{
    free(job->tables);
    carvq_checkpoint_close(job->checkpoint);
}

// The file of this name in out equals that in folder, but for the replaced tables, which hold the new values rounded once.
static void check_copy(const struct job *job, const char *folder, const char *name, const char *out_name)
{
    size_t old_nbytes, new_nbytes;
    uint8_t *old_data = read_file(folder, name, &old_nbytes), *new_data = read_file(job->out, out_name, &new_nbytes);
    char path[PATH_SIZE];
    path_in(path, folder, name);
    assert_int_equal(old_nbytes, new_nbytes);
    for (size_t i = 0; i < job->count; i++) {
        const struct carvq_checkpoint_table *table = &job->tables[i];
        size_t size = carvq_dtype_size(table->dtype), place = (size_t)table->tensor->begin;
        if (strcmp(table->tensor->file, path) != 0)
            continue;
        for (uint64_t row = 0; row < table->rows; row++)
            for (uint64_t col = 0; col < table->cols; col++, place += size) {
                float value = new_value(table, row, col);
                carvq_narrow(table->dtype, &value, 1, old_data + place);
            }
    }
    assert_memory_equal(old_data, new_data, old_nbytes);
    free(old_data);
    free(new_data);
}

static const struct spec small[] = {{"a", "U8", "5", 5}, {"wte", "BF16", "16,6", 192}, {"b", "I64", "3", 24}};

static void test_single_file(void **state)
{
    struct job job;
    char path[PATH_SIZE];
    write_safetensors(*state, "words.safetensors", "\"k\":\"v\"", small, 3);
    write_text(*state, "config.json", "{}");
    path_in(path, *state, "words.safetensors");
    prepare(&job, *state, path, NULL, 0);
    copy_good(&job);
    check_copy(&job, *state, "words.safetensors", "model.safetensors");
    path_in(path, job.out, "config.json");
    assert_int_not_equal(access(path, F_OK), 0); // this one file only
    release(&job);
}

// All types, each at an odd address; the replacements are given in another order than the data have; a file larger than the
// pieces that are copied; rows in several blocks.
static void test_several_tables_in_one_file(void **state)
{
    static const struct spec specs[] = {{"front", "U8", "3000001", 3000001},
                                        {"f32", "F32", "70001,5", 1400020},
                                        {"f16", "F16", "3,5", 30},
                                        {"bf16", "BF16", "70000,9", 1260000},
                                        {"back", "U8", "1500000", 1500000}};
    static const char *const names[] = {"bf16", "f32", "f16"};
    struct job job;
    write_safetensors(*state, "model.safetensors", "", specs, 5);
    prepare(&job, *state, *state, names, 3);
    copy_good(&job);
    check_copy(&job, *state, "model.safetensors", "model.safetensors");
    release(&job);
}

// One row is more than a block.
static void test_wide_row(void **state)
{
    static const struct spec spec = {"wte", "BF16", "2,300001", 1200004};
    struct job job;
    write_safetensors(*state, "model.safetensors", "", &spec, 1);
    prepare(&job, *state, *state, NULL, 0);
    copy_good(&job);
    check_copy(&job, *state, "model.safetensors", "model.safetensors");
    release(&job);
}

static void test_shards_and_other_files(void **state)
{
    static const struct spec first[] = {{"x", "F32", "7", 28}, {"model.embed_tokens.weight", "F16", "9,4", 72}},
                             second[] = {{"model.embed_tokens_per_layer.weight", "BF16", "9,2", 36},
                                         {"lm_head.weight", "F16", "9,4", 72}};
    static const char *const others[] = {"config.json", "tokenizer.json", "model.safetensors.index.json",
                                         ".hidden",     "empty",          "c"};
    char folder[PATH_SIZE], path[PATH_SIZE], blob[PATH_SIZE];
    struct job job;
    struct stat info;
    make_subfolder(folder, *state, "in");
    write_safetensors(folder, "a.safetensors", "", first, 2);
    write_safetensors(*state, "blob", "", second, 2); // reached by a link, as in the cache of the Hugging Face hub
    path_in(blob, *state, "blob");
    path_in(path, folder, "b.safetensors");
    assert_int_equal(symlink(blob, path), 0);
    write_safetensors(folder, "c", "", first, 2); // no shard: the same tensors, and they stay
    write_text(folder, "config.json", "{\"tie_word_embeddings\": false}");
    write_text(folder, "tokenizer.json", "anything");
    write_text(folder, "model.safetensors.index.json",
               "{\"weight_map\":{\"x\":\"a.safetensors\",\"lm_head.weight\":\"b.safetensors\"}}");
    write_text(folder, ".hidden", "h");
    write_text(folder, "empty", "");
    make_subfolder(path, folder, "directory");
    path_in(path, folder, "dangling");
    assert_int_equal(symlink("nowhere", path), 0);
    path_in(path, folder, "directory-link");
    assert_int_equal(symlink("directory", path), 0);
    prepare(&job, *state, folder, NULL, 0);
    assert_int_equal(job.count, 3); // the head is untied
    copy_good(&job);
    check_copy(&job, folder, "a.safetensors", "a.safetensors");
    check_copy(&job, folder, "b.safetensors", "b.safetensors");
    path_in(path, job.out, "b.safetensors");
    assert_true(lstat(path, &info) == 0 && S_ISREG(info.st_mode));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        check_copy(&job, folder, others[i], others[i]);
    size_t entries = 0;
    DIR *directory = opendir(job.out);
    while (readdir(directory) != NULL)
        entries++;
    closedir(directory);
    assert_int_equal(entries, 2 + 2 + sizeof others / sizeof *others); // "." and "..", the shards, the rest
    struct carvq_checkpoint *reopened = NULL;
    assert_int_equal(carvq_checkpoint_open(job.out, &reopened, NULL), CARVQ_OK);
    carvq_checkpoint_close(reopened);
    release(&job);
}

// The file in which it stands may lie in the folder that is copied.
static void test_copy_into_a_subfolder_of_the_checkpoint(void **state)
{
    struct job job;
    write_safetensors(*state, "model.safetensors", "", small, 3);
    prepare(&job, *state, *state, NULL, 0);
    copy_good(&job);
    check_copy(&job, *state, "model.safetensors", "model.safetensors");
    release(&job);
}

static void test_nothing_is_overwritten(void **state)
{
    struct job job;
    struct carvq_error error;
    char path[PATH_SIZE];
    write_safetensors(*state, "model.safetensors", "", small, 3);
    prepare(&job, *state, *state, NULL, 0);
    path_in(path, *state, "model.safetensors");
    strcpy(job.out, *state); // the checkpoint itself
    check_error(copy(&job, NULL, NULL, &error), CARVQ_ERROR_IO, &error, path, "cannot create: File exists");
    carvq_checkpoint_close(job.checkpoint);
    free(job.tables);
    assert_int_equal(carvq_checkpoint_open(*state, &job.checkpoint, &error), CARVQ_OK);
    const struct carvq_tensor *tensor = carvq_checkpoint_find(job.checkpoint, "wte");
    for (size_t i = 0; i < small[1].nbytes; i++)
        assert_int_equal(tensor->data[i], spec_byte(&small[1], i));
    carvq_checkpoint_close(job.checkpoint);
}

static void test_missing_output_folder(void **state)
{
    struct job job;
    struct carvq_error error;
    write_safetensors(*state, "model.safetensors", "", small, 3);
    prepare(&job, *state, *state, NULL, 0);
    assert_int_equal(rmdir(job.out), 0);
    check_error(copy(&job, NULL, NULL, &error), CARVQ_ERROR_IO, &error, job.out, "cannot create: No such file");
    release(&job);
}

// A limit on the size of files stands for a full disk, at every part of the file.
static void test_full_disk(void **state)
{
    static const rlim_t limits[] = {0, 10, 200, 300, 400};
    struct job job;
    struct carvq_error error;
    struct rlimit before, limit;
    char path[PATH_SIZE];
    write_safetensors(*state, "model.safetensors", "", small, 3);
    prepare(&job, *state, *state, NULL, 0);
    path_in(path, job.out, "model.safetensors");
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    signal(SIGXFSZ, SIG_IGN);
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        limit = before;
        limit.rlim_cur = limits[i];
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
        enum carvq_status status = copy(&job, NULL, NULL, &error);
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
        check_error(status, CARVQ_ERROR_IO, &error, path, "cannot write: File too large");
        unlink(path);
    }
    release(&job);
}

static void test_source_becomes_shorter(void **state)
{
    struct job job;
    struct carvq_error error;
    char path[PATH_SIZE];
    write_safetensors(*state, "model.safetensors", "", small, 3);
    prepare(&job, *state, *state, NULL, 0);
    path_in(path, *state, "model.safetensors");
    assert_int_equal(truncate(path, 100), 0);
    check_error(copy(&job, NULL, NULL, &error), CARVQ_ERROR_IO, &error, path, "became shorter");
    release(&job);
}

struct watch {
    uint64_t last, total, stop_at;
};

static int watch_progress(void *context, uint64_t done, uint64_t total)
{
    struct watch *watch = context;
    assert_true(done > watch->last && done <= total && (watch->total == 0 || total == watch->total));
    watch->last = done;
    watch->total = total;
    return done >= watch->stop_at;
}

static void test_progress_and_cancel(void **state)
{
    struct job job;
    struct carvq_error error;
    struct watch watch = {0, 0, UINT64_MAX};
    size_t nbytes;
    char path[PATH_SIZE];
    const struct spec specs[] = {{"front", "U8", "3000001", 3000001}, {"wte", "F32", "1000,5", 20000}};
    write_safetensors(*state, "model.safetensors", "", specs, 2);
    write_text(*state, "a", "12345");
    free(read_file(*state, "model.safetensors", &nbytes));
    prepare(&job, *state, *state, NULL, 0);
    assert_int_equal(copy(&job, watch_progress, &watch, &error), CARVQ_OK);
    assert_int_equal(watch.total, nbytes + 5);
    assert_int_equal(watch.last, watch.total);
    path_in(path, job.out, "a");
    unlink(path);
    path_in(path, job.out, "model.safetensors");
    unlink(path);
    watch = (struct watch){0, 0, 2000000};
    check_error(copy(&job, watch_progress, &watch, &error), CARVQ_ERROR_CANCELLED, &error, path, "cancelled");
    assert_true(watch.last < 3000001);
    release(&job);
}

static void test_error_of_the_callback(void **state)
{
    struct job job;
    struct carvq_error error;
    write_safetensors(*state, "model.safetensors", "", small, 3);
    prepare(&job, *state, *state, NULL, 0);
    job.replacements[0].read_rows = refuse_rows;
    check_error(copy(&job, NULL, NULL, &error), CARVQ_ERROR_RANGE, &error, "row 0", "row 0");
    release(&job);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, make_folder, remove_folder)
    const struct CMUnitTest tests[] = {
        TEST(test_single_file),
        TEST(test_several_tables_in_one_file),
        TEST(test_wide_row),
        TEST(test_shards_and_other_files),
        TEST(test_copy_into_a_subfolder_of_the_checkpoint),
        TEST(test_nothing_is_overwritten),
        TEST(test_missing_output_folder),
        TEST(test_full_disk),
        TEST(test_source_becomes_shorter),
        TEST(test_progress_and_cancel),
        TEST(test_error_of_the_callback),
    };
    return cmocka_run_group_tests_name("checkpoint_copy", tests, NULL, NULL);
}
