// SPDX-License-Identifier: MIT
// Causal attention by tiles of queries, over the keys of the batch or of a cache.
#include "lm/attention.h"

#include <cblas.h>
#include <math.h>
#include <omp.h>
#include <string.h>

#include "lm/lanes.h"

#define QUERIES 64 // of a tile of scores

size_t carvq_lm_attention_values(size_t length)
{
    return QUERIES * length;
}

// Makes a row of scores sum up to 1, the keys from visible on having weight 0.
static void softmax(float *scores, size_t visible, size_t count)
{
    const float scale = (float)(1 / carvq_lm_weigh(scores, visible, carvq_lm_max(scores, visible), scores));
    for (size_t i = 0; i < visible; i++)
        scores[i] *= scale;
    for (size_t i = visible; i < count; i++)
        scores[i] = 0;
}

// One head of one sequence: count queries at q + i * q_stride behind past other tokens; k and v of all of them at i * kv_stride.
struct head {
    const float *q, *k, *v;
    size_t q_stride, kv_stride;
    size_t past, count, head_dim;
    float *out;
    size_t out_stride;
};

static void attend(const struct head *head, float *scores)
{
    const float scale = (float)(1 / sqrt((double)head->head_dim));
    const int q_stride = (int)head->q_stride, kv_stride = (int)head->kv_stride, out_stride = (int)head->out_stride;
    const int head_dim = (int)head->head_dim;
    for (size_t first = 0; first < head->count; first += QUERIES) {
        const size_t count = head->count - first < QUERIES ? head->count - first : QUERIES;
        const size_t keys = head->past + first + count; // none of these queries sees more
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)count, (int)keys, head_dim, scale,
                    head->q + first * head->q_stride, q_stride, head->k, kv_stride, 0, scores, (int)keys);
        for (size_t i = 0; i < count; i++)
            softmax(scores + i * keys, head->past + first + i + 1, keys);
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)count, head_dim, (int)keys, 1, scores, (int)keys, head->v,
                    kv_stride, 0, head->out + first * head->out_stride, out_stride);
    }
}

size_t carvq_lm_kv_values(const struct carvq_lm_config *config)
{
    return 2 * config->kv_heads * config->head_dim;
}

// The part of the cache that belongs to a sequence.
static float *slot_of(const struct carvq_lm_attention_job *job, const struct carvq_lm_sequence *sequence)
{
    return job->cache + sequence->slot * job->cache_length * carvq_lm_kv_values(job->config);
}

static void store(const struct carvq_lm_attention_job *job)
{
    const size_t queries = job->config->heads * job->config->head_dim, values = carvq_lm_kv_values(job->config);
#pragma omp parallel for num_threads((int)job->threads) schedule(dynamic)
    for (size_t i = 0; i < job->sequence_count; i++) {
        const struct carvq_lm_sequence *sequence = &job->sequences[i];
        float *slot = slot_of(job, sequence) + sequence->past * values;
        for (size_t token = 0; token < sequence->count; token++)
            memcpy(slot + token * values, job->qkv + (sequence->first + token) * job->qkv_stride + queries,
                   values * sizeof *slot);
    }
}

static struct head find_head(const struct carvq_lm_attention_job *job, const struct carvq_lm_sequence *sequence, size_t number)
{
    const struct carvq_lm_config *config = job->config;
    const size_t head_dim = config->head_dim, width = config->heads * head_dim, shared = config->heads / config->kv_heads;
    const float *q = job->qkv + sequence->first * job->qkv_stride;
    const float *kv = job->cache != NULL ? slot_of(job, sequence) : q + width;
    const float *k = kv + number / shared * head_dim;
    return (struct head){
        .q = q + number * head_dim,
        .k = k,
        .v = k + config->kv_heads * head_dim,
        .q_stride = job->qkv_stride,
        .kv_stride = job->cache != NULL ? carvq_lm_kv_values(config) : job->qkv_stride,
        .past = sequence->past,
        .count = sequence->count,
        .head_dim = head_dim,
        .out = job->out + sequence->first * width + number * head_dim,
        .out_stride = width,
    };
}

void carvq_lm_attention(const struct carvq_lm_attention_job *job)
{
    if (job->cache != NULL)
        store(job);
#pragma omp parallel for collapse(2) num_threads((int)job->threads) schedule(dynamic)
    for (size_t i = 0; i < job->sequence_count; i++)
        for (size_t number = 0; number < job->config->heads; number++) {
            const struct head head = find_head(job, &job->sequences[i], number);
            attend(&head, job->scratch + (size_t)omp_get_thread_num() * job->scratch_values);
        }
}
