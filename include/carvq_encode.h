// SPDX-License-Identifier: MIT
//
// carvq_encode.h - compress lookup tables (on a host; needs OpenMP, and a BLAS for the adaptor).
//
// The encoder reads a table in blocks through a callback and writes the file in pieces through another, so that neither
// has to fit in memory. Symbols in brackets are those of doc/method.md.

#ifndef CARVQ_ENCODE_H
#define CARVQ_ENCODE_H

#include "carvq.h"

#ifdef __cplusplus
extern "C" {
#endif

// A table to be compressed.
struct carvq_matrix {
    const char *name;       // of the tensor, UTF-8
    const char *file;       // where it comes from; only for messages, may be NULL
    uint64_t rows;          // [V] 1 to 2^32
    uint32_t cols;          // [n] 1 to 2^24
    enum carvq_dtype dtype; // of the original values; recorded in the file
    // Copies the block of nrows x ncols values whose first is (row, col) to block_ret, row by row without gaps. Is called
    // from several threads at once, over increasing rows for the most part, and may be called again for the same block.
    enum carvq_status (*read)(void *context, uint64_t row, size_t nrows, uint32_t col, uint32_t ncols, float *block_ret,
                              struct carvq_error *error);
    void *context;
};

#define CARVQ_MAX_EFFORT 9

// Settings for one table. Begin with carvq_encode_defaults().
struct carvq_encode_options {
    uint32_t subvector;              // [h], default 8
    uint64_t group;                  // [g], 1024
    enum carvq_grouping grouping;    // CARVQ_GROUP_ROWS
    uint32_t stages;                 // [L], 3
    uint32_t code_bits;              // [kappa], 4
    enum carvq_dtype codebook_dtype; // CARVQ_BF16; the adaptor's too
    uint32_t iterations;             // 25; rounds of k-means at each stage, 1 to 1000
    uint32_t effort;                 // 0: k-means stage by stage; 1 to 9: then all stages together, never worse with more
    uint64_t seed;                   // 0; same seed, same bytes, whatever the number of threads
    // The corrective adaptor: a small network from the row number to what the codes left. It takes at most 0.1554 bit per
    // parameter unless its widths are given; where the budget does not hold one, there is none (see the plan).
    int adaptor;             // 0: codes alone, and nothing below counts; else codes and adaptor
    uint32_t adaptor_dim;    // [m], 0: floor(n / 128), at least 1, less where there are few rows
    uint32_t adaptor_hidden; // 0: as many hidden units as the budget holds
    uint32_t adaptor_epochs; // 15; 1 to 10000
    // 1: the codes are fitted to the table, then the adaptor to what they left. R > 1: the adaptor is fitted to the table,
    // then R - 1 times the codes to what it left and the adaptor to what they left. 1 to 100.
    uint32_t rounds; // 1
};

CARVQ_API void carvq_encode_defaults(struct carvq_encode_options *options_ret);

// What compressing a table will give and take. Everything follows from the shape: no value is read. info.segments points to
// segments of the plan that carvq_encode_plan() filled: a copy still points there.
struct carvq_encode_plan {
    struct carvq_table_info info; // bytes by part, exactly as the file will have them; kernels are NULL
    struct carvq_segment_info segments[CARVQ_MAX_SEGMENTS];
    uint64_t working_bytes;   // memory that the encoder allocates with this number of threads (an upper bound)
    double training_products; // multiplications that the training of the adaptor takes, all rounds; 0: no adaptor
};

// Checks shape and options (CARVQ_ERROR_ARGUMENT, naming the option) and fills the plan. threads 0: one per processor.
CARVQ_API enum carvq_status carvq_encode_plan(const struct carvq_matrix *matrix, const struct carvq_encode_options *options,
                                              unsigned threads, struct carvq_encode_plan *plan_ret, struct carvq_error *error);

// How far the encoder is.
struct carvq_progress {
    const char *table;    // name of the tensor
    const char *phase;    // what is being done: "survey" (of a recipe), "codes", "adaptor" or "compare"; each begins at 0 again
    uint64_t done, total; // parameters
    double loss;          // adaptor: mean |error| so far; else 0
};

// Errors of the stored table against the original values, everything rounded to what is in the file.
struct carvq_encode_report {
    double sqnr_db; // 10 log10(sum x^2 / sum (x - y)^2); infinity if every value is exact
    double l1;      // mean of |x - y|
    double seconds; // wall time
    // What the adaptor is worth: errors of the codes alone, and of codes that were given the adaptor's bits too, by groups
    // that are smaller. Only with an adaptor in the plan; else 0.
    double codes_sqnr_db, codes_l1;
    double traded_sqnr_db, traded_l1;
    uint64_t traded_group; // [g] of those codes
    uint64_t traded_bytes; // their payload: not always as much as with the adaptor, for codebooks come whole
    int left_out;          // 1: the adaptor of the plan did not lower l1, and is not in the file
};

struct carvq_encode_job {
    // Where the file goes: nbytes at offset from its beginning. The pieces come in any order, from one thread at a time; once
    // all is done there are no gaps. Codes that are fitted again (rounds, an adaptor that is left out) replace the first ones.
    enum carvq_status (*write)(void *context, uint64_t offset, const void *data, size_t nbytes, struct carvq_error *error);
    void *write_context;
    // Is called now and then from the calling thread; returning anything but 0 ends the work with
    // CARVQ_ERROR_CANCELLED. May be NULL.
    int (*progress)(void *context, const struct carvq_progress *progress);
    void *progress_context;
    unsigned threads; // 0: one per processor
    // Gives the first nbytes bytes of the file for reading, for the adaptor is fitted to what the codes left; only what has been
    // written is looked at. They must show what is written later, too, and stay valid until the next call or the end of
    // carvq_encode(). May be NULL if no plan has an adaptor.
    enum carvq_status (*view)(void *context, uint64_t nbytes, const uint8_t **data_ret, struct carvq_error *error);
    void *view_context;
    // NULL, or gets the size of the file: less than carvq_encode_file_size() by the adaptors that were left out.
    uint64_t *file_bytes_ret;
};

// Compresses count tables, each with its options, into one file. reports_ret: NULL or count reports.
// Errors: CARVQ_ERROR_ARGUMENT; CARVQ_ERROR_FORMAT if a value is NaN or infinite (the first such row is named),
// CARVQ_ERROR_MEMORY, CARVQ_ERROR_CANCELLED, and whatever the callbacks return.
CARVQ_API enum carvq_status carvq_encode(const struct carvq_matrix *matrices, const struct carvq_encode_options *options,
                                         size_t count, const struct carvq_encode_job *job,
                                         struct carvq_encode_report *reports_ret, struct carvq_error *error);

// Size of the file that carvq_encode() would write: header plus payload of all tables, with all adaptors of the plans.
CARVQ_API enum carvq_status carvq_encode_file_size(const struct carvq_matrix *matrices,
                                                   const struct carvq_encode_options *options, size_t count, uint64_t *nbytes_ret,
                                                   struct carvq_error *error);

#ifdef __cplusplus
}
#endif

#endif
