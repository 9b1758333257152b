// SPDX-License-Identifier: MIT
// Structures of options of the public interface, whose callers may have been compiled with an older or a newer header. They begin
// with their size.
#ifndef CARVQ_PLAN_OPTIONS_H
#define CARVQ_PLAN_OPTIONS_H

#include <stddef.h>

#include "carvq.h"

#define MAX_OPTIONS_SIZE 4096 // of any version

// Copies what a caller gives over the defaults in own_ret, which has this library's size. what: "job" of struct carvq_job.
// Errors: CARVQ_ERROR_ARGUMENT if there is no size, CARVQ_ERROR_UNSUPPORTED if a member that this library does not know is not 0.
enum carvq_status carvq_options_take(const void *given, size_t own_size, void *own_ret, const char *what,
                                     struct carvq_error *error);

// Gives the defaults to a caller whose structure has this size.
void carvq_options_give(const void *own, size_t own_size, void *given_ret, size_t size);

#endif
