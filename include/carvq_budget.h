// SPDX-License-Identifier: MIT
//
// carvq_budget.h - the best table for a number of bits (on a host; needs OpenMP and a BLAS).
//
// carvq_recipe_make() looks at the values of a table and at how often its rows are used, and decides how to spend a
// budget: what to take out before quantizing, which rows get how many bits, and by which codec. carvq_recipe_encode()
// carries recipes out. Symbols in brackets are those of doc/method.md.

#ifndef CARVQ_BUDGET_H
#define CARVQ_BUDGET_H

#include <stdbool.h>

#include "carvq_encode.h"

#ifdef __cplusplus
extern "C" {
#endif

// Settings for one table. Begin with carvq_budget_defaults().
struct carvq_budget {
    double bits;    // [B] per parameter, at most; counts all stored bytes of the table. 0: bytes counts
    uint64_t bytes; // of the table's payload, at most
    // How often each row is looked up, [V] numbers that are not negative; only their proportions to each other and to 1
    // matter. NULL: all rows alike.
    const double *counts;
    unsigned codecs; // that may be used: a set of 1 << enum carvq_codec, rvq or trellis among them
    unsigned effort; // 1 to CARVQ_MAX_EFFORT: more is meant never to be worse, by the weighted error; some steps change nothing
    bool adaptor;    // may be used, if it earns its bits
    bool plan_only;  // an adaptor is only tried on a sample and its worth estimated; such a recipe cannot be carried out
    uint64_t seed;   // same seed, same bytes, whatever the number of threads
};

CARVQ_API void carvq_budget_defaults(struct carvq_budget *budget_ret);

// The rows whose count is in a range, and what becomes of them.
struct carvq_band {
    double min_count, max_count; // the last band has no upper limit: infinity
    uint64_t rows;
    double share;   // of all counts
    double bits;    // per parameter, without what all rows share
    double sqnr_db; // of the rows as they are, not of what is left after the mean and directions
};

#define CARVQ_BANDS 6 // 0, 1..9, 10..99, 100..999, 1000..9999, 10000..

struct carvq_recipe;

// Decides how to spend the budget on a table. All values are read. The matrix and the budget's counts must outlive the recipe.
// threads 0: one per processor. progress may be NULL; not 0: stop. Give the result to carvq_recipe_free(). Errors:
// CARVQ_ERROR_ARGUMENT, also if the budget is less than the smallest possible one, which is named; CARVQ_ERROR_FORMAT if a
// value is NaN or infinite or the values of a row are too large, CARVQ_ERROR_MEMORY, CARVQ_ERROR_CANCELLED, and those of the
// matrix.
CARVQ_API enum carvq_status carvq_recipe_make(const struct carvq_matrix *matrix, const struct carvq_budget *budget,
                                              unsigned threads,
                                              int (*progress)(void *context, const struct carvq_progress *progress),
                                              void *progress_context, struct carvq_recipe **recipe_ret,
                                              struct carvq_error *error);
CARVQ_API void carvq_recipe_free(struct carvq_recipe *recipe); // NULL is ignored

// Decides again for another number of bits, or of bytes if bits is 0; nothing is read or measured again, and mean, directions
// and adaptor stay, so that it may refuse what carvq_recipe_make() would take. Errors: CARVQ_ERROR_ARGUMENT, CARVQ_ERROR_MEMORY.
// After an error the recipe is only good for another try.
CARVQ_API enum carvq_status carvq_recipe_change(struct carvq_recipe *recipe, double bits, uint64_t bytes,
                                                struct carvq_error *error);

// What the file will have: exact bytes by part, segments (most bits first). Lives as long as the recipe.
CARVQ_API const struct carvq_table_info *carvq_recipe_info(const struct carvq_recipe *recipe);

// What an adaptor [gamma] was found to be worth, after the mean and the directions.
struct carvq_adaptor_trial {
    uint32_t dim, hidden; // the best widths [m, H] that were tried; 0: none, for lack of bits or rows, or not asked for
    double gain_db;       // what it takes off the squared error
    double price_db;      // what its bits would take off it as codes
    bool used;
};

CARVQ_API const struct carvq_adaptor_trial *carvq_recipe_adaptor(const struct carvq_recipe *recipe);

// The error to be expected, by bands, from measurements on a sample. Returns the SQNR of the whole table in dB.
CARVQ_API double carvq_recipe_expect(const struct carvq_recipe *recipe, struct carvq_band bands_ret[CARVQ_BANDS]);

// Errors of the stored table against the original values, everything rounded to what is in the file.
struct carvq_recipe_report {
    double sqnr_db;
    double l1;
    double seconds;
    struct carvq_band bands[CARVQ_BANDS];
};

// Compresses count tables into one file, as carvq_encode() does; job->view is not used.
CARVQ_API enum carvq_status carvq_recipe_encode(struct carvq_recipe *const *recipes, size_t count,
                                                const struct carvq_encode_job *job, struct carvq_recipe_report *reports_ret,
                                                struct carvq_error *error);

// Size of the file that carvq_recipe_encode() writes.
CARVQ_API enum carvq_status carvq_recipe_file_size(struct carvq_recipe *const *recipes, size_t count, uint64_t *nbytes_ret,
                                                   struct carvq_error *error);

#ifdef __cplusplus
}
#endif

#endif
