// SPDX-License-Identifier: MIT
// The face of the adaptor: widths, sizes, and the order of the training.
#include "codec/adaptor/adaptor.h"

#include <inttypes.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "codec/adaptor/train.h"
#include "host/matrix.h"
#include "runtime/size.h"

#define COLS_PER_DIM 128
#define MAX_DIM 65536 // of the file format

enum {
    MAX_CHUNK_ROWS = 256, // enough for the BLAS to run at full speed
    CHUNK_VALUES = 1 << 19,
    LANE_BYTES = 1 << 26, // for all lanes together, unless they are fewer than MIN_LANES
    MIN_LANES = 8,
    MAX_LANES = 32,
    LANE_CHUNKS = 8,
    SPARE_VECTORS = 8, // of the range finder, beyond m
};

// 16-bit values that 0.1554 bit per parameter can hold. V n is at most 2^56: the products are taken apart, so as to fit.
static uint64_t budget_values(uint64_t rows, uint32_t cols)
{
    const uint64_t bits = 1554, of = 10000 * 16;
    uint64_t parameters = rows * cols;
    return parameters / of * bits + parameters % of * bits / of;
}

// The largest H within the budget, biases counted: V m + (m + 1 + n) H + n values.
static uint32_t largest_hidden(uint64_t rows, uint32_t cols, uint32_t dim)
{
    uint64_t left = budget_values(rows, cols), fixed = rows * dim + cols;
    uint64_t hidden = left < fixed ? 0 : (left - fixed) / ((uint64_t)dim + 1 + cols);
    uint64_t most = (uint64_t)CARVQ_ADAPTOR_MAX_UNITS * dim;
    return (uint32_t)(hidden < most ? hidden : most);
}

struct carvq_adaptor_widths carvq_adaptor_widths(uint64_t rows, uint32_t cols, uint32_t dim, uint32_t hidden)
{
    struct carvq_adaptor_widths widths = {dim, hidden};
    if (dim == 0) {
        widths.dim = cols / COLS_PER_DIM;
        if (widths.dim > MAX_DIM)
            widths.dim = MAX_DIM;
        while (widths.dim > 1 && (hidden != 0 ? hidden : largest_hidden(rows, cols, widths.dim)) < widths.dim)
            widths.dim--;
        if (widths.dim == 0)
            widths.dim = 1;
    }
    if (hidden == 0) {
        widths.hidden = largest_hidden(rows, cols, widths.dim);
        if (widths.hidden < dim)
            widths.hidden = dim;
    }
    if (widths.hidden == 0)
        widths.dim = 0;
    return widths;
}

uint64_t carvq_adaptor_bytes(uint64_t rows, uint32_t cols, struct carvq_adaptor_widths widths)
{
    if (widths.dim == 0)
        return 0;
    uint64_t table, network, values, nbytes;
    bool fits = carvq_mul_u64(rows, widths.dim, &table) &&
                carvq_mul_u64((uint64_t)widths.dim + 1 + cols, widths.hidden, &network) &&
                carvq_add_u64(table, network, &values) && carvq_add_u64(values, cols, &values) &&
                carvq_mul_u64(values, 2, &nbytes);
    return fits ? nbytes : UINT64_MAX;
}

void carvq_adaptor_defaults(uint64_t rows, uint32_t cols, struct carvq_adaptor_options *options_ret)
{
    *options_ret = (struct carvq_adaptor_options){
        .widths = carvq_adaptor_widths(rows, cols, 0, 0),
        .dtype = CARVQ_BF16,
        .epochs = 15,
        .power_passes = 3,
    };
}

static uint64_t clamp(uint64_t value, uint64_t least, uint64_t most)
{
    return value < least ? least : value > most ? most : value;
}

// Sizes that follow from the shape.
static void set_sizes(struct carvq_adaptor_trainer *trainer, uint32_t cols, const struct carvq_adaptor_options *options)
{
    const uint64_t m = options->widths.dim, nodes = m + options->widths.hidden;
    trainer->threads = options->threads > 0 ? options->threads : (size_t)omp_get_num_procs();
    trainer->chunk_rows = (size_t)clamp(CHUNK_VALUES / cols, 4, MAX_CHUNK_ROWS);
    trainer->vectors = (size_t)clamp(m + SPARE_VECTORS, 1, cols);
    trainer->product_max = (size_t)clamp(nodes, trainer->vectors, UINT64_MAX);
    uint64_t lane = (trainer->product_max * cols + (uint64_t)trainer->product_max * trainer->product_max) * sizeof(float);
    trainer->lane_count = (size_t)clamp(LANE_BYTES / lane, MIN_LANES, MAX_LANES);
    trainer->lane_chunks = LANE_CHUNKS;
    if (trainer->threads > trainer->lane_count)
        trainer->threads = trainer->lane_count;
    trainer->curves = (struct carvq_curves){.dim = (size_t)m, .cols = cols, .count = (size_t)nodes};
}

