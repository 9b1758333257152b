// SPDX-License-Identifier: MIT
// Which kernel OpenBLAS runs, and how to have it run another.
#define _POSIX_C_SOURCE 200809L
#include "host/blas.h"

#include <cblas.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runtime/kernels.h"

// The kernel to ask for, or NULL if the chosen one is as good as it gets. OpenBLAS falls back to the first two. CARVQ_KERNEL has
// no say: another kernel gives other bits.
static const char *better_kernel(void)
{
    const char *kernel = carvq_blas_kernel();
    if (strcmp(kernel, "Prescott") != 0 && strcmp(kernel, "Core2") != 0)
        return NULL;
    const enum carvq_level level = carvq_level_processor();
    return level >= CARVQ_LEVEL_AVX512 ? "SkylakeX" : level == CARVQ_LEVEL_AVX2 ? "Haswell" : NULL;
}

const char *carvq_blas_kernel(void)
{
#ifdef CARVQ_OPENBLAS
    return openblas_get_corename();
#else
    return "unknown";
#endif
}

bool carvq_blas_is_slow(void)
{
    return better_kernel() != NULL;
}

void carvq_blas_setup(char **argv)
{
    const char *kernel = better_kernel();
    if (kernel == NULL || getenv("OPENBLAS_CORETYPE") != NULL || setenv("OPENBLAS_CORETYPE", kernel, 1) != 0)
        return;
    // argv[0] need not be a path. Where there is no such link, the slow kernel stays.
    char path[4096];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    if (length > 0) {
        path[length] = '\0';
        execv(path, argv);
    }
    unsetenv("OPENBLAS_CORETYPE");
}

void carvq_blas_one_thread(void)
{
#ifdef CARVQ_OPENBLAS
    openblas_set_num_threads(1);
#endif
}
