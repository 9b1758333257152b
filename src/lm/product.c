// SPDX-License-Identifier: MIT
// Products with the weights, which are converted to floats a block of rows at a time.
#include "lm/product.h"

#include <cblas.h>

#include "runtime/half.h"

#define BLOCK_VALUES ((size_t)4 << 20) // 16 MiB of floats
#define TILE_ROWS 512                  // of the matrix
#define CHUNK_ROWS 16                  // converted by one thread at a time
#define WORD_ROWS 8                    // that packed matrices hold in a word: blocks and chunks begin with one

size_t carvq_lm_block_rows(size_t cols)
{
    size_t rows = BLOCK_VALUES / cols;
    const size_t unit = rows > TILE_ROWS ? TILE_ROWS : WORD_ROWS;
    return rows > unit ? rows - rows % unit : unit;
}

size_t carvq_lm_block_values(size_t cols)
{
    return carvq_lm_block_rows(cols) * cols;
}

// The values as floats where they lie, if they can be used there.
static const float *in_place(const struct carvq_lm_matrix *matrix)
{
    const uint16_t one = 1;
    bool little_endian = carvq_load_u16((const uint8_t *)&one) == one;
    bool aligned = (uintptr_t)matrix->data % _Alignof(float) == 0;
    bool plain = matrix->data != NULL && matrix->run == 0 && matrix->stored_rows == 0;
    return plain && matrix->type == CARVQ_TENSOR_F32 && aligned && little_endian ? (const float *)(const void *)matrix->data
                                                                                 : NULL;
}

// Rows of a matrix that is stored transposed, first .. first + count - 1, at most CHUNK_ROWS.
static void read_transposed(const struct carvq_lm_matrix *matrix, size_t first, size_t count, float *rows_ret)
{
    float values[CHUNK_ROWS];
    for (size_t col = 0; col < matrix->cols; col++) {
        const uint8_t *data = matrix->data + carvq_tensor_bytes(matrix->type, col * matrix->stored_rows + first);
        carvq_tensor_widen(matrix->type, data, count, values);
        for (size_t i = 0; i < count; i++)
            rows_ret[i * matrix->cols + col] = values[i];
    }
}

// One thread's share of the rows: ids, or if that is NULL those from first on.
static enum carvq_status read_chunk(const struct carvq_lm_matrix *matrix, const struct carvq_lm_rows *others, const uint32_t *ids,
                                    size_t first, size_t count, float *rows_ret, struct carvq_error *error)
{
    uint32_t chunk[CHUNK_ROWS];
    for (size_t i = 0; i < count; i++)
        chunk[i] = ids != NULL ? ids[first + i] : (uint32_t)(first + i);
    if (others != NULL)
        return others->read(others, chunk, count, rows_ret, error);
    if (matrix->data == NULL) {
        carvq_lm_unpack(&matrix->packed, matrix->rows, matrix->cols, first, count, rows_ret);
        return CARVQ_OK;
    }
    if (matrix->stored_rows > 0) {
        read_transposed(matrix, first, count, rows_ret);
        return CARVQ_OK;
    }
    const size_t row_bytes = (size_t)carvq_tensor_bytes(matrix->type, matrix->cols);
    for (size_t i = 0; i < count; i++) {
        const size_t row = matrix->run > 0 ? chunk[i] / matrix->run * matrix->step + chunk[i] % matrix->run : chunk[i];
        carvq_tensor_widen(matrix->type, matrix->data + row * row_bytes, matrix->cols, rows_ret + i * matrix->cols);
    }
    return CARVQ_OK;
}

static enum carvq_status read_rows(const struct carvq_lm_matrix *matrix, const struct carvq_lm_rows *others, const uint32_t *ids,
                                   size_t first, size_t count, float *rows_ret, unsigned threads, struct carvq_error *error)
{
    bool failed = false;
#pragma omp parallel for num_threads((int)threads) schedule(dynamic) reduction(|| : failed)
    for (size_t done = 0; done < count; done += CHUNK_ROWS) {
        size_t share = count - done < CHUNK_ROWS ? count - done : CHUNK_ROWS;
        failed = read_chunk(matrix, others, ids, first + done, share, rows_ret + done * matrix->cols, NULL) != CARVQ_OK || failed;
    }
    // What failed once fails again; this finds the first failure, whichever thread met which.
    enum carvq_status status = CARVQ_OK;
    for (size_t done = 0; failed && status == CARVQ_OK && done < count; done += CHUNK_ROWS) {
        size_t share = count - done < CHUNK_ROWS ? count - done : CHUNK_ROWS;
        status = read_chunk(matrix, others, ids, first + done, share, rows_ret + done * matrix->cols, error);
    }
    return status;
}

