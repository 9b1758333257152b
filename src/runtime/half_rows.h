// SPDX-License-Identifier: MIT
// Rows of 16-bit values: what the files of AVX2 and NEON share. Each includes this once, after KERNEL, for functions,
// LEVEL, the name, and widen_f16(), narrow_bf16() and narrow_f16().
#ifndef CARVQ_RUNTIME_HALF_ROWS_H
#define CARVQ_RUNTIME_HALF_ROWS_H

#include "half.h"
#include "table.h"

KERNEL static void widen(enum carvq_dtype dtype, const uint8_t *data, size_t count, float *values_ret)
{
    if (dtype == CARVQ_F16)
        widen_f16(data, count, values_ret);
    else
        carvq_widen(dtype, data, count, values_ret);
}

KERNEL static void narrow(enum carvq_dtype dtype, const float *values, size_t count, uint8_t *data_ret)
{
    if (dtype == CARVQ_BF16)
        narrow_bf16(values, count, data_ret);
    else if (dtype == CARVQ_F16)
        narrow_f16(values, count, data_ret);
    else
        carvq_narrow(dtype, values, count, data_ret);
}

static inline void decode_row(const struct carvq_segment *segment, uint64_t row, struct carvq_columns columns, float *values_ret)
{
    widen(CARVQ_F16, segment->codes + 2 * ((size_t)row * segment->info->cols + columns.first), columns.count, values_ret);
}

CARVQ_DECODE_ROWS(decode_rows, decode_row(segment, row, columns, values_ret))

static const char *choose(struct carvq_segment *segment)
{
    const char *name = carvq_raw_choose(segment);
    if (segment->info->value_dtype != CARVQ_F16)
        return name;
    segment->decode_rows = decode_rows;
    return LEVEL " raw";
}

static inline void install(struct carvq_kernels *kernels)
{
    kernels->choose[CARVQ_RAW] = choose;
    kernels->widen = widen;
    kernels->narrow = narrow;
}

#endif
