// SPDX-License-Identifier: MIT
// What this processor can do, and the functions that are chosen by it. The scalar functions are the specification: any other
// gives the same bits, has the same name with the suffix of its instruction set, and stands in a file with that suffix.
#ifndef CARVQ_RUNTIME_KERNELS_H
#define CARVQ_RUNTIME_KERNELS_H

// Sets of instructions that code can be written for. A level of a processor family includes those before it of the same family.
enum carvq_level {
    CARVQ_LEVEL_SCALAR, // what the compiler takes for granted
    CARVQ_LEVEL_NEON,   // aarch64: Advanced SIMD, which all of them have
    CARVQ_LEVEL_AVX2,   // x86-64: AVX, AVX2, FMA, F16C, BMI1, BMI2; the system saves the YMM registers
    CARVQ_LEVEL_AVX512  // x86-64: that and AVX512F, BW, CD, DQ, VL; the system saves the ZMM and mask registers
};

// The level here: what the processor has, but at most what the environment variable CARVQ_KERNEL says ("scalar", "neon", "avx2",
// "avx512"; one of another family is like scalar). If it holds another word, *unknown_ret (unless unknown_ret is NULL) becomes
// that word, which then counts for nothing; else NULL. Asks the processor and the environment each time, which takes a
// microsecond, and in a virtual machine tens: callers keep the answer. Built with CARVQ_KERNEL_SCALAR: asks nobody, and is
// CARVQ_LEVEL_SCALAR.
enum carvq_level carvq_level_here(const char **unknown_ret);

// "scalar", "neon", "avx2", "avx512".
const char *carvq_level_name(enum carvq_level level);

#endif
