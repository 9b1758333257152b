// SPDX-License-Identifier: MIT
//
// carvq_encode.h - compress lookup tables (on a host; needs OpenMP and a BLAS).
//
// A plan says how a table will be stored. It can be carried out more than once. There are two ways to make one:
// carvq_plan_by_settings() takes the parameters of the paper's method, group residual vector quantization with a corrective
// adaptor; carvq_plan_by_budget() takes a number of bits, looks at the values and at how often rows are used, and decides by
// itself. carvq_encode() carries plans out, whoever made them, and writes one file.
//
// The encoder reads a table in blocks through a callback and writes the file in pieces through another, so that neither has
// to fit in memory. Symbols in brackets are those of doc/method.md.
//
//     struct carvq_budget budget;
//     carvq_budget_init(&budget, sizeof budget);
//     budget.bits = 2;
//     struct carvq_job job;
//     carvq_job_init(&job, sizeof job);
//     job.write = write_piece;
//     struct carvq_plan *plan;
//     if (carvq_plan_by_budget(&matrix, &budget, 0, NULL, NULL, &plan, &error) != CARVQ_OK)
//         die(error.message);
//     if (carvq_encode(&plan, 1, &job, &error) != CARVQ_OK)
//         die(error.message);
//     printf("%.2f dB\n", carvq_plan_report(plan)->sqnr_db);
//     carvq_plan_free(plan);
//
// Structures of options may grow in later versions. Their first member is their size, which an _init function sets along
// with the defaults; so a program that was compiled with an older header goes on working, and one that was compiled with a
// newer header is told if it asks for something that this library does not know.
//
// Any number of calls may run at once, also for the same matrix, but only one for a plan. Each starts threads of its own by
// OpenMP.
//
// Callbacks return CARVQ_OK, or a status of their own choice after they have filled *error (which may be NULL); that is what
// the library's function then returns. They run inside parallel regions: they must neither throw exceptions nor jump out.
//
// The structures that a plan returns pointers to may get more members; so do struct carvq_matrix and the structures in
// arrays, but only with another minor version, which the name of the shared library carries.

#ifndef CARVQ_ENCODE_H
#define CARVQ_ENCODE_H

#include <stdbool.h>

#include "carvq.h"

