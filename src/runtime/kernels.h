// SPDX-License-Identifier: MIT
// What this processor can do, and the functions that are chosen by it when a file is opened. The scalar functions are the
// specification: any other gives the same bits, bears the same name with the suffix of its instruction set, and stands in a file
// with that suffix.
#ifndef CARVQ_RUNTIME_KERNELS_H
#define CARVQ_RUNTIME_KERNELS_H

#include "carvq.h"
#include "head.h"

// Sets of instructions that code can be written for. A level of a processor family includes those before it of the same family.
enum carvq_level {
    CARVQ_LEVEL_SCALAR,    // what the compiler takes for granted
    CARVQ_LEVEL_NEON,      // aarch64: Advanced SIMD, which all of them have
    CARVQ_LEVEL_AVX2,      // x86-64: AVX, AVX2, FMA, F16C, BMI1, BMI2; the system saves the YMM registers
    CARVQ_LEVEL_AVX512,    // x86-64: that and AVX512F, BW, CD, DQ, VL; the system saves the ZMM and mask registers
    CARVQ_LEVEL_AVX512VBMI // x86-64: that and AVX512_VBMI, AVX512_VNNI
};
#define CARVQ_LEVELS (CARVQ_LEVEL_AVX512VBMI + 1)

// The level here: what the processor has, but at most what the environment variable CARVQ_KERNEL says ("scalar", "neon", "avx2",
// "avx512", "avx512vbmi"; one of another family is like scalar). If it holds another word, *unknown_ret (unless unknown_ret is
// NULL) becomes that word, which then counts for nothing; else NULL. Asks the processor and the environment each time, which
// takes a microsecond, and in a virtual machine tens: callers keep the answer. Built with CARVQ_KERNEL_SCALAR: asks nobody, and
// is CARVQ_LEVEL_SCALAR.
enum carvq_level carvq_level_here(const char **unknown_ret);

// What the processor has, whatever the environment says: for the choice of a BLAS kernel, whose bits are its own.
enum carvq_level carvq_level_processor(void);

// "scalar", "neon", "avx2", "avx512", "avx512vbmi".
const char *carvq_level_name(enum carvq_level level);

struct carvq_segment;
struct carvq_shared;
struct carvq_adaptor;

// Of a row.
struct carvq_columns {
    size_t first, count;
};

// Sets the segment's decode_rows and what that needs, from info and the views. Returns the decoder's name, NULL if there is none.
// One that has no decoder for a segment's shape asks the one that it replaced.
typedef const char *carvq_choose(struct carvq_segment *segment);

// Add to these columns of count rows what all rows share, or the adaptor's correction. ids[i] is the number of the row whose
// columns begin at values + i * stride.
typedef void carvq_add_shared(const struct carvq_shared *shared, const uint32_t *ids, size_t count, struct carvq_columns columns,
                              float *values, size_t stride);
typedef void carvq_add_adaptor(const struct carvq_adaptor *adaptor, const uint32_t *ids, size_t count,
                               struct carvq_columns columns, float *values, size_t stride);

// Activations of hidden units first .. first + width - 1 of count rows; what is not above 0 is 0.
#define CARVQ_ADAPTOR_ROWS 8   // at most
#define CARVQ_ADAPTOR_UNITS 64 // at most
typedef void carvq_make_units(const struct carvq_adaptor *adaptor, const uint32_t *ids, size_t count, size_t first, size_t width,
                              float (*activations_ret)[CARVQ_ADAPTOR_UNITS]);

// carvq_widen() and carvq_narrow(), see half.h.
typedef void carvq_widen_values(enum carvq_dtype dtype, const uint8_t *data, size_t count, float *values_ret);
typedef void carvq_narrow_values(enum carvq_dtype dtype, const float *values, size_t count, uint8_t *data_ret);

struct carvq_kernels {
    carvq_choose *choose[CARVQ_ADDITIVE + 1]; // by codec; NULL: left out of this build
    carvq_add_shared *add_shared;
    carvq_add_adaptor *add_adaptor;
    carvq_make_units *make_units;
    carvq_widen_values *widen;
    carvq_narrow_values *narrow;
    carvq_make_tables *make_tables;
    carvq_sum_lines *sum_lines;
    const char *head; // the name of that
    carvq_add_dot *add_dot;
};

