// SPDX-License-Identifier: MIT
//
// carvq.h - read compressed lookup tables of language models.
//
// A table is a matrix of V rows (the vocabulary) and n columns (the embedding dimension). A compressed file holds one
// or more tables; a lookup turns row numbers (token ids) into rows of n floats. This header is all that a device
// needs. The library behind it depends on libc alone, starts no threads, prints nothing, and allocates memory only in
// carvq_open() and carvq_open_memory().
//
//     struct carvq_error error;
//     struct carvq_file *file;
//     if (carvq_open("model.carvq.safetensors", &file, &error) != CARVQ_OK)
//         die(error.message);
//     const struct carvq_table *table = carvq_find(file, NULL); // or the name of a tensor
//     if (table == NULL)
//         die("not one table");
//     float *rows = malloc(2 * carvq_info(table)->cols * sizeof *rows);
//     const uint32_t ids[2] = { 17, 4711 };
//     if (carvq_lookup(table, ids, 2, rows, carvq_info(table)->cols, &error) != CARVQ_OK)
//         die(error.message);
//     carvq_close(file);
//
// The file format is described byte by byte in doc/format.md; the method is that of arXiv 2510.12721 (CARVQ).

#ifndef CARVQ_H
#define CARVQ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// What the shared library exports.
#ifndef CARVQ_API
#if defined(__GNUC__) && !defined(_WIN32)
#define CARVQ_API __attribute__((visibility("default")))
#else
#define CARVQ_API
#endif
#endif

#define CARVQ_VERSION_MAJOR 0
#define CARVQ_VERSION_MINOR 1
#define CARVQ_VERSION_PATCH 0
#define CARVQ_VERSION_STRING "0.1.0"

// The version of the library that is linked, which may differ from the header's. A static string.
CARVQ_API const char *carvq_version(void);

// What went wrong. CARVQ_OK is 0 and means that nothing did; values are stable, new ones are added at the end.
enum carvq_status {
    CARVQ_OK = 0,
    CARVQ_ERROR_IO = 1,          // the operating system refused: cannot open, read, map or write
    CARVQ_ERROR_FORMAT = 2,      // a file is damaged or is not what it should be
    CARVQ_ERROR_UNSUPPORTED = 3, // a file is sound, but this version of the library cannot read it
    CARVQ_ERROR_NOT_FOUND = 4,   // no such table or tensor
    CARVQ_ERROR_RANGE = 5,       // a row number is not below the number of rows
    CARVQ_ERROR_ARGUMENT = 6,    // the caller asked for something impossible
    CARVQ_ERROR_MEMORY = 7,      // out of memory
    CARVQ_ERROR_CANCELLED = 8    // the caller's progress callback asked to stop
};

// The details of an error: one line of printable UTF-8 without a line feed, naming the file (where there is one), the
// place and the cause. Bytes that could do harm to a terminal are escaped as \xNN. Functions that take a pointer to
// this structure accept NULL; they fill it only when they return something else than CARVQ_OK.
struct carvq_error {
    enum carvq_status status;
    char message[512];
};

// Type of the stored values of a tensor.
enum carvq_dtype { CARVQ_F32 = 0, CARVQ_F16 = 1, CARVQ_BF16 = 2 };

// How sub-vectors are put into groups that share their codebooks; see doc/format.md.
enum carvq_grouping {
    CARVQ_GROUP_ROWS = 0,   // g consecutive sub-vectors of the row-major table
    CARVQ_GROUP_COLUMNS = 1 // one column block of g consecutive rows
};

// The largest sizes that the format allows.
#define CARVQ_MAX_TABLES 1024
#define CARVQ_MAX_ROWS ((uint64_t)1 << 32)
#define CARVQ_MAX_COLS ((uint32_t)1 << 24)
#define CARVQ_MAX_SEGMENTS 16
#define CARVQ_MAX_SUBVECTOR 256
#define CARVQ_MAX_GROUP ((uint64_t)1 << 48)
#define CARVQ_MAX_STAGES 16
#define CARVQ_MAX_CODE_BITS 12
#define CARVQ_MAX_STATE_BITS 12
#define CARVQ_MAX_SCALE_BITS 8
#define CARVQ_MAX_STRIDES 8
#define CARVQ_MAX_STRIDE 8
#define CARVQ_MAX_SPAN 4
#define CARVQ_MAX_STEPS 65536
#define CARVQ_MAX_RANK 64
#define CARVQ_MAX_LOW_RANK_BITS 8
#define CARVQ_MAX_ADAPTOR_DIM 65536
#define CARVQ_MAX_ADAPTOR_HIDDEN ((uint32_t)1 << 24)

// An open file. Never changes after it was opened, so that any number of threads may use it.
struct carvq_file;
// A table of an open file; lives as long as the file.
struct carvq_table;

