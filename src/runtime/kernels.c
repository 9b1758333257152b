// SPDX-License-Identifier: MIT
// The one place that finds out what the processor can do and chooses kernels by it.
#include "kernels.h"

#include <stdlib.h>
#include <string.h>

static const char *const names[] = {
    [CARVQ_LEVEL_SCALAR] = "scalar",
    [CARVQ_LEVEL_NEON] = "neon",
    [CARVQ_LEVEL_AVX2] = "avx2",
    [CARVQ_LEVEL_AVX512] = "avx512",
    [CARVQ_LEVEL_AVX512VBMI] = "avx512vbmi",
};

const char *carvq_level_name(enum carvq_level level)
{
    return names[level];
}

#if !defined(CARVQ_KERNEL_SCALAR) && defined(__GNUC__) && defined(__x86_64__)

#include <cpuid.h>

enum carvq_level carvq_level_processor(void)
{
    const unsigned avx = 1U << 27 | 1U << 28 | 1U << 29 | 1U << 12;               // XGETBV, AVX, F16C, FMA
    const unsigned avx2 = 1U << 5 | 1U << 3 | 1U << 8;                            // AVX2, BMI1, BMI2
    const unsigned avx512 = 1U << 16 | 1U << 30 | 1U << 28 | 1U << 17 | 1U << 31; // F, BW, CD, DQ, VL
    const unsigned vbmi = 1U << 1 | 1U << 11;                                     // VBMI, VNNI
    unsigned a, b, c, d, saved;
    if (!__get_cpuid(1, &a, &b, &c, &d) || (c & avx) != avx)
        return CARVQ_LEVEL_SCALAR;
    __asm__ volatile("xgetbv" : "=a"(saved), "=d"(d) : "c"(0)); // registers that the system saves
    if ((saved & 0x06) != 0x06 || !__get_cpuid_count(7, 0, &a, &b, &c, &d) || (b & avx2) != avx2)
        return CARVQ_LEVEL_SCALAR;
    if ((saved & 0xe0) != 0xe0 || (b & avx512) != avx512)
        return CARVQ_LEVEL_AVX2;
    return (c & vbmi) == vbmi ? CARVQ_LEVEL_AVX512VBMI : CARVQ_LEVEL_AVX512;
}

#elif !defined(CARVQ_KERNEL_SCALAR) && defined(__aarch64__)

enum carvq_level carvq_level_processor(void)
{
    return CARVQ_LEVEL_NEON;
}

#else
#define CARVQ_NO_LEVELS

enum carvq_level carvq_level_processor(void)
{
    return CARVQ_LEVEL_SCALAR;
}

#endif

enum carvq_level carvq_level_here(const char **unknown_ret)
{
    const char *unknown = NULL;
    enum carvq_level level = CARVQ_LEVEL_SCALAR;
#ifndef CARVQ_NO_LEVELS
    const char *word = getenv("CARVQ_KERNEL");
    unsigned most = 0;
    level = carvq_level_processor();
    while (most < CARVQ_LEVELS && word != NULL && strcmp(word, names[most]) != 0)
        most++;
    if (most >= CARVQ_LEVELS)
        unknown = *word != '\0' ? word : NULL;
    else if (word != NULL && (most == CARVQ_LEVEL_NEON) != (level == CARVQ_LEVEL_NEON))
        level = CARVQ_LEVEL_SCALAR;
    else if (word != NULL && most < level)
        level = (enum carvq_level)most;
#endif
    if (unknown_ret != NULL)
        *unknown_ret = unknown;
    return level;
}

void carvq_kernels_scalar(struct carvq_kernels *kernels)
{
    kernels->choose[CARVQ_RVQ] = CARVQ_HAS_RVQ ? carvq_rvq_choose : NULL;
    kernels->choose[CARVQ_TRELLIS] = CARVQ_HAS_TRELLIS ? carvq_trellis_choose : NULL;
    kernels->choose[CARVQ_RAW] = carvq_raw_choose;
    kernels->choose[CARVQ_ADDITIVE] = CARVQ_HAS_ADDITIVE ? carvq_additive_choose : NULL;
    kernels->add_shared = carvq_shared_add;
    kernels->add_adaptor = carvq_adaptor_add;
    kernels->make_units = carvq_adaptor_units;
    kernels->widen = carvq_widen;
    kernels->narrow = carvq_narrow;
    kernels->make_tables = CARVQ_HAS_ADDITIVE ? carvq_additive_tables : NULL;
    kernels->sum_lines = CARVQ_HAS_ADDITIVE ? carvq_additive_sum_lines : NULL;
    kernels->head = "scalar";
    kernels->add_dot = carvq_dot_add;
}

void carvq_kernels_choose(enum carvq_level level, struct carvq_kernels *kernels_ret)
{
#define ENTRY(level, install) {level, install},
    static const struct {
        enum carvq_level level;
        void (*install)(struct carvq_kernels *kernels);
    } files[] = {CARVQ_KERNEL_FILES(ENTRY)};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        if (files[i].level <= level)
            files[i].install(kernels_ret);
}
