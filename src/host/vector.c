// SPDX-License-Identifier: MIT
// The level of the host's vector code.
#include "host/vector.h"

#include <stdatomic.h>
#include <stddef.h>

enum carvq_level carvq_vector_level(void)
{
    static atomic_int known = -1; // threads that come at the same time find the same
    int level = atomic_load_explicit(&known, memory_order_relaxed);
    if (level < 0) {
        level = (int)carvq_level_here(NULL);
        atomic_store_explicit(&known, level, memory_order_relaxed);
    }
    return (enum carvq_level)level;
}
