// SPDX-License-Identifier: MIT
// Which files a checkpoint consists of, as Hugging Face lays them out: in a directory, model.safetensors or shards that
// model.safetensors.index.json lists, and config.json; or a single file and what lies beside it.
#ifndef CARVQ_CHECKPOINT_DIRECTORY_H
#define CARVQ_CHECKPOINT_DIRECTORY_H

#include <jansson.h>

#include "runtime/status.h"
#include "checkpoint/tensor.h"

// Files beside the weights, which need not exist.
enum {
    CARVQ_FILE_CONFIG,
    CARVQ_FILE_TOKENIZER,
    CARVQ_FILE_INDEX,
    CARVQ_FILE_GENERATION,   // generation_config.json: when to stop
    CARVQ_FILE_QUANTIZATION, // quant_config.json: of early AWQ models
    CARVQ_FILES_BESIDE
};

#define CARVQ_MAX_NOTES 16

struct carvq_directory {
    char *given, *path; // as it was given; the directory in which the files lie
    bool whole;         // given is a directory, as opposed to a single file
    char **weights;     // paths of those that are there
    size_t weights_count;
    char *beside[CARVQ_FILES_BESIDE]; // paths
    json_t *index;                    // parsed; NULL if there is none, or none that counts
    json_t *config, *generation, *quantization;
    struct carvq_error notes[CARVQ_MAX_NOTES]; // what a user should hear of; only the messages count
    size_t note_count;
};

// Finds the files; reads the index, if it is needed. Shards that it lists and that are not there are left out. Close it even if
// this fails.
enum carvq_status carvq_directory_open(const char *path, struct carvq_directory *directory_ret, struct carvq_error *error);
void carvq_directory_close(struct carvq_directory *directory);

// Notes what the index lists and the files do not have, once for each shard.
enum carvq_status carvq_directory_compare(struct carvq_directory *directory, const struct carvq_tensor *const *by_name,
                                          size_t count, struct carvq_error *error);

// Where the index says that a tensor is; NULL if it does not say.
const char *carvq_directory_shard(const struct carvq_directory *directory, const char *tensor);

// Reads config.json and the other small files, where there are such.
enum carvq_status carvq_directory_read_config(struct carvq_directory *directory, struct carvq_error *error);

// Keeps a line for the user. What is too many is dropped, but for a last line that says so.
void carvq_directory_note(struct carvq_directory *directory, const char *format, ...) CARVQ_PRINTF(2, 3);

// "directory/name", to be freed; NULL if there is no memory.
char *carvq_path_join(const char *directory, const char *name);

// For tests, and for the above. A JSON object from text, path being only for messages; give it to json_decref(). A byte order
// mark is skipped; NaN and Infinity, which Python writes, become null; a key that stands twice is refused unless it has one
// value.
enum carvq_status carvq_directory_parse(const char *path, const char *text, size_t nbytes, json_t **json_ret,
                                        struct carvq_error *error);
// The shards that an index lists, sorted, each once, each a plain file name. *names_ret is one allocation, to be freed; the
// names belong to index.
enum carvq_status carvq_directory_shards(const char *path, const json_t *index, const char ***names_ret, size_t *count_ret,
                                         struct carvq_error *error);

#endif
