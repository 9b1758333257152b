// SPDX-License-Identifier: MIT
// Opens a checkpoint and finds its tables, as it should or should not go. Include cmocka.h first.
#ifndef CARVQ_TESTS_CHECKPOINT_FOUND_H
#define CARVQ_TESTS_CHECKPOINT_FOUND_H

#include "checkpoint/checkpoint.h"
#include "checkpoint_files.h"

static inline struct carvq_checkpoint *open_good(const char *path)
{
    struct carvq_checkpoint *checkpoint = NULL;
    struct carvq_error error;
    if (carvq_checkpoint_open(path, &checkpoint, &error) != CARVQ_OK)
        fail_msg("%s", error.message);
    return checkpoint;
}

static inline void open_bad(const char *path, enum carvq_status wanted, const char *place, const char *cause)
{
    struct carvq_checkpoint *checkpoint = NULL;
    struct carvq_error error;
    enum carvq_status status = carvq_checkpoint_open(path, &checkpoint, &error);
    check_error(status, wanted, &error, place, cause);
    assert_null(checkpoint);
}

#define COUNT(array) (sizeof(array) / sizeof *(array))

struct found {
    struct carvq_checkpoint *checkpoint;
    struct carvq_checkpoint_table *tables;
    size_t count;
};

static inline enum carvq_status find(const char *path, const char *const *names, size_t name_count, struct found *found_ret,
                                     struct carvq_error *error)
{
    *found_ret = (struct found){0};
    if (carvq_checkpoint_open(path, &found_ret->checkpoint, error) != CARVQ_OK)
        fail_msg("%s", error->message);
    return carvq_checkpoint_tables(found_ret->checkpoint, names, name_count, &found_ret->tables, &found_ret->count, error);
}

static inline void release(struct found *found)
{
    free(found->tables);
    carvq_checkpoint_close(found->checkpoint);
}

static inline void find_good(const char *path, const char *const *names, size_t name_count, struct found *found_ret)
{
    struct carvq_error error;
    if (find(path, names, name_count, found_ret, &error) != CARVQ_OK)
        fail_msg("%s", error.message);
}

static inline void find_bad(const char *path, const char *const *names, size_t name_count, enum carvq_status wanted,
                            const char *cause)
{
    struct carvq_error error;
    struct found found;
    check_error(find(path, names, name_count, &found, &error), wanted, &error, path, cause);
    release(&found);
}

#endif
