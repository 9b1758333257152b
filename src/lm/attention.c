// SPDX-License-Identifier: MIT
#include "lm/attention.h"

#include <cblas.h>
#include <math.h>
#include <omp.h>

#define QUERIES 64 // of a tile of scores

size_t carvq_lm_attention_values(size_t length)
{
    return QUERIES * length;
}

// Makes a row of scores sum up to 1, the keys from visible on having weight 0.
static void softmax(float *scores, size_t visible, size_t count)
{
    float max = scores[0];
    for (size_t i = 1; i < visible; i++)
        max = scores[i] > max ? scores[i] : max;
    double sum = 0;
    for (size_t i = 0; i < visible; i++) {
        scores[i] = expf(scores[i] - max);
        sum += scores[i];
    }
    const float scale = (float)(1 / sum);
    for (size_t i = 0; i < visible; i++)
        scores[i] *= scale;
    for (size_t i = visible; i < count; i++)
        scores[i] = 0;
}

// One head in one window: q, k and v of token i lie at i * stride, its result at i * out_stride.
static void attend(const float *q, const float *k, const float *v, size_t stride, size_t length, size_t head_dim, float *out,
                   size_t out_stride, float *scores)
{
    const float scale = (float)(1 / sqrt((double)head_dim));
    for (size_t first = 0; first < length; first += QUERIES) {
        const size_t count = length - first < QUERIES ? length - first : QUERIES;
        const size_t keys = first + count; // none of these queries sees more
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)count, (int)keys, (int)head_dim, scale, q + first * stride,
                    (int)stride, k, (int)stride, 0, scores, (int)keys);
        for (size_t i = 0; i < count; i++)
            softmax(scores + i * keys, first + i + 1, keys);
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)count, (int)head_dim, (int)keys, 1, scores, (int)keys, v,
                    (int)stride, 0, out + first * out_stride, (int)out_stride);
    }
}

void carvq_lm_attention(const struct carvq_lm_config *config, const float *qkv, size_t qkv_stride, size_t windows, size_t length,
                        float *out, float *scratch, size_t scratch_values, unsigned threads)
{
    const size_t head_dim = config->head_dim, width = config->heads * head_dim, shared = config->heads / config->kv_heads;
#pragma omp parallel for collapse(2) num_threads((int)threads) schedule(dynamic)
    for (size_t window = 0; window < windows; window++)
        for (size_t head = 0; head < config->heads; head++) {
            const float *q = qkv + window * length * qkv_stride;
            const float *k = q + width + head / shared * head_dim, *v = k + config->kv_heads * head_dim;
            attend(q + head * head_dim, k, v, qkv_stride, length, head_dim, out + window * length * width + head * head_dim,
                   width, scratch + (size_t)omp_get_thread_num() * scratch_values);
        }
}