// Builds for devices leave codecs out, and their constants: with CARVQ_KERNEL_SCALAR and CARVQ_NO_RVQ, CARVQ_NO_TRELLIS or
// CARVQ_NO_ADDITIVE. Files that have such a segment are then refused.
#ifdef CARVQ_NO_RVQ
#define CARVQ_HAS_RVQ 0
#else
#define CARVQ_HAS_RVQ 1
#endif
#ifdef CARVQ_NO_TRELLIS
#define CARVQ_HAS_TRELLIS 0
#else
#define CARVQ_HAS_TRELLIS 1
#endif
#ifdef CARVQ_NO_ADDITIVE
#define CARVQ_HAS_ADDITIVE 0
#else
#define CARVQ_HAS_ADDITIVE 1
#endif
#if !defined(CARVQ_KERNEL_SCALAR) && !(CARVQ_HAS_RVQ && CARVQ_HAS_TRELLIS && CARVQ_HAS_ADDITIVE)
#error CARVQ_NO_RVQ, CARVQ_NO_TRELLIS and CARVQ_NO_ADDITIVE need CARVQ_KERNEL_SCALAR
#endif

// The files of kernels, each with its function that puts them into the table, where they replace those of the files before it. A
// new one, say trellis_avx2.c, is one line here, under the #if of its processors: FILE(CARVQ_LEVEL_AVX2, carvq_trellis_avx2)
// For Windows, gcc does not align vectors on the stack.
#if !defined(CARVQ_KERNEL_SCALAR) && defined(__GNUC__) && defined(__x86_64__) && !defined(_WIN32)
#define CARVQ_X86_KERNELS
#define CARVQ_KERNEL_FILES(FILE)                     \
    FILE(CARVQ_LEVEL_SCALAR, carvq_kernels_scalar)   \
    FILE(CARVQ_LEVEL_AVX2, carvq_additive_avx2)      \
    FILE(CARVQ_LEVEL_AVX2, carvq_trellis_avx2)       \
    FILE(CARVQ_LEVEL_AVX2, carvq_rvq_avx2)           \
    FILE(CARVQ_LEVEL_AVX2, carvq_half_avx2)          \
    FILE(CARVQ_LEVEL_AVX2, carvq_shared_avx2)        \
    FILE(CARVQ_LEVEL_AVX512, carvq_shared_avx512)    \
    FILE(CARVQ_LEVEL_AVX2, carvq_additive_rows_avx2) \
    FILE(CARVQ_LEVEL_AVX512VBMI, carvq_additive_avx512vbmi)
#elif !defined(CARVQ_KERNEL_SCALAR) && defined(__GNUC__) && defined(__aarch64__) && defined(__ARM_NEON)
#define CARVQ_NEON_KERNELS
#define CARVQ_KERNEL_FILES(FILE)                   \
    FILE(CARVQ_LEVEL_SCALAR, carvq_kernels_scalar) \
    FILE(CARVQ_LEVEL_NEON, carvq_rvq_neon)         \
    FILE(CARVQ_LEVEL_NEON, carvq_additive_neon)    \
    FILE(CARVQ_LEVEL_NEON, carvq_half_neon)        \
    FILE(CARVQ_LEVEL_NEON, carvq_shared_neon)      \
    FILE(CARVQ_LEVEL_NEON, carvq_additive_rows_neon)
#else
#define CARVQ_KERNEL_FILES(FILE) FILE(CARVQ_LEVEL_SCALAR, carvq_kernels_scalar)
#endif

#define CARVQ_DECLARE(level, install) void install(struct carvq_kernels *kernels);
CARVQ_KERNEL_FILES(CARVQ_DECLARE)
#undef CARVQ_DECLARE

// The best kernels of a level.
void carvq_kernels_choose(enum carvq_level level, struct carvq_kernels *kernels_ret);

// The scalar ones.
carvq_choose carvq_rvq_choose, carvq_trellis_choose, carvq_raw_choose, carvq_additive_choose;
carvq_add_shared carvq_shared_add;
carvq_add_adaptor carvq_adaptor_add;
carvq_make_units carvq_adaptor_units;

// What is added to width columns of a row, from those at data on: 16-bit values of one type times the scale.
struct carvq_term {
    const uint8_t *data;
    float scale;
};
typedef void carvq_add_terms(enum carvq_dtype dtype, const struct carvq_term *terms, size_t count, size_t width, float *values);

// What rows share and the adaptor's correction, as terms, which are added to a column one after the other.
void carvq_shared_add_terms(carvq_add_terms *add_terms, const struct carvq_shared *shared, const uint32_t *ids, size_t count,
                            struct carvq_columns columns, float *values, size_t stride);
void carvq_adaptor_add_terms(carvq_add_terms *add_terms, carvq_make_units *make_units, const struct carvq_adaptor *adaptor,
                             const uint32_t *ids, size_t count, struct carvq_columns columns, float *values, size_t stride);

#endif
