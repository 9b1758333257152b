// SPDX-License-Identifier: MIT
// The nearest rows of a sample of rows, found among all rows: cosines come from the BLAS, a tile at a time.
#include "eval/neighbours.h"

#include <cblas.h>
#include <math.h>
#include <omp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/status.h"

// Products are taken in tiles of this size.
enum { TILE_SAMPLES = 64, TILE_ROWS = 512 };

struct carvq_neighbours {
    size_t rows, cols, nearest_count; // neighbours of a row
    unsigned threads;
    size_t count;      // rows in the sample, band by band
    uint32_t *samples; // [count]
    uint32_t *nearest; // [count][nearest_count]
    struct carvq_neighbour_band bands[CARVQ_NEIGHBOUR_BANDS];
};

// The best rows so far of one of the samples, best first.
struct list {
    size_t count;
    uint32_t rows[CARVQ_NEIGHBOURS];
    float cosines[CARVQ_NEIGHBOURS];
};

static double norm(const float *row, size_t cols)
{
    double sum = 0;
    for (size_t c = 0; c < cols; c++)
        sum += (double)row[c] * (double)row[c];
    return sqrt(sum);
}

static size_t band_of(const struct carvq_neighbour_band *bands, uint64_t count)
{
    size_t band = 0;
    while (count > bands[band].max_count)
        band++;
    return band;
}

static void begin_bands(struct carvq_neighbour_band *bands)
{
    uint64_t limit = 1;
    for (size_t i = 0; i < CARVQ_NEIGHBOUR_BANDS; i++) {
        bands[i].min_count = i > 0 ? limit : 0;
        limit *= i > 0 ? 10 : 1;
        bands[i].max_count = i + 1 < CARVQ_NEIGHBOUR_BANDS ? limit - 1 : UINT64_MAX;
    }
}

// Spreads the sample of each band evenly over its rows. inverse[rows]: 1 / norm, or 0.
static enum carvq_status choose(struct carvq_neighbours *neighbours, const double *inverse, const uint64_t *counts,
                                struct carvq_error *error)
{
    struct carvq_neighbour_band *bands = neighbours->bands;
    uint64_t seen[CARVQ_NEIGHBOUR_BANDS] = {0};
    size_t next[CARVQ_NEIGHBOUR_BANDS];
    begin_bands(bands);
    for (size_t row = 0; row < neighbours->rows; row++)
        bands[band_of(bands, counts != NULL ? counts[row] : 0)].rows += inverse[row] > 0;
    for (size_t i = 0; i < CARVQ_NEIGHBOUR_BANDS; i++) {
        bands[i].sampled = bands[i].rows < CARVQ_NEIGHBOUR_SAMPLE ? bands[i].rows : CARVQ_NEIGHBOUR_SAMPLE;
        next[i] = neighbours->count;
        neighbours->count += (size_t)bands[i].sampled;
    }
    neighbours->samples = calloc(neighbours->count + 1, sizeof *neighbours->samples);
    neighbours->nearest = calloc((neighbours->count + 1) * CARVQ_NEIGHBOURS, sizeof *neighbours->nearest);
    if (neighbours->samples == NULL || neighbours->nearest == NULL)
        return carvq_fail(error, CARVQ_ERROR_MEMORY, "out of memory for the neighbours of %zu rows", neighbours->count);
    for (size_t row = 0; row < neighbours->rows; row++) {
        const size_t band = band_of(bands, counts != NULL ? counts[row] : 0);
        if (inverse[row] > 0 && seen[band]++ * bands[band].sampled % bands[band].rows < bands[band].sampled)
            neighbours->samples[next[band]++] = (uint32_t)row;
    }
    return CARVQ_OK;
}

// Of equal rows the first.
static void take(struct list *list, size_t max, uint32_t row, float cosine)
{
    if (list->count == max && !(cosine > list->cosines[max - 1]))
        return;
    size_t place = list->count < max ? list->count++ : max - 1;
    for (; place > 0 && cosine > list->cosines[place - 1]; place--) {
        list->cosines[place] = list->cosines[place - 1];
        list->rows[place] = list->rows[place - 1];
    }
    list->cosines[place] = cosine;
    list->rows[place] = row;
}

// A row of length 1, or of 0: products of rows as they are may be too large for a float, or too small.
static void normalize(const float *row, size_t cols, double inverse, float *unit_ret)
{
    for (size_t c = 0; c < cols; c++)
        unit_ret[c] = (float)(row[c] * inverse);
}

// Values of the scratch memory of search().
static size_t scratch_values(size_t cols)
{
    return (TILE_SAMPLES + TILE_ROWS) * cols + TILE_SAMPLES * TILE_ROWS;
}

// Fills the lists of count samples from first on.
static void search(const struct carvq_neighbours *neighbours, const float *table, const double *inverse, size_t first,
                   size_t count, struct list *lists, float *scratch)
{
    const size_t cols = neighbours->cols;
    float *samples = scratch, *others = samples + TILE_SAMPLES * cols, *products = others + TILE_ROWS * cols;
    for (size_t i = 0; i < count; i++) {
        const size_t row = neighbours->samples[first + i];
        lists[i].count = 0;
        normalize(table + row * cols, cols, inverse[row], samples + i * cols);
    }
    for (size_t row = 0; row < neighbours->rows; row += TILE_ROWS) {
        const size_t rows = neighbours->rows - row < TILE_ROWS ? neighbours->rows - row : TILE_ROWS;
        for (size_t k = 0; k < rows; k++)
            normalize(table + (row + k) * cols, cols, inverse[row + k], others + k * cols);
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)count, (int)rows, (int)cols, 1, samples, (int)cols, others,
                    (int)cols, 0, products, TILE_ROWS);
        for (size_t i = 0; i < count; i++)
            for (size_t k = 0; k < rows; k++)
                if (row + k != neighbours->samples[first + i])
                    take(&lists[i], neighbours->nearest_count, (uint32_t)(row + k), products[i * TILE_ROWS + k]);
    }
}