// How the rows of a segment are stored; see doc/format.md.
enum carvq_codec {
    CARVQ_RVQ = 0,     // group residual vector quantization
    CARVQ_TRELLIS = 1, // a trellis code along each row
    CARVQ_RAW = 2,     // 16-bit values
    CARVQ_ADDITIVE = 3 // overlapped additive 4-bit codes, for output heads
};

// "rvq", "trellis", "raw", "additive": static strings.
CARVQ_API const char *carvq_codec_name(enum carvq_codec codec);

// A segment: rows of a table that are stored alike. Symbols in brackets are those of doc/method.md. What belongs to another codec
// is 0.
struct carvq_segment_info {
    enum carvq_codec codec;
    uint64_t rows;                // [V_Q] in this segment
    uint32_t cols;                // [n], the table's
    enum carvq_dtype value_dtype; // CARVQ_BF16 or CARVQ_F16: of rvq's codebooks, scales, raw's rows

    uint32_t subvector; // rvq: [h] values in a sub-vector
    uint64_t group;     // rvq: [g] sub-vectors in a group
    uint64_t groups;    // rvq: [G]
    enum carvq_grouping grouping;
    uint32_t stages;    // rvq: [L]
    uint32_t code_bits; // rvq: [kappa]; a codebook has 2^kappa centroids

    uint32_t state_bits; // trellis: [S]
    uint32_t step_bits;  // trellis: [k]; a step makes two values
    uint32_t scale_bits; // trellis, additive: [b] bits of the number of a row's scale

    uint8_t strides[CARVQ_MAX_STRIDES]; // additive: values that a step goes on by; the pattern repeats
    uint32_t stride_count;              // additive: [P]
    uint32_t span;                      // additive: [M] steps that a codeword covers
    bool position_books;                // additive: books by position in the row, not by phase of the pattern

    uint64_t code_bytes;     // codes, or raw's rows; with the numbers of additive's scales
    uint64_t codebook_bytes; // codebooks, or scales; additive: both
    const char *kernel;      // the decoder that runs here, e.g. "scalar h8 kappa4 L3"
};

// Everything there is to know about a table without reading its values.
struct carvq_table_info {
    const char *name;       // of the original tensor, UTF-8, NUL-terminated
    uint64_t rows;          // [V]
    uint32_t cols;          // [n]
    enum carvq_dtype dtype; // of the original tensor
    uint32_t segment_count; // 1 to CARVQ_MAX_SEGMENTS; a row's tier is the number of its segment
    const struct carvq_segment_info *segments;

    // What is added to the decoded rows of all segments but raw ones, in this order; each has the type of its 16-bit values.
    bool mean; // the mean of all rows, or something like it
    enum carvq_dtype mean_dtype;
    uint32_t rank;          // [R] of the low-rank part, 0: none
    uint32_t low_rank_bits; // [w] of a coefficient
    enum carvq_dtype low_rank_dtype;
    uint32_t adaptor_dim;    // [m], 0: no adaptor
    uint32_t adaptor_hidden; // [H] hidden units of the adaptor, 0: no adaptor
    enum carvq_dtype adaptor_dtype;

    uint64_t code_bytes; // payload by part; their sum is payload_bytes. Of all segments
    uint64_t codebook_bytes;
    uint64_t tier_bytes; // which row is where; 0 with one segment
    uint64_t mean_bytes;
    uint64_t low_rank_bytes;
    uint64_t adaptor_bytes;
    uint64_t payload_bytes;  // all tensors of the table, exactly
    uint64_t original_bytes; // V n times the size of dtype
    const char *kernel;      // of the only segment, or "tiers"
    const char *head_kernel; // of carvq_logits() for codec additive, e.g. "scalar"
};

// Opens a compressed file read-only. The file is mapped, not read: nothing but the pages that lookups touch comes into
// memory. Every size is checked here, so that no lookup can leave the map. On success *file_ret is to be given to
// carvq_close(). Errors: CARVQ_ERROR_IO, _FORMAT, _UNSUPPORTED, _MEMORY, and _NOT_FOUND for a sound safetensors file that
// was not made by carvq. A file that another program truncates while it is open leads to SIGBUS, as with any mapped file:
// replace files by rename. The path is UTF-8 on Windows. Not there with CARVQ_NO_FILE_MAP, for machines without files.
//
// Which kernels (kernel in carvq_segment_info) are used is chosen here, by what the processor can do. The environment variable
// CARVQ_KERNEL limits the choice: scalar, neon, avx2, avx512, avx512vbmi; another word is CARVQ_ERROR_ARGUMENT. They give the
// same bits.
#ifndef CARVQ_NO_FILE_MAP
CARVQ_API enum carvq_status carvq_open(const char *path, struct carvq_file **file_ret, struct carvq_error *error);
#endif

