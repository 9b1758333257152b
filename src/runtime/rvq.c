// SPDX-License-Identifier: MIT
// Codec "rvq", scalar: this decoder is the specification that every other one is compared with.
//
// A row of C sub-vectors lies in one group or in a few. For each stretch of sub-vectors in one group, the codebooks of the
// group are widened to floats once, if that pays, and then each sub-vector is the sum of L centroids:
//
//     codes of a row    | field 0 | field 1 | ..        field s L + l: stage l of sub-vector s
//     books of a group  [L][K][h] floats
//
// Cost of a row with h = 8, K = 16, L = 3, n = 2048 (C = 256, one group): reads 384 bytes of codes and 768 bytes of
// codebooks, widens 384 values, does 256 x (3 loads of 8 floats, 2 additions of 8) and writes 8 KiB.
#include "half.h"
#include "table.h"

// Values of widened codebooks on the stack: 4 KiB.
#define MAX_BOOK_VALUES 1024

// The kappa-bit field number index of a row of codes. Reads only bytes in which the field lies.
static inline uint32_t read_field(const uint8_t *codes, uint64_t index, unsigned kappa)
{
    uint64_t bit = index * kappa;
    const uint8_t *byte = codes + (bit >> 3);
    unsigned shift = (unsigned)(bit & 7);
    if (kappa == 4)
        return (uint32_t)byte[0] >> shift & 15;
    uint32_t window = byte[0];
    if (shift + kappa > 8)
        window |= (uint32_t)byte[1] << 8;
    if (shift + kappa > 16)
        window |= (uint32_t)byte[2] << 16;
    return window >> shift & ((1U << kappa) - 1);
}

// values_ret = the sum of one centroid of each stage, in the order of the stages. For few stages all are summed in one
// loop over the values: that is what compilers turn into vector code, at -O2 too. The casts round every sum where the compiler
// computes floats in double (s390x).
static inline void sum_centroids(const float *const *centroids, unsigned stages, unsigned h, float *restrict values_ret)
{
    const float *a = centroids[0], *b = centroids[stages > 1 ? 1 : 0], *c = centroids[stages > 2 ? 2 : 0];
    const float *e = centroids[stages > 3 ? 3 : 0];
    if (stages == 2) {
        for (unsigned d = 0; d < h; d++)
            values_ret[d] = a[d] + b[d];
    } else if (stages == 3) {
        for (unsigned d = 0; d < h; d++)
            values_ret[d] = (float)(a[d] + b[d]) + c[d];
    } else if (stages == 4) {
        for (unsigned d = 0; d < h; d++)
            values_ret[d] = (float)((float)(a[d] + b[d]) + c[d]) + e[d];
    } else {
        for (unsigned d = 0; d < h; d++)
            values_ret[d] = a[d];
        for (unsigned stage = 1; stage < stages; stage++)
            for (unsigned d = 0; d < h; d++)
                values_ret[d] += centroids[stage][d];
    }
}

// Decodes count whole sub-vectors, the first of which is number first of the row, with widened codebooks. Everything but
// count and first is constant where this is called from a specialised decoder, so that the loops unroll.
static inline void decode_widened(const uint8_t *codes, uint64_t first, size_t count, const float *restrict books, unsigned h,
                                  unsigned kappa, unsigned stages, float *restrict values_ret)
{
    const float *centroids[CARVQ_MAX_STAGES];
    for (size_t i = 0; i < count; i++, values_ret += h) {
        for (unsigned stage = 0; stage < stages; stage++) {
            uint32_t code = read_field(codes, (first + i) * stages + stage, kappa);
            centroids[stage] = books + (((size_t)stage << kappa) + code) * h;
        }
        sum_centroids(centroids, stages, h, values_ret);
    }
}

// The first width values of one sub-vector, straight from the stored codebooks of its group.
static void decode_stored(const struct carvq_segment *segment, const uint8_t *codes, uint64_t subvector, const uint8_t *books,
                          unsigned width, float *values_ret)
{
    const struct carvq_segment_info *info = segment->info;
    for (unsigned stage = 0; stage < info->stages; stage++) {
        uint32_t code = read_field(codes, subvector * info->stages + stage, info->code_bits);
        const uint8_t *centroid = books + 2 * (((size_t)stage << info->code_bits) + code) * info->subvector;
        if (stage == 0)
            carvq_widen(info->value_dtype, centroid, width, values_ret);
        else
            carvq_add_scaled(info->value_dtype, centroid, 1.0f, width, values_ret);
    }
}

