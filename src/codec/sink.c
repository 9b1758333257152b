// SPDX-License-Identifier: MIT
// A sink for codes of which only the errors matter.
#include "codec/sink.h"

static enum carvq_status discard(void *context, enum carvq_part part, uint64_t offset, const void *data, size_t nbytes,
                                 struct carvq_error *error)
{
    (void)context, (void)part, (void)offset, (void)data, (void)nbytes, (void)error;
    return CARVQ_OK;
}

const struct carvq_sink carvq_sink_discard = {discard, NULL};
