// SPDX-License-Identifier: MIT
// A C++ program of a user that compresses a table in memory by a preset, then by a budget, and reads both back.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "carvq_encode.h"

enum { ROWS = 600, COLS = 32 };

static float value(uint64_t row, uint64_t col)
{
    return static_cast<float>((row * 7919 + col * 104729) % 1000) / 1000.0f - 0.5f;
}

static enum carvq_status read_block(void *, uint64_t row, size_t nrows, uint32_t col, uint32_t ncols, float *block_ret,
                                    struct carvq_error *)
{
    for (size_t r = 0; r < nrows; r++)
        for (uint32_t c = 0; c < ncols; c++)
            block_ret[r * ncols + c] = value(row + r, col + c);
    return CARVQ_OK;
}

static enum carvq_status write_piece(void *context, uint64_t offset, const void *data, size_t nbytes, struct carvq_error *)
{
    memcpy(static_cast<unsigned char *>(context) + offset, data, nbytes);
    return CARVQ_OK;
}

// Mean difference of a row of the file, or infinity.
static double difference(const unsigned char *bytes, uint64_t nbytes, struct carvq_error *error)
{
    struct carvq_file *file = nullptr;
    float row[COLS];
    const uint32_t id = ROWS - 1;
    double sum = 0;
    if (carvq_open_memory(bytes, static_cast<size_t>(nbytes), &file, error) != CARVQ_OK)
        return INFINITY;
    const struct carvq_table *table = carvq_find(file, "t");
    if (table == nullptr || carvq_lookup(table, &id, 1, row, COLS, error) != CARVQ_OK)
        sum = INFINITY;
    for (uint32_t c = 0; c < COLS; c++)
        sum += fabs(static_cast<double>(row[c]) - static_cast<double>(value(id, c))) / COLS;
    carvq_close(file);
    return sum;
}

// Carries a plan out and frees it. Returns the mean difference.
static double carry_out(struct carvq_plan *plan, struct carvq_error *error)
{
    uint64_t nbytes = 0;
    double result = INFINITY;
    if (carvq_encode_file_size(&plan, 1, &nbytes, error) == CARVQ_OK) {
        unsigned char *bytes = static_cast<unsigned char *>(malloc(static_cast<size_t>(nbytes)));
        struct carvq_job job;
        carvq_job_init(&job, sizeof job);
        job.write = write_piece;
        job.write_context = bytes;
        job.threads = 1;
        if (bytes != nullptr && carvq_encode(&plan, 1, &job, error) == CARVQ_OK)
            result = difference(bytes, nbytes, error);
        free(bytes);
    }
    carvq_plan_free(plan);
    return result;
}

static double by_preset(const struct carvq_matrix *matrix, struct carvq_error *error)
{
    struct carvq_settings settings;
    struct carvq_plan *plan = nullptr;
    carvq_settings_init(&settings, sizeof settings);
    if (carvq_plan_by_settings(matrix, &settings, 1, &plan, error) != CARVQ_OK)
        return INFINITY;
    return carry_out(plan, error);
}

static double by_budget(const struct carvq_matrix *matrix, struct carvq_error *error)
{
    struct carvq_budget budget;
    struct carvq_plan *plan = nullptr;
    carvq_budget_init(&budget, sizeof budget);
    budget.bits = 5;
    budget.effort = 1;
    budget.adaptor = false;
    if (carvq_plan_by_budget(matrix, &budget, 1, nullptr, nullptr, &plan, error) != CARVQ_OK)
        return INFINITY;
    return carry_out(plan, error);
}

int main()
{
    const struct carvq_matrix matrix = {"t", nullptr, ROWS, COLS, CARVQ_F32, read_block, nullptr};
    struct carvq_error error = {CARVQ_OK, ""};
    const double preset = by_preset(&matrix, &error), budget = by_budget(&matrix, &error);
    printf("C++: mean difference %.3f by a preset, %.3f by a budget%s%s\n", preset, budget, error.message[0] ? ": " : "",
           error.message);
    return preset < 0.2 && budget < 0.2 ? 0 : 1; // zeros would be off by 0.25
}
