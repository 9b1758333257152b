// SPDX-License-Identifier: MIT
// The corrective adaptor: its widths, its training, and the network as it is stored (doc/format.md).
//
// gamma(i) = max(0, z_i W0 + b0) W1 + b1, with z_i of m values, is fitted to a matrix, the residual (what the codes left of a
// table, or the table itself), so that the sum of |residual - gamma| over all rows is small. The network is trained as what a
// hidden layer of ReLU can be made to hold: m polylines in n dimensions, one for each value of z_i, whose points are added up. H
// hidden units give H + m nodes, where the polylines bend. Training starts from straight lines along the leading singular
// vectors of the residual and alternates between two steps that are nearly exact: where on each polyline a row lies (first the
// best place of all, later a Newton step on the L1 error), and where the nodes lie (a Newton step on the L1 error of all rows at
// once). No learning rate, no momenta. Then the polylines are written down as W0, b0, W1, b1, rounded to 16 bits.
#ifndef CARVQ_CODEC_ADAPTOR_ADAPTOR_H
#define CARVQ_CODEC_ADAPTOR_ADAPTOR_H

#include <stddef.h>
#include <stdint.h>

#include "carvq_encode.h"
#include "runtime/table.h"

// More hidden units than these for each value of z [m] are refused: 16 bits of z cannot tell more places apart.
#define CARVQ_ADAPTOR_MAX_UNITS 256
#define CARVQ_ADAPTOR_MAX_EPOCHS 10000

struct carvq_adaptor_widths {
    uint32_t dim;    // m, 0: no adaptor
    uint32_t hidden; // H, 0: no adaptor
};

// The widths that doc/method.md chooses for V x n: m = max(1, floor(n / 128)) and the largest H such that the adaptor, biases
// counted, takes at most 0.1554 bit per parameter; where that leaves H < m, the next smaller m, for a value of z that no
// hidden unit reads is wasted. H is at most CARVQ_ADAPTOR_MAX_UNITS m. Both 0 if not even m = H = 1 fits.
// dim and hidden, where not 0, replace the rule's choice; what was asked for may go beyond the budget: H is at least dim.
struct carvq_adaptor_widths carvq_adaptor_widths(uint64_t rows, uint32_t cols, uint32_t dim, uint32_t hidden);

// Bytes of the five tensors, or UINT64_MAX if they do not fit 64 bits.
uint64_t carvq_adaptor_bytes(uint64_t rows, uint32_t cols, struct carvq_adaptor_widths widths);

struct carvq_adaptor_progress {
    const char *phase;     // "start", "place", "refine" or "measure"
    uint32_t pass, passes; // of the matrix, counted from 1 over all phases
    uint64_t done, total;  // rows, over all passes
    double loss;           // mean |residual - gamma| of the last finished pass that computes it; before that, of gamma = 0
};

// Passes it on to a struct carvq_ticker, its context: of the form of struct carvq_adaptor_options' progress.
int carvq_adaptor_tick(void *context, const struct carvq_adaptor_progress *progress);

struct carvq_adaptor_options {
    struct carvq_adaptor_widths widths;
    enum carvq_dtype dtype; // of the stored values: CARVQ_BF16 or CARVQ_F16
    uint32_t epochs;        // passes over the matrix that fit positions and nodes, 1 to 10000
    uint32_t power_passes;  // passes that look for the singular vectors; with 0 the lines lie at random
    uint64_t fitted_rows;   // W0, b0, W1 and b1 are fitted to the first so many rows, the others only find their z; 0: to all
    uint64_t seed;          // same seed, same bytes, whatever the number of threads (but not whatever the BLAS)
    unsigned threads;       // 0: one per processor
    // Is called now and then from the calling thread; returning anything but 0 ends the training with
    // CARVQ_ERROR_CANCELLED. May be NULL.
    int (*progress)(void *context, const struct carvq_adaptor_progress *progress);
    void *progress_context;
};

// CARVQ_ERROR_ARGUMENT if the shape or an option is impossible.
enum carvq_status carvq_adaptor_check(const struct carvq_matrix *matrix, const struct carvq_adaptor_options *options,
                                      struct carvq_error *error);

// widths of the rule, BF16, 15 epochs, 3 power passes, seed 0.
void carvq_adaptor_defaults(uint64_t rows, uint32_t cols, struct carvq_adaptor_options *options_ret);

// A trained network as it is stored: 16-bit little-endian values, the tensors one after the other in the order below.
struct carvq_adaptor_network {
    struct carvq_adaptor stored; // as a reader sees it
    uint64_t rows;               // V
    uint64_t nbytes;             // of all five tensors, from stored.table on
    // Sums over all values of the residual, and of it less gamma as it is stored: if l1_after is not below l1_before, leave
    // the adaptor out.
    double l1_before, l1_after;
    double square_before, square_after;
};

// Memory that carvq_adaptor_train() allocates, its result included; UINT64_MAX if it does not fit 64 bits.
uint64_t carvq_adaptor_working_bytes(uint64_t rows, uint32_t cols, const struct carvq_adaptor_options *options);

// Multiplications that carvq_adaptor_train() takes: nearly all in matrix products.
double carvq_adaptor_products(uint64_t rows, uint32_t cols, const struct carvq_adaptor_options *options);

// Trains the adaptor of residual, which is read 4 + power_passes + epochs times in blocks of whole rows, from several threads at
// once. A residual that is 0 everywhere gives a network that is 0 everywhere. *network_ret is one allocation: give it to free().
// Errors: CARVQ_ERROR_ARGUMENT; CARVQ_ERROR_FORMAT if a value is NaN or infinite, CARVQ_ERROR_MEMORY,
// CARVQ_ERROR_CANCELLED, and whatever residual->read() returns.
enum carvq_status carvq_adaptor_train(const struct carvq_matrix *residual, const struct carvq_adaptor_options *options,
                                      struct carvq_adaptor_network **network_ret, struct carvq_error *error);

// Subtracts columns col .. col + ncols - 1 of gamma, as it is stored, from the rows row .. row + nrows - 1 of block (nrows x
// ncols). layers: W0, b0, W1 and b1 of the network as floats; contracted and activations: room for nrows x m and nrows x H.
// The sums are the BLAS's, in no fixed order: the reference is src/runtime/adaptor.c.
void carvq_adaptor_subtract(const struct carvq_adaptor_network *network, const float *layers, uint64_t row, size_t nrows,
                            size_t col, size_t ncols, float *contracted, float *activations, float *block);

#endif
