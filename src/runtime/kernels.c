// SPDX-License-Identifier: MIT
// The one place that finds out what the processor can do.
#include "kernels.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[] = {
    [CARVQ_LEVEL_SCALAR] = "scalar",
    [CARVQ_LEVEL_NEON] = "neon",
    [CARVQ_LEVEL_AVX2] = "avx2",
    [CARVQ_LEVEL_AVX512] = "avx512",
};

#if defined(CARVQ_KERNEL_SCALAR)

#elif defined(__GNUC__) && defined(__x86_64__)

#include <cpuid.h>

// Registers that the system saves: XCR0.
static unsigned saved_registers(void)
{
    unsigned low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return low;
}

static enum carvq_level processor_level(void)
{
    const unsigned xsave = 1U << 27, avx = 1U << 28 | 1U << 29 | 1U << 12;        // AVX, F16C, FMA
    const unsigned avx2 = 1U << 5 | 1U << 3 | 1U << 8;                            // AVX2, BMI1, BMI2
    const unsigned avx512 = 1U << 16 | 1U << 30 | 1U << 28 | 1U << 17 | 1U << 31; // F, BW, CD, DQ, VL
    unsigned a, b, c, d;
    if (!__get_cpuid(1, &a, &b, &c, &d) || (c & (xsave | avx)) != (xsave | avx))
        return CARVQ_LEVEL_SCALAR;
    const unsigned saved = saved_registers();
    if ((saved & 0x06) != 0x06 || !__get_cpuid_count(7, 0, &a, &b, &c, &d) || (b & avx2) != avx2)
        return CARVQ_LEVEL_SCALAR;
    return (saved & 0xe0) == 0xe0 && (b & avx512) == avx512 ? CARVQ_LEVEL_AVX512 : CARVQ_LEVEL_AVX2;
}

#elif defined(__aarch64__)

static enum carvq_level processor_level(void)
{
    return CARVQ_LEVEL_NEON;
}

#else
#define CARVQ_KERNEL_SCALAR
#endif

#ifdef CARVQ_KERNEL_SCALAR
enum carvq_level carvq_level_here(const char **unknown_ret)
{
    if (unknown_ret != NULL)
        *unknown_ret = NULL;
    return CARVQ_LEVEL_SCALAR;
}
#else
enum carvq_level carvq_level_here(const char **unknown_ret)
{
    const enum carvq_level most = processor_level();
    const char *word = getenv("CARVQ_KERNEL");
    unsigned wanted = 0;
    if (unknown_ret != NULL)
        *unknown_ret = NULL;
    if (word == NULL || *word == '\0')
        return most;
    while (wanted < sizeof names / sizeof *names && strcmp(word, names[wanted]) != 0)
        wanted++;
    if (wanted < sizeof names / sizeof *names) {
        const bool same_family = (wanted == CARVQ_LEVEL_NEON) == (most == CARVQ_LEVEL_NEON);
        return !same_family ? CARVQ_LEVEL_SCALAR : wanted < most ? (enum carvq_level)wanted : most;
    }
    if (unknown_ret != NULL)
        *unknown_ret = word;
    return most;
}
#endif

const char *carvq_level_name(enum carvq_level level)
{
    return names[level];
}
