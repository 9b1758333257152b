// SPDX-License-Identifier: MIT
// Linear layers with 4-bit weights, as AWQ (arXiv 2306.00978) stores them in its format "gemm". Of y = W x, with W[out][in]:
//
//     NAME.qweight  I32 [in][out / 8]           the codes q, of W transposed, eight in a word
//     NAME.qzeros   I32 [in / group][out / 8]   zero points z, likewise
//     NAME.scales   F16 [in / group][out]       s
//
//     W[o][i] = (q[i][o] - z[i / group][o]) s[i / group][o]
//
// Word w holds the outputs 8 w .. 8 w + 7, those with even numbers in its lower half:
//
//     bits     31..28 27..24 23..20 19..16 15..12 11..8  7..4   3..0
//     8 w +       7      5      3      1      6      4      2      0
//
// The version "gemv" of AutoAWQ has W as it is, and words in the order of the values, the zero points' padded to whole ones; what
// the tensors' shapes are tells them apart:
//
//     NAME.qweight  I32 [out][in / 8]    NAME.qzeros  I32 [out][words]    NAME.scales  F16 [out][8 words]
//
// A float holds (q - z) s exactly if s has 16 bits. Programs that compute in F16 round it, and the products, to F16.
#ifndef CARVQ_LM_AWQ_H
#define CARVQ_LM_AWQ_H

#include "checkpoint/tensor.h"
#include "lm/keys.h"

#define CARVQ_LM_AWQ_WHOLE SIZE_MAX // group: all inputs share one scale

// Which layers are stored so: the key quantization_config of config.json.
struct carvq_lm_awq {
    size_t group;             // 0: none
    const json_t *exceptions; // names; a layer whose name has one of them in it is stored as usual. Borrowed
};

// One layer's weights where they lie in the map.
struct carvq_lm_packed {
    const uint8_t *codes, *zeros, *scales; // without alignment
    enum carvq_tensor_type scale_type;
    size_t group; // in divided by it is whole
    size_t words; // version gemv: of zero points for one output; 0: gemm
};

// Reads the key; where it is missing, beside, a quant_config.json with the same members, or NULL. Errors: it asks for another
// kind of quantization; those are named.
enum carvq_status carvq_lm_awq_read(const struct carvq_lm_keys *config, const struct carvq_lm_keys *beside, size_t max_group,
                                    struct carvq_lm_awq *awq_ret, struct carvq_error *error);

// Whether the linear layer of this full name ("model.layers.0.mlp.up_proj") is packed.
bool carvq_lm_awq_packs(const struct carvq_lm_awq *awq, const char *name);

// Rows first .. first + count - 1 of W, which has rows x cols values, to rows_ret[count][cols]. All are multiples of 8.
void carvq_lm_unpack(const struct carvq_lm_packed *packed, size_t rows, size_t cols, size_t first, size_t count, float *rows_ret);

#endif
