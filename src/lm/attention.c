// SPDX-License-Identifier: MIT
// Causal attention by tiles of queries, over the keys of the batch or of a cache.
#include "lm/attention.h"

#include <cblas.h>
#include <omp.h>
#include <string.h>

#include "lm/lanes.h"

#define QUERIES 64 // of a tile of scores

size_t carvq_lm_attention_values(size_t length)
{
    return QUERIES * length;
}

// Makes a row of scores sum up to 1, keys before hidden and from visible on having weight 0.
static void softmax(float *scores, size_t hidden, size_t visible, size_t count)
{
    float *seen = scores + hidden;
    const size_t width = visible - hidden;
    const float scale = (float)(1 / carvq_lm_weigh(seen, width, carvq_lm_max(seen, width), seen));
    for (size_t i = 0; i < hidden; i++)
        scores[i] = 0;
    for (size_t i = 0; i < width; i++)
        seen[i] *= scale;
    for (size_t i = visible; i < count; i++)
        scores[i] = 0;
}

// One head of one sequence: count queries at q + i * q_stride behind past other tokens; k and v of all of them at i * kv_stride.
struct head {
    const float *q, *k, *v;
    size_t q_stride, kv_stride;
    size_t past, count, head_dim;
    size_t window;    // 0: all
    float scale, cap; // of scores; cap 0: none
    float *out;
    size_t out_stride;
};

// The first key that the token at a position sees.
static size_t first_seen(const struct head *head, size_t position)
{
    return head->window > 0 && position + 1 > head->window ? position + 1 - head->window : 0;
}

static void attend(const struct head *head, float *scores)
{
    const int q_stride = (int)head->q_stride, kv_stride = (int)head->kv_stride, out_stride = (int)head->out_stride;
    const int head_dim = (int)head->head_dim;
    for (size_t first = 0; first < head->count; first += QUERIES) {
        const size_t count = head->count - first < QUERIES ? head->count - first : QUERIES;
        const size_t position = head->past + first, begin = first_seen(head, position);
        const size_t keys = position + count - begin; // none of these queries sees others
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)count, (int)keys, head_dim, head->scale,
                    head->q + first * head->q_stride, q_stride, head->k + begin * head->kv_stride, kv_stride, 0, scores,
                    (int)keys);
        if (head->cap > 0)
            carvq_lm_cap(head->cap, scores, count * keys);
        for (size_t i = 0; i < count; i++)
            softmax(scores + i * keys, first_seen(head, position + i) - begin, position + i + 1 - begin, keys);
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)count, head_dim, (int)keys, 1, scores, (int)keys,
                    head->v + begin * head->kv_stride, kv_stride, 0, head->out + first * head->out_stride, out_stride);
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
        .window = job->window,
        .scale = config->attention_scale,
        .cap = config->attention_cap,
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