#ifdef __cplusplus
extern "C" {
#endif

// A table to be compressed.
struct carvq_matrix {
    const char *name;       // of the tensor, UTF-8; plans and what they say point to it
    const char *file;       // where it comes from; only for messages, may be NULL
    uint64_t rows;          // [V] 1 to CARVQ_MAX_ROWS
    uint32_t cols;          // [n] 1 to CARVQ_MAX_COLS
    enum carvq_dtype dtype; // of the original values; recorded in the file
    // Copies the block of nrows x ncols values whose first is (row, col) to block_ret, row by row without gaps. Is called
    // from several threads at once, over increasing rows for the most part, and may be called again for the same block.
    enum carvq_status (*read)(void *context, uint64_t row, size_t nrows, uint32_t col, uint32_t ncols, float *block_ret,
                              struct carvq_error *error);
    void *context;
};

#define CARVQ_MAX_EFFORT 9

// ---- progress

enum carvq_phase {
    CARVQ_PHASE_SURVEY = 0,  // a plan by a budget looks at the values
    CARVQ_PHASE_CODES = 1,   // codes are made
    CARVQ_PHASE_ADAPTOR = 2, // an adaptor is trained
    CARVQ_PHASE_COMPARE = 3  // codes are made that have the adaptor's bits, to compare
};

// "survey", "codes", "adaptor", "compare", or "" for another number: static strings.
CARVQ_API const char *carvq_phase_name(enum carvq_phase phase);

// How far the library is.
struct carvq_progress {
    const char *table; // name of the tensor
    enum carvq_phase phase;
    uint64_t done, total; // parameters; done begins at 0 again with each phase
    double loss;          // adaptor: mean |error| so far; else 0
};

// Is called now and then from the thread that called the library; returning anything but 0 ends the work with
// CARVQ_ERROR_CANCELLED.
typedef int carvq_progress_function(void *context, const struct carvq_progress *progress);

// ---- a plan by settings

// Settings of the paper's method.
struct carvq_settings {
    size_t size;                     // of this structure; carvq_settings_init() sets it
    uint32_t subvector;              // [h], default 8
    uint64_t group;                  // [g], 1024
    enum carvq_grouping grouping;    // CARVQ_GROUP_ROWS
    uint32_t stages;                 // [L], 3; 2, 3 and 4 with an adaptor are the presets carvq-2, carvq-3 and carvq-4
    uint32_t code_bits;              // [kappa], 4
    enum carvq_dtype codebook_dtype; // CARVQ_BF16; the adaptor's too
    uint32_t iterations;             // 25; rounds of k-means at each stage, 1 to 1000
    uint32_t effort;                 // [E] 0: k-means stage by stage; 1 to 9: then all stages together, never worse with more
    uint64_t seed; // 0; same seed, same bytes, whatever the number of threads; with an adaptor, for the same BLAS on the same
                   // kind of processor
    // The corrective adaptor: a small network from the row number to what the codes left. It takes at most 0.1554 bit per
    // parameter unless its widths are given; where the budget does not hold one, there is none (see the plan).
    bool adaptor;            // false, the default: codes alone, and nothing below counts; the presets of the tool have one
    uint32_t adaptor_dim;    // [m], 1 to 65536; 0: floor(n / 128), at least 1, less where there are few rows
    uint32_t adaptor_hidden; // [H], 1 to 256 m; 0: as many hidden units as the budget holds
    uint32_t adaptor_epochs; // 15; 1 to 10000
    // 1: the codes are fitted to the table, then the adaptor to what they left. More: the adaptor is fitted to the table,
    // then rounds - 1 times the codes to what it left and the adaptor to what they left. 1 to 100.
    uint32_t rounds; // 1
};

// size: sizeof *settings_ret.
CARVQ_API void carvq_settings_init(struct carvq_settings *settings_ret, size_t size);

struct carvq_plan;

// Checks shape and settings; no value is read. The matrix must outlive the plan. threads 0: one per processor; for the memory
// that the plan promises. Give the result to carvq_plan_free();
// *plan_ret is NULL after an error. Errors: CARVQ_ERROR_ARGUMENT, naming the setting,
// CARVQ_ERROR_UNSUPPORTED if the settings come from a newer header, CARVQ_ERROR_MEMORY.
CARVQ_API enum carvq_status carvq_plan_by_settings(const struct carvq_matrix *matrix, const struct carvq_settings *settings,
                                                   unsigned threads, struct carvq_plan **plan_ret, struct carvq_error *error);

// ---- a plan by a budget

// A number of bits, and what is known of the table.
struct carvq_budget {
    size_t size;    // of this structure; carvq_budget_init() sets it
    double bits;    // [B] per parameter, at most; counts all stored bytes of the table. 0: bytes counts
    uint64_t bytes; // of the table's payload, at most
    // How often each row is looked up, [V] numbers that are not negative; only their proportions to each other and to 1
    // matter. NULL: all rows alike.
    const double *counts;
    unsigned codecs; // that may be used: a set of 1 << enum carvq_codec, rvq, trellis or additive among them
    unsigned effort; // [E] 1 to CARVQ_MAX_EFFORT: more is meant never to be worse, by the weighted error
    bool adaptor;    // may be used, if it earns its bits
    bool plan_only;  // an adaptor is only tried on a sample and its worth estimated; such a plan cannot be carried out
    uint64_t seed;   // same seed, same bytes, whatever the number of threads
    // The table is multiplied with hidden states, as an output head: additive, if it may be used, is preferred to codecs whose
    // rows have to be decoded for that, for as much of the error as carvq_plan_head() says.
    bool head;
    // What a model says of the rows, from a run over a text (carvq calibrate); what it costs is then carvq_plan_divergence().
    // [v] how much a row matters, [V] numbers that are not negative: the mean of p (1 - p), p being the probability of its token
    // as a prediction. Takes the place of counts, which go on to say in which band a row is. NULL: not known.
    const double *variance;
    // [F] of a table that is an output head: the mean of f f', [n][n], f being the hidden states that it is multiplied with.
    // Errors are then made to lie where they change the logits least. NULL: not known.
    const double *moment;
    // Of a table whose rows are looked up: what it costs in KL divergence, in nats a token, if each has a squared error as large
    // as its energy, from small errors. 0: not known.
    double sensitivity;
};

// size: sizeof *budget_ret. Bits and bytes are 0, counts NULL, all codecs but additive allowed, effort 5, an adaptor allowed,
// seed 0, no head.
CARVQ_API void carvq_budget_init(struct carvq_budget *budget_ret, size_t size);

// Decides how to spend the budget on a table: what to take out before quantizing, which rows get how many bits, and by which
// codec. All values are read. The matrix and the budget's counts must outlive the plan. threads 0: one per processor. progress
// may be NULL. Give the result to carvq_plan_free(). Errors: CARVQ_ERROR_ARGUMENT, also if the budget is less than the smallest
// possible one, which is named; CARVQ_ERROR_UNSUPPORTED if the budget comes from a newer header; CARVQ_ERROR_FORMAT if a value
// is NaN or infinite or the values of a row are too large, CARVQ_ERROR_MEMORY, CARVQ_ERROR_CANCELLED, and those of the matrix.
CARVQ_API enum carvq_status carvq_plan_by_budget(const struct carvq_matrix *matrix, const struct carvq_budget *budget,
                                                 unsigned threads, carvq_progress_function *progress, void *progress_context,
                                                 struct carvq_plan **plan_ret, struct carvq_error *error);

// Decides again for another number of bits, or of bytes if bits is 0; nothing is read or measured again, and mean, directions
// and adaptor stay, so that it may refuse what carvq_plan_by_budget() would take. Errors: CARVQ_ERROR_ARGUMENT, also for a plan
// by settings, CARVQ_ERROR_MEMORY. After an error the plan is only good for another try.
CARVQ_API enum carvq_status carvq_plan_change(struct carvq_plan *plan, double bits, uint64_t bytes, struct carvq_error *error);

// The same for several plans by budgets, which get bits per parameter on average over all of their tables. If the budgets said
// enough to predict what each table costs (carvq_plan_divergence()), it goes where it lowers the sum most; else all get the same.
// Errors: as above.
CARVQ_API enum carvq_status carvq_plans_share(struct carvq_plan *const *plans, size_t count, double bits,
                                              struct carvq_error *error);

// ---- what a plan says

CARVQ_API void carvq_plan_free(struct carvq_plan *plan); // NULL is ignored

// What the file will have: exact bytes by part, segments (by falling bits). Kernels are NULL. Lives as long as the plan. Once
// the plan was carried out, what the file has: an adaptor that was left out is gone.
CARVQ_API const struct carvq_table_info *carvq_plan_info(const struct carvq_plan *plan);

// What carrying out a plan by settings will take.
struct carvq_plan_cost {
    uint64_t working_bytes;   // memory that the encoder allocates, an upper bound; 0: not known, for a plan by a budget
    double training_products; // multiplications that the training of the adaptor takes, all rounds; 0: none is left to train
};

// Lives as long as the plan.
CARVQ_API const struct carvq_plan_cost *carvq_plan_get_cost(const struct carvq_plan *plan);

// What a plan by a budget found an adaptor [gamma] to be worth, after the mean and the directions.
struct carvq_adaptor_trial {
    uint32_t dim, hidden; // the best widths [m, H] that were tried; 0: none, for lack of bits or rows, or not asked for
    double gain_db;       // what it takes off the squared error
    double cost_db;       // what its bits would take off it as codes
    bool used;
};

// Lives as long as the plan.
CARVQ_API const struct carvq_adaptor_trial *carvq_plan_trial(const struct carvq_plan *plan);

// What a plan by a budget for an output head found codec additive to cost, beside codecs whose rows have to be decoded.
struct carvq_head_trial {
    bool tried;     // asked for, and both fit the budget
    bool used;      // additive is what the plan has
    double loss_db; // what it adds to the weighted squared error: used if it is at most limit_db
    double limit_db;
};

// Lives as long as the plan.
CARVQ_API const struct carvq_head_trial *carvq_plan_head(const struct carvq_plan *plan);

// The KL divergence from the model as it is to the model with the table, in nats a token, that errors of the table's rows bring:
// 1/2 sum v e' F e as the output head, sensitivity times the mean of relative squared errors as the input, each row by its
// weight. 0 where a budget did not say what it takes. Of a plan by a budget expected errors are meant; once it was carried out,
// those of the file.
struct carvq_divergence {
    double head, input;
};

// Lives as long as the plan.
CARVQ_API const struct carvq_divergence *carvq_plan_divergence(const struct carvq_plan *plan);

// The rows whose count is in a range, and what becomes of them. Without counts all rows are in the first band.
struct carvq_band {
    double min_count, max_count; // from min_count to below the next band's; the last band's max_count is infinity
    uint64_t rows;
    double share;   // of all counts
    double bits;    // per parameter, without what all rows share
    double sqnr_db; // of the rows as they are, not of what is left after the mean and directions
};

#define CARVQ_BANDS 6 // 0, 1..9, 10..99, 100..999, 1000..9999, 10000..

// The error to be expected of a plan by a budget, by bands, from measurements on a sample. Returns the SQNR of the whole table
// in dB. A plan by settings expects nothing: NaN, and bands without rows.
CARVQ_API double carvq_plan_expect(const struct carvq_plan *plan, struct carvq_band bands_ret[CARVQ_BANDS]);

// Errors of the stored table against the original values, everything rounded to what is in the file.
struct carvq_report {
    double sqnr_db;                       // 10 log10(sum x^2 / sum (x - y)^2); infinity if every value is exact
    double l1;                            // mean of |x - y|
    double seconds;                       // wall time
    struct carvq_band bands[CARVQ_BANDS]; // of a plan by a budget; else without rows
    // What the adaptor of a plan by settings is worth: errors of the codes alone, and of codes that were given the adaptor's
    // bits too, by groups that are smaller. Only with an adaptor in the plan; else 0.
    double codes_sqnr_db, codes_l1;
    double traded_sqnr_db, traded_l1;
    uint64_t traded_group; // [g] of those codes
    uint64_t traded_bytes; // their payload: not always as much as with the adaptor, for codebooks come whole
    bool left_out;         // the adaptor of the plan did not lower l1, and is not in the file
};

// Of a plan that carvq_encode() has carried out; before that, and after it has failed, zeros. Lives as long as the plan.
CARVQ_API const struct carvq_report *carvq_plan_report(const struct carvq_plan *plan);

// ---- carrying plans out

struct carvq_job {
    size_t size; // of this structure; carvq_job_init() sets it
    // Where the file goes: nbytes at offset from its beginning. The pieces come in any order, from one thread at a time (not
    // always the caller's), and each byte once; in the end there are no gaps. Once it has failed it may be called again by
    // threads that do not know yet.
    enum carvq_status (*write)(void *context, uint64_t offset, const void *data, size_t nbytes, struct carvq_error *error);
    void *write_context;
    carvq_progress_function *progress; // may be NULL
    void *progress_context;
    unsigned threads;         // 0: one per processor; at most 1024 count
    uint64_t *file_bytes_ret; // NULL, or gets the size of the file: less than promised by the adaptors that were left out
};

// size: sizeof *job_ret. Everything else is 0 or NULL.
CARVQ_API void carvq_job_init(struct carvq_job *job_ret, size_t size);

// Compresses the tables of count plans into one file. Errors: CARVQ_ERROR_ARGUMENT, also if two of them
// have tables of one name; CARVQ_ERROR_FORMAT if a value is NaN or
// infinite (the first such row is named), CARVQ_ERROR_MEMORY, CARVQ_ERROR_CANCELLED, and whatever the callbacks return.
CARVQ_API enum carvq_status carvq_encode(struct carvq_plan *const *plans, size_t count, const struct carvq_job *job,
                                         struct carvq_error *error);

// Size of the file that carvq_encode() would write: header plus payload of all tables, with all adaptors of the plans.
CARVQ_API enum carvq_status carvq_encode_file_size(struct carvq_plan *const *plans, size_t count, uint64_t *nbytes_ret,
                                                   struct carvq_error *error);

// An adaptor is trained by matrix products in threads of the encoder, in each of which the BLAS should use one thread: else
// the two kinds of threads fight each other, and the bytes of an adaptor may depend on their number. The library does not
// change that behind its caller's back. This does, for the whole process: call it once, before plans with adaptors are made or
// carried out. (Only OpenBLAS can be told; set the environment of another BLAS.)
CARVQ_API void carvq_blas_single_thread(void);

#ifdef __cplusplus
}
#endif

#endif
