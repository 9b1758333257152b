// SPDX-License-Identifier: MIT
// Writes what all rows of a table share, and which row is in which segment.
#include <inttypes.h>
#include <stdlib.h>

#include "codec/bits.h"
#include "encode/tiers.h"
#include "encode/output.h"
#include "runtime/half.h"
#include "runtime/status.h"
#include "runtime/table.h"

// Writes bytes and frees them.
static enum carvq_status give(const struct carvq_output *output, enum carvq_part part, uint8_t *bytes, uint64_t nbytes,
                              struct carvq_error *error)
{
    if (bytes == NULL)
        return carvq_fail(error, CARVQ_ERROR_MEMORY, "out of memory for %" PRIu64 " bytes", nbytes);
    enum carvq_status status = carvq_output_write(output, part, 0, 0, bytes, nbytes, error);
    free(bytes);
    return status;
}

static enum carvq_status write_floats(const struct carvq_output *output, enum carvq_part part, const float *values, size_t count,
                                      struct carvq_error *error)
{
    uint8_t *bytes = malloc(2 * count);
    if (bytes != NULL)
        carvq_narrow(CARVQ_BF16, values, count, bytes);
    return give(output, part, bytes, 2 * count, error);
}

static enum carvq_status write_coefficients(const struct carvq_plan *plan, const struct carvq_output *output,
                                            struct carvq_error *error)
{
    const struct carvq_structure *structure = plan->prediction.structure;
    const uint64_t fields = plan->info.rows * structure->rank, nbytes = (fields * structure->bits + 7) / 8;
    uint8_t *bytes = calloc(nbytes, 1);
    for (uint64_t i = 0; bytes != NULL && i < fields; i++)
        carvq_put_bits(bytes, i * structure->bits, plan->prediction.fields[i]);
    return give(output, CARVQ_PART_COEFFICIENTS, bytes, nbytes, error);
}

static enum carvq_status write_directory(const struct carvq_plan *plan, const struct carvq_output *output,
                                         struct carvq_error *error)
{
    uint8_t *bytes = malloc(plan->info.tier_bytes);
    if (bytes != NULL)
        carvq_tiers_write(plan->tiers, plan->info.rows, plan->info.segment_count, bytes);
    return give(output, CARVQ_PART_TIERS, bytes, plan->info.tier_bytes, error);
}

enum carvq_status carvq_write_shared(const struct carvq_plan *plan, const struct carvq_output *output, struct carvq_error *error)
{
    const struct carvq_structure *structure = plan->prediction.structure;
    const size_t n = plan->info.cols;
    enum carvq_status status = CARVQ_OK;
    if (plan->info.mean)
        status = write_floats(output, CARVQ_PART_MEAN, structure->mean, n, error);
    if (status == CARVQ_OK && plan->info.rank > 0)
        status = write_floats(output, CARVQ_PART_DIRECTIONS, structure->directions, n * structure->rank, error);
    if (status == CARVQ_OK && plan->info.rank > 0)
        status = write_coefficients(plan, output, error);
    if (status == CARVQ_OK && plan->info.segment_count > 1)
        status = write_directory(plan, output, error);
    return status;
}
