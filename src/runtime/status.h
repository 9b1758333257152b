// SPDX-License-Identifier: MIT
// Status codes and error messages.
#ifndef CARVQ_RUNTIME_STATUS_H
#define CARVQ_RUNTIME_STATUS_H

#include <stdio.h>

#include "carvq.h"

#if defined(__MINGW_PRINTF_FORMAT) // of C, not of Microsoft
#define CARVQ_PRINTF(format_index, first_index) __attribute__((format(__MINGW_PRINTF_FORMAT, format_index, first_index)))
#elif defined(__GNUC__)
#define CARVQ_PRINTF(format_index, first_index) __attribute__((format(printf, format_index, first_index)))
#else
#define CARVQ_PRINTF(format_index, first_index)
#endif

// Fills error (unless it is NULL) and returns status, so that one line does both:
//     return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: tensor '%s' overlaps its neighbour", path, name);
// The message begins with the file's name where there is a file. Control bytes, bytes that are not UTF-8 and C1
// controls in the finished message are replaced by \xNN, so file and tensor names can be passed as they are.
enum carvq_status carvq_fail(struct carvq_error *error, enum carvq_status status, const char *format, ...) CARVQ_PRINTF(3, 4);

// Escapes text (NUL-terminated) into buffer, cutting it at size - 1 bytes. Returns buffer.
char *carvq_escape(char *buffer, size_t size, const char *text);

#endif
