// SPDX-License-Identifier: MIT
// Mean and directions of a table: taking them out of rows, and adding them as a reader does.
#include "codec/prediction/structure.h"

#include "host/vector.h"

#define LANES 16

CARVQ_VECTORIZED(double, carvq_dot, (const float *a, const float *b, uint32_t count), (a, b, count))
{
    double sums[LANES] = {0}, rest = 0;
    uint32_t i = 0;
    for (; i + LANES <= count; i += LANES) {
        CARVQ_LANE_LOOP
        for (uint32_t lane = 0; lane < LANES; lane++)
            sums[lane] += (double)a[i + lane] * (double)b[i + lane];
    }
    for (; i < count; i++)
        rest += (double)a[i] * (double)b[i];
    for (uint32_t half = LANES / 2; half > 0; half /= 2)
        for (uint32_t lane = 0; lane < half; lane++)
            sums[lane] += sums[lane + half];
    return sums[0] + rest;
}

double carvq_energy(const float *values, uint32_t count)
{
    return carvq_dot(values, values, count);
}

void carvq_structure_subtract(const struct carvq_structure *structure, float *row, uint8_t *fields_ret)
{
    const uint32_t n = structure->cols;
    if (structure->has_mean)
        for (uint32_t c = 0; c < n; c++)
            row[c] -= structure->mean[c];
    for (uint32_t k = 0; k < structure->rank; k++) {
        const float *direction = structure->directions + (size_t)k * n;
        float coefficient = carvq_coefficient_round(carvq_dot(row, direction, n) / structure->norms[k], structure->bits);
        fields_ret[k] = (uint8_t)(coefficient + (float)(1U << (structure->bits - 1)));
        for (uint32_t c = 0; c < n; c++)
            row[c] -= coefficient * direction[c];
    }
}

void carvq_structure_subtract_part(const struct carvq_structure *structure, const uint8_t *fields, uint32_t col, uint32_t ncols,
                                   float *values)
{
    if (structure->has_mean)
        for (uint32_t c = 0; c < ncols; c++)
            values[c] -= structure->mean[col + c];
    for (uint32_t k = 0; k < structure->rank; k++) {
        const float *direction = structure->directions + (size_t)k * structure->cols + col;
        float coefficient = (float)fields[k] - (float)(1U << (structure->bits - 1));
        for (uint32_t c = 0; c < ncols; c++)
            values[c] -= coefficient * direction[c];
    }
}

void carvq_structure_add(const struct carvq_structure *structure, const uint8_t *fields, float *row)
{
    const uint32_t n = structure->cols;
    if (structure->has_mean)
        for (uint32_t c = 0; c < n; c++)
            row[c] += structure->mean[c];
    for (uint32_t k = 0; k < structure->rank; k++) {
        const float *direction = structure->directions + (size_t)k * n;
        float coefficient = (float)fields[k] - (float)(1U << (structure->bits - 1));
        for (uint32_t c = 0; c < n; c++)
            row[c] += coefficient * direction[c];
    }
}

uint64_t carvq_structure_bits(const struct carvq_structure *structure, uint64_t rows)
{
    uint64_t n = structure->cols, rank = structure->rank;
    return (structure->has_mean ? 16 * n : 0) + 16 * n * rank + (rows * rank * structure->bits + 7) / 8 * 8;
}
