// SPDX-License-Identifier: MIT
// Rows that take the place of a model's own: where they come from is no matter to the forward pass.
#ifndef CARVQ_LM_ROWS_H
#define CARVQ_LM_ROWS_H

#include "carvq.h"

struct carvq_lm_rows {
    size_t cols; // n
    // Row ids[i] goes to rows_ret[i * cols ..]. Every id is below V. Is called from several threads at once.
    enum carvq_status (*read)(const struct carvq_lm_rows *rows, const uint32_t *ids, size_t count, float *rows_ret,
                              struct carvq_error *error);
    const void *data; // what read() takes them from; must outlive this
    // The table whose carvq_logits() a device has in place of products with rows, which rounds otherwise; NULL: products.
    const struct carvq_table *head;
};

struct carvq_lm_rows carvq_lm_rows_of_table(const struct carvq_table *table);

// values[V][cols]
struct carvq_lm_rows carvq_lm_rows_of_floats(const float *values, size_t cols);

#endif
