// SPDX-License-Identifier: MIT
// Codes and adaptor of one table, fitted to each other.
#ifndef CARVQ_ENCODE_JOINT_H
#define CARVQ_ENCODE_JOINT_H

#include "carvq_encode.h"
#include "codec/adaptor/adaptor.h"
#include "codec/rvq/group.h"
#include "host/progress.h"
#include "codec/sink.h"
#include "runtime/table.h"

// The table to be fitted. info is of its plan: it has one segment and an adaptor.
struct carvq_joint {
    const struct carvq_matrix *matrix;
    const struct carvq_table_info *info;
    const struct carvq_encode_options *options;
    unsigned threads;
    const struct carvq_sink *sink;
    struct carvq_ticker *ticker;
    // Makes what was written to sink readable; as carvq_encode_job.view.
    enum carvq_status (*view)(void *context, struct carvq_segment *segment_ret, struct carvq_error *error);
    void *view_context;
};

struct carvq_joint_result {
    struct carvq_adaptor_network *network; // to be given to free(); NULL: it would not have lowered the L1 error
    struct carvq_sums sums;                // of what the codes and network, if there is one, decode to
    struct carvq_sums codes;               // of codes alone
    struct carvq_sums traded;              // of codes that were given the adaptor's bits
    uint64_t traded_group, traded_bytes;   // their group [g], their payload
};

// Passes the progress of a training on to a struct carvq_ticker, its context.
int carvq_joint_progress(void *context, const struct carvq_adaptor_progress *progress);

// Training settings that follow from the options of a table; widths are those of info.
struct carvq_adaptor_options carvq_joint_adaptor_options(const struct carvq_table_info *info,
                                                         const struct carvq_encode_options *options, unsigned threads);

// Bytes that carvq_joint_encode() allocates; UINT64_MAX if they do not fit 64 bits.
uint64_t carvq_joint_memory(const struct carvq_table_info *info, const struct carvq_encode_options *options, unsigned threads);

// Multiplications that training all its adaptors takes.
double carvq_joint_products(const struct carvq_table_info *info, const struct carvq_encode_options *options);

// Fits, and leaves in the sink the codebooks and codes that belong to the result. The network is not written.
enum carvq_status carvq_joint_encode(const struct carvq_joint *joint, struct carvq_joint_result *result_ret,
                                     struct carvq_error *error);

#endif
