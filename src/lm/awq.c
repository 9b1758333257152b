// SPDX-License-Identifier: MIT
// Linear layers with 4-bit weights: which are, and their rows as floats.
#define _POSIX_C_SOURCE 200809L
#include "lm/awq.h"

#include <string.h>
#include <strings.h>

#include "runtime/status.h"

static enum carvq_status check_kind(const struct carvq_lm_keys *keys, struct carvq_error *error)
{
    // What AutoAWQ calls a version, others call a format.
    static const char *const formats[] = {"version", "format", "checkpoint_format"};
    const char *method = NULL, *format = NULL;
    enum carvq_status status = carvq_lm_key_string(keys, "quant_method", keys->prefix[0] == '\0' ? "awq" : NULL, &method, error);
    if (status != CARVQ_OK)
        return status;
    if (strcmp(method, "awq") != 0)
        return carvq_fail(error, CARVQ_ERROR_UNSUPPORTED,
                          "%s: %squant_method: layers quantized by '%.100s' are not supported (known: awq)", keys->file,
                          keys->prefix, method);
    for (size_t i = 0; status == CARVQ_OK && i < sizeof formats / sizeof *formats; i++) {
        status = carvq_lm_key_string(keys, formats[i], "gemm", &format, error);
        if (status == CARVQ_OK && strcasecmp(format, "gemm") != 0 && strcasecmp(format, "gemv") != 0)
            status = carvq_fail(error, CARVQ_ERROR_UNSUPPORTED,
                                "%s: %s%s: awq of format '%.100s' is not supported (known: gemm, gemv)", keys->file, keys->prefix,
                                formats[i], format);
    }
    return status;
}

// AutoAWQ's own files have other names for some keys.
static const char *either(const struct carvq_lm_keys *keys, const char *name, const char *other)
{
    return carvq_lm_key(keys, name) == NULL && carvq_lm_key(keys, other) != NULL ? other : name;
}

static enum carvq_status check_codes(const struct carvq_lm_keys *keys, struct carvq_error *error)
{
    size_t bits = 0;
    bool zeros = true;
    enum carvq_status status = carvq_lm_key_size(keys, either(keys, "bits", "w_bit"), 0, 64, &bits, error);
    if (status == CARVQ_OK && bits != 4)
        status = carvq_fail(error, CARVQ_ERROR_UNSUPPORTED, "%s: %sbits: awq with %zu bits is not supported (known: 4)",
                            keys->file, keys->prefix, bits);
    if (status == CARVQ_OK && carvq_lm_key(keys, "zero_point") != NULL)
        status = carvq_lm_key_bool(keys, "zero_point", &zeros, error);
    if (status == CARVQ_OK && !zeros)
        status = carvq_fail(error, CARVQ_ERROR_UNSUPPORTED, "%s: %szero_point: awq without zero points is not supported",
                            keys->file, keys->prefix);
    return status;
}

static enum carvq_status read_exceptions(const struct carvq_lm_keys *keys, struct carvq_lm_awq *awq, struct carvq_error *error)
{
    awq->exceptions = carvq_lm_key(keys, "modules_to_not_convert");
    bool good = awq->exceptions == NULL || json_is_array(awq->exceptions);
    for (size_t i = 0; i < json_array_size(awq->exceptions); i++)
        good = good && json_is_string(json_array_get(awq->exceptions, i));
    return good ? CARVQ_OK
                : carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: %smodules_to_not_convert: must be a list of names", keys->file,
                             keys->prefix);
}

enum carvq_status carvq_lm_awq_read(const struct carvq_lm_keys *config, const struct carvq_lm_keys *beside, size_t max_group,
                                    struct carvq_lm_awq *awq_ret, struct carvq_error *error)
{
    struct carvq_lm_keys keys = {carvq_lm_key(config, "quantization_config"), config->file, "quantization_config."};
    *awq_ret = (struct carvq_lm_awq){.group = 0};
    if (keys.object == NULL && beside->object != NULL)
        keys = *beside;
    if (keys.object == NULL)
        return CARVQ_OK;
    if (!json_is_object(keys.object))
        return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: quantization_config: must be an object", config->file);
    enum carvq_status status = check_kind(&keys, error);
    if (status == CARVQ_OK)
        status = check_codes(&keys, error);
    if (status == CARVQ_OK)
        status = read_exceptions(&keys, awq_ret, error);
    const char *group = either(&keys, "group_size", "q_group_size");
    if (status == CARVQ_OK && json_integer_value(carvq_lm_key(&keys, group)) == -1)
        awq_ret->group = CARVQ_LM_AWQ_WHOLE;
    else if (status == CARVQ_OK)
        status = carvq_lm_key_size(&keys, group, 0, max_group, &awq_ret->group, error);
    return status;
}

