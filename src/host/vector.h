// SPDX-License-Identifier: MIT
// CARVQ_VECTORIZED before a function: compile it for several instruction sets and let the loader choose. Such functions are
// plain loops over lanes that a compiler turns into vector code. Each lane is computed by the same operations in the same order
// everywhere (contraction is off), so all versions give the same bits. Even static ones are named carvq_*, because clang makes
// their resolvers global.
#ifndef CARVQ_HOST_VECTOR_H
#define CARVQ_HOST_VECTOR_H

#include <stdint.h> // defines __GLIBC__ where there is one

// Not with sanitizers that need their run time before the loader may call anything.
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define CARVQ_EARLY_SANITIZER
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define CARVQ_EARLY_SANITIZER
#endif

#if defined(__x86_64__) && defined(__gnu_linux__) && defined(__GLIBC__) && !defined(CARVQ_EARLY_SANITIZER) && \
    (defined(__clang__) ? __clang_major__ >= 14 : defined(__GNUC__))
#define CARVQ_VECTORIZED __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define CARVQ_VECTORIZED
#endif

// Before a loop over the lanes of a block: clang unrolls it into single operations if it is not told not to.
#if defined(__clang__)
#define CARVQ_LANE_LOOP _Pragma("clang loop unroll(disable)")
#else
#define CARVQ_LANE_LOOP
#endif

// gcc makes a vector of the outer one of two loops if the inner one, whose count is constant and small, is unrolled before; and
// of a single such loop if it is not. Clang finds out.
#if defined(__GNUC__) && !defined(__clang__)
#define CARVQ_UNROLLED _Pragma("GCC unroll 16")
#define CARVQ_ROLLED _Pragma("GCC unroll 1")
#else
#define CARVQ_UNROLLED
#define CARVQ_ROLLED
#endif

// For the bodies of such functions: a template whose constant arguments the compiler sees.
#if defined(__GNUC__)
#define CARVQ_TEMPLATE static inline __attribute__((always_inline))
#else
#define CARVQ_TEMPLATE static inline
#endif

#endif
