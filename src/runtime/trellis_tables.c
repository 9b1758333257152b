// SPDX-License-Identifier: MIT
#include "trellis_tables.h"

#include <stddef.h>

#include "trellis_tables.inc"

const int8_t (*carvq_trellis_table(unsigned state_bits, unsigned step_bits))[2]
{
    static const int8_t *const tables[2][CARVQ_TRELLIS_MAX_STEP_BITS + 1] = {
#ifdef CARVQ_NO_TRELLIS_10
        {NULL},
#else
        {NULL, NULL, table_10_2, table_10_3, table_10_4, table_10_5, table_10_6, table_10_7, table_10_8, NULL, NULL},
#endif
#ifdef CARVQ_NO_TRELLIS_12
        {NULL},
#else
        {NULL, NULL, table_12_2, table_12_3, table_12_4, table_12_5, table_12_6, table_12_7, table_12_8, NULL, table_12_10},
#endif
    };
    if ((state_bits != 10 && state_bits != 12) || step_bits > CARVQ_TRELLIS_MAX_STEP_BITS)
        return NULL;
    return (const int8_t(*)[2])tables[state_bits == 12][step_bits];
}
