// SPDX-License-Identifier: MIT
// A compressed file from a stranger: either it is refused with a sound message, or every lookup in it and all its logits are
// within bounds.
#include <stdlib.h>
#include <string.h>

#include "runtime/status.h"
#include "carvq.h"
#include "fuzz.h"

static void demand(int condition)
{
    if (!condition)
        abort();
}

// One line of UTF-8 without control bytes: escaping it again changes nothing.
static void check_message(const struct carvq_error *error, enum carvq_status status)
{
    char escaped[4 * sizeof error->message];
    demand(error->status == status && error->message[0] != 0);
    demand(memchr(error->message, 0, sizeof error->message) != NULL);
    demand(strcmp(carvq_escape(escaped, sizeof escaped, error->message), error->message) == 0);
}

static void look_up(const struct carvq_table *table)
{
    const struct carvq_table_info *info = carvq_info(table);
    demand(info->code_bytes + info->codebook_bytes + info->tier_bytes + info->mean_bytes + info->low_rank_bytes +
               info->adaptor_bytes ==
           info->payload_bytes);
    if (info->cols > 1 << 16)
        return;
    uint64_t last = info->rows - 1 < UINT32_MAX ? info->rows - 1 : UINT32_MAX;
    const uint32_t ids[] = {(uint32_t)last, 0, (uint32_t)(last / 2)};
    const size_t count = sizeof ids / sizeof *ids;
    // Exactly as long as the rows, so that a sanitizer sees a write past the end.
    float *rows = malloc(count * info->cols * sizeof *rows);
    struct carvq_error error;
    demand(rows != NULL);
    enum carvq_status status = carvq_lookup(table, ids, count, rows, info->cols, &error);
    free(rows);
    if (status != CARVQ_OK) { // only the tiers are not looked at before
        demand(info->segment_count > 1 && status == CARVQ_ERROR_FORMAT);
        check_message(&error, CARVQ_ERROR_FORMAT);
    }
    for (size_t i = 0; i < count; i++)
        demand(carvq_row_segment(table, ids[i]) < info->segment_count || status != CARVQ_OK);

    float value;
    const uint32_t beyond = (uint32_t)info->rows;
    if (info->rows <= UINT32_MAX && info->cols == 1) {
        demand(carvq_lookup(table, &beyond, 1, &value, 1, &error) == CARVQ_ERROR_RANGE);
        check_message(&error, CARVQ_ERROR_RANGE);
    }
}

static void multiply(const struct carvq_table *table)
{
    const struct carvq_table_info *info = carvq_info(table);
    enum { STATES = 2 };
    if (info->rows > 1 << 12 || info->cols > 1 << 12 || info->adaptor_hidden > 1 << 10 || info->adaptor_dim > 1 << 6)
        return;
    const size_t rows = (size_t)info->rows, n = info->cols, nbytes = carvq_logits_workspace(table, STATES);
    float *hidden = malloc(STATES * n * sizeof *hidden), *logits = malloc(STATES * rows * sizeof *logits);
    void *workspace = malloc(nbytes);
    struct carvq_error error;
    demand(hidden != NULL && logits != NULL && workspace != NULL);
    for (size_t i = 0; i < STATES * n; i++)
        hidden[i] = (float)((int)(i % 61) - 30) / 8;
    enum carvq_status status = CARVQ_OK;
    for (uint32_t part = 0; part < 2 && status == CARVQ_OK; part++)
        status = carvq_logits(table, hidden, STATES, n, logits, rows, &(struct carvq_logits_part){0, 0, part, 2}, workspace,
                              nbytes, &error);
    if (status != CARVQ_OK) {
        demand(info->segment_count > 1 && status == CARVQ_ERROR_FORMAT);
        check_message(&error, CARVQ_ERROR_FORMAT);
    }
    free(workspace);
    free(logits);
    free(hidden);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct carvq_file *file;
    struct carvq_error error;
    enum carvq_status status = carvq_open_memory(data, size, &file, &error);
    if (status != CARVQ_OK) {
        check_message(&error, status);
        return 0;
    }
    demand(carvq_table_count(file) > 0 && carvq_table_at(file, carvq_table_count(file)) == NULL);
    for (size_t i = 0; i < carvq_table_count(file); i++) {
        const struct carvq_table *table = carvq_table_at(file, i);
        demand(carvq_find(file, carvq_info(table)->name) == table);
        look_up(table);
        multiply(table);
    }
    carvq_close(file);
    return 0;
}
