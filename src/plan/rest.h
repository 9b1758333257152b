// SPDX-License-Identifier: MIT
// What is left of a table for the codes: its rows less mean, directions and adaptor.
#ifndef CARVQ_PLAN_REST_H
#define CARVQ_PLAN_REST_H

#include "plan/structure.h"
#include "codec/adaptor/adaptor.h"

struct carvq_rest {
    const struct carvq_matrix *matrix;
    struct carvq_structure *structure;
    uint8_t *fields;                       // [V][rank] coefficients as stored; NULL if there are none
    struct carvq_adaptor_widths widths;    // of the adaptor, 0: none
    struct carvq_adaptor_network *network; // NULL: none, or a recipe that is not to be carried out
};

// Subtracts all that; to be read from any number of threads.
struct carvq_matrix carvq_rest_matrix(const struct carvq_rest *rest);

// The same for one row that has been read. Errors: CARVQ_ERROR_MEMORY.
enum carvq_status carvq_rest_subtract(const struct carvq_rest *rest, uint64_t row, float *values, struct carvq_error *error);

// The inverse for one row, as a reader does it.
void carvq_rest_add(const struct carvq_rest *rest, uint64_t row, float *values);

// Bits of mean, directions and adaptor, whole bytes each.
uint64_t carvq_rest_bits(const struct carvq_rest *rest);

#endif
