// SPDX-License-Identifier: MIT
#include "trellis_tables.h"

#include <stddef.h>

const int8_t (*carvq_trellis_table(unsigned state_bits, unsigned step_bits))[2]
{
    (void)state_bits, (void)step_bits;
    return NULL;
}
