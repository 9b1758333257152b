// SPDX-License-Identifier: MIT
#include "runtime/size.h"
#include "codec/adaptor/adaptor.h"

#define COLS_PER_DIM 128
#define MAX_DIM 65536 // of the file format

// 16-bit values that 0.1554 bit per parameter can hold. V n is at most 2^56: the products are taken apart, so as to fit.
static uint64_t budget_values(uint64_t rows, uint32_t cols)
{
    const uint64_t bits = 1554, of = 10000 * 16;
    uint64_t parameters = rows * cols;
    return parameters / of * bits + parameters % of * bits / of;
}

// The largest H within the budget, biases counted: V m + (m + 1 + n) H + n values.
static uint32_t largest_hidden(uint64_t rows, uint32_t cols, uint32_t dim)
{
    uint64_t left = budget_values(rows, cols), fixed = rows * dim + cols;
    uint64_t hidden = left < fixed ? 0 : (left - fixed) / ((uint64_t)dim + 1 + cols);
    uint64_t most = (uint64_t)CARVQ_ADAPTOR_MAX_UNITS * dim;
    return (uint32_t)(hidden < most ? hidden : most);
}

struct carvq_adaptor_widths carvq_adaptor_widths(uint64_t rows, uint32_t cols, uint32_t dim, uint32_t hidden)
{
    struct carvq_adaptor_widths widths = {dim, hidden};
    if (dim == 0) {
        widths.dim = cols / COLS_PER_DIM;
        if (widths.dim > MAX_DIM)
            widths.dim = MAX_DIM;
        while (widths.dim > 1 && (hidden != 0 ? hidden : largest_hidden(rows, cols, widths.dim)) < widths.dim)
            widths.dim--;
        if (widths.dim == 0)
            widths.dim = 1;
    }
    if (hidden == 0) {
        widths.hidden = largest_hidden(rows, cols, widths.dim);
        if (widths.hidden < dim)
            widths.hidden = dim;
    }
    if (widths.hidden == 0)
        widths.dim = 0;
    return widths;
}

uint64_t carvq_adaptor_bytes(uint64_t rows, uint32_t cols, struct carvq_adaptor_widths widths)
{
    if (widths.dim == 0)
        return 0;
    uint64_t table, network, values, nbytes;
    bool fits = carvq_mul_u64(rows, widths.dim, &table) &&
                carvq_mul_u64((uint64_t)widths.dim + 1 + cols, widths.hidden, &network) &&
                carvq_add_u64(table, network, &values) && carvq_add_u64(values, cols, &values) &&
                carvq_mul_u64(values, 2, &nbytes);
    return fits ? nbytes : UINT64_MAX;
}
