// SPDX-License-Identifier: MIT
// Vector code of the host: plain loops over lanes that a compiler turns into vectors, compiled for several sets of instructions.
// Each lane is computed by the same operations in the same order everywhere (contraction is off), so all versions give the same
// bits. Which one runs is decided by the runtime's level (runtime/kernels.h), so CARVQ_KERNEL=scalar forces the plain one.
#ifndef CARVQ_HOST_VECTOR_H
#define CARVQ_HOST_VECTOR_H

#include "runtime/kernels.h"

// carvq_level_here(), found once.
enum carvq_level carvq_vector_level(void);

// For functions that are to be compiled into others: a template whose constant arguments the compiler sees.
#if defined(__GNUC__)
#define CARVQ_TEMPLATE static inline __attribute__((always_inline))
#else
#define CARVQ_TEMPLATE static inline
#endif

// CARVQ_VECTORIZED(void, add, (float *x, const float *y, size_t count), (x, y, count)) { .. } stands for
//                   void add(float *x, const float *y, size_t count) { .. }
// and compiles the body once for each level that the compiler knows, each call taking that of this processor: a call costs a
// load and a branch, so the loops are inside. `static` may stand before it. The parameters are repeated as arguments.
#if defined(__GNUC__) && defined(__x86_64__)
#define CARVQ_HAS_AVX
#define CARVQ_AVX2 __attribute__((target("avx2")))
#define CARVQ_AVX512 __attribute__((target("avx512f")))
#define CARVQ_VECTORIZED(type, name, parameters, arguments)  \
    type name parameters;                                    \
    CARVQ_TEMPLATE type name##_body parameters;              \
    CARVQ_AVX512 static type name##_avx512 parameters        \
    {                                                        \
        CARVQ_RETURN_##type name##_body arguments;           \
    }                                                        \
    CARVQ_AVX2 static type name##_avx2 parameters            \
    {                                                        \
        CARVQ_RETURN_##type name##_body arguments;           \
    }                                                        \
    static type name##_plain parameters                      \
    {                                                        \
        CARVQ_RETURN_##type name##_body arguments;           \
    }                                                        \
    type name parameters                                     \
    {                                                        \
        const enum carvq_level level = carvq_vector_level(); \
        if (level >= CARVQ_LEVEL_AVX512)                     \
            CARVQ_RETURN_##type name##_avx512 arguments;     \
        else if (level == CARVQ_LEVEL_AVX2)                  \
            CARVQ_RETURN_##type name##_avx2 arguments;       \
        else                                                 \
            CARVQ_RETURN_##type name##_plain arguments;      \
    }                                                        \
    CARVQ_TEMPLATE type name##_body parameters
#else
#define CARVQ_VECTORIZED(type, name, parameters, arguments) \
    type name parameters;                                   \
    type name parameters
#endif

#define CARVQ_RETURN_void
#define CARVQ_RETURN_uint32_t return
#define CARVQ_RETURN_float return
#define CARVQ_RETURN_double return

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

#endif