static void place_workspace(struct carvq_adaptor_trainer *trainer, struct carvq_arena *arena,
                            struct carvq_adaptor_workspace *workspace)
{
    const uint64_t rows = trainer->chunk_rows, m = trainer->curves.dim;
    workspace->residual = carvq_arena_take(arena, rows * trainer->curves.cols, sizeof(float));
    workspace->error = carvq_arena_take(arena, rows * trainer->curves.cols, sizeof(float));
    workspace->weights = carvq_arena_take(arena, rows * trainer->product_max, sizeof(float));
    workspace->weighted = carvq_arena_take(arena, rows * trainer->product_max, sizeof(float));
    workspace->dots = carvq_arena_take(arena, rows * trainer->product_max, sizeof(float));
    workspace->positions = carvq_arena_take(arena, rows * m, sizeof(float));
    workspace->row_error = carvq_arena_take(arena, rows, sizeof(float));
    workspace->scratch = carvq_arena_take(arena, trainer->product_max, sizeof(float));
    workspace->matrix = carvq_arena_take(arena, m * (m + 1), sizeof(double));
}

// Hands out the arena's memory, or measures it; the sizes must be set.
static void place_trainer(struct carvq_adaptor_trainer *trainer, uint64_t rows, struct carvq_arena *arena)
{
    struct carvq_curves *curves = &trainer->curves;
    const uint64_t products = trainer->product_max, n = curves->cols, m = curves->dim;
    struct carvq_adaptor_lane lane;
    struct carvq_adaptor_workspace workspace;
    trainer->positions = carvq_arena_take(arena, rows * m, sizeof(float));
    curves->first = carvq_arena_take(arena, m + 1, sizeof(size_t));
    curves->nodes = carvq_arena_take(arena, curves->count * n, sizeof(float));
    trainer->gram = carvq_arena_take(arena, (uint64_t)curves->count * curves->count, sizeof(float));
    trainer->mean = carvq_arena_take(arena, n, sizeof(float));
    trainer->basis = carvq_arena_take(arena, trainer->vectors * n, sizeof(float));
    trainer->eigenvectors = carvq_arena_take(arena, (uint64_t)trainer->vectors * trainer->vectors, sizeof(double));
    trainer->layers = carvq_arena_take(arena, (m + 1 + n) * (curves->count - m) + n, sizeof(float));
    trainer->product = carvq_arena_take(arena, products * n, sizeof(double));
    trainer->total_gram = carvq_arena_take(arena, products * products, sizeof(double));
    trainer->lanes = carvq_arena_take(arena, trainer->lane_count, sizeof lane);
    trainer->workspaces = carvq_arena_take(arena, trainer->threads, sizeof workspace);
    for (size_t i = 0; i < trainer->lane_count; i++) {
        lane.product = carvq_arena_take(arena, products * n, sizeof(float));
        lane.gram = carvq_arena_take(arena, products * products, sizeof(float));
        if (arena->memory != NULL)
            trainer->lanes[i] = lane;
    }
    for (size_t i = 0; i < trainer->threads; i++) {
        place_workspace(trainer, arena, &workspace);
        if (arena->memory != NULL)
            trainer->workspaces[i] = workspace;
    }
}

uint64_t carvq_adaptor_working_bytes(uint64_t rows, uint32_t cols, const struct carvq_adaptor_options *options)
{
    struct carvq_adaptor_trainer trainer = {0};
    struct carvq_arena arena = {0};
    set_sizes(&trainer, cols, options);
    place_trainer(&trainer, rows, &arena);
    uint64_t network = carvq_adaptor_bytes(rows, cols, options->widths), total;
    bool fits = carvq_add_u64(arena.used, network, &total) &&
                carvq_add_u64(total, CARVQ_ARENA_ALIGNMENT + sizeof(struct carvq_adaptor_network), &total);
    return fits ? total : UINT64_MAX;
}

enum carvq_status carvq_adaptor_check(const struct carvq_matrix *matrix, const struct carvq_adaptor_options *options,
                                      struct carvq_error *error)
{
    const struct carvq_adaptor_widths widths = options->widths;
    if (matrix->rows < 1 || matrix->rows > (uint64_t)1 << 32 || matrix->cols < 1 || matrix->cols > 1 << 24)
        return carvq_matrix_fail(matrix, error, CARVQ_ERROR_ARGUMENT, "a table has 1 to 2^32 rows and 1 to 2^24 columns");
    if (widths.dim < 1 || widths.dim > 65536)
        return carvq_matrix_fail(matrix, error, CARVQ_ERROR_ARGUMENT, "the adaptor's dim is %" PRIu32 ", but must be 1 to 65536",
                                 widths.dim);
    uint64_t most = clamp((uint64_t)CARVQ_ADAPTOR_MAX_UNITS * widths.dim, 1, 1 << 24);
    if (widths.hidden < 1 || widths.hidden > most)
        return carvq_matrix_fail(matrix, error, CARVQ_ERROR_ARGUMENT,
                                 "the adaptor has %" PRIu32 " hidden units, but with dim %" PRIu32 " it must have 1 to %" PRIu64,
                                 widths.hidden, widths.dim, most);
    if (options->epochs < 1 || options->epochs > CARVQ_ADAPTOR_MAX_EPOCHS)
        return carvq_matrix_fail(matrix, error, CARVQ_ERROR_ARGUMENT, "the adaptor's epochs are %" PRIu32 ", but must be 1 to %d",
                                 options->epochs, CARVQ_ADAPTOR_MAX_EPOCHS);
    if (options->dtype != CARVQ_BF16 && options->dtype != CARVQ_F16)
        return carvq_matrix_fail(matrix, error, CARVQ_ERROR_ARGUMENT, "the adaptor's values must be BF16 or F16");
    return CARVQ_OK;
}

