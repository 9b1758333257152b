// SPDX-License-Identifier: MIT
// Which mean and directions are to be taken out of a table: each part has to earn its bits.
#ifndef CARVQ_PLAN_STRUCTURE_H
#define CARVQ_PLAN_STRUCTURE_H

#include "carvq_encode.h"
#include "codec/prediction/structure.h"

// Fits the structure of a table of V rows to sample[count][n], some of them, which is left as the residual; mean[n] is that of
// these rows. The result is to be given to free(). Errors: CARVQ_ERROR_MEMORY.
enum carvq_status carvq_structure_fit(float *sample, size_t count, const double *mean, uint64_t rows, uint32_t cols,
                                      uint64_t max_bits, struct carvq_structure **structure_ret, struct carvq_error *error);

#endif