bool carvq_lm_awq_packs(const struct carvq_lm_awq *awq, const char *name)
{
    for (size_t i = 0; i < json_array_size(awq->exceptions); i++)
        if (strstr(name, json_string_value(json_array_get(awq->exceptions, i))) != NULL)
            return false;
    return awq->group > 0;
}

#define STRETCH 64 // inputs

// Codes of count inputs, at most STRETCH, of one word of outputs: lanes_ret[nibble][input].
static void split(const uint8_t *codes, size_t stride, size_t count, uint8_t lanes_ret[8][STRETCH])
{
    for (size_t i = 0; i < count; i++)
        for (size_t byte = 0; byte < 4; byte++) {
            lanes_ret[2 * byte][i] = codes[i * stride + byte] & 15;
            lanes_ret[2 * byte + 1][i] = codes[i * stride + byte] >> 4;
        }
}

// The eight rows of word number word, for the inputs of one group.
static void unpack_word(const struct carvq_lm_packed *packed, size_t rows, size_t cols, size_t word, size_t group,
                        float *rows_ret)
{
    static const uint8_t nibbles[8] = {0, 4, 1, 5, 2, 6, 3, 7}; // of a word, by output
    const size_t stride = rows / 2, end = (group + 1) * packed->group;
    const uint8_t *zeros = packed->zeros + group * stride + word * 4;
    float scales[8];
    const enum carvq_tensor_type type = packed->scale_type;
    carvq_tensor_widen(type, packed->scales + carvq_tensor_bytes(type, group * rows + word * 8), 8, scales);
    for (size_t first = group * packed->group; first < end; first += STRETCH) {
        const size_t count = end - first < STRETCH ? end - first : STRETCH;
        uint8_t lanes[8][STRETCH];
        split(packed->codes + first * stride + word * 4, stride, count, lanes);
        for (size_t row = 0; row < 8; row++) {
            const uint8_t *lane = lanes[nibbles[row]];
            const int zero = zeros[nibbles[row] / 2] >> nibbles[row] % 2 * 4 & 15;
            for (size_t i = 0; i < count; i++)
                rows_ret[row * cols + first + i] = (float)(lane[i] - zero) * scales[row];
        }
    }
}

// Version gemv: one row, whose words hold the values in their order.
static void unpack_row(const struct carvq_lm_packed *packed, size_t cols, size_t row, float *row_ret)
{
    const uint8_t *codes = packed->codes + row * cols / 2, *zeros = packed->zeros + row * 4 * packed->words;
    const enum carvq_tensor_type type = packed->scale_type;
    for (size_t group = 0; group < cols / packed->group; group++) {
        const int zero = zeros[group / 2] >> group % 2 * 4 & 15;
        float scale;
        carvq_tensor_widen(type, packed->scales + carvq_tensor_bytes(type, row * 8 * packed->words + group), 1, &scale);
        for (size_t i = group * packed->group; i < (group + 1) * packed->group; i++)
            row_ret[i] = (float)((codes[i / 2] >> i % 2 * 4 & 15) - zero) * scale;
    }
}

void carvq_lm_unpack(const struct carvq_lm_packed *packed, size_t rows, size_t cols, size_t first, size_t count, float *rows_ret)
{
    for (size_t row = 0; packed->words > 0 && row < count; row++)
        unpack_row(packed, cols, first + row, rows_ret + row * cols);
    if (packed->words > 0)
        return;
    for (size_t group = 0; group < cols / packed->group; group++)
        for (size_t row = 0; row < count; row += 8)
            unpack_word(packed, rows, cols, (first + row) / 8, group, rows_ret + row * cols);
}
