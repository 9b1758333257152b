// SPDX-License-Identifier: MIT
// Which files a checkpoint consists of, as Hugging Face lays them out: in a directory, model.safetensors or shards that
// model.safetensors.index.json lists, and config.json; or a single file and what lies beside it.
#ifndef CARVQ_CHECKPOINT_DIRECTORY_H
#define CARVQ_CHECKPOINT_DIRECTORY_H

#include <jansson.h>

#include "checkpoint/tensor.h"

// Files beside the weights, which need not exist.
enum { CARVQ_FILE_CONFIG, CARVQ_FILE_TOKENIZER, CARVQ_FILE_INDEX, CARVQ_FILES_BESIDE };

struct carvq_directory {
    char *given, *path; // as it was given; the directory in which the files lie
    bool whole;         // given is a directory, as opposed to a single file
    char **weights;     // paths
    size_t weights_count;
    char *beside[CARVQ_FILES_BESIDE]; // paths
    json_t *index, *config;           // parsed; NULL if there is none
};

// Finds the files; reads the index, if it is needed. Close it even if this fails.
enum carvq_status carvq_directory_open(const char *path, struct carvq_directory *directory_ret, struct carvq_error *error);
void carvq_directory_close(struct carvq_directory *directory);

// Checks that every tensor that the index lists is in the shard that it names, and lets go of the index.
enum carvq_status carvq_directory_check(struct carvq_directory *directory, const struct carvq_tensor *const *by_name,
                                        size_t count, struct carvq_error *error);

// Reads config.json, if there is one.
enum carvq_status carvq_directory_read_config(struct carvq_directory *directory, struct carvq_error *error);

// "directory/name", to be freed; NULL if there is no memory.
char *carvq_path_join(const char *directory, const char *name);

// For tests, and for the above. A JSON object from text, path being only for messages; give it to json_decref(). Duplicate keys
// are refused; NaN and Infinity, which Python writes, become null.
enum carvq_status carvq_directory_parse(const char *path, const char *text, size_t nbytes, json_t **json_ret,
                                        struct carvq_error *error);
// The shards that an index lists, sorted, each once, each a plain file name. *names_ret is one allocation, to be freed; the
// names belong to index.
enum carvq_status carvq_directory_shards(const char *path, const json_t *index, const char ***names_ret, size_t *count_ret,
                                         struct carvq_error *error);

#endif
