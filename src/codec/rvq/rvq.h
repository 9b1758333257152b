// SPDX-License-Identifier: MIT
// Group residual vector quantization of a matrix: any matrix, also one that is the difference of two.
#ifndef CARVQ_CODEC_RVQ_RVQ_H
#define CARVQ_CODEC_RVQ_RVQ_H

#include <stdint.h>

#include "carvq_encode.h"
#include "codec/rvq/group.h"
#include "host/progress.h"
#include "codec/sink.h"

// Bytes that carvq_rvq_encode() allocates with so many threads; UINT64_MAX if they do not fit 64 bits.
uint64_t carvq_rvq_memory(const struct carvq_segment_info *info, const struct carvq_rvq_options *options, unsigned threads);

// Encodes matrix. info: of a segment that holds all its rows. The tensors of parts codebooks and codes go to sink,
// from the calling thread. ticker may be NULL; its state.done begins where it stands and grows by V n. Bytes and sums follow from
// matrix, info and options alone. sums_ret: the errors of the stored values.
enum carvq_status carvq_rvq_encode(const struct carvq_matrix *matrix, const struct carvq_segment_info *info,
                                   const struct carvq_rvq_options *options, unsigned threads, const struct carvq_sink *sink,
                                   struct carvq_ticker *ticker, struct carvq_sums *sums_ret, struct carvq_error *error);

#endif
