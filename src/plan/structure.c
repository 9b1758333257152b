// SPDX-License-Identifier: MIT
// Which structure earns its bits, by a sample of rows.
//
// A bit more per value takes a quarter off the squared error of whatever the codes are for. So a part of the structure is worth
// having if it lowers the energy of what is left by more than 4 to the power of the bits per value that it costs. The codes see
// what the rounding of a coefficient has left, and so need no coefficients of many bits.
#include "plan/structure.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "host/vector.h"
#include "runtime/half.h"
#include "runtime/status.h"

#define POWER_STEPS 30
#define POWER_GAIN 1e-5 // of the energy along a direction in a step; with less, the steps end
#define MIN_COEFFICIENT_BITS 2
#define MAX_COEFFICIENT_BITS 8

static float store(float value)
{
    return carvq_bf16_to_f32(carvq_f32_to_bf16(value));
}

static CARVQ_VECTORIZED(void, add_multiple, (double factor, const float *row, uint32_t count, double *sums),
                        (factor, row, count, sums))
{
    for (uint32_t i = 0; i < count; i++)
        sums[i] += factor * (double)row[i];
}

static double energy(const float *sample, size_t count, uint32_t cols)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += carvq_energy(sample + i * cols, cols);
    return sum;
}

static void take_mean(struct carvq_structure *structure, const double *mean, uint64_t rows, uint64_t max_bits, float *sample,
                      size_t count)
{
    const uint32_t n = structure->cols;
    double before = energy(sample, count, n);
    for (uint32_t c = 0; c < n; c++)
        structure->mean[c] = store((float)mean[c]);
    double after = 0;
    for (size_t i = 0; i < count; i++)
        for (uint32_t c = 0; c < n; c++) {
            double x = (double)sample[i * n + c] - structure->mean[c];
            after += x * x;
        }
    // The mean of a sample suits the sample: by 1 / count too much, and other rows by that too little.
    const double bias = count < rows ? 1 + 2 / (double)count : 1;
    structure->has_mean = 16 * (uint64_t)n <= max_bits && bias * after * exp2(2 * 16 / (double)rows) < before;
    if (!structure->has_mean) {
        memset(structure->mean, 0, n * sizeof *structure->mean);
        return;
    }
    for (size_t i = 0; i < count; i++)
        for (uint32_t c = 0; c < n; c++)
            sample[i * n + c] -= structure->mean[c];
}

// The longest row of every stride-th of the sample. False if all are 0.
static bool find_longest(const float *sample, size_t count, size_t stride, uint32_t cols, float *row_ret)
{
    double longest = 0;
    for (size_t i = 0; i < count; i += stride) {
        double length = carvq_energy(sample + i * cols, cols);
        if (length > longest) {
            longest = length;
            memcpy(row_ret, sample + i * cols, cols * sizeof *sample);
        }
    }
    return longest > 0;
}

// From any direction to the leading right singular vector of every stride-th row of the sample, of length 1: power iteration.
// False if all are 0. sums: [n], of any content.
static bool find_direction(const float *sample, size_t count, size_t stride, uint32_t cols, float *direction, double *sums)
{
    double last = 0;
    for (int step = 0; step < POWER_STEPS; step++) {
        memset(sums, 0, cols * sizeof *sums);
        for (size_t i = 0; i < count; i += stride)
            add_multiple(carvq_dot(sample + i * cols, direction, cols), sample + i * cols, cols, sums);
        double length = 0;
        for (uint32_t c = 0; c < cols; c++)
            length += sums[c] * sums[c];
        length = sqrt(length);
        if (length == 0)
            return false;
        for (uint32_t c = 0; c < cols; c++)
            direction[c] = (float)(sums[c] / length);
        if (step > 1 && length - last <= POWER_GAIN * length) // the first length was that of a direction of any length
            break;
        last = length;
    }
    return true;
}

// The step between coefficients of so many bits that leaves the smallest error in the sample; some may be cut off.
static double find_step(const float *coefficients, size_t count, unsigned bits, double *error_ret)
{
    double max = 0, best_step = 1;
    for (size_t i = 0; i < count; i++)
        max = fmax(max, fabs((double)coefficients[i]));
    *error_ret = INFINITY;
    for (double part = 1; part > 0.2; part *= 0.9) {
        double step = part * max / ((double)(1U << (bits - 1)) - 0.5), error = 0;
        for (size_t i = 0; i < count; i++) {
            double x = coefficients[i] - step * carvq_coefficient_round(coefficients[i] / step, bits);
            error += x * x;
        }
        if (error < *error_ret) {
            *error_ret = error;
            best_step = step;
        }
    }
    return best_step;
}

