// SPDX-License-Identifier: MIT
// What the files of this directory share.
#ifndef CARVQ_CHECKPOINT_INTERNAL_H
#define CARVQ_CHECKPOINT_INTERNAL_H

#include "runtime/map.h"
#include "checkpoint/checkpoint.h"

// One .safetensors file.
struct carvq_checkpoint_shard {
    char *path;
    const char *name; // last component of path
    struct carvq_map map;
    struct carvq_st *st;
};

struct carvq_checkpoint {
    char *path, *directory;
    bool is_directory; // path, as opposed to a single file
    size_t shard_count, tensor_count;
    struct carvq_checkpoint_shard *shards;
    struct carvq_checkpoint_tensor *tensors;        // shard by shard
    const struct carvq_checkpoint_tensor **by_name; // the same, sorted
    json_t *config;
};

// "directory/name", to be freed; NULL if there is no memory.
char *carvq_checkpoint_join(const char *directory, const char *name);

// Reads a JSON object of at most limit bytes. Duplicate keys are refused; NaN and Infinity, which Python writes, become null.
// The second form takes the text from memory; path is only for messages. *json_ret is to be given to json_decref().
enum carvq_status carvq_json_file_load(const char *path, size_t limit, json_t **json_ret, struct carvq_error *error);
enum carvq_status carvq_json_file_parse(const char *path, const char *text, size_t nbytes, json_t **json_ret,
                                        struct carvq_error *error);

// The names of the shards that model.safetensors.index.json lists, sorted, each once, each a plain file name. *names_ret is
// one allocation, to be freed; the names belong to index. path is that of the index, for messages.
enum carvq_status carvq_index_shards(const char *path, const json_t *index, const char ***names_ret, size_t *count_ret,
                                     struct carvq_error *error);

// Checks that every tensor the index lists is in the shard it names.
enum carvq_status carvq_index_check(const char *path, const json_t *index, const struct carvq_checkpoint *checkpoint,
                                    struct carvq_error *error);

// Describes some tensors, "'NAME' (V x n TYPE), ..", for a user who has to choose one: the largest matrices of floats first.
void carvq_checkpoint_describe_tensors(const struct carvq_checkpoint *checkpoint, char *buffer, size_t size);

// The type as that of a table; false if it is neither F32 nor F16 nor BF16.
bool carvq_checkpoint_float_type(enum carvq_st_dtype dtype, enum carvq_dtype *dtype_ret);

// Whether a name is that of a table of token embeddings in some known architecture; and if so, of the table that meets the
// output head (as opposed to a table per layer).
bool carvq_is_table_name(const char *name);
bool carvq_is_main_table_name(const char *name);

// What config.json and the tensors say about the output head of the model.
enum carvq_head carvq_checkpoint_head(const struct carvq_checkpoint *checkpoint);

#endif