// Decodes the sub-vectors first .. first + count - 1 of a row, all of one group, of which end is the last column that is wanted,
// and one more.
static inline void decode_stretch(const struct carvq_segment *segment, const uint8_t *codes, uint64_t first, size_t count,
                                  uint64_t end, uint64_t group, unsigned h, unsigned kappa, unsigned stages, float *values_ret)
{
    const struct carvq_segment_info *info = segment->info;
    size_t book_values = (size_t)stages * h << kappa;
    const uint8_t *stored = segment->codebooks + 2 * group * book_values;
    size_t i = 0;
    // Widening costs as much as decoding K sub-vectors from the stored codebooks.
    if (book_values <= MAX_BOOK_VALUES && count >> kappa > 0) {
        float books[MAX_BOOK_VALUES];
        size_t whole = end / h - first < count ? (size_t)(end / h - first) : count;
        carvq_widen(info->value_dtype, stored, book_values, books);
        decode_widened(codes, first, whole, books, h, kappa, stages, values_ret);
        i = whole;
    }
    for (; i < count; i++) {
        uint64_t column = (first + i) * h;
        unsigned width = end - column < h ? (unsigned)(end - column) : h;
        decode_stored(segment, codes, first + i, stored, width, values_ret + i * h);
    }
}

static inline void decode_row(const struct carvq_segment *segment, uint64_t row, struct carvq_columns columns, unsigned h,
                              unsigned kappa, unsigned stages, float *values_ret)
{
    const struct carvq_segment_info *info = segment->info;
    const uint8_t *codes = segment->codes + row * segment->row_bits / 8;
    const uint64_t first = columns.first / h, end_column = columns.first + columns.count, end = (end_column + h - 1) / h;
    if (info->grouping == CARVQ_GROUP_COLUMNS) {
        uint64_t group = row / info->group * segment->row_subvectors;
        for (uint64_t s = first; s < end; s++)
            decode_stretch(segment, codes, s, 1, end_column, group + s, h, kappa, stages, values_ret + (s - first) * h);
        return;
    }
    uint64_t position = row * segment->row_subvectors; // of the row's first sub-vector in the table
    for (uint64_t s = first; s < end;) {
        uint64_t group = (position + s) / info->group;
        uint64_t left = (group + 1) * info->group - (position + s);
        size_t stretch = (size_t)(end - s < left ? end - s : left);
        decode_stretch(segment, codes, s, stretch, end_column, group, h, kappa, stages, values_ret + (s - first) * h);
        s += stretch;
    }
}

// The paper's shapes, h = 8, kappa = 4, L = 1 to 4, and any.
CARVQ_DECODE_ROWS(decode_h8k4l1, decode_row(segment, row, columns, 8, 4, 1, values_ret))
CARVQ_DECODE_ROWS(decode_h8k4l2, decode_row(segment, row, columns, 8, 4, 2, values_ret))
CARVQ_DECODE_ROWS(decode_h8k4l3, decode_row(segment, row, columns, 8, 4, 3, values_ret))
CARVQ_DECODE_ROWS(decode_h8k4l4, decode_row(segment, row, columns, 8, 4, 4, values_ret))
CARVQ_DECODE_ROWS(decode_any, decode_row(segment, row, columns, segment->info->subvector, segment->info->code_bits,
                                         segment->info->stages, values_ret))

const char *carvq_rvq_choose(struct carvq_segment *segment)
{
    static carvq_decode_rows *const decoders[] = {decode_h8k4l1, decode_h8k4l2, decode_h8k4l3, decode_h8k4l4};
    static const char *const names[] = {"scalar h8 kappa4 L1", "scalar h8 kappa4 L2", "scalar h8 kappa4 L3",
                                        "scalar h8 kappa4 L4"};
    const struct carvq_segment_info *info = segment->info;
    segment->row_subvectors = (info->cols - 1) / info->subvector + 1;
    segment->row_bits = info->code_bytes / info->rows * 8;
    segment->column_step = info->subvector;
    segment->decode_rows = decode_any;
    if (info->subvector != 8 || info->code_bits != 4 || info->stages > 4)
        return "scalar";
    segment->decode_rows = decoders[info->stages - 1];
    return names[info->stages - 1];
}
