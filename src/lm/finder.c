// SPDX-License-Identifier: MIT
// Finding tensors: names, shapes, types, and how linear layers are packed.
#include "lm/finder.h"

#include <stdio.h>
#include <string.h>

#include "runtime/status.h"

// "128x64"
static const char *print_shape(char *buffer, size_t size, unsigned dims, const uint64_t *shape)
{
    size_t used = 0;
    buffer[0] = '\0';
    for (unsigned i = 0; i < dims && used < size; i++)
        used += (size_t)snprintf(buffer + used, size - used, "%s%llu", i == 0 ? "" : "x", (unsigned long long)shape[i]);
    return buffer;
}

// A tensor that is not there: no other name is suggested, for what is near is the same tensor of another layer.
static enum carvq_status fail_missing(const struct carvq_lm_finder *finder, const char *name)
{
    const struct carvq_tensor *example = carvq_checkpoint_tensor_at(finder->checkpoint, 0), *unused;
    if (carvq_checkpoint_is_listed(finder->checkpoint, name) || carvq_checkpoint_packed(finder->checkpoint) != NULL)
        return carvq_checkpoint_require(finder->checkpoint, name, &unused, finder->error);
    return carvq_fail(finder->error, CARVQ_ERROR_NOT_FOUND, "%s: no tensor '%s', which config.json implies (there is '%.100s')",
                      carvq_checkpoint_path(finder->checkpoint), name, example != NULL ? example->name : "nothing");
}

// Finds NAME.KIND and checks its shape: rows x cols, or just cols if rows is 0.
static enum carvq_status find_tensor(const struct carvq_lm_finder *finder, const char *name, const char *kind, size_t rows,
                                     size_t cols, const struct carvq_tensor **tensor_ret)
{
    char full[256], wanted[64], actual[192];
    snprintf(full, sizeof full, "%s.%s", name, kind);
    *tensor_ret = carvq_checkpoint_find_usual(finder->checkpoint, full);
    if (*tensor_ret == NULL)
        return fail_missing(finder, full);
    const struct carvq_tensor *tensor = *tensor_ret;
    finder->found[tensor - carvq_checkpoint_tensor_at(finder->checkpoint, 0)] = true; // they lie in one array
    const uint64_t shape[2] = {rows, cols}, *wanted_shape = rows == 0 ? shape + 1 : shape;
    const unsigned dims = rows == 0 ? 1 : 2;
    if (tensor->dims != dims || memcmp(tensor->shape, wanted_shape, dims * sizeof *shape) != 0)
        return carvq_fail(finder->error, CARVQ_ERROR_FORMAT,
                          "%s: tensor '%s': shape is %s, but config.json implies %s: one of them is of another model",
                          tensor->file, tensor->name, print_shape(actual, sizeof actual, tensor->dims, tensor->shape),
                          print_shape(wanted, sizeof wanted, dims, wanted_shape));
    return CARVQ_OK;
}

// The same for a tensor of floats.
static enum carvq_status find(const struct carvq_lm_finder *finder, const char *name, const char *kind, size_t rows, size_t cols,
                              struct carvq_lm_matrix *matrix_ret)
{
    const struct carvq_tensor *tensor = NULL;
    enum carvq_status status = find_tensor(finder, name, kind, rows, cols, &tensor);
    if (status != CARVQ_OK)
        return status;
    enum carvq_dtype dtype;
    if (!carvq_tensor_dtype(tensor->type, &dtype))
        return carvq_fail(finder->error, CARVQ_ERROR_UNSUPPORTED,
                          "%s: tensor '%s': type %s is not supported (known: F32, F16, BF16)", tensor->file, tensor->name,
                          carvq_tensor_type_name(tensor->type));
    *matrix_ret = (struct carvq_lm_matrix){.data = tensor->data, .type = tensor->type, .rows = rows, .cols = cols};
    return CARVQ_OK;
}

// The same for a tensor of words that hold eight values each.
static enum carvq_status find_words(const struct carvq_lm_finder *finder, const char *name, const char *kind, size_t rows,
                                    size_t values, const uint8_t **words_ret)
{
    const struct carvq_tensor *tensor = NULL;
    enum carvq_status status = find_tensor(finder, name, kind, rows, values / 8, &tensor);
    if (status != CARVQ_OK)
        return status;
    *words_ret = tensor->data;
    return tensor->type == CARVQ_TENSOR_I32
               ? CARVQ_OK
               : carvq_fail(finder->error, CARVQ_ERROR_FORMAT, "%s: tensor '%s': type is %s, but awq packs codes into I32",
                            tensor->file, tensor->name, carvq_tensor_type_name(tensor->type));
}

// Words of zero points for one output if the scales have the shape of version gemv; 0: they have that of gemm, or a wrong one.
static size_t gemv_words(const struct carvq_lm_finder *finder, const char *name, size_t rows, size_t groups)
{
    char full[256];
    snprintf(full, sizeof full, "%s.scales", name);
    const struct carvq_tensor *scales = carvq_checkpoint_find_usual(finder->checkpoint, full);
    if (scales == NULL || scales->dims != 2 || (scales->shape[0] == groups && scales->shape[1] == rows))
        return 0;
    const bool fits = scales->shape[0] == rows && scales->shape[1] % 8 == 0 && scales->shape[1] >= groups;
    return fits ? (size_t)scales->shape[1] / 8 : 0;
}

