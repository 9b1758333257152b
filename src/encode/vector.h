// SPDX-License-Identifier: MIT
// CARVQ_VECTORIZED before a function: compile it for several instruction sets and let the loader choose. Such functions are
// plain loops over lanes that a compiler turns into vector code. Each lane is computed by the same operations in the same order
// everywhere (contraction is off), so all versions give the same bits.
#ifndef CARVQ_ENCODE_VECTOR_H
#define CARVQ_ENCODE_VECTOR_H

#include <stdint.h> // defines __GLIBC__ where there is one

// Not with sanitizers that need their run time before the loader may call anything.
#if defined(__x86_64__) && defined(__gnu_linux__) && defined(__GLIBC__) && defined(__GNUC__) && !defined(__clang__) \
    && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define CARVQ_VECTORIZED __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define CARVQ_VECTORIZED
#endif

// For the bodies of such functions: a template whose constant arguments the compiler sees.
#if defined(__GNUC__)
#define CARVQ_TEMPLATE static inline __attribute__((always_inline))
#else
#define CARVQ_TEMPLATE static inline
#endif

#endif