// Bits of the structure with one more direction, and coefficients of so many bits.
static uint64_t bits_with(const struct carvq_structure *structure, uint64_t rows, unsigned bits)
{
    struct carvq_structure larger = *structure;
    larger.rank++;
    larger.bits = bits;
    return carvq_structure_bits(&larger, rows);
}

// Coefficients of the rows first, first + stride .. of the sample; returns how many. *before_ret: the energy of these rows.
static size_t project(const float *sample, size_t count, size_t first, size_t stride, uint32_t cols, const float *direction,
                      float *coefficients, double *before_ret, double *along_ret)
{
    size_t rows = 0;
    *before_ret = *along_ret = 0;
    for (size_t i = first; i < count; i += stride) {
        const float *row = sample + i * cols;
        double coefficient = carvq_dot(row, direction, cols);
        *before_ret += carvq_energy(row, cols);
        *along_ret += coefficient * coefficient;
        coefficients[rows++] = (float)coefficient;
    }
    return rows;
}

// Takes one more direction out of the sample, if it is worth its bits. The first one settles the bits of coefficients. In a part
// of a table there is always a direction that suits just these rows; so there it is found in one half of them, and has to be
// worth its bits in the other.
static bool take_direction(struct carvq_structure *structure, uint64_t rows, uint64_t max_bits, float *sample, size_t count,
                           float *coefficients, double *sums)
{
    const uint32_t n = structure->cols;
    const size_t stride = count < rows ? 2 : 1;
    float *direction = structure->directions + (size_t)structure->rank * n;
    double before, along, error;
    if (!find_longest(sample, count, stride, n, direction) || !find_direction(sample, count, stride, n, direction, sums))
        return false;
    size_t tried = project(sample, count, stride - 1, stride, n, direction, coefficients, &before, &along);
    const unsigned first = structure->rank > 0 ? structure->bits : MIN_COEFFICIENT_BITS;
    const unsigned last = structure->rank > 0 ? structure->bits : MAX_COEFFICIENT_BITS;
    double best = before;
    for (unsigned bits = first; bits <= last; bits++) {
        find_step(coefficients, tried, bits, &error);
        double worth = (before - along + error) * exp2(2 * (bits / (double)n + 16 / (double)rows));
        if (worth < best && bits_with(structure, rows, bits) <= max_bits) {
            best = worth;
            structure->bits = bits;
        }
    }
    if (best == before || !find_direction(sample, count, 1, n, direction, sums))
        return false;
    project(sample, count, 0, 1, n, direction, coefficients, &before, &along);
    double step = find_step(coefficients, count, structure->bits, &error);
    for (uint32_t c = 0; c < n; c++)
        direction[c] = store((float)(direction[c] * step));
    structure->norms[structure->rank] = carvq_dot(direction, direction, n);
    return structure->norms[structure->rank] > 0;
}

enum carvq_status carvq_structure_fit(float *sample, size_t count, const double *mean, uint64_t rows, uint32_t cols,
                                      uint64_t max_bits, struct carvq_structure **structure_ret, struct carvq_error *error)
{
    size_t floats = (size_t)cols * (1 + CARVQ_STRUCTURE_MAX_RANK);
    struct carvq_structure *structure = calloc(1, sizeof *structure + floats * sizeof(float));
    float *coefficients = malloc(count * sizeof *coefficients);
    double *sums = malloc(cols * sizeof *sums);
    if (structure == NULL || coefficients == NULL || sums == NULL) {
        free(structure);
        free(coefficients);
        free(sums);
        return carvq_fail(error, CARVQ_ERROR_MEMORY, "out of memory for the structure of a table of %u columns", (unsigned)cols);
    }
    structure->cols = cols;
    structure->mean = (float *)(structure + 1);
    structure->directions = structure->mean + cols;
    take_mean(structure, mean, rows, max_bits, sample, count);
    while (structure->rank < CARVQ_STRUCTURE_MAX_RANK && structure->rank < cols &&
           take_direction(structure, rows, max_bits, sample, count, coefficients, sums)) {
        uint32_t k = structure->rank++;
        const float *direction = structure->directions + (size_t)k * cols;
        for (size_t i = 0; i < count; i++) {
            float *row = sample + i * cols;
            float coefficient = carvq_coefficient_round(carvq_dot(row, direction, cols) / structure->norms[k], structure->bits);
            for (uint32_t c = 0; c < cols; c++)
                row[c] -= coefficient * direction[c];
        }
    }
    free(coefficients);
    free(sums);
    *structure_ret = structure;
    return CARVQ_OK;
}