enum carvq_status carvq_lm_gather(const struct carvq_lm_matrix *matrix, const struct carvq_lm_rows *others, const uint32_t *ids,
                                  size_t count, float *rows_ret, unsigned threads, struct carvq_error *error)
{
    return read_rows(matrix, others, ids, 0, count, rows_ret, threads, error);
}

enum carvq_status carvq_lm_block(const struct carvq_lm_matrix *matrix, const struct carvq_lm_rows *others, size_t first,
                                 size_t count, float *buffer, unsigned threads, const float **rows_ret, struct carvq_error *error)
{
    const float *values = others == NULL ? in_place(matrix) : NULL;
    *rows_ret = values != NULL ? values + first * matrix->cols : buffer;
    return values != NULL ? CARVQ_OK : read_rows(matrix, others, NULL, first, count, buffer, threads, error);
}

// Vectors and results, strided, as one argument.
struct vectors {
    const float *x;
    size_t x_stride;
    const struct carvq_lm_tile *tiles;
    size_t tile_count;
    float *y;
    size_t y_stride;
};

// y = W x (+ y) for the nrows rows of W at rows, whose results begin at y[0].
static void multiply(const float *rows, size_t nrows, size_t cols, const struct vectors *vectors, bool add, unsigned threads)
{
#pragma omp parallel for collapse(2) num_threads((int)threads) schedule(dynamic)
    for (size_t row = 0; row < nrows; row += TILE_ROWS)
        for (size_t i = 0; i < vectors->tile_count; i++) {
            const struct carvq_lm_tile tile = vectors->tiles[i];
            const size_t height = nrows - row < TILE_ROWS ? nrows - row : TILE_ROWS;
            cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)tile.count, (int)height, (int)cols, 1,
                        vectors->x + tile.first * vectors->x_stride, (int)vectors->x_stride, rows + row * cols, (int)cols,
                        add ? 1 : 0, vectors->y + tile.first * vectors->y_stride + row, (int)vectors->y_stride);
        }
}

static void add_bias(const float *bias, size_t rows, const struct vectors *vectors, unsigned threads)
{
#pragma omp parallel for num_threads((int)threads) schedule(static)
    for (size_t i = 0; i < vectors->tile_count; i++)
        for (size_t vector = 0; vector < vectors->tiles[i].count; vector++)
            for (size_t row = 0; row < rows; row++)
                vectors->y[(vectors->tiles[i].first + vector) * vectors->y_stride + row] += bias[row];
}

void carvq_lm_apply(const struct carvq_lm_linear *linear, const float *x, size_t x_stride, const struct carvq_lm_tile *tiles,
                    size_t tile_count, bool add, float *y, size_t y_stride, float *buffer, unsigned threads)
{
    struct vectors vectors = {x, x_stride, tiles, tile_count, y, y_stride};
    for (size_t part = 0; part < linear->count; part++) {
        const struct carvq_lm_matrix *matrix = &linear->parts[part];
        const size_t block = carvq_lm_block_rows(matrix->cols);
        for (size_t first = 0; first < matrix->rows; first += block) {
            size_t nrows = matrix->rows - first < block ? matrix->rows - first : block;
            const float *rows;
            carvq_lm_block(matrix, NULL, first, nrows, buffer, threads, &rows, NULL); // cannot fail without others
            multiply(rows, nrows, matrix->cols, &vectors, add, threads);
            vectors.y += nrows;
        }
    }
    if (linear->bias != NULL) {
        size_t rows = (size_t)(vectors.y - y);
        vectors.y = y;
        add_bias(linear->bias, rows, &vectors, threads);
    }
}