static double *inverse_norms(const struct carvq_neighbours *neighbours, const float *table)
{
    double *inverse = calloc(neighbours->rows, sizeof *inverse);
#pragma omp parallel for num_threads((int)neighbours->threads) schedule(static) if (inverse != NULL)
    for (size_t row = 0; row < neighbours->rows; row++) {
        const double length = inverse != NULL ? norm(table + row * neighbours->cols, neighbours->cols) : 0;
        if (length > 0)
            inverse[row] = 1 / length;
    }
    return inverse;
}

// The nearest rows of every sample: nearest_ret[count][nearest_count].
static enum carvq_status find_all(const struct carvq_neighbours *neighbours, const float *table, const double *inverse,
                                  uint32_t *nearest_ret, struct carvq_error *error)
{
    const size_t values = scratch_values(neighbours->cols);
    float *scratch = malloc(neighbours->threads * values * sizeof *scratch);
    if (scratch == NULL)
        return carvq_fail(error, CARVQ_ERROR_MEMORY, "out of memory for the neighbours of %zu rows", neighbours->count);
#pragma omp parallel for num_threads((int)neighbours->threads) schedule(dynamic)
    for (size_t first = 0; first < neighbours->count; first += TILE_SAMPLES) {
        struct list lists[TILE_SAMPLES];
        const size_t count = neighbours->count - first < TILE_SAMPLES ? neighbours->count - first : TILE_SAMPLES;
        search(neighbours, table, inverse, first, count, lists, scratch + (size_t)omp_get_thread_num() * values);
        for (size_t i = 0; i < count; i++)
            memcpy(nearest_ret + (first + i) * neighbours->nearest_count, lists[i].rows,
                   neighbours->nearest_count * sizeof *nearest_ret);
    }
    free(scratch);
    return CARVQ_OK;
}

enum carvq_status carvq_neighbours_open(const float *table, size_t rows, size_t cols, const uint64_t *counts, unsigned threads,
                                        struct carvq_neighbours **neighbours_ret, struct carvq_error *error)
{
    enum carvq_status status = CARVQ_ERROR_MEMORY;
    double *inverse = NULL;
    struct carvq_neighbours *neighbours = calloc(1, sizeof *neighbours);
    if (neighbours != NULL) {
        *neighbours = (struct carvq_neighbours){.rows = rows, .cols = cols};
        neighbours->threads = threads > 0 ? threads : (unsigned)omp_get_num_procs();
        neighbours->nearest_count = rows > CARVQ_NEIGHBOURS ? CARVQ_NEIGHBOURS : rows - 1;
        inverse = inverse_norms(neighbours, table);
    }
    if (inverse == NULL)
        carvq_fail(error, status, "out of memory for the neighbours of %zu rows", rows);
    else
        status = choose(neighbours, inverse, counts, error);
    if (status == CARVQ_OK)
        status = find_all(neighbours, table, inverse, neighbours->nearest, error);
    free(inverse);
    if (status == CARVQ_OK)
        *neighbours_ret = neighbours;
    else
        carvq_neighbours_close(neighbours);
    return status;
}

void carvq_neighbours_close(struct carvq_neighbours *neighbours)
{
    if (neighbours == NULL)
        return;
    free(neighbours->samples);
    free(neighbours->nearest);
    free(neighbours);
}

static size_t common(const uint32_t *a, const uint32_t *b, size_t count)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < count; k++)
            found += a[i] == b[k];
    return found;
}

static void add_up(const struct carvq_neighbours *neighbours, const uint32_t *nearest, struct carvq_neighbours_result *result)
{
    const size_t width = neighbours->nearest_count;
    size_t sample = 0;
    double sum = 0, rows = 0;
    for (size_t i = 0; i < CARVQ_NEIGHBOUR_BANDS; i++) {
        struct carvq_neighbour_band *band = &result->bands[i];
        size_t found = 0;
        for (size_t k = 0; k < band->sampled; k++, sample++)
            found += common(neighbours->nearest + sample * width, nearest + sample * width, width);
        band->recall = NAN;
        if (band->sampled == 0 || width == 0)
            continue;
        band->recall = (double)found / ((double)band->sampled * (double)width);
        sum += band->recall * (double)band->rows;
        rows += (double)band->rows;
    }
    result->recall = rows > 0 ? sum / rows : NAN;
}

enum carvq_status carvq_neighbours_recall(const struct carvq_neighbours *neighbours, const float *changed,
                                          struct carvq_neighbours_result *result_ret, struct carvq_error *error)
{
    enum carvq_status status = CARVQ_ERROR_MEMORY;
    double *inverse = inverse_norms(neighbours, changed);
    uint32_t *nearest = calloc((neighbours->count + 1) * CARVQ_NEIGHBOURS, sizeof *nearest);
    if (inverse == NULL || nearest == NULL)
        carvq_fail(error, status, "out of memory for the neighbours of %zu rows", neighbours->count);
    else
        status = find_all(neighbours, changed, inverse, nearest, error);
    if (status == CARVQ_OK) {
        *result_ret = (struct carvq_neighbours_result){.recall = 0};
        memcpy(result_ret->bands, neighbours->bands, sizeof result_ret->bands);
        add_up(neighbours, nearest, result_ret);
    }
    free(inverse);
    free(nearest);
    return status;
}
