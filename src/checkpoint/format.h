// SPDX-License-Identifier: MIT
// Formats of files that hold tensors: what a reader of one gives to the rest of this directory, which knows no format.
//
// A new format is a new file with a struct carvq_tensor_format that is declared below, a line in the table of format.c, and a row
// in the table of tensor.c for each type that is new (and its name in the two messages that list those that are known). The
// reader makes of its file what the rest expects:
//
//     shapes    outermost first, as in struct carvq_tensor (GGUF writes the innermost first)
//     names     those of Hugging Face's files, which tables.c and src/lm go by; the reader translates. (GGUF's token_embd.weight
//               is model.embed_tokens.weight here, blk.0.attn_q.weight is model.layers.0.self_attn.q_proj.weight.)
//     data      as they lie in the map; blocks do not cross the end of a row
//
// What safetensors did not need, and where it goes:
//
//     config    A file that describes the model itself (GGUF: llama.embedding_length ..) hands over an object with the keys of a
//               config.json: one more function below, asked in checkpoint.c before the file config.json is read, and the path
//               that carvq_checkpoint_config_path() gives is then the file's own. A tokenizer in it is src/tokenizer's to read.
//     blocks    Columns are read from any place in a row: where a block holds several values, carvq_checkpoint_read_block() has
//               to widen those that it touches as a whole.
//     copies    carvq_checkpoint_copy() puts new values where the old ones lie, so that type and size stay. A table of a type to
//               which floats cannot be rounded needs another type, and thereby another header: one more function below.
//     files     Shards that no index.json lists (GGUF: NAME-00001-of-00003.gguf) are for directory.c to find.
//     meaning   Values in another order than the architecture's (GGUF: rows of attn_q and attn_k of a Llama, by its rotation) no
//               view can hide: that is a matter of src/lm's architecture, which the config has to tell apart.
//     tool      carvq show tries carvq_open() first and goes on to models only where that finds a file without tables; carvq
//               compress takes .safetensors off the name of its output.
#ifndef CARVQ_CHECKPOINT_FORMAT_H
#define CARVQ_CHECKPOINT_FORMAT_H

#include "runtime/map.h"
#include "checkpoint/tensor.h"

// An open file.
struct carvq_tensor_file {
    const char *path;   // borrowed
    const char *name;   // last component of path
    const char *ending; // that names of such files have, ".safetensors"
    const struct carvq_tensor_format *format;
    struct carvq_map map;
    void *state;  // the reader's own
    size_t count; // of tensors
};

struct carvq_tensor_format {
    // Reads and checks what stands in the map before the data, and sets state and count. Whatever passes can be used without
    // further thought.
    enum carvq_status (*open)(struct carvq_tensor_file *file, struct carvq_error *error);
    void (*close)(void *state); // NULL: nothing
    // One of the tensors, in the order of their data. Names belong to state.
    struct carvq_tensor (*tensor)(const struct carvq_tensor_file *file, size_t index);
    // What the file says under a key; NULL if it says nothing.
    const char *(*metadata)(const struct carvq_tensor_file *file, const char *key);
    // What stands before the data in a file that has these tensors, in this order, and the metadata of file: an allocation of
    // *size_ret bytes; NULL: out of memory. Of the tensors, names, types, shapes and sizes count.
    uint8_t *(*header)(const struct carvq_tensor_file *file, const struct carvq_tensor *tensors, size_t count, size_t *size_ret);
};

extern const struct carvq_tensor_format carvq_safetensors;

// Maps the file, finds out its format and opens it. The path must outlive it; close it even if this fails.
enum carvq_status carvq_tensor_file_open(const char *path, struct carvq_tensor_file *file_ret, struct carvq_error *error);
void carvq_tensor_file_close(struct carvq_tensor_file *file);

// What the first length bytes of a file's name promise: 0 if weights that can be read, more if weights that cannot, of all kinds
// the same for one kind; CARVQ_NO_WEIGHTS if none.
size_t carvq_tensor_file_kind(const char *name, size_t length);
#define CARVQ_NO_WEIGHTS SIZE_MAX

#endif
