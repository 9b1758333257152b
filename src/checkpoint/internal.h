// SPDX-License-Identifier: MIT
// An open checkpoint, as the files of this directory see it.
#ifndef CARVQ_CHECKPOINT_INTERNAL_H
#define CARVQ_CHECKPOINT_INTERNAL_H

#include "checkpoint/checkpoint.h"
#include "checkpoint/directory.h"
#include "checkpoint/format.h"

struct carvq_checkpoint {
    struct carvq_directory directory;
    size_t file_count, tensor_count;
    struct carvq_tensor_file *files;     // those of the weights
    struct carvq_tensor *tensors;        // file by file
    const struct carvq_tensor **by_name; // the same, sorted
};

// Describes some tensors, "'NAME' (V x n TYPE), ..", for a user who has to choose one: the largest matrices of floats first.
void carvq_checkpoint_describe_tensors(const struct carvq_checkpoint *checkpoint, char *buffer, size_t size);

// For tests. Whether a name is that of a table of token embeddings in some known architecture; and if so, of the table that meets
// the output head (as opposed to a table per layer).
bool carvq_is_table_name(const char *name);
bool carvq_is_main_table_name(const char *name);

// For tests. What config.json and the tensors say about the output head of the model.
enum carvq_head carvq_checkpoint_head(const struct carvq_checkpoint *checkpoint);

#endif
