// SPDX-License-Identifier: MIT
// The best of several scales for each row of a batch.
#include "codec/levels.h"

#include <stdbool.h>
#include <string.h>

// A batch at work.
struct batch {
    const struct carvq_levels *levels;
    struct carvq_coded_row *rows;
    size_t count, *numbers;
    const struct carvq_coded_row *spare;
    size_t begin[CARVQ_BATCH]; // the levels that were tried first
    bool going[CARVQ_BATCH];   // the last try was for the better
};

static void take(struct batch *batch, size_t i, const struct carvq_coded_row *tried, size_t number)
{
    struct carvq_coded_row *row = &batch->rows[i];
    batch->numbers[i] = number;
    row->scale = tried->scale;
    row->error = tried->error;
    memcpy(row->codes, tried->codes, batch->levels->code_bytes);
    memcpy(row->decoded, tried->decoded, batch->levels->cols * sizeof *row->decoded);
}

// Tries the level that is so many steps away, for the rows that are going. Returns whether any still are.
static bool try_step(struct batch *batch, size_t step, bool up)
{
    const struct carvq_levels *levels = batch->levels;
    struct carvq_coded_row tried[CARVQ_BATCH];
    size_t owners[CARVQ_BATCH], numbers[CARVQ_BATCH], count = 0;
    bool going = false;
    for (size_t i = 0; i < batch->count; i++) {
        batch->going[i] = batch->going[i] && step <= (up ? levels->count - 1 - batch->begin[i] : batch->begin[i]);
        if (!batch->going[i])
            continue;
        numbers[count] = up ? batch->begin[i] + step : batch->begin[i] - step;
        tried[count] = batch->spare[i];
        tried[count].x = batch->rows[i].x;
        tried[count].scale = levels->scales[numbers[count]];
        owners[count++] = i;
    }
    levels->encode(levels->context, tried, count);
    for (size_t k = 0; k < count; k++) {
        const size_t i = owners[k];
        batch->going[i] = tried[k].error < batch->rows[i].error;
        if (batch->going[i])
            take(batch, i, &tried[k], numbers[k]);
        going |= batch->going[i];
    }
    return going;
}

void carvq_levels_encode(const struct carvq_levels *levels, struct carvq_coded_row *rows, size_t count, size_t *numbers,
                         const struct carvq_coded_row *spare)
{
    struct batch batch = {.levels = levels, .rows = rows, .count = count, .numbers = numbers, .spare = spare};
    for (size_t i = 0; i < count; i++) {
        batch.begin[i] = numbers[i];
        rows[i].scale = levels->scales[numbers[i]];
    }
    levels->encode(levels->context, rows, count);
    for (int up = 0; up < 2; up++) {
        memset(batch.going, true, sizeof batch.going);
        for (size_t step = 1; step <= levels->reach && try_step(&batch, step, up); step++)
            ;
    }
}
