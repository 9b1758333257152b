// SPDX-License-Identifier: MIT
// One pass over the matrix. Which chunk goes to which lane, and the order of every sum, follow from the shape alone.
#include <string.h>

#include "runtime/status.h"
#include "codec/adaptor/train.h"
#include "host/matrix.h"
#include "host/parallel.h"

// The next lanes, and what to do with their chunks.
struct lanes {
    struct carvq_adaptor_trainer *trainer;
    uint64_t first_row;
    size_t products;
    carvq_adaptor_chunk *add;
};

static void clear_lane(const struct carvq_adaptor_trainer *trainer, struct carvq_adaptor_lane *lane, size_t products)
{
    memset(lane->product, 0, products * trainer->matrix->cols * sizeof *lane->product);
    memset(lane->gram, 0, products * products * sizeof *lane->gram);
    lane->sums = (struct carvq_adaptor_sums){{0}};
}

static enum carvq_status take_lane(void *context, struct carvq_chunk *chunk, struct carvq_error *error)
{
    const struct lanes *lanes = context;
    struct carvq_adaptor_trainer *trainer = lanes->trainer;
    struct carvq_adaptor_workspace *workspace = &trainer->workspaces[chunk->thread];
    struct carvq_adaptor_lane *lane = &trainer->lanes[chunk->first];
    const struct carvq_matrix *matrix = trainer->matrix;
    const size_t n = matrix->cols;
    clear_lane(trainer, lane, lanes->products);
    for (size_t c = 0; c < trainer->lane_chunks; c++) {
        uint64_t row = lanes->first_row + (c * trainer->lane_count + chunk->first) * trainer->chunk_rows;
        if (row >= matrix->rows)
            break;
        size_t nrows = matrix->rows - row < trainer->chunk_rows ? (size_t)(matrix->rows - row) : trainer->chunk_rows;
        enum carvq_status status = matrix->read(matrix->context, row, nrows, 0, matrix->cols, workspace->residual, error);
        if (status != CARVQ_OK)
            return status;
        for (size_t i = 0; i < nrows * n; i++)
            workspace->residual[i] /= trainer->scale;
        lanes->add(trainer, workspace, lane, row, nrows);
    }
    return CARVQ_OK;
}

static void add_lane(struct carvq_adaptor_trainer *trainer, const struct carvq_adaptor_lane *lane, size_t products)
{
    const size_t size = products * trainer->matrix->cols, gram_size = products * products;
#pragma omp parallel for num_threads((int)trainer->threads)
    for (size_t i = 0; i < size; i++)
        trainer->product[i] += (double)lane->product[i];
    for (size_t i = 0; i < gram_size; i++)
        trainer->total_gram[i] += (double)lane->gram[i];
    for (size_t i = 0; i < sizeof trainer->sums.value / sizeof trainer->sums.value[0]; i++)
        trainer->sums.value[i] += lane->sums.value[i];
}

// The next lane_count x lane_chunks chunks.
static enum carvq_status take_chunks(struct carvq_adaptor_trainer *trainer, uint64_t first_row, size_t products,
                                     carvq_adaptor_chunk *add)
{
    struct lanes lanes = {trainer, first_row, products, add};
    const struct carvq_work work = {
        .items = trainer->lane_count,
        .chunk_items = 1,
        .threads = (unsigned)trainer->threads,
        .function = take_lane,
        .context = &lanes,
    };
    enum carvq_status status = carvq_parallel(&work, trainer->error);
    if (status != CARVQ_OK)
        return status;
    for (size_t lane = 0; lane < trainer->lane_count; lane++)
        add_lane(trainer, &trainer->lanes[lane], products);
    return CARVQ_OK;
}

enum carvq_status carvq_adaptor_pass(struct carvq_adaptor_trainer *trainer, const char *phase, size_t products,
                                     carvq_adaptor_chunk *add)
{
    const uint64_t rows = trainer->matrix->rows;
    const uint64_t step = (uint64_t)trainer->lane_count * trainer->lane_chunks * trainer->chunk_rows;
    struct carvq_adaptor_progress *progress = &trainer->progress;
    progress->phase = phase;
    progress->pass++;
    memset(trainer->product, 0, products * trainer->matrix->cols * sizeof *trainer->product);
    memset(trainer->total_gram, 0, products * products * sizeof *trainer->total_gram);
    trainer->sums = (struct carvq_adaptor_sums){{0}};
    for (uint64_t row = 0; row < rows; row += step) {
        enum carvq_status status = take_chunks(trainer, row, products, add);
        if (status != CARVQ_OK)
            return status;
        progress->done += rows - row < step ? rows - row : step;
        if (trainer->options->progress != NULL && trainer->options->progress(trainer->options->progress_context, progress) != 0)
            return carvq_matrix_fail(trainer->matrix, trainer->error, CARVQ_ERROR_CANCELLED, "cancelled");
    }
    return CARVQ_OK;
}

int carvq_adaptor_tick(void *context, const struct carvq_adaptor_progress *progress)
{
    struct carvq_ticker *ticker = context;
    ticker->state.loss = progress->loss;
    return carvq_tick(ticker, (uint64_t)((double)ticker->state.total * ((double)progress->done / (double)progress->total)));
}