// The same for a file that is already in memory (flash of a microcontroller, an asset of an app). The nbytes bytes at
// data need no alignment; they stay the caller's and must not change or go away before carvq_close().
CARVQ_API enum carvq_status carvq_open_memory(const void *data, size_t nbytes, struct carvq_file **file_ret,
                                              struct carvq_error *error);

// Frees what carvq_open() or carvq_open_memory() returned. NULL is ignored.
CARVQ_API void carvq_close(struct carvq_file *file);

// Number of tables in the file, 1 to CARVQ_MAX_TABLES, and the table number index (sorted by name) or NULL.
CARVQ_API size_t carvq_table_count(const struct carvq_file *file);
CARVQ_API const struct carvq_table *carvq_table_at(const struct carvq_file *file, size_t index);

// The table made from the tensor of this name, e.g. "model.embed_tokens.weight". With name NULL: the only table.
// NULL if there is no such table, or if name is NULL and there are several.
CARVQ_API const struct carvq_table *carvq_find(const struct carvq_file *file, const char *name);

// Never NULL; lives as long as the file.
CARVQ_API const struct carvq_table_info *carvq_info(const struct carvq_table *table);

// Decodes the rows ids[0 .. count-1]: row ids[i] goes to rows[i * row_stride .. i * row_stride + cols - 1].
// row_stride counts floats and is at least cols. The values are bit for bit the same on every machine. Allocates
// nothing; takes at most 8 KiB of stack. If an id is not below rows, returns CARVQ_ERROR_RANGE, names the id, and has
// written nothing. If the file is damaged where it says in which segment a row is, returns CARVQ_ERROR_FORMAT, names the
// id, and may have written some of the rows.
CARVQ_API enum carvq_status carvq_lookup(const struct carvq_table *table, const uint32_t *ids, size_t count, float *rows,
                                         size_t row_stride, struct carvq_error *error);

// The same into rows of another type: dtype CARVQ_F32 (float), CARVQ_F16 or CARVQ_BF16 (16-bit values in the machine's byte
// order, e.g. uint16_t). rows is aligned for them, and row_stride counts them. The values are those of carvq_lookup(), rounded to
// nearest, ties to even; beyond the largest value is infinity. Another dtype: CARVQ_ERROR_ARGUMENT.
CARVQ_API enum carvq_status carvq_lookup_as(const struct carvq_table *table, const uint32_t *ids, size_t count,
                                            enum carvq_dtype dtype, void *rows, size_t row_stride, struct carvq_error *error);

// Which part of its work a call of carvq_logits() does; {0} is all of it.
struct carvq_logits_part {
    uint32_t first_segment, segment_count; // rows of these segments get logits; a count of 0: of all from the first on
    uint32_t part, parts;                  // part number part of parts, which are of about one size; parts 0: of 1
};

// The output head: the products of all rows of the table with count hidden states, as if rows were looked up, but from what is
// stored. State i is the cols floats at hidden + i * hidden_stride; its product with row j goes to logits[i * logits_stride + j].
// Fast for segments of codec additive, whose products are rounded to 8 bits on the way, see doc/format.md; rows of other codecs
// are decoded one by one. The logits are bit for bit the same on every machine, whatever count, parts and segments are. A state
// that holds NaN, infinity or a value beyond 2^96 gets NaN for all its logits.
//
// part (NULL: everything) says what is done: parts may be done by threads of the caller at the same time, each with a workspace
// of its own, and each writes logits of its own. Logits of rows of segments that are not asked for are left as they are: since
// tiers are sorted by importance, the first ones are a shortlist.
//
// The workspace is carvq_logits_workspace() bytes, which it says for count; they need no alignment, and hold nothing that is of
// use after the call. Allocates nothing; takes at most 8 KiB of stack. Returns CARVQ_ERROR_ARGUMENT, and has written nothing, if
// hidden_stride is less than cols, logits_stride less than rows, the workspace too small, or if there is no such part or segment;
// CARVQ_ERROR_FORMAT if the file is damaged where it says in which segment a row is, and may have written some of the logits.
CARVQ_API size_t carvq_logits_workspace(const struct carvq_table *table, size_t count);
CARVQ_API enum carvq_status carvq_logits(const struct carvq_table *table, const float *hidden, size_t count, size_t hidden_stride,
                                         float *logits, size_t logits_stride, const struct carvq_logits_part *part,
                                         void *workspace, size_t workspace_bytes, struct carvq_error *error);

// The number of the segment that holds row id; UINT32_MAX if there is no such row, or if the file is damaged where it says that.
CARVQ_API uint32_t carvq_row_segment(const struct carvq_table *table, uint32_t id);

#ifdef __cplusplus
}
#endif

#endif
