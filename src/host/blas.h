// SPDX-License-Identifier: MIT
// The BLAS that the host side multiplies matrices with: which kernel it runs, and how to keep it from running a slow one.
//
// A target that includes this header and links carvq_host may include <cblas.h>. Call carvq_blas_one_thread() before
// the first product, and call the products from OpenMP loops over chunks whose size does not depend on the number of
// threads: the threads of OpenMP and those of a BLAS fight each other, and a BLAS that splits a product by the number of
// its threads gives other bits for another number.
#ifndef CARVQ_HOST_BLAS_H
#define CARVQ_HOST_BLAS_H

#include <stdbool.h>

// Name of the kernel that OpenBLAS chose for this CPU, e.g. "Haswell"; "unknown" with another BLAS. A static string.
const char *carvq_blas_kernel(void);

// True if OpenBLAS runs a kernel without AVX on a CPU that has AVX2: a release that is older than the CPU does that
// (0.3.21, the one of Debian 12, on many), and products take three to six times as long.
bool carvq_blas_is_slow(void);

// Call first thing in main(): if carvq_blas_is_slow(), runs the program again with OPENBLAS_CORETYPE set to a kernel
// that suits the CPU, for OpenBLAS reads this variable before main() and never again. Returns without doing anything if
// the user has set the variable, if nothing better is known, or if the program cannot be run again; so there is no loop.
void carvq_blas_setup(char **argv);

// Makes every product run in the thread that calls it, for the whole process.
void carvq_blas_one_thread(void);

#endif