// Finds the three tensors of a linear layer of 4-bit weights.
static enum carvq_status find_packed(const struct carvq_lm_finder *finder, const char *name, size_t rows, size_t cols,
                                     struct carvq_lm_matrix *matrix_ret)
{
    const size_t group = finder->config->awq.group == CARVQ_LM_AWQ_WHOLE ? cols : finder->config->awq.group;
    const char *config = carvq_checkpoint_config_path(finder->checkpoint);
    if (rows % 8 != 0)
        return carvq_fail(finder->error, CARVQ_ERROR_FORMAT,
                          "%s: quantization_config: '%s' cannot be packed: its %zu outputs are no multiple of 8", config, name,
                          rows);
    if (cols % group != 0)
        return carvq_fail(finder->error, CARVQ_ERROR_FORMAT,
                          "%s: quantization_config.group_size: %zu does not divide the %zu inputs of '%s'", config, group, cols,
                          name);
    struct carvq_lm_matrix scales;
    struct carvq_lm_packed packed = {.group = group, .words = gemv_words(finder, name, rows, cols / group)};
    const size_t words = packed.words;
    enum carvq_status status = words > 0 ? find_words(finder, name, "qweight", rows, cols, &packed.codes)
                                         : find_words(finder, name, "qweight", cols, rows, &packed.codes);
    if (status == CARVQ_OK)
        status = words > 0 ? find_words(finder, name, "qzeros", rows, 8 * words, &packed.zeros)
                           : find_words(finder, name, "qzeros", cols / group, rows, &packed.zeros);
    if (status == CARVQ_OK)
        status = words > 0 ? find(finder, name, "scales", rows, 8 * words, &scales)
                           : find(finder, name, "scales", cols / group, rows, &scales);
    if (status != CARVQ_OK)
        return status;
    packed.scales = scales.data;
    packed.scale_type = scales.type;
    *matrix_ret = (struct carvq_lm_matrix){.rows = rows, .cols = cols, .packed = packed};
    return CARVQ_OK;
}

// Finds the tensor of a linear layer that is stored as usual.
static enum carvq_status find_plain(const struct carvq_lm_finder *finder, const char *name, size_t rows, size_t cols,
                                    struct carvq_lm_matrix *matrix_ret)
{
    char plain[256], packed[256];
    snprintf(plain, sizeof plain, "%s.weight", name);
    snprintf(packed, sizeof packed, "%s.qweight", name);
    if (carvq_checkpoint_find_usual(finder->checkpoint, plain) == NULL &&
        carvq_checkpoint_find_usual(finder->checkpoint, packed) != NULL)
        return carvq_fail(finder->error, CARVQ_ERROR_FORMAT, "%s: '%s' looks packed, but config.json %s",
                          carvq_checkpoint_path(finder->checkpoint), packed,
                          finder->config->awq.group == 0 ? "has no quantization_config"
                                                         : "excepts it by quantization_config.modules_to_not_convert");
    if (!finder->config->architecture->transposed)
        return find(finder, name, "weight", rows, cols, matrix_ret);
    enum carvq_status status = find(finder, name, "weight", cols, rows, matrix_ret);
    matrix_ret->rows = matrix_ret->stored_rows = rows;
    matrix_ret->cols = cols;
    return status;
}

enum carvq_status carvq_lm_find_matrix(const struct carvq_lm_finder *finder, const char *name, size_t rows, size_t cols,
                                       struct carvq_lm_matrix *matrix_ret)
{
    return find(finder, name, "weight", rows, cols, matrix_ret);
}

enum carvq_status carvq_lm_find_linear(const struct carvq_lm_finder *finder, const char *name, size_t rows, size_t cols,
                                       struct carvq_lm_matrix *matrix_ret)
{
    const struct carvq_lm_architecture *architecture = finder->config->architecture;
    if (!carvq_lm_awq_packs(&finder->config->awq, name))
        return find_plain(finder, name, rows, cols, matrix_ret);
    if (architecture->transposed || architecture->qkv_by_heads)
        return carvq_fail(finder->error, CARVQ_ERROR_UNSUPPORTED, "%s: quantization_config: awq of a %s is not supported",
                          carvq_checkpoint_config_path(finder->checkpoint), finder->config->name);
    return find_packed(finder, name, rows, cols, matrix_ret);
}

enum carvq_status carvq_lm_find_vector(const struct carvq_lm_finder *finder, const char *name, const char *kind, size_t length,
                                       struct carvq_lm_matrix *vector_ret)
{
    return find(finder, name, kind, 0, length, vector_ret);
}

float *carvq_lm_copy_vector(struct carvq_lm_finder *finder, const struct carvq_lm_matrix *vector, size_t first, size_t count)
{
    float *place = finder->vectors;
    carvq_tensor_widen(vector->type, vector->data + carvq_tensor_bytes(vector->type, first), count, place);
    finder->vectors += count;
    return place;
}
