// SPDX-License-Identifier: MIT
// Other people's files: a checkpoint is a Hugging Face directory (see directory.h) or a single file of tensors (see format.h).
// Everything is mapped read-only.
#ifndef CARVQ_CHECKPOINT_CHECKPOINT_H
#define CARVQ_CHECKPOINT_CHECKPOINT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "carvq.h"
#include "checkpoint/tensor.h"

struct carvq_checkpoint;

// Opens and checks all files of the checkpoint. config.json (beside the file, or in the directory) is optional here. Shards that
// are missing or damaged are left out as long as one remains; carvq_checkpoint_note() says so.
enum carvq_status carvq_checkpoint_open(const char *path, struct carvq_checkpoint **checkpoint_ret, struct carvq_error *error);
void carvq_checkpoint_close(struct carvq_checkpoint *checkpoint);

// What was seen that a user should hear of, a line each: files that are missing or were ignored. NULL if index is too large.
const char *carvq_checkpoint_note(const struct carvq_checkpoint *checkpoint, size_t index);

// The path as it was given, and the directory in which the files lie.
const char *carvq_checkpoint_path(const struct carvq_checkpoint *checkpoint);
const char *carvq_checkpoint_directory(const struct carvq_checkpoint *checkpoint);

// Paths of the files that are of the checkpoint, by number: those that hold tensors, say what they are, or belong to the
// tokenizer. The last ones need not exist. NULL if index is too large.
const char *carvq_checkpoint_file(const struct carvq_checkpoint *checkpoint, size_t index);

// Whether a file of this name, lying in the directory of a checkpoint, may be taken for a part of it.
bool carvq_checkpoint_is_part(const char *name);

// All tensors, shard by shard in the order of their data; NULL if index is too large.
size_t carvq_checkpoint_tensor_count(const struct carvq_checkpoint *checkpoint);
const struct carvq_tensor *carvq_checkpoint_tensor_at(const struct carvq_checkpoint *checkpoint, size_t index);
// NULL if there is none.
const struct carvq_tensor *carvq_checkpoint_find(const struct carvq_checkpoint *checkpoint, const char *name);
// Whether the index lists a tensor, be it there or not.
bool carvq_checkpoint_is_listed(const struct carvq_checkpoint *checkpoint, const char *name);
// carvq_checkpoint_find(), but a tensor that does not exist is an error (CARVQ_ERROR_NOT_FOUND) that suggests names near to it.
enum carvq_status carvq_checkpoint_require(const struct carvq_checkpoint *checkpoint, const char *name,
                                           const struct carvq_tensor **tensor_ret, struct carvq_error *error);

// By the names that language models of the usual kind have in their files ("model.layers.0.mlp.up_proj.weight"), also where other
// programs put something in front of them ("_orig_mod.", "module.", "base_model.model.") or the model was saved without its head,
// and without "model.".
const struct carvq_tensor *carvq_checkpoint_find_usual(const struct carvq_checkpoint *checkpoint, const char *usual);
// The other way: what the name in the files would be in those; returns buffer.
const char *carvq_checkpoint_usual_name(const struct carvq_checkpoint *checkpoint, const char *name, char *buffer, size_t size);

// config.json, parsed (an object), or NULL if there is none. Borrowed.
const json_t *carvq_checkpoint_config(const struct carvq_checkpoint *checkpoint);
// What config.json says of a packed model, whose tables were taken out: its member "carvq"; NULL: it is none.
const json_t *carvq_checkpoint_packed(const struct carvq_checkpoint *checkpoint);
// generation_config.json, and quant_config.json as early AWQ models have it; likewise.
const json_t *carvq_checkpoint_generation_config(const struct carvq_checkpoint *checkpoint);
const json_t *carvq_checkpoint_quant_config(const struct carvq_checkpoint *checkpoint);
// Where config.json stands or would stand, for messages.
const char *carvq_checkpoint_config_path(const struct carvq_checkpoint *checkpoint);

// What is known about the output head of a language model. If the files hold a head of its own values, that is it; a stored copy
// of the table to which tie_word_embeddings of config.json (that of the language model in a wrapped one), or the default of the
// architecture, ties it is no other head. If they hold none, config.json decides. Only the main table of token embeddings has a
// head, no table per layer.
enum carvq_head {
    CARVQ_HEAD_UNKNOWN, // nothing says that there is one (a table of word vectors, an encoder without one)
    CARVQ_HEAD_TIED,    // the embedding table is the head too
    CARVQ_HEAD_UNTIED,
    CARVQ_HEAD_ITSELF,  // the table is a head, by its name
    CARVQ_HEAD_ASSUMED, // config.json names a language model and does not say, no file holds a head: what else could be it?
    CARVQ_HEAD_MISSING  // config.json says that it is not the table, but no file holds it
};

