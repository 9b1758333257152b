// SPDX-License-Identifier: MIT
// A program of a user that compresses a table in memory and reads it back.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "carvq_encode.h"

enum { ROWS = 200, COLS = 32 };

static float value(uint64_t row, uint64_t col)
{
    return (float)((row * 7919 + col * 104729) % 1000) / 1000.0f - 0.5f;
}

static enum carvq_status read_block(void *context, uint64_t row, size_t nrows, uint32_t col, uint32_t ncols, float *block_ret,
                                    struct carvq_error *error)
{
    (void)context;
    (void)error;
    for (size_t r = 0; r < nrows; r++)
        for (uint32_t c = 0; c < ncols; c++)
            block_ret[r * ncols + c] = value(row + r, col + c);
    return CARVQ_OK;
}

static enum carvq_status write_piece(void *context, uint64_t offset, const void *data, size_t nbytes, struct carvq_error *error)
{
    (void)error;
    memcpy((unsigned char *)context + offset, data, nbytes);
    return CARVQ_OK;
}

int main(void)
{
    const struct carvq_matrix matrix = {"t", NULL, ROWS, COLS, CARVQ_F32, read_block, NULL};
    struct carvq_settings settings;
    struct carvq_plan *plan = NULL;
    struct carvq_error error = {CARVQ_OK, ""};
    uint64_t nbytes = 0;
    carvq_settings_init(&settings, sizeof settings);
    unsigned char *bytes = NULL;
    if (carvq_plan_by_settings(&matrix, &settings, 1, &plan, &error) == CARVQ_OK &&
        carvq_encode_file_size(&plan, 1, &nbytes, &error) == CARVQ_OK)
        bytes = malloc((size_t)nbytes);
    if (bytes == NULL) {
        fprintf(stderr, "%s\n", error.message);
        return 1;
    }
    struct carvq_job job;
    carvq_job_init(&job, sizeof job);
    job.write = write_piece;
    job.write_context = bytes;
    job.threads = 1;
    struct carvq_file *file = NULL;
    float row[COLS];
    const uint32_t id = ROWS - 1;
    double difference = 0;
    if (carvq_encode(&plan, 1, &job, &error) != CARVQ_OK || carvq_open_memory(bytes, (size_t)nbytes, &file, &error) != CARVQ_OK ||
        carvq_lookup(carvq_find(file, "t"), &id, 1, row, COLS, &error) != CARVQ_OK) {
        fprintf(stderr, "%s\n", error.message);
        return 1;
    }
    for (uint32_t c = 0; c < COLS; c++)
        difference += fabs((double)row[c] - (double)value(id, c)) / COLS;
    printf("%llu bytes, %.2f dB, mean difference in row %u: %.3f\n", (unsigned long long)nbytes, carvq_plan_report(plan)->sqnr_db,
           (unsigned)id, difference);
    carvq_close(file);
    carvq_plan_free(plan);
    free(bytes);
    return difference < 0.2 ? 0 : 1; // the values are uniform in -0.5 to 0.5: zeros would be off by 0.25
}
