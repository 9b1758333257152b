// SPDX-License-Identifier: MIT
// Which table of a compressed file is meant, and which tensor of a model it was made from.
#include <inttypes.h>
#include <stdlib.h>

#include "runtime/status.h"
#include "cli.h"

static enum carvq_status fail_no_table(const struct carvq_file *file, const char *path, const char *name,
                                       struct carvq_error *error)
{
    return carvq_fail(error, CARVQ_ERROR_NOT_FOUND, "%s: no table '%s'; it holds '%s'%s", path, name,
                      carvq_info(carvq_table_at(file, 0))->name, carvq_table_count(file) > 1 ? " and others" : "");
}

enum carvq_status cli_select(const struct carvq_file *file, const char *path, const struct cli_list *names,
                             const struct carvq_table **tables_ret, size_t *count_ret, struct carvq_error *error)
{
    *count_ret = names->count > 0 ? names->count : carvq_table_count(file);
    for (size_t i = 0; i < *count_ret; i++) {
        tables_ret[i] = names->count > 0 ? carvq_find(file, names->items[i]) : carvq_table_at(file, i);
        if (tables_ret[i] == NULL)
            return fail_no_table(file, path, names->items[i], error);
    }
    return CARVQ_OK;
}

const struct carvq_table *cli_table(const struct carvq_file *file, const char *path, const char *name)
{
    const struct carvq_table *table = carvq_find(file, name);
    struct carvq_error error;
    if (table == NULL && name == NULL) {
        cli_failf("%s: it holds %zu tables; choose one with --tensor, e.g. '%s'", path, carvq_table_count(file),
                  carvq_info(carvq_table_at(file, 0))->name);
    } else if (table == NULL) {
        fail_no_table(file, path, name, &error);
        cli_fail(&error);
    }
    return table;
}

const struct cli_word cli_codecs[] = {
    {"auto", 0}, {"trellis", 1 << CARVQ_TRELLIS}, {"rvq", 1 << CARVQ_RVQ}, {"additive", 1 << CARVQ_ADDITIVE}, {NULL, 0}};

bool cli_is_head(enum carvq_head head)
{
    return head == CARVQ_HEAD_TIED || head == CARVQ_HEAD_ITSELF || head == CARVQ_HEAD_ASSUMED;
}

void cli_budget_codecs(struct carvq_budget *budget, int codec, enum carvq_head head)
{
    budget->head = codec == 0 && cli_is_head(head);
    if (budget->head)
        budget->codecs |= 1U << CARVQ_ADDITIVE;
    else if (codec != 0)
        budget->codecs = (unsigned)codec | 1U << CARVQ_RAW;
}

enum carvq_status cli_original(const struct carvq_checkpoint *checkpoint, const struct carvq_table_info *info,
                               struct carvq_checkpoint_table *original_ret, struct carvq_error *error)
{
    struct carvq_checkpoint_table *found;
    size_t count;
    enum carvq_status status = carvq_checkpoint_tables(checkpoint, &info->name, 1, &found, &count, error);
    if (status != CARVQ_OK)
        return status;
    *original_ret = found[0];
    free(found);
    if (original_ret->rows != info->rows || original_ret->cols != info->cols)
        return carvq_fail(error, CARVQ_ERROR_ARGUMENT,
                          "%s: tensor '%s' is %" PRIu64 " x %" PRIu32 ", but the compressed table is %" PRIu64 " x %" PRIu32
                          ": not made from this model",
                          original_ret->tensor->file, info->name, original_ret->rows, original_ret->cols, info->rows, info->cols);
    return CARVQ_OK;
}
