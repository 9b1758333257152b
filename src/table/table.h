// SPDX-License-Identifier: MIT
// Inside of the runtime: validated views of an open file and the row decoders.
#ifndef CARVQ_TABLE_TABLE_H
#define CARVQ_TABLE_TABLE_H

#include <stdbool.h>

#include "../base/safetensors.h"
#include "carvq.h"

// The tensors of an adaptor, see doc/format.md. All of type dtype, without alignment.
struct carvq_adaptor {
    enum carvq_dtype dtype;
    const uint8_t *table;    // [V, m]
    const uint8_t *weight_0; // [m, H]
    const uint8_t *bias_0;   // [H]
    const uint8_t *weight_1; // [H, n]
    const uint8_t *bias_1;   // [n]
};

struct carvq_table {
    struct carvq_table_info info;
    uint32_t row_subvectors;  // S = ceil(n / h)
    uint64_t row_bytes;       // of codes
    const uint8_t *codes;     // [V, row_bytes]
    const uint8_t *codebooks; // [G, L, K, h], 16-bit values without alignment
    struct carvq_adaptor adaptor;
    // Decodes one row: the only thing that another codec or instruction set replaces. Chosen when the file is opened.
    void (*decode_row)(const struct carvq_table *table, uint64_t row, float *values_ret);
};

// Reads the description of a table (the value of the metadata key carvq.table.NAME) into info: everything but name,
// bytes and kernel. Ranges are checked, nothing else.
enum carvq_status carvq_table_describe(const char *path, const char *name, const char *text, struct carvq_table_info *info,
                                       struct carvq_error *error);

// Computes the parts of info that follow from the description: groups and bytes. False if a size does not fit 64 bits.
bool carvq_table_sizes(struct carvq_table_info *info);

// Sets decode_row and info.kernel of a table of codec "rvq".
void carvq_rvq_choose(struct carvq_table *table);

// Adds the adaptor's correction to count rows, ids[i] being the number of the row at rows + i * row_stride.
void carvq_adaptor_add(const struct carvq_table *table, const uint32_t *ids, size_t count, float *rows, size_t row_stride);

#endif
