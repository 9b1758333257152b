// SPDX-License-Identifier: MIT
// One allocation that holds many arrays. The same placing function runs twice: without memory it measures, with memory it
// hands out, so that what a plan promises is what is allocated.
#ifndef CARVQ_HOST_ARENA_H
#define CARVQ_HOST_ARENA_H

#include <stddef.h>
#include <stdint.h>

#include "runtime/size.h"

#define CARVQ_ARENA_ALIGNMENT 64

struct carvq_arena {
    unsigned char *memory; // NULL: only measure
    uint64_t used;         // bytes; UINT64_MAX once they do not fit 64 bits
};

// Room for count elements of size bytes, aligned for vectors; NULL while measuring.
static inline void *carvq_arena_take(struct carvq_arena *arena, uint64_t count, uint64_t size)
{
    uint64_t begin = arena->used, nbytes;
    if (!carvq_mul_u64(count, size, &nbytes) || !carvq_add_u64(nbytes, CARVQ_ARENA_ALIGNMENT - 1, &nbytes) ||
        !carvq_add_u64(begin, nbytes / CARVQ_ARENA_ALIGNMENT * CARVQ_ARENA_ALIGNMENT, &arena->used)) {
        arena->used = UINT64_MAX;
        return NULL;
    }
    return arena->memory == NULL ? NULL : arena->memory + begin;
}

#endif
