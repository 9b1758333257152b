// SPDX-License-Identifier: MIT
// Where the tensors of a table go while it is encoded, and the parts of its encoding.
#ifndef CARVQ_ENCODE_OUTPUT_H
#define CARVQ_ENCODE_OUTPUT_H

#include "codec/rvq/group.h"
#include "codec/sink.h"
#include "encode/layout.h"
#include "host/progress.h"
#include "plan/plan.h"

// A table's place in the file.
struct carvq_output {
    const struct carvq_job *job;
    uint64_t (*offsets)[CARVQ_MAX_SEGMENTS]; // by part, as in struct carvq_layout
};

// Writes nbytes at offset from the beginning of a tensor.
static inline enum carvq_status carvq_output_write(const struct carvq_output *output, enum carvq_part part, uint32_t segment,
                                                   uint64_t offset, const void *data, uint64_t nbytes, struct carvq_error *error)
{
    const struct carvq_job *job = output->job;
    return job->write(job->write_context, output->offsets[part][segment] + offset, data, (size_t)nbytes, error);
}

// Codes and codebooks of codec rvq in memory, where rows can be decoded while others are still being thought about.
struct carvq_memory {
    uint8_t *codes, *codebooks;
    struct carvq_segment segment; // a view of them
};

// False: out of memory. Give the result to carvq_memory_free() in any case.
bool carvq_memory_make(const struct carvq_segment_info *info, struct carvq_memory *memory_ret);
void carvq_memory_free(struct carvq_memory *memory);

// Writes into memory. Before the codes are complete the view shows what it likes.
struct carvq_sink carvq_memory_sink(struct carvq_memory *memory);

// Writes what is in memory.
enum carvq_status carvq_memory_write(const struct carvq_memory *memory, const struct carvq_output *output, uint32_t segment,
                                     struct carvq_error *error);

// Encodes and writes segment number s, whose rows are members[], or all if members is NULL. errors_ret[V]: those of its rows are
// filled; NULL with codec rvq and nothing shared: then nothing need stay in memory. sums_ret: of all its rows.
enum carvq_status carvq_segment_encode(const struct carvq_plan *plan, uint32_t s, const uint32_t *members,
                                       const struct carvq_output *output, struct carvq_ticker *ticker,
                                       struct carvq_row_errors *errors_ret, struct carvq_sums *sums_ret,
                                       struct carvq_error *error);

// The same for a segment of codec rvq.
enum carvq_status carvq_segment_encode_rvq(const struct carvq_plan *plan, uint32_t s, const uint32_t *members,
                                           const struct carvq_output *output, struct carvq_ticker *ticker,
                                           struct carvq_row_errors *errors_ret, struct carvq_sums *sums_ret,
                                           struct carvq_error *error);

// The same for a segment of codec additive.
enum carvq_status carvq_segment_encode_additive(const struct carvq_plan *plan, uint32_t s, const uint32_t *members,
                                                const struct carvq_output *output, struct carvq_ticker *ticker,
                                                struct carvq_row_errors *errors_ret, struct carvq_error *error);

// The errors of a row. by_metric: e' W e, or negative if it is not known.
static inline void carvq_row_measure(const struct carvq_metric *metric, const float *x, const float *y, uint32_t count,
                                     double by_metric, struct carvq_row_errors *errors_ret)
{
    double squares = 0, l1 = 0;
    for (uint32_t c = 0; c < count; c++) {
        double difference = (double)x[c] - y[c];
        squares += difference * difference;
        l1 += fabs(difference);
    }
    *errors_ret = (struct carvq_row_errors){squares, l1, 0};
    if (metric != NULL) // else as if they lay in all directions alike
        errors_ret->moment = by_metric < 0 ? metric->mean * squares : carvq_metric_moment(metric, by_metric, squares);
}

// Fits codes and adaptor of a plan by settings to each other, and writes the codes. plan->prediction gets the adaptor, or loses
// it if it would not lower the L1 error; plan->report gets what it is worth. sums_ret: of what codes and adaptor decode to.
enum carvq_status carvq_joint_encode(struct carvq_plan *plan, const struct carvq_output *output, struct carvq_ticker *ticker,
                                     struct carvq_sums *sums_ret, struct carvq_error *error);

// Writes mean, directions, coefficients and the directory of tiers, as far as there are any.
enum carvq_status carvq_write_shared(const struct carvq_plan *plan, const struct carvq_output *output, struct carvq_error *error);

#endif