double carvq_adaptor_products(uint64_t rows, uint32_t cols, const struct carvq_adaptor_options *options)
{
    // A chunk of the matrix is multiplied with the basis twice when starting, and with the nodes three times when placing
    // (scalar products, errors, gradient), four times when refining (the errors before and after).
    struct carvq_adaptor_trainer trainer = {0};
    set_sizes(&trainer, cols, options);
    const uint32_t refining = carvq_adaptor_refining(options->epochs);
    double start = 2 * (options->power_passes + 1.0) * (double)trainer.vectors;
    double fit = (3.0 * (options->epochs - refining) + 4.0 * refining) * (double)trainer.curves.count;
    return (double)rows * cols * (start + fit + options->widths.hidden);
}

static enum carvq_status make_network(const struct carvq_matrix *matrix, const struct carvq_adaptor_options *options,
                                      struct carvq_adaptor_network **network_ret, struct carvq_error *error)
{
    const uint64_t m = options->widths.dim, hidden = options->widths.hidden;
    uint64_t nbytes = carvq_adaptor_bytes(matrix->rows, matrix->cols, options->widths), total;
    struct carvq_adaptor_network *network = NULL;
    if (carvq_add_u64(nbytes, sizeof *network, &total) && total <= SIZE_MAX)
        network = malloc((size_t)total);
    if (network == NULL)
        return carvq_matrix_fail(matrix, error, CARVQ_ERROR_MEMORY, "no memory for %" PRIu64 " bytes of adaptor", nbytes);
    struct carvq_adaptor stored = {.dim = options->widths.dim,
                                   .hidden = options->widths.hidden,
                                   .cols = matrix->cols,
                                   .dtype = options->dtype,
                                   .table = (const uint8_t *)(network + 1)};
    stored.weight_0 = stored.table + 2 * matrix->rows * m;
    stored.bias_0 = stored.weight_0 + 2 * m * hidden;
    stored.weight_1 = stored.bias_0 + 2 * hidden;
    stored.bias_1 = stored.weight_1 + 2 * hidden * matrix->cols;
    *network = (struct carvq_adaptor_network){.stored = stored, .rows = matrix->rows, .nbytes = nbytes};
    *network_ret = network;
    return CARVQ_OK;
}

static enum carvq_status train(struct carvq_adaptor_trainer *trainer, struct carvq_adaptor_network *network)
{
    const struct carvq_adaptor_options *options = trainer->options;
    trainer->progress.passes = 4 + options->power_passes + options->epochs;
    trainer->progress.total = trainer->progress.passes * trainer->matrix->rows;
    enum carvq_status status = carvq_adaptor_fit(trainer);
    return status == CARVQ_OK ? carvq_adaptor_store(trainer, network) : status;
}

enum carvq_status carvq_adaptor_train(const struct carvq_matrix *residual, const struct carvq_adaptor_options *options,
                                      struct carvq_adaptor_network **network_ret, struct carvq_error *error)
{
    enum carvq_status status = carvq_adaptor_check(residual, options, error);
    struct carvq_adaptor_network *network = NULL;
    if (status == CARVQ_OK)
        status = make_network(residual, options, &network, error);
    if (status != CARVQ_OK)
        return status;
    struct carvq_adaptor_trainer trainer = {.matrix = residual, .options = options, .error = error};
    struct carvq_arena arena = {0};
    set_sizes(&trainer, residual->cols, options);
    place_trainer(&trainer, residual->rows, &arena);
    uint64_t nbytes = arena.used;
    void *memory = nbytes <= SIZE_MAX ? aligned_alloc(CARVQ_ARENA_ALIGNMENT, (size_t)nbytes) : NULL;
    if (memory == NULL) {
        status = carvq_matrix_fail(residual, error, CARVQ_ERROR_MEMORY, "no memory for %" PRIu64 " bytes to train the adaptor",
                                   nbytes);
    } else {
        arena = (struct carvq_arena){.memory = memory};
        place_trainer(&trainer, residual->rows, &arena);
        status = train(&trainer, network);
    }
    free(memory);
    if (status == CARVQ_OK)
        *network_ret = network;
    else
        free(network);
    return status;
}
