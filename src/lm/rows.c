// SPDX-License-Identifier: MIT
// Rows that take the place of a model's own, of a compressed table or of floats.
#include "lm/rows.h"

#include <string.h>

static enum carvq_status read_table(const struct carvq_lm_rows *rows, const uint32_t *ids, size_t count, float *rows_ret,
                                    struct carvq_error *error)
{
    return carvq_lookup(rows->data, ids, count, rows_ret, rows->cols, error);
}

static enum carvq_status read_floats(const struct carvq_lm_rows *rows, const uint32_t *ids, size_t count, float *rows_ret,
                                     struct carvq_error *error)
{
    (void)error;
    const float *values = rows->data;
    for (size_t i = 0; i < count; i++)
        memcpy(rows_ret + i * rows->cols, values + ids[i] * rows->cols, rows->cols * sizeof *values);
    return CARVQ_OK;
}

struct carvq_lm_rows carvq_lm_rows_of_table(const struct carvq_table *table)
{
    const struct carvq_table_info *info = carvq_info(table);
    bool additive = false;
    for (uint32_t i = 0; i < info->segment_count; i++)
        additive = additive || info->segments[i].codec == CARVQ_ADDITIVE;
    return (struct carvq_lm_rows){info->cols, read_table, table, additive ? table : NULL};
}

struct carvq_lm_rows carvq_lm_rows_of_floats(const float *values, size_t cols)
{
    return (struct carvq_lm_rows){cols, read_floats, values, NULL};
}
