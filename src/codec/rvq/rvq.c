// SPDX-License-Identifier: MIT
// Group residual vector quantization of a matrix: all groups, batch by batch.
#include "codec/rvq/rvq.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "host/matrix.h"
#include "host/parallel.h"
#include "codec/rvq/pack.h"
#include "host/random.h"

// Groups are encoded in batches: in parallel within a batch, then packed and written in order. A batch has about so many
// bytes of results for each thread.
#define BATCH_BYTES (1 << 20)

struct encoder {
    const struct carvq_matrix *matrix;
    const struct carvq_segment_info *info;
    struct carvq_ticker *ticker;
    uint64_t seed;
    unsigned threads;
    struct carvq_group *groups; // one for each thread
    struct carvq_packer packer;

    // The batch, and what each of its groups became.
    uint64_t first, batch; // number of its first group, most groups that it can have
    size_t codes_stride, codebook_bytes;
    uint16_t *codes;         // [batch][codes_stride]
    uint8_t *codebooks;      // [batch][codebook_bytes]
    size_t *counts;          // [batch] sub-vectors
    struct carvq_sums *sums; // [batch]
};

// Threads that are of use: as many as asked for, but not more than there are groups.
static unsigned use_threads(const struct carvq_segment_info *info, unsigned threads)
{
    threads = carvq_threads(threads);
    return info->groups < threads ? (unsigned)info->groups : threads;
}

static void place(struct encoder *encoder, struct carvq_arena *arena, const struct carvq_matrix *matrix,
                  const struct carvq_segment_info *info, const struct carvq_rvq_options *options)
{
    uint64_t codes = carvq_group_capacity(info) * info->stages, codebook_bytes = carvq_group_codebook_bytes(info);
    uint64_t wanted = (BATCH_BYTES / (2 * codes + codebook_bytes) + 1) * encoder->threads;
    struct carvq_group scratch;
    encoder->batch = wanted < info->groups ? wanted : info->groups;
    encoder->codes_stride = (size_t)codes;
    encoder->codebook_bytes = (size_t)codebook_bytes;
    encoder->groups = carvq_arena_take(arena, encoder->threads, sizeof *encoder->groups);
    for (unsigned t = 0; t < encoder->threads; t++)
        carvq_group_place(encoder->groups == NULL ? &scratch : &encoder->groups[t], arena, matrix, info, options);
    encoder->codes = carvq_arena_take(arena, encoder->batch, codes * sizeof *encoder->codes);
    encoder->codebooks = carvq_arena_take(arena, encoder->batch, codebook_bytes);
    encoder->counts = carvq_arena_take(arena, encoder->batch, sizeof *encoder->counts);
    encoder->sums = carvq_arena_take(arena, encoder->batch, sizeof *encoder->sums);
    carvq_packer_place(&encoder->packer, arena, info);
}

uint64_t carvq_rvq_memory(const struct carvq_segment_info *info, const struct carvq_rvq_options *options, unsigned threads)
{
    struct encoder encoder = {.threads = use_threads(info, threads)};
    struct carvq_arena arena = {NULL, 0};
    place(&encoder, &arena, NULL, info, options);
    return arena.used;
}

static bool stop(void *context)
{
    return carvq_chunk_stop(context);
}

// The group whose number in the batch is the chunk's.
static enum carvq_status encode_group(void *context, struct carvq_chunk *chunk, struct carvq_error *error)
{
    struct encoder *encoder = context;
    struct carvq_group *group = &encoder->groups[chunk->thread];
    const size_t i = (size_t)chunk->first;
    const uint64_t index = encoder->first + i;
    bool finite = true;
    enum carvq_status status = carvq_group_read(group, index, &finite, error);
    if (status != CARVQ_OK)
        return status;
    if (!finite)
        return carvq_matrix_fail_bad_row(encoder->matrix, error);
    encoder->counts[i] = group->count;
    carvq_group_encode(group, carvq_random_stream(encoder->seed, index).state, encoder->codes + i * encoder->codes_stride,
                       encoder->codebooks + i * encoder->codebook_bytes, &encoder->sums[i], stop, chunk);
    for (unsigned r = 0; r < group->points.run_count; r++)
        chunk->parameters += (uint64_t)group->points.runs[r].count * group->points.runs[r].dims;
    return CARVQ_OK;
}

static enum carvq_status encode_batch(struct encoder *encoder, struct carvq_sums *sums, struct carvq_error *error)
{
    const uint64_t left = encoder->info->groups - encoder->first;
    const size_t count = (size_t)(left < encoder->batch ? left : encoder->batch);
    const struct carvq_work work = {
        .items = count,
        .chunk_items = 1,
        .threads = encoder->threads,
        .ticker = encoder->ticker,
        .function = encode_group,
        .context = encoder,
    };
    const struct carvq_sink *sink = encoder->packer.sink;
    enum carvq_status status = carvq_parallel(&work, error);
    if (status == CARVQ_ERROR_CANCELLED)
        return carvq_matrix_fail(encoder->matrix, error, status, "cancelled");
    if (status == CARVQ_OK)
        status = sink->write(sink->context, CARVQ_PART_CODEBOOKS, encoder->first * encoder->codebook_bytes, encoder->codebooks,
                             count * encoder->codebook_bytes, error);
    for (size_t i = 0; i < count && status == CARVQ_OK; i++) {
        status = carvq_pack_group(&encoder->packer, encoder->first + i, encoder->codes + i * encoder->codes_stride,
                                  encoder->counts[i], error);
        sums->energy += encoder->sums[i].energy;
        sums->squares += encoder->sums[i].squares;
        sums->errors += encoder->sums[i].errors;
    }
    encoder->first += count;
    return status;
}

// Tables of one file get random numbers of their own, and the same whatever else is in the file.
static uint64_t table_seed(uint64_t seed, const char *name)
{
    for (; *name != '\0'; name++)
        seed = carvq_random_stream(seed, (unsigned char)*name).state;
    return seed;
}

enum carvq_status carvq_rvq_encode(const struct carvq_matrix *matrix, const struct carvq_segment_info *info,
                                   const struct carvq_rvq_options *options, unsigned threads, const struct carvq_sink *sink,
                                   struct carvq_ticker *ticker, struct carvq_sums *sums_ret, struct carvq_error *error)
{
    struct encoder encoder = {
        .matrix = matrix,
        .info = info,
        .ticker = ticker,
        .seed = table_seed(options->seed, matrix->name),
        .threads = use_threads(info, threads),
    };
    struct carvq_arena arena = {NULL, 0};
    uint64_t nbytes = carvq_rvq_memory(info, options, threads);
    if (nbytes <= SIZE_MAX)
        arena.memory = aligned_alloc(CARVQ_ARENA_ALIGNMENT, (size_t)nbytes);
    if (arena.memory == NULL)
        return carvq_matrix_fail(matrix, error, CARVQ_ERROR_MEMORY, "out of memory: encoding takes %" PRIu64 " bytes", nbytes);
    place(&encoder, &arena, matrix, info, options);
    carvq_packer_begin(&encoder.packer, sink);

    struct carvq_sums sums = {0};
    enum carvq_status status = CARVQ_OK;
    while (encoder.first < info->groups && status == CARVQ_OK)
        status = encode_batch(&encoder, &sums, error);
    if (status == CARVQ_OK)
        status = carvq_packer_flush(&encoder.packer, error);
    free(arena.memory);
    *sums_ret = sums;
    return status;
}
