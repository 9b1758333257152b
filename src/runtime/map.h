// SPDX-License-Identifier: MIT
// A file mapped read-only. Compiled to nothing with CARVQ_NO_FILE_MAP, for machines without files.
#ifndef CARVQ_RUNTIME_MAP_H
#define CARVQ_RUNTIME_MAP_H

#include <stdint.h>

#include "carvq.h"

struct carvq_map {
    const uint8_t *data; // not NULL, even if size is 0
    size_t size;
};

// Maps a regular file. Errors: CARVQ_ERROR_IO, naming the path and the system's reason.
enum carvq_status carvq_map_open(const char *path, struct carvq_map *map_ret, struct carvq_error *error);

void carvq_map_close(struct carvq_map *map);

#endif
