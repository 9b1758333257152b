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
    const char *prefix;                  // of all names of the model, "" as a rule
    bool bare;                           // .. and "model." is missing
};

// Describes some tensors, "'NAME' (V x n TYPE), ..", for a user who has to choose one: the largest matrices of floats first.
void carvq_checkpoint_describe_tensors(const struct carvq_checkpoint *checkpoint, char *buffer, size_t size);

// For tests. Whether a name is that of a table of token embeddings in some known architecture; and if so, of the table that meets
// the output head (as opposed to a table per layer).
bool carvq_is_table_name(const char *name);
bool carvq_is_main_table_name(const char *name);

// Whether a name is that of an output head, packed or not; and whether it is one that can be a table.
bool carvq_is_head_name(const char *name);
bool carvq_is_plain_head_name(const char *name);

// A name of some kind that the index lists, be the tensor there or not; NULL: none.
const char *carvq_checkpoint_find_listed(const struct carvq_checkpoint *checkpoint, bool (*is_wanted)(const char *name));

// What config.json and the tensors say about the output head of the model, given its main table (or NULL); *head_ret: the stored
// head, or NULL.
enum carvq_head carvq_checkpoint_head(const struct carvq_checkpoint *checkpoint, const struct carvq_tensor *table,
                                      const struct carvq_tensor **head_ret);
// Whether the head is tied if config.json, or the default of the architecture, is to be believed.
bool carvq_checkpoint_says_tied(const struct carvq_checkpoint *checkpoint);

// The first tensor that is a main table by its name, or NULL.
const struct carvq_tensor *carvq_checkpoint_main_table(const struct carvq_checkpoint *checkpoint);

// A table of a packed model was asked for.
enum carvq_status carvq_checkpoint_fail_packed(const struct carvq_checkpoint *checkpoint, struct carvq_error *error);

// Whether two tensors have the same shape and values.
bool carvq_is_copy(const struct carvq_tensor *a, const struct carvq_tensor *b);

// What a tensor that is no table as it stands was quantized by, and what to do; NULL: nothing of the kind.
const char *carvq_checkpoint_packing(const struct carvq_checkpoint *checkpoint, const char *name, char *buffer, size_t size);

#endif