#define CARVQ_MAX_COPIES 4

// A lookup table of the checkpoint: two-dimensional, at least one row and column, of a type that can be read as floats.
struct carvq_checkpoint_table {
    const struct carvq_tensor *tensor;
    uint64_t rows; // V
    uint32_t cols; // n
    enum carvq_dtype dtype;
    enum carvq_head head;
    // Of head UNTIED: a stored head that differs from this table, to which config.json ties it.
    const struct carvq_tensor *untied_by;
    // Tensors of the same values and of the name of a table or head: whoever changes this one has to change them.
    const struct carvq_tensor *copies[CARVQ_MAX_COPIES];
    size_t copy_count;
};

// Finds the tables. names: those that the user wants (they come in this order), or NULL for all that are found by the well-known
// names of the architectures, in the order of the files (Gemma 3n has two): copies of a table that comes before are left out, and
// an untied head is among them. Where there is none, but a head that config.json ties to it, that is the table. *tables_ret is
// one allocation: give it to free(). Errors: CARVQ_ERROR_NOT_FOUND, with names to choose from; _FORMAT if a tensor cannot be a
// table; _ARGUMENT if a name is given twice or the file is one of our own.
enum carvq_status carvq_checkpoint_tables(const struct carvq_checkpoint *checkpoint, const char *const *names, size_t name_count,
                                          struct carvq_checkpoint_table **tables_ret, size_t *count_ret,
                                          struct carvq_error *error);

// Copies a block of a table to floats; has the form of carvq_matrix.read (carvq_encode.h), context being a
// const struct carvq_checkpoint_table *.
enum carvq_status carvq_checkpoint_read_block(void *context, uint64_t row, size_t nrows, uint32_t col, uint32_t ncols,
                                              float *block_ret, struct carvq_error *error);

// A copy of the checkpoint in which some tables have other values. Shards, names, order, types and metadata stay as they
// are, and so do all other regular files directly in the directory (config.json, tokenizer.json ..).
struct carvq_checkpoint_replacement {
    const struct carvq_checkpoint_table *table;
    // Fills rows (nrows x table->cols floats) with the new values of rows row .. row + nrows - 1; they are rounded once, to
    // nearest even, to the table's type.
    enum carvq_status (*read_rows)(void *context, uint64_t row, size_t nrows, float *rows_ret, struct carvq_error *error);
    void *context;
};

// A table that a file is to have, and has not.
struct carvq_checkpoint_addition {
    const char *file, *name;                    // of the file, without its directory; of the tensor
    size_t place;                               // among the tensors of that file, as it then is, in the order of their data
    struct carvq_checkpoint_replacement values; // of its table, rows, cols and dtype count
};

// What is different in a copy. Tensors are taken out of files or put into them; the text of config.json may be another.
struct carvq_checkpoint_change {
    const struct carvq_checkpoint_replacement *replacements;
    const struct carvq_tensor *const *removals;
    const struct carvq_checkpoint_addition *additions;
    size_t replacement_count, removal_count, addition_count;
    const char *config;   // NULL: as it is; "": there is none
    const char *left_out; // name of a file that is not copied, or NULL
};

// Writes the copy into the existing empty directory out_directory (the caller creates it, and removes it if this fails). A
// checkpoint that is a single file becomes out_directory/model.safetensors (or as such files are called). progress may be NULL;
// not 0: stop.
enum carvq_status carvq_checkpoint_copy(const struct carvq_checkpoint *checkpoint,
                                        const struct carvq_checkpoint_replacement *replacements, size_t count,
                                        const char *out_directory,
                                        int (*progress)(void *context, uint64_t done_bytes, uint64_t total_bytes),
                                        void *progress_context, struct carvq_error *error);
// The same for other changes, of a directory.
enum carvq_status carvq_checkpoint_rewrite(const struct carvq_checkpoint *checkpoint,
                                           const struct carvq_checkpoint_change *change, const char *out_directory,
                                           int (*progress)(void *context, uint64_t done_bytes, uint64_t total_bytes),
                                           void *progress_context, struct carvq_error *error);

// Where a tensor is: the name of its file, and its place among the tensors there in the order of their data.
const char *carvq_checkpoint_place(const struct carvq_checkpoint *checkpoint, const struct carvq_tensor *tensor,
                                   size_t *place_ret);

#endif
